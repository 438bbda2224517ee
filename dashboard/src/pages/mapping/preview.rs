//! The readings that would come, beside what is stored.

use leptos::prelude::*;

use crate::format;
use crate::pages::parts::{RowAccountBar, account_sentence};
use crate::views::mapping::{Effect, Preview, PreviewRow};

/// The account, the changes, and the first of the readings.
pub fn preview(preview: &Preview) -> impl IntoView + use<> {
    let [new, same, superseding, outdated, refused] =
        preview.counts.map(|count| i64::try_from(count).unwrap_or(i64::MAX));
    let withdrawn = i64::try_from(preview.withdrawn).unwrap_or(i64::MAX);
    let mut changes: Vec<String> = [
        (new, "new"),
        (same, "as stored"),
        (superseding, "in place of another value"),
        (outdated, "older than what is stored"),
        (refused, "that cannot be taken"),
        (withdrawn, "taken back"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{} {what}", format::count(count)))
    .collect();
    if changes.is_empty() {
        changes.push("none".to_owned());
    }
    let rows: Vec<_> = preview.rows.iter().map(row).collect();
    let total: usize = preview.counts.iter().sum();
    let more = total.saturating_sub(preview.rows.len());
    let table = (!rows.is_empty()).then(|| {
        view! {
            <div class="table-scroll" tabindex="0" role="region" aria-label="Readings that would come">
                <table class="plain preview-rows">
                    <caption class="visually-hidden">"Readings that would come"</caption>
                    <thead><tr>
                        <th scope="col">"Cell"</th><th scope="col">"Site"</th><th scope="col">"Meter"</th>
                        <th scope="col">"Period"</th><th scope="col" class="figure">"Quantity"</th><th scope="col">"Effect"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            {(more > 0).then(|| view! { <p class="muted">{format!("and {more} more")}</p> })}
        }
    });
    view! {
        <section id="mapping-preview" class="panel" aria-labelledby="preview-heading">
            <h2 id="preview-heading">"What would be stored"</h2>
            <RowAccountBar account=preview.account/>
            <p data-said="">{account_sentence(&preview.account)}</p>
            <p>"Readings: "{changes.join(", ")}"."</p>
            {preview.sentence.clone().map(|sentence| view! { <p class="hint">{sentence}</p> })}
            {table}
        </section>
    }
    .into_any()
}

fn row(row: &PreviewRow) -> AnyView {
    let (class, words) = match &row.effect {
        Effect::New => ("effect-new", "new".to_owned()),
        Effect::Same => ("effect-same", "as stored".to_owned()),
        Effect::Supersedes(old) => {
            ("effect-supersedes", format!("{old} \u{2192} {}", row.quantity))
        }
        Effect::Outdated => ("effect-outdated", "older than what is stored".to_owned()),
        Effect::Refused(why) => ("effect-refused", format!("refused: {why}")),
    };
    view! {
        <tr class=class>
            <th scope="row"><code>{row.place.clone()}</code></th>
            <td>{row.site.clone()}</td><td>{row.meter.clone()}</td><td>{row.period.clone()}</td>
            <td class="figure">{row.quantity.clone()}</td><td>{words}</td>
        </tr>
    }
    .into_any()
}

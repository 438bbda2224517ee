//! How a file is read: the sheet as it is, what a person says about it, and the readings that would come.

mod answers;
mod preview;
mod profiles;
mod sheet;
mod statements;

use jiff::Timestamp;
use leptos::prelude::*;
use readings::profile::{HeaderDiff, Profile};

use super::parts::{OutcomeBadge, When, account_sentence};
use crate::format;
use crate::views::mapping::{Mapping, OpenedFile, ReplayedFile};

pub use self::profiles::profiles;

/// The page.
pub fn mapping(mapping: Mapping, now: Timestamp) -> AnyView {
    let file = &mapping.file;
    let id = file.attachment;
    let read_by = match file.profiles.as_slice() {
        [] => "It is read by its own evidence.".to_owned(),
        names => format!("It is read by what people have said: {}.", names.join(", ")),
    };
    let action = format!("/arrivals/attachments/{id}/mapping");
    view! {
        <nav class="crumbs" aria-label="Where you are">
            <a href="/arrivals" data-up="">"Arrivals"</a><span aria-hidden="true">"/"</span>
            <a href=format!("/arrivals/attachments/{id}")>"File"</a><span aria-hidden="true">"/"</span><span>"How it is read"</span>
        </nav>
        <div class="page-head">
            <h1>{file.name.clone()}<OutcomeBadge outcome=file.preview.outcome/></h1>
            <a class="button" href="/profiles">"All profiles"</a>
        </div>
        <p class="muted">"From "{origin(file)}". "{read_by}</p>
        {mistakes(&mapping.mistakes)}
        {replayed(&mapping.replayed)}
        {unreadable(file)}
        {changed(file, &action)}
        <form id="mapping" class="mapping" method="post" action=action.clone() data-inline="" data-live="" data-target="mapping-preview">
            {carried(&mapping)}
            {answers::questions(&mapping)}
            {sheet::sheet(&mapping)}
            {statements::statements(&mapping)}
            {buttons(&mapping)}
        </form>
        {preview::preview(&file.preview)}
        {history(&mapping, now)}
    }
    .into_any()
}

fn origin(file: &OpenedFile) -> String {
    if file.origin.is_empty() { "an unknown sender".to_owned() } else { file.origin.clone() }
}

/// What goes with every click, so that nothing that was said is lost.
fn carried(mapping: &Mapping) -> impl IntoView + use<> {
    let window = mapping.window;
    view! {
        <input type="hidden" name="draft" value=serde_json::to_string(&mapping.draft).unwrap_or_default()/>
        <input type="hidden" name="table" value=mapping.table/>
        <input type="hidden" name="sheet" value=window.sheet/>
        <input type="hidden" name="row" value=window.first_row/>
        <input type="hidden" name="column" value=window.first_column/>
        // The first button of a form is the one that Enter presses.
        <button type="submit" name="action" value="preview" class="visually-hidden" tabindex="-1" aria-hidden="true">"Preview"</button>
    }
    .into_any()
}

fn mistakes(sentences: &[String]) -> Option<impl IntoView + use<>> {
    (!sentences.is_empty()).then(|| {
        let items: Vec<_> = sentences.iter().map(|s| view! { <li>{s.clone()}</li> }).collect();
        view! { <div class="notice failed" role="alert"><div><strong>"Nothing was saved."</strong><ul>{items}</ul></div></div> }
            .into_any()
    })
}

/// What became of the files that were read again.
fn replayed(files: &[ReplayedFile]) -> Option<impl IntoView + use<>> {
    if files.is_empty() {
        return None;
    }
    let said = format!(
        "Saved. {} read again.",
        format::counted(i64::try_from(files.len()).unwrap_or(0), "file was", "files were")
    );
    let rows: Vec<_> = files
        .iter()
        .map(|file| {
            view! {
                <tr>
                    <th scope="row"><a href=format!("/arrivals/attachments/{}", file.attachment)>{file.name.clone()}</a></th>
                    <td><OutcomeBadge outcome=file.before/></td>
                    <td><OutcomeBadge outcome=file.after/></td>
                    <td>{account_sentence(&file.account)}</td>
                </tr>
            }
        })
        .collect();
    Some(
        view! {
            <section class="panel replayed" role="status" aria-labelledby="replayed-heading">
                <h2 id="replayed-heading" data-said="">{said}</h2>
                <div class="table-scroll" tabindex="0" role="region" aria-label="Files that were read again">
                    <table class="plain">
                        <thead><tr><th scope="col">"File"</th><th scope="col">"Before"</th><th scope="col">"Now"</th><th scope="col">"Rows"</th></tr></thead>
                        <tbody>{rows}</tbody>
                    </table>
                </div>
                <p class="muted">"To undo, delete the profile below: what was read by it is taken back, kept in the history, and the files wait again."</p>
            </section>
        }
        .into_any(),
    )
}

fn unreadable(file: &OpenedFile) -> Option<impl IntoView + use<>> {
    file.unreadable.as_ref().map(|problem| {
        view! {
            <div class="notice failed">
                <div><strong>{problem.sentence.clone()}</strong><p class="hint">{problem.code.hint()}</p></div>
                <code>{problem.code.code()}</code>
            </div>
        }
        .into_any()
    })
}

/// Old and new headers of a layout that has changed.
fn changed(file: &OpenedFile, action: &str) -> Option<impl IntoView + use<>> {
    let (old, diff) = file.changed.as_ref()?;
    let start = format!("{action}?start=old");
    Some(
        view! {
            <section class="panel changed" aria-labelledby="changed-heading">
                <h2 id="changed-heading">"The columns have changed"</h2>
                <p>"This sender\u{2019}s files were mapped as "<strong>{old.name.clone()}</strong>". Since then:"</p>
                {difference(diff)}
                <a class="button primary" href=start>"Start from that mapping"</a>
            </section>
        }
        .into_any(),
    )
}

fn difference(diff: &HeaderDiff) -> impl IntoView + use<> {
    let mut rows: Vec<(&'static str, String, String, String)> = Vec::new();
    for (column, header) in &diff.added {
        rows.push(("new", String::new(), header.clone(), format!("in {column}")));
    }
    for (column, header) in &diff.removed {
        rows.push(("gone", header.clone(), String::new(), format!("was in {column}")));
    }
    for (column, from, to) in &diff.renamed {
        rows.push(("renamed", from.clone(), to.clone(), format!("in {column}")));
    }
    for (from, to, header) in &diff.moved {
        rows.push(("moved", header.clone(), header.clone(), format!("from {from} to {to}")));
    }
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(what, old, new, place)| {
            view! { <tr><th scope="row">{what}</th><td>{old}</td><td>{new}</td><td>{place}</td></tr> }
        })
        .collect();
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Old and new columns">
            <table class="plain">
                <caption class="visually-hidden">"Old and new columns"</caption>
                <thead><tr><th scope="col">"What"</th><th scope="col">"Before"</th><th scope="col">"Now"</th><th scope="col">"Column"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        <p class="muted">{format!("{} columns have stayed.", diff.kept)}</p>
    }
    .into_any()
}

fn buttons(mapping: &Mapping) -> Option<impl IntoView + use<>> {
    let file = &mapping.file;
    if !mapping.may_map || file.unreadable.is_some() {
        return None;
    }
    let kept = file.kept.as_ref();
    if let Some(kept) = kept.filter(|kept| kept.in_configuration) {
        let sentence = format!(
            "\u{201c}{}\u{201d} is kept in a file of the configuration; change it there.",
            kept.profile.name
        );
        return Some(view! { <p class="notice">{sentence}</p> }.into_any());
    }
    let waiting = file.others_waiting;
    let save = match waiting {
        0 => "Save and read it again".to_owned(),
        1 => "Save and read it and 1 other again".to_owned(),
        many => format!("Save and read it and {many} others again"),
    };
    let delete = kept.map(|_| {
        view! { <button type="submit" name="action" value="delete" class="quiet">"Delete the profile"</button> }
    });
    Some(
        view! {
            <div class="mapping-buttons">
                <button type="submit" name="action" value="preview" data-target="content">"Preview"</button>
                <button type="submit" name="action" value="save" class="primary" data-target="content">{save}</button>
                {delete}
            </div>
        }
        .into_any(),
    )
}

fn history(mapping: &Mapping, now: Timestamp) -> Option<impl IntoView + use<>> {
    let kept = mapping.file.kept.as_ref()?;
    let items: Vec<_> = mapping
        .file
        .history
        .iter()
        .map(|entry| {
            view! { <li><strong>{entry.actor.clone()}</strong>" "{entry.what.clone()}" "<When at=entry.at now=now/></li> }
        })
        .collect();
    let changed_by = kept.changed_by.clone();
    Some(
        view! {
            <section class="said-before" aria-labelledby="history-heading">
                <h2 id="history-heading">"Who said what"</h2>
                <p class="muted">{kept.profile.name.clone()}", changed by "{changed_by}" "<When at=kept.changed_at now=now/></p>
                <ul class="plain-list">{items}</ul>
            </section>
        }
        .into_any(),
    )
}

/// The unit of a select and the like: value and label.
type Choice = (String, String);

/// A choice among codes; the empty one leaves it to the file.
fn select(
    name: String,
    label: String,
    hide_label: bool,
    empty: &'static str,
    choices: &[Choice],
    chosen: &str,
    enabled: bool,
) -> impl IntoView + use<> {
    let options: Vec<_> = choices
        .iter()
        .map(|(value, label)| {
            let selected = value == chosen;
            view! { <option value=value.clone() selected=selected>{label.clone()}</option> }
        })
        .collect();
    let class = if hide_label { "visually-hidden" } else { "" };
    view! {
        <label><span class=class>{label}</span>
            <select name=name disabled=!enabled>
                <option value="" selected=chosen.is_empty()>{empty}</option>
                {options}
            </select>
        </label>
    }
    .into_any()
}

fn units() -> Vec<Choice> {
    readings::unit::Unit::ALL
        .iter()
        .map(|unit| (unit.symbol().to_owned(), unit.symbol().to_owned()))
        .collect()
}

fn commodities() -> Vec<Choice> {
    readings::commodity::Commodity::ALL
        .iter()
        .map(|commodity| (commodity.code().to_owned(), commodity.label().to_owned()))
        .collect()
}

/// The parts of a profile, in a few words.
fn says(profile: &Profile) -> String {
    let mut words: Vec<String> = Vec::new();
    words.extend(profile.unit.map(|unit| unit.symbol().to_owned()));
    words.extend(profile.commodity.map(|commodity| commodity.label().to_owned()));
    words.extend(profile.site.clone());
    words.extend(profile.meter.clone());
    words.extend(profile.time_zone.clone());
    let columns: usize = profile.tables.iter().map(|table| table.columns.len()).sum();
    if columns > 0 {
        let columns = i64::try_from(columns).unwrap_or(0);
        words.push(format::counted(columns, "column", "columns"));
    }
    words.join(", ")
}

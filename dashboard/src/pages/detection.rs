//! How sensitive the detection is, how often each rule was right, and what another number would do.

use alerts::budget::RANGE;
use alerts::replay::Tally;
use leptos::prelude::*;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;

use super::parts::{self, At};
use crate::format;
use crate::views::{DetectionDetail, RuleRow, SettingRow, Tried};

/// The pages of this section.
#[component]
pub fn Tabs(at: &'static str) -> impl IntoView {
    let tabs = [
        ("/detection", "Sensitivity and rules"),
        ("/events", "Known events"),
        ("/prices", "Prices"),
        ("/method", "How this is calculated"),
    ];
    let links = tabs.map(|(href, name)| {
        view! { <li><a href=href aria-current=(href == at).then_some("page")>{name}</a></li> }
    });
    view! { <nav class="subnav" aria-label="Detection"><ul>{links.into_iter().collect_view()}</ul></nav> }.into_any()
}

/// The page.
pub fn detection(detail: DetectionDetail, may_set: bool) -> AnyView {
    let DetectionDetail { budget, calibration, rules, settings, tried } = detail;
    let each = if budget < 1.0 {
        format!("one in {:.1} years for each meter", 1.0 / budget).replace(".0 years", " years")
    } else {
        format!("{budget} a year for each meter")
    };
    let threshold = calibration.map_or_else(
        || "Nothing has been analysed yet.".to_owned(),
        |calibration| {
            format!(
                "By {} judged months of your own history that is a threshold of {:.2} of the score.",
                format::count(i64::try_from(calibration.months).unwrap_or(i64::MAX)),
                calibration.threshold
            )
        },
    );
    let proposed = tried.as_ref().map_or(budget, |tried| tried.budget);
    view! {
        <Tabs at="/detection"/>
        <div class="page-head">
            <h1>"Sensitivity and rules"</h1>
            <p class="muted">"How many false alarms are allowed, and how often each rule was right."</p>
        </div>
        <div class="detection">
            <section class="panel" aria-labelledby="budget-heading">
                <h2 id="budget-heading">"Allowed false alarms"</h2>
                <p class="big">{format!("{budget}")}<span class="big-unit">" per meter and year"</span></p>
                <p class="muted">{format!("That is {each}. {threshold}")}</p>
                <form class="line-form" method="get" action="/detection">
                    <label><span>"Try another number"</span>
                        <input type="number" name="try" min=RANGE.0 max=RANGE.1 step="0.01" value=proposed required/>
                    </label>
                    <button type="submit">"Replay the history"</button>
                </form>
                <p class="hint">"A replay stores nothing. It shows what would have been raised, kept and lost."</p>
            </section>
            <Settings rows=settings/>
        </div>
        {tried.map(|tried| view! { <Comparison tried=tried may_set=may_set/> })}
        <Rules rows=rules/>
    }
    .into_any()
}

#[component]
fn Settings(rows: Vec<SettingRow>) -> impl IntoView {
    let items = rows.into_iter().map(|row| {
        let note = (!row.note.is_empty()).then(|| view! { <blockquote>{row.note}</blockquote> });
        view! { <li><p><strong>{format!("{}", row.budget)}</strong>" by "{row.author}", "<span class="muted"><At at=row.set_at/></span></p>{note}</li> }
    });
    let items = items.collect_view();
    let nothing = items.is_empty().then(|| {
        view! { <p class="muted">"Nobody has set a number yet; 0.25 is the usual one."</p> }
    });
    view! {
        <section class="panel" aria-labelledby="settings-heading">
            <h2 id="settings-heading">"Who set it"</h2>
            {nothing}
            <ol class="timeline">{items}</ol>
        </section>
    }
    .into_any()
}

#[component]
fn Comparison(tried: Tried, may_set: bool) -> impl IntoView {
    let (now, then) = tried.replay.rates();
    let total = tried.replay.total;
    let currency = tried.currency.clone();
    let money = move |amount: f64| {
        Decimal::from_f64(amount).map_or_else(String::new, |amount| {
            format::money(amount.round_dp(0), currency.as_deref())
        })
    };
    let line = |name: String, tally: Tally| {
        view! {
            <tr>
                <th scope="row">{name}</th>
                <td class="figure">{tally.kept}</td>
                <td class="figure">{tally.gained}</td>
                <td class="figure">{money(tally.cost_gained)}</td>
                <td class="figure">{tally.lost}</td>
                <td class="figure">{money(tally.cost_lost)}</td>
            </tr>
        }
    };
    let months =
        tried.replay.months.iter().rev().map(|(month, tally)| line(month_name(*month), *tally));
    let accept = may_set.then(|| {
        view! {
            <form class="line-form" method="post" action="/detection">
                <input type="hidden" name="budget" value=tried.budget/>
                <label><span>"Why"</span><input type="text" name="note" maxlength="500" autocomplete="off"/></label>
                <button class="primary" type="submit">{format!("Accept {}", tried.budget)}</button>
            </form>
        }
    });
    let who =
        (!may_set).then(|| view! { <p class="muted">"Administrators accept another number."</p> });
    view! {
        <section aria-labelledby="replay-heading">
            <h2 id="replay-heading">{format!("With {} over the stored history", tried.budget)}</h2>
            <p class="reason-small">
                {format!(
                    "{} alerts would have been raised as they were, {} more, {} less: {then:.2} instead of {now:.2} per meter and year, at a threshold of {:.2}.",
                    format::count(i64::from(total.kept)),
                    format::count(i64::from(total.gained)),
                    format::count(i64::from(total.lost)),
                    tried.threshold
                )}
            </p>
            {accept}{who}
            <div class="table-frame table-scroll" tabindex="0" role="group" aria-label="Replay by month">
                <table class="plain">
                    <caption class="visually-hidden">"Alerts by the month in which they begin"</caption>
                    <thead><tr>
                        <th scope="col">"Begins in"</th><th scope="col" class="figure">"Kept"</th>
                        <th scope="col" class="figure">"More"</th><th scope="col" class="figure">"Their cost"</th>
                        <th scope="col" class="figure">"Less"</th><th scope="col" class="figure">"Their cost"</th>
                    </tr></thead>
                    <tbody>{line("All".to_owned(), total)}{months.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn month_name(month: i32) -> String {
    let year = i16::try_from(month.div_euclid(12)).unwrap_or(0);
    let in_year = i8::try_from(month.rem_euclid(12) + 1).unwrap_or(1);
    jiff::civil::Date::new(year, in_year, 1).map_or_else(|_| String::new(), format::month)
}

#[component]
fn Rules(rows: Vec<RuleRow>) -> impl IntoView {
    if rows.is_empty() {
        return view! {
            <div class="empty">
                <p class="empty-title">"No rule has raised an alert yet."</p>
                <p>"As soon as alerts have verdicts, this page shows how often each rule was right."</p>
            </div>
        }
        .into_any();
    }
    let lines = rows.into_iter().map(|row| {
        let verdicts = row.verdicts;
        let precision = verdicts.precision().map_or_else(
            || view! { <span class="muted">"no verdict"</span> }.into_any(),
            |share| format!("{:.0} %", 100.0 * share).into_any(),
        );
        let weight = verdicts.weight();
        let effect = if weight == 0.0 { "–".to_owned() } else { format!("{weight:+.2}").replace('-', "\u{2212}") };
        view! {
            <tr>
                <th scope="row"><a href=format!("/alerts?state=all&kind={}", row.kind)>{row.kind.label()}</a><span class="under">{parts::kind_sentence(row.kind)}</span></th>
                <td class="figure">{format::count(row.raised)}</td>
                <td class="figure">{format::count(row.pending)}</td>
                <td class="figure">{verdicts.waste}</td>
                <td class="figure">{verdicts.billing_error}</td>
                <td class="figure">{verdicts.meter_fault}</td>
                <td class="figure">{verdicts.known_event}</td>
                <td class="figure">{verdicts.false_alarm}</td>
                <td class="figure">{precision}</td>
                <td class="figure">{effect}</td>
            </tr>
        }
    });
    view! {
        <section aria-labelledby="rules-heading">
            <h2 id="rules-heading">"How often each rule was right"</h2>
            <p class="muted">"Verdicts count when an alert is resolved. A rule that was mostly right needs less of a score from then on, one that was mostly false more."</p>
            <div class="table-frame table-scroll" tabindex="0" role="group" aria-label="Rules">
                <table class="plain rules">
                    <caption class="visually-hidden">"Rules with the verdicts on their alerts"</caption>
                    <thead><tr>
                        <th scope="col">"Rule"</th><th scope="col" class="figure">"Raised"</th><th scope="col" class="figure">"Not resolved"</th>
                        <th scope="col" class="figure">"Leak, waste"</th><th scope="col" class="figure">"Billing error"</th>
                        <th scope="col" class="figure">"Meter fault"</th><th scope="col" class="figure">"Known event"</th>
                        <th scope="col" class="figure">"False"</th><th scope="col" class="figure">"Right"</th>
                        <th scope="col" class="figure">"Weight"</th>
                    </tr></thead>
                    <tbody>{lines.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

//! One alert: why it fired, what it costs, the months around it, where the numbers came from.

use alerts::Severity;
use jiff::civil::{Date, Time};
use jiff::{Timestamp, ToSpan};
use leptos::prelude::*;

use super::events::EventNotes;
use super::parts::{self, At, CellLink, CommodityMark, SeverityBadge, StateBadge, When};
use super::triage::Triage;
use crate::chart::{Mark, Series, TrendChart};
use crate::format;
use crate::views::{AlertDetail, Evidence, HistoryEntry, MemberRow, Proposal, SourceRow};

/// The page.
pub fn alert(alert: AlertDetail, now: Timestamp, may_triage: bool) -> AnyView {
    let row = alert.row.clone();
    let series = Series::new(row.unit.clone(), &alert.months, marks(&alert));
    let title = format!("{} at {}, month by month", row.meter, row.site);
    let tone = match row.severity {
        Severity::High => "tone-high",
        Severity::Medium => "tone-medium",
        Severity::Low => "tone-low",
    };
    view! {
        <nav class="crumbs" aria-label="Where you are">
            <a href="/alerts" data-up="">"Alerts"</a><span aria-hidden="true">"/"</span><span class="reference">{row.reference.to_string()}</span>
        </nav>
        <div class="alert-page">
            <div class="alert-top">
                <header class=format!("alert-head {tone}")>
                    <p class="alert-meta">
                        <SeverityBadge severity=row.severity/>
                        <StateBadge state=row.state/>
                        <span>{row.kind.label()}</span>
                        <span>{format::period(row.start, row.end)}</span>
                    </p>
                    <h1>
                        {place(&alert)}
                        <CommodityMark commodity=row.commodity/>
                    </h1>
                    <p class="reason">{alert.reason.clone()}</p>
                </header>
                <Facts alert=alert.clone()/>
            </div>
            <aside class="alert-side">
                <Triage alert=alert.clone() may_triage=may_triage/>
                <History entries=alert.history.clone() now=now/>
            </aside>
            <div class="alert-main">
                <Remedy proposal=alert.proposal.clone() unit=row.unit.clone()/>
                {(!alert.months.is_empty()).then(|| view! {
                    <section aria-labelledby="history-heading">
                        <h2 id="history-heading">"Month by month"</h2>
                        <TrendChart series=series title=title/>
                    </section>
                })}
                <EventNotes rows=alert.events/>
                <Members rows=alert.members/>
                <EvidenceList entries=alert.evidence/>
                <Sources rows=alert.sources/>
            </div>
        </div>
    }
    .into_any()
}

/// Site and meter, or what an alert about several is about.
fn place(alert: &AlertDetail) -> AnyView {
    let row = &alert.row;
    let site = match alert.site_id {
        Some(site) => view! { <a href=format!("/sites/{site}")>{row.site.clone()}</a> }.into_any(),
        None => row.site.clone().into_any(),
    };
    let meter = row.meter_id.map(|meter| {
        view! {
            <span aria-hidden="true">" · "</span>
            <a href=format!("/meters/{meter}")>{row.meter.clone()}</a>
        }
    });
    view! { {site}{meter} }.into_any()
}

/// What would mend it.
#[component]
fn Remedy(proposal: Option<Proposal>, unit: String) -> impl IntoView {
    let Some(proposal) = proposal else { return ().into_any() };
    let shares = proposal.shares.into_iter().map(|(month, quantity)| {
        view! { <li><span>{format::month(month)}</span><span class="figure">{format::quantity(quantity, &unit)}</span></li> }
    });
    let shares = shares.collect_view();
    let shares = (!shares.is_empty()).then(|| view! { <ul class="shares">{shares}</ul> });
    view! {
        <section class="remedy" aria-labelledby="remedy-heading">
            <h2 id="remedy-heading">"What would fit"</h2>
            <p>{proposal.sentence}</p>
            {shares}
            <p class="muted">"Nothing was changed. A corrected file from the sender closes this alert by itself."</p>
        </section>
    }
    .into_any()
}

/// The meters of an alert about several.
#[component]
fn Members(rows: Vec<MemberRow>) -> impl IntoView {
    if rows.is_empty() {
        return ().into_any();
    }
    let heading = format!(
        "The {}",
        format::counted(i64::try_from(rows.len()).unwrap_or(0), "meter", "meters")
    );
    let lines = rows.into_iter().map(|row| {
        view! {
            <tr>
                <th scope="row"><a class="row-link" href=format!("/meters/{}", row.meter_id)>{row.site}<span class="under">{row.meter}</span></a></th>
                <td class="figure">{format::quantity(row.observed, &row.unit)}</td>
                <td class="figure">{format::quantity(row.expected, &row.unit)}</td>
                <td class="figure">{parts::deviation(row.observed, row.expected, &row.unit)}</td>
                <td class="figure">{row.cost.map(|cost| format::money(cost, row.currency.as_deref()))}</td>
            </tr>
        }
    });
    view! {
        <section aria-labelledby="members-heading">
            <h2 id="members-heading">{heading}</h2>
            <p class="muted">"They have no alerts of their own for this; what deviates beyond the common shift is raised as usual."</p>
            <div class="table-frame table-scroll" tabindex="0" role="group" aria-label="Meters of the finding">
                <table class="plain rows">
                    <caption class="visually-hidden">"Meters of the finding, the dearest first"</caption>
                    <thead><tr>
                        <th scope="col">"Site and meter"</th><th scope="col" class="figure">"Observed"</th>
                        <th scope="col" class="figure">"Expected"</th><th scope="col" class="figure">"Deviation"</th>
                        <th scope="col" class="figure">"Cost"</th>
                    </tr></thead>
                    <tbody>{lines.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn marks(alert: &AlertDetail) -> Vec<Mark> {
    let (start, end) = (alert.row.start, alert.row.end);
    let label = alert.row.kind.label();
    let within = |month: Date| {
        let middle = month.saturating_add(14.days()).to_datetime(Time::midnight());
        start <= middle && middle < end
    };
    let months = alert.months.iter().map(|point| point.month).filter(|month| within(*month));
    months.map(|month| Mark { month, label: label.to_owned() }).collect()
}

#[component]
fn Facts(alert: AlertDetail) -> impl IntoView {
    let row = &alert.row;
    let currency = row.currency.as_deref();
    let unit = row.unit.as_str();
    let fact = |name: &'static str, value: String, note: String, class: &'static str| {
        view! { <div class=class><dt>{name}</dt><dd>{value}<span class="under">{note}</span></dd></div> }
    };
    let band =
        format!("95 % band {} – {}", format::number(alert.lower), format::number(alert.upper));
    let cost = match row.cost {
        Some(cost) => {
            let range = alert.cost_range.map_or_else(String::new, |(low, high)| {
                format!("{} – {}", format::money(low, None), format::money(high, currency))
            });
            fact("Cost", format::money(cost, currency), range, "fact-cost")
        }
        None if alert.cost_note.is_empty() => {
            fact("Cost", "–".to_owned(), "no price is known for this meter".to_owned(), "fact-cost")
        }
        None => fact("Cost", "–".to_owned(), String::new(), "fact-cost"),
    };
    let price = match (alert.unit_price, alert.cost_basis.as_str()) {
        (Some(price), basis) => {
            let ground = match basis {
                "borrowed" => "from other meters of the commodity",
                "tariff" => "as set for this meter, site or commodity",
                _ => "from the meter's own bills",
            };
            (format::unit_price(price, currency, unit), ground)
        }
        (None, _) => ("–".to_owned(), "no bill states one"),
    };
    let before = match last_year(&alert) {
        Some(value) => (
            format::quantity(value, unit),
            format::deviation(row.observed, value)
                .map_or_else(String::new, |text| format!("now {text}")),
        ),
        None => ("–".to_owned(), "not every month has a reading".to_owned()),
    };
    let deviation = format::deviation(row.observed, row.expected);
    view! {
        <dl class="facts">
            {fact("Observed", format::quantity(row.observed, unit), deviation.map_or_else(String::new, |text| format!("{text} against expectation")), "fact-observed")}
            {fact("Expected", format::quantity(row.expected, unit), band, "")}
            {fact("Difference", format!("{}\u{a0}{}", format::signed(alert.excess), format::unit(unit)), parts::kind_sentence(row.kind).to_owned(), "")}
            {cost}
            {fact("Unit price", price.0, price.1.to_owned(), "")}
            {fact("Same period last year", before.0, before.1, "")}
        </dl>
        {(!alert.cost_note.is_empty()).then(|| view! { <p class="ground">{alert.cost_note.clone()}</p> })}
        <p class="ground">
            {alert.rung.map(|rung| format!("{} ", rung.sentence()))}
            <a href="/method">"How this is calculated"</a>
        </p>
    }
    .into_any()
}

/// The same months of the year before, summed; none where one of them is missing.
fn last_year(alert: &AlertDetail) -> Option<f64> {
    let marked: Vec<Date> = marks(alert).into_iter().map(|mark| mark.month).collect();
    let before: Vec<Date> = marked.iter().map(|month| month.saturating_sub(1.year())).collect();
    let values: Option<Vec<f64>> = before
        .iter()
        .map(|month| alert.months.iter().find(|point| point.month == *month)?.observed)
        .collect();
    values.filter(|values| !values.is_empty()).map(|values| values.into_iter().sum())
}

#[component]
fn EvidenceList(entries: Vec<Evidence>) -> impl IntoView {
    if entries.is_empty() {
        return ().into_any();
    }
    let heaviest =
        entries.iter().filter_map(|entry| entry.weight).map(f64::abs).fold(0.0, f64::max);
    let items = entries.into_iter().map(move |entry| {
        let bar = entry.weight.filter(|_| heaviest > 0.0).map(|weight| {
            let share = (weight.abs() / heaviest * 100.0).max(1.0);
            let class = if weight < 0.0 { "share-against" } else { "share-bar" };
            let words = if weight < 0.0 { "speaks against" } else { "speaks for it" };
            view! {
                <span class="weight" title=format!("weight {weight:.1}")>
                    <svg class="share" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                        <rect class="share-ground" width="100" height="6"/>
                        <rect class=class width=format!("{share:.0}") height="6"/>
                    </svg>
                    <span class="visually-hidden">{words}</span>
                </span>
            }
        });
        view! { <li><span class="evidence-name">{entry.name}</span>{bar}<span class="evidence-text">{entry.sentence}</span></li> }
    });
    view! {
        <section aria-labelledby="evidence-heading">
            <h2 id="evidence-heading">"What speaks for it"</h2>
            <ul class="evidence">{items.collect_view()}</ul>
        </section>
    }
    .into_any()
}

#[component]
fn Sources(rows: Vec<SourceRow>) -> impl IntoView {
    let empty = rows.is_empty();
    let lines = rows.into_iter().map(|row| {
        let mail = match row.message_id {
            Some(id) => view! {
                <a href=format!("/arrivals/mails/{id}")>{row.subject.unwrap_or_else(|| "A mail without subject".to_owned())}</a>
                <span class="under">{row.sender.unwrap_or_default()}" "{row.sent_at.map(|at| view! { <At at=at/> })}</span>
            }
            .into_any(),
            None => "–".into_any(),
        };
        view! {
            <tr>
                <th scope="row">{format::period(row.start, row.end)}</th>
                <td class="figure">{format::exact(row.quantity)}"\u{a0}"{row.unit}{row.superseded.then(|| view! { <span class="under">"superseded since"</span> })}</td>
                <td class="figure">{row.cost.map(|cost| format::money(cost, row.currency.as_deref()))}</td>
                <td><CellLink attachment=row.attachment_id.get() file=row.file_name sheet=row.sheet cell=row.cell/></td>
                <td>{mail}</td>
            </tr>
        }
    });
    view! {
        <section aria-labelledby="sources-heading">
            <h2 id="sources-heading">"Where the numbers came from"</h2>
            {if empty {
                view! { <p class="muted">"No stored reading is named by this alert: the problem is that one is missing."</p> }.into_any()
            } else {
                view! {
                    <div class="table-frame table-scroll" tabindex="0" role="group" aria-label="Sources">
                        <table class="plain">
                            <caption class="visually-hidden">"Readings of the alert and their cells"</caption>
                            <thead><tr>
                                <th scope="col">"Period"</th><th scope="col" class="figure">"In the file"</th>
                                <th scope="col" class="figure">"Charged"</th><th scope="col">"File and cell"</th><th scope="col">"Mail"</th>
                            </tr></thead>
                            <tbody>{lines.collect_view()}</tbody>
                        </table>
                    </div>
                }.into_any()
            }}
        </section>
    }
    .into_any()
}

#[component]
fn History(entries: Vec<HistoryEntry>, now: Timestamp) -> impl IntoView {
    let items = entries.into_iter().map(|entry| {
        let class = format!("action-{}", entry.action);
        view! {
            <li class=class>
                <p><strong>{entry.actor}</strong>" "{entry.action}" "<span class="muted"><When at=entry.at now=now/></span></p>
                {(!entry.comment.is_empty()).then(|| view! { <blockquote>{entry.comment}</blockquote> })}
            </li>
        }
    });
    view! {
        <section class="panel" aria-labelledby="log-heading">
            <h2 id="log-heading">"History"</h2>
            <ol class="timeline">{items.collect_view()}</ol>
        </section>
    }
    .into_any()
}

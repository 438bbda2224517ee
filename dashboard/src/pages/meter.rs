//! One meter: its months, its alerts, its readings with their cells.

use alerts::AlertState;
use jiff::ToSpan;
use jiff::civil::Time;
use leptos::prelude::*;
use rust_decimal::Decimal;

use super::events::EventNotes;
use super::parts::{self, At, CellLink, CommodityMark, Pager, SeverityBadge, StateBadge};
use crate::chart::{Mark, Series, TrendChart};
use crate::format;
use crate::server::sites::meter_query::PAGE_SIZE;
use crate::views::{FindingRow, Fit, IntervalRow, MeterAlert, MeterDetail, ReadingRow, Standing};

/// The page.
pub fn meter(meter: MeterDetail, may_decide: bool) -> AnyView {
    let about = view! { <About meter=meter.clone() may_decide=may_decide/> }.into_any();
    let series = Series::new(meter.unit.clone(), &meter.months, marks(&meter));
    let title = format!("{} at {}, month by month", meter.name, meter.site);
    let (id, page, total) = (meter.meter_id, meter.page, meter.total);
    view! {
        <nav class="crumbs" aria-label="Where you are">
            <a href="/sites">"Sites"</a><span aria-hidden="true">"/"</span>
            <a href=format!("/sites/{}", meter.site_id) data-up="">{meter.site.clone()}</a>
            <span aria-hidden="true">"/"</span><span>{meter.name.clone()}</span>
        </nav>
        <div class="page-head">
            <h1>{meter.name.clone()}<CommodityMark commodity=meter.commodity/></h1>
            <p class="muted">
                {meter.site.clone()}" · in "{format::unit(&meter.unit)}" · local time of "{meter.time_zone.clone()}
                {(!meter.confirmed && meter.counts_as.is_none()).then(|| view! {
                    " · "<a href="/meters">"not yet confirmed by a person"</a>
                })}
                {meter.closed_on.map(|day| format!(" · closed on {}", format::date(day)))}
            </p>
            {meter.counts_as.map(|(root, name)| view! {
                <p class="muted">"Its readings count as those of "<a href=format!("/meters/{root}")>{name}</a>"; "<a href="/meters">"undo"</a></p>
            })}
            {(!meter.aliases.is_empty()).then(|| view! {
                <p class="muted">"Also named "{meter.aliases.join(", ")}</p>
            })}
        </div>
        <EventNotes rows=meter.events/>
        {if meter.months.is_empty() {
            view! { <div class="empty"><p class="empty-title">"There are no readings yet."</p></div> }.into_any()
        } else {
            view! { <section aria-label="Month by month"><TrendChart series=series title=title/></section> }.into_any()
        }}
        {meter.standing.map(|standing| view! { <HowWellKnown standing=standing/> })}
        <Alerts rows=meter.alerts/>
        <Intervals rows=meter.intervals unit=meter.unit.clone()/>
        <Findings rows=meter.findings/>
        {about}
        <section id="results" aria-labelledby="readings-heading">
            <h2 id="readings-heading">"Readings"</h2>
            <Readings rows=meter.readings superseded=meter.superseded unit=meter.unit/>
            <Pager page=page size=PAGE_SIZE total=total words=("reading", "readings") target="results"
                href=Box::new(move |page| format!("/meters/{id}?page={page}"))/>
        </section>
    }
    .into_any()
}

/// On what the meter is judged, why not on more, and how well what was expected of it has fitted.
#[component]
fn HowWellKnown(standing: Standing) -> impl IntoView {
    let fit = match standing.fit {
        Some(Fit { cv_rmse, nmbe, months }) => format!(
            "Over {} the expectation was off by {:.0}\u{a0}% of the mean use (CV(RMSE)), and by {} on the whole (NMBE).",
            format::counted(i64::from(months), "normal month", "normal months"),
            100.0 * cv_rmse,
            format::deviation(1.0 + nmbe, 1.0).unwrap_or_default(),
        ),
        None => "There are too few judged months to say how well the expectation fits.".to_owned(),
    };
    view! {
        <section aria-labelledby="known-heading">
            <h2 id="known-heading">"How well it is known"</h2>
            <p class="ground">{standing.rung.map(|rung| format!("{} ", rung.sentence()))}{standing.refused}</p>
            <p class="ground">{fit}" "<a href="/method">"What these figures mean"</a></p>
        </section>
    }
    .into_any()
}

/// What interval data tell beside the bills.
#[component]
fn Intervals(rows: Vec<IntervalRow>, unit: String) -> impl IntoView {
    if rows.is_empty() {
        return ().into_any();
    }
    let amount = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), format::number);
    let lines = rows.into_iter().map(|row| {
        let night = row.night_share.map_or_else(|| "–".to_owned(), |share| format!("{:.0} %", 100.0 * share));
        let weekend = row.weekend_day.zip(row.working_day).filter(|(_, working)| *working > 0.0);
        let share = weekend.map(|(weekend, working)| format!("{:.0} % of a working day", 100.0 * weekend / working));
        view! {
            <tr>
                <th scope="row">{format::month(row.month)}<span class="under">{format!("{} days", row.days)}</span></th>
                <td class="figure">{format::number(row.total)}</td>
                <td class="figure">{amount(row.base_load)}</td>
                <td class="figure">{night}</td>
                <td class="figure">{amount(row.working_day)}</td>
                <td class="figure">{amount(row.weekend_day)}<span class="under">{share}</span></td>
                <td class="figure">{amount(row.holiday_day)}</td>
                <td class="figure">{amount(row.closure_day)}</td>
            </tr>
        }
    });
    let unit = format::unit(&unit);
    view! {
        <section aria-labelledby="intervals-heading">
            <h2 id="intervals-heading">"By days and hours"</h2>
            <p class="muted">"Interval data stand beside the bills and are never added to them. Base load is the smallest hour of a usual day; nights are 22 to 6 o'clock; public holidays are those of the country that is set for the site; closures are those entered as known events."</p>
            <div class="table-frame table-scroll" tabindex="0" role="group" aria-label="By days and hours">
                <table class="plain">
                    <caption class="visually-hidden">"What interval data tell, by month"</caption>
                    <thead><tr>
                        <th scope="col">"Month"</th>
                        <th scope="col" class="figure">{format!("Use, {unit}")}</th>
                        <th scope="col" class="figure">{format!("Base load, {unit} an hour")}</th>
                        <th scope="col" class="figure">"At night"</th>
                        <th scope="col" class="figure">"Working day"</th>
                        <th scope="col" class="figure">"Weekend day"</th>
                        <th scope="col" class="figure">"Public holiday"</th>
                        <th scope="col" class="figure">"Closed day"</th>
                    </tr></thead>
                    <tbody>{lines.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

/// What a person may say about the meter.
#[component]
fn About(meter: MeterDetail, may_decide: bool) -> impl IntoView {
    if !may_decide {
        return ().into_any();
    }
    let id = meter.meter_id;
    let confirm = (!meter.confirmed).then(|| {
        view! {
            <form method="post" action=format!("/meters/{id}/confirm")>
                <button type="submit">"This meter is real"</button>
            </form>
        }
    });
    let closed = meter.closed_on.map(|day| day.to_string());
    view! {
        <details class="about">
            <summary>"Confirm, close, enter an event"</summary>
            <div class="about-forms">
                {confirm}
                <form class="line-form" method="post" action=format!("/meters/{id}/close")>
                    <label><span>"Not to be billed from"</span><input type="date" name="on" value=closed/></label>
                    <button type="submit">"Keep"</button>
                </form>
                <a class="button" href=format!("/events?site={}", meter.site_id)>"Enter a known event"</a>
            </div>
        </details>
    }
    .into_any()
}

fn marks(meter: &MeterDetail) -> Vec<Mark> {
    let mut marks = Vec::new();
    for point in &meter.months {
        let middle = point.month.saturating_add(14.days()).to_datetime(Time::midnight());
        let alert = meter
            .alerts
            .iter()
            .filter(|alert| alert.state != AlertState::Resolved)
            .find(|alert| alert.start <= middle && middle < alert.end);
        marks.extend(
            alert.map(|alert| Mark { month: point.month, label: alert.kind.label().to_owned() }),
        );
    }
    marks
}

#[component]
fn Alerts(rows: Vec<MeterAlert>) -> impl IntoView {
    if rows.is_empty() {
        return ().into_any();
    }
    let lines = rows.into_iter().map(|alert| {
        view! {
            <tr>
                <td><SeverityBadge severity=alert.severity/></td>
                <th scope="row"><a class="row-link" href=format!("/alerts/{}", alert.reference)>{alert.kind.label()}</a></th>
                <td>{format::period(alert.start, alert.end)}</td>
                <td class="figure">{parts::cost(alert.cost, alert.currency.as_deref(), alert.kind)}</td>
                <td><StateBadge state=alert.state/></td>
            </tr>
        }
    });
    view! {
        <section aria-labelledby="alerts-heading">
            <h2 id="alerts-heading">"Alerts"</h2>
            <div class="table-frame table-scroll" tabindex="0" role="group" aria-label="Alerts of the meter">
                <table class="plain rows">
                    <caption class="visually-hidden">"Alerts of the meter, the newest first"</caption>
                    <thead><tr>
                        <th scope="col">"Severity"</th><th scope="col">"Problem"</th><th scope="col">"Period"</th>
                        <th scope="col" class="figure">"Cost"</th><th scope="col">"State"</th>
                    </tr></thead>
                    <tbody>{lines.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Findings(rows: Vec<FindingRow>) -> impl IntoView {
    if rows.is_empty() {
        return ().into_any();
    }
    let items = rows.into_iter().map(|finding| {
        let cells = finding.cells.into_iter().map(|(attachment, file, sheet, cell)| {
            view! { <CellLink attachment=attachment.get() file=file sheet=sheet cell=cell/> }
        });
        view! {
            <li class="problem">
                <p>{finding.sentence}</p>
                {finding.hint.map(|hint| view! { <p class="hint">{hint}</p> })}
                <p class="problem-place">{cells.collect_view()}<span class="muted">"found "<At at=finding.found_at/></span></p>
            </li>
        }
    });
    view! {
        <section aria-labelledby="findings-heading">
            <h2 id="findings-heading">"Odd between readings"</h2>
            <ul class="problems">{items.collect_view()}</ul>
        </section>
    }
    .into_any()
}

#[component]
fn Readings(rows: Vec<ReadingRow>, superseded: Vec<ReadingRow>, unit: String) -> impl IntoView {
    let lines = rows.into_iter().map(|reading| {
        let earlier = chain(&superseded, reading.reading_id);
        let earlier = (!earlier.is_empty()).then(|| {
            let items = earlier.into_iter().map(|old| {
                view! {
                    <li>
                        <del>{format::exact(old.quantity)}"\u{a0}"{old.unit}</del>
                        <CellLink attachment=old.attachment_id.get() file=old.file_name sheet=old.sheet cell=old.cell/>
                        <span class="muted">"recorded "<At at=old.recorded_at/>{old.superseded_at.map(|at| view! { ", superseded "<At at=at/> })}</span>
                    </li>
                }
            });
            view! { <details class="earlier"><summary>"Corrected"</summary><ol>{items.collect_view()}</ol></details> }
        });
        view! {
            <tr>
                <th scope="row">{format::period(reading.start, reading.end)}</th>
                <td class="figure">{format::exact(reading.quantity)}"\u{a0}"{reading.unit}{earlier}</td>
                <td class="figure">{reading.cost.map(|cost| format::money(cost, reading.currency.as_deref()))}</td>
                <td>{kind(&reading.kind)}{reading.used.map(|used| derived(used, &unit))}</td>
                <td><CellLink attachment=reading.attachment_id.get() file=reading.file_name sheet=reading.sheet cell=reading.cell/></td>
                <td class="wide-only"><At at=reading.recorded_at/></td>
            </tr>
        }
    });
    view! {
        <div class="table-frame table-scroll" tabindex="0" role="group" aria-label="Readings">
            <table class="plain">
                <caption class="visually-hidden">"Live readings, the newest first, with the cell each came from"</caption>
                <thead><tr>
                    <th scope="col">"Period"</th><th scope="col" class="figure">"In the file"</th>
                    <th scope="col" class="figure">"Charged"</th><th scope="col">"Kind"</th>
                    <th scope="col">"File and cell"</th><th scope="col" class="wide-only">"Recorded"</th>
                </tr></thead>
                <tbody>{lines.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// What was used since an earlier reading, and how that was found.
fn derived((used, reason): (Option<Decimal>, String), unit: &str) -> impl IntoView + use<> {
    let how = match reason.as_str() {
        "rollover" => ", past the register's highest number",
        "reset" => ": reset",
        "exchange" => ": device exchanged",
        "misread" => ", without a misread number",
        "trued_up" => ", an estimate corrected",
        "multiplier_changed" => ": another multiplier",
        "jump" => ", far more than usual",
        "unclear" => ": it fell, and why is not clear",
        _ => "",
    };
    let used = match used {
        Some(used) => format!("used {}\u{a0}{}{how}", format::exact(used), format::unit(unit)),
        None => format!("use not known{how}"),
    };
    view! { <span class="muted derived">{used}</span> }
}

/// What a reading took the place of, step by step, the newest first.
fn chain(superseded: &[ReadingRow], reading: i64) -> Vec<ReadingRow> {
    let mut chain: Vec<ReadingRow> = Vec::new();
    let mut wanted = vec![reading];
    while let Some(later) = wanted.pop() {
        for earlier in superseded.iter().filter(|row| row.superseded_by == Some(later)) {
            if chain.iter().all(|known| known.reading_id != earlier.reading_id) {
                chain.push(earlier.clone());
                wanted.push(earlier.reading_id);
            }
        }
    }
    chain
}

fn kind(code: &str) -> &'static str {
    match code {
        "estimated" => "Estimated",
        "register_reading" => "Register",
        "average_power" => "Average power",
        _ => "Consumption",
    }
}

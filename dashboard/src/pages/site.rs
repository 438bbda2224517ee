//! One site and its meters.

use leptos::prelude::*;
use readings::ids::SiteId;

use super::events::EventNotes;
use super::parts::{self, CommodityMark};
use crate::chart::Sparkline;
use crate::format;
use crate::views::{HolidayChoice, MeterRow, SiteDetail};

/// The page.
pub fn site(site: SiteDetail, may_decide: bool) -> AnyView {
    let SiteDetail { row, time_zone, meters, station, stations, holidays, events } = site;
    let id = row.site_id;
    let alerts = (row.pending_alerts > 0).then(|| {
        let href = format!("/alerts?site={}", row.site_id);
        let money = parts::stakes(&row.stakes).map(|money| format!(", {money} at stake"));
        view! { <p><a href=href>{format::counted(row.pending_alerts, "alert", "alerts")}</a>{money}</p> }
    });
    let latest = row.latest.map(|end| format::date(end.date().yesterday().unwrap_or(end.date())));
    view! {
        <nav class="crumbs" aria-label="Where you are">
            <a href="/sites" data-up="">"Sites"</a><span aria-hidden="true">"/"</span><span>{row.name.clone()}</span>
        </nav>
        <div class="page-head">
            <h1>{row.name}</h1>
            {alerts}
            <p class="muted">
                {format::counted(row.meters, "meter", "meters")}
                {latest.map(|latest| format!(" · readings until {latest}"))}
                {format!(" · local time of {time_zone}")}
            </p>
        </div>
        {if meters.is_empty() {
            view! { <div class="empty"><p class="empty-title">"This site has no meter yet."</p></div> }.into_any()
        } else {
            view! { <Table meters=meters/> }.into_any()
        }}
        <EventNotes rows=events/>
        {may_decide.then(|| view! { <About site=id station=station stations=stations holidays=holidays/> })}
    }
    .into_any()
}

/// What a person may set for the site.
#[component]
fn About(
    site: SiteId,
    station: Option<i64>,
    stations: Vec<(i64, String)>,
    holidays: HolidayChoice,
) -> impl IntoView {
    let choose = (!stations.is_empty()).then(|| {
        let options = stations.into_iter().map(|(id, name)| {
            view! { <option value=id selected=station == Some(id)>{name}</option> }
        });
        view! {
            <form class="line-form" method="post" action=format!("/sites/{site}/station")>
                <label><span>"Weather station"</span>
                    <select name="station"><option value="">"By rule: its name, its sender, or the only one"</option>{options.collect_view()}</select>
                </label>
                <button type="submit">"Keep"</button>
            </form>
        }
    });
    view! {
        <details class="about">
            <summary>"Weather station, public holidays, known events"</summary>
            <div class="about-forms">
                {choose}
                <WhoseHolidays site=site holidays=holidays/>
                <a class="button" href=format!("/events?site={site}")>"Enter a known event"</a>
            </div>
        </details>
    }
    .into_any()
}

/// Whose public holidays the site keeps; use on them is told apart from that of working days.
#[component]
fn WhoseHolidays(site: SiteId, holidays: HolidayChoice) -> impl IntoView {
    let HolidayChoice { chosen, by_zone, countries } = holidays;
    let named = |wanted: &String| countries.iter().find(|(code, _)| code == wanted);
    let unchosen = match by_zone.as_ref().and_then(named) {
        Some((_, name)) => format!("By its time zone: {name}"),
        None => "None: its time zone tells no country".to_owned(),
    };
    let options = countries.iter().map(|(code, name)| {
        view! { <option value=code.clone() selected=chosen.as_ref() == Some(code)>{name.clone()}</option> }
    });
    view! {
        <form class="line-form" method="post" action=format!("/sites/{site}/holidays")>
            <label><span>"Public holidays of"</span>
                <select name="country"><option value="">{unchosen}</option>{options.collect_view()}</select>
            </label>
            <label class="check"><input type="checkbox" name="everywhere" value="1"/><span>"For all sites"</span></label>
            <button type="submit">"Keep"</button>
        </form>
    }
}

#[component]
fn Table(meters: Vec<MeterRow>) -> impl IntoView {
    let rows = meters.into_iter().map(|meter| {
        let latest = meter.latest.map(|end| format::date(end.date().yesterday().unwrap_or(end.date())));
        let newest = meter.trend.last().copied().flatten();
        view! {
            <tr>
                <th scope="row"><a class="row-link" href=format!("/meters/{}", meter.meter_id)>{meter.name}</a></th>
                <td><CommodityMark commodity=meter.commodity/></td>
                <td><Sparkline values=meter.trend/></td>
                <td class="figure">{newest.map_or_else(|| "–".to_owned(), |value| format::quantity(value, &meter.unit))}</td>
                <td class="figure wide-only">{format::count(meter.readings)}</td>
                <td class="wide-only">{latest.unwrap_or_else(|| "–".to_owned())}</td>
                <td class="figure">{if meter.pending_alerts > 0 { view! { <strong>{format::count(meter.pending_alerts)}</strong> }.into_any() } else { view! { <span class="muted">"0"</span> }.into_any() }}</td>
            </tr>
        }
    });
    view! {
        <div class="table-frame table-scroll" tabindex="0" role="group" aria-label="Meters">
            <table class="plain rows">
                <caption class="visually-hidden">"Meters of the site"</caption>
                <thead><tr>
                    <th scope="col">"Meter"</th><th scope="col">"Commodity"</th><th scope="col">"12 months"</th>
                    <th scope="col" class="figure">"Last month"</th><th scope="col" class="figure wide-only">"Readings"</th>
                    <th scope="col" class="wide-only">"Until"</th><th scope="col" class="figure">"Alerts"</th>
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

//! The list of sites.

use leptos::prelude::*;

use super::parts::{self, CommodityMark};
use crate::format;
use crate::views::SiteRow;

/// The page; `waiting` meters are not confirmed.
pub fn sites(sites: Vec<SiteRow>, waiting: i64) -> AnyView {
    let total: i64 = sites.iter().map(|site| site.meters).sum();
    let count = i64::try_from(sites.len()).unwrap_or(i64::MAX);
    let body = if sites.is_empty() {
        view! {
            <div class="empty">
                <p class="empty-title">"There is no site yet."</p>
                <p>"Sites and meters appear by themselves with the first readings. See "<a href="/arrivals">"what has arrived"</a>"."</p>
            </div>
        }
        .into_any()
    } else {
        view! { <Table sites=sites/> }.into_any()
    };
    let said = format!(
        "{} with {}",
        format::counted(count, "site", "sites"),
        format::counted(total, "meter", "meters")
    );
    view! {
        <div class="page-head"><h1>"Sites"</h1><p class="muted">{said}{(waiting > 0).then(|| view! {
            " · "<a href="/meters">{format::counted(waiting, "meter to confirm", "meters to confirm")}</a>
        })}</p></div>
        {body}
    }
    .into_any()
}

#[component]
fn Table(sites: Vec<SiteRow>) -> impl IntoView {
    let rows = sites.into_iter().map(|site| {
        let latest = site.latest.map(|end| format::date(end.date().yesterday().unwrap_or(end.date())));
        let alerts = if site.pending_alerts > 0 {
            let href = format!("/alerts?site={}", site.site_id);
            view! { <a href=href>{format::count(site.pending_alerts)}</a> }.into_any()
        } else {
            view! { <span class="muted">"0"</span> }.into_any()
        };
        let nothing = if site.pending_alerts > 0 { "no price" } else { "–" };
        let stakes = match parts::stakes(&site.stakes) {
            Some(money) => money.into_any(),
            None => view! { <span class="muted">{nothing}</span> }.into_any(),
        };
        view! {
            <tr>
                <th scope="row"><a class="row-link" href=format!("/sites/{}", site.site_id)>{site.name}</a></th>
                <td class="figure">{format::count(site.meters)}</td>
                <td class="wide-only"><span class="commodities">{site.commodities.iter().map(|it| view! { <CommodityMark commodity=Some(*it)/> }).collect_view()}</span></td>
                <td class="figure">{alerts}</td>
                <td class="figure">{stakes}</td>
                <td class="wide-only">{latest.unwrap_or_else(|| "–".to_owned())}</td>
            </tr>
        }
    });
    view! {
        <div class="table-frame">
            <table class="plain rows">
                <caption class="visually-hidden">"Sites by name"</caption>
                <thead><tr>
                    <th scope="col">"Site"</th><th scope="col" class="figure">"Meters"</th>
                    <th scope="col" class="wide-only">"Commodities"</th><th scope="col" class="figure">"Alerts"</th>
                    <th scope="col" class="figure">"Money at stake"</th><th scope="col" class="wide-only">"Readings until"</th>
                </tr></thead>
                <tbody>{rows.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

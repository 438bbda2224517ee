//! The list of alerts: money at stake, filters, the table.

use alerts::{AlertKind, AlertState, Severity};
use jiff::Timestamp;
use leptos::prelude::*;
use readings::commodity::Commodity;
use readings::ids::SiteId;

use super::parts::{self, CommodityMark, Pager, SeverityBadge, StateBadge, When};
use crate::alert_filter::{AlertFilter, PAGE_SIZE, Sort, SortKey, StateChoice};
use crate::format;
use crate::views::alert::Totals;
use crate::views::{AlertList, AlertRow};

const KINDS_SHOWN: usize = 4;

/// The page of a selection.
pub fn alerts(list: AlertList, now: Timestamp, may_triage: bool) -> AnyView {
    let AlertList { filter, rows, totals, sites } = list;
    let pages = filter.clone();
    let total = totals.count();
    let table = if rows.is_empty() {
        view! { <Nothing filter=filter.clone()/> }.into_any()
    } else {
        view! { <Table filter=filter.clone() rows=rows now=now may_triage=may_triage/> }.into_any()
    };
    view! {
        <h1 class="visually-hidden">"Alerts"</h1>
        <Filters filter=filter.clone() sites=sites/>
        <section id="results" aria-label="Alerts">
            <Summary filter=filter totals=totals/>
            {table}
            <Pager
                page=pages.page
                size=i64::from(pages.per_page)
                total=total
                words=("alert", "alerts")
                target="results"
                href=Box::new(move |page| AlertFilter { page, ..pages.clone() }.href())
            />
        </section>
    }
    .into_any()
}

#[component]
fn Summary(filter: AlertFilter, totals: Totals) -> impl IntoView {
    let stakes = totals.stakes();
    let main = stakes.first().map(|(currency, _)| currency.clone());
    let money = parts::stakes(&stakes).unwrap_or_else(|| "0".to_owned());
    let currency = main.flatten();
    let kinds = totals.by_kind(currency.as_deref());
    let dearest = kinds.first().map(|(.., sum)| *sum).unwrap_or_default();
    let severities = Severity::ALL.iter().rev().map(|severity| {
        let chosen = filter.severity == Some(*severity);
        let href = filter.with(|next| next.severity = (!chosen).then_some(*severity)).href();
        let name = format!("severity-{severity}");
        view! {
            <li>
                <a href=href aria-current=chosen.then_some("true") data-live="" data-target="results" data-focus=name>
                    <strong>{format::count(totals.count_of(*severity))}</strong>
                    <SeverityBadge severity=*severity/>
                </a>
            </li>
        }
    });
    let bars = kinds.iter().filter(|(.., sum)| !sum.is_zero()).take(KINDS_SHOWN).map(|(kind, count, sum)| {
        let share = if dearest.is_zero() { 0 } else {
            u32::try_from((*sum * rust_decimal::Decimal::ONE_HUNDRED / dearest).round()).unwrap_or(0)
        };
        let href = filter.with(|next| next.kind = Some(*kind)).href();
        view! {
            <li>
                <a href=href data-live="" data-target="results" data-focus=format!("kind-{kind}")>
                    <span class="kind-name">{kind.label()}" "<span class="muted">{format::count(*count)}</span></span>
                    <svg class="share" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">
                        <rect class="share-ground" width="100" height="6"/>
                        <rect class="share-bar" width=share.max(1) height="6"/>
                    </svg>
                    <span class="figure">{format::money(*sum, currency.as_deref())}</span>
                </a>
            </li>
        }
    });
    view! {
        <div class="summary">
            <div class="summary-money">
                <p class="label">"Money at stake"</p>
                <p class="big">{money}</p>
                <p class="muted">{format!("in {}", format::counted(totals.count(), "alert", "alerts"))}</p>
            </div>
            <ul class="summary-severity" aria-label="By severity">{severities.collect_view()}</ul>
            <ol class="summary-kinds" aria-label="Dearest kinds of problem">{bars.collect_view()}</ol>
        </div>
    }
    .into_any()
}

#[component]
fn Filters(filter: AlertFilter, sites: Vec<(SiteId, String)>) -> impl IntoView {
    let options = |chosen: Option<String>, all: Vec<(String, String)>| {
        all.into_iter()
            .map(|(value, label)| {
                let selected = chosen.as_ref() == Some(&value);
                view! { <option value=value selected=selected>{label}</option> }
            })
            .collect_view()
    };
    let coded = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(code, label)| ((*code).to_owned(), (*label).to_owned())).collect()
    };
    let states: Vec<_> = StateChoice::ALL.map(|state| (state.code(), state.label())).to_vec();
    let severities: Vec<_> = Severity::ALL.iter().rev().map(|it| (it.code(), it.label())).collect();
    let kinds: Vec<_> = AlertKind::ALL.iter().map(|it| (it.code(), it.label())).collect();
    let commodities: Vec<_> = Commodity::ALL.iter().map(|it| (it.code(), it.label())).collect();
    let sites = sites.into_iter().map(|(id, name)| (id.to_string(), name)).collect();
    let sort = (filter.sort != Sort::default()).then(|| filter.sort.to_string());
    let per_page = (filter.per_page != PAGE_SIZE).then_some(filter.per_page);
    let clear =
        filter.is_narrowed().then(|| view! { <a class="button quiet" href="/alerts">"Clear"</a> });
    view! {
        <form class="filters" method="get" action="/alerts" data-live="" data-target="results" role="search" aria-label="Filter alerts">
            <label class="search">
                <span class="visually-hidden">"Search site, meter, reason or reference"</span>
                <input type="search" name="q" value=filter.search.clone() placeholder="Search site, meter, reason, AL-…" maxlength="100" autocomplete="off"/>
            </label>
            <label><span>"State"</span><select name="state">{options(Some(filter.state.code().to_owned()), coded(&states))}</select></label>
            <label><span>"Severity"</span><select name="severity"><option value="">"All"</option>{options(filter.severity.map(|it| it.to_string()), coded(&severities))}</select></label>
            <label><span>"Kind"</span><select name="kind"><option value="">"All"</option>{options(filter.kind.map(|it| it.to_string()), coded(&kinds))}</select></label>
            <label><span>"Commodity"</span><select name="commodity"><option value="">"All"</option>{options(filter.commodity.map(|it| it.to_string()), coded(&commodities))}</select></label>
            <label><span>"Site"</span><select name="site"><option value="">"All"</option>{options(filter.site.map(|it| it.to_string()), sites)}</select></label>
            {sort.map(|sort| view! { <input type="hidden" name="sort" value=sort/> })}
            {per_page.map(|per| view! { <input type="hidden" name="per" value=per/> })}
            <span class="filter-actions"><button class="apply" type="submit">"Apply"</button>{clear}</span>
        </form>
    }
    .into_any()
}

#[component]
fn Table(
    filter: AlertFilter,
    rows: Vec<AlertRow>,
    now: Timestamp,
    may_triage: bool,
) -> impl IntoView {
    let head = |key: SortKey, name: &'static str, class: &'static str| {
        let (order, arrow) = match (filter.sort.key == key, filter.sort.descending) {
            (false, _) => (None, ""),
            (true, true) => (Some("descending"), "▼"),
            (true, false) => (Some("ascending"), "▲"),
        };
        view! {
            <th scope="col" class=class aria-sort=order>
                <a href=filter.sorted_by(key).href() data-live="" data-target="results" data-focus=format!("sort-{}", key.code())>
                    {name}<span class="arrow" aria-hidden="true">{arrow}</span>
                </a>
            </th>
        }
    };
    let back = filter.href();
    view! {
        <div class="table-frame">
            <table class="alerts">
                <caption class="visually-hidden">"Alerts. The names of the columns sort the list."</caption>
                <thead>
                    <tr>
                        {head(SortKey::Severity, "Severity", "col-severity")}
                        {head(SortKey::Site, "Site and meter", "col-where")}
                        {head(SortKey::Kind, "Problem", "col-kind")}
                        {head(SortKey::Period, "Period", "col-period")}
                        {head(SortKey::Deviation, "Deviation", "col-deviation figure")}
                        {head(SortKey::Cost, "Cost", "col-cost figure")}
                        {head(SortKey::Since, "State, since", "col-state")}
                        {may_triage.then(|| view! { <th scope="col" class="col-action"><span class="visually-hidden">"Action"</span></th> })}
                    </tr>
                </thead>
                <tbody>
                    {rows.into_iter().map(|row| view! { <Row row=row now=now may_triage=may_triage back=back.clone()/> }).collect_view()}
                </tbody>
            </table>
        </div>
    }
    .into_any()
}

#[component]
fn Row(row: AlertRow, now: Timestamp, may_triage: bool, back: String) -> impl IntoView {
    let reference = row.reference.to_string();
    let href = format!("/alerts/{reference}");
    let open = row.state == AlertState::Open;
    let action = may_triage.then(|| {
        let form = open.then(|| {
            view! {
                <form method="post" action=format!("{href}/acknowledge") data-inline="" data-target="content" data-action="acknowledge">
                    <input type="hidden" name="revision" value=row.revision/>
                    <input type="hidden" name="back" value=back/>
                    <button type="submit" data-focus=format!("ack-{reference}") aria-label=format!("Acknowledge {reference}")>"Acknowledge"</button>
                </form>
            }
        });
        view! { <td class="col-action">{form}</td> }
    });
    let figures = format!(
        "{} of {} {}",
        format::number(row.observed),
        format::number(row.expected),
        format::unit(&row.unit)
    );
    view! {
        <tr>
            <td class="col-severity"><SeverityBadge severity=row.severity/></td>
            <th scope="row" class="col-where">
                <a class="row-link" href=href data-focus=reference.clone()>{row.site}<span class="visually-hidden">", "{row.kind.label()}</span></a>
                <span class="under">{(!row.meter.is_empty()).then(|| view! { <span>{row.meter}</span> })}<CommodityMark commodity=row.commodity/></span>
            </th>
            <td class="col-kind">{row.kind.label()}<span class="under reference">{reference}</span></td>
            <td class="col-period">{format::period(row.start, row.end)}</td>
            <td class="col-deviation figure"><strong>{parts::deviation(row.observed, row.expected, &row.unit)}</strong><span class="under">{figures}</span></td>
            <td class="col-cost figure">{parts::cost(row.cost, row.currency.as_deref(), row.kind)}</td>
            <td class="col-state"><StateBadge state=row.state/><span class="under"><When at=row.opened_at now=now/></span></td>
            {action}
        </tr>
    }
    .into_any()
}

#[component]
fn Nothing(filter: AlertFilter) -> impl IntoView {
    if filter.is_narrowed() {
        view! {
            <div class="empty">
                <p class="empty-title">"No alert fits this filter."</p>
                <p>"Take out a condition, or "<a href="/alerts">"show all open alerts"</a>"."</p>
            </div>
        }
        .into_any()
    } else {
        view! {
            <div class="empty">
                <p class="empty-title">"Nothing is open."</p>
                <p>
                    "Whatever deviates is listed here as soon as readings have come and been analysed. See "
                    <a href="/arrivals">"what has arrived"</a>", or "
                    <a href="/alerts?state=resolved">"what was resolved"</a>"."
                </p>
            </div>
        }
        .into_any()
    }
}

//! The calendar of known events, and what it says on other pages.

use alerts::EventKind;
use leptos::prelude::*;

use super::detection::Tabs;
use super::parts::At;
use crate::format;
use crate::views::{EventList, EventRow};

/// The page.
pub fn events(list: EventList, may_enter: bool) -> AnyView {
    let EventList { rows, sites, site } = list;
    let form = may_enter.then(|| {
        let sites = sites.into_iter().map(|(id, name)| {
            view! { <option value=id.get() selected=site == Some(id)>{name}</option> }
        });
        let kinds = EventKind::ALL
            .iter()
            .map(|kind| view! { <option value=kind.code()>{kind.label()}</option> });
        view! {
            <form class="panel set-form" method="post" action="/events" aria-labelledby="enter-heading">
                <h2 id="enter-heading">"Enter an event"</h2>
                <label><span>"Site"</span><select name="site" required>{sites.collect_view()}</select></label>
                <label><span>"What happened"</span><select name="kind">{kinds.collect_view()}</select></label>
                <label><span>"First day"</span><input type="date" name="from" required/></label>
                <label><span>"Last day, if known"</span><input type="date" name="to"/></label>
                <label class="wide"><span>"Note"</span><input type="text" name="note" maxlength="500" autocomplete="off"/></label>
                <button class="primary" type="submit">"Enter"</button>
            </form>
        }
    });
    let table = if rows.is_empty() {
        view! {
            <div class="empty">
                <p class="empty-title">"No events are entered."</p>
                <p>"Closures, works, a new tenant or a new usual level explain unusual use: the baseline takes them into account, and nobody is alarmed."</p>
            </div>
        }
        .into_any()
    } else {
        view! { <Table rows=rows may_enter=may_enter/> }.into_any()
    };
    view! {
        <Tabs at="/events"/>
        <div class="page-head">
            <h1>"Known events"</h1>
            <p class="muted">"What people know and readings do not say. Each event says who entered it."</p>
        </div>
        {form}
        {table}
    }
    .into_any()
}

#[component]
fn Table(rows: Vec<EventRow>, may_enter: bool) -> impl IntoView {
    let lines = rows.into_iter().map(|row| {
        let withdraw = may_enter.then(|| {
            view! {
                <td class="col-action">
                    <form method="post" action=format!("/events/{}/withdraw", row.event_id)>
                        <button class="quiet" type="submit" aria-label=format!("Withdraw the event at {}", row.site)>"Withdraw"</button>
                    </form>
                </td>
            }
        });
        let meter = row.meter.as_ref().map(|(id, name)| {
            view! { <span class="under"><a href=format!("/meters/{id}")>{name.clone()}</a></span> }
        });
        view! {
            <tr>
                <th scope="row"><a href=format!("/sites/{}", row.site_id)>{row.site.clone()}</a>{meter}</th>
                <td>{row.kind.label()}<span class="under">{row.note.clone()}</span></td>
                <td>{period(&row)}</td>
                <td class="wide-only">{row.author}<span class="under"><At at=row.created_at/></span></td>
                {withdraw}
            </tr>
        }
    });
    view! {
        <div class="table-frame table-scroll" tabindex="0" role="group" aria-label="Known events">
            <table class="plain rows">
                <caption class="visually-hidden">"Known events, the latest first"</caption>
                <thead><tr>
                    <th scope="col">"Site"</th><th scope="col">"Event"</th><th scope="col">"Period"</th>
                    <th scope="col" class="wide-only">"Entered by"</th>
                    {may_enter.then(|| view! { <th scope="col"><span class="visually-hidden">"Action"</span></th> })}
                </tr></thead>
                <tbody>{lines.collect_view()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn period(row: &EventRow) -> String {
    match row.ends_on {
        Some(end) => {
            let last = end.yesterday().unwrap_or(end);
            format!("{} to {}", format::date(row.starts_on), format::date(last))
        }
        None => format!("from {} on", format::date(row.starts_on)),
    }
}

/// What the baseline makes of the events of a site, on the page of a meter or an alert.
#[component]
pub fn EventNotes(rows: Vec<EventRow>) -> impl IntoView {
    if rows.is_empty() {
        return ().into_any();
    }
    let items = rows.into_iter().map(|row| {
        view! {
            <li class="event-note">
                <p><strong>{row.kind.label()}</strong>", "{period(&row)}{(!row.note.is_empty()).then(|| format!(": {}", row.note))}</p>
                <p class="hint">{row.kind.effect()}" Entered by "{row.author}", "<At at=row.created_at/>"."</p>
            </li>
        }
    });
    view! {
        <section aria-labelledby="events-heading">
            <h2 id="events-heading">"Known events"</h2>
            <ul class="problems">{items.collect_view()}</ul>
        </section>
    }
    .into_any()
}

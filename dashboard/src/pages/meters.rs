//! Meters that wait for a person, merges that hold, and the choice of what a meter is merged into.

use leptos::prelude::*;

use super::parts::{At, CommodityMark, Pager};
use crate::format;
use crate::server::meters::PAGE_SIZE;
use crate::views::{ListedMeter, MergeChoice, MergeRow, WaitingList};

/// The page of the meters to confirm.
pub fn meters(list: WaitingList, may_decide: bool) -> AnyView {
    let WaitingList { meters, total, page, merges } = list;
    let said = if total == 0 {
        "Every meter is confirmed.".to_owned()
    } else {
        let words = ("name was found in files and waits", "names were found in files and wait");
        format!("{} for a person", format::counted(total, words.0, words.1))
    };
    let cards = meters
        .into_iter()
        .map(|meter| view! { <Waiting meter=meter may_decide=may_decide/> })
        .collect_view();
    view! {
        <nav class="crumbs" aria-label="Where you are">
            <a href="/sites">"Sites"</a><span aria-hidden="true">"/"</span><span>"Meters to confirm"</span>
        </nav>
        <div class="page-head"><h1>"Meters to confirm"</h1><p class="muted">{said}</p></div>
        <section id="results" aria-label="Meters">
            {if total == 0 {
                view! { <div class="empty">
                    <p class="empty-title">"No meter waits."</p>
                    <p>"A name that no file has used before appears here with the first reading."</p>
                </div> }.into_any()
            } else {
                view! {
                    <div class="mails">{cards}</div>
                    <Pager page=page size=PAGE_SIZE total=total words=("meter", "meters") target="results"
                        href=Box::new(|page| format!("/meters?page={page}"))/>
                }.into_any()
            }}
        </section>
        <Merges rows=merges may_decide=may_decide/>
    }
    .into_any()
}

#[component]
fn Waiting(meter: ListedMeter, may_decide: bool) -> impl IntoView {
    let id = meter.meter_id.get();
    let suggestions = meter.suggestions.into_iter().map(|(into, name, sentence)| {
        let button = may_decide.then(|| merge_button("meter", id, into.get(), "Merge into it"));
        view! {
            <li class="suggestion">
                <div><a href=format!("/meters/{into}")>{name}</a>"? "<span class="muted">{sentence}</span></div>
                {button}
            </li>
        }
    });
    let suggestions = suggestions.collect_view();
    let readings = format::counted(meter.readings, "reading", "readings");
    let span = meter.span.map(|(start, end)| format!(", {}", format::period(start, end)));
    view! {
        <article class="mail waiting">
            <header>
                <h2>
                    <a class="row-link" href=format!("/meters/{id}")>{meter.name}</a>
                    " "<CommodityMark commodity=meter.commodity/>
                </h2>
                <p class="muted">
                    <a href=format!("/sites/{}", meter.site_id)>{meter.site}</a>" · "{readings}{span}" · first named "<At at=meter.created_at/>
                    {meter.file.map(|(file, name)| view! {
                        " in "<a href=format!("/arrivals/attachments/{file}")>{name.unwrap_or_else(|| "a file".to_owned())}</a>
                    })}
                </p>
            </header>
            <ul class="suggestions">{suggestions}</ul>
            {may_decide.then(|| view! {
                <div class="decisions">
                    <form method="post" action="/meters/confirm">
                        <input type="hidden" name="meter" value=id/>
                        <button class="primary" type="submit">"Confirm as it is"</button>
                    </form>
                    <a class="button" href=format!("/meters/{id}/identity")>"Merge into another…"</a>
                </div>
            })}
        </article>
    }
    .into_any()
}

fn merge_button(what: &'static str, id: i64, into: i64, label: &'static str) -> impl IntoView {
    view! {
        <form method="post" action="/meters/merge">
            <input type="hidden" name="what" value=what/>
            <input type="hidden" name="id" value=id/>
            <input type="hidden" name="into" value=into/>
            <button type="submit">{label}</button>
        </form>
    }
}

#[component]
fn Merges(rows: Vec<MergeRow>, may_decide: bool) -> impl IntoView {
    if rows.is_empty() {
        return ().into_any();
    }
    let lines = rows.into_iter().map(|merge| {
        let (what, path) = if merge.of_sites { ("site", "sites") } else { ("meter", "meters") };
        let undo = if merge.follows_site {
            view! { <span class="muted">"follows its site"</span> }.into_any()
        } else if may_decide {
            view! {
                <form method="post" action="/meters/undo">
                    <input type="hidden" name="what" value=what/>
                    <input type="hidden" name="id" value=merge.id/>
                    <button class="quiet" type="submit">"Undo"</button>
                </form>
            }
            .into_any()
        } else {
            ().into_any()
        };
        view! {
            <tr>
                <th scope="row">{if merge.of_sites { "Site " } else { "" }}{merge.name}</th>
                <td><a href=format!("/{path}/{}", merge.into_id)>{merge.into_name}</a></td>
                <td>{merge.merged_by}", "<At at=merge.merged_at/></td>
                <td>{undo}</td>
            </tr>
        }
    });
    view! {
        <section aria-labelledby="merges-heading">
            <h2 id="merges-heading">"Names that count as another"</h2>
            <div class="table-frame table-scroll" tabindex="0" role="group" aria-label="Merges">
                <table class="plain">
                    <caption class="visually-hidden">"Merges, the newest first"</caption>
                    <thead><tr>
                        <th scope="col">"Name in files"</th><th scope="col">"Counts as"</th>
                        <th scope="col">"Merged by"</th><th scope="col"><span class="visually-hidden">"Undo"</span></th>
                    </tr></thead>
                    <tbody>{lines.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

/// The page on which a person says what a meter, or its site, is merged into.
pub fn merge_choice(choice: MergeChoice, may_decide: bool) -> AnyView {
    let MergeChoice { meter, search, meters, sites } = choice;
    let (id, site) = (meter.meter_id.get(), meter.site_id.get());
    let meters = meters.into_iter().map(|(into, name)| {
        let button = may_decide.then(|| merge_button("meter", id, into.get(), "Merge into it"));
        view! { <li class="suggestion"><a href=format!("/meters/{into}")>{name}</a>{button}</li> }
    });
    let meters = meters.collect_view();
    let sites = sites.into_iter().map(|(into, name)| {
        let button =
            may_decide.then(|| merge_button("site", site, into.get(), "Merge the site into it"));
        view! { <li class="suggestion"><a href=format!("/sites/{into}")>{name}</a>{button}</li> }
    });
    let sites = sites.collect_view();
    let address = format!("/meters/{id}/identity");
    view! {
        <nav class="crumbs" aria-label="Where you are">
            <a href="/sites">"Sites"</a><span aria-hidden="true">"/"</span>
            <a href="/meters" data-up="">"Meters to confirm"</a><span aria-hidden="true">"/"</span><span>{meter.name.clone()}</span>
        </nav>
        <div class="page-head">
            <h1>"Merge "{meter.name.clone()}<CommodityMark commodity=meter.commodity/></h1>
            <p class="muted">"at "{meter.site.clone()}" · readings stay with their name, and a merge can be undone"</p>
        </div>
        <form class="filters" method="get" action=address role="search" aria-label="Search meters and sites">
            <label class="search">
                <span class="visually-hidden">"Search meter or site"</span>
                <input type="search" name="q" value=search placeholder="Search meter or site" maxlength="100" autocomplete="off"/>
            </label>
            <span class="filter-actions"><button class="apply" type="submit">"Search"</button></span>
        </form>
        <section aria-labelledby="into-meter">
            <h2 id="into-meter">"Into a meter that counts the same"</h2>
            <ul class="suggestions">{meters}</ul>
        </section>
        <section aria-labelledby="into-site">
            <h2 id="into-site">"Or the whole site "{meter.site}" into another"</h2>
            <p class="muted">"Its meters then stand there, and those of the same name become one."</p>
            <ul class="suggestions">{sites}</ul>
        </section>
    }
    .into_any()
}

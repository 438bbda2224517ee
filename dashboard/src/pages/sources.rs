//! Where mails come from: how each source fares, and the way to hand in a file by hand.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use leptos::prelude::*;

use super::parts::{At, When};
use crate::format;
use crate::views::{SourceHealth, SourceList, UploadRow};

/// The page.
pub fn sources(list: SourceList, now: Timestamp, may_act: bool) -> AnyView {
    let SourceList { sources, uploads } = list;
    let cards = if sources.is_empty() {
        view! {
            <div class="empty">
                <p class="empty-title">"No source was tried yet."</p>
                <p>"Add one with "<code>"meterwatch source add"</code>" and let the worker run."</p>
            </div>
        }
        .into_any()
    } else {
        let card = |source| view! { <Card source=source now=now may_act=may_act/> };
        sources.into_iter().map(card).collect_view().into_any()
    };
    view! {
        <div class="page-head"><h1>"Sources"</h1></div>
        <section class="sources" aria-label="Sources">{cards}</section>
        <section class="uploads">
            <h2>"Hand in a file"</h2>
            {may_act.then(|| view! { <UploadForm/> })}
            <Uploads rows=uploads now=now/>
        </section>
    }
    .into_any()
}

#[component]
fn Card(source: SourceHealth, now: Timestamp, may_act: bool) -> impl IntoView {
    let breaker = source.breaker(now);
    let retry = (may_act && source.failures > 0).then(|| {
        view! {
            <form method="post" action="/sources/retry">
                <input type="hidden" name="source" value=source.name.clone()/>
                <button type="submit">"Try again now"</button>
            </form>
        }
    });
    let trouble = source.trouble.map(|(sentence, remedy)| {
        view! {
            <div class="notice failed">
                <div><strong>{sentence}</strong><p class="hint">{remedy}</p></div>
                {retry}
            </div>
        }
    });
    let when = |name: &'static str, at: Option<Timestamp>| {
        at.map(|at| view! { <div><dt>{name}</dt><dd><When at=at now=now/></dd></div> })
    };
    let next = source
        .next_attempt
        .map(|at| view! { <div><dt>"Tried again"</dt><dd><At at=at/></dd></div> });
    let passed_over = (source.passed_over > 0).then(|| {
        view! { <div><dt>"Passed over by the rules"</dt><dd>{format::count(source.passed_over)}</dd></div> }
    });
    let expected = source.expected.map(|expected| {
        let ground = if expected.is_configured { "as configured" } else { "learnt from what came" };
        let is_late = expected.due_on < now.to_zoned(TimeZone::UTC).date();
        view! {
            <div>
                <dt>"Next mail"</dt>
                <dd>
                    {if is_late { "was expected by " } else { "expected by " }}{format::date(expected.due_on)}
                    <span class="under">{format!("at least one in {}, {ground}", format::counted(i64::from(expected.every_days), "day", "days"))}</span>
                </dd>
            </div>
        }
    });
    let given_up = (!source.given_up.is_empty()).then(|| {
        let items = source.given_up.into_iter().map(|(location, sentence)| {
            view! { <li><code>{location}</code><span class="under">{sentence}</span></li> }
        });
        view! {
            <details><summary>"Items that cannot be fetched"</summary><ul class="problems">{items.collect_view()}</ul></details>
        }
    });
    view! {
        <article class="mail source">
            <header>
                <h2>{source.name}<span class=format!("badge breaker-{}", breaker.code())>{breaker.label()}</span></h2>
                <p class="muted">{source.kind}" · "{source.place}</p>
            </header>
            {trouble}
            <dl class="properties">
                <div><dt>"Mails"</dt><dd>{format::count(source.mails)}</dd></div>
                {when("Last mail", source.last_mail)}
                {expected}
                {when("Last success", source.last_success)}
                {when("Last attempt", source.last_attempt)}
                {when("Fails since", source.failing_since)}
                {next}
                {passed_over}
            </dl>
            {given_up}
        </article>
    }
    .into_any()
}

#[component]
fn UploadForm() -> impl IntoView {
    view! {
        <form class="upload" method="post" action="/sources/upload" enctype="multipart/form-data">
            <label>
                <span>"A workbook, a CSV file or a mail (.eml), at most 64 MiB"</span>
                <input type="file" name="file" required=true/>
            </label>
            <button type="submit">"Hand in"</button>
        </form>
    }
    .into_any()
}

#[component]
fn Uploads(rows: Vec<UploadRow>, now: Timestamp) -> impl IntoView {
    if rows.is_empty() {
        return view! { <p class="muted">"No file was handed in by hand yet."</p> }.into_any();
    }
    let items = rows.into_iter().map(|row| {
        let name = match row.message_id {
            Some(id) => view! { <a href=format!("/arrivals/mails/{id}")>{row.file_name}</a> }.into_any(),
            None => row.file_name.into_any(),
        };
        let state = if row.is_taken { "taken" } else { "waits for the worker" };
        view! {
            <li>
                {name}
                <span class="under">
                    {format::bytes(row.size_bytes)}" · "{row.by}" · "<When at=row.at now=now/>" · "{state}
                </span>
            </li>
        }
    });
    view! { <ul class="files uploaded">{items.collect_view()}</ul> }.into_any()
}

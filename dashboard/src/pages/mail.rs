//! One mail: its files, and where it was seen.

use leptos::prelude::*;

use super::arrivals::FileLine;
use super::attachment::ProblemItem;
use super::parts::At;
use crate::format;
use crate::views::MailDetail;

/// The page.
pub fn mail(detail: MailDetail, may_open_originals: bool) -> AnyView {
    let MailDetail { mail, header_id, arrivals } = detail;
    let subject = mail.subject.unwrap_or_else(|| "A mail without subject".to_owned());
    let files = if mail.attachments.is_empty() {
        view! { <p class="muted">"No file was in this mail."</p> }.into_any()
    } else {
        let files = mail.attachments.into_iter().map(|file| view! { <FileLine file=file/> });
        view! { <ul class="files boxed">{files.collect_view()}</ul> }.into_any()
    };
    let problems = (!mail.problems.is_empty()).then(|| {
        let items = mail.problems.into_iter().map(|problem| view! { <ProblemItem problem=problem/> });
        view! { <section><h2>"Remarks about the mail"</h2><ul class="problems">{items.collect_view()}</ul></section> }
    });
    let seen = arrivals.into_iter().map(|(source, location, at)| {
        view! { <tr><th scope="row">{source}</th><td><code>{location}</code></td><td><At at=at/></td></tr> }
    });
    view! {
        <nav class="crumbs" aria-label="Where you are">
            <a href="/arrivals" data-up="">"Arrivals"</a><span aria-hidden="true">"/"</span><span>"Mail"</span>
        </nav>
        <div class="page-head">
            <h1>{subject}</h1>
            {may_open_originals.then(|| view! { <a class="button" href=format!("/arrivals/mails/{}/original", mail.message_id) download="">"Download the mail"</a> })}
        </div>
        <dl class="properties">
            <div><dt>"From"</dt><dd>{mail.sender.unwrap_or_else(|| "not from a mail".to_owned())}</dd></div>
            {mail.sent_at.map(|at| view! { <div><dt>"Sent"</dt><dd><At at=at/></dd></div> })}
            <div><dt>"Taken"</dt><dd><At at=mail.received_at/></dd></div>
            <div><dt>"Size"</dt><dd>{format::bytes(mail.size_bytes)}</dd></div>
            {header_id.map(|id| view! { <div><dt>"Message-ID"</dt><dd><code>{id}</code></dd></div> })}
        </dl>
        <section><h2>"Files"</h2>{files}</section>
        {problems}
        <section>
            <h2>"Where it was seen"</h2>
            <div class="table-frame table-scroll" tabindex="0" role="group" aria-label="Sightings">
                <table class="plain">
                    <caption class="visually-hidden">"Sources in which this mail was seen"</caption>
                    <thead><tr><th scope="col">"Source"</th><th scope="col">"Place"</th><th scope="col">"When"</th></tr></thead>
                    <tbody>{seen.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

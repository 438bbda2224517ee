//! The list of mails and their files.

use jiff::Timestamp;
use leptos::prelude::*;

use super::parts::{self, OutcomeBadge, Pager, RowAccountBar, When};
use crate::alert_filter::encode;
use crate::format;
use crate::server::arrivals::mail_query::PAGE_SIZE;
use crate::views::{AttachmentRow, Mail, MailList, Outcome};

/// The page.
pub fn arrivals(list: MailList, now: Timestamp) -> AnyView {
    let MailList { outcome, search, mails, total, counts, page } = list;
    let body = if mails.is_empty() {
        view! { <Nothing outcome=outcome narrowed=!search.is_empty()/> }.into_any()
    } else {
        mails
            .into_iter()
            .map(|mail| view! { <MailCard mail=mail now=now/> })
            .collect_view()
            .into_any()
    };
    let sought = search.clone();
    view! {
        <div class="page-head"><h1>"Arrivals"</h1><p class="muted"><a href="/jobs">"Runs and schedule"</a></p></div>
        <form class="filters" method="get" action="/arrivals" data-live="" data-target="results" role="search" aria-label="Search mails">
            <label class="search">
                <span class="visually-hidden">"Search subject, sender or file name"</span>
                <input type="search" name="q" value=search.clone() placeholder="Search subject, sender, file" maxlength="100" autocomplete="off"/>
            </label>
            {outcome.map(|outcome| view! { <input type="hidden" name="outcome" value=outcome.code()/> })}
            <span class="filter-actions"><button class="apply" type="submit">"Search"</button></span>
        </form>
        <section id="results" aria-label="Mails">
            <Tabs chosen=outcome search=search counts=counts/>
            <div class="mails">{body}</div>
            <Pager page=page size=PAGE_SIZE total=total words=("mail", "mails") target="results"
                href=Box::new(move |page| address(outcome, &sought, page))/>
        </section>
    }
    .into_any()
}

fn address(outcome: Option<Outcome>, search: &str, page: u32) -> String {
    let mut pairs = Vec::new();
    pairs.extend(outcome.map(|outcome| ("outcome", outcome.code().to_owned())));
    pairs.extend((!search.is_empty()).then(|| ("q", search.to_owned())));
    pairs.extend((page > 1).then(|| ("page", page.to_string())));
    if pairs.is_empty() { "/arrivals".to_owned() } else { format!("/arrivals?{}", encode(&pairs)) }
}

#[component]
fn Tabs(chosen: Option<Outcome>, search: String, counts: Vec<(Outcome, i64)>) -> impl IntoView {
    let total: i64 = counts.iter().map(|(_, count)| count).sum();
    let tab = |outcome: Option<Outcome>, count: i64| {
        let (name, code) = outcome.map_or(("All", "all"), |it| (it.label(), it.code()));
        view! {
            <li>
                <a href=address(outcome, &search, 1) aria-current=(chosen == outcome).then_some("page")
                    data-live="" data-target="content" data-focus=format!("tab-{code}")>
                    {name}<span class="count">{format::count(count)}<span class="visually-hidden">" files"</span></span>
                </a>
            </li>
        }
    };
    let others: Vec<_> =
        counts.iter().map(|(outcome, count)| tab(Some(*outcome), *count)).collect();
    view! { <nav class="tabs" aria-label="By outcome"><ul>{tab(None, total)}{others}</ul></nav> }
        .into_any()
}

#[component]
fn MailCard(mail: Mail, now: Timestamp) -> impl IntoView {
    let subject = mail.subject.unwrap_or_else(|| "Without subject".to_owned());
    let files = if mail.attachments.is_empty() {
        view! { <p class="muted">"No file was in this mail."</p> }.into_any()
    } else {
        let files = mail.attachments.into_iter().map(|file| view! { <FileLine file=file/> });
        view! { <ul class="files">{files.collect_view()}</ul> }.into_any()
    };
    let damaged = i64::try_from(mail.problems.len()).unwrap_or(i64::MAX);
    view! {
        <article class="mail">
            <header>
                <h2><a class="row-link" href=format!("/arrivals/mails/{}", mail.message_id)>{subject}</a></h2>
                <p class="muted">
                    {mail.sender.unwrap_or_else(|| "not from a mail".to_owned())}" · "<When at=mail.received_at now=now/>
                    {(damaged > 0).then(|| format!(" · {}", format::counted(damaged, "remark", "remarks")))}
                </p>
            </header>
            {files}
        </article>
    }
    .into_any()
}

/// One file: its name, what became of it, and the account of its rows.
#[component]
pub(super) fn FileLine(file: AttachmentRow) -> impl IntoView {
    let name = file.file_name.unwrap_or_else(|| "A file without name".to_owned());
    let through = (!file.path.is_empty()).then(|| format!("in {} · ", file.path.join(" › ")));
    let about = format!(
        "{}{}",
        file.format.map(|format| format!("{format} · ")).unwrap_or_default(),
        format::bytes(file.size_bytes)
    );
    view! {
        <li class="file-line">
            <div class="file-name">
                <a href=format!("/arrivals/attachments/{}", file.attachment_id)>{name}</a>
                <span class="under">{through}{about}</span>
            </div>
            <OutcomeBadge outcome=file.outcome/>
            <div class="file-account">
                <RowAccountBar account=file.account/>
                <span class="under">{parts::account_sentence(&file.account)}</span>
            </div>
            {file.sentence.map(|sentence| view! { <p class="file-sentence">{sentence}</p> })}
        </li>
    }
    .into_any()
}

#[component]
fn Nothing(outcome: Option<Outcome>, narrowed: bool) -> impl IntoView {
    let (title, next) = match (outcome, narrowed) {
        (_, true) => ("No mail fits this search.", "Search for another word."),
        (Some(Outcome::Quarantined), _) => {
            ("The quarantine is empty.", "Every file that came was understood.")
        }
        (Some(_), _) => ("No file has this outcome.", "Choose another one above."),
        (None, _) => (
            "No mail has come yet.",
            "Name a mailbox or a folder in the configuration and let the worker run; `meterwatch source test` says whether it is reached.",
        ),
    };
    view! { <div class="empty"><p class="empty-title">{title}</p><p>{next}</p></div> }.into_any()
}

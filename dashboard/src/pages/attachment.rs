//! One file: what was recognised, what was taken, what was not and why.

use leptos::prelude::*;
use readings::account::RowAccount;
use readings::cell::column_letters;
use readings::extraction::{Layout, LayoutKind};
use readings::problem::Problem;

use super::parts::{At, OutcomeBadge, RowAccountBar};
use crate::format;
use crate::views::{AttachmentDetail, Outcome, Refusal};

/// The page.
pub fn attachment(file: AttachmentDetail, may_open_originals: bool) -> AnyView {
    let row = file.row;
    let name = row.file_name.unwrap_or_else(|| "A file without name".to_owned());
    let id = row.attachment_id;
    let mails = file.mails.into_iter().map(|mail| {
        view! {
            <li>
                <a href=format!("/arrivals/mails/{}", mail.message_id)>{mail.subject.unwrap_or_else(|| "A mail without subject".to_owned())}</a>
                <span class="under">{mail.sender}" "<At at=mail.at/></span>
            </li>
        }
    });
    let why = row.sentence.map(|sentence| {
        view! {
            <div class="notice failed">
                <div><strong>{sentence}</strong>{file.hint.map(|hint| view! { <p class="hint">{hint}</p> })}</div>
                {file.code.map(|code| view! { <code>{code}</code> })}
            </div>
        }
    });
    let problems = (!file.problems.is_empty()).then(|| {
        let items = file.problems.into_iter().map(|problem| view! { <ProblemItem problem=problem/> });
        view! { <section><h2>"Questions and remarks"</h2><ul class="problems">{items.collect_view()}</ul></section> }
    });
    let meters = (!file.meters.is_empty()).then(|| {
        let items = file.meters.into_iter().map(|(meter, site, name, count)| {
            view! { <li><a href=format!("/meters/{meter}")>{site}" · "{name}</a><span class="muted">{format::counted(count, "reading", "readings")}</span></li> }
        });
        view! { <section><h2>"Meters it brought readings for"</h2><ul class="meter-links">{items.collect_view()}</ul></section> }
    });
    view! {
        <nav class="crumbs" aria-label="Where you are">
            <a href="/arrivals" data-up="">"Arrivals"</a><span aria-hidden="true">"/"</span><span>"File"</span>
        </nav>
        <div class="page-head">
            <h1>{name}<OutcomeBadge outcome=row.outcome/></h1>
            <div class="actions">
                <a class="button primary" href=format!("/arrivals/attachments/{id}/mapping")>"See how it is read"</a>
                {(may_open_originals && row.outcome == Some(Outcome::Quarantined)).then(|| view! {
                    <form method="post" action=format!("/arrivals/attachments/{id}/reread")>
                        <button type="submit">"Read again"</button>
                    </form>
                })}
                {may_open_originals.then(|| view! { <a class="button" href=format!("/arrivals/attachments/{id}/original") download="">"Download the file"</a> })}
            </div>
        </div>
        {why}
        <Account account=row.account/>
        <dl class="properties">
            <div><dt>"Came with"</dt><dd><ul class="came-with">{mails.collect_view()}</ul></dd></div>
            {(!row.path.is_empty()).then(|| view! { <div><dt>"Inside"</dt><dd>{row.path.join(" › ")}</dd></div> })}
            <div><dt>"Format"</dt><dd>{row.format.unwrap_or_else(|| "not recognised".to_owned())}", "{format::bytes(row.size_bytes)}</dd></div>
            <div><dt>"Read"</dt><dd><At at=file.read_at/>" by reader "{file.reader_version}</dd></div>
            <div><dt>"SHA-256"</dt><dd><code class="digest">{file.sha256}</code></dd></div>
        </dl>
        {problems}
        <Refusals rows=file.refusals refused=row.account.refused/>
        <Layouts layouts=file.layouts/>
        {meters}
    }
    .into_any()
}

#[component]
fn Account(account: RowAccount) -> impl IntoView {
    let count = |value: u64| format::count(i64::try_from(value).unwrap_or(i64::MAX));
    let term = |class: &'static str, sign: &'static str, name: &'static str, value: u64| {
        view! {
            <div class=format!("term {class}")>
                <dt>{name}</dt>
                <dd><span class="sign" aria-hidden="true">{sign}</span>{count(value)}</dd>
            </div>
        }
    };
    view! {
        <section class="account" aria-label="What became of the rows">
            <dl>
                {term("term-rows", "", "Rows", account.rows)}
                {term("term-accepted", "=", "Accepted", account.accepted)}
                {term("term-duplicate", "+", "Duplicate", account.duplicate)}
                {term("term-superseding", "+", "Superseding", account.superseding)}
                {term("term-refused", "+", "Refused", account.refused)}
                {term("term-not-data", "+", "Not data", account.not_data)}
            </dl>
            <RowAccountBar account=account/>
        </section>
    }
    .into_any()
}

/// A problem: the sentence, what to do, the place.
#[component]
pub(super) fn ProblemItem(problem: Problem) -> impl IntoView {
    let place = match (problem.sheet.filter(|sheet| !sheet.is_empty()), problem.cell) {
        (Some(sheet), Some(cell)) => Some(format!("{sheet}!{cell}")),
        (Some(sheet), None) => Some(sheet),
        (None, Some(cell)) => Some(cell.to_string()),
        (None, None) => None,
    };
    view! {
        <li class="problem">
            <p>{problem.sentence}</p>
            <p class="hint">{problem.code.hint()}</p>
            <p class="problem-place">{place.map(|place| view! { <code>{place}</code> })}<span class="muted">{problem.code.code()}</span></p>
        </li>
    }
    .into_any()
}

#[component]
fn Refusals(rows: Vec<Refusal>, refused: u64) -> impl IntoView {
    if rows.is_empty() {
        return ().into_any();
    }
    let shown = u64::try_from(rows.len()).unwrap_or(u64::MAX);
    let more = (refused > shown && shown >= 200)
        .then(|| view! { <p class="muted">{format!("The first {shown} are shown.")}</p> });
    let lines = rows.into_iter().map(|refusal| {
        let cell = refusal.cell.unwrap_or_default();
        let place = if refusal.sheet.is_empty() { cell } else { format!("{}!{cell}", refusal.sheet) };
        view! {
            <tr>
                <th scope="row"><code>{place}</code></th>
                <td>{refusal.sentence}{refusal.hint.map(|hint| view! { <span class="under">{hint}</span> })}</td>
                <td class="wide-only"><span class="muted">{refusal.code}</span></td>
            </tr>
        }
    });
    view! {
        <section>
            <h2>"Rows that were not taken"</h2>
            <div class="table-frame table-scroll" tabindex="0" role="group" aria-label="Refused rows">
                <table class="plain">
                    <caption class="visually-hidden">"Refused rows with cell and reason"</caption>
                    <thead><tr><th scope="col">"Cell"</th><th scope="col">"Why, and what to do"</th><th scope="col" class="wide-only">"Code"</th></tr></thead>
                    <tbody>{lines.collect_view()}</tbody>
                </table>
            </div>
            {more}
        </section>
    }
    .into_any()
}

#[component]
fn Layouts(layouts: Vec<Layout>) -> impl IntoView {
    if layouts.is_empty() {
        return ().into_any();
    }
    let items = layouts.into_iter().map(|layout| {
        let arrangement = match layout.kind {
            LayoutKind::Long => "one row per reading",
            LayoutKind::Wide => "periods across",
            LayoutKind::Transposed => "periods down",
            LayoutKind::Blocks => "blocks of tables",
            LayoutKind::Turned => "fields one below the other",
            LayoutKind::Structured => "a format that states its own structure",
        };
        let sheet = if layout.sheet.is_empty() { "The file".to_owned() } else { layout.sheet };
        let place = if layout.kind == LayoutKind::Turned { "Row" } else { "Column" };
        let columns = layout.columns.into_iter().map(|(at, role, said)| (column_letters(at), role, said));
        let rows = layout.rows.into_iter().map(|(at, role, said)| ((at + 1).to_string(), role, said));
        let parts = columns.chain(rows).map(|(at, role, said)| {
            view! { <tr><th scope="row"><code>{at}</code></th><td>{role}</td><td>{said}</td></tr> }
        });
        view! {
            <details class="layout">
                <summary><strong>{sheet}</strong>" "<span class="muted">{arrangement}</span></summary>
                <table class="plain">
                    <caption class="visually-hidden">{place}"s and the roles they play"</caption>
                    <thead><tr><th scope="col">{place}</th><th scope="col">"Role"</th><th scope="col">"Header"</th></tr></thead>
                    <tbody>{parts.collect_view()}</tbody>
                </table>
            </details>
        }
    });
    view! { <section><h2>"What was recognised"</h2>{items.collect_view()}</section> }.into_any()
}

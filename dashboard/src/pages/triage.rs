//! The forms by which a person decides about an alert.

use alerts::{AlertKind, AlertState, EventKind, Verdict};
use leptos::prelude::*;

use crate::views::AlertDetail;

/// Acknowledge, resolve, reopen, comment: as far as the state and the role allow.
#[component]
pub fn Triage(alert: AlertDetail, may_triage: bool) -> impl IntoView {
    let state = alert.row.state;
    let standing = match state {
        AlertState::Open => "Nobody has taken this alert yet.".to_owned(),
        AlertState::Acknowledged => {
            format!("Taken by {}.", alert.assignee.as_deref().unwrap_or("somebody"))
        }
        AlertState::Resolved => alert.verdict.map_or_else(
            || "Closed without a verdict.".to_owned(),
            |verdict| format!("Closed: {}.", verdict.label().to_lowercase()),
        ),
    };
    let forms = may_triage.then(|| forms(&alert));
    view! {
        <section class="panel" id="triage" data-triage="" aria-labelledby="triage-heading">
            <h2 id="triage-heading">"Triage"</h2>
            <p class="standing">{standing}</p>
            {forms}
            {(!may_triage).then(|| view! { <p class="muted">"You may read; operators decide about alerts."</p> })}
        </section>
    }
    .into_any()
}

fn forms(alert: &AlertDetail) -> impl IntoView + use<> {
    let address = format!("/alerts/{}", alert.row.reference);
    let revision = alert.row.revision;
    let state = alert.row.state;
    let hidden = {
        let back = address.clone();
        move || {
            view! {
                <input type="hidden" name="revision" value=revision/>
                <input type="hidden" name="back" value=back.clone()/>
            }
        }
    };
    let acknowledge = (state == AlertState::Open).then(|| {
        view! {
            <form method="post" action=format!("{address}/acknowledge") data-inline="" data-target="content" data-action="acknowledge">
                {hidden()}
                <button class="primary" type="submit">"Acknowledge"</button>
            </form>
        }
    });
    // An alert about several meters has no site at which an event could be entered.
    let explanation = alert.site_id.map(|_| {
        let kinds = EventKind::ALL
            .iter()
            .map(|kind| {
                // A step that is a known event is a new level, unless the person says otherwise.
                let is_usual = alert.row.kind == AlertKind::Step && *kind == EventKind::NewLevel;
                view! { <option value=kind.code() selected=is_usual>{kind.label()}</option> }
            })
            .collect_view();
        let first = alert.row.start.date();
        let last = alert.row.end.date().yesterday().unwrap_or(first);
        view! {
            <details class="comment keep-event">
                <summary>"Keep it as a known event"</summary>
                <div class="stack">
                    <p class="hint">"With the verdict of a known event, the baseline takes these days into account; after a new tenant or a new usual level it begins anew."</p>
                    <label><span>"What happened"</span>
                        <select name="event"><option value="">"Do not keep one"</option>{kinds}</select>
                    </label>
                    <label><span>"First day"</span><input type="date" name="from" value=first.to_string()/></label>
                    <label><span>"Last day"</span><input type="date" name="to" value=last.to_string()/></label>
                </div>
            </details>
        }
    });
    let resolve = (state != AlertState::Resolved).then(|| {
        let verdicts = Verdict::ALL
            .iter()
            .map(|verdict| view! { <option value=verdict.code()>{verdict.label()}</option> })
            .collect_view();
        view! {
            <form class="stack" id="resolve" method="post" action=format!("{address}/resolve") data-inline="" data-target="content">
                {hidden()}
                <label><span>"What did you find out?"</span>
                    <select name="verdict" required><option value="">"Choose a verdict"</option>{verdicts}</select>
                </label>
                <label><span>"Comment"</span><textarea name="comment" rows="3" maxlength="2000"></textarea></label>
                {explanation}
                <button type="submit">"Resolve"</button>
            </form>
        }
    });
    let reopen = (state != AlertState::Open).then(|| {
        view! {
            <form method="post" action=format!("{address}/reopen") data-inline="" data-target="content">
                {hidden()}
                <button class="quiet" type="submit">"Reopen"</button>
            </form>
        }
    });
    view! {
        {acknowledge}
        {resolve}
        {reopen}
        <details class="comment">
            <summary>"Add a comment"</summary>
            <form class="stack" method="post" action=format!("{address}/comment") data-inline="" data-target="content">
                {hidden()}
                <label><span class="visually-hidden">"Comment"</span><textarea name="comment" rows="3" maxlength="2000" required></textarea></label>
                <button type="submit">"Add"</button>
            </form>
        </details>
    }
    .into_any()
}

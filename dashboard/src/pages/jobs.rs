//! What the workers run: the schedule with its buttons, and the history.

use jiff::Timestamp;
use leptos::prelude::*;

use super::parts::{At, Pager, When};
use crate::format;
use crate::server::jobs::PAGE_SIZE;
use crate::views::{JobList, JobRow, RunRow};

/// The page.
pub fn jobs(list: JobList, now: Timestamp, may_run: bool) -> AnyView {
    let JobList { jobs, runs, total, page, seen_at } = list;
    let rows = jobs.into_iter().map(|job| view! { <JobLine job=job may_run=may_run/> });
    let rows = rows.collect_view();
    let schedule = match seen_at {
        None => view! {
            <div class="empty">
                <p class="empty-title">"No worker has looked at the schedule yet."</p>
                <p>"`meterwatch worker` and `meterwatch up` run it."</p>
            </div>
        }
        .into_any(),
        Some(seen) => view! {
            <div class="table-frame table-scroll" tabindex="0" role="group" aria-label="Jobs">
                <table class="plain">
                    <caption class="visually-hidden">"Jobs, the next first"</caption>
                    <thead><tr>
                        <th scope="col">"Job"</th><th scope="col">"Schedule"</th><th scope="col">"Next"</th>
                        <th scope="col"><span class="visually-hidden">"Run now"</span></th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="muted">"A worker looked at the schedule "<When at=seen now=now/>"."</p>
        }
        .into_any(),
    };
    let runs = runs.into_iter().map(|run| view! { <RunLine run=run now=now/> }).collect_view();
    view! {
        <nav class="crumbs" aria-label="Where you are">
            <a href="/arrivals">"Arrivals"</a><span aria-hidden="true">"/"</span><span>"Runs"</span>
        </nav>
        <div class="page-head"><h1>"Runs"</h1><p class="muted">"When mail is fetched and meters are judged"</p></div>
        <section aria-label="Schedule">{schedule}</section>
        <section id="results" aria-labelledby="history-heading">
            <h2 id="history-heading">"History"</h2>
            <div class="table-frame table-scroll" tabindex="0" role="group" aria-label="Runs">
                <table class="plain">
                    <caption class="visually-hidden">"Runs, the newest first"</caption>
                    <thead><tr>
                        <th scope="col">"Job"</th><th scope="col">"Outcome"</th><th scope="col">"What it did"</th>
                        <th scope="col">"Started"</th><th scope="col" class="figure wide-only">"Took"</th>
                        <th scope="col" class="wide-only">"Due"</th>
                    </tr></thead>
                    <tbody>{runs}</tbody>
                </table>
            </div>
            <Pager page=page size=PAGE_SIZE total=total words=("run", "runs") target="results"
                href=Box::new(|page| format!("/jobs?page={page}"))/>
        </section>
    }
    .into_any()
}

#[component]
fn JobLine(job: JobRow, may_run: bool) -> impl IntoView {
    let schedule = if job.cron.is_empty() {
        view! { <span class="muted">"when somebody asks for it"</span> }.into_any()
    } else {
        view! { <code>{job.cron}</code>" "<span class="muted">{job.time_zone}</span> }.into_any()
    };
    let action = if job.is_requested {
        view! { <span class="muted">"asked for"</span> }.into_any()
    } else if may_run {
        view! {
            <form method="post" action="/jobs/run">
                <input type="hidden" name="job" value=job.job.clone()/>
                <button type="submit" aria-label=format!("Run {} now", job.job)>"Run now"</button>
            </form>
        }
        .into_any()
    } else {
        ().into_any()
    };
    view! {
        <tr>
            <th scope="row">{job.job}</th>
            <td>{schedule}</td>
            <td>{job.next_slot.map(|slot| view! { <At at=slot/> })}</td>
            <td>{action}</td>
        </tr>
    }
    .into_any()
}

#[component]
fn RunLine(run: RunRow, now: Timestamp) -> impl IntoView {
    let (class, said) = match run.outcome.as_deref() {
        Some("ok") => ("badge outcome-accepted", "Done"),
        Some("partial") => ("badge outcome-partial", "Something waits"),
        Some("failed") => ("badge outcome-quarantined", "Failed"),
        _ => ("badge", "Running"),
    };
    let took = run.finished_at.map(|end| {
        let seconds = end.duration_since(run.started_at).as_secs();
        format!("{}\u{a0}s", format::count(seconds))
    });
    let due = match run.requested_by {
        Some(who) => format!("asked for by {who}").into_any(),
        None => view! { <At at=run.slot/> }.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{run.job}</th>
            <td><span class=class>{said}</span></td>
            <td class="run-detail">{run.detail}</td>
            <td><When at=run.started_at now=now/></td>
            <td class="figure wide-only">{took}</td>
            <td class="wide-only">{due}</td>
        </tr>
    }
    .into_any()
}

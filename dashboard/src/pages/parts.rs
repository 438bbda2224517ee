//! Small parts that several pages share.

use alerts::{AlertKind, AlertState, Family, Severity};
use jiff::Timestamp;
use leptos::prelude::*;
use readings::account::RowAccount;
use readings::commodity::Commodity;
use rust_decimal::Decimal;

use crate::format;
use crate::views::Outcome;

/// An instant as its age, with the full instant at hand.
#[component]
pub fn When(at: Timestamp, now: Timestamp) -> impl IntoView {
    view! { <time datetime=format::machine(at) title=format::instant(at)>{format::ago(at, now)}</time> }.into_any()
}

/// An instant in full.
#[component]
pub fn At(at: Timestamp) -> impl IntoView {
    view! { <time datetime=format::machine(at)>{format::instant(at)}</time> }.into_any()
}

/// The severity by shape, colour and word.
#[component]
pub fn SeverityBadge(severity: Severity) -> impl IntoView {
    view! { <span class=format!("severity {}", severity.code())>{severity.label()}</span> }
        .into_any()
}

/// Where an alert stands.
#[component]
pub fn StateBadge(state: AlertState) -> impl IntoView {
    view! { <span class=format!("badge state-{}", state.code())>{state.label()}</span> }.into_any()
}

/// What became of a file.
#[component]
pub fn OutcomeBadge(outcome: Option<Outcome>) -> impl IntoView {
    outcome.map(|outcome| {
        view! { <span class=format!("badge outcome-{}", outcome.code())>{outcome.label()}</span> }
    })
}

/// What a meter counts, with the mark of its colour.
#[component]
pub fn CommodityMark(commodity: Option<Commodity>) -> impl IntoView {
    commodity.map(|commodity| {
        view! { <span class=format!("commodity {}", commodity.code())>{commodity.label()}</span> }
    })
}

/// Money; or that none is lost as long as the reading is not corrected; or that no price is known.
pub fn cost(amount: Option<Decimal>, currency: Option<&str>, kind: AlertKind) -> AnyView {
    match amount {
        Some(amount) => format::money(amount, currency).into_any(),
        None if Family::of(kind, true).is_wrong_reading() => {
            view! { <span class="muted" title="The reading is wrong; what it costs is known when it is corrected.">"to be corrected"</span> }.into_any()
        }
        None => view! { <span class="muted">"no price"</span> }.into_any(),
    }
}

/// Sums of money in their currencies, or nothing.
pub fn stakes(sums: &[(Option<String>, Decimal)]) -> Option<String> {
    let texts: Vec<_> =
        sums.iter().map(|(currency, sum)| format::money(*sum, currency.as_deref())).collect();
    (!texts.is_empty()).then(|| texts.join(" + "))
}

/// The deviation of an alert in words for the eye: `+42 %`, or the plain difference.
pub fn deviation(observed: f64, expected: f64, unit: &str) -> String {
    format::deviation(observed, expected).unwrap_or_else(|| {
        format!("{} {}", format::signed(observed - expected), format::unit(unit))
    })
}

/// The way through the pages of a list.
#[component]
pub fn Pager(
    /// The page that is shown, from 1.
    page: u32,
    /// Entries on a page.
    size: i64,
    /// Entries on all pages.
    total: i64,
    /// What is counted: one, many.
    words: (&'static str, &'static str),
    /// The address of a page.
    href: Box<dyn Fn(u32) -> String>,
    /// The part that a page exchanges.
    target: &'static str,
) -> impl IntoView {
    let pages = u32::try_from((total + size - 1) / size.max(1)).unwrap_or(1).max(1);
    let first = i64::from(page - 1) * size + 1;
    let last = (first + size - 1).min(total);
    let step = |to: u32, name: &'static str, label: &'static str, enabled: bool| {
        if enabled {
            view! {
                <a class="button" href=href(to) data-live="" data-target=target data-focus=name rel=name aria-label=label>{label}</a>
            }
            .into_any()
        } else {
            view! { <span class="button disabled" aria-disabled="true">{label}</span> }.into_any()
        }
    };
    let said = if total == 0 {
        format!("No {}", words.1)
    } else if pages == 1 {
        format::counted(total, words.0, words.1)
    } else {
        format!(
            "{} – {} of {}",
            format::count(first),
            format::count(last),
            format::counted(total, words.0, words.1)
        )
    };
    view! {
        <nav class="pager" aria-label="Pages">
            <span data-said="">{said}</span>
            {(pages > 1).then(|| view! {
                <span class="pager-steps">
                    {step(page.saturating_sub(1), "prev", "Previous", page > 1)}
                    {step(page + 1, "next", "Next", page < pages)}
                </span>
            })}
        </nav>
    }
    .into_any()
}

/// What became of the rows of a file: a bar and the figures, which add up.
#[component]
pub fn RowAccountBar(account: RowAccount) -> impl IntoView {
    let shares = [
        ("accepted", account.accepted),
        ("superseding", account.superseding),
        ("duplicate", account.duplicate),
        ("refused", account.refused),
        ("not-data", account.not_data),
    ];
    let mut from = 0;
    let total = account.rows.max(1);
    let parts = shares.map(|(class, count)| {
        let start = from * 1_000 / total;
        from += count;
        let width = (from * 1_000 / total).saturating_sub(start);
        (count > 0).then(|| view! { <rect class=format!("row-{class}") x=start y="0" width=width.max(4) height="10"/> })
    });
    view! {
        <svg class="account-bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
            {parts.into_iter().collect_view()}
        </svg>
    }
    .into_any()
}

/// The account as a sentence of figures: `36 rows = 30 accepted + 4 refused + 2 not data`.
pub fn account_sentence(account: &RowAccount) -> String {
    let count = |value: u64| format::count(i64::try_from(value).unwrap_or(i64::MAX));
    let parts: Vec<_> = [
        (account.accepted, "accepted"),
        (account.duplicate, "duplicate"),
        (account.superseding, "superseding"),
        (account.refused, "refused"),
        (account.not_data, "not data"),
    ]
    .into_iter()
    .filter(|(value, _)| *value > 0)
    .map(|(value, name)| format!("{} {name}", count(value)))
    .collect();
    if parts.is_empty() {
        return "no rows".to_owned();
    }
    let rows = if account.rows == 1 { "row" } else { "rows" };
    format!("{} {rows} = {}", count(account.rows), parts.join(" + "))
}

/// What a kind of alert is about, in a sentence.
pub const fn kind_sentence(kind: AlertKind) -> &'static str {
    match kind {
        AlertKind::Spike => "One period far above what was to be expected.",
        AlertKind::Drop => "One period far below what was to be expected.",
        AlertKind::Leak => "A rise that does not stop, as a leak makes it.",
        AlertKind::Step => "The level has changed and stays changed.",
        AlertKind::Zero => "Nothing was used where there was always some use.",
        AlertKind::Repeat => "The same figure comes again and again.",
        AlertKind::UnitError => "The figure fits when a factor between units is taken out.",
        AlertKind::Decimal => "The figure fits when the decimal mark is moved.",
        AlertKind::CatchUp => "A period is missing and the next holds both.",
        AlertKind::SignFlip => "The figure is negative where none belongs.",
        AlertKind::Swapped => "Two meters seem to be exchanged.",
        AlertKind::Weekend => "The weekend uses as much as a working day.",
        AlertKind::Overlap => "Two bills cover the same days.",
        AlertKind::Gap => "No bill covers some days between two others.",
        AlertKind::DuplicateBill => "Quantity and amount of a bill come a second time.",
        AlertKind::CostWithoutUse => "Nothing was used and still something is charged.",
        AlertKind::UseWithoutCost => "Something was used and nothing is charged.",
        AlertKind::UnitPrice => "A unit costs far more or less than on the meter's other bills.",
        AlertKind::UnknownMeter => "A meter appeared that nobody has confirmed.",
        AlertKind::ClosedMeter => "A meter is billed that was closed or had gone silent.",
        AlertKind::Portfolio => "Many meters moved in the same way at the same time.",
        AlertKind::Late => "What was to arrive has not come in its usual time.",
        AlertKind::Missing => "What was to arrive has not come, and the next is overdue as well.",
        AlertKind::Partial => "Some meters of a sender came and some did not.",
    }
}

/// A link to the cell of a file that a number came from.
#[component]
pub fn CellLink(
    attachment: i64,
    file: Option<String>,
    sheet: String,
    cell: String,
) -> impl IntoView {
    let place = if sheet.is_empty() { cell } else { format!("{sheet}!{cell}") };
    view! {
        <a class="cell-link" href=format!("/arrivals/attachments/{attachment}")>
            <span class="file">{file.unwrap_or_else(|| "a file without name".to_owned())}</span>
            <code>{place}</code>
        </a>
    }
    .into_any()
}

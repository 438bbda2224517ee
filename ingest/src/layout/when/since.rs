//! Days on which a meter was read, where the registers or the numbers of days beside what was used prove since when it
//! was counted: since the reading before.

use jiff::Span;
use jiff::civil::DateTime;
use readings::ProblemCode;
use rust_decimal::prelude::ToPrimitive;
use rust_decimal::{Decimal, dec};

use super::super::candidate::{Candidate, Hold, Values, When};
use super::cadence::instant;

/// Links between readings that prove it.
const FEWEST: usize = 2;

/// Gives the values of a series their periods, `indices` in the order of time; `false`, and nothing changed, where not
/// every one follows from the reading before.
pub(super) fn prove(values: &mut Values, indices: &[usize]) -> bool {
    let candidates: Vec<&Candidate> = indices.iter().map(|at| &values.candidates[*at]).collect();
    let mut since: Vec<Option<DateTime>> = Vec::with_capacity(indices.len());
    for (at, candidate) in candidates.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| candidates[before]);
        match (follows(candidate, before), at) {
            (None, 1..) => return false,
            (start, _) => since.push(start),
        }
    }
    if since.iter().flatten().count() < FEWEST || !factor_is_constant(&candidates) {
        return false;
    }
    for (index, since) in indices.iter().zip(since) {
        let candidate = &mut values.candidates[*index];
        let When::Stamp(at) = candidate.when else { continue };
        candidate.period = since.and_then(|since| instant(at, Some(since)));
        if candidate.period.is_none() {
            candidate.hold(&Hold::new(
                ProblemCode::PeriodUnknown,
                "The first reading of a meter does not say since when its consumption was counted.",
            ));
        }
    }
    true
}

/// The same by the number of days that each row states: between neighbours it is the time since the reading before, and
/// so it is for the first, too.
pub(super) fn prove_by_days(values: &mut Values, indices: &[usize]) -> bool {
    let read: Option<Vec<(DateTime, i64)>> = indices
        .iter()
        .map(|at| {
            let candidate = &values.candidates[*at];
            let When::Stamp(read) = candidate.when else { return None };
            let days = candidate.evidence().days.filter(Decimal::is_integer)?;
            Some((read, days.to_i64().filter(|days| (1..=400).contains(days))?))
        })
        .collect();
    let Some(read) = read else { return false };
    let holds = |pair: &[(DateTime, i64)]| {
        pair[1].0.date().duration_since(pair[0].0.date()).as_hours() == pair[1].1 * 24
    };
    if read.len() <= FEWEST || !read.windows(2).all(holds) {
        return false;
    }
    for (index, (at, days)) in indices.iter().zip(read) {
        let since = at.checked_sub(Span::new().days(days)).ok();
        let candidate = &mut values.candidates[*index];
        candidate.period = since.and_then(|since| instant(at, Some(since)));
    }
    true
}

/// When the meter was read before, where the register of that reading is the one that this value begins at.
fn follows(candidate: &Candidate, before: Option<&Candidate>) -> Option<DateTime> {
    let stamp = |candidate: &Candidate| match candidate.when {
        When::Stamp(at) => Some(at),
        _ => None,
    };
    let at = stamp(candidate)?;
    let start = match (candidate.evidence().registers, candidate.evidence().stand) {
        (Some((from, _)), _) => {
            let before = before?;
            let (_, to) = before.evidence().registers?;
            stamp(before).filter(|_| from == to)
        }
        (None, Some(stand)) => stand.before.map(|(at, _)| at),
        (None, None) => None,
    };
    start.filter(|start| *start < at)
}

/// Where one register stands beside each value: whether the values are the differences, all times the same factor.
fn factor_is_constant(candidates: &[&Candidate]) -> bool {
    let pairs: Vec<(Decimal, Decimal)> = candidates
        .iter()
        .filter(|candidate| candidate.evidence().registers.is_none())
        .filter_map(|candidate| {
            let stand = candidate.evidence().stand?;
            Some((stand.now - stand.before?.1, candidate.number))
        })
        .collect();
    let mut factors: Vec<Decimal> = pairs
        .iter()
        .filter(|(difference, _)| !difference.is_zero())
        .filter_map(|(difference, number)| number.checked_div(*difference))
        .collect();
    factors.sort_unstable();
    let Some(factor) = factors.get(factors.len() / 2) else { return pairs.is_empty() };
    let factor = if (factor - Decimal::ONE).abs() < dec!(0.02) { Decimal::ONE } else { *factor };
    factor > Decimal::ZERO
        && pairs.iter().all(|(difference, number)| {
            let off = (number - difference * factor).abs();
            off <= (number.abs() * dec!(0.005)).max(dec!(0.51).min(number.abs() * dec!(0.1)))
        })
}

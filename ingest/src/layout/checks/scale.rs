//! Thousands marks that were lost on the way, and thousands that a note speaks of.

use readings::ProblemCode;
use rust_decimal::Decimal;
use rust_decimal::dec;

use super::super::candidate::{Candidate, Hold, Values};
use super::super::find::Table;
use super::super::heading::Heading;
use super::super::text::fold;
use super::super::words::{self, Word};

/// A note that numbers are in thousands, without saying of what, is asked about: the headings state a unit of their own.
pub(super) fn scale_in_a_note(table: &Table, values: &mut Values) {
    let mut notes = table.titles.iter().chain(&table.outer);
    if let Some(note) = notes.find(|title| speaks_of_scale(title)) {
        values.hold_all(&in_thousands(&note.text));
    }
}

/// A factor behind the unit of a heading may be that of the meter, and its numbers multiplied by it already: `kWh x 40`.
pub(super) fn factor_in_a_heading(table: &Table, values: &mut Values) {
    let asked: Vec<(u32, Hold)> = table
        .columns
        .iter()
        .filter(|column| column.role.is_value() && has_factor(&column.heading))
        .map(|column| {
            let question = format!(
                "Are the numbers below \u{201c}{}\u{201d} multiplied already?",
                column.heading.text
            );
            (column.index, Hold::new(ProblemCode::AmbiguousScale, question))
        })
        .collect();
    let mut titles = table.titles.iter().chain(&table.outer);
    if let Some(title) = titles.find(|title| has_factor(title)) {
        let question = format!(
            "Are these numbers multiplied already, as \u{201c}{}\u{201d} says?",
            title.text
        );
        values.hold_all(&Hold::new(ProblemCode::AmbiguousScale, question));
    }
    for candidate in &mut values.candidates {
        if let Some((_, hold)) = asked.iter().find(|(column, _)| *column == candidate.at.column) {
            candidate.hold(hold);
        }
    }
}

/// Whether a heading states a unit and a factor other than one or a thousand beside it: `kWh x 40`, `x100 kWh`.
fn has_factor(heading: &Heading) -> bool {
    let folded = fold(&heading.text);
    let words: Vec<&str> = folded.split(' ').collect();
    let is_factor =
        |word: &str| word.parse::<u32>().is_ok_and(|factor| factor > 1 && factor % 1000 != 0);
    let is_stated = words.windows(2).any(|pair| pair[0] == "x" && is_factor(pair[1]))
        || words.iter().any(|word| word.strip_prefix('x').is_some_and(is_factor));
    heading.unit.as_ref().is_some_and(|unit| unit.factor == Decimal::ONE) && is_stated
}

/// Whether a note says that numbers are in thousands without saying of what.
pub fn speaks_of_scale(note: &Heading) -> bool {
    let folded = fold(&note.text);
    (note.unit.is_none() || folded.contains("divided by"))
        && !note.money
        && !note.words.any(&[Word::Cost, Word::Price])
        && !note.words.has(Word::Other)
        && !folded.contains("separat")
        && words::speaks_of_thousands(&folded)
}

/// The question that such a note leaves open.
pub fn in_thousands(note: &str) -> Hold {
    Hold::new(
        ProblemCode::AmbiguousScale,
        format!(
            "A note says \u{201c}{note}\u{201d}, and the headings state a unit: are these numbers in thousands of it?"
        ),
    )
}

/// Where a price and a cost stand beside a quantity, they must agree; a factor of ten or a thousand means that a
/// thousands mark was lost.
pub(super) fn price_times_quantity(values: &mut Values) {
    let (mut agree, mut scale) = (0usize, 0usize);
    for candidate in &values.candidates {
        let stated = candidate.evidence();
        let (Some(price), Some(cost)) = (stated.price, stated.charged) else { continue };
        let Some(product) = price.checked_mul(candidate.number) else { continue };
        if cost.is_zero() || product.is_zero() {
            continue;
        }
        let ratio = product.checked_div(cost).unwrap_or_default().abs();
        let near = |factor: Decimal| ratio > factor * dec!(0.97) && ratio < factor * dec!(1.03);
        if near(dec!(1)) {
            agree += 1;
        } else if [dec!(0.000001), dec!(0.001), dec!(1000), dec!(1000000)].into_iter().any(near) {
            scale += 1;
        }
    }
    if scale > agree {
        values.hold_all(&Hold::new(ProblemCode::AmbiguousScale, "Price times quantity gives the cost only after multiplying by thousands: a thousands mark was lost on the way."));
    }
}

/// Within one meter some numbers with three decimals are a hundred times smaller than whole numbers beside them: a
/// thousands mark was read as a decimal mark.
pub(super) fn spread(values: &mut Values) {
    for list in values.by_series() {
        let live: Vec<&Candidate> = list
            .iter()
            .map(|index| &values.candidates[*index])
            .filter(|candidate| candidate.is_live())
            .collect();
        let whole: Vec<Decimal> = live
            .iter()
            .map(|c| c.number.abs())
            .filter(|n| n.fract().is_zero() && *n >= dec!(100))
            .collect();
        let small = live
            .iter()
            .filter(|c| {
                c.fraction_cell && c.number.abs() < dec!(100) && c.number.normalize().scale() <= 3
            })
            .count();
        let largest = whole.iter().max().copied().unwrap_or_default();
        let large_fractions =
            live.iter().any(|c| c.number.abs() >= dec!(100) && !c.number.fract().is_zero());
        if small > 0
            && whole.len() >= 2
            && largest < dec!(1000)
            && !large_fractions
            && small + whole.len() == live.iter().filter(|c| !c.number.is_zero()).count()
        {
            let hold = Hold::new(
                ProblemCode::AmbiguousScale,
                "Some numbers are a hundred times smaller than others of the same meter, as if a thousands mark had been read as a decimal mark.",
            );
            for index in list {
                values.candidates[index].hold(&hold);
            }
        }
    }
}

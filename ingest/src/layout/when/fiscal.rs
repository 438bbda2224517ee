//! Months of a year that begins in one calendar year and ends in the next, where a title names both.

use super::super::candidate::{Values, When};
use super::super::context::two_years;

/// Fewest months that show where the year changes.
const FEWEST: usize = 3;

/// Says of which year months are, where the heading over them or else `years` are two that follow each other and the
/// months of a series run once over the end of a year, without a gap.
pub(super) fn say_years(values: &mut Values, years: Option<(i16, i16)>) {
    if !values.candidates.iter().any(|one| matches!(one.when, When::Month(None, _))) {
        return;
    }
    for (series, list) in values.by_series().into_iter().enumerate() {
        let own = two_years(&values.series[series].label);
        let Some((first, second)) = own.or(years) else { continue };
        let months: Option<Vec<i8>> = list
            .iter()
            .map(|index| match values.candidates[*index].when {
                When::Month(None, month) => Some(month),
                _ => None,
            })
            .collect();
        let Some(change) = months.as_deref().and_then(change_of_year) else { continue };
        for (at, index) in list.into_iter().enumerate() {
            if let When::Month(year, _) = &mut values.candidates[index].when {
                *year = Some(if at < change { first } else { second });
            }
        }
    }
}

/// Says of which year months are that lie within those from the first to the last that a title states.
pub(super) fn say_years_within(values: &mut Values, months: Option<((i16, i8), (i16, i8))>) {
    let Some(((first, from), (last, to))) = months else { return };
    let year_of = |month: i8| {
        let in_first = month >= from && (first < last || month <= to);
        let in_last = month <= to && (first < last || month >= from);
        match (in_first, in_last) {
            (true, _) => Some(first),
            (false, true) => Some(last),
            (false, false) => None,
        }
    };
    let all_inside = values.candidates.iter().all(|one| match one.when {
        When::Month(None, month) => year_of(month).is_some(),
        _ => true,
    });
    if !all_inside {
        return;
    }
    for candidate in &mut values.candidates {
        if let When::Month(year @ None, month) = &mut candidate.when {
            *year = year_of(*month);
        }
    }
}

/// Where January stands in months that follow each other and are of no more than a year.
fn change_of_year(months: &[i8]) -> Option<usize> {
    let in_a_row = months.windows(2).all(|pair| pair[1] == pair[0] % 12 + 1);
    let january = months.iter().position(|month| *month == 1).filter(|at| *at > 0)?;
    (in_a_row && (FEWEST..=12).contains(&months.len())).then_some(january)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_changes_once_and_without_a_gap() {
        assert_eq!(change_of_year(&[7, 8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6]), Some(6));
        assert_eq!(change_of_year(&[11, 12, 1]), Some(2));
        assert_eq!(change_of_year(&[1, 2, 3]), None, "of which of the two years?");
        assert_eq!(change_of_year(&[7, 8, 10, 11, 12, 1]), None);
        assert_eq!(change_of_year(&[12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), None);
    }
}

//! Robust statistics and densities.
//!
//! Missing values are `NaN` in the columns of the engine; every function here says what it does with them.

/// So many values are put in order without asking for memory.
const FEW: usize = 32;
/// The median of so many is found faster than that of more.
const FEWER: usize = 16;

/// The median of what is finite; `None` when nothing is.
pub fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut finite = values.into_iter().filter(|value| value.is_finite());
    // Most medians are those of a year or two, for which no memory is asked for.
    let mut few = [f64::INFINITY; FEW];
    let mut count = 0_usize;
    for (place, value) in few.iter_mut().zip(&mut finite) {
        *place = value;
        count += 1;
    }
    if let Some(next) = finite.next() {
        let mut all: Vec<f64> = few.into_iter().chain([next]).chain(finite).collect();
        return median_in_place(&mut all);
    }
    let middle = count / 2;
    let even = usize::from(count.is_multiple_of(2));
    let (lower, upper) = of_few(&few, count, (middle.checked_sub(even)?, middle))?;
    Some(f64::midpoint(lower, upper))
}

/// The larger of the two middle values, or the middle one; `None` of nothing. May reorder the values.
pub fn upper_median(values: &mut [f64]) -> Option<f64> {
    let middle = values.len() / 2;
    if values.len() <= FEW && values.iter().all(|value| value.is_finite()) {
        let mut few = [f64::INFINITY; FEW];
        few[..values.len()].copy_from_slice(values);
        return of_few(&few, values.len(), (middle, middle)).map(|(_, upper)| upper);
    }
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(middle, f64::total_cmp).1)
}

/// The values at two places of the order of so many finite ones, which are filled up with infinity.
///
/// They are found by counting, which has no branch that could be guessed wrong and is done two by two: for a dozen
/// values that is faster than putting them in order.
fn of_few(few: &[f64; FEW], count: usize, places: (usize, usize)) -> Option<(f64, f64)> {
    match few.first_chunk::<FEWER>().filter(|_| count <= FEWER) {
        Some(fewer) => at_places(fewer, count, places),
        None => at_places(few, count, places),
    }
}

fn at_places<const N: usize>(
    values: &[f64; N],
    count: usize,
    (lower, upper): (usize, usize),
) -> Option<(f64, f64)> {
    let places = (u64::try_from(lower).ok()?, u64::try_from(upper).ok()?);
    let mut found = (None, None);
    for value in &values[..count] {
        let (mut below, mut not_above) = (0_u64, 0_u64);
        for other in values {
            // Checks for an overflow would keep them from being counted side by side.
            below = below.wrapping_add(u64::from(other < value));
            not_above = not_above.wrapping_add(u64::from(other <= value));
        }
        let there = below..not_above;
        found.0 = found.0.or(there.contains(&places.0).then_some(*value));
        found.1 = found.1.or(there.contains(&places.1).then_some(*value));
        if let (Some(lower), Some(upper)) = found {
            return Some((lower, upper));
        }
    }
    None
}

/// The median of finite values; reorders them.
pub fn median_in_place(values: &mut [f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let middle = values.len() / 2;
    let even = values.len().is_multiple_of(2);
    let (below, upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let upper = *upper;
    if even {
        let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        Some(f64::midpoint(lower, upper))
    } else {
        Some(upper)
    }
}

/// The median of sorted values as if the one at `without` were not there.
pub fn median_without(sorted: &[f64], without: usize) -> Option<f64> {
    let rest = sorted.len().checked_sub(1)?;
    if rest == 0 {
        return None;
    }
    let at = |rank: usize| sorted[if rank < without { rank } else { rank + 1 }];
    let middle = rest / 2;
    Some(if rest.is_multiple_of(2) {
        f64::midpoint(at(middle - 1), at(middle))
    } else {
        at(middle)
    })
}

/// The scale of a normal distribution with the same median absolute deviation; `NaN` is left out.
pub fn robust_scale(values: &[f64]) -> Option<f64> {
    let centre = median(values.iter().copied())?;
    median(values.iter().map(|value| (value - centre).abs())).map(|spread| 1.4826 * spread)
}

/// The median of the finite values of a column in a range that may reach over its ends.
pub fn window_median(column: &[f64], from: isize, to: isize) -> Option<f64> {
    let clamp = |bound: isize| usize::try_from(bound).unwrap_or(0).min(column.len());
    median(column[clamp(from)..clamp(to)].iter().copied())
}

/// Density of Student's t with 4 degrees of freedom.
pub fn student_4(t: f64) -> f64 {
    let spread = 1.0 + t * t / 4.0;
    0.375 / (spread * spread * spread.sqrt())
}

/// Density of Student's t with 6 degrees of freedom.
pub fn student_6(t: f64) -> f64 {
    let spread = 1.0 + t * t / 6.0;
    0.382_732_772_309_872 / (spread * spread * spread * spread.sqrt())
}

/// Whether two residuals are off to the same side; what is missing or exactly zero is on no side.
pub fn same_side(a: f64, b: f64) -> bool {
    a * b > 0.0
}

/// For each the share of the others for which it is so; who is absent is not counted.
pub fn shares_of_others(so: &[Option<bool>]) -> Vec<f64> {
    let present = so.iter().flatten().count();
    let all = so.iter().flatten().filter(|so| **so).count();
    so.iter()
        .map(|own| {
            let others = present - usize::from(own.is_some());
            let moved = all - usize::from(*own == Some(true));
            #[expect(clippy::cast_precision_loss, reason = "a number of meters")]
            let share = moved as f64 / others.max(1) as f64;
            share
        })
        .collect()
}

/// The logarithm of the sum of the exponentials.
pub fn log_sum_exp(values: impl Iterator<Item = f64> + Clone) -> f64 {
    let largest = values.clone().fold(f64::NEG_INFINITY, f64::max);
    if !largest.is_finite() {
        return largest;
    }
    largest + values.map(|value| (value - largest).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_without_one_is_the_median_of_the_others() {
        let sorted = [1.0, 2.0, 4.0, 8.0, 16.0];
        for without in 0..sorted.len() {
            let others = sorted.iter().enumerate().filter(|(i, _)| *i != without).map(|(_, v)| *v);
            assert_eq!(median_without(&sorted, without), median(others));
            let even = &sorted[..4];
            if without < 4 {
                let others =
                    even.iter().enumerate().filter(|(i, _)| *i != without).map(|(_, v)| *v);
                assert_eq!(median_without(even, without), median(others));
            }
        }
        assert_eq!(median_without(&[1.0], 0), None);
    }

    #[test]
    fn missing_values_do_not_poison() {
        assert_eq!(median([f64::NAN, 3.0, 1.0, f64::NAN, 2.0]), Some(2.0));
        assert_eq!(median([f64::NAN]), None);
        assert_eq!(window_median(&[5.0, f64::NAN, 7.0], -3, 9), Some(6.0));
    }

    #[test]
    fn few_and_many_have_the_same_median() {
        let numbers = |count: u32| {
            (0..count).map(|at| f64::from(at * 29 % 41) - 20.0 + f64::from(at % 3) / 8.0)
        };
        for count in 0..80 {
            let mut all: Vec<f64> = numbers(count).collect();
            assert_eq!(median(numbers(count)), median_in_place(&mut all), "of {count}");
            let mut sorted = all.clone();
            sorted.sort_by(f64::total_cmp);
            let upper = sorted.get(sorted.len() / 2).copied();
            assert_eq!(upper_median(&mut all), upper, "of {count}");
        }
        assert_eq!(median([-0.5, -2.0, 1.0]), Some(-0.5));
        assert_eq!(median([7.0; 12]), Some(7.0));
        assert_eq!(upper_median(&mut [1.0, f64::NAN, f64::INFINITY]), Some(f64::INFINITY));
    }

    #[test]
    fn densities_integrate_to_one() {
        for density in [student_4, student_6] {
            let total: f64 = (-4000..4000).map(|i| density(f64::from(i) * 0.01) * 0.01).sum();
            assert!((total - 1.0).abs() < 1e-3, "{total}");
        }
    }
}

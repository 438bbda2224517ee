//! Values to places: nice ticks and a straight line.

/// A straight line from values to places; places grow downwards, as in SVG.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// Maps `low` to `from` and `high` to `to`.
    pub fn new(low: f64, high: f64, from: f64, to: f64) -> Self {
        let high = if high > low { high } else { low + 1.0 };
        Self { low, high, from, to }
    }

    /// The place of a value; values beyond the ends stay at the ends.
    pub fn place(self, value: f64) -> f64 {
        let share = (value.clamp(self.low, self.high) - self.low) / (self.high - self.low);
        self.from + share * (self.to - self.from)
    }
}

/// Round values that span from `low` to `high`: steps of 1, 2, 2.5 or 5 times a power of ten, about `wanted` of them.
///
/// The first is not above `low` and the last not below `high`, so that they are the ends of an axis.
pub fn ticks(low: f64, high: f64, wanted: u32) -> Vec<f64> {
    let (low, high) = (low.min(0.0), high.max(0.0));
    let span = high - low;
    if !span.is_finite() || span <= 0.0 {
        return vec![0.0, 1.0];
    }
    let step = nice_step(span / f64::from(wanted.max(1)));
    let first = (low / step).floor();
    let last = (high / step).ceil();
    let mut values = Vec::new();
    let mut place = first;
    while place <= last {
        values.push(place * step);
        place += 1.0;
    }
    values
}

fn nice_step(rough: f64) -> f64 {
    let power = 10f64.powf(rough.log10().floor());
    let share = rough / power;
    let factor = [1.0, 2.0, 2.5, 5.0].into_iter().find(|nice| share <= *nice + 1e-9);
    factor.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_enclose_the_values() {
        assert_eq!(ticks(0.0, 9_400.0, 5), [0.0, 2_000.0, 4_000.0, 6_000.0, 8_000.0, 10_000.0]);
        assert_eq!(ticks(0.0, 0.9, 4), [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert_eq!(ticks(-120.0, 300.0, 4), [-200.0, 0.0, 200.0, 400.0]);
        assert_eq!(ticks(5.0, 9.0, 5).first(), Some(&0.0));
    }

    #[test]
    fn nothing_to_show_has_an_axis_nevertheless() {
        assert_eq!(ticks(0.0, 0.0, 5), [0.0, 1.0]);
        assert_eq!(ticks(0.0, f64::INFINITY, 5), [0.0, 1.0]);
    }

    #[test]
    fn a_scale_keeps_what_is_beyond_at_its_ends() {
        let scale = Scale::new(0.0, 100.0, 300.0, 20.0);
        let places = [0.0, 50.0, 100.0, 1e9, -5.0].map(|value| scale.place(value));
        assert_eq!(
            places.map(|place| format!("{place:.3}")),
            ["300.000", "160.000", "20.000", "20.000", "300.000"]
        );
        assert!(Scale::new(3.0, 3.0, 0.0, 10.0).place(3.0).abs() < 1e-9);
    }
}

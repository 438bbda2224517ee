//! Use as a function of outdoor temperature: a base, and what each degree below or above a balance point adds.
//!
//! The change-point model of billing data (ASHRAE RP-1050; `CalTRACK` 3): both balance points are searched on a grid, the
//! coefficients are least squares and never negative. Months know their mean temperature alone; degree days are the mean
//! over days spread normally around it (Erbs, Klein and Beckman 1983 do the same by a closed form).

use super::statistics::median;

/// Days of a month are spread around its mean by so many degrees.
const DAILY_SPREAD: f64 = 3.5;
/// Heating balance points that are tried, in degrees Celsius.
const HEATING: (f64, f64) = (8.0, 20.0);
/// Cooling balance points that are tried.
const COOLING: (f64, f64) = (12.0, 26.0);
/// The grid.
const GRID: f64 = 1.0;

/// A fitted model; use per day in the unit of the readings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Model {
    /// Use at a mild temperature.
    pub base: f64,
    /// Use per degree below the heating balance point.
    pub heating: f64,
    /// The heating balance point.
    pub heating_from: f64,
    /// Use per degree above the cooling balance point.
    pub cooling: f64,
    /// The cooling balance point.
    pub cooling_from: f64,
    /// The share of the variance that it explains.
    pub explained: f64,
}

impl Model {
    /// The use per day at a mean temperature.
    pub fn at(&self, temperature: f64) -> f64 {
        self.base
            + self.heating * degrees(self.heating_from - temperature)
            + self.cooling * degrees(temperature - self.cooling_from)
    }
}

/// The mean of what is above zero, of days spread normally around this mean.
fn degrees(mean: f64) -> f64 {
    let z = mean / DAILY_SPREAD;
    if z > 4.0 {
        return mean;
    }
    if z < -4.0 {
        return 0.0;
    }
    // The normal distribution by its logistic approximation (Bowling et al. 2009, error below 0.00014).
    let below = 1.0 / (1.0 + (-(0.070_56 * z * z * z + 1.5976 * z)).exp());
    let density = 0.398_942_280_401_432_7 * (-0.5 * z * z).exp();
    DAILY_SPREAD * (z * below + density)
}

/// Fits the model to use per day and mean temperature; `NaN` in either leaves a period out, weights count the others.
///
/// `None` where fewer than six periods are left or use does not vary.
pub fn fit(
    use_per_day: &[f64],
    temperature: &[f64],
    weight: impl Fn(usize) -> f64,
) -> Option<Model> {
    let rows: Vec<(f64, f64, f64)> = use_per_day
        .iter()
        .zip(temperature)
        .enumerate()
        .filter(|(_, (used, warm))| used.is_finite() && warm.is_finite())
        .map(|(at, (used, warm))| (*used, *warm, weight(at)))
        .filter(|(_, _, weight)| *weight > 0.0)
        .collect();
    if rows.len() < 6 {
        return None;
    }
    let total: f64 = rows.iter().map(|(_, _, weight)| weight).sum();
    let mean = rows.iter().map(|(used, _, weight)| used * weight).sum::<f64>() / total;
    let variance: f64 = rows.iter().map(|(used, _, weight)| weight * (used - mean).powi(2)).sum();
    if variance <= 0.0 {
        return None;
    }
    let column = |from: f64, sign: f64| -> Column {
        let degrees: Vec<f64> =
            rows.iter().map(|(_, warm, _)| degrees(sign * (warm - from))).collect();
        let centre = degrees.iter().zip(&rows).map(|(d, row)| d * row.2).sum::<f64>() / total;
        let off: Vec<f64> = degrees.iter().map(|degrees| degrees - centre).collect();
        let square = off.iter().zip(&rows).map(|(off, row)| off * off * row.2).sum();
        let product = off.iter().zip(&rows).map(|(off, row)| off * (row.0 - mean) * row.2).sum();
        Column { from, centre, square, product, off }
    };
    let heating: Vec<Column> = grid(HEATING).map(|from| column(from, -1.0)).collect();
    let cooling: Vec<Column> = grid(COOLING).map(|from| column(from, 1.0)).collect();
    let mut best: Option<(f64, Model)> = None;
    let mut offer = |gain: f64, heat: Option<(&Column, f64)>, cool: Option<(&Column, f64)>| {
        if best.as_ref().is_none_or(|(known, _)| gain > *known + 1e-9 * variance) {
            let slope = |side: Option<(&Column, f64)>| {
                side.map_or((0.0, 0.0, 0.0), |(c, slope)| (slope, c.from, c.centre))
            };
            let ((heating, heating_from, warm), (cooling, cooling_from, cold)) =
                (slope(heat), slope(cool));
            let base = mean - heating * warm - cooling * cold;
            let explained = gain / variance;
            best = Some((
                gain,
                Model { base, heating, heating_from, cooling, cooling_from, explained },
            ));
        }
    };
    offer(0.0, None, None);
    for heat in &heating {
        if let Some(slope) = heat.alone() {
            offer(slope * heat.product, Some((heat, slope)), None);
        }
    }
    for cool in &cooling {
        if let Some(slope) = cool.alone() {
            offer(slope * cool.product, None, Some((cool, slope)));
        }
        for heat in heating.iter().filter(|heat| heat.from <= cool.from) {
            let across: f64 =
                heat.off.iter().zip(&cool.off).zip(&rows).map(|((a, b), row)| a * b * row.2).sum();
            let determinant = heat.square * cool.square - across * across;
            if determinant <= 1e-9 * heat.square * cool.square {
                continue;
            }
            let a = (heat.product * cool.square - cool.product * across) / determinant;
            let b = (cool.product * heat.square - heat.product * across) / determinant;
            if a > 0.0 && b > 0.0 {
                offer(a * heat.product + b * cool.product, Some((heat, a)), Some((cool, b)));
            }
        }
    }
    best.map(|(_, model)| model)
}

/// The same without the periods that the first fit leaves far off: an anomaly of the past does not bend the model.
pub fn fit_robust(
    use_per_day: &[f64],
    temperature: &[f64],
    weight: impl Fn(usize) -> f64,
) -> Option<Model> {
    let first = fit(use_per_day, temperature, &weight)?;
    let off: Vec<f64> = use_per_day
        .iter()
        .zip(temperature)
        .map(|(used, warm)| (used - first.at(*warm)).abs())
        .collect();
    let usual = 1.4826 * median(off.iter().copied())?;
    fit(use_per_day, temperature, |at| if off[at] > 3.5 * usual { 0.0 } else { weight(at) })
}

/// Degree days of one balance point, centred.
struct Column {
    from: f64,
    centre: f64,
    square: f64,
    product: f64,
    off: Vec<f64>,
}

impl Column {
    /// The slope on this column alone, where it is positive.
    fn alone(&self) -> Option<f64> {
        (self.square > 1e-9 && self.product > 0.0).then(|| self.product / self.square)
    }
}

fn grid((from, to): (f64, f64)) -> impl Iterator<Item = f64> {
    std::iter::successors(Some(from), move |at| Some(at + GRID).filter(|at| *at <= to))
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEARS: [f64; 24] = [
        1.0, 3.0, 7.0, 11.0, 15.0, 19.0, 21.0, 20.5, 16.0, 11.0, 6.0, 2.0, -1.0, 4.0, 6.0, 12.0,
        14.0, 20.0, 23.0, 19.0, 17.0, 10.0, 5.0, 3.0,
    ];

    #[test]
    fn the_model_behind_the_use_is_found_again() {
        let truth = Model {
            base: 40.0,
            heating: 6.0,
            heating_from: 15.0,
            cooling: 3.0,
            cooling_from: 18.0,
            explained: 1.0,
        };
        let mut used = YEARS.map(|warm| truth.at(warm));
        let model = fit(&used, &YEARS, |_| 1.0).expect("a model");
        assert!(
            (model.heating_from - 15.0).abs() < 1e-9 && (model.cooling_from - 18.0).abs() < 1e-9
        );
        assert!(
            (model.base - 40.0).abs() < 1e-6 && (model.heating - 6.0).abs() < 1e-6,
            "{model:?}"
        );
        used[3] *= 10.0;
        let robust = fit_robust(&used, &YEARS, |_| 1.0).expect("a model");
        assert!(
            (robust.at(-2.0) - truth.at(-2.0)).abs() < 0.5,
            "one anomaly bends nothing: {robust:?}"
        );
    }

    #[test]
    fn use_that_knows_no_weather_has_no_slopes() {
        let used: Vec<f64> = (0..24).map(|at| 100.0 + f64::from(at % 2)).collect();
        let model = fit(&used, &YEARS, |_| 1.0).expect("a model");
        assert!(model.explained < 0.3, "{model:?}");
        assert_eq!(fit(&[5.0; 24], &YEARS, |_| 1.0), None);
        assert_eq!(fit(&used[..5], &YEARS[..5], |_| 1.0), None);
    }

    #[test]
    fn degrees_are_linear_far_out_and_smooth_between() {
        assert!((degrees(20.0) - 20.0).abs() < 1e-9 && degrees(-20.0).abs() < 1e-9);
        assert!((degrees(0.0) - DAILY_SPREAD * 0.398_94).abs() < 1e-3);
    }
}

//! The season of a group: the median of the seasons that its meters have by themselves.
//!
//! In most slots few meters of a group are set up, and the others have the season that they had: so the values are kept
//! in order, and only those of the few are taken out and put in.

use rayon::prelude::*;

use super::view::View;

/// Up to this share of the meters (one in so many) is taken out and put in; of more all are put in order anew.
const FEW: usize = 16;

/// The seasonal medians of all meters that have started, for each month in order.
#[derive(Debug, Clone, Default)]
pub struct Seasons {
    sorted: [Vec<f64>; 12],
}

impl Seasons {
    /// Whether so few of the meters change that it is worth while to follow them.
    pub const fn follows(changing: usize, all: usize) -> bool {
        changing * FEW <= all
    }

    /// Those of all views that have started.
    pub fn of<'a>(views: &(impl Iterator<Item = &'a View> + Clone + Sync)) -> Self {
        let mut seasons = Self::default();
        seasons.sorted.par_iter_mut().enumerate().for_each(|(month, sorted)| {
            sorted.extend(views.clone().filter_map(|view| own(view, month)));
            sorted.sort_unstable_by(f64::total_cmp);
        });
        seasons
    }

    /// Takes out a view that was there.
    pub fn take_out(&mut self, view: &View) {
        for (month, sorted) in self.sorted.iter_mut().enumerate() {
            let place = |middle: f64| sorted.binary_search_by(|known| known.total_cmp(&middle));
            if let Some(Ok(place)) = own(view, month).map(place) {
                sorted.remove(place);
            }
        }
    }

    /// Puts in a view.
    pub fn put_in(&mut self, view: &View) {
        for (month, sorted) in self.sorted.iter_mut().enumerate() {
            if let Some(middle) = own(view, month) {
                let (Ok(place) | Err(place)) =
                    sorted.binary_search_by(|known| known.total_cmp(&middle));
                sorted.insert(place, middle);
            }
        }
    }

    /// The median of each month; 0 where no meter has one.
    pub fn medians(&self) -> [f64; 12] {
        std::array::from_fn(|month| {
            let sorted = &self.sorted[month];
            let middle = sorted.len() / 2;
            match sorted.get(middle) {
                None => 0.0,
                Some(upper) if sorted.len().is_multiple_of(2) => {
                    f64::midpoint(sorted[middle - 1], *upper)
                }
                Some(upper) => *upper,
            }
        })
    }
}

/// The median of a month that a view has by itself.
fn own(view: &View, month: usize) -> Option<f64> {
    let (middle, readings) = view.own_season[month];
    (readings > 0.0 && middle.is_finite()).then_some(middle)
}

#[cfg(test)]
mod tests {
    use super::super::start::own_view;
    use super::super::statistics::median;
    use super::*;

    fn views(count: u32) -> Vec<View> {
        let values = |of: u32| {
            (0..30).map(move |at| match (at * 7 + of) % 11 {
                0 => f64::NAN,
                off => f64::from(100 + of * 13 % 17 + off * at % 5),
            })
        };
        (0..count).filter_map(|of| own_view(&values(of).collect::<Vec<_>>(), 30, 0.2, 0)).collect()
    }

    #[test]
    fn the_medians_are_those_of_the_views_that_are_there() {
        let mut views = views(40);
        let mut seasons = Seasons::of(&views[..25].iter());
        for view in &views[25..] {
            seasons.put_in(view);
        }
        for view in views.drain(..14) {
            seasons.take_out(&view);
        }
        let expected: [f64; 12] = std::array::from_fn(|month| {
            median(views.iter().filter_map(|view| own(view, month))).unwrap_or(0.0)
        });
        let bits = |medians: [f64; 12]| medians.map(f64::to_bits);
        assert_eq!(bits(seasons.medians()), bits(expected));
        assert!(expected.iter().any(|middle| middle.abs() > 1e-6), "{expected:?}");
        for view in &views {
            seasons.take_out(view);
        }
        assert_eq!(bits(seasons.medians()), [0; 12], "0 where there is none");
        assert!(Seasons::follows(1, 16) && !Seasons::follows(2, 16));
    }
}

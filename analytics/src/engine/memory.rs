//! What a meter remembers besides its levels: how often it is zero, repeats itself, is missing, and how finely it counts.

use super::statistics::median;

/// Counts of one meter, kept from its first reading on.
#[derive(Debug, Clone)]
pub struct Memory {
    /// The slot of the first reading.
    pub first: Option<usize>,
    /// Readings so far.
    pub readings: usize,
    /// The slot of the last reading.
    pub last: Option<usize>,
    /// Per season: readings and zeros among them.
    pub zeros: [(f64, f64); 12],
    /// Pairs of consecutive readings and exact ties among them, zeros left out.
    pub ties: (f64, f64),
    /// How often the last quantity has come again without a break.
    pub run: u32,
    /// Slots since the first reading at which a reading was due, and those that stayed empty.
    pub due: (f64, f64),
    /// Slots between readings: 1 for monthly, 2 for bimonthly bills.
    pub step: usize,
    /// The smallest difference the meter can show; 0 where it is not known.
    pub resolution: f64,
}

impl Default for Memory {
    /// Nothing is remembered.
    fn default() -> Self {
        Self {
            first: None,
            readings: 0,
            last: None,
            zeros: [(0.0, 0.0); 12],
            ties: (0.0, 0.0),
            run: 0,
            due: (0.0, 0.0),
            step: 1,
            resolution: 0.0,
        }
    }
}

impl Memory {
    /// Whether this quantity ties exactly with the one before.
    pub fn ties_with_last(&self, stated: &[f64], slot: usize) -> bool {
        let Some(last) = self.last else { return false };
        let quantity = stated[slot];
        quantity > 0.0 && (quantity - stated[last]).abs() <= quantity * 1e-12
    }

    /// Takes note of a slot after it was judged.
    pub fn learn(&mut self, quantities: &[f64], stated: &[f64], slot: usize, season: usize) {
        let quantity = quantities[slot];
        if let Some(first) = self.first
            && (slot - first).is_multiple_of(self.step)
        {
            self.due.0 += 1.0;
            self.due.1 += f64::from(u8::from(quantity.is_nan()));
        }
        if quantity.is_nan() {
            return;
        }
        let tie = self.ties_with_last(stated, slot);
        if self.last.is_some() && stated[slot] > 0.0 {
            self.ties.0 += 1.0;
            self.ties.1 += f64::from(u8::from(tie));
        }
        self.run = if tie { self.run + 1 } else { 0 };
        self.zeros[season].0 += 1.0;
        self.zeros[season].1 += f64::from(u8::from(quantity == 0.0));
        self.first.get_or_insert(slot);
        self.last = Some(slot);
        self.readings += 1;
    }

    /// The chance of a zero in this season: the neighbouring seasons count half.
    pub fn chance_of_zero(&self, season: usize) -> f64 {
        let at = |shift: usize| self.zeros[(season + shift) % 12];
        let (here, before, after) = (at(0), at(11), at(1));
        let seen = here.0 + 0.5 * (before.0 + after.0);
        let zeros = here.1 + 0.5 * (before.1 + after.1);
        (zeros + 0.02) / (seen + 1.0)
    }

    /// Works out the step between readings and the resolution from the history before `slot`.
    pub fn look_back(&mut self, quantities: &[f64], slot: usize) {
        let history = &quantities[..slot];
        let filled = || history.iter().enumerate().filter(|(_, q)| !q.is_nan()).map(|(i, _)| i);
        #[expect(clippy::cast_precision_loss, reason = "a few slots")]
        let gaps = filled().zip(filled().skip(1)).map(|(one, next)| (next - one) as f64);
        self.step = match median(gaps) {
            Some(gap) if gap > 2.5 => 3,
            Some(gap) if gap > 1.5 => 2,
            _ => 1,
        };
        self.resolution = resolution(history);
    }
}

/// The largest of 1, 2, 4, 5, 8 times a power of ten that divides nine tenths of the positive quantities.
fn resolution(history: &[f64]) -> f64 {
    let positive: Vec<f64> = history.iter().copied().filter(|quantity| *quantity > 0.0).collect();
    if positive.len() < 3 {
        return 0.0;
    }
    let divides = |grid: f64| {
        let is_off = |quantity: &&f64| {
            let steps = **quantity / grid;
            (steps - steps.round()).abs() >= 1e-6 * steps.max(1.0)
        };
        // As soon as more than a tenth are off, the others need not be looked at.
        let most = positive.len() / 10;
        positive.iter().filter(is_off).nth(most).is_none()
    };
    (-4..=4)
        .rev()
        .flat_map(|power| [8.0, 5.0, 4.0, 2.0, 1.0].map(|digit| digit * 10f64.powi(power)))
        .find(|grid| divides(*grid))
        .unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_with_a_ratio_of_forty_counts_in_forties() {
        let history: Vec<f64> = [12_040.0, 11_880.0, 12_360.0, 9_960.0].to_vec();
        assert!((resolution(&history) - 40.0).abs() < 1e-9);
        assert!((resolution(&[10.25, 11.5, 12.75, 8.0]) - 0.05).abs() < 1e-9);
        assert!(resolution(&[1.0, 2.0]).abs() < 1e-9, "two readings say nothing");
    }

    #[test]
    fn bimonthly_bills_are_a_step_of_two() {
        let quantities: Vec<f64> =
            (0..20).map(|i| if i % 2 == 0 { 40.0 + f64::from(i) } else { f64::NAN }).collect();
        let mut memory = Memory::default();
        memory.look_back(&quantities, 20);
        assert_eq!(memory.step, 2);
    }
}

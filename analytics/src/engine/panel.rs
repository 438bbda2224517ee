//! What goes into the engine: columns of use per meter on a common grid of slots.

use crate::parameters::Utility;

/// How long a slot is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cadence {
    /// Calendar months; bills of two or three months leave slots between them empty.
    Monthly,
    /// Days.
    Daily,
}

/// One meter as columns over the slots of the panel.
#[derive(Debug, Clone)]
pub struct Meter {
    /// The name, by which meters are ordered so that the order of the input does not matter.
    pub name: String,
    /// Meters of one group are each other's peers: the same commodity in the same organisation.
    pub group: usize,
    /// How this commodity behaves.
    pub utility: Utility,
    /// Whether the readings state their unit; where they do not, a change of unit is likelier.
    pub unit_stated: bool,
    /// The quantity that one reading states for just this slot; `NaN` where it was put together from several or is a
    /// share of a longer one. Only what was stated can be stuck or copied.
    pub stated: Vec<f64>,
    /// The quantity of the period in each slot; `NaN` where there is none.
    pub quantity: Vec<f64>,
    /// The length of the period in each slot in days; the length of the slot where there is no reading.
    pub days: Vec<f64>,
    /// The mean outdoor temperature of each slot in degrees Celsius; `NaN` where it is not known, empty where none is.
    pub temperature: Vec<f64>,
    /// How much each reading is believed when the baseline learns: 1 measured, less for an estimate, 0 for what is known
    /// to be wrong or falls into a known event. It is judged all the same. Empty: all are measured.
    pub trust: Vec<f64>,
}

impl Meter {
    /// The mean outdoor temperature of a slot, where it is known.
    pub fn temperature_at(&self, slot: usize) -> Option<f64> {
        self.temperature.get(slot).copied().filter(|degrees| degrees.is_finite())
    }

    /// How much the reading of a slot is believed, between 0 and 1.
    pub fn trust_at(&self, slot: usize) -> f64 {
        self.trust.get(slot).map_or(1.0, |trust| trust.clamp(0.0, 1.0))
    }
}

/// All meters of one organisation.
#[derive(Debug, Clone)]
pub struct Panel {
    /// How long a slot is.
    pub cadence: Cadence,
    /// The season of slot 0: months since January, or for days the days since a Monday.
    pub first_season: usize,
    /// How many slots there are.
    pub slots: usize,
    /// How many groups there are.
    pub groups: usize,
    /// The meters, in the order of their names.
    pub meters: Vec<Meter>,
}

impl Panel {
    /// The month of the year (0 to 11) or, for days, the day of the week (0 is Monday) of a slot.
    pub const fn season(&self, slot: usize) -> usize {
        let length = match self.cadence {
            Cadence::Monthly => 12,
            Cadence::Daily => 7,
        };
        (self.first_season + slot) % length
    }
}

//! Values that could be readings, before and after they are checked.

use std::rc::Rc;

use foldhash::HashMap;
use jiff::civil::DateTime;
use readings::{CellAddress, Commodity, Money, Period, ProblemCode, ReadingKind, UnitText};
use rust_decimal::Decimal;

/// When a value was, as its row and column say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum When {
    /// Nothing is said.
    Unsaid,
    /// From and to, as stated.
    Span(DateTime, DateTime),
    /// One day or instant.
    Stamp(DateTime),
    /// A month; the year may be missing.
    Month(Option<i16>, i8),
    /// Several months of one year, such as a quarter, from the first to the last; the year may be missing.
    Months(Option<i16>, i8, i8),
    /// A year.
    Year(i16),
    /// A week by its number as ISO 8601 counts; the year may be missing.
    Week(Option<i16>, i8),
    /// A period that needs nothing else.
    Certain(Period),
}

/// Why a value is not printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// The kind of the question.
    pub code: ProblemCode,
    /// The question, in one sentence.
    pub sentence: Rc<str>,
}

impl Hold {
    /// A question.
    pub fn new(code: ProblemCode, sentence: impl Into<Rc<str>>) -> Self {
        Self { code, sentence: sentence.into() }
    }
}

/// What becomes of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is a reading.
    Reading,
    /// It is held, for a reason.
    Held(Hold),
    /// It is a sum of others or the like.
    NotData,
}

/// A register beside what was used, and that of the row before with its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stand {
    /// The register of the row.
    pub now: Decimal,
    /// When the meter was read before, and its register then.
    pub before: Option<(DateTime, Decimal)>,
}

/// Numbers of a row by which its value can be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Evidence {
    /// Money for one unit, as the row states it.
    pub price: Option<Decimal>,
    /// Money that was charged, for checking against the price.
    pub charged: Option<Decimal>,
    /// The registers before and after, where the row has them.
    pub registers: Option<(Decimal, Decimal)>,
    /// The one register of the row beside what was used.
    pub stand: Option<Stand>,
    /// By what differences of the register are to be multiplied, where the row says so.
    pub multiplier: Option<Decimal>,
    /// The number of days that the row states.
    pub days: Option<Decimal>,
}

impl Evidence {
    /// It, where there is any.
    pub fn kept(self) -> Option<Box<Self>> {
        // What was charged is compared with a price or with nothing.
        let charged = self.charged.filter(|_| self.price.is_some());
        let kept = Self { charged, ..self };
        (kept != Self::default()).then(|| Box::new(kept))
    }
}

/// A value that could be a reading.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The cell of the quantity.
    pub at: CellAddress,
    /// Index into the series of the table.
    pub series: usize,
    /// When it was, as stated.
    pub when: When,
    /// The period, once it is certain.
    pub period: Option<Period>,
    /// The number, in the unit of the series.
    pub number: Decimal,
    /// What was charged.
    pub cost: Option<Money>,
    /// Consumption, register, power.
    pub kind: ReadingKind,
    /// What else the row states about it: see [`Candidate::evidence`]. Few rows do, and very many have to fit into memory.
    pub stated: Option<Box<Evidence>>,
    /// The cell's number has a fraction.
    pub fraction_cell: bool,
    /// What becomes of it.
    pub fate: Fate,
}

impl Candidate {
    /// What its row states about it.
    pub fn evidence(&self) -> Evidence {
        self.stated.as_deref().copied().unwrap_or_default()
    }

    /// Holds it, unless something was decided before.
    pub fn hold(&mut self, hold: &Hold) {
        if self.fate == Fate::Reading {
            self.fate = Fate::Held(hold.clone());
        }
    }

    /// Whether it is still to be printed.
    pub fn is_live(&self) -> bool {
        self.fate == Fate::Reading
    }
}

/// What the readings of one meter in one table share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    /// The site.
    pub site: Option<String>,
    /// The meter.
    pub meter: Option<String>,
    /// What else names it in its row: a serial number, an account.
    pub also: Option<String>,
    /// What is supplied.
    pub commodity: Option<Commodity>,
    /// The unit.
    pub unit: Option<UnitText>,
    /// Heading or label that says what is counted.
    pub label: String,
    /// The row that it stands in alone, in a wide table; else the column.
    pub place: (Option<u32>, u32),
}

/// The values of one table.
#[derive(Debug, Default)]
pub struct Values {
    /// Every value that could be a reading, in the order of the sheet's rows.
    pub candidates: Vec<Candidate>,
    /// The meters.
    pub series: Vec<Series>,
    /// Cells that look like data and hold no number, by row.
    pub refused: Vec<(CellAddress, Hold)>,
}

impl Values {
    /// The candidates of each series, by index, in the order of the sheet.
    pub fn by_series(&self) -> Vec<Vec<usize>> {
        let mut lists = vec![Vec::new(); self.series.len()];
        for (index, candidate) in self.candidates.iter().enumerate() {
            lists[candidate.series].push(index);
        }
        lists
    }

    /// Holds all that is still to be printed.
    pub fn hold_all(&mut self, hold: &Hold) {
        self.candidates.iter_mut().for_each(|candidate| candidate.hold(hold));
    }
}

/// Series by their identity, so that each is kept once.
#[derive(Debug, Default)]
pub struct SeriesIndex {
    known: HashMap<String, usize>,
}

impl SeriesIndex {
    /// The index of the series with this identity, made where it is new.
    pub fn of(
        &mut self,
        identity: &str,
        series: &mut Vec<Series>,
        make: impl FnOnce() -> Series,
    ) -> usize {
        if let Some(index) = self.known.get(identity) {
            return *index;
        }
        series.push(make());
        self.known.insert(identity.to_owned(), series.len() - 1);
        series.len() - 1
    }
}

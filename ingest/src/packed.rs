//! An extraction as it goes from the child to the parent, and as its larger part waits there: what the readings of a
//! meter share is said once, and numbers and instants go as numbers. As text, which the other formats need, they would
//! cost more than reading the file.
//!
//! A file of very many readings goes in parts, each with all readings of its meters, so that whoever stores them needs
//! memory for one part at a time.

mod further;

use std::io;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt as _};
use jiff::civil::{Date, DateTime, Time};
use readings::{
    CellAddress, Commodity, Currency, ExtractedReading, Extraction, Money, Period, Quantity,
    ReadingKind, UnitText,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::ledger;

pub use further::{Further, ReadOtherwise, ReadWhole, Sender, Waiting};

/// Readings of one part; a meter that has more is a part of its own.
pub const PART: usize = 50_000;

/// An extraction, packed.
#[derive(Debug, Serialize, Deserialize)]
pub struct Packed {
    /// All but the readings.
    rest: Extraction,
    readings: Block,
    /// How many parts follow, where that is known.
    further: Option<u32>,
}

/// Readings that wait, packed: those of a further part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part(Vec<u8>);

/// Readings, and what they share.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Block {
    shared: Vec<Shared>,
    readings: Vec<Reading>,
}

/// What readings share.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Shared {
    sheet: Arc<str>,
    site: Option<Arc<str>>,
    meter: Option<Arc<str>>,
    commodity: Option<Commodity>,
    unit: Option<UnitText>,
    kind: ReadingKind,
}

#[derive(Debug, Serialize, Deserialize)]
struct Reading {
    /// Index into what is shared.
    shared: u32,
    cell: CellAddress,
    period: Option<(Instant, Instant)>,
    quantity: Number,
    cost: Option<(Number, Option<Currency>)>,
    multiplier: Option<Number>,
}

/// Mantissa and scale.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Number(i128, u32);

/// Year, month, day; seconds and nanoseconds of the day.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Instant(i16, i8, i8, u32, u32);

/// The child sent what no extraction is.
#[derive(Debug, thiserror::Error)]
#[error("the reader's answer does not hold together")]
pub struct Torn;

impl Packed {
    /// Packs an extraction as a whole.
    pub fn whole(mut extraction: Extraction) -> Self {
        let all = std::mem::take(&mut extraction.readings);
        Self { rest: extraction, readings: Block::of(&all), further: Some(0) }
    }

    /// Packs an extraction with the readings of its first part; the further parts follow, encoded. `most` is [`PART`].
    pub fn in_parts(
        mut extraction: Extraction,
        most: usize,
    ) -> (Self, impl Iterator<Item = io::Result<Part>>) {
        let all = std::mem::take(&mut extraction.readings);
        let (parts, count) = parts_of(&all, most);
        let first = Block::of(of_part(&all, &parts, 0));
        extraction.rows -= (all.len() - first.readings.len()) as u64;
        let packed = Self { rest: extraction, readings: first, further: Some(count - 1) };
        let further = (1..count).map(move |part| Part::of(&Block::of(of_part(&all, &parts, part))));
        (packed, further)
    }

    /// Packs the first readings of a file, of which it is not known yet how many follow.
    pub fn begun(mut rest: Extraction, first: &[ExtractedReading]) -> Self {
        rest.rows += first.len() as u64;
        Self { rest, readings: Block::of(first), further: None }
    }

    /// How many parts follow; `None` where they come one by one until the end is said.
    pub fn further(&self) -> Option<u32> {
        self.further
    }

    /// The extraction as it was packed, apart from further parts; its account is that of this part.
    pub fn unpack(self) -> Result<Extraction, Torn> {
        let mut extraction = self.rest;
        extraction.readings = self.readings.unpack()?;
        Ok(extraction)
    }
}

impl Part {
    /// A part as it was received.
    pub fn new(encoded: Vec<u8>) -> Self {
        Self(encoded)
    }

    /// Packs the readings of a stretch.
    pub fn of_stretch(readings: &[ExtractedReading]) -> io::Result<Self> {
        Self::of(&Block::of(readings))
    }

    fn of(block: &Block) -> io::Result<Self> {
        postcard::to_stdvec(block).map(Self).map_err(io::Error::other)
    }

    /// The bytes to send.
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    /// Its readings.
    pub fn unpack(&self) -> Result<Vec<ExtractedReading>, Torn> {
        Self::read(&self.0)
    }

    fn read(encoded: &[u8]) -> Result<Vec<ExtractedReading>, Torn> {
        postcard::from_bytes::<Block>(encoded).map_err(|_| Torn)?.unpack()
    }
}

/// The part of each reading, and how many there are: readings that could be of one meter are in one part, which takes
/// meters in the order of the file until it has `most` readings.
fn parts_of(readings: &[ExtractedReading], most: usize) -> (Vec<u32>, u32) {
    if readings.len() <= most {
        return (vec![0; readings.len()], 1);
    }
    let mut meters: HashMap<Option<(String, String)>, usize> = HashMap::new();
    let mut sizes: Vec<usize> = Vec::new();
    let mut meter_of = Vec::with_capacity(readings.len());
    for (at, reading) in readings.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| (&readings[before], meter_of[before]));
        let meter = match before {
            Some((before, meter)) if named_alike(before, reading) => meter,
            _ => *meters.entry(ledger::meter_key(reading)).or_insert_with(|| {
                sizes.push(0);
                sizes.len() - 1
            }),
        };
        sizes[meter] += 1;
        meter_of.push(meter);
    }
    let (mut part, mut filled) = (0, 0);
    let mut part_of_meter = Vec::with_capacity(sizes.len());
    for size in sizes {
        if filled > 0 && filled + size > most {
            part += 1;
            filled = 0;
        }
        filled += size;
        part_of_meter.push(part);
    }
    (meter_of.into_iter().map(|meter| part_of_meter[meter]).collect(), part + 1)
}

fn named_alike(one: &ExtractedReading, two: &ExtractedReading) -> bool {
    one.meter == two.meter && one.site == two.site && one.commodity == two.commodity
}

fn of_part<'r>(
    readings: &'r [ExtractedReading],
    parts: &'r [u32],
    part: u32,
) -> impl Iterator<Item = &'r ExtractedReading> {
    readings.iter().zip(parts).filter(move |(_, of)| **of == part).map(|(reading, _)| reading)
}

impl Block {
    fn of<'r>(readings: impl IntoIterator<Item = &'r ExtractedReading>) -> Self {
        let mut block = Self::default();
        let mut known: HashMap<Shared, u32> = HashMap::new();
        let mut last = 0;
        for reading in readings {
            if !block.shared.get(last as usize).is_some_and(|shared| shared.is_of(reading)) {
                let shared = Shared::of(reading);
                last = *known.entry(shared).or_insert_with_key(|shared| {
                    block.shared.push(shared.clone());
                    u32::try_from(block.shared.len() - 1).unwrap_or(u32::MAX)
                });
            }
            block.readings.push(Reading {
                shared: last,
                cell: reading.cell,
                period: reading.period.map(|p| (Instant::of(p.start()), Instant::of(p.end()))),
                quantity: Number::of(reading.quantity.get()),
                cost: reading.cost.map(|cost| (Number::of(cost.amount), cost.currency)),
                multiplier: reading.multiplier.map(Number::of),
            });
        }
        block
    }

    fn unpack(self) -> Result<Vec<ExtractedReading>, Torn> {
        let mut readings = Vec::with_capacity(self.readings.len());
        for reading in self.readings {
            let shared = self.shared.get(reading.shared as usize).ok_or(Torn)?;
            let period = match reading.period {
                None => None,
                Some((start, end)) => {
                    Some(Period::new(start.get()?, end.get()?).map_err(|_| Torn)?)
                }
            };
            let cost = match reading.cost {
                None => None,
                Some((amount, currency)) => Some(Money { amount: amount.get()?, currency }),
            };
            readings.push(ExtractedReading {
                sheet: shared.sheet.clone(),
                cell: reading.cell,
                site: shared.site.clone(),
                meter: shared.meter.clone(),
                commodity: shared.commodity,
                period,
                quantity: Quantity::new(reading.quantity.get()?),
                unit: shared.unit.clone(),
                cost,
                kind: shared.kind,
                multiplier: reading.multiplier.map(Number::get).transpose()?,
            });
        }
        Ok(readings)
    }
}

impl Shared {
    fn of(reading: &ExtractedReading) -> Self {
        Self {
            sheet: reading.sheet.clone(),
            site: reading.site.clone(),
            meter: reading.meter.clone(),
            commodity: reading.commodity,
            unit: reading.unit.clone(),
            kind: reading.kind,
        }
    }

    fn is_of(&self, reading: &ExtractedReading) -> bool {
        self.kind == reading.kind
            && self.commodity == reading.commodity
            && self.meter == reading.meter
            && self.site == reading.site
            && self.unit == reading.unit
            && self.sheet == reading.sheet
    }
}

impl Number {
    const fn of(number: Decimal) -> Self {
        Self(number.mantissa(), number.scale())
    }

    fn get(self) -> Result<Decimal, Torn> {
        Decimal::try_from_i128_with_scale(self.0, self.1).map_err(|_| Torn)
    }
}

impl Instant {
    fn of(at: DateTime) -> Self {
        let time = at.time();
        let seconds = (i32::from(time.hour()) * 60 + i32::from(time.minute())) * 60
            + i32::from(time.second());
        let (seconds, nanoseconds) =
            (seconds.unsigned_abs(), time.subsec_nanosecond().unsigned_abs());
        Self(at.year(), at.month(), at.day(), seconds, nanoseconds)
    }

    fn get(self) -> Result<DateTime, Torn> {
        let Self(year, month, day, seconds, nanoseconds) = self;
        let date = Date::new(year, month, day).map_err(|_| Torn)?;
        if seconds == 0 && nanoseconds == 0 {
            return Ok(date.to_datetime(Time::midnight()));
        }
        let part = |value: u32| i8::try_from(value).map_err(|_| Torn);
        let (hour, minute, second) =
            (part(seconds / 3600)?, part(seconds / 60 % 60)?, part(seconds % 60)?);
        let nanoseconds = i32::try_from(nanoseconds).map_err(|_| Torn)?;
        let time = Time::new(hour, minute, second, nanoseconds).map_err(|_| Torn)?;
        Ok(date.to_datetime(time))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use readings::Unit;
    use rust_decimal::dec;

    use super::*;

    fn reading(row: u32, meter: &str, quantity: Decimal) -> ExtractedReading {
        let start = date(2024, 1, 1).at(0, 30, 0, 5);
        ExtractedReading {
            sheet: "Sheet".into(),
            cell: CellAddress::new(row, 3),
            site: None,
            meter: Some(meter.into()),
            commodity: Some(Commodity::Gas),
            period: Period::new(start, date(2024, 2, 1).at(23, 59, 59, 0)).ok(),
            quantity: Quantity::new(quantity),
            unit: Some(UnitText { text: "m3".into(), unit: Some(Unit::CubicMetre) }),
            cost: Some(Money { amount: dec!(-12.50), currency: None }),
            kind: ReadingKind::Estimated,
            multiplier: Some(dec!(40)),
        }
    }

    #[test]
    fn what_is_unpacked_is_what_was_packed() {
        let readings = vec![
            reading(1, "a", dec!(1.500)),
            reading(2, "b", Decimal::MAX),
            ExtractedReading { period: None, cost: None, ..reading(3, "a", Decimal::MIN) },
            ExtractedReading {
                multiplier: None,
                ..reading(4, "a", dec!(0.0000000000000000000000000001))
            },
        ];
        let extraction = Extraction { readings, rows: 9, not_data: 5, ..Extraction::default() };
        let packed = Packed::whole(extraction.clone());
        assert_eq!(packed.readings.shared.len(), 2);
        let sent = postcard::to_stdvec(&packed).expect("memory");
        let received: Packed = postcard::from_bytes(&sent).expect("the same");
        let unpacked = received.unpack().expect("whole");
        assert_eq!(unpacked, extraction);
        // The digits that were written stay.
        assert_eq!(unpacked.readings[0].quantity.get().scale(), 3);
    }

    #[test]
    fn a_part_has_all_readings_of_its_meters() {
        let named = |row, site: &str, meter| ExtractedReading {
            site: Some(site.into()),
            ..reading(row, meter, dec!(1))
        };
        // Two spellings are one meter, and its second row comes after another's.
        let readings = vec![
            named(1, "Mill", "a"),
            named(2, "Mill", "a"),
            named(3, "Mill", "b"),
            named(4, "MILL ", "A"),
            named(5, "Mill", "c"),
        ];
        assert_eq!(parts_of(&readings, 5), (vec![0; 5], 1));
        assert_eq!(parts_of(&readings, 4), (vec![0, 0, 0, 0, 1], 2));
        assert_eq!(parts_of(&readings, 3), (vec![0, 0, 1, 0, 1], 2));
        assert_eq!(parts_of(&readings, 1), (vec![0, 0, 1, 0, 2], 3));
    }

    #[test]
    fn the_parts_together_are_the_whole() {
        let meters = ["a", "b", "c"];
        let count = u32::try_from(PART / 2 + 1).expect("few");
        let readings: Vec<_> = meters
            .iter()
            .flat_map(|meter| (0..count).map(move |row| reading(row, meter, dec!(2.5))))
            .collect();
        let rows = readings.len() as u64 + 3;
        let extraction =
            Extraction { readings: readings.clone(), rows, not_data: 3, ..Extraction::default() };
        let (packed, further) = Packed::in_parts(extraction, PART);
        assert_eq!(packed.further(), Some(2));
        let first = packed.unpack().expect("whole");
        assert!(first.adds_up(), "the account of a part is its own");
        assert_eq!(first.not_data, 3);
        let mut together = first.readings;
        for part in further {
            let received = Part::new(part.expect("memory").into_bytes());
            together.extend(received.unpack().expect("whole"));
        }
        assert_eq!(together, readings);
        assert!(Part::new(vec![1, 2, 3]).unpack().is_err());
    }

    #[test]
    fn what_does_not_hold_together_is_refused() {
        let packed = || {
            Packed::whole(Extraction {
                readings: vec![reading(1, "a", dec!(1))],
                ..Extraction::default()
            })
        };
        let mut nobodys = packed();
        nobodys.readings.readings[0].shared = 7;
        assert!(nobodys.unpack().is_err());
        let mut no_day = packed();
        no_day.readings.readings[0].period =
            Some((Instant(2024, 2, 30, 0, 0), Instant(2024, 3, 1, 0, 0)));
        assert!(no_day.unpack().is_err());
        let mut too_large = packed();
        too_large.readings.readings[0].quantity = Number(i128::MAX, 0);
        assert!(too_large.unpack().is_err());
    }
}

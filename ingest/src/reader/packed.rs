//! An extraction as it goes from the child to the parent: what the readings of a meter share is said once, and numbers
//! and instants go as numbers. As text, which the other formats need, they would cost more than reading the file.

use foldhash::{HashMap, HashMapExt as _};
use jiff::civil::{Date, DateTime, Time};
use readings::{
    CellAddress, Commodity, Currency, ExtractedReading, Extraction, Money, Period, Quantity,
    ReadingKind, UnitText,
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// An extraction, packed.
#[derive(Debug, Serialize, Deserialize)]
pub struct Packed {
    /// All but the readings.
    rest: Extraction,
    shared: Vec<Shared>,
    readings: Vec<Reading>,
}

/// What readings share.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
struct Shared {
    sheet: String,
    site: Option<String>,
    meter: Option<String>,
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
    /// Packs an extraction.
    pub fn new(mut extraction: Extraction) -> Self {
        let all = std::mem::take(&mut extraction.readings);
        let mut packed =
            Self { rest: extraction, shared: Vec::new(), readings: Vec::with_capacity(all.len()) };
        let mut known: HashMap<Shared, u32> = HashMap::new();
        let mut last = 0;
        for reading in all {
            if !packed.shared.get(last as usize).is_some_and(|shared| shared.is_of(&reading)) {
                let shared = Shared::of(&reading);
                last = *known.entry(shared).or_insert_with_key(|shared| {
                    packed.shared.push(shared.clone());
                    u32::try_from(packed.shared.len() - 1).unwrap_or(u32::MAX)
                });
            }
            packed.readings.push(Reading {
                shared: last,
                cell: reading.cell,
                period: reading.period.map(|p| (Instant::of(p.start()), Instant::of(p.end()))),
                quantity: Number::of(reading.quantity.get()),
                cost: reading.cost.map(|cost| (Number::of(cost.amount), cost.currency)),
                multiplier: reading.multiplier.map(Number::of),
            });
        }
        packed
    }

    /// The extraction as it was packed.
    pub fn unpack(self) -> Result<Extraction, Torn> {
        let mut extraction = self.rest;
        extraction.readings.reserve_exact(self.readings.len());
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
            extraction.readings.push(ExtractedReading {
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
        Ok(extraction)
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
            sheet: "Sheet".to_owned(),
            cell: CellAddress::new(row, 3),
            site: None,
            meter: Some(meter.to_owned()),
            commodity: Some(Commodity::Gas),
            period: Period::new(start, date(2024, 2, 1).at(23, 59, 59, 0)).ok(),
            quantity: Quantity::new(quantity),
            unit: Some(UnitText { text: "m3".to_owned(), unit: Some(Unit::CubicMetre) }),
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
        let packed = Packed::new(extraction.clone());
        assert_eq!(packed.shared.len(), 2);
        let sent = postcard::to_stdvec(&packed).expect("memory");
        let received: Packed = postcard::from_bytes(&sent).expect("the same");
        let unpacked = received.unpack().expect("whole");
        assert_eq!(unpacked, extraction);
        // The digits that were written stay.
        assert_eq!(unpacked.readings[0].quantity.get().scale(), 3);
    }

    #[test]
    fn what_does_not_hold_together_is_refused() {
        let packed = || {
            Packed::new(Extraction {
                readings: vec![reading(1, "a", dec!(1))],
                ..Extraction::default()
            })
        };
        let mut nobodys = packed();
        nobodys.readings[0].shared = 7;
        assert!(nobodys.unpack().is_err());
        let mut no_day = packed();
        no_day.readings[0].period = Some((Instant(2024, 2, 30, 0, 0), Instant(2024, 3, 1, 0, 0)));
        assert!(no_day.unpack().is_err());
        let mut too_large = packed();
        too_large.readings[0].quantity = Number(i128::MAX, 0);
        assert!(too_large.unpack().is_err());
    }
}

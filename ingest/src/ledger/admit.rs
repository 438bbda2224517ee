//! What a reading needs before it can be stored.

use std::sync::Arc;

use foldhash::HashMap;
use readings::{
    CellAddress, Commodity, Dimension, ExtractedReading, Money, Period, Problem, ProblemCode,
    ReadingKind, Unit, UnitText,
};
use rust_decimal::Decimal;

use super::names::{name_key, shown_name};

/// The meter that readings name, before it is looked up; the rows of a meter share it.
#[derive(Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MeterName {
    /// The key of the site's name.
    pub site_key: String,
    /// The key of the meter's name.
    pub meter_key: String,
    /// The site's name as shown.
    pub site: String,
    /// The meter's name as shown.
    pub meter: String,
}

/// The names of a file that were looked at, since most rows name the meter of the row before.
#[derive(Debug, Default)]
pub struct Names<'a> {
    known: HashMap<NamedBy<'a>, Result<Arc<MeterName>, Unnamed>>,
}

/// Site, meter and commodity, as a reading states them.
type NamedBy<'a> = (Option<&'a str>, Option<&'a str>, Option<Commodity>);
/// Why a reading names no meter.
type Unnamed = (ProblemCode, &'static str);

/// A reading that says all it must, apart from the commodity of a meter that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// Its meter.
    pub name: Arc<MeterName>,
    /// What is supplied, where the file or another row of it says so.
    pub commodity: Option<Commodity>,
    /// The time covered.
    pub period: Period,
    /// The unit of the quantity.
    pub unit: Unit,
    /// The quantity in that unit.
    pub quantity: Decimal,
    /// What was charged.
    pub cost: Option<Money>,
    /// Consumption, estimate, register or power.
    pub kind: ReadingKind,
    /// For a register: by what its differences are to be multiplied, where the file says so.
    pub multiplier: Option<Decimal>,
    /// The sheet of the quantity.
    pub sheet: &'a str,
    /// The cell of the quantity.
    pub cell: CellAddress,
}

impl Candidate<'_> {
    /// A problem at the cell of the quantity.
    pub fn problem(&self, code: ProblemCode, sentence: impl Into<String>) -> Problem {
        Problem::of_cell(code, self.sheet, self.cell, sentence)
    }

    /// The dimension that the meter's other readings must have; `None` where the kind and the unit do not agree.
    pub fn meter_dimension(&self) -> Option<Dimension> {
        match (self.kind, self.unit.dimension()) {
            (ReadingKind::AveragePower, Dimension::Power) => Some(Dimension::Energy),
            (ReadingKind::AveragePower, _) | (_, Dimension::Power) => None,
            (_, dimension) => Some(dimension),
        }
    }
}

/// Takes a reading, or says which cell lacks what.
///
/// `origin` is the sender's address, or the source's name for what came without a mail. A reading that names a meter
/// but no site is kept at the site `No site (ORIGIN)`: in sight, and apart from what other senders call the same.
/// One that names a site but no meter belongs to the site's meter of that commodity, `Electricity` for example.
pub fn admit<'a>(
    reading: &'a ExtractedReading,
    origin: &str,
    names: &mut Names<'a>,
) -> Result<Candidate<'a>, Problem> {
    let refuse =
        |code, sentence: &str| Err(Problem::of_cell(code, &*reading.sheet, reading.cell, sentence));
    let name = match names.of(reading, origin) {
        Ok(name) => name,
        Err((code, sentence)) => return refuse(code, sentence),
    };
    let Some(period) = reading.period else {
        return refuse(ProblemCode::PeriodUnknown, "The file does not say which period this is.");
    };
    let unit = match &reading.unit {
        None => {
            return refuse(ProblemCode::UnitUnknown, "The file states no unit for this quantity.");
        }
        Some(UnitText { unit: Some(unit), .. }) => *unit,
        Some(UnitText { text, unit: None }) => {
            let sentence = format!("The unit `{text}` is not known.");
            return refuse(ProblemCode::UnitNotUnderstood, &sentence);
        }
    };
    Ok(Candidate {
        name,
        commodity: reading.commodity,
        period,
        unit,
        quantity: reading.quantity.get(),
        cost: reading.cost,
        kind: reading.kind,
        multiplier: reading.multiplier.filter(|multiplier| {
            reading.kind == ReadingKind::RegisterReading && *multiplier > Decimal::ZERO
        }),
        sheet: &reading.sheet,
        cell: reading.cell,
    })
}

/// What tells the meter of a reading from others in one file, whatever its sender; `None` where it names none.
pub fn meter_key(reading: &ExtractedReading) -> Option<(String, String)> {
    let stated = (reading.site.as_deref(), reading.meter.as_deref(), reading.commodity);
    name_of(stated, "").ok().map(|name| (name.site_key, name.meter_key))
}

impl<'a> Names<'a> {
    fn of(
        &mut self,
        reading: &'a ExtractedReading,
        origin: &str,
    ) -> Result<Arc<MeterName>, Unnamed> {
        let stated = (reading.site.as_deref(), reading.meter.as_deref(), reading.commodity);
        self.known.entry(stated).or_insert_with(|| name_of(stated, origin).map(Arc::new)).clone()
    }
}

fn name_of((site, meter, commodity): NamedBy<'_>, origin: &str) -> Result<MeterName, Unnamed> {
    let named = |name: Option<&str>| name.map(shown_name).filter(|name| !name_key(name).is_empty());
    let (site, meter) = match (named(site), named(meter), commodity) {
        (Some(site), Some(meter), _) => (site, meter),
        (Some(site), None, Some(commodity)) => (site, commodity.label().to_owned()),
        (Some(_), None, None) => {
            return Err((
                ProblemCode::CommodityUnknown,
                "The file names the site of this reading, but neither the meter nor what is supplied.",
            ));
        }
        (None, Some(meter), _) => (shown_name(&format!("No site ({origin})")), meter),
        (None, None, _) => {
            return Err((
                ProblemCode::MeterUnknown,
                "The file names neither the site nor the meter of this reading.",
            ));
        }
    };
    Ok(MeterName { site_key: name_key(&site), meter_key: name_key(&meter), site, meter })
}

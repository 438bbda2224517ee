//! Clean series for training and measuring: readings, with the value before its problem where the labels know it.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::inject::{Injected, Truth};
use super::read::{self, Organisation, ReadError};

/// An organisation with what is known to be true of it.
#[derive(Debug, Clone)]
pub struct Labelled {
    /// What a detector may see.
    pub organisation: Organisation,
    /// What is true, per meter and slot.
    pub truth: Vec<Vec<Truth>>,
    /// The quantity before any problem was put in, per meter and slot.
    pub clean: Vec<Vec<f64>>,
    /// Where a problem may be put in: past the history, and with nothing odd in the source.
    pub eligible: Vec<Vec<bool>>,
    /// A number for the building of each meter, for folds.
    pub building: Vec<u64>,
}

/// Reads the readings and their labels (columns `meter, period_start, label, kind, event_id, value_clean`).
pub fn read(readings: &Path, labels: &Path) -> Result<Labelled, ReadError> {
    let organisation = read::read(readings)?;
    let mut text = String::new();
    let file = File::open(labels).map_err(ReadError::Open)?;
    MultiGzDecoder::new(BufReader::new(file)).read_to_string(&mut text).map_err(ReadError::Open)?;
    let mut table = csv::Reader::from_reader(text.as_bytes());
    let header = table.headers().map_err(ReadError::Table)?.clone();
    let column = |name: &'static str| {
        header.iter().position(|found| found == name).ok_or(ReadError::MissingColumn(name))
    };
    let (meter, start, label) = (column("meter")?, column("period_start")?, column("label")?);
    let (kind, event, clean) = (column("kind")?, column("event_id")?, column("value_clean")?);
    let mut rows: HashMap<(String, String), csv::StringRecord> = HashMap::new();
    for record in table.records() {
        let record = record.map_err(ReadError::Table)?;
        rows.insert((record[meter].to_owned(), record[start].to_owned()), record);
    }
    let panel = &organisation.panel;
    let mut labelled = Labelled {
        truth: vec![vec![Truth::Unscored; panel.slots]; panel.meters.len()],
        clean: panel.meters.iter().map(|meter| meter.quantity.clone()).collect(),
        eligible: vec![vec![false; panel.slots]; panel.meters.len()],
        building: panel.meters.iter().map(|meter| building(&meter.name)).collect(),
        organisation: organisation.clone(),
    };
    let mut numbers: HashMap<String, u32> = HashMap::new();
    for line in &organisation.lines {
        let name = panel.meters[line.meter].name.clone();
        let (Some(slot), Some(row)) = (line.slot, rows.get(&(name, line.start_text.clone())))
        else {
            continue;
        };
        if let Ok(value) = row[clean].parse::<f64>() {
            labelled.clean[line.meter][slot] = value;
        }
        let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
        labelled.truth[line.meter][slot] = match &row[label] {
            "0" => Truth::Normal,
            "1" => {
                let number = *numbers.entry(row[event].to_owned()).or_insert(next);
                Truth::Event(number, injected(&row[kind]))
            }
            _ => Truth::Unscored,
        };
        labelled.eligible[line.meter][slot] = &row[label] != "-1" || !row[event].is_empty();
    }
    Ok(labelled)
}

impl Labelled {
    /// The organisation as it was before anything was put in.
    pub fn clean_panel(&self) -> crate::engine::Panel {
        let mut panel = self.organisation.panel.clone();
        for (meter, clean) in panel.meters.iter_mut().zip(&self.clean) {
            meter.quantity.clone_from(clean);
            meter.stated.clone_from(clean);
        }
        panel
    }
}

/// Meters are named building and utility; all meters of a building are in one fold.
fn building(name: &str) -> u64 {
    let building = name.rsplit_once('-').map_or(name, |(building, _)| building);
    // FNV-1a: the same on every machine and with every compiler.
    building.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

fn injected(kind: &str) -> Injected {
    match kind {
        "drop" => Injected::Drop,
        "leak_drift" => Injected::Leak,
        "step" | "baseload_step" => Injected::Step,
        "stuck_zero" | "zero_run" => Injected::Zero,
        "stuck_repeat" | "flat_run" => Injected::Repeat,
        "unit_error" | "unit_switch" => Injected::Unit,
        "decimal" => Injected::Decimal,
        "catchup" => Injected::CatchUp,
        "sign_flip" => Injected::Sign,
        "swapped" => Injected::Swap,
        "weekend_on" => Injected::Weekend,
        _ => Injected::Spike,
    }
}

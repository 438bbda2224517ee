//! Replaying history: what would have been flagged, period by period, knowing only what was known then.

pub mod clean;
pub mod inject;
pub mod measure;
pub mod random;
mod read;
pub mod train;
pub mod validate;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub use read::{Cadence, Organisation, ReadError, read};

use crate::engine::{self, EvidenceKind, Judgement};
use crate::numbers::significant;
use crate::parameters::FLAG_THRESHOLD;
use crate::sentence::{self, Story};

/// Why a backtest stopped.
#[derive(Debug, thiserror::Error)]
pub enum BacktestError {
    /// A file could not be understood.
    #[error("{file}: {source}", file = .file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What is wrong with it.
        source: ReadError,
    },
    /// The result could not be written.
    #[error("cannot write the result")]
    Write(#[source] io::Error),
}

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Files read.
    pub files: usize,
    /// Meters in them.
    pub meters: usize,
    /// Lines written.
    pub periods: usize,
    /// Lines that are flagged.
    pub flagged: usize,
}

const HEADER: &str = "meter,period_start,expected,lower,upper,score,flagged,kind,reason";

/// Judges every period of every file, each file one organisation, and writes one line per meter and period, ordered
/// by meter and start.
///
/// Reads csv or csv.gz with the columns `meter, period_start, quantity` and, where present,
/// `site, commodity, unit, period_end`.
pub fn run(files: &[impl AsRef<Path>], out: &mut impl Write) -> Result<Summary, BacktestError> {
    let mut summary = Summary::default();
    writeln!(out, "{HEADER}").map_err(BacktestError::Write)?;
    for file in files {
        let file = file.as_ref();
        let organisation = read(file)
            .map_err(|source| BacktestError::Read { file: file.to_path_buf(), source })?;
        let judged = engine::judge(&organisation.panel);
        write_lines(out, &organisation, &judged, &mut summary).map_err(BacktestError::Write)?;
    }
    out.flush().map_err(BacktestError::Write)?;
    Ok(summary)
}

/// Judges the series of a set by tables that were trained on other buildings, and writes the lines of [`run`].
pub fn write_held_out(held_out: &validate::HeldOut, out: &mut impl Write) -> io::Result<Summary> {
    let mut summary = Summary::default();
    writeln!(out, "{HEADER}")?;
    write_lines(out, &held_out.organisation, &held_out.judged, &mut summary)?;
    out.flush()?;
    Ok(summary)
}

fn write_lines(
    out: &mut impl Write,
    organisation: &Organisation,
    judged: &[Vec<Judgement>],
    summary: &mut Summary,
) -> io::Result<()> {
    summary.files += 1;
    summary.meters += organisation.panel.meters.len();
    for line in &organisation.lines {
        let nothing = Judgement::none();
        let judgement = line.slot.map_or(&nothing, |slot| &judged[line.meter][slot]);
        summary.periods += 1;
        summary.flagged += usize::from(judgement.score > FLAG_THRESHOLD);
        write_line(out, organisation, line, judgement)?;
    }
    Ok(())
}

fn write_line(
    out: &mut impl Write,
    organisation: &Organisation,
    line: &read::Line,
    judgement: &Judgement,
) -> io::Result<()> {
    let meter = &organisation.panel.meters[line.meter];
    let flagged = judgement.score > FLAG_THRESHOLD;
    let number = |value: f64| significant(value, 7);
    let band = judgement.band.map_or_else(
        || ",,".to_owned(),
        |band| format!("{},{},{}", number(band.expected), number(band.lower), number(band.upper)),
    );
    let reason = match (flagged, judgement.kind, judgement.band) {
        (true, Some(kind), Some(band)) => sentence::reason(&Story {
            kind,
            observed: line.quantity,
            expected: band.expected,
            half_width: (band.upper - band.lower) / 2.0,
            unit: &line.unit,
            cost: None,
            since: line.start,
            periods: 1,
            daily: organisation.panel.cadence == Cadence::Daily,
            evidence: &judgement.evidence,
            partner: judgement.evidence.iter().find_map(|evidence| match evidence.kind {
                EvidenceKind::Swap(partner) => {
                    Some(organisation.panel.meters[partner].name.as_str())
                }
                _ => None,
            }),
            rung: judgement.rung,
        }),
        _ => String::new(),
    };
    writeln!(
        out,
        "{},{},{band},{:.4},{},{},{}",
        quoted(&meter.name),
        line.start_text,
        judgement.score,
        u8::from(flagged),
        judgement.kind.map_or("", |kind| kind.code()),
        quoted(&reason),
    )
}

/// A CSV field, quoted where it must be (RFC 4180).
fn quoted(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

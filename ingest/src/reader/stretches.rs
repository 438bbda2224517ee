//! Reading a large file in stretches: one thread gets cells out of the file while another makes readings of those
//! before, and neither needs memory for more than a few stretches.

use std::io;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::sync_channel;
use std::thread;

use readings::ExtractedReading;

use super::limits::ReaderLimits;
use crate::layout::{FileContext, Stretches};
use crate::packed::{Packed, Part};
use crate::workbook::{AsAWhole, Sheet, read_in_stretches};

/// Takes what is read, as soon as it is.
pub trait Hearer {
    /// The first readings, and what was read besides.
    fn first(&mut self, packed: Packed) -> Result<(), Ended>;
    /// Further readings.
    fn further(&mut self, part: Part) -> Result<(), Ended>;
}

/// Why reading in stretches ended before the end of the file.
#[derive(Debug)]
pub enum Ended {
    /// It has to be read as a whole, which also finds what is wrong with it.
    AsAWhole,
    /// What was read could not be said.
    Unheard(io::Error),
}

impl From<AsAWhole> for Ended {
    fn from(AsAWhole: AsAWhole) -> Self {
        Self::AsAWhole
    }
}

/// Reads a file in stretches.
pub fn read(
    bytes: &[u8],
    context: &FileContext,
    limits: &ReaderLimits,
    hearer: &mut impl Hearer,
) -> Result<(), Ended> {
    if bytes.len() < limits.stretches.file_bytes {
        return Err(Ended::AsAWhole);
    }
    let (sender, stretches) = sync_channel::<Sheet>(1);
    thread::scope(|scope| {
        let take = move |sheet| match sender.send(sheet) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        };
        let cells = move || read_in_stretches(bytes, &limits.workbook, limits.stretches, take);
        let cells =
            thread::Builder::new().spawn_scoped(scope, cells).map_err(|_| Ended::AsAWhole)?;
        let read = || {
            let mut reading = Readings { of: Stretches::new(context), has_begun: false };
            for stretch in stretches {
                reading.take(stretch, hearer)?;
            }
            // Only now is it certain that the file has come to a good end.
            match cells.join() {
                Ok(Ok(())) => reading.finish(hearer),
                _ => Err(Ended::AsAWhole),
            }
        };
        catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err(Ended::AsAWhole))
    })
}

struct Readings<'c> {
    of: Stretches<'c>,
    has_begun: bool,
}

impl Readings<'_> {
    fn take(&mut self, stretch: Sheet, hearer: &mut impl Hearer) -> Result<(), Ended> {
        let readings = self.of.take(stretch)?;
        self.say(&readings, hearer)
    }

    fn finish(mut self, hearer: &mut impl Hearer) -> Result<(), Ended> {
        let readings = self.of.finish()?;
        self.say(&readings, hearer)
    }

    fn say(
        &mut self,
        readings: &[ExtractedReading],
        hearer: &mut impl Hearer,
    ) -> Result<(), Ended> {
        if readings.is_empty() {
            return Ok(());
        }
        if self.has_begun {
            return hearer.further(Part::of_stretch(readings).map_err(Ended::Unheard)?);
        }
        let rest = self.of.rest().ok_or(Ended::AsAWhole)?;
        self.has_begun = true;
        hearer.first(Packed::begun(rest.clone(), readings))
    }
}

//! What could not be understood, as data: a code, a sentence, a place.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::cell::CellAddress;

macro_rules! problem_codes {
    ($($(#[$doc:meta])* $name:ident, $code:literal, $hint:literal;)*) => {
        /// The kind of a problem; stable, documented, searchable.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum ProblemCode {
            $($(#[$doc])* #[serde(rename = $code)] $name,)*
        }

        impl ProblemCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code as stored and printed.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// What a person can do about it.
            pub const fn hint(self) -> &'static str {
                match self { $(Self::$name => $hint,)* }
            }
        }
    };
}

problem_codes! {
    // The file as a whole.
    /// Protected by a password or by rights management.
    Encrypted, "encrypted", "Ask the sender for the file without a password.";
    /// Not readable to the end, or contradicting itself.
    Corrupt, "corrupt", "Ask the sender to save the file again and to send it once more.";
    /// Larger than a limit that protects the machine.
    LimitExceeded, "limit_exceeded", "Ask the sender for the plain table, or raise the limit named here.";
    /// The reader ran out of memory.
    ReaderOutOfMemory, "reader_out_of_memory", "Ask the sender for a smaller file, or raise the memory limit of the reader.";
    /// The reader did not finish in time.
    ReaderTimeout, "reader_timeout", "Ask the sender for a smaller file, or raise the time limit of the reader.";
    /// The reader process ended without an answer.
    ReaderDied, "reader_died", "Keep the file: it breaks the reader, and its makers want to see it.";
    /// A kind of file that is not read.
    UnsupportedFormat, "unsupported_format", "Ask the sender for an Excel workbook (.xlsx) or a CSV file.";
    /// Not a table at all: a picture, a document, a program.
    NotAWorkbook, "not_a_workbook", "Nothing to do, unless readings were expected from this file.";
    /// A workbook in which no cell has a value.
    Empty, "empty", "Ask the sender whether the right file was attached.";
    /// A workbook without a cell but with macros.
    MacroOnly, "macro_only", "Macros are never run: ask the sender to run them, and to send the filled workbook.";
    /// A workbook, or a mail, that holds pictures and no table.
    ImageOnly, "image_only", "Ask the sender for the table itself, as an Excel workbook (.xlsx) or a CSV file.";
    /// Only a link to a file in a cloud store came, not the file.
    CloudLink, "cloud_link", "Ask the sender to attach the file itself.";

    // The layout.
    /// No table of readings was recognised.
    NoReadings, "no_readings", "Map the columns by hand if this sheet holds readings.";
    /// A table was found, but what its columns mean is not certain.
    LayoutUnclear, "layout_unclear", "Say which columns hold the period, the quantity and the meter.";
    /// A layout that a person has mapped comes with other columns.
    LayoutChanged, "layout_changed", "Compare the old and the new columns, and map the new ones.";
    /// Costs without quantities.
    CostOnly, "cost_only", "Nothing to do: this sheet has costs but no consumption.";
    /// Two readings of the same text are possible.
    AmbiguousNumber, "ambiguous_number", "Say which mark is the decimal mark in this sender's files.";
    /// Day and month could be exchanged.
    AmbiguousDate, "ambiguous_date", "Say whether the day or the month comes first in this sender's files.";
    /// The magnitude of the numbers is in doubt.
    AmbiguousScale, "ambiguous_scale", "Compare the number with the bill and say by what to multiply.";
    /// Nothing in the file says which year.
    YearUnknown, "year_unknown", "Say which year the file is about.";
    /// Nothing says which period.
    PeriodUnknown, "period_unknown", "Say which period the file is about.";
    /// Nothing says which unit.
    UnitUnknown, "unit_unknown", "Say in which unit this sender's quantities are.";
    /// The unit is written in a way that is not known.
    UnitNotUnderstood, "unit_not_understood", "Say what this unit means.";
    /// Nothing names the site or the meter.
    MeterUnknown, "meter_unknown", "Say to which site and meter the file belongs.";
    /// Nothing says what is supplied.
    CommodityUnknown, "commodity_unknown", "Say which commodity the meter counts.";
    /// Whether the numbers are consumption, registers or power is not certain.
    KindUnclear, "kind_unclear", "Say whether the numbers are consumption or meter registers.";

    // Single cells.
    /// A number was expected.
    NotANumber, "not_a_number", "Correct the cell, or have it confirmed that there is no reading.";
    /// A date was expected.
    NotADate, "not_a_date", "Correct the cell.";
    /// A word that says there is no value, such as Not Available.
    NoValue, "no_value", "Nothing to do; the reading is missing at the sender's side.";
    /// The cell holds an error such as #REF!.
    ErrorCell, "error_cell", "Ask the sender to repair the formula.";
    /// A formula whose result was never calculated.
    FormulaWithoutValue, "formula_without_value", "Ask the sender to open the file in Excel, save it and send it again.";
    /// The end of the period is not after its start.
    PeriodReversed, "period_reversed", "Correct the dates.";
    /// The period has not come yet.
    PeriodInFuture, "period_in_future", "Nothing to do; the value is taken as a placeholder.";
    /// A negative quantity.
    NegativeQuantity, "negative_quantity", "Have it confirmed: a credit, or a sign error.";
    /// The same meter and period twice in one file with different values, or a row that takes its own number back.
    Contradiction, "contradiction", "Say which of the cells is right.";
    /// The period overlaps another of the same meter.
    Overlap, "overlap", "Say which of the two readings counts.";
    /// Days between two readings of a meter of which nothing is known.
    Gap, "gap", "Ask the sender for the days between, unless the meter stood still.";
    /// Two periods of a meter with the same quantity and cost.
    Repeated, "repeated", "Check whether one bill was sent twice with two dates.";
    /// The periods of a meter break the order of their sheet.
    OutOfOrder, "out_of_order", "Check the dates of the two cells: one may be mistyped.";
    /// A quantity of another dimension than the meter's.
    DimensionMismatch, "dimension_mismatch", "Check the unit, or the meter's commodity.";

    // Registers.
    /// The register passed its highest number.
    RegisterRollover, "register_rollover", "Nothing to do if the digits of the register are as told here; else set them.";
    /// The register began again near zero.
    RegisterReset, "register_reset", "Say what the register showed before and after the reset.";
    /// The device was exchanged.
    MeterExchange, "meter_exchange", "Ask for the last number of the old device and the first of the new one.";
    /// A register that fits neither the one before nor the one after.
    RegisterMisread, "register_misread", "Nothing to do if the cell is misread; it does not count.";
    /// An estimate was too high or too low and is corrected by the next value.
    TruedUp, "trued_up", "Nothing to do: estimate and correction count together.";
    /// The multiplier is another one than before.
    MultiplierChanged, "multiplier_changed", "Say from when the new multiplier holds.";
    /// The register rose by far more than usual.
    RegisterJump, "register_jump", "Have the number read again.";
    /// The register fell, and why is not clear.
    RegisterUnclear, "register_unclear", "Have the number read again, or wait for the next one.";

    // The mail.
    /// A part of the mail could not be decoded.
    DamagedMail, "damaged_mail", "Ask the sender to send the mail once more.";
    /// A mail that breaks a rule and was read in spite of it.
    MendedMail, "mended_mail", "Nothing to do, unless something is missing from the mail.";
    /// A container inside the mail that is not opened.
    UnsupportedContainer, "unsupported_container", "Ask the sender to attach the workbook itself.";
    /// A file that the rules of the source leave out.
    LeftOut, "left_out", "Nothing to do, unless readings were expected from this file: then change the rules of the source.";
}

impl fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Something that a person may want to know or must answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Its kind.
    pub code: ProblemCode,
    /// What happened, in one sentence for a person.
    pub sentence: String,
    /// The sheet, where it concerns one.
    pub sheet: Option<String>,
    /// The cell, where it concerns one.
    pub cell: Option<CellAddress>,
}

impl Problem {
    /// A problem of the file as a whole.
    pub fn of_file(code: ProblemCode, sentence: impl Into<String>) -> Self {
        Self { code, sentence: sentence.into(), sheet: None, cell: None }
    }

    /// A problem of one sheet.
    pub fn of_sheet(
        code: ProblemCode,
        sheet: impl Into<String>,
        sentence: impl Into<String>,
    ) -> Self {
        Self { code, sentence: sentence.into(), sheet: Some(sheet.into()), cell: None }
    }

    /// A problem of one cell.
    pub fn of_cell(
        code: ProblemCode,
        sheet: impl Into<String>,
        cell: CellAddress,
        sentence: impl Into<String>,
    ) -> Self {
        Self { cell: Some(cell), ..Self::of_sheet(code, sheet, sentence) }
    }
}

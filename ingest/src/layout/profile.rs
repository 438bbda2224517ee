//! What stands in a column: counts of kinds of cells, and proofs of notation.

use jiff::civil::DateTime;
use rust_decimal::Decimal;

use super::date::{self, DateText, OrderEvidence};
use super::number::{self, MarkEvidence, NumberText};
use super::words;
use crate::workbook::{CellValue, Epoch, date_time};

/// What stands in a column.
#[derive(Debug, Clone, Copy, Default)]
pub struct Profile {
    /// Numbers, also those written as text.
    pub numbers: usize,
    /// Numbers without a fraction.
    pub integers: usize,
    /// Days and instants, also those written as text.
    pub dates: usize,
    /// Months, written with a name or as year and month.
    pub months: usize,
    /// Times of day written as text.
    pub clocks: usize,
    /// Other texts.
    pub texts: usize,
    /// Amounts with a sign of money.
    pub money: usize,
    /// Numbers with a unit beside them.
    pub united: usize,
    /// Texts that name a unit.
    pub units: usize,
    /// Texts of several letters that name a unit.
    pub long_units: usize,
    /// Texts that name a commodity.
    pub commodities: usize,
    /// Names of days of the week.
    pub weekdays: usize,
    /// Texts that say whether a reading is estimated.
    pub flags: usize,
    /// Texts that say that their reading may not count.
    pub voids: usize,
    /// Texts that answer what their heading asks: yes or no.
    pub answers: usize,
    /// Texts that number an hour, as `HE 1`, with the lowest and the highest of them.
    pub hours: (usize, i16, i16),
    /// Texts that are shares: `10 %`.
    pub shares: usize,
    /// True or false.
    pub booleans: usize,
    /// Words such as Not Available.
    pub no_values: usize,
    /// Errors and formulas without a value.
    pub failures: usize,
    /// The smallest number.
    pub low: f64,
    /// The largest number.
    pub high: f64,
    /// Texts such as `01.2022`, which may be numbers or months.
    pub dotted_months: usize,
    /// Number cells with a fraction.
    pub binary_fractions: usize,
    /// Evidence for the decimal mark.
    pub marks: MarkEvidence,
    /// Evidence for the order of day and month.
    pub orders: OrderEvidence,
    /// The first number that is one with a decimal point and another with a decimal comma.
    pub two_numbers: Option<(Decimal, Decimal)>,
    /// The first day that is one with the day first and another with the month first.
    pub two_days: Option<(DateTime, DateTime)>,
    /// From which day the sheet counts days; `None` where it does not.
    pub epoch: Option<Epoch>,
}

impl Profile {
    /// Takes a cell into account.
    pub fn see(&mut self, value: &CellValue) {
        match value {
            CellValue::Number(number) => {
                self.see_number(*number);
                self.binary_fractions += usize::from(number.fract() != 0.0);
            }
            // A time of day alone is stored on the first day of the calendar.
            CellValue::DateTime(at) if at.year() <= 1904 => self.clocks += 1,
            CellValue::DateTime(_) => self.dates += 1,
            CellValue::Duration(_) => self.clocks += 1,
            CellValue::Boolean(_) => self.booleans += 1,
            CellValue::Error(_) | CellValue::FormulaWithoutValue => self.failures += 1,
            CellValue::Text(text) => self.see_text(text),
        }
    }

    /// Takes all that another profile has seen into account.
    pub fn add(&mut self, other: &Self) {
        if other.numbers > 0 {
            if self.numbers == 0 {
                (self.low, self.high) = (other.low, other.high);
            }
            self.low = self.low.min(other.low);
            self.high = self.high.max(other.high);
        }
        self.numbers += other.numbers;
        self.integers += other.integers;
        self.dates += other.dates;
        self.months += other.months;
        self.clocks += other.clocks;
        self.texts += other.texts;
        self.money += other.money;
        self.united += other.united;
        self.units += other.units;
        self.long_units += other.long_units;
        self.commodities += other.commodities;
        self.weekdays += other.weekdays;
        self.flags += other.flags;
        self.voids += other.voids;
        self.answers += other.answers;
        let (count, low, high) = other.hours;
        if count > 0 {
            self.see_hours(count, low, high);
        }
        self.shares += other.shares;
        self.booleans += other.booleans;
        self.no_values += other.no_values;
        self.failures += other.failures;
        self.dotted_months += other.dotted_months;
        self.binary_fractions += other.binary_fractions;
        self.marks = self.marks.with(other.marks);
        self.orders = self.orders.with(other.orders);
        self.two_numbers = self.two_numbers.or(other.two_numbers);
        self.two_days = self.two_days.or(other.two_days);
    }

    fn see_hours(&mut self, count: usize, low: i16, high: i16) {
        let (known, lowest, highest) = self.hours;
        self.hours = if known == 0 {
            (count, low, high)
        } else {
            (known + count, lowest.min(low), highest.max(high))
        };
    }

    fn see_number(&mut self, number: f64) {
        if self.numbers == 0 {
            (self.low, self.high) = (number, number);
        }
        self.numbers += 1;
        self.integers += usize::from(number.fract() == 0.0);
        self.low = self.low.min(number);
        self.high = self.high.max(number);
    }

    fn see_text(&mut self, text: &str) {
        match number::read(text) {
            NumberText::NoValue => self.no_values += 1,
            NumberText::Not => self.see_words(text),
            found @ (NumberText::Plain(number)
            | NumberText::Proves(number, _)
            | NumberText::Either(number, _)) => {
                if let NumberText::Either(point, comma) = found {
                    self.two_numbers = self.two_numbers.or(Some((point, comma)));
                }
                self.dotted_months += usize::from(is_dotted_month(text));
                self.marks.see(text);
                self.see_number(f64::try_from(number).unwrap_or(0.0));
            }
        }
    }

    fn see_words(&mut self, text: &str) {
        if let Some(bare) = number::without_currency(text) {
            self.marks.see(bare);
            self.money += 1;
            return;
        }
        if let Some((number, _)) = number::with_unit(text) {
            self.see_text(number);
            self.united += 1;
            return;
        }
        match date::read(text) {
            DateText::Not => {
                self.texts += 1;
                if let Some(hour) = date::hour_number(text) {
                    self.see_hours(1, hour, hour);
                }
                self.shares += usize::from(number::is_share(text));
                if let Some((start, end)) = date::read_range(text) {
                    self.orders.see_range(start, end);
                    if let DateText::Either(day_first, month_first) = start {
                        self.two_days = self.two_days.or(Some((day_first, month_first)));
                    }
                }
                if text.len() < 240 && text.chars().count() < 60 {
                    // A single letter is as often a code as a unit.
                    let unit = super::unit::whole(text).is_some();
                    self.units += usize::from(unit);
                    self.long_units += usize::from(unit && text.trim().len() > 1);
                    let folded = super::text::fold(text);
                    self.weekdays += usize::from(words::is_weekday(&folded));
                    let meaning = words::meaning(&folded);
                    self.flags += usize::from(words::estimated(&folded).is_some());
                    self.answers += usize::from(words::is_answer(&folded));
                    let is_void = words::says_void(&folded);
                    self.voids += usize::from(is_void);
                    self.commodities += usize::from(meaning.commodity.is_some());
                }
            }
            DateText::Clock(_) => self.clocks += 1,
            DateText::Month(..) | DateText::Months(..) | DateText::Year(_) => self.months += 1,
            found => {
                if let DateText::Either(day_first, month_first) = found
                    && day_first != month_first
                {
                    self.two_days = self.two_days.or(Some((day_first, month_first)));
                }
                self.orders.see(found);
                self.dates += 1;
            }
        }
    }

    /// Cells that say something.
    pub const fn told(&self) -> usize {
        self.numbers
            + self.dates
            + self.months
            + self.clocks
            + self.texts
            + self.booleans
            + self.failures
            + self.money
    }

    /// Whether all numbers are days of these decades, as spreadsheets count them.
    pub(super) fn holds_serial_days(&self) -> bool {
        let year = |serial| date_time(serial, self.epoch?).map(DateTime::year);
        self.numbers > 0
            && year(self.low).is_some_and(|year| year >= 1990)
            && year(self.high).is_some_and(|year| year < 2070)
    }

    /// Whether all numbers are written as months with their year: `01.2022`.
    pub(super) fn holds_dotted_months(&self) -> bool {
        self.numbers > 0 && self.dotted_months == self.numbers
    }

    pub(super) fn mostly(&self, count: usize) -> bool {
        count > 0 && count * 2 > self.told()
    }

    /// Whether there are as many numbers as from the lowest to the highest, as where each stands once.
    pub(super) fn counts_on(&self) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "rows of a sheet")]
        let numbers = self.numbers as f64;
        (self.high - self.low + 1.0 - numbers).abs() < 0.5
    }

    pub(super) fn whole_within(&self, low: f64, high: f64) -> bool {
        self.numbers > 0 && self.integers == self.numbers && self.low >= low && self.high <= high
    }
}

/// `01.2022`: two digits that are a month, and four that are a year of these times.
fn is_dotted_month(text: &str) -> bool {
    let text = text.trim();
    let Some((month, year)) = text.split_once('.') else { return false };
    let is = |digits: &str, length: usize| {
        digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    is(month, 2)
        && is(year, 4)
        && matches!(month.parse(), Ok(1..=12))
        && year.parse().is_ok_and(date::is_year)
}

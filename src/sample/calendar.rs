//! The months of the sample, counted from 0, and their names.

use jiff::civil::{Date, date};

/// Three whole years.
pub const MONTHS: usize = 36;
/// The calendar year of month 0.
pub const FIRST_YEAR: i16 = 2023;
/// The first month of the last year, in which mails come monthly.
pub const LAST_YEAR: usize = 24;

/// The first day of a month.
pub fn first_day(month: usize) -> Date {
    let (year, month) =
        (i16::try_from(month / 12).unwrap_or(0), i8::try_from(month % 12).unwrap_or(0));
    date(FIRST_YEAR + year, month + 1, 1)
}

/// The last day of a month.
pub fn last_day(month: usize) -> Date {
    first_day(month).last_of_month()
}

/// The days of a month.
pub fn days(month: usize) -> f64 {
    f64::from(first_day(month).days_in_month())
}

/// The years from the beginning to a month.
pub fn years(month: usize) -> f64 {
    f64::from(u32::try_from(month).unwrap_or(0)) / 12.0
}

/// The months of the language in which a sender writes, from January.
pub type MonthNames = [&'static str; 12];

/// English.
pub const ENGLISH: MonthNames = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
/// German, as a heading abbreviates them.
pub const GERMAN: MonthNames =
    ["Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez"];
/// Spanish.
pub const SPANISH: MonthNames = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
];
/// Polish.
pub const POLISH: MonthNames = [
    "styczeń",
    "luty",
    "marzec",
    "kwiecień",
    "maj",
    "czerwiec",
    "lipiec",
    "sierpień",
    "wrzesień",
    "październik",
    "listopad",
    "grudzień",
];
/// Turkish.
pub const TURKISH: MonthNames = [
    "Ocak", "Şubat", "Mart", "Nisan", "Mayıs", "Haziran", "Temmuz", "Ağustos", "Eylül", "Ekim",
    "Kasım", "Aralık",
];

/// A month with its year, such as `enero 2025`.
pub fn named(names: &MonthNames, month: usize) -> String {
    format!("{} {}", names[month % 12], first_day(month).year())
}

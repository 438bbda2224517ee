//! Sheets of a weather station: days or months down, mean temperature or degree days beside them.
//!
//! Such a sheet has no meter and no quantity of anything that is supplied, so it is told apart from readings by its
//! headings alone: a date, and a temperature or degree days. It comes as any other mail and is stored per station.

use jiff::ToSpan;
use jiff::civil::Date;
use readings::profile::DateOrder;
use readings::{WeatherKind, WeatherValue};
use rust_decimal::Decimal;

use super::FileContext;
use super::date::{self, DateText, OrderEvidence};
use super::grid::{Grid, text_of};
use super::heading::Heading;
use super::number::{self, MarkEvidence};
use super::text::fold;
use super::words::Word;
use crate::workbook::{Cell, CellValue};

/// Rows in which the header is looked for.
const HEADER_ROWS: usize = 30;
/// Fewer rows with a date and a value are no series.
const FEWEST_ROWS: usize = 3;
/// No place on earth had a day or month outside of these.
const POSSIBLE: (i64, i64) = (-80, 60);

/// A column of values.
#[derive(Debug, Clone, Copy)]
struct Measured {
    column: u32,
    kind: WeatherKind,
    fahrenheit: bool,
    base: Option<Decimal>,
}

/// The values of a sheet, with the numbers of their rows; `None` where it is no sheet of a weather station.
pub fn read(grid: &Grid<'_>, sheet: &str, context: &FileContext) -> Option<Vec<WeatherValue>> {
    (0..grid.len().min(HEADER_ROWS)).find_map(|header| table(grid, header, sheet, context))
}

fn table(
    grid: &Grid<'_>,
    header: usize,
    sheet: &str,
    context: &FileContext,
) -> Option<Vec<WeatherValue>> {
    let cells = grid.cells(header);
    let measured: Vec<Measured> = cells.iter().filter_map(measure).collect();
    if measured.is_empty() || cells.iter().any(|cell| is_reading(cell, &measured)) {
        return None;
    }
    let rows = header + 1..grid.len();
    let is_value = |column: u32| measured.iter().any(|measured| measured.column == column);
    let dates: Vec<u32> =
        cells.iter().map(|cell| cell.at.column).filter(|at| !is_value(*at)).collect();
    let orders = rows.clone().fold(OrderEvidence::default(), |mut orders, row| {
        for cell in grid.cells(row) {
            if let CellValue::Text(text) = &cell.value {
                orders.see(date::read(text));
            }
        }
        orders
    });
    let order = orders.order();
    let days_in = |column: u32| {
        rows.clone().filter(|row| day(grid.cell(*row, column), order).is_some()).count()
    };
    let first = dates.iter().copied().max_by_key(|column| (days_in(*column), u32::MAX - column))?;
    if days_in(first) < FEWEST_ROWS {
        return None;
    }
    let last =
        dates.iter().copied().find(|column| *column > first && days_in(*column) == days_in(first));
    let marks = rows.clone().fold(MarkEvidence::default(), |mut marks, row| {
        for cell in grid.cells(row).iter().filter(|cell| is_value(cell.at.column)) {
            if let CellValue::Text(text) = &cell.value {
                marks.see(text);
            }
        }
        marks
    });
    let stations = cells
        .iter()
        .find(|cell| cell.at.column != first && Some(cell.at.column) != last && names_station(cell))
        .map(|cell| cell.at.column);
    let of_file = station(grid, header, sheet, context);
    let monthly = is_monthly(grid, rows.clone(), first, order);
    let mut values = Vec::new();
    for row in rows {
        let Some((start, stated_month)) = day(grid.cell(row, first), order) else { continue };
        let end = match last.and_then(|last| day(grid.cell(row, last), order)) {
            Some((end, _)) => end.tomorrow().ok()?,
            None if monthly || stated_month => {
                start.first_of_month().checked_add(1.month()).ok()?
            }
            None => start.tomorrow().ok()?,
        };
        let start = if last.is_none() && monthly { start.first_of_month() } else { start };
        let station = stations
            .and_then(|column| grid.cell(row, column))
            .map(|cell| text_of(&cell.value).into_owned())
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| of_file.clone());
        for measured in &measured {
            let Some(cell) = grid.cell(row, measured.column) else { continue };
            let Some(value) = value(cell, *measured, &marks) else { continue };
            if start >= end {
                continue;
            }
            values.push(WeatherValue {
                sheet: sheet.to_owned(),
                cell: cell.at,
                station: station.clone(),
                kind: measured.kind,
                start,
                end,
                value,
                base: measured.base,
            });
        }
    }
    (values.len() >= FEWEST_ROWS).then_some(values)
}

/// What a heading says about a column of values; `None` where it is none.
fn measure(cell: &Cell) -> Option<Measured> {
    let CellValue::Text(text) = &cell.value else { return None };
    let folded = fold(text);
    let any = |words: &[&str]| words.iter().any(|word| folded.contains(word));
    let heating = any(&[
        "hdd",
        "heating degree",
        "heizgrad",
        "gradtag",
        "chauff",
        "calefaccion",
        "stookgraad",
        "graaddagen",
        "riscaldamento",
    ]);
    let cooling = any(&[
        "cdd",
        "cooling degree",
        "kuhlgrad",
        "climatisation",
        "refrigeracion",
        "koelgraad",
        "raffrescamento",
    ]);
    let degree_days = heating
        || cooling
        || any(&["degree day", "degres jours", "dju", "grados dia", "gradi giorno"]);
    let temperature = any(&["temperatur", "temp ", "temp.", "sicaklik"]) || folded == "temp";
    let extreme = any(&["min", "max", "hochst", "tiefst"]);
    let kind = match (degree_days, cooling) {
        (true, true) => WeatherKind::CoolingDegreeDays,
        (true, false) => WeatherKind::HeatingDegreeDays,
        (false, _) if temperature && !extreme => WeatherKind::Mean,
        (false, _) => return None,
    };
    let fahrenheit = text.contains("°F") || folded.contains("fahrenheit");
    let base = degree_days.then(|| base(&folded, fahrenheit)).flatten();
    Some(Measured { column: cell.at.column, kind, fahrenheit, base })
}

/// The base temperature that a heading of degree days names.
fn base(folded: &str, fahrenheit: bool) -> Option<Decimal> {
    let number = folded
        .split(|sign: char| !(sign.is_ascii_digit() || matches!(sign, '.' | ',')))
        .map(|part| part.trim_matches(['.', ',']).replace(',', "."))
        .filter_map(|part| part.parse::<Decimal>().ok())
        .find(|number| (Decimal::from(5)..=Decimal::from(80)).contains(number))?;
    Some(if fahrenheit || number > Decimal::from(40) { celsius(number) } else { number })
}

fn celsius(fahrenheit: Decimal) -> Decimal {
    ((fahrenheit - Decimal::from(32)) * Decimal::from(5) / Decimal::from(9)).round_dp(4)
}

/// Whether another heading names something that is supplied: then these are readings with the weather beside them.
fn is_reading(cell: &Cell, measured: &[Measured]) -> bool {
    if measured.iter().any(|measured| measured.column == cell.at.column) {
        return false;
    }
    let heading = Heading::of_cell(&cell.value);
    heading.words.any(&[Word::Quantity, Word::Register, Word::Meter, Word::Cost])
        || heading.dimension().is_some()
        || heading.commodity.is_some()
}

/// The day in a cell, and whether it names a whole month.
fn day(cell: Option<&Cell>, order: Option<DateOrder>) -> Option<(Date, bool)> {
    match &cell?.value {
        CellValue::DateTime(at) => Some((at.date(), false)),
        CellValue::Text(text) => match date::read(text) {
            DateText::Month(Some(year), month) => Some((Date::new(year, month, 1).ok()?, true)),
            found => date::resolve(found, order).map(|at| (at.date(), false)),
        },
        _ => None,
    }
}

/// Whether the days are those of months: three weeks or more apart.
fn is_monthly(
    grid: &Grid<'_>,
    rows: std::ops::Range<usize>,
    column: u32,
    order: Option<DateOrder>,
) -> bool {
    let days: Vec<Date> =
        rows.filter_map(|row| day(grid.cell(row, column), order)).map(|(day, _)| day).collect();
    let mut apart: Vec<i32> =
        days.windows(2).map(|pair| (pair[1] - pair[0]).get_days().abs()).collect();
    apart.sort_unstable();
    apart.get(apart.len() / 2).is_some_and(|days| *days > 20)
}

fn value(cell: &Cell, measured: Measured, marks: &MarkEvidence) -> Option<Decimal> {
    let number = match &cell.value {
        CellValue::Number(number) => readings::Quantity::from_number(*number)?.get(),
        CellValue::Text(text) => {
            // The first mark of a temperature is that of its tenths: nobody writes thousands of degrees.
            let plain = text.trim().trim_end_matches(['C', '°', ' ']);
            number::read_with(plain, marks.mark())
                .or_else(|| plain.replace(',', ".").parse().ok())?
        }
        _ => return None,
    };
    match measured.kind {
        WeatherKind::Mean => {
            let degrees = if measured.fahrenheit { celsius(number) } else { number };
            let possible = Decimal::from(POSSIBLE.0)..=Decimal::from(POSSIBLE.1);
            possible.contains(&degrees).then_some(degrees)
        }
        _ if number.is_sign_negative() => None,
        _ if measured.fahrenheit => {
            Some((number * Decimal::from(5) / Decimal::from(9)).round_dp(4))
        }
        _ => Some(number),
    }
}

fn names_station(cell: &Cell) -> bool {
    let folded = fold(&text_of(&cell.value));
    folded.contains("station")
        || folded.contains("estacion")
        || folded.contains("stazione")
        || folded == "site"
}

/// The station that the file names: in its titles, or by the name of the sheet or of the file.
fn station(grid: &Grid<'_>, header: usize, sheet: &str, context: &FileContext) -> String {
    for row in 0..header {
        let cells = grid.cells(row);
        for (at, cell) in cells.iter().enumerate() {
            let text = text_of(&cell.value);
            if !names_station(cell) {
                continue;
            }
            if let Some((_, name)) =
                text.split_once(':').filter(|(_, name)| !name.trim().is_empty())
            {
                return name.trim().to_owned();
            }
            if let Some(next) = cells.get(at + 1) {
                return text_of(&next.value).into_owned();
            }
        }
    }
    let generic = |name: &str| {
        let folded = fold(name);
        ["sheet", "tabelle", "feuil", "hoja", "blad", "arkusz", "sayfa"]
            .iter()
            .any(|word| folded.starts_with(word))
    };
    if !sheet.is_empty() && !generic(sheet) {
        return sheet.to_owned();
    }
    let file = context.file_name.as_deref().unwrap_or("Weather");
    file.rsplit_once('.').map_or(file, |(stem, _)| stem).to_owned()
}

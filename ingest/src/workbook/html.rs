//! Tables of web pages, which portals hand out under the name of an Excel file.
//!
//! Every table that holds cells becomes a sheet; above its rows stand the lines of text, and the tables of one row,
//! that stood before it on the page, because site and period are often named there. A table within a cell is a sheet
//! of its own.

mod builder;
mod entity;
mod number;
mod page;
mod token;

use readings::Problem;

use super::cells::{Visibility, Workbook, WorkbookFormat};
use super::collect::Collector;
use super::limits::{Limits, exceeded};
use super::refusal::Refusal;
use page::{Page, PageTable, Value};

/// Reads every table of a page.
pub fn read(text: &str, limits: &Limits) -> Result<Workbook, Problem> {
    let page = Page::read(text, limits)?;
    if page.tables.is_empty() {
        return Err(Refusal::unsupported(
            "This is a web page (HTML) without a table, whatever its name says.",
        )
        .problem());
    }
    if page.tables.len() > limits.sheets {
        return Err(exceeded(format!("The page has more than {} tables (sheets).", limits.sheets)));
    }
    let mut collector = Collector::new(limits);
    let mut workbook =
        Workbook { format: WorkbookFormat::Html, sheets: Vec::new(), problems: Vec::new() };
    let names = names(&page);
    for (table, name) in page.tables.iter().zip(names) {
        let mut sheet = collector.sheet(name, Visibility::Visible);
        let mut first = 0;
        for line in &table.before {
            for (column, text) in &line.texts {
                sheet.push_text(first, *column, text)?;
            }
            first += 1;
        }
        // A blank row parts text from the table; the row of a table may be its heading.
        first += u32::from(table.before.last().is_some_and(|line| !line.is_row));
        for cell in &table.cells {
            let row = first.saturating_add(cell.row);
            match &cell.value {
                Value::Text(text) => sheet.push_text(row, cell.column, text)?,
                Value::Number(number) => {
                    sheet.push(row, cell.column, super::CellValue::Number(*number))?;
                }
            }
        }
        for ((top, left), (bottom, right)) in &table.merged {
            let end = (first.saturating_add(*bottom), *right);
            sheet.merge((first.saturating_add(*top), *left), end)?;
        }
        let (sheet, problems) = sheet.finish();
        workbook.problems.extend(problems);
        workbook.sheets.push(sheet);
    }
    Ok(workbook)
}

/// Whether a page holds a table of data and not one that only places text: several rows, each with words or numbers
/// in several cells and a number in one of them.
pub fn is_table(text: &str) -> bool {
    if text.contains("office:excel") || text.contains("Excel.Sheet") {
        return true;
    }
    let Ok(page) = Page::read(text, &Limits { cells: 100_000, ..Limits::default() }) else {
        return true;
    };
    page.tables.iter().any(|table| {
        let rows = table.cells.chunk_by(|a, b| a.row == b.row);
        rows.filter(|row| row.len() > 1 && row.iter().any(|cell| cell.value.is_number())).count()
            >= 3
    })
}

/// The caption of each table, or the title of the page where it has one table, or its number; none twice.
fn names(page: &Page) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(page.tables.len());
    let only = page.tables.len() == 1;
    for (number, PageTable { caption, .. }) in page.tables.iter().enumerate() {
        let title = (only && !page.title.is_empty()).then(|| page.title.clone());
        let name = caption.clone().or(title).filter(|name| !names.contains(name));
        names.push(name.unwrap_or_else(|| format!("Table {}", number + 1)));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(page: &str) -> Vec<String> {
        let workbook = read(page, &Limits::default()).unwrap();
        assert_eq!(workbook.problems, []);
        let sheets = workbook.sheets.into_iter();
        sheets
            .flat_map(|sheet| {
                sheet
                    .cells
                    .into_iter()
                    .map(move |cell| format!("{}!{} {:?}", sheet.name, cell.at, cell.value))
            })
            .collect()
    }

    #[test]
    fn spans_line_breaks_and_references() {
        let page = "<html><title>Usage 2024</title><body><table><tr><th rowspan=2>Site<th colspan=\"2\">Z&auml;hler\n 1\
            <tr><td>a<br>b<td>2<tr><td>&nbsp;<td>1<td>3</table>";
        assert_eq!(
            cells(page),
            [
                "Usage 2024!A1 Text(\"Site\")",
                "Usage 2024!B1 Text(\"Zähler 1\")",
                "Usage 2024!B2 Text(\"a\\nb\")",
                "Usage 2024!C2 Text(\"2\")",
                "Usage 2024!B3 Text(\"1\")",
                "Usage 2024!C3 Text(\"3\")",
            ]
        );
        let workbook = read(page, &Limits::default()).unwrap();
        let merged: Vec<_> =
            workbook.sheets[0].merged.iter().map(|(a, b)| format!("{a}:{b}")).collect();
        assert_eq!(merged, ["A1:A2", "B1:C1"]);
    }

    #[test]
    fn several_tables_are_several_sheets_with_the_text_before_them() {
        let page = "<h1>Site: North</h1><p>2024</p><table><caption>Power</caption><tr><td>1</td></tr></table>\
            between<table><tr><td>a<td>b<tr><td>x<table><tr><td>inner<td>1<tr><td>2<td>3</table>y<td>z</table>";
        assert_eq!(
            cells(page),
            [
                "Table 1!A1 Text(\"Site: North\")",
                "Table 1!A2 Text(\"2024\")",
                "Table 1!A3 Text(\"Power\")",
                "Table 1!A4 Text(\"1\")",
                "Table 1!A5 Text(\"between\")",
                "Table 1!A7 Text(\"a\")",
                "Table 1!B7 Text(\"b\")",
                "Table 1!A8 Text(\"x y\")",
                "Table 1!B8 Text(\"z\")",
                "Table 2!A1 Text(\"inner\")",
                "Table 2!B1 Text(\"1\")",
                "Table 2!A2 Text(\"2\")",
                "Table 2!B2 Text(\"3\")",
            ]
        );
    }

    #[test]
    fn a_heading_in_a_table_of_its_own_stands_above_the_rows() {
        let page =
            "<table><tr><th>Month<th>kWh</table><table><tr><td>Jan<td>1<tr><td>Feb<td>2</table>";
        assert_eq!(
            cells(page)[..3],
            [
                "Table 1!A1 Text(\"Month\")".to_owned(),
                "Table 1!B1 Text(\"kWh\")".to_owned(),
                "Table 1!A2 Text(\"Jan\")".to_owned(),
            ]
        );
    }

    #[test]
    fn what_nobody_sees_is_no_text_and_exact_numbers_are_taken() {
        let page = "<table><tr><td><span style='display: none'>20240101</span>1 Jan 2024</td>\
            <td x:num=\"1234.4567\">1,234</td><td sdval=\"45292\">01/01/2024</td><td sdval='0.5'>0,50</td></tr></table>";
        assert_eq!(
            cells(page),
            [
                "Table 1!A1 Text(\"1 Jan 2024\")",
                "Table 1!B1 Number(1234.4567)",
                "Table 1!C1 Text(\"01/01/2024\")",
                "Table 1!D1 Number(0.5)",
            ]
        );
    }

    #[test]
    fn a_page_that_only_places_text_is_no_table() {
        assert!(!is_table("<table><tr><td>Dear all</td><td>logo</td></tr></table>"));
        let row = "<tr><td>2024-01</td><td>1.234,5</td></tr>";
        assert!(is_table(&format!("<table>{row}{row}{row}</table>")));
        assert!(read("<p>nothing</p>", &Limits::default()).is_err());
    }

    #[test]
    fn limits_are_met_while_the_page_is_read() {
        let limits = Limits { cells: 2, ..Limits::default() };
        assert!(read("<table><tr><td>1<td>2<td>3</table>", &limits).is_err());
        let far = "<table><tr><td colspan=900>1".to_owned() + &"<td colspan=1000>1".repeat(20);
        assert!(read(&far, &Limits::default()).is_err());
    }
}

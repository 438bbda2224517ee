//! Text with separators: any encoding, any of the usual separators, any line end.

use std::borrow::Cow;

use csv::ReaderBuilder;
use readings::{Problem, ProblemCode};

use super::cells::{Visibility, Workbook, WorkbookFormat};
use super::collect::Collector;
use super::limits::Limits;
use super::refusal::Refusal;

const SEPARATORS: [u8; 4] = [b';', b'\t', b',', b'|'];
/// How many records are looked at to decide which separator it is.
const SAMPLE_RECORDS: usize = 500;

/// Reads text as a table, or refuses it by saying what it is.
pub fn read(text: &str, limits: &Limits) -> Result<Workbook, Problem> {
    if let Some(refusal) = other_text(text) {
        return Err(refusal.problem());
    }
    let (stated, body) = stated_separator(text);
    let Some(separator) = stated.or_else(|| best_separator(body)) else {
        return Err(Refusal::not_a_workbook("This is a text without columns.").problem());
    };
    // The `sep=` line is the first row of the file though it is no data: addresses count it.
    let first_row = u32::from(stated.is_some());
    read_records(body, separator, first_row, limits)
}

/// Whether this is text in columns; for deciding what to do with an attachment.
pub fn is_table(text: &str) -> bool {
    let (stated, body) = stated_separator(text);
    other_text(text).is_none() && (stated.is_some() || best_separator(body).is_some())
}

fn read_records(
    body: &str,
    separator: u8,
    first_row: u32,
    limits: &Limits,
) -> Result<Workbook, Problem> {
    let mut collector = Collector::new(limits);
    let mut sheet = collector.sheet("", Visibility::Visible);
    let mut reader = builder(separator).from_reader(body.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut row = first_row;
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                return Err(Problem::of_file(
                    ProblemCode::Corrupt,
                    format!("The text cannot be read as a table: {error}."),
                ));
            }
        }
        // The reader skips blank lines, a person counts them; a line break inside quotes is no new row.
        row = row.saturating_add(blank_lines_before(body, &record));
        for (column, field) in record.iter().enumerate() {
            let column = u32::try_from(column).unwrap_or(u32::MAX);
            sheet.push_text(row, column, unescaped(field))?;
        }
        row = row.saturating_add(1);
    }
    let (sheet, problems) = sheet.finish();
    Ok(Workbook { format: WorkbookFormat::Csv, sheets: vec![sheet], problems })
}

/// The text of `="0123"`, as programs write it so that Excel does not take it for a number.
fn unescaped(field: &str) -> &str {
    field
        .strip_prefix("=\"")
        .and_then(|rest| rest.strip_suffix('"'))
        .filter(|inner| !inner.contains('"'))
        .unwrap_or(field)
}

/// How many line ends stand directly before this record beyond the one that ended the record before it.
fn blank_lines_before(body: &str, record: &csv::StringRecord) -> u32 {
    let Some(start) = record.position().and_then(|position| usize::try_from(position.byte()).ok())
    else {
        return 0;
    };
    // The position is that of where the search for the record began: the blank lines come first.
    let mut ends = 0_u32;
    let (before, mut rest) = body.as_bytes().split_at_checked(start).unwrap_or_default();
    // The library ends a record at the CR of a CRLF.
    if before.ends_with(b"\r") {
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    loop {
        if let Some(after) = rest.strip_prefix(b"\r\n") {
            rest = after;
        } else if let Some((b'\n' | b'\r', after)) = rest.split_first() {
            rest = after;
        } else {
            return ends;
        }
        ends = ends.saturating_add(1);
    }
}

/// CR, LF and CRLF all end a line.
fn builder(separator: u8) -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true).delimiter(separator);
    builder
}

/// The separator named by a first line `sep=;`, as Excel writes it, and the text after that line.
fn stated_separator(text: &str) -> (Option<u8>, &str) {
    let head = text.trim_start_matches('\u{feff}');
    let Some(rest) =
        head.get(..4).filter(|start| start.eq_ignore_ascii_case("sep=")).and(head.get(4..))
    else {
        return (None, head);
    };
    let mut characters = rest.chars();
    match characters.next() {
        Some(separator) if separator.is_ascii() && !matches!(separator, '\r' | '\n' | '"') => {
            let after = characters.as_str();
            let body = after
                .strip_prefix("\r\n")
                .or_else(|| after.strip_prefix(['\r', '\n']))
                .or(after.is_empty().then_some(after));
            body.map_or((None, head), |body| (u8::try_from(separator).ok(), body))
        }
        _ => (None, head),
    }
}

/// The separator that divides the lines most evenly, or none where no separator makes a table of them.
fn best_separator(body: &str) -> Option<u8> {
    if body.trim().is_empty() {
        return Some(b',');
    }
    let mut best: Option<(u64, u8)> = None;
    for separator in SEPARATORS {
        if let Some(score) = evenness(body, separator)
            && best.is_none_or(|(most, _)| score > most)
        {
            best = Some((score, separator));
        }
    }
    best.map(|(_, separator)| separator)
}

/// How evenly a separator divides the lines: parts in a thousand of the lines that have the most common number of
/// fields, with more fields before fewer among equals. None where it does not make a table.
fn evenness(body: &str, separator: u8) -> Option<u64> {
    let mut reader = builder(separator).from_reader(body.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut widths: Vec<usize> = Vec::new();
    let mut records = 0_usize;
    let mut prose = 0_usize;
    let mut fields = 0_usize;
    while records < SAMPLE_RECORDS && reader.read_record(&mut record).unwrap_or(false) {
        if record.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        records += 1;
        if record.len() > 1 {
            widths.push(record.len());
            fields += record.len() - 1;
            prose += record.iter().skip(1).filter(|field| reads_like_prose(field)).count();
            prose += usize::from(record.len() == 2 && record[1].is_empty());
        }
    }
    // Of a long text only every other line may be without a separator: notes above a table, not letters.
    if widths.is_empty() || widths.len() * 2 < records || (separator == b',' && prose * 2 > fields)
    {
        return None;
    }
    widths.sort_unstable();
    let (width, most) = widths
        .chunk_by(|a, b| a == b)
        .map(|same| (same[0], same.len()))
        .max_by_key(|(width, count)| (*count, *width))?;
    // Half of the lines with the same number of fields, or rows of which trailing fields were cut.
    (most * 2 >= widths.len() || widths.len() >= 4).then(|| {
        let share = most as u64 * 1000 / records as u64;
        share * 1000 + width.min(999) as u64
    })
}

/// After a comma, a space and a word: a sentence goes on.
fn reads_like_prose(field: &str) -> bool {
    field.starts_with(' ') && field.trim_start().starts_with(char::is_alphabetic)
}

/// Text that is something else than a table with separators.
fn other_text(text: &str) -> Option<Refusal> {
    let head: Cow<'_, str> =
        text.trim_start_matches('\u{feff}').trim_start().chars().take(4096).collect();
    let lower = head.to_lowercase();
    if lower.starts_with("id;p") {
        return Some(Refusal::unsupported(
            "This is a SYLK file (symbolic link), an old exchange format.",
        ));
    }
    if lower.starts_with("mime-version:")
        || lower.starts_with("received:")
        || lower.starts_with("return-path:")
    {
        return Some(Refusal::unsupported("This is a mail or a web archive."));
    }
    if lower.starts_with('{') || lower.starts_with("[{") {
        return Some(Refusal::unsupported("This is a JSON file."));
    }
    if lower.starts_with("begin:vcard") || lower.starts_with("begin:vcalendar") {
        return Some(Refusal::not_a_workbook("This is a contact or an appointment."));
    }
    if lower.starts_with("version https://git-lfs") {
        return Some(Refusal::not_a_workbook(
            "This is a pointer to a file kept elsewhere, not the file.",
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::cells::CellValue;
    use super::*;

    fn cells(bytes: &[u8]) -> Vec<(String, String)> {
        let workbook = read(std::str::from_utf8(bytes).unwrap(), &Limits::default()).unwrap();
        workbook.sheets[0]
            .cells
            .iter()
            .map(|cell| match &cell.value {
                CellValue::Text(text) => (cell.at.to_string(), text.to_string()),
                other => panic!("{other:?}"),
            })
            .collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(at, text)| ((*at).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn separators_are_recognised_though_commas_are_decimal_marks() {
        let read = cells(b"Zaehler;kWh\nA;1,5\nB;2,5\n");
        assert_eq!(
            read,
            pairs(&[
                ("A1", "Zaehler"),
                ("B1", "kWh"),
                ("A2", "A"),
                ("B2", "1,5"),
                ("A3", "B"),
                ("B3", "2,5")
            ])
        );
        assert_eq!(cells(b"a|1\nb|2\n")[1], ("B1".to_owned(), "1".to_owned()));
        assert_eq!(cells(b"a\t1\nb\t2\n")[1], ("B1".to_owned(), "1".to_owned()));
    }

    #[test]
    fn carriage_returns_alone_end_lines() {
        assert_eq!(
            cells(b"A,1\r2,3\r"),
            pairs(&[("A1", "A"), ("B1", "1"), ("A2", "2"), ("B2", "3")])
        );
    }

    #[test]
    fn the_escape_for_excel_is_no_part_of_the_text() {
        let read = cells(b"meter,kWh\n=\"0541448\",2\n=\"0541449\",3\n");
        assert_eq!(read[2], ("A2".to_owned(), "0541448".to_owned()));
    }

    #[test]
    fn the_stated_separator_counts_as_a_row() {
        assert_eq!(cells(b"sep=;\r\nA;1\r\n2;3\r\n")[0].0, "A2");
    }

    #[test]
    fn blank_lines_and_quoted_line_breaks_keep_the_row_numbers() {
        let text = "Report\n\n\nname,copy\n\"a\nb\",2\nc,3\n";
        let with_ends = |ends: &str| cells(text.replace('\n', ends).as_bytes());
        let places = |ends| with_ends(ends).into_iter().map(|(at, _)| at).collect::<Vec<_>>();
        assert_eq!(places("\r\n"), places("\n"));
        assert_eq!(places("\r"), places("\n"));
        let read = cells(text.as_bytes());
        assert_eq!(
            read,
            pairs(&[
                ("A1", "Report"),
                ("A4", "name"),
                ("B4", "copy"),
                ("A5", "a\nb"),
                ("B5", "2"),
                ("A6", "c"),
                ("B6", "3")
            ])
        );
    }

    #[test]
    fn letters_pages_and_programs_are_refused() {
        for (text, code) in [
            (
                "Dear all,\n\nplease find attached the readings, as agreed, for May.\nKind regards,\nAnn\n",
                ProblemCode::NotAWorkbook,
            ),
            ("{\"a\": 1, \"b\": 2}", ProblemCode::UnsupportedFormat),
            ("one word", ProblemCode::NotAWorkbook),
        ] {
            let problem = read(text, &Limits::default()).unwrap_err();
            assert_eq!(problem.code, code, "{text}");
        }
    }
}

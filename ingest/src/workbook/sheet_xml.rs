//! The cells of a sheet of an xlsx from its XML, as Excel and most programs write it.
//!
//! The library for spreadsheets reads whatever the standard allows, which takes most of the time of a large file. This
//! reads the plain form alone; whatever is not plain ends it, and the library reads the file.

use std::io::Read;
use std::sync::Arc;

use memchr::{memchr, memmem};
use readings::CellAddress;

use super::cells::{Cell, CellValue};
use super::limits::Limits;
use super::serial::{Epoch, date_time};
use super::stretches::AsAWhole;

/// What cells refer to by number: texts, and what numbers of a style are.
#[derive(Debug)]
pub struct Tables {
    /// The shared texts.
    pub texts: Vec<Box<str>>,
    /// What numbers of each style mean.
    pub styles: Vec<Meaning>,
    /// From which day serial day numbers count.
    pub epoch: Epoch,
}

/// What a number means by its style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// A number.
    Number,
    /// A day or instant.
    Date,
    /// A time that passed.
    Duration,
}

/// Bytes that are read at a time.
const BLOCK: usize = 256 * 1024;
/// A row of more bytes is not plain.
const LONGEST_ROW: usize = 1024 * 1024;

/// The cells of a sheet while its XML streams by.
pub struct SheetXml<'t, 'l> {
    tables: &'t Tables,
    limits: &'l Limits,
    cells: Vec<Cell>,
    count: u64,
    last: Option<CellAddress>,
    /// The texts of this stretch, by their number: each stretch has its own.
    shared: Vec<Option<Arc<str>>>,
    block: usize,
}

/// How far a row was understood.
enum Row {
    /// It ends before this index.
    Ends(usize),
    /// The bytes end before it does.
    Cut,
    /// No row begins here: the last one was before.
    Over,
}

impl<'t, 'l> SheetXml<'t, 'l> {
    /// Begins a sheet.
    pub fn new(tables: &'t Tables, limits: &'l Limits) -> Self {
        let shared = vec![None; tables.texts.len()];
        Self { tables, limits, cells: Vec::new(), count: 0, last: None, shared, block: BLOCK }
    }

    /// Reads a sheet to its end; gives its cells to `take` whenever so many have gathered, and at the end.
    pub fn read(
        mut self,
        mut input: impl Read,
        stretch_cells: usize,
        mut take: impl FnMut(Vec<Cell>) -> Result<(), AsAWhole>,
    ) -> Result<(), AsAWhole> {
        let mut buffer: Vec<u8> = Vec::with_capacity(2 * self.block);
        let mut at = begin(&mut input, &mut buffer, self.block)?;
        loop {
            match self.row(&buffer[at..])? {
                Row::Ends(length) => at += length,
                Row::Over => break,
                Row::Cut => {
                    buffer.drain(..at);
                    at = 0;
                    if buffer.len() > LONGEST_ROW || more(&mut input, &mut buffer, self.block)? == 0
                    {
                        return Err(AsAWhole);
                    }
                }
            }
            if self.cells.len() >= stretch_cells {
                take(self.give_away())?;
            }
        }
        self.end(input, buffer.split_off(at))?;
        take(self.give_away())
    }

    fn give_away(&mut self) -> Vec<Cell> {
        self.shared.fill(None);
        std::mem::take(&mut self.cells)
    }

    /// What follows the rows must not change what they say.
    fn end(&self, mut input: impl Read, mut rest: Vec<u8>) -> Result<(), AsAWhole> {
        while more(&mut input, &mut rest, self.block)? > 0 {
            if rest.len() > 4 * LONGEST_ROW {
                return Err(AsAWhole);
            }
        }
        let is_complete = rest.trim_ascii_end().ends_with(b"</worksheet>");
        if !is_complete || memmem::find(&rest, b"<mergeCell").is_some() {
            return Err(AsAWhole);
        }
        Ok(())
    }

    /// Reads one row; `bytes` begin where the one before ends.
    fn row(&mut self, bytes: &[u8]) -> Result<Row, AsAWhole> {
        let start = spaces(bytes, 0);
        let head = &bytes[start..];
        if head.starts_with(b"</sheetData>") {
            return Ok(Row::Over);
        }
        if head.len() < 16 {
            return Ok(Row::Cut);
        }
        if !head.starts_with(b"<row") || !matches!(head[4], b' ' | b'>' | b'/') {
            return Err(AsAWhole);
        }
        let Some(open) = memchr(b'>', head) else { return Ok(Row::Cut) };
        if head[open - 1] == b'/' {
            return Ok(Row::Ends(start + open + 1));
        }
        let before = (self.cells.len(), self.last);
        let mut at = start + open + 1;
        loop {
            at = spaces(bytes, at);
            let Some(rest) = bytes.get(at..).filter(|rest| rest.len() >= 6) else {
                return Ok(self.cut(before));
            };
            if rest.starts_with(b"</row>") {
                return Ok(Row::Ends(at + 6));
            }
            match self.cell(bytes, at)? {
                Some(end) => at = end,
                None => return Ok(self.cut(before)),
            }
        }
    }

    /// Forgets the cells of a row whose end is not here yet.
    fn cut(&mut self, (cells, last): (usize, Option<CellAddress>)) -> Row {
        self.count -= (self.cells.len() - cells) as u64;
        self.cells.truncate(cells);
        self.last = last;
        Row::Cut
    }

    /// Reads the cell that begins here; returns where it ends, `None` where the bytes end before.
    fn cell(&mut self, bytes: &[u8], start: usize) -> Result<Option<usize>, AsAWhole> {
        if !bytes[start..].starts_with(b"<c ") {
            return Err(AsAWhole);
        }
        let Some(length) = memchr(b'>', &bytes[start..]) else { return Ok(None) };
        let open = start + length;
        let is_closed = bytes[open - 1] == b'/';
        let head = attributes(&bytes[start + 3..open - usize::from(is_closed)])?;
        if is_closed {
            return Ok(Some(open + 1));
        }
        let mut at = open + 1;
        let (mut has_formula, mut value) = (false, None);
        loop {
            let rest = &bytes[at..];
            if rest.len() < 4 {
                return Ok(None);
            }
            if rest.starts_with(b"</c>") {
                at += 4;
                break;
            }
            if rest.starts_with(b"<v>") {
                let Some(length) = memchr(b'<', &rest[3..]) else { return Ok(None) };
                let Some(end) = rest.get(3 + length..7 + length) else { return Ok(None) };
                if end != b"</v>" || value.is_some() || length == 0 {
                    return Err(AsAWhole);
                }
                value = Some(&rest[3..3 + length]);
                at += 7 + length;
            } else if rest.starts_with(b"<f") {
                has_formula = true;
                let Some(open) = memchr(b'>', rest) else { return Ok(None) };
                if rest[open - 1] == b'/' {
                    at += open + 1;
                } else {
                    let Some(end) = memmem::find(rest, b"</f>") else { return Ok(None) };
                    at += end + 4;
                }
            } else if rest.starts_with(b"<is>") && head.kind == b"inlineStr" {
                let Some(end) = memmem::find(rest, b"</is>") else { return Ok(None) };
                let inner = rest[4..end].strip_prefix(b"<t>").ok_or(AsAWhole)?;
                value = Some(inner.strip_suffix(b"</t>").ok_or(AsAWhole)?);
                at += end + 5;
            } else {
                return Err(AsAWhole);
            }
        }
        match value {
            Some(value) => self.push(&head, value)?,
            None if has_formula => self.add(head.at, CellValue::FormulaWithoutValue)?,
            None => {}
        }
        Ok(Some(at))
    }

    fn push(&mut self, head: &Head<'_>, value: &[u8]) -> Result<(), AsAWhole> {
        let value = match head.kind {
            b"s" => {
                let number = number::<usize>(value)?;
                let text = match self.shared.get_mut(number).ok_or(AsAWhole)? {
                    Some(text) => Arc::clone(text),
                    empty => Arc::clone(empty.insert(Arc::from(&*self.tables.texts[number]))),
                };
                if text.is_empty() {
                    return Ok(());
                }
                self.within(&text)?;
                CellValue::Text(text)
            }
            b"" | b"n" => {
                let is_plain = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
                if !value.iter().all(is_plain) {
                    return Err(AsAWhole);
                }
                let number = number::<f64>(value)?;
                let meaning = match head.style {
                    None => Meaning::Number,
                    Some(style) => *self.tables.styles.get(style).ok_or(AsAWhole)?,
                };
                match meaning {
                    Meaning::Number => CellValue::Number(number),
                    Meaning::Duration => CellValue::Duration(number),
                    Meaning::Date => date_time(number, self.tables.epoch)
                        .map_or(CellValue::Number(number), CellValue::DateTime),
                }
            }
            b"str" | b"inlineStr" => {
                let text = plain(value)?;
                self.within(text)?;
                CellValue::Text(Arc::from(text))
            }
            _ => return Err(AsAWhole),
        };
        self.add(head.at, value)
    }

    fn within(&self, text: &str) -> Result<(), AsAWhole> {
        if text.len() > self.limits.cell_characters { Err(AsAWhole) } else { Ok(()) }
    }

    fn add(&mut self, at: CellAddress, value: CellValue) -> Result<(), AsAWhole> {
        self.count += 1;
        let is_within = at.row < self.limits.rows
            && at.column < self.limits.columns
            && self.count <= self.limits.cells;
        if !is_within || self.last.is_some_and(|last| last >= at) {
            return Err(AsAWhole);
        }
        self.last = Some(at);
        self.cells.push(Cell { at, value });
        Ok(())
    }
}

/// What the tag of a cell says.
struct Head<'b> {
    at: CellAddress,
    style: Option<usize>,
    kind: &'b [u8],
}

/// The attributes of a cell: `r="B7" s="1" t="s"`.
fn attributes(mut bytes: &[u8]) -> Result<Head<'_>, AsAWhole> {
    let (mut at, mut style, mut kind): (_, _, &[u8]) = (None, None, b"");
    loop {
        bytes = bytes.trim_ascii_start();
        if bytes.is_empty() {
            break;
        }
        let equals = memchr(b'=', bytes).ok_or(AsAWhole)?;
        let (name, rest) = bytes.split_at(equals);
        let rest = rest.strip_prefix(b"=\"").ok_or(AsAWhole)?;
        let quote = memchr(b'"', rest).ok_or(AsAWhole)?;
        let value = &rest[..quote];
        match name {
            b"r" => at = Some(address(value)?),
            b"s" => style = Some(number::<usize>(value)?),
            b"t" => kind = value,
            _ => {}
        }
        bytes = &rest[quote + 1..];
    }
    Ok(Head { at: at.ok_or(AsAWhole)?, style, kind })
}

/// `B7` as its row and column, from 0.
fn address(text: &[u8]) -> Result<CellAddress, AsAWhole> {
    let letters = text.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    if !(1..=3).contains(&letters) {
        return Err(AsAWhole);
    }
    let column = text[..letters]
        .iter()
        .fold(0_u32, |column, letter| column * 26 + u32::from(letter - b'A') + 1);
    let row = number::<u32>(&text[letters..])?;
    Ok(CellAddress::new(row.checked_sub(1).ok_or(AsAWhole)?, column - 1))
}

fn number<N: std::str::FromStr>(bytes: &[u8]) -> Result<N, AsAWhole> {
    std::str::from_utf8(bytes).ok().and_then(|text| text.parse().ok()).ok_or(AsAWhole)
}

/// A text in which nothing is escaped and no white space stands at an end, where programs differ.
fn plain(bytes: &[u8]) -> Result<&str, AsAWhole> {
    let text = std::str::from_utf8(bytes).map_err(|_| AsAWhole)?;
    let is_plain = !text.is_empty()
        && text.trim() == text
        && !text.contains(['&', '<', '\r', '\n'])
        && !text.contains("_x");
    if is_plain { Ok(text) } else { Err(AsAWhole) }
}

fn spaces(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}

/// Reads up to the first row; returns where it begins.
fn begin(input: &mut impl Read, buffer: &mut Vec<u8>, block: usize) -> Result<usize, AsAWhole> {
    const TAG: &[u8] = b"<sheetData>";
    loop {
        if let Some(at) = memmem::find(buffer, TAG) {
            return Ok(at + TAG.len());
        }
        if buffer.len() > LONGEST_ROW || more(input, buffer, block)? == 0 {
            return Err(AsAWhole);
        }
    }
}

/// Reads some more bytes.
fn more(input: &mut impl Read, buffer: &mut Vec<u8>, block: usize) -> Result<usize, AsAWhole> {
    let before = buffer.len();
    input.take(block as u64).read_to_end(buffer).map_err(|_| AsAWhole)?;
    Ok(buffer.len() - before)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn read(rows: &str, block: usize) -> Result<Vec<(String, CellValue)>, AsAWhole> {
        let tables = Tables {
            texts: vec!["Mill".into(), "M & S".into(), "".into()],
            styles: vec![Meaning::Number, Meaning::Date, Meaning::Duration],
            epoch: Epoch::Y1900,
        };
        let limits = Limits { cells: 20, ..Limits::default() };
        let xml = format!("<worksheet><sheetData>{rows}</sheetData><pageMargins/></worksheet>");
        let mut reader = SheetXml::new(&tables, &limits);
        reader.block = block;
        let mut cells = Vec::new();
        reader.read(xml.as_bytes(), 3, |stretch| {
            cells.extend(stretch);
            Ok(())
        })?;
        Ok(cells.into_iter().map(|cell| (cell.at.to_string(), cell.value)).collect())
    }

    const PLAIN: &str = "<row r=\"1\" spans=\"1:4\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" s=\"1\"><v>45292</v></c>\
        <c r=\"C1\" s=\"2\"><v>0.5</v></c><c r=\"D1\"><v>-1.5E3</v></c></row>\n<row r=\"2\"/>\
        <row r=\"7\"><c r=\"A7\" s=\"1\"/><c r=\"B7\" t=\"s\"><v>2</v></c>\
        <c r=\"C7\"><f>SUM(D1:D2)</f><v>7</v></c><c r=\"D7\"><f t=\"shared\" si=\"0\"/></c>\
        <c r=\"AA7\" t=\"inlineStr\"><is><t>own text</t></is></c><c r=\"AB7\" t=\"str\"><f>A1</f><v>made</v></c></row>";

    #[test]
    fn plain_rows_are_read_wherever_the_blocks_end() {
        let text = |text: &str| CellValue::Text(text.into());
        let day = date(2024, 1, 1).at(0, 0, 0, 0);
        let expected = [
            ("A1", text("Mill")),
            ("B1", CellValue::DateTime(day)),
            ("C1", CellValue::Duration(0.5)),
            ("D1", CellValue::Number(-1500.0)),
            ("C7", CellValue::Number(7.0)),
            ("D7", CellValue::FormulaWithoutValue),
            ("AA7", text("own text")),
            ("AB7", text("made")),
        ]
        .map(|(at, value)| (at.to_owned(), value));
        for block in [1, 2, 3, 7, 64, 100_000] {
            assert_eq!(read(PLAIN, block).expect("plain"), expected, "{block}");
        }
    }

    #[test]
    fn what_is_not_plain_is_left_to_the_library() {
        let row = |cells: &str| format!("<row r=\"1\">{cells}</row>");
        for cells in [
            "<c r=\"A1\" t=\"e\"><v>#N/A</v></c>",
            "<c r=\"A1\" t=\"s\"><v>3</v></c>",
            "<c r=\"A1\" s=\"3\"><v>1</v></c>",
            "<c r=\"A1\"><v>inf</v></c>",
            "<c r=\"A1\"><v>1</v><v>2</v></c>",
            "<c r=\"A1\"><v></v></c>",
            "<c><v>1</v></c>",
            "<c r='A1'><v>1</v></c>",
            "<c r=\"B1\"><v>1</v></c><c r=\"A1\"><v>2</v></c>",
            "<c r=\"AAAA1\"><v>1</v></c>",
            "<c r=\"A0\"><v>1</v></c>",
            "<c r=\"A1\" t=\"str\"><v>A &amp; B</v></c>",
            "<c r=\"A1\" t=\"inlineStr\"><is><r><t>rich</t></r></is></c>",
            "<c r=\"A1\"><v>1</v></c><!-- note -->",
            "<x:c r=\"A1\"><v>1</v></x:c>",
        ] {
            assert_eq!(read(&row(cells), 100_000), Err(AsAWhole), "{cells}");
        }
        let rows: Vec<String> =
            (1..=21).map(|row| format!("<row><c r=\"A{row}\"><v>1</v></c></row>")).collect();
        let many = rows.concat();
        assert_eq!(read(&many, 64), Err(AsAWhole), "more cells than there may be");
        assert_eq!(read("<row r=\"1\"><c r=\"A1\"><v>1</v></c>", 64), Err(AsAWhole), "cut");
    }
}

//! The tables of a page, gathered tag by tag.

use readings::Problem;

use super::super::limits::{Limits, exceeded};
use super::page::{LINE_LENGTH, LINES_BEFORE, Line, PageCell, PageTable, Value};
use super::token::{Piece, Pieces, RAW, attribute};
use super::{entity, number};

/// Tables within tables; deeper ones belong to their outermost cell.
const DEPTH: usize = 32;
/// Spans beyond these are mistakes; browsers cut them likewise.
const MOST_COLUMNS_SPANNED: u32 = 1_000;
const MOST_ROWS_SPANNED: u32 = 65_534;
/// Elements without content.
const VOID: [&str; 10] = ["br", "img", "input", "hr", "col", "meta", "link", "wbr", "area", "base"];

/// A table while it is read.
#[derive(Default)]
struct Open {
    /// Its place among all tables of the page.
    order: usize,
    table: PageTable,
    /// The row that comes next.
    next_row: u32,
    /// The column that comes next, within a row.
    column: Option<u32>,
    /// Up to which row, without it, each column is taken by a span from above.
    taken: Vec<u32>,
    cell: Option<OpenCell>,
    in_caption: Option<String>,
}

struct OpenCell {
    row: u32,
    column: u32,
    stated: Option<String>,
    text: Flow,
}

/// Text as a browser flows it: white space is one space, some elements begin a line.
#[derive(Debug, Default)]
struct Flow {
    text: String,
    pending: Option<char>,
}

/// An element whose content nobody sees, and how many of its kind are open in it.
struct Unseen {
    name: String,
    depth: usize,
}

/// What is gathered so far.
pub struct Builder<'l> {
    limits: &'l Limits,
    open: Vec<Open>,
    done: Vec<(usize, PageTable)>,
    begun: usize,
    cells: u64,
    before: Vec<Line>,
    line: Flow,
    title: Option<Flow>,
    unseen: Option<Unseen>,
}

impl<'l> Builder<'l> {
    /// Nothing yet.
    pub fn new(limits: &'l Limits) -> Self {
        Self {
            limits,
            open: Vec::new(),
            done: Vec::new(),
            begun: 0,
            cells: 0,
            before: Vec::new(),
            line: Flow::default(),
            title: None,
            unseen: None,
        }
    }

    /// The title of a page and its tables that hold a cell, in the order in which they begin.
    pub fn read(mut self, text: &str) -> Result<(String, Vec<PageTable>), Problem> {
        let mut page_title = String::new();
        let mut raw = false;
        for piece in Pieces::of(text) {
            match piece {
                Piece::Text(text) if raw => {
                    if let Some(title) = &mut self.title {
                        title.push(&entity::resolved(text));
                        page_title = title.text.trim().chars().take(LINE_LENGTH).collect();
                    }
                }
                Piece::Text(text) => self.text(text),
                Piece::Open(name, attributes) => {
                    raw = RAW.contains(&name.as_str());
                    self.title = (name == "title" && page_title.is_empty()).then(Flow::default);
                    self.opened(&name, attributes)?;
                }
                Piece::Close(name) => {
                    raw = false;
                    self.closed(&name);
                }
            }
        }
        while !self.open.is_empty() {
            self.end_table();
        }
        self.done.sort_by_key(|(order, _)| *order);
        Ok((page_title, self.done.into_iter().map(|(_, table)| table).collect()))
    }
}

impl Builder<'_> {
    fn text(&mut self, text: &str) {
        if self.unseen.is_some() {
            return;
        }
        let text = entity::resolved(text);
        match self.open.last_mut() {
            None => self.line.push(&text),
            Some(Open { in_caption: Some(caption), .. }) => caption.push_str(&text),
            Some(Open { cell: Some(cell), .. }) => cell.text.push(&text),
            // Text of a table outside of its cells is a mistake that browsers show elsewhere.
            Some(_) => {}
        }
    }

    fn opened(&mut self, name: &str, attributes: &str) -> Result<(), Problem> {
        if let Some(unseen) = &mut self.unseen {
            let ends = matches!(name, "td" | "th" | "tr" | "table");
            if !ends {
                unseen.depth += usize::from(name == unseen.name);
                return Ok(());
            }
            self.unseen = None;
        }
        match name {
            "table" if self.open.len() < DEPTH => self.begin_table(),
            "caption" => {
                if let Some(open) = self.open.last_mut() {
                    open.in_caption = Some(String::new());
                }
            }
            "tr" => self.begin_row(),
            "td" | "th" => self.begin_cell(attributes)?,
            "select" | "noscript" => self.hide(name),
            _ if is_unseen(attributes) && !VOID.contains(&name) => self.hide(name),
            _ => self.break_line(name),
        }
        Ok(())
    }

    fn closed(&mut self, name: &str) {
        if let Some(unseen) = &mut self.unseen {
            if name == unseen.name {
                unseen.depth -= 1;
            }
            if unseen.depth == 0 || matches!(name, "td" | "th" | "tr" | "table") {
                self.unseen = None;
            }
            if !matches!(name, "td" | "th" | "tr" | "table") {
                return;
            }
        }
        match name {
            "table" if !self.open.is_empty() => self.end_table(),
            "caption" => self.end_caption(),
            "tr" => {
                self.end_cell();
                if let Some(open) = self.open.last_mut() {
                    open.column = None;
                }
            }
            "td" | "th" => self.end_cell(),
            _ => self.break_line(name),
        }
    }

    fn hide(&mut self, name: &str) {
        self.unseen = Some(Unseen { name: name.to_owned(), depth: 1 });
    }

    /// Begins a line where the element stands on lines of its own.
    fn break_line(&mut self, name: &str) {
        let is_block = matches!(
            name,
            "br" | "p"
                | "div"
                | "h1"
                | "h2"
                | "h3"
                | "h4"
                | "h5"
                | "h6"
                | "li"
                | "ul"
                | "ol"
                | "hr"
                | "dt"
                | "dd"
                | "body"
                | "header"
                | "section"
                | "article"
                | "form"
                | "center"
                | "pre"
                | "nav"
                | "footer"
        );
        if !is_block {
            return;
        }
        match self.open.last_mut() {
            None => self.end_line(),
            Some(Open { cell: Some(cell), .. }) => cell.text.line_break(),
            Some(_) => {}
        }
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line).text;
        let line = line.trim();
        if !line.is_empty() {
            if self.before.len() == LINES_BEFORE {
                self.before.remove(0);
            }
            self.before.push(Line::of_text(line.chars().take(LINE_LENGTH).collect()));
        }
    }

    fn begin_table(&mut self) {
        if self.open.is_empty() {
            self.end_line();
        } else if let Some(Open { cell: Some(cell), .. }) = self.open.last_mut() {
            cell.text.push(" ");
        }
        let before =
            if self.open.is_empty() { std::mem::take(&mut self.before) } else { Vec::new() };
        let table = PageTable { before, ..PageTable::default() };
        self.open.push(Open { order: self.begun, table, ..Open::default() });
        self.begun += 1;
    }

    fn end_table(&mut self) {
        self.end_caption();
        self.end_cell();
        let Some(open) = self.open.pop() else { return };
        if !open.table.cells.is_empty() {
            self.done.push((open.order, open.table));
        }
    }

    fn end_caption(&mut self) {
        let Some(open) = self.open.last_mut() else { return };
        if let Some(caption) = open.in_caption.take() {
            let caption = caption.split_whitespace().collect::<Vec<_>>().join(" ");
            open.table.caption =
                (!caption.is_empty()).then(|| caption.chars().take(LINE_LENGTH).collect());
        }
    }

    fn begin_row(&mut self) {
        self.end_caption();
        self.end_cell();
        if let Some(open) = self.open.last_mut() {
            open.next_row = open.next_row.saturating_add(1);
            open.column = Some(0);
        }
    }

    fn begin_cell(&mut self, attributes: &str) -> Result<(), Problem> {
        if self.open.last().is_none_or(|open| open.column.is_none()) {
            self.begin_row();
        }
        self.end_cell();
        let limits = self.limits;
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        let span = |name: &str, most: u32| {
            let digits: String = attribute(attributes, name)?
                .trim()
                .chars()
                .take_while(char::is_ascii_digit)
                .take(9)
                .collect();
            Some(digits.parse::<u32>().ok()?.clamp(1, most))
        };
        let columns = span("colspan", MOST_COLUMNS_SPANNED).unwrap_or(1);
        let rows = span("rowspan", MOST_ROWS_SPANNED).unwrap_or(1);
        let row = open.next_row.saturating_sub(1);
        let mut column = open.column.unwrap_or(0);
        while open.taken.get(column as usize).is_some_and(|until| *until > row) {
            column += 1;
        }
        open.column = Some(column.saturating_add(columns));
        if column.saturating_add(columns) > limits.columns.saturating_add(MOST_COLUMNS_SPANNED)
            || row >= limits.rows
        {
            return Err(exceeded(format!(
                "A table of the page has a cell in row {} and column {}; the limits are {} rows and {} columns \
                 (rows, columns).",
                u64::from(row) + 1,
                u64::from(column) + 1,
                limits.rows,
                limits.columns
            )));
        }
        if rows > 1 {
            let end = column.saturating_add(columns) as usize;
            if open.taken.len() < end {
                open.taken.resize(end, 0);
            }
            open.taken[column as usize..end].fill(row.saturating_add(rows));
        }
        if rows > 1 || columns > 1 {
            if open.table.merged.len() >= limits.merged_ranges {
                return Err(exceeded(format!(
                    "A table of the page has more than {} spans (merged_ranges).",
                    limits.merged_ranges
                )));
            }
            let last = (row.saturating_add(rows - 1), column.saturating_add(columns - 1));
            open.table.merged.push(((row, column), last));
        }
        self.cells += 1;
        if self.cells > limits.cells {
            return Err(exceeded(format!(
                "The page has more than {} cells (cells).",
                limits.cells
            )));
        }
        let stated = ["x:num", "sdval"]
            .into_iter()
            .find_map(|name| attribute(attributes, name))
            .map(std::borrow::Cow::into_owned);
        open.cell = Some(OpenCell { row, column, stated, text: Flow::default() });
        Ok(())
    }

    fn end_cell(&mut self) {
        let Some(open) = self.open.last_mut() else { return };
        let Some(cell) = open.cell.take() else { return };
        let text = cell.text.text.trim();
        if text.is_empty() {
            return;
        }
        let exact = cell.stated.as_deref().and_then(|stated| number::stated(stated, text));
        let value = exact.map_or_else(|| Value::Text(text.to_owned()), Value::Number);
        open.table.cells.push(PageCell { row: cell.row, column: cell.column, value });
    }
}

impl Flow {
    fn push(&mut self, text: &str) {
        for character in text.chars() {
            if character.is_ascii_whitespace() {
                self.pending.get_or_insert(' ');
                continue;
            }
            if let Some(space) = self.pending.take()
                && !self.text.is_empty()
            {
                self.text.push(space);
            }
            self.text.push(character);
        }
    }

    fn line_break(&mut self) {
        self.pending = Some('\n');
    }
}

/// Whether a style says that an element is not shown.
fn is_unseen(attributes: &str) -> bool {
    attributes.contains("isplay")
        && attribute(attributes, "style").is_some_and(|style| {
            let style: String =
                style.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase();
            style.contains("display:none")
        })
}

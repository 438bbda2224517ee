//! Data on stdout: tables for people, JSON and CSV for programs.

use std::io::{self, Write};

use serde::Serialize;

/// Prints one JSON document.
pub fn json(value: &impl Serialize) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, value).map_err(io::Error::from)?;
    writeln!(out)?;
    Ok(out.flush()?)
}

/// Prints a text as it is.
pub fn text(text: &str) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// Prints a table with aligned columns; `empty` is told on stderr when there are no rows.
pub fn table(header: &[&str], rows: &[Vec<String>], empty: &str) -> anyhow::Result<()> {
    if rows.is_empty() {
        tell(empty);
        return Ok(());
    }
    let mut widths: Vec<usize> = header.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let header: Vec<String> = header.iter().map(|cell| (*cell).to_owned()).collect();
    let mut out = io::stdout().lock();
    for row in std::iter::once(&header).chain(rows) {
        let mut line = String::new();
        for (width, cell) in widths.iter().zip(row) {
            line.push_str(&one_line(cell));
            line.extend(std::iter::repeat_n(' ', width + 2 - cell.chars().count().min(*width)));
        }
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(out.flush()?)
}

/// Texts of mails and workbooks may hold line breaks and terminal controls.
fn one_line(cell: &str) -> String {
    cell.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// A sentence for the person at the terminal.
pub fn tell(sentence: &str) {
    // Texts of mails and workbooks must not steer the terminal.
    let plain: String =
        sentence.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect();
    // Nobody may be listening any more; the work goes on.
    let _ = writeln!(io::stderr(), "{plain}");
}

//! Prints what is read from workbooks, for trying the recogniser on a file: readings on stdout, problems on stderr.

use std::io::{self, Write};

use ingest::layout::{FileContext, extract};
use ingest::workbook::{self, Limits};
use jiff::civil::date;

fn main() -> io::Result<()> {
    let stdout = io::stdout();
    let mut stderr = io::stderr();
    for (at, path) in std::env::args().skip(1).enumerate() {
        let bytes = std::fs::read(&path)?;
        let name = path.rsplit('/').next().unwrap_or(&path).to_owned();
        // A day after every file that the recogniser is tried on.
        let context = FileContext {
            file_name: Some(name.clone()),
            mail_subject: None,
            today: date(2026, 6, 30),
        };
        match workbook::read(&bytes, &Limits::default()) {
            Ok(workbook) => {
                let extraction = extract(&workbook, &context);
                ingest::extract_csv::write(stdout.lock(), &name, &extraction, at == 0)?;
                for problem in &extraction.problems {
                    writeln!(
                        stderr,
                        "{name}: {} {:?} {:?}: {}",
                        problem.code,
                        problem.sheet,
                        problem.cell.map(|cell| cell.to_string()),
                        problem.sentence
                    )?;
                }
                for layout in &extraction.layouts {
                    let columns: Vec<String> = layout
                        .columns
                        .iter()
                        .filter(|(_, role, _)| role != "ignored")
                        .map(|(column, role, text)| {
                            format!("{}:{role}({text})", readings::column_letters(*column))
                        })
                        .collect();
                    writeln!(
                        stderr,
                        "{name}: layout {:?} {:?} rows {:?}: {}",
                        layout.sheet,
                        layout.kind,
                        layout.header_rows,
                        columns.join(" ")
                    )?;
                }
                writeln!(
                    stderr,
                    "{name}: rows {} = {} readings + {} refused + {} not data, adds up: {}",
                    extraction.rows,
                    extraction.readings.len(),
                    extraction.refused,
                    extraction.not_data,
                    extraction.adds_up()
                )?;
            }
            Err(problem) => writeln!(stderr, "{name}: {} {}", problem.code, problem.sentence)?,
        }
    }
    Ok(())
}

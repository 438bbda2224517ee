//! What a file holds besides cells, for saying why it has none.

use readings::{Problem, ProblemCode};

use super::compound::CompoundFile;

/// What a file holds besides cells.
#[derive(Debug, Default, Clone, Copy)]
pub struct Beside {
    pictures: bool,
    macros: bool,
}

/// The record that holds the pictures of an xls.
const PICTURES: u16 = 0x00EB;

impl Beside {
    /// By the names of the entries of an archive, in lower case.
    pub fn of_archive(names: &[String]) -> Self {
        let any = |test: fn(&String) -> bool| names.iter().any(test);
        Self {
            pictures: any(|name| name.contains("/media/") || name.starts_with("pictures/")),
            macros: any(|name| name.ends_with("vbaproject.bin") || name.contains("macrosheets/")),
        }
    }

    /// By the folders of a compound file and the records of its workbook.
    pub fn of_compound(file: &CompoundFile<'_>, stream: &[u8]) -> Self {
        Self {
            pictures: records(stream).any(|kind| kind == PICTURES),
            macros: file.has("_VBA_PROJECT_CUR") || file.has("_VBA_PROJECT"),
        }
    }

    /// The problem of a file without a cell.
    pub fn problem(self) -> Problem {
        match self {
            Self { pictures: true, .. } => Problem::of_file(
                ProblemCode::ImageOnly,
                "This workbook holds pictures and no cell with a value; pictures are not read.",
            ),
            Self { macros: true, .. } => Problem::of_file(
                ProblemCode::MacroOnly,
                "This workbook holds macros and no cell with a value; macros are never run.",
            ),
            Self { .. } => {
                Problem::of_file(ProblemCode::Empty, "No cell of this file holds a value.")
            }
        }
    }
}

fn records(stream: &[u8]) -> impl Iterator<Item = u16> {
    let mut rest = stream;
    std::iter::from_fn(move || {
        let (head, after) = rest.split_first_chunk::<4>()?;
        rest = after.get(usize::from(u16::from_le_bytes([head[2], head[3]]))..)?;
        Some(u16::from_le_bytes([head[0], head[1]]))
    })
}

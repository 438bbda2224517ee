//! Whether a file is worth opening as a workbook at all.

use readings::ProblemCode;

use super::archive;
use super::compound::CompoundFile;
use super::kind::{self, Kind, PLAIN_ARCHIVE};
use super::limits::Limits;
use super::refusal::Refusal;
use super::{markup, separated, text, web_archive};

/// Endings by which people name tables.
const ENDINGS: [&str; 17] = [
    "xlsx", "xlsm", "xltx", "xltm", "xlsb", "xls", "xlt", "xlw", "ods", "ots", "fods", "csv",
    "tsv", "numbers", "slk", "dif", "wks",
];

/// Whether the content can be a table, or the name says that it is one.
///
/// A file for which this is false (a picture, a signature, a letter) is recorded and nobody is asked about it; one
/// for which it is true is read, and what cannot be read of it is a problem that somebody sees.
pub fn may_be_workbook(bytes: &[u8], name: Option<&str>) -> bool {
    let ending =
        name.and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending.to_lowercase());
    if ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str())) {
        return true;
    }
    match kind::of(bytes) {
        Kind::Archive => {
            let Ok(archive) = archive::open(bytes, &Limits::default()) else { return false };
            let names: Vec<String> = archive
                .file_names_raw()
                .map(|name| archive::normalised(&String::from_utf8_lossy(name)))
                .collect();
            kind::of_archive(&names).map_or_else(
                |refusal| is_other_table(refusal) && refusal != PLAIN_ARCHIVE,
                |_| true,
            )
        }
        Kind::Compound => CompoundFile::open(bytes)
            .is_ok_and(|file| kind::of_compound(&file).map_or_else(is_other_table, |_| true)),
        Kind::Records => true,
        Kind::Text => {
            let text = text::decode(bytes);
            markup::of(&text).map_or_else(
                || separated::is_table(&text) || web_archive::is_one(&text),
                |markup| markup::is_table(markup, &text),
            )
        }
        Kind::Refused(_) => false,
    }
}

/// A table that is protected or in a format that is not read: somebody should know.
fn is_other_table(refusal: Refusal) -> bool {
    matches!(refusal.code(), ProblemCode::Encrypted | ProblemCode::UnsupportedFormat)
}

//! Archives that hold workbooks: zip, gzip, the container and the message of Outlook, opened under limits.

use std::io::Read;

use flate2::read::MultiGzDecoder;
use readings::{Problem, ProblemCode};

use super::parameter::last_component;
use super::{outlook, tnef};
use crate::workbook::{Limits, is_plain_archive, open_archive};

/// A file out of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchivedFile {
    /// Its name without the folders.
    pub name: Option<String>,
    /// The messages it came through within the archive, from the outside in; the folders of a zip are none.
    pub path: Vec<String>,
    /// Its bytes.
    pub content: Vec<u8>,
}

const GZIP: &[u8] = b"\x1F\x8B";
/// A mail's archive is opened in the process that reads mails, so it may hold less than a workbook inflates to.
const MOST_BYTES: u64 = 128 * 1024 * 1024;

/// The files of an archive; `None` where the bytes are no archive, or themselves a workbook.
///
/// An archive within an archive is handed over as a file and not opened.
pub fn open(
    name: Option<&str>,
    content: &[u8],
    limits: &Limits,
) -> Result<Option<Vec<ArchivedFile>>, Problem> {
    let most = limits.archive_bytes.min(MOST_BYTES);
    if content.starts_with(tnef::SIGNATURE) {
        return tnef::files(content).map(Some);
    }
    if outlook::is_message(content) {
        let files = outlook::read(content)?.files.into_iter();
        return Ok(Some(
            files
                .map(|file| ArchivedFile {
                    name: file.name,
                    path: file.path,
                    content: file.content,
                })
                .collect(),
        ));
    }
    if content.starts_with(GZIP) {
        return gunzip(name, content, most, limits).map(|file| Some(vec![file]));
    }
    if !is_plain_archive(content, limits)? {
        return Ok(None);
    }
    let limits =
        Limits { archive_bytes: most, entry_bytes: limits.entry_bytes.min(most), ..limits.clone() };
    let files = open_archive(content, &limits)?
        .into_iter()
        .map(|(name, content)| ArchivedFile {
            name: last_component(&name),
            path: Vec::new(),
            content,
        })
        .collect();
    Ok(Some(files))
}

fn gunzip(
    name: Option<&str>,
    packed: &[u8],
    most: u64,
    limits: &Limits,
) -> Result<ArchivedFile, Problem> {
    let mut content = Vec::new();
    let ratio = (packed.len() as u64).saturating_mul(limits.inflation_ratio).max(1024 * 1024);
    let most = most.min(limits.entry_bytes).min(ratio);
    MultiGzDecoder::new(packed).take(most + 1).read_to_end(&mut content).map_err(|error| {
        Problem::of_file(
            ProblemCode::Corrupt,
            format!("The gzip archive is damaged or cut off: {error}."),
        )
    })?;
    if content.len() as u64 > most {
        return Err(Problem::of_file(
            ProblemCode::LimitExceeded,
            format!(
                "The gzip archive inflates to more than {most} bytes (entry_bytes, inflation_ratio)."
            ),
        ));
    }
    let name = name.map(|name| name.strip_suffix(".gz").unwrap_or(name).to_owned());
    Ok(ArchivedFile { name, path: Vec::new(), content })
}

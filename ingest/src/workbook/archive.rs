//! Zip archives are measured before anything else opens them.
//!
//! Every entry is inflated once through a counter, because the sizes an archive states about itself can lie and the
//! readers behind this allocate by what they inflate. The counter also looks at what makes spreadsheet readers
//! allocate: the number of shared texts and the length of a single text.

use std::io::{Cursor, Read};

use readings::{Problem, ProblemCode};
use zip::ZipArchive;
use zip::result::ZipError;

use super::kind::{self, Kind};
use super::limits::{Limits, exceeded};
use super::refusal::corrupt;

/// A zip archive in memory.
pub type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// What measuring an archive found.
#[derive(Debug)]
pub struct Contents {
    /// The names of the entries in lower case with `/` between folders.
    pub names: Vec<String>,
    /// Whether any part of it mentions merged cells; looking for them costs reading every sheet once more.
    pub mentions_merged_cells: bool,
}

const RATIO_GRACE: u64 = 1024 * 1024;
/// Bytes of a tag in which the name of merged cells is found.
const LONGEST_TAG: usize = 32;
/// No single text of a sheet can be longer: 32,767 characters, each at most ten bytes (`&#x10FFFF;`), and some air.
const LONGEST_TEXT: u64 = 1024 * 1024;

/// Opens an archive, within the limit of entries.
pub fn open<'a>(bytes: &'a [u8], limits: &Limits) -> Result<Archive<'a>, Problem> {
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| refusal(&error))?;
    if archive.len() > limits.archive_entries {
        return Err(exceeded(format!(
            "The archive has {} entries; the limit is {} (archive_entries).",
            archive.len(),
            limits.archive_entries
        )));
    }
    Ok(archive)
}

/// Inflates every entry through a counter and refuses what exceeds a limit.
pub fn measure(bytes: &[u8], limits: &Limits) -> Result<Contents, Problem> {
    measure_but(bytes, usize::MAX, limits)
}

/// The same of all but one entry, for somebody who measures that one while reading it.
pub fn measure_but(bytes: &[u8], place: usize, limits: &Limits) -> Result<Contents, Problem> {
    let mut archive = open(bytes, limits)?;
    let mut names = Vec::with_capacity(archive.len());
    let mut mentions_merged_cells = false;
    let mut total = 0_u64;
    let mut block = vec![0_u8; 64 * 1024];
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|error| refusal(&error))?;
        let name = normalised(&String::from_utf8_lossy(entry.name_raw()));
        if index == place {
            names.push(name);
            continue;
        }
        let packed = entry.compressed_size().clamp(1, bytes.len() as u64);
        let mut gauge = Gauge::new(&name, limits);
        loop {
            let read = entry.read(&mut block).map_err(|error| {
                corrupt(format!("The part {name} of the file is damaged: {error}."))
            })?;
            if read == 0 {
                break;
            }
            gauge.take(&block[..read], packed)?;
            if total + gauge.inflated > limits.archive_bytes {
                return Err(exceeded(format!(
                    "The file inflates to more than {} bytes (archive_bytes).",
                    limits.archive_bytes
                )));
            }
        }
        gauge.finish()?;
        total += gauge.inflated;
        mentions_merged_cells |= gauge.mentions_merged_cells;
        names.push(name);
    }
    Ok(Contents { names, mentions_merged_cells })
}

/// The bytes of one entry, found by its normalised name; the archive was measured before.
pub fn entry_bytes(
    archive: &mut Archive<'_>,
    name: &str,
    limits: &Limits,
) -> Result<Option<Vec<u8>>, Problem> {
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|error| refusal(&error))?;
        if normalised(&String::from_utf8_lossy(entry.name_raw())) == name {
            let mut content = Vec::new();
            entry.take(limits.entry_bytes).read_to_end(&mut content).map_err(|error| {
                corrupt(format!("The part {name} of the file is damaged: {error}."))
            })?;
            return Ok(Some(content));
        }
    }
    Ok(None)
}

/// Whether the bytes are an archive of files and not a document in an archive.
pub fn is_plain_archive(bytes: &[u8], limits: &Limits) -> Result<bool, Problem> {
    if kind::of(bytes) != Kind::Archive {
        return Ok(false);
    }
    // A damaged archive may be a damaged workbook: reading it says so.
    let Ok(archive) = open(bytes, limits) else { return Ok(false) };
    let names: Vec<String> =
        archive.file_names_raw().map(|name| normalised(&String::from_utf8_lossy(name))).collect();
    Ok(kind::of_archive(&names).is_err_and(|refusal| refusal == kind::PLAIN_ARCHIVE))
}

/// The files of an archive by name, measured against the limits before they are taken into memory.
pub fn open_archive(bytes: &[u8], limits: &Limits) -> Result<Vec<(String, Vec<u8>)>, Problem> {
    measure(bytes, limits)?;
    let mut archive = open(bytes, limits)?;
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|error| refusal(&error))?;
        if entry.is_dir() {
            continue;
        }
        let name = entry.name().map_or_else(
            |_| String::from_utf8_lossy(entry.name_raw()).into_owned(),
            std::borrow::Cow::into_owned,
        );
        let mut content = Vec::new();
        entry
            .read_to_end(&mut content)
            .map_err(|error| corrupt(format!("{name} in the archive is damaged: {error}.")))?;
        files.push((name, content));
    }
    Ok(files)
}

/// A name of an entry as it is compared: lower case, `/` between folders, none in front.
pub fn normalised(name: &str) -> String {
    name.replace('\\', "/").trim_start_matches('/').to_lowercase()
}

/// The problem that an error of the archive means.
pub fn refusal(error: &ZipError) -> Problem {
    match error {
        ZipError::UnsupportedArchive(reason) if *reason == ZipError::PASSWORD_REQUIRED => {
            Problem::of_file(ProblemCode::Encrypted, "The archive is protected by a password.")
        }
        ZipError::InvalidPassword => {
            Problem::of_file(ProblemCode::Encrypted, "The archive is protected by a password.")
        }
        ZipError::CompressionMethodNotSupported(_) | ZipError::UnsupportedArchive(_) => {
            Problem::of_file(
                ProblemCode::UnsupportedFormat,
                "The archive is packed by a method that is not read.",
            )
        }
        other => corrupt(format!("The archive is damaged or cut off: {other}.")),
    }
}

/// Counts what one entry holds while it is inflated.
struct Gauge<'a> {
    name: &'a str,
    limits: &'a Limits,
    inflated: u64,
    is_xml: bool,
    texts: Option<SharedTexts>,
    run: u64,
    /// The start of a tag that the end of the last block cut.
    cut_tag: Option<Vec<u8>>,
    mentions_merged_cells: bool,
}

/// The table of shared texts while it streams by: the tags are counted, the claim at its head is compared.
#[derive(Default)]
struct SharedTexts {
    items: u64,
    head: Vec<u8>,
    tag: Vec<u8>,
    in_tag: bool,
}

impl<'a> Gauge<'a> {
    fn new(name: &'a str, limits: &'a Limits) -> Self {
        let is_xml = kind::has_ending(name, "xml") && !name.starts_with("customxml/");
        Self {
            name,
            limits,
            inflated: 0,
            is_xml,
            texts: name.ends_with("sharedstrings.xml").then(SharedTexts::default),
            run: 0,
            cut_tag: None,
            mentions_merged_cells: false,
        }
    }

    fn take(&mut self, block: &[u8], packed: u64) -> Result<(), Problem> {
        let Self { name, limits, .. } = *self;
        self.inflated += block.len() as u64;
        if self.inflated > limits.entry_bytes {
            return Err(exceeded(format!(
                "The part {name} inflates to more than {} bytes (entry_bytes).",
                limits.entry_bytes
            )));
        }
        if self.inflated > RATIO_GRACE && self.inflated / packed > limits.inflation_ratio {
            return Err(exceeded(format!(
                "The part {name} inflates to more than {} times its size (inflation_ratio).",
                limits.inflation_ratio
            )));
        }
        if self.is_xml {
            self.measure_runs(block)?;
        }
        if let Some(texts) = &mut self.texts {
            texts.take(block);
            if texts.items > limits.shared_strings {
                return Err(exceeded(format!(
                    "The file has more than {} shared texts (shared_strings).",
                    limits.shared_strings
                )));
            }
            if self.inflated > limits.shared_string_bytes {
                return Err(exceeded(format!(
                    "The shared texts of the file have more than {} bytes (shared_string_bytes).",
                    limits.shared_string_bytes
                )));
            }
        }
        Ok(())
    }

    fn measure_runs(&mut self, block: &[u8]) -> Result<(), Problem> {
        let mut rest = block;
        if let Some(cut) = self.cut_tag.take() {
            let tag = [cut.as_slice(), &block[..block.len().min(LONGEST_TAG)]].concat();
            self.mentions_merged_cells |= is_merged_cells(&tag);
            self.cut_tag = (tag.len() < LONGEST_TAG).then_some(tag);
        }
        while let Some(at) = rest.iter().position(|byte| *byte == b'<') {
            self.run += at as u64;
            self.check_run()?;
            self.run = 0;
            rest = &rest[at + 1..];
            if rest.len() < LONGEST_TAG {
                self.cut_tag = Some(rest.to_vec());
            } else {
                self.mentions_merged_cells |= is_merged_cells(&rest[..LONGEST_TAG]);
            }
        }
        self.run += rest.len() as u64;
        self.check_run()
    }

    fn check_run(&self) -> Result<(), Problem> {
        if self.run > LONGEST_TEXT {
            return Err(exceeded(format!(
                "The part {} holds a text of more than {LONGEST_TEXT} bytes; a cell holds at most {} characters \
                 (cell_characters).",
                self.name, self.limits.cell_characters
            )));
        }
        Ok(())
    }

    fn finish(&self) -> Result<(), Problem> {
        let Some(texts) = &self.texts else { return Ok(()) };
        match texts.claim() {
            // The shortest item is `<si/>`: more cannot be in it, and readers allocate by this claim.
            Some(claim) if claim > self.inflated / 5 + 1 => Err(corrupt(format!(
                "The table of shared texts claims {claim} texts but has only {} bytes.",
                self.inflated
            ))),
            _ => Ok(()),
        }
    }
}

/// Whether a tag, from behind its `<`, is that of merged cells, with or without a prefix.
fn is_merged_cells(tag: &[u8]) -> bool {
    let name = tag.iter().position(|byte| *byte == b':').map_or(tag, |colon| &tag[colon + 1..]);
    tag.starts_with(b"mergeCell") || name.starts_with(b"mergeCell")
}

impl SharedTexts {
    fn take(&mut self, block: &[u8]) {
        let room = 4096_usize.saturating_sub(self.head.len());
        self.head.extend_from_slice(&block[..room.min(block.len())]);
        for &byte in block {
            if byte == b'<' {
                self.in_tag = true;
                self.tag.clear();
            } else if self.in_tag {
                if matches!(byte, b'>' | b' ' | b'/' | b'\t' | b'\r' | b'\n') {
                    let local = self.tag.rsplit(|byte| *byte == b':').next().unwrap_or_default();
                    // A closing tag begins with `/`, so that its name is empty here.
                    self.items += u64::from(local == b"si");
                    self.in_tag = false;
                } else if self.tag.len() < 64 {
                    self.tag.push(byte);
                }
            }
        }
    }

    /// The number of texts the table claims to hold, of which readers allocate; `u64::MAX` where it is not a number
    /// that fits.
    fn claim(&self) -> Option<u64> {
        let head = String::from_utf8_lossy(&self.head);
        let after = head.split_once("uniqueCount")?.1.trim_start().strip_prefix('=')?.trim_start();
        let quote = after.chars().next()?;
        let value = after[quote.len_utf8()..].split(quote).next()?;
        let digits = value.trim().trim_start_matches('+');
        if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            Some(digits.parse().unwrap_or(u64::MAX))
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(head: &str) -> Option<u64> {
        let mut texts = SharedTexts::default();
        texts.take(head.as_bytes());
        texts.claim()
    }

    #[test]
    fn the_claimed_number_of_texts_is_found_in_any_spelling() {
        assert_eq!(
            claim(r#"<sst xmlns="x" count="3" uniqueCount="4000000000">"#),
            Some(4_000_000_000)
        );
        assert_eq!(claim("<x:sst uniqueCount = '18446744073709551616'>"), Some(u64::MAX));
        assert_eq!(claim("<sst><si/></sst>"), None);
    }

    #[test]
    fn merged_cells_are_noticed_across_blocks() {
        let limits = Limits::default();
        let text =
            format!("<worksheet>{}<x:mergeCells count=\"1\">{}", "a".repeat(50), "b".repeat(50));
        for cut in 0..text.len() {
            let mut gauge = Gauge::new("xl/worksheets/sheet1.xml", &limits);
            gauge.take(&text.as_bytes()[..cut], 1).unwrap();
            for piece in text.as_bytes()[cut..].chunks(cut % 7 + 1) {
                gauge.take(piece, 1).unwrap();
            }
            assert!(gauge.mentions_merged_cells, "{cut}");
        }
        let mut gauge = Gauge::new("xl/worksheets/sheet1.xml", &limits);
        gauge.take(text.replace("mergeCells", "mergedCells").as_bytes(), 1).unwrap();
        assert!(!gauge.mentions_merged_cells);
    }

    #[test]
    fn shared_texts_are_counted_across_blocks() {
        let mut texts = SharedTexts::default();
        for block in ["<sst><s", "i><t>a</t></si><si/><x:si><size/></x:si", "></sst>"] {
            texts.take(block.as_bytes());
        }
        assert_eq!(texts.items, 3);
    }
}

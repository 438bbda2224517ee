//! Valid xlsx and xlsb files that the library refuses or reads in part, rearranged so that it reads them.
//!
//! Nothing is invented: parts are given the names the library looks for, kinds of sheets it does not know are given
//! the name of one that is skipped anyway, and the stated dimension of a sheet, which nobody needs, is left out.

use std::io::{Cursor, Write};

use foldhash::HashSet;
use quick_xml::events::Event;
use quick_xml::{Reader, XmlVersion};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::archive::{self, Archive};
use super::kind::has_ending;
use super::limits::Limits;

/// What is to be done with one entry of the archive.
enum Change {
    Rename(String),
    Replace(Vec<u8>),
}

/// One line of the list of parts.
struct Part {
    kind: String,
    target: String,
}

const LIST: &str = "_rels/workbook.xml.rels";
/// The dimension stands before the cells.
const HEAD: usize = 64 * 1024;

/// The workbook with its parts under the names the library looks for; `None` where they are already.
pub fn rearranged(bytes: &[u8], limits: &Limits) -> Option<Vec<u8>> {
    let mut archive = archive::open(bytes, limits).ok()?;
    let names = entry_names(&archive);
    let list = names.iter().find(|name| name.ends_with(LIST))?.clone();
    let folder = list.strip_suffix(LIST)?.to_owned();
    let text = archive::entry_bytes(&mut archive, &list, limits).ok()??;
    let parts = parts(&text)?;
    let mut changes: Vec<(String, Change)> = Vec::new();
    if parts.iter().any(|part| part.kind == "xlMacrosheet" || part.kind == "xlIntlMacrosheet") {
        let text = String::from_utf8(text).ok()?;
        let text = text
            .replace("/relationships/xlMacrosheet", "/relationships/dialogsheet")
            .replace("/relationships/xlIntlMacrosheet", "/relationships/dialogsheet");
        changes.push((list, Change::Replace(text.into_bytes())));
    }
    for (kind, wanted) in [("sharedStrings", "sharedstrings.xml"), ("styles", "styles.xml")] {
        let wanted = format!("{folder}{wanted}");
        if let Some(part) = parts.iter().find(|part| part.kind == kind) {
            let stands = resolved(&folder, &part.target);
            if stands != wanted && names.contains(&stands) && !names.contains(&wanted) {
                changes.push((stands, Change::Rename(wanted)));
            }
        }
    }
    changes.extend(misnamed_sheets(&folder, &parts, &names));
    (!changes.is_empty()).then(|| rewritten(archive, &changes))?
}

/// The workbook without the stated dimensions of its sheets.
pub fn without_dimensions(bytes: &[u8], limits: &Limits) -> Option<Vec<u8>> {
    let mut archive = archive::open(bytes, limits).ok()?;
    let mut changes = Vec::new();
    for name in entry_names(&archive)
        .into_iter()
        .filter(|name| name.contains("worksheets/") && has_ending(name, "xml"))
    {
        let mut content = archive::entry_bytes(&mut archive, &name, limits).ok()??;
        let head = &content[..content.len().min(HEAD)];
        let Some(start) = find(head, b"dimension ") else { continue };
        let Some(start) = head[..start].iter().rposition(|byte| *byte == b'<') else { continue };
        let Some(length) = head[start..].iter().position(|byte| *byte == b'>') else { continue };
        // Only an element that is closed in itself can be cut out.
        if head[start + length - 1] == b'/' {
            content.drain(start..=start + length);
            changes.push((name, Change::Replace(content)));
        }
    }
    (!changes.is_empty()).then(|| rewritten(archive, &changes))?
}

/// The binary workbook without what the library leaves out or trusts: results of formulas that are errors are written
/// as plain errors, and a part is cut before a record that claims more bytes than follow. `None` where nothing is to
/// be done.
pub fn with_sound_records(bytes: &[u8], limits: &Limits) -> Option<Vec<u8>> {
    const PARTS: [&str; 3] = ["/sharedstrings.bin", "/styles.bin", "/workbook.bin"];
    let mut archive = archive::open(bytes, limits).ok()?;
    let mut changes = Vec::new();
    for name in entry_names(&archive).into_iter().filter(|name| {
        has_ending(name, "bin")
            && (name.contains("worksheets/") || PARTS.iter().any(|part| name.ends_with(part)))
    }) {
        let mut content = archive::entry_bytes(&mut archive, &name, limits).ok()??;
        let is_sheet = name.contains("worksheets/");
        if mend_records(&mut content, is_sheet) {
            changes.push((name, Change::Replace(content)));
        }
    }
    (!changes.is_empty()).then(|| rewritten(archive, &changes))?
}

/// Both records of errors begin with the column, the style and the code; what follows is not looked at.
fn mend_records(part: &mut Vec<u8>, is_sheet: bool) -> bool {
    const FORMULA_WITH_ERROR: u8 = 0x0B;
    const ERROR: u8 = 0x03;
    let mut changed = false;
    let mut at = 0;
    while let Some(&kind) = part.get(at) {
        let start = at;
        // Numbers of kinds above 127 take two bytes, lengths up to four, seven bits each.
        at += 1 + usize::from(kind & 0x80 != 0);
        let mut length = 0;
        for shift in [0, 7, 14, 21] {
            let Some(&byte) = part.get(at) else { return changed };
            at += 1;
            length |= usize::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        if length > part.len() - at {
            part.truncate(start);
            return true;
        }
        if is_sheet && kind == FORMULA_WITH_ERROR && length > 8 {
            part[start] = ERROR;
            changed = true;
        }
        at += length;
    }
    changed
}

/// Sheets whose part is missing under its stated name, where as many parts are there that nothing refers to.
fn misnamed_sheets(folder: &str, parts: &[Part], names: &[String]) -> Vec<(String, Change)> {
    let stated: Vec<String> = parts
        .iter()
        .filter(|part| part.kind == "worksheet")
        .map(|part| resolved(folder, &part.target))
        .collect();
    let missing: Vec<&String> = stated.iter().filter(|target| !names.contains(target)).collect();
    let referred: HashSet<&String> = stated.iter().collect();
    let mut spare: Vec<&String> = names
        .iter()
        .filter(|name| {
            name.contains("worksheets/") && !name.contains("_rels/") && !referred.contains(name)
        })
        .collect();
    spare.sort_unstable();
    if missing.len() != spare.len() {
        return Vec::new();
    }
    spare
        .into_iter()
        .zip(missing)
        .map(|(spare, missing)| (spare.clone(), Change::Rename(missing.clone())))
        .collect()
}

fn parts(list: &[u8]) -> Option<Vec<Part>> {
    let mut reader = Reader::from_reader(list);
    let mut buffer = Vec::new();
    let mut parts = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).ok()? {
            Event::Start(tag) | Event::Empty(tag)
                if tag.local_name().as_ref() == "Relationship" =>
            {
                let value = |name: &str| {
                    let attribute = tag
                        .attributes()
                        .with_checks(false)
                        .flatten()
                        .find(|a| a.key.as_ref() == name)?;
                    attribute
                        .normalized_value(XmlVersion::Explicit1_0)
                        .ok()
                        .map(std::borrow::Cow::into_owned)
                };
                let kind = value("Type").unwrap_or_default();
                let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
                parts.push(Part { kind, target: value("Target").unwrap_or_default() });
            }
            Event::Eof => return Some(parts),
            _ => {}
        }
    }
}

/// The normalised name of the entry a target means.
fn resolved(folder: &str, target: &str) -> String {
    let path = match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("{folder}{target}"),
    };
    let mut kept: Vec<&str> = Vec::new();
    for step in path.split(['/', '\\']) {
        match step {
            "." | "" => {}
            ".." => {
                kept.pop();
            }
            step => kept.push(step),
        }
    }
    archive::normalised(&kept.join("/"))
}

fn entry_names(archive: &Archive<'_>) -> Vec<String> {
    archive
        .file_names_raw()
        .map(|name| archive::normalised(&String::from_utf8_lossy(name)))
        .collect()
}

/// The file with another content of one of its parts, which is given by its normalised name.
pub fn with_part(bytes: &[u8], name: &str, content: Vec<u8>, limits: &Limits) -> Option<Vec<u8>> {
    let archive = archive::open(bytes, limits).ok()?;
    rewritten(archive, &[(name.to_owned(), Change::Replace(content))])
}

/// The archive with some entries renamed or replaced; `None` where it cannot be written again.
fn rewritten(mut archive: Archive<'_>, changes: &[(String, Change)]) -> Option<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).ok()?;
        let name = archive::normalised(&String::from_utf8_lossy(entry.name_raw()));
        match changes.iter().find(|(changed, _)| *changed == name) {
            None => writer.raw_copy_file(entry).ok()?,
            Some((_, Change::Rename(wanted))) => writer.raw_copy_file_rename(entry, wanted).ok()?,
            Some((_, Change::Replace(content))) => {
                writer.start_file(&name, SimpleFileOptions::default()).ok()?;
                writer.write_all(content).ok()?;
            }
        }
    }
    Some(writer.finish().ok()?.into_inner())
}

fn find(text: &[u8], needle: &[u8]) -> Option<usize> {
    text.windows(needle.len()).position(|window| window == needle)
}

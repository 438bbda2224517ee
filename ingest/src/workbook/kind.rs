//! What a file is, by its content.

use super::cells::WorkbookFormat;
use super::compound::CompoundFile;
use super::refusal::Refusal;
use super::text;

/// The family of a file, as its first bytes tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A zip archive: xlsx, xlsb, ods, or something else in a zip.
    Archive,
    /// An OLE compound file: xls, an encrypted workbook, or another document of that age.
    Compound,
    /// The records of Excel 2 to 4, without a container.
    Records,
    /// Text, possibly with separators.
    Text,
    /// Something else, with the reason why it is not read.
    Refused(Refusal),
}

const COMPOUND: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";

/// First bytes of worksheets of Excel 2, 3 and 4.
const RECORDS: [&[u8]; 3] = [b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00"];

/// First bytes of formats that hold tables and are not read.
const UNSUPPORTED: &[(&[u8], &str)] = &[
    (b"\x00\x00\x02\x00", "This is a Lotus 1-2-3 worksheet."),
    (b"\x00\x00\x1A\x00", "This is a Lotus 1-2-3 worksheet."),
    (b"ID;P", "This is a SYLK file (symbolic link), an old exchange format."),
    (b"TABLE\r\n0,1", "This is a DIF file (data interchange format)."),
    (b"TABLE\n0,1", "This is a DIF file (data interchange format)."),
    (
        b"\x1F\x8B",
        "This is a gzip archive; the file inside is read when it comes by mail or from a folder.",
    ),
    (b"7z\xBC\xAF\x27\x1C", "This is a 7z archive."),
    (b"Rar!\x1A\x07", "This is a RAR archive."),
    (b"BZh", "This is a bzip2 archive."),
    (b"\xFD7zXZ\x00", "This is an xz archive."),
    (b"PAR1", "This is a Parquet file."),
    (b"SQLite format 3\x00", "This is an SQLite database."),
];

/// First bytes of what is no table.
const NOT_A_WORKBOOK: &[(&[u8], &str)] = &[
    (b"%PDF", "This is a PDF document."),
    (b"\x89PNG", "This is a picture (PNG)."),
    (b"\xFF\xD8\xFF", "This is a picture (JPEG)."),
    (b"GIF8", "This is a picture (GIF)."),
    (b"BM", "This is a picture (bitmap)."),
    (b"II*\x00", "This is a picture (TIFF)."),
    (b"MM\x00*", "This is a picture (TIFF)."),
    (b"\xD7\xCD\xC6\x9A", "This is a picture (Windows metafile)."),
    (b"RIFF", "This is a sound, a film or a picture (RIFF)."),
    (b"ID3", "This is a sound (MP3)."),
    (b"OggS", "This is a sound (Ogg)."),
    (b"MZ", "This is a program."),
    (b"\x7FELF", "This is a program."),
    (b"{\\rtf", "This is a text document (RTF)."),
    (b"\x78\x9F\x3E\x22", "This is a container of Outlook (winmail.dat)."),
    (b"-----BEGIN ", "This is a signature, a key or an encrypted text."),
];

/// The refusal of an archive that holds files and is no document itself.
pub const PLAIN_ARCHIVE: Refusal =
    Refusal::unsupported("This is a zip archive and not itself a workbook.");

/// Decides by the first bytes.
pub fn of(bytes: &[u8]) -> Kind {
    if bytes.starts_with(b"PK\x03\x04")
        || bytes.starts_with(b"PK\x05\x06")
        || bytes.starts_with(b"PK\x07\x08")
    {
        return Kind::Archive;
    }
    if bytes.starts_with(COMPOUND) {
        return Kind::Compound;
    }
    if RECORDS.iter().any(|start| bytes.starts_with(start)) {
        return Kind::Records;
    }
    if let Some((_, sentence)) = UNSUPPORTED.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Kind::Refused(Refusal::unsupported(sentence));
    }
    let binary = !text::is_text(bytes);
    if let Some((_, sentence)) = NOT_A_WORKBOOK
        .iter()
        .find(|(magic, _)| bytes.starts_with(magic) && (binary || magic.len() > 3))
    {
        return Kind::Refused(Refusal::not_a_workbook(sentence));
    }
    if binary && is_dbase(bytes) {
        return Kind::Refused(Refusal::unsupported("This is a dBASE table (.dbf)."));
    }
    if binary {
        return Kind::Refused(Refusal::not_a_workbook(
            "This is neither text nor a workbook: its first bytes are of no format that holds tables.",
        ));
    }
    Kind::Text
}

/// The head of a dBASE file: its version, a date, and lengths that fit each other.
fn is_dbase(bytes: &[u8]) -> bool {
    let Some(head) = bytes.first_chunk::<32>() else { return false };
    let length = |at: usize| usize::from(u16::from_le_bytes([head[at], head[at + 1]]));
    matches!(head[0], 0x02 | 0x03 | 0x30 | 0x31 | 0x43 | 0x63 | 0x83 | 0x8B | 0xF5)
        && (1..=12).contains(&head[2])
        && (1..=31).contains(&head[3])
        && (33..=bytes.len()).contains(&length(8))
        && length(10) > 0
}

/// Decides what an archive holds by the names of its entries.
pub fn of_archive(names: &[String]) -> Result<WorkbookFormat, Refusal> {
    let has = |end: &str| {
        names.iter().any(|name| {
            name == end || name.strip_suffix(end).is_some_and(|rest| rest.ends_with('/'))
        })
    };
    let within = |start: &str| names.iter().any(|name| name.starts_with(start));
    if has("workbook.bin") {
        Ok(WorkbookFormat::Xlsb)
    } else if has("workbook.xml") || (within("xl/") && within("[content_types].xml")) {
        Ok(WorkbookFormat::Xlsx)
    } else if names.iter().any(|name| name == "content.xml") {
        Ok(WorkbookFormat::Ods)
    } else if within("word/") {
        Err(Refusal::not_a_workbook("This is a Word document."))
    } else if within("ppt/") {
        Err(Refusal::not_a_workbook("This is a presentation (PowerPoint)."))
    } else if within("index/") && names.iter().any(|name| has_ending(name, "iwa"))
        || within("index.zip")
    {
        Err(Refusal::unsupported("This is an Apple iWork document (Numbers)."))
    } else if within("encryptedpackage") {
        Err(Refusal::encrypted("The workbook is encrypted."))
    } else {
        Err(PLAIN_ARCHIVE)
    }
}

/// Whether a name, already in lower case, ends in this way.
pub fn has_ending(name: &str, ending: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, last)| last == ending)
}

/// Decides which stream of a compound file is the workbook.
pub fn of_compound(file: &CompoundFile<'_>) -> Result<&'static str, Refusal> {
    const PROTECTED: &str =
        "The workbook is encrypted: it is protected by a password or by rights management.";
    if file.has("EncryptedPackage") || file.has("EncryptionInfo") || file.has("DataSpaces") {
        return Err(Refusal::encrypted(PROTECTED));
    }
    for stream in ["Workbook", "Book"] {
        if file.has(stream) {
            return Ok(stream);
        }
    }
    Err(if file.has("WordDocument") {
        Refusal::not_a_workbook("This is a Word document of the old kind (.doc).")
    } else if file.has("PowerPoint Document") {
        Refusal::not_a_workbook("This is a presentation of the old kind (.ppt).")
    } else if file.has("__properties_version1.0") {
        Refusal::unsupported(
            "This is an Outlook message (.msg); the workbook inside is not opened.",
        )
    } else if file.has("NativeContent_MAIN") || file.has("PerfectOffice_MAIN") {
        Refusal::unsupported("This is a Quattro Pro notebook.")
    } else {
        Refusal::unsupported("This is an OLE compound file without a workbook in it.")
    })
}

//! The container of Outlook, `winmail.dat` (TNEF): the files in it.
//!
//! After [MS-OXTNEF]: a list of attributes, each with a length; those of an attachment follow its rendering data.

use encoding_rs::{Encoding, UTF_16LE, WINDOWS_1252};
use readings::{Problem, ProblemCode};

use super::archive::ArchivedFile;
use super::parameter::last_component;

/// The first bytes.
pub const SIGNATURE: &[u8] = b"\x78\x9F\x3E\x22";

const RENDERING: u16 = 0x9002;
const TITLE: u16 = 0x8010;
const DATA: u16 = 0x800F;
const PROPERTIES: u16 = 0x9005;
const CODE_PAGE: u16 = 0x9007;

const LONG_NAME: u16 = 0x3707;
const SHORT_NAME: u16 = 0x3704;
const DISPLAY_NAME: u16 = 0x3001;
const CONTENT: u16 = 0x3701;

const TEXT: u16 = 0x001E;
const WIDE_TEXT: u16 = 0x001F;
const BINARY: u16 = 0x0102;
const OBJECT: u16 = 0x000D;
const SEVERAL: u16 = 0x1000;

/// Files of one container; more are an attack.
const MOST_FILES: usize = 1_000;
/// How deep containers within containers are followed: messages that were attached.
const DEPTH: usize = 8;

/// An attachment while its attributes come by.
#[derive(Default)]
struct Found {
    title: Option<String>,
    names: [Option<String>; 3],
    data: Option<Vec<u8>>,
    object: Option<Vec<u8>>,
}

/// The files in the container, in its order.
pub fn files(content: &[u8]) -> Result<Vec<ArchivedFile>, Problem> {
    let found = found(content)?;
    let mut files = Vec::new();
    flatten(found, &[], 0, &mut files);
    if files.len() > MOST_FILES {
        return Err(too_many());
    }
    Ok(files)
}

/// The files, with those of the messages among them in the place of these.
fn flatten(found: Vec<Found>, path: &[String], depth: usize, files: &mut Vec<ArchivedFile>) {
    for file in found {
        let [long, short, display] = file.names;
        let name = long.or(file.title).or(short).or(display);
        let name = name.and_then(|name| last_component(&name));
        let content = file.data.or(file.object).unwrap_or_default();
        if depth < DEPTH
            && content.starts_with(SIGNATURE)
            && let Ok(inner) = self::found(&content)
        {
            let mut path = path.to_vec();
            path.push(name.unwrap_or_else(|| "forwarded message".to_owned()));
            flatten(inner, &path, depth + 1, files);
        } else {
            files.push(ArchivedFile { name, path: path.to_vec(), content });
        }
    }
}

/// The attachments of one container.
fn found(content: &[u8]) -> Result<Vec<Found>, Problem> {
    let mut rest = Bytes(content);
    rest.take(SIGNATURE.len() + 2).ok_or_else(damaged)?;
    let mut encoding = WINDOWS_1252;
    let mut found: Vec<Found> = Vec::new();
    while !rest.0.is_empty() {
        let Some((id, value)) = attribute(&mut rest) else {
            // What came before the cut is whole.
            return if found.is_empty() { Err(damaged()) } else { Ok(found) };
        };
        if id == RENDERING {
            if found.len() >= MOST_FILES {
                return Err(too_many());
            }
            found.push(Found::default());
        }
        match (id, found.last_mut()) {
            (CODE_PAGE, _) => {
                encoding = value
                    .first_chunk::<4>()
                    .map_or(encoding, |page| code_page(u32::from_le_bytes(*page)));
            }
            (TITLE, Some(file)) => file.title = Some(text(value, encoding)),
            (DATA, Some(file)) => file.data = Some(value.to_vec()),
            (PROPERTIES, Some(file)) => file.read_properties(value, encoding),
            _ => {}
        }
    }
    Ok(found)
}

fn attribute<'a>(rest: &mut Bytes<'a>) -> Option<(u16, &'a [u8])> {
    rest.take(1)?;
    let id = rest.short()?;
    rest.short()?;
    let length = rest.long()?;
    let value = rest.take(length as usize)?;
    rest.take(2)?;
    Some((id, value))
}

impl Found {
    fn read_properties(&mut self, value: &[u8], encoding: &'static Encoding) {
        let mut rest = Bytes(value);
        let Some(count) = rest.long() else { return };
        for _ in 0..count {
            if self.read_property(&mut rest, encoding).is_none() {
                return;
            }
        }
    }

    /// Reads one property; `None` at the end, or where it is not understood.
    fn read_property(&mut self, rest: &mut Bytes<'_>, encoding: &'static Encoding) -> Option<()> {
        let kind = rest.short()?;
        let id = rest.short()?;
        if id >= 0x8000 {
            rest.take(16)?;
            if rest.long()? == 0 {
                rest.take(4)?;
            } else {
                let length = rest.long()? as usize;
                rest.take_padded(length)?;
            }
        }
        let single = kind & !SEVERAL;
        let is_variable = matches!(single, TEXT | WIDE_TEXT | BINARY | OBJECT);
        let values = if is_variable || kind & SEVERAL != 0 { rest.long()? } else { 1 };
        for _ in 0..values {
            let length = if is_variable { rest.long()? as usize } else { fixed_length(single)? };
            let value = rest.take_padded(length)?;
            let as_text = || match single {
                WIDE_TEXT => {
                    UTF_16LE.decode_without_bom_handling(value).0.trim_end_matches('\0').to_owned()
                }
                _ => text(value, encoding),
            };
            match id {
                LONG_NAME => self.names[0] = Some(as_text()),
                SHORT_NAME => self.names[1] = Some(as_text()),
                DISPLAY_NAME => self.names[2] = Some(as_text()),
                // An object begins with the number of its interface.
                CONTENT if single == OBJECT => self.object = value.get(16..).map(<[u8]>::to_vec),
                CONTENT => self.object = Some(value.to_vec()),
                _ => {}
            }
        }
        Some(())
    }
}

fn fixed_length(kind: u16) -> Option<usize> {
    match kind {
        0x0002 | 0x0003 | 0x0004 | 0x000A | 0x000B => Some(4),
        0x0005 | 0x0006 | 0x0007 | 0x0014 | 0x0040 => Some(8),
        0x0048 => Some(16),
        0x0001 => Some(0),
        _ => None,
    }
}

/// The encoding of a code page of Windows; the western one where the page is not known.
pub(super) fn code_page(page: u32) -> &'static Encoding {
    let label = match page {
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        65_001 => "utf-8".to_owned(),
        other => format!("windows-{other}"),
    };
    Encoding::for_label(label.as_bytes()).unwrap_or(WINDOWS_1252)
}

fn text(value: &[u8], encoding: &'static Encoding) -> String {
    let end = value.iter().position(|byte| *byte == 0).unwrap_or(value.len());
    encoding.decode_without_bom_handling(&value[..end]).0.into_owned()
}

fn too_many() -> Problem {
    Problem::of_file(
        ProblemCode::LimitExceeded,
        format!("The container of Outlook holds more than {MOST_FILES} files."),
    )
}

fn damaged() -> Problem {
    Problem::of_file(
        ProblemCode::DamagedMail,
        "The container of Outlook (winmail.dat) is damaged or cut off.",
    )
}

/// Bytes that are taken from the front.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// Takes a value and what fills it up to four bytes.
    fn take_padded(&mut self, length: usize) -> Option<&'a [u8]> {
        let taken = self.take(length)?;
        let fill = (4 - length % 4) % 4;
        self.take(fill.min(self.0.len()))?;
        Some(taken)
    }

    fn short(&mut self) -> Option<u16> {
        self.take(2)?.first_chunk().map(|bytes| u16::from_le_bytes(*bytes))
    }

    fn long(&mut self) -> Option<u32> {
        self.take(4)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(id: u16, value: &[u8]) -> Vec<u8> {
        let mut bytes = vec![2];
        bytes.extend(id.to_le_bytes());
        bytes.extend([0, 0]);
        bytes.extend(u32::try_from(value.len()).unwrap().to_le_bytes());
        bytes.extend(value);
        bytes.extend([0, 0]);
        bytes
    }

    #[test]
    fn files_are_found_and_a_cut_leaves_those_before_it() {
        let whole = [
            SIGNATURE,
            &[0, 0],
            &attribute(RENDERING, b""),
            &attribute(TITLE, b"a.xls\0"),
            &attribute(DATA, b"content"),
            &attribute(RENDERING, b""),
            &attribute(DATA, b"second"),
        ]
        .concat();
        let first = ArchivedFile {
            name: Some("a.xls".to_owned()),
            path: Vec::new(),
            content: b"content".to_vec(),
        };
        let second = ArchivedFile { name: None, path: Vec::new(), content: b"second".to_vec() };
        assert_eq!(files(&whole), Ok(vec![first.clone(), second]));
        assert_eq!(files(&whole[..whole.len() - 12]).unwrap()[0], first);
        assert!(files(&whole[..8]).is_err());
    }

    #[test]
    fn a_message_within_is_opened_and_named_on_the_way() {
        let file = [attribute(RENDERING, b""), attribute(TITLE, b"a.xls\0"), attribute(DATA, b"x")];
        let inner = [SIGNATURE, &[0, 0], &file.concat()].concat();
        let property = [
            &1_u32.to_le_bytes()[..],
            &OBJECT.to_le_bytes(),
            &CONTENT.to_le_bytes(),
            &1_u32.to_le_bytes(),
            &u32::try_from(inner.len() + 16).unwrap().to_le_bytes(),
            &[7; 16],
            &inner,
        ];
        let outer = [
            SIGNATURE,
            &[0, 0],
            &attribute(RENDERING, b""),
            &attribute(TITLE, b"Fwd: bill\0"),
            &attribute(PROPERTIES, &property.concat()),
        ]
        .concat();
        let found = files(&outer).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name.as_deref(), Some("a.xls"));
        assert_eq!(found[0].path, ["Fwd: bill"]);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(rest: Vec<u8>) {
            let _ = files(&[SIGNATURE, &rest].concat());
        }
    }
}

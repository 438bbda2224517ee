//! Ways in which files are damaged.

use std::io::{Cursor, Read, Write};

use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// What is done to a file.
#[derive(Debug, Clone)]
pub struct Damage {
    /// The file.
    pub file: usize,
    /// Another one, of which bytes are taken.
    pub other: usize,
    kind: Kind,
    /// Whether it happens to a part within the archive, where the file is one.
    within: bool,
    places: Vec<f64>,
    bytes: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    /// The end is missing.
    Cut,
    /// Bytes are others.
    Flip,
    /// It goes on as the other file does.
    Splice,
    /// A piece is missing.
    Remove,
    /// A piece comes twice.
    Repeat,
    /// A number is the largest that there is.
    Number,
    /// A part of the archive is one of the other archive.
    Exchange,
    /// Nothing: the file itself.
    Nothing,
}

impl Damage {
    /// Any damage of any of so many files.
    pub fn of(files: usize) -> impl Strategy<Value = Self> {
        let kind = prop_oneof![
            2 => Just(Kind::Cut),
            4 => Just(Kind::Flip),
            2 => Just(Kind::Splice),
            1 => Just(Kind::Remove),
            1 => Just(Kind::Repeat),
            2 => Just(Kind::Number),
            2 => Just(Kind::Exchange),
            1 => Just(Kind::Nothing),
        ];
        // Heads decide more than bodies.
        let place = prop_oneof![2 => 0.0..1.0, 1 => 0.0..0.05_f64];
        let places = proptest::collection::vec(place, 2..20);
        let bytes = proptest::collection::vec(any::<u8>(), 20);
        (0..files, 0..files, kind, any::<bool>(), places, bytes).prop_map(
            |(file, other, kind, within, places, bytes)| Self {
                file,
                other,
                kind,
                within,
                places,
                bytes,
            },
        )
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a part of a small length"
)]
fn part(length: usize, part: f64) -> usize {
    (length as f64 * part) as usize
}

/// The file after the damage.
pub fn damaged(file: &[u8], other: &[u8], damage: &Damage) -> Vec<u8> {
    if (damage.within || matches!(damage.kind, Kind::Exchange))
        && let Some(parts) = parts(file)
    {
        return within(parts, other, damage);
    }
    plain(file, other, damage)
}

fn plain(file: &[u8], other: &[u8], damage: &Damage) -> Vec<u8> {
    let at = part(file.len(), damage.places[0]);
    let length = part(file.len() - at, damage.places[1]);
    match damage.kind {
        Kind::Cut => file[..at].to_vec(),
        Kind::Flip => {
            let mut file = file.to_vec();
            for (place, byte) in damage.places.iter().zip(&damage.bytes) {
                let at = part(file.len(), *place);
                if let Some(old) = file.get_mut(at) {
                    *old = *byte;
                }
            }
            file
        }
        Kind::Splice | Kind::Exchange => {
            let from = part(other.len(), damage.places[1]);
            [&file[..at], &other[from..]].concat()
        }
        Kind::Remove => [&file[..at], &file[at + length..]].concat(),
        Kind::Repeat => [&file[..at + length], &file[at..]].concat(),
        Kind::Number => {
            let digits = file[at..].iter().position(u8::is_ascii_digit).map(|found| at + found);
            let Some(start) = digits else { return file.to_vec() };
            let end = file[start..].iter().position(|byte| !byte.is_ascii_digit());
            let end = end.map_or(file.len(), |length| start + length);
            let number: &[u8] = match damage.bytes[0] % 4 {
                0 => b"4294967295",
                1 => b"18446744073709551616",
                2 => b"-1",
                _ => b"1e308",
            };
            [&file[..start], number, &file[end..]].concat()
        }
        Kind::Nothing => file.to_vec(),
    }
}

/// The parts of an archive by name, inflated; `None` for what is none.
fn parts(file: &[u8]) -> Option<Vec<(String, Vec<u8>)>> {
    let mut archive = ZipArchive::new(Cursor::new(file)).ok()?;
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).ok()?;
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        let mut content = Vec::new();
        entry.by_ref().take(1 << 20).read_to_end(&mut content).ok()?;
        parts.push((name, content));
    }
    (!parts.is_empty()).then_some(parts)
}

fn within(mut parts: Vec<(String, Vec<u8>)>, other: &[u8], damage: &Damage) -> Vec<u8> {
    let index = usize::from(damage.bytes[1]) % parts.len();
    let others = self::parts(other);
    let foreign = match &others {
        Some(others) => others[usize::from(damage.bytes[2]) % others.len()].1.clone(),
        None => other.to_vec(),
    };
    parts[index].1 = match damage.kind {
        Kind::Exchange => foreign,
        _ => plain(&parts[index].1, &foreign, damage),
    };
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in parts {
        // A name that stands twice cannot be written twice.
        if zip.start_file(name, options).is_ok() {
            zip.write_all(&content).expect("writes");
        }
    }
    zip.finish().expect("finishes").into_inner()
}

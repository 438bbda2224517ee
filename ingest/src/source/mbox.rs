//! An mbox: mails one after the other in one file, each after a line that begins with `From `.
//!
//! A mail is known by its place in the file and the digest of its bytes: a file that grows keeps what was taken, one
//! that was packed anew is read again and recognised. Of lines that were quoted as `>From `, `>>From ` and so on, one
//! `>` is taken away (the variant `mboxrd`), so that a mail is the same as by any other way. Nothing is ever written.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{Fetched, Item, ItemError, Kept, MAX_BYTES, Source, SourceError, apart, hex};

/// An mbox.
#[derive(Debug, Clone)]
pub struct Mbox {
    name: String,
    path: PathBuf,
}

impl Mbox {
    /// The file at `path`.
    pub fn open(name: &str, path: PathBuf) -> Self {
        Self { name: name.to_owned(), path }
    }
}

impl Source for Mbox {
    fn name(&self) -> &str {
        &self.name
    }

    async fn list(&self) -> Result<Vec<Item>, SourceError> {
        let path = self.path.clone();
        let listed = apart(move || {
            let items = places(BufReader::new(File::open(&path)?))?.into_iter().map(|place| Item {
                location: format!("{};{}", place.start, place.length),
                version: place.digest,
                is_acknowledged: true,
                file: path.clone(),
            });
            Ok(items.collect())
        });
        listed.await.map_err(|error| SourceError::unreadable(&self.name, &self.path, &error))
    }

    async fn fetch(&self, item: &Item) -> Result<Fetched, ItemError> {
        let (start, length) = item
            .location
            .split_once(';')
            .and_then(|(start, length)| Some((start.parse().ok()?, length.parse().ok()?)))
            .ok_or(ItemError::Vanished)?;
        if length > MAX_BYTES {
            return Err(ItemError::TooLarge);
        }
        let path = item.file.clone();
        let bytes = apart(move || read(&path, start, length)).await.map_err(ItemError::Read)?;
        if digest_text(Sha256::digest(&bytes).as_slice()) != item.version {
            // The file was written anew since it was listed.
            return Err(ItemError::Vanished);
        }
        Ok(Fetched::Mail(unquoted(&bytes)))
    }

    async fn acknowledge(&self, _item: &Item, _kept: Kept) -> Result<(), ItemError> {
        Ok(())
    }
}

struct Place {
    start: u64,
    length: u64,
    digest: String,
}

/// Finds the mails; a line of any length takes no more memory than a piece of it.
fn places(mut file: impl BufRead) -> io::Result<Vec<Place>> {
    let mut places = Vec::new();
    let (mut at, mut start) = (0_u64, None);
    let mut digest = Sha256::new();
    let (mut begins_line, mut after_blank) = (true, true);
    let mut piece = Vec::with_capacity(8192);
    loop {
        piece.clear();
        (&mut file).take(8192).read_until(b'\n', &mut piece)?;
        let is_separator = begins_line && after_blank && piece.starts_with(b"From ");
        if piece.is_empty() || is_separator {
            if let Some(start) = start.take() {
                let digest = digest_text(std::mem::take(&mut digest).finalize().as_slice());
                places.push(Place { start, length: at - start, digest });
            }
            if piece.is_empty() {
                return Ok(places);
            }
        }
        at += piece.len() as u64;
        let ends_line = piece.ends_with(b"\n");
        if is_separator {
            // The rest of a long separator belongs to it.
            if !ends_line {
                at += file.skip_until(b'\n')? as u64;
            }
            start = Some(at);
            (begins_line, after_blank) = (true, false);
            continue;
        }
        if start.is_some() {
            digest.update(&piece);
        }
        after_blank = begins_line && matches!(piece.as_slice(), b"\n" | b"\r\n");
        begins_line = ends_line;
    }
}

fn read(path: &Path, start: u64, length: u64) -> io::Result<Vec<u8>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Takes one `>` from lines such as `>From` and `>>From`.
fn unquoted(bytes: &[u8]) -> Vec<u8> {
    let mut mail = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let marks = line.iter().take_while(|byte| **byte == b'>').count();
        let is_quoted = marks > 0 && line[marks..].starts_with(b"From ");
        mail.extend_from_slice(&line[usize::from(is_quoted)..]);
    }
    mail
}

fn digest_text(digest: &[u8]) -> String {
    hex(&digest[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<(u64, u64)> {
        let places = places(text.as_bytes()).expect("reads");
        places.into_iter().map(|place| (place.start, place.length)).collect()
    }

    #[test]
    fn mails_begin_after_a_separator_that_follows_an_empty_line() {
        let text = "From a Mon\nSubject: 1\n\nFrom here on\n>From x\n\nFrom b Tue\nSubject: 2\n";
        let first = "Subject: 1\n\n";
        // The line after the headers follows an empty line, so it is a separator; a writer has to quote it.
        assert_eq!(found(text), [(11, first.len() as u64), (36, 9), (56, 11)]);
        assert_eq!(found(""), []);
        assert_eq!(found("no separator\n"), []);
        let long = format!(
            "From {}\r\nSubject: 1\r\n\r\n{}\r\n\r\nFrom b\r\nX: y",
            "a".repeat(20_000),
            "b".repeat(20_000)
        );
        assert_eq!(found(&long), [(20_007, 20_018), (40_033, 4)]);
    }

    #[test]
    fn one_mark_is_taken_from_quoted_lines() {
        assert_eq!(
            unquoted(b">From a\n>>From b\n>Frost\nFrom c\n"),
            b"From a\n>From b\n>Frost\nFrom c\n"
        );
    }
}

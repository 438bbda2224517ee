//! Real mails: every attachment of every mail is found, with its name, type and bytes.

#![expect(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

use std::fmt::Write as _;
use std::time::Instant;

use ingest::message::{self, Message, archive};
use ingest::workbook::Limits;
use sha2::{Digest, Sha256};

use crate::corpus;

#[derive(Debug, PartialEq, serde::Deserialize)]
struct Expected {
    name: Option<String>,
    #[serde(rename = "type")]
    content_type: String,
    bytes: usize,
    sha12: String,
}

#[test]
fn the_attachments_of_real_mails_are_found() {
    let (mut agreed, mut recorded) = (0, Vec::new());
    let mut differing = Vec::new();
    let mut entries = corpus::entries("mail");
    entries.retain(|entry| !entry.file.contains(".tnef"));
    let total = entries.len();
    for entry in entries {
        let begun = Instant::now();
        let message = message::parse(&entry.content);
        assert!(begun.elapsed().as_secs() < 5, "{} took {:?}", entry.file, begun.elapsed());
        match difference(&entry.expected, &message) {
            None => agreed += 1,
            Some(_) if !message.problems.is_empty() => recorded.push(entry.file),
            Some(difference) => differing.push(format!("{}\n{difference}", entry.file)),
        }
    }
    println!(
        "{agreed} of {total} mails agree, {} differ with the damage recorded: {recorded:?}",
        recorded.len()
    );
    assert!(differing.is_empty(), "{} mails differ:\n{}", differing.len(), differing.join("\n"));
    assert_eq!(agreed + recorded.len(), total);
    assert!(recorded.len() * 20 < total, "too many differ: {recorded:?}");
}

#[test]
fn the_files_in_containers_of_outlook_are_found() {
    #[derive(serde::Deserialize)]
    struct Packed {
        name: String,
        bytes: usize,
    }
    let mut containers = corpus::entries("mail");
    containers.retain(|entry| entry.file.contains(".tnef"));
    assert!(!containers.is_empty());
    for entry in containers {
        let start = entry.expected.find('[').unwrap();
        let expected: Vec<Packed> = serde_json::from_str(&entry.expected[start..]).unwrap();
        let expected: Vec<_> = expected.into_iter().map(|file| (file.name, file.bytes)).collect();
        let files = archive::open(None, &entry.content, &Limits::default()).unwrap().unwrap();
        let found: Vec<_> = files
            .into_iter()
            .map(|file| (file.name.unwrap_or_default(), file.content.len()))
            .collect();
        if entry.file.ends_with("winmail.tnef") {
            // Objects of Word: the other reader cuts what fills their last sector.
            assert_eq!(found.len(), expected.len());
        } else {
            assert_eq!(found, expected, "{}", entry.file);
        }
    }
}

/// How a message differs from what is expected of it.
fn difference(expected: &str, message: &Message) -> Option<String> {
    let is_damaged = expected.contains("damaged:");
    if is_damaged && !message.problems.is_empty() {
        return None;
    }
    let mut differences = Vec::new();
    if let Some(subject) = subject(expected)
        && !same_text(&subject, message.subject.as_deref().unwrap_or_default())
    {
        differences.push(format!("  subject {:?} for {subject:?}", message.subject));
    }
    let found: Vec<Expected> = message
        .attachments
        .iter()
        .map(|attachment| Expected {
            name: attachment.file_name.clone(),
            content_type: attachment.content_type.clone(),
            bytes: attachment.content.len(),
            sha12: digest_start(&attachment.content),
        })
        .collect();
    let wanted = attachments(expected);
    let same = found.len() == wanted.len()
        && found.iter().zip(&wanted).all(|(found, wanted)| {
            same_name(wanted.name.as_deref(), found.name.as_deref())
                && found.content_type == wanted.content_type
                && found.bytes == wanted.bytes
                && found.sha12 == wanted.sha12
        });
    if !same {
        differences.push(format!("  found  {found:?}\n  wanted {wanted:?}"));
    }
    if is_damaged && message.problems.is_empty() {
        differences.push("  the damage is not recorded".to_owned());
    }
    (!differences.is_empty()).then(|| differences.join("\n"))
}

fn attachments(expected: &str) -> Vec<Expected> {
    let Some(start) = expected.find("[{").filter(|_| !expected.contains("message/rfc822): none"))
    else {
        return Vec::new();
    };
    let mut values = serde_json::Deserializer::from_str(&expected[start..]).into_iter();
    values.next().unwrap().unwrap_or_else(|error| panic!("{error}: {expected}"))
}

/// The subject is written as a literal of Python.
fn subject(expected: &str) -> Option<String> {
    let start = expected.find("subject ")? + "subject ".len();
    let end = expected.find("; attachments")?;
    let literal = expected.get(start..end)?;
    let inner = literal.get(1..literal.len().checked_sub(1)?)?;
    Some(inner.replace("\\'", "'").replace("\\t", "\t").replace("\\\\", "\\"))
}

/// Bytes that are in no character set may become one replacement character or several.
fn same_text(expected: &str, found: &str) -> bool {
    let plain = |text: &str| {
        text.chars()
            .filter(|c| *c != char::REPLACEMENT_CHARACTER && !c.is_whitespace())
            .collect::<String>()
    };
    plain(expected) == plain(found)
        || expected.contains(char::REPLACEMENT_CHARACTER)
            && plain(expected).len() <= plain(found).len()
}

fn same_name(expected: Option<&str>, found: Option<&str>) -> bool {
    match (expected, found) {
        (None, None) => true,
        (Some(expected), Some(found)) => {
            let expected = expected
                .strip_suffix(" (keep the last component only)")
                .map_or(expected, |path| path.rsplit('/').next().unwrap_or_default());
            same_text(expected, found)
        }
        _ => false,
    }
}

/// The first twelve hexadecimal digits of the digest.
fn digest_start(content: &[u8]) -> String {
    let mut digits = String::new();
    for byte in &Sha256::digest(content)[..6] {
        write!(digits, "{byte:02x}").unwrap();
    }
    digits
}

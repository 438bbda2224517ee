//! Messages as Outlook saves them, written with another program's library for compound files.

use std::io::{Cursor, Write};

use super::super::*;

type File = cfb::CompoundFile<Cursor<Vec<u8>>>;

fn stream(file: &mut File, path: &str, content: &[u8]) {
    file.create_stream(path).unwrap().write_all(content).unwrap();
}

fn wide(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn text(file: &mut File, folder: &str, id: &str, value: &str) {
    stream(file, &format!("{folder}/__substg1.0_{id}001F"), &wide(value));
}

/// Values of fixed length behind a head of so many bytes.
fn properties(file: &mut File, folder: &str, head: usize, values: &[(u16, u16, u64)]) {
    let mut content = vec![0; head];
    for (kind, id, value) in values {
        content.extend(kind.to_le_bytes());
        content.extend(id.to_le_bytes());
        content.extend([0; 4]);
        content.extend(value.to_le_bytes());
    }
    stream(file, &format!("{folder}/__properties_version1.0"), &content);
}

fn attachment(file: &mut File, folder: &str, name: &str, content: &[u8]) {
    file.create_storage(folder).unwrap();
    properties(file, folder, 8, &[(3, 0x3705, 1)]);
    text(file, folder, "3707", name);
    stream(file, &format!("{folder}/__substg1.0_37010102"), content);
}

const TABLE: &[u8] = b"meter;month;kWh\nA;2024-01;1\nA;2024-02;2\n";

/// A mail with a csv, a message with another one, and a reference.
fn message() -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
    // 2 January 2024, 9 o'clock in UTC.
    properties(&mut file, "", 32, &[(0x40, 0x0039, 133_486_596_000_000_000)]);
    text(&mut file, "", "0037", "Zähler May");
    text(&mut file, "", "5D01", "ann@example.org");
    text(&mut file, "", "1035", "<1@example.org>");
    attachment(&mut file, "/__attach_version1.0_#00000000", "C:\\a\\Zähler.csv", TABLE);
    let long = TABLE.repeat(300);
    let outer = "/__attach_version1.0_#00000001";
    file.create_storage(outer).unwrap();
    properties(&mut file, outer, 8, &[(3, 0x3705, 5)]);
    text(&mut file, outer, "3001", "Fwd: April");
    let inner = format!("{outer}/__substg1.0_3701000D");
    file.create_storage(&inner).unwrap();
    properties(&mut file, &inner, 24, &[]);
    attachment(&mut file, &format!("{inner}/__attach_version1.0_#00000000"), "april.csv", &long);
    let linked = "/__attach_version1.0_#00000002";
    file.create_storage(linked).unwrap();
    properties(&mut file, linked, 8, &[(3, 0x3705, 7)]);
    text(&mut file, linked, "3707", "june.xlsx");
    file.into_inner().into_inner()
}

#[test]
fn files_and_those_of_messages_within_are_found() {
    let raw = message();
    assert!(is_outlook(&raw));
    let read = parse(&raw);
    assert_eq!(read.subject.as_deref(), Some("Zähler May"));
    assert_eq!(read.sender.as_deref(), Some("ann@example.org"));
    assert_eq!(read.header_id.as_deref(), Some("1@example.org"));
    assert_eq!(read.sent_at, Some("2024-01-02T09:00:00Z".parse().unwrap()));
    let found: Vec<_> = read
        .attachments
        .iter()
        .map(|file| (file.file_name.as_deref(), file.path.join("/"), file.content.len()))
        .collect();
    assert_eq!(
        found,
        [
            (Some("Zähler.csv"), String::new(), TABLE.len()),
            (Some("april.csv"), "Fwd: April".to_owned(), TABLE.len() * 300),
        ]
    );
    assert_eq!(read.attachments[0].content, TABLE);
    let codes: Vec<_> = read.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, [ProblemCode::CloudLink]);
}

#[test]
fn one_that_is_attached_to_a_mail_gives_its_files() {
    let mut outer = Message::default();
    outer.attach(
        Some("bill.msg".to_owned()),
        "application/vnd.ms-outlook".to_owned(),
        Vec::new(),
        message(),
    );
    let paths: Vec<_> = outer.attachments.iter().map(|file| file.path.join("/")).collect();
    assert_eq!(paths, ["bill.msg", "bill.msg/Fwd: April"]);
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(300))]
    #[test]
    fn damage_never_makes_it_panic(cut in 0.0..1.3_f64, flips: Vec<(u16, u8)>) {
        let mut raw = message();
        for (place, byte) in flips {
            let at = usize::from(place) % raw.len();
            raw[at] = byte;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a part of a small length"
        )]
        raw.truncate((raw.len() as f64 * cut) as usize);
        let read = parse(&raw);
        let taken: usize = read.attachments.iter().map(|file| file.content.len()).sum();
        proptest::prop_assert!(taken <= raw.len());
    }
}

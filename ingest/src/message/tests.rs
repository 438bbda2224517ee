//! Mails as senders and relays make them.

use super::*;

const WORKBOOK: &str = "UEsDBBQAAAAIAAAAIQA=";

fn with_attachment(headers: &str) -> Message {
    let raw = format!(
        "From: Ann <ann@example.org>\r\nSubject: =?utf-8?Q?Z=C3=A4hler?=\r\nMessage-ID: <1@example.org>\r\n\
         Date: Tue, 2 Jan 2024 10:00:00 +0100\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nHello\r\n\
         --x\r\n{headers}Content-Transfer-Encoding: base64\r\n\r\n{WORKBOOK}\r\n--x--\r\n"
    );
    parse(raw.as_bytes())
}

#[test]
fn headers_are_read() {
    let message = with_attachment("Content-Type: application/octet-stream\r\n");
    assert_eq!(message.header_id.as_deref(), Some("1@example.org"));
    assert_eq!(message.sender.as_deref(), Some("ann@example.org"));
    assert_eq!(message.subject.as_deref(), Some("Zähler"));
    assert_eq!(message.sent_at, Some("2024-01-02T09:00:00Z".parse().unwrap()));
}

#[test]
fn an_attachment_is_found_whatever_its_headers_say() {
    for headers in [
        "Content-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=a.xlsx\r\n",
        "Content-Type: application/octet-stream; name=a.xlsx\r\nContent-Disposition: inline\r\n",
        "Content-Type: text/plain; name=a.xlsx\r\n",
        "Content-Type: image/png; name=a.xlsx\r\n",
        "Content-Disposition: inline; filename=\"..\\a.xlsx\"\r\n",
    ] {
        let message = with_attachment(headers);
        assert_eq!(message.attachments.len(), 1, "{headers}");
        assert_eq!(message.attachments[0].file_name.as_deref(), Some("a.xlsx"), "{headers}");
        assert!(message.attachments[0].content.starts_with(b"PK\x03\x04"), "{headers}");
        assert!(message.attachments[0].can_be_workbook(), "{headers}");
    }
}

#[test]
fn texts_keep_their_bytes() {
    let raw = "Subject: a\r\nContent-Type: text/csv; charset=iso-8859-1; name=a.csv\r\n\
               Content-Transfer-Encoding: quoted-printable\r\n\r\nZ=E4hler;kWh\r\n1;2\r\n";
    let message = parse(raw.as_bytes());
    assert_eq!(message.attachments[0].content, b"Z\xE4hler;kWh\r\n1;2\r\n");
    assert!(message.attachments[0].can_be_workbook());
}

#[test]
fn forwarded_messages_are_followed_and_named() {
    let inner = format!(
        "Subject: May\r\nContent-Type: application/vnd.ms-excel; name=a.xls\r\n\
         Content-Transfer-Encoding: base64\r\n\r\n{WORKBOOK}\r\n"
    );
    let raw = format!(
        "Subject: Fwd\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n\
         --x\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--x--\r\n"
    );
    let message = parse(raw.as_bytes());
    assert_eq!(message.attachments.len(), 1);
    assert_eq!(message.attachments[0].path, ["May"]);
    assert_eq!(message.attachments[0].file_name.as_deref(), Some("a.xls"));
}

#[test]
fn an_encoded_message_is_opened_and_a_flood_in_it_is_cut() {
    let flood = ";a=b".repeat(40_000);
    let inner = format!(
        "Subject: May\r\nX: y\r\nContent-Type: text/csv; name=a.csv{flood}\r\n\r\nmeter;kWh\r\n1;2\r\n"
    );
    let raw = format!(
        "Subject: Fwd\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
        base64_of_text(&inner)
    );
    let message = parse(raw.as_bytes());
    assert_eq!(message.attachments[0].path, ["May"]);
    assert_eq!(message.attachments[0].file_name.as_deref(), Some("a.csv"));
    assert!(message.problems.iter().any(|problem| problem.code == ProblemCode::LimitExceeded));
}

/// Base64, for the tests alone.
fn base64_of_text(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for three in text.as_bytes().chunks(3) {
        let at = |index: usize| u32::from(three.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for index in 0..=three.len() {
            encoded.push(char::from(LETTERS[(bits >> (18 - 6 * index) & 63) as usize]));
        }
        encoded.push_str(&"="[..(3 - three.len()).min(1)]);
        encoded.push_str(&"="[..(3 - three.len()).saturating_sub(1).min(1)]);
    }
    encoded
}

#[test]
fn a_cut_mail_gives_what_came_and_says_so() {
    let raw = format!(
        "Subject: a\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\
         Content-Type: application/vnd.ms-excel; name=a.xls\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
        &WORKBOOK[..14]
    );
    let message = parse(raw.as_bytes());
    assert!(message.attachments[0].content.starts_with(b"PK\x03\x04"));
    assert!(message.problems.iter().any(|problem| problem.code == ProblemCode::DamagedMail));
}

#[test]
fn a_file_in_an_archive_takes_the_place_of_the_archive() {
    use std::io::Write;

    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("2024/May.csv", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(b"meter;kWh\n1;2\n").unwrap();
    let zip = zip.finish().unwrap().into_inner();
    let mut message = Message::default();
    message.attach(
        Some("may.zip".to_owned()),
        "application/zip".to_owned(),
        vec!["Fwd".to_owned()],
        zip,
    );
    assert_eq!(message.attachments.len(), 1);
    assert_eq!(message.attachments[0].path, ["Fwd", "may.zip"]);
    assert_eq!(message.attachments[0].file_name.as_deref(), Some("May.csv"));
    assert_eq!(message.attachments[0].content, b"meter;kWh\n1;2\n");
}

#[test]
fn containers_that_are_not_opened_are_kept_and_named() {
    let raw = "Subject: a\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n\r\nx\r\n";
    let message = parse(raw.as_bytes());
    assert_eq!(message.attachments.len(), 1);
    assert_eq!(message.problems[0].code, ProblemCode::UnsupportedContainer);
}

#[test]
fn a_link_instead_of_a_file_is_named() {
    let raw = "Subject: a\r\n\r\nThe readings: https://acme.sharepoint.com/:x:/r/may.xlsx\r\n";
    assert_eq!(parse(raw.as_bytes()).problems[0].code, ProblemCode::CloudLink);
}

#[test]
fn what_is_no_mail_is_a_problem() {
    for raw in [&b""[..], b"\n\n", b"\xFF\xFE\x00"] {
        let message = parse(raw);
        assert_eq!(message.attachments, []);
    }
    assert_eq!(parse(b"").problems[0].code, ProblemCode::DamagedMail);
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(raw: Vec<u8>) {
        parse(&raw);
    }
}

//! Mails as senders and relays make them.

mod outlook;

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

fn signed_mail(content: &[u8], kind: u8) -> Message {
    let wrap = |tag: u8, content: &[u8]| {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[tag, 0x82], length.as_slice(), content].concat()
    };
    let data = wrap(0xA0, &wrap(4, content));
    let data = wrap(0x30, &[b"\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07\x01", &data[..]].concat());
    let signed = wrap(0x30, &[b"\x02\x01\x01\x31\x00", &data[..], b"\x31\x00"].concat());
    let kind = [b"\x06\x09\x2A\x86\x48\x86\xF7\x0D\x01\x07", &[kind][..]].concat();
    let container = wrap(0x30, &[kind, wrap(0xA0, &signed)].concat());
    let head = "Subject: a\r\nContent-Type: application/pkcs7-mime; name=smime.p7m\r\n\
                Content-Transfer-Encoding: binary\r\n\r\n";
    parse(&[head.as_bytes(), &container].concat())
}

#[test]
fn the_workbook_of_a_mail_that_is_signed_as_a_whole_is_taken_out() {
    let table = "meter;kWh\n1;2\n1;3\n";
    let part = format!("Content-Type: text/csv; name=a.csv\r\n\r\n{table}");
    let message = signed_mail(part.as_bytes(), 2);
    assert_eq!(message.problems, []);
    assert_eq!(message.attachments.len(), 1);
    assert_eq!(message.attachments[0].file_name.as_deref(), Some("a.csv"));
    assert_eq!(message.attachments[0].path, Vec::<String>::new());
    assert_eq!(message.attachments[0].content, table.as_bytes());
    // A letter alone leaves nothing to open: the container is kept as it came.
    let message = signed_mail(b"Content-Type: text/plain\r\n\r\nHello", 2);
    assert_eq!(message.attachments[0].file_name.as_deref(), Some("smime.p7m"));
}

#[test]
fn an_encrypted_mail_is_kept_and_named() {
    let message = signed_mail(b"secret", 3);
    assert_eq!(message.attachments.len(), 1);
    assert_eq!(message.problems[0].code, ProblemCode::Encrypted);
}

#[test]
fn several_mails_in_one_file_are_all_read() {
    let mail = |subject: &str| {
        format!(
            "From a@b Tue Jan  2 10:00:00 2024\nSubject: {subject}\nContent-Type: text/csv; name={subject}.csv\n\n\
             meter;kWh\n1;2\n\n"
        )
    };
    let message = parse(format!("{}{}", mail("May"), mail("June")).as_bytes());
    assert_eq!(message.subject.as_deref(), Some("May"));
    let found: Vec<_> = message
        .attachments
        .iter()
        .map(|file| (file.ordinal, file.file_name.as_deref(), file.path.join("/")))
        .collect();
    assert_eq!(
        found,
        [(0, Some("May.csv"), String::new()), (1, Some("June.csv"), "June".to_owned())]
    );
}

#[test]
fn a_file_that_is_kept_elsewhere_is_named() {
    let raw = "Subject: a\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\
               Content-Type: message/external-body; name=\"may.xls\"; access-type=URL\r\n\r\n\
               Content-Type: application/vnd.ms-excel\r\n\r\n--x--\r\n";
    let message = parse(raw.as_bytes());
    assert_eq!(message.problems[0].code, ProblemCode::CloudLink);
    assert!(message.problems[0].sentence.contains("may.xls"));
    assert_eq!(message.attachments[0].content_type, "application/vnd.ms-excel");
    assert_eq!(message.attachments[0].content, b"");
}

#[test]
fn a_scan_instead_of_a_table_is_named() {
    let scan = base64_of_text(&"x".repeat(40_000));
    let mail = |size: usize| {
        format!(
            "Subject: a\r\nContent-Type: image/png; name=bill.png\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
            &scan[..size]
        )
    };
    assert_eq!(parse(mail(scan.len()).as_bytes()).problems[0].code, ProblemCode::ImageOnly);
    assert_eq!(parse(mail(1_000).as_bytes()).problems, []);
}

#[test]
fn what_breaks_a_rule_and_was_read_is_recorded() {
    let raw = "Subject: a\r\nContent-Type: multipart/mixed; boundary=\"x\r\n y\"\r\n\r\n--x y\r\n\
               Content-Type: text/csv; name=a.csv\r\n\r\nmeter;kWh\r\n1;2\r\n--x y--\r\n";
    let message = parse(raw.as_bytes());
    assert_eq!(message.attachments.len(), 1);
    assert_eq!(message.problems[0].code, ProblemCode::MendedMail);
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

//! Files that real mailboxes hold besides good readings.

use rand::RngExt;

use super::files::File;
use super::history::stream;
use super::table::{Cell, Sheet, text};
use super::xlsx;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A picture of one grey pixel, as signatures carry them.
pub fn picture() -> File {
    const PNG: &[u8] = &[
        0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0,
        0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0x3A, 0x7E, 0x9B, 0x55, 0, 0, 0, 10, b'I', b'D', b'A',
        b'T', 0x78, 0x9C, 0x63, 0x68, 0, 0, 0, 0x82, 0, 0x81, 0x77, 0xCD, 0x72, 0xB6, 0, 0, 0, 0,
        b'I', b'E', b'N', b'D', 0xAE, 0x42, 0x60, 0x82,
    ];
    File { name: "logo.png".to_owned(), media_type: "image/png", content: PNG.to_vec() }
}

/// A workbook whose transfer stopped after two thirds.
pub fn truncated(whole: &File) -> File {
    let content = whole.content[..whole.content.len() * 2 / 3].to_vec();
    File { content, ..whole.clone() }
}

/// A small workbook with a value in the farthest cell.
pub fn far_cell() -> anyhow::Result<File> {
    Ok(File { name: "meter list.xlsx".to_owned(), media_type: XLSX, content: xlsx::far_cell()? })
}

/// A workbook in which nobody would look for readings.
pub fn roster() -> anyhow::Result<File> {
    let mut sheet = Sheet::new("Dienstplan");
    sheet
        .words(&["Bereitschaftsdienst"])
        .words(&["", "Frühschicht", "Spätschicht", "Telefon"])
        .words(&["Montag", "Hr. Albers", "Fr. Conrad", "intern 217"])
        .words(&["Dienstag", "Fr. Demir", "Hr. Albers", "intern 218"])
        .words(&["Mittwoch", "Hr. Eggers", "Fr. Demir", "intern 217"])
        .words(&["Urlaub: Fr. Conrad bis Ende der Woche"]);
    let content = xlsx::write(&[sheet], "dd.mm.yyyy")?;
    Ok(File { name: "Dienstplan.xlsx".to_owned(), media_type: XLSX, content })
}

/// Invoices: what is to be paid, but not for how much.
pub fn invoices(seed: u64) -> anyhow::Result<File> {
    let mut chance = stream(seed, 700);
    let mut sheet = Sheet::new("Invoices");
    sheet.words(&[
        "Invoice No",
        "Invoice Date",
        "Site",
        "Net amount (GBP)",
        "VAT (GBP)",
        "Gross amount (GBP)",
    ]);
    for number in 0..12i8 {
        let net = f64::from(chance.random_range(80_000..900_000u32)) / 100.0;
        let money = |amount: f64| Cell::Number(super::history::round(amount, 2), 2);
        sheet.row([
            text(&format!("INV-{}", 48_210 + i32::from(number))),
            Cell::Day(jiff::civil::date(2025, number + 1, 14)),
            text("Leeds Wellington Place"),
            money(net),
            money(net * 0.2),
            money(net * 1.2),
        ]);
    }
    let content = xlsx::write(&[sheet], "dd/mm/yyyy")?;
    Ok(File { name: "Invoice summary 2025.xlsx".to_owned(), media_type: XLSX, content })
}

/// A workbook under a password: a compound file (MS-CFB) with the streams of an encrypted package and noise in them.
pub fn encrypted(seed: u64) -> File {
    const SECTOR: usize = 512;
    const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
    const FREE: u32 = 0xFFFF_FFFF;
    // Sector 0 is the allocation table, 1 the directory, then two streams of eight sectors each.
    let mut header = vec![0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    header.extend([0; 16]);
    for word in [0x003Eu16, 3, 0xFFFE, 9, 6, 0, 0, 0] {
        header.extend(word.to_le_bytes());
    }
    for word in [0u32, 1, 1, 0, 4096, END_OF_CHAIN, 0, END_OF_CHAIN, 0, 0] {
        header.extend(word.to_le_bytes());
    }
    header.resize(SECTOR, 0xFF);

    let mut table = vec![0xFFFF_FFFDu32, END_OF_CHAIN];
    for stream_start in [2u32, 10] {
        table.extend((1..8).map(|step| stream_start + step));
        table.push(END_OF_CHAIN);
    }
    table.resize(SECTOR / 4, FREE);
    let table: Vec<u8> = table.into_iter().flat_map(u32::to_le_bytes).collect();

    let mut directory = Vec::new();
    for (name, kind, left, child, start, size) in [
        ("Root Entry", 5u8, FREE, 1, END_OF_CHAIN, 0u64),
        ("EncryptedPackage", 2, 2, FREE, 2, 4096),
        ("EncryptionInfo", 2, FREE, FREE, 10, 4096),
        ("", 0, FREE, FREE, 0, 0),
    ] {
        let mut entry: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let length = if name.is_empty() { 0 } else { u16::try_from(entry.len() + 2).unwrap_or(0) };
        entry.resize(64, 0);
        entry.extend(length.to_le_bytes());
        entry.extend([kind, 1]);
        for link in [left, FREE, child] {
            entry.extend(link.to_le_bytes());
        }
        entry.extend([0; 36]);
        entry.extend(start.to_le_bytes());
        entry.extend(size.to_le_bytes());
        directory.extend(entry);
    }
    let mut chance = stream(seed, 701);
    let noise: Vec<u8> = (0..16 * SECTOR).map(|_| chance.random()).collect();
    let content = [header, table, directory, noise].concat();
    File { name: "confidential readings.xlsx".to_owned(), media_type: XLSX, content }
}

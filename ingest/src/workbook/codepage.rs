//! Code pages of old workbooks that the library does not know.

use std::sync::Arc;

use encoding_rs::WINDOWS_1252;
use readings::{Problem, ProblemCode};

use super::cells::{CellValue, Workbook};

/// The page with which the library is made to read instead: each of its bytes is a character and comes back whole.
pub const STAND_IN: u16 = 1252;

/// Bytes 80 to FF of code page 10029, Central European of the Macintosh.
const MAC_CENTRAL_EUROPE: &str = "ÄĀāÉĄÖÜáąČäčĆćéŹźĎíďĒēĖóėôöõúĚěü†°Ę£§•¶ß®©™ę¨≠ģĮįĪ≤≥īĶ∂∑łĻļĽľĹĺŅņŃ¬√ńŇ∆«»…\u{a0}ňŐÕőŌ–—“”‘’÷◊ōŔŕŘ‹›řŖŗŠ‚„šŚśÁŤťÍŽžŪÓÔūŮÚůŰűŲųÝýķŻŁżĢˇ";

/// Reads the texts of a workbook anew that was read with [`STAND_IN`] though it states another page.
pub fn reread(workbook: &mut Workbook, page: u16) {
    if page != 10_029 {
        workbook.problems.push(Problem::of_file(
            ProblemCode::Corrupt,
            format!("The letters of this file are in code page {page}, which is not known: accented ones may be wrong."),
        ));
        return;
    }
    for sheet in &mut workbook.sheets {
        sheet.name = anew(&sheet.name);
        for cell in &mut sheet.cells {
            if let CellValue::Text(text) = &mut cell.value
                && !text.is_ascii()
            {
                *text = Arc::from(anew(text));
            }
        }
    }
}

fn anew(text: &str) -> String {
    let (bytes, _, _) = WINDOWS_1252.encode(text);
    bytes
        .iter()
        .map(|byte| match byte.checked_sub(0x80) {
            Some(high) => MAC_CENTRAL_EUROPE
                .chars()
                .nth(usize::from(high))
                .unwrap_or(char::REPLACEMENT_CHARACTER),
            None => char::from(*byte),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_the_macintosh_come_back() {
        assert_eq!(MAC_CENTRAL_EUROPE.chars().count(), 128);
        let bytes = [b'S', 0xE4, 0x8B, 0x9A];
        let read = WINDOWS_1252.decode(&bytes).0;
        assert_eq!(anew(&read), "Sščö");
    }
}

//! Text of any encoding into Unicode.

use std::borrow::Cow;

use chardetng::EncodingDetector;
use encoding_rs::{
    Encoding, ISO_8859_2, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1250, WINDOWS_1252, WINDOWS_1254,
};

/// Byte order of 32-bit text.
#[derive(Clone, Copy)]
enum Wide {
    Little,
    Big,
}

/// How many bytes are looked at to decide what a text is.
const SAMPLE: usize = 64 * 1024;

/// Whether these bytes are text at all, in any encoding.
pub fn is_text(bytes: &[u8]) -> bool {
    if wide(bytes).is_some() || utf_16(bytes).is_some() {
        return true;
    }
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    // Control characters besides line ends, tab, form feed, the shifts of Japanese mail, and the DOS end of file.
    !sample.iter().any(|byte| {
        matches!(byte, 0x00..=0x08 | 0x0B | 0x10..=0x19 | 0x1C..=0x1F | 0x7F)
            || matches!(byte, 0x0E | 0x0F)
    })
}

/// The text these bytes are, by its mark, by the pattern of its zeros, or by its letters.
///
/// Bytes that no rule explains become replacement characters: no byte is lost silently.
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((order, body)) = wide(bytes) {
        return Cow::Owned(decode_wide(body, order));
    }
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[length..]).0;
    }
    if let Some(encoding) = utf_16(bytes) {
        return encoding.decode_without_bom_handling(bytes).0;
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    if let Some(encoding) = declared(bytes) {
        return encoding.decode_without_bom_handling(bytes).0;
    }
    let mut detector = EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    // Valid UTF-8 was taken above; cut off inside a character it is still better read as UTF-8.
    let utf_8 = std::str::from_utf8(bytes)
        .is_err_and(|error| error.error_len().is_none() && error.valid_up_to() > 0);
    let guess = if utf_8 { UTF_8 } else { detector.guess(None, chardetng::Utf8Detection::Deny) };
    // The pages of Central Europe have no `³`, and none of their words ends like that.
    let central = guess == WINDOWS_1250 || guess == ISO_8859_2;
    let guess = if central && has_powers_of_metres(bytes) { WINDOWS_1252 } else { guess };
    let encoding = if guess == WINDOWS_1252 && is_turkish(bytes) { WINDOWS_1254 } else { guess };
    encoding.decode_without_bom_handling(bytes).0
}

/// Whether an `m` with the byte of `²` or `³` after it ends a word.
fn has_powers_of_metres(bytes: &[u8]) -> bool {
    let is_letter =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphabetic() || *byte >= 0xC0);
    bytes.windows(2).enumerate().any(|(at, pair)| {
        matches!(pair, [b'm', 0xB2 | 0xB3])
            && !is_letter(bytes.get(at + 2))
            && !is_letter(at.checked_sub(1).and_then(|before| bytes.get(before)))
    })
}

/// Whether bytes that would be letters of Iceland are letters of Turkey: the two sets differ in six letters alone, and
/// Icelandic is full of accents that Turkish does not have.
fn is_turkish(bytes: &[u8]) -> bool {
    let differs = |byte: &u8| matches!(byte, 0xD0 | 0xDD | 0xDE | 0xF0 | 0xFD | 0xFE);
    let is_icelandic = |byte: &u8| {
        matches!(
            byte,
            0xC1 | 0xC6 | 0xC9 | 0xCD | 0xD3 | 0xDA | 0xE1 | 0xE6 | 0xE9 | 0xED | 0xF3 | 0xFA
        )
    };
    bytes.iter().any(differs) && !bytes.iter().any(is_icelandic)
}

/// The character set that a page or an XML file names in its head; 16-bit ones are told by their zeros, not by name.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    const HEAD: usize = 4096;
    let head = &bytes[..bytes.len().min(HEAD)];
    if head.trim_ascii_start().first() != Some(&b'<') {
        return None;
    }
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let named = ["charset", "encoding"].into_iter().find_map(|word| {
        let after = head.split(word).nth(1)?.trim_start().strip_prefix('=')?;
        let after = after.trim_start().trim_start_matches(['"', '\'']);
        after
            .split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | ':' | '.'))
            .next()
    });
    let encoding = Encoding::for_label(named?.as_bytes())?;
    (encoding != UTF_8 && encoding.is_ascii_compatible()).then_some(encoding)
}

/// 32-bit text: by its mark, or because three of four bytes are zero.
fn wide(bytes: &[u8]) -> Option<(Wide, &[u8])> {
    if let Some(body) = bytes.strip_prefix(b"\xFF\xFE\x00\x00") {
        return Some((Wide::Little, body));
    }
    if let Some(body) = bytes.strip_prefix(b"\x00\x00\xFE\xFF") {
        return Some((Wide::Big, body));
    }
    let sample = &bytes[..bytes.len().min(SAMPLE) / 4 * 4];
    if sample.len() < 8 || !bytes.len().is_multiple_of(4) {
        return None;
    }
    let all = |test: fn(&[u8]) -> bool| sample.chunks_exact(4).all(test);
    if all(|unit| unit[2] == 0 && unit[3] == 0 && (unit[0] != 0 || unit[1] != 0))
        && all(|unit| unit[1] < 0x30)
    {
        Some((Wide::Little, bytes))
    } else if all(|unit| unit[0] == 0 && unit[1] == 0 && (unit[2] != 0 || unit[3] != 0))
        && all(|unit| unit[2] < 0x30)
    {
        Some((Wide::Big, bytes))
    } else {
        None
    }
}

fn decode_wide(body: &[u8], order: Wide) -> String {
    body.chunks_exact(4)
        .map(|unit| {
            let unit = [unit[0], unit[1], unit[2], unit[3]];
            let code = match order {
                Wide::Little => u32::from_le_bytes(unit),
                Wide::Big => u32::from_be_bytes(unit),
            };
            char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
        })
        .collect()
}

/// 16-bit text: by its mark, or because most of every second byte is zero and line ends are 16 bits wide.
fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    match Encoding::for_bom(bytes) {
        Some((encoding, _)) if encoding == UTF_16LE || encoding == UTF_16BE => {
            let (text, _, broken) = encoding.decode(&bytes[..bytes.len().min(SAMPLE) & !1]);
            return (!broken || text.len() > 100).then_some(encoding).filter(|_| plain(&text));
        }
        _ => {}
    }
    let sample = &bytes[..bytes.len().min(SAMPLE) & !1];
    if sample.len() < 4 || !bytes.len().is_multiple_of(2) {
        return None;
    }
    let pairs = sample.len() / 2;
    let zeros =
        |offset: usize| sample.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let encoding = if even == 0 && odd * 2 > pairs {
        UTF_16LE
    } else if odd == 0 && even * 2 > pairs {
        UTF_16BE
    } else {
        return None;
    };
    let (text, broken) = encoding.decode_without_bom_handling(sample);
    (!broken && plain(&text)).then_some(encoding)
}

/// No control characters besides those of text.
fn plain(text: &str) -> bool {
    !text
        .chars()
        .any(|c| c.is_control() && !matches!(c, '\t' | '\r' | '\n' | '\u{c}' | '\u{1a}' | '\u{85}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf_16_le(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn every_width_is_read_with_and_without_its_mark() {
        let text = "Zähler;Verbrauch\r\nA-1;1,5\r\n";
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let wide: Vec<u8> = text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        let marked: Vec<u8> = [b"\xFF\xFE".to_vec(), utf_16_le(text)].concat();
        let wide_marked: Vec<u8> = [b"\xFF\xFE\0\0".to_vec(), wide.clone()].concat();
        let utf_8_marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
        for bytes in [utf_16_le(text), big, wide, marked, wide_marked, utf_8_marked] {
            assert!(is_text(&bytes), "{bytes:?}");
            assert_eq!(decode(&bytes), text);
        }
    }

    #[test]
    fn legacy_letters_are_recognised() {
        let latin = b"premi\xE8re,second,troisi\xE8me\r\nQuatri\xE8me,cinqui\xE8me,sixi\xE8me\r\n";
        assert!(decode(latin).starts_with("première,second,troisième"));
        let russian =
            encoding_rs::WINDOWS_1251.encode("Потребление;Январь;Февраль\nСчётчик;12;14\n").0;
        assert!(decode(&russian).starts_with("Потребление"));
    }

    #[test]
    fn short_tables_in_the_sets_of_many_countries() {
        use encoding_rs::{
            BIG5, EUC_KR, GB18030, ISO_8859_2, KOI8_R, SHIFT_JIS, WINDOWS_1250, WINDOWS_1251,
            WINDOWS_1252, WINDOWS_1253, WINDOWS_1254, WINDOWS_1256,
        };
        for (encoding, text) in [
            (WINDOWS_1252, "Zähler;Verbrauch (kWh);Größe\r\nHalle Süd;1,5;groß\r\n"),
            (WINDOWS_1252, "Compteur;Période;Énergie réactive\r\nBâtiment n° 3;févr. 2024;12\r\n"),
            (
                WINDOWS_1250,
                "Licznik;Miesiąc;Zużycie energii\r\nBudynek główny;styczeń 2024;12,5\r\nŁódź;luty 2024;3\r\n",
            ),
            (
                ISO_8859_2,
                "Měřič;Měsíc;Spotřeba\r\nHlavní budova;únor 2024;12,5\r\nPříbram;březen 2024;8\r\n",
            ),
            (WINDOWS_1251, "Счётчик;Период;Потребление, кВт·ч\r\nЗдание 1;январь 2024;12,5\r\n"),
            (KOI8_R, "Счетчик;Период;Потребление\r\nЗдание 1;январь 2024;12,5\r\n"),
            (WINDOWS_1253, "Μετρητής;Μήνας;Κατανάλωση\r\nΚτίριο 1;Ιανουάριος 2024;12,5\r\n"),
            (
                WINDOWS_1254,
                "Sayaç;Dönem;Tüketim (kWh)\r\nAna bina;Şubat 2024;12,5\r\nIğdır;Ağustos 2024;3\r\n",
            ),
            (WINDOWS_1256, "العداد;الشهر;الاستهلاك\r\nالمبنى;يناير 2024;12\r\n"),
            (SHIFT_JIS, "メーター,月,使用量\r\n本館,2024年1月,12.5\r\n"),
            (GB18030, "电表,月份,用电量(千瓦时)\r\n主楼,2024年1月,12.5\r\n"),
            (BIG5, "電表,月份,用電量\r\n主樓,2024年1月,12.5\r\n"),
            (EUC_KR, "계량기,월,사용량\r\n본관,2024년 1월,12.5\r\n"),
        ] {
            let (bytes, _, unmappable) = encoding.encode(text);
            assert!(!unmappable && is_text(&bytes), "{}", encoding.name());
            assert_eq!(decode(&bytes), text, "{}", encoding.name());
        }
    }

    #[test]
    fn the_character_set_that_a_page_names_counts() {
        let page =
            b"<meta http-equiv=Content-Type content='text/html; charset=macintosh'><td>Z\x8Ahler";
        assert!(decode(page).ends_with("Zähler"));
        let xml = b"<?xml version=\"1.0\" encoding=\"windows-1251\"?><a>\xCF\xEE</a>";
        assert!(decode(xml).ends_with("<a>По</a>"));
        // Many pages name another set than they are written in: what is valid UTF-8 is UTF-8.
        assert!(decode("<meta charset=iso-8859-1>Zähler".as_bytes()).ends_with("Zähler"));
    }

    #[test]
    fn binary_is_no_text() {
        for bytes in
            [&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..], b"\x00\x01\x02\x03", b"MZ\x90\x00\x03\x00"]
        {
            assert!(!is_text(bytes), "{bytes:?}");
        }
        assert!(is_text(b""));
    }
}

//! The exact number behind the text of a cell, where the page states it.

/// The number an attribute states, where the text shows the same digits, perhaps rounded.
///
/// Excel (`x:num`) and LibreOffice (`sdval`) write it. Dates and percentages are stated as numbers too and shown as
/// something else: those stay text.
pub fn stated(attribute: &str, text: &str) -> Option<f64> {
    let value: f64 = attribute.trim().parse().ok().filter(|value: &f64| value.is_finite())?;
    let shown: String = text.chars().filter(char::is_ascii_digit).collect();
    if shown.is_empty() || text.contains(['/', ':', '%']) {
        return None;
    }
    let shown = shown.trim_start_matches('0');
    (0..=6)
        .any(|decimals| {
            let digits: String = format!("{:.decimals$}", value.abs())
                .chars()
                .filter(char::is_ascii_digit)
                .collect();
            digits.trim_start_matches('0') == shown
        })
        .then_some(value)
}

/// Whether a text is a number in some notation.
pub fn looks_like_one(text: &str) -> bool {
    let digits = text.chars().filter(|c| c.is_numeric()).count();
    digits > 0
        && text.chars().all(|c| {
            c.is_numeric()
                || c.is_whitespace()
                || matches!(c, '.' | ',' | '-' | '+' | '\'' | '\u{2212}')
        })
}

//! Numbers as people read them.

/// At most `digits` significant digits, without an exponent, without trailing zeros.
pub fn significant(value: f64, digits: i32) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".to_owned() } else { String::new() };
    }
    #[expect(clippy::cast_possible_truncation, reason = "the logarithm of a number is small")]
    let magnitude = value.abs().log10().floor() as i32;
    let places = usize::try_from(digits - 1 - magnitude).unwrap_or(0).min(15);
    let text = format!("{value:.places$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// Rounded to `digits` significant digits, with commas between thousands.
pub fn readable(value: f64, digits: i32) -> String {
    if value == 0.0 || !value.is_finite() {
        return "0".to_owned();
    }
    #[expect(clippy::cast_possible_truncation, reason = "the logarithm of a number is small")]
    let magnitude = value.abs().log10().floor() as i32;
    let unit = 10f64.powi(magnitude - digits + 1);
    let text = significant((value / unit).round() * unit, digits.max(magnitude + 1));
    grouped(&text)
}

/// Puts commas between the thousands of a plain number.
pub fn grouped(text: &str) -> String {
    let (sign, rest) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, fraction) = rest.split_once('.').map_or((rest, ""), |(w, f)| (w, f));
    let mut out = String::from(sign);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_grouped() {
        assert_eq!(significant(1234.5678, 6), "1234.57");
        assert_eq!(significant(0.001_234_567, 3), "0.00123");
        assert_eq!(significant(-20.0, 6), "-20");
        assert_eq!(readable(12_345.6, 3), "12,300");
        assert_eq!(readable(987_654.0, 3), "988,000");
        assert_eq!(readable(0.0567, 2), "0.057");
        assert_eq!(readable(-1_049.0, 3), "-1,050");
        assert_eq!(grouped("1234567.5"), "1,234,567.5");
    }
}

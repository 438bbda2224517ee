//! Numbers written as text: which mark is the decimal mark is proven, never assumed.

use readings::profile::DecimalMark;
use rust_decimal::Decimal;

use super::text::{digit_value, is_invisible, is_space};
use super::unit::FoundUnit;
use super::words;

/// What a text says as a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberText {
    /// One number, whatever the decimal mark.
    Plain(Decimal),
    /// One number, and a proof of the decimal mark.
    Proves(Decimal, DecimalMark),
    /// `1.234`: one number with a decimal point (first), another with a decimal comma (second).
    Either(Decimal, Decimal),
    /// A word that says there is no value.
    NoValue,
    /// Something else.
    Not,
}

/// Reads a text as a number. Currency signs, a percent sign or letters after it make it no number.
pub fn read(text: &str) -> NumberText {
    let Some((negative, body)) = simplify(text) else {
        return if words::says_no_value(text) { NumberText::NoValue } else { NumberText::Not };
    };
    let signed = |number: Decimal| if negative { -number } else { number };
    let points = body.matches('.').count();
    let commas = body.matches(',').count();
    let parse = |text: &str| text.parse::<Decimal>().ok().map(signed);
    let result = match (points, commas) {
        (0, 0) => parse(&body).map(NumberText::Plain),
        (1, 0) => one_mark(&body, '.', negative),
        (0, 1) => one_mark(&body, ',', negative),
        (_, 0) => grouped(&body, '.')
            .and_then(|text| parse(&text))
            .map(|n| NumberText::Proves(n, DecimalMark::Comma)),
        (0, _) => grouped(&body, ',')
            .and_then(|text| parse(&text))
            .map(|n| NumberText::Proves(n, DecimalMark::Point)),
        _ => both_marks(&body, &parse),
    };
    result.unwrap_or(NumberText::Not)
}

/// The number that a text is with this decimal mark; `None` where it is none or still ambiguous.
pub fn read_with(text: &str, mark: Option<DecimalMark>) -> Option<Decimal> {
    match (read(text), mark) {
        (NumberText::Plain(number), _) => Some(number),
        (NumberText::Proves(number, proven), mark) => {
            mark.is_none_or(|mark| mark == proven).then_some(number)
        }
        (NumberText::Either(point, _), Some(DecimalMark::Point)) => Some(point),
        (NumberText::Either(_, comma), Some(DecimalMark::Comma)) => Some(comma),
        _ => None,
    }
}

/// The number in a text that names a currency beside it: `$96.00`, `30,50 €`.
pub fn without_currency(text: &str) -> Option<&str> {
    if !text.contains(|c: char| {
        c.is_alphabetic() || matches!(c, '$' | '€' | '£' | '₺' | '₽' | '₹' | '¥')
    }) {
        return None;
    }
    let is_sign = |c: char| matches!(c, '$' | '€' | '£' | '₺' | '₽' | '₹' | '¥');
    let bare = text.trim().trim_start_matches(|c: char| is_sign(c) || is_space(c));
    let bare = bare.trim_end_matches(|c: char| is_sign(c) || is_space(c));
    let bare = ["EUR", "USD", "GBP", "CHF", "PLN", "zł", "R$"]
        .iter()
        .find_map(|word| bare.strip_suffix(word).or_else(|| bare.strip_prefix(word)))
        .unwrap_or(bare)
        .trim_matches(is_space);
    (bare.len() < text.trim().len() && !matches!(read(bare), NumberText::Not | NumberText::NoValue))
        .then_some(bare)
}

/// Whether a text is a share: a number and a sign for hundredths.
pub fn is_share(text: &str) -> bool {
    let number = text.trim().trim_end_matches(['%', '\u{66a}', '\u{ff05}']);
    number.len() < text.trim().len()
        && !matches!(read(number.trim_end()), NumberText::Not | NumberText::NoValue)
}

/// The number and the unit in a cell such as `120,5 kWh`.
pub fn with_unit(text: &str) -> Option<(&str, FoundUnit)> {
    let text = text.trim();
    if text.len() > 160
        || text.chars().count() > 40
        || !text.starts_with(|c: char| digit_value(c).is_some() || matches!(c, '-' | '.' | ','))
    {
        return None;
    }
    let end = text.char_indices().find(|(_, c)| c.is_alphabetic() && digit_value(*c).is_none())?.0;
    let (number, rest) = text.split_at(end);
    let unit =
        super::unit::whole(rest).filter(|unit| unit.factor == Decimal::ONE && !unit.ratio)?;
    (!matches!(read(number), NumberText::Not | NumberText::NoValue))
        .then(|| (number.trim_end(), unit))
}

/// Sign and bare digits with `.` and `,`; apostrophes and spaces as group marks are checked and removed.
fn simplify(text: &str) -> Option<(bool, String)> {
    let mut body = String::with_capacity(text.len());
    let arabic = text.contains('\u{66b}');
    // `1,234*` refers to a note below the table.
    let text = text.trim().trim_end_matches('*');
    for character in text.trim().chars().filter(|c| !is_invisible(*c)) {
        if let Some(digit) = digit_value(character) {
            body.push(char::from_digit(digit, 10)?);
            continue;
        }
        match character {
            '.' | ',' | '-' | '+' | '(' | ')' => body.push(character),
            '\u{66b}' => body.push(','),
            '\u{66c}' | '\'' | '’' => body.push('\''),
            '−' | '–' => body.push('-'),
            'e' | 'E' => body.push('e'),
            c if is_space(c) => body.push(' '),
            _ => return None,
        }
    }
    let body = body.trim();
    if body.contains('e') {
        return scientific(body);
    }
    let (negative, body) = sign(body)?;
    let mut body = without_group_marks(body)?;
    // The Arabic decimal separator can be nothing else: a fourth digit keeps its fraction from looking like a group.
    if arabic && body.find(',').is_some_and(|at| body.len() - at == 4) {
        body.push('0');
    }
    body.bytes().any(|b| b.is_ascii_digit()).then_some((negative, body))
}

fn scientific(body: &str) -> Option<(bool, String)> {
    let (mantissa, _) = body.split_once('e')?;
    if !mantissa.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        || body.contains([',', ' ', '\'', '('])
    {
        return None;
    }
    let number = Decimal::from_scientific(body).ok()?;
    Some((number.is_sign_negative(), scientific_plain(number)))
}

/// A number whose text cannot be taken for another: a point and at least four digits after it, where there is one.
fn scientific_plain(number: Decimal) -> String {
    let text = number.abs().normalize().to_string();
    match text.split_once('.') {
        Some((_, fraction)) if fraction.len() == 3 => format!("{text}0"),
        _ => text,
    }
}

fn sign(body: &str) -> Option<(bool, &str)> {
    if let Some(inner) = body.strip_prefix('(') {
        return inner.strip_suffix(')').map(|inner| (true, inner.trim()));
    }
    let (negative, rest) = if let Some(rest) = body.strip_prefix('-') {
        (true, rest)
    } else if let Some(rest) = body.strip_suffix('-') {
        (true, rest)
    } else {
        (false, body.strip_prefix('+').unwrap_or(body))
    };
    (!rest.contains(['-', '+', '(', ')'])).then_some((negative, rest.trim()))
}

/// Removes `'` and spaces where every group behind them has three digits.
fn without_group_marks(body: &str) -> Option<String> {
    let mark = match (body.contains('\''), body.contains(' ')) {
        (false, false) => return Some(body.to_owned()),
        (true, false) => '\'',
        (false, true) => ' ',
        (true, true) => return None,
    };
    let end = body.find(['.', ',']).unwrap_or(body.len());
    let (whole, fraction) = body.split_at(end);
    if fraction.contains(mark) {
        return None;
    }
    let joined = grouped(whole, mark)?;
    // What is grouped already has no second group mark, so the mark that is left is the decimal one.
    Some(match fraction.split_at_checked(1) {
        Some((mark, digits)) if digits.len() == 3 => format!("{joined}{mark}{digits}0"),
        _ => format!("{joined}{fraction}"),
    })
}

/// Joins groups of three digits; the first may be shorter. `None` where the groups are not such.
fn grouped(text: &str, mark: char) -> Option<String> {
    let groups: Vec<&str> = text.split(mark).collect();
    let digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    let (first, others) = groups.split_first()?;
    let fits = (1..=3).contains(&first.len())
        && digits(first)
        && *first != "0"
        && others.iter().all(|group| group.len() == 3 && digits(group));
    fits.then(|| groups.concat())
}

fn one_mark(body: &str, mark: char, negative: bool) -> Option<NumberText> {
    let (whole, fraction) = body.split_once(mark)?;
    if !fraction.bytes().chain(whole.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let signed = |number: Decimal| if negative { -number } else { number };
    let decimal: Decimal = format!(
        "{}.{}",
        if whole.is_empty() { "0" } else { whole },
        if fraction.is_empty() { "0" } else { fraction }
    )
    .parse()
    .ok()?;
    let proven = if mark == '.' { DecimalMark::Point } else { DecimalMark::Comma };
    if fraction.is_empty() || grouped(body, mark).is_none() {
        return Some(NumberText::Proves(signed(decimal), proven));
    }
    let joined: Decimal = format!("{whole}{fraction}").parse().ok()?;
    let (decimal, joined) = (signed(decimal), signed(joined));
    Some(if mark == '.' {
        NumberText::Either(decimal, joined)
    } else {
        NumberText::Either(joined, decimal)
    })
}

fn both_marks(body: &str, parse: &impl Fn(&str) -> Option<Decimal>) -> Option<NumberText> {
    let last = body.rfind(['.', ','])?;
    let decimal_mark = body[last..].chars().next()?;
    let group_mark = if decimal_mark == '.' { ',' } else { '.' };
    let (whole, fraction) = body.split_at(last);
    if whole.contains(decimal_mark) {
        return None;
    }
    let number = parse(&format!("{}.{}", grouped(whole, group_mark)?, &fraction[1..]))?;
    let mark = if decimal_mark == '.' { DecimalMark::Point } else { DecimalMark::Comma };
    Some(NumberText::Proves(number, mark))
}

/// Evidence for the decimal mark, gathered over a column or a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MarkEvidence {
    points: usize,
    commas: usize,
}

impl MarkEvidence {
    /// Takes one text into account.
    pub fn see(&mut self, text: &str) {
        match read(text) {
            NumberText::Proves(_, DecimalMark::Point) => self.points += 1,
            NumberText::Proves(_, DecimalMark::Comma) => self.commas += 1,
            _ => {}
        }
    }

    /// Both together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self { points: self.points + other.points, commas: self.commas + other.commas }
    }

    /// The mark where all evidence agrees.
    pub const fn mark(self) -> Option<DecimalMark> {
        match (self.points, self.commas) {
            (0, 0) => None,
            (_, 0) => Some(DecimalMark::Point),
            (0, _) => Some(DecimalMark::Comma),
            _ => None,
        }
    }

    /// Whether texts prove both marks: then none of the ambiguous ones can be trusted.
    pub const fn contradicts(self) -> bool {
        self.points > 0 && self.commas > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rust_decimal::dec;

    #[test]
    fn notations_of_many_places() {
        use DecimalMark::{Comma, Point};
        for (text, want) in [
            ("85887.1", NumberText::Proves(dec!(85887.1), Point)),
            ("0,612", NumberText::Proves(dec!(0.612), Comma)),
            ("1.331,800", NumberText::Proves(dec!(1331.8), Comma)),
            ("1,234,567", NumberText::Proves(dec!(1234567), Point)),
            ("18.527.884", NumberText::Proves(dec!(18527884), Comma)),
            ("25,247", NumberText::Either(dec!(25247), dec!(25.247))),
            ("25.247", NumberText::Either(dec!(25.247), dec!(25247))),
            ("1'234.50", NumberText::Proves(dec!(1234.5), Point)),
            ("1\u{202f}234,5", NumberText::Proves(dec!(1234.5), Comma)),
            ("1\u{a0}234\u{a0}", NumberText::Plain(dec!(1234))),
            ("١٤٬٥٠٠٫٥٥", NumberText::Proves(dec!(14500.55), Comma)),
            ("۱۲۳", NumberText::Plain(dec!(123))),
            ("１２３", NumberText::Plain(dec!(123))),
            ("(12.5)", NumberText::Proves(dec!(-12.5), Point)),
            ("-7", NumberText::Plain(dec!(-7))),
            ("000123", NumberText::Plain(dec!(123))),
            ("Not Available", NumberText::NoValue),
            ("NaN", NumberText::NoValue),
            ("-", NumberText::NoValue),
            ("12 kWh", NumberText::Not),
            ("1.2.3", NumberText::Not),
            ("12,34,567", NumberText::Not),
            ("01/04/2024", NumberText::Not),
            ("13-3400", NumberText::Not),
        ] {
            assert_eq!(read(text), want, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_number_written_in_any_notation_is_never_read_as_another(
            whole in 0u64..100_000_000, fraction in 0u32..1000, digits in 0usize..=4, notation in 0usize..5
        ) {
            let (group, mark) = [("", '.'), (",", '.'), (".", ','), ("\u{a0}", ','), ("'", '.')][notation];
            let fraction = if digits == 0 { String::new() } else { format!("{:0digits$}", u64::from(fraction) % 10u64.pow(u32::try_from(digits).unwrap_or(1))) };
            let plain = whole.to_string();
            let mut text = String::new();
            for (at, digit) in plain.chars().enumerate() {
                if at > 0 && (plain.len() - at).is_multiple_of(3) {
                    text.push_str(group);
                }
                text.push(digit);
            }
            let meant: Decimal = format!("{plain}.{fraction}0").parse().unwrap();
            if !fraction.is_empty() {
                text.push(mark);
                text.push_str(&fraction);
            }
            match read(&text) {
                NumberText::Plain(read) => prop_assert_eq!(read, meant),
                NumberText::Proves(read, proven) => {
                    prop_assert_eq!(read, meant);
                    let real = if mark == '.' { DecimalMark::Point } else { DecimalMark::Comma };
                    prop_assert_eq!(proven, real);
                }
                NumberText::Either(point, comma) => {
                    prop_assert_eq!(if mark == '.' { point } else { comma }, meant);
                }
                other => prop_assert!(false, "{} became {:?}", text, other),
            }
        }
    }
}

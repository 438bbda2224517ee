//! Units as files write them.

use readings::{Unit, UnitText};
use rust_decimal::Decimal;

use super::text::{fold, smooth};
use super::words::{self, Spelling};

/// A unit found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundUnit {
    /// The unit as it is printed.
    pub text: UnitText,
    /// What the numbers must be multiplied by: 1000 for `thousand kWh`.
    pub factor: Decimal,
    /// The unit is part of a ratio such as `kBtu/ft2` or `€/kWh`.
    pub ratio: bool,
}

/// The form in which spellings of units are compared: lower case, no spaces, superscripts flat.
pub fn key(spelling: &str) -> String {
    spelling
        .chars()
        .filter(|c| !super::text::is_space(*c) && !super::text::is_invisible(*c))
        .flat_map(|c| {
            match c {
                '³' => '3',
                '²' => '2',
                '·' | '∙' | '⋅' | '×' | '•' => '*',
                'É' | 'é' | 'è' => 'e',
                'ú' => 'u',
                other => other,
            }
            .to_lowercase()
        })
        .collect()
}

/// Reads a text that is nothing but a unit, as in a unit column: `kBtu (thousand Btu)`, `m³`, `тыс. кВт·ч`.
pub fn whole(text: &str) -> Option<FoundUnit> {
    let text = smooth(text);
    let bare = text.trim_matches(|c: char| matches!(c, '[' | ']' | '(' | ')' | ' '));
    if let Some(unit) = words::unit(&key(bare)) {
        return Some(found(bare, unit, Decimal::ONE, false));
    }
    if let Some((factor, rest)) = prefixed(bare)
        && let Some(unit) = words::unit(&key(rest))
    {
        return Some(found(rest, unit, factor, false));
    }
    // A unit followed by its explanation; the explanation must not turn it into another unit.
    let (before, after) = text.split_once('(')?;
    let unit = words::unit(&key(before.trim()))?;
    let explained = words::unit(&key(after.trim_end_matches(')').trim()));
    let agreed = match explained {
        Some(explained) if explained != unit && unit != Spelling::Several => Spelling::Several,
        Some(explained) => explained,
        None => unit,
    };
    Some(found(&text, agreed, Decimal::ONE, false))
}

/// Finds the unit inside a heading: in brackets, after a comma or `in`, or as a word of its own.
pub fn inside(text: &str) -> Option<FoundUnit> {
    let text = smooth(text);
    for (open, close) in [('(', ')'), ('[', ']')] {
        let mut rest = text.as_str();
        while let Some(start) = rest.find(open) {
            let after = &rest[start + 1..];
            let end = after.find(close).unwrap_or(after.len());
            if let Some(unit) = bracket(&after[..end]) {
                let tail = after.get(end + 1..).unwrap_or("").trim_start();
                let ratio = unit.ratio || tail.starts_with('/');
                let factor = unit.factor * factor_after(tail).unwrap_or(Decimal::ONE);
                return Some(FoundUnit { factor, ratio, ..unit });
            }
            rest = after.get(end..).unwrap_or("");
        }
    }
    among_words(&text).or_else(|| at_the_end(&text))
}

/// A unit that is joined to the last word: `consumptionKWh`.
fn at_the_end(text: &str) -> Option<FoundUnit> {
    const JOINED: [&str; 7] = ["kWh", "KWh", "KWH", "MWh", "MWH", "GWh", "GJ"];
    let unit = JOINED.into_iter().find(|unit| text.ends_with(unit))?;
    let before = &text[..text.len() - unit.len()];
    let is_word = before.chars().rev().take_while(|c| c.is_lowercase()).count() >= 3;
    is_word.then(|| whole(unit)).flatten()
}

fn bracket(inner: &str) -> Option<FoundUnit> {
    let inner = inner.trim();
    let inner = ["in ", "en ", "em ", "w ", "в ", "x ", "× "]
        .iter()
        .find_map(|word| inner.to_lowercase().starts_with(word).then(|| &inner[word.len()..]))
        .unwrap_or(inner);
    if let Some(unit) = whole(inner) {
        return Some(unit);
    }
    let found = among_words(inner)?;
    // `(100 kWh)` counts in hundreds, or says something else: the unit is then not understood.
    let counted = found.factor == Decimal::ONE
        && !found.ratio
        && inner.starts_with(|c: char| super::text::digit_value(c).is_some());
    Some(if counted { not_understood(inner) } else { found })
}

/// Looks for a unit among the words; letters that are also words (`l`, `t`, `w`) count only in brackets.
fn among_words(text: &str) -> Option<FoundUnit> {
    let separators = |c: char| {
        super::text::is_space(c)
            || matches!(c, ',' | ';' | ':' | '_' | '(' | ')' | '[' | ']' | '|' | '-' | '–' | '=')
    };
    let tokens: Vec<&str> = text.split(separators).filter(|token| !token.is_empty()).collect();
    for length in (1..=3).rev() {
        for at in 0..tokens.len().saturating_sub(length - 1) {
            let phrase = tokens[at..at + length].join(" ");
            let own = key(&phrase);
            if own.chars().count() < 2 && own != "м3" {
                continue;
            }
            if let Some(unit) = words::unit(&own).filter(|_| !is_word_too(&own)) {
                let before = text_before(&tokens, at);
                let after = tokens[at + length..].join(" ");
                let factor = prefix_at_end(&before).or_else(|| factor_after(&after));
                if factor.is_none() && counts_in(&tokens[..at]) {
                    return Some(not_understood(&tokens[at.saturating_sub(1)..].join(" ")));
                }
                let ratio = follows_per(&tokens, at) || precedes_per(&tokens, at + length);
                return Some(found(&phrase, unit, factor.unwrap_or(Decimal::ONE), ratio));
            }
        }
    }
    ratio_token(&tokens)
}

/// A token such as `kBtu/ft2` or `€/kWh`: a unit, but of a ratio.
fn ratio_token(tokens: &[&str]) -> Option<FoundUnit> {
    tokens.iter().find_map(|token| {
        let unit = token.split('/').find_map(|part| words::unit(&key(part)))?;
        token.contains('/').then(|| found(token, unit, Decimal::ONE, true))
    })
}

fn is_word_too(key: &str) -> bool {
    matches!(key, "mc" | "mt" | "ton" | "tons" | "tn" | "lt" | "ml" | "therm")
}

fn text_before(tokens: &[&str], at: usize) -> String {
    fold_power(&tokens[at.saturating_sub(3)..at].join(" "))
}

/// Folded, a raised exponent apart from its base: `10³` as `10 3`.
fn fold_power(text: &str) -> String {
    fold(&text.replace('³', "^3").replace('⁶', "^6"))
}

fn prefix_at_end(before: &str) -> Option<Decimal> {
    words::prefixes().iter().find_map(|(term, factor)| {
        let rest = before.strip_suffix(term.as_str())?;
        (rest.is_empty() || rest.ends_with(' ')).then_some(*factor)
    })
}

/// What numbers are multiplied by, where nothing else stands behind the unit: `kWh x 1000`, `kWh (000s)`.
fn factor_after(after: &str) -> Option<Decimal> {
    let folded = fold_power(after);
    let said = ["in ", "en ", "em ", "w "].iter().find_map(|word| folded.strip_prefix(word));
    let said = said.unwrap_or(&folded);
    words::prefixes().iter().find(|(term, _)| term == said).map(|(_, factor)| *factor)
}

/// Whether a number before a unit says in what it is counted: `in 100 gallons`.
fn counts_in(before: &[&str]) -> bool {
    let [.., word, number] = before else { return false };
    matches!(*number, "10" | "100")
        && matches!(fold(word).as_str(), "in" | "en" | "em" | "w" | "в" | "je" | "per")
}

fn prefixed(text: &str) -> Option<(Decimal, &str)> {
    let folded_starts = |rest: &str| fold_power(&text[..text.len() - rest.len()]);
    text.char_indices().filter(|(_, c)| super::text::is_space(*c) || *c == '.').rev().find_map(
        |(at, c)| {
            let rest = &text[at + c.len_utf8()..];
            let before = folded_starts(rest);
            words::prefixes()
                .iter()
                .find(|(term, _)| *term == before)
                .map(|(_, factor)| (*factor, rest.trim_start()))
        },
    )
}

fn follows_per(tokens: &[&str], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| tokens[before]) else { return false };
    before.ends_with('/')
        || matches!(fold(before).as_str(), "per" | "pro" | "par" | "por" | "x" | "za" | "на")
}

fn precedes_per(tokens: &[&str], after: usize) -> bool {
    tokens.get(after).is_some_and(|token| {
        token.starts_with('/') || matches!(fold(token).as_str(), "per" | "pro" | "par" | "por")
    })
}

fn found(text: &str, spelling: Spelling, factor: Decimal, ratio: bool) -> FoundUnit {
    let unit = spelling.unit();
    FoundUnit { text: UnitText { text: printed(text, unit).into(), unit }, factor, ratio }
}

/// As written; superscripts flat; what is written in another script or oddly spaced, by its symbol.
fn printed(text: &str, unit: Option<Unit>) -> String {
    let flat: String = text
        .chars()
        .map(|c| match c {
            '³' => '3',
            '²' => '2',
            other => other,
        })
        .collect();
    match unit {
        Some(unit) if !flat.is_ascii() || flat.contains('*') => unit.symbol().to_owned(),
        _ => flat,
    }
}

/// A unit text that is not understood, kept as the file writes it.
pub fn not_understood(text: &str) -> FoundUnit {
    FoundUnit {
        text: UnitText { text: smooth(text).into(), unit: None },
        factor: Decimal::ONE,
        ratio: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::dec;

    #[test]
    fn headings_give_up_their_unit() {
        for (text, printed, unit) in [
            ("Electricity Use (Grid) - Monthly (kBtu)", "kBtu", Some(Unit::KiloBtu)),
            ("July kwh", "kwh", Some(Unit::KilowattHour)),
            ("Valeur (en kW)", "kW", Some(Unit::Kilowatt)),
            ("Потребление, м³", "m3", Some(Unit::CubicMetre)),
            ("Verbrauch [kWh]", "kWh", Some(Unit::KilowattHour)),
            ("кВт·ч", "kWh", Some(Unit::KilowattHour)),
            ("Energy_kWh", "kWh", Some(Unit::KilowattHour)),
            ("Consumption in kWh", "kWh", Some(Unit::KilowattHour)),
            ("M3 AGUA", "M3", Some(Unit::CubicMetre)),
            ("consumptionKWh", "KWh", Some(Unit::KilowattHour)),
            ("energyConsumptionkWh", "kWh", Some(Unit::KilowattHour)),
        ] {
            let unit_found = inside(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((&*unit_found.text.text, unit_found.text.unit), (printed, unit), "{text}");
            assert!(!unit_found.ratio, "{text}");
            assert_eq!(unit_found.factor, Decimal::ONE, "{text}");
        }
    }

    #[test]
    fn ratios_are_not_quantities() {
        for text in ["Site EUI (kBtu/ft2)", "Rate (p/kWh)", "€/kWh", "PESO x M3", "cost per kWh"]
        {
            assert!(inside(text).is_some_and(|unit| unit.ratio), "{text}");
        }
    }

    #[test]
    fn prefixes_multiply() {
        for text in [
            "Verbrauch in 1000 kWh",
            "Consumption (thousand kWh)",
            "тыс. кВт·ч",
            "Water (10^3 m3)",
            "Water, 10³ m³",
            "Consumption ('000 kWh)",
            "Usage (kWh x 1000)",
            "Usage kWh (000s)",
            "Gas (kWh) in thousands",
            "kWh '000",
            "Water (thousands of gallons)",
            "Spotřeba v tis. kWh",
        ] {
            assert_eq!(inside(text).map(|unit| unit.factor), Some(dec!(1000)), "{text}");
        }
        assert_eq!(
            inside("Electricity (hundreds of kWh)").map(|unit| unit.factor),
            Some(dec!(100))
        );
        assert_eq!(inside("Energy (Lakh kWh)").map(|unit| unit.factor), Some(dec!(100_000)));
        assert_eq!(inside("Water usage in 100 gallons").map(|unit| unit.text.unit), Some(None));
        assert_eq!(inside("kWh 1000 Main Street").map(|unit| unit.factor), Some(dec!(1)));
        assert_eq!(inside("Consumption (100 kWh)").map(|unit| unit.text.unit), Some(None));
        assert_eq!(whole("kBtu (thousand Btu)").map(|unit| unit.factor), Some(dec!(1)));
    }

    #[test]
    fn words_are_no_units() {
        for text in ["Total", "Site", "W. Miller hall", "Ton Steine", "Location L"] {
            assert!(inside(text).is_none(), "{text}");
        }
        assert_eq!(whole("mmmBTU").map(|unit| unit.text.unit), Some(None));
        assert!(whole("Some Unknown Unit").is_none());
    }
}

//! Names folded for comparison.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The key of a site's or meter's name: compatibility forms, accents, case and white space smoothed.
pub fn name_key(name: &str) -> String {
    let plain: String = name
        .nfkd()
        .filter(|c| !is_combining_mark(*c) && !c.is_control() || c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect();
    // Lower case first: a capital that is spelled out, such as a capital sharp s, is spelled out by now.
    plain.replace('ß', "ss").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A name as it is shown: white space smoothed, without characters that the database cannot hold.
pub fn shown_name(name: &str) -> String {
    storable(name).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Text without the null character, the one that PostgreSQL cannot hold.
pub fn storable(text: &str) -> String {
    text.replace('\0', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_name_have_one_key() {
        for name in
            ["Hauptstraße 5", "HAUPTSTRASSE  5", " hauptstraße\u{a0}5 ", "Hauptstra\u{1e9e}e 5"]
        {
            assert_eq!(name_key(name), "hauptstrasse 5", "{name}");
        }
        assert_eq!(name_key("Café"), name_key("CAFE\u{301}"));
        assert_ne!(name_key("Meter 1"), name_key("Meter 11"));
    }

    proptest::proptest! {
        #[test]
        fn a_key_is_its_own_key(name in ".*") {
            proptest::prop_assert_eq!(name_key(&name_key(&name)), name_key(&name));
        }
    }
}

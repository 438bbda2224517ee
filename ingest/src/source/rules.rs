//! Which mails and files of a source are taken.
//!
//! Patterns are globs over the whole text, without regard to case: `*` is any number of characters, `?` is one. Of a
//! list one pattern must fit. A mail is taken when it fits every list that is there.

use jiff::{Span, Timestamp};
use serde::{Deserialize, Serialize};

use crate::message::Envelope;

/// `[source.rules]`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct RulesConfig {
    /// Senders, such as `*@utility.example`.
    pub from: Vec<String>,
    /// Recipients of To and Cc.
    pub to: Vec<String>,
    /// Subjects.
    pub subject: Vec<String>,
    /// Subjects that are passed over.
    pub not_subject: Vec<String>,
    /// Names of files in mails that are taken.
    pub files: Vec<String>,
    /// Names of files in mails that are left out.
    pub not_files: Vec<String>,
    /// Mails older than so many days, by their Date, are passed over.
    pub max_age_days: Option<u32>,
}

impl RulesConfig {
    /// Whether the patterns make sense; a sentence if not.
    pub(super) fn check(&self) -> Result<(), String> {
        let lists = [
            ("from", &self.from),
            ("to", &self.to),
            ("subject", &self.subject),
            ("not_subject", &self.not_subject),
            ("files", &self.files),
            ("not_files", &self.not_files),
        ];
        for (key, patterns) in lists {
            if patterns.iter().any(|pattern| pattern.trim().is_empty()) {
                return Err(format!(
                    "a pattern of `{key}` in [source.rules] is empty; `*` fits everything"
                ));
            }
        }
        Ok(())
    }

    /// Whether the envelope of a mail matters at all.
    pub fn ask_envelope(&self) -> bool {
        let lists = [&self.from, &self.to, &self.subject, &self.not_subject];
        lists.iter().any(|list| !list.is_empty()) || self.max_age_days.is_some()
    }

    /// Whether a mail is taken. A mail that does not say when it was sent is not too old.
    pub fn want_mail(&self, mail: &Envelope, now: Timestamp) -> bool {
        let from = mail.from.as_deref().unwrap_or_default();
        let subject = mail.subject.as_deref().unwrap_or_default();
        let is_young = match (self.max_age_days, mail.sent_at) {
            (Some(days), Some(sent)) => now
                .checked_sub(Span::new().hours(24 * i64::from(days)))
                .is_ok_and(|oldest| sent >= oldest),
            _ => true,
        };
        is_young
            && (self.from.is_empty() || fits_any(&self.from, from))
            && (self.to.is_empty() || mail.to.iter().any(|to| fits_any(&self.to, to)))
            && (self.subject.is_empty() || fits_any(&self.subject, subject))
            && !fits_any(&self.not_subject, subject)
    }

    /// Whether a file in a mail is taken. One without a name fits no pattern.
    pub fn want_file(&self, name: Option<&str>) -> bool {
        let name = name.unwrap_or_default();
        (self.files.is_empty() || fits_any(&self.files, name)) && !fits_any(&self.not_files, name)
    }
}

fn fits_any(patterns: &[String], text: &str) -> bool {
    let text: Vec<char> = text.to_lowercase().chars().collect();
    patterns.iter().any(|pattern| {
        let pattern: Vec<char> = pattern.to_lowercase().chars().collect();
        fits(&pattern, &text)
    })
}

/// Matches in time proportional to the product of the lengths at worst: of several stars only the last is tried anew.
fn fits(pattern: &[char], text: &[char]) -> bool {
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p + 1, t));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match star {
                Some((after, from)) => {
                    star = Some((after, from + 1));
                    p = after;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(text: &str) -> RulesConfig {
        serde_json::from_str(text).expect("rules")
    }

    #[test]
    fn globs_cover_the_whole_text_without_regard_to_case() {
        for (pattern, text, is_fit) in [
            ("*@utility.example", "Bills@Utility.Example", true),
            ("*@utility.example", "bills@utility.example.org", false),
            ("*.xls?", "März.XLSX", true),
            ("*.xls*", "März.xls", true),
            ("a*b*c", "aXbXbXc", true),
            ("a*b*c", "aXbXbX", false),
            ("", "", true),
            ("*", "", true),
            ("?", "", false),
            ("ÄRZ", "ärz", true),
        ] {
            assert_eq!(fits_any(&[pattern.to_owned()], text), is_fit, "{pattern} {text}");
        }
        // Many stars do not take for ever.
        assert!(!fits_any(&["*a".repeat(40)], &"a".repeat(39)));
    }

    #[test]
    fn a_mail_is_taken_when_it_fits_every_list() {
        let rules = rules(
            r#"{"from": ["*@a.example", "*@b.example"], "to": ["meters@*"], "not_subject": ["*reminder*"], "max_age_days": 30}"#,
        );
        let now: Timestamp = "2026-03-31T12:00:00Z".parse().expect("an instant");
        let mail = Envelope {
            from: Some("x@b.example".to_owned()),
            to: vec!["other@c.example".to_owned(), "meters@c.example".to_owned()],
            subject: Some("March".to_owned()),
            sent_at: Some("2026-03-02T12:00:00Z".parse().expect("an instant")),
        };
        assert!(rules.want_mail(&mail, now) && rules.ask_envelope());
        let old = Envelope {
            sent_at: Some("2026-03-01T11:00:00Z".parse().expect("an instant")),
            ..mail.clone()
        };
        assert!(!rules.want_mail(&old, now));
        assert!(rules.want_mail(&Envelope { sent_at: None, ..mail.clone() }, now));
        assert!(!rules.want_mail(&Envelope { from: None, ..mail.clone() }, now));
        assert!(!rules.want_mail(&Envelope { to: Vec::new(), ..mail.clone() }, now));
        let reminder = Envelope { subject: Some("A Reminder for March".to_owned()), ..mail };
        assert!(!rules.want_mail(&reminder, now));
    }

    #[test]
    fn files_are_chosen_by_name() {
        let rules = rules(r#"{"files": ["*.xlsx", "*.csv"], "not_files": ["tariff*"]}"#);
        assert!(rules.want_file(Some("March.XLSX")) && !rules.want_file(Some("Tariffs.xlsx")));
        assert!(!rules.want_file(Some("logo.png")) && !rules.want_file(None));
        assert!(!rules.ask_envelope() && RulesConfig::default().want_file(None));
    }
}

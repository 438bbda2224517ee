//! Sources that bring nothing: a mailbox that nobody writes to any more, a rule at the server that sorts mails away.
//!
//! Pure: days on which mails came in, silences out. What a sender owes is told by its meters; a source is silent only
//! where none of its senders is.

use jiff::ToSpan;
use jiff::civil::Date;

use super::{About, FEWEST, GRACE, LEARNT_FROM, Silence, days, midnight, span};
use alerts::{AlertKind, Severity};

/// A source that is tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedSource {
    /// Its name.
    pub name: String,
    /// Days on which its mails were sent, each with the day on which the mail was taken in; in any order.
    pub mails: Vec<(Date, Date)>,
    /// At least one mail in so many days, as a person has said; else learnt.
    pub expect_days: Option<i32>,
    /// When it was tried last.
    pub tried: Option<Date>,
    /// Who sent its mails.
    pub senders: Vec<String>,
}

/// When a source is expected to bring its next mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expectation {
    /// The longest time from one mail to the next that is usual, in days.
    pub every: i32,
    /// When the newest mail was sent.
    pub last: Date,
    /// The last day on which the next is in time.
    pub due: Date,
}

/// What is expected of a source; `None` where nothing was said and too little came to tell, and where it had fallen
/// silent before its mails were taken in: that is history, and nobody waits for it.
pub fn expectation(source: &WatchedSource) -> Option<Expectation> {
    let expected = rhythm(source)?;
    let newest = source.mails.iter().filter(|(sent, _)| *sent == expected.last);
    let taken_in = newest.map(|(_, taken)| *taken).max()?;
    (taken_in <= expected.due).then_some(expected)
}

fn rhythm(source: &WatchedSource) -> Option<Expectation> {
    let mut sent: Vec<Date> = source.mails.iter().map(|(sent, _)| *sent).collect();
    sent.sort_unstable();
    sent.dedup();
    let last = *sent.last()?;
    if let Some(every) = source.expect_days {
        return Some(Expectation { every, last, due: last.saturating_add(every.days()) });
    }
    let recent = &sent[sent.len().saturating_sub(LEARNT_FROM + 1)..];
    let gaps: Vec<i32> = recent.windows(2).map(|pair| days(pair[0], pair[1])).collect();
    if gaps.len() < FEWEST {
        return None;
    }
    // Mails of one month come on several days: the pause between two months is no silence.
    let every = gaps.iter().copied().max()?;
    let grace = GRACE.max(every / 4);
    Some(Expectation { every, last, due: last.saturating_add((every + grace).days()) })
}

/// The sources that are silent today, beside the silences of meters and senders that were `found`.
pub fn silent(sources: &[WatchedSource], found: &[Silence], today: Date) -> Vec<Silence> {
    let owed_by = |source: &WatchedSource| {
        found.iter().any(|silence| match &silence.about {
            About::Sender { sender, .. } => source.senders.contains(sender),
            About::Meter(_) | About::Source(_) => false,
        })
    };
    sources
        .iter()
        .filter_map(|source| Some((source, expectation(source)?)))
        .filter(|(source, expected)| {
            today > expected.due
                // A source that is not tried any more is none.
                && source.tried.is_some_and(|tried| tried > expected.due)
                && !owed_by(source)
        })
        .map(|(source, expected)| of_source(source, expected, today))
        .collect()
}

fn of_source(source: &WatchedSource, expected: Expectation, today: Date) -> Silence {
    let missing = days(expected.due, today) > expected.every.max(GRACE);
    let name = &source.name;
    Silence {
        fingerprint: format!("silence:source:{name}:{}", expected.last),
        about: About::Source(name.clone()),
        kind: if missing { AlertKind::Missing } else { AlertKind::Late },
        severity: if missing { Severity::High } else { Severity::Medium },
        start: midnight(expected.last),
        end: midnight(expected.due),
        came: 0,
        expected: 1,
        reason: format!(
            "No mail has come from the source {name} for {}: one was expected by {}{}.",
            span(expected.last, today),
            expected.due,
            if source.expect_days.is_some() { ", as its configuration says" } else { "" },
        ),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn source(mails: &[Date], expect_days: Option<i32>) -> WatchedSource {
        WatchedSource {
            name: "utilities".to_owned(),
            mails: mails.iter().map(|day| (*day, *day)).collect(),
            expect_days,
            tried: Some(date(2025, 12, 31)),
            senders: vec!["bills@example.com".to_owned()],
        }
    }

    fn monthly() -> Vec<Date> {
        (1..=6).flat_map(|month| [date(2025, month, 5), date(2025, month, 7)]).collect()
    }

    #[test]
    fn what_was_said_counts_before_what_was_learnt() {
        let said = expectation(&source(&monthly(), Some(10))).expect("said");
        assert_eq!((said.every, said.due), (10, date(2025, 6, 17)));
        assert_eq!(expectation(&source(&[], Some(10))), None, "nothing has come yet");
        assert_eq!(expectation(&source(&monthly()[..3], None)), None, "too little to tell");
    }

    #[test]
    fn the_pause_between_two_months_is_no_silence() {
        let learnt = source(&monthly(), None);
        assert_eq!(silent(std::slice::from_ref(&learnt), &[], date(2025, 7, 6)), []);
        let found = silent(&[learnt], &[], date(2025, 9, 1));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].kind, AlertKind::Missing);
    }

    #[test]
    fn a_source_is_silent_only_where_no_sender_of_it_is_and_it_was_tried() {
        let said = source(&monthly(), Some(10));
        let today = date(2025, 6, 20);
        let found = silent(std::slice::from_ref(&said), &[], today);
        assert_eq!(found[0].kind, AlertKind::Late);
        assert!(found[0].reason.contains("utilities"), "{}", found[0].reason);
        let sender = Silence {
            about: About::Sender { sender: "bills@example.com".to_owned(), waiting: Vec::new() },
            ..found[0].clone()
        };
        assert_eq!(silent(std::slice::from_ref(&said), &[sender], today), []);
        let untried = WatchedSource { tried: Some(date(2025, 6, 17)), ..said.clone() };
        assert_eq!(silent(&[untried], &[], today), []);
        let old = WatchedSource { mails: vec![(date(2025, 1, 5), date(2025, 6, 7))], ..said };
        assert_eq!(silent(&[old], &[], today), [], "it was silent before it was taken in");
    }
}

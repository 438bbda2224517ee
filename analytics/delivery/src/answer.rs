//! What a receiver answered, and what follows from it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::schedule;

/// How one request ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status, where there was an answer.
    pub status: Option<u16>,
    /// Why there was none, in words for a person.
    pub error: Option<String>,
    /// The first bytes of the answer.
    pub response: Option<String>,
    /// How long the receiver asks to be left alone.
    pub retry_after: Option<SignedDuration>,
    /// How long the request took.
    pub duration: Duration,
}

/// What becomes of the delivery, and of its endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// Received.
    Delivered,
    /// To be tried again.
    Retry {
        /// Not before.
        at: Timestamp,
        /// Nothing else is to be sent to this endpoint before.
        quiet_until: Option<Timestamp>,
    },
    /// The last attempt failed; a person may replay it.
    Dead,
    /// The receiver is gone for good: the endpoint is disabled, the delivery stays pending.
    Gone,
}

impl Answer {
    /// Whether the receiver answered at all.
    pub const fn was_reached(&self) -> bool {
        self.status.is_some()
    }

    /// What follows, at `now`, after this many earlier failures of the delivery; `random` in 0..1 spreads the retries.
    pub fn settlement(&self, now: Timestamp, earlier_failures: u32, random: f64) -> Settlement {
        match self.status {
            Some(200..=299) => return Settlement::Delivered,
            Some(410) => return Settlement::Gone,
            _ => {}
        }
        let wish = self.retry_after.filter(|_| matches!(self.status, Some(429 | 503)));
        let later = |wait: SignedDuration| now.checked_add(wait).unwrap_or(Timestamp::MAX);
        let quiet_until = wish.map(|wish| later(wish.min(schedule::LONGEST_RETRY_AFTER)));
        match schedule::wait(earlier_failures.saturating_add(1), random, wish) {
            Some(wait) => Settlement::Retry { at: later(wait), quiet_until },
            None => Settlement::Dead,
        }
    }

    /// Why it was not a success, in one sentence.
    pub fn failure(&self) -> Option<String> {
        match (self.status, &self.error) {
            (Some(200..=299), _) => None,
            (Some(status @ 300..=399), _) => Some(format!(
                "The receiver answered {status} and pointed elsewhere; redirects are not followed."
            )),
            (Some(410), _) => {
                Some("The receiver answered 410: it wants no more events.".to_owned())
            }
            (Some(status), _) => Some(format!("The receiver answered {status}.")),
            (None, Some(error)) => Some(error.clone()),
            (None, None) => Some("There was no answer.".to_owned()),
        }
    }
}

/// Reads the header `Retry-After`: seconds, or a date.
pub fn retry_after(header: &str, now: Timestamp) -> Option<SignedDuration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<u32>() {
        return Some(SignedDuration::from_secs(i64::from(seconds)));
    }
    let date = jiff::fmt::rfc2822::parse(header).ok()?.timestamp();
    Some(date.duration_since(now).max(SignedDuration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, retry_after: Option<i64>) -> Answer {
        Answer {
            status: Some(status),
            error: None,
            response: None,
            retry_after: retry_after.map(SignedDuration::from_secs),
            duration: Duration::ZERO,
        }
    }

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    #[test]
    fn only_the_two_hundreds_are_a_success() {
        for status in 200..300 {
            assert_eq!(answered(status, None).settlement(NOW, 0, 0.0), Settlement::Delivered);
            assert_eq!(answered(status, None).failure(), None);
        }
        for status in (100..200).chain(300..410).chain(411..600) {
            let settlement = answered(status, None).settlement(NOW, 0, 0.0);
            assert_eq!(
                settlement,
                Settlement::Retry { at: second(5), quiet_until: None },
                "{status}"
            );
            assert!(answered(status, None).failure().is_some());
        }
        assert_eq!(answered(410, None).settlement(NOW, 0, 0.0), Settlement::Gone);
        assert_eq!(answered(500, None).settlement(NOW, 9, 0.0), Settlement::Dead);
    }

    #[test]
    fn a_busy_receiver_is_left_alone_as_long_as_it_asks() {
        let settlement = answered(429, Some(120)).settlement(NOW, 0, 0.0);
        let asked = Settlement::Retry { at: second(120), quiet_until: Some(second(120)) };
        assert_eq!(settlement, asked);
        let settlement = answered(500, Some(120)).settlement(NOW, 0, 0.0);
        assert_eq!(settlement, Settlement::Retry { at: second(5), quiet_until: None }, "not asked");
    }

    #[test]
    fn the_wish_is_read_as_seconds_or_as_a_date() {
        let now: Timestamp = "2015-10-21T07:27:00Z".parse().expect("a time");
        let minute = SignedDuration::from_secs(60);
        assert_eq!(retry_after("60", now), Some(minute));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:28:00 GMT", now), Some(minute));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:00:00 GMT", now), Some(SignedDuration::ZERO));
        assert_eq!(retry_after("-5", now), None);
        assert_eq!(retry_after("soon", now), None);
    }
}

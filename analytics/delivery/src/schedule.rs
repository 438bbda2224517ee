//! When a failed delivery is tried again.

use jiff::SignedDuration;

/// The waits after the first to the ninth failure; the first attempt is made at once, the tenth failure is the last.
///
/// The schedule of Standard Webhooks: 75 h 35 min from the first attempt to the last.
pub const WAITS: [SignedDuration; 9] = [
    SignedDuration::from_secs(5),
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(30),
    SignedDuration::from_hours(2),
    SignedDuration::from_hours(5),
    SignedDuration::from_hours(10),
    SignedDuration::from_hours(14),
    SignedDuration::from_hours(20),
    SignedDuration::from_hours(24),
];

/// No receiver can put an event off for longer than this by `Retry-After`.
pub const LONGEST_RETRY_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// An endpoint whose every attempt failed for this long is disabled.
pub const DISABLE_AFTER: SignedDuration = SignedDuration::from_hours(120);

/// The wait before the next attempt, or `None` after the last one.
///
/// `failures` counts the failures so far, the present one included. `random` is in 0..1 and lengthens the wait by up to
/// a fifth, so that a receiver that comes back is not met by all at once; it never shortens it, so that the last attempt
/// still comes after a weekend. `retry_after` is the receiver's wish, followed where it is longer.
pub fn wait(
    failures: u32,
    random: f64,
    retry_after: Option<SignedDuration>,
) -> Option<SignedDuration> {
    let step = usize::try_from(failures.max(1) - 1).ok()?;
    let scheduled = WAITS.get(step)?;
    let spread = scheduled.mul_f64(1.0 + random.clamp(0.0, 1.0) / 5.0);
    Some(retry_after.map_or(spread, |wish| spread.max(wish.min(LONGEST_RETRY_AFTER))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_attempts_span_three_days() {
        let waits: Vec<_> = (1..).map_while(|failures| wait(failures, 0.0, None)).collect();
        assert_eq!(waits.len(), 9);
        let span: SignedDuration = waits.into_iter().fold(SignedDuration::ZERO, |a, b| a + b);
        let expected = SignedDuration::from_hours(75) + SignedDuration::from_secs(35 * 60 + 5);
        assert_eq!(span, expected);
    }

    #[test]
    fn the_wish_of_a_receiver_is_followed_within_bounds() {
        let seconds = SignedDuration::from_secs;
        assert_eq!(wait(1, 0.0, Some(seconds(1))), Some(seconds(5)));
        assert_eq!(wait(1, 0.0, Some(seconds(90))), Some(seconds(90)));
        assert_eq!(wait(1, 0.0, Some(seconds(i64::MAX))), Some(LONGEST_RETRY_AFTER));
        assert_eq!(wait(1, 0.0, Some(seconds(-9))), Some(seconds(5)));
        assert_eq!(wait(10, 0.0, Some(seconds(90))), None, "the last attempt was made");
    }

    proptest::proptest! {
        #[test]
        fn chance_only_lengthens_and_by_a_fifth_at_most(failures in 1u32..10, random in 0.0f64..1.0) {
            let plain = wait(failures, 0.0, None).expect("not the last");
            let spread = wait(failures, random, None).expect("not the last");
            proptest::prop_assert!(plain <= spread && spread <= plain.mul_f64(1.2));
        }
    }
}

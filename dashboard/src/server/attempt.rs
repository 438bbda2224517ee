//! Sign-in attempts that failed slow the next ones down, per account and per address.
//!
//! Nobody is locked out for good: the wait doubles with every failure and ends at a quarter of an hour.

use std::net::IpAddr;

use jiff::{SignedDuration, Timestamp};
use sqlx::PgConnection;

const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(1);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(15);
/// An office shares one address: its first failures cost nothing.
const FREE_FOR_ADDRESS: i32 = 10;
/// Failures older than this are forgotten.
const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// Whose failures are counted together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subjects {
    account: String,
    address: String,
}

impl Subjects {
    /// The account that was named, whether it exists or not, and the address it was named from.
    pub fn new(account: &str, address: Option<IpAddr>) -> Self {
        let account: String = account.trim().to_lowercase().chars().take(100).collect();
        let address = address.map_or_else(|| "unknown".to_owned(), network);
        Self { account: format!("account {account}"), address: format!("address {address}") }
    }
}

/// One household or office has a whole /64 of IPv6.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// How long after the last of so many failures nobody may try.
pub fn wait_after(failures: i32) -> SignedDuration {
    let doublings = u32::try_from(failures - 1).unwrap_or(0).min(20);
    if failures < 1 {
        SignedDuration::ZERO
    } else {
        (FIRST_WAIT * (1 << doublings)).min(LONGEST_WAIT)
    }
}

/// How long the person has to wait; zero when an attempt is allowed.
pub async fn remaining_wait(
    connection: &mut PgConnection,
    subjects: &Subjects,
    now: Timestamp,
) -> Result<SignedDuration, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select subject, failures, last_failure_at as "at: jiff_sqlx::Timestamp"
           from sign_in_failure where subject in ($1, $2)"#,
        subjects.account,
        subjects.address,
    )
    .fetch_all(connection)
    .await?;
    let waits = rows.into_iter().map(|row| {
        let free = if row.subject == subjects.address { FREE_FOR_ADDRESS } else { 0 };
        let since = now.duration_since(row.at.to_jiff());
        if since > FORGOTTEN_AFTER {
            SignedDuration::ZERO
        } else {
            wait_after(row.failures - free) - since
        }
    });
    Ok(waits.fold(SignedDuration::ZERO, Ord::max))
}

/// Counts a failure for both subjects.
pub async fn failed(
    connection: &mut PgConnection,
    subjects: &Subjects,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let forgotten = now - FORGOTTEN_AFTER;
    sqlx::query!(
        r#"insert into sign_in_failure (subject, failures, last_failure_at)
           select subject, 1, $3 from unnest(array[$1, $2]) as subject
           on conflict (subject) do update set
               failures = case when sign_in_failure.last_failure_at < $4 then 1
                               else sign_in_failure.failures + 1 end,
               last_failure_at = $3"#,
        subjects.account,
        subjects.address,
        jiff_sqlx::Timestamp::from(now) as _,
        jiff_sqlx::Timestamp::from(forgotten) as _,
    )
    .execute(&mut *connection)
    .await?;
    // The table stays as small as a day's failures.
    sqlx::query!(
        "delete from sign_in_failure where last_failure_at < $1",
        jiff_sqlx::Timestamp::from(forgotten) as _,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Forgets the failures of an account whose password has been given. Those of the address stay: one's own account must
/// not clear the way for guessing at others.
pub async fn succeeded(
    connection: &mut PgConnection,
    subjects: &Subjects,
) -> Result<(), sqlx::Error> {
    sqlx::query!("delete from sign_in_failure where subject = $1", subjects.account)
        .execute(connection)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_up_to_a_quarter_of_an_hour() {
        let seconds: Vec<_> =
            [0, 1, 2, 3, 4, 10, 11, 12, 1_000].map(|n| wait_after(n).as_secs()).into();
        assert_eq!(seconds, [0, 1, 2, 4, 8, 512, 900, 900, 900]);
    }

    #[test]
    fn accounts_are_folded_and_networks_counted_together() {
        let subjects = |name: &str, address: &str| Subjects::new(name, address.parse().ok());
        assert_eq!(subjects(" Ada ", "10.0.0.7"), subjects("ada", "10.0.0.7"));
        assert_eq!(subjects("ada", "::ffff:10.0.0.7"), subjects("ada", "10.0.0.7"));
        assert_eq!(subjects("ada", "2001:db8::1"), subjects("ada", "2001:db8::ffff"));
        assert_ne!(subjects("ada", "2001:db8:0:1::1"), subjects("ada", "2001:db8::1"));
    }
}

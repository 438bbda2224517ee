//! How sources fare, as the database knows it: the circuit breaker of each, and what need not be looked at again.

use std::collections::HashMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use sqlx::PgPool;

use super::Item;
use super::trouble::{Lasting, Trouble};

/// The wait after a first failure; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_mins(1);
/// The longest wait for what may mend itself.
const LONGEST_WAIT: Duration = Duration::from_hours(1);
/// What a person has to mend is tried this seldom, so that no account is locked by wrong passwords.
const PERSON_WAIT: Duration = Duration::from_hours(6);
/// A server is believed when it asks for a pause, up to this.
const LONGEST_PAUSE: Duration = Duration::from_hours(24);

/// Whether a source may be tried now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Breaker {
    /// It may.
    Closed,
    /// Not before this instant, for what went wrong last.
    Open {
        /// When it is tried again.
        until: Timestamp,
        /// What went wrong.
        sentence: String,
    },
}

/// How long a source is left alone after a failure, the `failures`th in a row.
pub(super) fn pause(trouble: &Trouble, failures: u32) -> Duration {
    let base = match trouble.kind.lasting() {
        Lasting::Permanent => PERSON_WAIT,
        Lasting::Transient => {
            let doubled = FIRST_WAIT.saturating_mul(1_u32 << failures.saturating_sub(1).min(16));
            doubled.min(LONGEST_WAIT)
        }
    };
    // Never sooner than the server asks.
    base.max(trouble.retry_after.unwrap_or_default().min(LONGEST_PAUSE))
}

/// Notes that a source is about to be tried; says whether it may.
pub(super) async fn begin(
    pool: &PgPool,
    (source, kind, place): (&str, &str, &str),
    (config_digest, expect_days): (&[u8; 32], Option<u16>),
    now: Timestamp,
) -> Result<Breaker, sqlx::Error> {
    let row = sqlx::query!(
        r#"insert into source_state as s (source, kind, place, config_digest, expect_days) values ($1, $2, $3, $4, $5)
           on conflict (source) do update set kind = $2, place = $3, config_digest = $4, expect_days = $5,
               next_attempt_at = case when s.config_digest = $4 then s.next_attempt_at end,
               waits_for_person = s.waits_for_person and s.config_digest = $4
           returning next_attempt_at as "until: jiff_sqlx::Timestamp", trouble_sentence"#,
        source,
        kind,
        place,
        config_digest.as_slice(),
        expect_days.map(i32::from),
    )
    .fetch_one(pool)
    .await?;
    let until = row.until.map(jiff_sqlx::Timestamp::to_jiff).filter(|until| *until > now);
    if let Some(until) = until {
        return Ok(Breaker::Open { until, sentence: row.trouble_sentence.unwrap_or_default() });
    }
    sqlx::query!(
        "update source_state set last_attempt_at = $2 where source = $1",
        source,
        now.to_sqlx() as _
    )
    .execute(pool)
    .await?;
    Ok(Breaker::Closed)
}

/// Notes that all went well.
pub(super) async fn succeeded(
    pool: &PgPool,
    source: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "update source_state set last_success_at = $2, failing_since = null, failures = 0, next_attempt_at = null,
             waits_for_person = false, trouble_code = null, trouble_sentence = null, trouble_remedy = null
         where source = $1",
        source,
        now.to_sqlx() as _,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Notes what went wrong, and from when on it is tried again.
pub(super) async fn failed(
    pool: &PgPool,
    source: &str,
    trouble: &Trouble,
    now: Timestamp,
) -> Result<Timestamp, sqlx::Error> {
    let failures = sqlx::query_scalar!(
        "update source_state set failures = failures + 1, failing_since = coalesce(failing_since, $2),
             waits_for_person = $3, trouble_code = $4, trouble_sentence = $5, trouble_remedy = $6
         where source = $1 returning failures",
        source,
        now.to_sqlx() as _,
        trouble.kind.lasting() == Lasting::Permanent,
        trouble.kind.code(),
        crate::ledger::storable(&trouble.sentence),
        trouble.kind.remedy(),
    )
    .fetch_one(pool)
    .await?;
    let wait = pause(trouble, u32::try_from(failures).unwrap_or(1));
    let until = SignedDuration::try_from(wait).ok().and_then(|wait| now.checked_add(wait).ok());
    let until = until.unwrap_or(now);
    sqlx::query!(
        "update source_state set next_attempt_at = $2 where source = $1",
        source,
        until.to_sqlx() as _
    )
    .execute(pool)
    .await?;
    Ok(until)
}

/// Has a source tried at once by the next pass; `false` when there is none of this name.
pub async fn try_again(pool: &PgPool, source: &str) -> Result<bool, sqlx::Error> {
    let changed = sqlx::query!(
        "update source_state set next_attempt_at = null, waits_for_person = false where source = $1",
        source
    )
    .execute(pool)
    .await?
    .rows_affected();
    // What was given up is listed once more, also where only changes are asked for.
    sqlx::query!(
        "with forgotten as (delete from source_cursor where source = $1)
         delete from source_item where source = $1 and reason = 'given_up'",
        source
    )
    .execute(pool)
    .await?;
    Ok(changed > 0)
}

/// Why an item was looked at and not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dropped {
    /// The rules pass it over.
    PassedOver,
    /// It can never be fetched.
    GivenUp,
}

impl Dropped {
    const fn code(self) -> &'static str {
        match self {
            Self::PassedOver => "passed_over",
            Self::GivenUp => "given_up",
        }
    }
}

/// Notes an item that is not looked at again as long as it and the rules stay the same.
pub(super) async fn note_dropped(
    pool: &PgPool,
    (source, item): (&str, &Item),
    (why, sentence): (Dropped, &str),
    rules_digest: &[u8; 32],
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into source_item (source, location, version, reason, sentence, rules_digest, noted_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (source, location) do update
             set version = $3, reason = $4, sentence = $5, rules_digest = $6, noted_at = $7",
        source,
        crate::ledger::storable(&item.location),
        item.version,
        why.code(),
        sentence,
        rules_digest.as_slice(),
        now.to_sqlx() as _,
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// The items of a source that need not be looked at, by place, with their versions.
pub(super) async fn dropped(
    pool: &PgPool,
    source: &str,
    rules_digest: &[u8; 32],
) -> Result<HashMap<String, String>, sqlx::Error> {
    let rows = sqlx::query!(
        "select location, version from source_item
         where source = $1 and (rules_digest = $2 or reason = 'given_up')",
        source,
        rules_digest.as_slice(),
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.location, row.version)).collect())
}

/// How far a place was read.
pub(super) async fn cursor(
    pool: &PgPool,
    source: &str,
    place: &str,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        "select cursor from source_cursor where source = $1 and folder = $2",
        source,
        place
    )
    .fetch_optional(pool)
    .await
}

/// Keeps how far a place was read.
pub(super) async fn keep_cursor(
    pool: &PgPool,
    (source, place): (&str, &str),
    cursor: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into source_cursor (source, folder, cursor, updated_at) values ($1, $2, $3, $4)
         on conflict (source, folder) do update set cursor = $3, updated_at = $4",
        source,
        place,
        cursor,
        now.to_sqlx() as _,
    )
    .execute(pool)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::trouble::TroubleKind;

    #[test]
    fn waits_double_and_a_server_is_believed() {
        let cut = Trouble::new(TroubleKind::Cut, "cut");
        let minutes = |failures| pause(&cut, failures).as_secs() / 60;
        assert_eq!([1, 2, 3, 6, 7, 99].map(minutes), [1, 2, 4, 32, 60, 60]);
        let asked = Trouble { retry_after: Some(Duration::from_hours(2)), ..cut };
        assert_eq!(pause(&asked, 1).as_secs(), 7200);
        let password = Trouble::new(TroubleKind::Credentials, "wrong");
        assert_eq!(pause(&password, 1), PERSON_WAIT);
    }
}

//! How each source fares, for people.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use sqlx::PgPool;

/// How a source fares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceHealth {
    /// Its name.
    pub source: String,
    /// When it was tried last.
    pub last_attempt_at: Option<Timestamp>,
    /// When all went well last.
    pub last_success_at: Option<Timestamp>,
    /// Since when it has failed without a success in between.
    pub failing_since: Option<Timestamp>,
    /// Failures in a row.
    pub failures: i32,
    /// Not tried before; none when it is due with the next pass.
    pub next_attempt_at: Option<Timestamp>,
    /// Time alone will not mend it.
    pub waits_for_person: bool,
    /// The code of what went wrong last.
    pub trouble: Option<String>,
    /// What went wrong last.
    pub sentence: Option<String>,
    /// What a person can do about it.
    pub remedy: Option<String>,
    /// The last day on which its next mail is in time, as set or learnt; none where too little came to tell.
    pub due_on: Option<Date>,
    /// Items that the rules passed over.
    pub passed_over: i64,
    /// Items that can never be fetched.
    pub given_up: i64,
}

impl SourceHealth {
    /// The state of its circuit breaker in a word.
    pub fn breaker(&self, now: Timestamp) -> &'static str {
        match self.next_attempt_at {
            _ if self.failures == 0 => "closed",
            Some(_) if self.waits_for_person => "waits for a person",
            Some(until) if until > now => "open",
            _ => "half-open",
        }
    }
}

/// The health of every source that was tried once.
pub async fn health(pool: &PgPool) -> Result<Vec<SourceHealth>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select source, last_attempt_at as "last_attempt_at: jiff_sqlx::Timestamp",
               last_success_at as "last_success_at: jiff_sqlx::Timestamp",
               failing_since as "failing_since: jiff_sqlx::Timestamp", failures,
               next_attempt_at as "next_attempt_at: jiff_sqlx::Timestamp", waits_for_person, trouble_code,
               trouble_sentence, trouble_remedy, due_on as "due_on: jiff_sqlx::Date",
               (select count(*) from source_item i where i.source = s.source and reason = 'passed_over')
                   as "passed_over!",
               (select count(*) from source_item i where i.source = s.source and reason = 'given_up')
                   as "given_up!"
           from source_state s order by source"#
    )
    .fetch_all(pool)
    .await?;
    let instant = |at: Option<jiff_sqlx::Timestamp>| at.map(jiff_sqlx::Timestamp::to_jiff);
    Ok(rows
        .into_iter()
        .map(|row| SourceHealth {
            source: row.source,
            last_attempt_at: instant(row.last_attempt_at),
            last_success_at: instant(row.last_success_at),
            failing_since: instant(row.failing_since),
            failures: row.failures,
            next_attempt_at: instant(row.next_attempt_at),
            waits_for_person: row.waits_for_person,
            trouble: row.trouble_code,
            sentence: row.trouble_sentence,
            remedy: row.trouble_remedy,
            due_on: row.due_on.map(jiff_sqlx::Date::to_jiff),
            passed_over: row.passed_over,
            given_up: row.given_up,
        })
        .collect())
}

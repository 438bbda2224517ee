//! How the sources and the books stand.

use serde::Serialize;
use sqlx::PgPool;

use super::ExportError;

/// How a source stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceStatus {
    /// Its name.
    pub source: String,
    /// Mails and bare files that were seen there.
    pub messages: i64,
    /// Those of which not every file is committed; the next pass takes them up.
    pub incomplete: i64,
    /// When something new was seen there last.
    pub last_seen_at: jiff::Timestamp,
}

/// How many files came to an end in one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutcomeCount {
    /// accepted, partial, quarantined or `not_data`.
    pub outcome: String,
    /// Files.
    pub attachments: i64,
    /// Their rows.
    pub rows: i64,
    /// Rows that became readings, or say what readings say.
    pub taken: i64,
    /// Rows that were refused.
    pub refused: i64,
}

/// Every source that something was seen in, by name.
pub async fn source_status(pool: &PgPool) -> Result<Vec<SourceStatus>, ExportError> {
    let rows = sqlx::query!(
        r#"select source, count(*) as "messages!",
                  count(*) filter (where completed_at is null) as "incomplete!",
                  max(seen_at) as "last_seen_at!: jiff_sqlx::Timestamp"
           from message_arrival join message using (message_id) group by source order by source collate "C""#
    )
    .fetch_all(pool)
    .await
    .map_err(ExportError::Read)?;
    Ok(rows
        .into_iter()
        .map(|row| SourceStatus {
            source: row.source,
            messages: row.messages,
            incomplete: row.incomplete,
            last_seen_at: row.last_seen_at.to_jiff(),
        })
        .collect())
}

/// The files by what became of them.
pub async fn outcome_counts(pool: &PgPool) -> Result<Vec<OutcomeCount>, ExportError> {
    sqlx::query_as!(
        OutcomeCount,
        r#"select outcome, count(*) as "attachments!", sum(rows)::bigint as "rows!",
                  sum(accepted + duplicate + superseding)::bigint as "taken!", sum(refused)::bigint as "refused!"
           from attachment group by outcome order by outcome collate "C""#
    )
    .fetch_all(pool)
    .await
    .map_err(ExportError::Read)
}

//! The row of a file, its account and its refusals.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use readings::{AttachmentId, CellAddress, Layout, Problem, RowAccount};
use sqlx::PgConnection;

use super::names::storable;
use super::{LedgerError, Outcome, without_null};

/// What read the file; a file that was read by an earlier version may be read again.
pub const READER_VERSION: &str = env!("CARGO_PKG_VERSION");
/// How many problems the row itself lists; all of those with a place are refusals.
const PROBLEMS_LISTED: usize = 1_000;

/// A file as it is stored.
#[derive(Debug)]
pub struct AttachmentRow<'a> {
    /// SHA-256 of the content.
    pub sha256: [u8; 32],
    /// The decoded bytes.
    pub content: &'a [u8],
    /// When it was first said.
    pub stated_at: Timestamp,
    /// The result of reading it.
    pub result: FileResult<'a>,
}

/// What came of reading a file.
#[derive(Debug)]
pub struct FileResult<'a> {
    /// The format found by content.
    pub format: Option<&'a str>,
    /// What became of it.
    pub outcome: Outcome,
    /// The leading problem, where there is one.
    pub reason: Option<Problem>,
    /// What was recognised.
    pub layouts: &'a [Layout],
    /// All problems, those of the ledger included.
    pub problems: &'a [Problem],
    /// What became of every row.
    pub account: RowAccount,
}

/// Inserts the row under an identity that was drawn before; `false` where another worker stored the file meanwhile.
pub(super) async fn insert(
    connection: &mut PgConnection,
    id: AttachmentId,
    row: &AttachmentRow<'_>,
    now: Timestamp,
) -> Result<bool, LedgerError> {
    let result = &row.result;
    let done = sqlx::query!(
        "insert into attachment (attachment_id, sha256, size_bytes, content, format, outcome, outcome_code,
             outcome_sentence, layouts, problems, stated_at, reader_version, read_at,
             rows, accepted, duplicate, superseding, refused, not_data)
         overriding system value
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
         on conflict (sha256) do nothing",
        id.get(),
        row.sha256.as_slice(),
        i64::try_from(row.content.len()).unwrap_or(i64::MAX),
        row.content,
        result.format,
        result.outcome.code(),
        result.reason.as_ref().map(|reason| reason.code.code()),
        result.reason.as_ref().map(|reason| storable(&reason.sentence)),
        layouts_json(result),
        problems_json(result),
        row.stated_at.to_sqlx() as _,
        READER_VERSION,
        now.to_sqlx() as _,
        count(result.account.rows),
        count(result.account.accepted),
        count(result.account.duplicate),
        count(result.account.superseding),
        count(result.account.refused),
        count(result.account.not_data),
    )
    .execute(connection)
    .await
    .map_err(LedgerError::StoreAttachment)?;
    Ok(done.rows_affected() == 1)
}

/// Replaces the result of an earlier reading of the same bytes.
pub(super) async fn update(
    connection: &mut PgConnection,
    id: AttachmentId,
    result: &FileResult<'_>,
    now: Timestamp,
) -> Result<(), LedgerError> {
    sqlx::query!("delete from refusal where attachment_id = $1", id.get())
        .execute(&mut *connection)
        .await
        .map_err(LedgerError::StoreAttachment)?;
    sqlx::query!(
        "update attachment set format = $2, outcome = $3, outcome_code = $4, outcome_sentence = $5, layouts = $6,
             problems = $7, reader_version = $8, read_at = $9, rows = $10, accepted = $11, duplicate = $12,
             superseding = $13, refused = $14, not_data = $15
         where attachment_id = $1",
        id.get(),
        result.format,
        result.outcome.code(),
        result.reason.as_ref().map(|reason| reason.code.code()),
        result.reason.as_ref().map(|reason| storable(&reason.sentence)),
        layouts_json(result),
        problems_json(result),
        READER_VERSION,
        now.to_sqlx() as _,
        count(result.account.rows),
        count(result.account.accepted),
        count(result.account.duplicate),
        count(result.account.superseding),
        count(result.account.refused),
        count(result.account.not_data),
    )
    .execute(connection)
    .await
    .map_err(LedgerError::StoreAttachment)?;
    Ok(())
}

/// Stores the problems that have a place and are not a remark about a reading that was taken.
pub(super) async fn refuse(
    connection: &mut PgConnection,
    id: AttachmentId,
    problems: &[Problem],
    taken: &HashSet<(&str, CellAddress)>,
) -> Result<(), LedgerError> {
    let refusals: Vec<(&Problem, &str)> = problems
        .iter()
        .filter_map(|problem| problem.sheet.as_deref().map(|sheet| (problem, sheet)))
        .filter(|(problem, sheet)| problem.cell.is_none_or(|cell| !taken.contains(&(*sheet, cell))))
        .collect();
    if refusals.is_empty() {
        return Ok(());
    }
    let sheets: Vec<String> = refusals.iter().map(|(_, sheet)| storable(sheet)).collect();
    let cells: Vec<Option<String>> =
        refusals.iter().map(|(problem, _)| problem.cell.map(|cell| cell.to_string())).collect();
    let codes: Vec<String> =
        refusals.iter().map(|(problem, _)| problem.code.code().to_owned()).collect();
    let sentences: Vec<String> =
        refusals.iter().map(|(problem, _)| storable(&problem.sentence)).collect();
    sqlx::query!(
        "insert into refusal (attachment_id, sheet, cell, code, sentence)
         select $1, * from unnest($2::text[], $3::text[], $4::text[], $5::text[])",
        id.get(),
        &sheets,
        &cells as _,
        &codes,
        &sentences,
    )
    .execute(connection)
    .await
    .map_err(LedgerError::StoreAttachment)?;
    Ok(())
}

fn layouts_json(result: &FileResult<'_>) -> serde_json::Value {
    without_null(serde_json::to_value(result.layouts).unwrap_or_default())
}

fn problems_json(result: &FileResult<'_>) -> serde_json::Value {
    let listed = &result.problems[..result.problems.len().min(PROBLEMS_LISTED)];
    without_null(serde_json::to_value(listed).unwrap_or_default())
}

fn count(rows: u64) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

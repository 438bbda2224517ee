//! The row of a file, its account and its refusals.

mod large;

use foldhash::{HashMap, HashSet};
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use readings::profile::{DateOrder, DecimalMark};
use readings::{AttachmentId, CellAddress, Layout, Notation, Problem, RowAccount};
use sqlx::PgConnection;

use super::names::storable;
use super::{Content, LedgerError, Outcome, without_null};

/// What read the file; a file that was read by an earlier version may be read again.
pub const READER_VERSION: &str = env!("CARGO_PKG_VERSION");
/// How many problems the row itself lists; all of those with a place are refusals.
pub(super) const PROBLEMS_LISTED: usize = 1_000;

/// Bytes from which on a file goes to the database in blocks.
const LARGE: usize = 1024 * 1024;

/// A file as it is stored.
#[derive(Debug)]
pub struct AttachmentRow<'a> {
    /// SHA-256 of the content.
    pub sha256: [u8; 32],
    /// The decoded bytes.
    pub content: Content<'a>,
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
    /// The layout as it is recognised without anybody's help.
    pub fingerprint: Option<&'a str>,
    /// The profiles by which it was read.
    pub profiles: &'a [String],
    /// What the file itself proves of how it writes numbers and days.
    pub notation: Notation,
    /// All problems, those of the ledger included.
    pub problems: &'a [Problem],
    /// What became of every row.
    pub account: RowAccount,
}

/// An identity for a row that is about to come.
pub(super) async fn new_id(connection: &mut PgConnection) -> Result<AttachmentId, LedgerError> {
    sqlx::query_scalar!(r#"select nextval('attachment_attachment_id_seq') as "id!: AttachmentId""#)
        .fetch_one(connection)
        .await
        .map_err(LedgerError::StoreAttachment)
}

/// Inserts the row under an identity that was drawn before; `false` where another worker stored the file meanwhile.
pub(super) async fn insert(
    connection: &mut PgConnection,
    id: AttachmentId,
    row: &AttachmentRow<'_>,
    now: Timestamp,
) -> Result<bool, LedgerError> {
    let result = &row.result;
    if row.content.len() >= LARGE {
        let is_new = large::insert(connection, id, row, now).await?;
        if is_new {
            update(connection, id, result, now).await?;
        }
        return Ok(is_new);
    }
    let content = row.content.all().map_err(LedgerError::ReadBack)?;
    let done = sqlx::query!(
        "insert into attachment (attachment_id, sha256, size_bytes, content, format, outcome, outcome_code,
             outcome_sentence, layouts, problems, stated_at, reader_version, read_at,
             rows, accepted, duplicate, superseding, refused, not_data, fingerprint, profiles,
             decimal_mark, date_order)
         overriding system value
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)
         on conflict (sha256) do nothing",
        id.get(),
        row.sha256.as_slice(),
        i64::try_from(row.content.len()).unwrap_or(i64::MAX),
        &*content,
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
        result.fingerprint,
        result.profiles,
        decimal_mark(result),
        date_order(result),
    )
    .execute(connection)
    .await
    .map_err(LedgerError::StoreAttachment)?;
    Ok(done.rows_affected() == 1)
}

/// Inserts files that are new, and returns their identities in order; `None` where one of them is stored already, and
/// then the transaction is to be given up.
pub(super) async fn insert_new(
    connection: &mut PgConnection,
    rows: &[AttachmentRow<'_>],
    now: Timestamp,
) -> Result<Option<Vec<AttachmentId>>, LedgerError> {
    if rows.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let accounts = |part: fn(&RowAccount) -> u64| -> Vec<i64> {
        rows.iter().map(|row| count(part(&row.result.account))).collect()
    };
    let contents = rows.iter().map(|row| row.content.all()).collect::<Result<Vec<_>, _>>();
    let contents = contents.map_err(LedgerError::ReadBack)?;
    let reasons = || rows.iter().map(|row| row.result.reason.as_ref());
    let stored = sqlx::query!(
        r#"insert into attachment (sha256, size_bytes, content, format, outcome, outcome_code, outcome_sentence, layouts,
               problems, stated_at, reader_version, read_at, rows, accepted, duplicate, superseding, refused, not_data,
               fingerprint, profiles, decimal_mark, date_order)
           select sha256, octet_length(content), content, format, outcome, code, sentence, layouts, problems, stated_at,
               $16, $17, rows, accepted, duplicate, superseding, refused, not_data, fingerprint,
               array(select jsonb_array_elements_text(profiles)), decimal_mark, date_order
           from unnest($1::bytea[], $2::bytea[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[],
                   $8::jsonb[], $9::timestamptz[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[],
                   $14::bigint[], $15::bigint[], $18::text[], $19::jsonb[], $20::text[], $21::text[])
               with ordinality
               as f (sha256, content, format, outcome, code, sentence, layouts, problems, stated_at, rows, accepted,
                     duplicate, superseding, refused, not_data, fingerprint, profiles, decimal_mark,
                     date_order, position)
           order by position
           on conflict (sha256) do nothing
           returning attachment_id as "id: AttachmentId", sha256"#,
        &rows.iter().map(|row| row.sha256.as_slice()).collect::<Vec<_>>() as _,
        &contents.iter().map(|content| &**content).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.result.format).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| row.result.outcome.code()).collect::<Vec<_>>() as _,
        &reasons().map(|reason| reason.map(|reason| reason.code.code())).collect::<Vec<_>>() as _,
        &reasons().map(|reason| reason.map(|r| storable(&r.sentence))).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| layouts_json(&row.result)).collect::<Vec<_>>(),
        &rows.iter().map(|row| problems_json(&row.result)).collect::<Vec<_>>(),
        &rows.iter().map(|row| row.stated_at.to_sqlx()).collect::<Vec<_>>() as _,
        &accounts(|account| account.rows),
        &accounts(|account| account.accepted),
        &accounts(|account| account.duplicate),
        &accounts(|account| account.superseding),
        &accounts(|account| account.refused),
        &accounts(|account| account.not_data),
        READER_VERSION,
        now.to_sqlx() as _,
        &rows.iter().map(|row| row.result.fingerprint).collect::<Vec<_>>() as _,
        &rows
            .iter()
            .map(|row| serde_json::Value::from(row.result.profiles.to_vec()))
            .collect::<Vec<_>>(),
        &rows.iter().map(|row| decimal_mark(&row.result)).collect::<Vec<_>>() as _,
        &rows.iter().map(|row| date_order(&row.result)).collect::<Vec<_>>() as _,
    )
    .fetch_all(connection)
    .await
    .map_err(LedgerError::StoreAttachment)?;
    let by_digest: HashMap<Vec<u8>, AttachmentId> =
        stored.into_iter().map(|row| (row.sha256, row.id)).collect();
    Ok(rows.iter().map(|row| by_digest.get(row.sha256.as_slice()).copied()).collect())
}

/// Removes the refusals of an earlier reading of the same bytes.
pub(super) async fn forget_refusals(
    connection: &mut PgConnection,
    id: AttachmentId,
) -> Result<(), LedgerError> {
    sqlx::query!("delete from refusal where attachment_id = $1", id.get())
        .execute(connection)
        .await
        .map_err(LedgerError::StoreAttachment)?;
    Ok(())
}

/// Replaces the result that the row holds.
pub(super) async fn update(
    connection: &mut PgConnection,
    id: AttachmentId,
    result: &FileResult<'_>,
    now: Timestamp,
) -> Result<(), LedgerError> {
    sqlx::query!(
        "update attachment set format = $2, outcome = $3, outcome_code = $4, outcome_sentence = $5, layouts = $6,
             problems = $7, reader_version = $8, read_at = $9, rows = $10, accepted = $11, duplicate = $12,
             superseding = $13, refused = $14, not_data = $15, fingerprint = $16, profiles = $17,
             decimal_mark = $18, date_order = $19
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
        result.fingerprint,
        result.profiles,
        decimal_mark(result),
        date_order(result),
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

fn decimal_mark(result: &FileResult<'_>) -> Option<&'static str> {
    result.notation.decimal_mark.map(DecimalMark::code)
}

fn date_order(result: &FileResult<'_>) -> Option<&'static str> {
    result.notation.date_order.map(DateOrder::code)
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

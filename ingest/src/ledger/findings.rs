//! Storing what a person must see between stored readings.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use readings::ProblemCode;
use sqlx::PgConnection;

use super::LedgerError;
use super::overlap::Overlap;

/// Stores overlaps; one that was found before is not stored again.
pub(super) async fn store(
    connection: &mut PgConnection,
    overlaps: &[Overlap],
    now: Timestamp,
) -> Result<(), LedgerError> {
    if overlaps.is_empty() {
        return Ok(());
    }
    let sentences: Vec<String> = overlaps.iter().map(Overlap::sentence).collect();
    let meters: Vec<i64> = overlaps.iter().map(|o| o.reading.key.meter.get()).collect();
    let readings: Vec<i64> = overlaps.iter().map(|o| o.reading.reading.get()).collect();
    let others: Vec<i64> = overlaps.iter().map(|o| o.other.reading.get()).collect();
    sqlx::query!(
        "insert into finding (code, sentence, meter_id, reading_id, other_reading_id, found_at)
         select $1, f.*, $6 from unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[]) as f
         on conflict (code, reading_id, other_reading_id) do nothing",
        ProblemCode::Overlap.code(),
        &sentences,
        &meters,
        &readings,
        &others,
        now.to_sqlx() as _,
    )
    .execute(connection)
    .await
    .map_err(LedgerError::StoreFindings)?;
    Ok(())
}

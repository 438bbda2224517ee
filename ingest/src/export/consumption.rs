//! What was used between readings that do not say it themselves, with the reason and both cells.

use std::io::Write;

use sqlx::PgPool;

use super::ExportError;
use super::readings::{METERS_AT_ONCE, begin, counted_meters, written};

const HEADER: [&str; 14] = [
    "site",
    "meter",
    "commodity",
    "period_start",
    "period_end",
    "quantity",
    "unit",
    "source",
    "reason",
    "sentence",
    "start_file",
    "start_cell",
    "end_file",
    "end_cell",
];

/// Writes what was derived as CSV, sorted by site, meter and period, as of one moment; returns how many lines follow the
/// header.
///
/// The quantity is in the canonical unit of the meter and multiplied; it is empty where the readings do not tell.
pub async fn write_consumption_csv(pool: &PgPool, out: impl Write) -> Result<u64, ExportError> {
    let mut lines = csv::Writer::from_writer(out);
    let failed = |error: csv::Error| ExportError::Write(error.into());
    lines.write_record(HEADER).map_err(failed)?;
    let mut transaction = begin(pool).await?;
    let mut count = 0;
    for meters in counted_meters(&mut transaction).await?.chunks(METERS_AT_ONCE) {
        let rows = sqlx::query!(
            r#"select s.name as site, m.name as "meter!", m.commodity as "commodity!",
                      m.canonical_unit as "unit!", d.quantity, d.source, d.reason, d.sentence,
                      d.period_start as "period_start!: jiff_sqlx::DateTime",
                      d.period_end as "period_end!: jiff_sqlx::DateTime",
                      concat_ws('!', nullif(earlier.sheet, ''), earlier.cell) as "start_cell!",
                      concat_ws('!', nullif(later.sheet, ''), later.cell) as "end_cell!",
                      (select min(f.file_name collate "C") from message_attachment f
                       where f.attachment_id = earlier.attachment_id) as start_file,
                      (select min(f.file_name collate "C") from message_attachment f
                       where f.attachment_id = later.attachment_id) as end_file
               from unnest($1::bigint[]) with ordinality as wanted (meter_id, position)
               join counted_meter m on m.meter_id = wanted.meter_id
               join site s using (site_id)
               join derived_use d on d.meter_id = m.meter_id
               join reading later on later.reading_id = d.reading_id
               join reading earlier on earlier.reading_id = d.earlier_reading_id
               order by position, d.period_start, d.period_end, d.source collate "C""#,
            meters,
        )
        .fetch_all(&mut *transaction)
        .await
        .map_err(ExportError::Read)?;
        for row in rows {
            let (start, end) = written(row.period_start.to_jiff(), row.period_end.to_jiff());
            let quantity = row.quantity.map(|quantity| quantity.normalize().to_string());
            count += 1;
            lines
                .write_record([
                    row.site.as_str(),
                    &row.meter,
                    &row.commodity,
                    &start,
                    &end,
                    quantity.as_deref().unwrap_or_default(),
                    &row.unit,
                    &row.source,
                    &row.reason,
                    &row.sentence,
                    row.start_file.as_deref().unwrap_or_default(),
                    &row.start_cell,
                    row.end_file.as_deref().unwrap_or_default(),
                    &row.end_cell,
                ])
                .map_err(failed)?;
        }
    }
    lines.flush().map_err(ExportError::Write)?;
    Ok(count)
}

//! Values of weather stations: the newest statement counts, as with readings; the earlier one stays.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use readings::{AttachmentId, WeatherKind, WeatherValue};
use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::decide::Rank;
use super::names::{name_key, shown_name};
use super::{LedgerError, storable};

/// What becomes of the values of a file.
#[derive(Debug, Clone, Default)]
pub(super) struct Weather<'a> {
    /// Values that are new.
    pub(super) accepted: u64,
    /// Values that say what is stored.
    pub(super) duplicate: u64,
    /// Values that take the place of another, or come too late to do so.
    pub(super) superseding: u64,
    inserts: Vec<(&'a WeatherValue, Option<i64>, bool)>,
}

type Key = (String, WeatherKind, Date, Date);

/// Compares the values with what is stored; of two in one file the later row counts, the other is a duplicate.
pub(super) async fn weigh<'a>(
    connection: &mut PgConnection,
    values: &'a [WeatherValue],
    stated: Rank,
) -> Result<Weather<'a>, LedgerError> {
    let mut weather = Weather::default();
    if values.is_empty() {
        return Ok(weather);
    }
    let mut wanted: BTreeMap<Key, &WeatherValue> = BTreeMap::new();
    for value in values {
        let key = (name_key(&value.station), value.kind, value.start, value.end);
        if wanted.insert(key, value).is_some() {
            weather.duplicate += 1;
        }
    }
    let known = stored(connection, &wanted).await?;
    for (key, value) in wanted {
        match known.get(&key) {
            None => {
                weather.accepted += 1;
                weather.inserts.push((value, None, true));
            }
            Some(stored) if stored.value == value.value => weather.duplicate += 1,
            Some(stored) => {
                weather.superseding += 1;
                weather.inserts.push((value, Some(stored.id), stated > stored.stated));
            }
        }
    }
    Ok(weather)
}

struct Stored {
    id: i64,
    value: Decimal,
    stated: Rank,
}

async fn stored(
    connection: &mut PgConnection,
    wanted: &BTreeMap<Key, &WeatherValue>,
) -> Result<BTreeMap<Key, Stored>, LedgerError> {
    let mut stations: Vec<String> = wanted.keys().map(|(station, ..)| station.clone()).collect();
    stations.dedup();
    let rows = sqlx::query!(
        r#"select t.temperature_id, s.name_key, t.kind, t.starts_on as "starts_on: jiff_sqlx::Date",
               t.ends_on as "ends_on: jiff_sqlx::Date", t.value,
               a.stated_at as "stated_at: jiff_sqlx::Timestamp", a.sha256
           from weather_station s join temperature t using (station_id) join attachment a using (attachment_id)
           where s.name_key = any($1) and t.superseded_at is null"#,
        &stations,
    )
    .fetch_all(connection)
    .await
    .map_err(LedgerError::LookUp)?;
    let mut known = BTreeMap::new();
    for row in rows {
        let kind = match row.kind.as_str() {
            "heating_degree_days" => WeatherKind::HeatingDegreeDays,
            "cooling_degree_days" => WeatherKind::CoolingDegreeDays,
            _ => WeatherKind::Mean,
        };
        let key = (row.name_key, kind, row.starts_on.to_jiff(), row.ends_on.to_jiff());
        let stated = (row.stated_at.to_jiff(), row.sha256.try_into().unwrap_or_default());
        known.insert(key, Stored { id: row.temperature_id, value: row.value, stated });
    }
    Ok(known)
}

/// Writes what was decided; the row of the file is there. New stations are made.
pub(super) async fn write(
    connection: &mut PgConnection,
    id: AttachmentId,
    weather: &Weather<'_>,
    now: Timestamp,
) -> Result<(), LedgerError> {
    for (value, before, is_live) in &weather.inserts {
        let name = storable(&shown_name(&value.station));
        let station = sqlx::query_scalar!(
            "insert into weather_station (name, name_key, created_at) values ($1, $2, $3)
             on conflict (name_key) do update set name = weather_station.name returning station_id",
            name,
            name_key(&value.station),
            now.to_sqlx() as _,
        )
        .fetch_one(&mut *connection)
        .await
        .map_err(LedgerError::StoreAttachment)?;
        // The earlier value steps aside before the later one is there.
        if let Some(before) = before.filter(|_| *is_live) {
            sqlx::query!(
                "update temperature set superseded_at = $2 where temperature_id = $1",
                before,
                now.to_sqlx() as _,
            )
            .execute(&mut *connection)
            .await
            .map_err(LedgerError::StoreAttachment)?;
        }
        sqlx::query!(
            "insert into temperature (station_id, kind, starts_on, ends_on, value, base, attachment_id, sheet, cell,
                 recorded_at, superseded_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            station,
            value.kind.code(),
            jiff_sqlx::Date::from(value.start) as _,
            jiff_sqlx::Date::from(value.end) as _,
            value.value,
            value.base,
            id.get(),
            storable(&value.sheet),
            value.cell.to_string(),
            now.to_sqlx() as _,
            (!is_live).then(|| now.to_sqlx()) as _,
        )
        .execute(&mut *connection)
        .await
        .map_err(LedgerError::StoreAttachment)?;
    }
    Ok(())
}

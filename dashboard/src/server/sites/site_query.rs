//! The queries behind the list of sites and the page of a site.

use alerts::Holidays;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use readings::ids::{MeterId, SiteId};
use rust_decimal::Decimal;
use sqlx::PgConnection;

use crate::server::failure::Failure;
use crate::views::{HolidayChoice, MeterRow, SiteDetail, SiteRow};

const TREND_MONTHS: i32 = 12;

/// All sites, by name.
pub async fn all(connection: &mut PgConnection) -> Result<Vec<SiteRow>, Failure> {
    rows(connection, None).await
}

/// One site and its meters.
pub async fn one(
    connection: &mut PgConnection,
    site: SiteId,
) -> Result<Option<SiteDetail>, Failure> {
    let Some(row) = rows(connection, Some(site)).await?.pop() else { return Ok(None) };
    let place = sqlx::query!(
        "select time_zone, station_id, holidays from site where site_id = $1",
        site as _
    )
    .fetch_one(&mut *connection)
    .await?;
    let stations = sqlx::query!("select station_id, name from weather_station order by name_key")
        .fetch_all(&mut *connection)
        .await?;
    Ok(Some(SiteDetail {
        row,
        holidays: holiday_choice(place.holidays, &place.time_zone),
        time_zone: place.time_zone,
        meters: meters(connection, site).await?,
        station: place.station_id,
        stations: stations.into_iter().map(|row| (row.station_id, row.name)).collect(),
        events: crate::server::events::query::all(connection, Some(site)).await?,
    }))
}

fn holiday_choice(chosen: Option<String>, time_zone: &str) -> HolidayChoice {
    let calendar = Holidays::shipped();
    HolidayChoice {
        chosen,
        by_zone: calendar.country_of(time_zone).map(str::to_owned),
        countries: calendar
            .countries()
            .into_iter()
            .map(|(code, name)| (code.to_owned(), name.to_owned()))
            .collect(),
    }
}

/// The site as which a merged one counts.
pub async fn counts_as(
    connection: &mut PgConnection,
    site: SiteId,
) -> Result<Option<SiteId>, Failure> {
    let root = sqlx::query_scalar!(
        r#"select counts_as as "counts_as: SiteId" from site where site_id = $1"#,
        site as _
    )
    .fetch_optional(connection)
    .await?;
    Ok(root.flatten())
}

async fn rows(
    connection: &mut PgConnection,
    site: Option<SiteId>,
) -> Result<Vec<SiteRow>, Failure> {
    let stakes = stakes(connection, site).await?;
    let rows = sqlx::query!(
        r#"select s.site_id as "site_id: SiteId", s.name, count(m.meter_id) as "meters!",
                  coalesce(array_agg(distinct m.commodity) filter (where m.commodity is not null),
                           '{}') as "commodities!",
                  max(newest.period_end) as "latest: jiff_sqlx::DateTime"
           from site s
           left join counted_meter m using (site_id)
           left join lateral (
               select one.period_end from meter named
               cross join lateral (
                   select r.period_end from reading r
                   where r.meter_id = named.meter_id and r.superseded_at is null
                   order by r.period_start desc limit 1
               ) one
               where coalesce(named.counts_as, named.meter_id) = m.meter_id
               order by one.period_end desc limit 1
           ) newest on true
           where s.counts_as is null and ($1::bigint is null or s.site_id = $1)
           group by s.site_id
           order by s.name_key"#,
        site as _
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let own = stakes.iter().filter(|(site, ..)| *site == row.site_id);
            SiteRow {
                site_id: row.site_id,
                name: row.name,
                meters: row.meters,
                commodities: row.commodities.iter().filter_map(|code| code.parse().ok()).collect(),
                pending_alerts: own.clone().map(|(.., count)| count).sum(),
                stakes: own
                    .filter(|(_, _, money, _)| !money.is_zero())
                    .map(|(_, currency, money, _)| (currency.clone(), *money))
                    .collect(),
                latest: row.latest.map(jiff_sqlx::DateTime::to_jiff),
            }
        })
        .collect())
}

/// Money and number of the alerts that are not resolved, by site and currency.
async fn stakes(
    connection: &mut PgConnection,
    site: Option<SiteId>,
) -> Result<Vec<(SiteId, Option<String>, Decimal, i64)>, Failure> {
    let rows = sqlx::query!(
        r#"select site_id as "site_id!: SiteId", o.currency, count(*) as "count!", coalesce(sum(o.cost), 0) as "money!"
           from alert_at_site o join alert a using (alert_id)
           where a.state <> 'resolved' and ($1::bigint is null or site_id = $1)
           group by 1, 2"#,
        site as _
    )
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|row| (row.site_id, row.currency, row.money, row.count)).collect())
}

async fn meters(connection: &mut PgConnection, site: SiteId) -> Result<Vec<MeterRow>, Failure> {
    let rows = sqlx::query!(
        r#"select m.meter_id as "meter_id!: MeterId", m.name as "name!", m.commodity as "commodity!",
                  m.canonical_unit as "canonical_unit!",
                  (select count(*) from counted_reading r where r.meter_id = m.meter_id) as "readings!",
                  (select max(r.period_end) from counted_reading r
                   where r.meter_id = m.meter_id) as "latest: jiff_sqlx::DateTime",
                  (select count(*) from alert a
                   where a.meter_id = m.meter_id and a.state <> 'resolved') as "pending!"
           from counted_meter m where m.site_id = $1
           order by m.commodity, m.name_key"#,
        site as _
    )
    .fetch_all(&mut *connection)
    .await?;
    // The trends end in the same month, so that the lines can be compared.
    let newest = rows.iter().filter_map(|row| row.latest).map(jiff_sqlx::DateTime::to_jiff).max();
    let last = newest.map(last_month);
    let trends = match last {
        Some(last) => trends(connection, site, last).await?,
        None => Vec::new(),
    };
    Ok(rows
        .into_iter()
        .map(|row| MeterRow {
            meter_id: row.meter_id,
            name: row.name,
            commodity: row.commodity.parse().ok(),
            unit: row.canonical_unit,
            readings: row.readings,
            latest: row.latest.map(jiff_sqlx::DateTime::to_jiff),
            pending_alerts: row.pending,
            trend: last.map_or_else(Vec::new, |last| trend_of(&trends, row.meter_id, last)),
        })
        .collect())
}

fn last_month(end: DateTime) -> Date {
    let last = end.date().yesterday().unwrap_or(end.date());
    last.first_of_month()
}

fn trend_of(trends: &[(MeterId, Date, f64)], meter: MeterId, last: Date) -> Vec<Option<f64>> {
    (0..TREND_MONTHS)
        .rev()
        .map(|back| {
            let month = last.saturating_sub(back.months());
            let found = trends.iter().find(|(known, at, _)| *known == meter && *at == month);
            found.map(|(.., value)| *value)
        })
        .collect()
}

async fn trends(
    connection: &mut PgConnection,
    site: SiteId,
    last: Date,
) -> Result<Vec<(MeterId, Date, f64)>, Failure> {
    let first = last.saturating_sub((TREND_MONTHS - 1).months()).at(0, 0, 0, 0);
    let rows = sqlx::query!(
        r#"select r.meter_id as "meter_id!: MeterId",
                  date_trunc('month', r.period_start + (r.period_end - r.period_start) / 2)
                      as "month!: jiff_sqlx::DateTime",
                  sum(r.canonical_quantity)::double precision as "quantity!"
           from counted_reading r join counted_meter m using (meter_id)
           where m.site_id = $1 and r.period_start >= $2
             and r.kind in ('consumption', 'estimated')
           group by 1, 2"#,
        site as _,
        jiff_sqlx::DateTime::from(first) as _,
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.meter_id, row.month.to_jiff().date(), row.quantity))
        .collect())
}

//! Meters and live readings from the database.

use std::collections::HashMap;

use alerts::Holidays;
use jiff::civil::Date;
use readings::{MeterId, SiteId};
use sqlx::PgPool;

use crate::consumption::{Class, Stored};

/// A meter as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeterRow {
    /// The meter.
    pub id: MeterId,
    /// Its site.
    pub site_id: SiteId,
    /// The name of its site.
    pub site: String,
    /// Its name.
    pub name: String,
    /// What it counts.
    pub commodity: String,
    /// The unit of its consumption.
    pub unit: String,
    /// Whether a person has said that it is real.
    pub confirmed: bool,
    /// The day from which on it is no longer to be billed.
    pub closed_on: Option<Date>,
    /// The country whose public holidays its site keeps: as a person chose, else by the zone of the site's clock.
    pub country: Option<String>,
}

/// A live reading and its bill.
#[derive(Debug, Clone, Copy)]
pub struct ReadingRow {
    pub(super) meter: i64,
    pub(super) stored: Stored,
    pub(super) estimated: bool,
    pub(super) cost: Option<f64>,
    pub(super) currency: [u8; 3],
}

/// Everything that is live, as it is stored.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// All meters, by their numbers.
    pub meters: Vec<MeterRow>,
    pub(super) readings: Vec<ReadingRow>,
    /// Since when the meters of each site have readings, in days, the earliest first; those of other commodities too.
    pub(super) since: HashMap<SiteId, Vec<(f64, MeterId)>>,
    /// Whether all bills of the organisation speak one currency.
    pub(super) one_currency: bool,
    /// Registers that fell without telling what was used.
    pub(super) unknown: Vec<(MeterId, i64)>,
}

/// Reads the meters of these commodities and their live readings.
pub async fn load(pool: &PgPool, commodities: &[String]) -> Result<Loaded, sqlx::Error> {
    let calendar = Holidays::shipped();
    let meters = sqlx::query!(
        r#"select m.meter_id as "meter_id!", s.site_id, s.name as site, m.name as "name!", m.commodity as "commodity!",
               m.canonical_unit as "canonical_unit!", m.confirmed as "confirmed!",
               own.closed_on as "closed_on: jiff_sqlx::Date", s.holidays, s.time_zone
           from counted_meter m join site s using (site_id) join meter own using (meter_id) where m.commodity = any($1) order by m.meter_id"#,
        commodities
    )
    .map(|row| MeterRow {
        id: MeterId::new(row.meter_id),
        site_id: SiteId::new(row.site_id),
        site: row.site,
        name: row.name,
        commodity: row.commodity,
        unit: row.canonical_unit,
        confirmed: row.confirmed,
        closed_on: row.closed_on.map(jiff_sqlx::Date::to_jiff),
        country: calendar.kept(row.holidays, &row.time_zone),
    })
    .fetch_all(pool)
    .await?;
    let mut readings = sqlx::query!(
        r#"select reading_id as "reading_id!", meter_id as "meter_id!", fold as "fold!", kind as "kind!", currency,
               extract(epoch from period_start)::float8 / 86400 as "start!",
               extract(epoch from period_end)::float8 / 86400 as "end!",
               canonical_quantity::float8 as "quantity!", cost::float8 as cost
           from counted_reading where kind <> 'register_reading'
               and meter_id in (select meter_id from meter where commodity = any($1))"#,
        commodities
    )
    .map(|row| {
        let letters = row.currency.as_deref().unwrap_or_default().as_bytes();
        ReadingRow {
            meter: row.meter_id,
            stored: Stored {
                reading: row.reading_id,
                start: row.start,
                end: row.end,
                second_hour: row.fold == 1,
                class: match row.kind.as_str() {
                    "average_power" => Class::Power,
                    _ => Class::Consumption,
                },
                quantity: row.quantity,
                earlier: None,
            },
            estimated: row.kind == "estimated",
            cost: row.cost,
            currency: <[u8; 3]>::try_from(letters).unwrap_or_default(),
        }
    })
    .fetch_all(pool)
    .await?;
    let first_days = sqlx::query!(
        r#"select m.site_id, m.meter_id, extract(epoch from r.period_start)::float8 / 86400 as "day!"
           from meter m cross join lateral (
               select period_start from reading
               where reading.meter_id = m.meter_id and superseded_at is null
               order by period_start limit 1
           ) r"#
    )
    .fetch_all(pool)
    .await?;
    let mut since: HashMap<SiteId, Vec<(f64, MeterId)>> = HashMap::new();
    for row in first_days {
        let of_site = since.entry(SiteId::new(row.site_id)).or_default();
        of_site.push((row.day, MeterId::new(row.meter_id)));
    }
    for of_site in since.values_mut() {
        of_site.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    let one_currency = sqlx::query_scalar!(
        r#"select count(*) <= 1 as "one!" from (
               select distinct currency from reading where superseded_at is null and cost is not null) c"#
    )
    .fetch_one(pool)
    .await?;
    let unknown = derived(pool, &mut readings, commodities).await?;
    Ok(Loaded { meters, readings, since, one_currency, unknown })
}

/// Adds what was derived between readings; returns the readings from which nothing could be derived.
async fn derived(
    pool: &PgPool,
    readings: &mut Vec<ReadingRow>,
    commodities: &[String],
) -> Result<Vec<(MeterId, i64)>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select meter_id, reading_id, earlier_reading_id, source, quantity::float8 as quantity,
               extract(epoch from period_start)::float8 / 86400 as "start!",
               extract(epoch from period_end)::float8 / 86400 as "end!"
           from derived_use where meter_id in (select meter_id from meter where commodity = any($1))"#,
        commodities
    )
    .fetch_all(pool)
    .await?;
    let mut unknown = Vec::new();
    for row in rows {
        let Some(quantity) = row.quantity else {
            unknown.push((MeterId::new(row.meter_id), row.reading_id));
            continue;
        };
        readings.push(ReadingRow {
            meter: row.meter_id,
            stored: Stored {
                reading: row.reading_id,
                start: row.start,
                end: row.end,
                second_hour: false,
                class: if row.source == "estimates" { Class::TruedUp } else { Class::Registers },
                quantity,
                earlier: Some(row.earlier_reading_id),
            },
            estimated: false,
            cost: None,
            currency: [0; 3],
        });
    }
    Ok(unknown)
}

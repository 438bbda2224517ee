//! Meters and live readings from the database.

use std::collections::HashMap;

use alerts::Holidays;
use jiff::civil::Date;
use migrations::copy_out;
use readings::{MeterId, SiteId};
use sqlx::PgPool;

use super::readings::{Readings, Row};
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

/// Everything that is live, as it is stored.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// All meters, by their numbers.
    pub meters: Vec<MeterRow>,
    pub(super) readings: Readings,
    /// Since when the meters of each site have readings, in days, the earliest first; those of other commodities too.
    pub(super) since: HashMap<SiteId, Vec<(f64, MeterId)>>,
    /// Whether all bills of the organisation speak one currency.
    pub(super) one_currency: bool,
    /// Registers that fell without telling what was used.
    pub(super) unknown: Vec<(MeterId, i64)>,
}

/// Reads the meters of these commodities and their live readings; whether all bills speak one currency is known.
pub async fn load(
    pool: &PgPool,
    commodities: &[String],
    one_currency: bool,
) -> Result<Loaded, sqlx::Error> {
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
    let mut readings = stored(pool, &meters, commodities).await?;
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
    let unknown = derived(pool, &mut readings, commodities).await?;
    let readings = Readings::of(readings.rows, meters.len(), &readings.currencies);
    Ok(Loaded { meters, readings, since, one_currency, unknown })
}

/// Readings on their way in.
struct Arriving {
    rows: Vec<Row>,
    /// By the number of the meter.
    position: HashMap<i64, u32>,
    /// Currencies by their position; the first is the unknown one.
    currencies: Vec<[u8; 3]>,
}

impl Arriving {
    fn currency(&mut self, text: &str) -> u16 {
        let letters = <[u8; 3]>::try_from(text.as_bytes()).unwrap_or_default();
        let known = self.currencies.iter().position(|known| *known == letters);
        let place = known.unwrap_or_else(|| {
            self.currencies.push(letters);
            self.currencies.len() - 1
        });
        u16::try_from(place).unwrap_or(0)
    }
}

/// What is stored, row by row as it comes: copied out in binary form, which costs PostgreSQL no casts.
async fn stored(
    pool: &PgPool,
    meters: &[MeterRow],
    commodities: &[String],
) -> Result<Arriving, sqlx::Error> {
    let position = (0..).zip(meters).map(|(at, meter)| (meter.id.get(), at)).collect();
    let mut arriving = Arriving { rows: Vec::new(), position, currencies: vec![[0; 3]] };
    let names: Vec<String> = commodities.iter().map(|name| copy_out::literal(name)).collect();
    let statement = format!(
        "copy (select reading_id, meter_id, fold, kind, currency, period_start, period_end, canonical_quantity, cost
         from counted_reading where kind <> 'register_reading'
             and meter_id in (select meter_id from meter where commodity in ({})))
         to stdout (format binary)",
        names.join(", ")
    );
    // Readings of a meter mostly come together.
    let mut last = (0, None);
    let mut connection = pool.acquire().await?;
    copy_out::each_row(&mut connection, &statement, |row| {
        let (reading, meter, fold) = (row.bigint()?, row.bigint()?, row.smallint()?);
        let kind = row.text()?;
        let currency = arriving.currency(row.text_or_empty()?);
        let stored = Stored {
            reading,
            start: row.days()?,
            end: row.days()?,
            second_hour: fold == 1,
            class: if kind == "average_power" { Class::Power } else { Class::Consumption },
            quantity: row.numeric()?,
            earlier: None,
        };
        let cost = row.numeric_or_nan()?;
        if last.0 != meter {
            last = (meter, arriving.position.get(&meter).copied());
        }
        let estimated = kind == "estimated";
        arriving.rows.extend(last.1.map(|at| Row::new(at, stored, cost, currency, estimated)));
        Some(())
    })
    .await?;
    Ok(arriving)
}

/// Adds what was derived between readings; returns the readings from which nothing could be derived.
async fn derived(
    pool: &PgPool,
    readings: &mut Arriving,
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
        let Some(at) = readings.position.get(&row.meter_id) else { continue };
        let stored = Stored {
            reading: row.reading_id,
            start: row.start,
            end: row.end,
            second_hour: false,
            class: if row.source == "estimates" { Class::TruedUp } else { Class::Registers },
            quantity,
            earlier: Some(row.earlier_reading_id),
        };
        readings.rows.push(Row::new(*at, stored, f64::NAN, 0, false));
    }
    Ok(unknown)
}

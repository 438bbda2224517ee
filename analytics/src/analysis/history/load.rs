//! Meters and live readings from the database.

use std::collections::HashMap;
use std::sync::Arc;

use alerts::Holidays;
use jiff::civil::Date;
use migrations::copy_out;
use readings::{MeterId, SiteId};
use sqlx::PgPool;

use super::readings::{Row, Waiting};
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

/// Since when the meters of each site have readings, in days, the earliest first.
pub type Since = HashMap<SiteId, Vec<(f64, MeterId)>>;

/// Everything of a commodity that is live, as it is stored.
#[derive(Debug)]
pub struct Loaded {
    /// All meters, by their numbers.
    pub meters: Vec<MeterRow>,
    /// Their readings.
    pub readings: Waiting,
    /// Those of other commodities too.
    pub(super) since: Arc<Since>,
    /// Whether all bills of the organisation speak one currency.
    pub(super) one_currency: bool,
    /// Registers that fell without telling what was used.
    pub(super) unknown: Vec<(MeterId, i64)>,
}

impl Loaded {
    /// The readings, which are needed again when the months are made of them.
    pub fn take_readings(&mut self) -> Waiting {
        std::mem::replace(&mut self.readings, Waiting::of(0))
    }
}

/// Reads since when each meter has readings.
async fn since(pool: &PgPool) -> Result<Since, sqlx::Error> {
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
    let mut since = Since::new();
    for row in first_days {
        let of_site = since.entry(SiteId::new(row.site_id)).or_default();
        of_site.push((row.day, MeterId::new(row.meter_id)));
    }
    for of_site in since.values_mut() {
        of_site.sort_by(|a, b| a.0.total_cmp(&b.0));
    }
    Ok(since)
}

/// Reads the meters of these commodities and their live readings, in the order of the commodities; whether all bills
/// speak one currency is known.
pub async fn load(
    pool: &PgPool,
    commodities: &[String],
    one_currency: bool,
) -> Result<Vec<Loaded>, sqlx::Error> {
    let since = Arc::new(since(pool).await?);
    let mut meters: HashMap<String, Vec<MeterRow>> = HashMap::new();
    for meter in self::meters(pool, commodities).await? {
        match meters.get_mut(&meter.commodity) {
            Some(of_commodity) => of_commodity.push(meter),
            None => drop(meters.insert(meter.commodity.clone(), vec![meter])),
        }
    }
    let of_commodity = |commodity: &String| {
        let meters = meters.remove(commodity).unwrap_or_default();
        let readings = Waiting::of(meters.len());
        Loaded { meters, readings, since: Arc::clone(&since), one_currency, unknown: Vec::new() }
    };
    let mut arriving = Arriving::of(commodities.iter().map(of_commodity).collect());
    stored(pool, &mut arriving, commodities).await?;
    derived(pool, &mut arriving, commodities).await?;
    Ok(arriving.commodities)
}

/// The meters of these commodities, by their numbers.
async fn meters(pool: &PgPool, commodities: &[String]) -> Result<Vec<MeterRow>, sqlx::Error> {
    let calendar = Holidays::shipped();
    sqlx::query!(
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
    .await
}

/// Readings on their way in, each to its commodity.
struct Arriving {
    commodities: Vec<Loaded>,
    /// By the number of the meter: the place of its commodity, and its own there.
    places: HashMap<i64, (usize, u32)>,
}

impl Arriving {
    fn of(commodities: Vec<Loaded>) -> Self {
        let of_commodity = |(place, loaded): (usize, &Loaded)| {
            let of_meter = move |(at, meter): (u32, &MeterRow)| (meter.id.get(), (place, at));
            (0..).zip(&loaded.meters).map(of_meter).collect::<Vec<_>>()
        };
        let places = commodities.iter().enumerate().flat_map(of_commodity).collect();
        Self { commodities, places }
    }
}

/// What is stored, row by row as it comes: copied out in binary form, which costs PostgreSQL no casts, in one pass for
/// all commodities.
async fn stored(
    pool: &PgPool,
    arriving: &mut Arriving,
    commodities: &[String],
) -> Result<(), sqlx::Error> {
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
    let mut kept = Ok(());
    let mut connection = pool.acquire().await?;
    copy_out::each_row(&mut connection, &statement, |row| {
        let (reading, meter, fold) = (row.bigint()?, row.bigint()?, row.smallint()?);
        let (kind, currency) = (row.text()?, row.text_or_empty()?);
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
            last = (meter, arriving.places.get(&meter).copied());
        }
        if let (Some((commodity, at)), Ok(())) = (last.1, &kept) {
            let readings = &mut arriving.commodities[commodity].readings;
            let currency = readings.place_of(currency);
            kept = readings.put(Row::new(at, stored, cost, currency, kind == "estimated"));
        }
        Some(())
    })
    .await?;
    Ok(kept?)
}

/// Adds what was derived between readings, and the readings from which nothing could be derived.
async fn derived(
    pool: &PgPool,
    arriving: &mut Arriving,
    commodities: &[String],
) -> Result<(), sqlx::Error> {
    let rows = sqlx::query!(
        r#"select meter_id, reading_id, earlier_reading_id, source, quantity::float8 as quantity,
               extract(epoch from period_start)::float8 / 86400 as "start!",
               extract(epoch from period_end)::float8 / 86400 as "end!"
           from derived_use where meter_id in (select meter_id from meter where commodity = any($1))"#,
        commodities
    )
    .fetch_all(pool)
    .await?;
    for row in rows {
        let Some((commodity, at)) = arriving.places.get(&row.meter_id) else { continue };
        let Loaded { readings, unknown, .. } = &mut arriving.commodities[*commodity];
        let Some(quantity) = row.quantity else {
            unknown.push((MeterId::new(row.meter_id), row.reading_id));
            continue;
        };
        let stored = Stored {
            reading: row.reading_id,
            start: row.start,
            end: row.end,
            second_hour: false,
            class: if row.source == "estimates" { Class::TruedUp } else { Class::Registers },
            quantity,
            earlier: Some(row.earlier_reading_id),
        };
        readings.put(Row::new(*at, stored, f64::NAN, 0, false))?;
    }
    Ok(())
}

//! Prices that people set, for bills that state none: entered, listed, withdrawn; and which of them is valid for whom.

use jiff::Timestamp;
use jiff::civil::Date;
use readings::{Commodity, MeterId, SiteId, Unit};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use sqlx::PgPool;

/// A price that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tariff {
    /// Its number.
    pub id: i64,
    /// For one meter.
    pub meter_id: Option<MeterId>,
    /// The name of that meter.
    pub meter: Option<String>,
    /// For the meters of one site.
    pub site_id: Option<SiteId>,
    /// The name of that site.
    pub site: Option<String>,
    /// For what.
    pub commodity: String,
    /// For one of which unit.
    pub unit: String,
    /// How much.
    pub price: Decimal,
    /// The currency.
    pub currency: String,
    /// From which day on.
    pub starts_on: Date,
    /// Who set it.
    pub author: String,
}

impl Tariff {
    /// How special it is: of the meter, of the site, of the commodity.
    const fn rank(&self) -> u8 {
        match (self.meter_id, self.site_id) {
            (Some(_), _) => 2,
            (None, Some(_)) => 1,
            (None, None) => 0,
        }
    }

    /// The price of one unit of the meter; `None` where the units do not convert into each other.
    pub fn in_unit(&self, unit: &str) -> Option<f64> {
        let price = self.price.to_f64()?;
        if self.unit == unit {
            return Some(price);
        }
        let (own, wanted) = (self.unit.parse::<Unit>().ok()?, unit.parse::<Unit>().ok()?);
        let many = own.convert(Decimal::ONE, wanted)?.to_f64()?;
        (many > 0.0).then(|| price / many)
    }
}

/// The most special tariff that is valid on a day for a meter, and among equals the latest.
pub fn valid<'a>(
    tariffs: &'a [Tariff],
    (meter, site, commodity): (MeterId, SiteId, &str),
    day: Date,
) -> Option<&'a Tariff> {
    tariffs
        .iter()
        .filter(|tariff| tariff.commodity == commodity && tariff.starts_on <= day)
        .filter(|tariff| tariff.meter_id.is_none_or(|known| known == meter))
        .filter(|tariff| tariff.site_id.is_none_or(|known| known == site))
        .max_by_key(|tariff| (tariff.rank(), tariff.starts_on, tariff.id))
}

/// What is entered.
#[derive(Debug, Clone, Copy)]
pub struct NewTariff<'a> {
    /// The name of a site.
    pub site: Option<&'a str>,
    /// The name of a meter of it.
    pub meter: Option<&'a str>,
    /// For what.
    pub commodity: Commodity,
    /// For one of which unit.
    pub unit: Unit,
    /// How much.
    pub price: Decimal,
    /// The currency.
    pub currency: &'a str,
    /// From which day on.
    pub starts_on: Date,
    /// Who sets it.
    pub author: &'a str,
}

/// Why a price was not entered.
#[derive(Debug, thiserror::Error)]
pub enum TariffError {
    /// The database does not answer.
    #[error("the prices cannot be reached in the database")]
    Database(#[from] sqlx::Error),
    /// No such site or meter.
    #[error("there is no {0}")]
    Unknown(String),
    /// It is not above zero.
    #[error("a price is above zero")]
    NotAPrice,
    /// No such tariff, or it is withdrawn already.
    #[error("there is no price {0} that could be withdrawn")]
    UnknownTariff(i64),
}

/// All prices that count.
pub async fn all(pool: &PgPool) -> Result<Vec<Tariff>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"select t.tariff_id, t.meter_id, m.name as "meter?", t.site_id, s.name as "site?", t.commodity, t.unit,
               t.price, t.currency, t.starts_on as "starts_on: jiff_sqlx::Date", t.author
           from tariff t left join meter m on m.meter_id = t.meter_id left join site s on s.site_id = t.site_id
           where t.withdrawn_at is null order by t.commodity, t.starts_on desc, t.tariff_id desc"#
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Tariff {
            id: row.tariff_id,
            meter_id: row.meter_id.map(MeterId::new),
            meter: row.meter,
            site_id: row.site_id.map(SiteId::new),
            site: row.site,
            commodity: row.commodity,
            unit: row.unit,
            price: row.price,
            currency: row.currency,
            starts_on: row.starts_on.to_jiff(),
            author: row.author,
        })
        .collect())
}

/// Sets a price; gives back its number.
pub async fn add(
    pool: &PgPool,
    tariff: &NewTariff<'_>,
    now: Timestamp,
) -> Result<i64, TariffError> {
    if tariff.price <= Decimal::ZERO {
        return Err(TariffError::NotAPrice);
    }
    let site = match tariff.site {
        None => None,
        Some(name) => Some(
            sqlx::query_scalar!("select site_id from site where name = $1", name)
                .fetch_optional(pool)
                .await?
                .ok_or_else(|| TariffError::Unknown(format!("site `{name}`")))?,
        ),
    };
    let meter = match (site, tariff.meter) {
        (_, None) => None,
        (site, Some(name)) => Some(
            sqlx::query_scalar!(
                "select meter_id from meter where name = $1 and ($2::bigint is null or site_id = $2)",
                name,
                site
            )
            .fetch_optional(pool)
            .await?
            .ok_or_else(|| TariffError::Unknown(format!("meter `{name}`")))?,
        ),
    };
    let id = sqlx::query_scalar!(
        "insert into tariff (meter_id, site_id, commodity, unit, price, currency, starts_on, author, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning tariff_id",
        meter,
        site,
        tariff.commodity.code(),
        tariff.unit.symbol(),
        tariff.price,
        tariff.currency,
        jiff_sqlx::Date::from(tariff.starts_on) as _,
        tariff.author,
        jiff_sqlx::Timestamp::from(now) as _,
    )
    .fetch_one(pool)
    .await?;
    Ok(id)
}

/// Takes a price back; it stays in the database.
pub async fn withdraw(
    pool: &PgPool,
    tariff: i64,
    author: &str,
    now: Timestamp,
) -> Result<(), TariffError> {
    let done = sqlx::query!(
        "update tariff set withdrawn_at = $2, withdrawn_by = $3 where tariff_id = $1 and withdrawn_at is null",
        tariff,
        jiff_sqlx::Timestamp::from(now) as _,
        author,
    )
    .execute(pool)
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(TariffError::UnknownTariff(tariff)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use rust_decimal::dec;

    fn tariff(id: i64, meter: Option<i64>, site: Option<i64>, starts_on: Date) -> Tariff {
        Tariff {
            id,
            meter_id: meter.map(MeterId::new),
            meter: None,
            site_id: site.map(SiteId::new),
            site: None,
            commodity: "electricity".to_owned(),
            unit: "MWh".to_owned(),
            price: dec!(200),
            currency: "EUR".to_owned(),
            starts_on,
            author: "ada".to_owned(),
        }
    }

    #[test]
    fn the_most_special_valid_price_counts() {
        let start = date(2025, 1, 1);
        let tariffs = [
            tariff(1, None, None, start),
            tariff(2, None, Some(7), start),
            tariff(3, Some(9), None, date(2027, 1, 1)),
            tariff(4, None, Some(7), date(2025, 6, 1)),
        ];
        let of = |site, day| {
            let whom = (MeterId::new(9), SiteId::new(site), "electricity");
            valid(&tariffs, whom, day).map(|tariff| tariff.id)
        };
        assert_eq!(of(7, date(2025, 3, 1)), Some(2));
        assert_eq!(of(7, date(2025, 7, 1)), Some(4));
        assert_eq!(of(7, date(2027, 7, 1)), Some(3));
        assert_eq!(of(8, date(2025, 7, 1)), Some(1));
        assert_eq!(of(8, date(2024, 7, 1)), None);
    }

    #[test]
    fn a_price_follows_the_unit() {
        let price = tariff(1, None, None, date(2025, 1, 1)).in_unit("kWh").expect("a price");
        assert!((price - 0.2).abs() < 1e-12);
        assert_eq!(tariff(1, None, None, date(2025, 1, 1)).in_unit("m3"), None);
    }
}

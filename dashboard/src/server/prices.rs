//! Prices for bills that state none.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use readings::Unit;
use readings::commodity::Commodity;
use readings::ids::SiteId;
use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::detection::said;
use super::events::operator;
use super::failure::Failure;
use super::query_string;
use super::state::Server;
use super::visit::Visit;
use crate::pages;
use crate::views::{Section, TariffList, TariffRow};

/// `/prices`.
pub async fn list(State(server): State<Server>, visit: Visit) -> Result<Response, Failure> {
    let notice = match visit.asked("done") {
        Some("set") => Some(said("The price is set; the next analysis uses it.".to_owned(), false)),
        Some("withdrawn") => Some(said("The price is withdrawn.".to_owned(), false)),
        Some("unclear") => Some(said(
            "Nothing was stored: give a price above zero, a currency by its three letters and a unit such as kWh or m3."
                .to_owned(),
            true,
        )),
        _ => None,
    };
    let mut connection = server.connection().await?;
    let list = TariffList {
        rows: all(&mut connection).await?,
        sites: super::alerts::sites(&mut connection).await?,
    };
    drop(connection);
    let may_set = visit.may_triage();
    let visit = visit.with_notice(notice);
    Ok(visit.page("Prices", Some(Section::Detection), || pages::prices(list, may_set)))
}

/// Sets a price.
pub async fn set(
    State(server): State<Server>,
    visit: Visit,
    body: String,
) -> Result<Response, Failure> {
    let author = operator(&visit)?;
    let form = query_string::pairs(&body);
    let Some(price) = Price::read(&form) else {
        return Ok(Redirect::to("/prices?done=unclear").into_response());
    };
    let mut connection = server.connection().await?;
    sqlx::query!(
        "insert into tariff (site_id, commodity, unit, price, currency, starts_on, author, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        price.site as _,
        price.commodity.code(),
        price.unit.symbol(),
        price.amount,
        price.currency,
        jiff_sqlx::Date::from(price.starts_on) as _,
        author,
        jiff_sqlx::Timestamp::from(visit.now) as _,
    )
    .execute(&mut *connection)
    .await?;
    Ok(Redirect::to("/prices?done=set").into_response())
}

/// Takes a price back.
pub async fn withdraw(
    State(server): State<Server>,
    visit: Visit,
    Path(tariff): Path<String>,
) -> Result<Response, Failure> {
    let author = operator(&visit)?;
    let tariff: i64 = tariff.parse().map_err(|_| Failure::NotFound("price"))?;
    let mut connection = server.connection().await?;
    let done = sqlx::query!(
        "update tariff set withdrawn_at = $2, withdrawn_by = $3 where tariff_id = $1 and withdrawn_at is null",
        tariff,
        jiff_sqlx::Timestamp::from(visit.now) as _,
        author,
    )
    .execute(&mut *connection)
    .await?;
    if done.rows_affected() == 1 {
        Ok(Redirect::to("/prices?done=withdrawn").into_response())
    } else {
        Err(Failure::NotFound("price"))
    }
}

struct Price {
    site: Option<SiteId>,
    commodity: Commodity,
    unit: Unit,
    amount: Decimal,
    currency: String,
    starts_on: Date,
}

impl Price {
    fn read(form: &[(String, String)]) -> Option<Self> {
        let text = |name| query_string::value(form, name).unwrap_or_default().trim();
        let currency = text("currency").to_ascii_uppercase();
        let is_code = currency.len() == 3 && currency.bytes().all(|sign| sign.is_ascii_uppercase());
        Some(Self {
            site: text("site").parse().ok().map(SiteId::new),
            commodity: text("commodity").parse().ok()?,
            unit: text("unit").parse().ok()?,
            amount: text("price")
                .replace(',', ".")
                .parse()
                .ok()
                .filter(|price| *price > Decimal::ZERO)?,
            currency: is_code.then_some(currency)?,
            starts_on: text("from").parse().ok()?,
        })
    }
}

async fn all(connection: &mut PgConnection) -> Result<Vec<TariffRow>, Failure> {
    let rows = sqlx::query!(
        r#"select t.tariff_id, t.commodity, s.name as "site?", m.name as "meter?", t.price, t.unit, t.currency,
                  t.starts_on as "starts_on: jiff_sqlx::Date", t.author
           from tariff t left join site s on s.site_id = t.site_id left join meter m on m.meter_id = t.meter_id
           where t.withdrawn_at is null order by t.commodity, t.starts_on desc, t.tariff_id desc"#
    )
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| TariffRow {
            tariff_id: row.tariff_id,
            commodity: row.commodity,
            site: row.site,
            meter: row.meter,
            price: row.price,
            unit: row.unit,
            currency: row.currency,
            starts_on: row.starts_on.to_jiff(),
            author: row.author,
        })
        .collect())
}

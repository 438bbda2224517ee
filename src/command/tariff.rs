//! `meterwatch tariff`: prices for bills that state none.

use analytics::tariffs::{self, NewTariff, TariffError};
use clap::Subcommand;
use jiff::civil::Date;
use readings::{Commodity, Unit};
use rust_decimal::Decimal;
use serde::Serialize;

use crate::cli::Options;
use crate::database::{self, Schema};
use crate::exit::{Exit, Failure};
use crate::{clock, output};

/// Set prices for bills that state none.
#[derive(Debug, Subcommand)]
pub enum Tariff {
    /// Set a price for a commodity, for a site or for a meter
    #[command(after_help = "\
Examples:
  meterwatch tariff set 0.26 EUR/kWh --commodity electricity --from 2025-01-01
  meterwatch tariff set 4.10 EUR/m3 --commodity water --site \"Town hall\" --from 2025-01-01

The most special price that is valid counts. A price of a meter goes before its own bills; a price of a site or of a
commodity is used where the meter's own bills state none.")]
    Set(Set),
    /// List all prices that count
    List(List),
    /// Take a price back
    Withdraw(Withdraw),
}

/// A price.
#[derive(Debug, clap::Args)]
pub struct Set {
    /// The price of one unit
    price: Decimal,
    /// Currency and unit, such as EUR/kWh
    #[arg(value_name = "CURRENCY/UNIT")]
    per: String,
    /// For what
    #[arg(long)]
    commodity: Commodity,
    /// For the meters of one site
    #[arg(long)]
    site: Option<String>,
    /// For one meter
    #[arg(long)]
    meter: Option<String>,
    /// From which day on
    #[arg(long, value_name = "DATE")]
    from: Date,
    /// Who says so
    #[arg(long, env = "USER", default_value = "command line")]
    author: String,
}

/// How it is printed.
#[derive(Debug, clap::Args)]
pub struct List {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Which price.
#[derive(Debug, clap::Args)]
pub struct Withdraw {
    /// Its number, as listed
    tariff: i64,
    /// Who says so
    #[arg(long, env = "USER", default_value = "command line")]
    author: String,
}

/// One price as it is printed.
#[derive(Debug, Serialize)]
struct Listed {
    tariff: i64,
    commodity: String,
    site: Option<String>,
    meter: Option<String>,
    price: Decimal,
    currency: String,
    unit: String,
    from: Date,
    author: String,
}

impl Tariff {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        database::with(options, Schema::Ready, async |pool, _| match self {
            Self::Set(set) => {
                let (currency, unit) = currency_and_unit(&set.per)?;
                let tariff = NewTariff {
                    site: set.site.as_deref(),
                    meter: set.meter.as_deref(),
                    commodity: set.commodity,
                    unit,
                    price: set.price,
                    currency: &currency,
                    starts_on: set.from,
                    author: &set.author,
                };
                let id = tariffs::add(&pool, &tariff, clock::now()).await.map_err(told)?;
                output::tell(&format!(
                    "Price {id} is set; `meterwatch analyse` takes it into account."
                ));
                Ok(Exit::Done)
            }
            Self::List(list) => {
                let tariffs: Vec<Listed> = tariffs::all(&pool)
                    .await?
                    .into_iter()
                    .map(|tariff| Listed {
                        tariff: tariff.id,
                        commodity: tariff.commodity,
                        site: tariff.site,
                        meter: tariff.meter,
                        price: tariff.price,
                        currency: tariff.currency,
                        unit: tariff.unit,
                        from: tariff.starts_on,
                        author: tariff.author,
                    })
                    .collect();
                if list.json {
                    output::json(&tariffs)?;
                } else {
                    let rows: Vec<_> = tariffs.iter().map(row).collect();
                    let header =
                        ["price", "commodity", "amount", "from", "site", "meter", "author"];
                    output::table(&header, &rows, "No prices are set.")?;
                }
                Ok(Exit::Done)
            }
            Self::Withdraw(Withdraw { tariff, author }) => {
                tariffs::withdraw(&pool, tariff, &author, clock::now()).await.map_err(told)?;
                Ok(Exit::Done)
            }
        })
        .await
    }
}

fn row(tariff: &Listed) -> Vec<String> {
    vec![
        tariff.tariff.to_string(),
        tariff.commodity.clone(),
        format!("{} {}/{}", tariff.price, tariff.currency, tariff.unit),
        tariff.from.to_string(),
        tariff.site.clone().unwrap_or_else(|| "all".to_owned()),
        tariff.meter.clone().unwrap_or_else(|| "all".to_owned()),
        tariff.author.clone(),
    ]
}

fn currency_and_unit(text: &str) -> Result<(String, Unit), Failure> {
    let refuse = || {
        let advice = "write the currency by its three letters and a unit that is known, such as EUR/kWh or GBP/m3";
        Failure::new(Exit::Usage, format!("`{text}` is no currency and unit"), advice)
    };
    let (currency, unit) = text.split_once('/').ok_or_else(refuse)?;
    let currency = currency.trim().to_ascii_uppercase();
    if currency.len() != 3 || !currency.bytes().all(|letter| letter.is_ascii_uppercase()) {
        return Err(refuse());
    }
    let unit = unit.trim().parse().map_err(|_| refuse())?;
    Ok((currency, unit))
}

fn told(error: TariffError) -> anyhow::Error {
    let advice = match &error {
        TariffError::Database(_) => return error.into(),
        TariffError::Unknown(_) => "see the names in `meterwatch export readings --format csv`",
        TariffError::NotAPrice => "give the price of one unit",
        TariffError::UnknownTariff(_) => "see the numbers in `meterwatch tariff list`",
    };
    Failure::new(Exit::Failed, error.to_string(), advice).into()
}

//! `meterwatch meter`: what people say about single meters.

use clap::Subcommand;
use jiff::civil::Date;
use sqlx::PgPool;

use crate::cli::Options;
use crate::database::{self, Schema};
use crate::exit::{Exit, Failure};

/// Confirm meters, and say when one was closed.
#[derive(Debug, Subcommand)]
pub enum Meter {
    /// Say that a meter is real
    Confirm(Named),
    /// Say from which day on a meter is no longer to be billed
    #[command(after_help = "\
Example:
  meterwatch meter close --site Depot E-17 --on 2025-06-30

Bills that begin on that day or later become an alert.")]
    Close(Close),
    /// Say that a closed meter is in use again
    Reopen(Named),
}

/// Which meter.
#[derive(Debug, clap::Args)]
pub struct Named {
    /// Its name
    meter: String,
    /// The name of its site
    #[arg(long)]
    site: String,
}

/// Which meter, and when.
#[derive(Debug, clap::Args)]
pub struct Close {
    /// Which meter
    #[command(flatten)]
    named: Named,
    /// The first day on which it is not in use
    #[arg(long, value_name = "DATE")]
    on: Date,
}

impl Meter {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        database::with(options, Schema::Ready, async |pool, _| {
            let (named, done) = match &self {
                Self::Confirm(named) => (named, confirm(&pool, named).await?),
                Self::Close(Close { named, on }) => (named, close(&pool, named, Some(*on)).await?),
                Self::Reopen(named) => (named, close(&pool, named, None).await?),
            };
            if done == 0 {
                return Err(Failure::new(
                    Exit::Failed,
                    format!("there is no meter `{}` at `{}`", named.meter, named.site),
                    "see the names in `meterwatch export readings --format csv`",
                )
                .into());
            }
            Ok(Exit::Done)
        })
        .await
    }
}

async fn confirm(pool: &PgPool, named: &Named) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!(
        "update meter m set confirmed = true from site s
         where s.site_id = m.site_id and m.name = $1 and s.name = $2",
        named.meter,
        named.site,
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected())
}

async fn close(pool: &PgPool, named: &Named, on: Option<Date>) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!(
        "update meter m set closed_on = $3 from site s
         where s.site_id = m.site_id and m.name = $1 and s.name = $2",
        named.meter,
        named.site,
        on.map(jiff_sqlx::Date::from) as _,
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected())
}

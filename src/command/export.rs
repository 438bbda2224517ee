//! `meterwatch export`: stored data as CSV.

use std::io;

use clap::{Subcommand, ValueEnum};
use futures_util::TryStreamExt;
use readings::Quantity;
use sqlx::PgPool;

use crate::cli::Options;
use crate::database::{self, Schema};
use crate::exit::Exit;
use crate::period;

const HEADER: [&str; 10] = [
    "site",
    "meter",
    "commodity",
    "period_start",
    "period_end",
    "quantity",
    "unit",
    "cost",
    "currency",
    "kind",
];

/// Write stored data to stdout.
#[derive(Debug, Subcommand)]
pub enum Export {
    /// The live readings, by site, meter and period
    #[command(after_help = "\
Example:
  meterwatch export readings --format csv > readings.csv

Quantity and unit are those of the file. period_end is the last day included; for periods shorter than a day both are
local times at the site, and the end is excluded. Two loads of the same mails give the same bytes.")]
    Readings(Readings),
}

/// How it is written.
#[derive(Debug, clap::Args)]
pub struct Readings {
    /// Format
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// Comma-separated, with a header
    Csv,
}

impl Export {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let Self::Readings(Readings { format: Format::Csv }) = self;
        database::with(options, Schema::Ready, async |pool, _| readings(&pool).await).await?;
        Ok(Exit::Done)
    }
}

async fn readings(pool: &PgPool) -> anyhow::Result<()> {
    let mut out = csv::Writer::from_writer(io::stdout().lock());
    out.write_record(HEADER)?;
    let mut rows = sqlx::query!(
        r#"select s.name as site, m.name as meter, m.commodity,
               r.period_start as "period_start: jiff_sqlx::DateTime",
               r.period_end as "period_end: jiff_sqlx::DateTime",
               r.quantity, r.unit, r.cost, r.currency, r.kind
           from reading r join meter m using (meter_id) join site s using (site_id)
           where r.superseded_at is null
           order by s.name collate "C", m.name collate "C", m.commodity collate "C",
               r.period_start, r.period_end, r.fold, r.kind collate "C""#
    )
    .fetch(pool);
    // Row by row, so that memory does not grow with the history.
    while let Some(row) = rows.try_next().await? {
        let (start, end) = period::written(row.period_start.to_jiff(), row.period_end.to_jiff());
        out.write_record([
            row.site,
            row.meter,
            row.commodity,
            start,
            end,
            Quantity::new(row.quantity).to_string(),
            row.unit,
            row.cost.map(|cost| cost.normalize().to_string()).unwrap_or_default(),
            row.currency.unwrap_or_default(),
            row.kind,
        ])?;
    }
    Ok(out.flush()?)
}

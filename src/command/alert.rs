//! `meterwatch alert`: what deviates.

use alerts::{AlertId, AlertReference};
use clap::Subcommand;
use jiff::civil::DateTime;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::Serialize;
use sqlx::PgPool;

use crate::cli::Options;
use crate::database::{self, Schema};
use crate::exit::Exit;
use crate::{output, period};

/// See alerts.
#[derive(Debug, Subcommand)]
pub enum Alert {
    /// List all alerts, the most expensive first
    #[command(after_help = "\
Examples:
  meterwatch alert list
  meterwatch alert list --json | jq '.[] | select(.state == \"open\")'

In JSON, cost is what the deviation costs at the meter's own price: negative where less was used than expected, null
where no price is known. period_end is the last day included.")]
    List(List),
}

/// Which alerts, and how they are printed.
#[derive(Debug, clap::Args)]
pub struct List {
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Only alerts in this state
    #[arg(long, value_parser = ["open", "acknowledged", "resolved"])]
    state: Option<String>,
}

/// One alert as it is printed.
#[derive(Debug, Serialize)]
struct Listed {
    reference: String,
    site: String,
    meter: String,
    commodity: String,
    period_start: String,
    period_end: String,
    kind: String,
    severity: String,
    state: String,
    observed: f64,
    expected: f64,
    lower: f64,
    upper: f64,
    unit: String,
    cost: Option<f64>,
    currency: Option<String>,
    reason: String,
}

impl Alert {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let Self::List(list) = self;
        let state = list.state.clone();
        let alerts = database::with(options, Schema::Ready, async |pool, _| {
            Ok(alerts(&pool, state.as_deref()).await?)
        })
        .await?;
        if list.json {
            output::json(&alerts)?;
        } else {
            output::table(
                &["reference", "severity", "state", "cost", "site", "meter", "period", "reason"],
                &alerts.iter().map(row).collect::<Vec<_>>(),
                "There are no alerts.",
            )?;
        }
        Ok(Exit::Done)
    }
}

fn row(alert: &Listed) -> Vec<String> {
    let currency = alert.currency.as_deref().unwrap_or_default();
    let cost = alert.cost.map(|cost| format!("{cost:.2} {currency}")).unwrap_or_default();
    vec![
        alert.reference.clone(),
        alert.severity.clone(),
        alert.state.clone(),
        cost.trim_end().to_owned(),
        alert.site.clone(),
        alert.meter.clone(),
        format!("{} to {}", alert.period_start, alert.period_end),
        alert.reason.clone(),
    ]
}

async fn alerts(pool: &PgPool, state: Option<&str>) -> Result<Vec<Listed>, sqlx::Error> {
    sqlx::query!(
        r#"select a.alert_id, alert_site(a.alert_id) as "site!",
               coalesce(m.name, a.subject) as "meter!",
               coalesce(m.commodity, a.commodity, '') as "commodity!",
               a.period_start as "period_start: jiff_sqlx::DateTime",
               a.period_end as "period_end: jiff_sqlx::DateTime",
               a.kind, a.severity, a.state, a.observed, a.expected, a.lower, a.upper, a.unit,
               a.cost, a.currency, a.reason
           from alert a left join meter m using (meter_id)
           where $1::text is null or a.state = $1
           order by coalesce(a.cost, 0) desc, a.score desc, a.alert_id"#,
        state,
    )
    .map(|row| {
        let (start, end): (DateTime, DateTime) =
            (row.period_start.to_jiff(), row.period_end.to_jiff());
        let (period_start, period_end) = period::written(start, end);
        Listed {
            reference: AlertReference::of(AlertId::new(row.alert_id)).to_string(),
            site: row.site,
            meter: row.meter,
            commodity: row.commodity,
            period_start,
            period_end,
            kind: row.kind,
            severity: row.severity,
            state: row.state,
            observed: row.observed,
            expected: row.expected,
            lower: row.lower,
            upper: row.upper,
            unit: row.unit,
            cost: row.cost.as_ref().and_then(Decimal::to_f64),
            currency: row.currency,
            reason: row.reason,
        }
    })
    .fetch_all(pool)
    .await
}

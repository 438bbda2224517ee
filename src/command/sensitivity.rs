//! `meterwatch sensitivity`: how many false alarms are allowed, and what another number would have done.

use alerts::replay::Tally;
use analytics::replay::{self, Preview};
use clap::Subcommand;
use serde::Serialize;

use crate::cli::Options;
use crate::database::{self, Schema};
use crate::exit::{Exit, Failure};
use crate::{clock, output};

/// See, try and set how many false alarms are allowed.
#[derive(Debug, Subcommand)]
pub enum Sensitivity {
    /// Show what is set, and how often each rule was right
    Show(Show),
    /// Replay the stored history with another number of false alarms; nothing is stored
    #[command(after_help = "\
Example:
  meterwatch sensitivity try 0.5      what would have been raised, kept and lost, by month

The number is false alarms per meter and year: 0.25 is one in four years for each meter.")]
    Try(Try),
    /// Set another number; it counts from the next analysis on
    Set(Set),
}

/// How it is printed.
#[derive(Debug, clap::Args)]
pub struct Show {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Which number.
#[derive(Debug, clap::Args)]
pub struct Try {
    /// False alarms per meter and year
    false_alarms: f64,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Which number.
#[derive(Debug, clap::Args)]
pub struct Set {
    /// False alarms per meter and year
    false_alarms: f64,
    /// Why
    #[arg(long, default_value = "")]
    note: String,
    /// Who says so
    #[arg(long, env = "USER", default_value = "command line")]
    author: String,
}

#[derive(Debug, Serialize)]
struct Rule {
    kind: &'static str,
    right: u32,
    false_alarms: u32,
    known_events: u32,
    precision: Option<f64>,
    weight: f64,
}

#[derive(Debug, Serialize)]
struct Shown {
    false_alarms: f64,
    threshold: f64,
    months_judged: usize,
    rules: Vec<Rule>,
}

#[derive(Debug, Serialize)]
#[expect(clippy::struct_field_names, reason = "the name of the field in the output")]
struct Month {
    month: String,
    kept: u32,
    gained: u32,
    lost: u32,
    cost_kept: f64,
    cost_gained: f64,
    cost_lost: f64,
}

#[derive(Debug, Serialize)]
struct Tried {
    false_alarms: f64,
    threshold: f64,
    present_false_alarms: f64,
    present_threshold: f64,
    alerts_per_meter_year: f64,
    present_alerts_per_meter_year: f64,
    currency: Option<String>,
    total: Month,
    months: Vec<Month>,
}

impl Sensitivity {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        database::with(options, Schema::Ready, async |pool, _| match self {
            Self::Show(show) => {
                let budget = replay::budget(&pool).await?;
                let preview = replay::preview(&pool, budget).await?;
                let rules = replay::rules(&pool).await?;
                told(&shown(&preview, rules), show.json)
            }
            Self::Try(Try { false_alarms, json }) => {
                check(false_alarms)?;
                let preview = replay::preview(&pool, false_alarms).await?;
                compared(&tried(&preview), json)
            }
            Self::Set(Set { false_alarms, note, author }) => {
                check(false_alarms)?;
                replay::accept(&pool, false_alarms, &author, &note, clock::now()).await?;
                output::tell("It counts from the next `meterwatch analyse` on.");
                Ok(Exit::Done)
            }
        })
        .await
    }
}

fn check(false_alarms: f64) -> Result<(), Failure> {
    let (least, most) = alerts::budget::RANGE;
    if (least..=most).contains(&false_alarms) {
        return Ok(());
    }
    let what = format!("{false_alarms} false alarms per meter and year cannot be kept");
    Err(Failure::new(Exit::Usage, what, format!("give a number between {least} and {most}")))
}

fn shown(preview: &Preview, rules: Vec<(alerts::AlertKind, alerts::budget::Verdicts)>) -> Shown {
    let (false_alarms, calibration) = preview.present;
    Shown {
        false_alarms,
        threshold: calibration.threshold,
        months_judged: calibration.months,
        rules: rules
            .into_iter()
            .map(|(kind, verdicts)| Rule {
                kind: kind.code(),
                right: verdicts.right(),
                false_alarms: verdicts.false_alarm,
                known_events: verdicts.known_event,
                precision: verdicts.precision(),
                weight: verdicts.weight(),
            })
            .collect(),
    }
}

fn told(shown: &Shown, json: bool) -> anyhow::Result<Exit> {
    if json {
        output::json(shown)?;
        return Ok(Exit::Done);
    }
    output::tell(&format!(
        "{} false alarms per meter and year are allowed; by {} judged months that is a threshold of {:.2}.",
        shown.false_alarms, shown.months_judged, shown.threshold
    ));
    let rows: Vec<_> = shown
        .rules
        .iter()
        .map(|rule| {
            vec![
                rule.kind.to_owned(),
                rule.right.to_string(),
                rule.false_alarms.to_string(),
                rule.known_events.to_string(),
                rule.precision.map_or_else(String::new, |share| format!("{:.0} %", 100.0 * share)),
                format!("{:+.2}", rule.weight),
            ]
        })
        .collect();
    let header = ["rule", "right", "false", "known events", "precision", "weight"];
    output::table(&header, &rows, "No alert has a verdict yet.")?;
    Ok(Exit::Done)
}

fn tried(preview: &Preview) -> Tried {
    let (present_rate, rate) = preview.replay.rates();
    Tried {
        false_alarms: preview.tried.0,
        threshold: preview.tried.1.threshold,
        present_false_alarms: preview.present.0,
        present_threshold: preview.present.1.threshold,
        alerts_per_meter_year: rate,
        present_alerts_per_meter_year: present_rate,
        currency: preview.currency.clone(),
        total: month("all".to_owned(), preview.replay.total),
        months: preview
            .replay
            .months
            .iter()
            .map(|(at, tally)| {
                month(format!("{:04}-{:02}", at.div_euclid(12), at.rem_euclid(12) + 1), *tally)
            })
            .collect(),
    }
}

fn month(month: String, tally: Tally) -> Month {
    let cents = |amount: f64| (amount * 100.0).round() / 100.0;
    Month {
        month,
        kept: tally.kept,
        gained: tally.gained,
        lost: tally.lost,
        cost_kept: cents(tally.cost_kept),
        cost_gained: cents(tally.cost_gained),
        cost_lost: cents(tally.cost_lost),
    }
}

fn compared(tried: &Tried, json: bool) -> anyhow::Result<Exit> {
    if json {
        output::json(tried)?;
        return Ok(Exit::Done);
    }
    let currency = tried.currency.as_deref().unwrap_or("");
    let rows: Vec<_> = tried
        .months
        .iter()
        .chain(std::iter::once(&tried.total))
        .map(|month| {
            vec![
                month.month.clone(),
                month.kept.to_string(),
                month.gained.to_string(),
                month.lost.to_string(),
                format!("{:.0}", month.cost_gained),
                format!("{:.0}", month.cost_lost),
            ]
        })
        .collect();
    let gained = format!("gained {currency}");
    let lost = format!("lost {currency}");
    let header = ["begins", "kept", "gained", "lost", gained.trim_end(), lost.trim_end()];
    output::table(&header, &rows, "Nothing would be raised by either.")?;
    output::tell(&format!(
        "{} instead of {} false alarms per meter and year: a threshold of {:.2} instead of {:.2}, and {:.2} instead of \
         {:.2} alerts per meter and year over the stored history.",
        tried.false_alarms,
        tried.present_false_alarms,
        tried.threshold,
        tried.present_threshold,
        tried.alerts_per_meter_year,
        tried.present_alerts_per_meter_year
    ));
    Ok(Exit::Done)
}

//! `meterwatch meter`: which names are meters, which of them are one, and what is known about each.

use clap::{Args, Subcommand};
use ingest::identity::{self, Description, ListedMeter};
use ingest::pass;
use jiff::civil::Date;
use readings::{MergeAnswer, MeterId, SiteId};
use rust_decimal::Decimal;
use sqlx::PgPool;

use crate::cli::Options;
use crate::database::{self, Schema};
use crate::exit::{Exit, Failure};
use crate::{clock, output};

/// Meters that are listed at a time, so that memory does not grow with the database.
const AT_ONCE: i64 = 1_000;

/// Confirm, merge and describe meters.
#[derive(Debug, Subcommand)]
pub enum Meter {
    /// List meters, the newest first, with what each new one may be; and the merges that hold
    #[command(after_help = "\
Examples:
  meterwatch meter list --unconfirmed
  meterwatch meter list --json")]
    List(List),
    /// Say that meters are real
    #[command(after_help = "\
Example:
  meterwatch meter confirm 17 18")]
    Confirm(Confirm),
    /// Have a meter count as another, or a site with --site: the name is an alias from then on
    #[command(after_help = "\
Examples:
  meterwatch meter merge 17 4            what files say about meter 17 counts for meter 4
  meterwatch meter merge --site 9 2      the meters of site 9 stand at site 2; those of the same name become one

Readings keep the name that their file gives them, so `meterwatch meter undo` restores exactly what was.")]
    Merge(Merge),
    /// Take a merge back
    #[command(after_help = "\
Examples:
  meterwatch meter undo 17
  meterwatch meter undo --site 9")]
    Undo(Undo),
    /// Say what is known about a meter: its register, and when its readings are expected
    #[command(after_help = "\
Examples:
  meterwatch meter set 4 --digits 6
  meterwatch meter set 4 --multiplier 40
  meterwatch meter set 4 --due-days 10
  meterwatch meter set 4 --watched false       it was taken out of use

The digits before the decimal mark tell a register that began again at zero from one that was reset. The multiplier
(transformer ratio) is for files that state none.")]
    Set(Set),
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
#[derive(Debug, Args)]
pub struct Named {
    /// Its name
    meter: String,
    /// The name of its site
    #[arg(long)]
    site: String,
}

/// Which meter, and when.
#[derive(Debug, Args)]
pub struct Close {
    /// Which meter
    #[command(flatten)]
    named: Named,
    /// The first day on which it is not in use
    #[arg(long, value_name = "DATE")]
    on: Date,
}

/// Which meters are listed.
#[derive(Debug, Args)]
pub struct List {
    /// Only those that wait for a person
    #[arg(long)]
    unconfirmed: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Which meters are real.
#[derive(Debug, Args)]
pub struct Confirm {
    /// Their numbers in `meter list`
    #[arg(required = true)]
    meters: Vec<i64>,
}

/// What counts as what.
#[derive(Debug, Args)]
pub struct Merge {
    /// Number of the meter (of the site with --site) that is to count as the other
    from: i64,
    /// Number of the one that stays
    into: i64,
    /// The numbers are those of sites
    #[arg(long)]
    site: bool,
}

/// What is taken back.
#[derive(Debug, Args)]
pub struct Undo {
    /// Number of the meter (of the site with --site) that is to stand for itself again
    from: i64,
    /// The number is that of a site
    #[arg(long)]
    site: bool,
}

/// What is known.
#[derive(Debug, Args)]
pub struct Set {
    /// Its number in `meter list`
    meter: i64,
    /// Digits of the register before the decimal mark
    #[arg(
        long,
        value_parser = clap::value_parser!(i16).range(1..=12),
        required_unless_present_any = ["multiplier", "due_days", "watched"]
    )]
    digits: Option<i16>,
    /// By what differences of the register are multiplied
    #[arg(long)]
    multiplier: Option<Decimal>,
    /// Days after the end of a period by which its reading is expected; by default learnt
    #[arg(long, value_parser = clap::value_parser!(i16).range(0..=365))]
    due_days: Option<i16>,
    /// Whether a missing reading is worth an alert
    #[arg(long)]
    watched: Option<bool>,
}

impl Meter {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        database::with(options, Schema::Ready, async |pool, _| {
            let (now, actor) = (clock::now(), "command line");
            match self {
                Self::List(list) => return list.print(&pool).await,
                Self::Confirm(Confirm { meters }) => {
                    let meters: Vec<MeterId> = meters.into_iter().map(MeterId::new).collect();
                    let confirmed = identity::confirm(&pool, &meters, actor, now).await?;
                    output::tell(&format!("{confirmed} of {} meters confirmed.", meters.len()));
                }
                Self::Merge(Merge { from, into, site: false }) => {
                    let (from, into) = (MeterId::new(from), MeterId::new(into));
                    told(identity::merge_meters(&pool, from, into, actor, now).await?)?;
                }
                Self::Merge(Merge { from, into, site: true }) => {
                    let (from, into) = (SiteId::new(from), SiteId::new(into));
                    told(identity::merge_sites(&pool, from, into, actor, now).await?)?;
                }
                Self::Undo(Undo { from, site: false }) => {
                    told(identity::undo_meter(&pool, MeterId::new(from), actor, now).await?)?;
                }
                Self::Undo(Undo { from, site: true }) => {
                    told(identity::undo_site(&pool, SiteId::new(from), actor, now).await?)?;
                }
                Self::Set(set) => set.store(&pool).await?,
                Self::Close(Close { named, on }) => close(&pool, &named, Some(on)).await?,
                Self::Reopen(named) => close(&pool, &named, None).await?,
            }
            pass::complete(&pool, now).await?;
            Ok(Exit::Done)
        })
        .await
    }
}

impl List {
    async fn print(&self, pool: &PgPool) -> anyhow::Result<Exit> {
        let mut meters: Vec<ListedMeter> = Vec::new();
        loop {
            let offset = i64::try_from(meters.len()).unwrap_or(i64::MAX);
            let next = identity::listed_meters(pool, self.unconfirmed, AT_ONCE, offset).await?;
            if next.is_empty() {
                break;
            }
            meters.extend(next);
        }
        let merges = identity::merges(pool).await?;
        if self.json {
            output::json(&serde_json::json!({ "meters": meters, "merges": merges }))?;
            return Ok(Exit::Done);
        }
        output::table(
            &["number", "site", "meter", "commodity", "confirmed", "readings", "may be"],
            &meters.iter().map(row).collect::<Vec<_>>(),
            "No meter waits for a person.",
        )?;
        for merge in merges {
            let what = if merge.what == "site" { "Site" } else { "Meter" };
            output::tell(&format!(
                "{what} {} ({}) counts as {} ({}).",
                merge.id, merge.name, merge.into_id, merge.into_name
            ));
        }
        Ok(Exit::Done)
    }
}

fn row(meter: &ListedMeter) -> Vec<String> {
    let may_be = meter.suggestions.iter().map(|suggestion| {
        format!("{} ({}): {}", suggestion.meter_id, suggestion.name, suggestion.sentence)
    });
    vec![
        meter.meter_id.to_string(),
        meter.site.clone(),
        meter.name.clone(),
        meter.commodity.clone(),
        if meter.confirmed { "yes" } else { "no" }.to_owned(),
        meter.readings.to_string(),
        may_be.collect::<Vec<_>>().join(" "),
    ]
}

impl Set {
    async fn store(&self, pool: &PgPool) -> anyhow::Result<()> {
        let known = Description {
            register_digits: self.digits,
            register_multiplier: self.multiplier,
            due_days: self.due_days,
            watched: self.watched,
        };
        let known = identity::describe(pool, MeterId::new(self.meter), known).await?;
        if !known {
            return Err(refused(MergeAnswer::Unknown.sentence()).into());
        }
        output::tell("Stored.");
        Ok(())
    }
}

fn told(answer: MergeAnswer) -> Result<(), Failure> {
    if answer == MergeAnswer::Done {
        output::tell("Done. Baselines and alerts follow with the next analysis.");
        Ok(())
    } else {
        Err(refused(answer.sentence()))
    }
}

fn refused(sentence: &str) -> Failure {
    Failure::new(Exit::Failed, sentence, "see `meterwatch meter list`")
}

async fn close(pool: &PgPool, named: &Named, on: Option<Date>) -> anyhow::Result<()> {
    let done = sqlx::query!(
        "update meter m set closed_on = $3 from site s
         where s.site_id = m.site_id and m.name = $1 and s.name = $2",
        named.meter,
        named.site,
        on.map(jiff_sqlx::Date::from) as _,
    )
    .execute(pool)
    .await?;
    if done.rows_affected() == 0 {
        let what = format!("there is no meter `{}` at `{}`", named.meter, named.site);
        return Err(Failure::new(Exit::Failed, what, "see `meterwatch meter list`").into());
    }
    Ok(())
}

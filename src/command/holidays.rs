//! `meterwatch holidays`: whose public holidays a site keeps.

use alerts::Holidays as Calendar;
use analytics::holidays;
use clap::Subcommand;

use crate::cli::Options;
use crate::database::{self, Schema};
use crate::exit::{Exit, Failure};
use crate::output;

/// See and choose whose public holidays the sites keep.
#[derive(Debug, Subcommand)]
pub enum Holidays {
    /// List all sites with their countries
    Sites,
    /// List the countries whose holidays are known
    Countries,
    /// Choose the country of a site, or of all; without --country the time zone of the site tells it
    #[command(after_help = "\
Examples:
  meterwatch holidays set --site \"Town hall\" --country DE
  meterwatch holidays set --all --country GB

Use on public holidays is told apart from that of working days on the page of a meter that has daily or finer data.
Regional holidays are entered as known events (closure).")]
    Set(Set),
}

/// Which country for which site.
#[derive(Debug, clap::Args)]
pub struct Set {
    /// The name of the site
    #[arg(long, required_unless_present = "all")]
    site: Option<String>,
    /// All sites
    #[arg(long, conflicts_with = "site")]
    all: bool,
    /// The code of the country, such as GB
    #[arg(long)]
    country: Option<String>,
}

impl Holidays {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let calendar = Calendar::shipped();
        if matches!(self, Self::Countries) {
            let countries = calendar.countries().into_iter();
            let rows: Vec<Vec<String>> =
                countries.map(|(code, name)| vec![code.to_owned(), name.to_owned()]).collect();
            output::table(&["code", "country"], &rows, "No country is known.")?;
            return Ok(Exit::Done);
        }
        database::with(options, Schema::Ready, async |pool, _| {
            match self {
                Self::Countries => {}
                Self::Sites => {
                    let sites = holidays::of_sites(&pool).await?.into_iter();
                    let rows: Vec<Vec<String>> = sites
                        .map(|site| {
                            let how = match (&site.chosen, &site.country) {
                                (Some(_), _) => "chosen",
                                (None, Some(_)) => "by its time zone",
                                (None, None) => "",
                            };
                            vec![site.site, site.country.unwrap_or_default(), how.to_owned()]
                        })
                        .collect();
                    output::table(&["site", "country", "how"], &rows, "There are no sites.")?;
                }
                Self::Set(set) => {
                    let country = set.country.map(|code| code.to_uppercase());
                    if let Some(code) = country.as_ref().filter(|code| !calendar.knows(code)) {
                        let what = format!("no holidays are known of a country `{code}`");
                        let advice = "see the codes in `meterwatch holidays countries`, or enter the days as known events";
                        return Err(Failure::new(Exit::Failed, what, advice).into());
                    }
                    let site = set.site.as_deref();
                    if holidays::choose(&pool, site, country.as_deref()).await? == 0 {
                        let what = match site {
                            Some(site) => format!("there is no site `{site}`"),
                            None => "there are no sites yet".to_owned(),
                        };
                        let advice = "see the names in `meterwatch holidays sites`";
                        return Err(Failure::new(Exit::Failed, what, advice).into());
                    }
                }
            }
            Ok(Exit::Done)
        })
        .await
    }
}

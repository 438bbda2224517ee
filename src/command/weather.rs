//! `meterwatch weather`: stations, and which one a site has.

use analytics::weather;
use clap::Subcommand;

use crate::cli::Options;
use crate::database::{self, Schema};
use crate::exit::{Exit, Failure};
use crate::output;

/// See weather stations, and choose which one a site has.
#[derive(Debug, Subcommand)]
pub enum Weather {
    /// List all stations
    Stations,
    /// List all sites with their stations
    Sites,
    /// Choose the station of a site; without --station the rule decides again
    #[command(after_help = "\
Example:
  meterwatch weather assign --site \"Town hall\" --station Lindental

Unless somebody chooses, a site has the station whose name is in its own, else the only one of those who send its
readings, else the only one there is.")]
    Assign(Assign),
}

/// Which station for which site.
#[derive(Debug, clap::Args)]
pub struct Assign {
    /// The name of the site
    #[arg(long)]
    site: String,
    /// The name of the station
    #[arg(long)]
    station: Option<String>,
}

impl Weather {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        database::with(options, Schema::Ready, async |pool, _| {
            let stations = weather::stations(&pool).await?;
            match self {
                Self::Stations => {
                    let rows: Vec<Vec<String>> = stations
                        .iter()
                        .map(|station| {
                            let senders: Vec<&str> =
                                station.senders.iter().map(String::as_str).collect();
                            vec![station.name.clone(), senders.join(", ")]
                        })
                        .collect();
                    output::table(&["station", "sent by"], &rows, "No temperature has come yet.")?;
                }
                Self::Sites => {
                    let name = |id: i64| {
                        stations.iter().find(|station| station.id == id).map(|it| it.name.clone())
                    };
                    let rows: Vec<Vec<String>> = weather::assigned(&pool)
                        .await?
                        .into_iter()
                        .map(|(site, chosen, station)| {
                            let how = match (chosen, station) {
                                (true, _) => "chosen",
                                (false, Some(_)) => "by rule",
                                (false, None) => "",
                            };
                            let station = station.and_then(name).unwrap_or_default();
                            vec![site, station, how.to_owned()]
                        })
                        .collect();
                    output::table(&["site", "station", "how"], &rows, "There are no sites.")?;
                }
                Self::Assign(Assign { site, station }) => {
                    let wanted = match &station {
                        None => None,
                        Some(name) => {
                            let found = stations.iter().find(|station| station.name == *name);
                            Some(found.map(|station| station.id).ok_or_else(|| {
                                let advice = "see the names in `meterwatch weather stations`";
                                Failure::new(
                                    Exit::Failed,
                                    format!("there is no station `{name}`"),
                                    advice,
                                )
                            })?)
                        }
                    };
                    if weather::assign(&pool, &site, wanted).await? == 0 {
                        let advice = "see the names in `meterwatch weather sites`";
                        let what = format!("there is no site `{site}`");
                        return Err(Failure::new(Exit::Failed, what, advice).into());
                    }
                }
            }
            Ok(Exit::Done)
        })
        .await
    }
}

//! `meterwatch doctor`: everything that this installation needs, each with what to do when it is not there.

use serde::Serialize;

use crate::cli::Options;
use crate::database::{Database, Schema};
use crate::exit::{self, Exit};
use crate::output;

mod machine;
mod outside;
mod stored;

/// Check everything that this installation needs.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  meterwatch doctor
  meterwatch doctor --json

Nothing is changed and nothing is sent. The exit code is that of the first check that failed: 3 configuration,
5 something cannot be reached, 1 anything else.")]
pub struct Doctor {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What a check found.
#[derive(Debug, Serialize)]
pub struct Check {
    /// What was checked.
    name: String,
    /// Whether it is as it should be.
    ok: bool,
    /// What was found.
    found: String,
    /// What to do, where it is not.
    fix: Option<String>,
    #[serde(skip)]
    exit: Exit,
}

impl Check {
    /// As it should be.
    pub fn good(name: impl Into<String>, found: impl Into<String>) -> Self {
        Self { name: name.into(), ok: true, found: found.into(), fix: None, exit: Exit::Done }
    }

    /// Not as it should be.
    pub fn bad(
        exit: Exit,
        name: impl Into<String>,
        found: impl Into<String>,
        fix: impl Into<String>,
    ) -> Self {
        Self { name: name.into(), ok: false, found: found.into(), fix: Some(fix.into()), exit }
    }
}

impl Doctor {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let checks = checks(options).await;
        if self.json {
            output::json(&checks)?;
        } else {
            output::text(&page(&checks))?;
        }
        Ok(checks.iter().find(|check| !check.ok).map_or(Exit::Done, |check| check.exit))
    }
}

async fn checks(options: &Options) -> Vec<Check> {
    let mut checks = Vec::new();
    let config = match options.load_config() {
        Ok(config) => {
            checks.push(machine::configuration(&config));
            config
        }
        Err(failure) => {
            let found = crate::config::causes(&failure);
            let fix = "correct the file; the other checks go on with the defaults";
            checks.push(Check::bad(Exit::Configuration, "configuration", found, fix));
            crate::config::Config::default()
        }
    };
    checks.push(machine::time_zones(&config));
    checks.push(machine::temporary_space());
    checks.push(outside::reader(&config).await);
    match Database::open(options, &config, Schema::Any).await {
        Ok(database) => {
            checks.extend(stored::database(&database.pool).await);
            database.close().await;
        }
        Err(error) => {
            let found = crate::job_run::detail(&error);
            let fix = exit::next_step(&error)
                .unwrap_or("see that PostgreSQL runs and that the URL is right")
                .to_owned();
            checks.push(Check::bad(exit::exit_of(&error), "database", found, fix));
        }
    }
    checks.extend(outside::sources(&config).await);
    checks.extend(outside::endpoints(&config).await);
    checks
}

fn page(checks: &[Check]) -> String {
    let width = checks.iter().map(|check| check.name.chars().count()).max().unwrap_or(0);
    let line = |check: &Check| {
        let Check { name, ok, found, fix, .. } = check;
        let mark = if *ok { "ok   " } else { "WRONG" };
        let fix = fix.as_ref().map(|fix| format!("{:width$}         fix: {fix}\n", ""));
        format!("{mark}  {name:width$}  {found}\n{}", fix.unwrap_or_default())
    };
    checks.iter().map(line).collect::<Vec<_>>().concat()
}

//! `meterwatch profile`: what people have said about the files of their senders.

use std::path::PathBuf;

use clap::Subcommand;
use ingest::profile::{self, KeptIn, Saving, StoredProfile};
use readings::Profile as Said;
use sqlx::PgPool;

use crate::cli::Options;
use crate::config::Config;
use crate::database::{self, Schema};
use crate::exit::{Exit, Failure};
use crate::reader::ReaderProcess;
use crate::{output, profile_file, profiles};

mod answers;
mod test;
mod told;

/// Who is noted in the history where nobody is named.
const COMMAND_LINE: &str = "command line";

/// Say once what files leave open: units, years, columns.
#[derive(Debug, Subcommand)]
pub enum Profile {
    /// List all profiles
    List(Print),
    /// Show one profile with its history
    Show(Named),
    /// Print profiles as TOML, for files under version control
    #[command(after_help = "\
Examples:
  meterwatch profile export > profiles/all.toml
  meterwatch profile export \"Acme monthly\"

With folder of [profiles] in the configuration the files of that folder are read at every pass.")]
    Export(Export),
    /// Save the profiles of TOML files, and read again the files of mails that they concern
    Import(Import),
    /// Answer what a stored file leaves open, for all files of its layout, and read them again
    #[command(after_help = "\
Examples:
  meterwatch profile save \"Acme monthly\" --file 17 --unit kWh --year mail
  meterwatch profile save \"all of Acme\" --sender @acme.example --time-zone Europe/Berlin

Which columns mean what is said on the page of the file, or in TOML: `meterwatch profile test 17 --toml` prints what
was recognised, to be corrected and imported.")]
    Save(Box<answers::Save>),
    /// Delete a profile, and read again the files that were read by it
    Delete(Delete),
    /// Show how a file is read: which layout, which profile, what would change; nothing is stored
    #[command(after_help = "\
Examples:
  meterwatch profile test 17                       a stored file, as it would be read now
  meterwatch profile test 17 --with acme.toml      with profiles that are not saved yet
  meterwatch profile test report.xlsx --toml       what is recognised, as a profile to be corrected")]
    Test(test::Test),
}

/// How it is printed.
#[derive(Debug, clap::Args)]
pub struct Print {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Which profile.
#[derive(Debug, clap::Args)]
pub struct Named {
    /// Its name in `profile list`
    name: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Which profiles.
#[derive(Debug, clap::Args)]
pub struct Export {
    /// Their names; all when absent
    names: Vec<String>,
}

/// Which files.
#[derive(Debug, clap::Args)]
pub struct Import {
    /// TOML files with `[[profile]]`
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Who says it, for the history
    #[arg(long, value_name = "NAME", default_value = COMMAND_LINE)]
    by: String,
}

/// Which profile, and who.
#[derive(Debug, clap::Args)]
pub struct Delete {
    /// Its name in `profile list`
    name: String,
    /// Who says it, for the history
    #[arg(long, value_name = "NAME", default_value = COMMAND_LINE)]
    by: String,
}

impl Profile {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        if let Self::Test(test) = self {
            return test.run(options).await;
        }
        // Read before anything is started, so that a mistake in a file is told at once.
        let given = match &self {
            Self::Import(import) => {
                let mut given = Vec::new();
                for file in &import.files {
                    given.extend(profile_file::read(file)?);
                }
                given
            }
            _ => Vec::new(),
        };
        database::with(options, Schema::Ready, async |pool, config| match self {
            Self::List(print) => list(&pool, print.json).await,
            Self::Show(named) => show(&pool, &named).await,
            Self::Export(export) => {
                let mut said = Vec::new();
                for stored in profile::all(&pool).await? {
                    if export.names.is_empty() || export.names.contains(&stored.profile.name) {
                        said.push(stored.profile);
                    }
                }
                if let Some(name) =
                    export.names.iter().find(|name| !said.iter().any(|one| one.name == **name))
                {
                    return Err(unknown(name).into());
                }
                output::text(&profile_file::write(&said)?)?;
                Ok(Exit::Done)
            }
            Self::Import(import) => save_all(&pool, &config, &given, &import.by).await,
            Self::Save(save) => {
                let said = save.profile(&pool).await?;
                save_all(&pool, &config, &[said], save.by()).await
            }
            Self::Delete(delete) => {
                let mut reader = ReaderProcess::start(&config).await?;
                let replayed =
                    profiles::delete(&pool, &delete.name, &delete.by, &mut reader).await?;
                let replayed = replayed.ok_or_else(|| unknown(&delete.name))?;
                output::tell(&format!("Profile `{}` is deleted.", delete.name));
                Ok(told::replayed(&replayed))
            }
            Self::Test(_) => Ok(Exit::Done),
        })
        .await
    }
}

async fn save_all(
    pool: &PgPool,
    config: &Config,
    given: &[Said],
    by: &str,
) -> anyhow::Result<Exit> {
    let mut reader = ReaderProcess::start(config).await?;
    let mut exit = Exit::Done;
    for one in given {
        let saving = Saving { actor: by, kept_in: KeptIn::Database, seen: None, answers: &[] };
        let replayed = profiles::save(pool, one, saving, &mut reader).await?;
        output::tell(&format!("Profile `{}` is saved.", one.name));
        if told::replayed(&replayed) == Exit::Partial {
            exit = Exit::Partial;
        }
    }
    Ok(exit)
}

async fn list(pool: &PgPool, as_json: bool) -> anyhow::Result<Exit> {
    let stored = profile::all(pool).await?;
    if as_json {
        output::json(&stored)?;
        return Ok(Exit::Done);
    }
    let rows: Vec<Vec<String>> = stored.iter().map(row).collect();
    let header = ["name", "sender", "layout", "says", "kept in", "changed", "by"];
    output::table(
        &header,
        &rows,
        "There are no profiles; every file is read by its own evidence.",
    )?;
    Ok(Exit::Done)
}

fn row(stored: &StoredProfile) -> Vec<String> {
    let said = &stored.profile;
    vec![
        said.name.clone(),
        if said.sender.is_empty() { "any".to_owned() } else { said.sender.clone() },
        if said.is_mapping() { said.fingerprint.clone() } else { "all files".to_owned() },
        told::summary(said),
        stored.kept_in.code().to_owned(),
        stored.changed_at.to_string(),
        stored.changed_by.clone(),
    ]
}

async fn show(pool: &PgPool, named: &Named) -> anyhow::Result<Exit> {
    let found = profile::all(pool).await?.into_iter().find(|one| one.profile.name == named.name);
    let stored = found.ok_or_else(|| unknown(&named.name))?;
    let history = profile::history(pool, &named.name).await?;
    if named.json {
        output::json(&serde_json::json!({ "profile": stored, "history": history }))?;
        return Ok(Exit::Done);
    }
    output::text(&profile_file::write(std::slice::from_ref(&stored.profile))?)?;
    output::text(&told::history(&history))?;
    Ok(Exit::Done)
}

fn unknown(name: &str) -> Failure {
    Failure::new(
        Exit::Failed,
        format!("there is no profile `{name}`"),
        "see `meterwatch profile list`",
    )
}

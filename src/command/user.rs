//! `meterwatch user`: the people who may sign in.

use std::io::{self, BufRead, IsTerminal};
use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};
use dashboard::users;
use dashboard::views::Role;
use serde::Serialize;

use crate::cli::Options;
use crate::config::secret::Secret;
use crate::database::{self, Schema};
use crate::exit::{Exit, Failure};
use crate::{clock, output};

/// Manage the people who may sign in.
#[derive(Debug, Subcommand)]
pub enum User {
    /// Add a person; the password comes from stdin or a file, never from the command line
    #[command(after_help = "\
Examples:
  meterwatch user add maria --role operator < password.txt
  meterwatch user add maria --role admin --password-file password.txt

A password has at least 15 characters; a sentence is easy to remember.
viewer: reads. operator: also triages alerts. admin: also manages.")]
    Add(Add),
    /// List everybody
    List(List),
    /// Give a person another password, which ends all sessions of that person
    #[command(alias = "password")]
    Passwd(Passwd),
    /// Remove a person; what that person did stays in the history
    Remove(Remove),
}

/// Whom to add.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// The name to sign in with
    name: String,
    /// What the person may do
    #[arg(long, value_enum, default_value = "viewer")]
    role: RoleName,
    /// File whose first line is the password; stdin when absent
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

/// How it is printed.
#[derive(Debug, clap::Args)]
pub struct List {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Whose password.
#[derive(Debug, clap::Args)]
pub struct Passwd {
    /// The person's name
    name: String,
    /// File whose first line is the password; stdin when absent
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
}

/// Whom to remove.
#[derive(Debug, clap::Args)]
pub struct Remove {
    /// The person's name
    name: String,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleName {
    Viewer,
    Operator,
    Admin,
}

#[derive(Debug, Serialize)]
struct Listed {
    name: String,
    role: &'static str,
    created_at: jiff::Timestamp,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Viewer => Self::Viewer,
            RoleName::Operator => Self::Operator,
            RoleName::Admin => Self::Admin,
        }
    }
}

impl User {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        // Asked for before anything is started, so that nothing waits for a person's typing.
        let password = match &self {
            Self::Add(Add { password_file, .. }) | Self::Passwd(Passwd { password_file, .. }) => {
                Some(password(password_file.as_deref())?)
            }
            _ => None,
        };
        let password = password.as_ref().map_or("", Secret::reveal);
        database::with(options, Schema::Ready, async |pool, _| {
            match &self {
                Self::Add(add) => {
                    let role = add.role.into();
                    users::add(&pool, &add.name, password, role, clock::now()).await?;
                    output::tell(&format!("{} may sign in as {}.", add.name, role.code()));
                }
                Self::List(list) => print(users::list(&pool).await?, list.json)?,
                Self::Passwd(passwd) => {
                    users::set_password(&pool, &passwd.name, password).await?;
                    output::tell(&format!("{} has a new password.", passwd.name));
                }
                Self::Remove(remove) => {
                    users::remove(&pool, &remove.name).await?;
                    output::tell(&format!("{} is removed.", remove.name));
                }
            }
            Ok(Exit::Done)
        })
        .await
    }
}

fn print(users: Vec<users::User>, as_json: bool) -> anyhow::Result<()> {
    let listed = users.into_iter().map(|user| Listed {
        name: user.name,
        role: user.role.code(),
        created_at: user.created_at,
    });
    if as_json {
        return output::json(&listed.collect::<Vec<_>>());
    }
    let rows: Vec<Vec<String>> = listed
        .map(|user| vec![user.name, user.role.to_owned(), user.created_at.to_string()])
        .collect();
    output::table(
        &["name", "role", "since"],
        &rows,
        "Nobody may sign in; see `meterwatch user add`.",
    )
}

/// The first line of the file or of stdin.
fn password(file: Option<&std::path::Path>) -> anyhow::Result<Secret> {
    let text = if let Some(file) = file {
        Secret::read(file, "the password")?.reveal().to_owned()
    } else {
        if io::stdin().is_terminal() {
            output::tell("Password (it is shown while you type; or use --password-file):");
        }
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line)?;
        line
    };
    match text.lines().next() {
        Some(line) if !line.is_empty() => Ok(Secret::new(line.to_owned())),
        _ => Err(Failure::new(
            Exit::Usage,
            "no password was given",
            "give it on stdin, or name a file that holds it with --password-file",
        )
        .into()),
    }
}

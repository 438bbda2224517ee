//! `meterwatch source test`.

use std::fmt::Write as _;

use ingest::source::{self, SourceConfig, Trial, Trouble, TroubleKind};
use serde::Serialize;

use crate::cli::Options;
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::{clock, output};

/// What is tried.
#[derive(Debug, clap::Args)]
pub struct Test {
    /// The name of a source; all of them when absent
    name: Option<String>,
    /// How many of the newest mails are looked at
    #[arg(long, default_value_t = 10, value_name = "NUMBER")]
    mails: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What came of a source.
#[derive(Debug, Serialize)]
pub struct Tested {
    name: String,
    kind: String,
    place: String,
    trial: Option<Trial>,
    trouble: Option<Told>,
}

#[derive(Debug, Serialize)]
struct Told {
    code: TroubleKind,
    sentence: String,
    remedy: &'static str,
}

impl Test {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let config = options.load_config()?;
        let wanted: Vec<&SourceConfig> = config
            .sources
            .iter()
            .filter(|source| self.name.as_ref().is_none_or(|name| *name == source.name))
            .collect();
        if wanted.is_empty() {
            return Err(none(&config, self.name.as_deref()).into());
        }
        let (mut exit, mut tested) = (Exit::Done, Vec::new());
        for source in wanted {
            let (outcome, code) = try_one(&config, source, self.mails).await?;
            if exit == Exit::Done {
                exit = code;
            }
            tested.push(outcome);
        }
        if self.json {
            output::json(&tested)?;
        } else {
            output::text(&tested.iter().map(page).collect::<String>())?;
        }
        Ok(exit)
    }
}

/// Tries one source; the code is that of its trouble.
pub async fn try_one(
    config: &Config,
    source: &SourceConfig,
    mails: usize,
) -> anyhow::Result<(Tested, Exit)> {
    let opened = source::open(source, &config.folder(), clock::now).map_err(|error| {
        Failure::new(Exit::Configuration, error.to_string(), "correct the configuration")
    })?;
    let tried = source::try_out(&opened, source, mails, clock::now()).await;
    let exit = tried.as_ref().err().map_or(Exit::Done, |trouble| exit_of(trouble.kind));
    let (trial, trouble) = match tried {
        Ok(trial) => (Some(trial), None),
        Err(Trouble { kind, sentence, .. }) => {
            (None, Some(Told { code: kind, sentence, remedy: kind.remedy() }))
        }
    };
    let (kind, place) = (source.kind.to_string(), source.place());
    Ok((Tested { name: source.name.clone(), kind, place, trial, trouble }, exit))
}

/// Whether the configuration has to be changed, or something cannot be reached.
const fn exit_of(kind: TroubleKind) -> Exit {
    match kind {
        TroubleKind::Secret
        | TroubleKind::Credentials
        | TroubleKind::PasswordRefused
        | TroubleKind::TokenRefused
        | TroubleKind::NoConsent
        | TroubleKind::RefreshTokenExpired
        | TroubleKind::FolderUnknown
        | TroubleKind::MailboxUnknown
        | TroubleKind::TlsPlainPort
        | TroubleKind::TlsNotOffered
        | TroubleKind::TlsWrongHost
        | TroubleKind::TlsUnknownIssuer => Exit::Configuration,
        _ => Exit::Unreachable,
    }
}

fn none(config: &Config, name: Option<&str>) -> Failure {
    match name {
        Some(name) => {
            let known: Vec<&str> =
                config.sources.iter().map(|source| source.name.as_str()).collect();
            let what = format!("there is no source of the name `{name}`");
            Failure::new(Exit::Usage, what, format!("configured are: {}", known.join(", ")))
        }
        None => Failure::new(
            Exit::Configuration,
            "no sources are configured",
            "add one with `meterwatch source add`, or try `meterwatch up --sample`",
        ),
    }
}

/// What a person reads about a source.
pub fn page(tested: &Tested) -> String {
    let mut page = format!("{} ({}, {})\n", tested.name, tested.kind, tested.place);
    // Writing to a string does not fail.
    if let Some(trouble) = &tested.trouble {
        let _ = writeln!(
            page,
            "  WRONG  {} [{}]\n  next:  {}",
            trouble.sentence, trouble.code, trouble.remedy
        );
    }
    let Some(trial) = &tested.trial else { return page };
    let _ = writeln!(page, "  ok     {} mails and files", trial.items);
    if !trial.folders.is_empty() {
        let _ = writeln!(page, "  folders: {}", trial.folders.join(", "));
    }
    if !trial.looked_at.is_empty() {
        let taken = trial.looked_at.iter().filter(|item| item.is_taken).count();
        let _ = writeln!(page, "  of the newest {} the rules take {taken}:", trial.looked_at.len());
    }
    for item in &trial.looked_at {
        let mark = if item.is_taken { "take" } else { "pass" };
        let sent = item.sent_at.map(|at| at.strftime("%Y-%m-%d").to_string()).unwrap_or_default();
        let from = item.from.as_deref().unwrap_or_default();
        let _ = writeln!(
            page,
            "  {mark}  {sent}  {from}  {}",
            one_line(item.subject.as_deref().unwrap_or_default())
        );
        for file in &item.files {
            let mark = if file.is_taken { "take" } else { "leave out" };
            let name = one_line(file.name.as_deref().unwrap_or("(without a name)"));
            let _ = writeln!(page, "          {mark}: {name}, {} bytes", file.bytes);
        }
        if let Some(problem) = &item.problem {
            let _ = writeln!(page, "          {problem}");
        }
    }
    page
}

/// Texts of mails must not steer the terminal.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

//! How a file is read, by the profiles that are there or by others.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use ingest::layout::FileContext;
use ingest::ledger::{Effect, Preview};
use ingest::pass::LookAtFile;
use ingest::profile::{StoredProfile, try_on};
use ingest::workbook::Window;
use jiff::tz::TimeZone;
use readings::profile::HeaderDiff;
use readings::{AttachmentId, Extraction, Profile};
use serde::Serialize;

use crate::cli::Options;
use crate::database::{self, Schema};
use crate::exit::{Exit, Failure};
use crate::reader::ReaderProcess;
use crate::{clock, output, profile_file};

/// Which file, and by which profiles.
#[derive(Debug, clap::Args)]
pub struct Test {
    /// The number of a stored file, or a workbook
    #[arg(value_name = "FILE")]
    file: String,
    /// A TOML file with `[[profile]]`, to be tried without being saved
    #[arg(long, value_name = "FILE")]
    with: Option<PathBuf>,
    /// Print what was recognised as a profile in TOML
    #[arg(long)]
    toml: bool,
    /// Print JSON
    #[arg(long, conflicts_with = "toml")]
    json: bool,
}

/// What is told about a file.
#[derive(Debug, Serialize)]
struct Told {
    fingerprint: Option<String>,
    profiles: Vec<String>,
    rows: u64,
    readings: usize,
    refused: u64,
    not_data: u64,
    problems: Vec<readings::Problem>,
    changes: Option<Changes>,
    columns_changed: Option<HeaderDiff>,
}

/// What storing it would change.
#[derive(Debug, Default, Serialize)]
struct Changes {
    new: usize,
    same: usize,
    superseding: usize,
    outdated: usize,
    refused: usize,
    withdrawn: u64,
}

impl Test {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let with = match &self.with {
            Some(file) => profile_file::read(file)?,
            None => Vec::new(),
        };
        let (extraction, preview, diff) = if let Ok(id) = self.file.parse::<i64>() {
            stored(options, AttachmentId::new(id), with).await?
        } else {
            let extraction = on_disk(options, Path::new(&self.file), with).await?;
            (extraction, None, None)
        };
        if self.toml {
            let name = format!("profile of {}", self.file);
            let said = Profile { name, ..Profile::restating(&extraction, false) };
            output::text(&profile_file::write(&[said])?)?;
            return Ok(Exit::Done);
        }
        let told = Told {
            fingerprint: extraction.fingerprint.clone(),
            profiles: extraction.profiles.clone(),
            rows: extraction.rows,
            readings: extraction.readings.len(),
            refused: extraction.refused,
            not_data: extraction.not_data,
            changes: preview.as_ref().map(changes),
            problems: extraction.problems,
            columns_changed: diff,
        };
        if self.json {
            output::json(&told)?;
        } else {
            output::text(&text(&told))?;
        }
        Ok(Exit::partial_if(told.refused > 0 || told.readings == 0))
    }
}

type Found = (Extraction, Option<Preview>, Option<HeaderDiff>);

async fn stored(options: &Options, id: AttachmentId, with: Vec<Profile>) -> anyhow::Result<Found> {
    database::with(options, Schema::Ready, async |pool, config| {
        let mut reader = ReaderProcess::start(&config).await?;
        let draft = with.into_iter().next();
        let looked = try_on(&pool, id, draft, Window::default(), &mut reader, clock::now()).await?;
        let looked = looked.ok_or_else(|| {
            Failure::new(
                Exit::Failed,
                format!("there is no file number {id}"),
                "see `meterwatch quarantine list`",
            )
        })?;
        let profiles = ingest::profile::all(&pool).await?;
        let (_, extraction) = looked
            .read
            .map_err(|problem| Failure::new(Exit::Failed, problem.sentence, problem.code.hint()))?;
        let diff = nearest(&profiles, &looked.original.origin, &extraction);
        Ok((extraction, Some(looked.preview), diff))
    })
    .await
}

/// The change since the mapping of this sender that is most like it, where it has none of its own.
fn nearest(profiles: &[StoredProfile], origin: &str, read: &Extraction) -> Option<HeaderDiff> {
    let said: Vec<Profile> =
        profiles.iter().map(|one| one.profile.clone()).filter(|one| one.is_about(origin)).collect();
    ingest::layout::changes_since(&said, read).map(|(_, diff)| diff)
}

async fn on_disk(options: &Options, path: &Path, with: Vec<Profile>) -> anyhow::Result<Extraction> {
    let config = options.load_config()?;
    let bytes = std::fs::read(path).map_err(|error| {
        Failure::new(
            Exit::Failed,
            format!("{} cannot be read", path.display()),
            "name a workbook, or the number of a stored file",
        )
        .because(error)
    })?;
    // Whoever sent it is not known: what is given or configured is taken as said about it.
    let mut profiles = config.profiles.read()?;
    profiles.extend(with);
    let context = FileContext {
        file_name: path.file_name().map(|name| name.to_string_lossy().into_owned()),
        mail_subject: None,
        today: clock::now().to_zoned(TimeZone::UTC).date(),
        profiles,
        known_layouts: Vec::new(),
        earlier: Vec::new(),
    };
    let mut reader = ReaderProcess::start(&config).await?;
    let read = reader.look(&context, &bytes, Window::default()).await;
    let (_, extraction, _) =
        read.map_err(|problem| Failure::new(Exit::Failed, problem.sentence, problem.code.hint()))?;
    Ok(extraction)
}

fn changes(preview: &Preview) -> Changes {
    let mut changes = Changes { withdrawn: preview.withdrawn, ..Changes::default() };
    for reading in &preview.readings {
        match reading.effect {
            Effect::New => changes.new += 1,
            Effect::Same => changes.same += 1,
            Effect::Supersedes(..) => changes.superseding += 1,
            Effect::Outdated => changes.outdated += 1,
            Effect::Refused(_) => changes.refused += 1,
        }
    }
    changes
}

fn text(told: &Told) -> String {
    let mut text = String::new();
    let by = if told.profiles.is_empty() {
        "by its own evidence".to_owned()
    } else {
        format!("by profile {}", told.profiles.join(", "))
    };
    let fingerprint = told.fingerprint.as_deref().unwrap_or("none");
    // A String takes every write.
    let _ = writeln!(text, "layout   {fingerprint}, read {by}");
    let _ = writeln!(
        text,
        "rows     {} = {} readings + {} refused + {} not data",
        told.rows, told.readings, told.refused, told.not_data
    );
    if let Some(changes) = &told.changes {
        let _ = writeln!(
            text,
            "changes  {} new, {} as stored, {} corrections, {} outdated, {} refused, {} taken back",
            changes.new,
            changes.same,
            changes.superseding,
            changes.outdated,
            changes.refused,
            changes.withdrawn
        );
    }
    if let Some(diff) = &told.columns_changed {
        let _ = writeln!(text, "columns  {diff}");
    }
    for problem in &told.problems {
        let _ = writeln!(text, "  {}", crate::problem::described(problem));
    }
    text
}

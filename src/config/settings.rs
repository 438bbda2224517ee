//! The sections that belong to the binary, with their defaults.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use ingest::reader::ReaderLimits;
use readings::Profile;
use serde::{Deserialize, Serialize};

use crate::exit::Failure;
use crate::profile_file;
use crate::schedule::{Schedule, ScheduleError};

/// `[database]`: where it is, when neither `--database-url` nor `DATABASE_URL` says so.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseSettings {
    /// A file that holds the URL, which may hold a password.
    pub url_file: Option<PathBuf>,
}

/// `[schedule]`: when the worker runs its jobs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScheduleSettings {
    /// A full pass over the sources, followed by the analysis.
    pub ingest: JobSettings,
    /// A light pass: the analysis follows only when something new was stored.
    pub poll: JobSettings,
    /// A further analysis by itself; by default it runs after a pass only.
    pub analyse: JobSettings,
    /// How often the outbox is looked at.
    pub relay_seconds: u64,
    /// Sources with slots of their own, by name; the others are taken by `ingest` and `poll`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub source: BTreeMap<String, SourceSchedule>,
}

/// When one source is read, apart from the others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SourceSchedule {
    /// A full pass over it, followed by the analysis.
    pub ingest: JobSettings,
    /// A light pass over it.
    pub poll: JobSettings,
}

/// What a job does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// A full pass, followed by the analysis: over one source, or over all without slots of their own.
    Ingest(Option<String>),
    /// A light pass: the analysis follows only when something new was stored.
    Poll(Option<String>),
    /// The analysis by itself.
    Analyse,
}

impl Task {
    /// The source that it is about, where it is about one.
    pub fn source(&self) -> Option<&str> {
        match self {
            Self::Ingest(source) | Self::Poll(source) => source.as_deref(),
            Self::Analyse => None,
        }
    }
}

impl fmt::Display for Task {
    /// The name of the job: `ingest`, or `ingest utilities` for one source.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Ingest(_) => "ingest",
            Self::Poll(_) => "poll",
            Self::Analyse => "analyse",
        };
        f.write_str(name)?;
        self.source().map_or(Ok(()), |source| write!(f, " {source}"))
    }
}

/// When one job runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobSettings {
    /// Five fields of cron: minute hour day month weekday. Empty: the job has no slots of its own.
    #[serde(default)]
    pub cron: String,
    /// The zone in which the expression is meant.
    #[serde(default = "utc")]
    pub time_zone: String,
}

impl Default for JobSettings {
    fn default() -> Self {
        Self::new("")
    }
}

impl JobSettings {
    fn new(cron: &str) -> Self {
        Self { cron: cron.to_owned(), time_zone: utc() }
    }

    /// The schedule; `None` when the job has no slots of its own.
    pub fn schedule(&self) -> Result<Option<Schedule>, ScheduleError> {
        if self.cron.trim().is_empty() {
            return Ok(None);
        }
        Schedule::parse(&self.cron, &self.time_zone).map(Some)
    }
}

fn utc() -> String {
    "UTC".to_owned()
}

impl Default for ScheduleSettings {
    fn default() -> Self {
        Self {
            ingest: JobSettings::new("0 6 1 * *"),
            poll: JobSettings::new("*/5 * * * *"),
            analyse: JobSettings::new(""),
            relay_seconds: 5,
            source: BTreeMap::new(),
        }
    }
}

impl ScheduleSettings {
    /// The jobs, those of single sources after those of all.
    pub fn jobs(&self) -> Vec<(Task, &JobSettings)> {
        let mut jobs = vec![
            (Task::Ingest(None), &self.ingest),
            (Task::Poll(None), &self.poll),
            (Task::Analyse, &self.analyse),
        ];
        for (name, source) in &self.source {
            jobs.push((Task::Ingest(Some(name.clone())), &source.ingest));
            jobs.push((Task::Poll(Some(name.clone())), &source.poll));
        }
        jobs
    }

    /// Whether a source has slots of its own.
    pub fn is_apart(&self, source: &str) -> bool {
        self.source.contains_key(source)
    }

    /// What is wrong, each a sentence; `sources` are the names of the configured ones.
    pub(super) fn problems(&self, sources: &[&str]) -> Vec<String> {
        let mut problems: Vec<String> = self
            .jobs()
            .into_iter()
            .filter_map(|(task, job)| {
                let place = match (&task, task.source()) {
                    (Task::Ingest(_), Some(source)) => format!("source.{source}.ingest"),
                    (Task::Poll(_), Some(source)) => format!("source.{source}.poll"),
                    _ => task.to_string(),
                };
                job.schedule().err().map(|error| format!("[schedule.{place}]: {error}"))
            })
            .collect();
        for (name, source) in &self.source {
            if !sources.contains(&name.as_str()) {
                problems.push(format!(
                    "[schedule.source.{name}]: there is no [[source]] with the name `{name}`"
                ));
            } else if source.ingest.cron.trim().is_empty() && source.poll.cron.trim().is_empty() {
                problems.push(format!(
                    "[schedule.source.{name}]: without a cron for ingest or poll the source would never be read"
                ));
            }
        }
        if self.relay_seconds == 0 {
            problems.push("[schedule] relay_seconds must be at least 1".to_owned());
        }
        problems
    }
}

/// `[reader]`: the limits of the child process that opens workbooks.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ReaderSettings {
    /// The memory it may take for a file, in MiB.
    pub memory_mib: u64,
    /// The time for one file, in seconds; for the next part of a very long one.
    pub seconds_per_file: u64,
}

impl Default for ReaderSettings {
    fn default() -> Self {
        let ReaderLimits { memory_bytes, seconds_per_file, .. } = ReaderLimits::default();
        Self { memory_mib: memory_bytes >> 20, seconds_per_file }
    }
}

/// `[profiles]`: what people have said about the files of their senders, under version control.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProfileSettings {
    /// A folder of `.toml` files with `[[profile]]`.
    pub folder: Option<PathBuf>,
}

impl ProfileSettings {
    /// The profiles of its files; none where no folder is named.
    pub fn read(&self) -> Result<Vec<Profile>, Failure> {
        self.folder.as_deref().map_or_else(|| Ok(Vec::new()), profile_file::read_folder)
    }
}

/// `[dashboard]`: the pages.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DashboardSettings {
    /// Address and port.
    pub listen: SocketAddr,
    /// Browsers reach the pages by https, through a proxy that ends it.
    pub behind_https_proxy: bool,
}

impl Default for DashboardSettings {
    fn default() -> Self {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080));
        Self { listen, behind_https_proxy: false }
    }
}

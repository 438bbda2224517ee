//! The sections that belong to the binary, with their defaults.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use ingest::reader::ReaderLimits;
use serde::{Deserialize, Serialize};

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
        }
    }
}

impl ScheduleSettings {
    /// The jobs that have slots, by name.
    pub fn jobs(&self) -> [(&'static str, &JobSettings); 3] {
        [("ingest", &self.ingest), ("poll", &self.poll), ("analyse", &self.analyse)]
    }

    /// What is wrong, each a sentence.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems: Vec<String> = self
            .jobs()
            .into_iter()
            .filter_map(|(name, job)| {
                job.schedule().err().map(|error| format!("[schedule.{name}]: {error}"))
            })
            .collect();
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
    /// The time for one file, in seconds.
    pub seconds_per_file: u64,
}

impl Default for ReaderSettings {
    fn default() -> Self {
        let ReaderLimits { memory_bytes, seconds_per_file, .. } = ReaderLimits::default();
        Self { memory_mib: memory_bytes >> 20, seconds_per_file }
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

//! What the workers run, as the page of jobs shows it.

use jiff::Timestamp;

/// A job and its schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// Its name.
    pub job: String,
    /// Five fields of cron; empty when it runs only when somebody asks.
    pub cron: String,
    /// The zone in which they are meant.
    pub time_zone: String,
    /// When it is due next.
    pub next_slot: Option<Timestamp>,
    /// Whether somebody asked for a run that no worker has begun.
    pub is_requested: bool,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// The job.
    pub job: String,
    /// The instant for which it ran.
    pub slot: Timestamp,
    /// Who asked for it, where it was not the schedule.
    pub requested_by: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Option<Timestamp>,
    /// `ok`, `partial` or `failed`.
    pub outcome: Option<String>,
    /// What it did, or why it failed.
    pub detail: Option<String>,
}

/// The page of jobs.
#[derive(Debug, Clone)]
pub struct JobList {
    /// The jobs.
    pub jobs: Vec<JobRow>,
    /// Runs on the page, the newest first.
    pub runs: Vec<RunRow>,
    /// How many runs there are.
    pub total: i64,
    /// The page, from 1.
    pub page: u32,
    /// When a worker last looked at the schedule.
    pub seen_at: Option<Timestamp>,
}

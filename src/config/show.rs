//! Every value with its origin, secrets left out.

use std::fmt::Write as _;

use serde::Serialize;
use toml::{Table, Value};

use super::Config;
use super::secret::redact_url;
use super::settings::{DashboardSettings, ReaderSettings, ScheduleSettings};

/// The sections that have defaults.
#[derive(Serialize, Default)]
struct Defaults {
    schedule: ScheduleSettings,
    reader: ReaderSettings,
    dashboard: DashboardSettings,
}

/// One value: its path, the value as TOML, and whether it stands in the file or is a default.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shown {
    /// Such as `schedule.poll.cron` or `source[0].host`.
    pub key: String,
    /// As TOML writes it.
    pub value: String,
    /// `file` or `default`.
    pub origin: &'static str,
}

/// Every value of the file and every default that it leaves in place.
pub fn values(text: &str) -> anyhow::Result<Vec<Shown>> {
    let written: Table = toml::from_str(text)?;
    let mut shown = Vec::new();
    flatten("", &Value::Table(written), "file", &mut shown);
    let mut defaults = Vec::new();
    flatten("", &Value::Table(Table::try_from(Defaults::default())?), "default", &mut defaults);
    defaults.retain(|default| shown.iter().all(|value| value.key != default.key));
    shown.append(&mut defaults);
    Ok(shown)
}

/// As lines of `key = value    # origin`.
pub fn lines(values: &[Shown]) -> String {
    let width = values.iter().map(|v| v.key.len() + v.value.len() + 3).max().unwrap_or(0).min(60);
    values.iter().fold(String::new(), |mut text, shown| {
        let pair = format!("{} = {}", shown.key, shown.value);
        // Writing to a string does not fail.
        let _ = writeln!(text, "{pair:width$}  # {}", shown.origin);
        text
    })
}

/// The text of the file of a configuration; empty when there is none.
pub fn text(config: &Config) -> std::io::Result<String> {
    config.file.as_deref().map_or_else(|| Ok(String::new()), std::fs::read_to_string)
}

fn flatten(prefix: &str, value: &Value, origin: &'static str, into: &mut Vec<Shown>) {
    match value {
        Value::Table(table) => {
            for (key, value) in table {
                let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                flatten(&key, value, origin, into);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_table) => {
            for (index, value) in items.iter().enumerate() {
                flatten(&format!("{prefix}[{index}]"), value, origin, into);
            }
        }
        value => {
            let value = match value {
                Value::String(text) => Value::String(redact_url(text)).to_string(),
                other => other.to_string(),
            };
            into.push(Shown { key: prefix.to_owned(), value, origin });
        }
    }
}

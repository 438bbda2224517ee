//! What this machine and the configuration must have.

use std::env;

use jiff::tz::TimeZone;

use super::Check;
use crate::config::Config;
use crate::exit::Exit;

/// Workbooks are held in memory; what passes through the folder for temporary files is small.
const LEAST_FREE_MIB: u64 = 64;

/// Whether what is configured can be used.
pub fn configuration(config: &Config) -> Check {
    let name = "configuration";
    let unusable = config.unusable();
    if !unusable.is_empty() {
        let fix = "correct what is named, then run `meterwatch config check`";
        return Check::bad(Exit::Configuration, name, unusable.join("; "), fix);
    }
    let file = config.file.as_ref().map_or("defaults only".to_owned(), |f| f.display().to_string());
    Check::good(name, file)
}

/// Whether the zones that are named, and one that changes its clocks, are known.
pub fn time_zones(config: &Config) -> Check {
    let name = "time zones";
    let jobs = config.schedule.jobs();
    let zones = jobs.iter().map(|(_, job)| job.time_zone.as_str()).chain(["Europe/Rome"]);
    let unknown: Vec<&str> = zones.filter(|zone| TimeZone::get(zone).is_err()).collect();
    if unknown.is_empty() {
        return Check::good(name, "the zone database is there");
    }
    let found = format!("not known: {}", unknown.join(", "));
    Check::bad(Exit::Failed, name, found, "correct the zone's name, or install tzdata")
}

/// Whether the folder for temporary files can be written and is not full.
pub fn temporary_space() -> Check {
    let name = "temporary files";
    let folder = env::temp_dir();
    let fix = "set TMPDIR to a folder that can be written, on a disk with free space";
    let probe = folder.join(format!("meterwatch-{}", std::process::id()));
    if let Err(error) = std::fs::write(&probe, b"meterwatch doctor") {
        let found = format!("{} cannot be written: {error}", folder.display());
        return Check::bad(Exit::Failed, name, found, fix);
    }
    // It was written a moment ago; if it cannot be removed, the next start of the machine does that.
    let _ = std::fs::remove_file(&probe);
    match rustix::fs::statvfs(&folder) {
        Ok(about) => {
            let free = about.f_bavail.saturating_mul(about.f_frsize) / (1 << 20);
            let found = format!("{} has {free} MiB free", folder.display());
            if free < LEAST_FREE_MIB {
                return Check::bad(Exit::Failed, name, found, fix);
            }
            Check::good(name, found)
        }
        Err(error) => Check::bad(Exit::Failed, name, error.to_string(), fix),
    }
}

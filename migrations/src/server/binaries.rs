//! Where PostgreSQL's programs are.

use std::env;
use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::ServerError;

/// The oldest version that is supported by its makers and has all that the schema uses.
const OLDEST: u32 = 14;

/// A folder with `initdb`, `pg_ctl` and `postgres` of one major version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    pub(super) folder: PathBuf,
    pub(super) major: u32,
}

impl Binaries {
    /// The newest installed version, or the one that an existing cluster needs.
    pub(super) async fn find(wanted: Option<u32>) -> Result<Self, ServerError> {
        let mut found: Vec<Self> = Vec::new();
        for folder in candidates().await {
            if let Some(major) = major_version(&folder).await {
                found.push(Self { folder, major });
            }
        }
        found.sort_by_key(|binaries| binaries.major);
        match wanted {
            Some(major) => found
                .into_iter()
                .find(|binaries| binaries.major == major)
                .ok_or(ServerError::VersionMissing { major }),
            None => found
                .into_iter()
                .rfind(|binaries| binaries.major >= OLDEST)
                .ok_or(ServerError::NotInstalled { oldest: OLDEST }),
        }
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// The search path first, then where distributions put servers, then what `pg_config` says.
async fn candidates() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
    for (parent, prefix, below) in [
        ("/usr/lib/postgresql", "", "bin"),
        ("/usr/libexec/postgresql", "", ""),
        ("/usr", "pgsql-", "bin"),
        ("/opt/homebrew/opt", "postgresql@", "bin"),
        ("/usr/local/opt", "postgresql@", "bin"),
    ] {
        let Ok(entries) = Path::new(parent).read_dir() else { continue };
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().starts_with(prefix) {
                folders.push(entry.path().join(below));
            }
        }
    }
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output().await {
        folders.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    folders.retain(|folder| {
        folder.is_absolute()
            && ["initdb", "pg_ctl", "postgres"].iter().all(|name| folder.join(name).is_file())
    });
    folders
}

async fn major_version(folder: &Path) -> Option<u32> {
    let output = Command::new(folder.join("postgres")).arg("--version").output().await.ok()?;
    parse_major(&String::from_utf8_lossy(&output.stdout))
}

/// `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` is 15, `16beta1` is 16.
fn parse_major(version: &str) -> Option<u32> {
    let number = version.split_once("(PostgreSQL)")?.1.trim_start();
    let digits: &str = number.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_stands_after_the_name() {
        let debian = "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n";
        assert_eq!(parse_major(debian), Some(15));
        assert_eq!(parse_major("postgres (PostgreSQL) 19beta2"), Some(19));
        assert_eq!(parse_major("bash 5"), None);
    }
}

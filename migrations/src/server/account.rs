//! Who runs the server: PostgreSQL refuses to run as root.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};

use tokio::process::Command;

use super::ServerError;

/// The operating system's user that owns the cluster and runs the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Account {
    /// The user of this process.
    Own,
    /// Another one, because this process is root.
    Other { user: u32, group: u32 },
}

impl Account {
    /// `postgres` where it exists, else `nobody`, when this process is root.
    pub(super) fn choose() -> Result<Self, ServerError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Own);
        }
        let accounts = fs::read_to_string("/etc/passwd").unwrap_or_default();
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| find(&accounts, name))
            .ok_or(ServerError::NoUnprivilegedUser)
    }

    /// A command that will run as this user, in a folder that every user may enter.
    pub(super) fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        if let Self::Other { user, group } = self {
            command.uid(user).gid(group);
        }
        command.current_dir("/");
        command
    }

    /// Gives a file or folder to this user.
    pub(super) fn give(self, path: &Path) -> Result<(), ServerError> {
        match self {
            Self::Own => Ok(()),
            Self::Other { user, group } => chown(path, Some(user), Some(group))
                .map_err(|source| ServerError::Prepare { path: path.to_owned(), source }),
        }
    }

    /// The outermost folder on the way to `path` that this user may not enter.
    pub(super) fn blocked_by(self, path: &Path) -> Option<PathBuf> {
        let Self::Other { user, group } = self else { return None };
        let mut ancestors: Vec<&Path> = path.ancestors().filter(|p| p.is_dir()).collect();
        ancestors.reverse();
        ancestors
            .into_iter()
            .find(|folder| {
                folder.metadata().map_or(true, |about| {
                    let bit = if about.uid() == user {
                        0o100
                    } else if about.gid() == group {
                        0o010
                    } else {
                        0o001
                    };
                    about.mode() & bit == 0
                })
            })
            .map(Path::to_owned)
    }
}

fn find(accounts: &str, name: &str) -> Option<Account> {
    accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next()? != name {
            return None;
        }
        let user: u32 = fields.nth(1)?.parse().ok()?;
        let group: u32 = fields.next()?.parse().ok()?;
        (user != 0).then_some(Account::Other { user, group })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_account_is_found_by_its_whole_name() {
        let accounts = "root:x:0:0::/root:/bin/sh\npostgresx:x:7:8::/:/bin/sh\npostgres:x:101:104:a:/v:/bin/sh\n";
        assert_eq!(find(accounts, "postgres"), Some(Account::Other { user: 101, group: 104 }));
        assert_eq!(find(accounts, "root"), None);
        assert_eq!(find(accounts, "nobody"), None);
    }
}

//! The first person who may sign in.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use dashboard::users;
use dashboard::views::Role;
use sqlx::PgPool;

use crate::clock;
use crate::config::secret::Secret;
use crate::exit::{Exit, Failure};

const NAME: &str = "admin";
/// Without signs that are mistaken for others: 5 bits each.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const GROUPS: usize = 5;
const GROUP: usize = 4;

/// Where the password is kept, for its owner alone.
pub fn file(folder: &Path) -> PathBuf {
    folder.join("admin-password")
}

/// Adds `admin` when nobody may sign in; gives the password as long as its file is there.
pub async fn ensure(pool: &PgPool, folder: &Path) -> anyhow::Result<Option<Secret>> {
    let file = file(folder);
    if users::list(pool).await?.is_empty() {
        let password = made_up()?;
        // The file first: a password that is in force must be known to somebody.
        write_private(&file, password.reveal())?;
        users::add(pool, NAME, password.reveal(), Role::Admin, clock::now()).await?;
        return Ok(Some(password));
    }
    Ok(if file.exists() { Some(Secret::read(&file, "the password of admin")?) } else { None })
}

/// Writes a file that nobody else may read.
pub fn write_private(path: &Path, text: &str) -> anyhow::Result<()> {
    let write = || -> io::Result<()> {
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        writeln!(file, "{text}")
    };
    write().map_err(|error| {
        let what = format!("{} cannot be written", path.display());
        Failure::new(Exit::Failed, what, "check the data folder").because(error).into()
    })
}

/// 100 bits of chance.
pub fn made_up() -> anyhow::Result<Secret> {
    let mut chance = [0_u8; GROUPS * GROUP];
    getrandom::fill(&mut chance).map_err(|error| {
        let what = "the system gives no random numbers, so no password can be made up";
        Failure::new(Exit::Failed, what, "see that /dev/urandom is there")
            .because(error.to_string())
    })?;
    let letters: Vec<char> =
        chance.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
    let groups: Vec<String> = letters.chunks(GROUP).map(|group| group.iter().collect()).collect();
    Ok(Secret::new(groups.join("-")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_differ_and_are_long_enough() {
        let (one, other) = (made_up().expect("chance"), made_up().expect("chance"));
        assert_ne!(one.reveal(), other.reveal());
        assert_eq!(one.reveal().len(), GROUPS * GROUP + GROUPS - 1);
    }
}

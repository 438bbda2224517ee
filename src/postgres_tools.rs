//! `pg_dump` and `pg_restore`, as installed with the server.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use crate::database::Database;
use crate::exit::{Exit, Failure};

/// Writes the database into `file`, which appears under its name when it is complete.
pub async fn dump(database: &Database, file: &Path) -> Result<(), Failure> {
    if file.exists() {
        return Err(Failure::new(
            Exit::Failed,
            format!("{} exists already", file.display()),
            "choose another name, or remove the file",
        ));
    }
    let mut partial = file.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let mut command = tool(database, "pg_dump");
    command.args(["--format=custom", "--no-owner", "--no-privileges", "--file"]).arg(&partial);
    let result = run(command, "pg_dump").await;
    let finished = result.and_then(|()| {
        std::fs::rename(&partial, file).map_err(|error| {
            let what = format!("{} cannot be written", file.display());
            Failure::new(Exit::Failed, what, "check the folder and its free space").because(error)
        })
    });
    if finished.is_err() {
        // What was written so far is of no use; that it may not exist at all is no second failure.
        let _ = std::fs::remove_file(&partial);
    }
    finished
}

/// Reads `file` into the database, all or nothing.
pub async fn restore(database: &Database, file: &Path) -> Result<(), Failure> {
    if let Err(error) = std::fs::File::open(file) {
        let what = format!("{} cannot be read", file.display());
        return Err(Failure::new(Exit::Failed, what, "check the path").because(error));
    }
    let mut command = tool(database, "pg_restore");
    command.args(["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]);
    command.arg(file);
    run(command, "pg_restore").await
}

/// The program, told where the database is; a password goes by the environment, where others do not see it.
fn tool(database: &Database, name: &str) -> Command {
    // Beside the server, whose version fits; the folder may hold links to the server's programs only.
    let beside = database.server.as_ref().map(|server| server.program(name));
    let program = beside
        .filter(|program| program.is_file())
        .or_else(|| installed(name))
        .unwrap_or_else(|| PathBuf::from(name));
    let (url, password) = without_password(database.url.reveal());
    let mut command = Command::new(program);
    command.arg("--dbname").arg(url);
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    command
}

async fn run(mut command: Command, name: &str) -> Result<(), Failure> {
    let advice = "install PostgreSQL's client programs of the server's version or newer";
    let output = command.stdin(Stdio::null()).output().await.map_err(|error| {
        Failure::new(Exit::Unreachable, format!("{name} cannot be run"), advice).because(error)
    })?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Failure::new(Exit::Failed, format!("{name} did not succeed"), advice).because(said))
}

/// The newest one on the search path or where Debian puts it.
fn installed(name: &str) -> Option<PathBuf> {
    let versions = Path::new("/usr/lib/postgresql").read_dir().ok();
    let mut folders: Vec<(u32, PathBuf)> = versions
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin").join(name)))
        })
        .filter(|(_, program)| program.is_file())
        .collect();
    folders.sort();
    folders.pop().map(|(_, program)| program)
}

/// Takes the password out of a URL.
fn without_password(url: &str) -> (String, Option<String>) {
    let Some((scheme, rest)) = url.split_once("://") else { return (url.to_owned(), None) };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    match authority.rsplit_once('@').and_then(|(user, host)| Some((user.split_once(':')?, host))) {
        Some(((user, password), host)) => {
            (format!("{scheme}://{user}@{host}{tail}"), Some(percent_decoded(password)))
        }
        None => (url.to_owned(), None),
    }
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = match (first, tail) {
            (b'%', [high, low, ..]) => std::str::from_utf8(&[*high, *low])
                .ok()
                .and_then(|digits| u8::from_str_radix(digits, 16).ok()),
            _ => None,
        };
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_leaves_the_url() {
        assert_eq!(
            without_password("postgres://me:p%40s%%@db:5432/m?sslmode=require"),
            ("postgres://me@db:5432/m?sslmode=require".to_owned(), Some("p@s%%".to_owned()))
        );
        let private = "postgres:///meterwatch?host=/run/x&user=meterwatch";
        assert_eq!(without_password(private), (private.to_owned(), None));
    }
}

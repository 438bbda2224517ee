//! `meterwatch source add`: one more `[[source]]` in the configuration file.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use ingest::source::{OauthConfig, SourceConfig};
use serde_json::{Map, Value, json};

use super::test;
use crate::cli::Options;
use crate::config::Config;
use crate::exit::{Exit, Failure};
use crate::output;

/// The largest password that is read from stdin, in bytes.
const LARGEST_SECRET: u64 = 64 * 1024;

/// The source to add; each option is the key of the configuration.
#[derive(Debug, clap::Args)]
pub struct Add {
    /// Its name in messages and in the database
    name: String,
    /// folder, maildir, mbox, imap or graph
    #[arg(long)]
    kind: String,
    /// Where a folder, a Maildir or an mbox lies
    #[arg(long)]
    path: Option<PathBuf>,
    /// The mail server
    #[arg(long)]
    host: Option<String>,
    /// Its port
    #[arg(long)]
    port: Option<u16>,
    /// implicit, starttls, or none for a server on this machine
    #[arg(long)]
    tls: Option<String>,
    /// The account, or the address of a shared mailbox
    #[arg(long)]
    user: Option<String>,
    /// File that holds the password
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Read the password from stdin and write it into NAME.secret beside the configuration
    #[arg(long, conflicts_with = "password_file")]
    password_stdin: bool,
    /// The folder of the mailbox
    #[arg(long)]
    folder: Option<String>,
    /// leave, seen or move
    #[arg(long)]
    after: Option<String>,
    /// The tenant of the application
    #[arg(long)]
    tenant: Option<String>,
    /// The application
    #[arg(long)]
    client_id: Option<String>,
    /// File that holds the secret of the application
    #[arg(long, value_name = "FILE")]
    client_secret_file: Option<PathBuf>,
    /// Add it though it could not be reached
    #[arg(long)]
    untried: bool,
}

impl Add {
    /// Runs the command.
    pub async fn run(self, options: &Options) -> anyhow::Result<Exit> {
        let file = options.config.clone().unwrap_or_else(|| PathBuf::from("meterwatch.toml"));
        let mut config = options
            .load_config()
            .or_else(|failure| if file.exists() { Err(failure) } else { Ok(Config::default()) })?;
        config.file = Some(file.clone());
        if config.sources.iter().any(|source| source.name == self.name) {
            let what = format!("there is a source of the name `{}` already", self.name);
            return Err(Failure::new(Exit::Configuration, what, "choose another name").into());
        }
        let source = self.source(&config)?;
        ingest::source::check(&source).map_err(|error| {
            Failure::new(Exit::Usage, error.to_string(), "see `meterwatch source add --help`")
        })?;
        let (tested, exit) = test::try_one(&config, &source, 3).await?;
        output::text(&test::page(&tested))?;
        if exit != Exit::Done && !self.untried {
            output::tell("Nothing was added; correct what is named, or add it with --untried.");
            return Ok(exit);
        }
        append(&file, &source)?;
        output::tell(&format!("`{}` was added to {}.", source.name, file.display()));
        Ok(Exit::Done)
    }

    fn source(&self, config: &Config) -> anyhow::Result<SourceConfig> {
        let mut keys = Map::new();
        keys.insert("name".to_owned(), json!(self.name));
        let texts = [
            ("kind", Some(&self.kind)),
            ("host", self.host.as_ref()),
            ("tls", self.tls.as_ref()),
            ("user", self.user.as_ref()),
            ("folder", self.folder.as_ref()),
            ("after", self.after.as_ref()),
        ];
        for (key, value) in texts {
            keys.extend(value.map(|value| (key.to_owned(), json!(value))));
        }
        keys.extend(self.path.as_ref().map(|path| ("path".to_owned(), json!(path))));
        keys.extend(self.port.map(|port| ("port".to_owned(), json!(port))));
        let password = if self.password_stdin {
            Some(self.write_password(config)?)
        } else {
            self.password_file.clone()
        };
        keys.extend(password.map(|file| ("password_file".to_owned(), json!(file))));
        if let Some(client_id) = &self.client_id {
            let oauth = OauthConfig {
                tenant: self.tenant.clone(),
                client_id: client_id.clone(),
                client_secret_file: self.client_secret_file.clone(),
                ..OauthConfig::default()
            };
            keys.insert("oauth".to_owned(), serde_json::to_value(oauth)?);
            if self.kind == "imap" {
                keys.insert("auth".to_owned(), json!("xoauth2"));
            }
        }
        serde_json::from_value(Value::Object(keys)).map_err(|error| {
            Failure::new(Exit::Usage, error.to_string(), "see `meterwatch source add --help`")
                .into()
        })
    }

    /// Writes the password of stdin into a file for this user alone; gives its name beside the configuration.
    fn write_password(&self, config: &Config) -> anyhow::Result<PathBuf> {
        let mut password = String::new();
        io::stdin().lock().take(LARGEST_SECRET).read_to_string(&mut password)?;
        if password.trim_end_matches(['\r', '\n']).is_empty() {
            return Err(Failure::new(
                Exit::Usage,
                "there is no password on stdin",
                "pipe it in, or use --password-file",
            )
            .into());
        }
        let safe: String =
            self.name.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).collect();
        let name = PathBuf::from(format!("{safe}.secret"));
        let file = config.folder().join(&name);
        let mut handle =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(&file).map_err(
                |error| {
                    let what = format!("the password cannot be written to {}", file.display());
                    Failure::new(Exit::Failed, what, "remove the file if it is of no use any more")
                        .because(error)
                },
            )?;
        handle.write_all(password.as_bytes())?;
        Ok(name)
    }
}

/// Adds the source at the end of the file; what stands there is kept as it is.
fn append(file: &Path, source: &SourceConfig) -> anyhow::Result<()> {
    let mut keys = match toml::Value::try_from(source)? {
        toml::Value::Table(keys) => keys,
        _ => toml::Table::new(),
    };
    // Defaults need not be written.
    for (key, default) in [("after", "leave"), ("auth", "password")] {
        if keys.get(key).and_then(toml::Value::as_str) == Some(default) {
            keys.remove(key);
        }
    }
    let mut document = toml::Table::new();
    document.insert("source".to_owned(), toml::Value::Array(vec![toml::Value::Table(keys)]));
    let text = toml::to_string(&document)?;
    let before = match fs::read_to_string(file) {
        Ok(before) => before,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(error.into()),
    };
    let gap = if before.is_empty() {
        ""
    } else if before.ends_with('\n') {
        "\n"
    } else {
        "\n\n"
    };
    let new = file.with_extension("toml.new");
    fs::write(&new, format!("{before}{gap}{text}"))?;
    fs::rename(&new, file)?;
    Ok(())
}

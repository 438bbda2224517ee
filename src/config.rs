//! The configuration file: one TOML, defaults for everything that can have one, unknown keys refused.
//!
//! Secrets stand in files of their own or in the environment, so nothing here has to be hidden when it is printed.
//! Paths are relative to the folder of the configuration file.

use std::error::Error;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use delivery::EndpointConfig;
use ingest::source::{self, AnySource, Guarded, SecretPlace, SourceConfig};
use serde::Deserialize;
use sqlx::PgPool;

use crate::exit::{Exit, Failure};

pub mod secret;
mod settings;
pub mod show;
mod unknown;

use self::secret::Secret;
pub use self::settings::{
    DashboardSettings, JobSettings, ProfileSettings, ReaderSettings, ScheduleSettings, Task,
};

const CHECK: &str = "correct the file, then run `meterwatch config check`";

/// All that is configured.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where mails come from.
    #[serde(default, rename = "source")]
    pub sources: Vec<SourceConfig>,
    /// Where events go.
    #[serde(default, rename = "endpoint")]
    pub endpoints: Vec<EndpointConfig>,
    /// Where the database is, when neither the command line nor the environment says so.
    #[serde(default)]
    pub database: settings::DatabaseSettings,
    /// When jobs run.
    #[serde(default)]
    pub schedule: ScheduleSettings,
    /// The limits of the process that opens workbooks.
    #[serde(default)]
    pub reader: ReaderSettings,
    /// Where files with profiles are.
    #[serde(default)]
    pub profiles: ProfileSettings,
    /// The pages.
    #[serde(default)]
    pub dashboard: DashboardSettings,
    /// The file it was read from; `None` when there is no file and all values are defaults.
    #[serde(skip)]
    pub file: Option<PathBuf>,
}

impl Config {
    /// Reads the file. The default file may be absent, one that was asked for may not.
    pub fn load(file: &Path, asked_for: bool) -> Result<Self, Failure> {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound && !asked_for => {
                return Ok(Self::default());
            }
            Err(error) => {
                return Err(Failure::new(
                    Exit::Configuration,
                    format!("the configuration file {} cannot be read", file.display()),
                    "check the path given with --config, and who may read the file",
                )
                .because(error));
            }
        };
        let mut config = Self::parse(&text).map_err(|sentence| {
            Failure::new(Exit::Configuration, format!("{}, {sentence}", file.display()), CHECK)
        })?;
        config.file = Some(file.to_owned());
        config.resolve_paths();
        let problems = config.problems();
        if problems.is_empty() {
            return Ok(config);
        }
        let what = format!("{}: {}", file.display(), problems.join("\n  and: "));
        Err(Failure::new(Exit::Configuration, what, CHECK))
    }

    /// Reads the text of a file; the error is a sentence that begins with the line.
    fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|error| unknown::sentence(text, &error))
    }

    /// The folder that relative paths start from.
    pub fn folder(&self) -> PathBuf {
        let parent = self.file.as_deref().and_then(Path::parent).unwrap_or(Path::new(""));
        if parent.as_os_str().is_empty() { PathBuf::from(".") } else { parent.to_owned() }
    }

    /// The sources, ready to be listed.
    pub fn open_sources(&self) -> Result<Vec<AnySource>, Failure> {
        if self.sources.is_empty() {
            let file = self.file.as_deref().unwrap_or(Path::new("meterwatch.toml"));
            return Err(Failure::new(
                Exit::Configuration,
                format!("no sources are configured in {}", file.display()),
                "add a [[source]] with name, kind = \"folder\" and path, or try `meterwatch up --sample`",
            ));
        }
        let folder = self.folder();
        self.sources
            .iter()
            .map(|source| source::open(source, &folder, crate::clock::now))
            .collect::<Result<_, _>>()
            .map_err(|error| Failure::new(Exit::Configuration, error.to_string(), CHECK))
    }

    /// The sources, each with its circuit breaker, time and rules; none are configured in a fresh installation.
    pub fn guarded_sources(&self, pool: &PgPool) -> Result<Vec<Guarded>, Failure> {
        let folder = self.folder();
        self.sources
            .iter()
            .map(|source| Guarded::open(source, &folder, pool, crate::clock::now))
            .collect::<Result<_, _>>()
            .map_err(|error| Failure::new(Exit::Configuration, error.to_string(), CHECK))
    }

    fn resolve_paths(&mut self) {
        let folder = self.folder();
        let endpoints = std::mem::take(&mut self.endpoints);
        self.endpoints =
            endpoints.into_iter().map(|endpoint| endpoint.relative_to(&folder)).collect();
        if let Some(file) = &mut self.database.url_file {
            *file = folder.join(&*file);
        }
        if let Some(profiles) = &mut self.profiles.folder {
            *profiles = folder.join(&*profiles);
        }
    }

    /// What could not be used when it is needed: secret files and addresses; each a sentence.
    ///
    /// Not a reason to refuse the file: the process that serves the pages is given no secrets of endpoints.
    pub fn unusable(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for source in &self.sources {
            for place in secrets(source, &self.folder()) {
                let read = place.read().err();
                problems.extend(read.map(|error| format!("source `{}`: {error}", source.name)));
            }
        }
        for endpoint in &self.endpoints {
            problems.extend(endpoint.target().err().as_ref().map(causes));
            problems.extend(endpoint.secrets().err().as_ref().map(causes));
        }
        problems.extend(self.profiles.read().err().as_ref().map(causes));
        if let Some(file) = &self.database.url_file {
            problems.extend(Secret::read(file, "the database URL").err().as_ref().map(causes));
        }
        problems
    }

    /// What is wrong although every key is known; each a sentence.
    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let sources: Vec<&str> = self.sources.iter().map(|source| source.name.as_str()).collect();
        let endpoints: Vec<&str> =
            self.endpoints.iter().map(|endpoint| endpoint.name.as_str()).collect();
        for (what, names) in [("source", sources), ("endpoint", endpoints)] {
            for (index, name) in names.iter().enumerate() {
                if names[..index].contains(name) {
                    problems.push(format!("two of [[{what}]] have the name `{name}`"));
                }
            }
        }
        let unfit = self.sources.iter().filter_map(|source| source::check(source).err());
        problems.extend(unfit.map(|error| error.to_string()));
        let sources: Vec<&str> = self.sources.iter().map(|source| source.name.as_str()).collect();
        problems.extend(self.schedule.problems(&sources));
        problems
    }
}

/// Where the secrets of a source stand.
fn secrets(source: &SourceConfig, folder: &Path) -> Vec<SecretPlace> {
    let place = |file: &Option<PathBuf>, variable: &Option<String>| {
        SecretPlace::of(folder, file.as_deref(), variable.as_deref())
    };
    let mut places = Vec::new();
    places.extend(place(&source.password_file, &source.password_env));
    if let Some(oauth) = &source.oauth {
        places.extend(place(&oauth.client_secret_file, &oauth.client_secret_env));
        places.extend(place(&oauth.refresh_token_file, &oauth.refresh_token_env));
        places.extend(place(&oauth.key_file, &None));
    }
    places
}

/// What is wrong with a text of TOML: the line, and the nearest known key.
pub fn sentence_of(text: &str, error: &toml::de::Error) -> String {
    unknown::sentence(text, error)
}

/// An error with its causes in one sentence.
pub fn causes(error: &impl Error) -> String {
    let mut sentence = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        sentence = format!("{sentence}: {cause}");
        next = cause.source();
    }
    sentence
}

#[cfg(test)]
mod tests;

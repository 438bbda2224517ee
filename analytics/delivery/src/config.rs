//! An `[[endpoint]]` of the configuration.

use std::io;
use std::path::{Path, PathBuf};

use reqwest::Url;
use serde::Deserialize;

use crate::secret::{Secret, SecretError};
use crate::target::{self, TargetRefusal};

/// A receiver of alerts, as the administrator wrote it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndpointConfig {
    /// How it is called on the command line and in the log.
    pub name: String,
    /// Where events are posted.
    pub url: String,
    /// The file with the signing secret: `whsec_` and base64, or plain bytes.
    pub secret_file: PathBuf,
    /// Whether the receiver may be inside the network, and unencrypted.
    #[serde(default)]
    pub allow_private: bool,
}

/// An endpoint cannot be used as it is configured; each names the endpoint and says what to change.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Empty or used twice.
    #[error("endpoint `{0}`: give every endpoint a name of its own")]
    Name(String),
    /// The address is refused.
    #[error("endpoint `{name}`: {refusal}")]
    Target {
        /// The endpoint.
        name: String,
        /// What is wrong with its address.
        refusal: TargetRefusal,
    },
    /// The file cannot be read.
    #[error("endpoint `{name}`: the secret file {} cannot be read", path.display())]
    SecretFile {
        /// The endpoint.
        name: String,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds no usable secret.
    #[error("endpoint `{name}`: the secret file {} is of no use: {source}", path.display())]
    Secret {
        /// The endpoint.
        name: String,
        /// The file.
        path: PathBuf,
        /// Why.
        source: SecretError,
    },
    /// The means of encryption cannot be set up.
    #[error(
        "endpoint `{name}`: no HTTPS connection can be made from this machine; are the certificates of the authorities (package ca-certificates) installed?"
    )]
    Client {
        /// The endpoint.
        name: String,
        /// Why.
        source: reqwest::Error,
    },
}

impl EndpointConfig {
    /// Takes a relative secret file as relative to `folder`, that of the configuration file.
    #[must_use]
    pub fn relative_to(mut self, folder: &Path) -> Self {
        self.secret_file = folder.join(self.secret_file);
        self
    }

    /// The address, checked.
    pub fn target(&self) -> Result<Url, ConfigError> {
        if self.name.trim().is_empty() {
            return Err(ConfigError::Name(self.name.clone()));
        }
        target::check(&self.url, self.allow_private)
            .map_err(|refusal| ConfigError::Target { name: self.name.clone(), refusal })
    }

    /// Reads the signing secrets, newest first.
    pub fn secrets(&self) -> Result<Vec<Secret>, ConfigError> {
        let (name, path) = (&self.name, &self.secret_file);
        let content = std::fs::read(path).map_err(|source| ConfigError::SecretFile {
            name: name.clone(),
            path: path.clone(),
            source,
        })?;
        Secret::from_file_content(&content).map_err(|source| ConfigError::Secret {
            name: name.clone(),
            path: path.clone(),
            source,
        })
    }
}

/// Refuses endpoints of the same name, since the name is what tells their deliveries apart.
pub fn check_names(endpoints: &[EndpointConfig]) -> Result<(), ConfigError> {
    for (index, endpoint) in endpoints.iter().enumerate() {
        if endpoints[..index].iter().any(|earlier| earlier.name == endpoint.name) {
            return Err(ConfigError::Name(endpoint.name.clone()));
        }
    }
    Ok(())
}

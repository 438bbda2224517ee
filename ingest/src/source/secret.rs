//! A text that must not be printed.

use std::fmt;
use std::path::{Path, PathBuf};

/// A password, a token or a key. Shows as `***`; the text itself is given on request only.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

/// Where a secret stands; read anew for each connection, so that a changed one is taken without a restart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretPlace {
    /// A file, such as the mounted key of a Kubernetes secret.
    File(PathBuf),
    /// A variable of the environment.
    Variable(String),
}

/// A secret could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The file is not there or may not be read.
    #[error("{} cannot be read ({why}); write the secret into that file, readable for the user that runs meterwatch", .file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        why: String,
    },
    /// The variable is not set.
    #[error("the variable {0} is not set in the environment; set it where meterwatch is started")]
    Variable(String),
    /// There is nothing in it.
    #[error("{0} is empty; write the secret into it")]
    Empty(String),
}

impl Secret {
    /// Takes the text.
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl SecretPlace {
    /// The place that the two keys of a configuration name; files are relative to `base`.
    pub fn of(base: &Path, file: Option<&Path>, variable: Option<&str>) -> Option<Self> {
        file.map(|file| Self::File(base.join(file)))
            .or_else(|| variable.map(|name| Self::Variable(name.to_owned())))
    }

    /// Reads the secret, without the line break at its end.
    pub fn read(&self) -> Result<Secret, SecretError> {
        let text = match self {
            Self::File(file) => std::fs::read_to_string(file).map_err(|error| {
                SecretError::File { file: file.clone(), why: error.to_string() }
            })?,
            Self::Variable(name) => {
                std::env::var(name).map_err(|_| SecretError::Variable(name.clone()))?
            }
        };
        match text.trim_end_matches(['\r', '\n']) {
            "" => Err(SecretError::Empty(match self {
                Self::File(file) => file.display().to_string(),
                Self::Variable(name) => format!("the variable {name}"),
            })),
            text => Ok(Secret(text.to_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_and_does_not_print() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("secret");
        let place = SecretPlace::of(folder.path(), Some(Path::new("secret")), None).expect("named");
        assert!(matches!(place.read(), Err(SecretError::File { .. })));
        std::fs::write(&file, "\n").expect("writes");
        assert!(matches!(place.read(), Err(SecretError::Empty(_))));
        std::fs::write(&file, "hunter2 \r\n").expect("writes");
        let secret = place.read().expect("reads");
        assert_eq!((secret.reveal(), format!("{secret:?}").as_str()), ("hunter2 ", "***"));
        let place = SecretPlace::of(folder.path(), None, Some("NO_SUCH_VARIABLE_HERE"));
        assert!(matches!(place.expect("named").read(), Err(SecretError::Variable(_))));
    }
}

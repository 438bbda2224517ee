//! A text that must not be printed.

use std::fmt;
use std::path::Path;

use crate::exit::{Exit, Failure};

/// Shows as `***`; the text itself is given on request only.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes the text.
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// Reads the file, without the line break at its end.
    pub fn read(file: &Path, what: &str) -> Result<Self, Failure> {
        let text = std::fs::read_to_string(file).map_err(|error| {
            Failure::new(
                Exit::Configuration,
                format!("{what} cannot be read from {}", file.display()),
                "write the secret into that file, readable for the user that runs meterwatch only",
            )
            .because(error)
        })?;
        let text = text.trim_end_matches(['\r', '\n']);
        if text.is_empty() {
            return Err(Failure::new(
                Exit::Configuration,
                format!("{what} is empty in {}", file.display()),
                "write the secret into that file",
            ));
        }
        Ok(Self(text.to_owned()))
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

/// A URL without its password.
pub fn redact_url(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    match rest[..end].rsplit_once('@') {
        Some((user, host)) if user.contains(':') => {
            let name = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{name}:***@{host}{}", &rest[end..])
        }
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print() {
        assert_eq!(format!("{:?}", Secret::new("hunter2".to_owned())), "***");
        assert_eq!(
            redact_url("postgres://me:p@ss@host:5432/db?x=1"),
            "postgres://me:***@host:5432/db?x=1"
        );
        assert_eq!(redact_url("http://127.0.0.1:9000/hook"), "http://127.0.0.1:9000/hook");
    }
}

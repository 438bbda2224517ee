//! The signing secrets of an endpoint, in a type that does not print.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

const PREFIX: &str = "whsec_";
/// The lengths that Standard Webhooks allows.
const LENGTHS: std::ops::RangeInclusive<usize> = 24..=64;
/// A file of plain bytes may be longer: many generators write a line of text.
const LONGEST_PLAIN: usize = 1024;

/// The bytes of one signing secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

/// A file did not hold a usable secret; what it held is not repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Not base64 after `whsec_`.
    #[error("what follows whsec_ is not base64")]
    NotBase64,
    /// Shorter or longer than the standard allows.
    #[error("the secret has {0} bytes; Standard Webhooks asks for 24 to 64")]
    Length(usize),
}

impl Secret {
    /// Reads the content of a secret file, newest secret first.
    ///
    /// Either lines of `whsec_` and base64 of 24 to 64 bytes, several while a secret is being exchanged (each request then
    /// carries a signature by each); or plain bytes, 24 at least, of which one trailing line break is left out.
    pub fn from_file_content(content: &[u8]) -> Result<Vec<Self>, SecretError> {
        match std::str::from_utf8(content) {
            Ok(text) if text.trim_start().starts_with(PREFIX) => {
                text.lines().map(str::trim).filter(|line| !line.is_empty()).map(decode).collect()
            }
            _ => plain(content).map(|secret| vec![secret]),
        }
    }

    /// The key of the signature.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(not shown)")
    }
}

fn decode(line: &str) -> Result<Secret, SecretError> {
    let encoded = line.strip_prefix(PREFIX).ok_or(SecretError::NotBase64)?;
    let bytes = STANDARD.decode(encoded).map_err(|_| SecretError::NotBase64)?;
    if LENGTHS.contains(&bytes.len()) {
        Ok(Secret(bytes))
    } else {
        Err(SecretError::Length(bytes.len()))
    }
}

fn plain(content: &[u8]) -> Result<Secret, SecretError> {
    let line = content.strip_suffix(b"\n").unwrap_or(content);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.len() < *LENGTHS.start() || line.len() > LONGEST_PLAIN {
        return Err(SecretError::Length(line.len()));
    }
    Ok(Secret(line.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

    #[test]
    fn a_standard_secret_is_its_decoded_bytes() {
        let secrets = Secret::from_file_content(format!("{SPEC}\n").as_bytes()).expect("good");
        assert_eq!(secrets.len(), 1);
        assert_eq!(secrets[0].bytes().len(), 24);
    }

    #[test]
    fn two_lines_are_two_secrets_during_an_exchange() {
        let other = format!("{PREFIX}{}", STANDARD.encode([7; 32]));
        let secrets = Secret::from_file_content(format!("{other}\r\n{SPEC}\n").as_bytes());
        assert_eq!(secrets.map(|s| s.len()), Ok(2));
    }

    #[test]
    fn plain_bytes_lose_one_line_break_and_nothing_else() {
        let secrets = Secret::from_file_content(b"0123456789abcdef01234567 \n").expect("good");
        assert_eq!(secrets[0].bytes(), b"0123456789abcdef01234567 ");
        let binary = [0xFF; 32];
        let secrets = Secret::from_file_content(&binary).expect("good");
        assert_eq!(secrets[0].bytes(), binary);
    }

    #[test]
    fn short_and_broken_secrets_are_refused() {
        assert_eq!(Secret::from_file_content(b""), Err(SecretError::Length(0)));
        assert_eq!(Secret::from_file_content(b"hunter2\n"), Err(SecretError::Length(7)));
        assert_eq!(Secret::from_file_content(b"whsec_AAAA"), Err(SecretError::Length(3)));
        assert_eq!(Secret::from_file_content(b"whsec_!!"), Err(SecretError::NotBase64));
    }

    #[test]
    fn a_secret_does_not_print() {
        let text = "a-secret-nobody-may-see-1234";
        let secrets = Secret::from_file_content(text.as_bytes()).expect("good");
        let printed = format!("{secrets:?} {secrets:#?}");
        assert!(!printed.contains("nobody") && !printed.contains("97"), "{printed}");
    }
}

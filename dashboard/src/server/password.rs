//! Hashes of passwords: argon2id, 19 MiB, two passes.

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// Compared with when the user does not exist, so that both cases take the same time.
static NOBODY: LazyLock<Option<String>> =
    LazyLock::new(|| hash("a password that nobody has", &[0; 16]).ok());

/// The hash could not be computed.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct HashError(String);

/// The hash of a password with a salt, in the PHC text form. Takes some dozens of milliseconds and 19 MiB.
pub fn hash(password: &str, salt: &[u8; 16]) -> Result<String, HashError> {
    let hasher = hasher()?;
    let hash = hasher
        .hash_password_with_salt(password.as_bytes(), salt)
        .map_err(|error| HashError(error.to_string()))?;
    Ok(hash.to_string())
}

/// Whether the password belongs to the hash; without a hash it takes as long and never does.
pub fn verify(password: &str, stored: Option<&str>) -> bool {
    let Some(text) = stored.or(NOBODY.as_deref()) else { return false };
    let Ok(parsed) = PasswordHash::new(text) else { return false };
    let matches = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
    matches && stored.is_some()
}

fn hasher() -> Result<Argon2<'static>, HashError> {
    let parameters = Params::new(MEMORY_KIB, PASSES, LANES, None)
        .map_err(|error| HashError(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_password_alone_opens() {
        let stored = hash("correct horse battery staple", &[7; 16]).expect("a hash");
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert!(verify("correct horse battery staple", Some(&stored)));
        assert!(!verify("correct horse battery stapl", Some(&stored)));
        assert!(!verify("a password that nobody has", None));
        assert!(!verify("anything", Some("not a hash")));
    }
}

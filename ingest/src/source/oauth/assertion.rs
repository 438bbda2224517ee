//! The assertion by which an application proves that it holds the key of its certificate (RFC 7523).

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::source::config::Algorithm;
use crate::source::trouble::{Trouble, TroubleKind};

/// Seconds for which an assertion is good; it is used at once.
const LIFE_SECONDS: i64 = 300;

/// A key with its certificate.
pub(super) struct Signer {
    key: RsaKeyPair,
    thumbprint: String,
}

impl Signer {
    /// Reads both, in PEM.
    pub(super) fn read(certificate: &Path, key: &Path) -> Result<Self, Trouble> {
        let unfit = |file: &Path, why: String| {
            let sentence = format!("{} cannot be used ({why})", file.display());
            Trouble::new(TroubleKind::Secret, sentence)
        };
        let shown = CertificateDer::from_pem_file(certificate)
            .map_err(|error| unfit(certificate, error.to_string()))?;
        let private =
            PrivateKeyDer::from_pem_file(key).map_err(|error| unfit(key, error.to_string()))?;
        let pair = match &private {
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err(unfit(key, "it is no RSA key".to_owned())),
        };
        let pair = pair
            .map_err(|error| unfit(key, format!("it is no RSA key that is used here: {error}")))?;
        Ok(Self { key: pair, thumbprint: URL_SAFE_NO_PAD.encode(Sha256::digest(&shown)) })
    }

    /// The assertion for a token endpoint.
    pub(super) fn sign(
        &self,
        client_id: &str,
        audience: &str,
        algorithm: Algorithm,
        now: Timestamp,
    ) -> Result<String, Trouble> {
        let (name, encoding): (&str, &dyn RsaEncoding) = match algorithm {
            Algorithm::Ps256 => ("PS256", &RSA_PSS_SHA256),
            Algorithm::Rs256 => ("RS256", &RSA_PKCS1_SHA256),
        };
        let no_chance =
            |_| Trouble::new(TroubleKind::Secret, "this machine gives no random numbers");
        let random = SystemRandom::new();
        let mut number = [0; 16];
        random.fill(&mut number).map_err(no_chance)?;
        let header = json!({ "alg": name, "typ": "JWT", "x5t#S256": self.thumbprint });
        let seconds = now.as_second();
        let claims = json!({
            "aud": audience, "iss": client_id, "sub": client_id, "jti": URL_SAFE_NO_PAD.encode(number),
            "iat": seconds, "nbf": seconds, "exp": seconds + LIFE_SECONDS,
        });
        let encode = |value: &serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", encode(&header), encode(&claims));
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key.sign(encoding, &random, text.as_bytes(), &mut signature).map_err(no_chance)?;
        Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

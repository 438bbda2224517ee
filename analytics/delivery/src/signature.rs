//! Signatures by Standard Webhooks 1.0.0: HMAC-SHA256 over `id.timestamp.body`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::secret::Secret;

/// The value of the header `webhook-signature`: one `v1,` signature per secret, separated by spaces.
///
/// `timestamp` is the time of the attempt in seconds since 1970, not of the event: every retry is signed anew.
pub fn sign(secrets: &[Secret], id: &str, timestamp: i64, body: &str) -> String {
    let signatures: Vec<String> = secrets
        .iter()
        .filter_map(|secret| {
            // An HMAC key may have any length; there is no error to report.
            let mut mac = Hmac::<Sha256>::new_from_slice(secret.bytes()).ok()?;
            for part in [id, ".", &timestamp.to_string(), ".", body] {
                mac.update(part.as_bytes());
            }
            Some(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
        })
        .collect();
    signatures.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(text: &str) -> Vec<Secret> {
        Secret::from_file_content(text.as_bytes()).expect("a good secret")
    }

    #[test]
    fn the_vector_of_the_standard_is_met() {
        let signature = sign(
            &secrets("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"),
            "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
            1_649_367_553,
            r#"{"email":"test@example.com","username":"test_user"}"#,
        );
        assert_eq!(signature, "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=");
    }

    proptest::proptest! {
        #[test]
        fn the_official_library_signs_alike(
            key in proptest::collection::vec(proptest::num::u8::ANY, 24..=64),
            id in "[a-z0-9-]{1,40}",
            timestamp in 0i64..4_000_000_000,
            body in "\\PC*",
        ) {
            let encoded = format!("whsec_{}", STANDARD.encode(&key));
            let official = standardwebhooks::Webhook::from_bytes(key).expect("a good key");
            proptest::prop_assert_eq!(
                sign(&secrets(&encoded), &id, timestamp, &body),
                official.sign(&id, timestamp, body.as_bytes()).expect("signed")
            );
        }

        #[test]
        fn one_flipped_bit_changes_the_signature(
            body in "[ -~]{1,60}", position in 0usize..60, bit in 0u32..7,
        ) {
            let secret = secrets("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD");
            let mut flipped = body.clone().into_bytes();
            let position = position % flipped.len();
            flipped[position] ^= 1 << bit;
            let flipped = String::from_utf8(flipped).expect("still ASCII");
            proptest::prop_assert_ne!(sign(&secret, "a", 1, &body), sign(&secret, "a", 1, &flipped));
        }
    }
}

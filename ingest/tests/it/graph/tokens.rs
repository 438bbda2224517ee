//! How tokens are got, and how a refusal is told.

use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ingest::source::{Source, TroubleKind};
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, UnparsedPublicKey, VerificationAlgorithm,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Place, trouble};
use crate::books::now;

#[expect(clippy::needless_pass_by_value, reason = "the callers write the value in place")]
fn oauth(place: &Place, more: Value) -> Value {
    let mut oauth =
        json!({ "client_id": "app", "token_url": format!("{}/token", place.graph.url) });
    oauth.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    json!({ "oauth": oauth })
}

#[tokio::test]
async fn a_secret_is_sent_with_the_scope_of_the_cloud() {
    let place = Place::with_bills(1..=1).await;
    place.source(json!({})).list().await.expect("lists");
    let form = place.graph.with(|inside| inside.forms[0].clone());
    assert_eq!(form["grant_type"], "client_credentials");
    assert_eq!(form["client_secret"], "s3cret-of-the-app");
    assert_eq!(form["scope"], format!("{}/.default", place.graph.url));
}

#[tokio::test]
async fn a_certificate_signs_an_assertion() {
    let place = Place::with_bills(1..=1).await;
    let script = "openssl req -x509 -newkey rsa:2048 -nodes -keyout app.key -out app.pem -days 30 -subj /CN=app && \
        openssl x509 -in app.pem -outform DER -out app.der && \
        openssl rsa -in app.key -RSAPublicKey_out -outform DER -out public.der";
    let made =
        Command::new("sh").args(["-c", script]).current_dir(place.path()).output().expect("sh");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let read = |name: &str| std::fs::read(place.path().join(name)).expect("is there");
    let algorithms: [(&str, &dyn VerificationAlgorithm); 2] =
        [("PS256", &RSA_PSS_2048_8192_SHA256), ("RS256", &RSA_PKCS1_2048_8192_SHA256)];
    for (algorithm, verification) in algorithms {
        let keys =
            json!({ "certificate_file": "app.pem", "key_file": "app.key", "algorithm": algorithm });
        place.source(oauth(&place, keys)).list().await.expect("lists");
        let form = place.graph.with(|inside| inside.forms.last().cloned().expect("was asked"));
        assert_eq!(
            form["client_assertion_type"],
            "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        );
        assert!(!form.contains_key("client_secret"));
        let assertion = &form["client_assertion"];
        let (text, signature) = assertion.rsplit_once('.').expect("three parts");
        let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).expect("base64");
        UnparsedPublicKey::new(verification, read("public.der"))
            .verify(text.as_bytes(), &decode(signature))
            .expect("signed by the key");
        let (header, claims) = text.split_once('.').expect("two parts");
        let header: Value = serde_json::from_slice(&decode(header)).expect("JSON");
        let claims: Value = serde_json::from_slice(&decode(claims)).expect("JSON");
        assert_eq!(header["alg"], algorithm);
        assert_eq!(header["x5t#S256"], URL_SAFE_NO_PAD.encode(Sha256::digest(read("app.der"))));
        assert_eq!(claims["aud"], format!("{}/token", place.graph.url));
        assert_eq!((&claims["iss"], &claims["sub"]), (&json!("app"), &json!("app")));
        assert_eq!(claims["exp"].as_i64(), Some(now().as_second() + 300));
    }
}

#[tokio::test]
async fn refusals_of_a_token_are_told_by_their_kind() {
    for (status, error, words, kind) in [
        (401, "invalid_client", "AADSTS7000222: the secret has expired", TroubleKind::TokenRefused),
        (400, "invalid_request", "AADSTS90002: tenant not found", TroubleKind::TokenRefused),
        (400, "invalid_grant", "AADSTS65001: nobody consented", TroubleKind::NoConsent),
        (400, "invalid_grant", "AADSTS70008: expired", TroubleKind::RefreshTokenExpired),
        (503, "temporarily_unavailable", "later", TroubleKind::Unavailable),
    ] {
        let place = Place::with_bills(1..=1).await;
        place.graph.with(|inside| {
            let refusal =
                json!({ "error": error, "error_description": format!("{words}\r\nTrace ID: 1") });
            inside.token_faults.push_back((status, refusal));
        });
        let told = trouble(&place.source(json!({}))).await;
        assert_eq!(told.kind, kind, "{told}");
        assert!(told.sentence.contains(words) && !told.sentence.contains("Trace"), "{told}");
        assert!(!format!("{told:?}").contains("s3cret"), "{told:?}");
        assert!(place.graph.asked("").is_empty());
    }
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_is_told_with_its_file() {
    let place = Place::new().await;
    std::fs::remove_file(place.path().join("app.secret")).expect("removes");
    let told = trouble(&place.source(json!({}))).await;
    assert_eq!(
        (told.kind, told.sentence.contains("app.secret")),
        (TroubleKind::Secret, true),
        "{told}"
    );
}

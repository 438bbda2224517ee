//! What a `[[source]]` may say.

use std::path::Path;

use ingest::source::{self, ConfigError, SourceConfig};
use serde_json::json;

fn open(config: serde_json::Value) -> Result<source::AnySource, ConfigError> {
    let config: SourceConfig = serde_json::from_value(config).expect("known keys");
    source::open(&config, Path::new("/etc/meterwatch"), crate::books::now)
}

#[test]
fn what_cannot_work_is_refused_before_anything_runs() {
    let error = |config| open(config).expect_err("cannot work");
    let folder = |more: serde_json::Value| {
        let mut config = json!({ "name": "drop", "kind": "folder", "path": "mail" });
        config
            .as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("an object").clone());
        config
    };
    open(folder(json!({}))).expect("the plainest source");
    open(folder(json!({ "after": "move" }))).expect("may be moved");
    assert!(matches!(error(folder(json!({ "after": "seen" }))), ConfigError::NoSeenMark { .. }));
    assert!(matches!(
        error(folder(json!({ "path": "" }))),
        ConfigError::MissingKey { key: "path", .. }
    ));
    assert!(matches!(
        error(folder(json!({ "host": "h" }))),
        ConfigError::IdleKey { key: "host", .. }
    ));
    assert!(matches!(error(folder(json!({ "name": " " }))), ConfigError::Nameless));
}

#[test]
fn unknown_keys_are_errors() {
    let config = json!({ "name": "drop", "kind": "folder", "pth": "mail" });
    let error = serde_json::from_value::<SourceConfig>(config).expect_err("unknown key");
    assert!(error.to_string().contains("pth"), "{error}");
}

use std::path::Path;

use super::{Config, show};

fn refusal(text: &str) -> String {
    Config::parse(text).expect_err("must be refused")
}

#[test]
fn an_unknown_key_is_told_with_its_line_and_the_nearest_one() {
    assert_eq!(
        refusal("[dashboard]\n\nlissen = \"127.0.0.1:8080\"\n"),
        "line 3: there is no key `lissen` here; did you mean `listen`?"
    );
    assert_eq!(
        refusal("[[endpoint]]\nname = \"ops\"\nurl = \"https://a.b\"\nsecrit_file = \"x\"\n"),
        "line 4: there is no key `secrit_file` here; did you mean `secret_file`?"
    );
    assert_eq!(
        refusal("\n[[sorce]]\nname = \"a\"\n"),
        "line 2: there is no key `sorce` here; did you mean `source`?"
    );
    let sentence = refusal("[dashboard]\nqqq = 1\n");
    assert_eq!(
        sentence,
        "line 2: there is no key `qqq` here; possible are listen, behind_https_proxy"
    );
}

#[test]
fn an_unknown_kind_of_source_is_told_with_the_kinds_there_are() {
    assert_eq!(
        refusal("[[source]]\nname = \"a\"\nkind = \"fodler\"\n"),
        "line 3: `fodler` is not possible here; did you mean `folder`?"
    );
}

#[test]
fn a_source_that_cannot_work_is_refused() {
    let config = Config::parse("[[source]]\nname = \"a\"\nkind = \"folder\"\n").expect("keys");
    assert_eq!(config.problems(), ["source `a`: kind = \"folder\" needs the key `path`"]);
}

#[test]
fn a_wrong_value_is_told_with_its_line() {
    assert_eq!(
        refusal("[schedule]\nrelay_seconds = \"often\"\n"),
        "line 2: invalid type: string \"often\", expected u64"
    );
    assert!(refusal("[dashboard]\nlisten = 8080\n").starts_with("line 2: "));
    assert!(refusal("[dashboard\n").starts_with("line 1: "));
}

#[test]
fn a_schedule_that_never_comes_is_refused() {
    let config = Config::parse("[schedule.ingest]\ncron = \"0 6 31 2 *\"\n").expect("known keys");
    assert_eq!(config.problems(), ["[schedule.ingest]: `0 6 31 2 *` names no day that ever comes"]);
}

#[test]
fn two_endpoints_of_one_name_are_refused() {
    let one = "[[endpoint]]\nname = \"ops\"\nurl = \"https://a.b\"\nsecret_file = \"x\"\n";
    let config = Config::parse(&one.repeat(2)).expect("known keys");
    assert_eq!(config.problems(), ["two of [[endpoint]] have the name `ops`"]);
}

#[test]
fn the_example_file_can_be_read_and_says_what_the_defaults_are() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("meterwatch.example.toml");
    let config = Config::load(&file, true).expect("the example");
    let text = std::fs::read_to_string(&file).expect("the example");
    let shown = show::values(&text).expect("values");
    let defaults = show::values("").expect("values");
    for default in &defaults {
        let value = shown.iter().find(|value| value.key == default.key);
        assert_eq!(value.map(|v| &v.value), Some(&default.value), "{}", default.key);
    }
    assert!(!defaults.is_empty() && !config.endpoints.is_empty() && !config.sources.is_empty());
}

#[test]
fn passwords_in_addresses_are_not_shown() {
    let shown = show::values("[[endpoint]]\nurl = \"https://me:hunter2@a.b/hook\"\n");
    let lines = show::lines(&shown.expect("values"));
    assert!(lines.contains("me:***@a.b") && !lines.contains("hunter2"), "{lines}");
}

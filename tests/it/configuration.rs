//! What is wrong with a configuration is told with its line and what to do: exit code 3.

use migrations::testing::TestDatabase;

use crate::run::Place;

const ENDPOINT: &str = "\
[[endpoint]]
name = \"ops\"
url = \"http://127.0.0.1:9/hook\"
secret_file = \"hook.secret\"
allow_private = true
";

#[test]
fn an_unknown_key_is_named_with_its_line_and_the_nearest_key() {
    let place = Place::new();
    place.write("meterwatch.toml", "[dashboard]\nlissen = \"127.0.0.1:8080\"\n");
    place
        .run(&["config", "check"])
        .says(3, &["meterwatch.toml, line 2", "`lissen`", "did you mean `listen`?", "next:"]);
}

#[test]
fn a_file_that_was_asked_for_must_be_there() {
    Place::new()
        .run(&["config", "check", "--config", "nowhere.toml"])
        .says(3, &["nowhere.toml", "--config"]);
}

#[test]
fn without_a_file_the_defaults_hold() {
    let place = Place::new();
    place.run(&["config", "check"]).says(0, &["defaults"]);
    let shown = place.run(&["config", "show"]);
    shown.says(0, &[]);
    assert!(shown.stdout.contains("dashboard.listen = \"127.0.0.1:8080\""), "{}", shown.stdout);
    assert!(shown.stdout.contains("# default"), "{}", shown.stdout);
}

#[test]
fn a_missing_secret_file_is_named() {
    let place = Place::new();
    place.write("meterwatch.toml", ENDPOINT);
    place.run(&["config", "check"]).says(3, &["`ops`", "hook.secret", "No such file"]);
    place.write("hook.secret", "0123456789abcdef01234567\n");
    place.run(&["config", "check"]).says(0, &["1 endpoint can be used"]);
}

#[test]
fn files_of_profiles_are_checked_and_an_unknown_key_names_the_nearest() {
    let place = Place::new();
    place.write("meterwatch.toml", "[profiles]\nfolder = \"said\"\n");
    place.run(&["config", "check"]).says(3, &["folder of profiles", "said"]);
    std::fs::create_dir(place.path().join("said")).expect("a folder");
    place.run(&["config", "check"]).says(0, &[]);
    place.write(
        "said/a.toml",
        "[[profile]]\nname = \"a\"\nsender = \"@a.example\"\nunti = \"kWh\"\n",
    );
    place.run(&["config", "check"]).says(3, &["a.toml, line 4", "`unti`", "did you mean `unit`?"]);
    place.write("said/a.toml", "[[profile]]\nname = \"a\"\nunit = \"kWh\"\n");
    place.run(&["config", "check"]).says(3, &["profile `a`", "needs a sender"]);
    place.write(
        "said/a.toml",
        "[[profile]]\nname = \"a\"\nsender = \"@a.example\"\nunit = \"kWh\"\n",
    );
    place.run(&["config", "check"]).says(0, &[]);
}

#[test]
fn paths_are_relative_to_the_file() {
    let place = Place::new();
    std::fs::create_dir(place.path().join("etc")).expect("a folder");
    place.write("etc/m.toml", ENDPOINT);
    place.write("etc/hook.secret", "0123456789abcdef01234567\n");
    place.run(&["config", "check", "--config", "etc/m.toml"]).says(0, &[]);
}

#[test]
fn secrets_are_not_shown() {
    let place = Place::new();
    place.write("meterwatch.toml", ENDPOINT.replace("//127", "//me:hunter2@127"));
    let shown = place.run(&["config", "show", "--json"]);
    assert!(shown.stdout.contains("me:***@127.0.0.1"), "{}", shown.stdout);
    assert!(!shown.stdout.contains("hunter2"), "{}", shown.stdout);
}

#[tokio::test]
async fn the_relay_needs_endpoints_and_their_secrets() {
    let database = TestDatabase::new().await;
    let place = Place::new();
    let relay = ["relay", "--database-url", &database.url];
    place.run(&relay).says(3, &["no endpoint is configured", "[[endpoint]]"]);
    place.write("meterwatch.toml", ENDPOINT);
    place.run(&relay).says(3, &["`ops`", "hook.secret"]);
    place.write("hook.secret", "0123456789abcdef01234567\n");
    place.run(&relay).says(0, &["0 delivered"]);
    place.write("meterwatch.toml", ENDPOINT.replace("allow_private = true", ""));
    place.run(&relay).says(3, &["`ops`", "allow_private"]);
}

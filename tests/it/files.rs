//! Files in: dry runs, passes, quarantine, the sample mailbox.

use serde_json::Value;

use crate::run::Place;

const TABLE: &str = "\
site,meter,commodity,period_start,period_end,quantity,unit
Mill Lane,E-1,electricity,2024-01-01,2024-01-31,1200,kWh
Mill Lane,E-1,electricity,2024-02-01,2024-02-29,1100.5,kWh
";
const PICTURE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0";

fn mail(table: &str) -> String {
    let boundary = "----between";
    format!(
        "From: Utility <reports@utility.example>\r\nTo: readings@us.example\r\n\
         Subject: February\r\nDate: Fri, 01 Mar 2024 08:00:00 +0000\r\nMessage-ID: <1@utility.example>\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"{boundary}\"\r\n\r\n\
         --{boundary}\r\nContent-Type: text/plain\r\n\r\nsee attachment\r\n\
         --{boundary}\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=\"feb.csv\"\r\n\r\n\
         {table}\r\n--{boundary}--\r\n"
    )
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn extract_prints_a_line_per_reading_and_stores_nothing() {
    let place = Place::new();
    place.write("jan.csv", TABLE);
    let ended = place.run(&["extract", "jan.csv"]);
    ended.says(0, &[]);
    assert_eq!(
        ended.stdout,
        "file,sheet,cell,site,meter,commodity,period_start,period_end,quantity,unit,cost,currency,kind\n\
         jan.csv,,F2,Mill Lane,E-1,electricity,2024-01-01,2024-01-31,1200,kWh,,,consumption\n\
         jan.csv,,F3,Mill Lane,E-1,electricity,2024-02-01,2024-02-29,1100.5,kWh,,,consumption\n"
    );
    let left: Vec<_> = place.path().read_dir().expect("the folder").collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn extract_lists_the_attachments_of_a_mail() {
    let place = Place::new();
    place.write("feb.eml", mail(TABLE));
    let ended = place.run(&["extract", "feb.eml", "--format", "json"]);
    ended.says(0, &[]);
    let object = json(&ended.stdout);
    assert_eq!(object["kind"], "mail");
    assert_eq!(object["subject"], "February");
    assert_eq!(object["rows"]["readings"], 2);
    assert_eq!(object["readings"][1]["quantity"], 1100.5);
    let attachment = &object["attachments"][0];
    assert_eq!(attachment["name"], "feb.csv");
    assert_eq!(attachment["type"], "text/csv");
    assert_eq!(attachment["outcome"], "accepted");
    assert_eq!(attachment["sha256"].as_str().map(str::len), Some(64));
    assert_eq!(attachment["path"], Value::Array(Vec::new()));
}

#[test]
fn extract_searches_folders_and_gives_an_array() {
    let place = Place::new();
    std::fs::create_dir_all(place.path().join("in/deep")).expect("folders");
    place.write("in/b.csv", TABLE);
    place.write("in/deep/a.eml", mail(TABLE));
    let ended = place.run(&["extract", "in", "--format", "json"]);
    ended.says(0, &[]);
    let files: Vec<Value> = json(&ended.stdout)
        .as_array()
        .expect("an array")
        .iter()
        .map(|o| o["file"].clone())
        .collect();
    assert_eq!(files, ["in/b.csv", "in/deep/a.eml"]);
}

#[test]
fn what_is_no_table_is_refused_with_a_code() {
    let place = Place::new();
    place.write("logo.png", PICTURE);
    let ended = place.run(&["extract", "logo.png", "--format", "json"]);
    ended.says(4, &["logo.png", "not_a_workbook"]);
    assert_eq!(json(&ended.stdout)["problems"][0]["code"], "not_a_workbook");
}

#[test]
fn a_path_that_cannot_be_read_does_not_hide_the_others() {
    let place = Place::new();
    place.write("jan.csv", TABLE);
    let ended = place.run(&["extract", "nowhere.xlsx", "jan.csv"]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.stderr.contains("nowhere.xlsx cannot be read"), "{}", ended.stderr);
    assert_eq!(ended.stdout.lines().count(), 3, "{}", ended.stdout);
}

#[test]
fn a_pass_without_sources_says_how_to_configure_one() {
    let place = Place::new();
    place
        .run(&["ingest", "--data-dir", "data"])
        .says(3, &["no sources are configured", "[[source]]", "meterwatch.toml"]);
    assert!(!place.path().join("data").exists(), "nothing is started for it");
}

#[test]
fn two_passes_store_the_same_as_one() {
    let place = Place::new();
    std::fs::create_dir(place.path().join("mail")).expect("a folder");
    place.write("mail/feb.eml", mail(TABLE));
    place.write("mail/broken.xlsx", b"PK\x03\x04 and nothing more");
    place.write(
        "meterwatch.toml",
        "[[source]]\nname = \"in\"\nkind = \"folder\"\npath = \"mail\"\n",
    );
    let data = ["--data-dir", "data"];
    let run = |arguments: &[&str]| place.run(&[arguments, &data].concat());

    let first = run(&["ingest", "--json"]);
    first.says(4, &["broken.xlsx"]);
    assert_eq!(json(&first.stdout)["rows"]["accepted"], 2);
    let stored = run(&["export", "readings", "--format", "csv"]);
    stored.says(0, &[]);
    assert_eq!(stored.stdout.lines().count(), 3, "{}", stored.stdout);

    let second = run(&["ingest", "--json"]);
    second.says(0, &[]);
    assert_eq!(json(&second.stdout)["messages_new"], 0);
    // The same files by name, not by source.
    run(&["ingest", "mail"]).says(0, &[]);
    assert_eq!(run(&["export", "readings"]).stdout, stored.stdout);

    let held = json(&run(&["quarantine", "list", "--json"]).stdout);
    assert_eq!(held.as_array().map(Vec::len), Some(1), "{held}");
    let id = held[0]["attachment_id"].to_string();
    let shown = run(&["quarantine", "show", &id]);
    shown.says(0, &[]);
    assert!(shown.stdout.contains("broken.xlsx"), "{}", shown.stdout);
    run(&["quarantine", "retry", &id]).says(4, &["quarantined"]);
    run(&["quarantine", "show", "4711"]).says(1, &["4711", "quarantine list"]);
    let sources = json(&run(&["source", "list", "--json"]).stdout);
    assert_eq!(sources[0]["mails"], 2, "{sources}");
}

#[test]
fn the_sample_is_not_written_over_anything() {
    let place = Place::new();
    place.run(&["sample", "trial"]).says(0, &["mails", "problems are hidden"]);
    let truth = std::fs::read_to_string(place.path().join("trial/truth.csv")).expect("the truth");
    assert!(truth.starts_with("meter,period_start,kind\n"), "{truth}");
    place.run(&["sample", "trial"]).says(1, &["exists already"]);
}

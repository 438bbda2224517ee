//! The shipped tables are what training gives.

use std::path::Path;

use analytics::backtest::train::{self, Plan};

use crate::shared::shared;

fn trained_again_gives_the_same(plan: &Plan, shipped: &str) {
    let again = train::file(&shared("data/detection"), plan, 1).expect("trained");
    let differing = again.lines().zip(shipped.lines()).find(|(again, shipped)| again != shipped);
    assert_eq!(differing, None, "{}: write it again with `meterwatch backtest train`", plan.file);
    assert_eq!(again.lines().count(), shipped.lines().count());
}

#[test]
fn training_months_again_gives_the_shipped_tables() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/engine/tables/monthly.csv");
    let shipped = std::fs::read_to_string(shipped).expect("the tables");
    trained_again_gives_the_same(&train::MONTHLY, &shipped);
}

#[test]
fn training_days_again_gives_the_shipped_tables() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/engine/tables/daily.csv");
    let shipped = std::fs::read_to_string(shipped).expect("the tables");
    trained_again_gives_the_same(&train::DAILY, &shipped);
}

#[test]
fn training_names_again_gives_the_shipped_tables() {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/engine/tables/names.csv");
    let shipped = std::fs::read_to_string(shipped).expect("the tables");
    let again = train::names_file(&shared("data/detection"), 1).expect("trained");
    let differing = again.lines().zip(shipped.lines()).find(|(again, shipped)| again != shipped);
    assert_eq!(differing, None, "names.csv: write it again with `meterwatch backtest train`");
    assert_eq!(again.lines().count(), shipped.lines().count());
}

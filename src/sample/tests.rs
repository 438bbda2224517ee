use std::collections::BTreeMap;
use std::path::Path;

use super::*;

/// The content of every file below a folder, by its path.
fn tree(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mails = std::fs::read_dir(dir.join("mail")).expect("a folder of mails");
    let paths = mails.map(|entry| entry.expect("an entry").path()).chain([dir.join("truth.csv")]);
    for path in paths {
        let name = path.strip_prefix(dir).expect("below").display().to_string();
        files.insert(name, std::fs::read(&path).expect("readable"));
    }
    files
}

fn written(seed: u64) -> (BTreeMap<String, Vec<u8>>, SampleReport) {
    let dir = tempfile::tempdir().expect("a folder");
    let report = write(dir.path(), seed).expect("written");
    (tree(dir.path()), report)
}

#[test]
fn the_same_seed_writes_the_same_bytes_and_another_seed_others() {
    let (first, report) = written(7);
    let (second, again) = written(7);
    assert_eq!(report, again);
    assert!(first == second, "two runs with one seed differ");
    let (other, _) = written(8);
    assert!(first != other, "the seed has no effect");
    assert_ne!(first["truth.csv"], other["truth.csv"]);
}

#[test]
fn the_estate_is_as_large_as_promised() {
    let (files, report) = written(1);
    assert_eq!(files.len(), report.mails + 1);
    assert!((150..=300).contains(&report.mails), "{} mails", report.mails);
    assert!((38..=45).contains(&report.sites), "{} sites", report.sites);
    assert!((100..=120).contains(&report.meters), "{} meters", report.meters);
    assert_eq!(report.problems, 30);
    let missing = report.meters * 36 - report.readings;
    // Two that are caught up later, eight of a silent meter, and the months before a meter appeared.
    assert!((2 + 8 + 25..2 + 8 + 33).contains(&missing), "{missing} months are missing");
}

#[test]
fn every_hidden_problem_is_at_a_meter_of_its_own_and_within_the_history() {
    let names: Vec<String> = estate::meters().into_iter().map(|meter| meter.name).collect();
    let mut unique = names.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), names.len(), "meters of the same name");
    let (files, report) = written(3);
    let truth = String::from_utf8(files["truth.csv"].clone()).expect("text");
    let mut meters: Vec<&str> = Vec::new();
    for line in truth.lines().skip(1) {
        let [meter, start, kind] = line.split(',').collect::<Vec<_>>()[..] else {
            panic!("three fields: {line}")
        };
        let alike = meter.strip_suffix('*');
        let is_known = |name: &String| alike.map_or(name == meter, |start| name.starts_with(start));
        assert!(names.iter().any(is_known), "{meter}");
        assert!(start.starts_with("2025-") && start.ends_with("-01"), "{start}");
        kind.parse::<alerts::AlertKind>().expect("a kind");
        meters.push(meter);
    }
    meters.sort_unstable();
    meters.dedup();
    assert_eq!(meters.len(), report.problems);
}

#[test]
fn summer_gas_is_next_to_nothing_and_winter_gas_is_not() {
    let meters = estate::meters();
    let history = history::History::new(&meters, 5);
    let gas = |meter: &&usize| meters[**meter].supply.commodity == readings::Commodity::Gas;
    let indices: Vec<usize> = (0..meters.len()).collect();
    let mut seen = 0;
    for meter in indices.iter().filter(gas) {
        let used = |month| history.month(*meter, month).billed;
        assert!(used(6) * 5.0 < used(0), "{}", meters[*meter].name);
        assert!(used(6) > 0.0);
        seen += 1;
    }
    assert!(seen > 20);
}

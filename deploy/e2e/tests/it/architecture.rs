//! The invariants of ARCHITECTURE.md that can be seen in the source: each is an absence.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace")
}

/// All Rust files of the project below `folder`.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the project") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() && !name.starts_with('.') && name != "target" {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "no sources below {}", folder.display());
    found
}

/// The files below `folder`, tests and benches apart, whose code names `word`.
fn files_naming(folder: &Path, word: &str) -> BTreeSet<PathBuf> {
    sources(folder)
        .into_iter()
        .filter(|path| !path.components().any(|part| part.as_os_str() == "tests"))
        .filter(|path| {
            let text = fs::read_to_string(path).expect("a source file");
            text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(word))
        })
        .collect()
}

/// Which packages of the workspace each one names among its dependencies, and which outside ones.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo metadata");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let mut tree = BTreeMap::new();
    for package in metadata["packages"].as_array().expect("packages") {
        let name = package["name"].as_str().expect("a name").to_owned();
        let named = package["dependencies"].as_array().expect("dependencies");
        let normal = named.iter().filter(|dependency| dependency["kind"].is_null());
        let others = normal.filter_map(|dependency| dependency["name"].as_str()).map(str::to_owned);
        tree.insert(name, others.collect());
    }
    tree
}

#[test]
fn arrows_between_crates_point_one_way() {
    let tree = dependencies();
    let rooms: BTreeSet<&str> = tree.keys().map(String::as_str).collect();
    let allowed: &[(&str, &[&str])] = &[
        ("readings", &[]),
        ("spool", &[]),
        ("alerts", &["readings"]),
        ("migrations", &[]),
        ("ingest", &["readings", "spool", "migrations"]),
        ("analytics", &["readings", "spool", "alerts", "migrations"]),
        ("delivery", &["readings", "alerts", "migrations"]),
        ("dashboard", &["readings", "alerts", "migrations"]),
        ("e2e", &[]),
    ];
    for (name, allowed) in allowed {
        let named = &tree[*name];
        for other in named.iter().map(String::as_str).filter(|other| rooms.contains(other)) {
            assert!(allowed.contains(&other), "{name} must not depend on {other}");
        }
    }
}

#[test]
fn polars_is_named_in_one_crate() {
    for (name, named) in dependencies() {
        assert_eq!(named.contains("polars"), name == "analytics", "{name}");
    }
}

#[test]
fn foreign_parsers_are_named_in_one_file_each() {
    for word in ["mail_parser", "calamine"] {
        let files = files_naming(&root().join("ingest/src"), word);
        assert_eq!(files.len(), 1, "{word} is named in {files:?}");
    }
}

#[test]
fn vocabulary_has_no_input_output_clock_or_async() {
    for folder in ["ingest/readings/src", "analytics/alerts/src"] {
        for word in
            ["async ", "std::fs", "std::net", "std::env", "Timestamp::now", "Zoned::now", "tokio"]
        {
            let files = files_naming(&root().join(folder), word);
            assert!(files.is_empty(), "{word} in {files:?}");
        }
    }
}

#[test]
fn only_one_file_asks_the_machine_for_the_time() {
    let root = root();
    let clock = root.join("src/clock.rs");
    for folder in ["src", "ingest", "analytics", "dashboard/src", "migrations/src"] {
        for word in ["Timestamp::now", "Zoned::now", "SystemTime::now"] {
            for file in files_naming(&root.join(folder), word) {
                assert!(
                    file == clock || file.components().any(|part| part.as_os_str() == "examples"),
                    "{word} in {}",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn readings_are_written_in_one_file() {
    let root = root();
    for folder in ["src", "ingest/src", "analytics/src", "dashboard/src", "analytics/delivery/src"]
    {
        for words in ["insert into reading (", "copy reading ("] {
            let files = files_naming(&root.join(folder), words);
            let only = root.join("ingest/src/ledger/revisions/write.rs");
            assert!(files.iter().all(|file| *file == only), "{files:?}");
        }
    }
}

#[test]
fn nothing_but_the_outbox_function_writes_events() {
    let root = root();
    for folder in ["src", "ingest/src", "analytics/src", "dashboard/src", "analytics/delivery/src"]
    {
        let files = files_naming(&root.join(folder), "insert into outbox");
        assert!(files.is_empty(), "{files:?}");
    }
}

//! The corpora of the fuzz targets, replayed with the stable compiler.

#![expect(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

use std::path::PathBuf;

#[path = "../../fuzz/src/targets.rs"]
mod targets;

/// A target and what it does.
type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 6] = [
    ("prescan", targets::prescan),
    ("mail", targets::mail),
    ("grid", targets::grid),
    ("layout", targets::layout),
    ("numbers", targets::numbers),
    ("dates", targets::dates),
];

#[test]
fn no_input_that_is_kept_makes_a_target_fail() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz");
    for (name, target) in TARGETS {
        let listed = folder.join("corpus").join(name).read_dir().unwrap();
        let mut inputs: Vec<_> = listed.map(|entry| entry.unwrap().path()).collect();
        inputs.sort();
        assert!(inputs.len() >= 3, "{name} has {} inputs", inputs.len());
        for input in inputs {
            println!("{}", input.display());
            target(&std::fs::read(input).unwrap());
        }
        let source = folder.join("targets").join(format!("{name}.rs"));
        assert!(source.is_file(), "{name} has no program");
    }
}

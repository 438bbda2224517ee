//! The corpora of the fuzz targets, replayed with the stable compiler.

#![expect(clippy::unwrap_used, reason = "a test that cannot be prepared fails")]

use std::path::PathBuf;

use crate::mutations::{cases, run, seeds::Seed};

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

/// Damaged copies of the inputs of each target; `METERWATCH_MUTATIONS` makes them more, for an afternoon's search.
#[test]
fn damaged_inputs_make_no_target_fail() {
    for (name, target) in TARGETS {
        let seeds: Vec<Seed> = inputs(name)
            .into_iter()
            .map(|path| (path.display().to_string(), std::fs::read(path).unwrap()))
            .collect();
        run(cases(300), &seeds, |_, input| {
            target(&input);
            Ok(())
        });
    }
}

#[test]
fn no_input_that_is_kept_makes_a_target_fail() {
    for (name, target) in TARGETS {
        let inputs = inputs(name);
        assert!(inputs.len() >= 3, "{name} has {} inputs", inputs.len());
        for input in inputs {
            println!("{}", input.display());
            target(&std::fs::read(input).unwrap());
        }
        let source = folder().join("targets").join(format!("{name}.rs"));
        assert!(source.is_file(), "{name} has no program");
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

fn inputs(target: &str) -> Vec<PathBuf> {
    let listed = folder().join("corpus").join(target).read_dir().unwrap();
    let mut inputs: Vec<_> = listed.map(|entry| entry.unwrap().path()).collect();
    inputs.sort();
    inputs
}

//! A reader process alone, for the tests of the crate; the program has it as a hidden subcommand.

use std::process::ExitCode;

fn main() -> ExitCode {
    ingest::reader::child_main()
}

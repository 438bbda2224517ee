//! meterwatch: the command line. It composes the rooms of this house and does nothing itself.

use std::process::ExitCode;

use clap::Parser;

mod ambient;
mod cli;
mod clock;
mod command;
mod config;
mod database;
mod desk;
mod exit;
mod given;
mod job_run;
mod logging;
mod output;
mod pages;
mod period;
mod postgres_tools;
mod problem;
mod profile_file;
mod profiles;
mod progress;
mod reader;
mod receiver;
mod sample;
mod schedule;
mod shutdown;
mod stopping;
mod wishes;
mod work;
mod worker;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    cli.command.run(&cli.options)
}

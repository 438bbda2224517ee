//! The command line itself: exit code 2, help, completions.

use crate::run::Place;

#[test]
fn an_unknown_option_names_the_one_that_was_meant() {
    Place::new().run(&["alert", "list", "--jsn"]).says(2, &["--jsn", "--json"]);
}

#[test]
fn an_unknown_command_names_the_one_that_was_meant() {
    Place::new().run(&["migarte"]).says(2, &["migarte", "migrate"]);
}

#[test]
fn every_command_has_help_with_an_example_or_subcommands() {
    let place = Place::new();
    let help = place.run(&["--help"]);
    let commands: Vec<&str> = help
        .stdout
        .lines()
        .skip_while(|line| !line.starts_with("Commands:"))
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .collect();
    assert!(commands.len() > 15, "{commands:?}");
    for command in commands {
        let help = place.run(&[command, "--help"]);
        assert_eq!(help.code, 0, "{command}");
        let known = ["Example", "Commands:"].iter().any(|word| help.stdout.contains(word));
        assert!(known, "{command}: {}", help.stdout);
    }
}

#[test]
fn completions_name_the_commands() {
    let ended = Place::new().run(&["completions", "bash"]);
    ended.says(0, &[]);
    assert!(ended.stdout.contains("quarantine"));
}

#[test]
fn a_reader_of_stdout_that_goes_away_is_no_failure() {
    let place = Place::new();
    let mut command = place.command(&["completions", "zsh"]);
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let status = command.stdout(writer).status().expect("the binary");
    assert_eq!(status.code(), Some(0));
}

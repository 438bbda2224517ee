//! How far a long piece of work has come: a bar on a terminal, plain lines elsewhere.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::{logging, output};

/// Tells the steps of a command on stderr.
#[derive(Debug, Clone, Copy)]
pub struct Reporter {
    quiet: bool,
    terminal: bool,
}

impl Reporter {
    /// Bars when stderr is a terminal, lines when it is not, nothing when `quiet`.
    pub fn new(quiet: bool) -> Self {
        Self { quiet, terminal: io::stderr().is_terminal() }
    }

    /// Says a sentence.
    pub fn say(self, sentence: &str) {
        if !self.quiet {
            output::tell(sentence);
        }
    }

    /// Begins a step.
    pub fn step(self, name: &str) -> Step {
        let bar = if self.quiet || !self.terminal {
            ProgressBar::hidden()
        } else {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
        };
        let colour = if logging::colours() { ".cyan" } else { "" };
        let template = format!("{{spinner{colour}}} {{msg}} {{wide_bar{colour}}} {{pos}}/{{len}}");
        // The template is this program's own; one that is not understood falls back to the library's.
        if let Ok(style) = ProgressStyle::with_template(&template) {
            bar.set_style(style);
        }
        bar.set_message(name.to_owned());
        if !self.terminal {
            self.say(&format!("{name} ..."));
        }
        Step { bar, reporter: self, name: name.to_owned() }
    }
}

/// A step that is under way.
#[derive(Debug, Clone)]
pub struct Step {
    bar: ProgressBar,
    reporter: Reporter,
    name: String,
}

impl Step {
    /// So many of so many are done.
    pub fn at(&self, done: u64, total: u64) {
        self.bar.set_length(total);
        self.bar.set_position(done);
    }

    /// The step is over, with this result.
    pub fn done(&self, result: &str) {
        self.bar.finish_and_clear();
        self.reporter.say(&format!("{}: {result}", self.name));
    }
}

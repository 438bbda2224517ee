//! The real binary, run as a person runs it.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The binary with the options that every command of a test shares, run in a folder of the test.
pub struct Meterwatch {
    folder: PathBuf,
    options: Vec<String>,
}

/// How a command ended.
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// A command that goes on; it is asked to stop when this is dropped.
pub struct Running(Child);

impl Meterwatch {
    /// `options` stand behind every command.
    pub fn new(folder: &Path, options: &[&str]) -> Self {
        let options = options.iter().map(|&option| option.to_owned()).collect();
        Self { folder: folder.to_owned(), options }
    }

    fn command<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Command {
        let mut command = Command::new(program());
        // The database of whoever runs the tests is not to be touched.
        command.env_remove("DATABASE_URL").current_dir(&self.folder);
        command.args(arguments).args(&self.options);
        command
    }

    /// Runs a command to its end.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Ended {
        self.run_with(arguments, "")
    }

    /// Runs a command to its end with this on its standard input.
    pub fn run_with<A: AsRef<OsStr>>(&self, arguments: &[A], input: &str) -> Ended {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("started");
        // A command that does not read may be gone already.
        let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
        let output = child.wait_with_output().expect("ended");
        Ended {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("data is UTF-8"),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Runs a command that is to end with one of these codes, and returns its data.
    pub fn expect<A: AsRef<OsStr> + std::fmt::Debug>(
        &self,
        arguments: &[A],
        codes: &[i32],
    ) -> String {
        let ended = self.run(arguments);
        let expected = ended.code.is_some_and(|code| codes.contains(&code));
        assert!(expected, "{arguments:?} ended with {:?}: {}", ended.code, ended.stderr);
        ended.stdout
    }

    /// Starts a command that goes on; what it says goes to the output of the test.
    pub fn start(&self, arguments: &[&str]) -> Running {
        Running(self.command(arguments).stdin(Stdio::null()).spawn().expect("started"))
    }
}

impl Running {
    /// Asks it to end by SIGTERM; its exit code, and how long it took.
    pub fn terminate(mut self) -> (Option<i32>, Duration) {
        let asked = Instant::now();
        let sent = Command::new("kill").arg(self.0.id().to_string()).status();
        assert!(sent.is_ok_and(|status| status.success()), "the process was gone");
        let code = self.0.wait().expect("ended").code();
        (code, asked.elapsed())
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        matches!(self.0.try_wait(), Ok(None))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !self.runs() {
            return;
        }
        // Asked, not killed, so that it stops its own database server.
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

/// Where the binary is: `METERWATCH_BIN`, else where cargo puts it.
fn program() -> PathBuf {
    if let Some(program) = std::env::var_os("METERWATCH_BIN") {
        return PathBuf::from(program);
    }
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"), PathBuf::from);
    let program = target.join("debug/meterwatch");
    assert!(
        program.is_file(),
        "{} is not there: build it with `cargo build`, or set METERWATCH_BIN",
        program.display()
    );
    program
}

/// The corpus of real files, which is not part of the repository.
pub fn shared() -> PathBuf {
    let folder = std::env::var_os("METERWATCH_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let folder = folder.canonicalize().unwrap_or(folder);
    assert!(
        folder.join("corpus").is_dir(),
        "{} holds no corpus: set METERWATCH_SHARED to the folder that does",
        folder.display()
    );
    folder
}

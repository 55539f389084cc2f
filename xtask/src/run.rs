//! Running other programs from the top of the repository.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// One command with its name, and what to do when it fails.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) name: &'static str,
    command: Command,
    fix: Option<&'static str>,
}

impl Step {
    pub(crate) fn new(name: &'static str, program: &str, arguments: &[&str]) -> Step {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(root());
        // Cargo tells us about our own package; a build script below that watches these would
        // take it for a change, and be built again.
        std::env::vars_os().map(|it| it.0).filter(of_this_package).for_each(|name| {
            command.env_remove(name);
        });
        Step { name, command, fix: None }
    }

    /// A cargo command with the versions of `Cargo.lock`.
    pub(crate) fn cargo(name: &'static str, arguments: &[&str]) -> Step {
        let mut step = Step::new(name, "cargo", &[]);
        let (first, rest) = arguments.split_at(1.min(arguments.len()));
        let locked: &[&str] = if first == ["fmt"] { &[] } else { &["--locked"] };
        step.command.args(first).args(locked).args(rest);
        step
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Step {
        self.command.env(name, value);
        self
    }

    /// The one command that puts a failure right, or shows it best.
    pub(crate) fn fix(mut self, fix: &'static str) -> Step {
        self.fix = Some(fix);
        self
    }

    /// Runs with the terminal's own output, and says how long it took.
    pub(crate) fn run(mut self) -> Result<(), String> {
        let status = self.command.status();
        let name = self.name;
        match status {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(match self.fix {
                Some(fix) => format!("{name} failed. To put it right: {fix}"),
                None => format!("{name} failed ({status})"),
            }),
            Err(err) => {
                let program = self.command.get_program().to_string_lossy().into_owned();
                Err(format!("{name}: `{program}` did not start: {err}"))
            }
        }
    }

    pub(crate) fn timed(self) -> Result<(&'static str, Duration), String> {
        let (name, begun) = (self.name, Instant::now());
        self.run().map(|()| (name, begun.elapsed()))
    }
}

/// The top of the repository.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here)
}

/// A binary of ours, where cargo puts it.
pub(crate) fn built(name: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    root().join(target.unwrap_or_else(|| PathBuf::from("target"))).join("release").join(name)
}

/// Whether `program` can be started at all.
pub(crate) fn installed(program: &str, version_flag: &str) -> bool {
    let mut command = Command::new(program);
    command.arg(version_flag).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok()
}

/// Whether this is a clone, not an unpacked archive.
pub(crate) fn in_git() -> bool {
    root().join(".git").exists() && installed("git", "--version")
}

/// Runs quietly and returns what the program printed; its complaint is part of the error.
pub(crate) fn output(program: &str, arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new(program);
    let made = command.args(arguments).current_dir(root()).output();
    let made = made.map_err(|err| format!("`{program}` did not start: {err}"))?;
    let said = String::from_utf8_lossy(&made.stdout).into_owned();
    if made.status.success() {
        return Ok(said);
    }
    let complaint = String::from_utf8_lossy(&made.stderr);
    Err(format!("{program} {} failed ({}):\n{said}{complaint}", arguments.join(" "), made.status))
}

fn of_this_package(name: &OsString) -> bool {
    let name = name.to_string_lossy();
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_BIN_", "CARGO_PRIMARY_"]
        .iter()
        .any(|it| name.starts_with(it))
}

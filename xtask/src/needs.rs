//! What the tests need beside Rust: programs of Debian's, installed where that may be done.

use std::path::Path;

use crate::run::{self, Step};

pub(crate) const CHROMIUM: &str = "/usr/bin/chromium";

/// Programs with the packages that bring them, and whether the check goes on without.
const PROGRAMS: [(&str, &str, bool); 5] = [
    // The README's loop is run as it stands there.
    ("curl", "curl", false),
    ("jq", "jq", false),
    // What people see is tested in a real browser.
    ("node", "nodejs", true),
    ("npm", "npm", true),
    (CHROMIUM, "chromium", true),
];

/// Installs what is missing, as root of a Debian; else says what to install.
pub(crate) fn see_to_it() -> Result<(), String> {
    let missing = missing();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|it| it.1).collect();
    let line = format!("apt-get install {}", packages.join(" "));
    let is_root = run::output("id", &["-u"]).is_ok_and(|it| it.trim() == "0");
    if is_root && Path::new("/usr/bin/apt-get").exists() {
        println!("{line}");
        Step::new("package lists", "apt-get", &["update", "-qq"]).run()?;
        let install = ["install", "-qq", "-y", "--no-install-recommends"];
        return Step::new("packages", "apt-get", &[&install[..], &packages].concat())
            .env("DEBIAN_FRONTEND", "noninteractive")
            .run();
    }
    match missing.iter().any(|it| !it.2) {
        true => Err(format!("the tests need more programs. As root of a Debian: {line}")),
        false => {
            println!("what people see is not checked. For that, as root of a Debian: {line}");
            Ok(())
        }
    }
}

/// Whether pages can be looked at in a browser here.
pub(crate) fn has_a_browser() -> bool {
    missing().is_empty()
}

fn missing() -> Vec<(&'static str, &'static str, bool)> {
    PROGRAMS.into_iter().filter(|it| !run::installed(it.0, "--version")).collect()
}

//! Tidy: the shape of the source is a test too. Runs with every `cargo test --workspace`.
//!
//! Limits start green and are never raised; an exception names its file and its reason, and must
//! be taken away when it is no longer needed. Braces are matched by indentation, which is sound
//! because rustfmt is enforced.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms of each crate in the order data flows. A room may use what stands before it, never what
/// stands after.
const ROOMS: [(&str, &[&str]); 2] = [
    (
        "crates/core/src/",
        &[
            "vocabulary",
            "event",
            "policy",
            "permission",
            "decision",
            "projection",
            "personalise",
            "impact",
        ],
    ),
    (
        "crates/handshake/src/",
        &["clock", "config", "ledger", "access", "ingest", "formats", "http", "console", "cli"],
    ),
];
/// Lines before `#[cfg(test)]`.
const FILE_LINES_MAX: usize = 400;
/// Lines of code; comments and blank lines are free, as clippy counts.
const FUNCTION_LINES_MAX: usize = 70;

/// Files that may be longer, each with the reason.
const LONG_FILES: [(&str, &str); 2] = [
    ("crates/core/src/policy/model.rs", "one document, one model: read from top to bottom"),
    ("crates/core/src/event/message.rs", "the list of stored messages: declarations only"),
];

/// Words that mark work left over. Split, so that this file may stand in its own way.
const LEFTOVERS: [&str; 4] =
    [concat!("FIX", "ME"), concat!("TO", "DO"), concat!("XX", "X:"), concat!("todo", "!(")];

#[test]
fn source_is_tidy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut complaints = Vec::new();
    for path in files_below(root) {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
        complaints.extend(tidy(&name, &text));
    }
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn exceptions_name_files_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for (file, reason) in LONG_FILES {
        assert!(root.join(file).exists(), "`{file}` is gone; so is its exception ({reason})");
    }
}

#[test]
fn every_dependency_has_its_line() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let page = "docs/decisions/0003-dependencies.md";
    let lines = fs::read_to_string(root.join(page)).unwrap();
    let (_, dependencies) = manifest.split_once("\n[workspace.dependencies]\n").unwrap();
    let dependencies = dependencies.lines().take_while(|line| !line.starts_with('['));
    for name in dependencies.filter_map(|line| line.split_once(" = ")).map(|(name, _)| name) {
        assert!(lines.contains(&format!("`{name}`")), "`{name}` has no line in {page}");
    }
}

/// `tests/differential` is a workspace of its own, so it says again what it shares with ours.
#[test]
fn the_workspace_apart_keeps_our_pins_and_our_profile() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap();
    let (ours, apart) = (read("Cargo.toml"), read("tests/differential/Cargo.toml"));
    let page = read("docs/decisions/0003-dependencies.md");
    let mut shared = 0;
    for line in section(&apart, "dependencies") {
        let (name, pin) = line.split_once(" = ").unwrap();
        assert!(name.starts_with("handshake-") || page.contains(&format!("`{name}`")), "{name}");
        for other in section(&ours, "workspace.dependencies") {
            if other.starts_with(&format!("{name} = ")) && !name.starts_with("handshake-") {
                shared += 1;
                assert_eq!(format!("{name} = {pin}"), other);
            }
        }
    }
    assert_eq!(shared, 2);
    let same = [
        ("profile.release", "profile.release"),
        ("workspace.lints.rust", "lints.rust"),
        ("workspace.lints.clippy", "lints.clippy"),
    ];
    for (here, there) in same {
        assert_eq!(
            section(&ours, here).collect::<Vec<_>>(),
            section(&apart, there).collect::<Vec<_>>()
        );
    }
}

/// Lines of a section of a manifest, without comments and blanks.
fn section<'a>(manifest: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let (_, rest) = manifest.split_once(&format!("\n[{name}]\n")).unwrap();
    let lines = rest.lines().take_while(|line| !line.starts_with('['));
    lines.filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[track_caller]
fn check(path: &str, text: &str, expected: &[&str]) {
    assert_eq!(tidy(path, text), expected);
}

#[test]
fn a_room_may_not_look_downstream() {
    let permission = "crates/core/src/permission/x.rs";
    check(permission, "//! X.\nuse crate::policy::Policy;\nuse crate::vocabulary::Name;\n", &[]);
    check(
        permission,
        "//! X.\nuse crate::projection::Counts;\n",
        &[
            "crates/core/src/permission/x.rs:2: `permission` may not use `projection`, which is downstream",
        ],
    );
    check(
        "crates/handshake/src/ledger/mod.rs",
        "//! X.\nuse super::http;\n",
        &["crates/handshake/src/ledger/mod.rs:2: `ledger` may not use `http`, which is downstream"],
    );
    check(permission, "//! X.\n// Not `crate::projection`, which is downstream.\n", &[]);
    check("crates/core/src/event/x.rs", "//! X.\nuse crate::policy_like::Thing;\n", &[]);
}

#[test]
fn rooms_are_named_one_by_one() {
    check(
        "crates/core/src/event/x.rs",
        "//! X.\nuse crate::{policy, vocabulary};\n",
        &["crates/core/src/event/x.rs:2: name one room in a `use`, not `crate::{…}`"],
    );
    check(
        "crates/core/src/attic/mod.rs",
        "//! X.\n",
        &["crates/core/src/attic/mod.rs: `attic` stands in no order of rooms; put it into ROOMS"],
    );
}

#[test]
fn a_file_says_what_it_is_for() {
    check("crates/core/src/lib.rs", "//! X.\n", &[]);
    check(
        "xtask/src/run.rs",
        "use std::fs;\n",
        &["xtask/src/run.rs:1: say what this file is for, in a `//!` line"],
    );
}

#[test]
fn files_and_functions_are_short() {
    let body = "    a();\n".repeat(69);
    check(
        "x/src/a.rs",
        &format!("//! X.\nfn f() {{\n{body}}}\n"),
        &["x/src/a.rs:2: function is 71 lines, at most 70"],
    );
    let lines = "// line\n".repeat(400);
    check("x/src/a.rs", &format!("//! X.\n{lines}"), &["x/src/a.rs: 401 lines, at most 400"]);
    let tested = format!("//! X.\n#[cfg(test)]\nmod tests {{\n{lines}fn f() {{\n{body}}}\n}}\n");
    check("x/src/a.rs", &tested, &[]);
    check("x/tests/a.rs", &format!("//! X.\n{lines}"), &[]);
    let model = "crates/core/src/policy/model.rs";
    check(model, &format!("//! X.\n{lines}"), &[]);
    check(
        model,
        "//! X.\n",
        &["crates/core/src/policy/model.rs: 1 lines; it needs no exception any more"],
    );
}

#[test]
fn a_page_has_one_title() {
    check("docs/a.md", "# A\n\n```sh\n# a comment\n```\n\n## B\n", &[]);
    check("docs/a.md", "## B\n", &["docs/a.md: 0 titles (`# …`), exactly one"]);
    check("docs/a.md", "# A\n# B\n", &["docs/a.md: 2 titles (`# …`), exactly one"]);
}

#[test]
fn nothing_is_left_over() {
    let word = LEFTOVERS[0];
    check(
        "docs/a.md",
        &format!("# A\n{word} b\n"),
        &[&format!("docs/a.md:2: `{word}` is left over")],
    );
    check(
        "x/src/a.rs",
        &format!("//! A.\n// {word}\n"),
        &[&format!("x/src/a.rs:2: `{word}` is left over")],
    );
}

fn tidy(path: &str, text: &str) -> Vec<String> {
    let mut said = leftovers(path, text);
    if path.ends_with(".md") {
        said.extend(titles(path, text));
    }
    if !path.ends_with(".rs") {
        return said;
    }
    if !text.starts_with("//! ") {
        said.push(format!("{path}:1: say what this file is for, in a `//!` line"));
    }
    let production: Vec<&str> =
        text.lines().take_while(|line| line.trim_start() != "#[cfg(test)]").collect();
    said.extend(rooms(path, &production));
    if !path.contains("/tests/") {
        said.extend(length(path, production.len()));
        said.extend(functions(path, &production));
    }
    said
}

/// Order of rooms, for files that stand in one.
fn rooms(path: &str, lines: &[&str]) -> Vec<String> {
    let found = ROOMS.iter().find_map(|(source, rooms)| Some((path.strip_prefix(source)?, rooms)));
    let Some((inside, rooms)) = found else { return Vec::new() };
    let room = inside.split(['/', '.']).next().unwrap_or_default();
    let mut said = Vec::new();
    let here = rooms.iter().position(|it| *it == room);
    if here.is_none() && inside.contains('/') {
        said.push(format!("{path}: `{room}` stands in no order of rooms; put it into ROOMS"));
    }
    let downstream = here.map_or(&[][..], |here| &rooms[here + 1..]);
    for (n, line) in (1..).zip(lines) {
        if line.trim_start().starts_with("//") {
            continue;
        }
        if line.contains("crate::{") {
            said.push(format!("{path}:{n}: name one room in a `use`, not `crate::{{…}}`"));
        }
        for other in downstream {
            if names(line, &format!("crate::{other}")) || names(line, &format!("super::{other}")) {
                said.push(format!(
                    "{path}:{n}: `{room}` may not use `{other}`, which is downstream"
                ));
            }
        }
    }
    said
}

/// Whether `path` stands in `line` as a whole, not as the beginning of a longer name.
fn names(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let next = line[at + path.len()..].chars().next();
        !next.is_some_and(|it| it == '_' || it.is_alphanumeric())
    })
}

fn length(path: &str, lines: usize) -> Option<String> {
    let excepted = LONG_FILES.iter().any(|(file, _)| *file == path);
    match (FILE_LINES_MAX < lines, excepted) {
        (true, false) => Some(format!("{path}: {lines} lines, at most {FILE_LINES_MAX}")),
        (false, true) => Some(format!("{path}: {lines} lines; it needs no exception any more")),
        (true, true) | (false, false) => None,
    }
}

fn functions(path: &str, lines: &[&str]) -> Vec<String> {
    let mut said = Vec::new();
    let mut function = None;
    for (n, line) in (1..).zip(lines) {
        let code = line.trim_start();
        let indent = line.len() - code.len();
        let begins = code.starts_with("fn ") || code.contains(" fn ");
        match function {
            None if begins && !code.starts_with("//") && !code.ends_with([';', '}']) => {
                function = Some((n, indent));
            }
            Some((start, at)) if indent == at && code.starts_with('}') => {
                let long = lines[start - 1..n].iter().filter(|line| is_code(line)).count();
                if FUNCTION_LINES_MAX < long {
                    said.push(format!(
                        "{path}:{start}: function is {long} lines, at most {FUNCTION_LINES_MAX}"
                    ));
                }
                function = None;
            }
            _ => (),
        }
    }
    said
}

fn is_code(line: &str) -> bool {
    let line = line.trim_start();
    !line.is_empty() && !line.starts_with("//")
}

/// Titles outside code blocks.
fn titles(path: &str, text: &str) -> Option<String> {
    let mut in_code = false;
    let mut titles = 0;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if !in_code && line.starts_with("# ") {
            titles += 1;
        }
    }
    (titles != 1).then(|| format!("{path}: {titles} titles (`# …`), exactly one"))
}

fn leftovers(path: &str, text: &str) -> Vec<String> {
    let found = |(n, line): (usize, &str)| {
        let word = LEFTOVERS.iter().find(|word| line.contains(**word))?;
        Some(format!("{path}:{n}: `{word}` is left over"))
    };
    (1..).zip(text.lines()).filter_map(found).collect()
}

/// Written text of the repository, in order of name: no build output, no data, no snapshots.
fn files_below(dir: &Path) -> Vec<PathBuf> {
    const SKIPPED: [&str; 8] = [
        ".git",
        "target",
        "data",
        "handshake-data",
        "handshake-demo",
        "node_modules",
        "golden",
        "vectors",
    ];
    const KINDS: [&str; 10] = ["rs", "md", "toml", "kdl", "js", "mjs", "css", "html", "sh", "lua"];
    let mut entries: Vec<PathBuf> =
        fs::read_dir(dir).unwrap().map(|it| it.unwrap().path()).collect();
    entries.sort();
    let mut files = Vec::new();
    for path in entries {
        let name = path.file_name().unwrap().to_str().unwrap_or_default();
        let kind = path.extension().and_then(|it| it.to_str()).unwrap_or_default();
        if path.is_dir() && !SKIPPED.contains(&name) {
            files.extend(files_below(&path));
        } else if path.is_file() && KINDS.contains(&kind) {
            files.push(path);
        }
    }
    files
}

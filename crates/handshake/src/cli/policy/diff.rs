//! `handshake policy diff`: what a new version changes, and whose permission it outgrows.

use std::path::PathBuf;

use handshake_core::policy::{self, Diff, Difference, Effect, Line, Policy};
use handshake_core::projection::{Outgrown, concerned};
use handshake_core::vocabulary::Name;

use super::read_policy_file;
use crate::cli::failure::Failure;
use crate::cli::open::{self, Opened};
use crate::cli::print::Printer;
use crate::config::Places;
use crate::http::wire::DiffReply;
use crate::http::{Compared, diff_document};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct DiffArgs {
    /// The old file and the new; or the new alone, to compare it with the one published
    #[arg(num_args = 1..=2, value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Site; may be left out where there is only one
    #[arg(long, value_name = "NAME", value_parser = open::name)]
    site: Option<Name>,
    /// Print a page that stands by itself, to attach to a merge request
    #[arg(long)]
    html: bool,
}

const EFFECTS: [(Effect, &str); 5] = [
    (Effect::Widened, "Allowed now, and not before"),
    (Effect::Worse, "Worse for people"),
    (Effect::Reworded, "Said in other words"),
    (Effect::Narrowed, "No longer allowed"),
    (Effect::Better, "Better for people"),
];

pub(super) fn run(it: &DiffArgs, places: &Places, printer: &Printer) -> Result<(), Failure> {
    if it.html && printer.is_json() {
        return Err(Failure::Usage(
            "`--html` and `--json` are two answers; ask for one".to_owned(),
        ));
    }
    let (old, new, outgrown) = match it.files.as_slice() {
        [old, new] => (load(old, printer)?, load(new, printer)?, None),
        [new] => {
            let new = load(new, printer)?;
            let opened = Opened::existing(places)?;
            let site = open::open_site(&opened, it.site.as_ref())?;
            let compared = site.look(|state| {
                let newest = state.policies.newest()?;
                let (imagined, boxes) = state.policies.imagined(&new, &state.names);
                let outgrown = state.people.agreed.outgrown(&imagined, &boxes);
                Some(((*newest.policy).clone(), outgrown))
            })?;
            let (old, outgrown) = compared.0.ok_or_else(|| {
                Failure::Refused(
                    "nothing is published to compare with; name the old file before the new"
                        .to_owned(),
                )
            })?;
            (old, new, Some(outgrown))
        }
        _ => return Err(Failure::Usage("give one file, or an old and a new one".to_owned())),
    };
    let diff = policy::diff(&old, &new);
    if it.html {
        let outgrown = outgrown.as_deref();
        let compared = Compared { old: &old, new: &new, diff: &diff, outgrown };
        printer.page(&diff_document(&compared));
    } else {
        printer.answer(&DiffReply::new(&diff, outgrown.as_deref()), || {
            text(&old, &new, &diff, outgrown.as_deref())
        });
    }
    if diff.words_alone() && new.change.is_none() {
        return Err(Failure::Refused(
            "words changed where nothing else did, and nobody but their author knows whether they \
             mean the same: say `change \"…\" kind=wording` or `kind=meaning`"
                .to_owned(),
        ));
    }
    match diff.is_material() || means_otherwise(&diff, &new) {
        true => Err(Failure::Material),
        false => Ok(()),
    }
}

fn load(file: &std::path::Path, printer: &Printer) -> Result<Policy, Failure> {
    let source = read_policy_file(file, printer)?;
    policy::read(&source)
        .map_err(|_| Failure::Refused(format!("`{}` cannot be read as a policy", file.display())))
}

/// The author says that the new words mean something else.
fn means_otherwise(diff: &Diff, new: &Policy) -> bool {
    let meaning = new.change.as_ref().is_some_and(|it| it.kind == policy::ChangeKind::Meaning);
    meaning && diff.of(Effect::Reworded).next().is_some()
}

fn text(old: &Policy, new: &Policy, diff: &Diff, outgrown: Option<&[Outgrown]>) -> String {
    let mut out = vec![headline(old, new, diff)];
    for (effect, heading) in EFFECTS {
        let mut some = diff.of(effect).peekable();
        if some.peek().is_none() {
            continue;
        }
        out.push(String::new());
        out.push(format!("{heading}:"));
        out.extend(some.flat_map(|it| lines(it, outgrown)));
    }
    if let Some(outgrown) = outgrown {
        out.push(String::new());
        out.push(affected(outgrown));
        out.extend(outgrown.iter().map(|it| {
            format!("  {}: ask {} people again, for {}", it.purpose, it.people, missing(it))
        }));
    }
    out.join("\n")
}

fn headline(old: &Policy, new: &Policy, diff: &Diff) -> String {
    let (was, is) = (old.version, new.version);
    let count = diff.of(Effect::Widened).count();
    match (diff.differences.is_empty(), count) {
        (true, _) => format!("version {is} means the same as version {was}"),
        (false, 0) => format!("version {is} allows nothing that version {was} did not"),
        (false, 1) => format!("version {is} widens the deal of version {was} in 1 way"),
        (false, count) => format!("version {is} widens the deal of version {was} in {count} ways"),
    }
}

fn lines(it: &Difference, outgrown: Option<&[Outgrown]>) -> Vec<String> {
    let purpose = it.purpose.as_ref().map_or(String::new(), |it| format!("{it}: "));
    let place = |line: Option<Line>| line.map_or("-".to_owned(), |it| it.0.to_string());
    let mut lines = vec![format!(
        "  {purpose}{} [{}, line {} → {}]",
        it.said,
        it.class.as_str(),
        place(it.lines.0),
        place(it.lines.1)
    )];
    lines.extend(it.witness.as_ref().map(|it| format!("      as in: {it}")));
    let people = outgrown.and_then(|all| concerned(all, it));
    lines.extend(people.map(|it| format!("      permissions that do not cover it: {it}")));
    lines
}

fn affected(outgrown: &[Outgrown]) -> String {
    let people: u64 = outgrown.iter().map(|it| it.people).sum();
    match people {
        0 => "Everybody's permission still covers what this policy wants.".to_owned(),
        1 => "The permission of 1 person no longer covers what this policy wants:".to_owned(),
        people => {
            format!("{people} permissions no longer cover what this policy wants:")
        }
    }
}

/// What was not agreed to, which is all that a second ask is about.
fn missing(it: &Outgrown) -> String {
    let names = [&it.data, &it.recipients, &it.channels].into_iter().flatten();
    let names: Vec<String> = names.map(|it| format!("`{it}`")).collect();
    match names.is_empty() {
        true => "all of it at once".to_owned(),
        false => names.join(", "),
    }
}

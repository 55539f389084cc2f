//! `handshake policy check`: everything that is wrong with a policy file, and the manual's page on it.

use std::fmt;
use std::path::{Path, PathBuf};

use handshake_core::policy::{Problem, Severity, check_at, explained, hash, near_explained, read};
use handshake_core::vocabulary::hex;
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode,
};
use serde_json::{Value, json};

use super::load;
use crate::cli::failure::Failure;
use crate::cli::print::Printer;
use crate::clock;

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct CheckArgs {
    /// The policy file
    #[arg(required_unless_present = "explain")]
    file: Option<PathBuf>,
    /// Say why something is a problem and how to mend it, instead; as in `--explain bundled`
    #[arg(long, value_name = "SLUG", conflicts_with = "file")]
    explain: Option<String>,
}

pub(super) fn run(it: &CheckArgs, printer: &Printer) -> Result<(), Failure> {
    match (&it.file, &it.explain) {
        (_, Some(slug)) => explain(slug, printer),
        (Some(file), None) => check_file(file, printer),
        (None, None) => Err(Failure::Usage("give a file to check".to_owned())),
    }
}

fn explain(slug: &str, printer: &Printer) -> Result<(), Failure> {
    let Some(text) = explained(slug) else {
        let meant = near_explained(slug).map_or_else(
            || "docs/POLICY-LINTS.md and docs/POLICY-MISTAKES.md list them".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(Failure::Usage(format!("`{slug}` is no kind of problem; {meant}")));
    };
    printer.answer(&json!({"slug": slug, "text": text}), || format!("{slug}\n\n{text}"));
    Ok(())
}

fn check_file(file: &Path, printer: &Printer) -> Result<(), Failure> {
    let source = load(file)?;
    let problems = problems(&source);
    let mistakes = problems.iter().filter(|it| it.severity == Severity::Mistake).count();
    let known = read(&source).ok();
    let value = json!({
        "file": file.display().to_string(),
        "hash": known.as_ref().map(|it| hex(&hash(it))),
        "version": known.as_ref().map(|it| it.version),
        "problems": problems.iter().map(problem_value).collect::<Vec<_>>(),
    });
    printer.answer(&value, || {
        let drawn = problems.iter().map(|it| drawn(it, file, &source));
        let mut said: Vec<String> = drawn.collect();
        if !problems.is_empty() {
            said.push(
                "`handshake policy check --explain NAME` says why, and how to mend it.".to_owned(),
            );
        }
        said.push(match (&known, mistakes, problems.len()) {
            (Some(it), 0, warnings) => format!(
                "`{}` version {} is sound: {}, {}, hash {}",
                it.name,
                it.version,
                counted(it.purposes.len(), "purpose"),
                counted(warnings, "warning"),
                hex(&hash(it)),
            ),
            (_, mistakes, all) => {
                let warnings = counted(all - mistakes, "warning");
                format!("{}, {warnings}", counted(mistakes, "mistake"))
            }
        });
        said.join("\n")
    });
    match mistakes {
        0 => Ok(()),
        _ => Err(Failure::Refused(format!("`{}` cannot be published", file.display()))),
    }
}

fn problem_value(it: &Problem) -> Value {
    json!({
        "slug": it.slug, "line": it.line, "column": it.column, "said": it.said, "help": it.help,
        "see": it.see(),
        "severity": match it.severity { Severity::Mistake => "mistake", Severity::Warning => "warning" },
    })
}

/// A problem with its line of the file and a caret under it, and where the manual explains it.
pub(super) fn drawn(it: &Problem, file: &Path, source: &str) -> String {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor());
    let source = NamedSource::new(file.display().to_string(), source.to_owned());
    let mut out = String::new();
    let drawn = match handler.render_report(&mut out, &Drawn { problem: it, source: &source }) {
        Ok(()) => out.trim_end().to_owned(),
        Err(_) => it.to_string(),
    };
    match it.see() {
        Some(see) => format!("{drawn}\n   see: {see}\n"),
        None => drawn,
    }
}

/// A problem beside its source. What is wrong is said once, above; the picture shows where.
#[derive(Debug)]
struct Drawn<'a> {
    problem: &'a Problem,
    source: &'a NamedSource<String>,
}

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem.said)
    }
}

impl std::error::Error for Drawn<'_> {}

impl Diagnostic for Drawn<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.problem.code()
    }

    fn severity(&self) -> Option<miette::Severity> {
        self.problem.severity()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.problem.help()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = LabeledSpan::new(None, self.problem.offset, self.problem.length);
        Some(Box::new(std::iter::once(span)))
    }
}

/// `1 mistake`, `2 mistakes`.
pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// Everything said of a source, by the reader or else by the check.
pub(super) fn problems(source: &str) -> Vec<Problem> {
    match read(source) {
        Ok(policy) => check_at(&policy, source, clock::now()),
        Err(problems) => problems,
    }
}

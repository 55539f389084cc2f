//! The outer form of a policy file, looked at before it is parsed.
//!
//! A policy needs little of KDL: lines, braces, `//` comments and quoted texts. Whatever else KDL
//! offers is refused here. That keeps the file readable, and it keeps hostile input away from a
//! parser that recurses once per mistake: each line is parsed alone first, and the file as a whole
//! only when no line has a mistake.

use kdl::{KdlDocument, KdlError};

use crate::policy::problem::{Problem, Severity, Sheet, Span, unseen};

pub(super) const BYTES_MAX: usize = 4 << 20;
const DEPTH_MAX: usize = 8;
const LINE_BYTES_MAX: usize = 64 << 10;
const EQUALS_MAX: usize = 64;
pub(super) const PROBLEMS_MAX: usize = 100;

/// Parses a file, or says everything that keeps it from being parsed.
pub(in crate::policy) fn parse(
    sheet: &Sheet<'_>,
    source: &str,
) -> Result<KdlDocument, Vec<Problem>> {
    let mistake = |span, slug, said: String, help: &str| {
        vec![sheet.problem(Severity::Mistake, span, slug, said, help)]
    };
    let start = Span { offset: 0, length: 0 };
    if BYTES_MAX < source.len() {
        let said = format!("the file has {} bytes", source.len());
        return Err(mistake(start, "file-too-long", said, "a policy has at most 4 MiB"));
    }
    let hidden = hidden_characters(sheet, source);
    if !hidden.is_empty() {
        return Err(hidden);
    }
    let mut scan = Scan::new(sheet, source);
    scan.run();
    if !scan.problems.is_empty() {
        return Err(scan.problems);
    }
    KdlDocument::parse_v2(source).map_err(|error| {
        let said = syntax(sheet, 0, &error);
        match said.is_empty() {
            true => mistake(start, "syntax", "this is no KDL".to_owned(), "see docs/POLICY.md"),
            false => said,
        }
    })
}

fn hidden_characters(sheet: &Sheet<'_>, source: &str) -> Vec<Problem> {
    let ordinary = |it: char| matches!(it, '\n' | '\t');
    let mut problems = Vec::new();
    for (offset, it) in source.char_indices() {
        let crlf = it == '\r' && source.get(offset + 1..).is_some_and(|it| it.starts_with('\n'));
        let hidden = unseen(it.encode_utf8(&mut [0; 4])).is_some();
        if hidden && !ordinary(it) && !crlf && problems.len() < PROBLEMS_MAX {
            let span = Span { offset, length: it.len_utf8() };
            let said = format!("`{}` cannot be seen", it.escape_unicode());
            let help = "leave out characters that are invisible or turn the reading direction";
            problems.push(sheet.problem(Severity::Mistake, span, "hidden-character", said, help));
        }
    }
    problems
}

/// Problems that the parser found, at most `PROBLEMS_MAX`.
fn syntax(sheet: &Sheet<'_>, base: usize, error: &KdlError) -> Vec<Problem> {
    let told = error.diagnostics.iter().take(PROBLEMS_MAX).map(|it| {
        let span = Span { offset: base + it.span.offset(), length: it.span.len() };
        let message = it.message.as_deref().unwrap_or("this is no KDL");
        let help = it.help.as_deref().unwrap_or("write `name value property=value`");
        let (said, help) = (small(message), small(help.trim_end_matches('.')));
        sheet.problem(Severity::Mistake, span, "syntax", said, help)
    });
    told.collect()
}

/// The parser begins its messages with a capital letter, and we do not.
fn small(message: &str) -> String {
    let mut letters = message.chars();
    let first = letters.next().map(|it| it.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// Walks over the characters once, knowing only texts, comments, braces and ends of lines.
struct Scan<'a> {
    sheet: &'a Sheet<'a>,
    source: &'a str,
    at: usize,
    /// Where the line being read starts; `;`, `{` and `}` end a line as well.
    line_start: usize,
    equals: usize,
    /// Where each open brace stands.
    open: Vec<usize>,
    problems: Vec<Problem>,
}

impl<'a> Scan<'a> {
    fn new(sheet: &'a Sheet<'a>, source: &'a str) -> Scan<'a> {
        let (open, problems) = (Vec::new(), Vec::new());
        Scan { sheet, source, at: 0, line_start: 0, equals: 0, open, problems }
    }

    fn rest(&self) -> &'a str {
        self.source.get(self.at..).unwrap_or_default()
    }

    fn mistake(&mut self, length: usize, slug: &'static str, said: &str, help: &str) {
        if self.problems.len() < PROBLEMS_MAX {
            let span = Span { offset: self.at, length };
            self.problems.push(self.sheet.problem(Severity::Mistake, span, slug, said, help));
        }
    }

    fn run(&mut self) {
        while let Some(it) = self.rest().chars().next() {
            match it {
                '"' => self.text(),
                '/' | '#' | '(' | ')' | '\\' => self.rare(it),
                '{' => self.opened(),
                '}' => self.closed(),
                '\n' | ';' => {
                    self.end_line();
                    self.at += 1;
                    self.line_start = self.at;
                }
                _ => {
                    self.equals += usize::from(it == '=');
                    self.at += it.len_utf8();
                }
            }
        }
        self.end_line();
        for offset in std::mem::take(&mut self.open) {
            self.at = offset;
            self.mistake(1, "open-brace", "this brace is never closed", "close it with `}`");
        }
    }

    /// Characters that begin something of KDL which a policy does not need.
    fn rare(&mut self, it: char) {
        let rest = self.rest();
        if rest.starts_with("//") {
            self.end_line();
            self.at += rest.find('\n').unwrap_or(rest.len());
            self.line_start = self.at;
            return;
        }
        if rest.starts_with("/*") {
            let help = "begin each line of a comment with `//`";
            self.mistake(2, "block-comment", "`/*` comments are not read", help);
        } else if rest.starts_with("/-") {
            let help = "comment lines out with `//`";
            self.mistake(2, "slashdash", "`/-` is not read", help);
        } else if it == '#' {
            let help = "write texts as \"text\", and `yes` or `no`";
            self.mistake(1, "hash-sign", "`#` outside a text is not read", help);
        } else if it == '(' || it == ')' {
            self.mistake(
                1,
                "parenthesis",
                &format!("`{it}` outside a text is not read"),
                "leave it out",
            );
        } else if it == '\\' {
            let help = "write everything about one thing on one line";
            self.mistake(1, "continued-line", "`\\` outside a text is not read", help);
        }
        self.at += 1;
    }

    /// A text in double quotes, on one line.
    fn text(&mut self) {
        if self.rest().starts_with("\"\"\"") {
            self.mistake(3, "long-text", "texts of several lines are not read", "use \"text\"");
            self.at += 3;
            return;
        }
        let mut escaped = false;
        for (at, it) in self.rest().char_indices().skip(1) {
            match it {
                '\n' => break,
                '"' if !escaped => {
                    self.at += at + 1;
                    return;
                }
                _ => escaped = it == '\\' && !escaped,
            }
        }
        self.mistake(1, "open-text", "this text has no end on its line", "end it with `\"`");
        self.at += self.rest().find('\n').unwrap_or(self.rest().len());
        self.line_start = self.at;
    }

    fn opened(&mut self) {
        let line = self.source.get(self.line_start..self.at).unwrap_or_default();
        if line.trim().is_empty() {
            let help = "write a name before it, on the same line";
            self.mistake(1, "nameless-brace", "this brace belongs to nothing", help);
        }
        if self.open.len() == DEPTH_MAX {
            let help = format!("nest at most {DEPTH_MAX} deep");
            self.mistake(1, "too-deep", "this is nested too deep", &help);
        }
        self.end_line();
        self.open.push(self.at);
        self.at += 1;
        self.line_start = self.at;
    }

    fn closed(&mut self) {
        self.end_line();
        if self.open.pop().is_none() {
            self.mistake(1, "extra-brace", "this brace closes nothing", "take it away");
        }
        self.at += 1;
        let after = self.rest().trim_start_matches([' ', '\t', '\r']);
        let ends = after.is_empty() || after.starts_with(['\n', ';', '}']);
        if !ends && !after.starts_with("//") {
            self.mistake(
                1,
                "after-brace",
                "something follows this brace",
                "begin a new line after it",
            );
        }
        self.line_start = self.at;
    }

    /// Parses the line that ends here alone.
    fn end_line(&mut self) {
        let line = self.source.get(self.line_start..self.at).unwrap_or_default();
        let equals = std::mem::take(&mut self.equals);
        let end = std::mem::replace(&mut self.at, self.line_start);
        if LINE_BYTES_MAX < line.len() || EQUALS_MAX < equals {
            let help = format!("at most {LINE_BYTES_MAX} bytes and {EQUALS_MAX} properties");
            self.mistake(line.len(), "line-too-long", "this line is too long", &help);
        } else if !line.trim().is_empty()
            && self.problems.len() < PROBLEMS_MAX
            && let Err(error) = KdlDocument::parse_v2(line)
        {
            let said = syntax(self.sheet, self.line_start, &error);
            self.problems.extend(said.into_iter().take(1));
        }
        self.at = end;
    }
}

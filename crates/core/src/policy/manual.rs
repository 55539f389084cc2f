//! The pages of the manual about problems with a policy, as the program carries them: one for each
//! kind, named by its slug.

use super::problem::nearest;

/// Each file, and where it lies in the repository.
const FILES: [(&str, &str); 2] = [
    ("docs/POLICY-LINTS.md", include_str!("../../../../docs/POLICY-LINTS.md")),
    ("docs/POLICY-MISTAKES.md", include_str!("../../../../docs/POLICY-MISTAKES.md")),
];
const HEADING: &str = "\n### ";

/// The page about a kind of problem, without its heading.
pub fn explained(slug: &str) -> Option<&'static str> {
    pages().find(|it| it.slug == slug).map(|it| it.text)
}

/// The kinds of problem that have a page, in the order of the manual.
pub fn explained_slugs() -> impl Iterator<Item = &'static str> {
    pages().map(|it| it.slug)
}

/// The kind of problem that a misspelt one most likely means.
pub fn near_explained(slug: &str) -> Option<&'static str> {
    nearest(slug, explained_slugs())
}

/// Where the page about a kind of problem stands: `docs/POLICY-LINTS.md#bundled`.
pub(super) fn see(slug: &str) -> Option<String> {
    pages().find(|it| it.slug == slug).map(|it| format!("{}#{slug}", it.file))
}

/// The kinds that a file of the manual explains.
#[cfg(test)]
pub(super) fn slugs_of(file: &str) -> impl Iterator<Item = &'static str> {
    pages().filter(move |it| it.file == file).map(|it| it.slug)
}

struct Page {
    file: &'static str,
    slug: &'static str,
    text: &'static str,
}

fn pages() -> impl Iterator<Item = Page> {
    FILES.into_iter().flat_map(|(file, text)| {
        text.split(HEADING).skip(1).filter_map(move |it| {
            let (slug, rest) = it.split_once('\n')?;
            let text = rest.split_once("\n## ").map_or(rest, |(text, _)| text);
            Some(Page { file, slug, text: text.trim() })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    /// Every slug that the reader or the check may give, found in their source: the first bare
    /// text of a call that makes a problem, and the slugs that a `match` chooses.
    fn slugs_in_code(room: &str) -> BTreeSet<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/policy").join(room);
        let mut found = BTreeSet::new();
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_test =
                ["tests.rs", "cases.rs", "mistakes.rs"].iter().any(|it| path.ends_with(it));
            if is_test || path.extension().is_none_or(|it| it != "rs") {
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
            for call in ["mistake(", "warning(", "warning_of(", "problem("] {
                found.extend(code.split(call).skip(1).filter_map(slug_of_call));
            }
            let arms = code.split("=> \"").skip(1).filter_map(|it| it.split_once('"'));
            found.extend(arms.map(|(it, _)| it.to_owned()).filter(|it| it.starts_with("unknown-")));
        }
        found
    }

    /// The first argument that is a bare text and could be a slug.
    fn slug_of_call(rest: &str) -> Option<String> {
        let (mut depth, mut quoted, mut escaped) = (0u32, false, false);
        let mut argument = String::new();
        for it in rest.chars() {
            match it {
                _ if quoted => {
                    quoted = it != '"' || escaped;
                    escaped = it == '\\' && !escaped;
                }
                '"' => quoted = true,
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' if depth == 0 => return slug(&argument),
                ')' | ']' | '}' => depth -= 1,
                ',' if depth == 0 => match slug(&argument) {
                    Some(found) => return Some(found),
                    None => {
                        argument.clear();
                        continue;
                    }
                },
                _ => (),
            }
            argument.push(it);
        }
        None
    }

    fn slug(argument: &str) -> Option<String> {
        let bare = argument.trim().strip_prefix('"')?.strip_suffix('"')?;
        let allowed = |it: char| it.is_ascii_lowercase() || it == '-';
        (!bare.is_empty() && bare.chars().all(allowed)).then(|| bare.to_owned())
    }

    #[test]
    fn every_slug_has_its_page_and_no_page_is_orphaned() {
        for (room, file) in [("check", "docs/POLICY-LINTS.md"), ("read", "docs/POLICY-MISTAKES.md")]
        {
            let mut code = slugs_in_code(room);
            if room == "read" {
                // Chosen by a function rather than named in a call or after an arrow of its own.
                code.extend(["yes-or-no", "wrong-word"].map(str::to_owned));
            }
            let pages: BTreeSet<String> = slugs_of(file).map(str::to_owned).collect();
            let without: Vec<_> = code.difference(&pages).collect();
            assert!(without.is_empty(), "no page in {file}: {without:?}");
            let orphaned: Vec<_> = pages.difference(&code).collect();
            assert!(orphaned.is_empty(), "no code gives these of {file}: {orphaned:?}");
        }
    }

    #[test]
    fn a_page_says_why_and_names_each_kind_once() {
        let all: Vec<&str> = explained_slugs().collect();
        let once: BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(once.len(), all.len(), "a slug has two pages");
        for slug in all {
            let text = explained(slug).unwrap();
            assert!(30 < text.len(), "{slug}: {text}");
        }
        for slug in slugs_of("docs/POLICY-LINTS.md") {
            let text = explained(slug).unwrap();
            let severity = text.starts_with("**Warning.**") || text.starts_with("**Mistake");
            assert!(severity && text.contains("```kdl\n"), "{slug} shows no line: {text}");
        }
        assert_eq!(see("bundled").unwrap(), "docs/POLICY-LINTS.md#bundled");
        assert_eq!((see("nonsense"), explained("nonsense")), (None, None));
        assert_eq!(near_explained("bundeld"), Some("bundled"));
    }
}

//! Every kind of mistake that a file can have, and what is said of it, word for word.

use std::collections::BTreeSet;

use super::read;
use crate::policy::explained;
use crate::policy::manual;
use crate::policy::problem::Problem;

const SMALL: &str = include_str!("../small.kdl");
/// So many kinds there must be at least.
const KINDS_MIN: usize = 60;
/// Guards against mistakes of ours: a part that is not understood, and a list of words without a
/// slug of its own. No file is known that is answered so.
const NEVER_SEEN: [&str; 2] = ["unread", "unknown-word"];

/// What to put in the place of what in the small policy.
const BROKEN: &[(&str, &str)] = &[
    // The form of the file.
    ("channels { web; ads }", "channels { web; ads"),
    ("channels { web; ads }", "channels { web; ads } }"),
    ("channels { web; ads }", "channels { web; ads } tags { }"),
    ("channels { web; ads }", "channels\n{ web; ads }"),
    ("\"Shop Ltd\"", "\"Shop Ltd"),
    ("\"Shop Ltd\"", "\"\"\"Shop Ltd\"\"\""),
    ("\"Shop Ltd\"", "#true"),
    ("tags {", "/* none */ tags {"),
    ("tags {", "/-tags {"),
    ("tags {", "(x)tags {"),
    ("per=month", "per=month \\\n    mode=observe"),
    ("ledger-costs {", "= ledger-costs {"),
    ("Use your measurements.", "Use your \\u{202e}measurements."),
    ("Use your measurements.", "Use your \u{202e}measurements."),
    // The head.
    ("policy shop", "polici shop"),
    ("policy shop", "policy \"My Shop\""),
    ("version=2", "version=0"),
    ("version=2 ", ""),
    ("replaces=1", "replaces=2"),
    ("effective=\"2026-12-01T00:00:00Z\"", "effective=\"1 December\""),
    ("  currency EUR\n", ""),
    ("currency EUR", "currency Euro"),
    ("currency EUR", "currency EUR EUR"),
    ("\"Shop Ltd\"", "\" \""),
    ("\"Shop Ltd\"", "5"),
    ("contact=", "contakt="),
    ("contact=\"privacy@shop.example\"", "contact=\"a@b\" contact=\"c@d\""),
    ("applies-in EU", "applies-in Europe"),
    ("applies-in EU", "applies-in EU EU"),
    ("languages en de", "languages en german"),
    ("languages en de", "languages en"),
    ("Europe/Berlin", "Europe/Bonn"),
    ("below=16", "below=99"),
    ("need=guardian", "need=parents"),
    ("anything-else not-allowed", "anything-else allowed"),
    ("mode=enforce", "mode=enforced"),
    ("kind=wording", "kind=words"),
    ("  ask-budget", "  keep 30 days after collection\n  ask-budget"),
    // Places.
    ("basis permission explicit", "basis permission explicit\n  basis contract in=JP"),
    ("basis permission explicit", "basis permission explicit\n  only-in JP"),
    (
        "basis permission explicit",
        "basis permission explicit\n  basis permission in=EU\n  basis contract in=EU",
    ),
    ("basis permission explicit", "basis permission explicit in=EU"),
    ("when tag=bought-toys", "in Europe; when tag=bought-toys"),
    ("when tag=bought-toys", "recipients country=Germany; when tag=bought-toys"),
    ("binds=device,person", "binds=device,person in=US"),
    // Waivers.
    ("law=\"CCPA\"", "law=\"CCPA\" mode=observe waiver=w-7"),
    ("law=\"CCPA\"", "law=\"CCPA\" mode=observe until=\"2027-01-31T00:00:00Z\""),
    ("law=\"CCPA\"", "law=\"CCPA\" waiver=w-7 until=\"2027-01-31T00:00:00Z\""),
    ("law=\"CCPA\"", "law=\"CCPA\" mode=observe waiver=w-7 until=\"31 January\""),
    // What is declared.
    ("behaviour { viewed; carted }", "behaviour { viewed; carted; viewed }"),
    ("behaviour { viewed; carted }", "behaviour { viewed; carted; behaviour.bought }"),
    ("behaviour { viewed; carted }", "behaviour { viewed; carted }; any"),
    ("interest { road", "interest { Road"),
    ("sensitive=yes", "sensitive=maybe"),
    ("{ height }", "{ height sensitive=no }"),
    ("match from=\"interest\"", "match from=\"derived.match\""),
    ("from=behaviour.carted", "from=behaviour.karted"),
    ("from=behaviour.carted", ""),
    ("kind=ourselves", "kind=ourselves sale=yes"),
    ("kind=ourselves", "kind=us"),
    ("country=US", "country=USA"),
    ("tcf-vendor=9999", "tcf-vendor=99999"),
    // Purposes.
    ("basis permission\n", "basis consent\n"),
    ("basis permission explicit", "basis permission express"),
    ("uses body", "uses body income"),
    ("uses body", "uses 5"),
    ("uses body", "uses body body"),
    ("uses body", "use body"),
    ("  uses body\n", ""),
    ("uses body", "uses"),
    ("uses body", "uses body { height }"),
    ("uses body", "uses body\n  uses body"),
    ("uses body", "uses body\n  purposes fit"),
    ("uses body", "uses body\n  purpose it"),
    ("uses body", "uses body\n  currency EUR"),
    ("with exchange", "with exchanges"),
    ("on ads", "on add"),
    ("keep 13 months after last-visit", "keep 13.5 months after last-visit"),
    ("keep 13 months after last-visit", "keep 13 moons after last-visit"),
    ("keep 13 months after last-visit", "keep 13 months since last-visit"),
    ("keep 13 months after last-visit", "keep 13 months after last-visits"),
    ("keep 13 months after last-visit", "keep 13 months"),
    ("0.0021 EUR", "2.1e-3 EUR"),
    ("0.0021 EUR", "-0.0021 EUR"),
    ("0.0021 EUR", "0.0021 USD"),
    ("in {interest}.", "in {name}."),
    ("interest { road; gravel }", "hobby { road; gravel }"),
    ("at-most 2 per=month", "at-most 2 per=moon"),
    ("stops-for objection gpc", "stops-for objection ccpa"),
    ("within=48 hours", "within=0 hours"),
    ("serves recommendations", "serves recomendations"),
    ("serves recommendations", "serves pooled-recommendations"),
    ("serves recommendations pooled-recommendations", "serves"),
    ("  on ads\n", "  on ads; serves recommendations\n"),
    ("of=fit", "of=fitt"),
    ("holdout 5 percent", "holdout 100 percent"),
    ("holdout 5 percent", "holdout 5 per-cent"),
    ("rotates=quarterly", "rotates=daily"),
    // Promises and signals.
    ("{ purposes retarget; when tag", "{ purposes retarget; except fit; when tag"),
    ("{ purposes retarget; when tag=bought-toys }", "{ mode enforce }"),
    ("when tag=bought-toys", "when"),
    ("when tag=bought-toys", "when tag=bought-toy"),
    ("when tag=bought-toys", "when signal=ccpa"),
    ("when tag=bought-toys", "uses body"),
    ("gpc means", "gcp means"),
    ("means=objection", "means=refusal"),
    ("binds=device,person", "binds=device,house"),
    // Figures.
    ("ask 0.004 EUR", "ask 0.004 EUR; ask 0.005 EUR"),
    (" source=guess by=\"marketing\" on=\"2026-11-02\"", ""),
    (" by=\"marketing\"", ""),
    ("on=\"2026-11-02\"", "on=\"2026-11-31\""),
    ("worth { retarget", "worth { advertise"),
];

fn mistakes(source: &str) -> Vec<Problem> {
    read(source).err().unwrap_or_default()
}

/// A mistake as a person sees it: the line, and a caret under each letter of it.
fn drawn(it: &Problem, source: &str) -> String {
    let text = source.lines().nth(usize::try_from(it.line).unwrap() - 1).unwrap_or_default();
    let before = usize::try_from(it.column).unwrap() - 1;
    let marked = source.get(it.offset..it.offset + it.length).unwrap();
    let marked = marked.lines().next().unwrap_or_default().chars().count().max(1);
    let visible = |text: &str| text.replace('\u{202e}', "?");
    format!(
        "  {}\n  {}{}\n  {} {}:{}: {}; {}\n",
        visible(text),
        " ".repeat(before),
        "^".repeat(marked),
        it.slug,
        it.line,
        it.column,
        it.said,
        it.help
    )
}

/// Files that are too big in one way or another.
fn too_big() -> Vec<(&'static str, String)> {
    let many = |count: usize| (0..count).map(|it| format!("x{it}; ")).collect::<String>();
    let small = |was: &str, is: String| SMALL.replacen(was, &is, 1);
    let long_line = format!("ledger-costs {{ ask 0.004 EUR{} }}", " ".repeat(70_000));
    vec![
        ("400 leaves", small("gravel }", format!("{} }}", many(400)))),
        ("65 channels", small("web; ads }", format!("web; ads; {} }}", many(63)))),
        ("a text of 1001", small("Shop Ltd", "x".repeat(1001))),
        ("a long line", small("ledger-costs { ask 0.004 EUR }", long_line)),
        ("nested nine deep", small("{ road; gravel }", "{ a ".repeat(9) + &"}".repeat(9))),
        ("2000 unknown lines", small("uses body", "  income\n".repeat(2_000) + "uses body")),
        (
            "200 unknown names",
            small("uses body", format!("uses body {}", many(200).replace(';', ""))),
        ),
        ("200 texts without an end", "\"\n".repeat(200)),
        ("a file of 5 MiB", "a".repeat(5 << 20)),
    ]
}

#[test]
fn every_message_says_what_would_be_right() {
    assert_eq!(mistakes(SMALL), []);
    let mut table = String::new();
    for (was, is) in BROKEN {
        let source = SMALL.replacen(was, is, 1);
        assert_ne!(source, SMALL, "{was}");
        let said: Vec<String> = mistakes(&source).iter().map(|it| drawn(it, &source)).collect();
        assert!(!said.is_empty(), "{is}");
        let (was, is) = (was.escape_default(), is.escape_default());
        table.push_str(&format!("{was}  →  {is}\n{}\n", said.concat()));
    }
    for (what, source) in too_big() {
        let all = mistakes(&source);
        let ends = [all.first(), all.last().filter(|_| 1 < all.len())];
        table.push_str(&format!("{what}\n"));
        for Problem { slug, line, column, said, help, .. } in ends.into_iter().flatten() {
            table.push_str(&format!("  {slug} {line}:{column}: {said}; {help}\n"));
        }
        table.push('\n');
    }
    insta::assert_snapshot!(table);
}

#[test]
fn every_kind_of_mistake_is_seen_and_explained() {
    let broken = BROKEN.iter().map(|(was, is)| SMALL.replacen(was, is, 1));
    let sources = broken.chain(too_big().into_iter().map(|(_, source)| source));
    let mut seen = BTreeSet::new();
    for source in sources {
        for it in mistakes(&source) {
            assert!(explained(it.slug).is_some(), "`{}` has no page", it.slug);
            let see = it.see().unwrap();
            assert_eq!(see, format!("docs/POLICY-MISTAKES.md#{}", it.slug));
            seen.insert(it.slug);
        }
    }
    assert!(KINDS_MIN <= seen.len(), "{} kinds: {seen:?}", seen.len());
    seen.extend(NEVER_SEEN);
    let documented: BTreeSet<&str> = manual::slugs_of("docs/POLICY-MISTAKES.md").collect();
    let unseen: Vec<_> = documented.difference(&seen).collect();
    assert!(unseen.is_empty(), "nothing here makes these mistakes: {unseen:?}");
}

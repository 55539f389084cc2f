//! What is said of broken policies, word for word.

use crate::policy::{check, read};

const MODEL: &str = include_str!("../../../../../examples/ridgeline-bikes/policy.kdl");

/// Everything said of a source, by the reader or else by the check.
fn said(source: &str) -> String {
    let problems = match read(source) {
        Ok(policy) => check(&policy, source),
        Err(problems) => problems,
    };
    let lines = problems.iter().map(|it| format!("{:?} {}: {it}", it.severity, it.slug));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_model_has_no_mistakes() {
    insta::assert_snapshot!(said(MODEL), @r#"
Warning unused-data: line 25, column 5: no purpose uses `derived.churn-risk`; use it in a purpose, or do not collect it
Warning not-named: line 141, column 3: the words of purpose `learn-what-works` do not name `deal`; say it in `says`, or do not use it
Warning holdout-in-return: line 146, column 3: `show-recommendations` gives `demo-days` in return; see that those held out still get it
"#);
}

/// A small policy with nothing to be said of it.
const SMALL: &str = r#"policy shop version=2 replaces=1 effective="2026-12-01T00:00:00Z" {
  controller "Shop Ltd" contact="privacy@shop.example"
  applies-in EU
  languages en de
  currency EUR
  time-zone "Europe/Berlin"
  anything-else not-allowed mode=enforce
}
data {
  interest { road; gravel }
  behaviour { viewed; carted }
  derived { match from="interest" }
  body "Your measurements" sensitive=yes { height }
  deal { answers }
}
tags { bought-toys from=behaviour.carted }
recipients {
  us "Shop" kind=ourselves
  exchange "Ad Exchange" kind=third-party country=US
}
channels { web; ads }
purpose recommend {
  says en="Use what you viewed, your cart and your interest in {interest}." de="Ihr Interesse nutzen."
  basis permission
  uses behaviour interest derived
  with us
  on web
  keep 13 months after last-visit
  unit-cost 0.0021 EUR per decision; serves recommendations pooled-recommendations
}
purpose retarget {
  says en="Tell others what you viewed." de="Anderen sagen, was Sie ansehen."
  basis permission
  uses behaviour.viewed
  with exchange
  on ads
  keep 30 days after collection
  at-most 2 per=month
  must stop within=48 hours of=withdrawal
  stops-for objection gpc
}
purpose fit {
  says en="Use your measurements." de="Ihre Maße nutzen."
  basis permission explicit
  uses body
  with us
  on web
  keep 30 days after collection
}
purpose records {
  says en="Keep your answers." de="Ihre Antworten aufbewahren."
  basis legal-duty law="GDPR 7(1)"
  uses deal
  with us
  on web
  keep 6 years after last-decision law="GDPR 5(2)"
  holdout 5 percent of=recommend rotates=quarterly
}
never "No ads to buyers of toys" { purposes retarget; when tag=bought-toys }
signals { gpc means=objection to=retarget binds=device,person law="CCPA" }
ledger-costs { ask 0.004 EUR }
worth { retarget 0.0065 EUR per=impression source=guess by="marketing" on="2026-11-02" }
"#;

/// What to put in the place of what, and what is said of it then.
const BROKEN: &[(&str, &str)] = &[
    ("version=2", "version=0"),
    ("version=2 ", ""),
    ("replaces=1", "replaces=2"),
    ("policy shop", "policy \"My Shop\""),
    ("policy shop", "polici shop"),
    ("effective=\"2026-12-01T00:00:00Z\"", "effective=\"1 December\""),
    ("  currency EUR\n", ""),
    ("currency EUR", "currency Euro"),
    ("currency EUR", "currency GBP"),
    ("currency EUR", "currency EUR EUR"),
    ("contact=", "contakt="),
    ("applies-in EU", "applies-in Europe"),
    ("languages en de", "languages en german"),
    ("languages en de", "languages en"),
    ("languages en de", "languages en de fr"),
    ("Europe/Berlin", "Europe/Bonn"),
    ("anything-else not-allowed", "anything-else allowed"),
    ("mode=enforce", "mode=enforced"),
    ("mode=enforce\n", "mode=enforce\n  minors below=99 need=guardian\n"),
    ("behaviour { viewed; carted }", "behaviour { viewed; carted; viewed }"),
    ("behaviour { viewed; carted }", "behaviour { Viewed; carted }"),
    ("sensitive=yes", "sensitive=maybe"),
    ("match from=\"interest\"", "match from=\"derived.match\""),
    ("from=behaviour.carted", "from=behaviour.karted"),
    ("kind=ourselves", "kind=ourselves sale=yes"),
    ("country=US", "country=USA"),
    (" country=US", ""),
    ("basis permission\n", "basis consent\n"),
    ("  basis permission explicit\n", "  basis permission\n"),
    ("uses body", "uses body income"),
    ("uses body", "uses 5"),
    ("uses body", "uses body body"),
    ("uses body", "use body"),
    ("  uses body\n", ""),
    ("uses body", "uses body { height }"),
    ("with exchange", "with exchange us"),
    ("on ads", "on add"),
    ("keep 13 months after last-visit", "keep 13.5 months after last-visit"),
    ("keep 13 months after last-visit", "keep 13 moons after last-visit"),
    ("keep 13 months after last-visit", "keep 13 months after last-visits"),
    ("keep 13 months after last-visit", "keep 13 months"),
    ("0.0021 EUR", "2.1e-3 EUR"),
    ("0.0021 EUR", "-0.0021 EUR"),
    ("0.0021 EUR", "0.0021 USD"),
    ("{interest}", "{name}"),
    ("Use your measurements.", "Use your \\u{202e}measurements."),
    ("Use your measurements.", "Use your \u{202e}measurements."),
    ("at-most 2 per=month", "at-most 2 per=moon"),
    ("stops-for objection gpc", "stops-for objection ccpa"),
    ("  stops-for objection gpc\n", ""),
    ("  must stop", "  must stop within=0 hours\n  must stop"),
    ("of=withdrawal", "of=withdrawel"),
    ("of=withdrawal", "of=moon"),
    (" of=withdrawal", ""),
    ("of=recommend", "of=recomend"),
    ("holdout 5 percent", "holdout 100 percent"),
    ("basis legal-duty law=\"GDPR 7(1)\"", "basis legitimate-interest"),
    ("uses deal", "uses behaviour.viewed"),
    ("{ purposes retarget; when tag", "{ purposes retarget; except fit; when tag"),
    ("{ purposes retarget; when tag", "{ purposes fit; channels ads; when tag"),
    ("{ purposes retarget; when tag=bought-toys }", "{ mode enforce }"),
    ("serves recommendations", "serves recomendations"),
    ("serves recommendations", "serves pooled-recommendations"),
    ("serves recommendations pooled-recommendations", "serves"),
    ("  on ads\n", "  on ads; serves recommendations\n"),
    ("; serves recommendations pooled-recommendations", "; serves recommendations"),
    ("gpc means", "gcp means"),
    ("binds=device,person", "binds=device,house"),
    ("law=\"CCPA\"", "law=\"CCPA\" mode=observe"),
    ("  on ads\n", "  on ads; mode observe\n"),
    ("law=\"CCPA\"", "law=\"CCPA\" mode=observe waiver=w-7"),
    ("law=\"CCPA\"", "law=\"CCPA\" mode=observe until=\"2027-01-31T00:00:00Z\""),
    ("law=\"CCPA\"", "law=\"CCPA\" waiver=w-7 until=\"2027-01-31T00:00:00Z\""),
    ("law=\"CCPA\"", "law=\"CCPA\" mode=observe waiver=w-7 until=\"31 January\""),
    ("law=\"CCPA\"", "law=\"CCPA\" mode=observe waiver=w-7 until=\"2027-03-01T00:00:01Z\""),
    ("law=\"CCPA\"", "law=\"CCPA\" mode=enforce waiver=w-7 until=\"2027-01-31T00:00:00Z\""),
    ("law=\"CCPA\"", "law=\"CCPA\" mode=observe waiver=w-7 until=\"2026-11-30T00:00:00Z\""),
    (
        "when tag=bought-toys }",
        "when tag=bought-toys; mode observe waiver=w-8 until=\"2027-01-31T00:00:00Z\" }",
    ),
    ("uses deal", "uses deal; mode rehearse waiver=w-9 until=\"2027-03-01T00:00:01Z\""),
    ("ask 0.004 EUR", "ask 0.004 EUR; ask 0.005 EUR"),
    (" source=guess by=\"marketing\" on=\"2026-11-02\"", ""),
    (" by=\"marketing\"", ""),
    ("on=\"2026-11-02\"", "on=\"2026-11-31\""),
    ("worth { retarget", "worth { advertise"),
    ("channels { web; ads }", "channels { web; ads; fax }"),
    ("channels { web; ads }", "channels { web; ads"),
    ("channels { web; ads }", "channels { web; ads } }"),
    ("channels { web; ads }", "channels { web; ads } tags { }"),
    ("\"Shop Ltd\"", "\"Shop Ltd"),
    ("tags {", "/* none */ tags {"),
    ("tags {", "(x)tags {"),
    ("ledger-costs {", "= ledger-costs {"),
];

#[test]
fn every_message_says_what_would_be_right() {
    assert_eq!(said(SMALL), "");
    let mut table = String::new();
    for (was, is) in BROKEN {
        let source = SMALL.replacen(was, is, 1);
        assert_ne!(source, SMALL, "{was}");
        let said = said(&source);
        assert_ne!(said, "", "{is}");
        let (was, is) = (was.escape_default(), is.escape_default());
        table.push_str(&format!("{was}  →  {is}\n    {}\n", said.replace('\n', "\n    ")));
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_policy_has_room_for_so_much() {
    let many = |count: usize| (0..count).map(|it| format!("x{it}; ")).collect::<String>();
    let check = |was: &str, is: String| said(&SMALL.replacen(was, &is, 1));
    let told = check("gravel }", format!("{} }}", many(400)));
    insta::assert_snapshot!(told.lines().next().unwrap(), @"Mistake too-many: line 14, column 3: there are 406 data leaves; declare at most 256");
    let told = check("web; ads }", format!("web; ads; {} }}", many(63)));
    insta::assert_snapshot!(told.lines().next().unwrap(), @"Mistake too-many: line 21, column 1: there are 65 channels; declare at most 64");
    let told = check("Shop Ltd", "x".repeat(1001));
    insta::assert_snapshot!(told, @"Mistake too-long: line 2, column 14: this text has 1001 characters; use at most 1000");
    let told = said(&"a".repeat((1 << 20) + 1));
    insta::assert_snapshot!(told, @"Mistake too-long: line 1, column 1: the file has 1048577 bytes; a policy has at most 1 MiB");
    let told = check("{ road; gravel }", format!("{}{}", "{ a ".repeat(9), "}".repeat(9)));
    insta::assert_snapshot!(told.lines().next().unwrap(), @"Mistake too-deep: line 10, column 40: this is nested too deep; nest at most 8 deep");
}

#[test]
fn a_problem_points_into_the_source() {
    let source = SMALL.replace("uses body", "uses body income");
    let problem = read(&source).unwrap_err().remove(0);
    let end = problem.offset + problem.length;
    assert_eq!(source.get(problem.offset..end), Some("income"));
    let report = miette::Report::new(problem).with_source_code(source);
    let drawn = miette::NarratableReportHandler::new();
    let mut text = String::new();
    drawn.render_report(&mut text, report.as_ref()).unwrap();
    assert!(text.contains("no data `income` is declared"), "{text}");
}

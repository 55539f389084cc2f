//! Each lint by two edits of the small policy: one that it fires on, and one that it leaves alone.

/// A lint, an edit of the small policy that it fires on, and a near one that it leaves alone.
/// Several edits of one case are separated by `|`.
pub(super) struct Case {
    pub(super) slug: &'static str,
    pub(super) fires: (&'static str, &'static str),
    pub(super) quiet: (&'static str, &'static str),
}

const fn case(
    slug: &'static str,
    fires: (&'static str, &'static str),
    quiet: (&'static str, &'static str),
) -> Case {
    Case { slug, fires, quiet }
}

pub(super) const CASES: &[Case] = &[
    // What people agree to.
    case(
        "bundled",
        ("with exchange", "with exchange us"),
        ("with exchange\n  on ads", "with us\n  on ads"),
    ),
    case(
        "not-explicit",
        ("basis permission explicit", "basis permission"),
        ("basis permission explicit", "basis legal-duty law=\"MDR\""),
    ),
    case(
        "not-explicit",
        ("basis permission explicit", "basis legitimate-interest assessment=\"lia.md\""),
        (
            "basis permission\n  uses behaviour interest",
            "basis contract\n  uses behaviour interest",
        ),
    ),
    case(
        "contract-marketing",
        (
            "basis permission\n  uses behaviour.viewed\n  with exchange",
            "basis contract\n  uses behaviour.viewed\n  with exchange",
        ),
        (
            "basis permission\n  uses behaviour interest derived",
            "basis contract\n  uses behaviour interest derived",
        ),
    ),
    case(
        "no-assessment",
        ("basis legal-duty law=\"GDPR 7(1)\"", "basis legitimate-interest"),
        ("basis legal-duty law=\"GDPR 7(1)\"", "basis legitimate-interest assessment=\"lia.md\""),
    ),
    case("no-law", (" law=\"GDPR 7(1)\"", ""), (" law=\"GDPR 5(2)\"", "")),
    case(
        "law-not-enforced",
        ("law=\"CCPA\"", "law=\"CCPA\" mode=observe"),
        (" law=\"CCPA\"", " mode=observe"),
    ),
    case(
        "waiver-too-long",
        ("law=\"CCPA\"", "law=\"CCPA\" mode=observe waiver=w-7 until=\"2027-03-01T00:00:01Z\""),
        ("law=\"CCPA\"", "law=\"CCPA\" mode=observe waiver=w-7 until=\"2027-03-01T00:00:00Z\""),
    ),
    case(
        "needless-waiver",
        ("law=\"CCPA\"", "law=\"CCPA\" mode=enforce waiver=w-7 until=\"2027-01-31T00:00:00Z\""),
        ("law=\"CCPA\"", "law=\"CCPA\" mode=rehearse waiver=w-7 until=\"2027-01-31T00:00:00Z\""),
    ),
    case(
        "needless-waiver",
        (
            "when tag=bought-toys }",
            "when tag=bought-toys; mode observe waiver=w-8 until=\"2027-01-31T00:00:00Z\" }",
        ),
        (
            "when tag=bought-toys }",
            "when tag=bought-toys; law \"UCPD\"; mode observe waiver=w-8 until=\"2027-01-31T00:00:00Z\" }",
        ),
    ),
    case(
        "waiver-ended",
        ("law=\"CCPA\"", "law=\"CCPA\" mode=observe waiver=w-7 until=\"2026-11-30T00:00:00Z\""),
        ("law=\"CCPA\"", "law=\"CCPA\" mode=observe waiver=w-7 until=\"2026-12-02T00:00:00Z\""),
    ),
    case("holdout-in-return", ("of=fit", "of=recommend"), ("of=fit", "of=retarget")),
    // Words.
    case(
        "no-words",
        (
            "says en=\"Keep your answers.\" de=\"Ihre Antworten aufbewahren.\"",
            "says en=\"Keep your answers.\"",
        ),
        ("Keep your answers.", "Keep every answer."),
    ),
    case(
        "not-translated",
        ("Ihre Antworten aufbewahren.", "Keep your answers."),
        ("Ihre Antworten aufbewahren.", "Keep your Antworten."),
    ),
    case(
        "not-named",
        ("Tell Ad Exchange what you viewed.", "Tell Ad Exchange about it."),
        ("Tell Ad Exchange what you viewed.", "Tell Ad Exchange which pages you looked at."),
    ),
    case(
        "not-named",
        ("Ihre Maße nutzen.", "Ihre Daten nutzen."),
        ("Ihre Maße nutzen.", "Ihre Körpergröße nutzen."),
    ),
    case(
        "recipient-not-named",
        ("Ad Exchange sagen, was", "Unseren Partnern sagen, was"),
        ("Ad Exchange sagen, was", "Der Börse von Exchange sagen, was"),
    ),
    case(
        "recipient-not-named",
        ("Tell Ad Exchange what", "Tell an increasing number of others what"),
        (
            "kind=third-party country=US tcf-vendor=9999",
            "kind=processor country=US tcf-vendor=9999",
        ),
    ),
    case(
        "same-words",
        (
            "says en=\"Keep your answers.\" de=\"Ihre Antworten aufbewahren.\"",
            "says en=\"Use your measurements.\" de=\"Ihre Antworten aufbewahren.\"",
        ),
        ("Keep your answers.", "Use your answers and measurements."),
    ),
    case(
        "hard-to-read",
        (
            "Keep your answers.",
            "Notwithstanding aforementioned considerations, organisational responsibilities necessitate retention of your answers.",
        ),
        ("Keep your answers.", "Keep your answers for six years, to show what we agreed on."),
    ),
    case(
        "hard-to-read",
        (
            "Ihre Antworten aufbewahren.",
            "Aufbewahrung personenbezogener Antwortdokumentationen zur Erfüllung gesetzlicher Nachweisverpflichtungen gegenüber Aufsichtsbehörden.",
        ),
        (
            "Ihre Antworten aufbewahren.",
            "Ihre Antworten aufheben, um zu zeigen, was wir mit Ihnen vereinbart haben.",
        ),
    ),
    case(
        "uneven-interest",
        ("Interesse an {interest} nutzen", "Interesse nutzen"),
        ("Use what you viewed, your cart", "Use what you looked at, your cart"),
    ),
    case(
        "idle-interest",
        (
            "Use your measurements.\" de=\"Ihre Maße nutzen.",
            "Use your measurements for {interest}.\" de=\"Ihre Maße für {interest} nutzen.",
        ),
        ("uses behaviour interest derived", "uses behaviour interest.road derived"),
    ),
    // Asking, and no longer.
    case("no-objection", ("stops-for objection gpc", "stops-for gpc"), ("on ads", "on web")),
    case(
        "limit-no-objection",
        (
            "ask-again after=24 months\n  in-return",
            "at-most 2 per=week\n  ask-again after=24 months\n  in-return",
        ),
        (
            "ask-again after=24 months\n  in-return",
            "at-most 2 per=week\n  stops-for objection\n  ask-again after=24 months\n  in-return",
        ),
    ),
    case(
        "no-ask-again",
        ("  ask-again after=12 months\n", ""),
        ("after=12 months", "after=13 months"),
    ),
    case(
        "late-ask-again",
        ("after=12 months", "after=25 months"),
        ("after=12 months", "after=2 years"),
    ),
    case(
        "early-ask-again",
        ("after=12 months", "after=14 days"),
        ("after=12 months", "after=6 months"),
    ),
    case(
        "no-ask-budget",
        ("  ask-budget per-visit=1 per-quarter=3\n", ""),
        ("per-visit=1", "per-visit=2"),
    ),
    case("no-minors", ("  minors below=16 need=guardian\n", ""), ("below=16", "below=13")),
    case("low-age", ("below=16", "below=12"), ("below=16", "below=13")),
    // Signals.
    case(
        "sale-despite-gpc",
        (
            "country=US|stops-for objection gpc|to=retarget binds",
            "country=US sale=yes|stops-for objection|to=recommend binds",
        ),
        ("country=US|stops-for objection gpc", "country=US sale=yes|stops-for objection"),
    ),
    case(
        "sale-despite-gpc",
        (
            "country=US|stops-for objection gpc|to=retarget binds|applies-in EU|when tag=bought-toys",
            "country=US sale=yes|stops-for objection|to=recommend binds|applies-in EU US-CA|when signal=gpc tag=bought-toys",
        ),
        (
            "country=US|stops-for objection gpc|to=retarget binds|applies-in EU|when tag=bought-toys",
            "country=US sale=yes|stops-for objection|to=recommend binds|applies-in EU US-CA|when signal=gpc",
        ),
    ),
    case(
        "signal-unsaid",
        ("stops-for objection gpc", "stops-for objection gpc dnt"),
        ("stops-for objection gpc", "stops-for gpc objection"),
    ),
    case(
        "stop-unsaid",
        ("stops-for objection gpc", "stops-for objection"),
        ("stops-for objection gpc", "stops-for gpc"),
    ),
    case("no-tcf-vendor", (" tcf-vendor=9999", ""), ("tcf-vendor=9999", "tcf-vendor=1")),
    case(
        "tcf-unread",
        ("  tcf means=permission-or-refusal to=retarget\n", ""),
        ("tcf means=permission-or-refusal", "tcf mode=observe means=permission-or-refusal"),
    ),
    case(
        "no-tcf-purposes",
        ("  tcf-purposes 1 3 4\n", ""),
        ("tcf-purposes 1 3 4", "tcf-purposes 1"),
    ),
    // Recipients and places.
    case("no-country", (" country=US", ""), ("kind=third-party country=US", "kind=processor")),
    case("unknown-country", ("country=US", "country=XQ"), ("country=US", "country=UK")),
    case(
        "unknown-place",
        ("applies-in EU", "applies-in GB"),
        ("applies-in EU", "applies-in EEA UK US-CA CH FR-75"),
    ),
    case(
        "unknown-place",
        ("applies-in EU", "applies-in EU US-ZZ"),
        ("applies-in EU", "applies-in US-NY"),
    ),
    case("third-country", ("country=US", "country=IN"), ("country=US", "country=BR")),
    case(
        "third-country",
        ("kind=ourselves", "kind=ourselves country=CN"),
        ("country=US|applies-in EU", "country=IN|applies-in US-CA"),
    ),
    case(
        "sensitive-shared",
        ("uses body\n  with us", "uses body\n  with exchange"),
        ("uses body\n  with us", "uses behaviour\n  with exchange"),
    ),
    // Data.
    case(
        "sensitive-source",
        ("match from=\"interest\"", "match from=\"body\""),
        ("match from=\"interest\"", "match sensitive=yes from=\"body.height\""),
    ),
    case(
        "sounds-sensitive",
        ("{ viewed; carted }", "{ viewed \"What you eat, and your allergies\"; carted }"),
        ("\"Your measurements\"", "\"Your health\""),
    ),
    case(
        "unused-data",
        ("deal { answers }", "deal { answers }; money"),
        ("deal { answers }", "deal"),
    ),
    case(
        "unused-recipient",
        (
            "us \"Shop\" kind=ourselves",
            "us \"Shop\" kind=ourselves; mailer \"Posthorn\" kind=processor",
        ),
        ("us \"Shop\"", "us \"The Shop\""),
    ),
    case(
        "unused-channel",
        ("web; ads }", "web; ads; fax }"),
        ("web; ads }|on web", "web; ads; fax }|on web fax"),
    ),
    case(
        "unused-tag",
        ("when tag=bought-toys", "channels ads"),
        ("when tag=bought-toys", "channels ads; when tag=bought-toys"),
    ),
    // Keeping.
    case(
        "no-keep",
        ("  keep 13 months after last-visit\n", ""),
        ("keep 13 months after last-visit", "keep 1 days after collection"),
    ),
    case(
        "long-keep",
        ("keep 13 months after last-visit", "keep 37 months after last-visit"),
        ("keep 13 months after last-visit", "keep 10 years after last-visit law=\"tax\""),
    ),
    case(
        "keep-without-orders",
        ("keep 13 months after last-visit", "keep 13 months after last-order"),
        (
            "keep 13 months after last-visit|behaviour { viewed",
            "keep 13 months after last-order|behaviour { ordered; viewed",
        ),
    ),
    // Promises and duties.
    case(
        "never-matches-nothing",
        ("{ purposes retarget; when tag", "{ purposes fit; channels ads; when tag"),
        ("{ purposes retarget; when tag", "{ purposes any; channels ads; when tag"),
    ),
    case(
        "unmeasured-duty",
        ("must stop within=48 hours of=withdrawal", "must stop within=48 hours"),
        ("must stop within=48 hours of=withdrawal", "must offer-unsubscribe in=every-message"),
    ),
    case("unknown-moment", ("of=withdrawal", "of=withdrawel"), ("of=withdrawal", "of=objection")),
    // Handshake's own acts.
    case("no-records", ("uses deal", "uses behaviour.viewed"), ("uses deal", "uses deal.answers")),
    case(
        "not-served",
        ("serves recommendations pooled-recommendations", "serves recommendations"),
        (
            "serves recommendations pooled-recommendations|purpose fit|of=fit",
            "serves recommendations|purpose help-others-choose|of=help-others-choose",
        ),
    ),
    case(
        "no-testing",
        ("  holdout 5 percent of=fit rotates=quarterly\n", ""),
        ("holdout 5 percent", "holdout 0.5 percent"),
    ),
    // Versions and figures.
    case("no-replaces", (" replaces=1", ""), ("version=2 replaces=1", "version=1")),
    case(
        "no-change",
        ("  change \"Said more plainly.\" kind=wording\n", ""),
        ("version=2 replaces=1|  change \"Said more plainly.\" kind=wording\n", "version=1|"),
    ),
    case(
        "old-guess",
        ("on=\"2026-11-02\"", "on=\"2025-11-30\""),
        ("on=\"2026-11-02\"", "on=\"2025-12-01\""),
    ),
];

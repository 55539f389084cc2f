//! EFF's Do Not Track policy: a text that a site publishes as a promise, known by its SHA-1.

/// Where a site publishes it.
pub const EFF_WELL_KNOWN: &str = "/.well-known/dnt-policy.txt";

/// Every version that browsers' extensions accept, by the SHA-1 of the text.
const POLICIES: [(&str, &str); 6] = [
    ("41ae62ddfee360fe1e0e7dbae0f35b2dc06212eb", "Preliminary DNT Policy"),
    ("96297930e450cb795004ae5b1fcc88290a2fe982", "Discussion Draft DNT Policy v0.1"),
    ("76d89351d48f10c633fd1b5273587913f0851367", "Discussion Draft v0.2 in progress feb 2015"),
    ("a18e8dba6848d3fc241b03b88291cb75a3cfec3b", "DNT Policy v1.0"),
    ("c09f71363bb29d0250a1f5524eef36f9ab07669b", "DNT Policy v1.0 dos-line-endings"),
    ("7861462d500fbb6ccb74c614782f4937377bec76", "DNT Policy v1.0 no-eof-newline"),
];

/// The name of the policy whose text has this SHA-1, in hexadecimal digits; `None` if the text is
/// none of them, and so promises nothing that others recognise.
///
/// ```
/// use handshake_signals::dnt::eff_policy;
///
/// assert_eq!(eff_policy("a18e8dba6848d3fc241b03b88291cb75a3cfec3b"), Some("DNT Policy v1.0"));
/// ```
pub fn eff_policy(sha1: &str) -> Option<&'static str> {
    POLICIES.iter().find(|(it, _)| it.eq_ignore_ascii_case(sha1)).map(|(_, name)| *name)
}

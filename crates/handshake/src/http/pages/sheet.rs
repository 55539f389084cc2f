//! What stands around a page that everybody may read, and which words and addresses it uses.

use handshake_core::policy::{Policy, Purpose};
use maud::{DOCTYPE, Markup, html};

use super::words::{Words, words};

/// What stands around a page that everybody may read.
pub(super) struct Sheet<'a> {
    pub(super) words: &'a Words,
    pub(super) title: &'a str,
    pub(super) controller: &'a str,
    pub(super) fictional: bool,
    pub(super) shop: Option<&'a str>,
}

/// The words of the page, for a language of the policy: those of its first language where we do
/// not speak it.
pub(super) fn words_for(policy: &Policy, language: &str) -> &'static Words {
    let own = words(language);
    let spoken = language.split('-').next().unwrap_or_default().eq_ignore_ascii_case(own.lang);
    match spoken {
        true => own,
        false => words(policy.languages.first().map_or("en", String::as_str)),
    }
}

pub(super) fn sheet(it: &Sheet<'_>, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(it.words.lang) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (it.title) }
                link rel="stylesheet" href="/my-deal.css";
                link rel="stylesheet" href="/policy.css";
            }
            body {
                header {
                    @if it.fictional { p.fictional { (it.words.deal.fictional) } }
                    @match it.shop {
                        Some(shop) => a href=(shop) { (it.controller) },
                        None => span { (it.controller) },
                    }
                }
                (body)
            }
        }
    }
}

/// An address of ours, of this site.
pub(super) fn address(path: &str, site: Option<&str>, language: Option<&str>) -> String {
    let fields = [("site", site), ("language", language)];
    let fields = fields.into_iter().filter_map(|(name, it)| it.map(|it| format!("{name}={it}")));
    let query = fields.collect::<Vec<_>>().join("&");
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// The words of a purpose and their language: the one asked for, else the policy's first.
pub(super) fn says(policy: &Policy, purpose: &Purpose, language: &str) -> (String, String) {
    let first = label_language(policy);
    let own = purpose.says.get(language).map(|it| (it, language));
    let text = own.or_else(|| purpose.says.get(first).map(|it| (it, first)));
    let interest = policy.data.iter().find(|it| it.0.as_str() == "interest");
    let label = interest.and_then(|it| it.1.label.clone());
    let label = label.map_or_else(|| "interest".to_owned(), |it| it.to_lowercase());
    text.map_or_else(Default::default, |(text, language)| {
        (text.replace("{interest}", &label), language.to_owned())
    })
}

/// Labels are written in the first language of the policy.
pub(super) fn label_language(policy: &Policy) -> &str {
    policy.languages.first().map_or("en", String::as_str)
}

/// Links to the other languages of the policy, in their own names where we know them.
pub(super) fn tongues(
    policy: &Policy,
    words: &Words,
    path: &str,
    site: Option<&str>,
    language: &str,
) -> Markup {
    html! {
        @for own in policy.languages.iter().filter(|it| *it != language) {
            @let known = super::words::words(own);
            @let primary = own.split('-').next().unwrap_or_default();
            @let name = if known.lang == primary { known.name } else { own.as_str() };
            @let lang = Some(own.as_str()).filter(|it| *it != words.lang);
            " · " a href=(address(path, site, Some(own))) lang=[lang] hreflang=(own) { (name) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use handshake_core::policy::read;

    #[test]
    fn a_language_we_do_not_speak_has_our_words_in_the_first_of_the_policy() {
        let source = include_str!("../../../../../examples/ridgeline-bikes/policy.kdl");
        let mut policy = read(source).unwrap();
        let lang = |policy: &Policy, language| words_for(policy, language).lang;
        assert_eq!((lang(&policy, "de"), lang(&policy, "fr")), ("de", "en"));
        policy.languages = vec!["de".to_owned(), "fr".to_owned(), "en-GB".to_owned()];
        assert_eq!((lang(&policy, "fr"), lang(&policy, "en-GB")), ("de", "en"));
        policy.languages = vec!["fr".to_owned()];
        assert_eq!(lang(&policy, "fr"), "en");
    }

    #[test]
    fn addresses_keep_site_and_language() {
        assert_eq!(address("/policy", None, None), "/policy");
        assert_eq!(address("/policy", Some("shop"), Some("de")), "/policy?site=shop&language=de");
    }
}

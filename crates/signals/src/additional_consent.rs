//! Google's Additional Consent string: ad technology providers that are not on IAB Europe's list.

use crate::error::{Error, Reason};

/// An Additional Consent string of version 1 or 2. It borrows the text.
///
/// ```
/// use handshake_signals::AdditionalConsent;
///
/// let ac = AdditionalConsent::parse("2~1.35.41~dv.9.21.81")?;
/// assert!(ac.consented(35) && !ac.consented(9));
/// assert_eq!(ac.disclosed_ids().collect::<Vec<_>>(), [9, 21, 81]);
/// # Ok::<(), handshake_signals::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AdditionalConsent<'a> {
    // INVARIANT: both are empty, or decimal numbers below 2³² between dots.
    consented: &'a str,
    disclosed: &'a str,
    version: u8,
}

impl<'a> AdditionalConsent<'a> {
    /// Reads `1~ids`, `2~ids` or `2~ids~dv.ids`.
    pub fn parse(text: &'a str) -> Result<AdditionalConsent<'a>, Error> {
        let error = |field, character, reason| Error { field, character, bit: None, reason };
        let (version, rest) = match text.split_once('~') {
            Some(("1", rest)) => (1, rest),
            Some(("2", rest)) => (2, rest),
            _ => return Err(error("Version", 0, Reason::NotOneOf("`1~` or `2~`"))),
        };
        let (consented, disclosed) = match rest.split_once('~') {
            Some((consented, rest)) => (consented, Some(rest)),
            None => (rest, None),
        };
        check(consented, 2, "ConsentedProviders")?;
        let from = consented.len().saturating_add(3);
        let ids = match disclosed.map(|it| (version, it, it.strip_prefix("dv."))) {
            None => "",
            Some((2, _, Some(ids))) => ids,
            Some((2, "dv", None)) => "",
            Some((2, ..)) => {
                let reason = Reason::NotOneOf("`dv.` and ids");
                return Err(error("DisclosedProviders", from, reason));
            }
            Some(_) => {
                let reason = Reason::NotOneOf("the end, in version 1,");
                return Err(error("DisclosedProviders", from, reason));
            }
        };
        check(ids, from.saturating_add(3), "DisclosedProviders")?;
        Ok(AdditionalConsent { consented, disclosed: ids, version })
    }

    /// 1, which knew no disclosed providers, or 2.
    pub fn version(self) -> u8 {
        self.version
    }

    /// Providers that the person consented to.
    pub fn consented_ids(self) -> impl Iterator<Item = u32> + use<'a> {
        ids(self.consented)
    }

    /// Providers that were shown, without consent to them.
    pub fn disclosed_ids(self) -> impl Iterator<Item = u32> + use<'a> {
        ids(self.disclosed)
    }

    /// Whether the person consented to this provider.
    pub fn consented(self, id: u32) -> bool {
        self.consented_ids().any(|it| it == id)
    }

    /// Whether this provider was shown, and not consented to.
    pub fn disclosed(self, id: u32) -> bool {
        self.disclosed_ids().any(|it| it == id)
    }

    /// A provider in both lists, which the specification forbids. Takes the product of their
    /// lengths: call it for reports, not for requests.
    pub fn contradiction(self) -> Option<u32> {
        self.consented_ids().find(|it| self.disclosed(*it))
    }
}

fn ids(list: &str) -> impl Iterator<Item = u32> {
    list.split('.').filter_map(|it| it.parse().ok())
}

fn check(list: &str, from: usize, field: &'static str) -> Result<(), Error> {
    if list.is_empty() {
        return Ok(());
    }
    let mut character = from;
    for id in list.split('.') {
        if !id.bytes().all(|it| it.is_ascii_digit()) || id.parse::<u32>().is_err() {
            return Err(Error { field, character, bit: None, reason: Reason::NotANumber });
        }
        character = character.saturating_add(id.len()).saturating_add(1);
    }
    Ok(())
}

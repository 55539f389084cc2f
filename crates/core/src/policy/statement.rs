//! Statements: what a person agrees to, which is a box and the words for it in one language,
//! frozen. Its id is the hash of both, so neither can be changed later.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::canonical::{keep_value, names, period, written};
use super::model::{Anchor, Basis, Keep, Line, Policy, Purpose};
use crate::vocabulary::{Name, Period, StatementId, Unit};

/// Form of the stored document. Documents of every form ever written stay readable.
const FORM: u32 = 1;
const INTEREST: &str = "interest";

/// A box and its words in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub id: StatementId,
    pub purpose: Name,
    pub language: String,
    /// The sentence as shown, nothing left to fill in.
    pub says: String,
    /// The interest it was narrowed to, if one was shown.
    pub interest: Option<Name>,
    /// Leaves of the data tree.
    pub data: BTreeSet<Name>,
    pub recipients: BTreeSet<Name>,
    pub channels: BTreeSet<Name>,
    /// Without its line: a statement outlives the file.
    pub keep: Option<Keep>,
    pub ask_again: Option<Period>,
    pub in_return: Option<Name>,
    /// What the customer was told of it.
    pub in_return_says: Option<String>,
    pub explicit: bool,
}

/// Why there is no such statement.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    #[error("no purpose `{0}` is declared")]
    Purpose(Name),
    #[error("purpose `{0}` does not stand on permission, so there is nothing to agree to")]
    Basis(Name),
    #[error("purpose `{purpose}` says nothing in `{language}`; add it to `says`")]
    Language { purpose: Name, language: String },
    #[error("`{interest}` is no interest that purpose `{purpose}` uses")]
    Interest { purpose: Name, interest: Name },
    #[error("this is no statement of form 1")]
    Document,
}

/// Every statement of a policy: each purpose that stands on permission, in each language it
/// speaks, unnarrowed and narrowed to each interest it could show.
pub fn statements(policy: &Policy) -> Vec<Statement> {
    let mut all = Vec::new();
    for (name, purpose) in policy.purposes.iter().filter(|(_, it)| it.asks()) {
        let interests: Vec<Name> = interests(policy, purpose).into_iter().collect();
        for (language, says) in &purpose.says {
            let narrowed = interests.iter().filter(|_| says.contains("{interest}")).map(Some);
            for interest in std::iter::once(None).chain(narrowed) {
                all.extend(statement(policy, name, language, interest));
            }
        }
    }
    all
}

/// The statement of a purpose in one language, narrowed to the interest shown, if any.
pub fn statement(
    policy: &Policy,
    purpose: &Name,
    language: &str,
    interest: Option<&Name>,
) -> Result<Statement, StatementError> {
    let name = purpose.clone();
    let Some(purpose) = policy.purposes.get(purpose) else {
        return Err(StatementError::Purpose(name));
    };
    if !purpose.asks() {
        return Err(StatementError::Basis(name));
    }
    let explicit = purpose.bases().any(|it| *it == Basis::Permission { explicit: true });
    let Some(says) = purpose.says.get(language) else {
        return Err(StatementError::Language { purpose: name, language: language.to_owned() });
    };
    let interests = interests(policy, purpose);
    let mut data: BTreeSet<Name> =
        purpose.uses.iter().flat_map(|it| policy.leaves_of(it)).cloned().collect();
    if let Some(shown) = interest {
        if !interests.contains(shown) || !says.contains("{interest}") {
            let interest = shown.clone();
            return Err(StatementError::Interest { purpose: name, interest });
        }
        data.retain(|it| it == shown || !interests.contains(it));
    }
    let keep = purpose.keep.clone().map(|it| Keep { line: Line::default(), ..it });
    let in_return = purpose.in_return.as_ref();
    let mut statement = Statement {
        id: StatementId([0; 16]),
        purpose: name,
        language: language.to_owned(),
        says: says.replace("{interest}", &interest_words(policy, interest)),
        interest: interest.cloned(),
        data,
        recipients: purpose.with.clone(),
        channels: purpose.on.clone(),
        keep,
        ask_again: purpose.ask_again,
        in_return: in_return.map(|it| it.name.clone()),
        in_return_says: in_return.map(|it| it.label.clone()),
        explicit,
    };
    statement.id = id_of(&statement.document());
    Ok(statement)
}

/// The leaves that `{interest}` may narrow a purpose to.
fn interests(policy: &Policy, purpose: &Purpose) -> BTreeSet<Name> {
    let Ok(interest) = Name::new(INTEREST) else { return BTreeSet::new() };
    let used: BTreeSet<&Name> = purpose.uses.iter().flat_map(|it| policy.leaves_of(it)).collect();
    policy.leaves_of(&interest).filter(|it| used.contains(it)).cloned().collect()
}

/// The word for an interest: its label, or the last part of its name. Without an interest, the
/// label of the whole category, in lower case.
fn interest_words(policy: &Policy, interest: Option<&Name>) -> String {
    let label = |it: &Name| policy.data.get(it).and_then(|it| it.label.clone());
    match interest {
        Some(name) => label(name).unwrap_or_else(|| {
            name.as_str().rsplit('.').next().unwrap_or_default().replace('-', " ")
        }),
        None => {
            let label = Name::new(INTEREST).ok().as_ref().and_then(label);
            label.map_or_else(|| INTEREST.to_owned(), |it| it.to_lowercase())
        }
    }
}

fn id_of(document: &[u8]) -> StatementId {
    let mut id = [0; 16];
    id.iter_mut().zip(Sha256::digest(document)).for_each(|(to, from)| *to = from);
    StatementId(id)
}

impl Statement {
    /// The statement as it is kept for ever: canonical JSON.
    pub fn document(&self) -> Vec<u8> {
        let Statement {
            id: _,
            purpose,
            language,
            says,
            interest,
            data,
            recipients,
            channels,
            keep,
            ask_again,
            in_return,
            in_return_says,
            explicit,
        } = self;
        let value = json!({
            "form": FORM,
            "purpose": purpose.as_str(),
            "language": language,
            "says": says,
            "interest": interest.as_ref().map(Name::as_str),
            "data": names(data),
            "recipients": names(recipients),
            "channels": names(channels),
            "keep": keep.as_ref().map(keep_value),
            "ask_again": ask_again.as_ref().map(period),
            "in_return": in_return.as_ref().map(Name::as_str),
            "in_return_says": in_return_says,
            "explicit": explicit,
        });
        written(&value).into_bytes()
    }

    /// Reads a document back. Its id is the hash of the bytes given.
    pub fn from_document(document: &[u8]) -> Result<Statement, StatementError> {
        let stored: Stored =
            serde_json::from_slice(document).map_err(|_| StatementError::Document)?;
        stored.into_statement(id_of(document)).ok_or(StatementError::Document)
    }
}

/// Form 1 as stored. Fields may never be renamed or dropped.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    form: u32,
    purpose: String,
    language: String,
    says: String,
    interest: Option<String>,
    data: Vec<String>,
    recipients: Vec<String>,
    channels: Vec<String>,
    keep: Option<StoredKeep>,
    ask_again: Option<StoredPeriod>,
    in_return: Option<String>,
    in_return_says: Option<String>,
    explicit: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredKeep {
    period: StoredPeriod,
    after: String,
    law: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredPeriod {
    count: u32,
    unit: String,
}

impl Stored {
    fn into_statement(self, id: StatementId) -> Option<Statement> {
        let name = |it: String| Name::new(&it).ok();
        let set = |it: Vec<String>| it.into_iter().map(name).collect::<Option<BTreeSet<Name>>>();
        let option = |it: Option<String>| it.map_or(Some(None), |it| name(it).map(Some));
        let keep = match self.keep {
            Some(it) => Some(it.into_keep()?),
            None => None,
        };
        let ask_again = match self.ask_again {
            Some(it) => Some(it.into_period()?),
            None => None,
        };
        (self.form == FORM).then_some(())?;
        Some(Statement {
            id,
            purpose: name(self.purpose)?,
            language: self.language,
            says: self.says,
            interest: option(self.interest)?,
            data: set(self.data)?,
            recipients: set(self.recipients)?,
            channels: set(self.channels)?,
            keep,
            ask_again,
            in_return: option(self.in_return)?,
            in_return_says: self.in_return_says,
            explicit: self.explicit,
        })
    }
}

impl StoredKeep {
    fn into_keep(self) -> Option<Keep> {
        let after = Anchor::parse(&self.after)?;
        let (period, line) = (self.period.into_period()?, Line::default());
        Some(Keep { period, after, law: self.law, line })
    }
}

impl StoredPeriod {
    fn into_period(self) -> Option<Period> {
        Some(Period { count: self.count, unit: Unit::parse(&self.unit)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::read;

    const MODEL: &str = include_str!("../../../../examples/ridgeline-bikes/policy.kdl");

    fn name(text: &str) -> Name {
        Name::new(text).unwrap()
    }

    fn model(
        purpose: &str,
        language: &str,
        interest: Option<&str>,
    ) -> Result<Statement, StatementError> {
        let interest = interest.map(name);
        statement(&read(MODEL).unwrap(), &name(purpose), language, interest.as_ref())
    }

    #[test]
    fn an_interest_shown_narrows_the_box() {
        let all = model("show-recommendations", "en", None).unwrap();
        let road = model("show-recommendations", "en", Some("interest.road")).unwrap();
        assert!(all.says.starts_with("Use your interest in what you like, and"), "{}", all.says);
        assert!(road.says.starts_with("Use your interest in road, and"), "{}", road.says);
        assert_eq!((all.data.len(), road.data.len()), (6, 3));
        assert!(road.data.contains(&name("derived.bike-match")));
        assert_ne!(all.id, road.id);
        assert_eq!(road.in_return_says.as_deref(), Some("First pick of test-ride days"));
    }

    #[test]
    fn a_document_is_kept_for_ever() {
        let road = model("show-recommendations", "en", Some("interest.road")).unwrap();
        let document = String::from_utf8(road.document()).unwrap();
        insta::assert_snapshot!(document, @r#"{"ask_again":{"count":24,"unit":"months"},"channels":["app","web"],"data":["behaviour.viewed","derived.bike-match","interest.road"],"explicit":false,"form":1,"in_return":"demo-days","in_return_says":"First pick of test-ride days","interest":"interest.road","keep":{"after":"last-visit","law":null,"period":{"count":13,"unit":"months"}},"language":"en","purpose":"show-recommendations","recipients":["us"],"says":"Use your interest in road, and the products you look at, to choose interesting things to show you."}"#);
        insta::assert_snapshot!(road.id, @"S-2c3a2126d540b82c413db5cb89e79829");
    }

    #[test]
    fn what_is_written_is_read() {
        let all = statements(&read(MODEL).unwrap());
        assert_eq!(all.len(), 2 * (5 + 4));
        for it in all {
            assert_eq!(Statement::from_document(&it.document()), Ok(it));
        }
        for bad in ["", "{}", "[]", "null"] {
            assert_eq!(Statement::from_document(bad.as_bytes()), Err(StatementError::Document));
        }
    }

    #[test]
    fn words_elsewhere_in_the_file_change_no_statement() {
        let other = MODEL.replace("version=7", "version=8").replace("Posthorn", "Post");
        let ids = |source| statements(&read(source).unwrap()).iter().map(|it| it.id).collect();
        let (before, after): (Vec<_>, Vec<_>) = (ids(MODEL), ids(&other));
        assert_eq!(before, after);
    }

    #[test]
    fn there_is_nothing_to_agree_to() {
        let said = |purpose, language, interest| {
            model(purpose, language, interest).unwrap_err().to_string()
        };
        insta::assert_snapshot!(said("nothing", "en", None), @"no purpose `nothing` is declared");
        insta::assert_snapshot!(said("take-orders", "en", None), @"purpose `take-orders` does not stand on permission, so there is nothing to agree to");
        insta::assert_snapshot!(said("retarget", "fr", None), @"purpose `retarget` says nothing in `fr`; add it to `says`");
        insta::assert_snapshot!(said("retarget", "en", Some("interest.road")), @"`interest.road` is no interest that purpose `retarget` uses");
    }
}

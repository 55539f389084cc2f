//! The register of processing activities that Art. 30(1) GDPR asks of a controller, as far as a
//! policy states it. What it does not state is nothing here, and said to be so wherever it shows.

mod csv;
mod html;

use std::collections::BTreeMap;

use handshake_core::policy::{self, Basis, Policy, Purpose, Recipient, RecipientKind};
use handshake_core::vocabulary::{Name, hex};
use serde::Serialize;
use utoipa::ToSchema;

use super::gdpr;
use super::words::said;

pub use csv::{CsvError, HEADINGS, csv};
pub use html::html;

/// What stands where a policy does not answer.
pub const NOT_STATED: &str = "not stated in the policy";

/// Every policy is about the same people: its language knows no others.
const SUBJECTS: [&str; 2] = ["customers", "visitors"];

/// The register, in the order of Art. 30(1): (a) to (g). `None` is what the policy does not state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Register {
    /// The law that asks for it.
    pub law: &'static str,
    pub policy: Source,
    /// (a)
    pub controller: Controller,
    pub joint_controllers: Option<String>,
    pub representative: Option<String>,
    pub data_protection_officer: Option<String>,
    pub applies_in: Vec<String>,
    pub activities: Vec<Activity>,
    /// Promises that hold for every activity.
    pub promises: Vec<Promise>,
}

/// The version that the register is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RegisterSource)]
pub struct Source {
    pub name: String,
    pub version: u32,
    pub hash: String,
    pub effective: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RegisterController)]
pub struct Controller {
    pub name: String,
    pub contact: String,
}

/// What is done for one purpose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RegisterActivity)]
pub struct Activity {
    pub purpose: String,
    /// (b), as customers read it, by language.
    pub says: BTreeMap<String, String>,
    pub legal_basis: LegalBasis,
    /// Other grounds in some places.
    pub legal_bases_in: Vec<LegalBasisIn>,
    /// Where alone it is followed; nothing is everywhere.
    pub only_in: Vec<String>,
    /// (c)
    pub data_subjects: DataSubjects,
    /// (c)
    pub personal_data: Vec<PersonalData>,
    /// (d) and (e)
    pub recipients: Vec<RecipientEntry>,
    pub channels: Vec<String>,
    /// (f)
    pub erasure: Option<Erasure>,
    /// (g)
    pub security_measures: Option<String>,
    pub duties: Vec<String>,
    pub stops_for_objection: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RegisterLegalBasis)]
pub struct LegalBasis {
    /// As the policy words it: `permission`, `permission explicit`, `contract`,
    /// `legitimate-interest` or `legal-duty`.
    pub basis: &'static str,
    /// Paragraphs of the GDPR; none where no GDPR applies.
    pub articles: Vec<&'static str>,
    /// The document that weighs a legitimate interest.
    pub assessment: Option<String>,
    /// The law that demands the purpose.
    pub law: Option<String>,
}

/// A ground in some places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RegisterLegalBasisIn)]
pub struct LegalBasisIn {
    #[serde(rename = "in")]
    pub places: Vec<String>,
    pub legal_basis: LegalBasis,
}

/// Whose data, and how the register knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RegisterDataSubjects)]
pub struct DataSubjects {
    pub categories: [&'static str; 2],
    pub known_from: &'static str,
    /// Below this age only with a guardian's assertion, where the purpose stands on permission.
    pub minors_below: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RegisterPersonalData)]
pub struct PersonalData {
    pub name: String,
    /// In words: its own label, or what it is part of.
    pub label: String,
    pub sensitive: bool,
    pub worked_out_from: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RegisterRecipient)]
pub struct RecipientEntry {
    pub name: String,
    pub label: String,
    pub kind: &'static str,
    pub country: Option<String>,
    /// Areas under a GDPR that the country is outside of, where the policy applies in them; none
    /// also where the policy names no country.
    pub outside: Vec<&'static str>,
    /// Of a transfer, under Art. 46 or 49.
    pub safeguards: Option<String>,
    pub sale: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RegisterErasure)]
pub struct Erasure {
    /// Such as `13 months`.
    pub after: String,
    /// What the period begins with, such as `last-visit`.
    pub counted_from: &'static str,
    pub law: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = RegisterPromise)]
pub struct Promise {
    pub says: String,
    pub law: Option<String>,
}

impl Register {
    pub fn of(policy: &Policy) -> Register {
        let promise = |it: &policy::Never| Promise { says: it.says.clone(), law: it.law.clone() };
        Register {
            law: "GDPR Art. 30(1)",
            policy: Source {
                name: policy.name.to_string(),
                version: policy.version,
                hash: hex(&policy::hash(policy)),
                effective: policy.effective.to_string(),
            },
            controller: Controller {
                name: policy.controller.name.clone(),
                contact: policy.controller.contact.clone(),
            },
            joint_controllers: None,
            representative: None,
            data_protection_officer: None,
            applies_in: policy.applies_in.iter().cloned().collect(),
            activities: policy
                .purposes
                .iter()
                .map(|(name, purpose)| Activity::of(policy, name, purpose))
                .collect(),
            promises: policy.nevers.iter().map(promise).collect(),
        }
    }

    /// As JSON; what the policy does not state is `null`.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }
}

impl Activity {
    fn of(policy: &Policy, name: &Name, it: &Purpose) -> Activity {
        let recipients = it.with.iter().filter_map(|name| {
            policy.recipients.get(name).map(|it| RecipientEntry::of(policy, name, it))
        });
        Activity {
            purpose: name.to_string(),
            says: said(policy, name, it),
            legal_basis: LegalBasis::of(policy, it, &it.basis),
            legal_bases_in: it
                .bases_in
                .iter()
                .map(|own| LegalBasisIn {
                    places: own.places.iter().cloned().collect(),
                    legal_basis: LegalBasis::of(policy, it, &own.basis),
                })
                .collect(),
            only_in: it.only_in.iter().cloned().collect(),
            data_subjects: DataSubjects {
                categories: SUBJECTS,
                known_from: "the policy language, which knows no others; the policy does not say \
                             which of them a purpose is about",
                minors_below: policy.minors.filter(|_| it.asks()).map(|it| it.below),
            },
            personal_data: personal_data(policy, it),
            recipients: recipients.collect(),
            channels: it.on.iter().map(Name::to_string).collect(),
            erasure: it.keep.as_ref().map(|it| Erasure {
                after: it.period.to_string(),
                counted_from: it.after.as_str(),
                law: it.law.clone(),
            }),
            security_measures: None,
            duties: it.duties.iter().map(policy::Duty::text).collect(),
            stops_for_objection: it.stops_for_objection,
        }
    }
}

impl LegalBasis {
    fn of(policy: &Policy, it: &Purpose, basis: &Basis) -> LegalBasis {
        let (assessment, law) = match basis {
            Basis::LegitimateInterest { assessment } => (assessment.clone(), None),
            Basis::LegalDuty { law } => (None, law.clone()),
            Basis::Permission { .. } | Basis::Contract => (None, None),
        };
        LegalBasis {
            basis: basis.as_str(),
            articles: gdpr::articles(policy, it, basis),
            assessment,
            law: law.or_else(|| it.law.clone()),
        }
    }
}

impl RecipientEntry {
    fn of(policy: &Policy, name: &Name, it: &Recipient) -> RecipientEntry {
        let country = it.country.as_deref();
        RecipientEntry {
            name: name.to_string(),
            label: it.label.clone(),
            kind: it.kind.as_str(),
            country: it.country.clone(),
            outside: country.map_or_else(Vec::new, |it| gdpr::outside(policy, it)),
            safeguards: None,
            sale: it.sale,
        }
    }

    pub(super) fn is_ourselves(&self) -> bool {
        self.kind == RecipientKind::Ourselves.as_str()
    }
}

fn personal_data(policy: &Policy, purpose: &Purpose) -> Vec<PersonalData> {
    let leaves = purpose.uses.iter().flat_map(|it| policy.leaves_of(it));
    let leaves: std::collections::BTreeSet<&Name> = leaves.collect();
    let one = |name: &Name| {
        let it = policy.data.get(name)?;
        Some(PersonalData {
            name: name.to_string(),
            label: label(policy, name),
            sensitive: it.sensitive,
            worked_out_from: it.from.iter().map(Name::to_string).collect(),
        })
    };
    leaves.into_iter().filter_map(one).collect()
}

/// A datum in words: `How to reach you: email`.
fn label(policy: &Policy, name: &Name) -> String {
    let labelled = |name: &str| {
        let name = Name::new(name).ok()?;
        policy.data.get(&name).and_then(|it| it.label.clone())
    };
    if let Some(label) = labelled(name.as_str()) {
        return label;
    }
    let mut above = name.as_str();
    while let Some((parent, _)) = above.rsplit_once('.') {
        if let Some(label) = labelled(parent) {
            let own = name.as_str().strip_prefix(parent).unwrap_or(name.as_str());
            return format!("{label}: {}", own.trim_start_matches('.').replace(['.', '-'], " "));
        }
        above = parent;
    }
    name.as_str().replace(['.', '-'], " ")
}

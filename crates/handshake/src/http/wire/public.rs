//! The policy page for programs: what is promised, and how it changed. Not in the contract, as the
//! page is not; the whole policy is behind `/v1/policies`.

use std::collections::BTreeMap;

use handshake_core::impact::{Kept, Promise};
use handshake_core::policy::{Basis, Difference, Policy, Purpose};
use handshake_core::vocabulary::{Name, Signal, hex};
use serde::Serialize;

use crate::ingest::{PublicPolicy, Standing};

/// A version of the policy, as far as it is promised.
#[derive(Debug, Serialize)]
pub struct PolicyForAll {
    pub policy: String,
    pub version: u32,
    pub hash: String,
    pub standing: &'static str,
    pub published_at: String,
    pub effective: String,
    pub controller: ControllerForAll,
    pub applies_in: Vec<String>,
    pub languages: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minors_below: Option<u32>,
    pub recipients: BTreeMap<String, RecipientForAll>,
    pub purposes: BTreeMap<String, PurposeForAll>,
    pub nevers: Vec<String>,
    /// What each signal stops, or answers.
    pub signals: BTreeMap<&'static str, Vec<String>>,
    /// Promises that are observed, and how often each was missed.
    pub observed: Vec<ObservedForAll>,
}

#[derive(Debug, Serialize)]
pub struct ControllerForAll {
    pub name: String,
    pub contact: String,
}

#[derive(Debug, Serialize)]
pub struct RecipientForAll {
    pub label: String,
    pub kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    pub sale: bool,
}

#[derive(Debug, Serialize)]
pub struct PurposeForAll {
    pub says: BTreeMap<String, String>,
    pub basis: &'static str,
    /// Other grounds, by place.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub basis_in: BTreeMap<String, &'static str>,
    /// Where alone it is followed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub only_in: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assessment: Option<String>,
    pub data: Vec<String>,
    pub recipients: Vec<String>,
    pub channels: Vec<String>,
    /// As `13 months after last-visit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_return: Option<String>,
    /// As `2 per month`.
    pub at_most: Vec<String>,
    pub duties: Vec<String>,
    pub stops_for_objection: bool,
    pub stops_for: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub law: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct ObservedForAll {
    /// As `purpose follow-up-email`, `limit follow-up-email 2 per month`, `signal dnt`, `never …`.
    pub promise: String,
    /// This quarter and the last.
    pub quarters: Vec<KeptForAll>,
}

#[derive(Debug, Serialize)]
pub struct KeptForAll {
    pub quarter: String,
    pub from: String,
    pub until: String,
    pub missed: u64,
    /// Whether `missed` is an upper bound.
    pub at_most: bool,
    /// Uses that were done, on which the promise bears.
    pub of: u64,
    /// Of those, the ones whose outcome nobody reported.
    pub assumed: u64,
    pub unreported: u64,
}

/// One version in the history.
#[derive(Debug, Serialize)]
pub struct VersionForAll {
    pub version: u32,
    pub hash: String,
    pub standing: &'static str,
    pub published_at: String,
    pub effective: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<ChangeForAll>,
    /// The differences from the version before, the widened first; nothing for the first version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub differences: Option<Vec<DifferenceForAll>>,
}

#[derive(Debug, Serialize)]
pub struct ChangeForAll {
    pub text: String,
    pub kind: &'static str,
}

#[derive(Debug, Serialize)]
pub struct DifferenceForAll {
    pub effect: &'static str,
    pub class: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    pub said: String,
}

/// All versions, newest first.
#[derive(Debug, Serialize)]
pub struct HistoryForAll {
    pub versions: Vec<VersionForAll>,
}

pub fn standing(it: Standing) -> &'static str {
    match it {
        Standing::InForce => "in_force",
        Standing::Coming => "coming",
        Standing::Past { .. } => "past",
        Standing::NeverRuled => "never_ruled",
    }
}

fn texts<'a>(it: impl IntoIterator<Item = &'a Name>) -> Vec<String> {
    it.into_iter().map(Name::to_string).collect()
}

impl PolicyForAll {
    pub fn new(it: &PublicPolicy) -> PolicyForAll {
        let policy = &it.policy;
        let recipient = |own: &handshake_core::policy::Recipient| RecipientForAll {
            label: own.label.clone(),
            kind: own.kind.as_str(),
            country: own.country.clone(),
            sale: own.sale,
        };
        let used: std::collections::BTreeSet<&Name> =
            policy.purposes.values().flat_map(|it| &it.with).collect();
        let recipients = policy.recipients.iter().filter(|it| used.contains(it.0));
        PolicyForAll {
            policy: policy.name.to_string(),
            version: policy.version,
            hash: hex(&it.hash),
            standing: standing(it.standing),
            published_at: it.published_at.to_string(),
            effective: policy.effective.to_string(),
            controller: ControllerForAll {
                name: policy.controller.name.clone(),
                contact: policy.controller.contact.clone(),
            },
            applies_in: policy.applies_in.iter().cloned().collect(),
            languages: policy.languages.clone(),
            minors_below: policy.minors.map(|it| it.below),
            recipients: recipients.map(|(name, it)| (name.to_string(), recipient(it))).collect(),
            purposes: policy
                .purposes
                .iter()
                .map(|(name, own)| (name.to_string(), PurposeForAll::new(policy, own)))
                .collect(),
            nevers: policy.nevers.iter().map(|it| it.says.clone()).collect(),
            signals: policy
                .signals
                .iter()
                .map(|(it, term)| (it.as_str(), texts(&term.to)))
                .collect(),
            observed: it.observed.iter().map(ObservedForAll::new).collect(),
        }
    }
}

impl PurposeForAll {
    fn new(policy: &Policy, it: &Purpose) -> PurposeForAll {
        PurposeForAll {
            says: it.says.clone(),
            basis: it.basis.as_str(),
            basis_in: it
                .bases_in
                .iter()
                .flat_map(|own| own.places.iter().map(|it| (it.clone(), own.basis.as_str())))
                .collect(),
            only_in: it.only_in.iter().cloned().collect(),
            assessment: match &it.basis {
                Basis::LegitimateInterest { assessment } => assessment.clone(),
                Basis::Permission { .. } | Basis::Contract | Basis::LegalDuty { .. } => None,
            },
            data: texts(it.uses.iter().flat_map(|name| policy.leaves_of(name))),
            recipients: texts(&it.with),
            channels: texts(&it.on),
            keep: it.keep.as_ref().map(|it| format!("{} after {}", it.period, it.after.as_str())),
            in_return: it.in_return.as_ref().map(|it| it.label.clone()),
            at_most: it
                .limits
                .iter()
                .map(|it| format!("{} per {}", it.count, it.per.as_str()))
                .collect(),
            duties: it.duties.iter().map(handshake_core::policy::Duty::text).collect(),
            stops_for_objection: it.stops_for_objection,
            stops_for: it.stops_for.iter().copied().map(Signal::as_str).collect(),
            law: match &it.basis {
                Basis::LegalDuty { law } => it.law.clone().or_else(|| law.clone()),
                Basis::Permission { .. } | Basis::Contract | Basis::LegitimateInterest { .. } => {
                    it.law.clone()
                }
            },
        }
    }
}

impl ObservedForAll {
    fn new((promise, quarters): &(Promise, [Kept; 2])) -> ObservedForAll {
        let promise = match promise {
            Promise::Purpose(name) => format!("purpose {name}"),
            Promise::Limit(name, count, per) => {
                format!("limit {name} {count} per {}", per.as_str())
            }
            Promise::Signal(signal) => format!("signal {}", signal.as_str()),
            Promise::Never(says) => format!("never {says}"),
            Promise::AnythingElse => "anything-else".to_owned(),
        };
        ObservedForAll { promise, quarters: quarters.iter().map(KeptForAll::new).collect() }
    }
}

impl KeptForAll {
    fn new(it: &Kept) -> KeptForAll {
        KeptForAll {
            quarter: it.quarter.to_string(),
            from: it.quarter.first_day().to_string(),
            until: it.until.to_string(),
            missed: it.missed,
            at_most: it.at_most,
            of: it.uses.done,
            assumed: it.uses.assumed,
            unreported: it.uses.open,
        }
    }
}

impl DifferenceForAll {
    pub fn new(it: &Difference) -> DifferenceForAll {
        DifferenceForAll {
            effect: it.effect.as_str(),
            class: it.class.as_str(),
            purpose: it.purpose.as_ref().map(Name::to_string),
            said: it.said.clone(),
        }
    }
}

//! Policies, and what the server says of itself.

use handshake_core::policy::{Diff, Difference, Witness};
use handshake_core::projection::{Outgrown, Policies, Published, concerned};
use handshake_core::vocabulary::{Name, Signal, hex};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::problem::Mistake;

/// What a check of a policy found.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckReply {
    /// Empty where it can be published.
    pub problems: Vec<Mistake>,
    /// Remarks that do not keep it from being published.
    pub remarks: Vec<Mistake>,
    /// SHA-256 of its canonical JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
}

/// A policy, published.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyPublished {
    pub version: u32,
    pub hash: String,
    /// Which policy of this site: 1, 2, 3, …
    pub number: u32,
    pub effective: String,
}

/// A policy in the list.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyEntry {
    pub version: u32,
    pub hash: String,
    pub number: u32,
    pub effective: String,
    pub published_at: String,
    pub in_force: bool,
}

/// All policies of a site, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub struct PoliciesReply {
    pub policies: Vec<PolicyEntry>,
}

/// How a posted policy differs from the newest published one.
#[derive(Debug, Serialize, ToSchema)]
pub struct DiffReply {
    /// Whether people's deal gets wider or worse.
    pub material: bool,
    pub differences: Vec<DifferenceReply>,
    /// Whose permission it outgrows, and what they would be asked; absent where two files were
    /// compared and nobody's permission was looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outgrown: Option<Vec<OutgrownReply>>,
}

/// One difference between two policies.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Difference)]
pub struct DifferenceReply {
    #[schema(example = "widened")]
    pub effect: &'static str,
    #[schema(example = "data")]
    pub class: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    pub said: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new_line: Option<u32>,
    /// How many permissions no longer cover it, where people agreed to data, recipients or
    /// channels; absent where two files are compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<u64>,
    /// A use that the two policies treat differently.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<WitnessReply>,
}

/// A use that shows a difference. What it does not name is harmless.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Witness)]
pub struct WitnessReply {
    pub act: &'static str,
    /// Where the person is, where that matters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jurisdiction: Option<String>,
    pub purpose: String,
    pub data: String,
    pub recipient: String,
    pub channel: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signal: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    pub objected: bool,
    pub minor: bool,
    /// Whether the person agreed to all that either policy wants.
    pub permission: bool,
    /// What the person did not agree to, of all that the datum is worked out from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_agreed: Vec<String>,
    /// A signal that grants where the person did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granted_by: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub collected_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_visit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_order: Option<String>,
    /// When it is used, where that matters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Used so often within `within_hours`, where that matters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub used: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within_hours: Option<u32>,
}

/// Whom a policy would ask again, and for what more.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reask)]
pub struct ReaskReply {
    pub version: u32,
    pub hash: String,
    /// Permissions that no longer cover what the policy wants; who gave several counts for each.
    pub people: u64,
    pub asks: Vec<ReaskEntry>,
}

/// Those who agreed to the same statements: all are asked for the same difference, and for no more.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReaskEntry {
    /// The statements they agreed to, which stay good for what they say.
    pub agreed: Vec<String>,
    pub adds: OutgrownReply,
}

/// People who agreed to less than a policy wants, and the difference.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Outgrown)]
pub struct OutgrownReply {
    pub purpose: String,
    pub people: u64,
    pub data: Vec<String>,
    pub recipients: Vec<String>,
    pub channels: Vec<String>,
}

impl DiffReply {
    pub fn new(diff: &Diff, outgrown: Option<&[Outgrown]>) -> DiffReply {
        DiffReply {
            material: diff.is_material(),
            differences: diff
                .differences
                .iter()
                .map(|it| DifferenceReply::new(it, outgrown))
                .collect(),
            outgrown: outgrown.map(|all| all.iter().map(OutgrownReply::new).collect()),
        }
    }
}

impl DifferenceReply {
    fn new(it: &Difference, outgrown: Option<&[Outgrown]>) -> DifferenceReply {
        DifferenceReply {
            effect: it.effect.as_str(),
            class: it.class.as_str(),
            purpose: it.purpose.as_ref().map(Name::to_string),
            said: it.said.clone(),
            old_line: it.lines.0.map(|it| it.0),
            new_line: it.lines.1.map(|it| it.0),
            people: outgrown.and_then(|all| concerned(all, it)),
            witness: it.witness.as_ref().map(WitnessReply::new),
        }
    }
}

impl WitnessReply {
    fn new(it: &Witness) -> WitnessReply {
        WitnessReply {
            act: it.act.as_str(),
            jurisdiction: Some(it.jurisdiction.clone()).filter(|it| !it.is_empty()),
            not_agreed: it.not_agreed.iter().map(Name::to_string).collect(),
            granted_by: it.granted_by.map(Signal::as_str),
            purpose: it.purpose.to_string(),
            data: it.data.to_string(),
            recipient: it.recipient.to_string(),
            channel: it.channel.to_string(),
            signal: it.signal.map(Signal::as_str),
            tag: it.tag.as_ref().map(Name::to_string),
            objected: it.objected,
            minor: it.minor,
            permission: it.permission,
            collected_at: it.age.map(|it| it.collected_at.to_string()),
            last_visit: it.age.map(|it| it.last_visit.to_string()),
            last_order: it.age.map(|it| it.last_order.to_string()),
            at: it.age.map(|it| it.now.to_string()),
            used: it.often.map(|it| it.0),
            within_hours: it.often.map(|it| it.1),
        }
    }
}

impl ReaskReply {
    pub fn new(of: &Published, outgrown: &[Outgrown], policies: &Policies) -> ReaskReply {
        let statements = |it: &Outgrown| {
            let agreed = it.statements.iter().filter_map(|it| policies.statement(*it));
            agreed.map(|it| it.id.to_string()).collect()
        };
        let asks = outgrown
            .iter()
            .map(|it| ReaskEntry { agreed: statements(it), adds: OutgrownReply::new(it) });
        ReaskReply {
            version: of.policy.version,
            hash: hex(&of.hash()),
            people: outgrown.iter().map(|it| it.people).sum(),
            asks: asks.collect(),
        }
    }
}

impl OutgrownReply {
    fn new(it: &Outgrown) -> OutgrownReply {
        let names = |it: &[Name]| it.iter().map(Name::to_string).collect();
        OutgrownReply {
            purpose: it.purpose.to_string(),
            people: it.people,
            data: names(&it.data),
            recipients: names(&it.recipients),
            channels: names(&it.channels),
        }
    }
}

/// Which site, where there is more than one.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SiteQuery {
    /// The site's name; not needed where there is only one.
    pub site: Option<String>,
}

/// Whether Global Privacy Control is honoured, by its specification.
#[derive(Debug, Serialize, ToSchema)]
pub struct Gpc {
    pub gpc: bool,
    #[serde(rename = "lastUpdate")]
    #[schema(example = "2026-12-01")]
    pub last_update: String,
}

/// The server lives, or is ready.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    #[schema(example = "ok")]
    pub status: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<SiteState>,
}

/// How a site is.
#[derive(Debug, Serialize, ToSchema)]
pub struct SiteState {
    pub site: String,
    pub status: &'static str,
    /// Events that are safely on disk.
    pub durable: u64,
}

/// Waivers that were signed.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaiversReply {
    pub waivers: Vec<WaiverEntry>,
}

/// The last signature of one waiver and rule.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaiverEntry {
    #[schema(example = "w-7")]
    pub waiver: String,
    #[schema(example = "signal gpc")]
    pub rule: String,
    pub law: String,
    /// When the rule enforces again.
    pub until: String,
    pub over: bool,
    /// The console user who signed.
    pub signed_by: String,
    pub signed_at: String,
    pub because: String,
}

/// A tracking status, by W3C Tracking Preference Expression.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tracking {
    /// `N` not tracking, `T` tracking, `C` tracking with permission given before.
    #[schema(example = "C")]
    pub tracking: String,
    /// Who answers for the data.
    pub controller: Vec<String>,
    /// The policy page.
    pub policy: String,
    /// Where a person sees and changes what they agreed to.
    pub config: String,
}

//! Whether a TC string that can be read may be relied on under the policies of the framework.

use core::fmt;

use super::{RestrictionType, TcString};
use crate::bits::Datetime;

/// 2021-09-01: strings for many services at once have ended.
const GLOBAL_SCOPE_ENDED: Datetime = Datetime::from_unix_ms(1_630_454_400_000);
/// 2023-09-30: strings need policy version 4, that is TCF 2.2.
const VERSION_4: Datetime = Datetime::from_unix_ms(1_696_032_000_000);
/// 2026-03-01: strings need `DisclosedVendors`, that is TCF 2.3.
const DISCLOSURE: Datetime = Datetime::from_unix_ms(1_772_323_200_000);

/// Why a string that can be read must not be relied on, or is not as the policies have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyFault {
    /// `IsServiceSpecific` is 0: there is no global scope since 2021-09-01.
    GlobalScope,
    /// `TcfPolicyVersion` below 4 in a string made after 2023-09-30.
    OldPolicyVersion(u8),
    /// A bit for legitimate interest at a purpose that needs consent.
    LegitimateInterest {
        /// 1, or 3 to 6.
        purpose: u8,
    },
    /// `Created` and `LastUpdated` are not the same day.
    CreatedIsNotUpdated,
    /// A time of day in `Created` or `LastUpdated`, which tells people apart.
    TimeOfDay,
    /// No `DisclosedVendors` in a string made since 2026-03-01.
    NoDisclosedVendors,
    /// `AllowedVendors` is gone since 2.3.
    AllowedVendors,
    /// `VendorListVersion` 0: no list has it.
    NoVendorList,
    /// `CmpId` 0 or 1: no platform has it.
    NoCmp(u16),
    /// The publisher's restrictions are cut off (in a GPP string).
    UnreadableRestrictions,
    /// A publisher restriction of the type that is not used.
    UndefinedRestriction {
        /// The purpose restricted.
        purpose: u8,
    },
}

impl PolicyFault {
    /// Whether the string is invalid for it. The others tell of a careless platform.
    pub fn invalidates(self) -> bool {
        match self {
            PolicyFault::GlobalScope
            | PolicyFault::OldPolicyVersion(_)
            | PolicyFault::NoDisclosedVendors
            | PolicyFault::NoVendorList
            | PolicyFault::UnreadableRestrictions
            | PolicyFault::NoCmp(_) => true,
            PolicyFault::LegitimateInterest { .. }
            | PolicyFault::CreatedIsNotUpdated
            | PolicyFault::TimeOfDay
            | PolicyFault::AllowedVendors
            | PolicyFault::UndefinedRestriction { .. } => false,
        }
    }
}

impl TcString<'_> {
    /// What is wrong with the string under the policies, by the string's own dates.
    ///
    /// ```
    /// use handshake_signals::tcf::{PolicyFault, TcString};
    ///
    /// let tc = TcString::parse("CPXxRfAPXxRfAAfKABENB-CgAAAAAAAAAAYgAAAAAAAA")?;
    /// assert!(!tc.policy_faults().any(PolicyFault::invalidates));
    /// # Ok::<(), handshake_signals::Error>(())
    /// ```
    pub fn policy_faults(&self) -> impl Iterator<Item = PolicyFault> {
        let TcString { last_updated, created, tcf_policy_version, .. } = *self;
        let timed = |it: Datetime| it != Datetime::from_deciseconds(midnight(it));
        let one = [
            (!self.is_service_specific && GLOBAL_SCOPE_ENDED <= last_updated)
                .then_some(PolicyFault::GlobalScope),
            (tcf_policy_version < 4 && VERSION_4 <= last_updated)
                .then_some(PolicyFault::OldPolicyVersion(tcf_policy_version)),
            (created.day() != last_updated.day() && 4 <= tcf_policy_version)
                .then_some(PolicyFault::CreatedIsNotUpdated),
            ((timed(created) || timed(last_updated)) && 4 <= tcf_policy_version)
                .then_some(PolicyFault::TimeOfDay),
            (self.disclosed_vendors.is_none() && DISCLOSURE <= last_updated)
                .then_some(PolicyFault::NoDisclosedVendors),
            (self.allowed_vendors.is_some() && DISCLOSURE <= last_updated)
                .then_some(PolicyFault::AllowedVendors),
            (self.vendor_list_version == 0).then_some(PolicyFault::NoVendorList),
            (self.cmp_id < 2).then_some(PolicyFault::NoCmp(self.cmp_id)),
            self.publisher_restrictions.unreadable().map(|_| PolicyFault::UnreadableRestrictions),
        ];
        let consent_only =
            self.purposes_li_transparency.ids().filter(move |purpose| match purpose {
                1 => true,
                3..=6 => 4 <= tcf_policy_version,
                _ => false,
            });
        let undefined = self
            .publisher_restrictions
            .iter()
            .filter(|it| it.restriction_type == RestrictionType::Undefined);
        one.into_iter()
            .flatten()
            .chain(consent_only.map(|purpose| PolicyFault::LegitimateInterest { purpose }))
            .chain(undefined.map(|it| PolicyFault::UndefinedRestriction { purpose: it.purpose }))
    }
}

fn midnight(it: Datetime) -> u64 {
    it.day().saturating_mul(864_000)
}

impl fmt::Display for PolicyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PolicyFault::GlobalScope => f.write_str("`IsServiceSpecific` must be 1"),
            PolicyFault::OldPolicyVersion(it) => {
                write!(f, "`TcfPolicyVersion` is {it}; since 2023-09-30 it must be 4 or more")
            }
            PolicyFault::LegitimateInterest { purpose } => {
                write!(
                    f,
                    "purpose {purpose} needs consent; its bit for legitimate interest must be 0"
                )
            }
            PolicyFault::CreatedIsNotUpdated => {
                f.write_str("`Created` and `LastUpdated` must be the same day")
            }
            PolicyFault::TimeOfDay => f.write_str("`Created` and `LastUpdated` must be whole days"),
            PolicyFault::NoDisclosedVendors => {
                f.write_str("since 2026-03-01 there must be a `DisclosedVendors` segment")
            }
            PolicyFault::AllowedVendors => f.write_str("`AllowedVendors` is gone since TCF 2.3"),
            PolicyFault::NoVendorList => f.write_str("no vendor list has version 0"),
            PolicyFault::NoCmp(it) => write!(f, "no consent management platform has id {it}"),
            PolicyFault::UnreadableRestrictions => {
                f.write_str("the publisher restrictions are cut off")
            }
            PolicyFault::UndefinedRestriction { purpose } => {
                write!(f, "the restriction of purpose {purpose} is of the type that is not used")
            }
        }
    }
}

//! What a shop would want of an order, as far as its policy tells.

use handshake_core::policy::{CompiledPurpose, Ground, RecipientKind};
use handshake_core::vocabulary::{Act, Advice, Carried, Name};

use super::run::CALLER;
use crate::ingest::{Device, Outcome, Refusal, Request, Turn, Wanted, WantedDatum, Who};

/// What a shop would want of each order: one use for each purpose whose uses the policy prices,
/// by its farthest recipient, on its first channel. Nobody reported what was done, so it is taken
/// that the advice was followed, and every such use says so.
pub(super) fn uses(
    turn: &mut Turn<'_>,
    request: &Request<'_>,
    who: Who<'_>,
) -> Result<(), Refusal> {
    let policy = turn.state().policies.in_force(turn.at).cloned().ok_or(Refusal::NoPolicy)?;
    for (name, purpose) in &policy.policy.purposes {
        if purpose.unit_cost.is_none() && !policy.policy.worth.contains_key(name) {
            continue;
        }
        let kind = |it: &&Name| policy.policy.recipients.get(*it).map(|it| it.kind);
        let (Some(recipient), Some(channel)) =
            (purpose.with.iter().max_by_key(kind), purpose.on.iter().next())
        else {
            continue;
        };
        let third = kind(&recipient) == Some(RecipientKind::ThirdParty);
        let data: Vec<WantedDatum<'_>> = purpose
            .uses
            .iter()
            .map(|it| WantedDatum { name: it.as_str(), collected_at: None })
            .collect();
        let decided = turn.decide(
            CALLER,
            request,
            &Wanted {
                who,
                act: if third { Act::Share } else { Act::Use },
                purpose: name.as_str(),
                data: &data,
                recipient: recipient.as_str(),
                channel: channel.as_str(),
                tags: &[],
                device: Device::default(),
                jurisdiction: "",
                campaign: None,
                assignment: None,
            },
        )?;
        let carried = match decided.advice {
            Advice::Proceed => Carried::Done,
            Advice::Withhold => Carried::Withheld,
        };
        turn.report(
            CALLER,
            request,
            &Outcome {
                decision: decided.position,
                carried: Some(carried),
                because: "",
                metric: None,
                value: None,
                assumed: true,
                only_of: None,
            },
        )?;
    }
    Ok(())
}

/// The kind of recipient farthest from the customer that a purpose names.
pub(super) fn farthest(turn: &Turn<'_>, purpose: &str) -> RecipientKind {
    let policy = turn.state().policies.in_force(turn.at);
    let kinds = policy.into_iter().flat_map(|policy| {
        let compiled = &policy.compiled;
        let of = |it: &&CompiledPurpose| it.name.as_str() == purpose;
        let mask = compiled.purposes.iter().find(of).map_or(0, |it| {
            let boxes = it.boxes.iter().filter(|it| it.basis == Ground::Permission);
            boxes.fold(0, |mask, it| mask | it.recipients)
        });
        let named = compiled.recipients.iter().enumerate();
        named.filter(move |(bit, _)| mask >> bit & 1 != 0).map(|(_, it)| it.kind)
    });
    kinds.max().unwrap_or(RecipientKind::Ourselves)
}

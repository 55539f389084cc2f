//! `/.well-known/gpc.json`: whether Global Privacy Control is honoured. No key, no cookie, and
//! nothing is recorded.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use handshake_core::policy::{Compiled, CompiledNever, CompiledPurpose, Policy, RecipientKind};
use handshake_core::vocabulary::{Millis, Mode, Signal};

use crate::clock;
use crate::http::call::{look, query, written};
use crate::http::problem::{Problem, Slug};
use crate::http::state::App;
use crate::http::wire::{Gpc, SiteQuery};

const DATE_CHARS: usize = 10;

/// Whether the policy in force honours Global Privacy Control.
#[utoipa::path(get, path = "/.well-known/gpc.json", tag = "governing", params(SiteQuery),
    responses((status = 200, body = Gpc)))]
pub async fn gpc(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let it: SiteQuery = query(request.uri())?;
    let room = app.room_without_key(it.site.as_deref())?;
    let now = clock::now();
    let found = look(room, |state| {
        let own = state.policies.in_force(now)?;
        let since = own.policy.effective.max(own.published_at);
        Some((is_honoured(&own.policy, &own.compiled, now), since))
    })
    .await?;
    let (honoured, published) =
        found.ok_or_else(|| Problem::new(Slug::NotFound, "the site has no policy yet"))?;
    let date: String = published.to_string().chars().take(DATE_CHARS).collect();
    let text = handshake_signals::gpc::gpc_json(honoured, &date).to_string();
    let mut response = written(StatusCode::OK, text.into_bytes());
    let public = HeaderValue::from_static("public, max-age=3600");
    response.headers_mut().insert(header::CACHE_CONTROL, public);
    Ok(response)
}

/// Whether nothing is sold or shared under the signal: everything that gives data to another
/// company stops for it. Only what changes our advice counts; what is merely tracked does not.
fn is_honoured(policy: &Policy, compiled: &Compiled, now: Millis) -> bool {
    let others = |it: &CompiledPurpose| -> u64 {
        let given = it.boxes.iter().fold(0, |all, one| all | one.recipients);
        let third = compiled.recipients.iter().enumerate();
        let third = third.filter(|(_, it)| it.kind == RecipientKind::ThirdParty);
        third.fold(0, |all, (bit, _)| all | 1 << bit) & given
    };
    let stops = |it: &CompiledPurpose| {
        let rules = it.signals.iter().filter(|it| it.signal == Signal::Gpc);
        rules.map(|it| it.mode.at(now)).any(|it| it == Mode::Enforce)
    };
    // A promise that names data, channels or a tag lets something through.
    let whole = |it: &&CompiledNever| {
        let free = it.data.is_none() && it.channels.is_none() && it.when_tag.is_none();
        let heard = it.when_signal.is_none_or(|it| it == Signal::Gpc);
        free && heard && it.mode.at(now) == Mode::Enforce
    };
    let forbidden = |it: &CompiledPurpose| -> u64 {
        let nevers = it.nevers.iter().filter_map(|at| compiled.nevers.get(usize::from(*at)));
        nevers.filter(whole).fold(0, |all, it| all | it.recipients.unwrap_or(u64::MAX))
    };
    // A purpose that is missing from what was compiled would be one that nothing stops.
    compiled.purposes.len() == policy.purposes.len()
        && compiled.purposes.iter().all(|it| others(it) & !forbidden(it) == 0 || stops(it))
}

#[cfg(test)]
mod tests {
    use super::*;
    use handshake_core::policy::{declared_names, hash, read};
    use handshake_core::vocabulary::Dictionary;

    const MODEL: &str = include_str!("../../../../../examples/ridgeline-bikes/policy.kdl");
    const NEVER: &str = "when signal=gpc; mode enforce; law \"11 CCR 7025(c)(1)\"";
    const SIGNAL: &str =
        "  gpc means=objection to=retarget binds=device,person law=\"11 CCR 7025\"\n";

    #[track_caller]
    fn check(changes: &[(&str, &str)], expected: bool) {
        let text = changes.iter().fold(MODEL.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "`{from}` is not in the model");
            text.replacen(from, to, 1)
        });
        let policy = read(&text).unwrap();
        let mut names = Dictionary::default();
        for (family, name) in declared_names(&policy) {
            names.declare(family.number(), name.as_str());
        }
        let compiled = Compiled::new(&policy, &names, 1, hash(&policy));
        assert_eq!(is_honoured(&policy, &compiled, policy.effective), expected);
    }

    #[test]
    fn it_is_honoured_where_nothing_is_sold_under_it() {
        let (softer, none) = (NEVER.replace("enforce", "observe"), "stops-for objection dnt");
        let own = "stops-for gpc objection dnt";
        check(&[], true);
        check(&[(SIGNAL, "")], true);
        check(&[(SIGNAL, ""), (NEVER, &softer)], true);
        check(&[(SIGNAL, ""), (own, none)], true);
        check(&[(SIGNAL, ""), (NEVER, &softer), (own, none)], false);
        let elsewhere = SIGNAL.replace("to=retarget", "to=show-recommendations");
        check(&[(SIGNAL, &elsewhere), (NEVER, &softer), (own, none)], false);
        let third = ("kind=third-party  country=US  sale=yes", "kind=processor country=US");
        check(&[(SIGNAL, ""), (NEVER, &softer), (own, none), (third.0, third.1)], true);
    }
}

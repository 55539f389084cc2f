//! One use, decided on a site and recorded like any other.

use handshake_core::vocabulary::{Signal, Signals};

use super::Decide;
use crate::cli::failure::Failure;
use crate::cli::open::{self, Opened};
use crate::cli::print::Printer;
use crate::clock;
use crate::config::Places;
use crate::http::doors::decide::recorded;
use crate::http::wire::DecideReply;
use crate::ingest::{Caller, Device, Request, Wanted, WantedDatum, Who};

pub(super) fn run(it: &Decide, places: &Places, printer: &Printer) -> Result<(), Failure> {
    let (Some(purpose), Some(recipient), Some(channel)) = (&it.purpose, &it.recipient, &it.channel)
    else {
        let said = "say what for, who gets it and where, with `--purpose`, `--recipient` and \
                    `--channel`";
        return Err(Failure::Usage(said.to_owned()));
    };
    let opened = Opened::existing(places)?;
    let site = open::open_site(&opened, it.site.as_ref())?;
    let who = match (&it.person, &it.customer) {
        (Some(id), _) => {
            Who::Person(id.parse().map_err(|error| Failure::Usage(format!("`--person`: {error}")))?)
        }
        (None, Some(number)) => Who::Customer(number),
        (None, None) => Who::Nobody,
    };
    let said = [(it.gpc, Signal::Gpc), (it.dnt, Signal::Dnt)];
    let said = said.iter().filter(|it| it.0).fold(Signals::NONE, |set, it| set.with(it.1));
    let data: Vec<WantedDatum<'_>> =
        it.data.iter().map(|name| WantedDatum { name, collected_at: None }).collect();
    let tags: Vec<&str> = it.tag.iter().map(String::as_str).collect();
    let request = Request::internal(None);
    let mut turn = site.turn(clock::now(), &request)?;
    let decided = turn.decide(
        Caller { name: "cli", coins: true },
        &request,
        &Wanted {
            who,
            act: it.act,
            purpose,
            data: &data,
            recipient,
            channel,
            tags: &tags,
            device: Device::of(said),
            jurisdiction: "",
            campaign: None,
            assignment: None,
        },
    )?;
    if let Some(ticket) = turn.commit()? {
        ticket.wait()?;
    }
    let reply = recorded(&site, &decided);
    printer.answer(&reply, || text(&reply));
    Ok(())
}

fn text(it: &DecideReply<'_>) -> String {
    let mut lines = vec![format!("{}: {} ({})", it.verdict, it.advice, it.mode)];
    for reason in &it.reasons {
        let datum = reason.data.as_ref().map_or(String::new(), |it| format!(" [{it}]"));
        lines.push(format!(
            "  {} ({}, line {}, {}){datum}: {}; needed: {}",
            reason.code, reason.clause, reason.line, reason.rule, reason.fact, reason.required
        ));
    }
    lines.extend(it.cures.iter().map(|it| format!("  cure: {it}")));
    lines.extend(it.duties.iter().map(|it| format!("  duty: {it}")));
    lines.push(format!("policy version {}", it.policy.version));
    lines.extend(it.decision.iter().map(|it| format!("decision {it}")));
    lines.join("\n")
}

//! `handshake decide`: one use, decided and recorded like any other.

use handshake_core::vocabulary::{Act, Name, Signal, Signals};

use super::failure::Failure;
use super::open::{self, Opened};
use super::print::Printer;
use crate::clock;
use crate::config::Places;
use crate::http::doors::decide::reply;
use crate::http::wire::DecideReply;
use crate::ingest::{Caller, Request, Wanted, WantedDatum, Who};

#[derive(Debug, clap::Args)]
pub(super) struct Decide {
    /// Site; may be left out where there is only one
    #[arg(long, value_name = "NAME", value_parser = open::name)]
    site: Option<Name>,
    /// Whose data, by our id; nobody known, if neither this nor `--customer` is given
    #[arg(long, value_name = "ID", conflicts_with = "customer")]
    person: Option<String>,
    /// Whose data, by the shop's own number
    #[arg(long, value_name = "NUMBER")]
    customer: Option<String>,
    /// What is done to the data: collect, use, share, infer or retain
    #[arg(long, value_name = "ACT", default_value = "use", value_parser = act)]
    act: Act,
    /// What for
    #[arg(long, value_name = "NAME")]
    purpose: String,
    /// Which data, by the policy's names, separated by commas
    #[arg(long, value_name = "NAMES", value_delimiter = ',', required = true)]
    data: Vec<String>,
    /// Who gets it
    #[arg(long, value_name = "NAME")]
    recipient: String,
    /// Where it shows
    #[arg(long, value_name = "NAME")]
    channel: String,
    /// A tag that holds; may be given more than once
    #[arg(long, value_name = "NAME")]
    tag: Vec<String>,
    /// The device says Global Privacy Control
    #[arg(long)]
    gpc: bool,
    /// The device says Do Not Track
    #[arg(long)]
    dnt: bool,
}

fn act(text: &str) -> Result<Act, String> {
    Act::parse(text).ok_or_else(|| format!("expected one of {}", Act::WORDS.join(", ")))
}

pub(super) fn run(it: &Decide, places: &Places, printer: &Printer) -> Result<(), Failure> {
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
            purpose: &it.purpose,
            data: &data,
            recipient: &it.recipient,
            channel: &it.channel,
            tags: &tags,
            signals: said,
            jurisdiction: "",
            campaign: None,
            assignment: None,
        },
    )?;
    if let Some(ticket) = turn.commit()? {
        ticket.wait()?;
    }
    let reply = reply(&site, &decided);
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
    lines.push(format!("policy version {}, decision {}", it.policy.version, it.decision));
    lines.join("\n")
}

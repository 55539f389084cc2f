//! `handshake demo`: an invented shop to touch, its riders and its merchant, in one command.
//!
//! `orders` are the data, `model` what simulated people and programs do with them, `link` a
//! connection to our own doors, `replay` sends it all through them, `place` is the directory with
//! its site, policy and keys. Here it is put together, and stays up.

mod link;
mod model;
mod orders;
mod place;
mod replay;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use handshake_core::projection::Quarter;
use handshake_shop::{Catalogue, Handshake, Settings, Shop};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::net::TcpListener;

use self::orders::Orders;
use self::place::Place;
use self::replay::Plan;
use super::failure::{Failure, chain};
use super::print::Printer;
use super::serve::{start_log, told_to_end, watch_keys};
use crate::clock;
use crate::config::Places;
use crate::console;
use crate::http::{self, App, router};

#[derive(Debug, clap::Args)]
pub(super) struct Demo {
    /// Move the clock of this process to the end of a quarter, as in `2026Q3`
    #[arg(long, value_name = "QUARTER")]
    quarter: Option<Quarter>,
    /// Address of Handshake
    #[arg(long, value_name = "ADDRESS:PORT", default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 8700)))]
    listen: SocketAddr,
    /// Address of the shop
    #[arg(long, value_name = "ADDRESS:PORT", default_value_t = SocketAddr::from((Ipv4Addr::LOCALHOST, 8800)))]
    shop_listen: SocketAddr,
    /// Replay so many rows of the data only
    #[arg(long, hide = true)]
    rows: Option<u64>,
    /// End when the replay is done
    #[arg(long, hide = true)]
    replay_only: bool,
}

/// The seed of everything that is drawn.
const SEED: u64 = 7;
const CONNECTIONS_MAX: usize = 10_000;

pub(super) fn run(it: &Demo, places: &Places, printer: &Printer) -> Result<(), Failure> {
    start_log("warn")?;
    let unreadable = |error: &dyn std::error::Error| Failure::Io(chain(error));
    let orders = orders::read(handshake_shop::ORDERS, it.rows).map_err(|it| unreadable(&it))?;
    let catalogue = Catalogue::read(handshake_shop::ITEMS).map_err(|it| unreadable(&it))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::io("could not start", &error))?;
    runtime.block_on(async {
        let shop_door = listen(it.shop_listen).await?;
        let door = listen(it.listen).await?;
        let origins = [origin(&shop_door)?, origin(&door)?];
        let place = Place::open(places, &orders, it.quarter, &origins)?;
        let ways = Ways { shop: &origins[0], handshake: &origins[1] };
        let end = told_to_end().map_err(|error| Failure::io("could not wait", &error))?;
        tokio::select! {
            done = stay((it, printer), (door, shop_door), (place, &orders, catalogue), &ways) => done,
            () = end => Ok(()),
        }
    })
}

/// Where everything is found.
struct Ways<'a> {
    shop: &'a str,
    handshake: &'a str,
}

/// Opens the doors, replays what is not in the ledger yet, and serves until told to end.
async fn stay(
    (it, printer): (&Demo, &Printer),
    (door, shop_door): (TcpListener, TcpListener),
    (place, orders, catalogue): (Place, &Orders, Catalogue),
    ways: &Ways<'_>,
) -> Result<(), Failure> {
    let address = door.local_addr().map_err(|error| Failure::io("no address", &error))?;
    let Place { directory, opened, room, keys, shift_weeks } = place;
    let visits_before = place::visits(&room)?;
    let (sells_nothing, _) = room.site.look(|state| state.catalogue.count() == 0)?;
    let app = Arc::new(App::new(directory, vec![room], false));
    let console = console::router(Arc::clone(&app), opened.drafts()?)
        .map_err(|error| Failure::io("could not start the console", &error))?;
    let routes = router::router(Arc::clone(&app)).merge(console);
    let serving =
        http::serve(door, Arc::clone(&app), routes, CONNECTIONS_MAX, std::future::pending());
    let serving = tokio::spawn(serving);
    let bar = bar(orders);
    let plan = Plan { orders, seed: SEED, shift_weeks, visits_before };
    if sells_nothing {
        place::catalogue((address, &keys.import), &catalogue, (orders, shift_weeks))
            .await
            .map_err(|error| Failure::Refused(chain(&error)))?;
    }
    replay::replay((address, &keys.import), &plan, &|orders| bar.set_position(orders))
        .await
        .map_err(|error| Failure::Refused(chain(&error)))?;
    bar.finish_and_clear();
    if it.replay_only {
        serving.abort();
        return Ok(());
    }
    // Only now, so that how often the demo was started stands in no replayed day.
    tokio::spawn(watch_keys(app, opened));
    let settings = Settings {
        address: address.to_string(),
        publishable: keys.publishable,
        secret: keys.secret,
        now: || clock::now().0,
    };
    let shop = Arc::new(Shop { catalogue, handshake: Handshake::new(settings) });
    printer.remark(&greeting((ways, orders), &keys.password));
    let shop = axum::serve(shop_door, handshake_shop::router(shop));
    shop.await.map_err(|error| Failure::io("the shop ended", &error))
}

/// What is printed once everything is up.
fn greeting((ways, orders): (&Ways<'_>, &Orders), password: &str) -> String {
    let lines = [
        format!(
            "{} orders of a fictional shop are replayed; people's answers and the shop's programs are simulated.",
            orders.count()
        ),
        String::new(),
        format!("  the shop         {}/", ways.shop),
        format!("  your deal there  {}/my-deal", ways.shop),
        format!("  Handshake        {}/openapi.json", ways.handshake),
        format!("  the console      {}/console/", ways.handshake),
        format!("  sign in there as {}, with the password {password}", place::USER),
        String::new(),
        "Ctrl-C ends it; started again it carries on.".to_owned(),
    ];
    lines.join("\n")
}

async fn listen(address: SocketAddr) -> Result<TcpListener, Failure> {
    let listening = http::listen(address).await;
    listening.map_err(|error| Failure::io(format!("could not listen on `{address}`"), &error))
}

/// The origin browsers see a listener under.
fn origin(listener: &TcpListener) -> Result<String, Failure> {
    let address = listener.local_addr().map_err(|error| Failure::io("no address", &error))?;
    Ok(format!("http://{address}"))
}

fn bar(orders: &Orders) -> ProgressBar {
    let style = ProgressStyle::with_template(
        "replaying {bar:30} {human_pos} of {human_len} orders, {elapsed}, {eta} to go",
    );
    let bar = ProgressBar::new(orders.count());
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

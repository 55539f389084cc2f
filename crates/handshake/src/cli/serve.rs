//! `handshake serve`: answer at the doors.

use std::panic;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::failure::Failure;
use super::open::Opened;
use super::print::Printer;
use crate::access::AccessStore;
use crate::config::{Config, Listening, Places};
use crate::console;
use crate::http::{self, App, router};

#[derive(Debug, clap::Args)]
pub(super) struct Serve {
    #[command(flatten)]
    listening: Listening,
}

const KEYS_CHECK: Duration = Duration::from_secs(1);

pub(super) fn serve(it: &Serve, places: &Places, printer: &Printer) -> Result<(), Failure> {
    let config = Config::new(places, &it.listening)?;
    start_log(&config.log)?;
    let opened = Opened::at(config)?;
    let directory = opened.directory()?;
    let rooms = directory.sites().map(|it| opened.room(it)).collect::<Result<_, _>>()?;
    let app = Arc::new(App::new(directory, rooms, !opened.config.is_local()));
    let console = console::router(Arc::clone(&app), opened.drafts()?)
        .map_err(|error| Failure::io("could not start the console", &error))?;
    let pages = router::router(Arc::clone(&app)).merge(console);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::io("could not start", &error))?;
    runtime.block_on(run(&app, pages, opened, printer))
}

async fn run(
    app: &Arc<App>,
    pages: axum::Router,
    opened: Opened,
    printer: &Printer,
) -> Result<(), Failure> {
    let config = &opened.config;
    let listener = http::listen(config.listen)
        .await
        .map_err(|error| Failure::io(format!("could not listen on `{}`", config.listen), &error))?;
    let end = told_to_end().map_err(|error| Failure::io("could not wait for signals", &error))?;
    // Port 0 lets the system choose, so say which it is.
    let listen = listener.local_addr().unwrap_or(config.listen);
    printer.remark(&format!("listening on http://{listen}"));
    let connections_max = config.connections_max;
    let keys = tokio::spawn(watch_keys(Arc::clone(app), opened));
    http::serve(listener, Arc::clone(app), pages, connections_max, end).await;
    keys.abort();
    printer.remark("ended");
    Ok(())
}

/// Waits for SIGTERM, as service managers send it, or SIGINT, as a terminal does.
pub(super) fn told_to_end() -> std::io::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => (),
            _ = interrupt.recv() => (),
        }
    })
}

/// Takes in keys made or revoked by commands while we run.
pub(super) async fn watch_keys(app: Arc<App>, opened: Opened) {
    let path = opened.config.access_path();
    let mut seen = written(&path);
    loop {
        tokio::time::sleep(KEYS_CHECK).await;
        note_access(&app);
        let now = written(&path);
        if now == seen {
            continue;
        }
        match AccessStore::read(&path, &opened.wrap) {
            Ok(directory) => {
                app.replace_directory(directory);
                seen = now;
                tracing::info!("keys were read again");
            }
            // Most likely the command is still writing. We look again in a second.
            Err(error) => tracing::warn!(%error, "keys could not be read again"),
        }
    }
}

/// Keys are made by commands; the ledger hears of them from the server, which alone writes it.
fn note_access(app: &App) {
    let directory = app.directory();
    let keys = directory.keys();
    for room in app.rooms() {
        let keys = keys.iter().map(|it| &***it);
        if let Err(error) = room.site.note_access(keys) {
            tracing::warn!(%error, site = room.info.name.as_str(), "changes of keys wait");
        }
    }
}

fn written(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|it| it.modified()).ok()
}

pub(super) fn start_log(level: &str) -> Result<(), Failure> {
    let filter = EnvFilter::try_new(level).map_err(|_| {
        Failure::Usage(format!("`{level}` is no log level; use `error`, `warn`, `info` or `debug`"))
    })?;
    let logging =
        tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
    logging.map_err(|_| Failure::Io("could not start the log".to_owned()))?;
    // What a panic says may quote what a customer sent; where it happened does not.
    panic::set_hook(Box::new(|info| {
        let place = info.location().map_or_else(String::new, ToString::to_string);
        tracing::error!(place, "panic");
    }));
    Ok(())
}

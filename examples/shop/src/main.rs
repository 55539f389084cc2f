//! The shop on its own, beside a Handshake that runs already.

use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Parser;
use handshake_shop::{Catalogue, Handshake, ITEMS, Settings, Shop, router};

/// Ridgeline Bikes: an invented bike shop that keeps its promises with Handshake.
#[derive(Debug, Parser)]
#[command(name = "handshake-shop", version)]
struct Arguments {
    /// Where Handshake listens
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8700")]
    handshake: String,
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8800")]
    listen: SocketAddr,
    /// File that holds the publishable key in its first line and the secret key in its second
    #[arg(long, value_name = "FILE")]
    keys: std::path::PathBuf,
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error("could not start: {0}")]
    Io(#[from] std::io::Error),
    #[error("the file of keys needs two lines: a publishable key and a secret one")]
    Keys,
    #[error(transparent)]
    Catalogue(#[from] handshake_shop::catalogue::CatalogueError),
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            #[expect(clippy::print_stderr, reason = "a command says why it ended")]
            {
                eprintln!("handshake-shop: {failure}");
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(it: Arguments) -> Result<(), Failure> {
    let keys = std::fs::read_to_string(&it.keys)?;
    let mut keys = keys.lines().map(|it| it.trim().to_owned());
    let (Some(publishable), Some(secret)) = (keys.next(), keys.next()) else {
        return Err(Failure::Keys);
    };
    let settings = Settings { address: it.handshake, publishable, secret, now };
    let catalogue = Catalogue::read(ITEMS)?;
    let shop = Arc::new(Shop { catalogue, handshake: Handshake::new(settings) });
    let listener = tokio::net::TcpListener::bind(it.listen).await?;
    axum::serve(listener, router(shop)).await?;
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "this program has no clock of its own")]
fn now() -> i64 {
    let elapsed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}

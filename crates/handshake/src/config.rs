//! Settings: from flags, else from `HANDSHAKE_*`, else the defaults below. The only reader of the
//! environment.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use handshake_core::vocabulary::SiteId;

/// Where things are; the same for every command.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Places {
    /// Directory of the ledger, the keys' slab and `access.redb` [env: `HANDSHAKE_DATA`; default: handshake-data]
    // Not `data` by its id: commands that take names of data by `--data` have an option of this id
    // under another name, which keeps this one away from them.
    #[arg(id = "directory", long = "data", value_name = "DIR", global = true)]
    pub data: Option<PathBuf>,
    /// File with the wrapping key, outside the data directory (env `HANDSHAKE_KEY_FILE`, default `<DIR>.key`)
    #[arg(long, value_name = "FILE", global = true)]
    pub key_file: Option<PathBuf>,
}

/// How to serve.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Listening {
    /// Address to listen on [env: `HANDSHAKE_LISTEN`; default: 127.0.0.1:8700]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// Origin under which browsers reach this server [env: `HANDSHAKE_PUBLIC_ORIGIN`]
    ///
    /// Cookies are `Secure` unless it is plain http on this machine.
    #[arg(long, value_name = "URL")]
    pub public_origin: Option<String>,
    /// What to log: `error`, `warn`, `info` or `debug` [env: `HANDSHAKE_LOG`; default: info]
    #[arg(long, value_name = "LEVEL")]
    pub log: Option<String>,
    /// How many connections may be open at once [env: `HANDSHAKE_CONNECTIONS`; default: 10000]
    #[arg(long, value_name = "COUNT")]
    pub connections: Option<usize>,
}

/// How to reach a server that runs.
#[derive(Debug, Clone, PartialEq, Eq, clap::Args)]
pub struct Reaching {
    /// The server to ask [env: `HANDSHAKE_SERVER`; default: `http://127.0.0.1:8700`]
    #[arg(long, value_name = "URL", conflicts_with = "policy")]
    server: Option<String>,
    /// A secret key of the site; better given in the environment, where no list of processes shows it [env: `HANDSHAKE_SECRET`]
    #[arg(long, value_name = "KEY", conflicts_with = "policy")]
    secret: Option<String>,
}

/// Settings once all sources were asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    pub data: PathBuf,
    pub key_file: PathBuf,
    pub listen: SocketAddr,
    pub public_origin: Option<String>,
    pub log: String,
    pub connections_max: usize,
}

/// A setting in the environment that makes no sense.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{value}` is no value for `{name}`; expected {expected}")]
pub struct ConfigError {
    name: &'static str,
    value: String,
    expected: &'static str,
}

const LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8700);
const CONNECTIONS_MAX: usize = 10_000;

impl Reaching {
    pub fn server(&self) -> String {
        let said = self.server.clone().or_else(|| environment("HANDSHAKE_SERVER"));
        said.unwrap_or_else(|| format!("http://{LISTEN}"))
    }

    pub fn secret(&self) -> Option<String> {
        self.secret.clone().or_else(|| environment("HANDSHAKE_SECRET"))
    }
}

impl Config {
    pub fn new(places: &Places, listening: &Listening) -> Result<Config, ConfigError> {
        Config::from_sources(places, listening, &environment)
    }

    fn from_sources(
        places: &Places,
        listening: &Listening,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Config, ConfigError> {
        let data = places.data.clone();
        let data = data.or_else(|| environment("HANDSHAKE_DATA").map(PathBuf::from));
        let data = data.unwrap_or_else(|| PathBuf::from("handshake-data"));
        let key_file = places.key_file.clone();
        let key_file = key_file.or_else(|| environment("HANDSHAKE_KEY_FILE").map(PathBuf::from));
        let listen = match listening.listen {
            Some(listen) => listen,
            None => read(environment, "HANDSHAKE_LISTEN", "an address such as `127.0.0.1:8700`")?
                .unwrap_or(LISTEN),
        };
        let connections = match listening.connections {
            Some(connections) => connections,
            None => read(environment, "HANDSHAKE_CONNECTIONS", "a number such as `10000`")?
                .unwrap_or(CONNECTIONS_MAX),
        };
        let public_origin = listening.public_origin.clone();
        let log = listening.log.clone().or_else(|| environment("HANDSHAKE_LOG"));
        Ok(Config {
            key_file: key_file.unwrap_or_else(|| beside(&data)),
            data,
            listen,
            public_origin: public_origin.or_else(|| environment("HANDSHAKE_PUBLIC_ORIGIN")),
            log: log.unwrap_or_else(|| "info".to_owned()),
            connections_max: connections,
        })
    }

    /// Where sites and keys are kept.
    pub fn access_path(&self) -> PathBuf {
        self.data.join("access.redb")
    }

    /// Where policies are kept while they are written.
    pub fn drafts_path(&self) -> PathBuf {
        self.data.join("drafts.redb")
    }

    /// Where the ledger and the key slab of a site are kept.
    pub fn site_path(&self, site: SiteId) -> PathBuf {
        self.data.join("sites").join(site.0.to_string())
    }

    /// Whether cookies may travel over plain http: only to this very machine.
    pub fn is_local(&self) -> bool {
        match &self.public_origin {
            Some(origin) => ["http://localhost", "http://127.0.0.1", "http://[::1]"]
                .iter()
                .any(|it| origin.strip_prefix(it).is_some_and(|rest| !rest.starts_with('.'))),
            None => self.listen.ip().is_loopback(),
        }
    }
}

fn beside(data: &Path) -> PathBuf {
    let mut name = data.file_name().unwrap_or_else(|| "data".as_ref()).to_owned();
    name.push(".key");
    data.with_file_name(name)
}

fn read<T: std::str::FromStr>(
    environment: &dyn Fn(&str) -> Option<String>,
    name: &'static str,
    expected: &'static str,
) -> Result<Option<T>, ConfigError> {
    let Some(value) = environment(name) else { return Ok(None) };
    let parsed = value.parse().ok();
    parsed.map(Some).ok_or(ConfigError { name, value, expected })
}

/// Whether tests write the files they compare with, as `cargo xtask golden` wants them to.
#[cfg(test)]
pub(crate) fn writes_golden_files() -> bool {
    environment("HANDSHAKE_GOLDEN").is_some_and(|it| it == "write")
}

#[expect(clippy::disallowed_methods, reason = "this is the reader of the environment")]
fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|it| !it.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_PLACES: Places = Places { data: None, key_file: None };
    const NO_LISTENING: Listening =
        Listening { listen: None, public_origin: None, log: None, connections: None };

    fn config(environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let find =
            |name: &str| environment.iter().find(|it| it.0 == name).map(|it| it.1.to_owned());
        Config::from_sources(&NO_PLACES, &NO_LISTENING, &find)
    }

    #[test]
    fn the_key_file_lies_beside_the_data() {
        let config = config(&[("HANDSHAKE_DATA", "/srv/shop/data")]).unwrap();
        assert_eq!(config.key_file, Path::new("/srv/shop/data.key"));
        assert_eq!(config.access_path(), Path::new("/srv/shop/data/access.redb"));
    }

    #[test]
    fn a_bad_setting_is_named() {
        let said = config(&[("HANDSHAKE_LISTEN", "80")]).unwrap_err().to_string();
        assert_eq!(
            said,
            "`80` is no value for `HANDSHAKE_LISTEN`; expected an address such as `127.0.0.1:8700`"
        );
    }

    #[test]
    fn only_this_machine_is_local() {
        for (origin, local) in [
            ("http://localhost:8700", true),
            ("http://127.0.0.1", true),
            ("http://localhost.shop.example", false),
            ("https://localhost", false),
            ("http://shop.example", false),
        ] {
            let config = config(&[("HANDSHAKE_PUBLIC_ORIGIN", origin)]).unwrap();
            assert_eq!(config.is_local(), local, "{origin}");
        }
        assert!(config(&[]).unwrap().is_local());
        assert!(!config(&[("HANDSHAKE_LISTEN", "0.0.0.0:80")]).unwrap().is_local());
    }
}

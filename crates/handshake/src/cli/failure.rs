//! Why a command did not do what it was asked.

use std::error::Error;
use std::process::ExitCode;

use crate::access::{AccessError, KeyFileError};
use crate::config::ConfigError;
use crate::ingest::Refusal;
use crate::ledger::LedgerError;

/// A failure and its exit code; `Display` is one line for the terminal.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The command line, or a setting, makes no sense.
    #[error("{0}")]
    Usage(String),
    /// It makes sense, and the answer is no.
    #[error("{0}")]
    Refused(String),
    /// Reading or writing failed.
    #[error("{0}")]
    Io(String),
    /// A new policy gives people another deal; what a merge is stopped by.
    #[error(
        "the change is material: announce it a day ahead if it widens the deal, and ask again \
         those who agreed to less"
    )]
    Material,
    /// It was done, and somebody must look at the outcome before they go on.
    #[error("{0}")]
    Attention(String),
}

impl Failure {
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Failure::Usage(_) => ExitCode::from(2),
            Failure::Refused(_) => ExitCode::from(1),
            Failure::Material | Failure::Attention(_) => ExitCode::from(3),
            Failure::Io(_) => ExitCode::from(70),
        }
    }

    /// What could not be done, and why.
    pub fn io(what: impl Into<String>, why: &dyn Error) -> Failure {
        Failure::Io(format!("{}: {}", what.into(), chain(why)))
    }
}

/// An error and its sources, each said once.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let said = source.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        next = source.source();
    }
    text
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Failure {
        Failure::Usage(error.to_string())
    }
}

impl From<KeyFileError> for Failure {
    fn from(error: KeyFileError) -> Failure {
        match error {
            KeyFileError::Inside { .. } => Failure::Usage(error.to_string()),
            KeyFileError::Missing { .. } | KeyFileError::Malformed { .. } => {
                Failure::Refused(error.to_string())
            }
            KeyFileError::Io { .. } | KeyFileError::Secret(_) => Failure::Io(chain(&error)),
        }
    }
}

impl From<AccessError> for Failure {
    fn from(error: AccessError) -> Failure {
        match error {
            AccessError::Open { .. } | AccessError::Store(_) | AccessError::Row => {
                Failure::Io(chain(&error))
            }
            AccessError::Held(_)
            | AccessError::Newer
            | AccessError::Secret(_)
            | AccessError::SiteExists(_)
            | AccessError::NoSite(_)
            | AccessError::NoOrigin(_)
            | AccessError::NoKey(_)
            | AccessError::UserExists(_)
            | AccessError::NoUser(_)
            | AccessError::Password(_) => Failure::Refused(error.to_string()),
        }
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Failure {
        Failure::Io(chain(&error))
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        if let Refusal::Stopped(error) = refusal {
            return error.into();
        }
        Failure::Refused(chain(&refusal))
    }
}

//! Sources of permissions outside Casemate that are asked what somebody holds: endpoints of other systems, and files.
//!
//! What a source says of somebody is found out before what they hold is compiled, since compiling waits for nothing. Whoever was not
//! asked about holds nothing that could be said: a way that forgets to ask fails closed.

mod answer;
mod breaker;
mod endpoint;
#[cfg(test)]
pub(crate) mod fake_endpoint;
mod file;
mod files;
mod globs;
mod kept;
mod question;
mod requests;
mod running;
mod shares;

use std::sync::Arc;

pub use answer::{AnswerError, read_answer};
pub(crate) use breaker::About;
pub(crate) use endpoint::Endpoint;
pub use file::{FileError, read_file};
pub(crate) use files::is_file_name;
pub(crate) use question::Read;
pub(crate) use requests::{Request, RequestError, Requests};
pub(crate) use running::{Running, Sources, Waiting, secret};
pub(crate) use shares::AskedBy;

/// What sources outside Casemate say of somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) enum Outside {
    /// None was asked.
    #[default]
    Unasked,
    /// None is to be asked: it is somebody of whom no source could say anything, such as whoever is in a group.
    LeftOut,
    /// Each of those that tell of them, by name.
    Said(Arc<[Said]>),
}

/// What one source says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Said {
    pub(crate) source: Arc<str>,
    /// A list of permissions as JSON, or why it cannot be had.
    pub(crate) said: Result<Arc<str>, Arc<str>>,
}

impl Outside {
    /// What a source of this name says.
    ///
    /// # Errors
    /// Why that is not known.
    pub(crate) fn of(&self, source: &str) -> Result<Option<&Arc<str>>, &str> {
        let Outside::Said(said) = self else {
            return match self {
                Outside::LeftOut => Ok(None),
                _ => Err("it was not asked what they hold"),
            };
        };
        match said.iter().find(|said| *said.source == *source) {
            Some(Said { said: Ok(permissions), .. }) => Ok(Some(permissions)),
            Some(Said { said: Err(problem), .. }) => Err(problem),
            None => Err("it was not asked what they hold"),
        }
    }

    /// Whether a source said something of them, or failed to.
    pub(crate) fn is_said(&self) -> bool {
        matches!(self, Outside::Said(said) if !said.is_empty())
    }

    /// What its texts take, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        let Outside::Said(said) = self else { return 0 };
        said.iter().map(|said| size_of::<Said>() + said.said.as_ref().map_or(0, |text| text.len())).sum()
    }
}

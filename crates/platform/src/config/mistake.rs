//! Where a value came from, and what is wrong with one.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where the value of a setting came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    Default,
    /// A configuration file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// An environment variable.
    Environment {
        /// Its name.
        name: String,
    },
    /// A flag of the command line.
    Flag {
        /// Its name, without its dashes.
        name: &'static str,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File { path, line } => write!(f, "{}:{line}", path.display()),
            Origin::Environment { name } => f.write_str(name),
            Origin::Flag { name } => write!(f, "--{name}"),
        }
    }
}

/// A configuration file as it was read, with whatever may be secret in it hidden.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SourceFile {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

impl SourceFile {
    /// The line of this byte, from 1.
    pub(crate) fn line(&self, byte: usize) -> usize {
        line(&self.text, byte)
    }
}

/// The line of this byte, from 1.
pub(crate) fn line(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|byte| *byte == b'\n').count() + 1
}

/// One mistake in the configuration. None tells a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    origin: Origin,
    place: Option<(Arc<SourceFile>, Range<usize>)>,
    message: String,
    help: Option<String>,
}

impl Mistake {
    /// A mistake in what came from there.
    pub(crate) fn of(origin: Origin, message: impl Into<String>) -> Mistake {
        Mistake { origin, place: None, message: message.into(), help: None }
    }

    /// A mistake at these bytes of a file.
    pub(crate) fn at(source: &Arc<SourceFile>, span: Range<usize>, message: impl Into<String>) -> Mistake {
        let origin = Origin::File { path: source.path.clone(), line: source.line(span.start) };
        Mistake { place: Some((Arc::clone(source), span)), ..Mistake::of(origin, message) }
    }

    /// Adds what to do about it.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Mistake {
        self.help = Some(help.into());
        self
    }

    /// Where it is.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The file that it is in, its text with whatever is secret hidden, and the bytes that it is about.
    #[must_use]
    pub fn place(&self) -> Option<(&Path, &str, Range<usize>)> {
        let (source, span) = self.place.as_ref()?;
        Some((&source.path, &source.text, span.clone()))
    }

    /// What is wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it, where that is not plain.
    #[must_use]
    pub fn advice(&self) -> Option<&str> {
        self.help.as_deref()
    }
}

impl fmt::Display for Mistake {
    /// `origin: message (help)`, on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.origin, self.message.replace('\n', " "))?;
        match &self.help {
            Some(help) => write!(f, " ({})", help.replace('\n', " ")),
            None => Ok(()),
        }
    }
}

//! What a person wrote wrongly in a policy file, and where.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A policy file as it was read.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Where it was read, below the policy folder's own path.
    pub path: PathBuf,
    /// What stands in it.
    pub text: String,
}

/// One mistake in a policy, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    source: Arc<SourceFile>,
    span: Option<Range<usize>>,
    message: String,
    help: Option<String>,
}

impl Mistake {
    /// A mistake in `source`, at these bytes.
    pub(crate) fn at(source: &Arc<SourceFile>, span: Range<usize>, message: impl Into<String>) -> Mistake {
        Mistake { source: Arc::clone(source), span: Some(span), message: message.into(), help: None }
    }

    /// A mistake that concerns a whole file, or a folder.
    pub(crate) fn of(source: &Arc<SourceFile>, message: impl Into<String>) -> Mistake {
        Mistake { source: Arc::clone(source), span: None, message: message.into(), help: None }
    }

    /// A mistake of something whose text is not at hand.
    pub(crate) fn of_path(path: &Path, message: impl Into<String>) -> Mistake {
        Mistake::of(&Arc::new(SourceFile { path: path.to_owned(), text: String::new() }), message)
    }

    /// Adds what to do about it.
    pub(crate) fn help(mut self, help: impl Into<String>) -> Mistake {
        self.help = Some(help.into());
        self
    }

    /// By what mistakes are put in the order in which a person meets them.
    pub(crate) fn order(&self) -> (&Path, usize) {
        (&self.source.path, self.span.as_ref().map_or(0, |span| span.start))
    }

    /// The file, or the folder, it is in.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.source.path
    }

    /// The text of the file; empty where it could not be read.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.source.text
    }

    /// The bytes of the text that it is about.
    #[must_use]
    pub fn span(&self) -> Option<Range<usize>> {
        self.span.clone()
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

    /// Line and column of its beginning, both from 1, columns in characters.
    #[must_use]
    pub fn place(&self) -> Option<(usize, usize)> {
        let start = self.span.as_ref()?.start;
        let before = self.source.text.get(..start)?;
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.matches('\n').count() + 1;
        Some((line, before.get(line_start..)?.chars().count() + 1))
    }
}

impl fmt::Display for Mistake {
    /// `file:line:column: message (help)`, on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.source.path.display())?;
        if let Some((line, column)) = self.place() {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message.replace('\n', " "))?;
        match &self.help {
            Some(help) => write!(f, " ({})", help.replace('\n', " ")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_lines_and_characters_from_one() {
        let text = "a = 1\nü = \"x\"\n".to_owned();
        let source = Arc::new(SourceFile { path: "roles.toml".into(), text });
        let place = |start| Mistake::at(&source, start..start, "wrong").place();
        assert_eq!(place(0), Some((1, 1)));
        assert_eq!(place(6), Some((2, 1)));
        assert_eq!(place(11), Some((2, 5)));
        assert_eq!(place(99), None);
        let mistake = Mistake::at(&source, 11..12, "no\nsuch thing").help("write x");
        assert_eq!(mistake.to_string(), "roles.toml:2:5: no such thing (write x)");
        assert_eq!(Mistake::of(&source, "empty").to_string(), "roles.toml: empty");
    }
}

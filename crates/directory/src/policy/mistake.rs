//! What a person wrote wrongly in a policy file, and where.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::kind::Kind;

/// A policy file as it was read.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Where it was read, below the policy folder's own path.
    pub path: PathBuf,
    /// What stands in it.
    pub text: String,
}

/// A place in an object of the store, or in one that is to be written there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectPlace {
    /// The object's kind.
    pub kind: Kind,
    /// The tenant that it belongs to; empty for the whole installation.
    pub tenant: String,
    /// The object's name; empty where it has none yet.
    pub name: String,
    /// Where in its document: a JSON pointer (RFC 6901) such as `/permissions/2/models`, empty for the whole of it.
    pub pointer: String,
}

/// One mistake in a policy, with its place in a file or in an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    object: Option<Box<ObjectPlace>>,
    source: Arc<SourceFile>,
    span: Option<Range<usize>>,
    message: String,
    help: Option<String>,
}

impl Mistake {
    /// A mistake in `source`, at these bytes.
    pub(crate) fn at(source: &Arc<SourceFile>, span: Range<usize>, message: impl Into<String>) -> Mistake {
        Mistake {
            object: None,
            source: Arc::clone(source),
            span: Some(span),
            message: message.into(),
            help: None,
        }
    }

    /// A mistake that concerns a whole file, or a folder.
    pub(crate) fn of(source: &Arc<SourceFile>, message: impl Into<String>) -> Mistake {
        Mistake { object: None, source: Arc::clone(source), span: None, message: message.into(), help: None }
    }

    /// A mistake in an object.
    pub(crate) fn of_object(place: ObjectPlace, message: impl Into<String>) -> Mistake {
        let path = PathBuf::from(format!("{} `{}`", place.kind, place.name));
        Mistake { object: Some(Box::new(place)), ..Mistake::of_path(&path, message) }
    }

    /// Says in which object the text stands that the mistake is in.
    pub(crate) fn within(mut self, place: ObjectPlace) -> Mistake {
        self.object = Some(Box::new(place));
        self
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

    /// The object that it is in, where it is in none of the files.
    #[must_use]
    pub fn object(&self) -> Option<&ObjectPlace> {
        self.object.as_deref()
    }

    /// The file and line, or the object, that it is in.
    pub(crate) fn site(&self) -> String {
        let path = self.source.path.display();
        match self.place() {
            Some((line, column)) => format!("{path}:{line}:{column}"),
            None => path.to_string(),
        }
    }

    /// The file, or the folder, it is in; for an object its kind and name.
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
    /// `file:line:column: message (help)` or `kind `name` pointer: message (help)`, on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.site())?;
        if let Some(object) = self.object.as_ref().filter(|object| !object.pointer.is_empty()) {
            write!(f, " {}", object.pointer)?;
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

//! What is wrong with a log.

use std::fmt::{self, Display};

/// Indexes of a log, both of which are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub first: u64,
    /// The last.
    pub last: u64,
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wrong {
    /// An event is not the one that was recorded.
    Edited,
    /// Events were left out.
    Missing,
    /// Events stand in another order.
    Reordered,
    /// An event stands there more than once.
    Repeated,
    /// The log ends before it did when its checkpoint was signed.
    Truncated,
    /// It has fewer events than it had before.
    RolledBack,
    /// It told somebody else something else.
    SplitView,
    /// The events do not give the root that was signed.
    Changed,
    /// The tiles do not lead to the root that was signed.
    Tile,
    /// A checkpoint says that a key signed it, which did not.
    Forged,
    /// None of the known keys signed a checkpoint.
    UnknownKey,
    /// A checkpoint is of another log.
    OtherLog,
    /// No signed checkpoint is about events that are shown.
    Unsigned,
    /// It cannot be shown that the log goes on where a remembered checkpoint ended.
    Unproved,
    /// A witness did not cosign it.
    Unwitnessed,
    /// Something is no checkpoint, or cannot be read as what it ought to be.
    Unreadable,
}

/// The first that was found to be wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub wrong: Wrong,
    /// Where the first bad index is: one where both ends are the same. Nothing where it is about no event.
    pub at: Option<Span>,
    /// More about it, for a person.
    pub detail: String,
}

impl Wrong {
    /// The word for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Wrong::Edited => "edited",
            Wrong::Missing => "missing",
            Wrong::Reordered => "reordered",
            Wrong::Repeated => "repeated",
            Wrong::Truncated => "truncated",
            Wrong::RolledBack => "rolled-back",
            Wrong::SplitView => "split-view",
            Wrong::Changed => "changed",
            Wrong::Tile => "tile",
            Wrong::Forged => "forged",
            Wrong::UnknownKey => "unknown-key",
            Wrong::OtherLog => "other-log",
            Wrong::Unsigned => "unsigned",
            Wrong::Unproved => "unproved",
            Wrong::Unwitnessed => "unwitnessed",
            Wrong::Unreadable => "unreadable",
        }
    }

    /// What whoever finds it does next.
    #[must_use]
    pub fn what_next(self) -> &'static str {
        match self {
            Wrong::Edited | Wrong::Missing | Wrong::Reordered | Wrong::Repeated | Wrong::Changed => {
                "keep what you checked as it is; compare the events named with a backup or an export from before, and ask who could write to the database or the file"
            }
            Wrong::Truncated => {
                "keep what you checked as it is; take the missing events from a backup, a sink or an export, and ask who could write to the database or the file"
            }
            Wrong::RolledBack => {
                "ask whether a backup was restored: then the events behind it are lost, and are to be taken from a sink or an export; otherwise somebody set the log back"
            }
            Wrong::SplitView => {
                "keep both checkpoints: together they prove that the operator showed two logs, whoever looks at them"
            }
            Wrong::Tile => {
                "the hashes kept beside the events were changed: check an export of the same events by itself, and ask who could write to the database"
            }
            Wrong::Forged => {
                "the checkpoint was changed or forged: take nothing from it, and ask for the log's own"
            }
            Wrong::UnknownKey => {
                "check the key that you gave with the operator, over another way; where the log has a new key, give both"
            }
            Wrong::OtherLog => "check that the key, the remembered checkpoint and the log belong together",
            Wrong::Unsigned => {
                "take nothing from the events named: whoever wrote the file or the database may have made them up; a backup of a server that runs may end with those of its last second, which --to-checkpoint leaves out"
            }
            Wrong::Unproved => {
                "check the running server with what is remembered: it has a proof that its log goes on there; otherwise take a file from before the events were given up"
            }
            Wrong::Unwitnessed => {
                "ask whoever runs the witness for the last checkpoint that it cosigned (its GET /checkpoint) and give it with --checkpoint; where the witness does not run, nobody watches the log"
            }
            Wrong::Unreadable => {
                "check that the file or the answer is whole, and of a version that this program knows"
            }
        }
    }
}

impl Display for Wrong {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl Span {
    /// The one with this index alone.
    #[must_use]
    pub fn only(index: u64) -> Span {
        Span { first: index, last: index }
    }

    /// From an index up to one before another.
    #[must_use]
    pub fn up_to(first: u64, end: u64) -> Span {
        Span { first, last: end.saturating_sub(1).max(first) }
    }
}

impl Display for Span {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Span { first, last } = self;
        if first == last { write!(formatter, "{first}") } else { write!(formatter, "{first} to {last}") }
    }
}

impl Finding {
    /// Something that is about these events.
    #[must_use]
    pub fn at(wrong: Wrong, at: Span, detail: impl Into<String>) -> Finding {
        Finding { wrong, at: Some(at), detail: detail.into() }
    }

    /// Something that is about no event.
    #[must_use]
    pub fn of(wrong: Wrong, detail: impl Into<String>) -> Finding {
        Finding { wrong, at: None, detail: detail.into() }
    }
}

impl Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            Some(at) if at.first == at.last => {
                write!(formatter, "{}, first bad index {at}: {}", self.wrong, self.detail)
            }
            Some(at) => write!(formatter, "{}, first bad index within {at}: {}", self.wrong, self.detail),
            None => write!(formatter, "{}: {}", self.wrong, self.detail),
        }
    }
}

impl std::error::Error for Finding {}

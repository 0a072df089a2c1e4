//! Whoever reads events for longer than a request takes: they are judged again before each page, and so many read at once.

use casemate_audit::query::Query;
use casemate_platform::Problem;
use casemate_store::{LogPage, LogStep, StoreError};
use thiserror::Error;

use super::routes::AuditEventList;
use super::search::EventSearch;
use crate::App;
use crate::export::AT_ONCE;
use crate::guard::{Access, Thing};
use crate::permissions::service::StreamPlace;

/// Why no more is read.
#[derive(Debug, Error)]
pub(super) enum Unread {
    /// Its reader may not see it any more.
    #[error("its reader may not see it any more")]
    NotAllowed,
    /// The log cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// It cannot be written as it is wanted.
    #[cfg(feature = "archive")]
    #[error(transparent)]
    Unwritten(#[from] casemate_archive::ArchiveError),
}

/// Somebody who reads what a search finds.
pub(super) struct Reader {
    pub(super) app: App,
    pub(super) wanted: Query,
    access: Access,
    search: EventSearch,
    /// Comes back when they are gone.
    _place: StreamPlace,
}

/// What was found behind a place, in order, and behind which event more follows.
pub(super) struct Found {
    pub(super) steps: Vec<LogStep>,
    pub(super) next: Option<u64>,
}

impl Reader {
    /// Takes a place for whoever reads all that a search finds, in an order that may be another than it says.
    ///
    /// # Errors
    /// 503 where there is none; 422 and 403 as of [`EventSearch::whole`], whose `pointer` this is.
    pub(super) fn begin(
        app: App,
        access: Access,
        (search, pointer): (EventSearch, &str),
        oldest_first: Option<bool>,
    ) -> Result<Reader, Problem> {
        let wanted = search.clone().whole(&app, &access, pointer)?;
        let oldest_first = oldest_first.unwrap_or(wanted.oldest_first);
        let place = app.changes.enter(access.tenant().to_owned(), access.caller_key())?;
        Ok(Reader { app, wanted: Query { oldest_first, ..wanted }, access, search, _place: place })
    }

    /// Whether they read the whole log, oldest first: also what has no text any more is a part of that.
    pub(super) fn is_whole(&self) -> bool {
        self.wanted == Query { oldest_first: true, ..Query::default() }
    }

    /// Some of what they read, behind an event.
    ///
    /// # Errors
    /// Where the log cannot be read.
    pub(super) async fn steps(&self, behind: Option<u64>) -> Result<Found, Unread> {
        let log = self.app.store.reader();
        if self.is_whole() {
            let first = behind.map_or(0, |behind| behind.saturating_add(1));
            let steps = log.log_steps(first, AT_ONCE).await?;
            let next = steps.last().map(|last| last.end().saturating_sub(1));
            return Ok(Found { steps, next });
        }
        let LogPage { items, next, .. } = log.log_search(&self.wanted, behind, AT_ONCE).await?;
        Ok(Found { steps: items.into_iter().map(LogStep::Event).collect(), next })
    }

    /// Goes on where they may still see what they read.
    ///
    /// # Errors
    /// Where they may not.
    pub(super) async fn judge(&mut self) -> Result<(), Unread> {
        match self.access.readmitted::<AuditEventList>(&self.app).await {
            Ok(Some(renewed)) => self.access = renewed,
            Ok(None) => return Ok(()),
            Err(_) => return Err(Unread::NotAllowed),
        }
        let is_allowed = self.access.may::<AuditEventList>(&Thing::default());
        // Whether they may still see all tenants, where they read these.
        let wanted =
            self.search.clone().whole(&self.app, &self.access, "").map_err(|_| Unread::NotAllowed)?;
        let is_same = Query { oldest_first: self.wanted.oldest_first, ..wanted } == self.wanted;
        if is_allowed && is_same { Ok(()) } else { Err(Unread::NotAllowed) }
    }
}

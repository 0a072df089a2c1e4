//! Which sessions and temporary credentials are wanted, and lists of them.

use super::{COLUMNS, HOME, MAX_SESSIONS, MAX_TEMPORARY, StoredSession, read};
use crate::decision::MAX_PAGE;
use crate::error::StoreError;
use crate::open::StoreReader;
use crate::selection::{Held, Selection};

/// Whose sessions are wanted.
#[derive(Debug, Clone, Copy)]
pub struct SessionOwner<'a> {
    /// Who vouches for them.
    pub provider: &'a str,
    /// Unique within the provider, and the tenant.
    pub subject: &'a str,
    /// The tenant of which they are ([`StoredSession::owner_tenant`]); those of each tenant whom the provider calls so, where
    /// none is said.
    pub tenant: Option<&'a str>,
}

/// Which sessions that have not ended are wanted, or which temporary credentials; the default is all sessions, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionQuery {
    /// Whether temporary credentials are wanted, and not sessions.
    pub temporary: bool,
    /// Only those that this provider vouches for.
    pub provider: Option<String>,
    /// Only those of whom a provider calls this.
    pub subject: Option<String>,
    /// Only those of this tenant ([`StoredSession::owner_tenant`]).
    pub tenant: Option<String>,
    /// Only those who came by this provider, where that is another than the one that knows them.
    pub via: Option<String>,
    /// Only those of which the subject, the client, its `User-Agent` or the title holds this, whatever the case.
    pub search: Option<String>,
    /// The time at which they have not ended, in microseconds since 1970 (UTC).
    pub now: i64,
    /// Whether the oldest come first, and not the newest.
    pub oldest_first: bool,
    /// Only those behind the one that began at this time, as a number, and has this id.
    pub after: Option<(String, String)>,
    /// How many at most (1 to [`MAX_PAGE`]).
    pub limit: u32,
}

impl SessionQuery {
    fn of(SessionOwner { provider, subject, tenant }: SessionOwner<'_>, now: i64) -> SessionQuery {
        SessionQuery {
            provider: Some(provider.to_owned()),
            subject: Some(subject.to_owned()),
            tenant: tenant.map(str::to_owned),
            now,
            ..SessionQuery::default()
        }
    }

    fn selection(&self) -> Selection {
        let what = if self.temporary { "title IS NOT NULL" } else { "title IS NULL" };
        let mut selection = Selection::new("session", &format!("ended_at IS NULL AND {what}"));
        selection.text("provider = {}", self.provider.as_ref());
        selection.text("subject = {}", self.subject.as_ref());
        selection.text(&format!("{HOME}{{}})"), self.tenant.as_ref());
        selection.text("via = {}", self.via.as_ref());
        selection.and("idle_until > {} AND absolute_until > {}", Some(Held::Integer(self.now)));
        selection.search(&["subject", "client", "user_agent", "title"], self.search.as_deref());
        selection.order("created_at", true, !self.oldest_first, self.after.as_ref());
        selection
    }
}

impl StoreReader {
    /// A page of the sessions, or temporary credentials, that have not ended.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn sessions(&self, query: &SessionQuery) -> Result<Vec<StoredSession>, StoreError> {
        let selection = query.selection();
        if selection.is_void() {
            return Ok(Vec::new());
        }
        let text = selection.page(COLUMNS, query.limit.clamp(1, MAX_PAGE), 0);
        self.pool.rows(&text, &selection.values()).await?.iter().map(read).collect()
    }

    /// Somebody's sessions that have not ended at `now`, the newest first; at most [`MAX_SESSIONS`].
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn sessions_of(
        &self,
        owner: SessionOwner<'_>,
        now: i64,
    ) -> Result<Vec<StoredSession>, StoreError> {
        self.sessions(&SessionQuery { limit: MAX_SESSIONS as u32, ..SessionQuery::of(owner, now) }).await
    }

    /// Somebody's temporary credentials that have not ended at `now`, the newest first; at most [`MAX_TEMPORARY`].
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn temporary_of(
        &self,
        owner: SessionOwner<'_>,
        now: i64,
    ) -> Result<Vec<StoredSession>, StoreError> {
        let limit = MAX_TEMPORARY as u32;
        self.sessions(&SessionQuery { temporary: true, limit, ..SessionQuery::of(owner, now) }).await
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{Connection, SqliteConnection};

    use super::*;
    use crate::migration;
    use crate::sql::{Database, Link};

    #[tokio::test]
    async fn sessions_are_found_by_an_index_whoever_they_are_of() {
        let mut link = Link::Sqlite(SqliteConnection::connect("sqlite::memory:").await.unwrap());
        migration::migrate(&mut link).await.unwrap();
        let owner = SessionOwner { provider: "corp", subject: "ada", tenant: Some("default") };
        let after = Some(("5".to_owned(), "ses_1".to_owned()));
        for (query, index, is_sorted) in [
            (SessionQuery::default(), "session_by_begin", true),
            (SessionQuery { oldest_first: true, after, ..SessionQuery::default() }, "session_by_begin", true),
            (
                SessionQuery { temporary: true, ..SessionQuery::default() },
                "session_by_begin_of_temporary",
                true,
            ),
            // Of one person there are few, and they are sorted when they are found.
            (SessionQuery::of(owner, 5), "session_by_subject", false),
        ] {
            let selection = query.selection();
            let text = selection.page("id", 10, 0);
            let rows = link.rows(&format!("EXPLAIN QUERY PLAN {text}"), &selection.values()).await.unwrap();
            let plan: Vec<String> = rows.iter().map(|row| row.get("detail").unwrap()).collect();
            assert!(plan[0].contains(index), "{text}: {plan:?}");
            let is_sorted_apart = plan.iter().any(|step| step.contains("TEMP B-TREE"));
            assert!(!is_sorted_apart || !is_sorted, "{text}: {plan:?}");
        }
    }
}

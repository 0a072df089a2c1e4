//! What reviewers decided about assignments: the record of access reviews. It is only added to, and goes with its tenant.

use crate::bounds::is_keepable;
use crate::commit::{CommitError, Refused};
use crate::decision::{MAX_PAGE, Party};
use crate::error::StoreError;
use crate::open::StoreReader;
use crate::selection::{Held, Selection};
use crate::sql::{Database, Link, Row, Value, places, values};

/// The kind of tenants: with one goes what was decided in it.
const TENANT: &str = "tenant";

/// What a reviewer decided about an assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReviewDecision {
    /// It is still needed.
    Certified,
    /// It is not, and ends.
    Revoked,
}

impl ReviewDecision {
    const ALL: [ReviewDecision; 2] = [ReviewDecision::Certified, ReviewDecision::Revoked];

    /// As it is kept and told.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ReviewDecision::Certified => "certified",
            ReviewDecision::Revoked => "revoked",
        }
    }
}

/// A decision about an assignment. There is one of a revision of the store at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredReview {
    /// The id of the assignment, which may be gone by now.
    pub assignment: String,
    /// The tenant that it belongs to.
    pub tenant: String,
    /// What was decided.
    pub decision: ReviewDecision,
    /// The revision that had changed last what it gives, as the reviewer saw it.
    pub seen: i64,
    /// A digest of what it gave then: it holds of nothing else.
    pub state: String,
    /// What it gave then and to whom, as JSON, for people.
    pub held: String,
    /// Why, in the reviewer's words.
    pub reason: String,
    /// Whether the reviewer held it themselves.
    pub own: bool,
    /// Who decided.
    pub reviewer: Party,
    /// The name that they log in with, where they have one.
    pub login: Option<String>,
    /// When, in microseconds since 1970 (UTC). It is given by the store.
    pub at: i64,
    /// The revision that it came with. It is given by the store.
    pub revision: i64,
}

/// Which decisions are wanted; the default is all of a tenant, the newest first.
#[derive(Debug, Clone, Default)]
pub struct ReviewRecordQuery {
    /// The tenant.
    pub tenant: String,
    /// Only those about the assignment with this id.
    pub assignment: Option<String>,
    /// Only these.
    pub decision: Option<ReviewDecision>,
    /// Only those of the reviewer with this id.
    pub reviewer: Option<String>,
    /// Only those whose reason, whose reviewer's id or login, or what was held by, has this text in it, in whatever case.
    pub search: Option<String>,
    /// Only those at or after this time, in microseconds since 1970 (UTC).
    pub since: Option<i64>,
    /// Only those before this time, in microseconds since 1970 (UTC).
    pub until: Option<i64>,
    /// Whether the oldest comes first.
    pub oldest_first: bool,
    /// Only those behind the one with this revision.
    pub after: Option<i64>,
    /// The most of them.
    pub limit: u32,
}

const COLUMNS: &str = "assignment, revision, tenant, decision, seen, state, held, reason, own, reviewer_provider, \
                       reviewer_type, reviewer_id, reviewer_login, at";

impl ReviewRecordQuery {
    fn selection(&self) -> Selection {
        let mut selection = Selection::new("access_review", "1 = 1");
        selection.text("tenant = {}", Some(&self.tenant));
        selection.text("assignment = {}", self.assignment.as_ref());
        selection.text("decision = {}", self.decision.map(|decision| decision.as_str().to_owned()).as_ref());
        selection.text("reviewer_id = {}", self.reviewer.as_ref());
        let search = self.search.as_deref().filter(|search| !search.is_empty());
        selection.search(&["reason", "reviewer_id", "reviewer_login", "held"], search);
        selection.and("at >= {}", self.since.map(Held::Integer));
        selection.and("at < {}", self.until.map(Held::Integer));
        selection.order_by_number("revision", !self.oldest_first, self.after);
        selection
    }
}

impl StoreReader {
    /// A page of what was decided in a tenant.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn reviews(&self, query: &ReviewRecordQuery) -> Result<Vec<StoredReview>, StoreError> {
        let selection = query.selection();
        if selection.is_void() {
            return Ok(Vec::new());
        }
        let text = selection.page(COLUMNS, query.limit.clamp(1, MAX_PAGE), 0);
        self.pool.rows(&text, &selection.values()).await?.iter().map(read).collect()
    }

    /// The latest decision about each of these assignments of a tenant, as far as there is one: at most [`MAX_PAGE`] are looked for.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn latest_reviews(
        &self,
        tenant: &str,
        assignments: &[&str],
    ) -> Result<Vec<StoredReview>, StoreError> {
        let assignments: Vec<&str> =
            assignments.iter().copied().filter(|id| is_keepable(id)).take(MAX_PAGE as usize).collect();
        if assignments.is_empty() || !is_keepable(tenant) {
            return Ok(Vec::new());
        }
        let text = format!(
            "SELECT {COLUMNS} FROM access_review WHERE tenant = $1 AND (assignment, revision) IN \
             (SELECT assignment, MAX(revision) FROM access_review WHERE assignment IN ({}) GROUP BY assignment)",
            places(2, assignments.len())
        );
        let values: Vec<Value<'_>> = std::iter::once(tenant).chain(assignments).map(Value::from).collect();
        self.pool.rows(&text, &values).await?.iter().map(read).collect()
    }
}

/// Adds a decision to the record.
pub(crate) async fn insert(
    link: &mut Link,
    review: &StoredReview,
    (revision, at): (i64, i64),
) -> Result<(), sqlx::Error> {
    let StoredReview {
        assignment, tenant, decision, seen, state, held, reason, own, reviewer, login, ..
    } = review;
    let text = format!(
        "INSERT INTO access_review ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
    );
    let values = values![
        assignment,
        revision,
        tenant,
        decision.as_str(),
        *seen,
        state,
        held,
        reason,
        i64::from(*own),
        &reviewer.provider,
        &reviewer.kind,
        &reviewer.id,
        login.as_deref(),
        at
    ];
    link.execute(&text, values).await.map(drop)
}

/// Forgets what was decided in a tenant that goes.
pub(crate) async fn forget(link: &mut Link, kind: &str, name: &str) -> Result<(), sqlx::Error> {
    if kind == TENANT {
        link.execute("DELETE FROM access_review WHERE tenant = $1", values![name]).await?;
    }
    Ok(())
}

/// That a tenant in which something was decided keeps its name: another one of the name would have its record.
pub(crate) async fn refuse_renaming(
    link: &mut Link,
    kind: &str,
    id: &str,
    name: &str,
) -> Result<(), Refused> {
    if kind != TENANT {
        return Ok(());
    }
    let text = "SELECT 1 AS one FROM access_review WHERE tenant = $1 LIMIT 1";
    match link.row(text, values![name]).await? {
        None => Ok(()),
        Some(_) => Err(Refused::Change(CommitError::Invalid {
            what: "name",
            kind: kind.to_owned(),
            id: id.to_owned(),
            reason: "stays as it is: access reviews were decided in it; make another tenant".to_owned(),
        })),
    }
}

fn read(row: &Row) -> Result<StoredReview, StoreError> {
    let decision: String = row.get("decision")?;
    let known = ReviewDecision::ALL.into_iter().find(|known| known.as_str() == decision);
    Ok(StoredReview {
        assignment: row.get("assignment")?,
        tenant: row.get("tenant")?,
        decision: known.ok_or(StoreError::Unreadable { column: "decision", value: decision })?,
        seen: row.get("seen")?,
        state: row.get("state")?,
        held: row.get("held")?,
        reason: row.get("reason")?,
        own: row.get::<i64>("own")? != 0,
        reviewer: Party {
            provider: row.get("reviewer_provider")?,
            kind: row.get("reviewer_type")?,
            id: row.get("reviewer_id")?,
        },
        login: row.get("reviewer_login")?,
        at: row.get("at")?,
        revision: row.get("revision")?,
    })
}

//! Sessions of browsers: a SHA-256 of the cookie, who signed in, and until when. The cookie itself is never stored.
//!
//! Temporary credentials are rows of the same table, since whatever ends somebody's sessions ends these too.

use aws_lc_rs::digest::{SHA256, digest};

use crate::commit::{CommitError, Refused};
use crate::error::StoreError;
use crate::sql::{Database, Pool, Row, Value, values};

mod list;

pub use list::{SessionOwner, SessionQuery};

/// The most sessions that one person has at once; the oldest ends first.
pub const MAX_SESSIONS: i64 = 50;

/// The most temporary credentials of one owner that are kept, those that ended early too; no more are made until some are
/// forgotten.
pub const MAX_TEMPORARY: i64 = 200;

/// How long the row of a session is kept after it could have lasted, in microseconds: a week.
const KEPT: i64 = 7 * 24 * 3_600 * 1_000_000;

/// As [`KEPT`], of a temporary credential, of which somebody may make many: a quarter of an hour.
const TEMPORARY_KEPT: i64 = 15 * 60 * 1_000_000;

/// Of whose home a session is, in comparison with a tenant: an earlier version did not note any.
const HOME: &str = "(tenant = '' OR COALESCE(home, tenant) = ";

/// A session of a browser.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredSession {
    /// SHA-256 of the cookie.
    pub digest: [u8; 32],
    /// Its public name.
    pub id: String,
    /// The provider by which the directory knows who signed in.
    pub provider: String,
    /// Who signed in, unique within the provider.
    pub subject: String,
    /// The same as logout tokens of the provider by which they came name them.
    pub logout_subject: String,
    /// The provider's own session.
    pub provider_sid: Option<String>,
    /// Who they are, as JSON; empty once the session has ended.
    pub identity: String,
    /// When they proved who they are, in microseconds since 1970 (UTC), as all times here.
    pub authenticated_at: i64,
    /// When they signed in.
    pub created_at: i64,
    /// When it was used last, as far as that was noted.
    pub used_at: i64,
    /// When it ends unless it is used.
    pub idle_until: i64,
    /// When it ends in any case.
    pub absolute_until: i64,
    /// The client's address at the sign-in.
    pub client: Option<String>,
    /// The client's `User-Agent` at the sign-in.
    pub user_agent: Option<String>,
    /// When it was ended.
    pub ended_at: Option<i64>,
    /// Why, as a stable word.
    pub end_reason: Option<String>,
    /// The tenant that the provider says they belong to, or else the default one; empty where an earlier version began it.
    pub tenant: String,
    /// Where the provider says none: the tenant where its users are provisioned.
    pub home: Option<String>,
    /// By which provider they came, where that is another than the one that knows them.
    pub via: Option<String>,
    /// Where it is no session of a browser, but a temporary credential: what it may do.
    pub temporary: Option<Temporary>,
}

/// What a temporary credential is for, and what it may do at most.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Temporary {
    /// What it is for, in words.
    pub title: String,
    /// The names and patterns that it may use at most, as a JSON array of texts; absent where it may use all of its owner's.
    pub permissions: Option<String>,
    /// From where it may be used, as CIDR networks with commas between; empty for everywhere.
    pub networks: String,
    /// The public name of the session that it was made with, or of the one that is in that one's place by now.
    pub with: Option<String>,
}

/// A session, or a temporary credential, that was ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedSession {
    /// SHA-256 of its cookie, or of its secret.
    pub digest: [u8; 32],
    /// Its public name.
    pub id: String,
    /// As [`StoredSession::tenant`].
    pub tenant: String,
    /// As [`StoredSession::home`].
    pub home: Option<String>,
}

impl StoredSession {
    /// The tenant that tells apart who a provider calls the same: that where its users are provisioned, or else their own.
    #[must_use]
    pub fn owner_tenant(&self) -> &str {
        self.home.as_deref().unwrap_or(&self.tenant)
    }
}

impl std::fmt::Debug for StoredSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StoredSession").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Which sessions end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sessions {
    /// The one with this public name.
    Id(String),
    /// The one with this public name, and the temporary credentials that were made with it.
    WithTemporary(String),
    /// The one with this public name, in whose place another of the same person is from now on; what was made with the one counts
    /// as made with the other.
    Replaced {
        /// Its public name.
        id: String,
        /// The other's.
        by: String,
        /// Who vouches for whom the other is of.
        provider: String,
        /// Unique within the provider.
        subject: String,
    },
    /// All of somebody.
    Subject {
        /// Who vouches for them.
        provider: String,
        /// Unique within the provider.
        subject: String,
    },
    /// All of somebody in one tenant, or in each, temporary credentials too; but one session, and what was made with it, where
    /// that is to last.
    Owner {
        /// Who vouches for them.
        provider: String,
        /// Unique within the provider, and the tenant.
        subject: String,
        /// The tenant of which they are ([`StoredSession::owner_tenant`]); each, where none is said.
        tenant: Option<String>,
        /// The public name of the session that lasts.
        but: Option<String>,
    },
    /// All of somebody whom a logout token names.
    LogoutSubject {
        /// Whose token it is.
        provider: String,
        /// Its `sub`.
        subject: String,
    },
    /// Those that began with one session of the provider; where it is known whose, also theirs of which the provider did not say
    /// with which they began.
    ProviderSession {
        /// Whose session it is.
        provider: String,
        /// Its `sid`.
        sid: String,
        /// Whose it has to be, where that is known.
        subject: Option<String>,
    },
    /// All that a provider vouches for, or by which somebody came, temporary credentials too.
    Provider {
        /// Its name.
        provider: String,
    },
    /// Those of linked sign-ins that a provider has a part in: by which they came, or that knows who came by another.
    Linked {
        /// Its name.
        provider: String,
    },
}

/// A use of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedSession {
    /// Its public name.
    pub id: String,
    /// When it was used.
    pub used_at: i64,
    /// When it ends unless it is used again.
    pub idle_until: i64,
}

const COLUMNS: &str = "digest, id, provider, subject, logout_subject, provider_sid, identity, authenticated_at, created_at, \
                       used_at, idle_until, absolute_until, client, user_agent, ended_at, end_reason, tenant, home, title, \
                       permissions, networks, via, made_with";

/// The session with this digest, also one that has ended.
pub(crate) async fn by_digest(pool: &Pool, digest: &[u8; 32]) -> Result<Option<StoredSession>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM session WHERE digest = $1");
    pool.row(&text, values![digest.as_slice()]).await?.as_ref().map(read).transpose()
}

/// The session with this public name, also one that has ended.
pub(crate) async fn by_id(pool: &Pool, id: &str) -> Result<Option<StoredSession>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM session WHERE id = $1");
    pool.row(&text, values![id]).await?.as_ref().map(read).transpose()
}

/// The digests of sessions that were ended after a revision, at most `limit`.
pub(crate) async fn ended_after(
    pool: &Pool,
    revision: i64,
    limit: u32,
) -> Result<Vec<EndedSession>, StoreError> {
    let text = "SELECT digest, id, tenant, home FROM session WHERE revision > $1 AND ended_at IS NOT NULL \
                ORDER BY revision LIMIT $2";
    let rows = pool.rows(text, values![revision, i64::from(limit)]).await?;
    let ended = |row: &Row| -> Result<EndedSession, StoreError> {
        let (id, tenant, home) = (row.get("id")?, row.get("tenant")?, row.get("home")?);
        Ok(EndedSession { digest: digest_of(row)?, id, tenant, home })
    };
    rows.iter().map(ended).collect()
}

/// Begins a session, unless the directory says that whose it is may not come in, and notes at the user that they signed in.
/// Those of the same person that are too many end.
pub(crate) async fn begin(
    database: &mut impl Database,
    session: &StoredSession,
    revision: i64,
) -> Result<(), Refused> {
    if is_refused(database, session).await? {
        return Err(Refused::Change(CommitError::NotAdmitted));
    }
    if session.temporary.is_some() && kept_of(database, session).await? >= MAX_TEMPORARY {
        return Err(Refused::Change(CommitError::UsedUp { what: "room for temporary credentials" }));
    }
    let text = "INSERT INTO session (digest, id, provider, subject, logout_subject, provider_sid, identity, \
                authenticated_at, created_at, used_at, idle_until, absolute_until, client, user_agent, revision, \
                tenant, home, title, permissions, networks, via, made_with) \
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)";
    let temporary = session.temporary.as_ref();
    let values = values![
        session.digest.as_slice(),
        &session.id,
        &session.provider,
        &session.subject,
        &session.logout_subject,
        &session.provider_sid,
        &session.identity,
        session.authenticated_at,
        session.created_at,
        session.used_at,
        session.idle_until,
        session.absolute_until,
        &session.client,
        &session.user_agent,
        revision,
        &session.tenant,
        &session.home,
        temporary.map(|temporary| &*temporary.title),
        temporary.and_then(|temporary| temporary.permissions.as_deref()),
        temporary.map(|temporary| &*temporary.networks),
        &session.via,
        temporary.and_then(|temporary| temporary.with.as_deref()),
    ];
    database.execute(text, values).await?;
    if temporary.is_none() {
        let owned =
            format!("provider = $3 AND subject = $4 AND {HOME}$5) AND ended_at IS NULL AND title IS NULL");
        let text = format!(
            "UPDATE session SET ended_at = $1, end_reason = 'too-many', identity = '', revision = $2 \
             WHERE {owned} AND id NOT IN \
             (SELECT id FROM session WHERE {owned} ORDER BY created_at DESC, id DESC LIMIT {MAX_SESSIONS})"
        );
        let values = values![
            session.created_at,
            revision,
            &session.provider,
            &session.subject,
            session.owner_tenant()
        ];
        database.execute(&text, values).await?;
        // Nothing that decides: of no revision.
        let text = "UPDATE directory_user SET signed_in_at = $1 WHERE provider = $2 AND subject = $3 \
                    AND tenant IN ($4, $5) AND deleted_at IS NULL";
        let [tenant, home] = tenants(session);
        let values = values![session.created_at, &session.provider, &session.subject, tenant, home];
        database.execute(text, values).await?;
    }
    Ok(())
}

/// How many temporary credentials of an owner are kept that could have lasted until lately, those that were ended too.
async fn kept_of(database: &mut impl Database, session: &StoredSession) -> Result<i64, sqlx::Error> {
    let text = format!(
        "SELECT COUNT(*) AS kept FROM session WHERE provider = $1 AND subject = $2 AND {HOME}$3) \
         AND title IS NOT NULL AND absolute_until >= $4"
    );
    let since = session.created_at.saturating_sub(TEMPORARY_KEPT);
    let values = values![&session.provider, &session.subject, session.owner_tenant(), since];
    match database.row(&text, values).await? {
        Some(row) => row.get("kept"),
        None => Ok(0),
    }
}

/// The tenants of which a session may be a user's.
fn tenants(session: &StoredSession) -> [Option<&str>; 2] {
    [Some(&session.tenant), session.home.as_deref()]
}

/// Whether somebody of the tenant whom a provider calls this, or called so before anybody else is, was deactivated or deleted.
async fn is_refused(database: &mut impl Database, session: &StoredSession) -> Result<bool, sqlx::Error> {
    let text = "SELECT owner.id FROM directory_user AS known JOIN directory_user AS owner ON owner.id = \
                CASE WHEN known.deleted_at IS NULL THEN known.id ELSE COALESCE(known.external_id, known.id) END \
                WHERE known.provider = $1 AND known.subject_sha256 = $2 AND known.tenant IN ($3, $4) \
                AND (owner.active = 0 OR owner.deleted_at IS NOT NULL) \
                AND (known.deleted_at IS NULL OR NOT EXISTS (SELECT 1 FROM directory_user AS other \
                WHERE other.provider = $1 AND other.subject_sha256 = $2 AND other.tenant IN ($3, $4) \
                AND other.deleted_at IS NULL)) LIMIT 1";
    let digest = digest(&SHA256, session.subject.as_bytes());
    let [tenant, home] = tenants(session);
    let values = values![&session.provider, digest.as_ref(), tenant, home];
    Ok(database.row(text, values).await?.is_some())
}

/// Ends sessions; those that have ended stay as they are.
pub(crate) async fn end(
    database: &mut impl Database,
    which: &Sessions,
    reason: &str,
    at: i64,
    revision: i64,
) -> Result<u64, sqlx::Error> {
    let mut values = vec![Value::from(at), reason.into(), revision.into()];
    let owned: String;
    let condition = match which {
        Sessions::Id(id) => {
            values.push(id.into());
            "id = $4"
        }
        Sessions::WithTemporary(id) => {
            values.push(id.into());
            "(id = $4 OR made_with = $4)"
        }
        Sessions::Replaced { id, by, provider, subject } => {
            let text =
                "UPDATE session SET made_with = $2 WHERE made_with = $1 AND provider = $3 AND subject = $4";
            database.execute(text, values![id, by, provider, subject]).await?;
            values.push(id.into());
            "id = $4"
        }
        Sessions::Subject { provider, subject } => {
            values.extend([Value::from(provider), subject.into()]);
            "provider = $4 AND subject = $5"
        }
        Sessions::Owner { provider, subject, tenant, but } => {
            values.extend([Value::from(provider), subject.into()]);
            let mut condition = "provider = $4 AND subject = $5".to_owned();
            if let Some(tenant) = tenant {
                values.push(tenant.into());
                condition.push_str(&format!(" AND {HOME}${})", values.len()));
            }
            if let Some(but) = but {
                values.push(but.into());
                let place = values.len();
                condition.push_str(&format!(
                    " AND id <> ${place} AND (made_with IS NULL OR made_with <> ${place})"
                ));
            }
            owned = condition;
            &owned
        }
        Sessions::LogoutSubject { provider, subject } => {
            values.extend([Value::from(provider), subject.into()]);
            "((provider = $4 AND logout_subject = $5 AND via IS NULL) OR (via = $4 AND logout_subject = $5))"
        }
        Sessions::ProviderSession { provider, sid, subject } => {
            values.extend([Value::from(provider), sid.into()]);
            match subject {
                None => {
                    "((provider = $4 AND provider_sid = $5 AND via IS NULL) OR (via = $4 AND provider_sid = $5))"
                }
                Some(subject) => {
                    values.push(subject.into());
                    "((provider = $4 AND logout_subject = $6 AND via IS NULL) OR (via = $4 AND logout_subject = $6)) \
                     AND (provider_sid = $5 OR provider_sid IS NULL)"
                }
            }
        }
        Sessions::Provider { provider } => {
            values.push(provider.into());
            "(provider = $4 OR via = $4)"
        }
        Sessions::Linked { provider } => {
            values.push(provider.into());
            "(via = $4 OR (provider = $4 AND via IS NOT NULL))"
        }
    };
    let text = format!(
        "UPDATE session SET ended_at = $1, end_reason = $2, identity = '', revision = $3 \
         WHERE ended_at IS NULL AND {condition}"
    );
    database.execute(&text, &values).await
}

/// How many sessions and temporary credentials a change ended that would have lasted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EndedBy {
    /// Sessions of browsers.
    pub sessions: u64,
    /// Temporary credentials.
    pub temporary: u64,
}

/// What the change with this revision ended.
pub(crate) async fn ended_by(pool: &Pool, revision: i64) -> Result<EndedBy, StoreError> {
    let text = "SELECT COUNT(*) AS ended, COUNT(title) AS temporary FROM session WHERE revision = $1 \
                AND ended_at IS NOT NULL AND idle_until > ended_at AND absolute_until > ended_at";
    let Some(row) = pool.row(text, values![revision]).await? else { return Ok(EndedBy::default()) };
    let (ended, temporary): (i64, i64) = (row.get("ended")?, row.get("temporary")?);
    let count = |number: i64| u64::try_from(number).unwrap_or_default();
    Ok(EndedBy { sessions: count(ended - temporary), temporary: count(temporary) })
}

/// Notes uses of sessions, and forgets those that ended long ago.
pub(crate) async fn touch(
    database: &mut impl Database,
    used: &[UsedSession],
    now: i64,
) -> Result<(), sqlx::Error> {
    let text = "UPDATE session SET used_at = $2, idle_until = $3 WHERE id = $1 AND used_at < $2";
    for UsedSession { id, used_at, idle_until } in used {
        database.execute(text, values![id, *used_at, *idle_until]).await?;
    }
    let text = "DELETE FROM session WHERE absolute_until < $1";
    database.execute(text, values![now.saturating_sub(KEPT)]).await?;
    let text = "DELETE FROM session WHERE absolute_until < $1 AND title IS NOT NULL";
    database.execute(text, values![now.saturating_sub(TEMPORARY_KEPT)]).await?;
    Ok(())
}

/// Forgets all: what a backup brings along are other people's sessions, or the same ones of another time.
pub(crate) async fn forget_all(database: &mut impl Database) -> Result<(), sqlx::Error> {
    database.execute("DELETE FROM session", &[]).await.map(drop)
}

fn digest_of(row: &Row) -> Result<[u8; 32], StoreError> {
    let digest: Vec<u8> = row.get("digest")?;
    digest
        .as_slice()
        .try_into()
        .map_err(|_| StoreError::Unreadable { column: "digest", value: format!("{} bytes", digest.len()) })
}

fn read(row: &Row) -> Result<StoredSession, StoreError> {
    Ok(StoredSession {
        digest: digest_of(row)?,
        id: row.get("id")?,
        provider: row.get("provider")?,
        subject: row.get("subject")?,
        logout_subject: row.get("logout_subject")?,
        provider_sid: row.get("provider_sid")?,
        identity: row.get("identity")?,
        authenticated_at: row.get("authenticated_at")?,
        created_at: row.get("created_at")?,
        used_at: row.get("used_at")?,
        idle_until: row.get("idle_until")?,
        absolute_until: row.get("absolute_until")?,
        client: row.get("client")?,
        user_agent: row.get("user_agent")?,
        ended_at: row.get("ended_at")?,
        end_reason: row.get("end_reason")?,
        tenant: row.get("tenant")?,
        home: row.get("home")?,
        via: row.get("via")?,
        temporary: temporary(row)?,
    })
}

fn temporary(row: &Row) -> Result<Option<Temporary>, StoreError> {
    let Some(title) = row.get("title")? else { return Ok(None) };
    let networks: Option<String> = row.get("networks")?;
    let networks = networks.unwrap_or_default();
    Ok(Some(Temporary { title, permissions: row.get("permissions")?, networks, with: row.get("made_with")? }))
}

//! Lists of temporary credentials.

use casemate_platform::Problem;
use casemate_store::{SessionOwner, SessionQuery, StoreError, StoredSession};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::export::Place;
use crate::listed::{Asked, ByAge, Listed, searched_text, searches};
use crate::view::time;

/// A temporary credential, without its secret.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "TemporaryCredential")]
pub(super) struct TemporaryCredentialView {
    /// Its name, which is no credential.
    id: String,
    /// The provider that vouches for its owner.
    provider: String,
    /// Its owner.
    subject: String,
    /// What it is for, in words.
    title: String,
    /// The names, or patterns of names, that it may use at most; absent where it may use all that its owner may.
    #[serde(skip_serializing_if = "Option::is_none")]
    permissions: Option<Vec<String>>,
    /// From where it may be used; empty for everywhere.
    networks: Vec<String>,
    /// When it was made.
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    /// When it was used last, to about a minute; when it was made, where it was not.
    #[schemars(extend("format" = "date-time"))]
    used_at: String,
    /// When it ends.
    #[schemars(extend("format" = "date-time"))]
    expires_at: String,
    /// The credential itself, in the answer to what made it and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<String>,
}

impl From<StoredSession> for TemporaryCredentialView {
    fn from(session: StoredSession) -> TemporaryCredentialView {
        let temporary = session.temporary.unwrap_or_default();
        let networks = temporary.networks.split(',').filter(|network| !network.is_empty());
        TemporaryCredentialView {
            id: session.id,
            provider: session.provider,
            subject: session.subject,
            title: temporary.title,
            permissions: temporary.permissions.map(|text| serde_json::from_str(&text).unwrap_or_default()),
            networks: networks.map(str::to_owned).collect(),
            created_at: time(session.created_at),
            used_at: time(session.used_at),
            expires_at: time(session.absolute_until),
            credential: None,
        }
    }
}

impl TemporaryCredentialView {
    /// With the credential itself, for the one answer that shows it.
    pub(super) fn with_credential(self, credential: &str) -> TemporaryCredentialView {
        TemporaryCredentialView { credential: Some(credential.to_owned()), ..self }
    }
}

/// Which temporary credentials are searched for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TemporaryCredentialSearch {
    /// A text that stands in the title, the owner's id, or where it was made from, in whatever case.
    #[serde(default)]
    #[schemars(length(max = 256))]
    search: Option<String>,
    /// Only those whose owner this provider vouches for; `api-key` for those that an API key made.
    #[serde(default)]
    provider: Option<String>,
    /// Only those whose owner the provider calls this; the id of the API key.
    #[serde(default)]
    subject: Option<String>,
    /// In which order.
    #[serde(default)]
    sort: ByAge,
    /// The `next` of the page before.
    #[serde(default)]
    #[schemars(length(min = 1, max = 1024))]
    after: Option<String>,
    /// The most entries of the page; 100 where nothing is said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<u32>,
}

searches!(TemporaryCredentialSearch);

impl TemporaryCredentialSearch {
    /// The page that is wanted, and the query at `now`.
    ///
    /// # Errors
    /// 400 where what is said is out of bounds.
    pub(super) fn query(mut self, now: i64) -> Result<(Asked, Option<SessionQuery>), Problem> {
        let asked = Asked::of(TemporaryCredentials::LIST, &mut self)?;
        let query = SessionQuery {
            temporary: true,
            provider: self.provider,
            subject: self.subject,
            search: searched_text(self.search)?,
            now,
            oldest_first: matches!(self.sort, ByAge::Oldest),
            ..SessionQuery::default()
        };
        Ok((asked, Some(query)))
    }
}

/// The query for those of somebody alone; of nobody, none.
pub(super) fn of(query: Option<SessionQuery>, owner: Option<SessionOwner<'_>>) -> Option<SessionQuery> {
    query.zip(owner).map(|(query, owner)| SessionQuery {
        provider: Some(owner.provider.to_owned()),
        subject: Some(owner.subject.to_owned()),
        tenant: owner.tenant.map(str::to_owned),
        ..query
    })
}

/// Temporary credentials, as a list.
pub(super) struct TemporaryCredentials;

impl Listed for TemporaryCredentials {
    type Record = StoredSession;
    type View = TemporaryCredentialView;
    type Query = Option<SessionQuery>;
    const LIST: &'static str = "temporary-credentials";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "provider",
        "subject",
        "title",
        "permissions",
        "networks",
        "created_at",
        "used_at",
        "expires_at",
    ];

    fn cells(session: StoredSession) -> Vec<String> {
        let temporary = session.temporary.unwrap_or_default();
        vec![
            session.id,
            session.provider,
            session.subject,
            temporary.title,
            temporary.permissions.unwrap_or_default(),
            temporary.networks.replace(',', " "),
            time(session.created_at),
            time(session.used_at),
            time(session.absolute_until),
        ]
    }

    fn behind(query: Option<SessionQuery>, after: Option<Place>, limit: u32) -> Option<SessionQuery> {
        query.map(|query| SessionQuery { after, limit, ..query })
    }

    fn place(_: &Option<SessionQuery>, session: &StoredSession) -> Place {
        (session.created_at.to_string(), session.id.clone())
    }

    async fn read(app: &App, query: &Option<SessionQuery>) -> Result<Vec<StoredSession>, StoreError> {
        match query {
            Some(query) => app.store.reader().sessions(query).await,
            None => Ok(Vec::new()),
        }
    }
}

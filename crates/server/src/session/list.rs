//! Lists of sessions.

use casemate_platform::Problem;
use casemate_store::{SessionOwner, SessionQuery, StoreError, StoredSession};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::export::Place;
use crate::listed::{Asked, ByAge, Listed, searched_text, searches};
use crate::view::time;

/// A session of a browser.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SessionView {
    /// Its name, which is no credential.
    id: String,
    /// The provider by which the directory knows who signed in.
    provider: String,
    /// The provider by which they came, where that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    via: Option<String>,
    /// Who signed in.
    subject: String,
    /// Whether it is the one that this request was sent with.
    current: bool,
    /// When they signed in.
    created_at: String,
    /// When they proved who they are.
    authenticated_at: String,
    /// When it was used last, to about a minute.
    used_at: String,
    /// When it ends at the latest.
    ends_at: String,
    /// The client's address at the sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    /// The client's `User-Agent` at the sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_agent: Option<String>,
}

/// A session, and whether the request was sent with it.
pub(super) struct Shown {
    session: StoredSession,
    current: bool,
}

impl From<Shown> for SessionView {
    fn from(Shown { session, current }: Shown) -> SessionView {
        SessionView {
            current,
            id: session.id,
            provider: session.provider,
            via: session.via,
            subject: session.subject,
            created_at: time(session.created_at),
            authenticated_at: time(session.authenticated_at),
            used_at: time(session.used_at),
            ends_at: time(session.idle_until.min(session.absolute_until)),
            client: session.client,
            user_agent: session.user_agent,
        }
    }
}

/// Which sessions are searched for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SessionSearch {
    /// A text that stands in the id of who signed in, their address, or their `User-Agent`, in whatever case.
    #[serde(default)]
    #[schemars(length(max = 256))]
    search: Option<String>,
    /// Only those that this provider vouches for.
    #[serde(default)]
    provider: Option<String>,
    /// Only those of whom the provider calls this.
    #[serde(default)]
    subject: Option<String>,
    /// Only those who came by this provider, where that is another one.
    #[serde(default)]
    via: Option<String>,
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

searches!(SessionSearch);

/// Sessions, as a list.
pub(super) struct Lasting;

/// Which of them are wanted of the store, if any; and which the request was sent with.
#[derive(Clone)]
pub(super) struct Wanted {
    query: Option<SessionQuery>,
    current: Option<String>,
}

impl SessionSearch {
    /// The page that is wanted, and the query at `now`.
    ///
    /// # Errors
    /// 400 where what is said is out of bounds.
    pub(super) fn query(mut self, current: Option<&str>, now: i64) -> Result<(Asked, Wanted), Problem> {
        let asked = Asked::of(Lasting::LIST, &mut self)?;
        let query = SessionQuery {
            provider: self.provider,
            subject: self.subject,
            via: self.via,
            search: searched_text(self.search)?,
            now,
            oldest_first: matches!(self.sort, ByAge::Oldest),
            ..SessionQuery::default()
        };
        Ok((asked, Wanted { query: Some(query), current: current.map(str::to_owned) }))
    }
}

impl Wanted {
    /// Those of somebody alone; of nobody, none.
    pub(super) fn of(self, owner: Option<SessionOwner<'_>>) -> Wanted {
        let query = self.query.zip(owner).map(|(query, owner)| SessionQuery {
            provider: Some(owner.provider.to_owned()),
            subject: Some(owner.subject.to_owned()),
            tenant: owner.tenant.map(str::to_owned),
            ..query
        });
        Wanted { query, ..self }
    }
}

impl Listed for Lasting {
    type Record = Shown;
    type View = SessionView;
    type Query = Wanted;
    const LIST: &'static str = "sessions";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "provider",
        "via",
        "subject",
        "current",
        "created_at",
        "authenticated_at",
        "used_at",
        "ends_at",
        "client",
        "user_agent",
    ];

    fn cells(shown: Shown) -> Vec<String> {
        let view = SessionView::from(shown);
        vec![
            view.id,
            view.provider,
            view.via.unwrap_or_default(),
            view.subject,
            view.current.to_string(),
            view.created_at,
            view.authenticated_at,
            view.used_at,
            view.ends_at,
            view.client.unwrap_or_default(),
            view.user_agent.unwrap_or_default(),
        ]
    }

    fn behind(wanted: Wanted, after: Option<Place>, limit: u32) -> Wanted {
        Wanted { query: wanted.query.map(|query| SessionQuery { after, limit, ..query }), ..wanted }
    }

    fn place(_: &Wanted, shown: &Shown) -> Place {
        (shown.session.created_at.to_string(), shown.session.id.clone())
    }

    async fn read(app: &App, wanted: &Wanted) -> Result<Vec<Shown>, StoreError> {
        let Some(query) = &wanted.query else { return Ok(Vec::new()) };
        let found = app.store.reader().sessions(query).await?;
        let shown = |session: StoredSession| Shown {
            current: wanted.current.as_deref() == Some(&*session.id),
            session,
        };
        Ok(found.into_iter().map(shown).collect())
    }
}

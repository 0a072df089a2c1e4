//! Users as the API lists, searches and shows them.

use casemate_directory::{AdminError, Administration, Author, PersonBack, UserDraft};
use casemate_platform::Problem;
use casemate_store::{StoreError, UserQuery, UserRecord, UserSort};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::routes;
use crate::App;
use crate::export::Place;
use crate::guard::{Access, Thing};
use crate::listed::{Asked, Listed, searched_text, searches};
use crate::rows::{Rows, Searched};
use crate::view::time;

pub(crate) use crate::rows::strict;

/// The columns of an exported list.
const COLUMNS: [&str; 15] = [
    "id",
    "tenant",
    "provider",
    "login",
    "subject",
    "external_id",
    "active",
    "display_name",
    "email",
    "source",
    "attributes",
    "revision",
    "created_at",
    "updated_at",
    "signed_in_at",
];

/// A user.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "StoredUser")]
pub(crate) struct UserView {
    /// Their opaque id, by which paths name them.
    id: String,
    /// The tenant where they are at home.
    tenant: String,
    /// The provider that vouches for them.
    provider: String,
    /// What people call them.
    login: String,
    /// What the provider calls them in its tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<String>,
    /// What another system calls them.
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    /// Whether they may do anything at all.
    active: bool,
    /// Their name.
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    /// Their e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// What expressions see as claims of theirs.
    attributes: serde_json::Map<String, Value>,
    /// Who manages them: empty for by hand, `scim`, `ldap`, `sign-in`.
    source: String,
    /// The revision that changed them, or what they belong to, last: what stands in their `ETag`.
    revision: i64,
    /// When they were made.
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    /// When they were changed last.
    #[schemars(extend("format" = "date-time"))]
    updated_at: String,
    /// When they signed in last, as far as that was noted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date-time"))]
    signed_in_at: Option<String>,
}

impl From<UserRecord> for UserView {
    fn from(user: UserRecord) -> UserView {
        UserView {
            id: user.id,
            tenant: user.tenant,
            provider: user.provider,
            login: user.login,
            subject: user.subject,
            external_id: user.external_id,
            active: user.active,
            display_name: user.display_name,
            email: user.email,
            attributes: serde_json::from_str(&user.attributes).unwrap_or_default(),
            source: user.source,
            revision: user.revision,
            created_at: time(user.created_at),
            updated_at: time(user.updated_at),
            signed_in_at: user.signed_in_at.map(time),
        }
    }
}

/// An order of users.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[schemars(rename = "UserOrder")]
pub(crate) enum Order {
    /// The oldest first.
    #[default]
    #[serde(rename = "created_at")]
    Oldest,
    /// The newest first.
    #[serde(rename = "-created_at")]
    Newest,
    /// By login.
    #[serde(rename = "login")]
    Login,
    /// By login, backwards.
    #[serde(rename = "-login")]
    LoginBackwards,
}

/// Which users are searched for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserSearch {
    /// A text that stands in the login, the name or the e-mail address, in whatever case.
    #[serde(default)]
    #[schemars(length(max = 256))]
    search: Option<String>,
    /// Only the one with this login, in whatever case.
    #[serde(default)]
    login: Option<String>,
    /// Only those of this provider.
    #[serde(default)]
    provider: Option<String>,
    /// Only those with this external id.
    #[serde(default)]
    external_id: Option<String>,
    /// Only those with this e-mail address.
    #[serde(default)]
    email: Option<String>,
    /// Only those that are active, or are not.
    #[serde(default)]
    active: Option<bool>,
    /// Only those that are managed so: empty for by hand, `scim`, `ldap`, `sign-in`.
    #[serde(default)]
    source: Option<String>,
    /// Only members of the group with this id.
    #[serde(default)]
    group: Option<String>,
    /// In which order.
    #[serde(default)]
    sort: Order,
    /// The `next` of the page before.
    #[serde(default)]
    #[schemars(length(min = 1, max = 1024))]
    after: Option<String>,
    /// The most entries of the page; 100 where nothing is said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<u32>,
}

searches!(UserSearch);

impl UserSearch {
    /// The page that is wanted, and the query in a tenant.
    fn query(mut self, tenant: &str) -> Searched<UserQuery> {
        let asked = Asked::of(Users::LIST, &mut self)?;
        let (sort, descending) = match self.sort {
            Order::Oldest => (UserSort::Created, false),
            Order::Newest => (UserSort::Created, true),
            Order::Login => (UserSort::Login, false),
            Order::LoginBackwards => (UserSort::Login, true),
        };
        let query = UserQuery {
            tenant: Some(tenant.to_owned()),
            provider: self.provider,
            source: self.source,
            active: self.active,
            login: self.login,
            external_id: self.external_id,
            email: self.email,
            group: self.group,
            search: searched_text(self.search)?,
            sort,
            descending,
            ..UserQuery::default()
        };
        Ok((asked, query))
    }
}

/// A user, as conditions of permissions see them.
pub(crate) fn thing(user: &UserRecord) -> Thing {
    Thing::with_id(&user.id).with("name", &user.login)
}

/// Whether the caller may do to a user what setting them back with all others does; where that is insisted on, it is refused
/// otherwise.
pub(crate) async fn may_set_back(
    app: &App,
    access: &Access,
    back: &PersonBack,
    insists: bool,
) -> Result<bool, Problem> {
    let known = Thing::with_id(&back.id).with("name", &back.change.name);
    if back.verb == "delete" {
        return Ok(access.allows::<routes::UserDelete>(app, &known, insists).await?
            && access.allows::<routes::UserRead>(app, &known, insists).await?);
    }
    let becomes = Thing::with_id(&back.id).with("name", &back.becomes);
    Ok(access.allows::<routes::UserUpdate>(app, &known, insists).await?
        && access.allows::<routes::UserUpdate>(app, &becomes, insists).await?
        && access.allows::<routes::UserRead>(app, &known, insists).await?
        && access.allows::<routes::UserRead>(app, &becomes, insists).await?)
}

/// The caller with what they hold in another tenant, of whose users and groups a request is as well.
pub(crate) async fn within(app: &App, access: &Access, tenant: &str) -> Result<Access, Problem> {
    access.within::<routes::UserUpdate>(app, tenant).await
}

/// Whether the caller may read a user who is called so.
pub(crate) fn may_read(access: &Access, id: &str, login: &str) -> bool {
    access.may::<routes::UserRead>(&Thing::with_id(id).with("name", login))
}

/// Users, as rows.
pub(crate) struct Users;

impl Listed for Users {
    type Record = UserRecord;
    type View = UserView;
    type Query = UserQuery;
    const LIST: &'static str = "users";
    const COLUMNS: &'static [&'static str] = &COLUMNS;

    fn cells(user: UserRecord) -> Vec<String> {
        vec![
            user.id,
            user.tenant,
            user.provider,
            user.login,
            user.subject.unwrap_or_default(),
            user.external_id.unwrap_or_default(),
            user.active.to_string(),
            user.display_name.unwrap_or_default(),
            user.email.unwrap_or_default(),
            user.source,
            user.attributes,
            user.revision.to_string(),
            time(user.created_at),
            time(user.updated_at),
            user.signed_in_at.map(time).unwrap_or_default(),
        ]
    }

    fn behind(query: UserQuery, after: Option<Place>, limit: u32) -> UserQuery {
        UserQuery { after, limit, ..query }
    }

    fn place(query: &UserQuery, user: &UserRecord) -> Place {
        (query.sort.key(user), user.id.clone())
    }

    async fn read(app: &App, query: &UserQuery) -> Result<Vec<UserRecord>, StoreError> {
        app.store.reader().users(query).await
    }
}

impl Rows for Users {
    type Draft = UserDraft;
    type Search = UserSearch;
    type List = routes::UserList;
    type Read = routes::UserRead;
    type Create = routes::UserCreate;
    type Update = routes::UserUpdate;
    type Delete = routes::UserDelete;
    const PATH: &'static str = routes::PATH;
    const CREATE: &'static str = "createUser";

    fn id(user: &UserRecord) -> &str {
        &user.id
    }

    fn revision(user: &UserRecord) -> i64 {
        user.revision
    }

    fn thing(user: &UserRecord) -> Thing {
        thing(user)
    }

    fn drafted(draft: &UserDraft) -> Thing {
        Thing::named(&draft.login)
    }

    fn searched(search: UserSearch, tenant: &str) -> Searched<UserQuery> {
        search.query(tenant)
    }

    async fn find(
        administration: &Administration,
        tenant: &str,
        id: &str,
    ) -> Result<Option<UserRecord>, AdminError> {
        administration.user(tenant, id).await
    }

    async fn create(
        administration: &Administration,
        author: &Author,
        tenant: &str,
        draft: &UserDraft,
    ) -> Result<UserRecord, AdminError> {
        administration.create_user(author, tenant, draft).await
    }

    async fn update(
        administration: &Administration,
        author: &Author,
        tenant: &str,
        (id, revision): (&str, i64),
        draft: &UserDraft,
    ) -> Result<UserRecord, AdminError> {
        administration.update_user(author, tenant, id, revision, draft).await
    }

    async fn delete(
        administration: &Administration,
        author: &Author,
        tenant: &str,
        (id, revision): (&str, i64),
    ) -> Result<i64, AdminError> {
        administration.delete_user(author, tenant, id, revision).await
    }
}

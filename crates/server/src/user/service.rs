//! Users as the API lists, searches and shows them.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use casemate_expression::Datum;
use casemate_platform::{Code, Page, PageRequest, Problem, Query, parse_document};
use casemate_store::{StoreError, UserQuery, UserRecord, UserSort};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::App;
use crate::csv::Rows;
use crate::export::{self, AT_ONCE};
use crate::guard::{Access, Thing};
use crate::user::routes::UserList;
use crate::view::time;

/// The longest text of a search, in bytes.
const MAX_SEARCH: usize = 256;

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

impl<S: Sync> FromRequestParts<S> for UserSearch {
    type Rejection = Problem;

    /// What a query says: no more than a page and an order, since the rest is personal data and stands in no address.
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<UserSearch, Problem> {
        let mut query = Query::of(parts, &["after", "limit", "sort"])?;
        let sort = match query.take("sort") {
            None => Order::default(),
            Some(text) => serde_json::from_value(Value::String(text)).map_err(|_| {
                let detail = "`sort` is `created_at`, `login`, or one of these with `-` before it";
                Problem::new(Code::MalformedQuery).detail(detail)
            })?,
        };
        let (after, limit) = (query.take("after"), query.take("limit"));
        let is_limited = limit.is_some();
        let page = PageRequest::of_query(after, limit)?;
        let limit = is_limited.then_some(page.limit);
        Ok(UserSearch { sort, after: page.after, limit, ..UserSearch::default() })
    }
}

impl UserSearch {
    /// The query in a tenant, and the page that is wanted of it.
    fn query(self, tenant: &str) -> Result<(UserQuery, PageRequest, bool), Problem> {
        if self.search.as_deref().is_some_and(|search| search.len() > MAX_SEARCH) {
            let detail = format!("`search` is at most {MAX_SEARCH} bytes long");
            return Err(Problem::new(Code::MalformedBody).detail(detail));
        }
        let is_page = self.after.is_some() || self.limit.is_some();
        let page = PageRequest::new(self.after, self.limit)?;
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
            search: self.search.filter(|search| !search.is_empty()),
            sort,
            descending,
            ..UserQuery::default()
        };
        Ok((query, page, is_page))
    }
}

/// A user, as conditions of permissions see them.
pub(crate) fn thing(user: &UserRecord) -> Thing {
    Thing::with_id(&user.id).with("name", &user.login)
}

/// A page of what the caller may see of the users that are wanted.
///
/// # Errors
/// 400 where the cursor is of another list, 503 where the database cannot be read.
pub(crate) async fn page(app: &App, access: &Access, search: UserSearch) -> Result<Page<UserView>, Problem> {
    let (query, page, _) = search.query(access.tenant())?;
    let list = format!("users\n{query:?}");
    let after = place(page.key(&list)?)?;
    let limit = page.limit.saturating_add(1);
    let (sort, query) = (query.sort, UserQuery { after, limit, ..query });
    let users = app.store.reader().users(&query).await.map_err(unreadable)?;
    let page = Page::of(users, &list, page.limit, |user| format!("{}\n{}", user.id, sort.key(user)));
    let Page { items, next } = page;
    let items = items.into_iter().filter(|user| access.may::<UserList>(&thing(user)));
    Ok(Page { items: items.map(UserView::from).collect(), next })
}

/// All users that are wanted and may be seen, as comma-separated values.
///
/// # Errors
/// 400 where a page is asked for.
pub(crate) fn export(app: &App, access: Access, search: UserSearch) -> Result<Response, Problem> {
    let (query, _, is_page) = search.query(access.tenant())?;
    if is_page {
        return Err(whole());
    }
    let query = UserQuery { limit: AT_ONCE, ..query };
    let (reader, caller, access) = (app.store.reader().clone(), access.caller.clone(), Arc::new(access));
    let mut response = export::answer("users", &COLUMNS, move |after| {
        let (reader, access) = (reader.clone(), Arc::clone(&access));
        let query = UserQuery { after, ..query.clone() };
        async move {
            let users = reader.users(&query).await?;
            let is_last = users.len() < AT_ONCE as usize;
            let after = users.last().filter(|_| !is_last).map(|user| (query.sort.key(user), user.id.clone()));
            let mut rows = Rows::default();
            for user in users.into_iter().filter(|user| access.may::<UserList>(&thing(user))) {
                write(&mut rows, &user);
            }
            Ok((rows, after))
        }
    });
    response.extensions_mut().insert(caller);
    Ok(response)
}

fn write(rows: &mut Rows, user: &UserRecord) {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let cells = [
        user.id.clone(),
        user.tenant.clone(),
        user.provider.clone(),
        user.login.clone(),
        text(&user.subject),
        text(&user.external_id),
        user.active.to_string(),
        text(&user.display_name),
        text(&user.email),
        user.source.clone(),
        user.attributes.clone(),
        user.revision.to_string(),
        time(user.created_at),
        time(user.updated_at),
        user.signed_in_at.map(time).unwrap_or_default(),
    ];
    rows.row(cells.iter().map(String::as_str));
}

/// The place in a list that a cursor's key names: an id, which holds no line, and the key of the order.
///
/// # Errors
/// 400 where it names none.
pub(crate) fn place(key: Option<String>) -> Result<Option<(String, String)>, Problem> {
    let read = |key: String| {
        let (id, key) = key.split_once('\n')?;
        Some((key.to_owned(), id.to_owned()))
    };
    key.map(|key| read(key).ok_or_else(|| Problem::new(Code::MalformedQuery))).transpose()
}

/// That a page is asked for where the answer is the whole list.
pub(crate) fn whole() -> Problem {
    let detail = "`text/csv` is the whole list: leave `after` and `limit` out";
    Problem::new(Code::MalformedQuery).detail(detail)
}

/// That people cannot be read.
pub(crate) fn unreadable(error: StoreError) -> Problem {
    tracing::error!(%error, "the directory cannot be read");
    Problem::new(Code::Unavailable)
}

/// A document, without what two readers could understand differently: members twice, numbers that do not fit.
pub(crate) fn strict<D: DeserializeOwned>(text: &str) -> Result<D, Problem> {
    Datum::from_json(text).map_err(|error| Problem::new(Code::MalformedBody).detail(error.to_string()))?;
    parse_document(text)
}

//! Lists of API keys: of one account, and of all in a tenant.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use casemate_platform::{Code, Page, PageRequest, Problem, Query, clock};
use casemate_store::{KeyQuery, KeySort, KeyState, StoredApiKey};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::routes::ApiKeyList;
use super::service::{ApiKeyView, thing};
use crate::App;
use crate::csv::Rows;
use crate::export::{self, AT_ONCE};
use crate::guard::Access;
use crate::refusal::problem;
use crate::user::service::{place, whole};
use crate::view::time;

/// The longest text of a search, in bytes.
const MAX_SEARCH: usize = 256;
/// The most days that may be asked for: a hundred years.
const MAX_DAYS: u32 = 36_500;
/// A day, in microseconds.
const DAY: i64 = 86_400 * 1_000_000;

/// The columns of an exported list.
const COLUMNS: [&str; 13] = [
    "id",
    "account",
    "tenant",
    "title",
    "application",
    "networks",
    "permissions",
    "rotated_from",
    "revision",
    "created_at",
    "expires_at",
    "revoked_at",
    "used_at",
];

/// An order of API keys.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[schemars(rename = "ApiKeyOrder")]
pub(crate) enum Order {
    /// The oldest first.
    #[default]
    #[serde(rename = "created_at")]
    Oldest,
    /// The newest first.
    #[serde(rename = "-created_at")]
    Newest,
    /// By title, code point by code point.
    #[serde(rename = "title")]
    Title,
    /// By title, backwards.
    #[serde(rename = "-title")]
    TitleBackwards,
}

/// Whether a key is taken.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "ApiKeyState")]
pub(crate) enum State {
    /// It was not revoked, and its end has not come.
    InForce,
    /// Its end has come.
    Expired,
    /// It was revoked.
    Revoked,
}

/// Which API keys are searched for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApiKeySearch {
    /// A text that stands in the title, in whatever case.
    #[serde(default)]
    #[schemars(length(max = 256))]
    search: Option<String>,
    /// Only those of the service account with this id.
    #[serde(default)]
    account: Option<String>,
    /// Only those in this state.
    #[serde(default)]
    state: Option<State>,
    /// Only those in force that end within so many days.
    #[serde(default)]
    #[schemars(range(min = 1, max = 36_500))]
    expiring_days: Option<u32>,
    /// Only those that were made at least so many days ago and not used since, as far as that was noted.
    #[serde(default)]
    #[schemars(range(min = 1, max = 36_500))]
    unused_days: Option<u32>,
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

impl<S: Sync> FromRequestParts<S> for ApiKeySearch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<ApiKeySearch, Problem> {
        let mut query = Query::of(parts, &["after", "limit", "sort"])?;
        let sort = match query.take("sort") {
            None => Order::default(),
            Some(text) => serde_json::from_value(Value::String(text)).map_err(|_| {
                let detail = "`sort` is `created_at`, `title`, or one of these with `-` before it";
                Problem::new(Code::MalformedQuery).detail(detail)
            })?,
        };
        let (after, limit) = (query.take("after"), query.take("limit"));
        let is_limited = limit.is_some();
        let page = PageRequest::of_query(after, limit)?;
        let limit = is_limited.then_some(page.limit);
        Ok(ApiKeySearch { sort, after: page.after, limit, ..ApiKeySearch::default() })
    }
}

/// A moment so many days away from now.
fn away(name: &str, days: Option<u32>, now: i64, sign: i64) -> Result<Option<i64>, Problem> {
    let moment = |days: u32| {
        if !(1..=MAX_DAYS).contains(&days) {
            let detail = format!("`{name}` is a number of days from 1 to {MAX_DAYS}");
            return Err(Problem::new(Code::MalformedBody).detail(detail));
        }
        Ok(now.saturating_add(sign.saturating_mul(DAY).saturating_mul(i64::from(days))))
    };
    days.map(moment).transpose()
}

impl ApiKeySearch {
    /// Those of an account alone.
    pub(crate) fn of(self, account: &str) -> ApiKeySearch {
        ApiKeySearch { account: Some(account.to_owned()), ..self }
    }

    /// The query at `now`, and the page that is wanted of it.
    fn query(self, now: i64) -> Result<(KeyQuery, PageRequest, bool), Problem> {
        if self.search.as_deref().is_some_and(|search| search.len() > MAX_SEARCH) {
            let detail = format!("`search` is at most {MAX_SEARCH} bytes long");
            return Err(Problem::new(Code::MalformedBody).detail(detail));
        }
        let is_page = self.after.is_some() || self.limit.is_some();
        let page = PageRequest::new(self.after, self.limit)?;
        let (sort, descending) = match self.sort {
            Order::Oldest => (KeySort::Created, false),
            Order::Newest => (KeySort::Created, true),
            Order::Title => (KeySort::Title, false),
            Order::TitleBackwards => (KeySort::Title, true),
        };
        let state = self.state.or(self.expiring_days.map(|_| State::InForce));
        let state = state.map(|state| match state {
            State::InForce => (KeyState::InForce, now),
            State::Expired => (KeyState::Expired, now),
            State::Revoked => (KeyState::Revoked, now),
        });
        let query = KeyQuery {
            account: self.account,
            state,
            expires_before: away("expiring_days", self.expiring_days, now, 1)?,
            unused_since: away("unused_days", self.unused_days, now, -1)?,
            search: self.search.filter(|search| !search.is_empty()),
            sort,
            descending,
            ..KeyQuery::default()
        };
        Ok((query, page, is_page))
    }
}

/// A page of what the caller may see of the keys that are wanted.
///
/// # Errors
/// 400 where the cursor is of another list, 503 where the database cannot be read.
pub(crate) async fn page(
    app: &App,
    access: &Access,
    search: ApiKeySearch,
    sees: impl Fn(&StoredApiKey) -> bool,
) -> Result<Page<ApiKeyView>, Problem> {
    let ApiKeySearch { search: text, account, state, expiring_days, unused_days, .. } = &search;
    let list = format!("api-keys\n{account:?}\n{text:?}\n{state:?}\n{expiring_days:?}\n{unused_days:?}");
    let (query, page, _) = search.query(clock::now())?;
    let list = format!("{list}\n{:?}\n{}", query.sort, query.descending);
    let after = place(page.key(&list)?)?;
    let (sort, limit) = (query.sort, page.limit.saturating_add(1));
    let query = KeyQuery { after, limit, ..query };
    let keys =
        app.administration.keys(access.tenant(), query).await.map_err(|error| problem(error.into()))?;
    let Page { items, next } =
        Page::of(keys, &list, page.limit, |key| format!("{}\n{}", key.id, sort.key(key)));
    Ok(Page { items: items.iter().filter(|key| sees(key)).map(ApiKeyView::from).collect(), next })
}

/// All keys that are wanted and may be seen, as comma-separated values, without their secrets.
///
/// # Errors
/// 400 where a page is asked for.
pub(crate) fn export(
    app: &App,
    access: Access,
    search: ApiKeySearch,
    sees: impl Fn(&Access, &StoredApiKey) -> bool + Send + Sync + 'static,
) -> Result<Response, Problem> {
    let (query, _, is_page) = search.query(clock::now())?;
    if is_page {
        return Err(whole());
    }
    let query = KeyQuery { limit: AT_ONCE, ..query };
    let (administration, caller) = (app.administration.clone(), access.caller.clone());
    let shared = Arc::new((access, sees));
    let mut response = export::answer("api-keys", &COLUMNS, move |after| {
        let (administration, shared) = (administration.clone(), Arc::clone(&shared));
        let query = KeyQuery { after, ..query.clone() };
        async move {
            let (access, sees) = &*shared;
            let sort = query.sort;
            let keys = administration.keys(access.tenant(), query).await?;
            let is_last = keys.len() < AT_ONCE as usize;
            let after = keys.last().filter(|_| !is_last).map(|key| (sort.key(key), key.id.clone()));
            let mut rows = Rows::default();
            keys.iter().filter(|key| sees(access, key)).for_each(|key| write(&mut rows, key));
            Ok((rows, after))
        }
    });
    response.extensions_mut().insert(caller);
    Ok(response)
}

/// Whether somebody may see a key in a list.
pub(crate) fn sees(access: &Access, key: &StoredApiKey) -> bool {
    access.may::<ApiKeyList>(&thing(key))
}

fn write(rows: &mut Rows, key: &StoredApiKey) {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let moment = |at: Option<i64>| at.map(time).unwrap_or_default();
    let cells = [
        key.id.clone(),
        key.account.clone(),
        key.tenant.clone(),
        key.title.clone(),
        text(&key.application),
        key.networks.replace(',', " "),
        text(&key.permissions),
        text(&key.rotated_from),
        key.revision.to_string(),
        time(key.created_at),
        moment(key.expires_at),
        moment(key.revoked_at),
        moment(key.used_at),
    ];
    rows.row(cells.iter().map(String::as_str));
}

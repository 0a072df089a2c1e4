//! Lists of API keys: of one account, and of all in a tenant.

use casemate_platform::{Code, Problem};
use casemate_store::{KeyQuery, KeySort, KeyState, StoreError, StoredApiKey};
use schemars::JsonSchema;
use serde::Deserialize;

use super::routes::ApiKeyList;
use super::service::{ApiKeyView, thing};
use crate::App;
use crate::export::Place;
use crate::guard::Access;
use crate::listed::{Asked, Listed, searched_text, searches};
use crate::view::time;

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

searches!(ApiKeySearch);

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

    /// The page that is wanted, and the query at `now` of what works in a tenant.
    ///
    /// # Errors
    /// 400 where what is said is out of bounds.
    pub(super) fn query(mut self, tenant: &str, now: i64) -> Result<(Asked, KeyQuery), Problem> {
        let asked = Asked::of(ApiKeys::LIST, &mut self)?;
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
            tenant: Some(tenant.to_owned()),
            account: self.account,
            state,
            expires_before: away("expiring_days", self.expiring_days, now, 1)?,
            unused_since: away("unused_days", self.unused_days, now, -1)?,
            search: searched_text(self.search)?,
            sort,
            descending,
            ..KeyQuery::default()
        };
        Ok((asked, query))
    }
}

/// API keys, as a list.
pub(super) struct ApiKeys;

impl Listed for ApiKeys {
    type Record = StoredApiKey;
    type View = ApiKeyView;
    type Query = KeyQuery;
    const LIST: &'static str = "api-keys";
    const COLUMNS: &'static [&'static str] = &COLUMNS;

    fn cells(key: StoredApiKey) -> Vec<String> {
        let moment = |at: Option<i64>| at.map(time).unwrap_or_default();
        vec![
            key.id,
            key.account,
            key.tenant,
            key.title,
            key.application.unwrap_or_default(),
            key.networks.replace(',', " "),
            key.permissions.unwrap_or_default(),
            key.rotated_from.unwrap_or_default(),
            key.revision.to_string(),
            time(key.created_at),
            moment(key.expires_at),
            moment(key.revoked_at),
            moment(key.used_at),
        ]
    }

    fn behind(query: KeyQuery, after: Option<Place>, limit: u32) -> KeyQuery {
        KeyQuery { after, limit, ..query }
    }

    fn place(query: &KeyQuery, key: &StoredApiKey) -> Place {
        (query.sort.key(key), key.id.clone())
    }

    async fn read(app: &App, query: &KeyQuery) -> Result<Vec<StoredApiKey>, StoreError> {
        let tenant = query.tenant.clone().unwrap_or_default();
        app.administration.keys(&tenant, query.clone()).await
    }
}

/// Whether somebody may see a key in a list.
pub(crate) fn sees(access: &Access, key: &StoredApiKey) -> bool {
    access.may::<ApiKeyList>(&thing(key))
}

//! What may be asked of a list of objects, and the answer as a page or as a whole.

use std::collections::BTreeMap;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use casemate_directory::{Entry, Kind, ListQuery, Lister, Sort, SortBy};
use casemate_expression::Timestamp;
use casemate_platform::{Code, PageRequest, Problem, Query};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use crate::csv::{self, Rows};
use crate::guard::{Access, Thing};
use crate::objects::Objects;

/// The most filters of a search.
const MAX_FILTERS: usize = 16;
/// The longest text of a search, in bytes.
const MAX_SEARCH: usize = 256;
/// How many entries are written at once where a whole list is.
const AT_ONCE: u32 = 1_000;

/// An order that a list may be asked for in.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
pub(crate) enum Order {
    /// The oldest first: the order where nothing is said.
    #[default]
    #[serde(rename = "created_at")]
    Oldest,
    /// The newest first.
    #[serde(rename = "-created_at")]
    Newest,
    /// What was changed longest ago first.
    #[serde(rename = "updated_at")]
    LeastChanged,
    /// What was changed last first.
    #[serde(rename = "-updated_at")]
    MostChanged,
    /// By name, code point by code point.
    #[serde(rename = "name")]
    Name,
    /// By name, backwards.
    #[serde(rename = "-name")]
    NameBackwards,
}

impl From<Order> for Sort {
    fn from(order: Order) -> Sort {
        let (by, descending) = match order {
            Order::Oldest => (SortBy::Created, false),
            Order::Newest => (SortBy::Created, true),
            Order::LeastChanged => (SortBy::Changed, false),
            Order::MostChanged => (SortBy::Changed, true),
            Order::Name => (SortBy::Name, false),
            Order::NameBackwards => (SortBy::Name, true),
        };
        Sort { by, descending }
    }
}

/// What is searched for.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SearchRequest {
    /// A text that stands in the name or the title, in whatever case.
    #[serde(default)]
    #[schemars(length(max = 256))]
    search: Option<String>,
    /// Values that the document has, by path, such as `role` or `to.id`; `origin` and `name` are the entry's own.
    #[serde(default)]
    filters: BTreeMap<String, String>,
    /// In which order; what is equal stands in the order of ids.
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

/// What is wanted of a list.
#[derive(Debug)]
pub(crate) struct Wanted {
    /// Which entries, in which order, and how many; from where on stands in `after`.
    pub(crate) query: ListQuery,
    /// The cursor, not yet looked into.
    pub(crate) after: Option<String>,
    /// Whether a page is wanted, and not the whole list.
    is_page: bool,
}

impl Wanted {
    pub(crate) fn of_search(request: SearchRequest) -> Result<Wanted, Problem> {
        let SearchRequest { search, filters, sort, after, limit } = request;
        let is_page = after.is_some() || limit.is_some();
        let page = PageRequest::new(after, limit)?;
        if search.as_deref().is_some_and(|search| search.len() > MAX_SEARCH) || filters.len() > MAX_FILTERS {
            let detail =
                format!("`search` is at most {MAX_SEARCH} bytes long, `filters` are at most {MAX_FILTERS}");
            return Err(Problem::new(Code::MalformedBody).detail(detail));
        }
        let query = ListQuery {
            search: search.filter(|search| !search.is_empty()),
            limit: page.limit,
            filters: filters.into_iter().collect(),
            sort: sort.into(),
            ..ListQuery::default()
        };
        Ok(Wanted { query, after: page.after, is_page })
    }

    /// That nothing is said that makes no sense where the answer is the whole list.
    fn whole(self) -> Result<ListQuery, Problem> {
        if self.is_page {
            let detail = "`text/csv` is the whole list: leave `after` and `limit` out";
            return Err(Problem::new(Code::MalformedQuery).detail(detail));
        }
        Ok(ListQuery { limit: AT_ONCE, ..self.query })
    }
}

impl<S: Sync> FromRequestParts<S> for Wanted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Wanted, Problem> {
        let mut query = Query::of(parts, &["after", "limit", "sort"])?;
        let sort = match query.take("sort") {
            None => Order::default(),
            Some(text) => serde_json::from_value(Value::String(text)).map_err(|_| {
                let detail =
                    "`sort` is one of `created_at`, `updated_at`, `name`, or one of these with `-` before it";
                Problem::new(Code::MalformedQuery).detail(detail)
            })?,
        };
        let limit = query.take("limit");
        let after = query.take("after");
        let is_page = limit.is_some() || after.is_some();
        let page = PageRequest::of_query(after, limit)?;
        let query = ListQuery { limit: page.limit, sort: sort.into(), ..ListQuery::default() };
        Ok(Wanted { query, after: page.after, is_page })
    }
}

/// The members of a kind's documents that have columns of their own.
fn columns(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Tenant => &["title", "parent"],
        Kind::Application => &["schema"],
        Kind::Provider => &["type", "issuer", "endpoint", "audiences"],
        Kind::Source => &["title", "provider", "claim", "ceiling"],
        Kind::AuditSink => &["title", "tenants", "from"],
        Kind::Setting => &["value"],
        Kind::Detection => &["title", "disabled"],
        Kind::AlertReceiver => &["title", "mail", "level", "disabled"],
        Kind::EventType => &["title", "description", "schema"],
        Kind::EventCeiling => &[
            "required",
            "bound",
            "actions",
            "resource_types",
            "tenants",
            "outcomes",
            "max_bytes",
            "per_minute",
            "per_day",
        ],
        Kind::Role => &["title", "description", "extends", "permissions"],
        Kind::Team => &["title", "description", "roles"],
        Kind::Assignment => &[
            "role",
            "team",
            "to.provider",
            "to.type",
            "to.id",
            "to.login",
            "to.group",
            "from",
            "until",
            "reason",
        ],
        Kind::User => &["provider", "type", "login", "display_name", "groups"],
        Kind::Credential => &["application", "permissions"],
        Kind::ServiceAccount => &["title", "disabled"],
    }
}

/// The columns that all entries have.
const COMMON: [&str; 7] = ["id", "tenant", "name", "origin", "revision", "created_at", "updated_at"];
/// Who granted an assignment.
const GRANTED: [&str; 4] = ["granted.provider", "granted.type", "granted.id", "granted.at"];

/// The whole list as comma-separated values: what is there now and may be seen by the caller now, however slowly it is read.
pub(crate) fn export<O: Objects>(
    lister: Lister,
    access: Access,
    wanted: Wanted,
) -> Result<Response, Problem> {
    let mut query = wanted.whole()?;
    let caller = access.caller.clone();
    let mut is_first = true;
    let mut response = csv::answer(O::WORDS.list, move |rows| {
        if is_first {
            let granted = GRANTED.into_iter().filter(|_| O::KIND == Kind::Assignment);
            rows.row(COMMON.into_iter().chain(columns(O::KIND).iter().copied()).chain(granted));
            is_first = false;
        }
        let Ok(page) = lister.list(O::KIND, access.tenant(), &query) else { return false };
        for entry in page.items.iter().filter(|entry| access.may::<O::List>(&Thing::of(entry))) {
            write(rows, entry);
        }
        query.after = page.next;
        query.after.is_some()
    });
    response.extensions_mut().insert(caller);
    Ok(response)
}

fn write(rows: &mut Rows, entry: &Entry) {
    let time = |micros: i64| Timestamp(micros).to_string();
    rows.cell(&entry.id);
    rows.cell(&entry.tenant);
    rows.cell(&entry.name);
    rows.cell(&entry.origin);
    rows.cell(&entry.revision.to_string());
    rows.cell(&time(entry.created_at));
    rows.cell(&time(entry.updated_at));
    columns(entry.kind).iter().for_each(|path| rows.member(&entry.document, path));
    if entry.kind == Kind::Assignment {
        match &entry.granted {
            Some(granted) => {
                [&granted.provider, &granted.kind, &granted.id].into_iter().for_each(|cell| rows.cell(cell));
                rows.cell(&time(granted.at.0.0));
            }
            None => GRANTED.into_iter().for_each(|_| rows.cell("")),
        }
    }
    rows.end();
}

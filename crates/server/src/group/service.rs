//! Groups as the API lists, searches and shows them.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use casemate_platform::{Code, Page, PageRequest, Problem, Query};
use casemate_store::{GroupQuery, GroupRecord, GroupSort};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::App;
use crate::csv::Rows;
use crate::export::{self, AT_ONCE};
use crate::group::routes::GroupList;
use crate::guard::{Access, Thing};
use crate::user::service::{place, unreadable, whole};
use crate::view::time;

/// The longest text of a search, in bytes.
const MAX_SEARCH: usize = 256;

/// The columns of an exported list.
const COLUMNS: [&str; 9] =
    ["id", "tenant", "provider", "name", "external_id", "source", "revision", "created_at", "updated_at"];

/// A group.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "StoredGroup")]
pub(crate) struct GroupView {
    /// Its opaque id, by which paths name it.
    id: String,
    /// The tenant that it belongs to.
    tenant: String,
    /// The provider that it is of; `casemate` for a group of Casemate's own.
    provider: String,
    /// What it is called.
    name: String,
    /// What another system calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<String>,
    /// Who manages it: empty for by hand, `scim`, `ldap`.
    source: String,
    /// The revision that changed it, or its members, last: what stands in its `ETag`.
    revision: i64,
    /// When it was made.
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    /// When it was changed last.
    #[schemars(extend("format" = "date-time"))]
    updated_at: String,
}

impl From<GroupRecord> for GroupView {
    fn from(group: GroupRecord) -> GroupView {
        GroupView {
            id: group.id,
            tenant: group.tenant,
            provider: group.provider,
            name: group.name,
            external_id: group.external_id,
            source: group.source,
            revision: group.revision,
            created_at: time(group.created_at),
            updated_at: time(group.updated_at),
        }
    }
}

/// An order of groups.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[schemars(rename = "GroupOrder")]
pub(crate) enum Order {
    /// The oldest first.
    #[default]
    #[serde(rename = "created_at")]
    Oldest,
    /// The newest first.
    #[serde(rename = "-created_at")]
    Newest,
    /// By name.
    #[serde(rename = "name")]
    Name,
    /// By name, backwards.
    #[serde(rename = "-name")]
    NameBackwards,
}

/// Which groups are searched for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct GroupSearch {
    /// A text that stands in the name, in whatever case.
    #[serde(default)]
    #[schemars(length(max = 256))]
    search: Option<String>,
    /// Only those with this name, in whatever case.
    #[serde(default)]
    name: Option<String>,
    /// Only those of this provider.
    #[serde(default)]
    provider: Option<String>,
    /// Only those with this external id.
    #[serde(default)]
    external_id: Option<String>,
    /// Only those that are managed so: empty for by hand, `scim`, `ldap`.
    #[serde(default)]
    source: Option<String>,
    /// Only those that the user with this id belongs to.
    #[serde(default)]
    member: Option<String>,
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

impl<S: Sync> FromRequestParts<S> for GroupSearch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<GroupSearch, Problem> {
        let mut query = Query::of(parts, &["after", "limit", "sort"])?;
        let sort = match query.take("sort") {
            None => Order::default(),
            Some(text) => serde_json::from_value(Value::String(text)).map_err(|_| {
                let detail = "`sort` is `created_at`, `name`, or one of these with `-` before it";
                Problem::new(Code::MalformedQuery).detail(detail)
            })?,
        };
        let (after, limit) = (query.take("after"), query.take("limit"));
        let is_limited = limit.is_some();
        let page = PageRequest::of_query(after, limit)?;
        let limit = is_limited.then_some(page.limit);
        Ok(GroupSearch { sort, after: page.after, limit, ..GroupSearch::default() })
    }
}

impl GroupSearch {
    /// The query in a tenant, and the page that is wanted of it.
    fn query(self, tenant: &str) -> Result<(GroupQuery, PageRequest, bool), Problem> {
        if self.search.as_deref().is_some_and(|search| search.len() > MAX_SEARCH) {
            let detail = format!("`search` is at most {MAX_SEARCH} bytes long");
            return Err(Problem::new(Code::MalformedBody).detail(detail));
        }
        let is_page = self.after.is_some() || self.limit.is_some();
        let page = PageRequest::new(self.after, self.limit)?;
        let (sort, descending) = match self.sort {
            Order::Oldest => (GroupSort::Created, false),
            Order::Newest => (GroupSort::Created, true),
            Order::Name => (GroupSort::Name, false),
            Order::NameBackwards => (GroupSort::Name, true),
        };
        let query = GroupQuery {
            tenant: Some(tenant.to_owned()),
            provider: self.provider,
            source: self.source,
            name: self.name,
            external_id: self.external_id,
            member: self.member,
            search: self.search.filter(|search| !search.is_empty()),
            sort,
            descending,
            ..GroupQuery::default()
        };
        Ok((query, page, is_page))
    }
}

/// A group, as conditions of permissions see it.
pub(crate) fn thing(group: &GroupRecord) -> Thing {
    Thing::with_id(&group.id).with("name", &group.name)
}

/// A page of what the caller may see of the groups that are wanted.
///
/// # Errors
/// 400 where the cursor is of another list, 503 where the database cannot be read.
pub(crate) async fn page(
    app: &App,
    access: &Access,
    search: GroupSearch,
) -> Result<Page<GroupView>, Problem> {
    let (query, page, _) = search.query(access.tenant())?;
    let list = format!("groups\n{query:?}");
    let after = place(page.key(&list)?)?;
    let limit = page.limit.saturating_add(1);
    let (sort, query) = (query.sort, GroupQuery { after, limit, ..query });
    let groups = app.store.reader().groups(&query).await.map_err(unreadable)?;
    let page = Page::of(groups, &list, page.limit, |group| format!("{}\n{}", group.id, sort.key(group)));
    let Page { items, next } = page;
    let items = items.into_iter().filter(|group| access.may::<GroupList>(&thing(group)));
    Ok(Page { items: items.map(GroupView::from).collect(), next })
}

/// All groups that are wanted and may be seen, as comma-separated values.
///
/// # Errors
/// 400 where a page is asked for.
pub(crate) fn export(app: &App, access: Access, search: GroupSearch) -> Result<Response, Problem> {
    let (query, _, is_page) = search.query(access.tenant())?;
    if is_page {
        return Err(whole());
    }
    let query = GroupQuery { limit: AT_ONCE, ..query };
    let (reader, caller, access) = (app.store.reader().clone(), access.caller.clone(), Arc::new(access));
    let mut response = export::answer("groups", &COLUMNS, move |after| {
        let (reader, access) = (reader.clone(), Arc::clone(&access));
        let query = GroupQuery { after, ..query.clone() };
        async move {
            let groups = reader.groups(&query).await?;
            let is_last = groups.len() < AT_ONCE as usize;
            let last = groups.last().filter(|_| !is_last);
            let after = last.map(|group| (query.sort.key(group), group.id.clone()));
            let mut rows = Rows::default();
            for group in groups.into_iter().filter(|group| access.may::<GroupList>(&thing(group))) {
                write(&mut rows, &group);
            }
            Ok((rows, after))
        }
    });
    response.extensions_mut().insert(caller);
    Ok(response)
}

fn write(rows: &mut Rows, group: &GroupRecord) {
    let cells = [
        group.id.clone(),
        group.tenant.clone(),
        group.provider.clone(),
        group.name.clone(),
        group.external_id.clone().unwrap_or_default(),
        group.source.clone(),
        group.revision.to_string(),
        time(group.created_at),
        time(group.updated_at),
    ];
    rows.row(cells.iter().map(String::as_str));
}

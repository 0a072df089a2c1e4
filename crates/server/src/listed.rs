//! What every list of the store's rows has in common: it is answered page by page, by key, or as a whole, as comma-separated
//! values.

use std::fmt::Debug;
use std::future::Future;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use casemate_platform::{Caller, Code, Page, PageRequest, Problem, Query, json_response};
use casemate_store::StoreError;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::App;
use crate::csv::{self, Rows};
use crate::export::{self, AT_ONCE, Place};
use crate::reading::Exported;

/// The longest text of a search, in bytes.
const MAX_SEARCH: usize = 256;

/// Rows of the store that are listed.
pub(crate) trait Listed: Send + Sync + 'static {
    /// What the store keeps of one.
    type Record: Send + Sync + 'static;
    /// What is shown of one.
    type View: From<Self::Record> + Serialize;
    /// Which are wanted of the store.
    type Query: Clone + Send + Sync + 'static;
    /// What the list is called, and the file that it is saved as.
    const LIST: &'static str;
    /// The columns of that file.
    const COLUMNS: &'static [&'static str];

    /// What stands in the columns.
    fn cells(record: Self::Record) -> Vec<String>;
    /// The same query behind a place, for as many as this.
    fn behind(query: Self::Query, after: Option<Place>, limit: u32) -> Self::Query;
    /// The place of one in the order of a query; the second part of it holds no line break.
    fn place(query: &Self::Query, record: &Self::Record) -> Place;
    /// Those that are wanted.
    fn read(
        app: &App,
        query: &Self::Query,
    ) -> impl Future<Output = Result<Vec<Self::Record>, StoreError>> + Send;
}

/// What may be said to search a list: filters, an order, and a page.
pub(crate) trait Search: Debug + DeserializeOwned + Send {
    /// What it says of a page: `after` and `limit`.
    fn page(&mut self) -> (&mut Option<String>, &mut Option<u32>);
}

/// Says of searches where their `after` and `limit` are.
macro_rules! searches {
    ($($search:ty),+ $(,)?) => {$(
        impl $crate::listed::Search for $search {
            fn page(&mut self) -> (&mut Option<String>, &mut Option<u32>) {
                (&mut self.after, &mut self.limit)
            }
        }
    )+};
}
pub(crate) use searches;

/// Which page of a list is wanted, or the whole.
#[derive(Debug)]
pub(crate) struct Asked {
    /// What tells the list from others, whose cursors are none of its own: what was searched for.
    pub(crate) list: String,
    /// Which page.
    pub(crate) page: PageRequest,
    /// Whether a page is wanted, and not the whole list.
    pub(crate) is_page: bool,
}

impl Asked {
    /// What a search of a list says of a page, which is taken out of it.
    ///
    /// # Errors
    /// 400 where the limit is out of bounds.
    pub(crate) fn of(list: &str, search: &mut impl Search) -> Result<Asked, Problem> {
        let (after, limit) = search.page();
        let (after, limit) = (after.take(), limit.take());
        let is_page = after.is_some() || limit.is_some();
        Ok(Asked { list: format!("{list}\n{search:?}"), page: PageRequest::new(after, limit)?, is_page })
    }
}

/// A page of those that the caller sees, or all of them as comma-separated values, as the request would rather have it.
///
/// # Errors
/// 400 where the cursor is of another list, or a page is asked for of the whole list; 503 where the database cannot be read.
pub(crate) async fn answer<L: Listed>(
    app: &App,
    caller: &Caller,
    headers: &HeaderMap,
    (asked, query): (Asked, L::Query),
    sees: impl Fn(&L::Record) -> bool + Send + Sync + 'static,
) -> Result<Response, Problem> {
    let Asked { list, page, is_page } = asked;
    if csv::is_wanted(headers) {
        if is_page {
            return Err(whole());
        }
        let mut response = saved::<L>(app, caller, query, sees);
        response.extensions_mut().insert(Exported::new("csv", &list));
        return Ok(response);
    }
    let after = place(page.key(&list)?)?;
    // One more tells whether another page follows.
    let query = L::behind(query, after, page.limit.saturating_add(1));
    let records = L::read(app, &query).await.map_err(unreadable)?;
    let Page { items, next } = Page::of(records, &list, page.limit, |record| {
        let (key, id) = L::place(&query, record);
        format!("{id}\n{key}")
    });
    let items = items.into_iter().filter(|record| sees(record)).map(L::View::from).collect();
    let mut response =
        (axum::Extension(caller.clone()), json_response(&Page { items, next })).into_response();
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok(response)
}

/// All that are wanted and seen, as comma-separated values.
fn saved<L: Listed>(
    app: &App,
    caller: &Caller,
    query: L::Query,
    sees: impl Fn(&L::Record) -> bool + Send + Sync + 'static,
) -> Response {
    let (app, sees) = (app.clone(), Arc::new(sees));
    let mut response = export::answer(L::LIST, L::COLUMNS, move |after| {
        let (app, sees) = (app.clone(), Arc::clone(&sees));
        let query = L::behind(query.clone(), after, AT_ONCE);
        async move {
            let records = L::read(&app, &query).await?;
            let is_last = records.len() < AT_ONCE as usize;
            let after = records.last().filter(|_| !is_last).map(|record| L::place(&query, record));
            let mut rows = Rows::default();
            for record in records.into_iter().filter(|record| sees(record)) {
                rows.row(L::cells(record).iter().map(String::as_str));
            }
            Ok::<_, StoreError>((rows, after))
        }
    });
    response.extensions_mut().insert(caller.clone());
    response
}

/// A search that stands in a query: no more than a page and an order, since the rest may be personal data and stands in no
/// address.
pub(crate) struct InQuery<S>(pub(crate) S);

impl<S: DeserializeOwned, T: Sync> FromRequestParts<T> for InQuery<S> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &T) -> Result<InQuery<S>, Problem> {
        let mut query = Query::of(parts, &["after", "limit", "sort"])?;
        let sort = query.take("sort");
        let (after, limit) = (query.take("after"), query.take("limit"));
        let is_limited = limit.is_some();
        let page = PageRequest::of_query(after, limit)?;
        let members = [
            ("sort", sort.map(Value::from)),
            ("after", page.after.map(Value::from)),
            ("limit", is_limited.then(|| page.limit.into())),
        ];
        let members = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        let search = serde_json::from_value(Value::Object(members.collect()));
        // The rest of it was read above.
        search.map(InQuery).map_err(|error| {
            Problem::new(Code::MalformedQuery).detail(format!("`sort` is no order of this list: {error}"))
        })
    }
}

/// An order by when something was made.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[schemars(rename = "AgeOrder")]
pub(crate) enum ByAge {
    /// The newest first.
    #[default]
    #[serde(rename = "-created_at")]
    Newest,
    /// The oldest first.
    #[serde(rename = "created_at")]
    Oldest,
}

/// An order by revision.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[schemars(rename = "RevisionOrder")]
pub(crate) enum ByRevision {
    /// The newest first.
    #[default]
    #[serde(rename = "-revision")]
    Newest,
    /// The oldest first.
    #[serde(rename = "revision")]
    Oldest,
}

/// A text that is searched for, where there is any.
///
/// # Errors
/// 400 where it is too long.
pub(crate) fn searched_text(text: Option<String>) -> Result<Option<String>, Problem> {
    if text.as_deref().is_some_and(|text| text.len() > MAX_SEARCH) {
        let detail = format!("`search` is at most {MAX_SEARCH} bytes long");
        return Err(Problem::new(Code::MalformedBody).detail(detail));
    }
    Ok(text.filter(|text| !text.is_empty()))
}

/// The place in a list that a cursor's key names: what holds no line break, and the key of the order.
fn place(key: Option<String>) -> Result<Option<Place>, Problem> {
    let read = |key: String| {
        let (id, key) = key.split_once('\n')?;
        Some((key.to_owned(), id.to_owned()))
    };
    key.map(|key| read(key).ok_or_else(|| Problem::new(Code::MalformedQuery))).transpose()
}

/// The place of what has one number in an order.
pub(crate) fn numbered(number: i64) -> Place {
    (number.to_string(), String::new())
}

/// The number of a place; of one that nobody gave out, the one before all.
pub(crate) fn number(after: Option<Place>) -> Option<i64> {
    after.map(|(number, _)| number.parse().unwrap_or(i64::MIN))
}

/// That a page is asked for where the answer is the whole list.
pub(crate) fn whole() -> Problem {
    let detail = "`text/csv` is the whole list: leave `after` and `limit` out";
    Problem::new(Code::MalformedQuery).detail(detail)
}

/// That a list cannot be read.
pub(crate) fn unreadable(error: StoreError) -> Problem {
    tracing::error!(%error, "a list cannot be read");
    unavailable(&error)
}

/// After so many seconds an archive that does not answer is asked again.
const ARCHIVE_AGAIN: u64 = 10;

/// That the database does not answer, or the archive in which some of it stands.
pub(crate) fn unavailable(error: &StoreError) -> Problem {
    let problem = Problem::new(Code::Unavailable);
    if !error.is_of_archive() {
        return problem;
    }
    if error.is_of_late_archive() {
        return problem
            .detail(
                "what is archived of the audit log does not answer at the moment: ask again, or for what is not archived \
                 (`since`)",
            )
            .header(header::RETRY_AFTER, HeaderValue::from(ARCHIVE_AGAIN));
    }
    problem.detail(
        "a file of the audit log's archive cannot be read: whoever runs the server finds in its log which; what is not \
         archived can be (`since`)",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_that_is_late_is_to_be_asked_again_in_a_while() {
        let shelf = |is_late| StoreError::Shelf {
            first: 0,
            file: "audit-2026-01.parquet".to_owned(),
            reason: "no answer from archive.internal".to_owned(),
            is_late,
        };
        for (error, seconds, says) in [
            (shelf(true), "10", "does not answer at the moment: ask again"),
            (shelf(false), "1", "whoever runs the server finds in its log which"),
            (StoreError::Behind, "1", ""),
        ] {
            let problem = unreadable(error);
            assert_eq!(problem.code(), Code::Unavailable);
            assert_eq!(problem.header_value(&header::RETRY_AFTER).unwrap(), seconds);
            let shown = format!("{problem:?}");
            assert!(
                shown.contains(says) && !shown.contains("internal") && !shown.contains("parquet"),
                "{shown}"
            );
        }
    }
}

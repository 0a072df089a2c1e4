//! Lists of blocks and locks, as a page or as a whole.

use axum::response::Response;
use casemate_platform::{Code, Page, PageRequest, Problem, clock};
use casemate_store::{BlockEntry, BlockKind, BlockQuery, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::csv::Rows;
use crate::export::{self, AT_ONCE};
use crate::view::time;

const LIST: &str = "blocks";
/// The longest text of a search, in bytes.
const MAX_SEARCH: usize = 256;
/// The columns of an exported list.
const COLUMNS: [&str; 9] = ["id", "kind", "network", "user", "login", "what", "times", "blocked_at", "until"];

/// What is blocked.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "BlockKind")]
pub(super) enum KindView {
    /// A network, of whoever.
    Network,
    /// An account, wherever its owner never signed in from.
    Account,
    /// An account, from one network.
    AccountAndNetwork,
}

impl From<KindView> for BlockKind {
    fn from(kind: KindView) -> BlockKind {
        match kind {
            KindView::Network => BlockKind::Network,
            KindView::Account => BlockKind::Account,
            KindView::AccountAndNetwork => BlockKind::AccountAndNetwork,
        }
    }
}

impl From<BlockKind> for KindView {
    fn from(kind: BlockKind) -> KindView {
        match kind {
            BlockKind::Network => KindView::Network,
            BlockKind::Account => KindView::Account,
            BlockKind::AccountAndNetwork => KindView::AccountAndNetwork,
        }
    }
}

/// A network from which no secret is taken for a time, or an account of which none is looked at.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Block")]
pub(super) struct BlockView {
    /// Its opaque id.
    id: String,
    /// What is blocked.
    kind: KindView,
    /// The network, such as `192.0.2.7/32` or `2001:db8:0:1::/64`; absent where an account is locked from everywhere that its owner
    /// never signed in from.
    #[serde(skip_serializing_if = "Option::is_none")]
    network: Option<String>,
    /// The id of the user whose account is locked.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    /// Their login.
    #[serde(skip_serializing_if = "Option::is_none")]
    login: Option<String>,
    /// What is not looked at of an account: `password` or `second factor`.
    #[serde(skip_serializing_if = "Option::is_none")]
    what: Option<String>,
    /// How many times in a row it was blocked.
    times: i64,
    /// When it was blocked last.
    #[schemars(extend("format" = "date-time"))]
    blocked_at: String,
    /// From when on it is blocked no longer.
    #[schemars(extend("format" = "date-time"))]
    until: String,
}

impl From<BlockEntry> for BlockView {
    fn from(entry: BlockEntry) -> BlockView {
        BlockView {
            id: entry.id,
            kind: entry.kind.into(),
            network: entry.network,
            user: entry.user,
            login: entry.login,
            what: entry.what,
            times: entry.times,
            blocked_at: time(entry.blocked_at),
            until: time(entry.until),
        }
    }
}

/// Which blocks are searched for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BlockSearch")]
pub(super) struct BlockSearch {
    /// A text that stands in the network or the login, in whatever case.
    #[serde(default)]
    #[schemars(length(max = 256))]
    search: Option<String>,
    /// Only those of this kind.
    #[serde(default)]
    kind: Option<KindView>,
    /// Only those of the account of the user with this id.
    #[serde(default)]
    user: Option<String>,
    /// The `next` of the page before.
    #[serde(default)]
    #[schemars(length(min = 1, max = 1024))]
    after: Option<String>,
    /// The most entries of the page; 100 where nothing is said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<u32>,
}

impl BlockSearch {
    /// All, as a request without a body asks for them.
    pub(super) fn of_page(page: PageRequest, is_page: bool) -> BlockSearch {
        let limit = is_page.then_some(page.limit);
        BlockSearch { after: page.after, limit, ..BlockSearch::default() }
    }

    fn query(self, now: i64) -> Result<(BlockQuery, PageRequest, bool), Problem> {
        if self.search.as_ref().is_some_and(|search| search.len() > MAX_SEARCH) {
            let detail = format!("`search` is at most {MAX_SEARCH} bytes long");
            return Err(Problem::new(Code::MalformedBody).detail(detail));
        }
        let is_page = self.after.is_some() || self.limit.is_some();
        let page = PageRequest::new(self.after, self.limit)?;
        let query = BlockQuery {
            kind: self.kind.map(BlockKind::from),
            user: self.user,
            search: self.search,
            now,
            ..BlockQuery::default()
        };
        Ok((query, page, is_page))
    }
}

/// A page of what is in force.
///
/// # Errors
/// 400 where the cursor is of another list, 503 where the database cannot be read.
pub(super) async fn page(app: &App, search: BlockSearch, now: i64) -> Result<Page<BlockView>, Problem> {
    let (query, page, _) = search.query(now)?;
    let list = format!("{LIST}\n{:?}\n{:?}\n{:?}", query.kind, query.user, query.search);
    let after = page.key(&list)?.unwrap_or_default();
    // One more tells whether another page follows.
    let query = BlockQuery { after, limit: page.limit.saturating_add(1), ..query };
    let found = app.store.reader().blocks_and_locks(&query).await.map_err(unavailable)?;
    Ok(Page::of(found, &list, page.limit, |entry| entry.id.clone()).map(BlockView::from))
}

/// All that is in force, as comma-separated values.
///
/// # Errors
/// 400 where a page is asked for.
pub(super) fn export(app: &App, search: BlockSearch) -> Result<Response, Problem> {
    let (query, _, is_page) = search.query(clock::now())?;
    if is_page {
        let detail = "`text/csv` is the whole list: leave `after` and `limit` out";
        return Err(Problem::new(Code::MalformedQuery).detail(detail));
    }
    let (reader, query) = (app.store.reader().clone(), BlockQuery { limit: AT_ONCE, ..query });
    Ok(export::answer(LIST, &COLUMNS, move |after| {
        let reader = reader.clone();
        let after = after.map_or_else(String::new, |(_, id): (String, String)| id);
        let query = BlockQuery { after, ..query.clone() };
        async move {
            let found = reader.blocks_and_locks(&query).await?;
            let is_last = found.len() < AT_ONCE as usize;
            let after = found.last().filter(|_| !is_last).map(|entry| (String::new(), entry.id.clone()));
            let mut rows = Rows::default();
            for entry in found {
                write(&mut rows, entry);
            }
            Ok((rows, after))
        }
    }))
}

fn write(rows: &mut Rows, entry: BlockEntry) {
    let text = Option::unwrap_or_default;
    let cells = [
        entry.id,
        entry.kind.as_str().to_owned(),
        text(entry.network),
        text(entry.user),
        text(entry.login),
        text(entry.what),
        entry.times.to_string(),
        time(entry.blocked_at),
        time(entry.until),
    ];
    rows.row(cells.iter().map(String::as_str));
}

/// That blocks cannot be read.
pub(super) fn unavailable(error: StoreError) -> Problem {
    tracing::error!(%error, "blocks cannot be read");
    Problem::new(Code::Unavailable)
}

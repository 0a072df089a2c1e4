//! Lists of blocks and locks, as a page or as a whole.

use casemate_platform::{Code, Problem};
use casemate_store::{BlockEntry, BlockKind, BlockQuery, BlockSort, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::export::Place;
use crate::listed::{Asked, Listed, searched_text, searches};
use crate::view::time;

/// The columns of an exported list.
const COLUMNS: [&str; 10] =
    ["id", "kind", "network", "user", "service_account", "login", "what", "times", "blocked_at", "until"];

/// What is blocked.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "BlockKind")]
pub(super) enum KindView {
    /// A network, of whoever.
    Network,
    /// An account, wherever its owner never signed in from; a service account, wherever its keys are not known.
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
    /// The id of the service account whose API keys are locked.
    #[serde(skip_serializing_if = "Option::is_none")]
    service_account: Option<String>,
    /// The user's login, or the service account's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    login: Option<String>,
    /// What is not looked at of an account: `password`, `second factor` or `api key`.
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
            service_account: entry.service_account,
            login: entry.login,
            what: entry.what,
            times: entry.times,
            blocked_at: time(entry.blocked_at),
            until: time(entry.until),
        }
    }
}

/// An order of blocks.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[schemars(rename = "BlockOrder")]
pub(super) enum Order {
    /// By id.
    #[default]
    #[serde(rename = "id")]
    Id,
    /// By id, backwards.
    #[serde(rename = "-id")]
    IdBackwards,
    /// What was blocked longest ago first.
    #[serde(rename = "blocked_at")]
    Oldest,
    /// What was blocked last first.
    #[serde(rename = "-blocked_at")]
    Newest,
    /// What is blocked no longer first.
    #[serde(rename = "until")]
    FirstToEnd,
    /// What is blocked longest first.
    #[serde(rename = "-until")]
    LastToEnd,
}

/// Which blocks are searched for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BlockSearch")]
pub(super) struct BlockSearch {
    /// A text that stands in the network, the login or the account's name, in whatever case.
    #[serde(default)]
    #[schemars(length(max = 256))]
    search: Option<String>,
    /// Only those of this kind.
    #[serde(default)]
    kind: Option<KindView>,
    /// Only those of the account of the user with this id.
    #[serde(default)]
    user: Option<String>,
    /// Only those of the service account with this id.
    #[serde(default)]
    service_account: Option<String>,
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

searches!(BlockSearch);

impl BlockSearch {
    /// The page that is wanted, and the query at `now`.
    ///
    /// # Errors
    /// 400 where what is said is out of bounds.
    pub(super) fn query(mut self, now: i64) -> Result<(Asked, BlockQuery), Problem> {
        let asked = Asked::of(Blocked::LIST, &mut self)?;
        let (sort, descending) = match self.sort {
            Order::Id => (BlockSort::Id, false),
            Order::IdBackwards => (BlockSort::Id, true),
            Order::Oldest => (BlockSort::BlockedAt, false),
            Order::Newest => (BlockSort::BlockedAt, true),
            Order::FirstToEnd => (BlockSort::Until, false),
            Order::LastToEnd => (BlockSort::Until, true),
        };
        let query = BlockQuery {
            kind: self.kind.map(BlockKind::from),
            user: self.user,
            service_account: self.service_account,
            search: searched_text(self.search)?,
            now,
            sort,
            descending,
            ..BlockQuery::default()
        };
        Ok((asked, query))
    }
}

/// Blocks and locks, as a list.
pub(super) struct Blocked;

impl Listed for Blocked {
    type Record = BlockEntry;
    type View = BlockView;
    type Query = BlockQuery;
    const LIST: &'static str = "blocks";
    const COLUMNS: &'static [&'static str] = &COLUMNS;

    fn cells(entry: BlockEntry) -> Vec<String> {
        let text = Option::unwrap_or_default;
        vec![
            entry.id,
            entry.kind.as_str().to_owned(),
            text(entry.network),
            text(entry.user),
            text(entry.service_account),
            text(entry.login),
            text(entry.what),
            entry.times.to_string(),
            time(entry.blocked_at),
            time(entry.until),
        ]
    }

    fn behind(query: BlockQuery, after: Option<Place>, limit: u32) -> BlockQuery {
        BlockQuery { after, limit, ..query }
    }

    fn place(query: &BlockQuery, entry: &BlockEntry) -> Place {
        (query.sort.key(entry), entry.id.clone())
    }

    async fn read(app: &App, query: &BlockQuery) -> Result<Vec<BlockEntry>, StoreError> {
        app.store.reader().blocks_and_locks(query).await
    }
}

/// That blocks cannot be read.
pub(super) fn unavailable(error: StoreError) -> Problem {
    tracing::error!(%error, "blocks cannot be read");
    Problem::new(Code::Unavailable)
}

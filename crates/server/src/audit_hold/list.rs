//! Legal holds, as a list.

use casemate_platform::Problem;
use casemate_store::{LogHold, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::export::Place;
use crate::listed::{Asked, ByAge, Listed, searched_text, searches};
use crate::view::time;

/// A legal hold.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditHold")]
pub(super) struct HoldView {
    /// Its opaque id.
    id: String,
    /// Why.
    reason: String,
    /// Which events it covers, as a search is typed; empty for all.
    search: String,
    /// Who made it: provider, type and id.
    created_by: String,
    /// Since when.
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
}

impl From<LogHold> for HoldView {
    fn from(hold: LogHold) -> HoldView {
        let LogHold { id, query, reason, created_by, created_at } = hold;
        HoldView { id, reason, search: query, created_by, created_at: time(created_at) }
    }
}

/// Which holds are wanted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AuditHoldSearch")]
pub(super) struct HoldSearch {
    /// Only those with this in their reason, or in what they cover, however it is capitalised.
    #[serde(default)]
    #[schemars(length(max = 256))]
    search: Option<String>,
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

searches!(HoldSearch);

/// The same, of the store.
#[derive(Debug, Clone)]
pub(super) struct HoldQuery {
    text: Option<String>,
    is_oldest_first: bool,
    /// When one was made, and its id: behind it.
    behind: Option<(i64, String)>,
    limit: u32,
}

impl HoldSearch {
    pub(super) fn query(mut self) -> Result<(Asked, HoldQuery), Problem> {
        let asked = Asked::of(Holds::LIST, &mut self)?;
        let text = searched_text(self.search)?.map(|text| text.to_lowercase());
        let is_oldest_first = matches!(self.sort, ByAge::Oldest);
        Ok((asked, HoldQuery { text, is_oldest_first, behind: None, limit: 0 }))
    }
}

pub(super) struct Holds;

impl Listed for Holds {
    type Record = LogHold;
    type View = HoldView;
    type Query = HoldQuery;
    const LIST: &'static str = "audit-holds";
    const COLUMNS: &'static [&'static str] = &["id", "reason", "search", "created_by", "created_at"];

    fn cells(hold: LogHold) -> Vec<String> {
        let HoldView { id, reason, search, created_by, created_at } = hold.into();
        vec![id, reason, search, created_by, created_at]
    }

    fn behind(query: HoldQuery, after: Option<Place>, limit: u32) -> HoldQuery {
        let behind = after.map(|(at, id)| (at.parse().unwrap_or(i64::MIN), id));
        HoldQuery { behind, limit, ..query }
    }

    fn place(_: &HoldQuery, hold: &LogHold) -> Place {
        (hold.created_at.to_string(), hold.id.clone())
    }

    /// There are so few that all are read.
    async fn read(app: &App, query: &HoldQuery) -> Result<Vec<LogHold>, StoreError> {
        let mut holds = app.store.reader().log_holds().await?;
        if !query.is_oldest_first {
            holds.reverse();
        }
        let is_wanted = |hold: &LogHold| {
            let has = |text: &String| {
                [&hold.reason, &hold.query].into_iter().any(|of| of.to_lowercase().contains(text.as_str()))
            };
            let place = (hold.created_at, &hold.id);
            let is_behind = |(at, id): &(i64, String)| match query.is_oldest_first {
                true => place > (*at, id),
                false => place < (*at, id),
            };
            query.text.as_ref().is_none_or(has) && query.behind.as_ref().is_none_or(is_behind)
        };
        holds.retain(is_wanted);
        holds.truncate(usize::try_from(query.limit).unwrap_or(usize::MAX));
        Ok(holds)
    }
}

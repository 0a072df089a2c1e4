//! Alerts, as a list.

use casemate_directory::model::When;
use casemate_platform::Problem;
use casemate_store::{AlertQuery, StoreError, StoredAlert};
use schemars::JsonSchema;
use serde::Deserialize;

use super::service::AlertView;
use crate::App;
use crate::export::Place;
use crate::listed::{self, Asked, Listed, searches};
use crate::view::time;

/// An order of alerts.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[schemars(rename = "AlertOrder")]
enum Order {
    /// The newest first.
    #[default]
    #[serde(rename = "-id")]
    Newest,
    /// The oldest first.
    #[serde(rename = "id")]
    Oldest,
}

/// Which alerts are wanted.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AlertSearch {
    /// Only those in this state: `open`, `acknowledged` or `closed`.
    #[serde(default)]
    state: Option<String>,
    /// Only those of this level: `low`, `medium`, `high` or `critical`.
    #[serde(default)]
    level: Option<String>,
    /// Only those of the detection with this name.
    #[serde(default)]
    detection: Option<String>,
    /// Only those made at or after this time.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    since: Option<When>,
    /// Only those made before this time.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    until: Option<When>,
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

searches!(AlertSearch);

impl AlertSearch {
    pub(super) fn query(mut self) -> Result<(Asked, AlertQuery), Problem> {
        let asked = Asked::of(Alerts::LIST, &mut self)?;
        let query = AlertQuery {
            state: self.state,
            level: self.level,
            detection: self.detection,
            since: self.since.map(|since| since.0.0),
            until: self.until.map(|until| until.0.0),
            oldest_first: matches!(self.sort, Order::Oldest),
            beyond: None,
            limit: 0,
        };
        Ok((asked, query))
    }
}

pub(super) struct Alerts;

impl Listed for Alerts {
    type Record = StoredAlert;
    type View = AlertView;
    type Query = AlertQuery;
    const LIST: &'static str = "alerts";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "state",
        "level",
        "detection",
        "rule",
        "rule_id",
        "first_at",
        "last_at",
        "count",
        "group",
        "value",
        "events",
        "created_at",
        "updated_at",
        "note",
        "changed_by",
    ];

    fn cells(alert: StoredAlert) -> Vec<String> {
        let group: Vec<String> =
            alert.group.iter().map(|(field, value)| format!("{field}={value}")).collect();
        let events: Vec<String> = alert.events.iter().map(u64::to_string).collect();
        vec![
            alert.number.to_string(),
            alert.state,
            alert.level,
            alert.detection,
            alert.rule,
            alert.rule_id.unwrap_or_default(),
            time(alert.first_at),
            time(alert.last_at),
            alert.count.to_string(),
            group.join(" "),
            alert.value.unwrap_or_default(),
            events.join(" "),
            time(alert.made_at),
            time(alert.changed_at),
            alert.note,
            alert.changed_by,
        ]
    }

    fn behind(query: AlertQuery, after: Option<Place>, limit: u32) -> AlertQuery {
        AlertQuery { beyond: listed::number(after), limit, ..query }
    }

    fn place(_: &AlertQuery, alert: &StoredAlert) -> Place {
        listed::numbered(alert.number)
    }

    async fn read(app: &App, query: &AlertQuery) -> Result<Vec<StoredAlert>, StoreError> {
        app.store.reader().alerts(query).await
    }
}

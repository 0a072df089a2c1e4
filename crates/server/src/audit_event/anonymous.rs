//! Refusals of callers without a valid credential, as a list.

use casemate_directory::DEFAULT_TENANT;
use casemate_directory::model::When;
use casemate_platform::{Code, Problem};
use casemate_store::{AnonymousDenial, DenialQuery, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::export::Place;
use crate::guard::Access;
use crate::listed::{Asked, Listed, searches};
use crate::view::time;

/// A minute, in microseconds.
const MINUTE: i64 = 60_000_000;

/// Refusals of callers without a valid credential, counted by address, route and minute.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AnonymousDenial")]
pub(super) struct DenialView {
    /// The minute.
    #[schemars(extend("format" = "date-time"))]
    minute: String,
    /// The client's address; `other` where there were too many in that minute to tell apart.
    address: String,
    /// The template of the route; `other` as for the address.
    route: String,
    /// How many there were.
    count: i64,
}

impl From<AnonymousDenial> for DenialView {
    fn from(AnonymousDenial { minute, address, route, count }: AnonymousDenial) -> DenialView {
        DenialView { minute: moment(minute), address, route, count }
    }
}

fn moment(minute: i64) -> String {
    time(minute.saturating_mul(MINUTE))
}

/// An order of counted refusals.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[schemars(rename = "AnonymousDenialOrder")]
enum Order {
    /// The newest first.
    #[default]
    #[serde(rename = "-minute")]
    Newest,
    /// The oldest first.
    #[serde(rename = "minute")]
    Oldest,
}

/// Which counted refusals are wanted. The `next` of their pages holds an address, and stands in no query.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DenialSearch {
    /// Only those of this address.
    #[serde(default)]
    address: Option<String>,
    /// Only those of this template of a route.
    #[serde(default)]
    route: Option<String>,
    /// Only those of the minute of this time, or later ones.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    since: Option<When>,
    /// Only those of minutes before that of this time.
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

searches!(DenialSearch);

impl DenialSearch {
    /// The page that is wanted, and the query.
    ///
    /// # Errors
    /// 400 where what is said is out of bounds, 403 in every tenant but the default one.
    pub(super) fn query(mut self, access: &Access) -> Result<(Asked, DenialQuery), Problem> {
        let asked = Asked::of(Denials::LIST, &mut self)?;
        if access.tenant() != DEFAULT_TENANT {
            let detail = "who presents no credential is in no tenant: this is shown in the tenant `default`";
            return Err(Problem::new(Code::Forbidden).detail(detail));
        }
        let query = DenialQuery {
            address: self.address,
            route: self.route,
            since: self.since.map(|since| since.0.0.div_euclid(MINUTE)),
            until: self.until.map(|until| until.0.0.div_euclid(MINUTE)),
            oldest_first: matches!(self.sort, Order::Oldest),
            ..DenialQuery::default()
        };
        Ok((asked, query))
    }
}

/// Counted refusals, as a list.
pub(super) struct Denials;

impl Listed for Denials {
    type Record = AnonymousDenial;
    type View = DenialView;
    type Query = DenialQuery;
    const LIST: &'static str = "anonymous-denials";
    const COLUMNS: &'static [&'static str] = &["minute", "address", "route", "count"];

    fn cells(AnonymousDenial { minute, address, route, count }: AnonymousDenial) -> Vec<String> {
        vec![moment(minute), address, route, count.to_string()]
    }

    fn behind(query: DenialQuery, after: Option<Place>, limit: u32) -> DenialQuery {
        let read = |(key, _): Place| {
            let mut parts = key.splitn(3, '\n').map(str::to_owned);
            let minute = parts.next().and_then(|minute| minute.parse().ok()).unwrap_or(i64::MIN);
            (minute, parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
        };
        DenialQuery { after: after.map(read), limit, ..query }
    }

    fn place(_: &DenialQuery, denial: &AnonymousDenial) -> Place {
        (format!("{}\n{}\n{}", denial.minute, denial.address, denial.route), String::new())
    }

    async fn read(app: &App, query: &DenialQuery) -> Result<Vec<AnonymousDenial>, StoreError> {
        app.store.reader().anonymous_denials(query).await
    }
}

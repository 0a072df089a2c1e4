//! The changes of configuration, as a list.

use casemate_directory::model::When;
use casemate_platform::Problem;
use casemate_store::{StoreError, Version, VersionQuery};
use schemars::JsonSchema;
use serde::Deserialize;

use super::service::VersionView;
use crate::App;
use crate::export::Place;
use crate::listed::{self, Asked, ByRevision, Listed, searched_text, searches};
use crate::view::time;

/// Which changes of configuration are searched for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PolicyVersionSearch")]
pub(super) struct VersionSearch {
    /// A text that stands in the summary, in whatever case.
    #[serde(default)]
    #[schemars(length(max = 256))]
    search: Option<String>,
    /// Only those of the actor with this id.
    #[serde(default)]
    actor: Option<String>,
    /// Only those at or after this time.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    since: Option<When>,
    /// Only those before this time.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    until: Option<When>,
    /// In which order.
    #[serde(default)]
    sort: ByRevision,
    /// The `next` of the page before.
    #[serde(default)]
    #[schemars(length(min = 1, max = 1024))]
    after: Option<String>,
    /// The most entries of the page; 100 where nothing is said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<u32>,
}

searches!(VersionSearch);

impl VersionSearch {
    /// The page that is wanted, and the query.
    ///
    /// # Errors
    /// 400 where what is said is out of bounds.
    pub(super) fn query(mut self) -> Result<(Asked, VersionQuery), Problem> {
        let asked = Asked::of(Versions::LIST, &mut self)?;
        let query = VersionQuery {
            actor: self.actor,
            search: searched_text(self.search)?,
            since: self.since.map(|since| since.0.0),
            until: self.until.map(|until| until.0.0),
            oldest_first: matches!(self.sort, ByRevision::Oldest),
            ..VersionQuery::default()
        };
        Ok((asked, query))
    }
}

/// The changes, as a list.
pub(super) struct Versions;

impl Listed for Versions {
    type Record = Version;
    type View = VersionView;
    type Query = VersionQuery;
    const LIST: &'static str = "policy-versions";
    const COLUMNS: &'static [&'static str] =
        &["revision", "at", "actor.provider", "actor.type", "actor.id", "summary", "objects", "people"];

    fn cells(version: Version) -> Vec<String> {
        vec![
            version.revision.to_string(),
            time(version.at),
            version.actor.provider,
            version.actor.kind,
            version.actor.id,
            version.summary,
            version.objects.to_string(),
            version.people.to_string(),
        ]
    }

    fn behind(query: VersionQuery, after: Option<Place>, limit: u32) -> VersionQuery {
        VersionQuery { after: listed::number(after), limit, ..query }
    }

    fn place(_: &VersionQuery, version: &Version) -> Place {
        listed::numbered(version.revision)
    }

    async fn read(app: &App, query: &VersionQuery) -> Result<Vec<Version>, StoreError> {
        app.store.reader().versions(query).await
    }
}

//! Resources as the API lists, searches and shows them, and whose they are.

use casemate_directory::{AdminError, Author, ResourceMistake};
use casemate_expression::Members;
use casemate_platform::{DocumentError, Permission, Problem};
use casemate_store::{ResourceKey, ResourceQuery, ResourceRecord, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::App;
use crate::export::Place;
use crate::guard::{Access, Thing};
use crate::listed::{Asked, Listed, searched_text, searches};
use crate::view::time;

/// The columns of an exported list.
const COLUMNS: [&str; 8] =
    ["tenant", "application", "type", "id", "attributes", "revision", "created_at", "updated_at"];

/// A resource that an application registered.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "StoredResource")]
pub(super) struct ResourceView {
    /// The tenant that it belongs to.
    tenant: String,
    /// The id of the application whose resource it is.
    application: String,
    /// Its type, in the application's words.
    r#type: String,
    /// Its id.
    id: String,
    /// Its attributes, as the application's schema declares them.
    attributes: Map<String, Value>,
    /// The revision that changed it last: what stands in its `ETag`.
    revision: i64,
    /// When it was registered.
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    /// When it was changed last.
    #[schemars(extend("format" = "date-time"))]
    updated_at: String,
}

impl From<ResourceRecord> for ResourceView {
    fn from(resource: ResourceRecord) -> ResourceView {
        let ResourceRecord { key, attributes, revision, created_at, updated_at } = resource;
        ResourceView {
            tenant: key.tenant,
            application: key.application,
            r#type: key.kind,
            id: key.id,
            attributes: serde_json::from_str(&attributes).unwrap_or_default(),
            revision,
            created_at: time(created_at),
            updated_at: time(updated_at),
        }
    }
}

/// An order of resources.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[schemars(rename = "ResourceOrder")]
enum Order {
    /// By application, type and id.
    #[default]
    #[serde(rename = "id")]
    Id,
    /// The same, backwards.
    #[serde(rename = "-id")]
    IdBackwards,
}

/// Which resources are searched for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResourceSearch {
    /// A text that stands in the id, in whatever case.
    #[serde(default)]
    #[schemars(length(max = 256))]
    search: Option<String>,
    /// Only those of this application.
    #[serde(default)]
    application: Option<String>,
    /// Only those of this type.
    #[serde(default)]
    r#type: Option<String>,
    /// Only those with this id.
    #[serde(default)]
    id: Option<String>,
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

searches!(ResourceSearch);

impl ResourceSearch {
    /// The page that is wanted, and the query in the tenant of a request: of what the caller's credential is bound to.
    pub(super) fn query(mut self, access: &Access) -> Result<(Asked, ResourceQuery), Problem> {
        let own = access.application().map(|own| own.to_string());
        let list = format!("{}\n{}\n{own:?}", Resources::LIST, access.tenant());
        let asked = Asked::of(&list, &mut self)?;
        let query = ResourceQuery {
            tenant: access.tenant().to_owned(),
            application: own.or_else(|| self.application.clone()),
            // Of another application there is nothing to see: no type is empty.
            kind: match reaches(access, self.application.as_deref()) {
                true => self.r#type,
                false => Some(String::new()),
            },
            id: self.id,
            search: searched_text(self.search)?,
            descending: matches!(self.sort, Order::IdBackwards),
            ..ResourceQuery::default()
        };
        Ok((asked, query))
    }
}

/// Whether the caller's credential reaches the resources of an application: one that is bound reaches its own.
pub(super) fn reaches(access: &Access, application: Option<&str>) -> bool {
    match (access.application(), application) {
        (Some(own), Some(application)) => *own == *application,
        _ => true,
    }
}

/// Goes on where the caller may do `P` on a resource.
///
/// # Errors
/// 404 where they may not see it, or their credential is bound to another application, 403 where they may not do it.
pub(super) async fn permit<P: Permission>(
    app: &App,
    access: &Access,
    key: &ResourceKey,
) -> Result<Author, Problem> {
    permit_on::<P>(app, access, key, thing(key)).await
}

/// As [`permit`], on one that may not be there yet: nothing is hidden of it.
pub(super) async fn permit_new<P: Permission>(
    app: &App,
    access: &Access,
    key: &ResourceKey,
) -> Result<Author, Problem> {
    permit_on::<P>(app, access, key, of_type(Thing::default(), key)).await
}

async fn permit_on<P: Permission>(
    app: &App,
    access: &Access,
    key: &ResourceKey,
    thing: Thing,
) -> Result<Author, Problem> {
    if !reaches(access, Some(&key.application)) {
        return Err(access.out_of_reach::<P>(app, &name(key)).await);
    }
    Ok(access.permit::<P>(app, &thing).await?.author)
}

/// A resource, as conditions of permissions see it.
pub(super) fn thing(key: &ResourceKey) -> Thing {
    of_type(Thing::with_id(&key.id), key)
}

fn of_type(thing: Thing, key: &ResourceKey) -> Thing {
    thing.with("application", &key.application).with("resource_type", &key.kind)
}

/// A resource, as paths and events name it.
pub(super) fn name(ResourceKey { application, kind, id, .. }: &ResourceKey) -> String {
    format!("{application}/{kind}/{id}")
}

/// What is told of mistakes: of one of several, behind its place among them.
pub(super) fn wrong(mistakes: Vec<ResourceMistake>, of_many: bool) -> Problem {
    let error = |mistake: ResourceMistake| DocumentError {
        pointer: match of_many {
            true => format!("/items/{}{}", mistake.index, mistake.pointer),
            false => mistake.pointer,
        },
        message: mistake.message,
        help: None,
    };
    Problem::document(mistakes.into_iter().map(error).collect())
}

/// As `refusal::problem`, of resources that were sent.
pub(super) fn refused(error: AdminError, of_many: bool) -> Problem {
    match error {
        AdminError::Resources(mistakes) => wrong(mistakes, of_many),
        other => crate::refusal::problem(other),
    }
}

/// Attributes as they are sent.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(super) struct Attributes(pub(super) Map<String, Value>);

impl Attributes {
    /// As expressions read them.
    ///
    /// # Errors
    /// What cannot be read so.
    pub(super) fn members(&self) -> Result<Members, Problem> {
        let text = serde_json::to_string(&self.0).unwrap_or_default();
        match casemate_expression::Datum::from_json(&text) {
            Ok(casemate_expression::Datum::Map(members)) => Ok(members),
            Ok(_) => Ok(Members::default()),
            Err(error) => Err(Problem::new(casemate_platform::Code::MalformedBody).detail(error.to_string())),
        }
    }
}

/// Resources, as a list.
pub(super) struct Resources;

impl Listed for Resources {
    type Record = ResourceRecord;
    type View = ResourceView;
    type Query = ResourceQuery;
    const LIST: &'static str = "resources";
    const COLUMNS: &'static [&'static str] = &COLUMNS;

    fn cells(record: ResourceRecord) -> Vec<String> {
        let ResourceRecord { key, attributes, revision, created_at, updated_at } = record;
        let ResourceKey { tenant, application, kind, id } = key;
        let (created_at, updated_at) = (time(created_at), time(updated_at));
        vec![tenant, application, kind, id, attributes, revision.to_string(), created_at, updated_at]
    }

    fn behind(query: ResourceQuery, after: Option<Place>, limit: u32) -> ResourceQuery {
        let after = after.and_then(|(of, id)| {
            let (application, kind) = of.split_once('\n')?;
            Some([application.to_owned(), kind.to_owned(), id])
        });
        ResourceQuery { after, limit, ..query }
    }

    fn place(_: &ResourceQuery, record: &ResourceRecord) -> Place {
        let ResourceKey { application, kind, id, .. } = &record.key;
        (format!("{application}\n{kind}"), id.clone())
    }

    async fn read(app: &App, query: &ResourceQuery) -> Result<Vec<ResourceRecord>, StoreError> {
        app.store.reader().resources(query).await
    }
}

//! Groups as the API lists, searches and shows them.

use casemate_directory::{AdminError, Administration, Author, DEFAULT_TENANT, GroupDraft, PersonBack};
use casemate_platform::Problem;
use casemate_store::{GroupQuery, GroupRecord, GroupSort, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::members::{MemberAdd, MemberList, MemberRemove};
use super::routes;
use crate::App;
use crate::export::Place;
use crate::guard::{Access, Thing};
use crate::listed::{Asked, Listed, searched_text, searches};
use crate::rows::{Rows, Searched};
use crate::view::time;

/// Whether a caller may see who belongs to whichever group of a tenant. What is of the whole installation is asked for with
/// what is held in the default one.
pub(crate) fn shows_members(access: &Access, tenant: &str) -> bool {
    let held_in = if access.tenant().is_empty() { DEFAULT_TENANT } else { access.tenant() };
    tenant == held_in && access.may::<MemberList>(&Thing::default())
}

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
    /// Who manages it: empty for by hand, `scim`, `ldap`, `code:NAME` where it was applied from code under that name.
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
    /// Only those that are managed so: empty for by hand, `scim`, `ldap`, `code:NAME`.
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

searches!(GroupSearch);

impl GroupSearch {
    /// The page that is wanted, and the query in a tenant.
    fn query(mut self, tenant: &str) -> Searched<GroupQuery> {
        let asked = Asked::of(Groups::LIST, &mut self)?;
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
            search: searched_text(self.search)?,
            sort,
            descending,
            ..GroupQuery::default()
        };
        Ok((asked, query))
    }
}

/// A group, as conditions of permissions see it.
pub(crate) fn thing(group: &GroupRecord) -> Thing {
    Thing::with_id(&group.id).with("name", &group.name)
}

/// Whether the caller may do to a group what setting it back with all others does; where that is insisted on, it is refused
/// otherwise.
pub(crate) async fn may_set_back(
    app: &App,
    access: &Access,
    back: &PersonBack,
    insists: bool,
) -> Result<bool, Problem> {
    let known = Thing::with_id(&back.id).with("name", &back.change.name);
    let becomes = Thing::with_id(&back.id).with("name", &back.becomes);
    let may = match back.verb {
        "delete" => access.allows::<routes::GroupDelete>(app, &known, insists).await?,
        "create" => access.allows::<routes::GroupCreate>(app, &becomes, insists).await?,
        _ => {
            access.allows::<routes::GroupUpdate>(app, &known, insists).await?
                && access.allows::<routes::GroupUpdate>(app, &becomes, insists).await?
        }
    };
    Ok(may
        && access.allows::<routes::GroupRead>(app, &known, insists).await?
        && access.allows::<routes::GroupRead>(app, &becomes, insists).await?
        && (!back.come || access.allows::<MemberAdd>(app, &known, insists).await?)
        && (!back.leave || access.allows::<MemberRemove>(app, &known, insists).await?))
}

/// Whether the caller may read a group that is called so.
pub(crate) fn may_read(access: &Access, id: &str, name: &str) -> bool {
    access.may::<routes::GroupRead>(&Thing::with_id(id).with("name", name))
}

/// Groups, as rows.
pub(crate) struct Groups;

impl Listed for Groups {
    type Record = GroupRecord;
    type View = GroupView;
    type Query = GroupQuery;
    const LIST: &'static str = "groups";
    const COLUMNS: &'static [&'static str] = &COLUMNS;

    fn cells(group: GroupRecord) -> Vec<String> {
        vec![
            group.id,
            group.tenant,
            group.provider,
            group.name,
            group.external_id.unwrap_or_default(),
            group.source,
            group.revision.to_string(),
            time(group.created_at),
            time(group.updated_at),
        ]
    }

    fn behind(query: GroupQuery, after: Option<Place>, limit: u32) -> GroupQuery {
        GroupQuery { after, limit, ..query }
    }

    fn place(query: &GroupQuery, group: &GroupRecord) -> Place {
        (query.sort.key(group), group.id.clone())
    }

    async fn read(app: &App, query: &GroupQuery) -> Result<Vec<GroupRecord>, StoreError> {
        app.store.reader().groups(query).await
    }
}

impl Rows for Groups {
    type Draft = GroupDraft;
    type Search = GroupSearch;
    type List = routes::GroupList;
    type Read = routes::GroupRead;
    type Create = routes::GroupCreate;
    type Update = routes::GroupUpdate;
    type Delete = routes::GroupDelete;
    const PATH: &'static str = routes::PATH;
    const CREATE: &'static str = "createGroup";

    fn id(group: &GroupRecord) -> &str {
        &group.id
    }

    fn revision(group: &GroupRecord) -> i64 {
        group.revision
    }

    fn thing(group: &GroupRecord) -> Thing {
        thing(group)
    }

    fn drafted(draft: &GroupDraft) -> Thing {
        Thing::named(&draft.name)
    }

    fn searched(search: GroupSearch, tenant: &str) -> Searched<GroupQuery> {
        search.query(tenant)
    }

    async fn find(
        administration: &Administration,
        tenant: &str,
        id: &str,
    ) -> Result<Option<GroupRecord>, AdminError> {
        administration.group(tenant, id).await
    }

    async fn create(
        administration: &Administration,
        author: &Author,
        tenant: &str,
        draft: &GroupDraft,
    ) -> Result<GroupRecord, AdminError> {
        administration.create_group(author, tenant, draft).await
    }

    async fn update(
        administration: &Administration,
        author: &Author,
        tenant: &str,
        (id, revision): (&str, i64),
        draft: &GroupDraft,
    ) -> Result<GroupRecord, AdminError> {
        administration.update_group(author, tenant, id, revision, draft).await
    }

    async fn delete(
        administration: &Administration,
        author: &Author,
        tenant: &str,
        (id, revision): (&str, i64),
    ) -> Result<i64, AdminError> {
        administration.delete_group(author, tenant, id, revision).await
    }
}

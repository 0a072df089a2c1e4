//! `/api/v1/groups/{id}/members`.

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use casemate_directory::MAX_MEMBERS;
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{Code, NoQuery, Page, Problem, json_body, permissions, read_document};
use casemate_store::{Member, MemberQuery, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::App;
use crate::export::Place;
use crate::group::service::{Groups, thing};
use crate::guard::{Access, Require};
use crate::listed::{self, Asked, InQuery, Listed, searched_text, searches};
use crate::objects::with_revision;
use crate::rows::{one, strict};

permissions! {
    /// To list who belongs to a group.
    MemberList = "casemate.group-member.list", on "group", in tenant, read "casemate.group.read";
    /// To put somebody into a group.
    MemberAdd = "casemate.group-member.add", on "group", in tenant, read "casemate.group.read";
    /// To take somebody out of a group.
    MemberRemove = "casemate.group-member.remove", on "group", in tenant, read "casemate.group.read";
}

const TAG: &str = "Groups";
const PATH: &str = "/api/v1/groups/{id}/members";

/// Somebody who belongs to a group, as one source says.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "GroupMember")]
struct MemberView {
    /// The user's id.
    user: String,
    /// What people call them.
    login: String,
    /// Their name.
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    /// Whether they may do anything at all.
    active: bool,
    /// Who says that they belong to it: empty for by hand, `scim`, `ldap`, `sign-in`, or `code:NAME` where it was applied
    /// from code under that name.
    source: String,
}

impl From<Member> for MemberView {
    fn from(member: Member) -> MemberView {
        let Member { user, source, login, display_name, active } = member;
        MemberView { user, login, display_name, active, source }
    }
}

/// An order of members.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[schemars(rename = "GroupMemberOrder")]
enum Order {
    /// By the user's id, then by who says so.
    #[default]
    #[serde(rename = "user")]
    User,
    /// The same, backwards.
    #[serde(rename = "-user")]
    UserBackwards,
}

/// Which members of a group are searched for.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "GroupMemberSearch")]
struct MemberSearch {
    /// A text that stands in the login, the name or the e-mail address, in whatever case.
    #[serde(default)]
    #[schemars(length(max = 256))]
    search: Option<String>,
    /// Only those who are active, or are not.
    #[serde(default)]
    active: Option<bool>,
    /// Only what this source says: empty for by hand, `scim`, `ldap`, `sign-in`, or `code:NAME` where it was applied
    /// from code under that name.
    #[serde(default)]
    source: Option<String>,
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

searches!(MemberSearch);

/// Members of a group, as a list.
struct Members;

impl Listed for Members {
    type Record = Member;
    type View = MemberView;
    type Query = MemberQuery;
    const LIST: &'static str = "group-members";
    const COLUMNS: &'static [&'static str] = &["user", "login", "display_name", "active", "source"];

    fn cells(Member { user, source, login, display_name, active }: Member) -> Vec<String> {
        vec![user, login, display_name.unwrap_or_default(), active.to_string(), source]
    }

    fn behind(query: MemberQuery, after: Option<Place>, limit: u32) -> MemberQuery {
        MemberQuery { after, limit, ..query }
    }

    fn place(_: &MemberQuery, member: &Member) -> Place {
        (member.user.clone(), member.source.clone())
    }

    async fn read(app: &App, query: &MemberQuery) -> Result<Vec<Member>, StoreError> {
        app.store.reader().members(query).await
    }
}

/// Who is to belong to a group.
#[derive(Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewGroupMembers")]
struct NewMembers {
    /// The ids of users of the group's tenant.
    #[schemars(length(min = 1, max = 1000))]
    users: Vec<String>,
}

/// Adds the routes.
pub(super) fn routes(api: Api<App>) -> Api<App> {
    api.get(
        PATH,
        list,
        Operation::new("listGroupMembers", TAG, "Who belongs to a group", Trail::Read)
            .describe("Somebody of whom several sources say so stands there once for each. As `text/csv` it is the whole list.")
            .needs::<MemberList>()
            .paged()
            .query("sort", "`user`, or `-user`: by the user's id.")
            .answers_csv_or::<Page<MemberView>>(200, "A page, or the whole list."),
    )
    .post(
        "/api/v1/groups/{id}/members/search",
        search,
        Operation::new("searchGroupMembers", TAG, "Who belongs to a group", Trail::Read)
            .describe("Those that fit a text and filters, which are personal data and stand in no address. In other orders \
                       `POST /api/v1/users/search` finds them, with `group`.")
            .needs::<MemberList>()
            .takes::<MemberSearch>(json!({ "search": "lovelace", "active": true }))
            .answers_csv_or::<Page<MemberView>>(200, "A page, or the whole list."),
    )
    .post(
        PATH,
        add,
        Operation::new("addGroupMembers", TAG, "Who belongs to a group", Trail::Kind("add"))
            .describe("Puts users into it, by hand. Who is in it already stays. It gives them what is assigned to the group, so that the caller needs to hold that.")
            .needs::<MemberAdd>()
            .takes::<NewMembers>(json!({ "users": ["usr_0123456789abcdef0123456789abcdef"] }))
            .writes()
            .answers_nothing(204, "They are in it.")
            .problem(Code::GrantExceeded)
            .problem(Code::ManagedByCode),
    )
    .delete(
        "/api/v1/groups/{id}/members/{user}",
        remove,
        Operation::new("removeGroupMember", TAG, "Who belongs to a group", Trail::Kind("remove"))
            .describe("Takes somebody out of it who was put into it by hand. Of whom another source says that they belong to it is taken out there.")
            .needs::<MemberRemove>()
            .writes()
            .answers_nothing(204, "They are not in it.")
            .problem(Code::GrantExceeded)
            .problem(Code::ManagedByCode)
            .problem(Code::LastAdministrator),
    )
}

async fn list(
    State(app): State<App>,
    require: Require<MemberList>,
    Path(id): Path<String>,
    headers: HeaderMap,
    search: InQuery<MemberSearch>,
) -> Result<Response, Problem> {
    found(&app, require.access(), &id, &headers, search.0).await
}

async fn search(
    State(app): State<App>,
    require: Require<MemberList>,
    Path(id): Path<String>,
    headers: HeaderMap,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let search = read_document(request).await?;
    found(&app, require.access(), &id, &headers, search).await
}

async fn found(
    app: &App,
    access: &Access,
    id: &str,
    headers: &HeaderMap,
    mut search: MemberSearch,
) -> Result<Response, Problem> {
    let known = one::<Groups>(app, access, id).await?;
    access.permit::<MemberList>(app, &thing(&known)).await?;
    let asked = Asked::of(&format!("{}\n{id}", Members::LIST), &mut search)?;
    let query = MemberQuery {
        group: known.id,
        source: search.source,
        active: search.active,
        search: searched_text(search.search)?,
        descending: matches!(search.sort, Order::UserBackwards),
        ..MemberQuery::default()
    };
    listed::answer::<Members>(app, &access.caller, headers, (asked, query), |_| true).await
}

async fn add(
    State(app): State<App>,
    require: Require<MemberAdd>,
    Path(id): Path<String>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let NewMembers { users } = strict(&json_body(request).await?)?;
    if !(1..=MAX_MEMBERS).contains(&users.len()) {
        let detail = format!("`users` are 1 to {MAX_MEMBERS}");
        return Err(Problem::new(Code::MalformedBody).detail(detail));
    }
    let access = require.access();
    let known = one::<Groups>(&app, access, &id).await?;
    let permit = access.permit::<MemberAdd>(&app, &thing(&known)).await?;
    match app.administration.add_members(&permit.author, access.tenant(), &id, &users).await {
        Ok(revision) => Ok(with_revision(StatusCode::NO_CONTENT.into_response(), revision)),
        Err(error) => Err(access.not_done::<MemberAdd>(&app, Some(&id), error).await),
    }
}

async fn remove(
    State(app): State<App>,
    require: Require<MemberRemove>,
    Path((id, user)): Path<(String, String)>,
    _: NoQuery,
) -> Result<Response, Problem> {
    let access = require.access();
    let known = one::<Groups>(&app, access, &id).await?;
    let permit = access.permit::<MemberRemove>(&app, &thing(&known)).await?;
    match app.administration.remove_member(&permit.author, access.tenant(), &id, &user).await {
        Ok(revision) => Ok(with_revision(StatusCode::NO_CONTENT.into_response(), revision)),
        Err(error) => Err(access.not_done::<MemberRemove>(&app, Some(&id), error).await),
    }
}

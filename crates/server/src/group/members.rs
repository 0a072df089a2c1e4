//! `/api/v1/groups/{id}/members`.

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use casemate_directory::MAX_MEMBERS;
use casemate_platform::api::{Api, Operation};
use casemate_platform::{Code, NoQuery, Page, PageRequest, Problem, json_body, json_response, permissions};
use casemate_store::{Member, MemberQuery};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::App;
use crate::csv::{self, Rows};
use crate::export::{self, AT_ONCE};
use crate::group::service::{Groups, thing};
use crate::guard::Require;
use crate::objects::with_revision;
use crate::rows::{one, place, strict, unreadable};

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

/// The columns of an exported list.
const COLUMNS: [&str; 5] = ["user", "login", "display_name", "active", "source"];

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
    /// Who says that they belong to it: empty for by hand, `scim`, `ldap`, `sign-in`.
    source: String,
}

impl From<Member> for MemberView {
    fn from(member: Member) -> MemberView {
        let Member { user, source, login, display_name, active } = member;
        MemberView { user, login, display_name, active, source }
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
        Operation::new("listGroupMembers", TAG, "Who belongs to a group")
            .describe("Somebody of whom several sources say so stands there once for each. As `text/csv` it is the whole list.")
            .needs::<MemberList>()
            .paged()
            .answers_csv_or::<Page<MemberView>>(200, "A page, or the whole list."),
    )
    .post(
        PATH,
        add,
        Operation::new("addGroupMembers", TAG, "Who belongs to a group")
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
        Operation::new("removeGroupMember", TAG, "Who belongs to a group")
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
    page: PageRequest,
) -> Result<Response, Problem> {
    let access = require.access();
    let known = one::<Groups>(&app, access, &id).await?;
    access.permit::<MemberList>(&app, &thing(&known)).await?;
    if csv::is_wanted(&headers) {
        return Ok((axum::Extension(access.caller.clone()), exported(&app, known.id)).into_response());
    }
    let list = format!("group-members\n{id}");
    let after = place(page.key(&list)?)?.map(|(source, user)| (user, source));
    let query = MemberQuery { group: known.id, after, limit: page.limit.saturating_add(1), source: None };
    let members = app.store.reader().members(&query).await.map_err(unreadable)?;
    let page = Page::of(members, &list, page.limit, |member| format!("{}\n{}", member.user, member.source));
    let mut response = json_response(&page.map(MemberView::from));
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    Ok((axum::Extension(access.caller.clone()), response).into_response())
}

fn exported(app: &App, group: String) -> Response {
    let reader = app.store.reader().clone();
    export::answer("group-members", &COLUMNS, move |after| {
        let reader = reader.clone();
        let query = MemberQuery { group: group.clone(), after, limit: AT_ONCE, source: None };
        async move {
            let members = reader.members(&query).await?;
            let is_last = members.len() < AT_ONCE as usize;
            let last = members.last().filter(|_| !is_last);
            let after = last.map(|member| (member.user.clone(), member.source.clone()));
            let mut rows = Rows::default();
            for member in &members {
                let active = if member.active { "true" } else { "false" };
                let name = member.display_name.as_deref().unwrap_or_default();
                rows.row([&*member.user, &*member.login, name, active, &*member.source]);
            }
            Ok((rows, after))
        }
    })
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

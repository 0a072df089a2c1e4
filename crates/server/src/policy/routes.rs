//! `/api/v1/policy`.

use std::path::PathBuf;

use axum::Extension;
use axum::extract::{Path, Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use casemate_directory::{AdminError, Folder};
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{Code, NoQuery, Page, Problem, json_response, permissions, read_document};
use casemate_store::MAX_PAGE;
use serde_json::json;

use crate::App;
use crate::group::service::shows_members;
use crate::guard::{Access, Require, Thing};
use crate::listed::{self, InQuery, unreadable};
use crate::objects::with_revision;
use crate::policy::revert::{RevertRequest, RevertedView, revert};
use crate::policy::service::{
    ApplyRequest, ChangeView, DiffRequest, DiffView, PlanView, VersionDetail, VersionView,
};
use crate::policy::versions::{VersionSearch, Versions};
use crate::reading::OnlyRead;
use crate::refusal::{problem, reason as told};
use crate::view::file_error;

permissions! {
    /// To list the changes of configuration.
    PolicyList = "casemate.policy.list", on "policy", in installation, read "casemate.policy.read";
    /// To see what a change made of objects.
    PolicyRead = "casemate.policy.read", on "policy", in installation, read "casemate.policy.read";
    /// To see what code would change.
    PolicyPlan = "casemate.policy.plan", on "policy", in installation, read "casemate.policy.read";
    /// To apply code.
    PolicyApply = "casemate.policy.apply", on "policy", in installation, read "casemate.policy.read";
    /// To set configuration back.
    PolicyRevert = "casemate.policy.revert", on "policy", in installation, read "casemate.policy.read";
}

const TAG: &str = "Policy";

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    Api::new()
        .get(
            "/api/v1/policy/versions",
            versions,
            Operation::new("listPolicyVersions", TAG, "The changes of configuration", Trail::Read)
                .describe("Those of users and groups by hand are among them. As `text/csv` it is the whole list.")
                .needs::<PolicyList>()
                .paged()
                .query("sort", "`-revision`, or `revision`.")
                .answers_csv_or::<Page<VersionView>>(200, "A page, or the whole list."),
        )
        .post(
            "/api/v1/policy/versions/search",
            search_versions,
            Operation::new("searchPolicyVersions", TAG, "The changes of configuration", Trail::Read)
                .describe("Those that fit a text, an actor, and a time.")
                .needs::<PolicyList>()
                .takes::<VersionSearch>(json!({ "search": "roles", "since": "2026-01-01T00:00:00Z" }))
                .answers_csv_or::<Page<VersionView>>(200, "A page, or the whole list."),
        )
        .get(
            "/api/v1/policy/versions/{revision}",
            version,
            Operation::new("getPolicyVersion", TAG, "A change of configuration, with what it made of each object", Trail::Read)
                .needs::<PolicyRead>()
                .answers::<VersionDetail>(200, "It."),
        )
        .post(
            "/api/v1/policy/diff",
            diff,
            Operation::new("diffPolicy", TAG, "What differs between two revisions", Trail::Read)
                .needs::<PolicyRead>()
                .takes::<DiffRequest>(json!({ "from": 1, "to": 2 }))
                .answers::<DiffView>(200, "The differences."),
        )
        .post(
            "/api/v1/policy/revert",
            revert,
            Operation::new("revertPolicy", TAG, "Sets the configuration back to a revision", Trail::Kind("configuration"))
                .describe(
                    "By a new change, which can be set back itself. Secrets stay as they are. Users, groups and their members \
                     that were changed by hand since become what they were too, where the caller may change all of them; \
                     what of that cannot be is named with its reason. With the `revision` of a dry run as `if_revision`, \
                     nothing is undone that was changed after it.",
                )
                .needs::<PolicyRevert>()
                .takes::<RevertRequest>(json!({ "revision": 1, "dry_run": true, "reason": "the new roles were wrong" }))
                .writes()
                .answers::<RevertedView>(200, "What was changed, or would be.")
                .problem(Code::NotFound)
                .problem(Code::GrantExceeded)
                .problem(Code::LastAdministrator)
                .problem(Code::PreconditionFailed),
        )
        .post(
            "/api/v1/policy/apply",
            apply,
            Operation::new("applyPolicy", TAG, "Makes the configuration what code says", Trail::Kind("configuration"))
                .describe("All of it or nothing. What was applied is read-only by API. A dry run needs `casemate.policy.plan` alone, a change `casemate.policy.apply` too.")
                .needs::<PolicyPlan>()
                .takes::<ApplyRequest>(json!({ "origin": "git", "dry_run": true, "files": {
                    "roles.toml": "format = 1\n[[role]]\nname = \"support\"\npermissions = [{ name = \"cms.entry.*\" }]\n" } }))
                .writes()
                .answers::<PlanView>(200, "What was changed, or would be.")
                .problem(Code::ManagedByCode)
                .problem(Code::GrantExceeded)
                .problem(Code::LastAdministrator)
                .problem(Code::PreconditionFailed),
        )
}

async fn versions(
    State(app): State<App>,
    require: Require<PolicyList>,
    headers: HeaderMap,
    search: InQuery<VersionSearch>,
) -> Result<Response, Problem> {
    found(&app, require.access(), &headers, search.0).await
}

async fn search_versions(
    State(app): State<App>,
    require: Require<PolicyList>,
    headers: HeaderMap,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let search = read_document(request).await?;
    found(&app, require.access(), &headers, search).await
}

async fn found(
    app: &App,
    access: &Access,
    headers: &HeaderMap,
    search: VersionSearch,
) -> Result<Response, Problem> {
    access.permit::<PolicyList>(app, &Thing::default()).await?;
    listed::answer::<Versions>(app, &access.caller, headers, search.query()?, |_| true).await
}

async fn version(
    State(app): State<App>,
    require: Require<PolicyRead>,
    Path(revision): Path<String>,
    _: NoQuery,
) -> Result<Response, Problem> {
    require.access().permit::<PolicyRead>(&app, &Thing::default()).await?;
    let revision = revision.parse().map_err(|_| Problem::new(Code::NotFound))?;
    let (version, edits) = app.administration.version(revision).await.map_err(problem)?;
    let people = app.store.reader().people_edits(revision, MAX_PAGE).await.map_err(unreadable)?;
    Ok(json_response(&VersionDetail::of(version, edits, people)))
}

async fn diff(
    State(app): State<App>,
    require: Require<PolicyRead>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let DiffRequest { from, to } = read_document(request).await?;
    require.access().permit::<PolicyRead>(&app, &Thing::default()).await?;
    let changes = app.administration.diff(from, to).await.map_err(problem)?;
    Ok(json_response(&DiffView { changes: changes.iter().map(ChangeView::from).collect() }))
}

async fn apply(
    State(app): State<App>,
    require: Require<PolicyPlan>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let ApplyRequest { origin, files, prune, dry_run, reason } = read_document(request).await?;
    require.access().permit::<PolicyPlan>(&app, &Thing::default()).await?;
    let files = files.into_iter().map(|(path, text)| (PathBuf::from(path), text)).collect();
    let folder = Folder::of_texts(files)
        .map_err(|mistakes| Problem::document(mistakes.iter().map(file_error).collect()))?;
    let plan = app.administration.plan(folder.wanted, &origin, prune).await.map_err(not_planned)?;
    let mut view = PlanView::from(&plan);
    let access = require.access();
    view.show_members(|tenant| shows_members(access, tenant));
    if dry_run {
        return Ok((Extension(OnlyRead), json_response(&view)).into_response());
    }
    let mut permit = access.permit::<PolicyApply>(&app, &Thing::default()).await?;
    permit.author.reason = told(reason)?;
    let revision = match app.administration.apply(&permit.author, plan).await {
        Ok(revision) => revision,
        Err(error) => return Err(access.not_done::<PolicyApply>(&app, None, error).await),
    };
    view.revision = Some(revision);
    Ok(with_revision(json_response(&view), revision))
}

/// Why code cannot be planned: what is wrong in a file is told of that file.
fn not_planned(error: AdminError) -> Problem {
    match error {
        AdminError::Invalid(mistakes) if mistakes.iter().all(|mistake| mistake.object().is_none()) => {
            Problem::document(mistakes.iter().map(file_error).collect())
        }
        error => problem(error),
    }
}

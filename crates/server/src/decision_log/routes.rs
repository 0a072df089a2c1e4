//! `/api/v1/policy/impact`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use casemate_directory::model::RoleDocument;
use casemate_directory::{DEFAULT_TENANT, Folder, Snapshot};
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{
    Code, NoQuery, PageRequest, Permission as _, Problem, cursor, json_response, permissions, read_cursor,
    read_document,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::comparison::{Bound, Compared};
use super::impact::{Impact, ImpactError, ImpactQuery, impact};
use crate::App;
use crate::decision::service::{Origin, Told, tell};
use crate::guard::{Require, Thing};
use crate::refusal::problem;
use crate::view::file_error;

permissions! {
    /// To see which logged questions a change of the policy would answer otherwise.
    PolicyImpact = "casemate.policy.impact", on "policy", in installation, read "casemate.policy.read";
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    Api::new().post(
        "/api/v1/policy/impact",
        impacts,
        Operation::new("getPolicyImpact", "Policy", "Which logged questions would be answered otherwise?", Trail::Kind("read"))
            .describe("Asks the questions that were logged (setting `decision.log.sample`) of two policies anew: that of a revision, and that of another, or what would be if a role became another or files were applied. Each is asked at its own time about its subject as that was known then, with the API keys of today. Where an answer or the reason for it differs, both are told; what cannot be asked again is counted by why. A page may hold fewer entries than asked for, or none, and others follow: all of one comparison, of which the policies are kept for five minutes behind a page.")
            .needs::<PolicyImpact>()
            .takes::<ImpactRequest>(json!({ "to": { "role": { "name": "author",
                "permissions": [{ "name": "notes.read" }] } }, "limit": 100 }))
            .answers::<Impact>(200, "A page.")
            .problem(Code::NotFound)
            .problem(Code::ManagedByCode)
            .problem(Code::PreconditionFailed),
    )
}

/// What is compared.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ImpactRequest {
    /// The revision to begin with; that of today where nothing is said.
    #[serde(default)]
    #[schemars(range(min = 0))]
    from: Option<i64>,
    /// What to compare it with.
    to: Other,
    /// The `next` of the page before, of the same comparison.
    #[serde(default)]
    after: Option<String>,
    /// The most entries of the page: 1 to 1,000; 100 where nothing is said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<u32>,
}

/// What to compare with: one of these.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Other {
    /// The policy of this revision.
    Revision(i64),
    /// Today's, if this role came to be, or became this.
    Role(RoleDocument),
    /// The same, of another tenant than `default`.
    RoleOf(RoleOf),
    /// Today's, if these files were applied.
    Files(FilesOf),
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RoleOf {
    /// The tenant that the role belongs to.
    tenant: String,
    /// The role.
    role: RoleDocument,
}

#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FilesOf {
    /// The name of the source of code.
    #[schemars(length(min = 1, max = 64))]
    origin: String,
    /// The texts of policy files (TOML), by their paths.
    files: BTreeMap<String, String>,
    /// Leaves out what this origin applied before and the files no longer hold.
    #[serde(default)]
    prune: bool,
}

async fn impacts(
    State(app): State<App>,
    require: Require<PolicyImpact>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let ImpactRequest { from, to, after, limit } = read_document(request).await?;
    let page = PageRequest::new(after, limit)?;
    let access = require.access();
    let permit = access.permit::<PolicyImpact>(&app, &Thing::default()).await?;
    let list = format!("policy-impact\n{from:?}\n{}", serde_json::to_string(&to).unwrap_or_default());
    let after = page.after.as_deref().map(|after| read_cursor(&list, after)).transpose()?;
    let after = after.map(|after| Bound::read(&after).ok_or_else(of_no_page)).transpose()?;
    let (bound, after) = after.unzip();
    let mut turn = app.decision_log.compared().turn().await.ok_or_else(|| {
        Problem::new(Code::Unavailable).detail("others compare policies just now: try again")
    })?;
    // Whatever it is, what was compared last goes: two pairs at once are not kept.
    let kept = turn.take(&list, bound);
    let compared = match kept {
        Some(compared) => Ok(compared),
        None => compared(&app, from, to, bound).await,
    };
    let found = match &compared {
        Ok(compared) => found(&app, compared, ImpactQuery { after, limit: page.limit }).await,
        Err(_) => Ok(Impact::default()),
    };
    let refused = compared.as_ref().err().or(found.as_ref().err()).map(Problem::code);
    let after = json!({ "compared": bounds(&compared), "differ": found.as_ref().map_or(0, |found| found.items.len()) });
    let told =
        Told { action: PolicyImpact::NAME, tenant: DEFAULT_TENANT, about: ("policy", ""), refused, after };
    let origin = Origin::from(&permit.author);
    tell(&app, permit.author.actor, permit.author.now, origin, told).await?;
    let (compared, mut found) = (compared?, found?);
    let bound = compared.bound();
    (found.from_revision, found.to_revision) = (Some(bound.from), Some(bound.to));
    if found.next.is_some() {
        turn.keep(&list, compared);
    }
    found.next = found.next.map(|next| cursor(&list, &bound.written(&next)));
    Ok((axum::Extension(access.caller.clone()), json_response(&found)).into_response())
}

fn of_no_page() -> Problem {
    Problem::new(Code::MalformedQuery).detail(ImpactError::After.to_string())
}

/// The revisions that are compared, as events tell them.
fn bounds(compared: &Result<Compared, Problem>) -> Option<[i64; 2]> {
    compared.as_ref().ok().map(Compared::bound).map(|Bound { from, to }| [from, to])
}

async fn found(app: &App, compared: &Compared, query: ImpactQuery) -> Result<Impact, Problem> {
    let sealer = app.directory.sealer().map(|sealer| &**sealer);
    let found = impact(app.store.reader(), sealer, (&compared.from, &compared.to), &query).await;
    found.map_err(|error| match error {
        ImpactError::After => of_no_page(),
        error => {
            tracing::error!(%error, "logged questions cannot be read");
            Problem::new(Code::Unavailable)
        }
    })
}

/// The policies to compare: those of the revisions that the page before was bound to, where there was one.
async fn compared(
    app: &App,
    from: Option<i64>,
    to: Other,
    bound: Option<Bound>,
) -> Result<Compared, Problem> {
    let from = match bound.map(|bound| bound.from).or(from) {
        Some(revision) => Arc::new(app.administration.snapshot_at(revision).await.map_err(problem)?),
        None => app.directory.current(),
    };
    let is_change = !matches!(to, Other::Revision(_));
    let to = Arc::new(compared_with(app, to).await?);
    let compared = Compared { from, to };
    let Some(bound) = bound.filter(|bound| *bound != compared.bound()) else { return Ok(compared) };
    // What a change would be made on is another policy by now, unless nothing of it was changed.
    let now = compared.to.revision();
    let changes = app.administration.diff(bound.to, now).await.map_err(problem)?;
    if !is_change || !changes.is_empty() {
        let detail = "the policy was changed since the first page: compare anew, without `after`";
        return Err(Problem::new(Code::PreconditionFailed).detail(detail));
    }
    Ok(compared)
}

async fn compared_with(app: &App, other: Other) -> Result<Snapshot, Problem> {
    let administration = &app.administration;
    let snapshot = match other {
        Other::Revision(revision) => administration.snapshot_at(revision).await,
        Other::Role(role) => administration.snapshot_with_role(DEFAULT_TENANT, &role).await,
        Other::RoleOf(RoleOf { tenant, role }) => administration.snapshot_with_role(&tenant, &role).await,
        Other::Files(FilesOf { origin, files, prune }) => {
            let files = files.into_iter().map(|(path, text)| (PathBuf::from(path), text)).collect();
            let folder = Folder::of_texts(files)
                .map_err(|mistakes| Problem::document(mistakes.iter().map(file_error).collect()))?;
            administration.snapshot_of(folder.wanted, &origin, prune).await
        }
    };
    snapshot.map_err(problem)
}

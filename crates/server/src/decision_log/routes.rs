//! `/api/v1/policy/impact`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use casemate_directory::model::RoleDocument;
use casemate_directory::{DEFAULT_TENANT, Folder, Snapshot};
use casemate_platform::api::{Api, Operation};
use casemate_platform::{
    Code, NoQuery, PageRequest, Problem, cursor, json_response, permissions, read_cursor, read_document,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::impact::{Impact, ImpactError, ImpactQuery, impact};
use crate::App;
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
        Operation::new("getPolicyImpact", "Policy", "Which logged questions would be answered otherwise?")
            .describe("Asks the questions that were logged (setting `decision.log.sample`) of two policies anew: that of a revision, and that of another, or what would be if a role became another or files were applied. Each is asked at its own time about its subject as that was known then, with the API keys of today. Where an answer or the reason for it differs, both are told; what cannot be asked again is counted by why. A page may hold fewer entries than asked for, or none, and others follow.")
            .needs::<PolicyImpact>()
            .takes::<ImpactRequest>(json!({ "to": { "role": { "name": "author",
                "permissions": [{ "name": "notes.read" }] } }, "limit": 100 }))
            .answers::<Impact>(200, "A page.")
            .problem(Code::NotFound)
            .problem(Code::ManagedByCode),
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
    access.permit::<PolicyImpact>(&app, &Thing::default()).await?;
    let list = format!("policy-impact\n{from:?}\n{}", serde_json::to_string(&to).unwrap_or_default());
    let after = page.after.as_deref().map(|after| read_cursor(&list, after)).transpose()?;
    let from: Arc<Snapshot> = match from {
        Some(revision) => Arc::new(app.administration.snapshot_at(revision).await.map_err(problem)?),
        None => app.directory.current(),
    };
    let to = compared_with(&app, to).await?;
    let sealer = app.directory.sealer().map(|sealer| &**sealer);
    let query = ImpactQuery { after, limit: page.limit };
    let found = impact(app.store.reader(), sealer, (&*from, &to), &query).await;
    let mut found = found.map_err(|error| match error {
        ImpactError::After => Problem::new(Code::MalformedQuery).detail(error.to_string()),
        error => {
            tracing::error!(%error, "logged questions cannot be read");
            Problem::new(Code::Unavailable)
        }
    })?;
    found.next = found.next.map(|next| cursor(&list, &next));
    Ok((axum::Extension(access.caller.clone()), json_response(&found)).into_response())
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

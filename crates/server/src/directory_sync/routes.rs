//! `/api/v1/providers/{id}/directory-sync`.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use casemate_directory::{Entry, Kind};
use casemate_directory_sync::{Order, Report, State as Kept, SyncError, state, sync};
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::outgoing::Outgoing;
use casemate_platform::{Code, DocumentError, NoQuery, Problem, json_response, permissions, read_document};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::service::{Pulled, by, source};
use crate::App;
use crate::guard::{Require, Thing, lately};
use crate::view::time;

permissions! {
    /// To see how a provider's directory is pulled.
    DirectorySyncRead = "casemate.directory-sync.read", on "provider", in installation, read "casemate.directory-sync.read";
    /// To pull a provider's directory at once, and to let many users of it vanish.
    DirectorySyncRun = "casemate.directory-sync.run", on "provider", in installation, read "casemate.directory-sync.read";
}

const TAG: &str = "Providers";
const PATH: &str = "/api/v1/providers/{id}/directory-sync";
/// For how long is waited for a pull; it goes on by itself.
const PATIENCE: Duration = Duration::from_secs(20);

/// How a provider's directory is pulled.
#[derive(Debug, Serialize, JsonSchema)]
struct DirectorySync {
    /// The provider's name.
    provider: String,
    /// When it was asked last.
    #[serde(skip_serializing_if = "Option::is_none")]
    asked_at: Option<String>,
    /// When it answered as it should last.
    #[serde(skip_serializing_if = "Option::is_none")]
    succeeded_at: Option<String>,
    /// When all of it was read last.
    #[serde(skip_serializing_if = "Option::is_none")]
    full_at: Option<String>,
    /// Why the last time did not succeed.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// What the last pull came to.
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<Report>,
    /// What the last pull of all came to.
    #[serde(skip_serializing_if = "Option::is_none")]
    full_report: Option<Report>,
}

/// What is pulled.
#[derive(Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct DirectorySyncRequest {
    /// Whether all is read, which finds what is gone; else what changed.
    #[serde(default)]
    full: bool,
    /// Whether nothing is changed, and only told what would be. It reads all.
    #[serde(default)]
    dry_run: bool,
    /// How many users, and how many groups, may vanish, where that is more than the provider's document says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allowed_removals: Option<u32>,
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    Api::new()
        .get(
            PATH,
            read,
            Operation::new("getDirectorySync", TAG, "How a provider's LDAP directory is pulled", Trail::Read)
                .describe("When it was asked, how that went, and what it came to.")
                .needs::<DirectorySyncRead>()
                .answers::<DirectorySync>(200, "How it is pulled."),
        )
        .post(
            PATH,
            run,
            Operation::new("runDirectorySync", TAG, "Pulls a provider's LDAP directory at once", Trail::Kind("update"))
                .describe(
                    "Answers when it is done. One that takes longer than 20 seconds goes on by itself: the answer is 503 then, and \
                     how it went is told by `getDirectorySync`. With `dry_run` nothing is changed.",
                )
                .needs::<DirectorySyncRun>()
                .takes::<DirectorySyncRequest>(json!({ "full": true, "dry_run": true }))
                .writes()
                .answers::<Report>(200, "What it came to, or would come to."),
        )
}

async fn read(
    State(app): State<App>,
    require: Require<DirectorySyncRead>,
    Path(id): Path<String>,
    _: NoQuery,
) -> Result<Response, Problem> {
    let entry = provider(&app, &id);
    require.access().permit::<DirectorySyncRead>(&app, &thing(&id, entry.as_ref())).await?;
    let provider = entry.ok_or_else(|| Problem::new(Code::NotFound))?.name;
    // Of one that names no directory, or names it no longer, there may be little to tell.
    let kept = state(app.store.reader(), &provider).await.map_err(unavailable)?;
    let Kept { asked_at, succeeded_at, full_at, error, report, full_report, .. } = kept;
    Ok(json_response(&DirectorySync {
        provider,
        asked_at: asked_at.map(time),
        succeeded_at: succeeded_at.map(time),
        full_at: full_at.map(time),
        error,
        report,
        full_report,
    }))
}

async fn run(
    State(app): State<App>,
    require: Require<DirectorySyncRun>,
    Path(id): Path<String>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let wanted: DirectorySyncRequest = read_document(request).await?;
    let entry = provider(&app, &id);
    let permit = require.access().permit::<DirectorySyncRun>(&app, &thing(&id, entry.as_ref())).await?;
    if wanted.allowed_removals.is_some() {
        lately(&app, &require.access().caller, permit.author.now)?;
    }
    let entry = entry.ok_or_else(|| Problem::new(Code::NotFound))?;
    let pulled = Pulled::of(&entry).ok_or_else(|| {
        let message = "the provider names no LDAP directory".to_owned();
        let help = Some("write a table `ldap` into its document".to_owned());
        Problem::document(vec![DocumentError { pointer: String::new(), message, help }])
    })?;
    let detail = "this process pulls no directories: ask one that serves";
    let outgoing = app.outgoing.clone().ok_or_else(|| Problem::new(Code::Unavailable).detail(detail))?;
    let source = source(&app.directory, pulled).map_err(|error| {
        tracing::error!(error, "the password of a directory is not to be had");
        Problem::new(Code::Unavailable)
            .detail("the password of the directory is not to be had: the log says why")
    })?;
    let order = Order {
        full: wanted.full,
        dry_run: wanted.dry_run,
        allowed: wanted.allowed_removals.map(u64::from),
        by: by(&permit.author),
    };
    let task = tokio::spawn(pull(app, outgoing, source, order));
    let ended = tokio::time::timeout(PATIENCE, task).await.map_err(|_| {
        Problem::new(Code::Unavailable)
            .detail("it takes longer and goes on: ask how the directory is pulled in a while")
    })?;
    let report = ended.map_err(|error| {
        tracing::error!(%error, "a directory could not be pulled");
        Problem::new(Code::Unavailable).detail("the directory sends what is no LDAP")
    })?;
    Ok(json_response(&report?))
}

async fn pull(
    app: App,
    outgoing: Arc<Outgoing>,
    source: casemate_directory_sync::Source,
    order: Order,
) -> Result<Report, Problem> {
    sync(&app.administration, &outgoing, &source, &order).await.map_err(|error| match error {
        SyncError::Busy | SyncError::TakenOver => {
            Problem::new(Code::ChangedMeanwhile).detail("another process pulls this directory just now")
        }
        // It is the administrator's own configuration that it speaks of.
        SyncError::Directory(_) | SyncError::TooLong | SyncError::Malformed => {
            Problem::new(Code::Unavailable).detail(error.to_string())
        }
        error => {
            tracing::error!(%error, "a directory could not be pulled");
            Problem::new(Code::Unavailable)
        }
    })
}

fn provider(app: &App, id: &str) -> Option<Entry> {
    app.administration.get(Kind::Provider, "", id)
}

fn thing(id: &str, entry: Option<&Entry>) -> Thing {
    entry.map_or_else(|| Thing::with_id(id), Thing::of)
}

fn unavailable(error: casemate_store::StoreError) -> Problem {
    tracing::error!(%error, "how a directory is pulled cannot be read");
    Problem::new(Code::Unavailable)
}

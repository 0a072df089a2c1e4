//! `/api/v1/log-levels`.

use axum::extract::{Request, State};
use axum::response::Response;
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::telemetry::Levels;
use casemate_platform::{Code, DocumentError, NoQuery, Problem, json_response, permissions, read_document};
use casemate_store::{AuditEvent, Commit};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::App;
use crate::guard::{Require, Thing};
use crate::objects::with_revision;

permissions! {
    /// To see what is logged.
    LogRead = "casemate.log.read", on "log", in installation, read "casemate.log.read";
    /// To change what is logged.
    LogUpdate = "casemate.log.update", on "log", in installation, read "casemate.log.read";
}

/// What is logged by the process that answers.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LogLevels {
    /// A level, or levels for modules, such as `info,casemate::access=warn`.
    #[schemars(length(min = 1, max = 1024))]
    levels: String,
}

/// The longest text of levels, in bytes.
const MAX_LEVELS: usize = 1_024;

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    const TAG: &str = "Operation";
    const PATH: &str = "/api/v1/log-levels";
    Api::new()
        .get(
            PATH,
            get,
            Operation::new("getLogLevels", TAG, "What is logged", Trail::Read)
                .describe("By the process that answers: each replica has its own.")
                .needs::<LogRead>()
                .answers::<LogLevels>(200, "The levels."),
        )
        .put(
            PATH,
            put,
            Operation::new("updateLogLevels", TAG, "What is logged", Trail::Kind("update"))
                .describe("From now on and until the process ends.")
                .needs::<LogUpdate>()
                .takes::<LogLevels>(json!({ "levels": "info,casemate::access=warn" }))
                .writes()
                .answers::<LogLevels>(200, "The levels."),
        )
}

async fn get(State(app): State<App>, require: Require<LogRead>, _: NoQuery) -> Result<Response, Problem> {
    require.access().permit::<LogRead>(&app, &Thing::default()).await?;
    Ok(json_response(&LogLevels { levels: levels(&app)?.get() }))
}

async fn put(
    State(app): State<App>,
    require: Require<LogUpdate>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let wanted: LogLevels = read_document(request).await?;
    let permit = require.access().permit::<LogUpdate>(&app, &Thing::default()).await?;
    let levels = levels(&app)?;
    let before = levels.get();
    if wanted.levels.trim().is_empty() {
        return Err(wrong("say a level, such as `info`; `off` logs nothing".to_owned()));
    }
    if wanted.levels.len() > MAX_LEVELS {
        return Err(wrong(format!("at most {MAX_LEVELS} bytes")));
    }
    levels.set(&wanted.levels).map_err(|error| wrong(error.to_string()))?;
    let author = permit.author;
    let event = AuditEvent {
        at: author.now,
        actor: author.actor.clone(),
        action: "casemate.log.update".to_owned(),
        kind: "update".to_owned(),
        tenant: String::new(),
        resource_type: "log".to_owned(),
        resource_id: String::new(),
        outcome: "success".to_owned(),
        request_id: author.request_id,
        route: author.route,
        client: author.client,
        user_agent: author.user_agent,
        before: Some(json!({ "levels": before }).to_string()),
        after: Some(json!({ "levels": wanted.levels }).to_string()),
        ..AuditEvent::default()
    };
    let commit = Commit {
        base: None,
        at: author.now,
        actor: author.actor,
        summary: String::new(),
        operations: Vec::new(),
        events: vec![event],
        fence: None,
    };
    let revision = app.store.commit(commit).await.map_err(|error| {
        tracing::error!(%error, "a change of log levels could not be recorded, and is taken back");
        if let Err(error) = levels.set(&before) {
            tracing::error!(%error, "it could not be taken back");
        }
        Problem::new(Code::NotRecorded)
    })?;
    Ok(with_revision(json_response(&LogLevels { levels: levels.get() }), revision))
}

fn levels(app: &App) -> Result<&Levels, Problem> {
    let detail = "this process' log cannot be changed while it runs";
    app.levels.as_ref().ok_or_else(|| Problem::new(Code::Unavailable).detail(detail))
}

fn wrong(message: String) -> Problem {
    let help = Some("write a level, or levels for modules, such as `info,casemate::access=warn`".to_owned());
    Problem::document(vec![DocumentError { pointer: "/levels".to_owned(), message, help }])
}

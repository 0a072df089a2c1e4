//! `/api/v1/audit-log/events`: all that stands in the log, for whoever checks all of it.

use std::fmt::Write as _;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use casemate_audit::tile::WIDTH;
use casemate_platform::{NoQuery, Problem, read_document};
use casemate_store::LogStep;
use schemars::JsonSchema;
use serde::Deserialize;

use super::routes::AuditLogExport;
use super::tree::unread;
use crate::App;
use crate::guard::{Require, Thing};

/// The most events of an answer.
const MOST: u64 = 1_024;

/// Which events are wanted.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AuditLogRange")]
pub(super) struct Wanted {
    /// The index of the first.
    #[serde(default)]
    from: u64,
    /// The most of them, 1,024 where nothing is said; there may be fewer where they are long.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1024))]
    limit: Option<u64>,
}

pub(super) async fn events(
    State(app): State<App>,
    require: Require<AuditLogExport>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let wanted: Wanted = read_document(request).await?;
    let access = require.access();
    access.permit::<AuditLogExport>(&app, &Thing::default()).await?;
    access.unbound::<AuditLogExport>(&app).await?;
    let reader = app.store.reader();
    let size = reader.log_state().await.map_err(unread)?.size;
    let (mut next, end) =
        (wanted.from, wanted.from.saturating_add(wanted.limit.unwrap_or(MOST).clamp(1, MOST)).min(size));
    let mut text = String::new();
    while next < end {
        let limit = u32::try_from((end - next).min(WIDTH - next % WIDTH)).unwrap_or(1);
        let steps = reader.log_steps(next, limit).await.map_err(unread)?;
        // Blocks that were given up may reach behind what was asked for.
        let asked: Vec<_> = steps.iter().take_while(|step| next_of(step) < end).collect();
        let Some(last) = asked.last() else { break };
        next = last.end();
        for step in asked {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{step}");
        }
        if text.len() > MAX_TEXT {
            break;
        }
    }
    let mut response = text.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-ndjson"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// After how many bytes an answer ends with its event.
const MAX_TEXT: usize = 16 << 20;

/// The index of what a step is about first.
fn next_of(step: &LogStep) -> u64 {
    match step {
        LogStep::Event(event) => event.index,
        LogStep::GivenUp { block, .. } => block.saturating_mul(WIDTH),
    }
}

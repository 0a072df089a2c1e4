//! `/api/v1/audit-log/events`: all that stands in the log, for whoever checks all of it.

use std::fmt::Write as _;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casemate_audit::hash::MerkleHash;
use casemate_audit::tile::{Tile, WIDTH};
use casemate_platform::{Code, NoQuery, Problem, read_document};
use casemate_store::{LogEvent, StoreReader};
use schemars::JsonSchema;
use serde::Deserialize;

use super::routes::AuditLogExport;
use super::tree::{tile_of, unread};
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
    require.access().permit::<AuditLogExport>(&app, &Thing::default()).await?;
    let reader = app.store.reader();
    let size = reader.log_state().await.map_err(unread)?.size;
    let (mut next, end) =
        (wanted.from, wanted.from.saturating_add(wanted.limit.unwrap_or(MOST).clamp(1, MOST)).min(size));
    let mut text = String::new();
    while next < end {
        let limit = u32::try_from((end - next).min(WIDTH - next % WIDTH)).unwrap_or(1);
        let events = reader.log_events(next, limit).await.map_err(unread)?;
        let behind_given_up = events.first().map_or(end, |event| event.index);
        // Of blocks that were given up, the node over each is left.
        while next < behind_given_up.min(end) {
            let block = next / WIDTH;
            let root = root(reader, block, size).await?;
            // Writing to a string does not fail.
            let _ = writeln!(text, r#"{{"block":{block},"root":"{root}"}}"#);
            next = (block + 1) * WIDTH;
        }
        for event in events.iter().filter(|event| event.index < end) {
            push(&mut text, event);
            next = event.index + 1;
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

/// The node over a block.
async fn root(reader: &StoreReader, block: u64, size: u64) -> Result<MerkleHash, Problem> {
    let gone = || Problem::new(Code::NotFound).detail("the log has no such event");
    let tile = Tile::at(1, block / WIDTH, size).ok_or_else(gone)?;
    let bytes = tile_of(reader, tile).await?;
    let hashes = tile.hashes(&bytes).map_err(|_| gone())?;
    usize::try_from(block % WIDTH).ok().and_then(|place| hashes.get(place).copied()).ok_or_else(gone)
}

/// A line of an export, with what its leaf is made of.
pub(super) fn push(text: &mut String, event: &LogEvent) {
    let LogEvent { index, text: event, leaf, salt } = event;
    // Writing to a string does not fail.
    let _ = match (event, salt) {
        (Some(event), Some(salt)) => {
            writeln!(text, r#"{{"index":{index},"salt":"{}","event":{event}}}"#, STANDARD.encode(salt.0))
        }
        _ => writeln!(text, r#"{{"index":{index},"leaf":"{leaf}"}}"#),
    };
}

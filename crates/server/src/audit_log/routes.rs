//! `/api/v1/audit-log`.

use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use casemate_audit::tile::Tile;
use casemate_audit::tree;
use casemate_audit::verify::EventProof;
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{Code, NoQuery, Problem, Query, json_response, permissions};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::event_proof;
use super::events;
use super::going_on;
use super::tree::{of_nodes, tile_of, unread};
use super::witness::{self, CosignRequest, Cosigned, RefusalRequest, Refused};
use crate::App;
use crate::guard::{Require, Thing};

permissions! {
    /// To see checkpoints, tiles and proofs of consistency, which hold no event.
    AuditLogRead = "casemate.audit-log.read", on "audit-log", in tenant, read "casemate.audit-log.read";
    /// To read all events of all tenants with what their leaves are made of, in order to check them.
    AuditLogExport = "casemate.audit-log.export", on "audit-log", in installation, read "casemate.audit-log.read";
    /// To cosign checkpoints as a witness, and to say that they are refused.
    AuditLogCosign = "casemate.audit-log.cosign", on "audit-log", in installation, read "casemate.audit-log.read";
    /// To read an audit event.
    AuditEventRead = "casemate.audit-event.read", on "audit-event", in tenant, read "casemate.audit-event.read";
}

const TAG: &str = "Audit log";
/// Why reading what proves the log is not on record.
const NO_EVENT: Trail = Trail::Nothing(
    "it holds no event, and a witness that looks every minute would fill the log that it looks at",
);
/// What never changes any more; only the one who asked may keep it.
const FOR_EVER: &str = "private, max-age=31536000, immutable";

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    Api::new()
        .get(
            "/api/v1/audit-log/checkpoint",
            checkpoint,
            Operation::new("getAuditLogCheckpoint", TAG, "How large the audit log is, signed", NO_EVENT)
                .describe("A signed note (c2sp.org/tlog-checkpoint), with the cosignatures of witnesses. It is at most a second older than the log.")
                .needs::<AuditLogRead>()
                .query("size", "The newest of at most so many events.")
                .query("cosigned", "`true`: the newest that a witness cosigned.")
                .answers_text(200, "The note."),
        )
        .get(
            "/api/v1/audit-log/key",
            key,
            Operation::new("getAuditLogKey", TAG, "By which keys the audit log is signed", NO_EVENT)
                .describe("Whoever checks the log gets its key another way as well: whoever changes a log can change what this says.")
                .needs::<AuditLogRead>()
                .answers::<KeyView>(200, "The keys."),
        )
        .get(
            "/api/v1/audit-log/consistency",
            consistency,
            Operation::new("getAuditLogConsistency", TAG, "That the audit log goes on where it ended", NO_EVENT)
                .describe("The proof of RFC 6962, section 2.1.2.")
                .needs::<AuditLogRead>()
                .query("from", "The events of the earlier checkpoint, one or more.")
                .query("to", "The events of the later checkpoint.")
                .answers::<ConsistencyView>(200, "The proof."),
        )
        .get(
            "/api/v1/audit-log/tile/{*tile}",
            tile,
            Operation::new("getAuditLogTile", TAG, "A tile of the audit log", NO_EVENT)
                .describe("256 hashes of the tree, or those that there are so far, at the paths of c2sp.org/tlog-tiles: `0/x001/234`, `0/x001/235.p/17`. Below `entries/` the commitments that the leaves are made of; they tell nothing of the events.")
                .needs::<AuditLogRead>()
                .problem(Code::LogDamaged)
                .answers_bytes(200, "The bytes."),
        )
        .post(
            "/api/v1/audit-log/events",
            events::events,
            Operation::new("exportAuditLog", TAG, "All that stands in the audit log, in order", Trail::Read)
                .describe("For whoever checks all of it: a line of JSON for each event of whichever tenant with its `index`, its `salt` and the exact text of the `event`; `index` and `leaf` where it was erased; `block` and `root` in place of 256 events that were given up.")
                .needs::<AuditLogExport>()
                .takes::<events::Wanted>(json!({ "from": 0, "limit": 256 }))
                .problem(Code::LogDamaged)
                .answers_lines(200, "The events."),
        )
        .get(
            "/api/v1/audit-events/{id}/proof",
            event_proof::proof,
            Operation::new("getAuditEventProof", TAG, "That an event stands in the audit log", Trail::Read)
                .describe("What it takes to check that the event was recorded, without this server: `casemate audit verify --proof`.")
                .needs::<AuditEventRead>()
                .problem(Code::LogDamaged)
                .answers::<EventProof>(200, "The event, and the proof."),
        )
        .post(
            "/api/v1/audit-log/cosignatures",
            witness::cosign,
            Operation::new("cosignAuditLog", TAG, "A witness cosigns a checkpoint", Trail::Kind("create"))
                .describe("Takes cosignatures (c2sp.org/tlog-cosignature) of the witnesses in `record.witnesses`, of a checkpoint that this log signed.")
                .needs::<AuditLogCosign>()
                .takes::<CosignRequest>(json!({ "checkpoint": "casemate/0123456789abcdef\n…" }))
                .answers::<Cosigned>(201, "They stand with the checkpoint."),
        )
        .post(
            "/api/v1/audit-log/refusals",
            witness::refuse,
            Operation::new("refuseAuditLog", TAG, "A witness refuses a checkpoint", Trail::Kind("create"))
                .describe("Puts on record that a witness was shown a log that is not the one that it remembers: `casemate.audit-log.witness-refusal`.")
                .needs::<AuditLogCosign>()
                .takes::<RefusalRequest>(json!({ "wrong": "split-view", "detail": "of 7 events there are two roots",
                    "remembered": "casemate/0123456789abcdef\n…", "shown": "casemate/0123456789abcdef\n…" }))
                .answers::<Refused>(201, "It is on record."),
        )
}

/// Which checkpoint is wanted.
struct Which {
    size: Option<u64>,
    cosigned: bool,
}

impl<S: Sync> FromRequestParts<S> for Which {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Which, Problem> {
        let mut query = Query::of(parts, &["size", "cosigned"])?;
        let cosigned = match query.take("cosigned").as_deref() {
            None | Some("false") => false,
            Some("true") => true,
            Some(_) => {
                return Err(Problem::new(Code::MalformedQuery).detail("`cosigned` is `true` or `false`"));
            }
        };
        Ok(Which { size: number(&mut query, "size")?, cosigned })
    }
}

/// The number of events that a parameter says.
fn number(query: &mut Query, name: &str) -> Result<Option<u64>, Problem> {
    let Some(text) = query.take(name) else { return Ok(None) };
    let number = text.parse::<u64>().ok().filter(|number| number.to_string() == text);
    let wrong = || Problem::new(Code::MalformedQuery).detail(format!("`{name}` is a number of events"));
    number.map(Some).ok_or_else(wrong)
}

async fn checkpoint(
    State(app): State<App>,
    require: Require<AuditLogRead>,
    which: Which,
) -> Result<Response, Problem> {
    require.access().permit::<AuditLogRead>(&app, &Thing::default()).await?;
    let none = || match (which.size, which.cosigned) {
        (None, false) => {
            Problem::new(Code::Unavailable).detail("the log is not signed yet: ask again in a second")
        }
        _ => Problem::new(Code::NotFound).detail("there is no such checkpoint"),
    };
    let note = match which.cosigned {
        true => witness::newest_cosigned(&app, which.size).await?,
        false => {
            let note = going_on::newest(&app, which.size).await.map_err(unread)?;
            note.map(|note| witness::with_cosignatures(&app, note))
        }
    };
    let mut response = note.ok_or_else(none)?.into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// By which keys the log is known.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditLogKey")]
struct KeyView {
    /// The log's name in its checkpoints.
    origin: String,
    /// The keys that sign it (c2sp.org/signed-note).
    keys: Vec<String>,
    /// The keys of the witnesses whose cosignatures it takes.
    witnesses: Vec<String>,
}

async fn key(
    State(app): State<App>,
    require: Require<AuditLogRead>,
    _: NoQuery,
) -> Result<Response, Problem> {
    require.access().permit::<AuditLogRead>(&app, &Thing::default()).await?;
    let state = app.store.reader().log_state().await.map_err(unread)?;
    let keys = app.log_keys.load().to_vec();
    let witnesses = app.witnesses.keys().map(ToString::to_string).collect();
    Ok(json_response(&KeyView { origin: state.origin, keys, witnesses }))
}

/// Of which two trees.
struct Between {
    from: u64,
    to: u64,
}

impl<S: Sync> FromRequestParts<S> for Between {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Between, Problem> {
        let mut query = Query::of(parts, &["from", "to"])?;
        let said = |number: Option<u64>| {
            number.ok_or_else(|| Problem::new(Code::MalformedQuery).detail("say both `from` and `to`"))
        };
        Ok(Between { from: said(number(&mut query, "from")?)?, to: said(number(&mut query, "to")?)? })
    }
}

/// That the later tree goes on where the earlier one ended.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AuditLogConsistency")]
struct ConsistencyView {
    /// The events of the earlier tree.
    from: u64,
    /// The events of the later tree.
    to: u64,
    /// The hashes, in base64.
    proof: Vec<String>,
}

async fn consistency(
    State(app): State<App>,
    require: Require<AuditLogRead>,
    Between { from, to }: Between,
) -> Result<Response, Problem> {
    require.access().permit::<AuditLogRead>(&app, &Thing::default()).await?;
    let reader = app.store.reader();
    let size = reader.log_state().await.map_err(unread)?.size;
    if from == 0 || from > to || to > size {
        let detail = format!("`from` is 1 or more, `to` at least that, and at most {size}");
        return Err(Problem::new(Code::MalformedQuery).detail(detail));
    }
    let proof = of_nodes(reader, to, |nodes| tree::consistency(from, to, nodes)).await?;
    Ok(json_response(&ConsistencyView { from, to, proof: proof.iter().map(ToString::to_string).collect() }))
}

async fn tile(
    State(app): State<App>,
    require: Require<AuditLogRead>,
    Path(path): Path<String>,
    _: NoQuery,
) -> Result<Response, Problem> {
    require.access().permit::<AuditLogRead>(&app, &Thing::default()).await?;
    let path = format!("tile/{path}");
    let reader = app.store.reader();
    let none =
        |error: casemate_audit::tile::TileError| Problem::new(Code::NotFound).detail(error.to_string());
    let (tile, bytes) = if path.starts_with("tile/entries/") {
        let tile = Tile::parse_entries(&path).map_err(none)?;
        let entries = reader.log_entries(tile.index(), tile.width()).await.map_err(unread)?;
        let gone = "the log has no such entries, or one of them was erased";
        (tile, entries.ok_or_else(|| Problem::new(Code::NotFound).detail(gone))?)
    } else {
        let tile = Tile::parse(&path).map_err(none)?;
        (tile, tile_of(reader, tile).await?)
    };
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    let keeping = if tile.is_full() { FOR_EVER } else { "no-store" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keeping));
    Ok(response)
}

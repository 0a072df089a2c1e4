//! Witnesses: who cosigns checkpoints, and who refuses them. Both stand in the log itself, where nobody takes them back unseen.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use casemate_audit::checkpoint::Checkpoint;
use casemate_audit::note::{KeyKind, Note, Signature, VerifierKey};
use casemate_platform::{Code, DocumentError, NoQuery, Problem, json_response, read_document};
use casemate_store::{AuditEvent, Commit, clipped};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use thiserror::Error;

use super::going_on::is_own;
use super::routes::AuditLogCosign;
use super::tree::unread;
use crate::App;
use crate::guard::{Access, Require, Thing};

/// The action of a witness that cosigned.
const COSIGN: &str = "casemate.audit-log.cosign";
/// The action of a witness that refused.
const REFUSAL: &str = "casemate.audit-log.witness-refusal";
/// The kind and the outcome of either.
const CREATE: &str = "create";
const SUCCESS: &str = "success";
/// The most witnesses.
const MOST: usize = 16;
/// How many cosigned checkpoints are looked through for one of a configured witness.
const LOOKED_AT: u32 = 64;
/// The longest text of a refusal.
const MAX_DETAIL: usize = 4_096;

/// The witnesses whose cosignatures are taken.
#[derive(Debug, Clone, Default)]
pub struct Witnesses(Vec<VerifierKey>);

/// Why these are no witnesses.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum WitnessesError {
    /// One is the key of a log.
    #[error("`{0}` is the key of a log; `casemate audit witness` says which key is its own")]
    OfLog(String),
    /// There are too many.
    #[error("at most {MOST} witnesses cosign a log, not {0}")]
    TooMany(usize),
}

impl Witnesses {
    /// Those with these keys.
    ///
    /// # Errors
    /// Where one is none of a witness.
    pub fn of(keys: Vec<VerifierKey>) -> Result<Witnesses, WitnessesError> {
        if let Some(key) = keys.iter().find(|key| key.kind != KeyKind::Cosignature) {
            return Err(WitnessesError::OfLog(key.name().to_owned()));
        }
        if keys.len() > MOST { Err(WitnessesError::TooMany(keys.len())) } else { Ok(Witnesses(keys)) }
    }

    /// Their keys.
    pub(super) fn keys(&self) -> impl Iterator<Item = &VerifierKey> {
        self.0.iter()
    }
}

/// A checkpoint that a witness cosigned.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AuditLogCosignature")]
pub(super) struct CosignRequest {
    /// The signed note, with the cosignature.
    #[schemars(length(min = 1, max = 65_536))]
    checkpoint: String,
}

/// What was taken.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AuditLogCosigned")]
pub(super) struct Cosigned {
    /// The events of the checkpoint.
    size: u64,
    /// The names of the witnesses.
    witnesses: Vec<String>,
}

pub(super) async fn cosign(
    State(app): State<App>,
    require: Require<AuditLogCosign>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let CosignRequest { checkpoint: text } = read_document(request).await?;
    let access = require.access();
    let permit = access.permit::<AuditLogCosign>(&app, &Thing::default()).await?;
    let wrong = |message: String| {
        let pointer = "/checkpoint".to_owned();
        Problem::document(vec![DocumentError { pointer, message, help: None }])
    };
    let note = Note::parse(&text).map_err(|error| wrong(error.to_string()))?;
    let checkpoint = Checkpoint::parse(note.text()).map_err(|error| wrong(error.to_string()))?;
    let kept = app.store.reader().log_checkpoint(Some(checkpoint.size)).await.map_err(unread)?;
    let kept = kept.filter(|kept| is_own(&app, checkpoint.size, kept));
    let own = kept.as_deref().and_then(|own| Note::parse(own).ok()).filter(|own| own.text() == note.text());
    let (Some(kept), Some(own)) = (kept, own) else {
        return Err(wrong("this log signed no such checkpoint".to_owned()));
    };
    let mut cosigned = Vec::new();
    for key in app.witnesses.keys() {
        let Ok(time) = key.verify_cosignature(&note) else { continue };
        let by = note.signatures().iter().rfind(|signature| key.made(signature));
        cosigned.extend(by.map(|signature| (key, time, signature.clone())));
    }
    if cosigned.is_empty() {
        return Err(wrong("no witness in `record.witnesses` cosigned this checkpoint".to_owned()));
    }
    let events = cosigned.iter().map(|(key, time, line)| {
        let after =
            json!({ "size": checkpoint.size, "witness": key.name(), "time": time, "cosignature": line.to_string() });
        event(&permit.author, COSIGN, key.name(), &after)
    });
    record(&app, access, events.collect()).await?;
    let signatures: Vec<Signature> = cosigned.iter().map(|(.., signature)| signature.clone()).collect();
    let is_kept = app.store.replace_log_checkpoint(checkpoint.size, kept, with(&own, &signatures)).await;
    if !is_kept.map_err(|error| {
        tracing::error!(%error, "a cosignature could not be kept");
        Problem::new(Code::Unavailable)
    })? {
        return Err(
            Problem::new(Code::Unavailable).detail("another witness cosigned it meanwhile: ask again")
        );
    }
    let witnesses = cosigned.iter().map(|(key, ..)| key.name().to_owned()).collect();
    let answer = json_response(&Cosigned { size: checkpoint.size, witnesses });
    Ok((StatusCode::CREATED, answer).into_response())
}

/// What a witness was shown and does not cosign.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AuditLogRefusal")]
pub(super) struct RefusalRequest {
    /// What is wrong, in a word: `rolled-back`, `split-view`, `forged`, …
    #[schemars(length(min = 1, max = 64))]
    wrong: String,
    /// The same for a person.
    #[schemars(length(max = 4_096))]
    #[serde(default)]
    detail: String,
    /// The signed note that it remembers.
    #[schemars(length(max = 65_536))]
    #[serde(default)]
    remembered: String,
    /// The signed note that it was shown.
    #[schemars(length(max = 65_536))]
    #[serde(default)]
    shown: String,
}

/// That a refusal is on record.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AuditLogRefused")]
pub(super) struct Refused {
    recorded: bool,
}

pub(super) async fn refuse(
    State(app): State<App>,
    require: Require<AuditLogCosign>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let RefusalRequest { wrong, detail, remembered, shown } = read_document(request).await?;
    let access = require.access();
    let permit = access.permit::<AuditLogCosign>(&app, &Thing::default()).await?;
    let bounds = [
        ("/wrong", wrong.len(), 64),
        ("/detail", detail.len(), MAX_DETAIL),
        ("/remembered", remembered.len(), 65_536),
        ("/shown", shown.len(), 65_536),
    ];
    if let Some((pointer, _, most)) = bounds.into_iter().find(|(_, length, most)| length > most) {
        let message = format!("at most {most} bytes");
        return Err(Problem::document(vec![DocumentError {
            pointer: pointer.to_owned(),
            message,
            help: None,
        }]));
    }
    tracing::error!(wrong, detail, "a witness refuses the audit log");
    let after = json!({ "wrong": wrong, "detail": detail, "remembered": remembered, "shown": shown });
    let mut event = event(&permit.author, REFUSAL, "witness", &after);
    event.outcome = "failure".to_owned();
    event.reason = Some(wrong);
    record(&app, access, vec![event]).await?;
    Ok((StatusCode::CREATED, json_response(&Refused { recorded: true })).into_response())
}

fn event(author: &casemate_directory::Author, action: &str, id: &str, after: &Value) -> AuditEvent {
    AuditEvent {
        at: author.now,
        actor: author.actor.clone(),
        action: action.to_owned(),
        kind: CREATE.to_owned(),
        resource_type: "audit-log".to_owned(),
        resource_id: clipped(id),
        outcome: SUCCESS.to_owned(),
        request_id: author.request_id.clone(),
        route: author.route.clone(),
        client: author.client.clone(),
        user_agent: author.user_agent.clone(),
        after: Some(after.to_string()),
        ..AuditEvent::default()
    }
}

async fn record(app: &App, access: &Access, events: Vec<AuditEvent>) -> Result<(), Problem> {
    let author = access.author();
    let commit = Commit {
        base: None,
        at: author.now,
        actor: author.actor,
        summary: String::new(),
        operations: Vec::new(),
        events,
        fence: None,
    };
    app.store.commit(commit).await.map_err(|error| {
        tracing::error!(%error, "what a witness says could not be recorded");
        Problem::new(Code::NotRecorded)
    })?;
    Ok(())
}

/// A note with further signatures, each in place of one by the same witness.
fn with(note: &Note, signatures: &[Signature]) -> String {
    let mut with = note.clone();
    signatures.iter().for_each(|signature| with.sign(signature.clone()));
    with.to_string()
}

/// A checkpoint with what configured witnesses cosigned of it.
pub(super) fn with_cosignatures(app: &App, note: String) -> String {
    let Ok(parsed) = Note::parse(&note) else { return note };
    let is_shown = |signature: &&Signature| {
        let is_of_log = parsed.text().lines().next() == Some(signature.name());
        is_of_log
            || app.witnesses.keys().any(|key| key.made(signature) && key.verify_cosignature(&parsed).is_ok())
    };
    let Ok(mut shown) = Note::new(parsed.text()) else { return note };
    parsed.signatures().iter().filter(is_shown).for_each(|signature| shown.sign(signature.clone()));
    shown.to_string()
}

/// The newest checkpoint that a configured witness cosigned, of at most so many events.
pub(super) async fn newest_cosigned(app: &App, most: Option<u64>) -> Result<Option<String>, Problem> {
    let mut most = most;
    // What is cosigned by no configured witness any more is passed over.
    for _ in 0..LOOKED_AT {
        let found = app.store.reader().log_cosigned_checkpoint(most).await.map_err(unread)?;
        let Some((size, note)) = found else { return Ok(None) };
        let shown = with_cosignatures(app, note);
        if Note::parse(&shown).is_ok_and(|note| note.signatures().len() > 1) {
            return Ok(Some(shown));
        }
        let Some(below) = size.checked_sub(1) else { return Ok(None) };
        most = Some(below);
    }
    Ok(None)
}

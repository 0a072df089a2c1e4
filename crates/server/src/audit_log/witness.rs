//! Witnesses: who cosigns checkpoints, and who refuses them. Both stand in the log itself, where nobody takes them back unseen.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use casemate_audit::checkpoint::Checkpoint;
use casemate_audit::event::Event;
use casemate_audit::note::{KeyKind, Note, VerifierKey};
use casemate_platform::{Code, DocumentError, NoQuery, Problem, json_response, read_document};
use casemate_store::{AuditEvent, Commit, LogQuery, clipped};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use thiserror::Error;

use super::routes::AuditLogCosign;
use super::tree::unread;
use crate::App;
use crate::guard::{Access, Require, Thing};

/// The action of a witness that cosigned.
const COSIGN: &str = "casemate.audit-log.cosign";
/// The action of a witness that refused.
const REFUSAL: &str = "casemate.audit-log.witness-refusal";
/// The most witnesses.
const MOST: usize = 16;
/// How many cosignatures are looked through for those of one checkpoint.
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
    let own = app.store.reader().log_checkpoint(Some(checkpoint.size)).await.map_err(unread)?;
    let own = own.as_deref().and_then(|own| Note::parse(own).ok()).filter(|own| own.text() == note.text());
    if own.is_none() {
        return Err(wrong("this log signed no such checkpoint".to_owned()));
    }
    let mut cosigned = Vec::new();
    for key in app.witnesses.keys() {
        let Ok(time) = key.verify_cosignature(&note) else { continue };
        let by = note.signatures().iter().rfind(|signature| key.made(signature));
        cosigned.extend(by.map(|signature| (key, time, signature.to_string())));
    }
    if cosigned.is_empty() {
        return Err(wrong("no witness in `record.witnesses` cosigned this checkpoint".to_owned()));
    }
    let events = cosigned.iter().map(|(key, time, line)| {
        let after =
            json!({ "size": checkpoint.size, "witness": key.name(), "time": time, "cosignature": line });
        event(&permit.author, COSIGN, key.name(), &after)
    });
    record(&app, access, events.collect()).await?;
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
        kind: "create".to_owned(),
        resource_type: "audit-log".to_owned(),
        resource_id: clipped(id),
        outcome: "success".to_owned(),
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

/// What witnesses cosigned last, the newest first: the events of the checkpoint, and the line of the note.
async fn cosignatures(app: &App) -> Result<Vec<(u64, String)>, Problem> {
    if app.witnesses.0.is_empty() {
        return Ok(Vec::new());
    }
    let query = LogQuery { action: Some(COSIGN.to_owned()), ..LogQuery::default() };
    let page = app.store.reader().log_search(&query, None, LOOKED_AT).await.map_err(unread)?;
    let cosigned = page.items.iter().filter_map(|event| {
        let event = Event::parse(event.text.as_deref()?).ok()?;
        let after: Value = serde_json::from_str(event.after.as_deref()?).ok()?;
        Some((after.get("size")?.as_u64()?, after.get("cosignature")?.as_str()?.to_owned()))
    });
    Ok(cosigned.collect())
}

/// A checkpoint with what configured witnesses cosigned of it.
pub(super) async fn with_cosignatures(app: &App, note: String) -> Result<String, Problem> {
    let Some(checkpoint) = parsed(&note) else { return Ok(note) };
    let of_it = cosignatures(app).await?.into_iter().filter(|(size, _)| *size == checkpoint.size);
    Ok(joined(app, note, of_it.map(|(_, line)| line)))
}

/// The newest checkpoint that a configured witness cosigned, of at most so many events.
pub(super) async fn newest_cosigned(app: &App, most: Option<u64>) -> Result<Option<String>, Problem> {
    let all = cosignatures(app).await?;
    let sizes = all.iter().map(|(size, _)| *size).filter(|size| most.is_none_or(|most| *size <= most));
    let Some(newest) = sizes.max() else { return Ok(None) };
    let Some(note) = app.store.reader().log_checkpoint(Some(newest)).await.map_err(unread)? else {
        return Ok(None);
    };
    if parsed(&note).is_none_or(|checkpoint| checkpoint.size != newest) {
        return Ok(None);
    }
    let of_it = all.into_iter().filter(|(size, _)| *size == newest).map(|(_, line)| line);
    Ok(Some(joined(app, note, of_it)))
}

fn parsed(note: &str) -> Option<Checkpoint> {
    Checkpoint::parse(Note::parse(note).ok()?.text()).ok()
}

/// A note with further lines, as far as they are of configured witnesses and genuine.
fn joined(app: &App, note: String, lines: impl Iterator<Item = String>) -> String {
    let mut joined = note;
    for line in lines {
        let with = format!("{joined}{line}");
        let Ok(parsed) = Note::parse(&with) else { continue };
        if app.witnesses.keys().any(|key| key.verify_cosignature(&parsed).is_ok() && !joined.contains(&line))
        {
            joined = with;
        }
    }
    joined
}

//! `/api/v1/audit-events/{id}/proof`: that an event stands in the log.

use axum::extract::{Path, State};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casemate_audit::checkpoint::Checkpoint;
use casemate_audit::event::Event;
use casemate_audit::note::Note;
use casemate_audit::tree;
use casemate_audit::verify::EventProof;
use casemate_directory::DEFAULT_TENANT;
use casemate_platform::{Code, NoQuery, Problem, json_response};
use casemate_store::LogEvent;

use super::going_on;
use super::routes::AuditEventRead;
use super::tree::{of_nodes, unread};
use crate::App;
use crate::guard::{Access, Require, Thing};

pub(super) async fn proof(
    State(app): State<App>,
    require: Require<AuditEventRead>,
    Path(id): Path<String>,
    _: NoQuery,
) -> Result<Response, Problem> {
    let access = require.access();
    access.permit::<AuditEventRead>(&app, &Thing::default()).await?;
    let not_there = || Problem::new(Code::NotFound);
    let index = id.parse::<u64>().ok().filter(|index| index.to_string() == id).ok_or_else(not_there)?;
    let reader = app.store.reader();
    let events = reader.log_events(index, 1).await.map_err(unread)?;
    let event = events.into_iter().next().filter(|event| event.index == index && may_see(access, event));
    let event = event.ok_or_else(not_there)?;
    let note = going_on::newest(&app, None).await.map_err(unread)?;
    let signed = note.as_deref().and_then(|note| Checkpoint::parse(Note::parse(note).ok()?.text()).ok());
    let (Some(note), Some(checkpoint)) = (note, signed.filter(|checkpoint| checkpoint.size > index)) else {
        let detail = "no signed checkpoint is about this event yet: ask again in a second";
        return Err(Problem::new(Code::Unavailable).detail(detail));
    };
    let size = checkpoint.size;
    let inclusion = of_nodes(reader, size, |nodes| tree::inclusion(index, size, nodes)).await?;
    let LogEvent { text, salt, leaf, .. } = event;
    Ok(json_response(&EventProof {
        id: index,
        leaf: text.is_none().then(|| leaf.to_string()),
        event: text,
        salt: salt.map(|salt| STANDARD.encode(salt.0)),
        inclusion: inclusion.iter().map(ToString::to_string).collect(),
        checkpoint: note,
    }))
}

/// Whether the caller may see an event in the tenant that the request is about, of the application that they are bound to. Of one that was erased nobody knows the tenant.
fn may_see(access: &Access, event: &LogEvent) -> bool {
    let is_installation_s = access.tenant() == DEFAULT_TENANT;
    let own = access.application();
    match event.text.as_deref().map(Event::parse) {
        Some(Ok(event)) => {
            let is_of_tenant =
                event.tenant == access.tenant() || (event.tenant.is_empty() && is_installation_s);
            is_of_tenant && own.is_none_or(|own| event.application.as_deref() == Some(&*own))
        }
        Some(Err(_)) | None => is_installation_s && own.is_none(),
    }
}

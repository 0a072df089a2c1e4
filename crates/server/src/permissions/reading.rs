//! `/api/v1/identities/{id}/permissions` and `/api/v1/identity/permissions`: what one identity holds.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use casemate_directory::{End, NotIdentified, Snapshot, Subject};
use casemate_identity::Identity;
use casemate_platform::{
    Caller, Code, IfNoneMatch, NoQuery, Problem, authenticate, clock, written_json_response,
};
use serde_json::json;

use super::item::{Holder, Item, Untold};
use super::routes::{PERMISSION_READ, PermissionRead};
use super::schemas::with_digest;
use super::visible::Visible;
use crate::App;
use crate::decision::service::{Origin, Told, tell};
use crate::guard::{Access, Require, Thing, admitted_by_id};
use crate::sign_in::service::credential;
use crate::tenant_header::wanted_tenant;

/// The longest opaque id that is looked for, in bytes.
pub(super) const LONGEST_ID: usize = 128;

pub(super) async fn of_identity(
    State(app): State<App>,
    require: Require<PermissionRead>,
    Path(id): Path<String>,
    _: NoQuery,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let access = require.access();
    let read = of_id(&app, access, access.snapshot(), &id).await;
    let refused = read.as_ref().err().map(|untold| untold.code);
    told(&app, access, &id, refused, json!({})).await?;
    let item = read.map_err(|untold| match untold.code {
        Code::UserInactive => Problem::new(Code::NotFound).detail("they are not active"),
        _ => problem(&untold),
    })?;
    let known = unless_of_word(item.is_of_word(), known);
    let revision = access.snapshot().revision();
    Ok(with_digest(item.digest(), revision, &known, || {
        written_json_response(item.json(Some(revision)).into_bytes())
    }))
}

/// What the identity with this opaque id holds, as far as the caller sees it.
pub(super) async fn of_id(
    app: &App,
    access: &Access,
    snapshot: &Arc<Snapshot>,
    id: &str,
) -> Result<Item, Untold> {
    if id.len() > LONGEST_ID {
        return Err(Code::NotFound.into());
    }
    let found = app.directory.identified(snapshot, access.tenant(), id, access.now()).await;
    let found = found.map_err(|refused| match refused {
        NotIdentified::Unknown => Code::NotFound,
        // That somebody was there is theirs alone to know who may read it of this one.
        NotIdentified::Inactive if !access.may::<PermissionRead>(&Thing::with_id(id)) => Code::NotFound,
        NotIdentified::Inactive => Code::UserInactive,
        NotIdentified::Store(error) => {
            tracing::error!(%error, "the directory cannot be asked about an identity");
            Code::Unavailable
        }
    })?;
    let subject = &found.known.subject;
    let thing = Thing::with_id(id);
    let thing = subject.login.as_deref().map_or(thing.clone(), |login| thing.with("name", login));
    if !access.may::<PermissionRead>(&thing) {
        return Err(Code::NotFound.into());
    }
    // A key is what they present; nobody else presents anything here.
    let is_key = is_key(subject);
    let credential = is_key.then(|| id.to_owned());
    let until = End { of_credential: found.until, of_word: found.of_word };
    let holder = Holder { known: found.known, id: Some(id.into()), credential, until };
    Item::of(&holder, &Visible::of(snapshot, access.application().as_deref()))
}

/// What the caller holds, who needs no permission to know it.
pub(super) async fn of_caller(
    State(app): State<App>,
    headers: HeaderMap,
    _: NoQuery,
    known: IfNoneMatch,
) -> Result<Response, Problem> {
    let snapshot = app.directory.current();
    let now = clock::now();
    let caller = authenticate(snapshot.chain(), &headers, now).await?;
    let user = admitted_by_id(&app, &caller.0).await.map_err(Problem::new)?;
    let (user, person) = user.unzip();
    let (own, own_word) = snapshot.known_caller_at(&caller.0, person.as_ref(), now).await;
    let (held, of_word) = match wanted_tenant(&headers)? {
        Some(tenant) => snapshot.known_in_at(&caller.0, person.as_ref(), &Arc::from(tenant), now).await,
        None => (Arc::clone(&own), own_word),
    };
    let holder = Holder {
        id: user.or_else(|| own_id(&held.subject)),
        credential: credential_of(&caller.0),
        until: end_of(&app, &snapshot, &caller.0).await.map_err(Problem::new)?.and_word(of_word),
        known: held,
    };
    let visible = Visible::of(&snapshot, own.application.as_deref());
    let item = Item::of(&holder, &visible).map_err(|untold| problem(&untold))?;
    let known = unless_of_word(item.is_of_word(), known);
    let revision = snapshot.revision();
    let response = with_digest(item.digest(), revision, &known, || {
        written_json_response(item.json(Some(revision)).into_bytes())
    });
    Ok((Extension(Caller(caller.0)), response).into_response())
}

/// What is known already, as far as it may be answered that it is the same: a 304 would not say until when a word is relied on.
fn unless_of_word(is_of_word: bool, known: IfNoneMatch) -> IfNoneMatch {
    if is_of_word { IfNoneMatch::default() } else { known }
}

/// The public name of what somebody presented.
pub(super) fn credential_of(identity: &Identity) -> Option<String> {
    credential(identity).or_else(|| {
        let subject = Subject::of_identity(identity);
        is_key(&subject).then(|| subject.id.map(String::from)).flatten()
    })
}

/// The opaque id of whoever is no user.
pub(super) fn own_id(subject: &Subject) -> Option<Arc<str>> {
    let is_program = is_key(subject) || *subject.provider == *casemate_directory::OWN_PROVIDER;
    subject.id.as_deref().filter(|_| is_program).map(Arc::from)
}

fn is_key(subject: &Subject) -> bool {
    *subject.provider == *casemate_directory::API_KEY_PROVIDER
}

/// When what somebody presented ends by itself.
pub(super) async fn end_of(app: &App, snapshot: &Snapshot, identity: &Identity) -> Result<End, Code> {
    app.directory.end_of(snapshot, identity).await.map_err(|error| {
        tracing::error!(%error, "it cannot be said when a credential ends");
        Code::Unavailable
    })
}

/// Keeps that somebody read what others hold, before it is answered.
///
/// # Errors
/// 503: the answer is withheld, since it would not be on record.
pub(super) async fn told(
    app: &App,
    access: &Access,
    id: &str,
    refused: Option<Code>,
    after: serde_json::Value,
) -> Result<(), Problem> {
    let author = access.author();
    let about = ("identity", id);
    let told = Told { action: PERMISSION_READ, tenant: access.tenant(), about, refused, after };
    tell(app, author.actor.clone(), author.now, Origin::from(&author), told).await
}

fn problem(untold: &Untold) -> Problem {
    let problem = Problem::new(untold.code);
    match untold.code {
        Code::SourceFailed => problem.detail(untold.of_source()),
        _ => problem,
    }
}

//! The end of adding a way to sign in: somebody comes back from the provider that they add, is asked, and says yes.

use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use casemate_directory::signed_in_as;
use casemate_identity::sign_in::{SignInClient, SignInError, text_of};
use casemate_identity::{ExposeSecret as _, Identity};
use casemate_platform::SESSION_COOKIE;
use casemate_store::{
    AuditEvent, CommitError, LinkChange, LinkedIdentity, MAX_LINKED, Operation, SESSION, StoreError,
    UserRecord,
};
use serde_json::json;

use super::letter::{Told, What, tell};
use super::own::{Own, own};
use super::pages::Confirm;
use super::proof::Proof;
use super::routes::{PATH, shown};
use crate::App;
use crate::forms::{random, see_other, set_cookie};
use crate::pages::page;
use crate::sign_in::service::{Asked, NotBegun, Returned, actor, client, exchanged, key_of, renew, still_by};

/// Why what somebody signed in with is not added.
const IS_USER: &str = "The directory has a user of its own for this sign-in, to whom something may have been granted. Sign in with \
                       it instead, or ask an administrator to move what that user was granted and delete the user.";
const IS_GRANTED: &str = "Something is assigned to this sign-in by itself. Ask an administrator to assign it to your user instead.";
const IS_ANOTHERS: &str = "This sign-in is added to another user already. It has to be removed there first.";
const IS_ELSEWHERE: &str = "This sign-in belongs to another tenant than your user.";
const NOT_HERE: &str = "Your user cannot be given other ways to sign in.";
/// Said to whoever came by a link, and has a way of their own.
pub(super) const CAME_BY_A_LINK: &str =
    "You came by a linked sign-in. Sign in with what is not linked to add or remove one.";
const NOT_RECENT: &str = "This took too long. Sign in anew, and add it then.";
const CHANGED: &str = "The configuration was changed meanwhile. Add it anew.";
const TOO_MANY: &str = "You have as many ways to sign in as anybody may have. Remove one first.";

/// Asks whoever is signed in, in the same session in which they began, whether what they signed in with is to be added. A provider may
/// sign in whoever is signed in there in this browser, without asking them anything.
///
/// # Errors
/// Why they did not sign in with it, or where it was not this session that began.
pub(crate) async fn ask(
    app: &App,
    client: &Arc<SignInClient>,
    asked: &Asked,
    headers: &HeaderMap,
    returned: Returned<'_>,
) -> Result<Response, SignInError> {
    let own = match own(app, headers, &asked.request_id).await {
        Ok(own) => own.ok_or(SignInError::State)?,
        Err(response) => return Ok(*response),
    };
    if !returned.attempt.links_to(returned.key, &own.session.id) {
        return Err(SignInError::State);
    }
    let signed_in = match exchanged(app, client, &returned, asked.now).await {
        Ok(signed_in) => signed_in?,
        Err(refusal) => return Ok(refusal.into_response()),
    };
    let base = still_by(app, client).await?;
    if own.has(&signed_in.identity) {
        return Ok(see_other(PATH));
    }
    if let Err((status, problem)) = may_add(app, client, asked, &own, &signed_in.identity).await? {
        return Ok(shown(app, &own, status, Some(problem)));
    }
    let proof = Proof::of(&signed_in.identity, base);
    let kept = proof.keep(app, returned.key, &own.session.id, asked.now);
    let kept = kept.ok_or_else(|| SignInError::Unavailable("nothing can be kept for a moment".to_owned()))?;
    let page_shown = Confirm { name: &own.name(), title: client.offer().title(), proof: &proof, kept: &kept };
    Ok(page(StatusCode::OK, &page_shown))
}

/// Adds what somebody said is to be added.
///
/// # Errors
/// Why it is not added.
pub(super) async fn confirm(
    app: &App,
    asked: &Asked,
    own: &Own,
    headers: &HeaderMap,
    kept: &str,
) -> Result<Response, SignInError> {
    let key = key_of(headers).ok_or(SignInError::State)?;
    let proof = Proof::opened(app, &key, &own.session.id, kept, asked.now).ok_or(SignInError::State)?;
    let identity = proof.identity();
    let client = client(app, &identity.provider).ok_or(SignInError::State)?;
    let refused = |status, problem| Ok(shown(app, own, status, Some(problem)));
    // By what is in force now they may be refused; what was changed since they proved it is a conflict in the change itself.
    still_by(app, &client).await?;
    if own.has(&identity) {
        return Ok(see_other(PATH));
    }
    let user = match may_add(app, &client, asked, own, &identity).await? {
        Ok(user) => user,
        Err((status, problem)) => return refused(status, problem),
    };
    match add(app, asked, own, user, (&identity, proof.revision)).await {
        Ok(response) => {
            let (provider, from) = (&*identity.provider, asked.client.as_deref());
            tell(
                app,
                user,
                Told { what: What::Added, provider, subject: proof.called(), from, at: asked.now },
            );
            Ok(response)
        }
        Err(CommitError::Conflict { .. }) => refused(StatusCode::CONFLICT, CHANGED),
        // The session ended while they were away.
        Err(CommitError::UsedUp { what: SESSION }) => Err(SignInError::State),
        Err(CommitError::NameTaken { kind, .. }) if kind == "user" => refused(StatusCode::CONFLICT, IS_USER),
        Err(CommitError::NameTaken { .. }) => refused(StatusCode::CONFLICT, IS_ANOTHERS),
        Err(CommitError::UsedUp { .. }) => refused(StatusCode::CONFLICT, TOO_MANY),
        Err(CommitError::Missing { .. } | CommitError::NotAdmitted) => Err(SignInError::Inactive),
        Err(error) => {
            tracing::error!(%error, "a way to sign in cannot be added");
            Err(SignInError::Unavailable("nothing can be added".to_owned()))
        }
    }
}

/// The user to whom it is added; or why it is not.
async fn may_add<'o>(
    app: &App,
    client: &SignInClient,
    asked: &Asked,
    own: &'o Own,
    identity: &Identity,
) -> Result<Result<&'o UserRecord, (StatusCode, &'static str)>, SignInError> {
    let Some(user) = own.user.as_ref().filter(|_| own.may_link(app) && client.offer().links()) else {
        return Ok(Err((StatusCode::FORBIDDEN, NOT_HERE)));
    };
    if !own.may_change() {
        return Ok(Err((StatusCode::FORBIDDEN, CAME_BY_A_LINK)));
    }
    if !own.is_recent(app, asked.now) {
        return Ok(Err((StatusCode::FORBIDDEN, NOT_RECENT)));
    }
    if !app.directory.sessions().is_at_home(identity, &user.tenant) {
        return Ok(Err((StatusCode::CONFLICT, IS_ELSEWHERE)));
    }
    let unread = |error: StoreError| {
        tracing::error!(%error, "a way to sign in cannot be looked up");
        SignInError::Unavailable("the directory cannot be asked".to_owned())
    };
    let subject = identity.id.as_deref().unwrap_or_default();
    let is_called = app.store.reader().has_user_called(&identity.provider, subject).await.map_err(unread)?;
    if is_called {
        return Ok(Err((StatusCode::CONFLICT, IS_USER)));
    }
    if app.directory.current().assigns_by_id(&identity.provider, subject) {
        return Ok(Err((StatusCode::CONFLICT, IS_GRANTED)));
    }
    Ok(Ok(user))
}

async fn add(
    app: &App,
    asked: &Asked,
    own: &Own,
    user: &UserRecord,
    (identity, base): (&Identity, i64),
) -> Result<Response, CommitError> {
    let subject = identity.id.as_deref().unwrap_or_default();
    if i64::try_from(own.links.len()).is_ok_and(|links| links >= MAX_LINKED) {
        return Err(CommitError::UsedUp { what: "room for linked sign-ins" });
    }
    let mut bytes = [0; 12];
    random(&mut bytes).ok_or_else(|| CommitError::Failed("there is no randomness".to_owned()))?;
    let link = LinkedIdentity {
        id: format!("lnk_{}", text_of(&bytes)),
        provider: identity.provider.to_string(),
        subject: subject.to_owned(),
        user: user.id.clone(),
        tenant: user.tenant.clone(),
        linked_at: asked.now,
        last_used: None,
    };
    let event = told(asked, &own.identity, user, "add", (&link.id, &link.provider, &link.subject));
    let also = vec![Operation::Link(LinkChange::Add(link))];
    let as_before = signed_in_as(&own.identity, &own.session);
    let cookie =
        renew(app, asked, &as_before, &own.session, also, (event, base)).await.map_err(
            |error| match error {
                NotBegun::Store(error) => error,
                NotBegun::Session(error) => CommitError::Failed(error.to_string()),
            },
        )?;
    let mut response = see_other(PATH);
    set_cookie(&mut response, SESSION_COOKIE, cookie.expose_secret(), None);
    Ok(response)
}

/// What tells of a change of the ways in which somebody signs in: `link` is its id, its provider and whom that calls so.
pub(super) fn told(
    asked: &Asked,
    identity: &Identity,
    user: &UserRecord,
    verb: &str,
    link: (&str, &str, &str),
) -> AuditEvent {
    let (id, provider, subject) = link;
    let link = json!({ "link": id, "provider": provider, "subject": subject }).to_string();
    let (before, after) = if verb == "add" { (None, Some(link)) } else { (Some(link), None) };
    AuditEvent {
        tenant: user.tenant.clone(),
        resource_type: "user".to_owned(),
        before,
        after,
        ..asked.event(actor(identity), "casemate.user.link", verb, &user.id)
    }
}

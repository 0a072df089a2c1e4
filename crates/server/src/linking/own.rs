//! Whoever is signed in, and the ways in which they sign in.

use std::sync::Arc;

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use casemate_directory::OWN_PROVIDER;
use casemate_identity::Identity;
use casemate_platform::{RequestId, SESSION_COOKIE, authenticate, clock, cookie};
use casemate_store::{LinkedIdentity, StoreError, StoredSession, UserRecord};
use url::form_urlencoded;

use super::service::{password_of, takes_links};
use crate::App;
use crate::guard::admitted;
use crate::pages::failed_with;
use crate::sign_in::service::session_of;

/// Whoever is signed in with a browser.
pub(super) struct Own {
    pub(super) identity: Arc<Identity>,
    pub(super) session: StoredSession,
    /// Who they are in the directory, where that knows them.
    pub(super) user: Option<UserRecord>,
    pub(super) links: Vec<LinkedIdentity>,
    /// Whether they sign in otherwise than by a link.
    pub(super) signs_in_otherwise: bool,
    /// When the password was set with which they do, where it is one of Casemate's own.
    pub(super) password_of: Option<i64>,
}

impl Own {
    /// Whether they proved lately who they are.
    pub(super) fn is_recent(&self, app: &App, now: i64) -> bool {
        let since = now.saturating_sub(self.session.authenticated_at);
        since < app.directory.sessions().times().recent
    }

    /// What people call them.
    pub(super) fn name(&self) -> String {
        let names = [&self.identity.display_name, &self.identity.login, &self.identity.id];
        names.into_iter().flatten().next().map(|name| name.to_string()).unwrap_or_default()
    }

    /// Whether they sign in by a link as whom a provider calls so.
    pub(super) fn has(&self, identity: &Identity) -> bool {
        let is_same = |link: &LinkedIdentity| {
            link.provider == *identity.provider && Some(link.subject.as_str()) == identity.id.as_deref()
        };
        self.links.iter().any(is_same)
    }

    /// Where they prove anew who they are, on their way to a page.
    pub(super) fn again(&self, return_to: &str) -> String {
        let provider = self.session.via.as_deref().unwrap_or(&self.session.provider);
        let mut query = form_urlencoded::Serializer::new(String::new());
        let query = query.append_pair("again", "1").append_pair("return_to", return_to).finish();
        format!("/sign-in/{provider}?{query}")
    }

    /// Whether the provider that knows them takes part in links.
    pub(super) fn may_link(&self, app: &App) -> bool {
        self.user.as_ref().is_some_and(|user| takes_links(app, user))
    }

    /// How many links have to be left for them to sign in at all.
    pub(super) fn least_links(&self) -> i64 {
        i64::from(!self.signs_in_otherwise)
    }

    /// Whether this session may change with what they sign in: one that came by a link may where there is nothing else.
    pub(super) fn may_change(&self) -> bool {
        self.session.via.is_none() || !self.signs_in_otherwise
    }

    /// Whether nothing would be left with which they sign in without a link.
    pub(super) fn is_last(&self, link: &LinkedIdentity, linking: &[String]) -> bool {
        let works = |other: &LinkedIdentity| other.id != link.id && linking.contains(&other.provider);
        !self.signs_in_otherwise && !self.links.iter().any(works)
    }
}

/// Who a browser's session is of; `None` where nobody is signed in.
///
/// # Errors
/// The answer where they may not come in, or that cannot be found out.
pub(super) async fn own(
    app: &App,
    headers: &HeaderMap,
    id: &RequestId,
) -> Result<Option<Own>, Box<Response>> {
    let snapshot = app.directory.current();
    let Ok(caller) = authenticate(snapshot.chain(), headers, clock::now()).await else { return Ok(None) };
    let identity = Arc::clone(&caller.0);
    let Some(mark) = &identity.session else { return Ok(None) };
    let person = admitted(app, &caller).await.map_err(|problem| Box::new(problem.into_response()))?;
    let held = cookie(headers, SESSION_COOKIE).ok().flatten();
    let unread = |error: StoreError| {
        tracing::error!(%error, "somebody's own account cannot be read");
        let message = "Your account cannot be looked up at the moment.";
        Box::new(failed_with(StatusCode::SERVICE_UNAVAILABLE, message, "unavailable", id.as_str()))
    };
    let session = session_of(app, held).await.map_err(unread)?;
    let Some(session) = session.filter(|session| *session.id == *mark.id) else { return Ok(None) };
    let reader = app.store.reader();
    let user = match &person {
        Some(person) => reader.user_by_subject(&person.provider, &person.id).await.map_err(unread)?,
        None => None,
    };
    let user = user.filter(|user| person.as_ref().is_some_and(|person| *user.tenant == *person.tenant));
    let links = match &user {
        Some(user) => reader.linked_identities(&user.id).await.map_err(unread)?,
        None => Vec::new(),
    };
    let password_of = match user.as_ref().filter(|user| user.provider == OWN_PROVIDER) {
        Some(user) => password_of(app, user).await.map_err(unread)?,
        None => None,
    };
    let signs_in_otherwise = match &user {
        Some(user) if user.provider == OWN_PROVIDER => password_of.is_some(),
        Some(user) => app.directory.sign_ins().iter().any(|client| client.offer().name() == user.provider),
        None => true,
    };
    Ok(Some(Own { identity, session, user, links, signs_in_otherwise, password_of }))
}

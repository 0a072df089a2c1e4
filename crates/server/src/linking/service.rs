//! Who signs in by a link.

use casemate_directory::OWN_PROVIDER;
use casemate_identity::sign_in::{SignInError, SignedIn};
use casemate_store::{LinkChange, Operation, StoreError, UserRecord};

pub(crate) use super::finish::ask as ask_returned;
pub(crate) use super::letter::{Told, What, tell};
use crate::App;
use crate::sign_in::service::client;

/// Whether whom the directory knows as this user may be linked with a sign-in: accounts of Casemate's own may where they may come in,
/// others where their provider says so.
pub(super) fn takes_links(app: &App, user: &UserRecord) -> bool {
    user.provider == OWN_PROVIDER || links(app, &user.provider)
}

fn links(app: &App, provider: &str) -> bool {
    client(app, provider).is_some_and(|client| client.offer().links())
}

/// The providers that take part in links.
pub(super) fn linking(app: &App) -> Vec<String> {
    let clients = app.directory.sign_ins();
    let names = clients.iter().map(|client| client.offer()).filter(|offer| offer.links());
    names.map(|offer| offer.name().to_owned()).collect()
}

/// When the password was set with which a user of Casemate's own comes in; `None` where they do not.
pub(super) async fn password_of(app: &App, user: &UserRecord) -> Result<Option<i64>, StoreError> {
    let password = app.store.reader().local_password(&user.id).await?;
    let password = password.filter(|password| password.founder || app.accounts.rule().enabled);
    Ok(password.map(|password| password.changed_at))
}

/// Whether a user of Casemate's own may come in at all.
async fn may_enter(app: &App, user: &UserRecord) -> Result<bool, StoreError> {
    if user.provider != OWN_PROVIDER || app.accounts.rule().enabled {
        return Ok(true);
    }
    Ok(password_of(app, user).await?.is_some())
}

/// As whom somebody comes in who signed in with a provider by which the directory has no user: as the user with whom that is linked,
/// and what is done with it; or `None` where it is linked with nobody, or the provider takes no part in links.
///
/// # Errors
/// Where the user may not come in, or that cannot be found out.
pub(crate) async fn entering(
    app: &App,
    signed_in: &SignedIn,
) -> Result<Option<(SignedIn, Operation)>, SignInError> {
    let identity = &signed_in.identity;
    let Some(subject) = identity.id.as_deref() else { return Ok(None) };
    if !app.directory.has_users() || !links(app, &identity.provider) {
        return Ok(None);
    }
    let unread = |error: StoreError| {
        tracing::error!(%error, "a linked sign-in cannot be looked up");
        SignInError::Unavailable("the directory cannot be asked".to_owned())
    };
    let reader = app.store.reader();
    let Some(link) = reader.linked_identity(&identity.provider, subject).await.map_err(unread)? else {
        return Ok(None);
    };
    let user = reader.user(&link.user).await.map_err(unread)?.ok_or(SignInError::Inactive)?;
    if !takes_links(app, &user) || !may_enter(app, &user).await.map_err(unread)? {
        return Err(SignInError::Inactive);
    }
    let signed_in = app.directory.sessions().as_linked(signed_in, &link, &user);
    let signed_in = signed_in.ok_or(SignInError::Inactive)?;
    Ok(Some((signed_in, Operation::Link(LinkChange::Use { user: user.id, id: link.id }))))
}

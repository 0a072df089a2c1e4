//! Links by which people set the passwords of their accounts: invitations by whoever administers, and letters to those who forgot
//! theirs.

mod forgot;
mod letter;
mod link;
mod pages;
mod resets;
pub(crate) mod routes;

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use casemate_directory::OWN_PROVIDER;
use casemate_platform::api::Pages;
use casemate_platform::{RequestId, is_from_elsewhere};
use casemate_store::{StoreError, UserRecord};

pub use resets::{Resets, send_resets};

use crate::App;
use crate::app::origin_of;
use crate::pages::failed_with;

/// The pages, which are no part of the described API.
pub(crate) fn pages() -> Pages<App> {
    forgot::pages().merge(link::pages())
}

/// Whether somebody may have a password here, or has one that may be used.
async fn may_have_password(app: &App, user: &UserRecord) -> Result<bool, StoreError> {
    if !user.active || user.provider != OWN_PROVIDER {
        return Ok(false);
    }
    if app.accounts.rule().enabled {
        return Ok(true);
    }
    let password = app.store.reader().local_password(&user.id).await?;
    Ok(password.is_some_and(|password| password.founder))
}

/// The page for what a page of another origin had a browser send.
fn sent_from_elsewhere(app: &App, headers: &HeaderMap, id: &RequestId) -> Option<Response> {
    is_from_elsewhere(headers, origin_of(&app.settings.public_url)).then(|| {
        let message = "This was sent by a page of another site.";
        failed_with(StatusCode::FORBIDDEN, message, "cross_site", id.as_str())
    })
}

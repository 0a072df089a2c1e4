//! Second factors of local accounts: codes of an authenticator app, passkeys, and recovery codes for whoever has neither at hand.

mod check;
mod own;
mod pages;
mod passkey;
mod rename;
mod step;

pub(super) use pages::allow_script;

use axum::Router;
use axum::routing::{get, post};
use casemate_identity::factor::RelyingParty;
use casemate_store::{StoreError, UserRecord};

use crate::App;
use crate::account::service::STEP_PATH;

/// The routes, which are pages and what their script asks, and no part of the described API.
pub(super) fn routes() -> Router<App> {
    Router::new()
        .route(STEP_PATH, get(step::show).post(step::answer))
        .route("/sign-in/casemate/factor/passkey/options", post(passkey::step_options))
        .route("/sign-in/casemate/factor/passkey", post(passkey::step))
        .route("/sign-in/casemate/passkey/options", post(passkey::alone_options))
        .route("/sign-in/casemate/passkey", post(passkey::alone))
        .route(own::PATH, get(own::show))
        .route("/account/factors/app", post(own::new_app))
        .route("/account/factors/app/confirm", post(own::confirm_app))
        .route("/account/factors/remove", post(own::remove))
        .route(rename::PATH, post(rename::rename))
        .route("/account/factors/recovery-codes", post(own::recovery_codes))
        .route("/account/factors/passkey/options", post(passkey::creation_options))
        .route("/account/factors/passkey", post(passkey::create))
        .route("/account/passkey.js", get(pages::script))
}

/// Whether browsers make passkeys for this installation: for its public URL.
pub(super) fn has_passkeys(app: &App) -> bool {
    RelyingParty::of(&app.settings.public_url).is_some()
}

/// Whether whoever showed somebody's password has to show a second factor too.
///
/// # Errors
/// Where the database cannot be read.
pub(super) async fn required(app: &App, user: &UserRecord) -> Result<bool, StoreError> {
    if app.accounts.rule().second_factor_required {
        return Ok(true);
    }
    Ok(!app.store.reader().second_factors(&user.id).await?.is_empty())
}

//! Second factors of local accounts: codes of an authenticator app, passkeys, and recovery codes for whoever has neither at hand.

mod check;
mod own;
mod pages;
mod passkey;
mod rename;
mod step;

pub(super) use pages::allow_script;

use casemate_identity::factor::RelyingParty;
use casemate_platform::api::{Pages, Trail};
use casemate_store::{StoreError, UserRecord};

use crate::App;
use crate::account::service::STEP_PATH;

/// The routes, which are pages and what their script asks, and no part of the described API.
pub(super) fn routes() -> Pages<App> {
    let page = Trail::Nothing("it is a page that says nothing of anybody");
    let own_page = Trail::Nothing("it shows people their own factors");
    let begins = Trail::Nothing("nothing is done yet: what comes of it is on record");
    Pages::new()
        .get(STEP_PATH, page, step::show)
        .post(STEP_PATH, Trail::Kind("sign-in"), step::answer)
        .post("/sign-in/casemate/factor/passkey/options", begins, passkey::step_options)
        .post("/sign-in/casemate/factor/passkey", Trail::Kind("sign-in"), passkey::step)
        .post("/sign-in/casemate/passkey/options", begins, passkey::alone_options)
        .post("/sign-in/casemate/passkey", Trail::Kind("sign-in"), passkey::alone)
        .get(own::PATH, own_page, own::show)
        .post("/account/factors/app", begins, own::new_app)
        .post("/account/factors/app/confirm", Trail::Kind("create"), own::confirm_app)
        .post("/account/factors/remove", Trail::Kind("remove"), own::remove)
        .post(rename::PATH, Trail::Kind("update"), rename::rename)
        .post("/account/factors/recovery-codes", Trail::Kind("create"), own::recovery_codes)
        .post("/account/factors/passkey/options", begins, passkey::creation_options)
        .post("/account/factors/passkey", Trail::Kind("create"), passkey::create)
        .get("/account/passkey.js", page, pages::script)
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

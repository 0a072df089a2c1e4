//! Looking at what somebody shows as their second factor.

use std::sync::{Arc, OnceLock};

use casemate_identity::factor::{Passkey, RecoveryCode, TotpSecret};
use casemate_identity::{ExposeSecret as _, SecretString, Timestamp};
use casemate_platform::Client;
use casemate_store::{FactorChange, FactorKind, SecondFactor, StoreError};

use super::super::attempt::{NotTried, Tried, attempt};
use super::super::digests::NoTurn;
use crate::App;
use crate::block::service::network_of_client;

/// What attempts at codes are counted as.
const WHAT: &str = "second factor";
/// The longest code that is looked at.
const LONGEST: usize = 64;

/// A code that somebody shows.
pub(super) struct Shown {
    pub(super) user: String,
    pub(super) code: SecretString,
    pub(super) from: Option<Client>,
    pub(super) now: i64,
}

/// Looks whether a code is one of somebody's authenticator app, or a recovery code of theirs; gives what uses it up.
///
/// # Errors
/// Why it was not looked at.
pub(super) async fn code(app: &App, shown: Shown) -> Result<Option<FactorChange>, NotTried> {
    let network = network_of_client(shown.from);
    let is_known = app.store.reader().knows_network(&shown.user, &network.to_string(), shown.now).await?;
    let is_counted = app.blocks.counted_by(shown.from).is_some();
    let tried = Tried { what: WHAT, account: shown.user.clone(), network, is_counted, is_known };
    let found = Arc::new(OnceLock::new());
    let (looking, into) = (app.clone(), Arc::clone(&found));
    let check = async move {
        let change = look(&looking, &shown).await.map_err(|error| {
            tracing::error!(%error, "a second factor cannot be looked at");
            NoTurn::Failed
        })?;
        Ok(change.is_some_and(|change| into.set(change).is_ok()))
    };
    let is_right = attempt(app, tried, check).await?;
    Ok(found.get().filter(|_| is_right).cloned())
}

async fn look(app: &App, shown: &Shown) -> Result<Option<FactorChange>, StoreError> {
    let code = shown.code.expose_secret();
    if code.len() > LONGEST {
        return Ok(None);
    }
    let user = shown.user.clone();
    for factor in app.store.reader().second_factors(&user).await? {
        let Some(step) = step_of(app, &factor, code, shown.now) else { continue };
        return Ok(Some(FactorChange::Use { user, id: factor.id, step: Some(step) }));
    }
    let Some(recovery) = RecoveryCode::parse(code) else { return Ok(None) };
    let digest = recovery.digest(&user);
    let is_there = app.store.reader().has_recovery_code(&user, &digest).await?;
    Ok(is_there.then_some(FactorChange::UseRecoveryCode { user, digest }))
}

/// The step of time that a code is of, where the factor is an authenticator app's.
fn step_of(app: &App, factor: &SecondFactor, code: &str, now: i64) -> Option<i64> {
    if factor.kind != FactorKind::Totp {
        return None;
    }
    let secret = TotpSecret::parse(opened(app, factor)?.expose_secret())?;
    secret.step_of(code, Timestamp(now), factor.last_step)
}

/// The key of a factor. One that does not open lets nobody in.
fn opened(app: &App, factor: &SecondFactor) -> Option<SecretString> {
    let opened = app.directory.sealer()?.open(&factor.sealed);
    opened
        .inspect_err(|error| tracing::error!(%error, factor = factor.id, "a second factor does not open"))
        .ok()
}

/// The passkey that a factor is.
pub(super) fn passkey_of(app: &App, factor: &SecondFactor) -> Option<Passkey> {
    if factor.kind != FactorKind::Passkey {
        return None;
    }
    serde_json::from_str(opened(app, factor)?.expose_secret()).ok()
}

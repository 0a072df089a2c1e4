//! Signing the log as it grows.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casemate_audit::checkpoint::{Checkpoint, CheckpointError};
use casemate_audit::ed25519::{SignatureError, SigningKey};
use casemate_audit::note::{KeyKind, Note, NoteError, VerifierKey};
use casemate_audit::verify::Finding;
use casemate_directory::Author;
use casemate_platform::clock;
use casemate_store::{
    AuditEvent, Commit, CommitError, LOG_KEY, LOG_KEY_FIELD, LogState, RecordError, SealError, Sealer,
    StoreError,
};
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use super::going_on;
use crate::App;

/// How long what comes into the log waits for more, which the same checkpoint is about.
const GATHERING: Duration = Duration::from_millis(400);
/// After this it is looked whether the log grew, also where nobody said so.
const LOOKING: Duration = Duration::from_secs(5);
/// How often older checkpoints are thinned out, and from which age on.
const THINNING: Duration = Duration::from_secs(3_600);
const THINNED_AFTER: i64 = 24 * 3_600 * 1_000_000;
/// The action of the server that signs its log no longer.
const REFUSAL: &str = "casemate.audit-log.signing-refusal";

/// Why the log is not signed.
#[derive(Debug, Error)]
pub enum SigningError {
    /// There is nothing that seals its key.
    #[error("the audit log is not signed: there is no root key that would seal its key")]
    NoSealer,
    /// There are no random bytes.
    #[error("no key can be made: there are no random bytes")]
    NoRandomness,
    /// The key that is kept is none.
    #[error("the key of the audit log cannot be used: {0}")]
    Key(&'static str),
    /// The key cannot be sealed or opened.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// Something cannot be signed.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// The name of the log cannot stand in a checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A checkpoint cannot be a note.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The database cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database cannot be written.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// It does not go on where it was signed last.
    #[error("the audit log is not signed any more, since it does not go on where it was signed last: {0}")]
    NotGoneOn(Finding),
    /// What it takes to show that it goes on cannot be read.
    #[error("the audit log is not signed, since nothing shows that it goes on where it was signed last: {0}")]
    Unproved(&'static str),
    /// That it is not signed cannot be recorded.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// What signs a log, and what it signed of it last.
struct Signer {
    key: SigningKey,
    last: Option<Checkpoint>,
}

/// Signs the log whenever it grew, at most a second later. Never ends by itself.
pub async fn sign_log(app: App) {
    let mut grown = app.store.log_grown();
    let (mut signer, mut is_told) = (None, false);
    let mut thinned = tokio::time::Instant::now();
    app.log_signing.begin(clock::now());
    loop {
        match sign(&app, &mut signer).await {
            Ok(()) => {
                app.log_signing.succeeded(clock::now());
                is_told = false;
            }
            Err(error) => {
                app.log_signing.failed();
                is_told = is_told && matches!(error, SigningError::NotGoneOn(_));
                if !is_told {
                    tracing::error!(%error, "the audit log is not signed");
                }
                if let (false, SigningError::NotGoneOn(finding)) = (is_told, &error) {
                    is_told = match refused(&app, finding).await {
                        Ok(()) => true,
                        Err(error) => {
                            tracing::error!(%error, "that the audit log is not signed is not on record");
                            false
                        }
                    };
                }
            }
        }
        if thinned.elapsed() >= THINNING {
            thinned = tokio::time::Instant::now();
            if let Err(error) = app.store.thin_log_checkpoints(clock::now() - THINNED_AFTER).await {
                tracing::warn!(%error, "older checkpoints cannot be thinned out");
            }
        }
        tokio::time::sleep(GATHERING).await;
        if let Ok(Err(_)) = tokio::time::timeout(LOOKING, grown.changed()).await {
            return;
        }
    }
}

/// Signs the log as it is now, if it grew since it was signed.
///
/// # Errors
/// Where it cannot be signed, or the checkpoint not be kept.
pub async fn sign_log_now(app: &App) -> Result<(), SigningError> {
    sign(app, &mut None).await
}

async fn sign(app: &App, signer: &mut Option<Signer>) -> Result<(), SigningError> {
    let reader = app.store.reader();
    let origin = reader.log_state().await?.origin;
    // A restored backup may have brought another log.
    let own = match signer.take() {
        Some(signer) if signer.key.verifier().name() == origin => signer,
        _ => {
            let key = key_of(app, &origin).await?;
            app.log_keys.store(Arc::new(vec![key.verifier().to_string()]));
            Signer { key, last: None }
        }
    };
    let own = signer.insert(own);
    // Read before the log is: whatever another process signs meanwhile is about no more than what is read then.
    let newest = going_on::last_signed(reader, own.key.verifier()).await?;
    let LogState { origin: now, size, root } = reader.log_state().await?;
    if now != origin {
        return Ok(());
    }
    let checkpoint = Checkpoint::new(&origin, size, root)?;
    let last = own.last.as_ref().filter(|last| newest.as_ref() != Some(*last));
    for before in newest.iter().chain(last) {
        going_on::check(reader, before, &checkpoint).await?;
    }
    if newest.as_ref() != Some(&checkpoint) {
        let mut note = Note::new(&checkpoint.to_string())?;
        own.key.sign(&mut note)?;
        keep(app, own.key.verifier(), (size, note.to_string())).await?;
    }
    own.last = Some(checkpoint);
    Ok(())
}

/// Keeps a checkpoint of so many events. What stands in its place without being signed by the log's key was put there by somebody else,
/// and makes way.
async fn keep(app: &App, key: &VerifierKey, (size, note): (u64, String)) -> Result<(), SigningError> {
    if app.store.keep_log_checkpoint(size, clock::now(), note.clone()).await? {
        return Ok(());
    }
    let kept = app.store.reader().log_checkpoint_row(Some(size)).await?;
    let Some((_, kept)) =
        kept.filter(|(of, kept)| *of == size && going_on::signed(size, kept, key).is_none())
    else {
        // Another process was faster.
        return Ok(());
    };
    tracing::error!(
        size,
        "a checkpoint that the audit log did not sign stood in the place of one that it signs: somebody else writes to its database"
    );
    app.store.replace_log_checkpoint(size, kept, note).await?;
    Ok(())
}

/// The key of a log, which is made where it has none.
async fn key_of(app: &App, origin: &str) -> Result<SigningKey, SigningError> {
    let sealer = app.directory.sealer().ok_or(SigningError::NoSealer)?;
    if let Some(sealed) = app.store.reader().log_key(origin).await? {
        return opened(sealer, origin, &sealed);
    }
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|_| SigningError::NoRandomness)?;
    let key = SigningKey::of_seed(origin, KeyKind::Ed25519, &seed)?;
    let sealed = sealer.seal(LOG_KEY, origin, LOG_KEY_FIELD, &SecretString::from(STANDARD.encode(seed)))?;
    let now = clock::now();
    app.store.keep_log_key(sealed, now, made(&key, now)).await?;
    let sealed = app.store.reader().log_key(origin).await?;
    opened(sealer, origin, &sealed.ok_or(SigningError::Key("it is gone again"))?)
}

fn opened(
    sealer: &Sealer,
    origin: &str,
    sealed: &casemate_store::SealedSecret,
) -> Result<SigningKey, SigningError> {
    let seed = STANDARD.decode(sealer.open(sealed)?.expose_secret()).ok();
    let seed = seed.and_then(|seed| <[u8; 32]>::try_from(seed).ok());
    let seed = seed.ok_or(SigningError::Key("it is not the base64 of 32 bytes"))?;
    Ok(SigningKey::of_seed(origin, KeyKind::Ed25519, &seed)?)
}

/// What tells by which key the log is signed from now on.
fn made(key: &SigningKey, now: i64) -> AuditEvent {
    let after = serde_json::json!({ "key": key.verifier().to_string() });
    event("casemate.audit-log.key", "create", key.verifier().name(), now, &after)
}

/// Puts on record that the log is not signed any more.
async fn refused(app: &App, finding: &Finding) -> Result<(), SigningError> {
    let origin = app.store.reader().log_state().await?.origin;
    let now = clock::now();
    let after = serde_json::json!({ "wrong": finding.wrong.as_str(), "detail": finding.detail });
    let mut event = event(REFUSAL, "system", &origin, now, &after);
    event.outcome = "failure".to_owned();
    event.reason = Some(finding.wrong.as_str().to_owned());
    let commit = Commit {
        base: None,
        at: now,
        actor: event.actor.clone(),
        summary: String::new(),
        operations: Vec::new(),
        events: vec![event],
        fence: None,
    };
    app.store.commit(commit).await?;
    Ok(())
}

fn event(action: &str, kind: &str, origin: &str, now: i64, after: &serde_json::Value) -> AuditEvent {
    AuditEvent {
        at: now,
        actor: Author::system("audit-log", now).actor,
        action: action.to_owned(),
        kind: kind.to_owned(),
        resource_type: "audit-log".to_owned(),
        resource_id: origin.to_owned(),
        outcome: "success".to_owned(),
        after: Some(after.to_string()),
        ..AuditEvent::default()
    }
}

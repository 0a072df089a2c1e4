//! Signing the log as it grows.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casemate_audit::checkpoint::{Checkpoint, CheckpointError};
use casemate_audit::ed25519::{SignatureError, SigningKey};
use casemate_audit::note::{KeyKind, Note, NoteError};
use casemate_directory::Author;
use casemate_platform::clock;
use casemate_store::{
    AuditEvent, Commit, CommitError, LOG_KEY, LOG_KEY_FIELD, LogState, RecordError, SealError, Sealer,
    StoreError,
};
use secrecy::{ExposeSecret as _, SecretString};
use thiserror::Error;

use crate::App;

/// How long what comes into the log waits for more, which the same checkpoint is about.
const GATHERING: Duration = Duration::from_millis(400);
/// After this it is looked whether the log grew, also where nobody said so.
const LOOKING: Duration = Duration::from_secs(5);
/// How often older checkpoints are thinned out, and from which age on.
const THINNING: Duration = Duration::from_secs(3_600);
const THINNED_AFTER: i64 = 24 * 3_600 * 1_000_000;

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
    /// That there is a key cannot be recorded.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

/// Signs the log whenever it grew, at most a second later. Never ends by itself.
pub async fn sign_log(app: App) {
    let mut grown = app.store.log_grown();
    let mut signer = None;
    let mut thinned = tokio::time::Instant::now();
    loop {
        if let Err(error) = sign(&app, &mut signer).await {
            tracing::error!(%error, "the audit log is not signed");
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

async fn sign(app: &App, signer: &mut Option<SigningKey>) -> Result<(), SigningError> {
    let LogState { origin, size, root } = app.store.reader().log_state().await?;
    // A restored backup may have brought another log.
    let key = match signer.take() {
        Some(key) if key.verifier().name() == origin => key,
        _ => {
            let key = key_of(app, &origin).await?;
            app.log_keys.store(Arc::new(vec![key.verifier().to_string()]));
            key
        }
    };
    let key = signer.insert(key);
    let checkpoint = Checkpoint::new(&origin, size, root)?;
    let newest = app.store.reader().log_checkpoint(None).await?;
    let is_signed = newest
        .as_deref()
        .and_then(|note| Note::parse(note).ok())
        .is_some_and(|note| note.text() == checkpoint.to_string() && key.verifier().verify(&note).is_ok());
    if is_signed {
        return Ok(());
    }
    let mut note = Note::new(&checkpoint.to_string())?;
    key.sign(&mut note)?;
    app.store.keep_log_checkpoint(size, clock::now(), note.to_string()).await?;
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
    if app.store.keep_log_key(sealed, now).await? {
        record(app, &key, now).await?;
    }
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

/// Puts on record by which key the log is signed from now on.
async fn record(app: &App, key: &SigningKey, now: i64) -> Result<(), SigningError> {
    let Author { actor, .. } = Author::system("audit-log", now);
    let event = AuditEvent {
        at: now,
        actor: actor.clone(),
        action: "casemate.audit-log.key".to_owned(),
        kind: "create".to_owned(),
        resource_type: "audit-log".to_owned(),
        resource_id: key.verifier().name().to_owned(),
        outcome: "success".to_owned(),
        after: Some(serde_json::json!({ "key": key.verifier().to_string() }).to_string()),
        ..AuditEvent::default()
    };
    let commit = Commit {
        base: None,
        at: now,
        actor,
        summary: String::new(),
        operations: Vec::new(),
        events: vec![event],
        fence: None,
    };
    app.store.commit(commit).await?;
    Ok(())
}

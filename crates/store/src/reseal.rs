//! Sealing anew, after a rotation of the root keys, what older ones sealed: a batch at a time, while serving.

use std::collections::BTreeSet;

use crate::error::{RecordError, StoreError};
use crate::open::{Store, StoreReader};
use crate::root_key::{RootKeyFile, RootKeyFileError, RootKeys};
use crate::seal::{SealError, Sealer};
use crate::secret::SealedSecret;

/// The lease under which one process at a time seals anew.
const LEASE: &str = "reseal";
/// How long the lease lasts for each batch, in microseconds.
const LEASE_FOR: i64 = 60 * 1_000_000;
/// How many secrets one batch seals.
const BATCH: u32 = 64;
/// After how many secrets that do not open it is given up.
const MAX_FAILURES: usize = 100;

/// What was sealed anew.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resealed {
    /// How many secrets have the current root key now that had another before.
    pub secrets: usize,
    /// What is left under older keys, because it does not open; at most 100 of it.
    pub failures: Vec<SealError>,
    /// Whether another process is at it, so that there may be more.
    pub held_by_another: bool,
}

/// Why sealing anew ended early. What was done stays done.
#[derive(Debug, thiserror::Error)]
pub enum ResealError {
    /// The database cannot be read.
    #[error(transparent)]
    Read(#[from] StoreError),
    /// The database cannot be written to.
    #[error(transparent)]
    Write(#[from] RecordError),
    /// The key file cannot be read or written.
    #[error(transparent)]
    File(#[from] RootKeyFileError),
}

/// Seals with the sealer's current key what is sealed with others. `holder` is the name of this process, of no other and
/// of no earlier one; `clock` gives microseconds since 1970 (UTC). What is changed meanwhile stays as it is changed.
///
/// # Errors
/// Where the database fails; what was sealed until then stays so.
pub async fn reseal(
    store: &Store,
    sealer: &Sealer,
    holder: &str,
    clock: fn() -> i64,
) -> Result<Resealed, ResealError> {
    let current = sealer.current_id();
    let mut done = Resealed::default();
    loop {
        let now = clock();
        let Some(lease) = store.acquire_lease(LEASE, holder, now, now.saturating_add(LEASE_FOR)).await?
        else {
            done.held_by_another = true;
            return Ok(done);
        };
        // What does not open comes again each time, before what was not looked at yet.
        let known = done.failures.len();
        let limit = BATCH + u32::try_from(known).unwrap_or(u32::MAX - BATCH);
        let found = store.reader().secrets_not_sealed_with(&current, limit).await?;
        let mut pairs = Vec::new();
        done.failures.clear();
        for old in found {
            match anew(sealer, &old) {
                Ok(new) => pairs.push((old, new)),
                Err(failure) => done.failures.push(failure),
            }
        }
        let sealed = pairs.len();
        store.replace_secrets(pairs, now).await?;
        done.secrets += sealed;
        if sealed == 0 && done.failures.len() <= known || done.failures.len() >= MAX_FAILURES {
            store.release_lease(lease).await?;
            return Ok(done);
        }
    }
}

fn anew(sealer: &Sealer, old: &SealedSecret) -> Result<SealedSecret, SealError> {
    sealer.seal(&old.kind, &old.id, &old.field, &sealer.open(old)?)
}

/// Drops from a key file the older keys that no secret is sealed with. Every process that seals must have read the file
/// since it was rotated: one that did not could still seal with a key that goes.
///
/// # Errors
/// Where the database cannot be read, or the file cannot be read or written.
pub async fn drop_unused_root_keys(store: &StoreReader, file: &RootKeyFile) -> Result<RootKeys, ResealError> {
    let used: BTreeSet<String> = store.root_keys_in_use().await?;
    Ok(file.keep_only(|id| used.contains(id))?)
}

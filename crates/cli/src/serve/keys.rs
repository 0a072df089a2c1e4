//! The root keys of a running server: what is sealed with older ones is sealed anew while it serves.

use std::sync::Arc;
use std::time::Duration;

use casemate_platform::{RequestId, clock};
use casemate_store::{RootKeyFile, Sealer, Store, reseal};

/// How often the key file is looked at.
const EVERY: Duration = Duration::from_secs(5);

/// Takes over what is added to the key file, and seals with its current key what has another. Never ends by itself.
pub(super) async fn follow(file: RootKeyFile, sealer: Arc<Sealer>, store: Arc<Store>) {
    // The name of this process among those that share the database.
    let holder = RequestId::random();
    let mut resealed = None;
    loop {
        match file.read() {
            Ok(keys) => {
                let current = keys.current_id().to_owned();
                if resealed.as_ref() != Some(&current) {
                    sealer.replace_keys(&keys);
                    if reseal_all(&store, &sealer, holder.as_str()).await {
                        resealed = Some(current);
                    }
                }
            }
            Err(error) => {
                tracing::error!(%error, "the root keys cannot be read; those that were read before are used")
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Whether nothing is left to be sealed anew, here or by another process.
async fn reseal_all(store: &Store, sealer: &Sealer, holder: &str) -> bool {
    match reseal(store, sealer, holder, clock::now).await {
        Ok(done) => {
            for failure in &done.failures {
                tracing::error!(error = %failure, "a secret does not open and stays sealed as it is");
            }
            if done.secrets > 0 {
                tracing::info!(
                    secrets = done.secrets,
                    root_key = sealer.current_id(),
                    "secrets were sealed anew"
                );
            }
            !done.held_by_another
        }
        Err(error) => {
            tracing::warn!(%error, "secrets are not sealed anew yet");
            false
        }
    }
}

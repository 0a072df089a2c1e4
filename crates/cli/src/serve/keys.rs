//! The root keys of a running server: what is sealed with older ones is sealed anew while it serves.

use std::sync::Arc;
use std::time::Duration;

use casemate_platform::{RequestId, clock};
use casemate_store::{RootKeyFile, RootKeys, Sealer, Store, reseal};

/// How often the key file is looked at.
const EVERY: Duration = Duration::from_secs(5);

/// Takes over what is added to the key file, and seals with its current key what has another. Never ends by itself.
pub(super) async fn follow(file: RootKeyFile, sealer: Arc<Sealer>, store: Arc<Store>) {
    // The name of this process among those that share the database.
    let holder = RequestId::random();
    let mut resealed = None;
    let mut taken = Vec::new();
    loop {
        match file.read() {
            Ok(keys) => {
                take(&keys, &sealer, &mut taken);
                let current = keys.current_id().to_owned();
                if resealed.as_ref() != Some(&current) && reseal_all(&store, &sealer, holder.as_str()).await {
                    resealed = Some(current);
                }
            }
            Err(error) => {
                tracing::error!(%error, "the root keys cannot be read; those that were read before are used")
            }
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Takes over keys that are not those which were `taken`: one that was added behind the current one too, since another
/// process may already seal with it; and one that was dropped is held no longer.
fn take(keys: &RootKeys, sealer: &Sealer, taken: &mut Vec<String>) {
    if !keys.ids().eq(taken.iter().map(String::as_str)) {
        sealer.replace_keys(keys);
        *taken = keys.ids().map(str::to_owned).collect();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_taken_over_before_it_is_the_current_one_and_goes_when_it_is_dropped() {
        let (own, next) = (RootKeys::generate().unwrap(), RootKeys::generate().unwrap());
        let (sealer, mut taken) = (Sealer::new(&own), Vec::new());
        // Another process of this installation begins to seal with the next key.
        let sealed = Sealer::new(&next).seal("provider", "a", "client_secret", &"s3cret".into()).unwrap();
        assert!(sealer.open(&sealed).is_err());
        take(&own.joined(&next).unwrap(), &sealer, &mut taken);
        assert!(sealer.open(&sealed).is_ok());
        assert_eq!(sealer.current_id(), own.current_id());
        take(&own, &sealer, &mut taken);
        assert!(sealer.open(&sealed).is_err());
    }
}

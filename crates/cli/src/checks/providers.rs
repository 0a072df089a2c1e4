//! The OpenID providers of the policy.

use std::sync::Arc;
use std::time::Duration;

use casemate_directory::{Directory, Policy};
use casemate_platform::config::Config;

use super::Check;
use crate::serve::wiring;

const NAME: &str = "providers";

/// How long providers are waited for.
const PATIENCE: Duration = Duration::from_secs(15);

/// How often it is looked whether they have answered.
const LOOK: Duration = Duration::from_millis(50);

/// That each provider hands out its keys.
pub(super) async fn reachable(config: &Config, policy: Policy) -> Vec<Check> {
    let wrong = |error: String| vec![Check::failed(NAME, error, "see `outgoing` and the policy's providers")];
    let outgoing = match wiring::outgoing(config) {
        Ok(outgoing) => outgoing,
        Err(error) => return wrong(error.to_string()),
    };
    let directory = match Directory::new(policy, Vec::new(), Arc::new(outgoing)) {
        Ok(directory) => directory,
        Err(error) => return wrong(error.to_string()),
    };
    let answered =
        || directory.providers().iter().all(|provider| provider.keys > 0 || provider.last_error.is_some());
    let all = async {
        while !answered() {
            tokio::time::sleep(LOOK).await;
        }
    };
    // Whoever has not answered by then is told as such.
    let _ = tokio::time::timeout(PATIENCE, all).await;
    let checks: Vec<Check> = directory
        .providers()
        .into_iter()
        .map(|provider| match (provider.keys, provider.last_error) {
            (_, Some(error)) => {
                let advice = "see that it runs and can be called from here";
                Check::failed(NAME, format!("{}: {error}", provider.name), advice)
            }
            (0, None) => Check::failed(
                NAME,
                format!("{} did not answer within {} seconds", provider.name, PATIENCE.as_secs()),
                "see that it runs and can be called from here",
            ),
            (keys, None) => Check::ok(NAME, format!("{} hands out {keys} keys", provider.name)),
        })
        .collect();
    if checks.is_empty() { vec![Check::ok(NAME, "none")] } else { checks }
}

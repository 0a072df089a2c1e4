//! How far a directory was pulled, and how that went: kept for whichever process pulls it next.

use casemate_ldap::Mark;
use casemate_store::{StoreError, StoreReader};
use serde::{Deserialize, Serialize};

use crate::report::Report;

/// How far a directory was pulled.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// All that was changed until here is known.
    pub mark: Option<Mark>,
    /// Which server the mark is of, where it is of one alone.
    pub server: Option<String>,
    /// What the provider's document said: where it says something else, all is read anew.
    pub config: String,
    /// Which course of changes the store is on: another one after a backup was restored.
    pub generation: i64,
    /// When all was read last, in microseconds since 1970 (UTC).
    pub full_at: Option<i64>,
    /// When it was asked last.
    pub asked_at: Option<i64>,
    /// When it answered as it should last.
    pub succeeded_at: Option<i64>,
    /// Why it did not, since then.
    pub error: Option<String>,
    /// What the last pull came to.
    pub report: Option<Report>,
    /// What the last pull of all came to.
    pub full_report: Option<Report>,
}

/// How far a provider's directory was pulled; what cannot be read counts as nothing.
///
/// # Errors
/// Where the database cannot be read.
pub async fn state(reader: &StoreReader, provider: &str) -> Result<State, StoreError> {
    let kept = reader.sync_state(provider).await?;
    Ok(kept.and_then(|kept| serde_json::from_str(&kept.state).ok()).unwrap_or_default())
}

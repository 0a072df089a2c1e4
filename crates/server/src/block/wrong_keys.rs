//! Wrong secrets of API keys, counted of the service account whose keys they were to be, and of it and a network.

use std::sync::Arc;

use casemate_directory::{Author, Kind};
use casemate_expression::Timestamp;
use casemate_identity::api_key::{
    KeyGuard, KeyId, MOST_WRONG_KEYS, MOST_WRONG_KEYS_OF_NETWORK, WRONG_KEYS_WINDOW,
};
use casemate_platform::Client;
use casemate_store::{
    API_KEY_ATTEMPTS, AccountChange, AttemptLimit, AuditEvent, Commit, Counted, Operation, StoreError,
};
use ipnet::IpNet;
use serde_json::json;

use super::service::network_of_client;
use crate::App;
use crate::account::service::{LOCK, account_key, pair_key};

/// Whose key a wrong secret was to be, and where it was shown.
#[derive(Debug, Clone)]
pub(super) struct WrongKey {
    account: Box<str>,
    guard: Arc<KeyGuard>,
    network: IpNet,
}

impl WrongKey {
    /// Nothing where there is no such key any more.
    pub(super) fn of(app: &App, key: Option<KeyId>, client: Option<Client>) -> Option<WrongKey> {
        let (account, guard) = app.directory.key_owner(&key?)?;
        Some(WrongKey { account, guard, network: network_of_client(client) })
    }

    /// By what it is counted.
    pub(super) fn limits(&self) -> [AttemptLimit; 2] {
        let limit = |key, most| AttemptLimit {
            key,
            most: i64::try_from(most).unwrap_or(i64::MAX),
            window: WRONG_KEYS_WINDOW,
            lock: Some(LOCK),
        };
        [
            limit(account_key(API_KEY_ATTEMPTS, &self.account), MOST_WRONG_KEYS),
            limit(pair_key(API_KEY_ATTEMPTS, &self.account, &self.network), MOST_WRONG_KEYS_OF_NETWORK),
        ]
    }

    /// Reads where keys of the account are known: whatever is tried, they go on there.
    pub(super) async fn learn(&self, app: &App, now: i64) {
        if self.guard.has_learned(now) {
            return;
        }
        match app.store.reader().known_networks(&self.account, now).await {
            Ok(known) => {
                self.guard.learn(known.iter().filter_map(|network| network.parse().ok()).collect(), now);
            }
            Err(error) => tracing::warn!(%error, "where API keys of an account are known cannot be read"),
        }
    }

    /// Where it was shown.
    pub(super) fn network(&self) -> IpNet {
        self.network
    }

    /// Says that it was counted, by all processes or by this one.
    pub(super) fn settle(&self) {
        self.guard.settle(&self.network);
    }
}

/// Refuses keys that are locked by what was counted, and tells of it; `shown` are those of which wrong secrets were counted.
pub(super) async fn lock_counted<'a>(
    app: &App,
    counted: &[Counted],
    shown: impl Iterator<Item = &'a WrongKey>,
    now: i64,
) {
    let shown: Vec<(&WrongKey, &Counted)> = shown
        .flat_map(|wrong| wrong.limits().map(|limit| (wrong, limit.key)))
        .filter_map(|(wrong, key)| Some((wrong, counted.iter().find(|counted| counted.key == key)?)))
        .collect();
    if shown.is_empty() {
        return;
    }
    // Also where another process locked them, which may not be known here yet.
    if let Err(error) = app.directory.follow_key_locks().await {
        tracing::error!(%error, "which API keys are locked cannot be read: this process counts for itself");
    }
    for counted in counted {
        let of_it = shown.iter().rfind(|(_, shown)| shown.key == counted.key);
        if let Some(((wrong, _), until)) = of_it.zip(counted.locked_until) {
            tell(app, wrong, &counted.key, until, now);
        }
    }
}

/// Tells that keys of an account are locked. Nobody waits for it.
fn tell(app: &App, wrong: &WrongKey, counter: &str, until: i64, now: i64) {
    tracing::warn!(account = %wrong.account, until, "the API keys of an account are locked where they are not known");
    let (app, wrong) = (app.clone(), wrong.clone());
    let is_of_network = counter != account_key(API_KEY_ATTEMPTS, &wrong.account);
    tokio::spawn(async move {
        if let Err(error) = record(&app, &wrong, is_of_network, until, now).await {
            tracing::warn!(%error, "a lock of API keys is not in the audit log");
        }
    });
}

#[derive(Debug, thiserror::Error)]
enum NotTold {
    #[error(transparent)]
    Read(#[from] StoreError),
    #[error(transparent)]
    Commit(#[from] casemate_store::CommitError),
}

async fn record(
    app: &App,
    wrong: &WrongKey,
    is_of_network: bool,
    until: i64,
    now: i64,
) -> Result<(), NotTold> {
    let about = json!({
        "what": API_KEY_ATTEMPTS,
        "from": wrong.network.to_string(),
        "kind": if is_of_network { "account_and_network" } else { "account" },
        "until": Timestamp(until).to_string(),
    });
    let author = Author::system("blocks", now);
    let event = AuditEvent {
        at: now,
        actor: author.actor.clone(),
        action: "casemate.service-account.lock".to_owned(),
        kind: "lock".to_owned(),
        tenant: tenant_of(app, &wrong.account),
        resource_type: Kind::ServiceAccount.as_str().to_owned(),
        resource_id: wrong.account.to_string(),
        outcome: "success".to_owned(),
        reason: Some("too_many_wrong_secrets".to_owned()),
        request_id: author.request_id.clone(),
        after: Some(about.to_string()),
        ..AuditEvent::default()
    };
    let commit = Commit {
        base: None,
        at: now,
        actor: author.actor,
        summary: String::new(),
        operations: vec![Operation::Account(AccountChange::TellLock { account: wrong.account.to_string() })],
        events: vec![event],
        fence: None,
    };
    app.store.commit(commit).await?;
    Ok(())
}

/// The tenant of a service account; empty where it is gone.
pub(super) fn tenant_of(app: &App, account: &str) -> String {
    app.directory.tenant_of_account(account).unwrap_or_default()
}

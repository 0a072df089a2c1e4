//! Which networks are blocked, kept in memory and in step with the store.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::http::header::{AUTHORIZATION, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue};
use casemate_directory::{Author, Kind};
use casemate_expression::Timestamp;
use casemate_platform::{Client, Code, Problem, clock};
use casemate_store::{
    AccountChange, AddressBlock, AuditEvent, BlockEntry, Commit, CommitError, MAX_BLOCKS, Operation,
    StoreError, StoreReader,
};
use ipnet::IpNet;
use serde_json::json;

use super::counting::{Tally, secrets_key};
use super::guesses::{Guesses, Noted, duration};
use super::wrong_keys::tenant_of;
use crate::App;
use crate::account::service::network_key;

pub(crate) use super::counting::{count_guess, place_for};
pub(crate) use casemate_identity::network_of;

/// The most blocks that are kept in memory; where there are more, the half that ends first is not enforced any longer.
const MOST_IN_MEMORY: usize = 2 * MAX_BLOCKS as usize;

/// The most wrong secrets that are told apart of a network that is never blocked.
const MOST_UNCOUNTED: usize = 256;

/// When a network is blocked.
#[derive(Debug, Clone, Default)]
pub struct BlockRule {
    /// After how many different wrong secrets within ten minutes; never, where it is 0.
    pub after: usize,
    /// Networks that are never blocked, beside those of this machine: proxies, through which everybody comes.
    pub exempt: Vec<IpNet>,
}

/// The blocks in force. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Blocks(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    rule: BlockRule,
    guesses: Guesses,
    /// Of networks that are never blocked.
    uncounted: Guesses,
    tally: Tally,
    /// Until when, in microseconds since 1970 (UTC).
    blocked: ArcSwap<HashMap<IpNet, i64>>,
}

impl Blocks {
    /// No blocks yet.
    #[must_use]
    pub fn new(rule: BlockRule) -> Blocks {
        Blocks(Arc::new(Shared { rule, ..Shared::default() }))
    }

    /// Why a request that shows a secret is not looked at; nothing where its network is not blocked.
    pub(crate) fn refusal(&self, client: Option<Client>, headers: &HeaderMap) -> Option<Problem> {
        let blocked = self.0.blocked.load();
        if blocked.is_empty() || !(headers.contains_key(AUTHORIZATION) || headers.contains_key("x-api-key")) {
            return None;
        }
        self.refusal_of(client)
    }

    /// As [`Blocks::refusal`], of a request whose secret stands in its body.
    pub(crate) fn refusal_of(&self, client: Option<Client>) -> Option<Problem> {
        let until = *self.0.blocked.load().get(&network_of(client?.address))?;
        let left = until.saturating_sub(clock::now());
        (left > 0).then(|| {
            let seconds = HeaderValue::from(left / 1_000_000 + 1);
            Problem::new(Code::AddressBlocked).header(RETRY_AFTER, seconds)
        })
    }

    /// The network that a client is counted by; none where it is one of those that are never blocked.
    pub(crate) fn counted_by(&self, client: Option<Client>) -> Option<IpNet> {
        let address = client?.address.to_canonical();
        let is_exempt =
            address.is_loopback() || self.0.rule.exempt.iter().any(|network| network.contains(&address));
        (!is_exempt).then(|| network_of(address))
    }

    /// After how many different wrong secrets a network is blocked; never, where it is 0.
    pub(super) fn after(&self) -> usize {
        self.0.rule.after
    }

    /// Notes a wrong secret that was shown to this process.
    pub(super) fn note(&self, network: IpNet, secret: u64, now: i64) -> Noted {
        self.0.guesses.note(network, secret, now, self.0.rule.after)
    }

    /// As [`Blocks::note`], of a network that is never blocked: of the account whose key it was to be, it counts once too.
    pub(super) fn note_uncounted(&self, network: IpNet, secret: u64, now: i64) -> Noted {
        self.0.uncounted.note(network, secret, now, MOST_UNCOUNTED)
    }

    /// Where wrong secrets wait to be counted.
    pub(super) fn tally(&self) -> &Tally {
        &self.0.tally
    }

    /// Whether a network is blocked, as far as this process knows.
    pub(super) fn is_blocked(&self, network: &IpNet) -> bool {
        self.0.blocked.load().get(network).is_some_and(|until| *until > clock::now())
    }

    fn take(&self, blocks: impl IntoIterator<Item = (IpNet, i64)>, now: i64) {
        let blocks: Vec<_> = blocks.into_iter().collect();
        self.0.blocked.rcu(|known| {
            let mut all: HashMap<IpNet, i64> = HashMap::clone(known);
            all.extend(blocks.iter().copied());
            all.retain(|_, until| *until > now);
            if all.len() > MOST_IN_MEMORY {
                let mut ends: Vec<i64> = all.values().copied().collect();
                ends.sort_unstable();
                let median = ends.get(ends.len() / 2).copied().unwrap_or(now);
                all.retain(|_, until| *until > median);
            }
            all
        });
    }

    /// Takes the blocks that were changed after a revision; gives the last revision that is known then.
    pub(super) async fn follow(&self, reader: &StoreReader, known: i64, now: i64) -> Result<i64, StoreError> {
        let changed = reader.blocks_changed_after(known).await?;
        let last = changed.iter().map(|block| block.revision).fold(known, i64::max);
        if !changed.is_empty() {
            let read = |block: &AddressBlock| Some((block.network.parse().ok()?, block.until));
            self.take(changed.iter().filter_map(read), now);
        }
        Ok(last)
    }

    /// Forgets all: another course of changes was restored.
    pub(super) fn forget(&self) {
        self.0.blocked.store(Arc::default());
    }
}

/// Blocks a network from which too many attempts failed; gives until when, unless none is ever blocked.
pub(crate) async fn block_network(app: &App, network: IpNet, now: i64) -> Option<i64> {
    if app.blocks.0.rule.after == 0 {
        return None;
    }
    let until = block(app, network, now).await.unwrap_or_else(|error| {
        tracing::error!(%error, %network, "a network is blocked by this process alone");
        now.saturating_add(duration(0))
    });
    app.blocks.take([(network, until)], now);
    Some(until)
}

/// Who is one guesser, of a client; of one that is not known, all of them.
pub(crate) fn network_of_client(client: Option<Client>) -> IpNet {
    network_of(client.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |client| client.address))
}

#[derive(Debug, thiserror::Error)]
enum BlockError {
    #[error(transparent)]
    Read(#[from] StoreError),
    #[error(transparent)]
    Commit(#[from] CommitError),
    #[error("there is no randomness for an id: {0}")]
    Id(#[from] getrandom::Error),
}

async fn block(app: &App, network: IpNet, now: i64) -> Result<i64, BlockError> {
    let before = app.store.reader().block_of(&network.to_string()).await?;
    if let Some(before) = before.as_ref().filter(|before| before.until > now) {
        // Another process was faster.
        return Ok(before.until);
    }
    if app.store.reader().has_room_for_blocks(now).await? {
        return store(app, network, before, now).await;
    }
    tracing::warn!(%network, "a network is blocked by this process alone: as many as can be are blocked already");
    Ok(now.saturating_add(duration(0)))
}

async fn store(app: &App, network: IpNet, before: Option<AddressBlock>, now: i64) -> Result<i64, BlockError> {
    let others = before.as_ref().map_or(0, |before| before.times);
    let until = now.saturating_add(duration(others));
    let id = before.map_or_else(new_id, |before| Ok(before.id))?;
    let network = network.to_string();
    let block = AddressBlock { id, network, times: others + 1, blocked_at: now, until, revision: 0 };
    tracing::warn!(network = block.network, times = block.times, "a network is blocked for wrong secrets");
    let event = AuditEvent {
        reason: Some("too_many_wrong_secrets".to_owned()),
        after: Some(document(&block)),
        ..event(&Author::system("blocks", now), "casemate.block.create", "create", &block.id)
    };
    commit(app, event, Operation::Block(block)).await?;
    Ok(until)
}

/// Lifts a block that is in force; gives the revision.
///
/// # Errors
/// 503 where that cannot be recorded.
pub(super) async fn lift(app: &App, block: &AddressBlock, author: Author) -> Result<i64, Problem> {
    let event = AuditEvent {
        before: Some(document(block)),
        ..event(&author, "casemate.block.lift", "delete", &block.id)
    };
    let lifted = commit(app, event, Operation::LiftBlock { id: block.id.clone() }).await;
    let revision = lifted.map_err(|error| {
        tracing::error!(%error, "a block cannot be lifted");
        Problem::new(Code::NotRecorded)
    })?;
    if let Ok(network) = block.network.parse() {
        app.blocks.take([(network, 0)], author.now);
        app.blocks.0.guesses.forget(&network);
        for key in [network_key(&network), secrets_key(&network)] {
            if let Err(error) = app.store.forget_attempts(key).await {
                tracing::warn!(%error, %network, "what a network tried counts until its window ends, although its block is lifted");
            }
        }
    }
    Ok(revision)
}

/// Lifts a lock of an account that is in force; gives the revision.
///
/// # Errors
/// 404 where it has ended by now, 503 where that cannot be recorded.
pub(super) async fn lift_lock(app: &App, entry: &BlockEntry, author: Author) -> Result<i64, Problem> {
    let (whose, id, tenant) = match &entry.service_account {
        Some(account) => (Kind::ServiceAccount.as_str(), account.clone(), tenant_of(app, account)),
        None => {
            let user = entry.user.clone().unwrap_or_default();
            let known = app.store.reader().user(&user).await.map_err(|error| {
                tracing::error!(%error, "whose account is locked cannot be looked up");
                Problem::new(Code::Unavailable)
            })?;
            ("user", user, known.map(|user| user.tenant).unwrap_or_default())
        }
    };
    let about = json!({
        "what": entry.what,
        "from": entry.network,
        "until": Timestamp(entry.until).to_string(),
    });
    let event = AuditEvent {
        tenant,
        resource_type: whose.to_owned(),
        before: Some(about.to_string()),
        ..event(&author, &format!("casemate.{whose}.unlock"), "unlock", &id)
    };
    let lift = AccountChange::LiftLock { id: entry.id.clone() };
    let lifted = commit(app, event, Operation::Account(lift)).await.map_err(|error| match error {
        CommitError::UsedUp { .. } => Problem::new(Code::NotFound),
        error => {
            tracing::error!(%error, "a lock cannot be lifted");
            Problem::new(Code::NotRecorded)
        }
    })?;
    if entry.service_account.is_some()
        && let Err(error) = app.directory.follow_key_locks().await
    {
        tracing::warn!(%error, "API keys stay locked until the database is read again, although their lock is lifted");
    }
    Ok(lifted)
}

async fn commit(app: &App, event: AuditEvent, operation: Operation) -> Result<i64, CommitError> {
    let commit = Commit {
        base: None,
        at: event.at,
        actor: event.actor.clone(),
        summary: String::new(),
        operations: vec![operation],
        events: vec![event],
        fence: None,
    };
    app.store.commit(commit).await
}

fn event(author: &Author, action: &str, kind: &str, id: &str) -> AuditEvent {
    AuditEvent {
        at: author.now,
        actor: author.actor.clone(),
        action: action.to_owned(),
        kind: kind.to_owned(),
        tenant: String::new(),
        resource_type: "block".to_owned(),
        resource_id: id.to_owned(),
        outcome: "success".to_owned(),
        reason: author.reason.clone(),
        request_id: author.request_id.clone(),
        route: author.route.clone(),
        client: author.client.clone(),
        user_agent: author.user_agent.clone(),
        ..AuditEvent::default()
    }
}

fn document(block: &AddressBlock) -> String {
    let until = Timestamp(block.until).to_string();
    json!({ "network": block.network, "times": block.times, "until": until }).to_string()
}

fn new_id() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(format!("blk_{:032x}", u128::from_be_bytes(bytes)))
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;

    fn client(address: &str) -> Option<Client> {
        let address = address.parse().unwrap();
        Some(Client { address, peer: SocketAddr::new(address, 1), secure: false })
    }

    fn with_credential() -> HeaderMap {
        [(AUTHORIZATION, HeaderValue::from_static("Bearer x"))].into_iter().collect()
    }

    #[test]
    fn a_block_refuses_secrets_of_its_network_until_it_ends() {
        let blocks = Blocks::default();
        let now = clock::now();
        blocks.take([(network_of("2001:db8::1".parse().unwrap()), now + 60_000_000)], now);
        let refusal = |address: &str, headers: HeaderMap| blocks.refusal(client(address), &headers);
        let refused = refusal("2001:db8::2", with_credential()).unwrap();
        assert_eq!(refused.code(), Code::AddressBlocked);
        assert!(refusal("2001:db8:0:1::2", with_credential()).is_none());
        assert!(refusal("2001:db8::2", HeaderMap::new()).is_none(), "what shows no secret guesses none");
        assert!(blocks.refusal(None, &with_credential()).is_none());
        blocks.take([(network_of("2001:db8::1".parse().unwrap()), 0)], now);
        assert!(refusal("2001:db8::2", with_credential()).is_none());
        assert!(blocks.0.blocked.load().is_empty());
    }

    #[test]
    fn more_blocks_than_fit_leave_those_that_last_longest() {
        let blocks = Blocks::default();
        let network = |number: u32| IpNet::from(std::net::IpAddr::from(number.to_be_bytes()));
        let all = (0..3 * MAX_BLOCKS as u32).map(|number| (network(number), i64::from(number) + 1));
        blocks.take(all, 0);
        let kept = blocks.0.blocked.load();
        assert!(kept.len() <= MOST_IN_MEMORY);
        assert!(kept.contains_key(&network(3 * MAX_BLOCKS as u32 - 1)));
    }

    #[test]
    fn the_same_secret_again_is_known_where_networks_are_never_blocked() {
        let blocks = Blocks::default();
        let note = |secret| blocks.note_uncounted(network_of(IpAddr::from([127, 0, 0, 1])), secret, 1);
        assert_eq!([1, 1, 2, 1].map(note).map(|noted| noted == Noted::Again), [false, true, false, true]);
        let (bound, again) = (10 * MOST_UNCOUNTED as u64, |secret: &u64| note(*secret) == Noted::Again);
        assert_eq!((3..bound).filter(again).count(), 0);
    }

    #[test]
    fn neither_this_machine_nor_what_is_exempt_is_counted() {
        let rule = BlockRule { after: 1, exempt: vec!["192.0.2.0/24".parse().unwrap()] };
        let blocks = Blocks::new(rule);
        for address in ["127.0.0.1", "::1", "192.0.2.7", "::ffff:192.0.2.7"] {
            assert_eq!(blocks.counted_by(client(address)), None, "{address}");
        }
        assert!(blocks.counted_by(client("198.51.100.7")).is_some());
    }
}

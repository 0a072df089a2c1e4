//! Counting wrong secrets that are too long to be guessed, in the database, which all replicas share: those of requests once they
//! turned out to be wrong, many in one transaction; those of forms before they are looked at, so that whatever is sent at once, no
//! more are looked at than may be wrong.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use axum::http::HeaderValue;
use axum::http::header::RETRY_AFTER;
use casemate_platform::{Client, Code, Guessed, Problem, clock};
use casemate_store::{
    Attempt, AttemptLimit, Checked, Counted, Guess, Lockout, MAX_GUESSES, RecordError, Reservation, RootKeys,
    Sealer,
};
use ipnet::IpNet;
use tokio::sync::oneshot;

use super::guesses::{Noted, WINDOW};
use super::service::block_network;
use super::wrong_keys::{WrongKey, lock_counted};
use crate::App;

/// The most wrong secrets of requests that wait to be counted; of those that come then, each process counts for itself.
const MAX_WAITING: usize = 1_024;

/// By how many counters a secret is counted at most: its network, the account whose key it was to be, and both.
const MOST_COUNTERS: usize = 3;

/// What the counters of networks begin with.
const SECRETS: &str = "secrets\n";

/// What secrets are marked for.
const MARKS: &str = "wrong secret";

/// Wrong secrets that wait to be counted, and whose turn it is to count all of them.
#[derive(Debug, Default)]
pub(super) struct Tally {
    waiting: Mutex<Vec<Waiting>>,
    turn: tokio::sync::Mutex<()>,
    /// What marks secrets where there is no root key.
    own: OnceLock<Option<Arc<Sealer>>>,
}

impl Tally {
    fn own_sealer(&self) -> Option<&Arc<Sealer>> {
        let made = || RootKeys::generate().ok().map(|keys| Arc::new(Sealer::new(&keys)));
        self.own.get_or_init(made).as_ref()
    }
}

#[derive(Debug)]
struct Waiting {
    /// What it is counted by, the network first where that is counted.
    guesses: Vec<Guess>,
    /// Whether the network is.
    is_of_network: bool,
    /// Whose key it was to be.
    of_key: Option<WrongKey>,
    /// Whether there are too many by now.
    reply: oneshot::Sender<Result<bool, RecordError>>,
}

/// By what wrong secrets of a network are counted.
pub(super) fn secrets_key(network: &IpNet) -> String {
    format!("{SECRETS}{network}")
}

fn limit(network: &IpNet, most: usize) -> AttemptLimit {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    AttemptLimit { key: secrets_key(network), most, window: WINDOW, lock: None }
}

/// What is stored of what stands for a secret, the same by each replica: enough to tell a few apart, and nothing that whoever reads the
/// database could try secrets against. While root keys are exchanged, one may be counted twice. `None` where there is no key.
fn mark(sealer: &Sealer, secret: u64) -> Option<[u8; 2]> {
    let [first, second, ..] = sealer.mark(MARKS, &secret.to_be_bytes())?;
    Some([first, second])
}

/// As [`mark`]; where the installation has no root key, by one of this process.
fn mark_of(app: &App, secret: u64) -> Option<[u8; 2]> {
    let sealer = app.directory.sealer().or_else(|| app.blocks.tally().own_sealer());
    let made = sealer.and_then(|sealer| mark(sealer, secret));
    if made.is_none() {
        tracing::error!("there is no key to mark wrong secrets with");
    }
    made
}

/// Counts a wrong secret of the account whose key it was to be, and of its network, and blocks whoever shows too many: before this returns, it is on record for every
/// replica. Gives the refusal for whoever has shown more than may be wrong, whichever replica they asked. Where it cannot be
/// recorded, this process counts for itself.
pub(crate) async fn count_guess(app: &App, client: Option<Client>, guessed: Guessed) -> Option<Problem> {
    let now = clock::now();
    let after = app.blocks.after();
    let network = app.blocks.counted_by(client).filter(|_| after > 0);
    let of_key = WrongKey::of(app, guessed.key, client);
    let noted = match (network, &of_key) {
        (Some(network), _) => app.blocks.note(network, guessed.secret, now),
        (None, Some(wrong)) => app.blocks.note_uncounted(wrong.network(), guessed.secret, now),
        (None, None) => return None,
    };
    let Noted::New { is_last } = noted else {
        of_key.iter().for_each(WrongKey::settle);
        return app.blocks.refusal_of(client);
    };
    let marked = mark_of(app, guessed.secret);
    let (counting, counted_key) = (app.clone(), of_key.clone());
    // It is counted whoever goes away meanwhile.
    let counted = tokio::spawn(async move {
        if let Some(wrong) = &of_key {
            wrong.learn(&counting, now).await;
        }
        let counted = match marked {
            None => Err(RecordError::Closed),
            Some(mark) => {
                let limits = network.map(|network| limit(&network, after)).into_iter();
                let limits = limits.chain(of_key.iter().flat_map(WrongKey::limits));
                let guesses = limits.map(|limit| Guess { limit, mark }).collect();
                count(&counting, guesses, network.is_some(), of_key, now).await
            }
        };
        counted_key.iter().for_each(WrongKey::settle);
        counted
    });
    match counted.await.unwrap_or(Err(RecordError::Closed)) {
        Ok(false) => None,
        Ok(true) => app.blocks.refusal_of(client),
        Err(error) => {
            tracing::warn!(%error, "a wrong secret is counted by this process alone");
            if let Some(network) = network.filter(|_| is_last) {
                block_network(app, network, now).await;
            }
            None
        }
    }
}

/// Waits for the turn to count all that wait, which another may have counted by then. Whether there are too many of the network.
async fn count(
    app: &App,
    guesses: Vec<Guess>,
    is_of_network: bool,
    of_key: Option<WrongKey>,
    now: i64,
) -> Result<bool, RecordError> {
    let tally = app.blocks.tally();
    let (reply, answer) = oneshot::channel();
    {
        let mut waiting = tally.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= MAX_WAITING {
            return Err(RecordError::Busy);
        }
        waiting.push(Waiting { guesses, is_of_network, of_key, reply });
    }
    // Each takes as many as it can in its turn, so that nobody is left whose turn was.
    let turn = tally.turn.lock().await;
    let batch: Vec<Waiting> = {
        let mut waiting = tally.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let most = waiting.len().min(MAX_GUESSES / MOST_COUNTERS);
        waiting.drain(..most).collect()
    };
    if !batch.is_empty() {
        count_all(app, batch, now).await;
    }
    drop(turn);
    answer.await.unwrap_or(Err(RecordError::Closed))
}

async fn count_all(app: &App, batch: Vec<Waiting>, now: i64) {
    let guesses = batch.iter().flat_map(|waiting| waiting.guesses.iter().cloned()).collect();
    let counted = app.store.count_guesses(guesses, now).await;
    if let Ok(full) = &counted {
        for counted in full {
            block_counted(app, &counted.key, now).await;
        }
        lock_counted(app, full, batch.iter().filter_map(|waiting| waiting.of_key.as_ref()), now).await;
    }
    for Waiting { guesses, is_of_network, reply, .. } in batch {
        let of_network = guesses.first().filter(|_| is_of_network).map(|guess| &guess.limit.key);
        let is_over = |full: &Vec<Counted>| {
            full.iter().any(|counted| Some(&counted.key) == of_network && counted.is_over)
        };
        // Who went away needs no answer.
        let _ = reply.send(counted.as_ref().map(is_over).map_err(RecordError::clone));
    }
}

/// Blocks the network that is counted by a key, and takes its count for full until the block ends.
async fn block_counted(app: &App, key: &str, now: i64) {
    let network = key.strip_prefix(SECRETS).and_then(|network| network.parse::<IpNet>().ok());
    let Some(network) = network.filter(|network| !app.blocks.is_blocked(network)) else { return };
    let Some(until) = block_network(app, network, now).await else { return };
    if let Err(error) = app.store.lock_attempts(key.to_owned(), until).await {
        tracing::warn!(%error, %network, "what a blocked network showed counts until its window ends");
    }
}

/// A place for one secret of a form that is about to be looked at. Where nobody says how it was, it counts as wrong for a minute.
#[must_use = "whether the secret was wrong has to be said"]
pub(crate) struct Place(Option<(Reservation, [u8; 2])>);

/// Takes a place for a secret, which `secret` stands for, before it is looked at.
///
/// # Errors
/// 429 where as many were wrong, or are looked at, as may be; 503 where it cannot be counted.
pub(crate) async fn place_for(app: &App, client: Option<Client>, secret: u64) -> Result<Place, Problem> {
    if let Some(refusal) = app.blocks.refusal_of(client) {
        return Err(refusal);
    }
    let (now, after) = (clock::now(), app.blocks.after());
    let Some(network) = app.blocks.counted_by(client).filter(|_| after > 0) else { return Ok(Place(None)) };
    let limit = limit(&network, after);
    let mark = mark_of(app, secret).ok_or_else(|| Problem::new(Code::Unavailable))?;
    // Also for one that was wrong before, of which nothing more is counted: what is kept of two may be the same.
    match app.store.reserve_attempt(vec![limit], now).await.map_err(unavailable)? {
        Attempt::Reserved(reservation) => Ok(Place(Some((reservation, mark)))),
        Attempt::Refused { until, .. } => Err(refused(until.saturating_sub(now) / 1_000_000 + 1)),
        Attempt::UnderWay => Err(refused(1)),
    }
}

impl Place {
    /// Says how it was. Whoever has shown too many wrong ones is blocked before this returns.
    pub(crate) async fn settle(self, app: &App, checked: Checked) {
        let Place(Some((reservation, mark))) = self else { return };
        let now = clock::now();
        match app.store.settle_guess(reservation, checked, mark, now).await {
            Ok(full) => {
                for Lockout { key, .. } in full {
                    block_counted(app, &key, now).await;
                }
            }
            Err(error) => tracing::warn!(%error, "a secret counts as wrong for a minute"),
        }
    }

    /// As [`Place::settle`], of a secret that was wrong.
    pub(crate) async fn wrong(self, app: &App) {
        self.settle(app, Checked::Wrong).await;
    }

    /// As [`Place::settle`], of one that was right, or that nothing was found out about.
    pub(crate) async fn give_back(self, app: &App) {
        self.settle(app, Checked::Not).await;
    }
}

fn refused(seconds: i64) -> Problem {
    Problem::new(Code::AddressBlocked).header(RETRY_AFTER, HeaderValue::from(seconds.max(1)))
}

fn unavailable(error: impl std::fmt::Display) -> Problem {
    tracing::error!(%error, "a secret cannot be counted, and is not looked at");
    Problem::new(Code::Unavailable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_of_a_secret_is_short_and_made_with_the_root_key() {
        let (keys, others) = (RootKeys::generate().unwrap(), RootKeys::generate().unwrap());
        let (one, same, other) = (Sealer::new(&keys), Sealer::new(&keys), Sealer::new(&others));
        let marks = |sealer| (0..64).map(|secret| mark(sealer, secret).unwrap()).collect::<Vec<_>>();
        assert_eq!(marks(&one), marks(&same), "each replica makes the same");
        assert_ne!(marks(&one), marks(&other), "nobody makes it without the root key");
        let unkeyed: Vec<_> = (0..64u64).map(|secret| [0, u8::try_from(secret).unwrap()]).collect();
        assert_ne!(marks(&one), unkeyed);
        let network = "2001:db8::/64".parse().unwrap();
        assert_eq!(secrets_key(&network), "secrets\n2001:db8::/64");
    }
}

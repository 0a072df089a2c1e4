//! Who presents a credential, asked of the server: those that are asked for in the same moment together, and each once.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use casemate_permission::Permission;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use tokio::sync::watch;

use super::cache::{Entry, Key};
use super::state::{Schemas, State};
use super::transport::{Answer, Failure};
use super::wire::{self, Item};
use crate::{Credential, Error, Known};

const RESOLVE: &str = "api/v1/permissions/resolve";

/// The code of an item that did not fit into an answer with others.
const LIMIT_REACHED: &str = "limit_reached";

/// The most that one request asks for.
const BATCH: usize = 100;
/// The most bytes of credentials that one request carries, but for a single one: a server takes a mebibyte.
const BATCH_BYTES: usize = 256 * 1024;
/// Requests that may be under way at a time.
const REQUESTS: usize = 8;
/// Callers who may wait for an answer at a time.
const WAITING: usize = 10_000;

type Outcome = Result<Arc<Entry>, Error>;

/// Whoever asks for the same waits for the same answer.
type Waiting = watch::Receiver<Option<Outcome>>;

/// What came of asking for one of a batch.
enum Asked {
    Told(Outcome),
    /// They are to be asked for by themselves.
    Alone,
}

impl Asked {
    fn outcome(self) -> Outcome {
        match self {
            Asked::Told(outcome) => outcome,
            Asked::Alone => Err(Error::Unavailable("what they hold is too much for an answer".to_owned())),
        }
    }
}

/// Why a batch has no answer.
enum Unanswered {
    /// What came is none; of fewer it may be one.
    Unreadable(String),
    Error(Error),
}

/// One caller to ask for.
struct Wanted {
    key: Key,
    /// Nothing for whoever presents nothing.
    token: Option<SecretString>,
    tell: watch::Sender<Option<Outcome>>,
}

#[derive(Default)]
struct Desk {
    /// Those who are asked for, until they are answered.
    under_way: HashMap<Key, Waiting>,
    unsent: VecDeque<Wanted>,
    requests: usize,
    /// Somebody gathers those of this moment.
    is_gathering: bool,
}

/// Asks who callers are.
pub(super) struct Resolver {
    pub(super) state: Arc<State>,
    desk: Mutex<Desk>,
}

impl Resolver {
    pub(super) fn new(state: Arc<State>) -> Arc<Resolver> {
        Arc::new(Resolver { state, desk: Mutex::default() })
    }

    /// Somebody, as the server knows them now.
    pub(super) async fn resolve(self: &Arc<Self>, key: Key, credential: Credential<'_>) -> Outcome {
        let mut waiting = self.wait_for(key, credential)?;
        let told = waiting.wait_for(Option::is_some).await;
        let outcome = told.ok().and_then(|outcome| (*outcome).clone());
        outcome.unwrap_or_else(|| Err(Error::Unavailable("the process is shutting down".to_owned())))
    }

    fn wait_for(self: &Arc<Self>, key: Key, credential: Credential<'_>) -> Result<Waiting, Error> {
        let mut desk = self.desk();
        if let Some(waiting) = desk.under_way.get(&key) {
            return Ok(waiting.clone());
        }
        if desk.under_way.len() >= WAITING {
            return Err(Error::Unavailable(format!("{WAITING} callers wait for an answer already")));
        }
        let (tell, waiting) = watch::channel(None);
        let token = credential.token().map(SecretString::from);
        desk.unsent.push_back(Wanted { key, token, tell });
        desk.under_way.insert(key, waiting.clone());
        if !desk.is_gathering && desk.requests < REQUESTS {
            desk.is_gathering = true;
            desk.requests += 1;
            tokio::spawn(Arc::clone(self).ask_for_all());
        }
        Ok(waiting)
    }

    fn desk(&self) -> std::sync::MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn ask_for_all(self: Arc<Self>) {
        // Those who ask in this moment are ready to run too, and come first.
        tokio::task::yield_now().await;
        loop {
            let batch = {
                let mut desk = self.desk();
                desk.is_gathering = false;
                let batch = desk.next_batch();
                if batch.is_empty() {
                    desk.requests -= 1;
                    return;
                }
                batch
            };
            self.ask_for(batch).await;
        }
    }

    async fn ask_for(&self, batch: Vec<Wanted>) {
        let held: Vec<Option<Arc<Entry>>> =
            batch.iter().map(|wanted| self.state.callers.get(&wanted.key)).collect();
        let mut outcomes = self.outcomes(&batch, &held).await;
        for (place, outcome) in outcomes.iter_mut().enumerate() {
            // What others hold filled the answer: by themselves they are told, however much it is.
            if batch.len() > 1 && matches!(outcome, Asked::Alone) {
                let (one, known) = (batch.get(place..=place), held.get(place..=place));
                let alone = self.outcomes(one.unwrap_or_default(), known.unwrap_or_default()).await;
                *outcome = alone.into_iter().next().unwrap_or(Asked::Alone);
            }
        }
        let outcomes: Vec<Outcome> = outcomes.into_iter().map(Asked::outcome).collect();
        for (wanted, outcome) in batch.iter().zip(&outcomes) {
            match outcome {
                Ok(entry) => self.keep(wanted.key, entry),
                // A verdict ends what was known; where nobody answered, it is held until it is not counted any more.
                Err(Error::Unavailable(_)) => {}
                Err(_) => self.state.callers.forget(&wanted.key),
            }
        }
        {
            let mut desk = self.desk();
            batch.iter().for_each(|wanted| drop(desk.under_way.remove(&wanted.key)));
        }
        for (wanted, outcome) in batch.into_iter().zip(outcomes) {
            wanted.tell.send_replace(Some(outcome));
        }
    }

    async fn outcomes(&self, batch: &[Wanted], held: &[Option<Arc<Entry>>]) -> Vec<Asked> {
        let mut outcomes = Vec::with_capacity(batch.len());
        let mut parts = vec![(batch, held)];
        while let Some((batch, held)) = parts.pop() {
            match self.answers(batch, held).await {
                Ok(asked) => outcomes.extend(asked),
                Err(Unanswered::Unreadable(why)) if batch.len() > 1 => {
                    tracing::warn!(why, asked = batch.len(), "an answer cannot be read: asking in halves");
                    let middle = batch.len() / 2;
                    let ((first, second), (known, rest)) = (batch.split_at(middle), held.split_at(middle));
                    parts.extend([(second, rest), (first, known)]);
                }
                Err(unanswered) => {
                    let error = match unanswered {
                        Unanswered::Error(error) => error,
                        Unanswered::Unreadable(why) => self.state.nonsense(&why),
                    };
                    outcomes.extend(batch.iter().map(|_| Asked::Told(Err(error.clone()))));
                }
            }
        }
        outcomes
    }

    /// What the server answers to each of a batch.
    async fn answers(&self, batch: &[Wanted], held: &[Option<Arc<Entry>>]) -> Result<Vec<Asked>, Unanswered> {
        let state = &self.state;
        let read = |answer: Answer| wire::resolved(&answer.body, batch.len());
        let told = match state.ask(RESOLVE, Some(body(batch, held)), state.seen(), None, read).await {
            Ok(told) => told,
            Err(failure @ Failure::TooLong(_)) if batch.len() > 1 => {
                return Err(Unanswered::Unreadable(Error::from(failure).to_string()));
            }
            Err(failure) => return Err(Unanswered::Error(failure.into())),
        };
        let now = state.now();
        let (revision, items) = told.map_err(Unanswered::Unreadable)?;
        let schemas = state.schemas_of(revision).await.map_err(Unanswered::Error)?;
        state.saw(revision);
        let outcomes = items.into_iter().zip(held).map(|(item, held)| match item {
            Ok(Item::Problem { code }) if code == LIMIT_REACHED => Asked::Alone,
            Ok(item) => Asked::Told(outcome(item, held.as_deref(), (revision, now), &schemas)),
            Err(why) => Asked::Told(Err(unreadable(&why))),
        });
        Ok(outcomes.collect())
    }

    fn keep(&self, key: Key, entry: &Arc<Entry>) {
        if entry.is_for_once {
            return self.state.callers.forget(&key);
        }
        self.state.callers.put(key, Arc::clone(entry));
        // What was changed while the answer was on its way may mean them: the state says that it saw a change before it
        // looks for whom it means.
        if self.state.seen() > entry.known.revision {
            entry.mark();
        }
    }
}

/// How long somebody may be answered about whose word is good for one request, in microseconds: as long as a request takes.
const ONCE: i64 = 30_000_000;

/// Until when what was just said counts, and whether it is for one request alone: the server vouches for it, and by its own word
/// nobody relies on it any longer.
fn counts_until(until: Option<i64>, now: i64) -> (Option<i64>, bool) {
    match until {
        Some(until) if until <= now => (Some(now.saturating_add(ONCE)), true),
        until => (until, false),
    }
}

fn outcome(item: Item, held: Option<&Entry>, (revision, now): (i64, i64), schemas: &Schemas) -> Outcome {
    let application = schemas.application.clone();
    match (item, held) {
        (Item::Held(item), _) => {
            let permissions =
                wire::compile(&schemas.catalog, item.permissions).map_err(Error::Permissions)?;
            let identity = Arc::new(item.identity);
            let whom = Arc::clone(&identity) as _;
            let (valid_until, is_for_once) = counts_until(item.until, now);
            let known = Known { whom, permissions, application, revision, valid_until };
            let entry = Entry::new(Arc::new(known), identity, item.etag, schemas.generation);
            Ok(Arc::new(entry.for_once(is_for_once)))
        }
        (Item::NotModified { until }, Some(held)) => {
            let permissions = match held.generation == schemas.generation {
                true => held.known.permissions.clone(),
                false => recompiled(held, schemas)?,
            };
            let whom = Arc::clone(&held.identity) as _;
            let (valid_until, is_for_once) = counts_until(until, now);
            let known = Known { whom, permissions, application, revision, valid_until };
            let (identity, etag) = (Arc::clone(&held.identity), held.etag.clone());
            let entry = Entry::new(Arc::new(known), identity, etag, schemas.generation);
            Ok(Arc::new(entry.for_once(is_for_once)))
        }
        (Item::NotModified { .. }, None) => Err(unreadable("nothing is known that could be unchanged")),
        (Item::Problem { code }, _) => Err(match &*code {
            "credential_rejected" | "user_inactive" | "credential_missing" => {
                Error::CredentialRejected { code: code.into() }
            }
            "source_failed" => Error::Permissions("the server cannot say it".to_owned()),
            _ => Error::Unavailable(format!("the server cannot say who it is ({code})")),
        }),
    }
}

/// What is said of one cannot be read: that is no reason to leave the server alone, which answers about others.
fn unreadable(why: &str) -> Error {
    tracing::error!(why, "what the Casemate server says of a caller cannot be read");
    Error::Unavailable("what the server says of the caller cannot be read".to_owned())
}

impl Desk {
    fn next_batch(&mut self) -> Vec<Wanted> {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while let Some(next) = self.unsent.front() {
            bytes += next.token.as_ref().map_or(0, |token| token.expose_secret().len());
            if batch.len() == BATCH || (bytes > BATCH_BYTES && !batch.is_empty()) {
                break;
            }
            batch.extend(self.unsent.pop_front());
        }
        batch
    }
}

fn body(batch: &[Wanted], held: &[Option<Arc<Entry>>]) -> Vec<u8> {
    let items: Vec<serde_json::Value> = batch
        .iter()
        .zip(held)
        .map(|(wanted, held)| {
            let mut item = match &wanted.token {
                Some(token) => json!({ "token": token.expose_secret() }),
                None => json!({ "anonymous": true }),
            };
            if let (Some(held), Some(members)) = (held, item.as_object_mut()) {
                members.insert("if_none_match".to_owned(), held.etag.as_str().into());
            }
            item
        })
        .collect();
    json!({ "items": items }).to_string().into_bytes()
}

/// What somebody holds, by other schemas.
fn recompiled(held: &Entry, schemas: &Schemas) -> Result<casemate_permission::PermissionSet, Error> {
    let unreadable = || Error::Permissions("what is held cannot be read again".to_owned());
    let mut permissions = Vec::with_capacity(held.known.permissions.len());
    for permission in held.known.permissions.iter() {
        let grant = permission.grant().cloned().ok_or_else(unreadable)?;
        let permission = Permission::from_json(permission.as_json()).map_err(|_| unreadable())?;
        permissions.push((permission, Arc::new(grant)));
    }
    wire::compile(&schemas.catalog, permissions).map_err(Error::Permissions)
}

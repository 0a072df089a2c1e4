//! Endpoints of applications that say what their resources are, where those are not registered: asked for many at once, and once for
//! many that wait, by signed requests, within limits.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use casemate_expression::{Datum, Members};
use casemate_identity::remote::Fetch;
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};
use secrecy::SecretString;
use serde_json::json;
use tokio::sync::watch;
use tokio::time::Instant;

use super::{Key, KeyRef, weight};
use crate::outside::{About, AskedBy, Endpoint, Request, RequestError, Requests};

/// The most ids of one request.
const MAX_IDS: usize = 100;
/// The longest id of a resource, in bytes: of one that is longer nobody is asked.
const MAX_ID: usize = 256;
/// The largest answer about several resources, in bytes, where one may not be larger.
const MAX_ANSWER: usize = 1 << 20;
/// What is kept of one endpoint's answers, in bytes.
const KEPT: u64 = 16 << 20;

/// An endpoint that says what resources of an application are, as it is configured and was checked.
#[derive(Debug, Clone)]
pub(crate) struct ResourceSource {
    pub(crate) name: Arc<str>,
    pub(crate) application: Arc<str>,
    pub(crate) types: Box<[Box<str>]>,
    pub(crate) endpoint: Arc<Endpoint>,
}

/// An answer that is kept.
#[derive(Debug, Clone)]
struct Kept {
    attributes: Arc<Members>,
    /// When it is good no longer, by a clock that nobody sets.
    end: Instant,
    /// Between which times it is good by the system's clock, in microseconds since 1970 (UTC): whichever ends it first does.
    from: i64,
    until: i64,
}

#[derive(Debug, Clone)]
struct Weight;

impl Weighter<Key, Kept> for Weight {
    fn weight(&self, key: &Key, kept: &Kept) -> u64 {
        weight(key, &Some(Arc::clone(&kept.attributes)))
    }
}

/// What came of a request, by the ids of resources.
type Answer = HashMap<String, Arc<Members>>;

/// What is being asked for.
#[derive(Default)]
struct Flights {
    /// How often what was answered was forgotten. Whoever keeps or forgets something holds these: nothing is kept that was asked for
    /// before it was forgotten.
    epoch: u64,
    by_key: HashMap<Key, watch::Receiver<Option<Arc<Answer>>>>,
}

/// What an endpoint says of a resource, at once or as soon as it answers.
pub(crate) enum Told {
    Known(Arc<Members>),
    Soon(watch::Receiver<Option<Arc<Answer>>>),
}

impl Told {
    /// What it says of the resource of an id; nothing where that could not be fetched, and nothing is decided about it.
    pub(crate) async fn of(self, id: &str) -> Option<Arc<Members>> {
        match self {
            Told::Known(attributes) => Some(attributes),
            Told::Soon(mut told) => {
                let answer = told.wait_for(Option::is_some).await.ok()?;
                answer.as_ref()?.get(id).cloned()
            }
        }
    }
}

/// An endpoint that is asked.
pub(crate) struct Asked {
    source: ResourceSource,
    requests: Requests,
    kept: Option<Cache<Key, Kept, Weight>>,
    flights: Mutex<Flights>,
}

impl Asked {
    pub(crate) fn new(
        source: ResourceSource,
        secret: Result<SecretString, String>,
        fetch: Arc<dyn Fetch>,
    ) -> Asked {
        if let Err(problem) = &secret {
            tracing::error!(source = &*source.name, problem, "a source of resources cannot be asked");
        }
        let options = OptionsBuilder::new().estimated_items_capacity(16_384).weight_capacity(KEPT).build();
        let kept = options.ok().map(|options| {
            Cache::with_options(options, Weight, DefaultHashBuilder::default(), DefaultLifecycle::default())
        });
        let requests = Requests::new(Arc::clone(&source.endpoint), secret, fetch);
        Asked { source, requests, kept, flights: Mutex::default() }
    }

    /// What the source is called.
    pub(crate) fn name(&self) -> &str {
        &self.source.name
    }

    /// Whether it signs with this secret, or lacks it for the same reason.
    pub(crate) fn is_with(&self, secret: &Result<SecretString, String>) -> bool {
        self.requests.are_with(secret)
    }

    /// Forgets what was answered. Those who wait are told what they asked for; whoever comes now asks anew.
    pub(crate) fn forget(&self) {
        let mut flights = self.flights();
        flights.epoch += 1;
        flights.by_key.clear();
        if let Some(kept) = &self.kept {
            kept.clear();
        }
    }

    fn flights(&self) -> MutexGuard<'_, Flights> {
        self.flights.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to find out for whoever asks what resources of one type in a tenant are at `now` (microseconds since 1970, UTC), by their ids, each once:
    /// those of which that is not known, and which nobody asks about already. It goes on by itself where nobody waits any more. Within
    /// a tokio runtime.
    pub(crate) fn ask<'i>(
        self: &Arc<Self>,
        by: AskedBy,
        (tenant, kind): (&str, &str),
        ids: Vec<&'i str>,
        now: i64,
    ) -> Vec<(&'i str, Told)> {
        let mut told = Vec::with_capacity(ids.len());
        let mut unknown = Vec::new();
        let mut flights = self.flights();
        for id in ids {
            if id.len() > MAX_ID {
                told.push((id, Told::Known(Arc::default())));
                continue;
            }
            let key = KeyRef(tenant, &self.source.application, kind, id);
            let kept = self.kept.as_ref().and_then(|kept| kept.get(&key));
            let is_good = |kept: &Kept| Instant::now() < kept.end && (kept.from..kept.until).contains(&now);
            if let Some(kept) = kept.filter(is_good) {
                told.push((id, Told::Known(kept.attributes)));
                continue;
            }
            let key = Key::of(tenant, &self.source.application, kind, id);
            // One whose task is gone tells nobody any more.
            match flights.by_key.get(&key).filter(|soon| soon.has_changed().is_ok()) {
                Some(soon) => told.push((id, Told::Soon(soon.clone()))),
                None => unknown.push((id, key)),
            }
        }
        let epoch = flights.epoch;
        while !unknown.is_empty() {
            let (teller, soon) = watch::channel(None);
            let mut asked = Vec::new();
            for (id, key) in unknown.drain(..unknown.len().min(MAX_IDS)) {
                told.push((id, Told::Soon(soon.clone())));
                flights.by_key.insert(key, soon.clone());
                asked.push(id.to_owned());
            }
            let (this, tenant, kind) = (Arc::clone(self), tenant.to_owned(), kind.to_owned());
            tokio::spawn(async move {
                let of = Of { by, tenant: &tenant, kind: &kind, now, epoch };
                let answer = this.fetched(&of, &asked).await;
                this.landed(&of, &asked);
                teller.send_replace(Some(Arc::new(answer)));
            });
        }
        told
    }

    /// Nobody asks about these any more.
    fn landed(&self, of: &Of<'_>, ids: &[String]) {
        let mut flights = self.flights();
        // Whoever asked since they were forgotten is another flight.
        if flights.epoch == of.epoch {
            for id in ids {
                flights.by_key.remove(&Key::of(of.tenant, &self.source.application, of.kind, id));
            }
        }
    }

    /// What it says of resources, by their ids. Those of which it does not say anything have no attributes; those that are not
    /// among the answers could not be fetched.
    async fn fetched(&self, of: &Of<'_>, ids: &[String]) -> Answer {
        let deadline = Instant::now() + self.source.endpoint.timeout;
        let mut answer = Answer::with_capacity(ids.len());
        let mut parts = vec![ids];
        while let Some(ids) = parts.pop() {
            match self.answered(of, ids, deadline).await {
                Ok(answered) => answer.extend(answered),
                Err(RequestError::TooLarge(_)) if ids.len() > 1 => {
                    let (one, other) = ids.split_at(ids.len() / 2);
                    parts.extend([other, one]);
                }
                Err(problem) => {
                    let source = &*self.source.name;
                    tracing::warn!(source, %problem, "an application does not say what its resources are");
                }
            }
        }
        answer
    }

    async fn answered(&self, of: &Of<'_>, ids: &[String], deadline: Instant) -> Result<Answer, RequestError> {
        let ResourceSource { name, application, endpoint, .. } = &self.source;
        let Of { by, tenant, kind, now, epoch } = *of;
        let asked_at = Instant::now();
        let limit = endpoint.limit.saturating_mul(ids.len()).min(endpoint.limit.max(MAX_ANSWER));
        let about = About::of(ids.iter().map(|id| (tenant, kind, id)));
        let request = Request { by, about, now, deadline: Some(deadline), limit, known: None };
        let body = |request: &str| {
            let body = json!({ "id": request, "version": 1, "source": &**name, "tenant": tenant,
                "application": &**application, "type": kind, "ids": ids });
            body.to_string().into_bytes()
        };
        let reply = self.requests.send(body, request).await?;
        let mut said = read(&reply.body).map_err(RequestError::Failed)?;
        let answer = ids.iter().map(|id| (id.clone(), said.remove(id).unwrap_or_default()));
        let answer: Answer = answer.collect();
        if !said.is_empty() {
            return Err("its answer names a resource that was not asked about".into());
        }
        let age = match reply.no_store {
            true => Duration::ZERO,
            false => reply.max_age.map_or(endpoint.longest, |age| age.min(endpoint.longest)),
        };
        let until = now.saturating_add(i64::try_from(age.as_micros()).unwrap_or(i64::MAX));
        let flights = self.flights();
        if let Some(kept) = self.kept.as_ref().filter(|_| flights.epoch == epoch && !age.is_zero()) {
            for (id, attributes) in &answer {
                let attributes = Arc::clone(attributes);
                let key = Key::of(tenant, application, kind, id);
                kept.insert(key, Kept { attributes, end: asked_at + age, from: now, until });
            }
        }
        Ok(answer)
    }
}

/// Of which resources something is asked for: by whom, when, in microseconds since 1970 (UTC), and after how much was forgotten.
struct Of<'a> {
    by: AskedBy,
    tenant: &'a str,
    kind: &'a str,
    now: i64,
    epoch: u64,
}

/// What an answer says of each resource: `{"resources":[{"id":…,"attributes":{…}}]}`, strictly.
fn read(body: &[u8]) -> Result<Answer, String> {
    let wrong = |what: &str| format!("its answer is not understood: {what}");
    let text = str::from_utf8(body).map_err(|_| wrong("it is not UTF-8"))?;
    let answer = Datum::from_json(text).map_err(|error| wrong(&error.to_string()))?;
    let members = answer.as_map().filter(|members| members.len() == 1);
    let items = members.and_then(|members| members.get("resources")).and_then(Datum::as_list);
    let items = items.ok_or_else(|| wrong("it has `resources`, a list, and nothing else"))?;
    let mut said = Answer::with_capacity(items.len());
    for item in items {
        let members = item.as_map().filter(|members| members.len() == 2);
        let of = members.and_then(|members| {
            Some((members.get("id")?.as_str()?, members.get("attributes")?.as_map()?.clone()))
        });
        let (id, attributes) =
            of.ok_or_else(|| wrong("each resource has `id` and `attributes`, and nothing else"))?;
        if said.insert(id.to_owned(), Arc::new(attributes)).is_some() {
            return Err(wrong("a resource stands there twice"));
        }
    }
    Ok(said)
}

#[cfg(test)]
pub(super) mod tests;

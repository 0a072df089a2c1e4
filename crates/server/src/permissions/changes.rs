//! `/api/v1/permissions/changes`: whom changes affect, told as they come, for whoever keeps what identities hold.

use std::collections::HashMap;
use std::convert::Infallible;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use casemate_directory::{Affected, Change, Selector, Whom};
use casemate_platform::{Code, Problem, Query, lasting};
use hyper::body::{Bytes, Frame};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use super::routes::PermissionRead;
use crate::App;
use crate::at_least::{Arrival, arrives};
use crate::guard::{Access, Require, Thing};
use crate::objects::with_revision;

/// For how long a client may go by what it holds after the last event that it got.
const LEASE: Duration = Duration::from_secs(30);
/// How often something is sent where nothing else is.
const ALIVE: Duration = Duration::from_secs(5);
/// How long ago the store may have been looked at with success: whoever is told that nothing came goes by it.
const LOOKED: Duration = Duration::from_secs(5);
/// The most streams at once.
const MOST: usize = 512;
/// The most of them of one caller.
const MOST_OF_ONE: usize = 16;
/// Events that a client has not taken yet.
const WAITING: usize = 16;
/// How long a client may leave these where they are.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long after a look at what changed the next one is made at the earliest: each costs that the client is judged anew.
const GATHERING: Duration = Duration::from_millis(10);
/// The header in which a client says what it saw last.
const LAST_EVENT: &str = "last-event-id";

/// The streams that tell of changes. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ChangeStreams {
    /// How many each caller of each tenant has; at most as many callers as there are streams.
    places: Arc<Mutex<HashMap<Whose, usize>>>,
    most: usize,
    alive: Duration,
    looked: Duration,
    patience: Duration,
    ending: Arc<watch::Sender<bool>>,
}

/// Whose places are counted: a caller's, of a tenant.
type Whose = (String, String);

impl Default for ChangeStreams {
    /// 512 at once; something is sent every five seconds, and the store was looked at no longer ago.
    fn default() -> ChangeStreams {
        ChangeStreams::new(MOST, ALIVE, LOOKED)
    }
}

impl ChangeStreams {
    /// At most so many at once, 16 of them of one caller; something is sent at least that often, and they end where the store was not
    /// looked at with success for as long as `looked`.
    #[must_use]
    pub fn new(most: usize, alive: Duration, looked: Duration) -> ChangeStreams {
        ChangeStreams {
            places: Arc::default(),
            most,
            alive,
            looked,
            patience: PATIENCE,
            ending: Arc::new(watch::Sender::new(false)),
        }
    }

    /// A client that leaves events where they are for so long is disconnected; 15 seconds without this.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> ChangeStreams {
        ChangeStreams { patience, ..self }
    }

    /// Ends all of them, and lets none begin: the process is shutting down, and waits for no client that listens.
    pub fn end(&self) {
        self.ending.send_replace(true);
    }

    /// Becomes true when all streams are to end.
    pub(crate) fn ending(&self) -> watch::Receiver<bool> {
        self.ending.subscribe()
    }

    /// A place for one more stream of a caller, also of one that tells of something else: all of them cost as much.
    ///
    /// # Errors
    /// 503 where there are as many already as there may be.
    pub(crate) fn enter(&self, tenant: String, caller: String) -> Result<Place, Problem> {
        let refused = |detail: String| Problem::new(Code::Unavailable).detail(detail);
        if *self.ending.borrow() {
            return Err(refused("the server is shutting down".to_owned()));
        }
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        if places.values().sum::<usize>() >= self.most {
            return Err(refused(format!(
                "{} clients follow changes here already: ask another replica, or later",
                self.most
            )));
        }
        // A quarter is left to others.
        let most_of_tenant = self.most - self.most / 4;
        let of_tenant = places.iter().filter(|((of, _), _)| *of == tenant).map(|(_, count)| count);
        if of_tenant.sum::<usize>() >= most_of_tenant {
            return Err(refused(format!(
                "{most_of_tenant} clients of this tenant follow changes here already: ask another replica, or later"
            )));
        }
        let whose = (tenant, caller);
        let of_caller = places.entry(whose.clone()).or_default();
        if *of_caller >= MOST_OF_ONE {
            return Err(refused(format!(
                "this caller follows changes {MOST_OF_ONE} times already: give each service a credential of its own"
            )));
        }
        *of_caller += 1;
        Ok(Place { places: Arc::clone(&self.places), whose })
    }
}

/// The place of one stream.
pub(crate) struct Place {
    places: Arc<Mutex<HashMap<Whose, usize>>>,
    whose: Whose,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        match places.get_mut(&self.whose) {
            Some(count) if *count > 1 => *count -= 1,
            _ => {
                places.remove(&self.whose);
            }
        }
    }
}

/// Whether what decides here is no older than that.
fn is_followed(app: &App) -> bool {
    app.directory.looked().borrow().elapsed() <= app.changes.looked
}

/// After which event a client wants to know of changes: a revision, and of which course of changes, where that is said.
pub(super) struct After(Option<EventId>);

/// What an event is told apart by: the course of changes, another one after each restore of a backup, and the revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct EventId {
    course: Option<i64>,
    revision: i64,
}

impl EventId {
    /// `COURSE-REVISION`, or a revision alone.
    fn read(text: &str) -> Option<EventId> {
        let Some((course, of_course)) = text.split_once('-') else {
            return Some(EventId { course: None, revision: revision(text)? });
        };
        let is_hex = course.len() == 16 && course.bytes().all(|byte| byte.is_ascii_hexdigit());
        let course = is_hex.then(|| u64::from_str_radix(course, 16).ok()).flatten()?;
        Some(EventId { course: Some(course.cast_signed()), revision: revision(of_course)? })
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.course {
            Some(course) => write!(f, "{:016x}-{}", course.cast_unsigned(), self.revision),
            None => write!(f, "{}", self.revision),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for After {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<After, Problem> {
        let mut query = Query::of(parts, &["after"])?;
        if let Some(text) = query.take("after") {
            let wrong = || {
                Problem::new(Code::MalformedQuery)
                    .detail("`after` is a `Casemate-Revision` or the id of an event")
            };
            return EventId::read(&text).map(Some).map(After).ok_or_else(wrong);
        }
        let mut values = parts.headers.get_all(LAST_EVENT).iter();
        let Some(value) = values.next() else { return Ok(After(None)) };
        match (value.to_str().ok().and_then(EventId::read), values.next()) {
            (Some(id), None) => Ok(After(Some(id))),
            _ => Err(Problem::new(Code::MalformedHeader)
                .detail("`Last-Event-ID` is the id of an event that was sent here")),
        }
    }
}

fn revision(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

pub(super) async fn changes(
    State(app): State<App>,
    require: Require<PermissionRead>,
    After(after): After,
) -> Result<Response, Problem> {
    require.access().permit::<PermissionRead>(&app, &Thing::default()).await?;
    let place = app.changes.enter(require.access().tenant().to_owned(), require.access().caller_key())?;
    if !is_followed(&app) {
        let detail = "the database cannot be followed here at the moment: ask another replica, or later";
        return Err(Problem::new(Code::Unavailable).detail(detail));
    }
    // What another replica told of may not be here yet; what the database has not is of another course of changes.
    let course = app.directory.course();
    let is_known = match after {
        // Before or after a backup was restored: revisions of the two mean different things.
        Some(EventId { course: Some(of), .. }) if of != course => false,
        Some(after) => match arrives(&app, after.revision).await {
            Arrival::Arrived => true,
            Arrival::Nowhere => false,
            // Who has seen more than is known here is not told of less.
            Arrival::NotYet => return Err(Problem::new(Code::RevisionNotReached)),
        },
        None => true,
    };
    let access = require.into_access();
    let caller = access.caller.clone();
    let taken = app.directory.taken();
    let now = *taken.borrow();
    let known = if is_known { after.map_or(now, |after| after.revision) } else { i64::MAX };
    let (events, sent) = mpsc::channel(WAITING);
    let patience = app.changes.patience;
    let ending = app.changes.ending.subscribe();
    let alive = app.changes.alive;
    let stream = Stream { app, access, events, taken, course, known, alive, patience };
    // A key that may be used from some networks alone is judged again by where it was shown.
    tokio::spawn(lasting(async move {
        stream.run(ending).await;
        drop(place);
    }));
    let mut response = with_revision(Body::new(Sent(sent)).into_response(), now);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Proxies that gather an answer before they pass it on would hold events back.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok((Extension(caller), response).into_response())
}

/// The body of the answer: what was sent and not taken yet.
struct Sent(mpsc::Receiver<Bytes>);

impl hyper::body::Body for Sent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(context).map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}

/// One client that follows changes.
struct Stream {
    app: App,
    access: Access,
    events: mpsc::Sender<Bytes>,
    taken: watch::Receiver<i64>,
    /// The course of changes that the client knows of.
    course: i64,
    /// The revision up to which the client knows of changes; the last one there can be where it knows of none.
    known: i64,
    alive: Duration,
    /// How long the client may leave events where they are.
    patience: Duration,
}

/// The client is gone, reads too slowly, or may not read any more; or the store cannot be followed.
struct Ended;

impl Stream {
    async fn run(mut self, mut ending: watch::Receiver<bool>) {
        let gone = self.events.clone();
        tokio::select! {
            _ = self.follow() => {}
            () = gone.closed() => {}
            _ = ending.wait_for(|ends| *ends) => {}
        }
    }

    async fn follow(&mut self) -> Result<(), Ended> {
        let since = self.known;
        self.tell().await?;
        // Where what came since is not known any more, all of that was told as of now.
        let since = since.min(self.known);
        let ready = json!({ "revision": self.known, "since": since, "lease_seconds": LEASE.as_secs() });
        self.send("ready", self.known, &ready).await?;
        let mut told = Instant::now();
        loop {
            let mut sent = self.tell().await?;
            let next = Instant::now() + self.alive;
            while !sent {
                match tokio::time::timeout_at(next, self.taken.changed()).await {
                    Ok(Ok(())) => {
                        // Of many changes in a row each is told, and some of them together.
                        tokio::time::sleep_until(told + GATHERING).await;
                        told = Instant::now();
                        self.judge().await?;
                        sent = self.tell().await?;
                    }
                    Ok(Err(_)) => return Err(Ended),
                    Err(_) => {
                        self.judge().await?;
                        self.send("alive", self.known, &json!({ "revision": self.known })).await?;
                        sent = true;
                    }
                }
            }
        }
    }

    /// Tells of what came since, whether that is anything.
    async fn tell(&mut self) -> Result<bool, Ended> {
        let now = *self.taken.borrow_and_update();
        let course = self.app.directory.course();
        let is_same = std::mem::replace(&mut self.course, course) == course;
        let came = self.app.directory.changes_after(self.known).ok().filter(|_| is_same);
        let Some(came) = came else {
            self.known = now;
            let all = json!({ "revision": now, "schemas": true, "everybody": true });
            return self.send("change", now, &all).await.map(|()| true);
        };
        let everywhere = self.access.reaches_all_tenants();
        let tenant = self.access.tenant().to_owned();
        let mut is_told = false;
        for change in came {
            self.known = change.revision;
            let Some(told) = seen(&change, (!everywhere).then_some(&tenant)) else { continue };
            self.send("change", change.revision, &told).await?;
            is_told = true;
        }
        self.known = self.known.max(now);
        Ok(is_told)
    }

    /// Ends where the client may not read any more what somebody holds, without a condition, and where the store cannot be followed:
    /// by what is told last, clients go on for as long as their lease.
    async fn judge(&mut self) -> Result<(), Ended> {
        if !is_followed(&self.app) {
            return Err(Ended);
        }
        match self.access.readmitted::<PermissionRead>(&self.app).await {
            Ok(Some(renewed)) => self.access = renewed,
            Ok(None) => {}
            Err(_) => return Err(Ended),
        }
        if self.access.may::<PermissionRead>(&Thing::default()) { Ok(()) } else { Err(Ended) }
    }

    async fn send(&self, event: &str, revision: i64, data: &Value) -> Result<(), Ended> {
        let id = EventId { course: Some(self.course), revision };
        let text = format!("event: {event}\nid: {id}\ndata: {data}\n\n");
        let sending = self.events.send(Bytes::from(text));
        match tokio::time::timeout(self.patience, sending).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Ended),
        }
    }
}

/// What whoever sees a tenant, or all, is told of a change; nothing where it affects nobody there.
fn seen(change: &Change, tenant: Option<&str>) -> Option<Value> {
    let Change { revision, schemas, affected } = change;
    match affected {
        Affected::Nobody => None,
        Affected::Everybody => Some(json!({ "revision": revision, "schemas": schemas, "everybody": true })),
        Affected::These(these) => {
            let is_told = |selector: &&Selector| match tenant {
                Some(tenant) => selector.is_told_in(tenant),
                // Who sees all tenants is told names instead.
                None => !matches!(selector.whom, Whom::Elsewhere { .. }),
            };
            let affected: Vec<Value> =
                these.iter().filter(is_told).map(|selector| written(selector, tenant)).collect();
            let told = json!({ "revision": revision, "schemas": schemas, "affected": affected });
            (!affected.is_empty()).then_some(told)
        }
    }
}

/// A selector as whoever sees a tenant is told it: of which other one somebody is, is not said.
fn written(selector: &Selector, tenant: Option<&str>) -> Value {
    let tenant = tenant.unwrap_or(&selector.tenant);
    let (provider, kind, member, name) = match &selector.whom {
        Whom::Identity(id) => return json!({ "tenant": tenant, "identity": id }),
        Whom::Credential(id) => return json!({ "tenant": tenant, "credential": id }),
        Whom::Elsewhere { provider, without_id } => {
            return json!({ "tenant": tenant, "provider": **provider, "without_id": without_id });
        }
        Whom::Subject { provider, kind, id } => (&**provider, Some(kind), "subject", id),
        Whom::Login { provider, kind, login } => (&**provider, Some(kind), "login", login),
        Whom::Group { provider, kind, group } => (&**provider, kind.as_ref(), "group", group),
    };
    match kind {
        Some(kind) => json!({ "tenant": tenant, "provider": provider, "type": kind, member: name }),
        None => json!({ "tenant": tenant, "provider": provider, member: name }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_of_an_event_says_its_course() {
        for (text, id) in [
            ("41", Some(EventId { course: None, revision: 41 })),
            ("00000000000000ff-41", Some(EventId { course: Some(255), revision: 41 })),
            ("fffffffffffffffe-0", Some(EventId { course: Some(-2), revision: 0 })),
            ("", None),
            ("-1", None),
            ("-41", None),
            ("ff-41", None),
            ("00000000000000fg-41", None),
            ("00000000000000ff-", None),
            ("00000000000000ff--1", None),
        ] {
            assert_eq!(EventId::read(text), id, "{text}");
            assert!(id.is_none_or(|id| id.to_string() == text), "{text}");
        }
    }

    #[test]
    fn of_other_tenants_people_and_credentials_are_told_alone_and_not_of_which() {
        let provider = || "corp".into();
        let whom = [
            Whom::Identity("usr_1".into()),
            Whom::Credential("ses_1".into()),
            Whom::Subject { provider: provider(), kind: "user".into(), id: "ada".into() },
            Whom::Group { provider: provider(), kind: None, group: "staff".into() },
            Whom::Elsewhere { provider: provider(), without_id: true },
        ];
        let these = whom.map(|whom| Selector { tenant: "acme".into(), whom });
        let change = |affected| Change { revision: 7, schemas: false, affected };
        let told = |tenant| seen(&change(Affected::These(these.clone().into())), tenant).unwrap();
        let other = json!([
            { "tenant": "default", "identity": "usr_1" },
            { "tenant": "default", "credential": "ses_1" },
            { "tenant": "default", "provider": "corp", "without_id": true },
        ]);
        assert_eq!(told(Some("default"))["affected"], other);
        let own = json!([
            { "tenant": "acme", "identity": "usr_1" },
            { "tenant": "acme", "credential": "ses_1" },
            { "tenant": "acme", "provider": "corp", "type": "user", "subject": "ada" },
            { "tenant": "acme", "provider": "corp", "group": "staff" },
        ]);
        assert_eq!(told(Some("acme"))["affected"], own);
        assert_eq!(told(None)["affected"], own);
        let group = change(Affected::These([these[3].clone()].into()));
        assert_eq!(seen(&group, Some("default")), None);
        let all = seen(&change(Affected::Everybody), Some("default"));
        assert_eq!(all, Some(json!({ "revision": 7, "schemas": false, "everybody": true })));
        assert_eq!(seen(&change(Affected::Nobody), None), None);
    }
}

//! A server that speaks as much of the contract as failures need to be brought about in. What it says of permissions is not
//! what a Casemate says: that is tested with a real one, in the tests of the command line.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::broadcast;

/// How it answers what is no stream.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Mode {
    Good,
    Status(u16),
    /// It has enough for so many seconds.
    Enough(u32),
    /// This is what comes of asking for callers.
    Body(&'static str),
    /// It takes the request and says nothing.
    Silent,
    Redirect,
}

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) head: String,
    pub(crate) body: Value,
}

struct Shared {
    asked: Mutex<Vec<Asked>>,
    mode: Mutex<Mode>,
    streams: Mutex<Mode>,
    items: Mutex<HashMap<String, Value>>,
    revision: Mutex<i64>,
    schemas: Mutex<Value>,
    events: broadcast::Sender<String>,
    open: AtomicUsize,
    /// Whoever is answered only by themselves.
    crowded: Mutex<Option<String>>,
}

pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Somebody who holds these permissions.
pub(crate) fn item(subject: &str, permissions: &[&str], until: Option<&str>) -> Value {
    let permissions: Vec<Value> = permissions
        .iter()
        .map(|permission| {
            let permission: Value = serde_json::from_str(permission).unwrap();
            let origin = json!({ "kind": "role", "name": "r", "via": null });
            json!({ "permission": permission, "origin": origin, "from": null, "until": null })
        })
        .collect();
    json!({
        "identity": { "id": null, "provider": "corp", "type": "user", "subject": subject, "login": null, "display_name": null,
            "tenant": "default", "groups": [], "claims": {}, "auth": null, "actor": null },
        "credential": null, "permissions": permissions, "valid_until": until, "etag": format!("\"{subject}-{}\"", permissions.len()),
    })
}

pub(crate) fn own_schema() -> Value {
    json!({ "application": "casemate", "schema": { "format": 1, "application": { "id": "casemate", "namespaces": ["casemate"] } } })
}

impl Server {
    pub(crate) async fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let shared = Arc::new(Shared {
            asked: Mutex::default(),
            mode: Mutex::new(Mode::Good),
            streams: Mutex::new(Mode::Good),
            items: Mutex::default(),
            revision: Mutex::new(1),
            schemas: Mutex::new(json!([own_schema()])),
            events: broadcast::channel(64).0,
            open: AtomicUsize::new(0),
            crowded: Mutex::default(),
        });
        let address = listener.local_addr().unwrap();
        let accepting = Arc::clone(&shared);
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(Arc::clone(&accepting).serve(stream));
            }
        });
        Server { address, shared, task }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Whoever presents a token from now on, at a new revision that nobody is told of.
    pub(crate) fn put(&self, token: &str, item: Value) -> i64 {
        self.shared.items.lock().unwrap().insert(token.to_owned(), item);
        let mut revision = self.shared.revision.lock().unwrap();
        *revision += 1;
        *revision
    }

    pub(crate) fn set_schemas(&self, schemas: Value) -> i64 {
        *self.shared.schemas.lock().unwrap() = schemas;
        let mut revision = self.shared.revision.lock().unwrap();
        *revision += 1;
        *revision
    }

    pub(crate) fn go_back(&self, revision: i64) {
        *self.shared.revision.lock().unwrap() = revision;
    }

    pub(crate) fn answer(&self, mode: Mode) {
        *self.shared.mode.lock().unwrap() = mode;
    }

    /// How streams that begin are answered.
    pub(crate) fn stream(&self, mode: Mode) {
        *self.shared.streams.lock().unwrap() = mode;
    }

    /// Tells an event to all streams; an empty one tears them.
    pub(crate) fn tell(&self, kind: &str, data: &Value) {
        let text = if kind.is_empty() { String::new() } else { format!("event: {kind}\ndata: {data}\n\n") };
        self.shared.events.send(text).unwrap();
    }

    /// Tells an event that has an id.
    pub(crate) fn tell_as(&self, id: &str, kind: &str, data: &Value) {
        self.shared.events.send(format!("id: {id}\nevent: {kind}\ndata: {data}\n\n")).unwrap();
    }

    /// The streams that are open.
    pub(crate) fn streams(&self) -> usize {
        self.shared.open.load(Ordering::SeqCst)
    }

    /// Answers about somebody only where they alone are asked for.
    pub(crate) fn crowd(&self, token: &str) {
        *self.shared.crowded.lock().unwrap() = Some(token.to_owned());
    }

    /// The requests for a path that came so far.
    pub(crate) fn asked(&self, path: &str) -> Vec<Asked> {
        self.shared.asked.lock().unwrap().iter().filter(|asked| asked.path.ends_with(path)).cloned().collect()
    }

    pub(crate) fn resolved(&self) -> usize {
        self.asked("/resolve").len()
    }
}

/// Looks again and again until it is so.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}");
        tokio::task::yield_now().await;
    }
}

impl Shared {
    async fn serve(self: Arc<Self>, mut stream: TcpStream) {
        let mut bytes = Vec::new();
        while let Some(asked) = request(&mut stream, &mut bytes).await {
            let path = asked.path.clone();
            self.asked.lock().unwrap().push(asked.clone());
            if path.ends_with("/changes") {
                return self.changes(stream).await;
            }
            let mode = *self.mode.lock().unwrap();
            let answer = match mode {
                Mode::Good => self.good(&asked),
                Mode::Body(_) if path.ends_with("/schemas") => self.good(&asked),
                Mode::Status(status) => {
                    head(status, "application/problem+json", "{\"code\":\"unavailable\"}")
                }
                Mode::Enough(seconds) => {
                    format!(
                        "HTTP/1.1 429 Too Many Requests\r\nretry-after: {seconds}\r\ncontent-length: 0\r\n\r\n"
                    )
                }
                Mode::Body(body) => head(200, "application/json", body),
                Mode::Redirect => {
                    "HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n".to_owned()
                }
                Mode::Silent => return std::future::pending().await,
            };
            if stream.write_all(answer.as_bytes()).await.is_err() {
                return;
            }
        }
    }

    fn good(&self, asked: &Asked) -> String {
        let revision = *self.revision.lock().unwrap();
        if asked.path.ends_with("/schemas") {
            let items = self.schemas.lock().unwrap().clone();
            let mut hasher = DefaultHasher::new();
            items.to_string().hash(&mut hasher);
            let etag = format!("\"{:x}\"", hasher.finish());
            if asked.head.contains(&etag) {
                return format!("HTTP/1.1 304 X\r\netag: {etag}\r\ncasemate-revision: {revision}\r\n\r\n");
            }
            let body = json!({ "revision": revision, "items": items }).to_string();
            let length = body.len();
            return format!(
                "HTTP/1.1 200 X\r\ncontent-type: application/json\r\netag: {etag}\r\ncontent-length: {length}\r\n\r\n{body}"
            );
        }
        let items = self.items.lock().unwrap();
        let crowded = self.crowded.lock().unwrap();
        let wanted = asked.body["items"].as_array().unwrap();
        let answers: Vec<Value> = wanted
            .iter()
            .map(|one| {
                let token = one["token"].as_str().unwrap_or_default();
                let known = one["if_none_match"].as_str();
                if wanted.len() > 1 && crowded.as_deref() == Some(token) {
                    return json!({ "problem": { "code": "limit_reached", "detail": "alone" } });
                }
                match items.get(token) {
                    None => json!({ "problem": { "code": "credential_rejected", "detail": "no" } }),
                    Some(item) if item["etag"].as_str() == known && known.is_some() => {
                        json!({ "not_modified": true, "etag": known, "valid_until": item["valid_until"] })
                    }
                    Some(item) => item.clone(),
                }
            })
            .collect();
        head(200, "application/json", &json!({ "revision": revision, "items": answers }).to_string())
    }

    async fn changes(&self, mut stream: TcpStream) {
        let mut events = self.events.subscribe();
        let mode = *self.streams.lock().unwrap();
        if mode != Mode::Good {
            let body = if let Mode::Body(body) = mode { body } else { "{}" };
            drop(stream.write_all(head(503, "application/problem+json", body).as_bytes()).await);
            return;
        }
        let revision = *self.revision.lock().unwrap();
        let begin = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n\
             event: ready\ndata: {{\"revision\":{revision},\"lease_seconds\":30}}\n\n"
        );
        if stream.write_all(begin.as_bytes()).await.is_err() {
            return;
        }
        self.open.fetch_add(1, Ordering::SeqCst);
        let mut piece = [0; 64];
        loop {
            let event = tokio::select! {
                event = events.recv() => event.unwrap_or_default(),
                _ = stream.read(&mut piece) => String::new(),
            };
            if event.is_empty() || stream.write_all(event.as_bytes()).await.is_err() {
                break;
            }
        }
        self.open.fetch_sub(1, Ordering::SeqCst);
    }
}

fn head(status: u16, kind: &str, body: &str) -> String {
    format!("HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

async fn request(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<Asked> {
    loop {
        let text = String::from_utf8_lossy(bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok())
                .unwrap_or(0);
            if body.len() >= length {
                let asked = Asked {
                    path: head.split(' ').nth(1)?.to_owned(),
                    head: head.to_owned(),
                    body: serde_json::from_str(&body[..length]).unwrap_or_default(),
                };
                bytes.drain(..head.len() + 4 + length);
                return Some(asked);
            }
        }
        let mut piece = [0; 4_096];
        match stream.read(&mut piece).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => bytes.extend_from_slice(&piece[..read]),
        }
    }
}

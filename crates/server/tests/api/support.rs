//! A server on a database of its own, and callers of every kind.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use casemate_directory::{Credential, Directory, DirectoryHost, sha256};
use casemate_permission::Permission;
use casemate_platform::outgoing::{Outgoing, OutgoingSettings};
use casemate_platform::{Client, Respond};
use casemate_server::{App, Front, Recorded, Settings};
use casemate_store::{DataFolder, Database, Retention, Sealer, Store};
use secrecy::SecretString;
use serde_json::Value;
use tempfile::TempDir;

/// Callers with a static credential: name (which is the secret too), tenant, permissions.
pub(crate) const CALLERS: [(&str, &str, &[&str]); 9] = [
    ("nobody", "default", &[]),
    ("asker", "default", &[r#"{"name":"casemate.decision.ask"}"#]),
    // What the built-in role has.
    (
        "auditor",
        "default",
        &[
            r#"{"name":"casemate.*.list"}"#,
            r#"{"name":"casemate.*.read"}"#,
            r#"{"name":"casemate.decision.ask"}"#,
            r#"{"name":"casemate.decision.search"}"#,
            r#"{"name":"casemate.policy.impact"}"#,
        ],
    ),
    ("other-administrator", "other", &[r#"{"name":"*"}"#, r#"{"name":"casemate.*"}"#]),
    ("tenant-administrator", "acme", &[r#"{"name":"*"}"#, r#"{"name":"casemate.*"}"#]),
    (
        "delegate",
        "default",
        &[
            r#"{"name":"casemate.assignment.{list,read}"}"#,
            r#"{"name":"casemate.assignment.{create,update,delete}","roles":["support"]}"#,
            r#"{"name":"cms.*"}"#,
        ],
    ),
    (
        "blind",
        "default",
        &[r#"{"name":"casemate.assignment.update","roles":["support"]}"#, r#"{"name":"cms.*"}"#],
    ),
    ("editor", "default", &[r#"{"name":"casemate.role.*"}"#, r#"{"name":"cms.*"}"#]),
    ("administrator", "default", &[r#"{"name":"*"}"#, r#"{"name":"casemate.*"}"#]),
];

/// A running server, without a listener.
pub(crate) struct Server {
    pub(crate) app: App,
    pub(crate) front: Front,
    _folder: Option<TempDir>,
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or_default()
    }

    pub(crate) fn id(&self) -> String {
        assert!(self.status.is_success(), "{} {}", self.status, self.text);
        self.body["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

impl Server {
    /// On SQLite.
    pub(crate) async fn start() -> Server {
        Server::start_with(None).await
    }

    /// The same, with what seals, where there is any; it may call this machine then.
    pub(crate) async fn start_with(sealer: Option<Arc<Sealer>>) -> Server {
        let parent = tempfile::tempdir().unwrap();
        let folder = DataFolder::open_or_create(&parent.path().join("data")).unwrap();
        let loopback = sealer.is_some();
        let server = Server::sealing(Database::Embedded(&folder), sealer, loopback).await;
        Server { _folder: Some(parent), ..server }
    }

    /// On PostgreSQL, at this URL.
    pub(crate) async fn on_postgres(url: &str) -> Server {
        Server::on(Database::Postgres(&SecretString::from(url))).await
    }

    async fn on(database: Database<'_>) -> Server {
        Server::sealing(database, None, false).await
    }

    /// On a database; it may call this machine where `loopback` says so.
    pub(crate) async fn sealing(
        database: Database<'_>,
        sealer: Option<Arc<Sealer>>,
        loopback: bool,
    ) -> Server {
        Server::looking(database, sealer, loopback, None).await
    }

    /// The same, which looks for changes of others so often where it is said.
    pub(crate) async fn looking(
        database: Database<'_>,
        sealer: Option<Arc<Sealer>>,
        loopback: bool,
        every: Option<Duration>,
    ) -> Server {
        Server::reading(database, (sealer, loopback), every, None).await
    }

    /// The same, with the files of sources of permissions in a folder where there is one.
    pub(crate) async fn reading(
        database: Database<'_>,
        (sealer, loopback): (Option<Arc<Sealer>>, bool),
        every: Option<Duration>,
        source_files: Option<&Path>,
    ) -> Server {
        let store = Store::open_database(database, Retention::default(), || 0).await.unwrap();
        let own = CALLERS
            .iter()
            .map(|(name, tenant, permissions)| Credential {
                id: (*name).into(),
                secret_sha256: sha256(name),
                tenant: (*tenant).into(),
                application: None,
                expires_at: None,
                permissions: permissions
                    .iter()
                    .map(|permission| Permission::from_json(permission).unwrap())
                    .collect(),
            })
            .collect();
        let outgoing =
            Arc::new(Outgoing::new(OutgoingSettings { loopback, ..OutgoingSettings::default() }).unwrap());
        let host = DirectoryHost::new(outgoing);
        let look_every = every.unwrap_or(host.look_every);
        let source_files = source_files.map(Path::to_owned);
        let host = DirectoryHost { own, sealer, look_every, source_files, ..host };
        let directory = Arc::new(Directory::open(store.reader(), host).await.unwrap());
        let settings = Settings {
            public_url: "http://localhost".to_owned(),
            recorded: Recorded::Denied,
            lenient: false,
            request_time: Duration::from_secs(30),
        };
        let app = App::new(directory, Arc::new(store), settings);
        Server { front: Front::new(app.clone()), app, _folder: None }
    }

    /// Sends a request as `credential`, if any.
    pub(crate) async fn send(
        &self,
        request: &str,
        credential: Option<&str>,
        headers: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        let (method, path) = request.split_once(' ').unwrap();
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        if let Some(credential) = credential {
            request = request.header("authorization", format!("Bearer {credential}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Some(body) => {
                request = request.header("content-type", "application/json");
                Body::from(body.to_string())
            }
            None => Body::empty(),
        };
        self.raw(request.body(body).unwrap()).await
    }

    /// Sends a request as it is.
    pub(crate) async fn raw(&self, request: Request<Body>) -> Answer {
        self.raw_from(request, None).await
    }

    /// The same, from a client.
    pub(crate) async fn raw_from(&self, request: Request<Body>, client: Option<Client>) -> Answer {
        let response = self.front.clone().respond(request, client).await;
        let (parts, body) = response.into_parts();
        // A stream has no end of its own.
        let is_stream =
            parts.headers.get("content-type").is_some_and(|value| value.as_bytes() == b"text/event-stream");
        let body = if is_stream { Body::empty() } else { body };
        let bytes = axum::body::to_bytes(body, 16 << 20).await.unwrap();
        // Tiles are no text.
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Answer { status: parts.status, headers: parts.headers, text, body }
    }

    /// Sends a request as the administrator of the tenant `default`.
    pub(crate) async fn admin(&self, request: &str, body: Option<&Value>) -> Answer {
        self.send(request, Some("administrator"), &[], body).await
    }

    /// Makes something as the administrator of the tenant `default`, and gives its id.
    pub(crate) async fn make(&self, path: &str, body: &Value) -> String {
        self.admin(&format!("POST {path}"), Some(body)).await.id()
    }
}

//! Sessions of browsers, on two processes that share a store.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot prepare has failed")]

use std::future::ready;
use std::sync::Arc;

use casemate_directory::{
    BrowserSessions, Directory, DirectoryHost, SessionError, SessionTimes, TemporaryDraft,
};
use casemate_identity::remote::{Fetch, FetchError, Fetched, Reply, Submission};
use casemate_identity::sign_in::SignedIn;
use casemate_identity::{BoxFuture, Credentials, ExposeSecret as _, Identity, Kind, SecretString, Timestamp};
use casemate_permission::name::Pattern;
use casemate_store::{Actor, Commit, DataFolder, Draft, Operation, Retention, Sessions, Store};
use serde_json::json;

const NOW: i64 = 1_800_000_000_000_000;
const MINUTE: i64 = 60_000_000;

struct Offline;

impl Fetch for Offline {
    fn fetch<'a>(&'a self, _: &'a url::Url, _: usize) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        Box::pin(ready(Err(FetchError::Unreachable("offline".into()))))
    }

    fn submit<'a>(&'a self, _: Submission<'a>) -> BoxFuture<'a, Result<Reply, FetchError>> {
        Box::pin(ready(Err(FetchError::Unreachable("offline".into()))))
    }
}

/// A store with a provider that people sign in with, and two processes that answer from it.
struct Scene {
    store: Store,
    replicas: [Directory; 2],
    _folder: tempfile::TempDir,
}

fn signed_in(id: &str) -> SignedIn {
    let mut identity = Identity::new("corp", id, Kind::USER);
    identity.login = Some(format!("{id}@corp.example").into());
    identity.groups = vec!["ops".into()];
    identity.claims = json!({ "team": "core" }).as_object().unwrap().clone();
    identity.auth.amr = vec!["pwd".into()];
    SignedIn {
        identity,
        subject: id.into(),
        sid: Some("s1".into()),
        authenticated_at: Timestamp(NOW - MINUTE),
    }
}

impl Scene {
    async fn new() -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::open_or_create(&folder.path().join("data")).unwrap();
        let store = Store::open(&data, Retention::default(), || NOW).await.unwrap();
        let provider = json!({ "name": "corp", "issuer": "https://corp.example", "client_id": "casemate" });
        let draft = Draft {
            kind: "provider".into(),
            id: "prv_1".into(),
            tenant: String::new(),
            name: "corp".into(),
            body: provider.to_string(),
            origin: "api".into(),
        };
        commit(&store, Operation::Put(draft)).await;
        let open = async || {
            let times = SessionTimes::default();
            let host = DirectoryHost { sessions: times, ..DirectoryHost::new(Arc::new(Offline)) };
            Directory::open(store.reader(), host).await.unwrap()
        };
        let replicas = [open().await, open().await];
        Scene { store, replicas, _folder: folder }
    }

    /// Somebody signs in at the first process.
    async fn begin(&self, who: &SignedIn) -> (String, SecretString) {
        let begun = self.replicas[0].sessions().begin(who, Some("192.0.2.1".into()), None, NOW);
        let (session, cookie) = begun.unwrap();
        let id = session.id.clone();
        assert!(!format!("{session:?}").contains(cookie.expose_secret()));
        commit(&self.store, Operation::BeginSession(session)).await;
        (id, cookie)
    }

    /// Who the cookie says is calling a process, or the code of the refusal.
    async fn ask(
        &self,
        replica: usize,
        cookie: &SecretString,
        now: i64,
    ) -> Result<Arc<Identity>, &'static str> {
        let snapshot = self.replicas[replica].current();
        let credentials = Credentials::session(cookie.expose_secret());
        let outcome = snapshot.chain().authenticate(&credentials, Timestamp(now)).await;
        outcome.map_err(|rejection| rejection.reason.code())
    }
}

async fn commit(store: &Store, operation: Operation) {
    let commit = Commit {
        base: None,
        at: NOW,
        actor: Actor::default(),
        summary: String::new(),
        operations: vec![operation],
        events: Vec::new(),
        fence: None,
    };
    store.commit(commit).await.unwrap();
}

async fn end(store: &Store, id: &str) {
    let which = Sessions::Id(id.to_owned());
    commit(store, Operation::EndSessions { which, reason: "test".to_owned() }).await;
}

#[tokio::test]
async fn a_session_is_who_signed_in_on_every_process() {
    let scene = Scene::new().await;
    let who = signed_in("ada");
    let (id, cookie) = scene.begin(&who).await;
    for replica in [0, 1] {
        let found = scene.ask(replica, &cookie, NOW).await.unwrap();
        let mark = found.session.clone().unwrap();
        assert_eq!((&*mark.id, mark.authenticated_at), (&*id, who.authenticated_at));
        let mut plain = Identity::clone(&found);
        plain.session = None;
        assert_eq!(plain, who.identity);
        // The same one is handed out again, so that what they hold is found out once.
        assert!(Arc::ptr_eq(&found, &scene.ask(replica, &cookie, NOW + 1).await.unwrap()));
    }
    assert_eq!(scene.ask(0, &"A".repeat(43).into(), NOW).await, Err("session_ended"));
}

#[tokio::test]
async fn an_ended_session_is_refused_by_every_process_that_looked() {
    let scene = Scene::new().await;
    let (id, cookie) = scene.begin(&signed_in("ada")).await;
    let (_, other) = scene.begin(&signed_in("bob")).await;
    for replica in [0, 1] {
        assert!(
            scene.ask(replica, &cookie, NOW).await.is_ok() && scene.ask(replica, &other, NOW).await.is_ok()
        );
    }
    end(&scene.store, &id).await;
    for replica in [0, 1] {
        scene.replicas[replica].refresh().await.unwrap();
        assert_eq!(scene.ask(replica, &cookie, NOW).await, Err("session_ended"));
        assert!(scene.ask(replica, &other, NOW).await.is_ok());
    }
}

#[tokio::test]
async fn a_session_ends_by_idling_and_by_age() {
    let scene = Scene::new().await;
    let (_, cookie) = scene.begin(&signed_in("ada")).await;
    assert!(scene.ask(0, &cookie, NOW + 59 * MINUTE).await.is_ok());
    assert!(scene.ask(0, &cookie, NOW + 118 * MINUTE).await.is_ok(), "a use keeps it");
    // Another process knows of uses once they were written down.
    assert_eq!(scene.ask(1, &cookie, NOW + 118 * MINUTE).await, Err("session_ended"));
    scene.replicas[0].flush_used_sessions(&scene.store, NOW + 118 * MINUTE).await.unwrap();
    assert!(scene.ask(1, &cookie, NOW + 118 * MINUTE).await.is_ok());
    assert_eq!(scene.ask(0, &cookie, NOW + 178 * MINUTE).await, Err("session_ended"));
    let (_, cookie) = scene.begin(&signed_in("bob")).await;
    for hour in 0..24 {
        let outcome = scene.ask(0, &cookie, NOW + hour * 30 * MINUTE).await;
        assert_eq!(outcome.is_ok(), hour < 24, "{hour}");
    }
    assert_eq!(scene.ask(0, &cookie, NOW + 12 * 60 * MINUTE).await, Err("session_ended"));
}

#[tokio::test]
async fn nobody_has_a_session_of_a_provider_that_is_gone() {
    let scene = Scene::new().await;
    let (_, cookie) = scene.begin(&signed_in("ada")).await;
    assert!(scene.ask(1, &cookie, NOW).await.is_ok());
    commit(&scene.store, Operation::Remove { kind: "provider".into(), id: "prv_1".into() }).await;
    scene.replicas[1].refresh().await.unwrap();
    assert_eq!(scene.ask(1, &cookie, NOW).await, Err("session_provider"));
}

#[tokio::test]
async fn what_a_provider_says_of_somebody_is_bounded() {
    let scene = Scene::new().await;
    let mut who = signed_in("ada");
    who.identity.claims.insert("much".into(), "x".repeat(64 << 10).into());
    let refused = scene.replicas[0].sessions().begin(&who, None, None, NOW).map(drop);
    assert_eq!(refused, Err(SessionError::TooLarge));
}

#[tokio::test]
async fn a_temporary_credential_is_taken_by_every_process_until_it_ends() {
    let scene = Scene::new().await;
    let who = signed_in("ada").identity;
    let mint = |networks: &[&str]| {
        let draft = TemporaryDraft {
            title: "a test".to_owned(),
            permissions: Some(vec![Pattern::parse("notes.*").unwrap()]),
            networks: networks.iter().map(|network| network.parse().unwrap()).collect(),
            life: 10 * MINUTE,
        };
        scene.replicas[0].sessions().mint(&who, &draft, None, None, None, NOW).unwrap()
    };
    let ask = async |replica: usize, token: &SecretString, client: &str, now: i64| {
        let snapshot = scene.replicas[replica].current();
        let credentials = Credentials::bearer(token.clone()).with_client(client.parse().unwrap());
        let outcome = snapshot.chain().authenticate(&credentials, Timestamp(now)).await;
        outcome.map_err(|rejection| rejection.reason.code())
    };
    let (session, token) = mint(&["192.0.2.0/24"]);
    let id = session.id.clone();
    assert!(session.digest != BrowserSessions::digest(token.expose_secret()));
    assert_eq!(ask(0, &token, "192.0.2.7", NOW).await.unwrap_err(), "temporary_credential_unknown");
    commit(&scene.store, Operation::BeginSession(session)).await;
    for replica in [0, 1] {
        let found = ask(replica, &token, "192.0.2.7", NOW).await.unwrap();
        let mark = found.temporary.clone().unwrap();
        assert_eq!((&*mark.id, mark.permissions.as_deref()), (&*id, Some(r#"["notes.*"]"#)));
        let mut plain = Identity::clone(&found);
        plain.temporary = None;
        assert_eq!(plain, who);
        assert_eq!(
            ask(replica, &token, "198.51.100.7", NOW).await.unwrap_err(),
            "temporary_credential_network"
        );
        // A use does not make it last.
        assert!(ask(replica, &token, "192.0.2.7", NOW + 9 * MINUTE).await.is_ok());
        let over = ask(replica, &token, "192.0.2.7", NOW + 10 * MINUTE).await;
        assert_eq!(over.unwrap_err(), "temporary_credential_ended");
    }
    assert_eq!(scene.ask(0, &token, NOW).await, Err("session_ended"), "as a cookie it is nothing");
    end(&scene.store, &id).await;
    for replica in [0, 1] {
        scene.replicas[replica].refresh().await.unwrap();
        let gone = ask(replica, &token, "192.0.2.7", NOW).await;
        assert_eq!(gone.unwrap_err(), "temporary_credential_ended");
    }
    let (session, token) = mint(&[]);
    commit(&scene.store, Operation::BeginSession(session)).await;
    assert!(ask(1, &token, "2001:db8::1", NOW).await.is_ok());
    commit(&scene.store, Operation::Remove { kind: "provider".into(), id: "prv_1".into() }).await;
    scene.replicas[1].refresh().await.unwrap();
    assert_eq!(ask(1, &token, "2001:db8::1", NOW).await.unwrap_err(), "temporary_credential_owner");
}

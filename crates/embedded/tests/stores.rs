//! Over the database that a server administers, and over policy files that change.
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use casemate_directory::{Administration, Directory, DirectoryHost, Folder};
use casemate_embedded::Embedded;
use casemate_embedded::identity::remote::{Fetch, FetchError, Fetched, Reply, Submission};
use casemate_embedded::identity::{BoxFuture, Identity, Kind};
use casemate_sdk::{
    AuditEvent, Authority as _, Credential, Doer, Error, Outcome, PermissionsManager, Question, TestClock,
};
use casemate_store::{AuditFilter, DataFolder, Database, Retention, Store};
use casemate_test_support::Postgres;

/// Microseconds since 1970: some day in 2026.
const NOW: i64 = 1_790_000_000_000_000;

const ROLES: &str = r#"
format = 1
[[provider]]
name = "corp"
issuer = "https://corp.example"
audiences = ["notes"]
[[credential]]
id = "reporter"
secret_sha256 = "SECRET"
permissions = [{ name = "notes.read" }]
[[role]]
name = "author"
permissions = [{ name = "notes.write" }]
"#;

const ASSIGNED: &str = "[[assignment]]\nrole = \"author\"\nto = { provider = \"corp\", id = \"ada\" }\n";

struct Offline;

impl Fetch for Offline {
    fn fetch<'a>(&'a self, _: &'a url::Url, _: usize) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        Box::pin(async { Err(FetchError::Unreachable("there is no network".into())) })
    }

    fn submit<'a>(&'a self, _: Submission<'a>) -> BoxFuture<'a, Result<Reply, FetchError>> {
        Box::pin(async { Err(FetchError::Unreachable("there is no network".into())) })
    }
}

fn files(more: &str) -> String {
    let digest: String =
        casemate_directory::sha256("reporter-secret").iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}{more}", ROLES.replace("SECRET", &digest))
}

/// What a server is to the database.
struct Server {
    store: Arc<Store>,
    administration: Administration,
}

impl Server {
    async fn on(database: Database<'_>) -> Server {
        let store = Arc::new(Store::open_database(database, Retention::default(), || NOW).await.unwrap());
        let host = DirectoryHost::new(Arc::new(Offline));
        let directory = Arc::new(Directory::open(store.reader(), host).await.unwrap());
        Server { administration: Administration::new(Arc::clone(&store), directory), store }
    }

    async fn apply(&self, more: &str) -> i64 {
        let folder = Folder::of_texts(vec![(PathBuf::from("policy.toml"), files(more))]).unwrap();
        self.administration.apply_folder(folder, NOW).await.unwrap()
    }
}

fn ada() -> Arc<Identity> {
    Arc::new(Identity::new("corp", "ada", Kind::USER))
}

async fn what_was_done_stands_in_the_trail(server: &Server, opened: &Embedded) {
    let reporter = opened.identify(Credential::bearer("reporter-secret")).await.unwrap();
    let done =
        |subject: Doer| AuditEvent::new("notes.note.purge", Outcome::Success).by(subject).on("note", "7");
    let audit = opened.audit();
    audit.record(done(Doer::Itself)).await.unwrap();
    let mut batch = audit.batch(10);
    let token = Doer::Token("reporter-secret".into());
    for subject in
        [(&reporter).into(), token, Doer::Anonymous, Doer::Named { kind: "job".into(), id: "n".into() }]
    {
        batch.add(done(subject)).unwrap();
    }
    let wrong = [
        AuditEvent::new("casemate.role.update", Outcome::Success),
        AuditEvent::new("notes.*", Outcome::Success),
        done(Doer::Token("guessed".into())),
        done(Doer::Identity("usr_none".into())),
        done(Doer::Itself).with(serde_json::json!([])),
        done(Doer::Itself).at(NOW - 8 * 24 * 3_600 * 1_000_000),
    ];
    let count = wrong.len();
    wrong.into_iter().for_each(|event| batch.add(event).unwrap());
    let told = batch.flush().await.unwrap_err();
    assert_eq!((told.refused.len(), told.left), (count, 0), "{told}");
    let filter = AuditFilter { action: Some("notes.note.purge".to_owned()), ..AuditFilter::default() };
    let told = server.store.reader().audit_events(&filter, None, 10).await.unwrap();
    let mut told: Vec<_> = told
        .iter()
        .map(|stored| (stored.event.actor.kind.as_str(), stored.event.actor.id.as_str()))
        .collect();
    told.sort_unstable();
    let kind = reporter.identity().kind.unwrap();
    let mut expected =
        [("system", "reports"), (kind, "reporter"), (kind, "reporter"), ("anonymous", ""), ("job", "n")];
    expected.sort_unstable();
    assert_eq!(told, expected);
}

async fn follows_what_a_server_administers(database: Database<'_>, opened: Embedded) {
    let server = Server::on(database).await;
    let nobody = opened.identify(Credential::bearer("reporter-secret")).await.unwrap_err();
    assert!(matches!(nobody, Error::CredentialRejected { .. }), "{nobody:?}");
    let revision = server.apply(ASSIGNED).await;
    opened.at_least(revision).await.unwrap();
    let reporter = opened.identify(Credential::bearer("reporter-secret")).await.unwrap();
    assert!(reporter.can("notes.read") && !reporter.can("notes.write"));
    assert!(reporter.revision() >= revision);
    let author = opened.caller_of(&ada()).await.unwrap();
    assert!(author.can("notes.write"));

    let revision = server.apply("").await;
    opened.at_least(revision).await.unwrap();
    assert!(!opened.caller_of(&ada()).await.unwrap().can("notes.write"), "taken away");
    assert!(author.can("notes.write"), "a request that is under way ends with what it began with");
    let account = Arc::new(Identity::new("casemate", "svc_1", Kind::SERVICE));
    assert_eq!(opened.caller_of(&account).await.unwrap().directory_id(), Some("svc_1"));
    assert_eq!(author.directory_id(), None, "a user whom no directory has");
    let anonymous = opened.identify(Credential::ANONYMOUS).await.unwrap();
    assert!(anonymous.is_anonymous() && !anonymous.can("notes.read"));

    assert_eq!(opened.without_authorization(" ").await.unwrap_err(), Error::NoReason);
    let capability = opened.without_authorization("nightly cleanup").await.unwrap();
    assert!(capability.can(&Question::new("notes.delete")));
    what_was_done_stands_in_the_trail(&server, &opened).await;
    let action = Some("casemate.authorization.suspend".to_owned());
    let filter = AuditFilter { action, ..AuditFilter::default() };
    let told = server.store.reader().audit_events(&filter, None, 10).await.unwrap();
    let told: Vec<_> = told
        .iter()
        .map(|stored| (stored.event.reason.as_deref(), stored.event.actor.id.as_str(), stored.event.at))
        .collect();
    assert_eq!(told, [(Some("nightly cleanup"), "reports", NOW)]);
    opened.close().await;
}

fn builder() -> casemate_embedded::Builder {
    Embedded::builder().process("reports").clock(Arc::new(TestClock::at(NOW)))
}

#[tokio::test]
async fn a_data_folder_is_followed() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("data");
    assert!(builder().data_folder(&path).await.is_err(), "whoever mistypes a folder makes none");
    assert!(!path.exists());
    let folder = DataFolder::open_or_create(&path).unwrap();
    assert!(builder().data_folder(&path).await.is_err(), "a folder without a database");
    drop(Server::on(Database::Embedded(&folder)).await);
    let opened = builder().data_folder(&path).await.unwrap();
    follows_what_a_server_administers(Database::Embedded(&folder), opened).await;
}

#[tokio::test]
async fn a_postgresql_database_is_followed() {
    let server = Postgres::start().unwrap();
    let url = server.create_database().unwrap().into();
    assert!(builder().postgres(&url).await.is_err(), "a database that holds nothing");
    drop(Server::on(Database::Postgres(&url)).await);
    let opened = builder().postgres(&url).await.unwrap();
    follows_what_a_server_administers(Database::Postgres(&url), opened).await;
}

/// Whether whoever presents nothing is answered about.
async fn answers(opened: &Embedded) -> Result<(), Error> {
    opened.identify(Credential::ANONYMOUS).await.map(|_| ())
}

/// However long it is, what is looked at goes on to count.
async fn goes_on_while_it_is_looked_at(clock: &TestClock, opened: &Embedded) {
    for _ in 0..3 {
        clock.advance(Duration::from_secs(60));
        let mut looks = opened.directory().looked();
        tokio::time::timeout(Duration::from_secs(30), async {
            while answers(opened).await.is_err() {
                looks.changed().await.unwrap();
                tokio::task::yield_now().await;
            }
        })
        .await
        .unwrap();
    }
}

#[tokio::test]
async fn what_a_database_said_counts_until_the_lease_ends_and_then_nobody_is_let_in() {
    let server = Postgres::start().unwrap();
    let url = server.create_database().unwrap().into();
    Server::on(Database::Postgres(&url)).await.apply(ASSIGNED).await;
    let clock = TestClock::at(NOW);
    let opened = Embedded::builder().clock(Arc::new(clock.clone())).postgres(&url).await.unwrap();
    goes_on_while_it_is_looked_at(&clock, &opened).await;
    drop(server);
    assert_eq!(answers(&opened).await, Ok(()));
    // A look that was under way as it stopped may come to its end.
    let refused = tokio::time::timeout(Duration::from_secs(30), async {
        loop {
            clock.advance(Duration::from_secs(10));
            tokio::task::yield_now().await;
            if let Err(refused) = answers(&opened).await {
                return refused;
            }
        }
    });
    let refused = refused.await.unwrap();
    assert!(matches!(refused, Error::Unavailable(_)), "{refused}");
    clock.advance(Duration::from_secs(60));
    assert_eq!(opened.identify(Credential::bearer("reporter-secret")).await.unwrap_err().status(), 503);
    assert!(matches!(opened.caller_of(&ada()).await, Err(Error::Unavailable(_))));
    clock.set(NOW);
    assert!(answers(&opened).await.is_err(), "a clock that is set back brings nothing back");
}

#[tokio::test]
async fn what_a_data_folder_said_counts_while_it_is_looked_at() {
    let parent = tempfile::tempdir().unwrap();
    let path = parent.path().join("data");
    let folder = DataFolder::open_or_create(&path).unwrap();
    Server::on(Database::Embedded(&folder)).await.apply(ASSIGNED).await;
    let clock = TestClock::at(NOW);
    let opened = Embedded::builder().clock(Arc::new(clock.clone())).data_folder(&path).await.unwrap();
    goes_on_while_it_is_looked_at(&clock, &opened).await;
}

#[tokio::test]
async fn policy_files_are_followed_and_a_bad_edit_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.toml");
    std::fs::write(&file, "format = 2").unwrap();
    assert!(builder().policy_files(folder.path()).await.is_err());
    std::fs::write(&file, files("")).unwrap();
    let clock = TestClock::at(NOW);
    let opened =
        Embedded::builder().clock(Arc::new(clock.clone())).policy_files(folder.path()).await.unwrap();
    assert!(!opened.caller_of(&ada()).await.unwrap().can("notes.write"));
    // Two looks have to find it the same, each half a second of the test's clock after the other.
    let until = async |revision: i64| {
        for _ in 0..10_000 {
            if opened.revision() >= revision {
                return;
            }
            clock.advance(Duration::from_millis(500));
            tokio::task::yield_now().await;
            tokio::task::spawn_blocking(|| ()).await.unwrap();
        }
        panic!("the edit does not come into force");
    };
    std::fs::write(&file, "format = 3").unwrap();
    std::fs::write(&file, files(ASSIGNED)).unwrap();
    until(2).await;
    assert!(opened.caller_of(&ada()).await.unwrap().can("notes.write"));
    let refused = opened.identify(Credential::bearer("eyJhbGciOiJub25lIn0.e30.")).await.unwrap_err();
    assert_eq!(refused.status(), 401, "{refused}");
    opened.without_authorization("a test").await.unwrap();
    assert!(matches!(
        tokio::time::timeout(Duration::from_secs(30), async {
            let waiting = opened.at_least(99);
            let moved = async {
                loop {
                    clock.advance(Duration::from_secs(1));
                    tokio::task::yield_now().await;
                }
            };
            tokio::select! { reached = waiting => reached, () = moved => Ok(()) }
        })
        .await,
        Ok(Err(Error::RevisionNotReached { wanted: 99, .. }))
    ));
}

#[tokio::test]
async fn files_of_other_systems_say_what_callers_hold() {
    let (folder, sources) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let source = |name: &str, more: &str| {
        format!("[[source]]\nname = \"{name}\"\nprovider = \"corp\"\nceiling = [\"notes.*\"]\n{more}\n")
    };
    std::fs::write(folder.path().join("policy.toml"), files(&source("file", "file = \"held.json\"")))
        .unwrap();
    let held = r#"{ "format": 1, "grant": [{ "to": { "id": "ada" }, "permissions": [{ "name": "notes.write" }] }] }"#;
    std::fs::write(sources.path().join("held.json"), held).unwrap();
    let clock = TestClock::at(NOW);
    let builder = || Embedded::builder().clock(Arc::new(clock.clone())).source_files(sources.path());
    let opened = builder().policy_files(folder.path()).await.unwrap();
    let caller = opened.caller_of(&ada()).await.unwrap();
    assert!(caller.can("notes.write"));
    clock.advance(std::time::Duration::from_secs(11));
    assert!(!caller.can("notes.write"), "what a file says is relied on for ten seconds");
    assert!(opened.caller_of(&ada()).await.unwrap().can("notes.write"));
    // An endpoint that nobody can reach lets nobody in.
    let http = "[source.http]\nurl = \"https://legacy.example/\"\nsigning_secret = { env = \"PATH\" }";
    std::fs::write(folder.path().join("policy.toml"), files(&source("endpoint", http))).unwrap();
    let opened = builder().policy_files(folder.path()).await.unwrap();
    assert!(matches!(opened.caller_of(&ada()).await, Err(Error::Permissions(_))));
}

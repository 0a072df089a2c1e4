//! What one replica changes, another is told of: none of these looks for changes by itself within the time of a test.

use std::sync::Arc;
use std::time::{Duration, Instant};

use casemate_store::Database;
use casemate_test_support::Postgres;
use serde_json::{Value, json};
use sqlx::{Connection as _, Executor as _, PgConnection};

use crate::support::Server;

/// How long it is waited for what comes, if it comes at all.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a replica looks for changes by itself: whatever it knows sooner, it was told of.
const NEVER: Duration = Duration::from_secs(3_600);

async fn replica(url: &str) -> Server {
    let database = url.to_owned().into();
    let server = Server::looking(Database::Postgres(&database), None, false, Some(NEVER)).await;
    tokio::spawn(Arc::clone(&server.app.directory).follow(server.app.store.revisions()));
    let store = Arc::clone(&server.app.store);
    tokio::spawn(async move { store.listen().await });
    server
}

/// Two replicas on one database, and a role to assign.
async fn two(url: &str) -> [Server; 2] {
    let first = replica(url).await;
    let held = json!([{"name": "notes.read"}, {"name": "casemate.identity.read"}]);
    first.make("/api/v1/roles", &json!({"name": "reader", "permissions": held})).await;
    [first, replica(url).await]
}

/// Makes the assignment of a user, and gives its path and the revision.
async fn assign(server: &Server, to: Value) -> (String, i64) {
    let wanted = json!({"role": "reader", "to": to});
    let made = server.admin("POST /api/v1/assignments", Some(&wanted)).await;
    (format!("/api/v1/assignments/{}", made.id()), made.header("casemate-revision").parse().unwrap())
}

async fn delete(server: &Server, path: &str) -> i64 {
    undo(server, &format!("DELETE {path}")).await
}

async fn undo(server: &Server, request: &str) -> i64 {
    let gone = server.send(request, Some("administrator"), &[("if-match", "*")], None).await;
    assert!(gone.status.is_success(), "{} {}", gone.status, gone.text);
    gone.header("casemate-revision").parse().unwrap()
}

/// Waits until a replica answers from a revision.
async fn taken(server: &Server, revision: i64) {
    let mut taken = server.app.directory.taken();
    let arrived = taken.wait_for(|taken| *taken >= revision);
    // Where nobody tells of the change, it ends here.
    tokio::time::timeout(PATIENCE, arrived).await.unwrap().unwrap();
}

async fn may(server: &Server, subject: &str, at_least: Option<i64>) -> bool {
    let question = json!({
        "subject": {"type": "user", "id": subject}, "action": {"name": "notes.read"},
        "resource": {"type": "note", "id": "1"},
    });
    let at_least = at_least.map(|revision| revision.to_string());
    let headers: Vec<(&str, &str)> =
        at_least.iter().map(|revision| ("casemate-at-least", revision.as_str())).collect();
    let answer = server.send("POST /access/v1/evaluation", Some("asker"), &headers, Some(&question)).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    answer.body["decision"].as_bool().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_is_told_of_what_another_changes() {
    let database = Postgres::start().unwrap();
    let [first, second] = two(&database.create_database().unwrap()).await;
    for _ in 0..5 {
        let (path, revision) = assign(&first, json!({"id": "ada"})).await;
        taken(&second, revision).await;
        assert!(may(&second, "ada", None).await);
        taken(&second, delete(&first, &path).await).await;
        assert!(!may(&second, "ada", None).await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_whose_connection_is_lost_listens_again() {
    let database = Postgres::start().unwrap();
    let url = database.create_database().unwrap();
    let [first, second] = two(&url).await;
    let mut other = PgConnection::connect(&url).await.unwrap();
    for round in 0..3 {
        let (path, revision) = assign(&first, json!({"id": "ada"})).await;
        taken(&second, revision).await;
        let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() \
                   AND query LIKE 'LISTEN %'";
        let ended = other.execute(end).await.unwrap().rows_affected();
        assert_eq!(ended, 2, "each replica listens once, round {round}");
        // At once, while nobody listens; and once they do again.
        taken(&second, delete(&first, &path).await).await;
        assert!(!may(&second, "ada", None).await);
        let (path, revision) = assign(&second, json!({"id": "ada"})).await;
        taken(&first, revision).await;
        taken(&first, delete(&second, &path).await).await;
        assert!(!may(&first, "ada", None).await);
        listening(&mut other).await;
    }
}

/// Waits until both replicas listen.
async fn listening(other: &mut PgConnection) {
    let began = Instant::now();
    let count = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN %'";
    while other.fetch_all(count).await.unwrap().len() < 2 {
        assert!(began.elapsed() < PATIENCE);
        tokio::task::yield_now().await;
    }
}

/// Numbers that are the same in each run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most as u64) as usize
    }
}

/// Somebody who is granted and denied something again and again.
struct Granted {
    /// Where a question goes to be answered.
    subject: String,
    /// The assignment, or the API key, where there is one.
    path: Option<String>,
    key: String,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_has_seen_a_revocation_is_never_answered_from_before_it() {
    let rounds = if std::env::var_os("CASEMATE_LONG").is_some() { 10_000 } else { 200 };
    let database = Postgres::start().unwrap();
    let replicas = two(&database.create_database().unwrap()).await;
    let robot = replicas[0].make("/api/v1/service-accounts", &json!({"name": "robot"})).await;
    let keys = format!("/api/v1/service-accounts/{robot}/api-keys");
    let mut numbers = Numbers(0x5eed);
    let mut people: Vec<Granted> = (0..20)
        .map(|number| Granted { subject: format!("user-{number}"), path: None, key: String::new() })
        .collect();
    let mut late = Vec::with_capacity(rounds);
    for round in 0..rounds {
        let (place, writes) = (numbers.below(people.len()), numbers.below(2));
        let (writer, reader) = (&replicas[writes], &replicas[1 - writes]);
        // A quarter of them are API keys, which are revoked; the others' assignments are deleted.
        let is_key = place % 4 == 0;
        let somebody = &mut people[place];
        let revision = match somebody.path.take() {
            Some(path) if is_key => undo(writer, &format!("POST {path}/revoke")).await,
            Some(path) => delete(writer, &path).await,
            None if is_key => {
                let made = writer.admin(&format!("POST {keys}"), Some(&json!({"title": "t"}))).await;
                somebody.path = Some(format!("/api/v1/api-keys/{}", made.id()));
                somebody.key = made.body["key"].as_str().unwrap().to_owned();
                made.header("casemate-revision").parse().unwrap()
            }
            None => {
                let (path, revision) = assign(writer, json!({"id": somebody.subject})).await;
                somebody.path = Some(path);
                revision
            }
        };
        let is_granted = somebody.path.is_some();
        let began = Instant::now();
        if is_key {
            let at_least = revision.to_string();
            let headers = [("casemate-at-least", at_least.as_str())];
            let answer = reader.send("GET /api/v1/me", Some(&somebody.key), &headers, None).await;
            let expected = if is_granted { 200 } else { 401 };
            assert_eq!(answer.status.as_u16(), expected, "round {round}: {}", answer.text);
        } else {
            assert_eq!(may(reader, &somebody.subject, Some(revision)).await, is_granted, "round {round}");
        }
        late.push(began.elapsed());
    }
    late.sort_unstable();
    let (half, most) = (late[rounds / 2], late[rounds - 1]);
    let p99 = late[rounds * 99 / 100];
    show(half, p99, most);
}

/// How long it took from the answer of the one to that of the other.
#[expect(clippy::print_stderr, reason = "a figure for whoever looks at it")]
fn show(half: Duration, p99: Duration, most: Duration) {
    eprintln!("half of the answers within {half:?}, 99 % within {p99:?}, all within {most:?}");
}

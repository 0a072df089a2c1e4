//! A connection to PostgreSQL that is cut while a change is committed: nobody is told that it was, or that it was not.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot prepare has failed")]

use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;

use casemate_store::{Actor, Commit, CommitError, Database, Draft, Operation, Retention, Store};
use casemate_test_support::Postgres;

/// Where the wire is cut once.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Cut {
    /// The server never hears that it is to commit.
    Before,
    /// The server commits, and its answer does not arrive.
    After,
}

/// What stands between the store and its server.
struct Wire {
    folder: tempfile::TempDir,
    cut: Arc<Mutex<Option<Cut>>>,
}

impl Wire {
    /// A socket by the name that PostgreSQL's clients look for, which leads to the server's.
    fn to(server: PathBuf) -> Wire {
        let folder = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(folder.path().join(".s.PGSQL.5432")).unwrap();
        let cut = Arc::new(Mutex::new(None));
        let armed = Arc::clone(&cut);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                // The server is gone at the end of the test.
                let Ok(server) = UnixStream::connect(&server) else { break };
                join(&client, &server, &armed);
            }
        });
        Wire { folder, cut }
    }

    fn cut_at_the_next_commit(&self, cut: Cut) {
        *self.cut.lock().unwrap() = Some(cut);
    }

    fn was_cut(&self) -> bool {
        self.cut.lock().unwrap().is_none()
    }
}

fn join(client: &UnixStream, server: &UnixStream, armed: &Arc<Mutex<Option<Cut>>>) {
    let (mut from_client, mut to_server) = (client.try_clone().unwrap(), server.try_clone().unwrap());
    let (mut from_server, mut to_client) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    let armed = Arc::clone(armed);
    thread::spawn(move || {
        let mut bytes = [0; 1 << 16];
        while let Ok(read @ 1..) = from_client.read(&mut bytes) {
            let sent = &bytes[..read];
            let cut = is_commit(sent).then(|| armed.lock().unwrap().take()).flatten();
            if cut == Some(Cut::After) {
                // From here on the client hears nothing, and the server is heard to the end.
                from_client.shutdown(Shutdown::Write).unwrap();
                to_server.write_all(sent).unwrap();
                to_server.shutdown(Shutdown::Write).unwrap();
                break;
            }
            if cut == Some(Cut::Before) || to_server.write_all(sent).is_err() {
                break;
            }
        }
        let _ = from_client.shutdown(Shutdown::Both);
        let _ = to_server.shutdown(Shutdown::Write);
    });
    thread::spawn(move || {
        let mut bytes = [0; 1 << 16];
        let mut is_heard = true;
        while let Ok(read @ 1..) = from_server.read(&mut bytes) {
            is_heard = is_heard && to_client.write_all(&bytes[..read]).is_ok();
        }
        let _ = to_client.shutdown(Shutdown::Both);
    });
}

/// Whether a simple query says that a transaction is to be committed (`Query` of PostgreSQL's protocol).
fn is_commit(bytes: &[u8]) -> bool {
    bytes.windows(7).any(|window| window == b"COMMIT\0")
}

fn change(name: &str) -> Commit {
    let draft = Draft {
        kind: "role".into(),
        id: format!("rol_{name}"),
        tenant: "default".into(),
        name: name.into(),
        body: "{}".into(),
        origin: String::new(),
    };
    Commit {
        base: None,
        at: 5,
        actor: Actor::default(),
        summary: String::new(),
        operations: vec![Operation::Put(draft)],
        events: vec![],
        fence: None,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whether_a_change_was_made_is_unclear_where_the_answer_is_lost_and_the_next_one_is_made() {
    let server = Postgres::start().unwrap();
    let url = server.create_database().unwrap();
    let (database, folder) = url.split_once("?host=").unwrap();
    let wire = Wire::to(Path::new(folder).join(".s.PGSQL.5432"));
    let url = format!("{database}?host={}", wire.folder.path().display()).into();
    let store = Store::open_database(Database::Postgres(&url), Retention::default(), || 0).await.unwrap();
    assert_eq!(store.commit(change("first")).await, Ok(1));

    for (cut, name, is_made) in [(Cut::Before, "unheard", false), (Cut::After, "unanswered", true)] {
        let before = store.reader().revision().await.unwrap();
        wire.cut_at_the_next_commit(cut);
        let outcome = store.commit(change(name)).await;
        assert_eq!(outcome, Err(CommitError::Unclear { revision: before + 1 }), "{cut:?}");
        assert!(wire.was_cut());
        let after = store.commit(change(&format!("{name}-next"))).await.unwrap();
        assert_eq!(
            after,
            before + 1 + i64::from(is_made),
            "{cut:?}: a number is taken by what was made alone"
        );
        let objects = store.reader().objects().await.unwrap();
        assert_eq!(objects.items.iter().any(|object| object.name == name), is_made, "{cut:?}");
    }
    store.close().await;
}

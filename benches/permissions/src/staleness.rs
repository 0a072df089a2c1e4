//! How long a replica goes on answering as before once another acknowledged that something was taken from somebody: two servers
//! on one database of PostgreSQL, both under load, and asked without the revision of the change.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use casemate_figures::{Failure, Figure, say};
use casemate_test_support::Postgres;
use serde_json::{Value, json};

use crate::asking::{Connection, percentile, request};
use crate::server::Server;

/// How much is taken from somebody.
const REVOCATIONS: usize = if cfg!(debug_assertions) { 30 } else { 400 };
/// How many connections ask each replica all the while, and how long each waits between two questions.
const ASKING: usize = 4;
const BETWEEN_QUESTIONS: Duration = Duration::from_millis(10);
/// How long is waited between two changes elsewhere.
const BETWEEN_CHANGES: Duration = Duration::from_millis(100);
/// How long a replica may answer as before until something must be wrong.
const LONGEST: Duration = Duration::from_secs(10);

/// Measures how long, in milliseconds.
pub(crate) fn measure(casemate: &Path, folder: &Path) -> Result<Vec<Figure>, Failure> {
    fs::create_dir_all(folder)?;
    let postgres = Postgres::start()?;
    let (database, root_key) = (postgres.create_database()?, folder.join("root.key"));
    let start = |name: &str| Server::replica(casemate, &folder.join(name), &database, &root_key);
    let first = start("first")?;
    let key = prepare(&first)?;
    let second = start("second")?;
    say("measuring how soon a revocation counts at another replica");
    let (ends, questions, changes) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    let begun = Instant::now();
    let mut took = std::thread::scope(|scope| -> Result<Vec<f64>, Failure> {
        let mut others = Vec::new();
        for server in [&first, &second] {
            for _ in 0..ASKING {
                others.push(
                    scope.spawn(|| {
                        asking(server, &key, (&ends, &questions)).map_err(|error| error.to_string())
                    }),
                );
            }
            others.push(
                scope.spawn(|| changing(server, &key, (&ends, &changes)).map_err(|error| error.to_string())),
            );
        }
        let took = revocations([&first, &second], &key);
        ends.store(true, Ordering::Relaxed);
        for other in others {
            other.join().map_err(|_| "a thread of the load ended")??;
        }
        took
    })?;
    let seconds = begun.elapsed().as_secs_f64();
    let of = |what: &str| format!("revoked at one replica until it counts at the other: {what}");
    Ok(vec![
        Figure::new(of("times"), took.len() as f64, ""),
        Figure::new(of("questions to both meanwhile"), questions.into_inner() as f64 / seconds, "/s"),
        Figure::new(of("other changes meanwhile"), changes.into_inner() as f64 / seconds, "/s"),
        Figure::new(of("p50"), percentile(&mut took, 50.0), "ms"),
        Figure::new(of("p99"), percentile(&mut took, 99.0), "ms").at_most(50.0),
        Figure::new(of("longest"), percentile(&mut took, 100.0), "ms"),
    ])
}

fn prepare(server: &Server) -> Result<String, Failure> {
    let mut connection = Connection::to(server.address)?;
    let operator = json!({ "service_account": { "name": "operator" } });
    let first = json!({ "key": server.one_time_key, "administrator": operator });
    let made = connection.json("POST /api/v1/administrators", "", "", Some(&first))?;
    let key = made.pointer("/api_key/key").and_then(Value::as_str).ok_or("there is no key")?.to_owned();
    let provider = json!({ "name": "corp", "issuer": "https://corp.example", "audiences": ["casemate"] });
    connection.json("POST /api/v1/providers", "", &key, Some(&provider))?;
    let role = json!({ "name": "reader", "permissions": [{ "name": "cms.entry.read" }] });
    connection.json("POST /api/v1/roles", "", &key, Some(&role))?;
    assign(&mut connection, &key, "always")?;
    Ok(key)
}

/// Assigns the role to somebody; gives the request that takes it from them.
fn assign(connection: &mut Connection, key: &str, to: &str) -> Result<Vec<u8>, Failure> {
    let assignment = json!({ "role": "reader", "to": { "provider": "corp", "id": to } });
    let made = again(|| connection.json("POST /api/v1/assignments", "", key, Some(&assignment)))?;
    let id = made.get("id").and_then(Value::as_str).ok_or("there is no assignment")?;
    let revision = made.get("revision").and_then(Value::as_i64).ok_or("the assignment has no revision")?;
    // Only with the revision that was read.
    let conditional = format!("DELETE /api/v1/assignments/{id} HTTP/1.1\r\nIf-Match: \"{revision}\"");
    Ok(format!(
        "{conditional}\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\nContent-Length: 0\r\n\r\n"
    )
    .into_bytes())
}

/// Does something again that others' changes are in the way of: a server says 503 then, once it tried some times.
fn again<T>(mut ask: impl FnMut() -> Result<T, Failure>) -> Result<T, Failure> {
    loop {
        match ask() {
            Err(error) if error.to_string().contains(" 503 ") => {}
            answer => return answer,
        }
    }
}

/// A question about somebody.
fn question(key: &str, about: &str) -> Vec<u8> {
    let body = json!({
        "subject": { "type": "user", "id": about },
        "action": { "name": "cms.entry.read" },
        "resource": { "type": "entry", "id": "1" },
    });
    request("POST /access/v1/evaluation", "", key, Some(&body))
}

fn may(connection: &mut Connection, question: &[u8]) -> Result<bool, Failure> {
    let answer: Value = serde_json::from_slice(&connection.ask(question)?)?;
    Ok(answer.get("decision").and_then(Value::as_bool).ok_or("there is no decision")?)
}

/// Takes the role from one after the other at the first server, and asks the second until it says so; gives how many
/// milliseconds that took from when the first had answered.
fn revocations([first, second]: [&Server; 2], key: &str) -> Result<Vec<f64>, Failure> {
    let (mut changed, mut asked) = (Connection::to(first.address)?, Connection::to(second.address)?);
    let mut until = |question: &[u8], wanted: bool| -> Result<f64, Failure> {
        let begun = Instant::now();
        while may(&mut asked, question)? != wanted {
            if begun.elapsed() > LONGEST {
                return Err("a replica does not follow the other".into());
            }
        }
        Ok(begun.elapsed().as_secs_f64() * 1e3)
    };
    let mut took = Vec::with_capacity(REVOCATIONS);
    for number in 0..REVOCATIONS {
        let name = format!("person-{number}");
        let question = question(key, &name);
        let revoke = assign(&mut changed, key, &name)?;
        until(&question, true)?;
        again(|| changed.ask(&revoke))?;
        took.push(until(&question, false)?);
    }
    Ok(took)
}

/// Asks about somebody to whom nothing happens.
fn asking(server: &Server, key: &str, (ends, asked): (&AtomicBool, &AtomicU64)) -> Result<(), Failure> {
    let mut connection = Connection::to(server.address)?;
    let question = question(key, "always");
    while !ends.load(Ordering::Relaxed) {
        if !may(&mut connection, &question)? {
            return Err("somebody lost what was not taken from them".into());
        }
        asked.fetch_add(1, Ordering::Relaxed);
        std::thread::sleep(BETWEEN_QUESTIONS);
    }
    Ok(())
}

/// Gives somebody else a role, and takes it from them.
fn changing(server: &Server, key: &str, (ends, changed): (&AtomicBool, &AtomicU64)) -> Result<(), Failure> {
    let mut connection = Connection::to(server.address)?;
    let name = format!("other-{}", server.address.port());
    while !ends.load(Ordering::Relaxed) {
        let revoke = assign(&mut connection, key, &name)?;
        std::thread::sleep(BETWEEN_CHANGES);
        again(|| connection.ask(&revoke))?;
        changed.fetch_add(2, Ordering::Relaxed);
        std::thread::sleep(BETWEEN_CHANGES);
    }
    Ok(())
}

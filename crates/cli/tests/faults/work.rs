//! What a server is asked while something goes wrong, and whether all that it acknowledged is on record afterwards.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use casemate_test_support::Casemate;
use serde_json::{Value, json};

/// What is asked at the same time, and by how many.
const ASKED: [(Asked, usize); 4] =
    [(Asked::Decision, 3), (Asked::Application, 1), (Asked::Read, 1), (Asked::Change, 2)];
/// How many events an application records at once.
const BATCH: usize = 3;
/// Before somebody who got no answer asks again, and before somebody looks again which checkpoint is shown.
const PAUSE: Duration = Duration::from_millis(2);

/// What comes into the log, by each of the ways there.
#[derive(Debug, Clone, Copy)]
enum Asked {
    /// A denial, which is recorded for itself.
    Decision,
    /// What an application records.
    Application,
    /// A read, which is recorded for itself.
    Read,
    /// A change with its event.
    Change,
}

impl Asked {
    /// The action of its events.
    fn action(self) -> &'static str {
        match self {
            Asked::Decision => "notes.read",
            Asked::Application => "notes.note.publish",
            Asked::Read => "casemate.role.list",
            Asked::Change => "casemate.role.create",
        }
    }

    /// Where in such an event the name stands by which it is known again.
    fn name_at(self) -> &'static str {
        match self {
            Asked::Decision | Asked::Application => "/resource/id",
            Asked::Read => "/request_id",
            Asked::Change => "/after/name",
        }
    }
}

/// What somebody outside saw of the log.
#[derive(Debug, Clone)]
struct Shown {
    keys: Value,
    checkpoint: String,
}

/// What was acknowledged, of all that one run asked for.
#[derive(Debug, Default)]
pub(crate) struct Acknowledged {
    /// What all names begin with.
    of: String,
    /// The names in what was acknowledged, by the action.
    told: Mutex<BTreeMap<&'static str, BTreeSet<String>>>,
    /// The last checkpoint that was shown.
    shown: Mutex<Option<Shown>>,
    count: AtomicUsize,
    next: AtomicUsize,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Acknowledged {
    /// Nothing yet, of the fall of a run.
    pub(crate) fn of(seed: u64, fall: u64) -> Acknowledged {
        Acknowledged { of: format!("r{seed}-{fall}-"), ..Acknowledged::default() }
    }

    fn name(&self) -> String {
        format!("{}{}", self.of, self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// How many events were acknowledged so far.
    pub(crate) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// Asks for as long as `meanwhile` takes.
    pub(crate) fn ask<T>(&self, casemate: &Casemate, key: &str, meanwhile: impl FnOnce() -> T) -> T {
        /// However `meanwhile` ends, nobody asks on.
        struct Stop<'a>(&'a AtomicBool);
        impl Drop for Stop<'_> {
            fn drop(&mut self) {
                self.0.store(true, Ordering::Relaxed);
            }
        }
        let stop = AtomicBool::new(false);
        let until_stopped = &|once: &dyn Fn() -> bool| {
            while !stop.load(Ordering::Relaxed) {
                if !once() {
                    thread::sleep(PAUSE);
                }
            }
        };
        thread::scope(|scope| {
            let stopping = Stop(&stop);
            for (asked, many) in ASKED {
                for _ in 0..many {
                    scope.spawn(move || until_stopped(&|| self.ask_once(casemate, key, asked)));
                }
            }
            scope.spawn(move || until_stopped(&|| self.look(casemate, key)));
            let outcome = meanwhile();
            drop(stopping);
            outcome
        })
    }

    /// Asks one thing; answers whether it was acknowledged.
    fn ask_once(&self, casemate: &Casemate, key: &str, asked: Asked) -> bool {
        let mut names = vec![self.name()];
        let name = names[0].clone();
        let (answer, acknowledged) = match asked {
            Asked::Decision => {
                let question = json!({ "subject": { "type": "user", "id": "mallory" },
                    "action": { "name": asked.action() }, "resource": { "type": "note", "id": name } });
                (casemate.post("/access/v1/evaluation", key, &question.to_string()), 200)
            }
            Asked::Application => {
                names.extend((1..BATCH).map(|_| self.name()));
                let item = |name: &String| {
                    json!({ "action": asked.action(), "outcome": "success",
                        "resource": { "type": "note", "id": name } })
                };
                let body = json!({ "items": names.iter().map(item).collect::<Vec<_>>() });
                (casemate.post("/api/v1/audit-events", key, &body.to_string()), 201)
            }
            Asked::Read => {
                let headers = [format!("Authorization: Bearer {key}"), format!("X-Request-ID: {name}")];
                let headers = headers.each_ref().map(String::as_str);
                (casemate.request("GET /api/v1/roles?limit=1", &headers, ""), 200)
            }
            Asked::Change => {
                let role = json!({ "name": name, "permissions": [] });
                (casemate.post("/api/v1/roles", key, &role.to_string()), 201)
            }
        };
        let Ok(answer) = answer else { return false };
        if answer.status != acknowledged {
            return false;
        }
        if matches!(asked, Asked::Decision) {
            assert_eq!(answer.json()["decision"], false, "{}", answer.body);
        }
        let acknowledged = names.len();
        locked(&self.told).entry(asked.action()).or_default().extend(names);
        self.count.fetch_add(acknowledged, Ordering::Relaxed);
        true
    }

    /// Looks which checkpoint is shown; answers whether it is another one.
    fn look(&self, casemate: &Casemate, key: &str) -> bool {
        let before = locked(&self.shown).clone();
        let keys = before.as_ref().map(|shown| shown.keys.clone()).or_else(|| keys(casemate, key));
        let (Some(keys), Some(checkpoint)) = (keys, checkpoint(casemate, key)) else { return false };
        let is_new = before.is_none_or(|before| before.checkpoint != checkpoint);
        *locked(&self.shown) = Some(Shown { keys, checkpoint });
        is_new
    }

    /// Compares with what is on record.
    ///
    /// # Errors
    /// Where something that was acknowledged is not on record, or is twice, or anything of the log is not proved.
    pub(crate) fn compare(&self, casemate: &Casemate, key: &str, remembered: &Path) -> Result<(), String> {
        let events = trail(casemate, key)?;
        let told = locked(&self.told);
        for (asked, _) in ASKED {
            let of_action = events.iter().filter(|event| event["action"] == asked.action());
            let names = of_action.filter_map(|event| event.pointer(asked.name_at())?.as_str());
            let recorded: Vec<_> = names.map(str::to_owned).collect();
            let once: BTreeSet<_> = recorded.iter().cloned().collect();
            if once.len() != recorded.len() {
                return Err(format!(
                    "{} of {} are on record twice",
                    recorded.len() - once.len(),
                    asked.action()
                ));
            }
            let lost = told.get(asked.action()).into_iter().flatten().filter(|name| !once.contains(*name));
            let lost: Vec<_> = lost.collect();
            if let Some(one) = lost.first() {
                return Err(format!("{} of {} are lost, as {one}", lost.len(), asked.action()));
            }
        }
        let last = events.last().and_then(|event| event["id"].as_u64()).ok_or("nothing is on record")?;
        self.prove(casemate, key, remembered, last)
    }

    /// That the log goes on from what was shown before, and is signed and whole up to this event, as somebody outside finds it.
    fn prove(&self, casemate: &Casemate, key: &str, remembered: &Path, last: u64) -> Result<(), String> {
        let signed = casemate.wait_until(|casemate| {
            let size = checkpoint(casemate, key)?.lines().nth(1)?.parse::<u64>().ok()?;
            (size > last && keys(casemate, key).is_some()).then_some(())
        });
        signed.map_err(|error| format!("the log is not signed: {error}"))?;
        // The check goes on where the one before ended, and then where the server ended that fell.
        verify(casemate, key, remembered)?;
        if let Some(Shown { keys, checkpoint }) = locked(&self.shown).take() {
            let shown = remembered.with_extension("shown");
            fs::write(&shown, json!({ "keys": keys, "checkpoint": checkpoint }).to_string()).unwrap();
            verify(casemate, key, &shown)?;
            fs::remove_file(shown).unwrap();
        }
        Ok(())
    }
}

/// The keys by which the log is signed, once there is one.
fn keys(casemate: &Casemate, key: &str) -> Option<Value> {
    let keys = casemate.get("/api/v1/audit-log/key", key).ok()?.json()["keys"].take();
    keys.as_array().is_some_and(|keys| !keys.is_empty()).then_some(keys)
}

/// The newest checkpoint, once there is one.
fn checkpoint(casemate: &Casemate, key: &str) -> Option<String> {
    let answer = casemate.get("/api/v1/audit-log/checkpoint", key).ok()?;
    (answer.status == 200).then_some(answer.body)
}

/// What a check of the log from outside says, which goes on from what is remembered.
fn verify(casemate: &Casemate, key: &str, remembered: &Path) -> Result<(), String> {
    let server = format!("http://{}", casemate.address());
    let said = Command::new(env!("CARGO_BIN_EXE_casemate"))
        .args(["audit", "verify", "--server", &server, "--remember"])
        .arg(remembered)
        .env("CASEMATE_CREDENTIAL", key)
        .output()
        .unwrap();
    let text = format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    if said.status.success() { Ok(()) } else { Err(text) }
}

/// All that is on record of the tenant, the oldest first.
fn trail(casemate: &Casemate, key: &str) -> Result<Vec<Value>, String> {
    let (mut events, mut after) = (Vec::new(), None::<String>);
    loop {
        let mut search = json!({ "sort": "id", "limit": 1000 });
        if let Some(after) = &after {
            search["after"] = json!(after);
        }
        let answer = casemate.post("/api/v1/audit-events/search", key, &search.to_string());
        let answer = answer.map_err(|error| error.to_string())?;
        let mut page = answer.json();
        let items = page["items"].as_array_mut().filter(|_| answer.status == 200);
        events.append(items.ok_or(answer.body)?);
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() {
            return Ok(events);
        }
    }
}

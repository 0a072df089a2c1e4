//! Interleaved measuring: each server takes its turn in every round, so that whatever the machine does meanwhile befalls both.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;

use crate::load::{Load, Request};
use crate::server::Server;
use crate::workload::{EACH, Person, Question, SECRET, answers_of_casemate, answers_of_cerbos};
use crate::{Failure, say};

/// How often each takes its turn, and for how long.
const ROUNDS: usize = if cfg!(debug_assertions) { 2 } else { 9 };
const TURN: Duration = Duration::from_millis(if cfg!(debug_assertions) { 300 } else { 1_500 });
const CONNECTIONS: usize = 64;

/// A server that answers the questions.
struct Asked<'a> {
    server: &'a Server,
    load: Load,
    /// CPU microseconds per decision, by round.
    each: Vec<f64>,
}

/// What was measured of one way to ask.
pub(crate) struct Measured {
    /// CPU microseconds per decision, of Casemate and of Cerbos.
    pub(crate) cpu: [f64; 2],
    /// How many times as much Cerbos takes: the median over the rounds.
    pub(crate) beside: f64,
}

/// Asks both servers, of which the first is Casemate: one question in a request, those that are allowed alone, all of a person
/// at once, and those of them that are allowed.
pub(crate) fn measure(servers: [&Server; 2], people: &[Person]) -> Result<[Measured; 4], Failure> {
    let allowed = |question: &Question| question.is_allowed;
    let mut all = [
        asked(servers, people, one, 1, |_| true)?,
        asked(servers, people, one, 1, allowed)?,
        asked(servers, people, several, EACH, |_| true)?,
        asked(servers, people, several, EACH, allowed)?,
    ];
    for asked in all.iter_mut().flatten() {
        asked.load.run(TURN)?;
    }
    say(&format!("both servers give the same answers; measuring, {ROUNDS} rounds"));
    for _ in 0..ROUNDS {
        for asked in all.iter_mut().flatten() {
            asked.turn()?;
        }
    }
    Ok(all.each_ref().map(Measured::of))
}

/// Servers that are asked those questions that are wanted, so many of a person at once.
fn asked<'a>(
    [casemate, cerbos]: [&'a Server; 2],
    people: &[Person],
    ask: fn(&Person, &[&Question]) -> [Asking; 2],
    at_once: usize,
    wanted: fn(&Question) -> bool,
) -> Result<[Asked<'a>; 2], Failure> {
    let (mut ours, mut theirs, mut expected) = (Vec::new(), Vec::new(), Vec::new());
    for person in people {
        let wanted: Vec<&Question> = person.questions.iter().filter(|question| wanted(question)).collect();
        for questions in wanted.chunks(at_once) {
            let [of_casemate, of_cerbos] = ask(person, questions);
            ours.push(of_casemate.request(casemate.address, questions));
            theirs.push(of_cerbos.request(cerbos.address, questions));
            expected.extend(questions.iter().map(|question| question.is_allowed));
        }
    }
    Ok([
        Asked::new(casemate, ours, "\"decision\":true")?.checked(&expected)?,
        Asked::new(cerbos, theirs, "\"EFFECT_ALLOW\"")?.checked(&expected)?,
    ])
}

/// Where something is asked, and how.
struct Asking {
    path: &'static str,
    body: Value,
}

impl Asking {
    fn request(&self, address: SocketAddr, of: &[&Question]) -> Request {
        let allowed = of.iter().filter(|question| question.is_allowed).count();
        let bytes = post(self.path, address, SECRET, &self.body.to_string());
        Request { bytes, decisions: of.len() as u64, allowed }
    }
}

fn one(person: &Person, questions: &[&Question]) -> [Asking; 2] {
    let body = questions.first().map(|question| person.authzen(question)).unwrap_or_default();
    [Asking { path: "/access/v1/evaluation", body }, of_cerbos(person, questions)]
}

fn several(person: &Person, questions: &[&Question]) -> [Asking; 2] {
    let body = person.authzen_batch(questions);
    [Asking { path: "/access/v1/evaluations", body }, of_cerbos(person, questions)]
}

fn of_cerbos(person: &Person, questions: &[&Question]) -> Asking {
    Asking { path: "/api/check/resources", body: person.cerbos(questions) }
}

impl Measured {
    fn of(servers: &[Asked<'_>; 2]) -> Measured {
        let [ours, theirs] = servers;
        Measured {
            cpu: servers.each_ref().map(|server| median(server.each.iter().copied())),
            beside: median(ours.each.iter().zip(&theirs.each).map(|(ours, theirs)| theirs / ours)),
        }
    }
}

impl<'a> Asked<'a> {
    fn new(server: &'a Server, requests: Vec<Request>, allows: &'static str) -> Result<Asked<'a>, Failure> {
        let load = Load::new(server.address, CONNECTIONS, requests, allows)?;
        Ok(Asked { server, load, each: Vec::new() })
    }

    /// That every answer is the one that the policy means.
    fn checked(mut self, expected: &[bool]) -> Result<Asked<'a>, Failure> {
        let mut answers = Vec::new();
        for body in self.load.each()? {
            let read: Value = serde_json::from_slice(&body)?;
            let decisions = answers_of_casemate(&read).or_else(|| answers_of_cerbos(&read));
            answers
                .extend(decisions.ok_or_else(|| format!("no answer: {}", String::from_utf8_lossy(&body)))?);
        }
        let wrong = answers.iter().zip(expected).position(|(answer, expected)| answer != expected);
        match wrong {
            None if answers.len() == expected.len() => Ok(self),
            None => Err("not all questions were answered".into()),
            Some(place) => {
                Err(format!("a server answers question {place} otherwise than it ought to").into())
            }
        }
    }

    fn turn(&mut self) -> Result<(), Failure> {
        let before = self.server.cpu_micros()?;
        let decisions = self.load.run(TURN)?;
        self.each.push((self.server.cpu_micros()? - before) / decisions as f64);
        Ok(())
    }
}

/// The bytes of a request. Cerbos passes the credential over.
pub(crate) fn post(path: &str, address: SocketAddr, credential: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {credential}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

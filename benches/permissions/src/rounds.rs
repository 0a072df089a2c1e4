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
    /// How many decisions a request asks for.
    decisions: usize,
    /// CPU microseconds per decision, by round.
    each: Vec<f64>,
}

/// What was measured of a server that answers one or several questions of a request.
pub(crate) struct Measured {
    pub(crate) casemate: f64,
    pub(crate) cerbos: f64,
    /// How many times as much Cerbos took: the median over the rounds.
    pub(crate) beside: f64,
}

/// Asks both servers one question in a request, one that is allowed, and all of a person at once.
pub(crate) fn measure(
    casemate: &Server,
    cerbos: &Server,
    people: &[Person],
) -> Result<[Measured; 3], Failure> {
    let both = |ask: fn(&Person, &[Question]) -> [Asking; 2], chunk: usize, wanted: fn(&Question) -> bool| {
        let questions =
            people.iter().flat_map(|person| person.questions.chunks(chunk).map(move |of| (person, of)));
        let wanted = questions.filter(|(_, of)| of.iter().any(wanted));
        let mut requests = [Vec::new(), Vec::new()];
        let mut expected = Vec::new();
        for (person, of) in wanted {
            expected.extend(of.iter().map(|question| question.is_allowed));
            for ((asking, server), requests) in
                ask(person, of).into_iter().zip([casemate, cerbos]).zip(&mut requests)
            {
                requests.push(asking.request(server.address, of));
            }
        }
        let [ours, theirs] = requests;
        Ok::<_, Failure>([
            Asked::new(casemate, ours, chunk, "\"decision\":true")?.checked(&expected)?,
            Asked::new(cerbos, theirs, chunk, "\"EFFECT_ALLOW\"")?.checked(&expected)?,
        ])
    };
    let mut all = [
        both(one, 1, |_| true)?,
        both(one, 1, |question| question.is_allowed)?,
        both(several, EACH, |_| true)?,
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

/// Where something is asked, and how.
struct Asking {
    path: &'static str,
    body: Value,
}

impl Asking {
    fn request(&self, address: SocketAddr, of: &[Question]) -> Request {
        let allowed = of.iter().filter(|question| question.is_allowed).count();
        Request { bytes: post(self.path, address, SECRET, &self.body.to_string()), allowed }
    }
}

fn one(person: &Person, questions: &[Question]) -> [Asking; 2] {
    let body = questions.first().map(|question| person.authzen(question)).unwrap_or_default();
    [Asking { path: "/access/v1/evaluation", body }, of_cerbos(person, questions)]
}

fn several(person: &Person, questions: &[Question]) -> [Asking; 2] {
    let body = person.authzen_batch(questions);
    [Asking { path: "/access/v1/evaluations", body }, of_cerbos(person, questions)]
}

fn of_cerbos(person: &Person, questions: &[Question]) -> Asking {
    Asking { path: "/api/check/resources", body: person.cerbos(questions) }
}

impl Measured {
    fn of([casemate, cerbos]: &[Asked<'_>; 2]) -> Measured {
        let beside = casemate.each.iter().zip(&cerbos.each).map(|(ours, theirs)| theirs / ours);
        Measured {
            casemate: median(casemate.each.iter().copied()),
            cerbos: median(cerbos.each.iter().copied()),
            beside: median(beside),
        }
    }
}

impl<'a> Asked<'a> {
    fn new(
        server: &'a Server,
        requests: Vec<Request>,
        decisions: usize,
        allows: &'static str,
    ) -> Result<Asked<'a>, Failure> {
        let load = Load::new(server.address, CONNECTIONS, requests, allows)?;
        Ok(Asked { server, load, decisions, each: Vec::new() })
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
        let answered = self.load.run(TURN)?;
        let took = self.server.cpu_micros()? - before;
        self.each.push(took / (answered * self.decisions as u64) as f64);
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

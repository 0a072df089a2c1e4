//! The permission engine beside a hand-written floor, `cedar-policy`, `casbin` and CASL: one workload, the same answers,
//! CPU time per decision.
#![forbid(unsafe_code)]

mod casbin;
mod casl;
mod cedar;
mod floor;
mod ours;
mod rounds;
mod workload;

use std::process::ExitCode;

use allocation_counter::measure as count_allocations;
use casemate_figures::{Failure, Figure, say};
use casemate_permission::{Catalog, Request};

use rounds::Measured;
use workload::{PERMISSIONS, Workload};

const ROUNDS: usize = 41;

/// Permissions of all identities together: for every engine, and for those whose cost should not depend on it.
const SIZES: [usize; 2] = [1_000, 10_000];
const LARGEST: usize = 1_000_000;

const OURS: &str = "casemate";
const FLOOR: &str = "floor";
const CEDAR: &str = "cedar-policy";
const CASBIN: &str = "casbin";
const CASL: &str = "CASL";
const EXPLAIN: &str = "explain";
const FILTER: &str = "filter";

fn main() -> ExitCode {
    casemate_figures::run("permission", run)
}

fn run() -> Result<Vec<Figure>, Failure> {
    let workload = Workload::new();
    let attributes = ours::Attributes::of(&workload.questions);
    let requests = attributes.requests(&workload.questions)?;
    let catalog = ours::catalog()?;
    // Allocations are counted here only: the peers allocate for each decision, and should not pay for the counting.
    let memory = memory(&workload, &catalog, &requests)?;
    let mut times = Ok(Vec::new());
    allocation_counter::opt_out(|| times = self::times(&workload, &catalog, &requests));
    Ok(times?.into_iter().chain(memory).collect())
}

fn memory(workload: &Workload, catalog: &Catalog, requests: &[Request<'_>]) -> Result<Vec<Figure>, Failure> {
    let permissions = ours::json(&workload.user)?;
    let mut set = Err(Failure::from("not built"));
    let built = count_allocations(|| set = ours::compile(catalog, &permissions));
    let set = set?;
    let mut allowed = 0;
    let checked = count_allocations(|| {
        allowed = requests.iter().filter(|request| set.check(request).is_allowed()).count();
    });
    let array = serde_json::to_string(&workload.user.permissions)?.len();
    say(&format!(
        "{} of {} requests are allowed; the user's {} permissions take {array} bytes of JSON, compiled {} bytes",
        allowed,
        requests.len(),
        permissions.len(),
        built.bytes_current
    ));
    Ok(vec![
        Figure::new(
            "heap allocations per check",
            checked.count_total as f64 / requests.len() as f64,
            "allocations",
        )
        .at_most(0.0),
        Figure::new("compiled set in memory", built.bytes_current as f64 / array as f64, "x its JSON")
            .at_most(3.0),
    ])
}

fn times(workload: &Workload, catalog: &Catalog, requests: &[Request<'_>]) -> Result<Vec<Figure>, Failure> {
    let questions = &workload.questions;
    let mut engines = Vec::new();
    let set = ours::compile(catalog, &ours::json(&workload.user)?)?;
    engines.push(Measured::new(OURS, PERMISSIONS, ours::Alone { set: set.clone(), requests }));
    let mut words = floor::Words::default();
    let rules = words.rules(&workload.user);
    engines.push(Measured::new(FLOOR, PERMISSIONS, floor::Alone { words, rules, questions }));
    let user = std::slice::from_ref(&workload.user);
    engines.push(Measured::new(CEDAR, PERMISSIONS, cedar::Cedar::new(user, questions)?));
    engines.push(Measured::new(CASBIN, PERMISSIONS, casbin::Casbin::new(user, questions)?));
    match casl::Casl::start(workload)? {
        Some(casl) => engines.push(Measured::new(CASL, PERMISSIONS, casl)),
        None => say("CASL is skipped: it needs `node` and `npm` (apt-get install nodejs npm)"),
    }
    for size in SIZES.into_iter().chain([LARGEST]) {
        say(&format!("building {size} permissions"));
        let holders = workload.holders(size);
        let sets = ours::Among::sets(catalog, &holders)?;
        engines.push(Measured::new(OURS, size, ours::Among { sets, requests }));
        engines.push(Measured::new(FLOOR, size, floor::Among::new(&holders, questions)));
        if size != LARGEST {
            engines.push(Measured::new(CEDAR, size, cedar::Cedar::new(&holders, questions)?));
            engines.push(Measured::new(CASBIN, size, casbin::Casbin::new(&holders, questions)?));
        }
    }
    engines.push(Measured::new(EXPLAIN, PERMISSIONS, ours::Explaining { set: set.clone(), requests }));
    say("comparing all answers");
    agree(&mut engines, workload)?;
    let unknown = requests.iter().map(|request| Request { resource: None, ..*request }).collect();
    engines.push(Measured::new(FILTER, PERMISSIONS, ours::Filtering { set, requests: unknown }));
    say(&format!("measuring, {ROUNDS} rounds"));
    rounds::measure(&mut engines, questions.len(), ROUNDS)?;
    Ok(figures_of(&engines))
}

/// Fails where one of them answers one question otherwise than the first.
fn agree(engines: &mut [Measured<'_>], workload: &Workload) -> Result<(), Failure> {
    let mut expected: Option<Vec<bool>> = None;
    for engine in engines {
        let answers = engine.answers(workload.questions.len());
        let expected = expected.get_or_insert_with(|| answers.clone());
        let different = answers.iter().zip(&*expected).position(|(one, other)| one != other);
        if let Some(question) = different.and_then(|index| workload.questions.get(index)) {
            let (name, size) = (engine.name, engine.size);
            return Err(format!("{name} among {size} permissions answers {question:?} otherwise").into());
        }
    }
    Ok(())
}

fn figures_of(engines: &[Measured<'_>]) -> Vec<Figure> {
    let mut figures: Vec<Figure> = engines
        .iter()
        .map(|engine| {
            Figure::new(format!("{}, {} permissions", engine.name, engine.size), engine.nanoseconds(), "ns")
        })
        .collect();
    let find =
        |name: &str, size: usize| engines.iter().find(|engine| engine.name == name && engine.size == size);
    let ratio =
        |one: (&str, usize), other: (&str, usize)| Some(find(one.0, one.1)?.times(find(other.0, other.1)?));
    let ours = (OURS, PERMISSIONS);
    let mut add = |name: String, value: Option<f64>, unit, goal: &dyn Fn(Figure) -> Figure| {
        figures.extend(value.map(|value| goal(Figure::new(name, value, unit))));
    };
    add("check beside the floor".into(), ratio(ours, (FLOOR, PERMISSIONS)), "x floor", &|f| f.at_most(2.0));
    for (size, goal) in [(PERMISSIONS, Some(200.0)), (1_000, Some(4_000.0)), (10_000, None)] {
        for peer in [CEDAR, CASBIN] {
            add(
                format!("{peer} beside check, {size} permissions"),
                ratio((peer, size), (OURS, size)),
                "x check",
                &|figure| match goal {
                    Some(goal) => figure.at_least(goal),
                    None => figure,
                },
            );
        }
    }
    add("CASL beside check".into(), ratio((CASL, PERMISSIONS), ours), "x check", &|f| f.at_least(4.0));
    let growth = ratio((OURS, LARGEST), ours);
    add(format!("check among {LARGEST} beside {PERMISSIONS}"), growth, "x check", &|f| f.at_most(2.0));
    add("explain beside check".into(), ratio((EXPLAIN, PERMISSIONS), ours), "x check", &|f| f.at_most(3.0));
    let filter = find(FILTER, PERMISSIONS).map(|filter| filter.nanoseconds() / 1e3);
    add("filter".into(), filter, "µs", &|f| f.at_most(5.0));
    figures
}

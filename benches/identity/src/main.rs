//! Verification of tokens beside the bare signature check of `aws-lc-rs` on the same parsed key and beside `jsonwebtoken`;
//! a token that was verified before; an API key among 50,000.
#![forbid(unsafe_code)]

mod engines;
mod issuer;
mod rounds;

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;

use casemate_figures::{Figure, write_json, write_table};

use issuer::Signer;
use rounds::Measured;

type Failure = Box<dyn Error>;

const ROUNDS: usize = 101;

/// How much longer than the bare check a verification may take, by algorithm.
const GOALS: [(&str, f64); 3] = [("RS256", 1.20), ("ES256", 1.10), ("EdDSA", 1.10)];

const CACHE_HIT: &str = "cache hit, RS256";
const API_KEY: &str = "API key among 50,000";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let json = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] | ["--format", "table"] => false,
        ["--format", "json"] => true,
        _ => {
            say("usage: cargo xtask bench identity [--format table|json]");
            return ExitCode::from(2);
        }
    };
    match run(json) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("the benchmark failed: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Progress goes to standard error; standard output is for the figures.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn bare(algorithm: &str) -> String {
    format!("bare signature check, {algorithm}")
}

fn verification(algorithm: &str) -> String {
    format!("verification, {algorithm}")
}

fn authentication(algorithm: &str) -> String {
    format!("authenticator without cache, {algorithm}")
}

fn peer(algorithm: &str) -> String {
    format!("jsonwebtoken, {algorithm}")
}

fn run(json: bool) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    say("making keys and tokens");
    let signers = [Signer::rs256()?, Signer::es256()?, Signer::eddsa()?];
    let mut engines = Vec::new();
    for signer in &signers {
        let algorithm = signer.algorithm;
        engines.push(engines::bare(bare(algorithm), signer));
        engines.push(engines::verification(verification(algorithm), signer)?);
        engines.push(engines::authenticator(authentication(algorithm), signer, 0, &runtime)?);
        engines.push(engines::jsonwebtoken(peer(algorithm), signer)?);
        if algorithm == "RS256" {
            engines.push(engines::authenticator(CACHE_HIT.to_owned(), signer, 10_000, &runtime)?);
        }
    }
    engines.push(engines::api_keys(API_KEY.to_owned())?);
    for engine in &mut engines {
        engine.check()?;
    }
    say(&format!("measuring, {ROUNDS} rounds"));
    rounds::measure(&mut engines, ROUNDS);
    let figures = figures_of(&engines);
    let to = std::io::stdout().lock();
    if json {
        write_json(to, "identity", &figures)?
    } else {
        write_table(to, &figures)?
    }
    Ok(())
}

fn figures_of(engines: &[Measured<'_>]) -> Vec<Figure> {
    let mut figures: Vec<Figure> = engines
        .iter()
        .map(|engine| {
            let figure = Figure::new(engine.name.clone(), engine.nanoseconds() / 1e3, "µs");
            match engine.name.as_str() {
                CACHE_HIT => figure.at_most(2.0),
                API_KEY => figure.at_most(1.0),
                _ => figure,
            }
        })
        .collect();
    let find = |name: &str| engines.iter().find(|engine| engine.name == name);
    let ratio = |one: &str, other: &str| Some(find(one)?.times(find(other)?));
    for (algorithm, goal) in GOALS {
        let bare = bare(algorithm);
        let mut add = |name: String, engine: String, goal: Option<f64>| {
            let figure = ratio(&engine, &bare).map(|ratio| Figure::new(name, ratio, "x bare"));
            figures.extend(figure.map(|figure| match goal {
                Some(goal) => figure.at_most(goal),
                None => figure,
            }));
        };
        add(format!("{algorithm} verification beside the bare check"), verification(algorithm), Some(goal));
        add(format!("{algorithm} authenticator beside the bare check"), authentication(algorithm), None);
        add(format!("{algorithm} jsonwebtoken beside the bare check"), peer(algorithm), None);
    }
    let saved = ratio(&verification("RS256"), CACHE_HIT);
    figures
        .extend(saved.map(|saved| {
            Figure::new("RS256 verification beside a cache hit", saved, "x hit").at_least(15.0)
        }));
    figures
}

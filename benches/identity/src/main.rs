//! Verification of tokens beside the bare signature check of `aws-lc-rs` on the same parsed key and beside `jsonwebtoken`;
//! a token that was verified before; an API key among 50,000.
#![forbid(unsafe_code)]

mod engines;
mod issuer;
mod rounds;

use std::process::ExitCode;

use casemate_figures::{Failure, Figure, say};

use issuer::Signer;
use rounds::Measured;

const ROUNDS: usize = 101;

/// How much longer than the bare check a verification may take, by algorithm.
const GOALS: [(&str, f64); 3] = [("RS256", 1.20), ("ES256", 1.10), ("EdDSA", 1.10)];

const CACHE_HIT: &str = "cache hit, RS256";
const API_KEY: &str = "API key among 50,000";

fn main() -> ExitCode {
    casemate_figures::run("identity", run)
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

fn run() -> Result<Vec<Figure>, Failure> {
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
    Ok(figures_of(&engines))
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

//! Running many cases: catalogs compiled once, choices drawn and shrunk by proptest.

use std::sync::LazyLock;

use casemate_permission::Catalog;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use super::choices::Choices;
use super::{engine, generate, policy};

/// Applications, and what the engine made of their schemas.
pub(crate) struct House {
    pub(crate) applications: Vec<policy::Application>,
    pub(crate) catalog: Catalog,
}

/// Whether millions of cases are asked for.
pub(crate) fn long() -> bool {
    std::env::var_os("CASEMATE_LONG").is_some_and(|value| value == "1")
}

/// So many cases, or a hundred times as many in a long run.
pub(crate) fn cases(normal: u32) -> u32 {
    if long() { normal * 100 } else { normal }
}

/// The catalogs that cases are drawn from. Compiling their expressions takes longer than deciding does, so there are few,
/// and others in each run.
static HOUSES: LazyLock<Vec<House>> = LazyLock::new(|| {
    let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed());
    let count = if long() { 400 } else { 24 };
    (0..count)
        .map(|_| {
            let numbers: Vec<u32> = (0..3_000).map(|_| rng.next_u32()).collect();
            let applications = generate::catalog(&mut Choices::new(&numbers));
            let catalog = engine::catalog(&applications);
            House { applications, catalog }
        })
        .collect()
});

/// What all randomness comes from: another one in each run, unless `CASEMATE_SEED` names one that failed.
fn seed() -> [u8; 32] {
    static SEED: LazyLock<u64> = LazyLock::new(|| match std::env::var("CASEMATE_SEED") {
        Ok(seed) => seed.parse().expect("CASEMATE_SEED is a number"),
        Err(_) => std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), 0),
    });
    let mut bytes = [7; 32];
    bytes[..8].copy_from_slice(&SEED.to_le_bytes());
    bytes
}

/// The number that `CASEMATE_SEED` may name to have the same cases again.
pub(crate) fn seed_number() -> u64 {
    u64::from_le_bytes(seed()[..8].try_into().expect("eight bytes"))
}

/// Runs `test` on so many cases and panics with the smallest that fails.
pub(crate) fn each_case(count: u32, test: impl Fn(&House, &mut Choices<'_>) -> Result<(), String>) {
    if let Some(failure) = first_failure(count, 20_000, &test) {
        panic!("CASEMATE_SEED={}\n{failure}", seed_number());
    }
}

/// The smallest failing case, described.
pub(crate) fn first_failure(
    count: u32,
    shrinking: u32,
    test: &impl Fn(&House, &mut Choices<'_>) -> Result<(), String>,
) -> Option<String> {
    let config = ProptestConfig {
        cases: count,
        failure_persistence: None,
        max_shrink_iters: shrinking,
        ..Default::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed()));
    let outcome = runner.run(&prop::collection::vec(any::<u32>(), 100..=220), |numbers| {
        let mut choices = Choices::new(&numbers);
        let house = &HOUSES[choices.below(HOUSES.len())];
        test(house, &mut choices).map_err(TestCaseError::fail)
    });
    match outcome {
        Ok(()) => None,
        Err(TestError::Fail(reason, _)) => Some(reason.to_string()),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}

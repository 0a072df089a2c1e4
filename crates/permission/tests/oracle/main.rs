//! The engine against an evaluator that follows the design word by word and shares no code with it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests
#![allow(clippy::print_stdout)] // the run tells what it saw

mod agreement;
mod choices;
mod conditions;
mod engine;
mod expression;
mod generate;
mod handed;
mod json;
mod policy;
mod runs;
mod times;
mod tree;
mod truth;

use agreement::{Case, Tally, check_differs, filter_differs};
use casemate_permission::Effect;
use choices::Choices;
use policy::Permission;

/// `check` is what the evaluator says; `filter` is `check` for every resource, read by the engine's predicate and by
/// a naive reader of the JSON. Enough of every kind of answer must have been seen.
#[test]
fn the_engine_answers_as_the_evaluator_does() {
    let tally = Tally::default();
    runs::each_case(runs::cases(15_000), |house, choices| {
        let case = Case::draw(house, choices);
        let set = case.set();
        let differs = check_differs(&case, &set, &tally);
        differs.or_else(|| filter_differs(&case, &set, choices, &tally)).map_or(Ok(()), Err)
    });
    println!("{:>20} {:>9}", "requests", tally.requests.get());
    for (word, count, percent) in tally.lines() {
        println!("{word:>20} {count:>9} {percent:>5.1} %");
        match word {
            "no filter" => assert!(percent < 10.0, "too many filters are refused: {percent} %"),
            _ => assert!(percent >= 1.0, "too few requests are {word}: {percent} %"),
        }
    }
}

/// Each mistake that can be seeded into the engine is noticed by the comparison above.
#[cfg(feature = "faults")]
#[test]
fn every_seeded_fault_is_noticed() {
    for fault in casemate_permission::Fault::ALL {
        let cases = std::cell::Cell::new(0_u32);
        let noticed = runs::first_failure(100_000, 0, &|house, choices| {
            cases.set(cases.get() + 1);
            let case = Case::draw(house, choices);
            let set = case.set();
            fault.seeded(|| {
                let tally = Tally::default();
                let differs = check_differs(&case, &set, &tally);
                differs.or_else(|| filter_differs(&case, &set, choices, &tally)).map_or(Ok(()), Err)
            })
        });
        println!("{fault:?} was noticed after {} cases", cases.get());
        assert!(noticed.is_some(), "{fault:?} was not noticed");
    }
}

/// What a set of these permissions answers to the case's request.
fn effect(case: &Case<'_>, permissions: &[Permission]) -> Effect {
    let set = engine::set(&case.house.catalog, permissions);
    set.check(&engine::Asked::new(&case.request).request()).effect
}

#[test]
fn another_allowing_permission_never_denies_and_another_denying_one_never_allows() {
    runs::each_case(runs::cases(3_000), |house, choices| {
        let case = Case::draw(house, choices);
        let before = effect(&case, &case.permissions);
        let another = generate::permission(choices, &house.applications, &case.request.name);
        for deny in [false, true] {
            let mut permissions = case.permissions.clone();
            let at = choices.below(permissions.len() + 1);
            permissions.insert(at, Permission { deny, ..another.clone() });
            let after = effect(&case, &permissions);
            let widened = (before, after) == (Effect::Denied, Effect::Allowed);
            let narrowed = (before, after) == (Effect::Allowed, Effect::Denied);
            if (deny && widened) || (!deny && narrowed) {
                return Err(format!("{before:?}, then {after:?} with {another:?}\n{}", case.describe()));
            }
        }
        Ok(())
    });
}

#[test]
fn the_order_of_permissions_never_matters() {
    runs::each_case(runs::cases(3_000), |house, choices| {
        let case = Case::draw(house, choices);
        let mut shuffled = case.permissions.clone();
        for last in (1..shuffled.len()).rev() {
            shuffled.swap(last, choices.below(last + 1));
        }
        let asked = engine::Asked::new(&case.request);
        let sets = [case.set(), engine::set(&house.catalog, &shuffled)];
        let answers = sets.each_ref().map(|set| {
            let decision = set.check(&asked.request());
            (decision.effect, decision.reason, decision.permission.map(|permission| permission.as_json()))
        });
        if answers[0] == answers[1] { Ok(()) } else { Err(format!("{answers:?}\n{}", case.describe())) }
    });
}

/// Each permission counts by itself: allowed is whom some permission allows alone, and no denial denies alone.
#[test]
fn permissions_unite_and_never_shadow() {
    runs::each_case(runs::cases(3_000), |house, choices| {
        let case = Case::draw(house, choices);
        let all = Permission {
            name: case.request.name.clone(),
            deny: false,
            properties: Vec::new(),
            from: None,
            until: None,
        };
        let (denials, grants): (Vec<_>, Vec<_>) = case.permissions.iter().cloned().partition(|p| p.deny);
        let allowed =
            grants.iter().any(|grant| effect(&case, std::slice::from_ref(grant)) == Effect::Allowed);
        let denied =
            denials.iter().any(|denial| effect(&case, &[all.clone(), denial.clone()]) == Effect::Denied);
        let expected = if allowed && !denied { Effect::Allowed } else { Effect::Denied };
        let answer = effect(&case, &case.permissions);
        if answer == expected { Ok(()) } else { Err(format!("{answer:?}\n{}", case.describe())) }
    });
}

/// Choices behind the end of the list are the simplest, so that every list makes a case.
#[test]
fn no_choices_make_a_case() {
    let catalog = generate::catalog(&mut Choices::new(&[]));
    let (permissions, request) = generate::case(&mut Choices::new(&[]), &catalog);
    assert!(permissions.is_empty());
    assert_eq!(request.name, "a.x");
}

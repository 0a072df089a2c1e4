//! Requests: any JSON is read or refused, never misread, and what is read can be asked.
#![no_main]

use casemate_expression::{Datum, Timestamp};
use casemate_fuzz::cases;
use casemate_permission::Evaluation;
use casemate_permission::name::Name;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let datum = match Datum::from_json(text) {
        Ok(datum) => datum,
        Err(error) => {
            assert!(error.line <= text.lines().count().max(1) + 1, "{error}");
            return;
        }
    };
    let again = Datum::from_json(&datum.to_json()).expect("it reads what it wrote");
    assert_eq!(again, datum);
    let defaults = datum.get("defaults");
    for item in datum.as_list().unwrap_or(std::slice::from_ref(&datum)).iter().take(8) {
        match Evaluation::read(item, defaults) {
            Ok(evaluation) => ask(&evaluation),
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
});

fn ask(evaluation: &Evaluation<'_>) {
    let _ = evaluation.is_complete();
    let claims = evaluation.claims();
    let catalog = cases::catalog();
    for application in [None, catalog.application("cms"), catalog.application("shop")] {
        let name = match evaluation.requested_name(application) {
            Ok(name) => name,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                continue;
            }
        };
        let Ok(identity) = evaluation.subject_as_identity(&claims) else { continue };
        let name = Name::parse(&name).expect("a requested name is a name");
        let request = evaluation.request(name, identity, Timestamp(1_700_000_000_000_000));
        cases::assert_request(cases::fixed_set(), &request);
    }
}

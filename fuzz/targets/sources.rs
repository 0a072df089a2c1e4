//! What other systems say that somebody holds: answers of endpoints, and files. What is taken is all of it, below the ceiling.
#![no_main]

use casemate_directory::{read_answer, read_file};
use casemate_expression::Datum;
use casemate_permission::name::Pattern;
use casemate_permission::{Ceiling, Permission};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|said: &[u8]| {
    let patterns = ["cms.*", "pb.page?"].map(|pattern| Pattern::parse(pattern).expect("it is a pattern"));
    let ceiling = Ceiling::new(patterns.to_vec());
    match read_answer(said, &ceiling) {
        Ok(list) => {
            let taken = Datum::from_json(&list).expect("it is written as JSON");
            let taken = taken.as_list().expect("it is a list");
            let text = std::str::from_utf8(said).expect("it was read");
            let answer = Datum::from_json(text).expect("it was read");
            let answered = answer.get("permissions").and_then(Datum::as_list).expect("it was read");
            assert_eq!(taken, answered, "never a shorter list");
            for entry in taken {
                let permission = Permission::from_datum(entry).expect("it was taken");
                ceiling.admits(&permission).expect("it was taken");
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    let Ok(text) = std::str::from_utf8(said) else { return };
    for name in ["said.toml", "said.json"] {
        if let Err(error) = read_file(name, text) {
            assert!(error.line >= 1 || name == "said.json", "{error}");
        }
    }
});

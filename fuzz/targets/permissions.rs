//! Permissions: reading never panics, what is read is written as it was, and check and filter agree.
//!
//! The input is a permission on each line.
#![no_main]

use casemate_fuzz::cases;
use casemate_permission::Permission;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let catalog = cases::catalog();
    let mut permissions = Vec::new();
    for line in text.lines().take(16) {
        match Permission::from_json(line) {
            Ok(permission) => {
                for problem in catalog.problems(&permission) {
                    assert!(!problem.to_string().is_empty());
                }
                let again = Permission::from_json(permission.as_json()).expect("it reads what it wrote");
                assert_eq!(again, permission);
                permissions.push(permission);
            }
            Err(error) => assert!(!error.to_string().is_empty()),
        }
    }
    let count = permissions.len();
    let set = cases::set(catalog, permissions);
    assert_eq!(set.len(), count);
    for asked in cases::requests() {
        cases::assert_agreement(&set, asked);
    }
});

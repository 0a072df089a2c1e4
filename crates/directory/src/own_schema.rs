//! The schema of Casemate's own API.

use casemate_permission::Schema;

/// The schema of Casemate's own API, as TOML. It is part of every catalog.
pub const OWN_SCHEMA: &str = include_str!("casemate.toml");

/// The same, read. A test holds that it can be.
pub(crate) fn own_schema() -> Option<Schema> {
    Schema::from_own_toml(OWN_SCHEMA).ok()
}

#[cfg(test)]
mod tests {
    use casemate_permission::{Catalog, Permission};

    use super::*;

    #[test]
    fn the_own_schema_can_be_read_and_is_held_against_permissions() {
        let schema = Schema::from_own_toml(OWN_SCHEMA).unwrap();
        let catalog = Catalog::compile(vec![schema]).unwrap();
        let problems = |json: &str| catalog.problems(&Permission::from_json(json).unwrap()).len();
        assert_eq!(problems(r#"{"name":"casemate.decision.ask"}"#), 0);
        assert_eq!(problems(r#"{"name":"casemate.*"}"#), 0);
        assert_eq!(problems(r#"{"name":"casemate.decision.ask","tenant":"x"}"#), 1);
        assert_eq!(problems(r#"{"name":"casemate.assignment.create","roles":["author"]}"#), 0);
        assert_eq!(problems(r#"{"name":"casemate.assignment.create","roles":"author"}"#), 1);
    }
}

//! Groups that people are in by what their claims say.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot prepare has failed")]

use casemate_directory::{Folder, ResolveError, Snapshot};
use casemate_identity::{Identity, Kind};
use serde_json::{Value, json};

const REST: &str = r#"
[[provider]]
name = "other"
issuer = "https://other.example"
audiences = ["casemate"]
[[role]]
name = "ledger"
permissions = [{ name = "ledger.*" }]
[[role]]
name = "reader"
permissions = [{ name = "ledger.read" }]
[[assignment]]
role = "ledger"
to = { provider = "corp", group = "finance" }
[[assignment]]
role = "reader"
to = { provider = "corp", group = "staff" }
[[assignment]]
role = "ledger"
to = { provider = "other", group = "finance" }
"#;

const RULES: &str = r#"
[[provider.mapping]]
when = 'claims.department == "finance" && claims.level >= 3'
groups = ["finance"]
[[provider.mapping]]
when = '"badge" in claims && !("interns" in groups)'
groups = ["staff"]
"#;

fn folder(rules: &str) -> Result<Folder, Vec<String>> {
    let provider = "format = 1\n[[provider]]\nname = \"corp\"\nissuer = \"https://corp.example\"\naudiences = [\"casemate\"]\n";
    let files = vec![("policy.toml".into(), format!("{provider}{rules}{REST}"))];
    Folder::of_texts(files).map_err(|mistakes| mistakes.iter().map(ToString::to_string).collect())
}

fn snapshot(rules: &str) -> Snapshot {
    Snapshot::offline(folder(rules).unwrap().policy).unwrap()
}

fn identity(provider: &str, claims: Value, groups: &[&str]) -> Identity {
    let mut identity = Identity::new(provider, "ada", Kind::USER);
    identity.claims = claims.as_object().unwrap().clone();
    identity.groups = groups.iter().map(|group| (*group).into()).collect();
    identity
}

/// The names of what somebody holds.
fn held(snapshot: &Snapshot, identity: &Identity) -> Result<Vec<String>, ResolveError> {
    let set = snapshot.permissions(&snapshot.caller(identity))?;
    let mut names: Vec<String> = set.iter().map(|held| held.name().to_owned()).collect();
    names.sort();
    Ok(names)
}

#[test]
fn no_rule_makes_groups_of_whoever_came_by_another_provider() {
    let rules = "[[provider.mapping]]\nwhen = '!(\"contractor\" in claims)'\ngroups = [\"finance\"]\n";
    let snapshot = snapshot(rules);
    let mut ada = identity("corp", json!({}), &[]);
    assert_eq!(held(&snapshot, &ada).unwrap(), ["ledger.*"]);
    ada.via = Some("other".into());
    assert_eq!(held(&snapshot, &ada).unwrap(), [] as [String; 0]);
}

#[test]
fn whoever_fulfils_a_rule_holds_what_is_assigned_to_its_groups() {
    let snapshot = snapshot(RULES);
    let of = |claims: Value, groups: &[&str]| held(&snapshot, &identity("corp", claims, groups)).unwrap();
    assert_eq!(of(json!({ "department": "finance", "level": 3 }), &[]), ["ledger.*"]);
    assert_eq!(
        of(json!({ "department": "finance", "level": 3, "badge": 7 }), &[]),
        ["ledger.*", "ledger.read"]
    );
    assert_eq!(of(json!({ "badge": 7 }), &[]), ["ledger.read"]);
    assert_eq!(
        of(json!({ "badge": 7 }), &["interns", "finance"]),
        ["ledger.*"],
        "and what the provider names"
    );
    let subject = snapshot.caller(&identity("corp", json!({ "badge": 7 }), &["staff"]));
    assert_eq!(subject.groups, ["staff"], "each once");
}

#[test]
fn whose_provider_says_nothing_holds_nothing() {
    let snapshot = snapshot(RULES);
    for claims in [json!({}), json!({ "department": null }), json!({ "department": "finance" })] {
        let nothing = held(&snapshot, &identity("corp", claims.clone(), &[])).unwrap();
        assert!(nothing.is_empty(), "{claims}");
    }
    let elsewhere = identity("other", json!({ "department": "finance", "level": 9, "badge": 7 }), &[]);
    assert!(held(&snapshot, &elsewhere).unwrap().is_empty(), "the rules of one provider are of no other");
}

#[test]
fn a_rule_that_fails_leaves_nothing() {
    let snapshot = snapshot(RULES);
    let wrong = identity("corp", json!({ "department": "finance", "level": "3", "badge": 7 }), &["finance"]);
    let refused = held(&snapshot, &wrong).unwrap_err();
    assert!(
        matches!(&refused, ResolveError::Mapping { provider_name, .. } if provider_name == "corp"),
        "{refused}"
    );
}

#[test]
fn what_somebody_else_asserts_is_no_claim() {
    // Somebody whom nobody vouches for, and a user whom the policy knows: neither showed a token.
    let snapshot = snapshot(&format!(
        "{RULES}\n[[user]]\nprovider = \"corp\"\nid = \"bob\"\nclaims = {{ badge = 7, department = \"finance\", level = 9 }}\n"
    ));
    let bob = Identity::new("corp", "bob", Kind::USER);
    assert!(
        held(&snapshot, &bob).unwrap().is_empty(),
        "claims that an administrator wrote are none of the provider"
    );
}

#[test]
fn a_rule_that_cannot_be_read_is_refused_when_it_is_written() {
    for (rules, expected) in [
        ("[[provider.mapping]]\nwhen = 'claims.x =='\ngroups = [\"a\"]", "/mapping/0/when"),
        ("[[provider.mapping]]\nwhen = 'identity.id == \"ada\"'\ngroups = [\"a\"]", "identity"),
        ("[[provider.mapping]]\nwhen = 'true'\ngroups = []", "1 to 50 groups"),
        ("[[provider.mapping]]\nwhen = 'true'\ngroups = [\"\"]", "a name is"),
        ("[[provider.mapping]]\nwhen = 'true'\ngroups = [\"a\"]\nrole = \"x\"", "role"),
    ] {
        let mistakes = folder(rules).unwrap_err();
        assert!(
            mistakes.iter().any(|mistake| mistake.contains(expected)) || expected.starts_with('/'),
            "{mistakes:?}"
        );
    }
    let many = "[[provider.mapping]]\nwhen = 'true'\ngroups = [\"a\"]\n".repeat(101);
    assert!(folder(&many).unwrap_err()[0].contains("at most 100"));
    assert!(folder(&many[..many.len() / 101 * 100]).is_ok());
}

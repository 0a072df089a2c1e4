//! Who holds what, from the machine of the server: `casemate access`.

use crate::Folder;

const POLICY: &str = r#"
format = 1
[[tenant]]
id = "default"
[[tenant]]
id = "acme"
parent = "default"
[[user]]
tenant = "acme"
id = "ada"
login = "=ada"
groups = ["ops"]
[[role]]
tenant = "default"
name = "reader"
permissions = [{ name = "notes.read" }]
[[role]]
tenant = "default"
name = "author"
permissions = [{ name = "notes.write" }]
extends = ["reader"]
[[team]]
tenant = "default"
name = "editorial"
roles = ["author"]
[[assignment]]
tenant = "acme"
team = "editorial"
to = { group = "ops" }
until = 2100-01-01T00:00:00Z
"#;

#[test]
fn an_access_review_is_a_table_json_or_comma_separated_values() {
    let folder = Folder::new();
    folder.write("policy.toml", POLICY);
    let applied = folder.apply(&["--reason", "the team begins"]);
    assert_eq!(applied.code, Some(0), "{applied:?}");
    assert_eq!(folder.apply(&["--check"]).code, Some(0), "who granted what is no drift");
    let review = |arguments: &[&str]| {
        let said = folder.run(&[&["access", "review", "--tenant", "acme"], arguments].concat());
        assert_eq!(said.code, Some(0), "{said:?}");
        said.out
    };
    let table = review(&[]);
    assert!(table.contains("group ops  team editorial (author, reader)"), "{table}");
    assert!(table.contains("casemate system apply"), "{table}");
    let json: Vec<serde_json::Value> =
        review(&["--format", "json"]).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(json.len(), 2, "{json:?}");
    assert_eq!((&json[1]["holder"]["id"], &json[1]["group"]), (&"ada".into(), &"ops".into()));
    let csv = review(&["--format", "csv"]);
    let lines: Vec<&str> = csv.split("\r\n").collect();
    assert_eq!(lines.len(), 4, "{csv}");
    assert!(lines[0].starts_with("assignment,provider,type,id,login,"), "{csv}");
    assert!(lines[0].ends_with(",revision,review_decision,reviewed_at,reviewed_by,reviewed_by_login,review_reason,review_own,review_holds"), "{csv}");
    assert!(lines[2].contains(",user,ada,\"'=ada\",,,editorial,author; reader,ops,in_force,"), "{csv}");
    assert_eq!(review(&["--expiring-days", "30", "--format", "json"]), "");
    assert_eq!(review(&["--reviewed-since", "90d", "--format", "json"]), "");
    assert_eq!(review(&["--changed", "--format", "json"]), "");
    assert_eq!(review(&["--not-reviewed-since", "90d", "--format", "json"]).lines().count(), 2);
    let decisions =
        folder.run(&["access", "decisions", "--tenant", "acme", "--since", "90d", "--format", "csv"]);
    assert_eq!(decisions.code, Some(0), "{decisions:?}");
    assert!(decisions.out.starts_with("assignment,decision,at,by.provider,"), "{decisions:?}");
    assert_eq!(review(&["--unused-days", "30", "--format", "json"]), "");
    let log = folder.run(&["policy", "log", "--format", "csv"]);
    assert_eq!(log.code, Some(0), "{log:?}");
    let lines: Vec<&str> = log.out.split("\r\n").collect();
    assert_eq!(lines[0], "revision,at,actor.provider,actor.type,actor.id,summary,objects,people");
    assert!(lines[1].contains(",system,apply,apply code,"), "{log:?}");
    let audit = folder.run(&["audit", "list", "--format", "csv"]);
    assert_eq!(audit.code, Some(0), "{audit:?}");
    assert!(audit.out.starts_with("seq,at,request_id,item,tenant,application,caller.provider,"), "{audit:?}");
    let other = folder.run(&["doctor", "--format", "csv"]);
    assert_eq!(other.code, Some(2), "{other:?}");
}

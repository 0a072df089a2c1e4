//! Policies as people write them: what is refused, where, and what the rest comes to mean.
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

mod groups;
mod watcher;

use std::sync::Arc;

use casemate_directory::{Directory, Policy, ResolveError, Snapshot, Subject, sha256};
use casemate_expression::{Datum, Map, Timestamp};
use casemate_identity::remote::{Fetch, FetchError, Fetched, Reply, Submission};
use casemate_identity::{BoxFuture, Credentials, Identity, Kind};
use casemate_permission::name::Name;
use casemate_permission::{Action, Effect, Request};

/// Reaches nobody.
struct Offline;

impl Fetch for Offline {
    fn fetch<'a>(&'a self, _: &'a url::Url, _: usize) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        Box::pin(async { Err(FetchError::Unreachable("there is no network".into())) })
    }

    fn submit<'a>(&'a self, _: Submission<'a>) -> BoxFuture<'a, Result<Reply, FetchError>> {
        Box::pin(async { Err(FetchError::Unreachable("there is no network".into())) })
    }
}

/// A folder with one file.
fn folder(text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("policy.toml"), text).unwrap();
    folder
}

fn load(text: &str) -> Result<Policy, Vec<String>> {
    let folder = folder(&format!("format = 1\n{text}"));
    Policy::load(folder.path()).map_err(|mistakes| {
        let tell = |mistake: &casemate_directory::Mistake| {
            let (line, column) = mistake.place().unwrap_or((0, 0));
            format!("{line}:{column} {}", mistake.message())
        };
        mistakes.iter().map(tell).collect()
    })
}

fn refused(text: &str) -> Vec<String> {
    load(text).map(|_| ()).unwrap_err()
}

fn directory(text: &str) -> Directory {
    Directory::new(load(text).unwrap(), Vec::new(), Arc::new(Offline)).unwrap()
}

fn allows(snapshot: &Snapshot, subject: &Subject, name: &str, now: i64) -> bool {
    let set = snapshot.permissions(subject).unwrap();
    let request = Request {
        name: Name::parse(name).unwrap(),
        identity: subject.view(),
        action: Action { name, properties: Map::EMPTY },
        resource: None,
        context: Map::EMPTY,
        now: Timestamp(now),
    };
    set.check(&request).effect == Effect::Allowed
}

fn nobody() -> Subject {
    Subject::anonymous("default".into())
}

fn subject(snapshot: &Snapshot, kind: &str, id: &str) -> Subject {
    snapshot.subject(&nobody(), &"default".into(), kind, id).unwrap()
}

const READER: &str = "[[role]]\nname = \"reader\"\npermissions = [{ name = \"notes.read\" }]\n";

#[test]
fn every_mistake_is_told_with_its_place() {
    let told = refused(
        r#"[[role]]
name = "reader"
permissions = [{ name = "notes.read" }, { name = "!" }, { name = "x", deny = 1 }, { name = "y", at = 2026-01-01 }]
[[role]]
name = "reader"
permissions = []
[[user]]
id = "ada"
[[user]]
id = "ada"
[[assignment]]
role = "reader"
to = { id = "ada", login = "ada" }
[[assignment]]
role = "raeder"
to = { id = "ada" }
[[assignment]]
role = "reader"
to = { id = "ada" }
from = 2026-01-02T00:00:00Z
until = "2026-01-02T00:00:00Z"
[[credential]]
id = "gateway"
secret_sha256 = "abc"
application = "notes"
permissions = [{ name = "casemate.decision.ask", tenant = "x" }]
"#,
    );
    let expected = [
        "4:41 the permission's `name` is refused",
        "4:57 the permission's `deny` is a number",
        "4:83 a permission is JSON, which has no dates",
        "6:8 the role `reader` stands twice",
        "11:6 the user `ada` stands twice",
        "14:6 an assignment is to exactly one of",
        "16:8 there is no role `raeder`",
        "22:9 the assignment ends before it begins",
        "25:17 this is no SHA-256",
        "26:15 there is no application `notes`",
        "27:59 no entry that `casemate.decision.ask` reaches declares the property `tenant`",
    ];
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "{told}\ninstead of\n{expected}");
    }
}

#[test]
fn what_is_unknown_or_unreadable_is_told_and_hides_nothing_else() {
    let told = refused(
        "colour = 1\n[[role]]\nname = 7\npermissions = []\n[[role]]\nname = \"x\"\nnam = 1\npermissions = []\n\
         [[assignment]]\nrole = \"absent\"\nto = { id = \"ada\" }\n[[user]]\nid = \"\"\n",
    );
    assert_eq!(told.len(), 4, "the role may be the one that cannot be read: {told:#?}");
    assert!(told[0].starts_with("2:1 `colour` is not known"), "{told:#?}");
    assert!(told[1].starts_with("4:8 invalid type"), "{told:#?}");
    assert!(told[2].starts_with("8:1 unknown field `nam`"), "{told:#?}");
    assert!(told[3].starts_with("14:6 a name is"), "{told:#?}");
    assert_eq!(refused("format = 1").len(), 1, "TOML itself refuses a key that stands twice");
    let folder = folder("");
    assert_eq!(Policy::load(folder.path()).unwrap_err()[0].message(), "the file does not say its format");
}

#[test]
fn times_need_their_offset() {
    for (time, fine) in [
        ("2026-01-01T00:00:00Z", true),
        ("2026-01-01 00:00:00.5+01:00", true),
        ("\"2026-01-01T00:00:00Z\"", true),
        ("2026-01-01T00:00:00", false),
        ("2026-01-01", false),
        ("\"tomorrow\"", false),
        ("7", false),
    ] {
        let text =
            format!("{READER}[[assignment]]\nrole = \"reader\"\nto = {{ id = \"ada\" }}\nfrom = {time}\n");
        assert_eq!(load(&text).is_ok(), fine, "{time}");
    }
}

#[test]
fn permissions_are_held_against_the_schemas() {
    let text = format!("format = 1\n{READER}");
    let folder = folder(&text);
    let schema = "format = 1\n[application]\nid = \"notes\"\nnamespaces = [\"notes\"]\n\
                  [[permission]]\nname = \"notes.read\"\n";
    std::fs::write(folder.path().join("schema.toml"), schema).unwrap();
    assert!(Policy::load(folder.path()).is_ok());
    std::fs::write(folder.path().join("policy.toml"), text.replace("read\" }", "read\", own = true }"))
        .unwrap();
    let mistakes = Policy::load(folder.path()).unwrap_err();
    assert!(mistakes[0].message().contains("`own`"), "{mistakes:#?}");
    std::fs::write(folder.path().join("second.toml"), schema).unwrap();
    let mistakes = Policy::load(folder.path()).unwrap_err();
    assert!(mistakes.iter().all(|mistake| mistake.path().ends_with("second.toml")), "{mistakes:#?}");
}

#[test]
fn several_providers_must_be_told_apart() {
    let provider = |name: &str| {
        format!(
            "[[provider]]\nname = \"{name}\"\nissuer = \"https://{name}.example\"\naudiences = [\"casemate\"]\n"
        )
    };
    let user = "[[user]]\nid = \"ada\"\n";
    assert!(load(&format!("{}{user}", provider("one"))).is_ok());
    let told = refused(&format!("{}{}{user}", provider("one"), provider("two")));
    assert!(told[0].contains("there are several providers"), "{told:?}");
    let told = refused(&format!("{}{user}provider = \"three\"\n", provider("one")));
    assert!(told[0].contains("there is no provider `three`"), "{told:?}");
    let told = refused(&provider("credential"));
    assert!(told[0].contains("Casemate's own"), "{told:?}");
}

#[test]
fn tenants_once_declared_are_the_only_ones() {
    let tenants = "[[tenant]]\nid = \"acme\"\n";
    assert!(load(&format!("{tenants}[[user]]\nid = \"ada\"\ntenant = \"acme\"\n")).is_ok());
    for user in ["[[user]]\nid = \"ada\"\n", "[[user]]\nid = \"ada\"\ntenant = \"acne\"\n"] {
        assert!(refused(&format!("{tenants}{user}"))[0].contains("there is no tenant"));
    }
    let provider = |tenant: &str| {
        format!(
            "{tenants}[[provider]]\nname = \"corp\"\nissuer = \"https://corp.example\"\naudiences = [\"x\"]\n\
             [provider.ldap]\nurl = \"ldaps://ldap.example\"\nbind_dn = \"cn=x\"\nbase = \"dc=x\"\n\
             bind_password = {{ env = \"X\" }}\ntenant = \"{tenant}\"\n"
        )
    };
    assert!(load(&provider("acme")).is_ok() && load(&provider("default")).is_ok());
    assert!(refused(&provider("acne"))[0].contains("there is no tenant `acne`"));
}

#[tokio::test]
async fn roles_come_by_id_login_and_group_in_their_tenant_and_time() {
    let role = |name: &str| format!("[[role]]\nname = \"{name}\"\npermissions = [{{ name = \"{name}\" }}]\n");
    let assign = |role: &str, to: &str, rest: &str| {
        format!("[[assignment]]\nrole = \"{role}\"\nto = {{ {to} }}\n{rest}\n")
    };
    let text = [
        role("by-id"),
        role("by-login"),
        role("by-group"),
        role("by-kind"),
        role("elsewhere"),
        role("for-a-time"),
        role("everybody"),
        assign("by-id", "id = \"ada\"", ""),
        assign("by-login", "login = \"ada@example.com\"", ""),
        assign("by-group", "group = \"staff\"", ""),
        assign("by-kind", "group = \"staff\", type = \"admin\"", ""),
        assign("elsewhere", "id = \"ada\"", "tenant = \"acme\""),
        assign("for-a-time", "id = \"ada\"", "from = 1970-01-01T00:00:10Z\nuntil = 1970-01-01T00:00:20Z"),
        assign("everybody", "type = \"anonymous\"", ""),
        "[[user]]\nid = \"ada\"\nlogin = \"ada@example.com\"\ngroups = [\"staff\"]\n".to_owned(),
        "[[user]]\nid = \"root\"\ntype = \"admin\"\ngroups = [\"staff\"]\n".to_owned(),
    ]
    .concat();
    let snapshot = directory(&text).current();
    let held = |subject: &Subject| {
        ["by-id", "by-login", "by-group", "by-kind", "elsewhere", "for-a-time", "everybody"]
            .into_iter()
            .filter(|name| allows(&snapshot, subject, name, 0))
            .collect::<Vec<_>>()
    };
    let ada = subject(&snapshot, "user", "ada");
    assert_eq!(held(&ada), ["by-id", "by-login", "by-group"]);
    assert_eq!(held(&subject(&snapshot, "admin", "root")), ["by-group", "by-kind"]);
    assert_eq!(held(&subject(&snapshot, "admin", "ada")), [""; 0], "another type is somebody else");
    assert_eq!(held(&subject(&snapshot, "user", "unknown")), [""; 0]);
    assert_eq!(held(&subject(&snapshot, "anonymous", "ada")), ["everybody"]);
    let elsewhere = snapshot.subject(&nobody(), &"acme".into(), "user", "ada").unwrap();
    assert_eq!(held(&elsewhere), ["elsewhere"]);
    for (second, in_force) in [(9, false), (10, true), (19, true), (20, false)] {
        assert_eq!(allows(&snapshot, &ada, "for-a-time", second * 1_000_000), in_force, "{second}");
    }
}

#[test]
fn roles_teams_and_tenants_that_lead_back_or_nowhere_are_told_with_their_place() {
    let role = |name: &str, extends: &str| {
        format!("[[role]]\nname = \"{name}\"\npermissions = []\nextends = [{extends}]\n")
    };
    let circle = [role("a", "\"b\""), role("b", "\"c\""), role("c", "\"b\"")].concat();
    assert_eq!(refused(&circle), ["9:11 the role extends itself: `b` → `c` → `b`"]);
    assert_eq!(refused(&role("a", "\"a\"")), ["5:11 the role extends itself: `a` → `a`"]);
    assert_eq!(refused(&role("a", "\"b\"")), ["5:12 there is no role `b`"]);
    assert_eq!(refused(&role("a", "\"auditor\", \"auditor\"")), ["5:23 the role `auditor` stands twice"]);
    let chain = |levels: usize| -> String {
        let above = |level: usize| if level == 0 { String::new() } else { format!("\"r{}\"", level - 1) };
        (0..levels).map(|level| role(&format!("r{level}"), &above(level))).collect()
    };
    assert!(load(&chain(16)).is_ok());
    let deep = refused(&chain(20));
    assert!(matches!(&deep[..], [one] if one.contains("at most 16 levels")), "{deep:?}");
    let many: Vec<String> = (0..65).map(|number| format!("\"r{number}\"")).collect();
    assert!(refused(&role("a", &many.join(", ")))[0].contains("these are 65 roles, and may be 64"));

    let team = "[[team]]\nname = \"t\"\nroles = [\"auditro\"]\n";
    assert_eq!(refused(team), ["4:10 there is no role `auditro`"]);
    let assignment = |what: &str| format!("[[assignment]]\nto = {{ id = \"ada\" }}\n{what}\n");
    assert_eq!(refused(&assignment("team = \"t\"")), ["4:8 there is no team `t`"]);
    assert_eq!(refused(&assignment("")), ["2:1 the assignment does not say what is assigned"]);
    let both = refused(&assignment("role = \"auditor\"\nteam = \"t\""));
    assert_eq!(both, ["5:8 an assignment is of a role or of a team, not both"]);
    let granted = "granted = { provider = \"p\", type = \"user\", id = \"x\", at = 2020-01-01T00:00:00Z }";
    let forged = refused(&assignment(&format!("role = \"auditor\"\n{granted}")));
    assert_eq!(forged, ["5:11 who granted it is recorded by Casemate, and written by nobody"]);
    assert_eq!(
        refused("[[role]]\nname = \"anonymous\"\npermissions = []\n"),
        ["3:8 the role `anonymous` is built in"]
    );

    let tenant = |id: &str, parent: &str| format!("[[tenant]]\nid = \"{id}\"\nparent = \"{parent}\"\n");
    assert!(load(&tenant("a", "default")).is_ok());
    assert_eq!(refused(&tenant("a", "b")), ["4:10 there is no tenant `b`"]);
    let circle = [tenant("a", "b"), tenant("b", "a")].concat();
    assert_eq!(refused(&circle), ["4:10 the tenant is a part of itself: `a` → `b` → `a`"]);
}

const SHARED: &str = r#"
[[tenant]]
id = "group"
[[tenant]]
id = "acme"
parent = "group"
[[role]]
name = "reader"
permissions = [{ name = "notes.read" }]
[[role]]
tenant = "acme"
name = "reader"
permissions = [{ name = "notes.leak" }]
[[role]]
tenant = "acme"
name = "senior"
permissions = [{ name = "notes.write" }]
extends = ["reader"]
[[team]]
tenant = "default"
name = "staff"
roles = ["reader"]
[[assignment]]
tenant = "acme"
team = "staff"
to = { id = "ada" }
[[assignment]]
tenant = "acme"
role = "senior"
to = { id = "bob" }
[[assignment]]
tenant = "group"
role = "administrator"
to = { id = "chief" }
"#;

#[tokio::test]
async fn a_shared_team_means_the_same_everywhere_and_names_mean_what_their_own_tenant_has() {
    let snapshot = directory(SHARED).current();
    let in_acme = |id: &str| snapshot.subject(&nobody(), &"acme".into(), "user", id).unwrap();
    let held = |id: &str| {
        let may = |name: &&str| allows(&snapshot, &in_acme(id), name, 0);
        ["notes.read", "notes.leak", "notes.write"].into_iter().filter(may).collect::<Vec<_>>()
    };
    assert_eq!(held("ada"), ["notes.read"], "the shared role, not acme's of the same name");
    assert_eq!(held("bob"), ["notes.leak", "notes.write"]);
    let origins = |id: &str| {
        let set = snapshot.permissions(&in_acme(id)).unwrap();
        let told = set.iter().filter_map(|held| Some(held.grant()?.origin.clone()));
        let mut told: Vec<_> = told.map(|origin| (origin.name, origin.via)).collect();
        told.sort();
        told
    };
    assert_eq!(origins("ada"), [("reader".to_owned(), Some("team staff".to_owned()))]);
    assert_eq!(
        origins("bob"),
        [("reader".to_owned(), Some("role senior".to_owned())), ("senior".to_owned(), None)]
    );
}

#[tokio::test]
async fn a_tenant_gives_no_access_to_those_that_are_parts_of_it() {
    let snapshot = directory(SHARED).current();
    let chief = |tenant: &str| snapshot.subject(&nobody(), &tenant.into(), "user", "chief").unwrap();
    assert!(allows(&snapshot, &chief("group"), "casemate.role.list", 0));
    for tenant in ["acme", "default"] {
        assert!(!allows(&snapshot, &chief(tenant), "casemate.role.list", 0), "{tenant}");
        assert!(!allows(&snapshot, &chief(tenant), "notes.read", 0), "{tenant}");
    }
}

#[tokio::test]
async fn the_better_known_value_wins() {
    let text = "[[user]]\nid = \"ada\"\ngroups = [\"staff\"]\nclaims = { department = \"lab\" }\n";
    let snapshot = directory(text).current();
    let asserted = Datum::from_json(r#"{"department":"board","floor":3}"#).unwrap();
    let ada = subject(&snapshot, "user", "ada").with_asserted(asserted.as_map().unwrap());
    assert_eq!(ada.claims.get("department").and_then(Datum::as_str), Some("lab"));
    assert_eq!(ada.claims.get("floor"), Some(&Datum::Int(3)));

    let mut token = Identity::new("", "ada", Kind::USER);
    token.groups = vec!["token-group".into(), "staff".into()];
    token.claims.insert("department".into(), "token".into());
    token.claims.insert("scope".into(), "read".into());
    let caller = snapshot.caller(&token);
    assert_eq!(caller.groups, ["token-group", "staff"]);
    assert_eq!(caller.claims.get("department").and_then(Datum::as_str), Some("lab"));
    assert_eq!(caller.claims.get("scope").and_then(Datum::as_str), Some("read"));
    let asked = snapshot.subject(&caller, &"default".into(), "user", "ada").unwrap();
    assert_eq!(asked, caller, "a caller who asks about themselves is who their token says");
}

#[tokio::test]
async fn the_same_id_at_two_providers_is_two_people() {
    let provider = |name: &str| {
        format!(
            "[[provider]]\nname = \"{name}\"\nissuer = \"https://{name}.example\"\naudiences = [\"casemate\"]\n"
        )
    };
    let text = format!(
        "{}{}{READER}[[user]]\nid = \"ada\"\nprovider = \"one\"\n[[user]]\nid = \"ada\"\nprovider = \"two\"\n\
         [[user]]\nid = \"bob\"\nprovider = \"one\"\n\
         [[assignment]]\nrole = \"reader\"\nto = {{ id = \"bob\", provider = \"one\" }}\n",
        provider("one"),
        provider("two")
    );
    let snapshot = directory(&text).current();
    let ask = |caller: &Subject, id: &str| snapshot.subject(caller, &"default".into(), "user", id);
    assert!(matches!(ask(&nobody(), "ada"), Err(ResolveError::Ambiguous { .. })));
    assert!(allows(&snapshot, &ask(&nobody(), "bob").unwrap(), "notes.read", 0));
    let other_bob = snapshot.caller(&Identity::new("two", "bob", Kind::USER));
    assert!(!allows(&snapshot, &other_bob, "notes.read", 0));
    assert!(matches!(ask(&other_bob, "bob"), Err(ResolveError::Ambiguous { .. })));
}

#[tokio::test]
async fn a_static_credential_is_known_by_its_hash_alone() {
    let digest: String = sha256("open sesame").iter().map(|byte| format!("{byte:02x}")).collect();
    let text = format!(
        "{READER}[[credential]]\nid = \"gateway\"\nsecret_sha256 = \"{digest}\"\ntenant = \"acme\"\n\
         permissions = [{{ name = \"casemate.decision.ask\" }}]\n\
         [[assignment]]\nrole = \"reader\"\ntenant = \"acme\"\n\
         to = {{ provider = \"credential\", type = \"service\", id = \"gateway\" }}\n"
    );
    let snapshot = directory(&text).current();
    let ask = async |secret: &str| {
        let credentials = Credentials::bearer(secret.to_owned());
        snapshot.chain().authenticate(&credentials, casemate_identity::Timestamp(0)).await
    };
    let caller = snapshot.caller(&ask("open sesame").await.unwrap());
    assert_eq!((&*caller.kind, caller.id.as_deref(), &*caller.tenant), ("service", Some("gateway"), "acme"));
    assert!(allows(&snapshot, &caller, "casemate.decision.ask", 0));
    assert!(allows(&snapshot, &caller, "notes.read", 0));
    assert!(!allows(&snapshot, &caller, "casemate.decision.ask-any-tenant", 0));
    for wrong in ["open sesam", "open sesame ", digest.as_str()] {
        assert!(ask(wrong).await.is_err(), "{wrong}");
    }
}

#[tokio::test]
async fn a_directory_is_replaced_whole_and_rises_in_revision() {
    let directory = directory(READER);
    let before = directory.current();
    let with_ada = format!("{READER}[[assignment]]\nrole = \"reader\"\nto = {{ id = \"ada\" }}\n");
    assert_eq!(directory.replace(load(&with_ada).unwrap()).unwrap(), 2);
    let after = directory.current();
    assert_eq!((before.revision(), after.revision()), (1, 2));
    assert!(!allows(&before, &subject(&before, "user", "ada"), "notes.read", 0));
    assert!(allows(&after, &subject(&after, "user", "ada"), "notes.read", 0));
}

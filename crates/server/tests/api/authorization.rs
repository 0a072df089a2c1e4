//! Who may do what: the whole matrix, and no route that nobody is refused at.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use axum::http::Method;
use casemate_platform::api::{Route, Scope, Security};
use casemate_server::{ChangeStreams, Front, described};
use serde_json::{Value, json};

use crate::description::same_as_file;
use crate::detections;
use crate::support::{Answer, CALLERS, Server};

/// Routes that need no credential, each with its reason.
const OPEN: [(&str, &str); 6] = [
    ("live", "says nothing but that the process runs"),
    ("ready", "says nothing secret"),
    ("getOpenApi", "is the same for everybody and stands in the documentation"),
    ("getMe", "says who the caller is, perhaps anonymous"),
    ("getOwnPermissions", "says what the caller holds, perhaps anonymous"),
    ("redeemAdministratorKey", "needs a one-time key in the body"),
];

/// The path of a route with the ids of things that are there.
pub(crate) fn path(route: &Route, ids: &BTreeMap<String, String>) -> String {
    let mut path = String::new();
    for segment in route.path.split('/').skip(1) {
        let parent = path.clone();
        path.push('/');
        match segment {
            "{id}" if parent == "/api/v1/audit-events" => path.push('0'),
            "{id}" => path.push_str(ids.get(&parent).map_or("none", String::as_str)),
            "{*tile}" => path.push_str("0/000.p/1"),
            "{revision}" => path.push_str(ids.get(&parent).map_or("1", String::as_str)),
            "{application}" => path.push_str("notes"),
            "{type}" => path.push_str("note"),
            "{user}" => path.push_str(ids.get("/api/v1/users").map_or("none", String::as_str)),
            other => path.push_str(other),
        }
    }
    path
}

/// Something that the route would take, and that changes nothing where it can be helped.
pub(crate) fn body(route: &Route, documents: &BTreeMap<String, Value>) -> Option<Value> {
    if [Method::GET, Method::DELETE].contains(&route.method) {
        return None;
    }
    let collection = route.path.trim_end_matches("/{id}");
    Some(match (&route.method, route.operation.id()) {
        (_, "applyPolicy") => json!({ "origin": "git", "files": {}, "dry_run": true }),
        (_, "revertPolicy") => json!({}),
        (_, "diffPolicy") => json!({ "from": 0, "to": 0 }),
        (_, "rewindAuditSink") => json!({ "next_index": 0 }),
        (_, "updateLogLevels") => json!({ "levels": "info" }),
        (_, "addGroupMembers") => json!({ "users": ["usr_none"] }),
        (_, "searchSessions" | "searchTemporaryCredentials") => {
            json!({ "provider": "nowhere", "subject": "ada" })
        }
        (_, "tryProviderMapping") => json!({ "claims": { "sub": "ada" } }),
        (_, "createApiKey") => json!({ "title": "key" }),
        // Nobody is vouched for by a provider that is not there.
        (_, "appointTenantAdministrator") => json!({ "administrator":
            { "user": { "provider": "nowhere", "id": "ada" } } }),
        (_, "getPolicyImpact") => json!({ "to": { "revision": 0 } }),
        (_, "whoCan") => json!({ "action": { "name": "cms.read" } }),
        (_, "preview") => json!({ "as": { "role": "auditor" }, "action": { "name": "cms.read" } }),
        (_, "createAuditSearch") => json!({ "name": "one's own", "search": { "outcome": "denied" } }),
        (_, "getAuditTimeline") => json!({ "resource": { "type": "role", "id": "rol_1" } }),
        (_, "recordAuditEvents" | "createAuditEvents") => {
            json!({ "items": [{ "action": "cms.read", "outcome": "success",
            "subject": { "anonymous": true } }] })
        }
        (_, "createResource") => json!({ "application": "notes", "type": "note", "id": "made" }),
        (_, "putResources") => json!({ "items": [{ "application": "notes", "type": "note", "id": "made" }] }),
        (_, "updateResource" | "patchResource") => json!({ "attributes": {} }),
        (_, "decideAccessReview") => json!({ "decisions": [{ "assignment": "asg_none", "revision": 1,
            "decision": "certified", "reason": "needed" }] }),
        (_, "resolvePermissions") => json!({ "items": [{ "anonymous": true }] }),
        (_, "check" | "filter" | "explain") => json!({ "subject": { "type": "user", "id": "ada" },
            "action": { "name": "cms.read" }, "resource": { "type": "note", "id": "1" } }),
        (&Method::PUT, _) => documents.get(collection).cloned().unwrap_or_else(|| json!({})),
        (_, id) if id.starts_with("create") => {
            documents.get(collection).cloned().unwrap_or_else(|| json!({}))
        }
        _ => json!({}),
    })
}

async fn ask(
    server: &Server,
    route: &Route,
    path: &str,
    body: Option<&Value>,
    credential: Option<&str>,
    tenant: Option<&str>,
) -> Answer {
    // No revision is 0: whoever may change something is told that it was changed meanwhile.
    let mut headers = vec![("if-match", "\"0\"")];
    headers.extend(tenant.map(|tenant| ("casemate-tenant", tenant)));
    server.send(&format!("{} {path}", route.method), credential, &headers, body).await
}

#[tokio::test]
async fn every_route_refuses_whoever_may_not() {
    let server = Server::start().await;
    let (mut refused, mut open) = (0, 0);
    for route in described() {
        let id = route.operation.id();
        let path = path(&route, &BTreeMap::new());
        let body = body(&route, &BTreeMap::new());
        if route.operation.security() == Security::Anybody {
            assert!(
                OPEN.iter().any(|(known, _)| *known == id),
                "{id} is open to anybody, and no reason is given"
            );
            open += 1;
            continue;
        }
        let cases = [
            (None, None, &["credential_missing"][..]),
            (Some("no-credential"), None, &["credential_rejected"]),
            (Some("nobody"), None, &["forbidden"]),
            (Some("nobody"), Some("acme"), &["forbidden"]),
            (Some("administrator"), Some("acme"), &["forbidden", "not_found"]),
            (Some("other-administrator"), Some("default"), &["forbidden", "not_found"]),
        ];
        // Everybody has something of their own there: whoever presents no valid credential has not.
        let is_everybody_s = route.operation.security() == Security::Caller;
        let cases = cases.into_iter().take(if is_everybody_s { 2 } else { usize::MAX });
        for (credential, tenant, codes) in cases {
            let is_installation_wide =
                matches!(route.operation.security(), Security::Permission { scope: Scope::Installation, .. });
            // What belongs to the whole installation belongs to no other tenant.
            if credential == Some("administrator") && is_installation_wide {
                continue;
            }
            // Who administers the installation may ask in every tenant.
            if credential == Some("administrator") && ["check", "filter", "explain", "whoCan"].contains(&id) {
                continue;
            }
            let answer = ask(&server, &route, &path, body.as_ref(), credential, tenant).await;
            assert!(
                codes.contains(&answer.code()),
                "{id} as {credential:?} in {tenant:?}: {} {}",
                answer.status,
                answer.text
            );
            refused += 1;
        }
    }
    assert_eq!(open, OPEN.len());
    assert!(refused > 300, "{refused} refusals");
}

/// What the matrix calls a caller.
fn actors(narrowed: &str) -> Vec<(&'static str, Option<String>)> {
    let mut actors = vec![("anonymous", None)];
    actors.extend(CALLERS.iter().map(|(name, ..)| (*name, Some((*name).to_owned()))));
    actors.push(("narrowed-key", Some(narrowed.to_owned())));
    actors
}

/// Documents that may be made, by the path of their kind.
pub(crate) fn documents() -> BTreeMap<String, Value> {
    let of = |path: &str, document: Value| (format!("/api/v1/{path}"), document);
    [
        of("tenants", json!({ "id": "acme" })),
        of("roles", json!({ "name": "support", "permissions": [{ "name": "cms.*" }] })),
        of("users", json!({ "login": "ada", "provider": "casemate" })),
        of("groups", json!({ "name": "staff" })),
        of("teams", json!({ "name": "helpdesk", "roles": ["support"] })),
        of("service-accounts", json!({ "name": "ci" })),
        of(
            "assignments",
            json!({ "role": "support", "to": { "provider": "casemate", "type": "service", "login": "ci" } }),
        ),
        of("applications", json!({ "schema": "format = 1\n[application]\nid = \"notes\"\nnamespaces = [\"notes\"]\n[[permission]]\nname = \"notes.read\"\n" })),
        of("providers", json!({ "name": "corp", "issuer": "https://login.example.com", "audiences": ["casemate"] })),
        of("sources", json!({ "name": "token", "provider": "corp", "claim": "permissions", "ceiling": ["cms.*"] })),
        of("audit-searches", json!({ "name": "denials", "shared": true, "search": { "outcome": "denied" } })),
        of("audit-holds", json!({ "reason": "case 2026-17", "scope": { "party": "usr_nobody" } })),
        of("audit-sinks", json!({ "name": "siem", "file": { "name": "audit.ndjson" } })),
        of("settings", json!({ "name": "decision.recorded", "value": "all" })),
        of("detections", json!({ "name": "audit-gap", "disabled": true })),
        of("alert-receivers", json!({ "name": "on-call", "mail": ["security@example.com"] })),
        of("event-types", json!({ "name": "notes.note.publish", "schema": { "type": "object" } })),
        of("event-ceilings", json!({ "application": "notes", "required": true })),
    ]
    .into_iter()
    .collect()
}

/// Makes one of each kind in a tenant, as its administrator; gives their ids by the path of their kind.
pub(crate) async fn furnish(
    server: &Server,
    administrator: &str,
    installation: bool,
) -> BTreeMap<String, String> {
    let mut ids = BTreeMap::new();
    let documents = documents();
    let order = [
        ("tenants", true),
        ("applications", true),
        ("providers", true),
        ("sources", true),
        ("audit-holds", true),
        ("audit-sinks", true),
        ("settings", true),
        ("detections", true),
        ("alert-receivers", true),
        ("event-types", true),
        ("event-ceilings", true),
        ("roles", false),
        ("teams", false),
        ("users", false),
        ("groups", false),
        ("service-accounts", false),
        ("assignments", false),
        ("audit-searches", false),
    ];
    for (kind, is_wide) in order {
        if is_wide && !installation {
            continue;
        }
        let path = format!("/api/v1/{kind}");
        let mut document = documents[&path].clone();
        if kind == "users" {
            // A provider's logins are one in all tenants.
            document["login"] = json!(administrator);
        }
        let made = server.send(&format!("POST {path}"), Some(administrator), &[], Some(&document)).await;
        ids.insert(path, made.id());
    }
    detections::alert(server).await;
    ids.insert("/api/v1/alerts".to_owned(), "1".to_owned());
    let resource = json!({ "application": "notes", "type": "note", "id": "7" });
    let made = server.send("POST /api/v1/resources", Some(administrator), &[], Some(&resource)).await;
    ids.insert("/api/v1/resources/notes/note".to_owned(), made.id());
    let keys = format!("/api/v1/service-accounts/{}/api-keys", ids["/api/v1/service-accounts"]);
    let key = json!({ "title": "a key" });
    let made = server.send(&format!("POST {keys}"), Some(administrator), &[], Some(&key)).await;
    ids.insert("/api/v1/api-keys".to_owned(), made.id());
    let wanted = json!({ "kind": "create", "limit": 1 });
    let found =
        server.send("POST /api/v1/audit-events/search", Some(administrator), &[], Some(&wanted)).await;
    ids.insert("/api/v1/audit-events".to_owned(), found.body["items"][0]["id"].to_string());
    ids.insert("/api/v1/identities".to_owned(), ids["/api/v1/users"].clone());
    ids
}

/// A key of an account that may do everything, which may only read roles.
async fn narrowed_key(server: &Server) -> String {
    let account = server.make("/api/v1/service-accounts", &json!({ "name": "robot" })).await;
    let to = json!({ "provider": "casemate", "type": "service", "login": "robot" });
    server.make("/api/v1/assignments", &json!({ "role": "administrator", "to": to })).await;
    let key = json!({ "title": "narrow", "permissions": [{ "name": "casemate.role.{list,read}" }] });
    let path = format!("POST /api/v1/service-accounts/{account}/api-keys");
    let made = server.admin(&path, Some(&key)).await;
    assert_eq!(made.status.as_u16(), 201, "{}", made.text);
    made.body["key"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_matrix_that_is_checked_in_is_what_happens() {
    let mut server = Server::start().await;
    // Nothing follows the database here, however long this takes.
    server.app.changes = ChangeStreams::new(512, Duration::from_secs(5), Duration::from_secs(3_600));
    server.front = Front::new(server.app.clone());
    let in_default = furnish(&server, "administrator", true).await;
    let in_acme = furnish(&server, "tenant-administrator", false).await;
    let actors = actors(&narrowed_key(&server).await);
    let mut rows = BTreeMap::new();
    let mut cells = 0;
    for route in described() {
        let Security::Permission { name, scope, resource } = route.operation.security() else { continue };
        let tenants: &[(&str, &BTreeMap<String, String>)] = match scope {
            Scope::Installation => &[("installation", &in_default)],
            Scope::Tenant => &[("default", &in_default), ("acme", &in_acme)],
        };
        for (tenant, ids) in tenants {
            let path = path(&route, ids);
            let body = body(&route, &documents());
            let header = (scope == Scope::Tenant).then_some(*tenant);
            let mut row = String::new();
            for (_, credential) in &actors {
                let answer = ask(&server, &route, &path, body.as_ref(), credential.as_deref(), header).await;
                let word = match (answer.status.as_u16(), answer.code()) {
                    (401, _) => "401",
                    (403, "forbidden") => "403",
                    (404, "not_found") => "404",
                    // The log of a test cannot be changed, nor is its audit log signed; whoever may not is told so before.
                    (503, "unavailable")
                        if ["log", "audit-log"].contains(&resource) || path.ends_with("/proof") =>
                    {
                        "yes"
                    }
                    (500.., code) => panic!("{} {path}: {code} {}", route.method, answer.text),
                    _ => "yes",
                };
                let _ = write!(row, " {word:>6}");
                cells += 1;
            }
            rows.insert(format!("{name:<34} {resource:<16} {tenant:<13} {:<23}", route.operation.id()), row);
        }
    }
    let mut text = String::new();
    let _ = writeln!(
        text,
        "Actor x action x resource: {} actors, {} rows, {cells} cells.",
        actors.len(),
        rows.len()
    );
    let _ = writeln!(
        text,
        "yes: allowed, 403: refused, 404: refused and not told that it is there, 401: no credential.\n"
    );
    for (number, (actor, _)) in actors.iter().enumerate() {
        let _ = writeln!(text, "A{number}: {actor}");
    }
    let _ = write!(text, "\n{:<34} {:<16} {:<13} {:<23}", "action", "resource", "tenant", "operation");
    for number in 0..actors.len() {
        let _ = write!(text, " {:>6}", format!("A{number}"));
    }
    text.push('\n');
    for (row, words) in rows {
        let _ = writeln!(text, "{row}{words}");
    }
    assert!(cells > 800, "{cells} cells");
    same_as_file("docs/reference/authorization-matrix.txt", &text);
}

#[tokio::test]
async fn an_auditor_reads_everything_and_changes_nothing() {
    let server = Server::start().await;
    let mut ids = furnish(&server, "administrator", true).await;
    for kind in ["users", "groups"] {
        let versions = format!("/api/v1/{kind}/{}/versions", ids[&format!("/api/v1/{kind}")]);
        let told = server.admin(&format!("GET {versions}"), None).await;
        ids.insert(versions, told.body["items"][0]["revision"].to_string());
    }
    let revision =
        async || server.admin("GET /api/v1/policy/versions", None).await.body["items"][0]["revision"].clone();
    let before = revision().await;
    let (mut read, mut refused) = (0, 0);
    for route in described() {
        let Security::Permission { name, .. } = route.operation.security() else { continue };
        let id = route.operation.id();
        let answer = ask(
            &server,
            &route,
            &path(&route, &ids),
            body(&route, &documents()).as_ref(),
            Some("auditor"),
            None,
        )
        .await;
        let asks = ["casemate.decision.ask", "casemate.decision.search", "casemate.policy.impact"];
        let reads = name.ends_with(".list") || name.ends_with(".read") || asks.contains(&name);
        if route.method == Method::GET {
            assert!(reads, "{id} reads, and needs {name}, which no auditor holds");
        }
        if reads {
            assert!(![401, 403, 404].contains(&answer.status.as_u16()), "{id}: {}", answer.text);
            read += 1;
        } else {
            assert_eq!((answer.status.as_u16(), answer.code()), (403, "forbidden"), "{id}: {}", answer.text);
            refused += 1;
        }
    }
    assert!(read > 30 && refused > 30, "{read} read, {refused} refused");
    assert_eq!(revision().await, before, "nothing was changed");
}

#[tokio::test]
async fn a_condition_of_a_permission_narrows_what_may_be_administered() {
    let server = Server::start().await;
    furnish(&server, "administrator", true).await;
    server.make("/api/v1/roles", &json!({ "name": "other", "permissions": [{ "name": "cms.*" }] })).await;
    server.make("/api/v1/service-accounts", &json!({ "name": "two" })).await;
    let assign = async |role: &str| {
        let to = json!({ "provider": "casemate", "type": "service", "login": "two" });
        let body = json!({ "role": role, "to": to });
        server.send("POST /api/v1/assignments", Some("delegate"), &[], Some(&body)).await
    };
    let refused = assign("other").await;
    assert_eq!((refused.status.as_u16(), refused.code()), (403, "forbidden"));
    let made = assign("support").await;
    assert_eq!(made.status.as_u16(), 201, "{}", made.text);
    // Nor may it be turned into what they may not assign.
    let put = format!("PUT /api/v1/assignments/{}", made.id());
    let mut document = made.body["document"].clone();
    document["role"] = json!("other");
    let tag = [("if-match", made.header("etag"))];
    let turned = server.send(&put, Some("delegate"), &tag, Some(&document)).await;
    assert_eq!((turned.status.as_u16(), turned.code()), (403, "forbidden"), "{}", turned.text);
}

#[tokio::test]
async fn what_may_not_be_seen_is_not_there() {
    let server = Server::start().await;
    let ids = furnish(&server, "administrator", true).await;
    let there = furnish(&server, "tenant-administrator", false).await;
    server.make("/api/v1/roles", &json!({ "name": "other", "permissions": [] })).await;
    let to = json!({ "provider": "casemate", "type": "service", "login": "ci" });
    let document = json!({ "role": "other", "to": to });
    let hidden = server.make("/api/v1/assignments", &document).await;
    let put = async |id: &str| {
        let request = format!("PUT /api/v1/assignments/{id}");
        server
            .send(
                &request,
                Some("blind"),
                &[("if-match", "\"0\"")],
                Some(&documents()["/api/v1/assignments"]),
            )
            .await
    };
    // The one that they may change they are told of; the other could as well not exist.
    let own = put(&ids["/api/v1/assignments"]).await;
    assert_eq!(own.status.as_u16(), 412, "{}", own.text);
    let (there_is, there_is_none) = (put(&hidden).await, put("asg_none").await);
    assert_eq!(there_is.status.as_u16(), 404, "{}", there_is.text);
    let without_id =
        |answer: &Answer| answer.body["request_id"].as_str().map(|id| answer.text.replace(id, ""));
    assert_eq!(without_id(&there_is), without_id(&there_is_none));
    // What belongs to another tenant is in none of theirs.
    let foreign = format!("GET /api/v1/roles/{}", there["/api/v1/roles"]);
    let answer = server.send(&foreign, Some("administrator"), &[], None).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (404, "not_found"));
}

#[tokio::test]
async fn readiness_names_providers_to_whoever_may_see_it_alone() {
    let server = Server::start().await;
    let provider =
        json!({ "name": "acme-corp", "issuer": "https://acme.example", "audiences": ["casemate"] });
    server.make("/api/v1/providers", &provider).await;
    let ready = async |credential| server.send("GET /readyz?verbose", credential, &[], None).await;
    let strangers = ready(None).await;
    assert_eq!((strangers.status.as_u16(), &strangers.body["providers"][0]["keys"]), (200, &json!(0)));
    assert!(!strangers.text.contains("acme"), "{}", strangers.text);
    assert_eq!(ready(Some("auditor")).await.body["providers"][0]["name"], "acme-corp");
    for (credential, status) in [("nobody", 403), ("tenant-administrator", 403), ("unknown", 401)] {
        let refused = ready(Some(credential)).await;
        assert_eq!(refused.status.as_u16(), status, "{credential}");
        assert!(!refused.text.contains("acme"), "{}", refused.text);
    }
    // A probe asks for no more than whether it can answer.
    assert_eq!(server.send("GET /readyz", Some("unknown"), &[], None).await.text, "ok\n");
}

#[tokio::test]
async fn nobody_grants_what_they_do_not_hold() {
    let server = Server::start().await;
    let broad = json!({ "name": "broad", "permissions": [{ "name": "billing.*" }] });
    let answer = server.send("POST /api/v1/roles", Some("editor"), &[], Some(&broad)).await;
    assert_eq!((answer.status.as_u16(), answer.code()), (403, "grant_exceeded"), "{}", answer.text);
    let denied = server.app.store.reader().decisions(&Default::default(), None, 10).await.unwrap().items;
    assert_eq!(denied.len(), 1, "it is on record");
    assert_eq!(
        (denied[0].event.action.as_str(), denied[0].event.reason.as_str()),
        ("casemate.role.create", "grant_exceeded")
    );
    let held = json!({ "name": "held", "permissions": [{ "name": "cms.entry.*" }] });
    let answer = server.send("POST /api/v1/roles", Some("editor"), &[], Some(&held)).await;
    assert_eq!(answer.status.as_u16(), 201, "{}", answer.text);
}

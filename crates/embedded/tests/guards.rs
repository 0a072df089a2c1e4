//! The guards for tower and axum, over policy files.
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::routing::get;
use casemate_embedded::Embedded;
use casemate_sdk::guard::{IdentifyLayer, Refused, Require, RequireOnSome};
use casemate_sdk::{AnyManager, Caller, Map, Question, Resource, Value};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

const POLICY: &str = r#"
format = 1
[application]
id = "notes"
namespaces = ["notes"]
[attributes]
folder = { type = "string", nullable = true }
[[permission]]
name = "notes.*"
properties.folders = { type = "list<string>", when = "resource.folder in value" }
[[permission]]
name = "notes.delete"
"#;

const ROLES: &str = r#"
format = 1
[[credential]]
id = "writer"
secret_sha256 = "WRITER"
permissions = [{ name = "notes.write" }, { name = "notes.read" }]
[[credential]]
id = "guest"
secret_sha256 = "GUEST"
permissions = [{ name = "notes.read", folders = ["public"] }]
"#;

casemate_sdk::permissions! {
    /// To write notes, wherever they are.
    pub Write = "notes.write";
    /// To read notes.
    Read = "notes.read";
}

async fn read(caller: RequireOnSome<Read>, folder: axum::extract::Path<String>) -> Result<String, Refused> {
    let note = [("folder", Value::String(&folder))];
    let kind = Some(Value::String("note"));
    caller.require(Question::new("notes.read").on(Resource {
        kind,
        id: None,
        properties: Map::Values(&note),
    }))?;
    Ok(format!("notes of {}", *folder))
}

async fn write(caller: Require<Write>) -> String {
    caller.identity().id.unwrap_or_default().to_owned()
}

async fn who(caller: Caller) -> &'static str {
    if caller.is_anonymous() { "nobody" } else { "somebody" }
}

fn digest(secret: &str) -> String {
    casemate_directory::sha256(secret).iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn policy() -> (tempfile::TempDir, Embedded) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("notes.toml"), POLICY).unwrap();
    let roles = ROLES.replace("WRITER", &digest("writer-secret")).replace("GUEST", &digest("guest-secret"));
    std::fs::write(folder.path().join("roles.toml"), roles).unwrap();
    let opened = Embedded::builder().policy_files(folder.path()).await.unwrap();
    (folder, opened)
}

fn routes() -> Router {
    Router::new().route("/who", get(who)).route("/notes/{folder}", get(read).post(write))
}

async fn send(router: &Router, request: &str, authorization: &[&str]) -> (StatusCode, String, String) {
    let (method, path) = request.split_once(' ').unwrap();
    let mut request = Request::builder().method(method).uri(path);
    for value in authorization {
        request = request.header(header::AUTHORIZATION, *value);
    }
    let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let challenge =
        parts.headers.get(header::WWW_AUTHENTICATE).map(|value| value.to_str().unwrap().to_owned());
    let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    (parts.status, text, challenge.unwrap_or_default())
}

#[tokio::test]
async fn a_handler_runs_only_for_those_who_may() {
    let (_folder, manager) = policy().await;
    let router = routes().layer(IdentifyLayer::new(manager));
    let (writer, guest) = ("Bearer writer-secret", "Bearer guest-secret");
    for (request, authorization, status, said) in [
        ("GET /who", &[][..], 200, "nobody"),
        ("GET /who", &[writer], 200, "somebody"),
        ("GET /notes/public", &[guest], 200, "notes of public"),
        ("GET /notes/private", &[guest], 403, "forbidden"),
        ("GET /notes/private", &[writer], 200, "notes of private"),
        ("POST /notes/public", &[writer], 200, "writer"),
        ("POST /notes/public", &[guest], 403, "forbidden"),
        ("POST /notes/public", &[], 401, "credential_missing"),
        ("GET /who", &["Bearer wrong"], 401, "credential_rejected"),
        ("GET /who", &["Basic abc"], 401, "credential_rejected"),
        ("GET /who", &[writer, guest], 401, "credential_rejected"),
        ("GET /who", &[""], 401, "credential_rejected"),
    ] {
        let (found, text, challenge) = send(&router, request, authorization).await;
        assert_eq!(found.as_u16(), status, "{request} {authorization:?}: {text}");
        assert!(text.contains(said), "{request} {authorization:?}: {text}");
        let expected = match said {
            "credential_missing" => "Bearer",
            "credential_rejected" => "Bearer error=\"invalid_token\"",
            _ => "",
        };
        assert_eq!(challenge, expected, "{request} {authorization:?}");
        if status >= 400 {
            let problem: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(
                (problem["type"].as_str(), problem["status"].as_u64()),
                (Some("about:blank"), Some(status.into()))
            );
            assert!(!text.contains("secret"), "{text}");
        }
    }
}

#[tokio::test]
async fn a_credential_may_be_needed_of_all() {
    let (_folder, manager) = policy().await;
    let router = routes().layer(IdentifyLayer::new(AnyManager::new(manager)).requiring_credential());
    assert_eq!(send(&router, "GET /who", &[]).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(send(&router, "GET /who", &["Bearer guest-secret"]).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_route_without_the_layer_lets_nobody_in() {
    let (status, text, _) = send(&routes(), "POST /notes/public", &["Bearer writer-secret"]).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(text.contains("\"internal\"") && !text.contains("IdentifyLayer"), "{text}");
}

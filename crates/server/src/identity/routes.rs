//! `/api/v1/me`.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use casemate_directory::Subject;
use casemate_expression::{Members, Timestamp};
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{Code, Problem, authenticate, clock, json_response};
use serde::Serialize;

use crate::App;
use crate::guard::admitted;

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    Api::new().get(
        "/api/v1/me",
        me,
        Operation::new(
            "getMe",
            "Identity",
            "Who Casemate says the caller is",
            Trail::Nothing("callers learn who they are themselves"),
        )
        .answers::<serde_json::Map<String, serde_json::Value>>(200, "They, perhaps anonymous.")
        .problem(Code::CredentialRejected)
        .problem(Code::UserInactive)
        .problem(Code::Unavailable),
    )
}

/// Who Casemate says the caller is.
async fn me(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    let snapshot = app.directory.current();
    let caller = authenticate(snapshot.chain(), &headers, clock::now()).await?;
    let user = admitted(&app, &caller).await?;
    let subject = snapshot.caller_as(&caller.0, user.as_deref());
    let response = json_response(&Me::from(&subject));
    Ok((axum::Extension(caller), response).into_response())
}

#[derive(Serialize)]
struct Me<'a> {
    provider: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    r#type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    login: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
    tenant: &'a str,
    groups: &'a [String],
    claims: &'a Members,
    auth: Auth<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<Actor<'a>>,
}

#[derive(Serialize)]
struct Auth<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<String>,
    amr: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'a str>,
}

#[derive(Serialize)]
struct Actor<'a> {
    provider: &'a str,
    r#type: &'a str,
    id: &'a str,
}

impl<'a> From<&'a Subject> for Me<'a> {
    fn from(subject: &'a Subject) -> Me<'a> {
        Me {
            provider: &subject.provider,
            id: subject.id.as_deref(),
            r#type: &subject.kind,
            login: subject.login.as_deref(),
            display_name: subject.display_name.as_deref(),
            tenant: &subject.tenant,
            groups: &subject.groups,
            claims: &subject.claims,
            auth: Auth {
                time: subject.auth_time.map(|time| Timestamp(time).to_string()),
                amr: &subject.auth_methods,
                acr: subject.auth_class.as_deref(),
            },
            actor: subject.actor.as_ref().map(|actor| Actor {
                provider: &actor.provider,
                r#type: &actor.kind,
                id: &actor.id,
            }),
        }
    }
}

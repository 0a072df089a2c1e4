//! Who did what an application records.

use std::sync::Arc;

use casemate_directory::{NotIdentified, Subject};
use casemate_identity::Kind;
use casemate_platform::{Code, DocumentError, Problem};
use casemate_store::{Actor, clipped};
use schemars::JsonSchema;
use serde_json::Value;

use super::record::mistake;
use crate::App;
use crate::guard::Access;
use crate::permissions::service::{Presented, presented};
use crate::sign_in::service::credential;

/// The longest opaque id that is looked for, in bytes.
const LONGEST_ID: usize = 128;

/// Who did it: one of `token`, `identity`, `anonymous`, or `type` with `id`.
#[derive(JsonSchema)]
#[schemars(rename = "RecordedSubject")]
#[expect(dead_code, reason = "describes what is read without keeping tokens in messages")]
pub(super) struct SubjectDocument {
    /// A bearer token that they presented, judged as if they had sent it here. It is neither kept nor told again.
    #[serde(default)]
    token: Option<String>,
    /// The opaque id of a user, a service account or an API key.
    #[serde(default)]
    identity: Option<String>,
    /// `user`, `service`, …: in the application's own words, for whom nobody else vouches.
    #[serde(default)]
    #[schemars(length(min = 1, max = 1024))]
    r#type: Option<String>,
    /// Their id, as the application knows them.
    #[serde(default)]
    #[schemars(length(min = 1, max = 1024))]
    id: Option<String>,
    /// `true` for whoever presented nothing.
    #[serde(default)]
    anonymous: Option<bool>,
}

/// Who did it.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum Doer {
    Token(String),
    Identity(String),
    Named(String, String),
    Anonymous,
}

impl Doer {
    /// Reads who it was; nothing of a token comes into what is said of it.
    pub(super) fn read(value: &Value, pointer: &str) -> Result<Doer, DocumentError> {
        let wrong = || {
            let message = "say `token`, `identity`, `type` with `id`, or `anonymous`, which is true: one of them, each a text";
            mistake(pointer.to_owned(), message)
        };
        let members = value.as_object().ok_or_else(wrong)?;
        let text = |name: &str| {
            let text = members.get(name).and_then(Value::as_str).map(str::to_owned);
            text.ok_or_else(wrong)
        };
        let mut names: Vec<&str> = members.keys().map(String::as_str).collect();
        names.sort_unstable();
        match names.as_slice() {
            ["token"] => Ok(Doer::Token(text("token")?)),
            ["identity"] => Ok(Doer::Identity(text("identity")?)),
            ["anonymous"] if members.get("anonymous") == Some(&Value::Bool(true)) => Ok(Doer::Anonymous),
            ["id", "type"] => {
                let (kind, id) = (text("type")?, text("id")?);
                for (name, text) in [("type", &kind), ("id", &id)] {
                    if !is_kept(text) {
                        return Err(mistake(format!("{pointer}/{name}"), UNKEPT));
                    }
                }
                Ok(Doer::Named(kind, id))
            }
            _ => Err(wrong()),
        }
    }

    /// Who it was, as audit events name them.
    ///
    /// # Errors
    /// Where the token is nobody's, or nobody has the id; a problem where that cannot be found out at the moment.
    pub(super) async fn actor(
        &self,
        app: &App,
        access: &Access,
        pointer: &str,
    ) -> Result<Result<Actor, DocumentError>, Problem> {
        let (snapshot, tenant) = (access.snapshot(), Arc::<str>::from(access.tenant()));
        Ok(match self {
            Doer::Anonymous => Ok(named(&snapshot.known_anonymous(&tenant).subject, "")),
            Doer::Named(kind, id) => Ok(Actor { kind: kind.clone(), id: id.clone(), ..Actor::default() }),
            Doer::Token(token) => match presented(app, snapshot, token, &tenant, access.now()).await {
                Ok(Presented { identity, user, known, .. }) => {
                    let credential = credential(&identity);
                    Ok(Actor { credential, ..named(&known.subject, user.as_deref().unwrap_or_default()) })
                }
                Err(code @ (Code::CredentialRejected | Code::UserInactive)) => {
                    let message = match code {
                        Code::UserInactive => "they were deactivated or deleted",
                        _ => "the token is not accepted: the server's log says why",
                    };
                    Err(mistake(format!("{pointer}/token"), message))
                }
                Err(code) => return Err(Problem::new(code)),
            },
            Doer::Identity(id) => identified(app, access, id)
                .await?
                .map_err(|message| mistake(format!("{pointer}/identity"), message)),
        })
    }
}

/// What is said of a text that is not kept as it is.
pub(super) const UNKEPT: &str = "this is a text of 1 to 1024 bytes, without NUL";

/// Whether a text is kept whole.
pub(super) fn is_kept(text: &str) -> bool {
    !text.is_empty() && clipped(text) == text
}

/// Whoever has an opaque id, also where they were deactivated since they did it.
async fn identified(app: &App, access: &Access, id: &str) -> Result<Result<Actor, &'static str>, Problem> {
    let unknown = "nobody in this tenant has this id";
    if id.len() > LONGEST_ID {
        return Ok(Err(unknown));
    }
    let (snapshot, tenant) = (access.snapshot(), access.tenant());
    let unavailable = |error| {
        tracing::error!(%error, "the directory cannot be asked about an identity");
        Problem::new(Code::Unavailable)
    };
    match app.directory.identified(snapshot, tenant, id, access.now()).await {
        Ok(found) => Ok(Ok(named(&found.known.subject, id))),
        Err(NotIdentified::Unknown) => Ok(Err(unknown)),
        Err(NotIdentified::Inactive) => {
            let user = app.store.reader().user(id).await.map_err(unavailable)?;
            let user = user.filter(|user| user.tenant == tenant);
            let gone = "this key or account is not in force: name it by `type` and `id`";
            Ok(user.ok_or(gone).map(|user| Actor {
                provider: user.provider,
                kind: Kind::USER.as_str().to_owned(),
                id: user.subject.unwrap_or_else(|| id.to_owned()),
                credential: None,
            }))
        }
        Err(NotIdentified::Store(error)) => Err(unavailable(error)),
    }
}

/// Somebody as audit events name them; by `known_as` where their provider has told no id.
fn named(subject: &Subject, known_as: &str) -> Actor {
    Actor {
        provider: subject.provider.to_string(),
        kind: subject.kind.to_string(),
        id: subject.id.as_deref().unwrap_or(known_as).to_owned(),
        credential: None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn who_it_was_is_said_in_one_way() {
        for good in [
            json!({ "token": "x" }),
            json!({ "identity": "x" }),
            json!({ "anonymous": true }),
            json!({ "type": "user", "id": "ada" }),
        ] {
            assert!(Doer::read(&good, "/s").is_ok(), "{good}");
        }
        for (bad, pointer) in [
            (json!("secret-token"), "/s"),
            (json!({}), "/s"),
            (json!({ "token": 7 }), "/s"),
            (json!({ "token": "secret-token", "id": "x" }), "/s"),
            (json!({ "anonymous": false }), "/s"),
            (json!({ "type": "user" }), "/s"),
            (json!({ "type": "user", "id": 7 }), "/s"),
            (json!({ "type": "", "id": "x" }), "/s/type"),
            (json!({ "type": "user", "id": "a\u{0}" }), "/s/id"),
            (json!({ "type": "user", "id": "x".repeat(1025) }), "/s/id"),
        ] {
            let error = Doer::read(&bad, "/s").err().unwrap();
            assert_eq!(error.pointer, pointer, "{bad}");
            assert!(!error.message.contains("secret"), "{bad}");
        }
    }
}

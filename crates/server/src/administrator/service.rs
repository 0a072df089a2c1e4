//! Who becomes an administrator, and how it is answered.

use axum::http::StatusCode;
use axum::response::Response;
use casemate_directory::model::AssignmentDocument;
use casemate_directory::{NewAdministrator, Redeemed};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api_key::service::ApiKeyView;
use crate::objects::with_revision;
use crate::once::created;
use crate::view::EntryView;

/// A new service account, or somebody at a provider.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
pub(crate) enum Who {
    /// A new service account of this name in the tenant, whose API key is in the answer.
    ServiceAccount { name: String },
    /// Somebody at a provider, by id.
    User {
        provider: String,
        #[serde(rename = "type", default = "user")]
        kind: String,
        id: String,
    },
    /// Somebody at a provider, by the name that they log in with.
    Login {
        provider: String,
        #[serde(rename = "type", default = "user")]
        kind: String,
        login: String,
    },
}

fn user() -> String {
    "user".to_owned()
}

impl From<Who> for NewAdministrator {
    fn from(who: Who) -> NewAdministrator {
        match who {
            Who::ServiceAccount { name } => NewAdministrator::ServiceAccount { name },
            Who::User { provider, kind, id } => NewAdministrator::User { provider, kind, id },
            Who::Login { provider, kind, login } => NewAdministrator::Login { provider, kind, login },
        }
    }
}

/// An administrator that was made.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Administrator {
    /// The assignment of the role `administrator`.
    assignment: EntryView<AssignmentDocument>,
    /// The API key of a new service account, with the key itself, this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key: Option<ApiKeyView>,
}

/// The answer once somebody was made an administrator.
pub(crate) fn made(redeemed: Redeemed) -> Response {
    let api_key = redeemed.key.map(|(key, secret)| ApiKeyView::with_key(&key, &secret));
    let made = Administrator { assignment: (&redeemed.assignment).into(), api_key };
    let body = serde_json::to_string(&made).unwrap_or_default();
    with_revision(created(StatusCode::CREATED.as_u16(), body), redeemed.revision)
}

//! `/api/v1/providers/{id}/mapping/try`.

use axum::extract::{Path, Request, State};
use axum::response::Response;
use casemate_directory::{Kind, TrialError};
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{Code, DocumentError, NoQuery, Problem, json_response, permissions, read_document};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::App;
use crate::guard::{Require, Thing};

permissions! {
    /// To see what claims would make of somebody.
    ProviderTry = "casemate.provider.try", on "provider", in installation, read "casemate.provider.read";
}

/// Claims that are to be tried.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct MappingTrialRequest {
    /// The claims, as a verified token or the provider's answer would hold them.
    claims: Map<String, Value>,
}

/// What claims would make of somebody whom the directory knows by nothing else.
#[derive(Debug, Serialize, JsonSchema)]
struct MappingTrial {
    /// Their id.
    id: String,
    /// `user`, or what else the claims say.
    #[serde(rename = "type")]
    kind: String,
    /// The name that they log in with.
    #[serde(skip_serializing_if = "Option::is_none")]
    login: Option<String>,
    /// The tenant that they are of.
    tenant: String,
    /// All groups that they are in: those that the provider names, and those of the rules.
    groups: Vec<String>,
    /// What each rule says of them.
    rules: Vec<RuleTrial>,
    /// The roles that are theirs in their tenant by what is assigned to them and their groups, also of assignments that are not
    /// in force yet, or no longer.
    roles: Vec<RoleTrial>,
}

/// What a rule says of them.
#[derive(Debug, Serialize, JsonSchema)]
struct RuleTrial {
    /// The rule's condition.
    when: String,
    /// Its groups.
    groups: Vec<String>,
    /// `in`, `not_in`, `claim_missing`, or `failed`: whose rule fails may do nothing.
    outcome: String,
    /// What is missing or wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

/// A role that is theirs.
#[derive(Debug, Serialize, JsonSchema)]
struct RoleTrial {
    /// Its name.
    role: String,
    /// The tenant that defines it.
    of_tenant: String,
    /// By what they come to it: the role that extends it, the team that it is of, and their group.
    #[serde(skip_serializing_if = "Option::is_none")]
    via: Option<String>,
}

/// With what is asked about the rules of a provider.
pub(super) fn with_trial(api: Api<App>) -> Api<App> {
    api.post(
        "/api/v1/providers/{id}/mapping/try",
        try_mapping,
        Operation::new("tryProviderMapping", "Providers", "What claims would make of somebody", Trail::Read)
            .describe(
                "Says which groups and roles somebody with these claims would have by the provider's mapping rules, which are in \
                 force as they are written. Nothing is changed, and what the directory says of users is left out.",
            )
            .needs::<ProviderTry>()
            .takes::<MappingTrialRequest>(json!({ "claims": { "sub": "ada", "department": "finance" } }))
            .answers::<MappingTrial>(200, "What they would be.")
            .problem(Code::NotFound),
    )
}

async fn try_mapping(
    State(app): State<App>,
    require: Require<ProviderTry>,
    Path(id): Path<String>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let MappingTrialRequest { claims } = read_document(request).await?;
    let access = require.access();
    let provider =
        app.administration.get(Kind::Provider, "", &id).ok_or_else(|| Problem::new(Code::NotFound))?;
    access.permit::<ProviderTry>(&app, &Thing::of(&provider)).await?;
    let trial = app.directory.try_mapping(&provider.name, claims).map_err(|error| match error {
        TrialError::NoProvider => Problem::new(Code::NotFound),
        TrialError::Claims(error) => Problem::document(vec![DocumentError {
            pointer: "/claims".to_owned(),
            message: error.to_string(),
            help: None,
        }]),
    })?;
    let rules = trial.rules.into_iter().map(|rule| RuleTrial {
        when: rule.when,
        groups: rule.groups,
        outcome: rule.outcome.to_owned(),
        problem: rule.problem,
    });
    let roles = trial.roles.into_iter().map(|role| RoleTrial {
        role: role.role,
        of_tenant: role.of_tenant,
        via: role.via,
    });
    let subject = trial.subject;
    Ok(json_response(&MappingTrial {
        id: subject.id.map(String::from).unwrap_or_default(),
        kind: subject.kind.into(),
        login: subject.login.map(String::from),
        tenant: subject.tenant.to_string(),
        groups: subject.groups,
        rules: rules.collect(),
        roles: roles.collect(),
    }))
}

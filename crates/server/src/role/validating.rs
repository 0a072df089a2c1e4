//! Validating a role: all that is wrong with one that would be written, and nothing is.

use axum::extract::{Path, Request, State};
use axum::response::Response;
use casemate_directory::AdminError;
use casemate_directory::model::RoleDocument;
use casemate_expression::Datum;
use casemate_permission::name::Pattern;
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{
    Code, DocumentError, NoQuery, Permission, Problem, json_body, json_response, parse_document,
};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::routes::{RoleCreate, RoleUpdate, Roles};
use crate::App;
use crate::guard::{Access, Require, Thing};
use crate::objects::{Objects as _, entry};
use crate::refusal::problem;
use crate::turns::Turns;

/// How many are validated at once: each is held against all that is configured.
static AT_WORK: Turns = Turns::new(2);
/// The members of a role.
const MEMBERS: [&str; 5] = ["name", "title", "description", "permissions", "extends"];
/// A member, and what stands there where it cannot be read.
type Required = (&'static str, fn() -> Value);
/// What a role has to have, and what stands there to read on where it cannot be read.
const REQUIRED: [Required; 2] = [("name", || json!("role")), ("permissions", || json!([]))];
/// The most mistakes that are told.
const MOST: usize = 100;

/// What validating a role found.
#[derive(Debug, Serialize, JsonSchema)]
struct RoleValidation {
    /// Whether it would be written.
    valid: bool,
    /// What is wrong with it: at most 100 mistakes.
    errors: Vec<RoleMistake>,
}

/// A mistake in a role.
#[derive(Debug, Serialize, JsonSchema)]
struct RoleMistake {
    /// Where, as a JSON pointer into the role; empty for the whole of it.
    pointer: String,
    /// What is wrong there.
    message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    /// Of a text, the character at which it is wrong, counted from 0, where it is wrong at one.
    #[serde(skip_serializing_if = "Option::is_none")]
    character: Option<usize>,
}

/// The routes that validate.
pub(super) fn routes(api: Api<App>) -> Api<App> {
    let example = json!({ "name": "support", "permissions": [{ "name": "cms.entry.{read" }] });
    api.post(
        "/api/v1/roles/validate",
        validate,
        operation("validateRole", "All that is wrong with a role that would be made")
            .describe("Says all mistakes at once, with their places, also those that only the whole of what is configured shows, and writes nothing. It needs what making the role needs, but no recent sign-in.")
            .needs::<RoleCreate>()
            .takes::<RoleDocument>(example.clone())
            .answers::<RoleValidation>(200, "What is wrong with it."),
    )
    .post(
        "/api/v1/roles/{id}/validate",
        validate_change,
        operation("validateRoleChange", "All that is wrong with what would become of a role")
            .describe("As of a role that would be made.")
            .needs::<RoleUpdate>()
            .takes::<RoleDocument>(example)
            .answers::<RoleValidation>(200, "What is wrong with it."),
    )
}

fn operation(id: &'static str, summary: &'static str) -> Operation {
    Operation::new(
        id,
        "Roles",
        summary,
        Trail::Nothing("it says of what the caller wrote what writing it would"),
    )
}

async fn validate(
    State(app): State<App>,
    require: Require<RoleCreate>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let document = read(&json_body(request).await?)?;
    let access = require.access();
    let renewed = access.readmitted::<RoleCreate>(&app).await?;
    let access = renewed.as_ref().unwrap_or(access);
    validated::<RoleCreate>(&app, access, None, document, Roles::thing).await
}

async fn validate_change(
    State(app): State<App>,
    require: Require<RoleUpdate>,
    Path(id): Path<String>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let document = read(&json_body(request).await?)?;
    let access = require.access();
    let renewed = access.readmitted::<RoleUpdate>(&app).await?;
    let access = renewed.as_ref().unwrap_or(access);
    let role = entry::<Roles>(&app, access, &id)?;
    // Nothing is changed: no recent sign-in is asked for.
    if !access.may::<RoleUpdate>(&Thing::of(&role)) {
        access.permit::<RoleUpdate>(&app, &Thing::of(&role)).await?;
    }
    let thing = |document: &Value| Roles::thing(document).identified(&id).with("origin", &role.origin);
    validated::<RoleUpdate>(&app, access, Some(&id), document, thing).await
}

fn read(text: &str) -> Result<Value, Problem> {
    // Refuses what two readers could understand differently, as writing it does.
    Datum::from_json(text).map_err(|error| Problem::new(Code::MalformedBody).detail(error.to_string()))?;
    parse_document(text)
}

/// All that is wrong. What the caller may not write, or not give, is on record as denied before they are told.
async fn validated<P: Permission>(
    app: &App,
    access: &Access,
    id: Option<&str>,
    document: Value,
    thing: impl Fn(&Value) -> Thing,
) -> Result<Response, Problem> {
    let (role, mut errors) = readable(&document);
    if let Some(role) = role {
        let written = serde_json::to_value(&role).map_err(|error| {
            tracing::error!(%error, "a document could not be written as JSON");
            Problem::new(Code::Internal)
        })?;
        if !access.may_or_recorded::<P>(app, &thing(&written)).await? {
            let message = "you may not write a role of this name".to_owned();
            errors.push(RoleMistake { help: None, character: None, pointer: "/name".to_owned(), message });
        }
        let _turn = AT_WORK.take().await?;
        let author = access.author();
        let wrong = app.administration.check_role(&author, access.tenant(), id, written.clone()).await;
        for error in wrong.map_err(problem)? {
            if matches!(error, AdminError::Beyond { .. }) {
                access.not_given::<P>(app, id).await?;
            }
            errors.extend(mistakes(error, &written));
        }
    }
    errors.truncate(MOST);
    Ok(json_response(&RoleValidation { valid: errors.is_empty(), errors }))
}

/// The role where it can be read, and what cannot: a member that cannot is looked away from, so that the next one is looked at.
fn readable(document: &Value) -> (Option<RoleDocument>, Vec<RoleMistake>) {
    let mistake =
        |pointer: String, message: String| RoleMistake { pointer, message, help: None, character: None };
    let Value::Object(members) = document else {
        return (None, vec![mistake(String::new(), "a role is an object".to_owned())]);
    };
    let (mut rest, mut errors) = (members.clone(), Vec::new());
    rest.retain(|name, _| {
        let is_known = MEMBERS.contains(&name.as_str());
        if !is_known {
            let pointer = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
            let known = MEMBERS.join(", ");
            errors.push(mistake(pointer, format!("a role has no member `{name}`; there are {known}")));
        }
        is_known
    });
    let mut is_whole = true;
    for (name, instead) in REQUIRED {
        if !rest.contains_key(name) {
            errors.push(mistake(format!("/{name}"), format!("missing field `{name}`")));
            rest.insert(name.to_owned(), instead());
            is_whole = false;
        }
    }
    for _ in 0..=MEMBERS.len() {
        let wrong = match parse_document::<RoleDocument>(&Value::Object(rest.clone()).to_string()) {
            Ok(role) => return (Some(role).filter(|_| is_whole), errors),
            Err(wrong) => wrong,
        };
        for DocumentError { pointer, message, help } in wrong.document_errors() {
            let member = pointer.split('/').nth(1).unwrap_or_default();
            match REQUIRED.iter().find(|(name, _)| *name == member) {
                Some((name, instead)) => drop(rest.insert((*name).to_owned(), instead())),
                None => drop(rest.remove(member)),
            }
            is_whole &= !REQUIRED.iter().any(|(name, _)| *name == member);
            errors.push(RoleMistake { help: help.clone(), ..mistake(pointer.clone(), message.clone()) });
        }
    }
    (None, errors)
}

/// Where in the role what is wrong is, in the words of writing it.
fn mistakes(error: AdminError, role: &Value) -> Vec<RoleMistake> {
    let text = error.to_string();
    let whole = |pointer: String| RoleMistake { pointer, message: text.clone(), help: None, character: None };
    match &error {
        AdminError::NameTaken { .. } | AdminError::InUse(_) => vec![whole("/name".to_owned())],
        AdminError::Beyond { permission, .. } => vec![whole(place_of(permission, role))],
        AdminError::Breaks(_) | AdminError::ReadOnly { .. } | AdminError::LastAdministrator => {
            vec![whole(String::new())]
        }
        _ => {
            let problem = problem(error);
            problem.document_errors().iter().map(|wrong| placed(wrong, role)).collect()
        }
    }
}

/// The permission that is this one, or all of them.
fn place_of(permission: &str, role: &Value) -> String {
    let permissions = role.get("permissions").and_then(Value::as_array);
    let sought: Option<Value> = serde_json::from_str(permission).ok();
    let place = permissions.zip(sought).and_then(|(all, sought)| all.iter().position(|one| *one == sought));
    place.map_or_else(|| "/permissions".to_owned(), |place| format!("/permissions/{place}"))
}

/// The mistake, at the character of a granted name where it is in one.
fn placed(DocumentError { pointer, message, help }: &DocumentError, role: &Value) -> RoleMistake {
    let as_told = RoleMistake {
        pointer: pointer.clone(),
        message: message.clone(),
        help: help.clone(),
        character: None,
    };
    let name_of = |place: &str| role.pointer(&format!("{place}/name")).and_then(Value::as_str);
    let is_permission = pointer.strip_prefix("/permissions/").is_some_and(|place| !place.contains('/'));
    let Some(name) = name_of(pointer).filter(|_| is_permission) else { return as_told };
    let Err(wrong) = Pattern::parse(name) else { return as_told };
    let character = wrong.position().and_then(|byte| name.get(..byte)).map(|before| before.chars().count());
    RoleMistake { pointer: format!("{pointer}/name"), character, ..as_told }
}

//! `/api/v1/who-can`: everybody who would be allowed something, with the way to it.

use axum::Extension;
use axum::extract::{Request, State};
use axum::response::Response;
use casemate_directory::Candidate;
use casemate_expression::{Datum, Timestamp};
use casemate_permission::name::Name;
use casemate_permission::{Effect, Evaluation, Grant, Reason};
use casemate_platform::api::{Api, Operation, Trail};
use casemate_platform::{Code, NoQuery, PageRequest, Problem, RequestId, json_response, permissions};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::asker::{Beside, SEARCH};
use super::questions::{Action, Word, document_error, known_members};
use super::registered::{counting, not_fetched};
use super::routes::{Asked, asked_beside, incomplete, malformed};
use super::told::{self, Origin};
use super::walk::Walk;
use crate::App;
use crate::guard::{source_failed, source_outside};

permissions! {
    /// To ask who may do something.
    DecisionSearch = SEARCH, on "decision", in tenant, read "casemate.decision.read";
}

/// How many are judged before others get their turn.
const AT_ONCE: usize = 32;

/// The route.
pub(crate) fn routes() -> Api<App> {
    Api::new().post(
        "/api/v1/who-can",
        who_can,
        Operation::new("whoCan", "Decisions", "Who may do this?", Trail::Kind("read"))
            .describe("Everybody whom the directory knows and who would be allowed it, or would be on some resources: users, service accounts, static credentials, anonymous, whoever an assignment names, and groups, which stand for members of whom nothing else is known. An API key can do no more than its account. A page may hold fewer entries than asked for, or none, and others follow while there is `next`. Needs `casemate.decision.ask` too.")
            .needs::<DecisionSearch>()
            .takes::<WhoCanQuestion>(json!({ "action": { "name": "notes.read" },
                "resource": { "type": "note", "id": "7" }, "limit": 100 }))
            .answers::<WhoCanPage>(200, "A page.")
            .problem(Code::SourceFailed),
    )
}

/// What it is that somebody may do.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "describes what the permission engine reads")]
struct WhoCanQuestion {
    /// What is to be done: `name` and `properties`.
    action: Action,
    /// What it is to be done to: `type`, `id` and `properties`, each as far as it is known.
    #[serde(default)]
    resource: Option<Map<String, Value>>,
    /// Whatever else conditions may ask of.
    #[serde(default)]
    context: Option<Map<String, Value>>,
    /// The `next` of the page before, of the same question.
    #[serde(default)]
    after: Option<String>,
    /// The most entries of the page: 1 to 1,000; 100 where nothing is said.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<u32>,
}

/// Some of those who would be allowed it.
#[derive(Debug, Serialize, JsonSchema)]
struct WhoCanPage {
    items: Vec<WhoCanEntry>,
    /// What to ask the next page with; absent where there are no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
    /// The sources outside Casemate that may allow it to people whom the directory does not know: those are not among the
    /// entries. Everybody whom it knows was asked about.
    outside: Vec<String>,
}

/// Somebody who would be allowed it.
#[derive(Debug, Serialize, JsonSchema)]
struct WhoCanEntry {
    /// Who.
    subject: WhoCanSubject,
    /// `allowed`, or `conditional` where it depends on what the question does not say of the resource (`depends_on_resource`),
    /// or on which member of a group it is, or who has a login (`depends_on_identity`).
    decision: Word,
    /// Why, as a stable code.
    reason_code: &'static str,
    /// The granted name of the permission that decided; absent where it is `conditional`.
    #[serde(skip_serializing_if = "Option::is_none")]
    permission: Option<String>,
    /// Where that came from; absent where it is `conditional`.
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<WhoCanOrigin>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WhoCanSubject {
    /// The provider that vouches for them; empty where none is configured.
    provider: String,
    /// `user`, `service`, `anonymous`, …; `group` for a group.
    r#type: String,
    /// Their id, as far as it is known; the name of a group. Anonymous has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    /// The name that they log in with.
    #[serde(skip_serializing_if = "Option::is_none")]
    login: Option<String>,
    /// Their name.
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    /// The type of those members of a group that are meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    members: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct WhoCanOrigin {
    /// `role`, `key`, …
    kind: &'static str,
    /// Its name.
    name: String,
    /// By which role that extends it, team or group they came to it, where not by themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    via: Option<String>,
}

async fn who_can(
    State(app): State<App>,
    Extension(id): Extension<RequestId>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let asked = asked_beside(&app, &id, &head.headers, body, Beside::Search).await?;
    let origin = Origin::of(&id, &head);
    let found = found(&app, &asked, &id).await;
    let page = told::searched(&app, &asked, origin, found, |page| page.items.len()).await?;
    Ok(json_response(&page))
}

async fn found(app: &App, asked: &Asked, id: &RequestId) -> Result<WhoCanPage, Problem> {
    known_members(&asked.body, &["action", "resource", "context", "after", "limit"])?;
    let page = page(&asked.body)?;
    // Who is asked about stands in no question of this kind.
    let anybody = of_type("anonymous");
    let evaluation = Evaluation::read(&asked.body, Some(&anybody)).map_err(incomplete)?;
    let name = asked.session(app, id).name_of(&evaluation).map_err(|refused| malformed(refused.message))?;
    let counts = counting(&asked.registered, &asked.snapshot, &evaluation, &name).map_err(not_fetched)?;
    let evaluation = match &counts {
        Some(counts) => evaluation.with_resource_properties(counts),
        None => evaluation,
    };
    let name = Name::parse(&name).map_err(|error| malformed(error.to_string()))?;
    let list = list_of("who-can", asked, &["after", "limit"]);
    let mut walk = Walk::begin(app, asked, ("user", name), &list, page.after.as_deref())?;
    let mut items = Vec::new();
    while let Some(mut candidates) = walk.next().await? {
        asked.snapshot.ask_candidates(&asked.asker.known.subject, &mut candidates, asked.now).await;
        for (number, candidate) in candidates.into_iter().enumerate() {
            if number % AT_ONCE == AT_ONCE - 1 {
                tokio::task::yield_now().await;
            }
            items.extend(judged(asked, &evaluation, &candidate, name)?);
            if items.len() >= page.limit as usize {
                walk.end_behind(candidate.place);
                break;
            }
        }
    }
    let outside = asked.snapshot.sources_outside(&asked.asker.tenant, &name);
    Ok(WhoCanPage { items, next: walk.cursor(&list), outside })
}

/// What a candidate would be answered, where that is not no.
///
/// # Errors
/// Where a source outside Casemate does not say what they hold: whoever asks is told of nobody rather than not of all.
fn judged(
    asked: &Asked,
    evaluation: &Evaluation<'_>,
    candidate: &Candidate,
    name: Name<'_>,
) -> Result<Option<WhoCanEntry>, Problem> {
    let set = match asked.snapshot.permissions_apart(&candidate.subject) {
        Ok(set) => set,
        Err(error) => {
            tracing::error!(%error, "somebody may do nothing: the permissions could not be compiled");
            return source_outside(&asked.snapshot, &error)
                .map_or(Ok(None), |source| Err(source_failed(source)));
        }
    };
    let request = evaluation.request(name, candidate.subject.view(), Timestamp(asked.now));
    // Who is in a group, or is known by login alone, may be anybody else's equal in all else.
    let is_one = candidate.subject.id.is_some() || *candidate.subject.kind == *"anonymous";
    let decision = if is_one { set.check_partial(&request) } else { set.check_somebody(&request) };
    // What another system says of each of a group, or of who is known by login alone, is not known here.
    let is_unknown = candidate.subject.is_left_out() && asked.snapshot.asks_about(&candidate.subject);
    let depends = match decision.effect {
        Effect::Allowed => is_unknown,
        // Members of a group whom the directory knows are asked about by themselves.
        Effect::Denied => {
            is_unknown
                && candidate.group.is_none()
                && !matches!(decision.reason, Reason::PermissionDenies | Reason::DenialFailed)
                && asked.snapshot.is_granted_outside(&candidate.subject, &name)
        }
        Effect::Conditional => false,
    };
    if decision.effect == Effect::Denied && !depends {
        return Ok(None);
    }
    if depends {
        return Ok(Some(WhoCanEntry {
            subject: WhoCanSubject::from(candidate),
            decision: Effect::Conditional.into(),
            reason_code: Reason::DependsOnIdentity.code(),
            permission: None,
            origin: None,
        }));
    }
    let origin = decision.permission.and_then(|permission| permission.grant()).map(WhoCanOrigin::from);
    Ok(Some(WhoCanEntry {
        subject: WhoCanSubject::from(candidate),
        decision: decision.effect.into(),
        reason_code: decision.reason.code(),
        permission: decision.permission.map(|permission| permission.name().to_owned()),
        origin,
    }))
}

impl From<&Candidate> for WhoCanSubject {
    fn from(candidate: &Candidate) -> WhoCanSubject {
        let Candidate { subject, group, .. } = candidate;
        let text = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
        let provider = subject.provider.to_string();
        match group {
            Some(group) => WhoCanSubject {
                provider,
                r#type: "group".to_owned(),
                id: Some(group.clone()),
                login: None,
                display_name: None,
                members: Some(subject.kind.to_string()),
            },
            None => WhoCanSubject {
                provider,
                r#type: subject.kind.to_string(),
                id: text(&subject.id),
                login: text(&subject.login),
                display_name: text(&subject.display_name),
                members: None,
            },
        }
    }
}

impl From<&Grant> for WhoCanOrigin {
    fn from(grant: &Grant) -> WhoCanOrigin {
        let origin = &grant.origin;
        WhoCanOrigin { kind: origin.kind.name(), name: origin.name.clone(), via: origin.via.clone() }
    }
}

/// Which page a body asks for.
fn page(body: &Datum) -> Result<PageRequest, Problem> {
    let after = match body.get("after") {
        None | Some(Datum::Null) => None,
        Some(Datum::String(after)) => Some(after.to_string()),
        Some(_) => return Err(document_error("/after", "this is the `next` of the page before")),
    };
    let limit = match body.get("limit") {
        None | Some(Datum::Null) => None,
        Some(Datum::Int(limit)) => Some(u32::try_from(*limit).unwrap_or(u32::MAX)),
        Some(_) => return Err(document_error("/limit", "this is a number from 1 to 1000")),
    };
    PageRequest::new(after, limit)
}

/// A question's subject of a type, of which no more is said.
pub(super) fn of_type(kind: &str) -> Datum {
    let subject = [("type", kind), ("id", "")].map(|(name, text)| (name.into(), Datum::String(text.into())));
    Datum::Map([("subject".into(), Datum::Map(subject.into_iter().collect()))].into_iter().collect())
}

/// The name of a list: all that it depends on. A cursor of one is refused in another.
pub(super) fn list_of(kind: &str, asked: &Asked, but: &[&str]) -> String {
    let mut list = format!("{kind}\n{}\n{:?}", asked.asker.tenant, asked.asker.known.application);
    let members = asked.body.as_map().into_iter().flat_map(|members| members.iter());
    for (name, value) in members.filter(|(name, _)| !but.contains(name)) {
        list.push('\n');
        list.push_str(name);
        list.push('\n');
        list.push_str(&value.to_json());
    }
    list
}

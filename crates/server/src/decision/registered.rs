//! What is registered of the resources that questions are about: it counts in the place of what whoever asks says of them.

use std::sync::Arc;

use casemate_directory::{NotFetched, Registered, Snapshot};
use casemate_expression::{Datum, Members};
use casemate_permission::name::Name;
use casemate_permission::{Evaluation, Mentioned};
use casemate_platform::{Code, Problem};

use super::asker::Asker;
use super::batch::MAX_EVALUATIONS;
use crate::App;

/// A resource that a question may mean: the application whose it would be, its type and its id.
type Key<'b> = (Arc<str>, &'b str, &'b str);

/// The resources that a body mentions, in its questions or in what they have in common, and that may be registered.
pub(super) fn mentioned<'b>(app: &App, snapshot: &Snapshot, asker: &Asker, body: &'b Datum) -> Vec<Key<'b>> {
    let items = body.get("evaluations").and_then(Datum::as_list).unwrap_or_default();
    let one = std::iter::once(Mentioned::of(body, None));
    let many = items.iter().take(MAX_EVALUATIONS).map(|item| Mentioned::of(item, Some(body)));
    one.chain(many).flat_map(|mentioned| keys(app, snapshot, asker, mentioned)).collect()
}

/// What is registered of them.
///
/// # Errors
/// 503 where that cannot be found out: nothing is decided without it.
pub(super) async fn registered(
    app: &App,
    asker: &Asker,
    keys: Vec<Key<'_>>,
    now: i64,
) -> Result<Registered, Problem> {
    app.directory.registered((&asker.known.subject, &asker.tenant), keys, now).await.map_err(|error| {
        tracing::error!(%error, "what is registered of resources cannot be found out");
        Problem::new(Code::Unavailable)
    })
}

/// The resources that a question may mean: of the asking application, or of the one whose name it asks by; of each that
/// registers the type, where it asks by none.
fn keys<'b>(app: &App, snapshot: &Snapshot, asker: &Asker, mentioned: Mentioned<'b>) -> Vec<Key<'b>> {
    let (Some(kind), Some(id)) = (mentioned.resource_kind, mentioned.resource_id) else { return Vec::new() };
    let applications = app.directory.resource_applications(kind);
    let owner = match (&asker.known.application, Name::parse(mentioned.action_name)) {
        (Some(own), _) => Some(&**own),
        (None, Ok(name)) => snapshot.catalog().owner_of(&name).map(|owner| owner.id()),
        (None, Err(_)) => None,
    };
    let is_meant = |application: &Arc<str>| owner.is_none_or(|owner| *owner == **application);
    applications.into_iter().filter(is_meant).map(|application| (application, kind, id)).collect()
}

/// What counts of the resource that a question by this name is about, where it is registered, or its application says what it is.
///
/// # Errors
/// Where the application does not say it.
pub(super) fn counting(
    registered: &Registered,
    snapshot: &Snapshot,
    evaluation: &Evaluation<'_>,
    name: &str,
) -> Result<Option<Box<Members>>, NotFetched> {
    if registered.is_empty() {
        return Ok(None);
    }
    let (Some(kind), Some(id)) = evaluation.resource_key() else { return Ok(None) };
    let Ok(name) = Name::parse(name) else { return Ok(None) };
    let Some(owner) = snapshot.catalog().owner_of(&name) else { return Ok(None) };
    let counts = registered.over(owner.id(), kind, id, evaluation.resource_properties())?;
    Ok(counts.map(Box::new))
}

/// Why something is denied about a resource of which its application does not say what it is.
pub(super) const SOURCE_FAILED: &str = "resource_source_failed";

/// Why nothing is found where an application does not say what a resource is: nobody is told rather than not all.
pub(super) fn not_fetched(error: NotFetched) -> Problem {
    Problem::new(Code::SourceFailed).detail(error.to_string())
}

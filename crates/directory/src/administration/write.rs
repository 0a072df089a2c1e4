//! Making changes: proposed on what is, checked as a whole, held against the rules, and committed on that same revision.

use std::sync::Arc;

use casemate_store::{
    AuditEvent, Commit, CommitError, Operation, Remembered, SealedSecret, StoredApiKey, StoredReview,
};
use serde_json::Value;

use super::detection;
use super::entry::{Author, Entry, RememberKey, Written};
use super::error::AdminError;
use super::people::GroupChange;
use super::{Administration, event_type, granted, homes, provisioning, rules, sealing, self_grant, sessions};
use crate::directory::{DirectoryError, State};
use crate::kind::Kind;
use crate::model::{AlertReceiverDocument, DetectionDocument, EventCeilingDocument, EventTypeDocument};
use crate::model::{
    ApplicationDocument, AssignmentDocument, AuditSinkDocument, CredentialDocument, Document,
    ProviderDocument, RoleDocument, ServiceAccountDocument, SettingDocument, SourceDocument, TeamDocument,
    TenantDocument, UserDocument,
};
use crate::objects::{Change, ObjectSet};
use crate::policy::{Mistake, ObjectPlace, pointer, without_place};
use crate::snapshot::{Assembled, Scope};

/// How often a change is thought out anew because another process made one meanwhile.
const ATTEMPTS: usize = 5;

/// A change as it was thought out on one state.
#[derive(Default)]
pub(super) struct Proposal {
    /// What becomes of objects.
    pub(super) changes: Vec<Change>,
    /// What else is written: secrets and API keys.
    pub(super) secrets: Vec<SecretChange>,
    pub(super) keys: Vec<StoredApiKey>,
    /// What is written of people, with the rest.
    pub(super) people: Vec<Operation>,
    /// Whether it was found already that somebody administers once all of it is done, people with the rest.
    pub(super) is_judged: bool,
    /// What was decided about assignments.
    pub(super) reviews: Vec<StoredReview>,
    /// What becomes of groups that code manages.
    pub(super) groups: Vec<GroupChange>,
    /// What is told of it: action, kind of event, tenant, kind and id of the object, before and after.
    pub(super) told: Vec<Told>,
    /// What it is, in a few words.
    pub(super) summary: String,
    /// Whether stored permissions may become errors by it.
    pub(super) force: bool,
    /// The one object that it is about.
    pub(super) subject: Option<(Kind, String)>,
    pub(super) remember: Option<RememberKey>,
}

/// What becomes of a secret.
pub(super) enum SecretChange {
    Put(SealedSecret),
    Remove { kind: Kind, id: String, field: &'static str },
}

/// An audit event in the making.
#[derive(Clone)]
pub(super) struct Told {
    pub(super) action: String,
    pub(super) kind: &'static str,
    pub(super) tenant: String,
    pub(super) resource: (&'static str, String),
    pub(super) before: Option<String>,
    pub(super) after: Option<String>,
}

/// A change that was found to be one that may be made.
pub(super) struct Judged {
    policy: Assembled,
    scope: Scope,
    set: ObjectSet,
    pub(super) commit: Commit,
}

/// What came of it.
pub(super) struct Made {
    pub(super) revision: i64,
    pub(super) objects: Arc<ObjectSet>,
}

impl Administration {
    /// Makes the change that `propose` thinks out on the present state; where another process made one meanwhile, it is
    /// thought out anew. One change of this process at a time.
    pub(super) async fn change(
        &self,
        author: &Author,
        propose: impl Fn(&State) -> Result<Proposal, AdminError>,
    ) -> Result<Made, AdminError> {
        let _writing = self.writing.lock().await;
        for _ in 0..ATTEMPTS {
            self.directory.refresh().await?;
            let state = self.directory.state();
            match self.attempt(author, &state, propose(&state)?).await {
                Err(Failed::Overtaken) => {}
                Err(Failed::Refused(error)) => return Err(error),
                Ok(made) => return Ok(made),
            }
        }
        Err(AdminError::Unavailable("other processes change the configuration all the time".into()))
    }

    async fn attempt(&self, author: &Author, state: &State, proposal: Proposal) -> Result<Made, Failed> {
        let base = state.snapshot.revision();
        if proposal.changes.is_empty()
            && proposal.secrets.is_empty()
            && proposal.keys.is_empty()
            && proposal.groups.is_empty()
            && proposal.people.is_empty()
        {
            if !proposal.reviews.is_empty() {
                return self.only_decided(author, state, proposal).await;
            }
            return Ok(Made { revision: base, objects: Arc::clone(&state.objects) });
        }
        // Rows of people were thought out before.
        let is_of_people = !(proposal.people.is_empty() && proposal.groups.is_empty());
        let Judged { policy, scope, set, commit } = self.judged(author, state, proposal).await?;
        let is_alone = commit.is_of_objects_alone();
        let revision = match self.store.commit(commit).await {
            Ok(revision) => revision,
            Err(CommitError::Conflict { .. }) => return Err(Failed::Overtaken),
            Err(CommitError::Changed { .. } | CommitError::Missing { .. }) if is_of_people => {
                return Err(AdminError::Precondition { current: base }.into());
            }
            // Who is left is not what they were.
            Err(CommitError::Changed { .. }) => return Err(Failed::Overtaken),
            Err(error) => return Err(Failed::Refused(error.into())),
        };
        let installed = self.directory.install((base, revision, is_alone), (policy, &scope), set).await;
        if let Err(error) = installed {
            // The change is made; what decides follows when the store is next looked at.
            tracing::error!(%error, revision, "a change was made and is not in force yet");
        }
        Ok(Made { revision, objects: Arc::clone(&self.directory.state().objects) })
    }

    /// Puts decisions on record that change nothing, as long as what they are about is what it was.
    async fn only_decided(&self, author: &Author, state: &State, proposal: Proposal) -> Result<Made, Failed> {
        let commit = commit(author, state.snapshot.revision(), proposal, None);
        match self.store.commit(commit).await {
            Ok(revision) => Ok(Made { revision, objects: Arc::clone(&state.objects) }),
            Err(CommitError::Conflict { .. }) => Err(Failed::Overtaken),
            Err(error) => Err(Failed::Refused(error.into())),
        }
    }

    /// Checks a proposal as a whole and holds it against all rules.
    pub(super) async fn judged(
        &self,
        author: &Author,
        state: &State,
        mut proposal: Proposal,
    ) -> Result<Judged, AdminError> {
        let base = state.snapshot.revision();
        granted::record(author, state, &mut proposal.changes);
        let set = state.objects.with(&proposal.changes, base + 1, author.now);
        let scope = Scope::between(&state.objects, &set);
        // Who provisions people may make them in each tenant.
        let is_whole = provisioning::concerns(state, &proposal);
        let before = Arc::clone(&state.snapshot);
        let checked = tokio::task::spawn_blocking(move || {
            let policy = before.compiled().policy_of(&set, &scope, is_whole)?;
            let assembled = Assembled::after(before.compiled(), &set, &scope)?;
            Ok((policy, assembled, scope, set))
        });
        let checked = checked.await.map_err(|_| AdminError::from(DirectoryError::Closed))?;
        let (policy, assembled, scope, set) = checked.map_err(AdminError::Invalid)?;
        rules::obey(author, state, &proposal, &policy, &set)?;
        let with = self.groups_obey(author, state, (&policy, &set), &proposal).await?;
        for group in std::mem::take(&mut proposal.groups) {
            proposal.people.extend(group.operations(author));
            proposal.told.extend(group.told());
        }
        proposal.people.extend(with);
        self_grant::note(author, state, &mut proposal);
        homes::stay(&self.store, state, &proposal.changes).await?;
        sealing::drop_unused(state, &mut proposal);
        let written = proposal.subject.as_ref().and_then(|(kind, id)| {
            let object = set.by_id(*kind, id).or_else(|| state.objects.by_id(*kind, id))?;
            Some(Written { entry: Entry::of(*kind, object), revision: base + 1 })
        });
        let ended = sessions::ended(state, &proposal.changes);
        let mut commit = commit(author, base, proposal, written.as_ref());
        commit.operations.extend(ended);
        Ok(Judged { policy: assembled, scope, set, commit })
    }
}

enum Failed {
    Overtaken,
    Refused(AdminError),
}

impl From<AdminError> for Failed {
    fn from(error: AdminError) -> Failed {
        Failed::Refused(error)
    }
}

impl From<DirectoryError> for AdminError {
    fn from(error: DirectoryError) -> AdminError {
        AdminError::Unavailable(error.to_string())
    }
}

fn commit(author: &Author, base: i64, proposal: Proposal, written: Option<&Written>) -> Commit {
    let mut operations: Vec<Operation> = proposal
        .changes
        .into_iter()
        .map(|change| match change {
            Change::Put(draft) => Operation::Put(draft),
            Change::Remove { kind, id } => Operation::Remove { kind: kind.as_str().to_owned(), id },
        })
        .collect();
    operations.extend(proposal.secrets.into_iter().map(|secret| match secret {
        SecretChange::Put(sealed) => Operation::PutSecret(sealed),
        SecretChange::Remove { kind, id, field } => {
            let kind = kind.as_str().to_owned();
            Operation::RemoveSecret { kind, id, field: field.to_owned() }
        }
    }));
    operations.extend(proposal.keys.into_iter().map(Operation::PutKey));
    operations.extend(proposal.people);
    operations.extend(proposal.reviews.into_iter().map(|review| Operation::Review(Box::new(review))));
    if let (Some(remember), Some(written)) = (proposal.remember, written) {
        operations.push(Operation::Remember(Remembered {
            caller: remember.caller,
            key: remember.key,
            fingerprint: remember.fingerprint,
            status: remember.status,
            body: (remember.body)(written),
            expires_at: remember.expires_at,
        }));
    }
    let events = proposal.told.into_iter().map(|told| event(author, told)).collect();
    Commit {
        base: Some(base),
        at: author.now,
        actor: author.actor.clone(),
        summary: proposal.summary,
        operations,
        events,
        fence: None,
    }
}

pub(super) fn event(author: &Author, told: Told) -> AuditEvent {
    AuditEvent {
        at: author.now,
        actor: author.actor.clone(),
        action: told.action,
        kind: told.kind.to_owned(),
        tenant: told.tenant,
        resource_type: told.resource.0.to_owned(),
        resource_id: told.resource.1,
        outcome: "success".to_owned(),
        reason: author.reason.clone(),
        request_id: author.request_id.clone(),
        route: author.route.clone(),
        client: author.client.clone(),
        user_agent: author.user_agent.clone(),
        before: told.before,
        after: told.after,
        ..AuditEvent::default()
    }
}

/// A new opaque id: 128 random bits.
pub(super) fn new_id(kind: Kind) -> Result<String, AdminError> {
    new_id_of(kind.id_prefix())
}

/// The same, which begins with this.
pub(super) fn new_id_of(prefix: &str) -> Result<String, AdminError> {
    let mut bytes = [0; 16];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|_| AdminError::Unavailable("the system gives no randomness".to_owned()))?;
    Ok(format!("{prefix}{:032x}", u128::from_be_bytes(bytes)))
}

/// A document read and written again in its canonical form: the object's name, and its body.
pub(super) fn canonical(kind: Kind, tenant: &str, document: Value) -> Result<(String, String), AdminError> {
    match kind {
        Kind::Tenant => canonical_as::<TenantDocument>(tenant, document),
        Kind::Application => canonical_as::<ApplicationDocument>(tenant, document),
        Kind::Provider => canonical_as::<ProviderDocument>(tenant, document),
        Kind::Source => canonical_as::<SourceDocument>(tenant, document),
        Kind::AuditSink => canonical_as::<AuditSinkDocument>(tenant, document),
        Kind::Setting => canonical_as::<SettingDocument>(tenant, document),
        Kind::Detection => {
            detection::check(&document)?;
            canonical_as::<DetectionDocument>(tenant, document)
        }
        Kind::AlertReceiver => canonical_as::<AlertReceiverDocument>(tenant, document),
        Kind::EventType => {
            event_type::check(&document)?;
            canonical_as::<EventTypeDocument>(tenant, document)
        }
        Kind::EventCeiling => canonical_as::<EventCeilingDocument>(tenant, document),
        Kind::Role => canonical_as::<RoleDocument>(tenant, document),
        Kind::Team => canonical_as::<TeamDocument>(tenant, document),
        Kind::Assignment => {
            granted::refuse_written(tenant, &document)?;
            canonical_as::<AssignmentDocument>(tenant, document)
        }
        Kind::User => canonical_as::<UserDocument>(tenant, document),
        Kind::Credential => canonical_as::<CredentialDocument>(tenant, document),
        Kind::ServiceAccount => canonical_as::<ServiceAccountDocument>(tenant, document),
    }
}

fn canonical_as<D: Document>(tenant: &str, document: Value) -> Result<(String, String), AdminError> {
    let refused = |at: String, message: String| mistake(D::KIND, tenant, "", &at, message);
    let document: D = serde_path_to_error::deserialize(document)
        .map_err(|error| refused(pointer(error.path()), without_place(&error.into_inner())))?;
    let body = serde_json::to_string(&document).map_err(|error| refused(String::new(), error.to_string()))?;
    Ok((document.name().into_owned(), body))
}

/// One mistake in what is to be written.
pub(super) fn mistake(
    kind: Kind,
    tenant: &str,
    name: &str,
    pointer: &str,
    message: impl Into<String>,
) -> AdminError {
    let place =
        ObjectPlace { kind, tenant: tenant.to_owned(), name: name.to_owned(), pointer: pointer.to_owned() };
    AdminError::Invalid(vec![Mistake::of_object(place, message)])
}

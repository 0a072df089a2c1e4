//! How large a change may be, and what may stand in its texts.

use std::collections::BTreeSet;

use crate::account::{AccountChange, FactorChange};
use crate::api_key::StoredApiKey;
use crate::audit::AuditEvent;
use crate::commit::{Commit, CommitError, Operation, Still};
use crate::idempotency::Remembered;
use crate::linked::LinkChange;
use crate::object::Draft;
use crate::people::{DirectoryEdit, GroupRecord, UserRecord};
use crate::resource::{MAX_ATTRIBUTES, MAX_RESOURCE_TYPE, ResourceKey};
use crate::review::StoredReview;
use crate::saved_search::SavedSearchChange;
use crate::secret::SealedSecret;
use crate::session::{Sessions, StoredSession};
use crate::source::{ForgottenIdentity, ForgottenSource};

/// The most operations of one change, and the most events.
pub const MAX_OPERATIONS: usize = 100_000;
/// The most bytes of one change, over all its texts.
pub const MAX_CHANGE: usize = 64 << 20;
/// The most bytes of changes that wait for the writer.
pub const MAX_WAITING_BYTES: u32 = 128 << 20;
/// The longest document, answer or description of a state, in bytes.
pub const MAX_BODY: usize = 1 << 20;
/// The longest kind and the longest name of a secret, in bytes.
pub const MAX_KIND: usize = 64;
/// Who manages a group or says that somebody belongs to it, in bytes: see [`crate::code_source`].
pub(crate) const MAX_SOURCE: usize = 160;
/// The longest id and the longest tenant, in bytes.
pub const MAX_ID: usize = 256;
/// The longest name of an object, in bytes.
pub const MAX_NAME: usize = 1_024;
/// The longest attributes of a user, and what provisioning keeps of a user or group, in bytes.
pub const MAX_PERSONAL: usize = 64 << 10;
/// The longest sealed secret, in bytes.
pub const MAX_SEALED: usize = 64 << 10;
/// The longest search that is kept, and the longest key of whose it is, in bytes.
const MAX_SEARCH: usize = 32 << 10;

/// What an operation takes up besides its texts.
const OVERHEAD: usize = 256;

/// Whether both databases can keep a text: PostgreSQL keeps no NUL.
pub(crate) fn is_keepable(text: &str) -> bool {
    !text.contains('\0')
}

/// Checks a change as far as that needs no database, and gives the bytes that it takes up.
pub(crate) fn check(commit: &Commit) -> Result<usize, CommitError> {
    let count = commit.operations.len().max(commit.events.len());
    if count > MAX_OPERATIONS {
        return Err(CommitError::TooLarge { operations: count });
    }
    let mut edited = BTreeSet::new();
    let mut resources = BTreeSet::new();
    let mut bytes = 0;
    for operation in &commit.operations {
        let mut measure = Measure { bytes: OVERHEAD, of: subject(operation) };
        measure.operation(operation)?;
        bytes += measure.bytes;
        if let Some((kind, id)) = edits(operation)
            && !edited.insert((kind, id))
        {
            return Err(CommitError::Twice { kind: kind.to_owned(), id: id.to_owned() });
        }
        if let Some(key) = resource(operation)
            && !resources.insert(key)
        {
            return Err(CommitError::Twice { kind: "resource".to_owned(), id: key.id.clone() });
        }
    }
    for event in &commit.events {
        let mut measure = Measure { bytes: OVERHEAD, of: ("event", &event.action) };
        measure.event(event)?;
        bytes += measure.bytes;
    }
    if bytes > MAX_CHANGE {
        return Err(CommitError::TooManyBytes { bytes });
    }
    Ok(bytes)
}

/// What an operation decides about alone: its kind and id.
fn edits(operation: &Operation) -> Option<(&str, &str)> {
    match operation {
        Operation::Put(_)
        | Operation::Remove { .. }
        | Operation::PutUser { .. }
        | Operation::RemoveUser { .. }
        | Operation::PutGroup { .. }
        | Operation::RemoveGroup { .. } => Some(subject(operation)),
        _ => None,
    }
}

/// The resource that an operation decides about alone.
fn resource(operation: &Operation) -> Option<&ResourceKey> {
    match operation {
        Operation::PutResource { resource, .. } => Some(&resource.key),
        Operation::RemoveResource { key, .. } => Some(key),
        _ => None,
    }
}

/// The kind and id of what an operation is about.
fn subject(operation: &Operation) -> (&str, &str) {
    match operation {
        Operation::Put(draft) => (&draft.kind, &draft.id),
        Operation::Remove { kind, id } | Operation::RemoveSecret { kind, id, .. } => (kind, id),
        Operation::PutKey(key) => ("api-key", &key.id),
        Operation::PutSecret(secret) => (&secret.kind, &secret.id),
        Operation::Remember(_) => ("answer", ""),
        Operation::PutUser { user, .. } => ("user", &user.id),
        Operation::RemoveUser { id, .. } => ("user", id),
        Operation::PutGroup { group, .. } => ("group", &group.id),
        Operation::RemoveGroup { id, .. } => ("group", id),
        Operation::AddMember(member) | Operation::RemoveMember(member) => ("group", &member.group),
        Operation::KeepVersion(edit) => (edit.kind.as_str(), &edit.id),
        Operation::PutResource { resource, .. } => ("resource", &resource.key.id),
        Operation::RemoveResource { key, .. } => ("resource", &key.id),
        Operation::Block(block) => ("block", &block.id),
        Operation::LiftBlock { id } => ("block", id),
        Operation::SavedSearch(SavedSearchChange::Put { search, .. }) => ("audit-search", &search.id),
        Operation::SavedSearch(SavedSearchChange::Remove { id, .. }) => ("audit-search", id),
        Operation::Review(review) => ("assignment", &review.assignment),
        Operation::ForgetSource(forgotten) => ("source", &forgotten.source),
        Operation::Alert(_) => ("alert", ""),
        Operation::SteerAuditSink(steering) => ("audit-sink", &steering.sink),
        Operation::EventQuota(quota) => ("event-quota", quota.application()),
        Operation::BeginSession(session) => ("session", &session.id),
        Operation::EndSessions { .. } => ("session", ""),
        Operation::Account(change) => ("user", change.user()),
        Operation::Link(change) => ("user", change.user()),
        Operation::Alone => ("change", ""),
        Operation::Still(Still::Session { id }) => ("session", id),
        Operation::Still(Still::Group { id, .. }) => ("group", id),
        Operation::Still(Still::User { id, .. }) => ("user", id),
    }
}

/// Adds up what one operation or event takes, and refuses what is too long or cannot be kept.
struct Measure<'a> {
    bytes: usize,
    of: (&'a str, &'a str),
}

impl Measure<'_> {
    fn operation(&mut self, operation: &Operation) -> Result<(), CommitError> {
        match operation {
            Operation::Put(draft) => self.draft(draft),
            Operation::Remove { kind, id } => self.object(kind, id),
            Operation::PutKey(key) => self.key(key),
            Operation::PutSecret(secret) => self.secret(secret),
            Operation::RemoveSecret { kind, id, field } => {
                self.object(kind, id)?;
                self.text("field", field, MAX_KIND)
            }
            Operation::Remember(answer) => self.answer(answer),
            Operation::PutUser { user, .. } => self.user(user),
            Operation::PutGroup { group, .. } => self.group(group),
            Operation::RemoveUser { id, .. } | Operation::RemoveGroup { id, .. } => {
                self.required("id", id, MAX_ID)
            }
            Operation::AddMember(member) | Operation::RemoveMember(member) => {
                self.required("group", &member.group, MAX_ID)?;
                self.required("user", &member.user, MAX_ID)?;
                self.text("source", &member.source, MAX_SOURCE)
            }
            Operation::KeepVersion(edit) => self.version(edit),
            Operation::PutResource { resource, .. } => {
                self.resource(&resource.key)?;
                self.required("attributes", &resource.attributes, MAX_ATTRIBUTES)
            }
            Operation::RemoveResource { key, .. } => self.resource(key),
            Operation::Block(block) => {
                self.required("id", &block.id, MAX_ID)?;
                self.required("network", &block.network, MAX_KIND)
            }
            Operation::LiftBlock { id } => self.required("id", id, MAX_ID),
            Operation::SavedSearch(SavedSearchChange::Put { search, .. }) => {
                self.required("id", &search.id, MAX_ID)?;
                self.required("tenant", &search.tenant, MAX_ID)?;
                self.required("owner", &search.owner, MAX_SEARCH)?;
                self.required("name", &search.name, MAX_ID)?;
                self.required("search", &search.search, MAX_SEARCH)
            }
            Operation::SavedSearch(SavedSearchChange::Remove { id, .. }) => self.required("id", id, MAX_ID),
            Operation::Review(review) => self.review(review),
            Operation::SteerAuditSink(steering) => self.required("id", &steering.sink, MAX_ID),
            Operation::EventQuota(quota) => self.text("application", quota.application(), MAX_NAME),
            Operation::ForgetSource(ForgottenSource { source, whom }) => {
                self.required("id", source, MAX_ID)?;
                let Some(ForgottenIdentity { tenant, kind, subject }) = whom else { return Ok(()) };
                self.required("tenant", tenant, MAX_ID)?;
                self.required("type", kind, MAX_KIND)?;
                self.required("subject", subject, MAX_NAME)
            }
            Operation::Alert(change) => {
                self.required("state", &change.state, MAX_KIND)?;
                self.text("note", &change.note, MAX_BODY)?;
                self.text("by", &change.by, MAX_BODY)
            }
            Operation::Account(change) => self.account(change),
            Operation::Link(change) => self.link(change),
            Operation::Alone => Ok(()),
            Operation::Still(Still::Session { id } | Still::Group { id, .. } | Still::User { id, .. }) => {
                self.required("id", id, MAX_ID)
            }
            Operation::BeginSession(session) => self.session(session),
            Operation::EndSessions { which, reason } => {
                self.text("reason", reason, MAX_KIND)?;
                let (provider, name) = match which {
                    Sessions::Id(id) | Sessions::WithTemporary(id) => (None, id),
                    Sessions::Replaced { id, by, provider, subject } => {
                        self.text("id", by, MAX_NAME)?;
                        self.text("subject", subject, MAX_NAME)?;
                        (Some(provider), id)
                    }
                    Sessions::Owner { provider, subject, tenant, but } => {
                        self.optional("tenant", tenant.as_ref(), MAX_ID)?;
                        self.optional("id", but.as_ref(), MAX_NAME)?;
                        (Some(provider), subject)
                    }
                    Sessions::Subject { provider, subject }
                    | Sessions::LogoutSubject { provider, subject } => (Some(provider), subject),
                    Sessions::ProviderSession { provider, sid, subject } => {
                        self.optional("subject", subject.as_ref(), MAX_NAME)?;
                        (Some(provider), sid)
                    }
                    Sessions::Provider { provider } | Sessions::Linked { provider } => (None, provider),
                };
                self.optional("provider", provider, MAX_NAME)?;
                self.text("id", name, MAX_NAME)
            }
        }
    }

    fn resource(&mut self, key: &ResourceKey) -> Result<(), CommitError> {
        self.required("tenant", &key.tenant, MAX_ID)?;
        self.required("application", &key.application, MAX_ID)?;
        for (what, text, most) in [("type", &key.kind, MAX_RESOURCE_TYPE), ("id", &key.id, MAX_ID)] {
            self.required(what, text, most)?;
            if text.chars().any(char::is_control) {
                return Err(self.invalid(what, "holds a control character"));
            }
        }
        Ok(())
    }

    fn review(&mut self, review: &StoredReview) -> Result<(), CommitError> {
        self.required("id", &review.assignment, MAX_ID)?;
        self.required("tenant", &review.tenant, MAX_ID)?;
        self.required("state", &review.state, MAX_ID)?;
        self.required("document", &review.held, MAX_BODY)?;
        self.required("reason", &review.reason, MAX_NAME)?;
        self.text("provider", &review.reviewer.provider, MAX_NAME)?;
        self.text("type", &review.reviewer.kind, MAX_NAME)?;
        self.text("reviewer", &review.reviewer.id, MAX_NAME)?;
        self.optional("login", review.login.as_ref(), MAX_NAME)
    }

    fn version(&mut self, edit: &DirectoryEdit) -> Result<(), CommitError> {
        self.required("id", &edit.id, MAX_ID)?;
        self.required("verb", &edit.verb, MAX_KIND)?;
        self.optional("state before", edit.before.as_ref(), MAX_BODY)?;
        match &edit.after {
            Some(after) => self.required("state after", after, MAX_BODY),
            None => Ok(()),
        }
    }

    fn account(&mut self, change: &AccountChange) -> Result<(), CommitError> {
        let is_of_nobody = matches!(
            change,
            AccountChange::EndStep { .. } | AccountChange::UseLink { .. } | AccountChange::LiftLock { .. }
        );
        if !is_of_nobody {
            self.required("user", change.user(), MAX_ID)?;
        }
        match change {
            AccountChange::PutPassword { sealed, .. } => self.secret(sealed),
            AccountChange::BeginStep(step) => self.optional("challenge", step.challenge.as_ref(), MAX_SEALED),
            AccountChange::KnowNetwork { network, .. } => self.required("network", network, MAX_KIND),
            AccountChange::Factor(change) => self.factor(change),
            AccountChange::LiftLock { id } => self.required("id", id, MAX_ID),
            AccountChange::PutLink(link) => {
                self.text("maker", link.maker.as_deref().unwrap_or_default(), MAX_BODY)?;
                self.text("email", link.email.as_deref().unwrap_or_default(), MAX_NAME)
            }
            AccountChange::RemovePassword { .. }
            | AccountChange::TellLock { .. }
            | AccountChange::StillPassword { .. }
            | AccountChange::UseLink { .. }
            | AccountChange::EndStep { .. } => Ok(()),
        }
    }

    fn link(&mut self, change: &LinkChange) -> Result<(), CommitError> {
        if let LinkChange::RemoveOf { provider } = change {
            return self.required("provider", provider, MAX_NAME);
        }
        self.required("user", change.user(), MAX_ID)?;
        match change {
            LinkChange::RemoveOf { .. } => Ok(()),
            LinkChange::Add(link) => {
                self.required("id", &link.id, MAX_ID)?;
                self.required("provider", &link.provider, MAX_NAME)?;
                self.required("subject", &link.subject, MAX_NAME)?;
                self.required("tenant", &link.tenant, MAX_ID)
            }
            LinkChange::Use { id, .. } | LinkChange::Remove { id, .. } => self.required("id", id, MAX_ID),
        }
    }

    fn factor(&mut self, change: &FactorChange) -> Result<(), CommitError> {
        match change {
            FactorChange::Add(factor) | FactorChange::AddFirst(factor) => {
                self.required("id", &factor.id, MAX_ID)?;
                self.shown("name", &factor.name)?;
                self.secret(&factor.sealed)
            }
            FactorChange::Rename { id, name, .. } => {
                self.required("id", id, MAX_ID)?;
                self.shown("name", name)
            }
            FactorChange::Remove { id, .. } | FactorChange::Use { id, .. } => self.required("id", id, MAX_ID),
            FactorChange::PutRecoveryCodes { .. } | FactorChange::UseRecoveryCode { .. } => Ok(()),
        }
    }

    fn session(&mut self, session: &StoredSession) -> Result<(), CommitError> {
        self.required("id", &session.id, MAX_ID)?;
        self.required("provider", &session.provider, MAX_NAME)?;
        self.required("subject", &session.subject, MAX_NAME)?;
        self.text("logout_subject", &session.logout_subject, MAX_NAME)?;
        self.optional("provider_sid", session.provider_sid.as_ref(), MAX_NAME)?;
        self.text("identity", &session.identity, MAX_BODY)?;
        self.optional("client", session.client.as_ref(), MAX_NAME)?;
        self.optional("user_agent", session.user_agent.as_ref(), MAX_NAME)?;
        self.required("tenant", &session.tenant, MAX_NAME)?;
        self.optional("home", session.home.as_ref(), MAX_NAME)?;
        self.optional("via", session.via.as_ref(), MAX_NAME)?;
        let Some(temporary) = &session.temporary else { return Ok(()) };
        self.shown("title", &temporary.title)?;
        self.optional("permissions", temporary.permissions.as_ref(), MAX_BODY)?;
        self.optional("session", temporary.with.as_ref(), MAX_ID)?;
        self.text("networks", &temporary.networks, MAX_BODY)
    }

    fn user(&mut self, user: &UserRecord) -> Result<(), CommitError> {
        self.required("id", &user.id, MAX_ID)?;
        self.text("tenant", &user.tenant, MAX_ID)?;
        self.required("provider", &user.provider, MAX_NAME)?;
        self.shown("login", &user.login)?;
        self.optional("subject", user.subject.as_ref(), MAX_NAME)?;
        self.optional("external_id", user.external_id.as_ref(), MAX_NAME)?;
        self.optional("display_name", user.display_name.as_ref(), MAX_NAME)?;
        self.optional("email", user.email.as_ref(), MAX_NAME)?;
        self.text("attributes", &user.attributes, MAX_PERSONAL)?;
        self.optional("scim", user.scim.as_ref(), MAX_PERSONAL)?;
        self.text("source", &user.source, MAX_KIND)
    }

    fn group(&mut self, group: &GroupRecord) -> Result<(), CommitError> {
        self.required("id", &group.id, MAX_ID)?;
        self.text("tenant", &group.tenant, MAX_ID)?;
        self.required("provider", &group.provider, MAX_NAME)?;
        self.shown("name", &group.name)?;
        self.optional("external_id", group.external_id.as_ref(), MAX_NAME)?;
        self.optional("scim", group.scim.as_ref(), MAX_PERSONAL)?;
        self.text("source", &group.source, MAX_SOURCE)
    }

    /// A name that people read: control characters in it deceive them.
    fn shown(&mut self, what: &'static str, name: &str) -> Result<(), CommitError> {
        if name.chars().any(char::is_control) {
            return Err(self.invalid(what, "holds a control character"));
        }
        self.required(what, name, MAX_NAME)
    }

    fn optional(
        &mut self,
        what: &'static str,
        text: Option<&String>,
        most: usize,
    ) -> Result<(), CommitError> {
        text.map_or(Ok(()), |text| self.text(what, text, most))
    }

    fn object(&mut self, kind: &str, id: &str) -> Result<(), CommitError> {
        self.required("kind", kind, MAX_KIND)?;
        self.required("id", id, MAX_ID)
    }

    fn draft(&mut self, draft: &Draft) -> Result<(), CommitError> {
        let Draft { kind, id, tenant, name, body, origin } = draft;
        self.object(kind, id)?;
        self.text("tenant", tenant, MAX_ID)?;
        // One control character begins the names of objects that change theirs.
        self.shown("name", name)?;
        self.text("body", body, MAX_BODY)?;
        self.text("origin", origin, MAX_NAME)
    }

    fn key(&mut self, key: &StoredApiKey) -> Result<(), CommitError> {
        self.required("id", &key.id, MAX_ID)?;
        self.text("account", &key.account, MAX_ID)?;
        self.text("tenant", &key.tenant, MAX_ID)?;
        self.text("title", &key.title, MAX_NAME)?;
        self.text("networks", &key.networks, MAX_SEALED)?;
        self.text("application", key.application.as_deref().unwrap_or_default(), MAX_NAME)?;
        self.text("permissions", key.permissions.as_deref().unwrap_or_default(), MAX_BODY)?;
        self.text("rotated_from", key.rotated_from.as_deref().unwrap_or_default(), MAX_ID)
    }

    fn secret(&mut self, secret: &SealedSecret) -> Result<(), CommitError> {
        self.object(&secret.kind, &secret.id)?;
        self.text("field", &secret.field, MAX_KIND)?;
        self.required("root_key", &secret.root_key, MAX_KIND)?;
        self.length("sealed", secret.sealed.len(), MAX_SEALED)
    }

    fn answer(&mut self, answer: &Remembered) -> Result<(), CommitError> {
        self.text("caller", &answer.caller, MAX_NAME)?;
        self.text("key", &answer.key, MAX_ID)?;
        self.text("body", &answer.body, MAX_BODY)
    }

    fn event(&mut self, event: &AuditEvent) -> Result<(), CommitError> {
        self.text("before", event.before.as_deref().unwrap_or_default(), MAX_BODY)?;
        self.text("after", event.after.as_deref().unwrap_or_default(), MAX_BODY)
    }

    fn required(&mut self, what: &'static str, text: &str, most: usize) -> Result<(), CommitError> {
        if text.is_empty() {
            return Err(self.invalid(what, "is empty"));
        }
        self.text(what, text, most)
    }

    fn text(&mut self, what: &'static str, text: &str, most: usize) -> Result<(), CommitError> {
        if !is_keepable(text) {
            return Err(self.invalid(what, "holds the character NUL"));
        }
        self.length(what, text.len(), most)
    }

    fn length(&mut self, what: &'static str, length: usize, most: usize) -> Result<(), CommitError> {
        self.bytes += length;
        if length > most {
            return Err(self.invalid(what, &format!("has {length} bytes, and may have {most}")));
        }
        Ok(())
    }

    fn invalid(&self, what: &'static str, reason: &str) -> CommitError {
        let (kind, id) = self.of;
        let cut = |text: &str| text.chars().take(MAX_KIND).filter(|c| !c.is_control()).collect();
        CommitError::Invalid { what, kind: cut(kind), id: cut(id), reason: reason.to_owned() }
    }
}

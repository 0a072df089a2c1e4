//! Resources that applications register: they are rows of the store and no objects, and no policy.

use std::collections::HashMap;

use casemate_expression::{Datum, Members};
use casemate_permission::Catalog;
use casemate_store::{
    Commit, CommitError, MAX_ATTRIBUTES, MAX_ID, MAX_RESOURCE_TYPE, Operation, ResourceKey, ResourceRecord,
};
use serde_json::{Value, json};

use super::Administration;
use super::entry::Author;
use super::error::AdminError;
use super::write::{Told, event};
use crate::kind::Kind;
use crate::policy::DEFAULT_TENANT;

/// The most resources of one change.
pub const MAX_RESOURCES: usize = 1_000;
/// How often a change is thought out anew because another process made one meanwhile.
const ATTEMPTS: usize = 5;
/// The most mistakes that are told at once.
const MAX_MISTAKES: usize = 100;

/// What becomes of a resource.
#[derive(Debug, Clone, PartialEq)]
pub struct ResourceDraft {
    /// By what it is known.
    pub key: ResourceKey,
    /// Its attributes.
    pub attributes: Members,
}

/// What is expected of resources that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// None is registered yet.
    New,
    /// The one is at this revision.
    At(i64),
    /// Nothing.
    Anything,
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrittenResources {
    /// The revision of the change; of what was there already, where there was nothing to change.
    pub revision: i64,
    /// How many were registered.
    pub created: usize,
    /// How many were changed.
    pub changed: usize,
}

/// Something that is wrong with a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceMistake {
    /// Which of those that were sent.
    pub index: usize,
    /// Where in it, as a JSON pointer.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
}

struct Proposal {
    operations: Vec<Operation>,
    told: Vec<Told>,
    created: usize,
}

impl Administration {
    /// A resource that is registered.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn resource(&self, key: &ResourceKey) -> Result<Option<ResourceRecord>, AdminError> {
        let ResourceKey { tenant, application, kind, id } = key;
        let found = self.store.reader().resources_by_id((tenant, application, kind), &[id]).await?;
        Ok(found.into_iter().next())
    }

    /// Registers resources, or makes of them what is written: all of them, or none. What is so already stays as it is.
    ///
    /// # Errors
    /// Where something is wrong with one, or it is not what is expected.
    pub async fn put_resources(
        &self,
        author: &Author,
        drafts: &[ResourceDraft],
        expected: Expected,
    ) -> Result<WrittenResources, AdminError> {
        for _ in 0..ATTEMPTS {
            self.directory.refresh().await?;
            let state = self.directory.state();
            let base = state.snapshot.revision();
            let is_there = |draft: &ResourceDraft| {
                let tenant = &*draft.key.tenant;
                tenant == DEFAULT_TENANT || state.objects.by_name(Kind::Tenant, "", tenant).is_some()
            };
            if !drafts.iter().all(is_there) {
                return Err(AdminError::not_found(Kind::Tenant));
            }
            let mistakes = mistakes(drafts, state.snapshot.catalog());
            if !mistakes.is_empty() {
                return Err(AdminError::Resources(mistakes));
            }
            let proposal = self.proposed(drafts, expected).await?;
            let Proposal { operations, told, created } = proposal;
            let changed = operations.len() - created;
            if operations.is_empty() {
                return Ok(WrittenResources { revision: base, created, changed });
            }
            if let Some(revision) = self.commit_resources(author, Some(base), operations, told).await? {
                return Ok(WrittenResources { revision, created, changed });
            }
        }
        Err(AdminError::Unavailable("other processes change the same all the time".into()))
    }

    /// Takes a resource away that is at this revision; gives the revision of the change.
    ///
    /// # Errors
    /// Where it is not there, or is not at that revision.
    pub async fn remove_resource(
        &self,
        author: &Author,
        key: &ResourceKey,
        expected: i64,
    ) -> Result<i64, AdminError> {
        let Some(before) = self.resource(key).await? else { return Err(AdminError::NotFound("resource")) };
        if before.revision != expected {
            return Err(AdminError::Precondition { current: before.revision });
        }
        let told = told("delete", key, Some(shown(&before.attributes)), None);
        let remove = Operation::RemoveResource { key: Box::new(key.clone()), expected: Some(expected) };
        match self.commit_resources(author, None, vec![remove], vec![told]).await? {
            Some(revision) => Ok(revision),
            None => {
                let current = self.resource(key).await?.map_or(0, |resource| resource.revision);
                Err(AdminError::Precondition { current })
            }
        }
    }

    /// What becomes of the rows that are there.
    async fn proposed(&self, drafts: &[ResourceDraft], expected: Expected) -> Result<Proposal, AdminError> {
        let before = self.resources_before(drafts).await?;
        let mut proposal = Proposal { operations: Vec::new(), told: Vec::new(), created: 0 };
        for draft in drafts {
            let ResourceDraft { key, attributes } = draft;
            let attributes = canonical(attributes);
            let known = before.get(key);
            match (expected, known) {
                (Expected::New, Some(_)) => {
                    return Err(AdminError::NameTaken { kind: "resource", name: key.id.clone() });
                }
                (Expected::At(_), None) => return Err(AdminError::NotFound("resource")),
                (Expected::At(revision), Some(known)) if known.revision != revision => {
                    return Err(AdminError::Precondition { current: known.revision });
                }
                _ => {}
            }
            if known.is_some_and(|known| known.attributes == attributes) {
                continue;
            }
            let verb = if known.is_some() { "update" } else { "create" };
            proposal.created += usize::from(known.is_none());
            let was = known.map(|known| shown(&known.attributes));
            proposal.told.push(told(verb, key, was, Some(shown(&attributes))));
            let expected = Some(known.map_or(0, |known| known.revision));
            let resource = ResourceRecord { key: key.clone(), attributes, ..ResourceRecord::default() };
            proposal.operations.push(Operation::PutResource { resource: Box::new(resource), expected });
        }
        Ok(proposal)
    }

    async fn resources_before(
        &self,
        drafts: &[ResourceDraft],
    ) -> Result<HashMap<ResourceKey, ResourceRecord>, AdminError> {
        let mut wanted: HashMap<(&str, &str, &str), Vec<&str>> = HashMap::new();
        for ResourceDraft { key: ResourceKey { tenant, application, kind, id }, .. } in drafts {
            wanted.entry((tenant, application, kind)).or_default().push(id);
        }
        let mut before = HashMap::new();
        for (of, ids) in wanted {
            for ids in ids.chunks(MAX_RESOURCES) {
                let found = self.store.reader().resources_by_id(of, ids).await?;
                before.extend(found.into_iter().map(|record| (record.key.clone(), record)));
            }
        }
        Ok(before)
    }

    /// Makes a change, and has what decides here follow it before it is answered; nothing where another change came between.
    async fn commit_resources(
        &self,
        author: &Author,
        base: Option<i64>,
        operations: Vec<Operation>,
        told: Vec<Told>,
    ) -> Result<Option<i64>, AdminError> {
        let commit = Commit {
            base,
            at: author.now,
            actor: author.actor.clone(),
            // Resources are no configuration: they make no version of it.
            summary: String::new(),
            operations,
            events: told.into_iter().map(|told| event(author, told)).collect(),
            fence: None,
        };
        match self.store.commit(commit).await {
            Err(CommitError::Conflict { .. } | CommitError::Changed { .. }) => Ok(None),
            Err(error) => Err(error.into()),
            Ok(revision) => {
                if let Err(error) = self.directory.refresh().await {
                    // The change is made; what decides follows when the store is next looked at.
                    tracing::error!(%error, revision, "a change was made and is not in force yet");
                }
                Ok(Some(revision))
            }
        }
    }
}

/// All that is wrong with what was sent.
fn mistakes(drafts: &[ResourceDraft], catalog: &Catalog) -> Vec<ResourceMistake> {
    let mut seen: HashMap<&ResourceKey, usize> = HashMap::with_capacity(drafts.len());
    let mut mistakes = Vec::new();
    for (index, draft) in drafts.iter().enumerate() {
        let ResourceKey { application, kind, id, .. } = &draft.key;
        let mut wrong =
            |pointer: String, message: String| mistakes.push(ResourceMistake { index, pointer, message });
        for (place, text, most) in [("/type", kind, MAX_RESOURCE_TYPE), ("/id", id, MAX_ID)] {
            if text.is_empty() || text.len() > most || text.chars().any(char::is_control) {
                wrong(place.to_owned(), format!("this is 1 to {most} bytes without control characters"));
            } else if matches!(&**text, "." | "..") {
                wrong(place.to_owned(), "no address can name this: choose another".to_owned());
            }
        }
        if let Some(other) = seen.insert(&draft.key, index) {
            wrong("/id".to_owned(), format!("this resource stands at {other} already"));
        }
        if canonical(&draft.attributes).len() > MAX_ATTRIBUTES {
            wrong("/attributes".to_owned(), format!("these are at most {MAX_ATTRIBUTES} bytes of JSON"));
        }
        // What Casemate's own permissions are about is nothing that anybody registers.
        let known = catalog.application(application).filter(|known| known.id() != OWN_APPLICATION);
        let Some(known) = known else {
            wrong("/application".to_owned(), "there is no application of this id".to_owned());
            continue;
        };
        for (name, value) in draft.attributes.iter() {
            if let Err(error) = known.admits_attribute(name, value) {
                let name = name.replace('~', "~0").replace('/', "~1");
                wrong(format!("/attributes/{name}"), error.to_string());
            }
        }
        if mistakes.len() >= MAX_MISTAKES {
            break;
        }
    }
    mistakes.truncate(MAX_MISTAKES);
    mistakes
}

/// The application whose permissions are Casemate's own.
const OWN_APPLICATION: &str = "casemate";

/// Attributes as they are kept: in the order of their names, so that what says the same is the same.
fn canonical(attributes: &Members) -> String {
    let mut members: Vec<(&str, &Datum)> = attributes.iter().collect();
    members.sort_unstable_by_key(|(name, _)| *name);
    let members = members.into_iter().map(|(name, value)| (name.into(), value.clone()));
    Datum::Map(members.collect()).to_json()
}

fn shown(attributes: &str) -> Value {
    let attributes: Value = serde_json::from_str(attributes).unwrap_or_default();
    json!({ "attributes": attributes })
}

fn told(verb: &'static str, key: &ResourceKey, before: Option<Value>, after: Option<Value>) -> Told {
    let ResourceKey { tenant, application, kind, id } = key;
    Told {
        action: format!("casemate.resource.{verb}"),
        kind: verb,
        tenant: tenant.clone(),
        resource: ("resource", format!("{application}/{kind}/{id}")),
        before: before.map(|before| before.to_string()),
        after: after.map(|after| after.to_string()),
    }
}

//! Reading and changing single objects.

use casemate_permission::name::RESERVED_NAMESPACE;
use casemate_store::{Draft, Object};
use serde_json::{Value, json};

use super::entry::{Author, Entry, RememberKey, Written};
use super::error::AdminError;
use super::sealing::{self, SealedDocument};
use super::write::{Proposal, Told, canonical, mistake, new_id};
use super::{Administration, rules};
use crate::directory::State;
use crate::kind::Kind;
use crate::objects::Change;
use crate::policy::{BUILT_IN, is_built_in, is_name};

/// The longest document, in bytes of JSON.
const MAX_DOCUMENT: usize = 1 << 20;
/// What manages the built-in roles.
pub(super) const BUILT_IN_ORIGIN: &str = "built-in";

impl Administration {
    /// One object, if it is there and in that tenant.
    #[must_use]
    pub fn get(&self, kind: Kind, tenant: &str, id: &str) -> Option<Entry> {
        if kind == Kind::Role
            && let Some(entry) = built_in(tenant).find(|entry| entry.id == id)
        {
            return Some(entry);
        }
        let state = self.directory.state();
        let object = state.objects.by_id(kind, id).filter(|object| object.tenant == tenant)?;
        Some(Entry::of(kind, object))
    }

    /// Makes an object.
    ///
    /// # Errors
    /// Where it holds mistakes, its name is taken, or the author may not grant what it grants.
    pub async fn create(
        &self,
        author: &Author,
        kind: Kind,
        tenant: &str,
        document: Value,
        remember: Option<RememberKey>,
    ) -> Result<Written, AdminError> {
        self.put(author, kind, tenant, None, document, (false, remember)).await
    }

    /// Makes something else of an object; `expected` is the revision that the author knows it at.
    ///
    /// # Errors
    /// As [`Administration::create`], and where it is at another revision, or managed by code.
    pub async fn update(
        &self,
        author: &Author,
        kind: Kind,
        tenant: &str,
        id: &str,
        expected: Option<i64>,
        document: Value,
    ) -> Result<Written, AdminError> {
        self.put(author, kind, tenant, Some((id, expected)), document, (false, None)).await
    }

    /// Makes an application of a schema in TOML, or, with an id and the revision that the author knows it at, changes one.
    /// A schema that makes errors of stored permissions needs `force`.
    ///
    /// # Errors
    /// As [`Administration::create`], and [`AdminError::Breaks`] with what it would break.
    pub async fn register_schema(
        &self,
        author: &Author,
        id: Option<(&str, Option<i64>)>,
        schema: String,
        force: bool,
        remember: Option<RememberKey>,
    ) -> Result<Written, AdminError> {
        let document = json!({ "schema": schema });
        self.put(author, Kind::Application, "", id, document, (force, remember)).await
    }

    /// Deletes an object; `expected` is the revision that the author knows it at.
    ///
    /// # Errors
    /// Where others refer to it, it is at another revision, is managed by code, or is the last administrator.
    pub async fn delete(
        &self,
        author: &Author,
        kind: Kind,
        tenant: &str,
        id: &str,
        expected: Option<i64>,
    ) -> Result<Written, AdminError> {
        refuse_built_in(kind, id)?;
        let deleted = std::sync::Mutex::new(None);
        let made = self
            .change(author, |state| {
                let object = writable(state, kind, tenant, id, expected)?;
                let users = rules::users(state, kind, object, author.now);
                if !users.is_empty() {
                    return Err(AdminError::InUse(users));
                }
                let entry = Entry::of(kind, object);
                let told = told(kind, "delete", object, Some(object.body.clone()), None);
                *deleted.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(entry);
                Ok(Proposal {
                    changes: vec![Change::Remove { kind, id: id.to_owned() }],
                    told: vec![told],
                    summary: format!("delete the {kind} {}", object.name),
                    subject: Some((kind, id.to_owned())),
                    ..Proposal::default()
                })
            })
            .await?;
        let entry = deleted.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        let entry = entry.ok_or_else(|| AdminError::not_found(kind))?;
        Ok(Written { entry, revision: made.revision })
    }

    async fn put(
        &self,
        author: &Author,
        kind: Kind,
        tenant: &str,
        known: Option<(&str, Option<i64>)>,
        document: Value,
        (force, remember): (bool, Option<RememberKey>),
    ) -> Result<Written, AdminError> {
        if kind.is_from_files_alone() {
            let message = format!("a {kind} is written in files and applied from there");
            return Err(mistake(kind, tenant, "", "", message));
        }
        if kind.is_installation_wide() != tenant.is_empty() {
            return Err(mistake(
                kind,
                tenant,
                "",
                "",
                "this kind belongs to a tenant, or to the whole installation",
            ));
        }
        if let Some((id, _)) = known {
            refuse_built_in(kind, id)?;
        }
        let id = known.map_or_else(|| new_id(kind), |(id, _)| Ok(id.to_owned()))?;
        let SealedDocument { document, secrets } = match kind {
            Kind::Provider | Kind::Source | Kind::AuditSink | Kind::AlertReceiver => {
                sealing::seal(self.directory.sealer(), author, (kind, &id), document)?
            }
            _ => SealedDocument { document, secrets: Vec::new() },
        };
        let (name, body) = canonical(kind, tenant, document)?;
        if body.len() > MAX_DOCUMENT {
            return Err(mistake(kind, tenant, &name, "", format!("it is longer than {MAX_DOCUMENT} bytes")));
        }
        let made = self
            .change(author, |state| {
                let before = match known {
                    Some((id, expected)) => Some(writable(state, kind, tenant, id, expected)?),
                    None => None,
                };
                name_is_free(state, kind, tenant, &name, &id)?;
                let draft = Draft {
                    kind: kind.as_str().to_owned(),
                    id: id.clone(),
                    tenant: tenant.to_owned(),
                    name: name.clone(),
                    body: body.clone(),
                    origin: String::new(),
                };
                let verb = if before.is_some() { "update" } else { "create" };
                renaming(state, kind, before, &draft, author.now)?;
                let secrets = sealing::changes(&secrets, before, &draft)?;
                let object = crate::objects::object(&draft, 0, 0, 0);
                let before_body = before.map(|before| before.body.clone());
                Ok(Proposal {
                    told: vec![told(kind, verb, &object, before_body, Some(body.clone()))],
                    summary: format!("{verb} the {kind} {name}"),
                    changes: vec![Change::Put(draft)],
                    secrets,
                    force,
                    subject: Some((kind, id.clone())),
                    remember: remember.clone(),
                    ..Proposal::default()
                })
            })
            .await?;
        let object = made.objects.by_id(kind, &id).ok_or_else(|| AdminError::not_found(kind))?;
        Ok(Written { entry: Entry::of(kind, object), revision: made.revision })
    }
}

/// An object that may be changed by whoever may change its kind.
pub(super) fn writable<'s>(
    state: &'s State,
    kind: Kind,
    tenant: &str,
    id: &str,
    expected: Option<i64>,
) -> Result<&'s Object, AdminError> {
    let object = state.objects.by_id(kind, id).filter(|object| object.tenant == tenant);
    let object = object.ok_or_else(|| AdminError::not_found(kind))?;
    if !object.origin.is_empty() {
        return Err(AdminError::ReadOnly { origin: object.origin.clone() });
    }
    match expected {
        Some(expected) if expected != object.revision => {
            Err(AdminError::Precondition { current: object.revision })
        }
        _ => Ok(object),
    }
}

/// That no other object has the name, and that no role of a tenant takes the place of a shared one that is assigned there.
fn name_is_free(state: &State, kind: Kind, tenant: &str, name: &str, id: &str) -> Result<(), AdminError> {
    // What an application is called stands in its schema, which is checked as a whole.
    if !is_name(name) && !matches!(kind, Kind::Assignment | Kind::Application) {
        return Err(mistake(
            kind,
            tenant,
            name,
            "",
            "its name is 1 to 1024 bytes without control characters",
        ));
    }
    let taken = AdminError::NameTaken { kind: kind.as_str(), name: name.to_owned() };
    match state.objects.by_name(kind, tenant, name) {
        Some(other) if other.id == id => return Ok(()),
        Some(_) => return Err(taken),
        None => {}
    }
    let is_taken = match kind {
        Kind::Role | Kind::Team => {
            let kinds = [Kind::Role, Kind::Team, Kind::Assignment];
            let names = |of| {
                let there = state.objects.in_tenant(of, tenant);
                there.iter().any(|object| rules::names(of, object, kind, name))
            };
            kinds.into_iter().any(names)
        }
        Kind::Application => name == RESERVED_NAMESPACE,
        _ => false,
    };
    if is_taken { Err(taken) } else { Ok(()) }
}

/// That what others refer to by name keeps it.
fn renaming(
    state: &State,
    kind: Kind,
    before: Option<&Object>,
    draft: &Draft,
    now: i64,
) -> Result<(), AdminError> {
    let Some(before) = before.filter(|before| before.name != draft.name) else { return Ok(()) };
    if kind == Kind::Assignment || kind == Kind::ServiceAccount {
        return Ok(());
    }
    let users = rules::users(state, kind, before, now);
    if users.is_empty() { Ok(()) } else { Err(AdminError::InUse(users)) }
}

pub(super) fn told(
    kind: Kind,
    verb: &'static str,
    object: &Object,
    before: Option<String>,
    after: Option<String>,
) -> Told {
    Told {
        action: format!("casemate.{kind}.{verb}"),
        kind: verb,
        tenant: object.tenant.clone(),
        resource: (kind.as_str(), object.id.clone()),
        before,
        after,
    }
}

fn refuse_built_in(kind: Kind, id: &str) -> Result<(), AdminError> {
    if kind == Kind::Role && is_built_in(id) {
        return Err(AdminError::ReadOnly { origin: BUILT_IN_ORIGIN.to_owned() });
    }
    Ok(())
}

/// The built-in roles, whose ids are their names.
pub(super) fn built_in(tenant: &str) -> impl Iterator<Item = Entry> {
    BUILT_IN.into_iter().map(move |(name, title, granted)| {
        let permissions: Vec<Value> = granted.iter().map(|name| json!({ "name": name })).collect();
        Entry {
            id: name.to_owned(),
            kind: Kind::Role,
            tenant: tenant.to_owned(),
            name: name.to_owned(),
            document: json!({ "name": name, "title": title, "permissions": permissions }),
            granted: None,
            origin: BUILT_IN_ORIGIN.to_owned(),
            revision: 0,
            created_at: 0,
            updated_at: 0,
        }
    })
}

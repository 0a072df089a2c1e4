//! Reading and changing single objects.

use casemate_permission::name::RESERVED_NAMESPACE;
use casemate_store::{Draft, Object, SealedSecret};
use serde_json::{Value, json};

use super::entry::{Author, Entry, RememberKey, Written};
use super::error::AdminError;
use super::sealing::{self, SealedDocument};
use super::write::{Proposal, Told, canonical, mistake, new_id};
use super::{Administration, rules};
use crate::directory::State;
use crate::kind::Kind;
use crate::objects::Change;
use crate::policy::{BUILT_IN, Mistake, ObjectPlace, is_built_in, is_name};

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

    /// All that is wrong with a role that would be made, or become of the one with this id; nothing of it is.
    ///
    /// # Errors
    /// Where the database cannot be read, or there is no such role.
    pub async fn check_role(
        &self,
        author: &Author,
        tenant: &str,
        id: Option<&str>,
        document: Value,
    ) -> Result<Vec<AdminError>, AdminError> {
        self.directory.refresh().await?;
        let state = self.directory.state();
        let known = id.map(|id| (id, None));
        let written = match self.written(author, Kind::Role, tenant, known, document) {
            Ok(written) => written,
            Err(error) => return found(vec![error]),
        };
        let mut wrong = Vec::new();
        let before = match written.before(&state) {
            Ok(before) => before,
            Err(error) => return found(vec![error]),
        };
        wrong.extend(name_is_free(&state, Kind::Role, tenant, &written.name, &written.id).err());
        let is_taken = !wrong.is_empty();
        wrong.extend(renaming(&state, Kind::Role, before, &written.draft(), author.now).err());
        let proposal = written.proposal(before, (false, None))?;
        match self.judged(author, &state, proposal).await {
            Ok(_) => {}
            Err(AdminError::Invalid(mistakes)) => {
                let is_own = |mistake: &Mistake| {
                    mistake.object().is_some_and(|place| {
                        (place.kind, &*place.tenant, &place.name) == (Kind::Role, tenant, &written.name)
                    })
                };
                let (mut own, others): (Vec<Mistake>, Vec<Mistake>) = mistakes.into_iter().partition(is_own);
                // That a name is taken is said already, in words that fit.
                own.retain(|mistake| {
                    !is_taken || mistake.object().is_none_or(|place| place.pointer != "/name")
                });
                if wrong.is_empty() && own.is_empty() {
                    // What becomes wrong elsewhere is no place in this role.
                    own.extend(others.iter().map(|other| written.whole(other.to_string())));
                }
                if !own.is_empty() {
                    wrong.push(AdminError::Invalid(own));
                }
            }
            Err(error) => wrong.push(error),
        }
        found(wrong)
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
        let written = self.written(author, kind, tenant, known, document)?;
        let made = self
            .change(author, |state| {
                let before = written.before(state)?;
                name_is_free(state, kind, tenant, &written.name, &written.id)?;
                renaming(state, kind, before, &written.draft(), author.now)?;
                written.proposal(before, (force, remember.clone()))
            })
            .await?;
        let object = made.objects.by_id(kind, &written.id).ok_or_else(|| AdminError::not_found(kind))?;
        Ok(Written { entry: Entry::of(kind, object), revision: made.revision })
    }

    /// What is to be made of an object, as far as that is known without any other.
    fn written<'a>(
        &self,
        author: &Author,
        kind: Kind,
        tenant: &'a str,
        known: Option<(&'a str, Option<i64>)>,
        document: Value,
    ) -> Result<ToWrite<'a>, AdminError> {
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
        Ok(ToWrite { kind, tenant, known, id, name, body, secrets })
    }
}

/// An object that is to be made, or to become something else.
struct ToWrite<'a> {
    kind: Kind,
    tenant: &'a str,
    /// The id and the revision that the author knows it at, of one that is there.
    known: Option<(&'a str, Option<i64>)>,
    id: String,
    name: String,
    body: String,
    secrets: Vec<(&'static str, SealedSecret)>,
}

impl ToWrite<'_> {
    /// The object as it is; nothing where it is to be made.
    fn before<'s>(&self, state: &'s State) -> Result<Option<&'s Object>, AdminError> {
        let Some((id, expected)) = self.known else { return Ok(None) };
        writable(state, self.kind, self.tenant, id, expected).map(Some)
    }

    /// A mistake of the whole of it.
    fn whole(&self, message: String) -> Mistake {
        let (kind, tenant, name) = (self.kind, self.tenant.to_owned(), self.name.clone());
        Mistake::of_object(ObjectPlace { kind, tenant, name, pointer: String::new() }, message)
    }

    fn draft(&self) -> Draft {
        Draft {
            kind: self.kind.as_str().to_owned(),
            id: self.id.clone(),
            tenant: self.tenant.to_owned(),
            name: self.name.clone(),
            body: self.body.clone(),
            origin: String::new(),
        }
    }

    fn proposal(
        &self,
        before: Option<&Object>,
        (force, remember): (bool, Option<RememberKey>),
    ) -> Result<Proposal, AdminError> {
        let (kind, draft) = (self.kind, self.draft());
        let verb = if before.is_some() { "update" } else { "create" };
        let secrets = sealing::changes(&self.secrets, before, &draft)?;
        let object = crate::objects::object(&draft, 0, 0, 0);
        let before_body = before.map(|before| before.body.clone());
        Ok(Proposal {
            told: vec![told(kind, verb, &object, before_body, Some(self.body.clone()))],
            summary: format!("{verb} the {kind} {}", self.name),
            changes: vec![Change::Put(draft)],
            secrets,
            force,
            subject: Some((kind, self.id.clone())),
            remember,
            ..Proposal::default()
        })
    }
}

/// What is wrong with a document; what has nothing to do with it is an error of its own.
fn found(wrong: Vec<AdminError>) -> Result<Vec<AdminError>, AdminError> {
    let mut found = Vec::with_capacity(wrong.len());
    for error in wrong {
        match error {
            AdminError::Invalid(_)
            | AdminError::NameTaken { .. }
            | AdminError::InUse(_)
            | AdminError::ReadOnly { .. }
            | AdminError::Beyond { .. }
            | AdminError::LastAdministrator
            | AdminError::Breaks(_)
            | AdminError::Unkeepable { .. } => found.push(error),
            error => return Err(error),
        }
    }
    Ok(found)
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

//! What somebody holds, and by what.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use casemate_expression::Datum;
use casemate_identity::Kind;
use casemate_permission::{Grant, Origin, OriginKind, Permission, PermissionSet};

use super::lasting::Saying;
use super::part::Part;
use super::{Compiled, ResolveError};
use crate::index::{By, KeyRef};
use crate::keys::{KeyGrant, narrow};
use crate::policy::{Assigned, Assignment, Credential, HeldRole, Who};
use crate::subject::{Sourced, Subject};
use crate::temporary::narrowed;
use crate::{API_KEY_PROVIDER, OWN_PROVIDER};

/// How often a set was compiled in this process.
static COMPILED: AtomicU64 = AtomicU64::new(0);

/// How often what somebody holds was compiled, since the process began.
pub(crate) fn compiled_sets() -> u64 {
    COMPILED.load(Ordering::Relaxed)
}

/// Whose permissions are the same: those with the same assignments, the same credential, the same narrowing of their API
/// key, and the same permissions from sources.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Holding {
    /// What these say, in rising order.
    pub(super) assignments: Box<[Saying]>,
    pub(super) credential: Option<Saying>,
    pub(super) narrowing: Option<Arc<str>>,
    /// The names that their temporary credential may use at most.
    pub(super) temporary: Option<Arc<str>>,
    pub(super) sourced: Box<[Sourced]>,
}

impl Holding {
    /// What it takes, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let texts = [&self.narrowing, &self.temporary].into_iter().flatten().map(|text| text.len());
        let sourced = self.sourced.iter().map(|sourced| size_of_val(sourced) + sourced.permissions.len());
        size_of_val(&*self.assignments) + texts.sum::<usize>() + sourced.sum::<usize>()
    }
}

impl Compiled {
    /// What somebody holds, and by what.
    ///
    /// # Errors
    /// Where a source outside Casemate tells of them that was not asked, or failed: then nothing can be said.
    pub(super) fn holding(&self, subject: &Subject) -> Result<Holding, ResolveError> {
        let (places, key) = self.assigned(subject);
        let lasting = &self.part(&subject.tenant).lasting;
        let mut assignments: Box<[Saying]> =
            places.iter().filter_map(|place| lasting.of_place(*place)).collect();
        assignments.sort_unstable();
        let credential =
            self.credential_of(subject).and_then(|credential| self.credentials.get(&credential.id));
        let credential = credential.map(|(_, saying)| *saying);
        let narrowing = key.and_then(|key| key.permissions.clone());
        Ok(Holding {
            assignments,
            credential,
            narrowing,
            temporary: subject.narrowing.clone(),
            sourced: self.all_sourced(subject)?,
        })
    }

    /// What sources say of somebody: in claims, and outside.
    fn all_sourced(&self, subject: &Subject) -> Result<Box<[Sourced]>, ResolveError> {
        if !self.has_outside {
            return Ok(subject.sourced.clone());
        }
        let mut all = subject.sourced.to_vec();
        for (place, source) in self.telling_of(subject) {
            let said = subject.outside.of(&source.name).map_err(|problem| ResolveError::Source {
                source_name: source.name.to_string(),
                problem: problem.to_owned(),
            })?;
            all.extend(
                said.map(|permissions| Sourced { source: place, permissions: Arc::clone(permissions) }),
            );
        }
        Ok(all.into())
    }

    /// The places of what is assigned to somebody, in rising order, and what their API key gives them where it is one.
    pub(super) fn assigned(&self, subject: &Subject) -> (Vec<u32>, Option<Arc<KeyGrant>>) {
        let Subject { tenant, provider, kind, login, groups, .. } = subject;
        let id = subject.id.as_deref().unwrap_or_default();
        let mut places = self.places(tenant, provider, kind, id, login.as_deref(), groups);
        let part = self.part(tenant);
        let mut add = |key| places.extend_from_slice(part.assignment_index.get(key));
        // An API key holds what its account holds; an account is also known by its name.
        let key = (**provider == *API_KEY_PROVIDER).then(|| self.keys.grant(id)).flatten();
        let account = match &key {
            Some(key) => Some(&*key.account),
            None => (**provider == *OWN_PROVIDER).then_some(id),
        };
        if let Some(account) = account {
            let service = Kind::SERVICE;
            add(KeyRef::new(By::Id, &[tenant, OWN_PROVIDER, service.as_str(), account]));
            if let Some(name) = part.account_names.get(account) {
                add(KeyRef::new(By::Login, &[tenant, OWN_PROVIDER, service.as_str(), name]));
            }
        }
        places.sort_unstable();
        places.dedup();
        (places, key)
    }

    /// The assignments that name somebody by id, login or group.
    pub(super) fn places(
        &self,
        tenant: &str,
        provider: &str,
        kind: &str,
        id: &str,
        login: Option<&str>,
        groups: &[String],
    ) -> Vec<u32> {
        let mut places: Vec<u32> = Vec::new();
        let index = &self.part(tenant).assignment_index;
        let mut add = |key| places.extend_from_slice(index.get(key));
        add(KeyRef::new(By::Id, &[tenant, provider, kind, id]));
        if let Some(login) = login {
            add(KeyRef::new(By::Login, &[tenant, provider, kind, login]));
        }
        for group in groups {
            add(KeyRef::new(By::Group, &[tenant, provider, group]));
            add(KeyRef::new(By::GroupOfKind, &[tenant, provider, kind, group]));
        }
        places
    }

    pub(super) fn compile(
        &self,
        part: &Part,
        holding: &Holding,
        credential: Option<&Credential>,
    ) -> Result<PermissionSet, ResolveError> {
        COMPILED.fetch_add(1, Ordering::Relaxed);
        let mut held: Vec<(Permission, Arc<Grant>)> = Vec::new();
        let places: Option<Vec<u32>> =
            holding.assignments.iter().map(|saying| part.lasting.place_of(saying)).collect();
        // INVARIANT: what is held is of this revision; leaving one out could leave out a denial.
        let mut places = places
            .ok_or_else(|| ResolveError::Compile("an assignment is not of this revision".to_owned()))?;
        places.sort_unstable();
        for assignment in places.iter().filter_map(|place| part.assignments.get(*place as usize)) {
            for HeldRole { role, through, .. } in part.roles.held(assignment.assigned) {
                let via = part.via(assignment, through.map(|through| &*through.name));
                let grant = Arc::new(Grant {
                    origin: Origin { kind: OriginKind::Role, name: role.name.to_string(), via },
                    from: assignment.from,
                    until: assignment.until,
                });
                held.extend(role.permissions.iter().map(|held| (held.clone(), Arc::clone(&grant))));
            }
        }
        if let Some(credential) = credential {
            let grant = Grant::always(OriginKind::Key, &credential.id);
            held.extend(credential.permissions.iter().map(|held| (held.clone(), Arc::clone(&grant))));
        }
        for sourced in &holding.sourced {
            self.add_sourced(sourced, &mut held)?;
        }
        if let Some(narrowing) = &holding.narrowing {
            held = narrow(&held, narrowing).map_err(ResolveError::Compile)?;
        }
        if let Some(temporary) = &holding.temporary {
            held = narrowed(&held, temporary).map_err(ResolveError::Compile)?;
        }
        let mut builder = PermissionSet::builder(&self.catalog);
        for (permission, grant) in held {
            builder.add(permission, &grant);
        }
        builder.build().map_err(|error| ResolveError::Compile(error.to_string()))
    }

    /// Adds what a source hands out; anything wrong with it fails the whole, so that no restriction is lost.
    fn add_sourced(
        &self,
        sourced: &Sourced,
        held: &mut Vec<(Permission, Arc<Grant>)>,
    ) -> Result<(), ResolveError> {
        let Some(source) = self.sources.get(sourced.source as usize) else {
            // INVARIANT: what is held is of this revision; leaving it out could leave out a denial.
            return Err(ResolveError::Compile("a source is not of this revision".to_owned()));
        };
        let failed = |problem: String| ResolveError::Source { source_name: source.name.to_string(), problem };
        let datum = Datum::from_json(&sourced.permissions).map_err(|error| failed(error.to_string()))?;
        let list = datum.as_list().ok_or_else(|| failed("what it says is no list".to_owned()))?;
        let grant = Grant::always(OriginKind::Source, &source.name);
        for entry in list {
            let permission = Permission::from_datum(entry).map_err(|error| failed(error.to_string()))?;
            source.ceiling.admits(&permission).map_err(|error| failed(error.to_string()))?;
            held.push((permission, Arc::clone(&grant)));
        }
        Ok(())
    }
}

impl Part {
    /// By what somebody came to a role, where not by itself and by themselves: the role that extends it, the team that it is
    /// of, and the group that they are in.
    pub(crate) fn via(&self, assignment: &Assignment, through: Option<&str>) -> Option<String> {
        let team = match assignment.assigned {
            Assigned::Team(place) => self.roles.team(place),
            Assigned::Role(_) => None,
        };
        let group = match &assignment.recipient.who {
            Who::Group { group, .. } => Some(group),
            Who::Id { .. } | Who::Login { .. } => None,
        };
        let ways = [
            through.map(|role| format!("role {role}")),
            team.map(|team| format!("team {}", team.name)),
            group.map(|group| format!("group {group}")),
        ];
        let ways: Vec<String> = ways.into_iter().flatten().collect();
        (!ways.is_empty()).then(|| ways.join(", "))
    }
}

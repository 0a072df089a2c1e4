//! Whom assignments reach: everybody who comes into question where it is asked who may do something.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use casemate_expression::Timestamp;
use casemate_identity::Kind;
use casemate_permission::Permission;
use casemate_permission::name::Name;

use super::Compiled;
use super::part::Part;
use crate::authenticator::sha256;
use crate::policy::{Assigned, Assignment, Person, Who};
use crate::subject::Subject;
use crate::{API_KEY_PROVIDER, CREDENTIAL_PROVIDER, OWN_PROVIDER};

/// The type of whoever presents a static credential.
const SERVICE: &str = "service";

/// Where somebody stands among those who are named: SHA-256 of how, which says nothing else and is always as long.
pub(crate) type Digest = [u8; 32];

/// The assignments of a tenant through which somebody may come to hold an allowing permission for a name, at a time.
#[derive(Debug)]
pub(crate) struct Reach {
    /// Their places.
    places: HashSet<u32>,
    /// The places of the sources outside Casemate that could hand out one.
    outside: HashSet<u32>,
    /// Whether one of them reaches people by other than their ids, or a source does.
    pub(crate) is_by_more_than_ids: bool,
}

impl Reach {
    /// Whether one of the places is among them.
    fn holds(&self, places: &[u32]) -> bool {
        places.iter().any(|place| self.places.contains(place))
    }
}

/// By what somebody is named: in an assignment, in a policy, or by their credential.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Called<'a> {
    by: CalledBy,
    provider: &'a str,
    kind: &'a str,
    name: Cow<'a, str>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum CalledBy {
    Id,
    Login,
    Group,
}

impl Called<'_> {
    fn digest(&self) -> Digest {
        let by = match self.by {
            CalledBy::Id => "id",
            CalledBy::Login => "login",
            CalledBy::Group => "group",
        };
        // As JSON, in which no two differ by where one name ends alone.
        sha256(&serde_json::Value::from(vec![by, self.provider, self.kind, &*self.name]).to_string())
    }
}

/// Somebody who is named.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) digest: Digest,
    /// Who they are, as far as the policy knows.
    pub(crate) subject: Subject,
    /// Whether it is a group, and the subject whoever is in it.
    pub(crate) is_group: bool,
    /// Whether they are named by their id, so that the store may know more of them.
    pub(crate) is_by_id: bool,
}

/// All who are named, in order, with their places among the people of the policy.
#[derive(Debug)]
pub(crate) struct AllNamed<'a>(Vec<(Digest, Called<'a>, Option<u32>)>);

/// Some of those who are named, in order.
#[derive(Debug)]
pub(crate) struct SomeNamed {
    pub(crate) items: Vec<Named>,
    /// Whether others follow.
    pub(crate) more: bool,
}

impl Compiled {
    /// The assignments that matter for a name.
    pub(crate) fn reach(&self, tenant: &str, name: &Name<'_>, now: Timestamp) -> Reach {
        let mut known: HashMap<Assigned, bool> = HashMap::new();
        let outside: HashSet<u32> = self.outside_for(tenant, name).map(|(place, _)| place).collect();
        let is_by_more_than_ids = !outside.is_empty();
        let mut reach = Reach { places: HashSet::new(), outside, is_by_more_than_ids };
        let part = self.part(tenant);
        for (place, assignment) in (0_u32..).zip(part.assignments()) {
            let Assignment { assigned, recipient, tenant: of, from, until } = assignment;
            let is_in_force = from.is_none_or(|from| from <= now) && until.is_none_or(|until| now < until);
            if **of != *tenant || !is_in_force {
                continue;
            }
            let matches = *known.entry(*assigned).or_insert_with(|| part.may_allow(*assigned, name));
            if matches {
                reach.places.insert(place);
                reach.is_by_more_than_ids |= !matches!(recipient.who, Who::Id { .. });
            }
        }
        reach
    }

    /// Whether one of the assignments reaches somebody, or a source outside Casemate tells of them that could.
    pub(crate) fn is_reached(&self, reach: &Reach, subject: &Subject) -> bool {
        reach.holds(&self.assigned(subject).0)
            || self.is_told_of(reach, (&subject.tenant, &subject.provider, &subject.kind))
    }

    fn is_told_of(&self, reach: &Reach, (tenant, provider, kind): (&str, &str, &str)) -> bool {
        reach
            .outside
            .iter()
            .filter_map(|place| self.sources.get(*place as usize))
            .any(|source| source.tells_of(tenant, provider, kind))
    }

    /// All whom a policy, an assignment or a credential names and one of the assignments reaches, in order.
    /// With `keys`, also the API keys that reach it by their account alone.
    pub(crate) fn named(
        &self,
        tenant: &Arc<str>,
        name: &Name<'_>,
        reach: &Reach,
        (now, keys): (i64, bool),
    ) -> AllNamed<'_> {
        let mut called = self.called(tenant, name, reach, now);
        for id in if keys { self.keys.live(now) } else { Vec::new() } {
            let kind = Kind::API_KEY.as_str();
            let key = Subject::new(API_KEY_PROVIDER.into(), kind, Some(&id), Arc::clone(tenant));
            if self.is_key_of_somebody(&id) && self.is_reached(reach, &key) {
                let name = Cow::Owned(id);
                called
                    .entry(Called { by: CalledBy::Id, provider: API_KEY_PROVIDER, kind, name })
                    .or_insert(None);
            }
        }
        let mut all: Vec<_> =
            called.into_iter().map(|(called, person)| (called.digest(), called, person)).collect();
        all.sort_unstable_by_key(|(digest, ..)| *digest);
        AllNamed(all)
    }

    /// The next of those who are named, behind the place `after`.
    pub(crate) fn next_named(
        &self,
        tenant: &Arc<str>,
        all: &AllNamed<'_>,
        after: Option<&Digest>,
        most: usize,
    ) -> SomeNamed {
        let told = all.0.partition_point(|(digest, ..)| after.is_some_and(|after| digest <= after));
        let behind = all.0.get(told..).unwrap_or_default();
        let named = |(digest, called, person): &(Digest, Called<'_>, Option<u32>)| Named {
            digest: *digest,
            subject: match person.and_then(|place| self.part(tenant).person(place)) {
                Some(person) => Subject::from(person),
                None => subject(called, tenant),
            },
            is_group: called.by == CalledBy::Group,
            is_by_id: called.by == CalledBy::Id,
        };
        SomeNamed { items: behind.iter().take(most).map(named).collect(), more: behind.len() > most }
    }

    /// Whether it is a service account that is disabled, whom no credential makes a caller.
    pub(crate) fn is_disabled(&self, provider: &str, kind: &str, id: &str) -> bool {
        *provider == *OWN_PROVIDER && kind == Kind::SERVICE.as_str() && self.is_known_disabled(id)
    }

    /// Whether there is an API key that its account could use.
    fn is_key_of_somebody(&self, id: &str) -> bool {
        self.keys.grant(id).is_some_and(|grant| !self.is_known_disabled(&grant.account))
    }

    /// Everybody who is named and reached, each once, with their place among the people of the policy.
    fn called<'a>(
        &'a self,
        tenant: &str,
        name: &Name<'_>,
        reach: &Reach,
        now: i64,
    ) -> HashMap<Called<'a>, Option<u32>> {
        let part = self.part(tenant);
        let mut found: HashMap<Called<'a>, Option<u32>> = HashMap::new();
        let mut logins: HashSet<(&str, &str, &str)> = HashSet::new();
        for (place, person) in (0_u32..).zip(&part.people).filter(|(_, person)| *person.tenant == *tenant) {
            let Person { provider, kind, id, login, groups, .. } = person;
            if let Some(login) = login {
                logins.insert((provider, kind, login));
            }
            if self.is_disabled(provider, kind, id) {
                continue;
            }
            if reach.holds(&self.places(tenant, provider, kind, id, login.as_deref(), groups))
                || self.is_told_of(reach, (tenant, provider, kind))
            {
                let called = Called { by: CalledBy::Id, provider, kind, name: (&**id).into() };
                found.insert(called, Some(place));
            }
        }
        let reached = (0_u32..).zip(part.assignments()).filter(|(place, _)| reach.places.contains(place));
        for (_, Assignment { recipient, .. }) in reached {
            let provider = &*recipient.provider;
            let called = match &recipient.who {
                // A key that is revoked is nobody's any more.
                Who::Id { id, .. } if *provider == *API_KEY_PROVIDER && !self.is_key_of_somebody(id) => {
                    continue;
                }
                Who::Id { kind, id } if self.is_disabled(provider, kind, id) => continue,
                Who::Id { kind, id } => Called { by: CalledBy::Id, provider, kind, name: (&**id).into() },
                Who::Login { kind, login } => {
                    let (kind, login): (&str, &str) = (kind, login);
                    if logins.contains(&(provider, kind, login)) {
                        continue;
                    }
                    Called { by: CalledBy::Login, provider, kind, name: login.into() }
                }
                Who::Group { kind, group } => {
                    let kind = kind.as_deref().unwrap_or_default();
                    Called { by: CalledBy::Group, provider, kind, name: (&**group).into() }
                }
            };
            found.entry(called).or_insert(None);
        }
        let of_tenant = self
            .credentials
            .values()
            .map(|(credential, _)| credential)
            .filter(|credential| *credential.tenant == *tenant);
        for credential in of_tenant.filter(|credential| credential.expires_at.is_none_or(|end| now < end)) {
            if credential.permissions.iter().any(|permission| allows(permission, name)) {
                let (provider, kind) = (CREDENTIAL_PROVIDER, SERVICE);
                let called = Called { by: CalledBy::Id, provider, kind, name: (&*credential.id).into() };
                found.entry(called).or_insert(None);
            }
        }
        found
    }
}

impl Part {
    fn may_allow(&self, assigned: Assigned, name: &Name<'_>) -> bool {
        self.roles()
            .held(assigned)
            .iter()
            .any(|held| held.role.permissions.iter().any(|permission| allows(permission, name)))
    }
}

fn allows(permission: &Permission, name: &Name<'_>) -> bool {
    !permission.is_denial() && permission.name().matches(name)
}

/// Somebody of whom no more is known than by what they are named.
fn subject(called: &Called<'_>, tenant: &Arc<str>) -> Subject {
    let Called { by, provider, kind, ref name } = *called;
    if kind == Kind::ANONYMOUS.as_str() {
        return Subject::anonymous(Arc::clone(tenant));
    }
    let kind = if kind.is_empty() { Kind::USER.as_str() } else { kind };
    let bare = |id| Subject::new(provider.into(), kind, id, Arc::clone(tenant));
    match by {
        CalledBy::Id => bare(Some(name)),
        CalledBy::Login => Subject { login: Some((&**name).into()), ..bare(None) },
        CalledBy::Group => Subject { groups: vec![name.to_string()], ..bare(None) },
    }
}

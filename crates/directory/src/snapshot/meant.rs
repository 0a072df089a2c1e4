//! Who is meant by a type and an id.

use std::sync::Arc;

use casemate_identity::Kind;

use super::{ResolveError, Snapshot};
use crate::API_KEY_PROVIDER;
use crate::index::{By, KeyRef};
use crate::known::{Known, Place};
use crate::outside::Outside;
use crate::people::{Meeting, Met};
use crate::policy::Person;
use crate::subject::Subject;

/// Who is meant by a type and an id.
enum Meant<'a> {
    Caller,
    /// Somebody whom the policy knows, at this place.
    Person(u32, &'a Person),
    /// A user of the directory.
    User(Arc<Person>),
    Stranger(Box<Subject>),
}

/// Whether whoever is of a type may be a user of the directory: of whatever type a provider's tokens make them.
#[must_use]
pub fn is_of_people(kind: &str) -> bool {
    ![Kind::ANONYMOUS, Kind::SERVICE, Kind::API_KEY].iter().any(|other| other.as_str() == kind)
}

impl Snapshot {
    /// As [`Snapshot::subject`], with what they hold; and where a user of the directory is meant who was met, they.
    ///
    /// # Errors
    /// As [`Snapshot::subject`], and where they are not active any more.
    pub fn known_subject(
        &self,
        caller: &Arc<Known>,
        tenant: &Arc<str>,
        kind: &str,
        id: &str,
        met: &Met,
    ) -> Result<Arc<Known>, ResolveError> {
        let compiled = &self.compiled;
        let outside = met.outside(kind, id);
        if outside != Outside::Unasked
            && let Some(mut subject) = self.meant_subject(&caller.subject, tenant, kind, id, met)?
        {
            subject.outside = outside;
            return Ok(self.known(subject));
        }
        Ok(match self.meant(&caller.subject, tenant, kind, id, met)? {
            Meant::Caller => Arc::clone(caller),
            Meant::Person(place, person) => {
                compiled.asked_about.get((Arc::clone(tenant), place), |_| self.known(Subject::from(person)))
            }
            Meant::User(user) => {
                compiled.users_asked_about.get(Place(user), |user| self.known(Subject::from(&*user.0)))
            }
            Meant::Stranger(subject) => self.known(*subject),
        })
    }

    /// As [`Snapshot::known_subject`], of one of many who are gone through: nothing of it is kept for other questions.
    ///
    /// # Errors
    /// As [`Snapshot::known_subject`].
    pub fn known_apart(
        &self,
        caller: &Arc<Known>,
        tenant: &Arc<str>,
        kind: &str,
        id: &str,
        met: &Met,
    ) -> Result<Arc<Known>, ResolveError> {
        let Some(mut subject) = self.meant_subject(&caller.subject, tenant, kind, id, met)? else {
            return Ok(Arc::clone(caller));
        };
        subject.outside = met.outside(kind, id);
        let permissions = self.permissions_apart(&subject);
        Ok(Arc::new(self.known_with(subject, permissions)))
    }

    /// Who is meant by a type and an id, of whom no source outside Casemate was asked yet; nobody where it is the caller.
    pub(super) fn meant_subject(
        &self,
        caller: &Subject,
        tenant: &Arc<str>,
        kind: &str,
        id: &str,
        met: &Met,
    ) -> Result<Option<Subject>, ResolveError> {
        Ok(match self.meant(caller, tenant, kind, id, met)? {
            Meant::Caller => None,
            Meant::Person(_, person) => Some(Subject::from(person)),
            Meant::User(user) => Some(Subject::from(&*user)),
            Meant::Stranger(subject) => Some(*subject),
        })
    }

    /// The somebody that is meant by a type and an id in a tenant: the caller themselves, somebody the policy knows, or
    /// somebody about whom nothing else is known. Users of the directory are not looked for.
    ///
    /// # Errors
    /// Where several people could be meant.
    pub fn subject(
        &self,
        caller: &Subject,
        tenant: &Arc<str>,
        kind: &str,
        id: &str,
    ) -> Result<Subject, ResolveError> {
        Ok(match self.meant(caller, tenant, kind, id, &Met::default())? {
            Meant::Caller => caller.clone(),
            Meant::Person(_, person) => Subject::from(person),
            Meant::User(user) => Subject::from(&*user),
            Meant::Stranger(subject) => *subject,
        })
    }

    fn meant(
        &self,
        caller: &Subject,
        tenant: &Arc<str>,
        kind: &str,
        id: &str,
        met: &Met,
    ) -> Result<Meant<'_>, ResolveError> {
        if kind == Kind::ANONYMOUS.as_str() {
            return Ok(Meant::Stranger(Box::new(Subject::anonymous(Arc::clone(tenant)))));
        }
        let part = self.compiled.part(tenant);
        let known = part.people_index.get(KeyRef::new(By::IdAnywhere, &[tenant, kind, id]));
        let is_caller =
            *caller.kind == *kind && caller.id.as_deref() == Some(id) && *caller.tenant == **tenant;
        let ambiguous = || ResolveError::Ambiguous { kind: kind.to_owned(), id: id.to_owned() };
        let known = match known {
            [] => None,
            [only] => part.person(*only).map(|person| (*only, person)),
            _ => return Err(ambiguous()),
        };
        let met = if is_of_people(kind) { met.get(tenant, id) } else { &Meeting::Nobody };
        // Whoever else is known by this id is meant as much as the caller, or whom the policy knows.
        let vouching = known.map(|(_, person)| &person.provider).or(is_caller.then_some(&caller.provider));
        match (met, vouching) {
            (Meeting::Nobody, _) => {}
            (Meeting::Several, _) => return Err(ambiguous()),
            (Meeting::Refused(of), vouching) => {
                if vouching.is_none_or(|provider| provider == of) {
                    return Err(ResolveError::Inactive { kind: kind.to_owned(), id: id.to_owned() });
                }
            }
            (Meeting::One(user), None) if *user.kind == *kind => return Ok(Meant::User(Arc::clone(user))),
            // As who presents a token of theirs that says this type.
            (Meeting::One(user), None) => {
                let stranger = Subject::new(Arc::clone(&user.provider), kind, Some(id), Arc::clone(tenant));
                return Ok(Meant::Stranger(Box::new(stranger.enriched(user))));
            }
            (Meeting::One(user), Some(provider)) if user.provider == *provider => {
                if let (Some((_, person)), false) = (known, is_caller) {
                    return Ok(Meant::Stranger(Box::new(Subject::from(person).enriched(user))));
                }
            }
            (Meeting::One(_), Some(_)) => return Err(ambiguous()),
        }
        match (known, is_caller) {
            (None, false) => {
                let provider = match kind == Kind::API_KEY.as_str() {
                    true => API_KEY_PROVIDER.into(),
                    false => Arc::clone(&self.compiled.sole_provider),
                };
                Ok(Meant::Stranger(Box::new(Subject::new(provider, kind, Some(id), Arc::clone(tenant)))))
            }
            (None, true) => Ok(Meant::Caller),
            (Some((_, Person { provider, .. })), _) if self.compiled.is_disabled(provider, kind, id) => {
                Err(ResolveError::Inactive { kind: kind.to_owned(), id: id.to_owned() })
            }
            (Some((place, person)), false) => Ok(Meant::Person(place, person)),
            // The caller's directory values are part of them already.
            (Some((_, person)), true) if person.provider == caller.provider => Ok(Meant::Caller),
            (Some(_), true) => Err(ResolveError::Ambiguous { kind: kind.to_owned(), id: id.to_owned() }),
        }
    }
}

//! Whom a change affects: those who may hold something else after it than before.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use crate::subject::Subject;
use crate::{API_KEY_PROVIDER, OWN_PROVIDER};

/// The most that a change names one by one; of more than that it says that it affects everybody.
pub const MAX_SELECTORS: usize = 256;
/// The most changes that are known of.
const CHANGES: usize = 1_024;
/// The most that all of them name.
const SELECTORS: usize = 4_096;

/// What a change means for what others know of somebody's permissions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The revision from which on it is so.
    pub revision: i64,
    /// Whether the schema of an application was changed; everybody is affected then.
    pub schemas: bool,
    /// Who may hold something else now, or may not come in any more.
    pub affected: Affected,
}

/// Who may hold something else than before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Affected {
    /// Nobody.
    Nobody,
    /// Anybody.
    Everybody,
    /// Whoever is meant by one of these; at most [`MAX_SELECTORS`].
    These(Arc<[Selector]>),
}

/// Some of those who are known in a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Selector {
    /// The tenant.
    pub tenant: Arc<str>,
    /// Whom of it.
    pub whom: Whom,
}

/// By what somebody is meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Whom {
    /// By the directory's id of a user, a service account or an API key.
    Identity(Box<str>),
    /// By what a provider calls them, and their type.
    Subject {
        /// The provider's name.
        provider: Arc<str>,
        /// `user`, `service`, …
        kind: Box<str>,
        /// Their id at the provider.
        id: Box<str>,
    },
    /// By the name that they log in with, and their type.
    Login {
        /// The provider's name.
        provider: Arc<str>,
        /// `user`, `service`, …
        kind: Box<str>,
        /// The name.
        login: Box<str>,
    },
    /// By a group that they are in.
    Group {
        /// The provider's name.
        provider: Arc<str>,
        /// Of this type alone, where one is said.
        kind: Option<Box<str>>,
        /// The group.
        group: Box<str>,
    },
    /// By the public name of the session, temporary credential or API key that they came with.
    Credential(Box<str>),
    /// By their provider alone, and not in the tenant that is said but in each other, where a token of theirs may be asked about and
    /// what they are called is not told.
    Elsewhere {
        /// The provider's name.
        provider: Arc<str>,
        /// Only whom the directory knows by no id: who has one is told of by it.
        without_id: bool,
    },
}

impl Selector {
    /// Whether somebody is meant: whom the directory knows by an id, if it does, and who came with a credential of this public
    /// name, if with any.
    #[must_use]
    pub fn means(&self, subject: &Subject, id: Option<&str>, credential: Option<&str>) -> bool {
        let is_of = |of: &str, kind: Option<&str>| {
            *subject.provider == *of && kind.is_none_or(|kind| *subject.kind == *kind)
        };
        self.is_told_in(&subject.tenant)
            && match &self.whom {
                Whom::Identity(of) => id == Some(of),
                Whom::Subject { provider, kind, id } => {
                    is_of(provider, Some(kind)) && subject.id.as_deref() == Some(id)
                }
                Whom::Login { provider, kind, login } => {
                    is_of(provider, Some(kind)) && subject.login.as_deref() == Some(login)
                }
                Whom::Group { provider, kind, group } => {
                    is_of(provider, kind.as_deref()) && subject.groups.iter().any(|of| **of == **group)
                }
                Whom::Credential(of) => credential == Some(of),
                Whom::Elsewhere { provider, without_id } => {
                    is_of(provider, None) && (!without_id || id.is_none())
                }
            }
    }

    /// Whether somebody who is asked about in a tenant may be meant. People and credentials are asked about in other tenants than
    /// their own too: ids that say nothing are told in each, and what people are called in their own alone.
    #[must_use]
    pub fn is_told_in(&self, tenant: &str) -> bool {
        match &self.whom {
            Whom::Identity(_) | Whom::Credential(_) => true,
            Whom::Subject { provider, .. } if [OWN_PROVIDER, API_KEY_PROVIDER].contains(&&**provider) => true,
            Whom::Subject { .. } | Whom::Login { .. } | Whom::Group { .. } => *self.tenant == *tenant,
            Whom::Elsewhere { .. } => *self.tenant != *tenant,
        }
    }
}

/// What came since a revision is not known any more: everything may be different.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("what was changed since then is not known any more: read all of it anew")]
pub struct Forgotten;

/// Whom a change affects, as far as that was found out.
#[derive(Debug, Default)]
pub(crate) struct Affecting {
    schemas: bool,
    everybody: bool,
    selectors: HashSet<Selector>,
}

impl Affecting {
    /// Anybody may be affected.
    pub(crate) fn everybody(&mut self) {
        self.everybody = true;
        self.selectors.clear();
    }

    /// The schema of an application is another one.
    pub(crate) fn schemas(&mut self) {
        self.schemas = true;
        self.everybody();
    }

    /// Whether anybody may be affected: there is nothing more to find out then, but whether schemas are others.
    pub(crate) fn is_everybody(&self) -> bool {
        self.everybody
    }

    /// Somebody of a tenant is affected.
    pub(crate) fn add(&mut self, tenant: &Arc<str>, whom: Whom) {
        if self.everybody {
            return;
        }
        self.selectors.insert(Selector { tenant: Arc::clone(tenant), whom });
        if self.selectors.len() > MAX_SELECTORS {
            self.everybody();
        }
    }

    fn finish(&mut self, revision: i64) -> Option<Change> {
        let Affecting { schemas, everybody, selectors } = std::mem::take(self);
        let affected = match (everybody, selectors.is_empty()) {
            (true, _) => Affected::Everybody,
            (false, true) => return None,
            (false, false) => {
                let mut selectors: Vec<Selector> = selectors.into_iter().collect();
                selectors.sort_unstable();
                Affected::These(selectors.into())
            }
        };
        Some(Change { revision, schemas, affected })
    }
}

/// The last changes that affected somebody.
#[derive(Debug, Default)]
pub(crate) struct Changes(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    changes: VecDeque<Arc<Change>>,
    /// How many selectors they name.
    selectors: usize,
    /// What came up to this revision is not known.
    floor: i64,
    /// The last revision of which something is known.
    last: i64,
}

impl Changes {
    /// Forgets all: nothing is known of how it came to be as it is at a revision.
    pub(crate) fn forget(&self, revision: i64) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Known { floor: revision, last: revision, ..Known::default() };
    }

    /// Takes the change that made a revision, unless it affects nobody.
    pub(crate) fn push(&self, revision: i64, affecting: &mut Affecting) {
        let change = affecting.finish(revision);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.last = known.last.max(revision);
        let Some(change) = change else { return };
        known.selectors += change.named();
        known.changes.push_back(Arc::new(change));
        while known.changes.len() > CHANGES || known.selectors > SELECTORS {
            let Some(oldest) = known.changes.pop_front() else { break };
            known.selectors -= oldest.named();
            known.floor = oldest.revision;
        }
    }

    /// As [`Changes::push`], of a revision that is not decided by, since its policy cannot be read: who may not come in any more is
    /// told all the same. Once for each revision; what comes later waits for the next.
    pub(crate) fn push_ahead(&self, revision: i64, affecting: &mut Affecting) {
        let is_told = revision <= self.0.lock().unwrap_or_else(PoisonError::into_inner).last;
        if !is_told {
            self.push(revision, affecting);
        }
    }

    /// The changes after a revision, the oldest first.
    pub(crate) fn after(&self, revision: i64) -> Result<Vec<Arc<Change>>, Forgotten> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !(known.floor..=known.last).contains(&revision) {
            return Err(Forgotten);
        }
        let start = known.changes.partition_point(|change| change.revision <= revision);
        Ok(known.changes.range(start..).cloned().collect())
    }
}

impl Change {
    fn named(&self) -> usize {
        match &self.affected {
            Affected::These(selectors) => selectors.len(),
            Affected::Nobody | Affected::Everybody => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(affecting: &mut Affecting, number: usize) {
        affecting.add(&"default".into(), Whom::Credential(format!("ses_{number}").into()));
    }

    fn pushed(changes: &Changes, revision: i64, names: usize) {
        let mut affecting = Affecting::default();
        (0..names).for_each(|number| one(&mut affecting, number));
        changes.push(revision, &mut affecting);
    }

    fn revisions(changes: &Changes, after: i64) -> Result<Vec<i64>, Forgotten> {
        Ok(changes.after(after)?.iter().map(|change| change.revision).collect())
    }

    #[test]
    fn what_came_after_a_revision_is_told_in_order_and_nobody_affected_is_no_change() {
        let changes = Changes::default();
        changes.forget(5);
        assert_eq!(revisions(&changes, 5), Ok(vec![]));
        assert_eq!(revisions(&changes, 4), Err(Forgotten), "what led to the first is not known");
        pushed(&changes, 6, 1);
        pushed(&changes, 7, 0);
        pushed(&changes, 9, 2);
        assert_eq!(revisions(&changes, 5), Ok(vec![6, 9]));
        assert_eq!(revisions(&changes, 6), Ok(vec![9]));
        assert_eq!(revisions(&changes, 8), Ok(vec![9]));
        assert_eq!(revisions(&changes, 12), Err(Forgotten), "it is of another course of changes");
        pushed(&changes, 12, 0);
        assert_eq!(revisions(&changes, 12), Ok(vec![]));
        let mut ahead = Affecting::default();
        one(&mut ahead, 0);
        changes.push_ahead(12, &mut ahead);
        assert_eq!(revisions(&changes, 9), Ok(vec![]), "it was told of already, and waits");
        changes.push_ahead(13, &mut ahead);
        assert_eq!(revisions(&changes, 12), Ok(vec![13]));
        changes.forget(3);
        assert_eq!(revisions(&changes, 2), Err(Forgotten));
        assert_eq!(revisions(&changes, 3), Ok(vec![]));
    }

    #[test]
    fn so_many_changes_and_names_are_kept_and_no_more() {
        let changes = Changes::default();
        (1..=3_000).for_each(|revision| pushed(&changes, revision, 1));
        assert_eq!(revisions(&changes, 3_000 - 1_024).map(|told| told.len()), Ok(1_024));
        assert_eq!(revisions(&changes, 3_000 - 1_025), Err(Forgotten));
        (3_001..=3_100).for_each(|revision| pushed(&changes, revision, MAX_SELECTORS));
        assert_eq!(revisions(&changes, 3_100 - 16).map(|told| told.len()), Ok(16));
        assert_eq!(revisions(&changes, 3_100 - 17), Err(Forgotten));
    }

    #[test]
    fn people_and_credentials_are_told_of_in_every_tenant_and_names_in_their_own_alone() {
        let told = |whom: Whom, tenant: &str| Selector { tenant: "acme".into(), whom }.is_told_in(tenant);
        let subject =
            |provider: &str| Whom::Subject { provider: provider.into(), kind: "user".into(), id: "x".into() };
        for opaque in [Whom::Identity("usr_1".into()), Whom::Credential("ses_1".into()), subject("api-key")] {
            assert!(told(opaque.clone(), "acme") && told(opaque, "default"));
        }
        assert!(told(subject("corp"), "acme") && !told(subject("corp"), "default"));
        let group = Whom::Group { provider: "corp".into(), kind: None, group: "staff".into() };
        assert!(told(group.clone(), "acme") && !told(group, "default"));
        let elsewhere = Whom::Elsewhere { provider: "corp".into(), without_id: true };
        assert!(!told(elsewhere.clone(), "acme") && told(elsewhere, "default"));
    }

    #[test]
    fn of_too_many_it_is_said_that_everybody_is_affected() {
        let changes = Changes::default();
        pushed(&changes, 1, MAX_SELECTORS);
        pushed(&changes, 2, MAX_SELECTORS + 1);
        let told = changes.after(0).unwrap();
        assert!(matches!(&told[0].affected, Affected::These(these) if these.len() == MAX_SELECTORS));
        assert_eq!(told[1].affected, Affected::Everybody);
        assert!(!told[1].schemas);
    }
}

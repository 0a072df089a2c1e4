//! The users whom questions are about, found before the questions are answered.

use std::collections::HashMap;
use std::sync::Arc;

use casemate_store::StoreError;

use super::{Found, People};
use crate::outside::Outside;
use crate::policy::Person;

/// What the directory says of a type and an id in a tenant, at whatever provider.
#[derive(Debug, Clone)]
pub(crate) enum Meeting {
    /// Nobody is known by them.
    Nobody,
    /// This user.
    One(Arc<Person>),
    /// Somebody of this provider who was deactivated or deleted.
    Refused(Arc<str>),
    /// Users of several providers.
    Several,
}

impl Meeting {
    /// Adds what the directory says of a provider's.
    pub(super) fn add(&mut self, provider: &Arc<str>, found: Found) {
        let next = match found {
            Found::User(_, person) => Meeting::One(person),
            Found::Inactive(_) | Found::Deleted(_) => Meeting::Refused(Arc::clone(provider)),
            Found::Nobody | Found::Former(_) => return,
        };
        *self = match self {
            Meeting::Nobody => next,
            _ => Meeting::Several,
        };
    }
}

/// The users whom questions of one request are about.
#[derive(Debug, Default)]
pub struct Met {
    tenant: Option<Arc<str>>,
    by_id: HashMap<Box<str>, Meeting>,
    /// What sources outside Casemate say of those who are asked about, by type and id.
    outside: HashMap<(Box<str>, Box<str>), Outside>,
}

impl Met {
    pub(super) fn of(tenant: &Arc<str>, by_id: HashMap<Box<str>, Meeting>) -> Met {
        Met { tenant: Some(Arc::clone(tenant)), by_id, ..Met::default() }
    }

    /// Who is known by an id in a tenant. Where nobody looked, nobody is: whoever asks looked for all that they ask about.
    pub(crate) fn get(&self, tenant: &str, id: &str) -> &Meeting {
        match &self.tenant {
            Some(of) if **of == *tenant => self.by_id.get(id).unwrap_or(&Meeting::Nobody),
            _ => &Meeting::Nobody,
        }
    }
}

impl Met {
    /// Whether it is known what sources outside Casemate say of somebody.
    pub(crate) fn is_told(&self, kind: &str, id: &str) -> bool {
        self.outside.contains_key(&(kind.into(), id.into()))
    }

    /// What they say of somebody.
    pub(crate) fn tell(&mut self, kind: &str, id: &str, outside: Outside) {
        self.outside.insert((kind.into(), id.into()), outside);
    }

    /// What they say of somebody; of whom none was asked, that none was.
    pub(crate) fn outside(&self, kind: &str, id: &str) -> Outside {
        if self.outside.is_empty() {
            return Outside::Unasked;
        }
        self.outside.get(&(kind.into(), id.into())).cloned().unwrap_or_default()
    }
}

impl People {
    /// Looks for the users of a tenant whom the ids could mean, at each of these providers.
    pub(crate) async fn meet(
        &self,
        tenant: &Arc<str>,
        providers: &[Arc<str>],
        ids: impl IntoIterator<Item = &str>,
    ) -> Result<Met, StoreError> {
        let mut met = Met::of(tenant, HashMap::new());
        for id in ids {
            if met.by_id.contains_key(id) {
                continue;
            }
            let mut meeting = Meeting::Nobody;
            for provider in providers {
                meeting.add(provider, self.find(tenant, provider, id).await?);
            }
            met.by_id.insert(id.into(), meeting);
        }
        Ok(met)
    }
}

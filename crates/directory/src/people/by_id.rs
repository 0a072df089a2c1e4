//! Users by the opaque ids under which the directory knows them.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use casemate_store::{StoreError, StoreReader};
use quick_cache::Weighter;

use super::{ENTRY_BYTES, Found, People, weight, with_groups};

/// The user whom an id means.
#[derive(Debug, Clone)]
pub(crate) struct ById {
    /// Their tenant.
    pub(crate) tenant: Box<str>,
    /// What the directory says of them, as if they were looked for by what their provider calls them.
    pub(crate) found: Found,
    /// Whether their provider has told what it calls them in tokens.
    pub(crate) has_subject: bool,
}

#[derive(Debug, Clone)]
pub(super) struct ByIdWeight;

impl Weighter<String, ById> for ByIdWeight {
    fn weight(&self, id: &String, user: &ById) -> u64 {
        let of_person = match &user.found {
            // Shared with whoever is known by what their provider calls them.
            Found::User(_, person) if !user.has_subject => weight(person),
            _ => 0,
        };
        ENTRY_BYTES + (id.len() + user.tenant.len()) as u64 + of_person
    }
}

impl People {
    /// The user with an id; nothing where there is none. Whoever asks for somebody who is just being read waits for that.
    pub(crate) async fn by_id(&self, id: &str) -> Result<Option<ById>, StoreError> {
        let (Some(reader), Some(kept)) = (self.reader.as_ref().filter(|_| self.is_any()), &self.ids) else {
            return Ok(None);
        };
        let place = match kept.get_value_or_guard_async(id).await {
            Ok(user) => return Ok(Some(user)),
            Err(place) => place,
        };
        let forgotten = self.forgotten.load(Ordering::Acquire);
        // Whom nobody knows is not kept: ids are asked for that never were.
        let Some(user) = self.read_by_id(reader, id).await? else { return Ok(None) };
        // One that nobody waits for any more was removed meanwhile, and is read again by the next.
        let _ = place.insert(user.clone());
        if self.forgotten.load(Ordering::Acquire) != forgotten {
            kept.remove(id);
        }
        Ok(Some(user))
    }

    async fn read_by_id(&self, reader: &StoreReader, id: &str) -> Result<Option<ById>, StoreError> {
        let Some(user) = reader.user(id).await? else { return Ok(None) };
        let has_subject = user.subject.is_some();
        let found = match &user.subject {
            _ if !user.active => Found::Inactive(id.into()),
            Some(subject) => self.find(&user.tenant, &user.provider, subject).await?,
            None => {
                self.loads.fetch_add(1, Ordering::Relaxed);
                Found::User(id.into(), Arc::new(with_groups(reader, &user, "").await?))
            }
        };
        // Who is called so by now, where that is somebody else, is asked for by their own id.
        let is_meant = found.id() == Some(id);
        Ok(is_meant.then(|| ById { tenant: user.tenant.into(), found, has_subject }))
    }
}

//! Many users at once, of whom nothing is kept: a search that goes through everybody forgets nobody whom decisions are about.

use std::collections::HashMap;
use std::sync::Arc;

use casemate_store::StoreError;

use super::met::{Meeting, Met};
use super::{Found, KeyRef, People, page, person, read};

/// How many are read at once.
const AT_ONCE: usize = 500;

impl People {
    /// What the directory says of identities of one provider in a tenant, by what the provider calls them.
    pub(crate) async fn find_apart<'i>(
        &self,
        tenant: &str,
        provider: &str,
        ids: &[&'i str],
    ) -> Result<HashMap<&'i str, Found>, StoreError> {
        let (Some(reader), Some(kept)) = (self.reader.as_ref().filter(|_| self.is_any()), &self.kept) else {
            return Ok(HashMap::new());
        };
        let mut found = HashMap::with_capacity(ids.len());
        let mut unknown = Vec::new();
        for id in ids {
            match kept.peek(&KeyRef(tenant, provider, id)) {
                Some(known) => drop(found.insert(*id, known)),
                None => unknown.push(*id),
            }
        }
        for ids in unknown.chunks(AT_ONCE) {
            let users = reader.users_by_subjects(tenant, provider, ids).await?;
            let mut groups = page::groups(reader, &users).await?;
            let mut users: HashMap<String, Found> = users
                .into_iter()
                .filter_map(|user| {
                    let subject = user.subject.clone()?;
                    let id = Arc::<str>::from(user.id.as_str());
                    // Who is in too many groups is let in nowhere.
                    let groups = groups.remove(&user.id).filter(|_| user.active);
                    let found = match groups {
                        Some(groups) => Found::User(id, Arc::new(person(&user, &subject, groups))),
                        None => Found::Inactive(id),
                    };
                    Some((subject, found))
                })
                .collect();
            let missing: Vec<&str> = ids.iter().copied().filter(|id| !users.contains_key(*id)).collect();
            let former = reader.have_former_users(tenant, provider, &missing).await?;
            for id in ids {
                let known = match users.remove(*id) {
                    Some(user) => user,
                    None if former.contains(*id) => read(reader, tenant, provider, id).await?,
                    None => Found::Nobody,
                };
                found.insert(*id, known);
            }
        }
        Ok(found)
    }

    /// As [`People::meet`], of many.
    pub(crate) async fn meet_apart<'i>(
        &self,
        tenant: &Arc<str>,
        providers: &[Arc<str>],
        ids: impl IntoIterator<Item = &'i str>,
    ) -> Result<Met, StoreError> {
        let ids: Vec<&str> = ids.into_iter().collect();
        let mut met: HashMap<Box<str>, Meeting> =
            ids.iter().map(|id| (Box::from(*id), Meeting::Nobody)).collect();
        for provider in providers {
            for (id, found) in self.find_apart(tenant, provider, &ids).await? {
                if let Some(meeting) = met.get_mut(id) {
                    meeting.add(provider, found);
                }
            }
        }
        Ok(Met::of(tenant, met))
    }
}

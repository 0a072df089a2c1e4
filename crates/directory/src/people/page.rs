//! The active users of a tenant, page by page, in the order in which they were made.

use std::collections::HashMap;

use casemate_store::{StoreError, StoreReader, UserQuery, UserRecord, UserSort};

use super::{People, person};
use crate::OWN_PROVIDER;
use crate::policy::Person;

/// Users as what decides sees them.
#[derive(Debug, Default)]
pub(crate) struct StoredPage {
    /// They, each with their place; who is known by no id of their provider has none.
    pub(crate) users: Vec<(StoredPlace, Option<Box<str>>, Person)>,
    /// The last place that was looked at; absent where there are no more.
    pub(crate) next: Option<StoredPlace>,
}

/// When a user was made, and their id.
pub(crate) type StoredPlace = (i64, String);

impl People {
    /// Those behind the place `after`, of as many as `most`.
    pub(crate) async fn page(
        &self,
        tenant: &str,
        (made_at, id): &StoredPlace,
        most: u32,
    ) -> Result<StoredPage, StoreError> {
        let Some(reader) = self.reader.as_ref().filter(|_| self.is_any()) else {
            return Ok(StoredPage::default());
        };
        let query = UserQuery {
            tenant: Some(tenant.to_owned()),
            active: Some(true),
            sort: UserSort::Created,
            after: Some((made_at.to_string(), id.clone())),
            limit: most,
            ..UserQuery::default()
        };
        let users = reader.users(&query).await?;
        let next = users.last().filter(|_| users.len() >= most as usize);
        let next = next.map(|user| (user.created_at, user.id.clone()));
        let mut groups = groups(reader, &users).await?;
        let users = users.iter().filter_map(|user| {
            let groups = groups.remove(&user.id)?;
            let id: Option<Box<str>> = user.subject.as_deref().map(Box::from);
            let person = person(user, id.as_deref().unwrap_or_default(), groups);
            Some(((user.created_at, user.id.clone()), id, person))
        });
        Ok(StoredPage { users: users.collect(), next })
    }

    /// Whether a user of a tenant has this login, written just so.
    pub(crate) async fn has_login(
        &self,
        tenant: &str,
        provider: &str,
        login: &str,
    ) -> Result<bool, StoreError> {
        let Some(reader) = self.reader.as_ref().filter(|_| self.is_any()) else { return Ok(false) };
        let user = reader.user_by_login(provider, login).await?;
        Ok(user.is_some_and(|user| user.tenant == tenant && user.login == login))
    }
}

/// The groups of users that count for them, by the users' ids. Who is in too many is let in nowhere, and is not there.
pub(super) async fn groups(
    reader: &StoreReader,
    users: &[UserRecord],
) -> Result<HashMap<String, Vec<String>>, StoreError> {
    let ids: Vec<&str> = users.iter().map(|user| &*user.id).collect();
    let mut found: HashMap<String, Vec<String>> = HashMap::new();
    let counts = |user: &UserRecord, group: &casemate_store::GroupRecord| {
        group.tenant == user.tenant && (group.provider == user.provider || group.provider == OWN_PROVIDER)
    };
    let all = reader.groups_of(&ids).await?;
    if all.len() < casemate_store::MAX_GROUPS_OF_USER as usize {
        found.extend(ids.iter().map(|id| ((*id).to_owned(), Vec::new())));
        let by_id: HashMap<&str, &UserRecord> = users.iter().map(|user| (&*user.id, user)).collect();
        for (id, group) in all {
            let Some(user) = by_id.get(&*id) else { continue };
            if let Some(groups) = found.get_mut(&id).filter(|_| counts(user, &group)) {
                groups.push(group.name);
            }
        }
        return Ok(found);
    }
    // More than are told of all at once.
    for user in users {
        let groups = match reader.groups_of_one(&user.id).await {
            Ok(groups) => groups,
            Err(StoreError::TooManyGroups { .. }) => continue,
            Err(error) => return Err(error),
        };
        let groups = groups.into_iter().filter(|group| counts(user, group)).map(|group| group.name);
        found.insert(user.id.clone(), groups.collect());
    }
    Ok(found)
}

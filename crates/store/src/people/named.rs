//! Users by many ids at once.

use std::collections::{HashMap, HashSet};

use crate::bounds::is_keepable;
use crate::error::StoreError;
use crate::open::StoreReader;
use crate::people::read::{USER, read_user};
use crate::people::{UserRecord, former, name_key};
use crate::sql::{Value, places};

/// How many ids one statement names.
const IDS: usize = 1_000;

impl StoreReader {
    /// Those of these ids that are users of a provider, at home in a tenant, and were not deleted.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn known_users(
        &self,
        provider: &str,
        tenant: &str,
        ids: &[&str],
    ) -> Result<HashSet<String>, StoreError> {
        let mut known = HashSet::with_capacity(ids.len());
        let ids: Vec<&str> = ids.iter().copied().filter(|id| is_keepable(id)).collect();
        for ids in ids.chunks(IDS) {
            // By id alone: beside `provider` and `tenant` a database may take an index that all of the provider's users fit.
            let text = format!(
                "SELECT id, provider, tenant FROM directory_user WHERE id IN ({}) AND deleted_at IS NULL",
                places(1, ids.len())
            );
            let values: Vec<Value<'_>> = ids.iter().map(|id| Value::from(*id)).collect();
            for row in self.pool.rows(&text, &values).await? {
                let (of, at): (String, String) = (row.get("provider")?, row.get("tenant")?);
                if of == provider && at == tenant {
                    known.insert(row.get("id")?);
                }
            }
        }
        Ok(known)
    }

    /// The users with these ids that were not deleted, in no order.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn users_by_ids(&self, ids: &[&str]) -> Result<Vec<UserRecord>, StoreError> {
        let mut found = Vec::with_capacity(ids.len());
        let ids: Vec<&str> = ids.iter().copied().filter(|id| is_keepable(id)).collect();
        for ids in ids.chunks(IDS) {
            let text = format!(
                "SELECT {USER} FROM directory_user WHERE id IN ({}) AND deleted_at IS NULL",
                places(1, ids.len())
            );
            let values: Vec<Value<'_>> = ids.iter().map(|id| Value::from(*id)).collect();
            let rows = self.pool.rows(&text, &values).await?;
            found.extend(rows.iter().map(read_user).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(found)
    }

    /// The users of a provider with these logins, whatever the case, that are at home in a tenant, in no order.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn users_by_logins(
        &self,
        tenant: &str,
        provider: &str,
        logins: &[&str],
    ) -> Result<Vec<UserRecord>, StoreError> {
        let mut found = Vec::with_capacity(logins.len());
        let keys: Vec<String> =
            logins.iter().filter(|login| is_keepable(login)).map(|login| name_key(login)).collect();
        for keys in keys.chunks(IDS).filter(|_| is_keepable(provider)) {
            let text = format!(
                "SELECT {USER} FROM directory_user WHERE provider = $1 AND login_key IN ({}) AND deleted_at IS NULL",
                places(2, keys.len())
            );
            let mut values = vec![Value::from(provider)];
            values.extend(keys.iter().map(Value::from));
            let rows = self.pool.rows(&text, &values).await?;
            let users = rows.iter().map(read_user).collect::<Result<Vec<_>, _>>()?;
            found.extend(users.into_iter().filter(|user| user.tenant == tenant));
        }
        Ok(found)
    }

    /// Those of these users who belong to a group as somebody else says than whoever puts them into it by hand.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn members_by_others(
        &self,
        group: &str,
        users: &[&str],
    ) -> Result<HashSet<String>, StoreError> {
        let mut members = HashSet::new();
        let users: Vec<&str> = users.iter().copied().filter(|id| is_keepable(id)).collect();
        for users in users.chunks(IDS).filter(|_| is_keepable(group)) {
            let text = format!(
                "SELECT user_id FROM group_member WHERE group_id = $1 AND source <> '' AND user_id IN ({})",
                places(2, users.len())
            );
            let mut values = vec![Value::from(group)];
            values.extend(users.iter().map(|user| Value::from(*user)));
            for row in self.pool.rows(&text, &values).await? {
                members.insert(row.get("user_id")?);
            }
        }
        Ok(members)
    }

    /// The users of a provider that are at home in a tenant and whom the provider calls so in tokens, in no order.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn users_by_subjects(
        &self,
        tenant: &str,
        provider: &str,
        subjects: &[&str],
    ) -> Result<Vec<UserRecord>, StoreError> {
        let mut found = Vec::with_capacity(subjects.len());
        let subjects: Vec<&str> = subjects.iter().copied().filter(|subject| is_keepable(subject)).collect();
        for subjects in subjects.chunks(IDS).filter(|_| is_keepable(provider)) {
            let text = format!(
                "SELECT {USER} FROM directory_user WHERE provider = $1 AND subject IN ({}) AND deleted_at IS NULL",
                places(2, subjects.len())
            );
            let mut values = vec![Value::from(provider)];
            values.extend(subjects.iter().map(|subject| Value::from(*subject)));
            let rows = self.pool.rows(&text, &values).await?;
            let users = rows.iter().map(read_user).collect::<Result<Vec<_>, _>>()?;
            found.extend(users.into_iter().filter(|user| user.tenant == tenant));
        }
        Ok(found)
    }

    /// Which of these a provider called somebody of a tenant who was deleted, or whom it calls otherwise by now: see
    /// [`StoreReader::former_user`].
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn have_former_users<'s>(
        &self,
        tenant: &str,
        provider: &str,
        subjects: &[&'s str],
    ) -> Result<HashSet<&'s str>, StoreError> {
        let mut found = HashSet::new();
        let digests: Vec<(Vec<u8>, &str)> =
            subjects.iter().map(|subject| (former(subject), *subject)).collect();
        for digests in digests.chunks(IDS).filter(|_| is_keepable(provider)) {
            let text = format!(
                "SELECT subject_sha256, tenant FROM directory_user WHERE provider = $1 AND subject_sha256 IN ({}) \
                 AND deleted_at IS NOT NULL",
                places(2, digests.len())
            );
            let mut values = vec![Value::from(provider)];
            values.extend(digests.iter().map(|(digest, _)| Value::from(digest.as_slice())));
            let known: HashMap<&[u8], &str> =
                digests.iter().map(|(digest, subject)| (digest.as_slice(), *subject)).collect();
            for row in &self.pool.rows(&text, &values).await? {
                let (digest, of): (Vec<u8>, String) = (row.get("subject_sha256")?, row.get("tenant")?);
                found.extend(known.get(&*digest).copied().filter(|_| of == tenant));
            }
        }
        Ok(found)
    }

    /// The users of a provider with these external ids, in no order.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn users_by_external_ids(
        &self,
        provider: &str,
        ids: &[&str],
    ) -> Result<Vec<UserRecord>, StoreError> {
        let mut found = Vec::with_capacity(ids.len());
        let ids: Vec<&str> = ids.iter().copied().filter(|id| is_keepable(id)).collect();
        for ids in ids.chunks(IDS).filter(|_| is_keepable(provider)) {
            let text = format!(
                "SELECT {USER} FROM directory_user WHERE provider = $1 AND external_id IN ({}) AND deleted_at IS NULL",
                places(2, ids.len())
            );
            let mut values = vec![Value::from(provider)];
            values.extend(ids.iter().map(|id| Value::from(*id)));
            let rows = self.pool.rows(&text, &values).await?;
            found.extend(rows.iter().map(read_user).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(found)
    }
}

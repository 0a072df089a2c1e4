//! Users by many ids at once.

use std::collections::HashSet;

use crate::bounds::is_keepable;
use crate::error::StoreError;
use crate::open::StoreReader;
use crate::people::UserRecord;
use crate::people::read::{USER, read_user};
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

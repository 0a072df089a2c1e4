//! Which ids are of users.

use std::collections::HashSet;

use crate::bounds::is_keepable;
use crate::error::StoreError;
use crate::open::StoreReader;
use crate::sql::{Row, Value, places};

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
        if !is_keepable(provider) || !is_keepable(tenant) {
            return Ok(known);
        }
        let ids: Vec<&str> = ids.iter().copied().filter(|id| is_keepable(id)).collect();
        for ids in ids.chunks(IDS) {
            let text = format!(
                "SELECT id FROM directory_user WHERE provider = $1 AND tenant = $2 AND deleted_at IS NULL AND id IN ({})",
                places(3, ids.len())
            );
            let mut values = vec![Value::from(provider), tenant.into()];
            values.extend(ids.iter().map(|id| Value::from(*id)));
            let rows = self.pool.rows(&text, &values).await?;
            let read = |row: &Row| row.get::<String>("id");
            known.extend(rows.iter().map(read).collect::<Result<Vec<_>, _>>()?);
        }
        Ok(known)
    }
}

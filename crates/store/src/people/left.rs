//! Who is left, for whoever asks whether somebody may still do something.

use super::name_key;
use super::read::{USER, read_user};
use crate::error::StoreError;
use crate::open::StoreReader;
use crate::people::UserRecord;
use crate::sql::values;

impl StoreReader {
    /// An active member of a tenant's groups of this name, of this provider or Casemate's own, who is of this provider, known to
    /// it, and not `user`.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn other_member(
        &self,
        tenant: &str,
        provider: &str,
        name: &str,
        user: &str,
    ) -> Result<Option<UserRecord>, StoreError> {
        let text = format!(
            "SELECT {USER} FROM directory_user WHERE id = (SELECT u.id FROM directory_group AS g \
             JOIN group_member AS m ON m.group_id = g.id JOIN directory_user AS u ON u.id = m.user_id \
             WHERE g.tenant = $1 AND g.name = $3 AND g.name_key = $5 AND g.provider IN ($2, 'casemate') \
             AND u.tenant = $1 AND u.provider = $2 AND u.active = 1 AND u.subject IS NOT NULL AND u.id <> $4 LIMIT 1)"
        );
        let row = self.pool.row(&text, values![tenant, provider, name, user, &name_key(name)]).await?;
        Ok(row.as_ref().map(read_user).transpose()?)
    }

    /// Whether users or groups of a provider were ever brought by SCIM or pulled from LDAP, even if they were deleted since.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn was_provisioned(&self, provider: &str) -> Result<bool, StoreError> {
        for table in ["directory_user", "directory_group"] {
            let text = format!(
                "SELECT 1 AS one FROM {table} WHERE provider = $1 AND source IN ('scim', 'ldap') LIMIT 1"
            );
            if self.pool.row(&text, values![provider]).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

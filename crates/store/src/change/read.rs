//! Reading configuration, keys, blocks, sessions and events.

use std::collections::BTreeSet;

use crate::api_key::{self, KeyQuery, StoredApiKey};
use crate::block::{self, AddressBlock};
use crate::bounds::is_keepable;
use crate::decision::MAX_PAGE;
use crate::error::StoreError;
use crate::generation::{self, Position};
use crate::idempotency::{self, Remembered};
use crate::object::{self, ChangedObjects, Objects};
use crate::open::StoreReader;
use crate::secret::{self, SealedSecret};
use crate::session::{self, EndedBy, EndedSession, StoredSession};
use crate::source::{self, ForgottenSource};
use crate::version::{self, Edit, Version};

impl StoreReader {
    /// The revision of the last change, whichever process made it.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn revision(&self) -> Result<i64, StoreError> {
        let row = self.pool.row("SELECT last FROM revision", &[]).await?;
        Ok(row.ok_or(sqlx::Error::RowNotFound)?.get("last")?)
    }

    /// Where the database stands: the revision of the last change, and the course of changes that it is of.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn position(&self) -> Result<Position, StoreError> {
        generation::position(&self.pool).await
    }

    /// All objects, and the revision at which that is so.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn objects(&self) -> Result<Objects, StoreError> {
        object::all(&self.pool).await
    }

    /// The objects that were changed after a revision, and the revision at which that is so; nothing where they are so many that
    /// [`StoreReader::objects`] had better be asked.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn objects_changed_after(&self, revision: i64) -> Result<Option<ChangedObjects>, StoreError> {
        object::changed_after(&self.pool, revision).await
    }

    /// One change of configuration and what it made of each object; nothing where the revision changed none.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn version(&self, revision: i64) -> Result<Option<(Version, Vec<Edit>)>, StoreError> {
        version::one(&self.pool, revision).await
    }

    /// What would have to be made of each object to come from the revision `from` to the revision `to`, in either
    /// direction; and the revision of the last change.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn edits_between(&self, from: i64, to: i64) -> Result<(i64, Vec<Edit>), StoreError> {
        version::between(&self.pool, from, to).await
    }

    /// The API keys that were changed after a revision, revoked ones too: all of them after 0.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn api_keys_changed_after(&self, revision: i64) -> Result<Vec<StoredApiKey>, StoreError> {
        api_key::changed_after(&self.pool, revision).await
    }

    /// A page of API keys.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn api_keys(&self, query: &KeyQuery) -> Result<Vec<StoredApiKey>, StoreError> {
        api_key::page(&self.pool, query).await
    }

    /// One API key.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn api_key(&self, id: &str) -> Result<Option<StoredApiKey>, StoreError> {
        if !is_keepable(id) {
            return Ok(None);
        }
        api_key::one(&self.pool, id).await
    }

    /// The block of a network, also one that has ended.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn block_of(&self, network: &str) -> Result<Option<AddressBlock>, StoreError> {
        block::of(&self.pool, network).await
    }

    /// Whether another network can be blocked at `now` (microseconds since 1970, UTC): fewer than [`MAX_BLOCKS`] are.
    ///
    /// [`MAX_BLOCKS`]: crate::MAX_BLOCKS
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn has_room_for_blocks(&self, now: i64) -> Result<bool, StoreError> {
        block::has_room(&self.pool, now).await
    }

    /// One block of a network, also one that has ended.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn block(&self, id: &str) -> Result<Option<AddressBlock>, StoreError> {
        if !is_keepable(id) {
            return Ok(None);
        }
        block::one(&self.pool, id).await
    }

    /// One page of the blocks in force at `now` (microseconds since 1970, UTC), by id: those after the id `after`.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn blocks(&self, after: &str, now: i64, limit: u32) -> Result<Vec<AddressBlock>, StoreError> {
        if !is_keepable(after) {
            return Ok(Vec::new());
        }
        block::page(&self.pool, after, now, limit.clamp(1, MAX_PAGE)).await
    }

    /// The blocks that were changed after a revision, by revision, lifted ones too; at most [`MAX_BLOCKS`].
    ///
    /// [`MAX_BLOCKS`]: crate::MAX_BLOCKS
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn blocks_changed_after(&self, revision: i64) -> Result<Vec<AddressBlock>, StoreError> {
        block::changed_after(&self.pool, revision).await
    }

    /// The session of a browser with this digest, also one that has ended.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn session(&self, digest: &[u8; 32]) -> Result<Option<StoredSession>, StoreError> {
        session::by_digest(&self.pool, digest).await
    }

    /// The session of a browser with this public name, also one that has ended.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn session_by_id(&self, id: &str) -> Result<Option<StoredSession>, StoreError> {
        if !is_keepable(id) {
            return Ok(None);
        }
        session::by_id(&self.pool, id).await
    }

    /// Up to `limit` sessions that were ended after a revision.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn sessions_ended_after(
        &self,
        revision: i64,
        limit: u32,
    ) -> Result<Vec<EndedSession>, StoreError> {
        session::ended_after(&self.pool, revision, limit).await
    }

    /// How many sessions and temporary credentials the change with this revision ended.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn sessions_ended_by(&self, revision: i64) -> Result<EndedBy, StoreError> {
        session::ended_by(&self.pool, revision).await
    }

    /// What was forgotten after a revision that sources of permissions outside Casemate said, by revision, at most `limit`. What was
    /// told more than two hours ago may be missing.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn sources_forgotten_after(
        &self,
        revision: i64,
        limit: u32,
    ) -> Result<Vec<ForgottenSource>, StoreError> {
        source::forgotten_after(&self.pool, revision, limit).await
    }

    /// All sealed secrets of objects; those of people are read one by one.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn secrets(&self) -> Result<Vec<SealedSecret>, StoreError> {
        secret::all(&self.pool).await
    }

    /// Up to `limit` secrets that are sealed with another root key than this one.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn secrets_not_sealed_with(
        &self,
        root_key: &str,
        limit: u32,
    ) -> Result<Vec<SealedSecret>, StoreError> {
        secret::not_sealed_with(&self.pool, root_key, limit).await
    }

    /// The ids of the root keys that secrets are sealed with.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn root_keys_in_use(&self) -> Result<BTreeSet<String>, StoreError> {
        secret::root_keys(&self.pool).await
    }

    /// The answer that is remembered at `now` for a caller's idempotency key.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn remembered(
        &self,
        caller: &str,
        key: &str,
        now: i64,
    ) -> Result<Option<Remembered>, StoreError> {
        if !is_keepable(caller) || !is_keepable(key) {
            return Ok(None);
        }
        idempotency::find(&self.pool, caller, key, now).await
    }
}

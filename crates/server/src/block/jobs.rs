//! Following what other processes block and lift.

use std::sync::Arc;
use std::time::Duration;

use casemate_directory::Directory;
use casemate_platform::clock;
use casemate_store::{Store, StoreError};

use super::service::Blocks;

/// How often other processes' blocks are looked for.
const EVERY: Duration = Duration::from_millis(500);

/// Writes down where API keys were accepted, and keeps the blocks in step with the store: with this process' changes at once, with others' within half a second. Never
/// ends by itself.
pub async fn follow_blocks(blocks: Blocks, directory: Arc<Directory>, store: Arc<Store>) {
    let mut revisions = store.revisions();
    let mut followed = Followed::default();
    loop {
        if let Err(error) = followed.go_on(&blocks, &store).await {
            tracing::error!(%error, "which networks are blocked cannot be read: what was known is enforced");
        }
        if let Err(error) = directory.flush_key_networks(&store).await {
            tracing::warn!(%error, "where API keys were accepted is not written down");
        }
        // A sender that is gone says no more, and looking every now and then goes on.
        if matches!(tokio::time::timeout(EVERY, revisions.changed()).await, Ok(Err(_))) {
            tokio::time::sleep(EVERY).await;
        }
    }
}

/// How far the store was followed.
#[derive(Debug, Default)]
struct Followed {
    generation: i64,
    /// The last change of anything.
    looked_at: i64,
    /// The last change of a block.
    known: i64,
}

impl Followed {
    async fn go_on(&mut self, blocks: &Blocks, store: &Store) -> Result<(), StoreError> {
        let position = store.reader().position().await?;
        if position.generation != self.generation {
            blocks.forget();
            *self = Followed { generation: position.generation, looked_at: -1, known: 0 };
        }
        if position.revision != self.looked_at {
            self.known = blocks.follow(store.reader(), self.known, clock::now()).await?;
            self.looked_at = position.revision;
        }
        Ok(())
    }
}

//! Networks from which people signed in before: an account's lock does not hold there.

use crate::bounds::is_keepable;
use crate::error::StoreError;
use crate::open::StoreReader;
use crate::sql::{Database, values};

/// The most networks of one person that are remembered; the one that was used longest ago goes first.
pub const MAX_KNOWN_NETWORKS: i64 = 20;

/// How long a network is remembered after the last sign-in, in microseconds: 90 days.
pub const KNOWN_FOR: i64 = 90 * 24 * 3_600 * 1_000_000;

impl StoreReader {
    /// Whether somebody signed in from a network before, as is known at `now` (microseconds since 1970, UTC).
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn knows_network(&self, user: &str, network: &str, now: i64) -> Result<bool, StoreError> {
        if !is_keepable(user) || !is_keepable(network) {
            return Ok(false);
        }
        let text = "SELECT user_id FROM known_network WHERE user_id = $1 AND network = $2 AND last_seen > $3";
        let since = now.saturating_sub(KNOWN_FOR);
        Ok(self.pool.row(text, values![user, network, since]).await?.is_some())
    }
}

pub(super) async fn know(
    database: &mut impl Database,
    user: &str,
    network: &str,
    at: i64,
) -> Result<(), sqlx::Error> {
    let text = "INSERT INTO known_network (user_id, network, last_seen) VALUES ($1, $2, $3) \
                ON CONFLICT (user_id, network) DO UPDATE SET last_seen = CASE \
                WHEN known_network.last_seen < excluded.last_seen THEN excluded.last_seen \
                ELSE known_network.last_seen END";
    database.execute(text, values![user, network, at]).await?;
    let text = format!(
        "DELETE FROM known_network WHERE user_id = $1 AND (last_seen <= $2 OR network NOT IN \
         (SELECT network FROM known_network WHERE user_id = $1 ORDER BY last_seen DESC, network \
         LIMIT {MAX_KNOWN_NETWORKS}))"
    );
    database.execute(&text, values![user, at.saturating_sub(KNOWN_FOR)]).await?;
    Ok(())
}

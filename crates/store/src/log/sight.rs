//! One state of the log after another: what is in the database is read in one transaction, which is not held while the archive is asked. An
//! archive that hangs then takes nobody's connection.

use super::state::{self, Open};
use crate::sql::{Pool, Reading};

/// The log as it is read.
pub(super) struct Sight<'p> {
    pool: &'p Pool,
    state: Option<(Reading, Open)>,
}

impl<'p> Sight<'p> {
    pub(super) fn new(pool: &'p Pool) -> Sight<'p> {
        Sight { pool, state: None }
    }

    /// The transaction, and how far the log is in it. After [`Sight::leave`] it is a later one, in which the log may be longer, and blocks
    /// may have been sealed, erased, archived or given up.
    pub(super) async fn look(&mut self) -> Result<(&mut Reading, &Open), sqlx::Error> {
        let state = match self.state.take() {
            Some(state) => state,
            None => {
                let mut reading = self.pool.read().await?;
                let open = state::read(&mut reading).await?;
                (reading, open)
            }
        };
        let (reading, open) = self.state.insert(state);
        Ok((reading, open))
    }

    /// Gives the connection back.
    pub(super) async fn leave(&mut self) -> Result<(), sqlx::Error> {
        match self.state.take() {
            Some((reading, _)) => reading.end().await,
            None => Ok(()),
        }
    }
}

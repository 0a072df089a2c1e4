//! Whether a password is enough.

use casemate_store::{StoreError, UserRecord};

use crate::App;

/// Whether whoever showed somebody's password has to show a second factor too.
///
/// # Errors
/// Where the database cannot be read.
pub(super) async fn required(app: &App, user: &UserRecord) -> Result<bool, StoreError> {
    Ok(!app.store.reader().second_factors(&user.id).await?.is_empty())
}

//! Whose a token is that somebody shows on another's behalf.

use std::sync::Arc;

use casemate_directory::{Known, Snapshot};
use casemate_identity::Identity;
use casemate_platform::{Code, verify};

pub(crate) use super::changes::Place as StreamPlace;
use crate::App;
use crate::guard::admitted_by_id;

/// Whoever a token is of.
pub(crate) struct Presented {
    /// What the token says of them.
    pub(crate) identity: Arc<Identity>,
    /// The opaque id of the user whom the directory knows by it.
    pub(crate) user: Option<Arc<str>>,
    /// They, with what they hold in the tenant that was asked in.
    pub(crate) known: Arc<Known>,
    /// Until when what sources outside Casemate say of them is relied on, in microseconds since 1970 (UTC).
    pub(crate) of_word: Option<i64>,
}

/// Finds out whose a token is, and what they hold in a tenant, at `now`. It is judged exactly as if its owner had sent it in the
/// header `Authorization` from nobody knows where.
///
/// # Errors
/// [`Code::CredentialRejected`], [`Code::UserInactive`], or [`Code::Unavailable`] where that cannot be found out at the moment.
pub(crate) async fn presented(
    app: &App,
    snapshot: &Snapshot,
    token: &str,
    tenant: &Arc<str>,
    now: i64,
) -> Result<Presented, Code> {
    let identity = verify(snapshot.chain(), token, now).await?;
    let user = admitted_by_id(app, &identity).await?;
    let (user, person) = user.unzip();
    let (known, of_word) = snapshot.known_in_at(&identity, person.as_ref(), tenant, now).await;
    Ok(Presented { identity, user, known, of_word })
}

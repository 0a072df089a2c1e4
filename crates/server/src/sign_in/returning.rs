//! Somebody who came back from their provider, with a code.

use casemate_identity::Timestamp;
use casemate_identity::sign_in::{Attempt, BrowserKey, Callback, SignInClient, SignInError, SignedIn};
use casemate_platform::{Client, Problem, stand_in};

use crate::App;
use crate::block::service::place_for;

/// Somebody who came back from a provider, in the browser that began.
pub(crate) struct Returned<'a> {
    pub(crate) attempt: &'a Attempt,
    pub(crate) key: &'a BrowserKey,
    pub(crate) answer: Callback<'a>,
    pub(crate) redirect_uri: &'a str,
    pub(crate) from: Option<Client>,
}

/// Who it is that came back: the provider is asked once there is room for the code to be wrong, so that of whatever is sent at once no
/// more codes are looked at than may be wrong.
///
/// # Errors
/// The refusal where nothing is looked at.
pub(crate) async fn exchanged(
    app: &App,
    client: &SignInClient,
    returned: &Returned<'_>,
    now: i64,
) -> Result<Result<SignedIn, SignInError>, Problem> {
    let Returned { attempt, key, answer, redirect_uri, from } = returned;
    let finish = client.finish(*answer, attempt, key, redirect_uri, Timestamp(now));
    // What says no code has none to look at.
    let Some(code) = answer.code.filter(|_| answer.error.is_none()) else { return Ok(finish.await) };
    let place = place_for(app, *from, stand_in(code.as_bytes())).await?;
    let finished = finish.await;
    match finished {
        Err(SignInError::Code(_)) => place.wrong(app).await,
        _ => place.give_back(app).await,
    }
    Ok(finished)
}

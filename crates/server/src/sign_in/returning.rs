//! Somebody who came back from their provider, with a code.

use std::sync::Arc;

use casemate_identity::Timestamp;
use casemate_identity::sign_in::{Attempt, BrowserKey, Callback, SignInClient, SignInError, SignedIn};
use casemate_platform::{Client, Code, Problem, stand_in};

use super::finishing::Place as FinishingPlace;
use crate::App;
use crate::block::service::place_for;

/// Somebody who came back from a provider, in the browser that began.
pub(crate) struct Returned<'a> {
    pub(crate) attempt: &'a Attempt,
    pub(crate) key: &'a BrowserKey,
    pub(crate) answer: Callback<'a>,
    pub(crate) redirect_uri: &'a str,
    pub(crate) from: Option<Client>,
    /// Its place among those of its network that are finished at once, which it keeps until the provider has answered.
    pub(crate) place: Option<Arc<FinishingPlace>>,
}

/// Who it is that came back: the provider is asked once there is room for the code to be wrong, so that of whatever is sent at once no
/// more codes are looked at than may be wrong. It goes on to its end whoever goes away meanwhile: a place for which nobody says how the
/// code was is one that others of the network do not have.
///
/// # Errors
/// The refusal where nothing is looked at.
pub(crate) async fn exchanged(
    app: &App,
    client: &Arc<SignInClient>,
    returned: &Returned<'_>,
    now: i64,
) -> Result<Result<SignedIn, SignInError>, Problem> {
    let Returned { attempt, key, answer, redirect_uri, from, .. } = *returned;
    // What says no code has none to look at.
    let Some(code) = answer.code.filter(|_| answer.error.is_none()) else {
        return Ok(client.finish(answer, attempt, key, redirect_uri, Timestamp(now)).await);
    };
    let (app, client, attempt, key) = (app.clone(), Arc::clone(client), attempt.clone(), key.clone());
    let (code, issuer) = (code.to_owned(), answer.issuer.map(str::to_owned));
    let (redirect_uri, kept) = (redirect_uri.to_owned(), returned.place.clone());
    let running = tokio::spawn(async move {
        let place = place_for(&app, from, stand_in(code.as_bytes())).await?;
        let answer = Callback { code: Some(&code), error: None, issuer: issuer.as_deref() };
        let finished = client.finish(answer, &attempt, &key, &redirect_uri, Timestamp(now)).await;
        match finished {
            Err(SignInError::Code(_)) => place.wrong(&app).await,
            _ => place.give_back(&app).await,
        }
        drop(kept);
        Ok(finished)
    });
    running.await.map_err(|error| {
        tracing::error!(%error, "a code could not be looked at");
        Problem::new(Code::Unavailable)
    })?
}

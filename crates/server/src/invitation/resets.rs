//! Making links for those who forgot their passwords, apart from the requests that ask for them: what is answered, and how fast,
//! says nothing about who has an account.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use casemate_directory::OWN_PROVIDER;
use casemate_platform::mail::Mail;
use casemate_store::{
    AccountChange, Actor, CommitError, LINKS_WITHIN, LinkPurpose, Operation, PasswordLink, StoreError,
    UserRecord,
};
use serde_json::json;
use tokio::sync::Notify;

use super::letter::{About, letter};
use super::link::{Token, href};
use super::may_have_password;
use crate::App;
use crate::sign_in::service::{Asked, change};

/// The most requests that wait.
const MAX_WAITING: usize = 128;
/// How long a link works that somebody asked for, in microseconds: an hour, within which no more than a few are made. Whoever asks for
/// somebody else leaves them with links that work.
const LASTS: i64 = LINKS_WITHIN;
/// The most accounts that one request is taken to mean, over all tenants.
const MAX_MEANT: u32 = 16;

/// Requests that wait. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Resets(Arc<Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    queue: Mutex<VecDeque<Wanted>>,
    some: Notify,
}

/// Somebody who forgot a password.
struct Wanted {
    /// Their login or e-mail address, as somebody wrote it.
    who: String,
    asked: Asked,
}

impl std::fmt::Debug for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wanted").finish_non_exhaustive()
    }
}

impl Resets {
    /// Keeps a request; where too many wait, none does of the new ones.
    pub(super) fn want(&self, who: String, asked: Asked) {
        let mut queue = self.0.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.len() >= MAX_WAITING {
            tracing::warn!("too many ask for new passwords at once: a request is passed over");
            return;
        }
        queue.push_back(Wanted { who, asked });
        drop(queue);
        self.0.some.notify_one();
    }

    async fn next(&self) -> Wanted {
        loop {
            let next = self.0.queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            match next {
                Some(wanted) => return wanted,
                None => self.0.some.notified().await,
            }
        }
    }
}

/// Sends links to those who ask for them. Goes on until it is dropped.
pub async fn send_resets(app: App) {
    loop {
        let wanted = app.resets.next().await;
        let Some(mail) = &app.mail else { continue };
        if let Err(error) = send(&app, mail, &wanted).await {
            tracing::error!(%error, "a link for a forgotten password could not be made");
        }
    }
}

#[derive(Debug, thiserror::Error)]
enum NotSent {
    #[error(transparent)]
    Read(#[from] StoreError),
    #[error(transparent)]
    Commit(#[from] CommitError),
    #[error("the letter could not be written: {0}")]
    Letter(#[from] askama::Error),
    #[error("there is no randomness")]
    Random,
}

/// A letter to everybody who may be meant: whoever makes users in one tenant keeps nobody in another from theirs.
async fn send(app: &App, mail: &Mail, wanted: &Wanted) -> Result<(), NotSent> {
    let reader = app.store.reader();
    // Whoever was never let in forgot no password: that takes an invitation.
    for id in reader.accounts_meant(OWN_PROVIDER, &wanted.who, MAX_MEANT).await? {
        let Some(user) = reader.user(&id).await? else { continue };
        if may_have_password(app, &user).await? {
            send_to(app, mail, &wanted.asked, &user).await?;
        }
    }
    Ok(())
}

async fn send_to(app: &App, mail: &Mail, asked: &Asked, user: &UserRecord) -> Result<(), NotSent> {
    let token = Token::random().ok_or(NotSent::Random)?;
    let (now, until) = (asked.now, asked.now.saturating_add(LASTS));
    let url = &app.settings.public_url;
    let Some(letter) = letter(About::Reset, url, user, &href(url, &token), until)? else { return Ok(()) };
    let link = PasswordLink {
        digest: token.digest(),
        user: user.id.clone(),
        purpose: LinkPurpose::Reset,
        maker: None,
        email: user.email.clone(),
        created_at: now,
        expires_at: until,
    };
    let actor = Actor { provider: user.provider.clone(), kind: "anonymous".to_owned(), ..Actor::default() };
    let mut event = asked.event(actor, "casemate.user.reset", "reset", &user.id);
    event.tenant.clone_from(&user.tenant);
    event.resource_type = "user".to_owned();
    event.after = Some(json!({ "expires_at": until }).to_string());
    let made = vec![Operation::Account(AccountChange::PutLink(link))];
    match change(app, asked, made, event).await {
        Ok(()) => {}
        // Enough letters for an hour.
        Err(CommitError::UsedUp { .. }) => return Ok(()),
        Err(error) => return Err(error.into()),
    }
    if let Err(error) = mail.post(letter) {
        tracing::error!(%error, "a letter about a forgotten password is not sent");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use casemate_platform::RequestId;

    use super::*;

    #[tokio::test]
    async fn a_flood_of_requests_is_passed_over_and_those_before_it_are_not() {
        let resets = Resets::default();
        for number in 0..1_000 {
            let asked = Asked::new(RequestId::random(), "/", None, &HeaderMap::new(), number);
            resets.want(number.to_string(), asked);
        }
        for number in 0..MAX_WAITING {
            assert_eq!(resets.next().await.who, number.to_string());
        }
        assert!(resets.0.queue.lock().unwrap().is_empty());
    }
}

//! Letters that wait to be sent, and who sends them.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use lettre::AsyncTransport as _;
use lettre::transport::smtp::Error as SmtpError;
use thiserror::Error;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::{Letter, MailError, MailSettings, Sender, Transport, transport};
use crate::clock;

/// The most letters that wait or are being sent.
const MAX_WAITING: usize = 256;
/// The most connections to the server at once.
const AT_ONCE: usize = 4;

/// Where letters are posted. Cheap to clone.
#[derive(Clone)]
pub struct Mail {
    letters: mpsc::Sender<Waiting>,
    room: Arc<Semaphore>,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("waiting", &self.waiting()).finish_non_exhaustive()
    }
}

/// Why a letter is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NotPosted {
    /// As many wait as may: the server is away, or somebody causes a flood of letters.
    #[error(
        "{MAX_WAITING} letters wait for the mail server: look whether it can be reached, and try again later"
    )]
    Full,
    /// It is too long, or its subject is more than a line.
    #[error("the letter is too long, or its subject has more than one line")]
    Form,
    /// The server is stopping.
    #[error("no letters are sent any more: the server is stopping")]
    Closed,
}

struct Waiting {
    letter: Letter,
    place: OwnedSemaphorePermit,
}

/// Who sends the letters: a job that goes on until it is dropped.
pub struct Postman {
    letters: mpsc::Receiver<Waiting>,
    sending: Arc<Sending>,
}

impl fmt::Debug for Postman {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postman").finish_non_exhaustive()
    }
}

struct Sending {
    transport: Transport,
    from: Sender,
    try_time: Duration,
    waits: Vec<Duration>,
    at_once: Semaphore,
}

impl Mail {
    /// An empty letter box, and who empties it. Nothing is connected to yet.
    ///
    /// # Errors
    /// Where the settings would send letters in the clear over a network, or TLS cannot be set up.
    pub fn new(settings: &MailSettings) -> Result<(Mail, Postman), MailError> {
        let (sender, letters) = mpsc::channel(MAX_WAITING);
        let sending = Sending {
            transport: transport(settings)?,
            from: settings.from.clone(),
            try_time: settings.try_time,
            waits: settings.waits.clone(),
            at_once: Semaphore::new(AT_ONCE),
        };
        let mail = Mail { letters: sender, room: Arc::new(Semaphore::new(MAX_WAITING)) };
        Ok((mail, Postman { letters, sending: Arc::new(sending) }))
    }

    /// How many letters wait or are being sent.
    #[must_use]
    pub fn waiting(&self) -> usize {
        MAX_WAITING.saturating_sub(self.room.available_permits())
    }

    /// Posts a letter. It waits for nothing: whether a letter is posted takes as long as whether none is.
    ///
    /// # Errors
    /// Where there is no room, or the letter is not one that is sent.
    pub fn post(&self, letter: Letter) -> Result<(), NotPosted> {
        if !letter.is_bounded() {
            return Err(NotPosted::Form);
        }
        let place = Arc::clone(&self.room).try_acquire_owned().map_err(|_| NotPosted::Full)?;
        self.letters.try_send(Waiting { letter, place }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => NotPosted::Full,
            mpsc::error::TrySendError::Closed(_) => NotPosted::Closed,
        })
    }
}

impl Postman {
    /// Sends what is posted. A letter that has to wait for its next try keeps no other from being sent.
    pub async fn deliver(mut self) {
        // Ends with this future, and every letter with it.
        let mut under_way = JoinSet::new();
        loop {
            tokio::select! {
                letter = self.letters.recv() => match letter {
                    Some(Waiting { letter, place }) => {
                        let sending = Arc::clone(&self.sending);
                        under_way.spawn(async move {
                            sending.deliver(&letter).await;
                            drop(place);
                        });
                    }
                    None => break,
                },
                Some(_) = under_way.join_next() => {}
            }
        }
        while under_way.join_next().await.is_some() {}
    }
}

/// How a try went wrong. The server's own words may name people, and are not kept.
enum Failure {
    /// It will not go better next time.
    Final(String),
    /// It may.
    Passing(String),
}

impl Sending {
    async fn deliver(&self, letter: &Letter) {
        let mut tries = 0_usize;
        loop {
            let failure = match self.send(letter).await {
                Ok(()) => return,
                Err(failure) => failure,
            };
            let wait = self.waits.get(tries).copied();
            tries += 1;
            match (failure, wait) {
                (Failure::Passing(reason), Some(wait)) => {
                    tracing::warn!(%reason, tries, "a letter was not taken by the mail server; it is tried again");
                    sleep(wait).await;
                }
                (Failure::Passing(reason) | Failure::Final(reason), _) => {
                    tracing::error!(%reason, tries, "a letter could not be sent, and is given up");
                    return;
                }
            }
        }
    }

    async fn send(&self, letter: &Letter) -> Result<(), Failure> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|_| Failure::Passing("there is no randomness".to_owned()))?;
        let message = letter
            .message(&self.from, clock::now(), u128::from_be_bytes(id))
            .map_err(|_| Failure::Final("no message can be made of it".to_owned()))?;
        let Ok(_turn) = self.at_once.acquire().await else { return Ok(()) };
        match timeout(self.try_time, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(failure(&error)),
            Err(_) => Err(Failure::Passing("the server took too long".to_owned())),
        }
    }
}

fn failure(error: &SmtpError) -> Failure {
    let code = error.status().map(|code| code.to_string());
    if let Some(code) = code {
        let reason = format!("the server answered {code}");
        return if error.is_permanent() { Failure::Final(reason) } else { Failure::Passing(reason) };
    }
    if error.is_client() {
        return Failure::Final(
            "the server offers no way to sign in or to take such a letter, or no STARTTLS".to_owned(),
        );
    }
    Failure::Passing(match error.is_tls() {
        true => "TLS could not be begun, or the certificate is not accepted".to_owned(),
        false => "the server cannot be reached, or broke off".to_owned(),
    })
}

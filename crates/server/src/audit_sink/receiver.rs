//! What takes messages.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use casemate_directory::Directory;
use casemate_directory::model::AuditSinkDocument;
use casemate_identity::BoxFuture;
use casemate_identity::provider::SecretReference;
use casemate_platform::outgoing::Outgoing;
use secrecy::SecretString;
use serde_json::Value;

use super::file::{FileReceiver, Folder};
use super::message::Message;
#[cfg(feature = "nats")]
use super::nats::NatsReceiver;
use super::syslog::SyslogReceiver;
use super::webhook::WebhookReceiver;
use crate::App;

/// Why a message was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum SinkError {
    /// The next message is longer than the receiver takes.
    #[error("the event is longer than the receiver takes")]
    TooLarge,
    /// The receiver says that the next message is not as it should be.
    #[error("{0}")]
    Refused(String),
    /// It cannot be sent at the moment.
    #[error("{0}")]
    Failed(String),
}

/// Takes messages in order.
pub(super) trait Receiver: Send {
    /// The longest text of a message that it takes, in bytes.
    fn longest(&self) -> usize;

    /// Has messages taken, in their order, and raises `taken` whenever some of them are: those need not be sent again. It may be
    /// dropped before it ends, and may end well before all of them are taken.
    fn deliver<'a>(
        &'a mut self,
        messages: &'a [Message],
        taken: &'a AtomicUsize,
    ) -> BoxFuture<'a, Result<(), SinkError>>;

    /// Readies it for the next attempt after one that failed. Whether it is gone on with; otherwise it is made anew, and what it
    /// remembers of receivers that were slow, or of what may not have arrived, is lost.
    fn goes_on(&mut self) -> bool {
        false
    }

    /// Tries whether it takes messages.
    fn test<'a>(&'a mut self, message: &'a Message) -> BoxFuture<'a, Result<(), SinkError>> {
        Box::pin(async move {
            let taken = AtomicUsize::new(0);
            self.deliver(std::slice::from_ref(message), &taken).await
        })
    }
}

/// A secret that a sink's document refers to, read when it is needed.
#[derive(Clone)]
pub(super) struct Secret {
    directory: Arc<Directory>,
    sink: Arc<str>,
    field: &'static str,
    reference: Option<SecretReference>,
}

#[cfg(test)]
impl Secret {
    /// One that stands in a file.
    pub(super) fn of_file(path: &Path) -> Secret {
        let fetch = Arc::new(Outgoing::new(Default::default()).unwrap());
        let directory = Directory::new(casemate_directory::Policy::empty(), Vec::new(), fetch).unwrap();
        let reference = serde_json::json!({ "file": path });
        Secret {
            directory: Arc::new(directory),
            sink: "siem".into(),
            field: "webhook/signing_secret",
            reference: Some(serde_json::from_value(reference).unwrap()),
        }
    }
}

impl Secret {
    /// The secret, or why it is not to be had.
    pub(super) fn read(&self) -> Result<SecretString, SinkError> {
        let said =
            |reason: String| SinkError::Failed(format!("its `{}` cannot be read: {reason}", self.field));
        let reference = self.reference.as_ref().ok_or_else(|| said("it is no reference".to_owned()))?;
        self.directory.audit_sink_secret(&self.sink, self.field, reference).map_err(said)
    }
}

/// Makes receivers.
pub(super) trait Receivers: Send + Sync {
    /// The receiver that a sink's document names.
    fn receiver(
        &self,
        document: &AuditSinkDocument,
        origin: &Arc<str>,
    ) -> Result<Box<dyn Receiver>, SinkError>;
}

/// What receivers are made with.
#[derive(Clone)]
pub(super) struct Means {
    pub(super) directory: Arc<Directory>,
    pub(super) outgoing: Arc<Outgoing>,
    pub(super) folder: Option<Arc<Path>>,
}

impl Means {
    /// Those of a process that calls others.
    pub(super) fn of(app: &App) -> Option<Means> {
        let folder = app.audit_sinks.folder();
        Some(Means { directory: Arc::clone(&app.directory), outgoing: app.outgoing.clone()?, folder })
    }
}

impl Receivers for Means {
    fn receiver(
        &self,
        document: &AuditSinkDocument,
        origin: &Arc<str>,
    ) -> Result<Box<dyn Receiver>, SinkError> {
        let sink: Arc<str> = document.name.as_str().into();
        let secret = |field: &'static str, value: &Value| Secret {
            directory: Arc::clone(&self.directory),
            sink: Arc::clone(&sink),
            field,
            reference: serde_json::from_value(value.clone()).ok(),
        };
        let outgoing = || Arc::clone(&self.outgoing);
        if let Some(syslog) = &document.syslog {
            let key = syslog.client_key.as_ref().map(|key| secret("syslog/client_key", key));
            return Ok(Box::new(SyslogReceiver::new(syslog, key, outgoing(), origin)));
        }
        if let Some(webhook) = &document.webhook {
            let signing = secret("webhook/signing_secret", &webhook.signing_secret);
            return Ok(Box::new(WebhookReceiver::new(webhook, signing, outgoing(), origin)?));
        }
        if let Some(file) = &document.file {
            let folder = self.folder.as_deref().ok_or_else(|| {
                SinkError::Failed("the setting `sinks.folder` names no folder for files".to_owned())
            })?;
            return Ok(Box::new(FileReceiver::new(Folder::new(folder), file)));
        }
        let Some(nats) = &document.nats else {
            return Err(SinkError::Failed("its document names nothing to send to".to_owned()));
        };
        #[cfg(feature = "nats")]
        {
            let password = nats.password.as_ref().map(|password| secret("nats/password", password));
            let token = nats.token.as_ref().map(|token| secret("nats/token", token));
            Ok(Box::new(NatsReceiver::new(nats, password, token, outgoing())?))
        }
        #[cfg(not(feature = "nats"))]
        {
            Err(SinkError::Failed(format!(
                "this program was built without NATS and cannot reach {}",
                nats.url
            )))
        }
    }
}

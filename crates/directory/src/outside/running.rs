//! The sources of a policy that are asked, as they run: what they answered stays while what is configured of them does.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use casemate_identity::provider::{SecretReference, SecretSource as _};
use casemate_identity::remote::Fetch;
use casemate_identity::{ExposeSecret as _, hook};
use secrecy::SecretString;
use tokio::sync::watch;

use super::endpoint::{Asked, Endpoint};
use super::file::Table;
use super::files::Files;
use super::kept::{Found, Fresh};
use super::question::AskedAbout;
use super::shares::AskedBy;
use crate::model::SourceDocument;
use crate::policy::{Source, SourceFrom};
use crate::secrets::{Secrets, place_of_source};
use crate::subject::Subject;

/// A source that is asked.
#[derive(Debug, Clone)]
pub(crate) enum Running {
    /// An endpoint.
    Endpoint(Arc<Asked>),
    /// A file.
    File(Arc<FileSource>),
}

/// A file that is read.
#[derive(Debug)]
pub(crate) struct FileSource {
    file: Box<str>,
    source: Source,
    files: Arc<Files>,
}

/// What a source says, at once or as soon as it answers.
pub(crate) enum Waiting {
    Known(Found),
    Told(watch::Receiver<Option<Found>>),
}

impl Waiting {
    /// What it says.
    pub(crate) async fn found(self) -> Found {
        match self {
            Waiting::Known(found) => found,
            Waiting::Told(mut told) => match told.wait_for(Option::is_some).await {
                Ok(found) => found.clone().unwrap_or_else(|| Err(STOPPED.into())),
                Err(_) => Err(STOPPED.into()),
            },
        }
    }
}

const STOPPED: &str = "the question was broken off";

impl Fresh {
    /// What is said, and until when that is relied on, in microseconds since 1970 (UTC).
    pub(crate) fn into_parts(self) -> (Arc<str>, i64) {
        (self.permissions, self.until)
    }
}

impl Running {
    /// Begins to find out for whoever asks what somebody holds at `now` (microseconds since 1970, UTC). Within a tokio runtime.
    pub(crate) fn ask(&self, subject: &Subject, by: AskedBy, now: i64) -> Waiting {
        match self {
            Running::Endpoint(asked) => asked.ask(subject, by, now),
            Running::File(of) => {
                let FileSource { file, source, files } = &**of;
                let found = files.table(file).and_then(|(table, rest): (Arc<Table>, Duration)| {
                    let held = table.held(subject, &source.ceiling);
                    let permissions = held.map_err(|error| Arc::<str>::from(error.to_string()))?;
                    let rest = i64::try_from(rest.as_micros()).unwrap_or(0);
                    Ok(Fresh { permissions, until: now.saturating_add(rest) })
                });
                Waiting::Known(found)
            }
        }
    }

    /// Forgets what was answered: about whoever in a tenant has this type and id, or about everybody.
    pub(crate) fn forget(&self, whom: Option<(&str, &str, &str)>) {
        let Running::Endpoint(asked) = self else { return };
        asked.forget(|of: &AskedAbout| {
            whom.is_none_or(|(tenant, kind, id)| {
                *of.tenant == *tenant && *of.kind == *kind && of.id.as_deref().is_none_or(|known| known == id)
            })
        });
    }
}

/// By name, with how each is configured.
type ByName = HashMap<Arc<str>, (Arc<SourceDocument>, Running)>;

/// The sources that are asked.
pub(crate) struct Sources {
    fetch: Arc<dyn Fetch>,
    files: Arc<Files>,
    running: Mutex<ByName>,
}

impl Sources {
    pub(crate) fn new(fetch: Arc<dyn Fetch>, folder: Option<PathBuf>) -> Sources {
        Sources { fetch, files: Files::new(folder), running: Mutex::default() }
    }

    /// The running ones of a policy, by their places. Those that are configured as before run on.
    pub(crate) fn of(&self, sources: &[Source], secrets: &Secrets) -> Vec<Option<Running>> {
        let mut before = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        let mut now = HashMap::new();
        let mut watched = Vec::new();
        let all = sources
            .iter()
            .map(|source| {
                let earlier = before.get(&source.name).filter(|(document, _)| **document == *source.document);
                let earlier = earlier.map(|(_, running)| running.clone());
                let running = match &source.from {
                    SourceFrom::Claim(_) => return None,
                    SourceFrom::Http(endpoint) => self.endpoint(source, endpoint, earlier, secrets),
                    SourceFrom::File(file) => {
                        watched.push(file.clone());
                        let (file, files) = (file.clone(), Arc::clone(&self.files));
                        Running::File(Arc::new(FileSource { file, source: source.clone(), files }))
                    }
                };
                now.insert(Arc::clone(&source.name), (Arc::clone(&source.document), running.clone()));
                Some(running)
            })
            .collect();
        *before = now;
        drop(before);
        self.files.watch(watched);
        all
    }

    fn endpoint(
        &self,
        source: &Source,
        endpoint: &Arc<Endpoint>,
        earlier: Option<Running>,
        secrets: &Secrets,
    ) -> Running {
        let secret = secret(&source.name, &endpoint.secret, secrets);
        if let Some(Running::Endpoint(asked)) = earlier
            && asked.requests.are_with(&secret)
        {
            return Running::Endpoint(asked);
        }
        if let Err(problem) = &secret {
            tracing::error!(source = &*source.name, problem, "a source of permissions cannot be asked");
        }
        let (name, ceiling, fetch) =
            (Arc::clone(&source.name), source.ceiling.clone(), Arc::clone(&self.fetch));
        Running::Endpoint(Arc::new(Asked::new(name, Arc::clone(endpoint), ceiling, secret, fetch)))
    }

    /// The running source of this name.
    pub(crate) fn named(&self, name: &str) -> Option<Running> {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.get(name).map(|(_, running)| running.clone())
    }

    /// Forgets whatever was answered by any.
    pub(crate) fn forget_all(&self) {
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.values().for_each(|(_, running)| running.forget(None));
    }

    /// What is wrong with files that sources name, each with its place.
    pub(crate) fn file_mistakes(&self) -> Vec<String> {
        self.files.mistakes()
    }
}

/// What requests to the endpoint of a source are signed with.
///
/// # Errors
/// Why there is none.
pub(crate) fn secret(
    source: &str,
    reference: &SecretReference,
    secrets: &Secrets,
) -> Result<SecretString, String> {
    let place = place_of_source(source);
    let said = |problem: String| format!("its `signing_secret` cannot be read from {reference}: {problem}");
    let secret = secrets.resolve(&place, "http/signing_secret", reference).map_err(said)?;
    if secret.expose_secret().len() < hook::MIN_SECRET_BYTES {
        return Err(said(format!("it is shorter than {} bytes", hook::MIN_SECRET_BYTES)));
    }
    Ok(secret)
}

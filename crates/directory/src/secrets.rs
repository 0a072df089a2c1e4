//! Secrets that providers, sources of permissions and sinks of the audit log refer to: in the environment, in files, or sealed in the store.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use casemate_identity::provider::{SecretReference, SecretSource};
use casemate_store::{SealedSecret, Sealer};
use secrecy::{ExposeSecret, SecretString};

use crate::kind::Kind;
use crate::objects::ObjectSet;

/// The longest secret in a file, in bytes.
const MAX_FILE: u64 = 65_536;

/// The kinds of objects that have secrets.
pub(crate) const SECRET_KINDS: [Kind; 4] =
    [Kind::Provider, Kind::Source, Kind::AuditSink, Kind::AlertReceiver];

/// Where secrets are read.
#[derive(Default)]
pub(crate) struct Secrets {
    sealer: Option<Arc<Sealer>>,
    /// What was sealed, opened, by provider, [place of a source](place_of_source) or [of a sink](place_of_sink), and field.
    opened: ArcSwap<HashMap<(String, String), Result<SecretString, String>>>,
}

impl Secrets {
    pub(crate) fn new(sealer: Option<Arc<Sealer>>) -> Secrets {
        Secrets { sealer, opened: ArcSwap::default() }
    }

    pub(crate) fn sealer(&self) -> Option<&Arc<Sealer>> {
        self.sealer.as_ref()
    }

    /// Opens what is sealed for the providers, sources and sinks among the objects. Answers whether anything is another than before.
    pub(crate) fn take(&self, sealed: &[SealedSecret], objects: &ObjectSet) -> bool {
        let opened: HashMap<_, _> = sealed
            .iter()
            .filter_map(|secret| {
                let kind = SECRET_KINDS.into_iter().find(|kind| secret.kind == kind.as_str())?;
                let name = objects.by_id(kind, &secret.id)?.name.as_str();
                let place = match kind {
                    Kind::Source => place_of_source(name),
                    Kind::AuditSink => place_of_sink(name),
                    Kind::AlertReceiver => place_of_receiver(name),
                    _ => name.to_owned(),
                };
                let open = |sealer: &Arc<Sealer>| sealer.open(secret).map_err(|error| error.to_string());
                let unsealed =
                    self.sealer.as_ref().map_or_else(|| Err("there is no root key".to_owned()), open);
                Some(((place, secret.field.clone()), unsealed))
            })
            .collect();
        let before = self.opened.load();
        let is_same = before.len() == opened.len()
            && opened.iter().all(|(place, secret)| match (before.get(place), secret) {
                (Some(Ok(before)), Ok(secret)) => before.expose_secret() == secret.expose_secret(),
                (Some(Err(before)), Err(error)) => before == error,
                _ => false,
            });
        self.opened.store(Arc::new(opened));
        !is_same
    }
}

impl SecretSource for Secrets {
    fn resolve(
        &self,
        provider: &str,
        field: &'static str,
        reference: &SecretReference,
    ) -> Result<SecretString, String> {
        match reference {
            SecretReference::Environment(name) => std::env::var(&**name)
                .map(SecretString::from)
                .map_err(|_| "the variable is not set: set it where the server is started".to_owned()),
            SecretReference::File(path) => read(path),
            SecretReference::Sealed => self
                .opened
                .load()
                .get(&(provider.to_owned(), field.to_owned()))
                .cloned()
                .unwrap_or_else(|| Err("it was never written: write it again".to_owned())),
        }
    }
}

/// Where the secrets of a source of permissions are looked for: where those of no provider are, whose names hold no slash.
pub(crate) fn place_of_source(name: &str) -> String {
    format!("source/{name}")
}

/// As [`place_of_source`], of a receiver of alerts.
pub(crate) fn place_of_receiver(name: &str) -> String {
    format!("alert-receiver/{name}")
}

/// The same of a sink of the audit log.
pub(crate) fn place_of_sink(name: &str) -> String {
    format!("audit-sink/{name}")
}

fn read(path: &Path) -> Result<SecretString, String> {
    let mut text = String::new();
    let file = File::open(path).map_err(|error| error.to_string())?;
    file.take(MAX_FILE + 1).read_to_string(&mut text).map_err(|error| error.to_string())?;
    if text.len() as u64 > MAX_FILE {
        return Err(format!("the file is longer than {MAX_FILE} bytes"));
    }
    if text.ends_with('\n') {
        text.pop();
    }
    Ok(text.into())
}

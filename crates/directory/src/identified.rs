//! Identities by the opaque ids under which the directory knows them, when credentials end, and the schemas in force.

use std::sync::Arc;

use casemate_identity::api_key::KeyId;
use casemate_identity::{Identity, Timestamp};
use casemate_store::StoreError;

use crate::directory::Directory;
use crate::kind::Kind;
use crate::known::Known;
use crate::model::ApplicationDocument;
use crate::own_schema::OWN_SCHEMA;
use crate::people::{ById, Found};
use crate::snapshot::{Program, Snapshot};
use crate::subject::Subject;
use crate::{API_KEY_PROVIDER, OWN_PROVIDER};

/// Somebody whom an opaque id means.
#[derive(Debug, Clone)]
pub struct Identified {
    /// They, with what they hold.
    pub known: Arc<Known>,
    /// When that ends by itself, in microseconds since 1970 (UTC): of an API key that expires.
    pub until: Option<i64>,
    /// Until when what sources outside Casemate say of them is relied on, in microseconds since 1970 (UTC).
    pub of_word: Option<i64>,
}

/// When what somebody presented ends by itself, in microseconds since 1970 (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct End {
    /// The end of the credential, which stays what it is.
    pub of_credential: Option<i64>,
    /// Until when the word of a provider's endpoint, or of a source of permissions, is relied on, which moves with each question.
    pub of_word: Option<i64>,
}

impl End {
    /// With another word that is relied on until then, where it is said until when.
    #[must_use]
    pub fn and_word(mut self, until: Option<i64>) -> End {
        self.of_word = [self.of_word, until].into_iter().flatten().min();
        self
    }

    /// Whichever comes first.
    #[must_use]
    pub fn first(self) -> Option<i64> {
        [self.of_credential, self.of_word].into_iter().flatten().min()
    }
}

/// Why an opaque id means nobody whose permissions could be told.
#[derive(Debug, thiserror::Error)]
pub enum NotIdentified {
    /// Nobody in the tenant has it.
    #[error("nobody in this tenant has this id")]
    Unknown,
    /// They were deactivated, or their key or account is not in force.
    #[error("the directory says that they are not active")]
    Inactive,
    /// That cannot be found out at the moment.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Directory {
    /// The user, service account or API key of a tenant with this opaque id, at `now` (microseconds since 1970, UTC).
    ///
    /// # Errors
    /// See [`NotIdentified`].
    pub async fn identified(
        &self,
        snapshot: &Snapshot,
        tenant: &str,
        id: &str,
        now: i64,
    ) -> Result<Identified, NotIdentified> {
        match snapshot.program(tenant, id, Timestamp(now)) {
            Program::One(known, until) => return Ok(Identified { known, until, of_word: None }),
            Program::Inactive => return Err(NotIdentified::Inactive),
            Program::Nobody => {}
        }
        let user = self.people().by_id(id).await?.filter(|user| *user.tenant == *tenant);
        let ById { found, has_subject, .. } = user.ok_or(NotIdentified::Unknown)?;
        let subject = match &found {
            Found::User(found, person) if **found == *id => snapshot.subject_of_user(person, has_subject),
            Found::User(..) | Found::Nobody | Found::Former(_) => return Err(NotIdentified::Unknown),
            Found::Inactive(_) | Found::Deleted(_) => return Err(NotIdentified::Inactive),
        };
        let (known, of_word) = snapshot.known_asked(subject, now).await;
        Ok(Identified { known, until: None, of_word })
    }

    /// When what somebody presented ends by itself: a token, a session, a temporary or static credential, an API key.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn end_of(&self, snapshot: &Snapshot, identity: &Identity) -> Result<End, StoreError> {
        let token = identity.auth.until.map(|until| until.0);
        let key = match *identity.provider == *API_KEY_PROVIDER {
            true => identity.id.as_deref().and_then(|id| self.key_end(id)),
            false => None,
        };
        let own = snapshot.credential_of(&Subject::of_identity(identity)).and_then(|own| own.expires_at);
        let session = identity.session.as_ref().map(|session| &session.id);
        let kept =
            match (session.or(identity.temporary.as_ref().map(|temporary| &temporary.id)), self.reader()) {
                (Some(id), Some(reader)) => {
                    reader.session_by_id(id).await?.map(|session| session.absolute_until)
                }
                _ => None,
            };
        let of_credential = [token, key, own, kept].into_iter().flatten().min();
        Ok(End { of_credential, of_word: identity.auth.relied_until.map(|until| until.0) })
    }

    /// The schemas in force, each with its application's id, as TOML, and their revision: Casemate's own first, then the others in
    /// the order of their ids.
    #[must_use]
    pub fn schemas(&self) -> (i64, Vec<(String, String)>) {
        let state = self.state();
        let own = (OWN_PROVIDER.to_owned(), OWN_SCHEMA.to_owned());
        let registered = state.objects.wide(Kind::Application).iter().filter_map(|object| {
            let document: ApplicationDocument = serde_json::from_str(&object.body).ok()?;
            Some((object.name.clone(), document.schema))
        });
        (state.snapshot.revision(), std::iter::once(own).chain(registered).collect())
    }

    /// When an API key ends.
    fn key_end(&self, id: &str) -> Option<i64> {
        let id: KeyId = id.parse().ok()?;
        Some(self.keys().ring().get(&id)?.expires_at?.0)
    }
}

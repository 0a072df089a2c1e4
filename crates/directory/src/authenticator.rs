//! The authenticator of static credentials: those of the policy, and the one of a first start.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use casemate_identity::{
    Answer, Authenticator, BoxFuture, Credential as Presented, Credentials, ExposeSecret, Identity, Kind,
    Reason, Timestamp,
};

use foldhash::quality::RandomState;
use hashbrown::HashMap;

use crate::CREDENTIAL_PROVIDER;
use crate::policy::Credential;

/// SHA-256 of a text, by which secrets are known.
#[must_use]
pub fn sha256(text: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (byte, computed) in bytes.iter_mut().zip(digest(&SHA256, text.as_bytes()).as_ref()) {
        *byte = *computed;
    }
    bytes
}

/// Takes the bearer tokens whose SHA-256 it knows, and no other. Which digests stand in the table the policy says, and
/// strangers only look for some, so hashing may be quick.
pub(crate) struct StaticCredentials {
    by_secret: HashMap<[u8; 32], Known, RandomState>,
}

/// A credential, and who presents it.
struct Known {
    credential: Arc<Credential>,
    identity: Arc<Identity>,
}

impl Known {
    fn new(credential: &Arc<Credential>) -> Known {
        let mut identity = Identity::new(CREDENTIAL_PROVIDER, credential.id.clone(), Kind::SERVICE);
        identity.tenant = Some((&*credential.tenant).into());
        Known { credential: Arc::clone(credential), identity: Arc::new(identity) }
    }
}

impl StaticCredentials {
    pub(crate) fn new<'a>(credentials: impl Iterator<Item = &'a Arc<Credential>>) -> StaticCredentials {
        let by_secret =
            credentials.map(|credential| (credential.secret_sha256, Known::new(credential))).collect();
        StaticCredentials { by_secret }
    }

    fn answer(&self, credentials: &Credentials, now: Timestamp) -> Answer {
        let Some(Presented::Bearer(token)) = credentials.credential() else { return Answer::NotMine };
        let presented = sha256(token.expose_secret());
        let Some(Known { credential, identity }) = self.by_secret.get(&presented) else {
            return Answer::NotMine;
        };
        if verify_slices_are_equal(&presented, &credential.secret_sha256).is_err() {
            return Answer::NotMine;
        }
        if credential.expires_at.is_some_and(|expires_at| now.0 >= expires_at) {
            return Answer::Rejected(Reason::Other {
                code: "credential_expired",
                message: format!("the credential `{}` has expired", credential.id).into(),
            });
        }
        Answer::Identity(Arc::clone(identity))
    }
}

impl Authenticator for StaticCredentials {
    fn name(&self) -> &str {
        CREDENTIAL_PROVIDER
    }

    fn at_once(&self, credentials: &Credentials, now: Timestamp) -> Option<Answer> {
        Some(self.answer(credentials, now))
    }

    fn authenticate<'a>(&'a self, credentials: &'a Credentials, now: Timestamp) -> BoxFuture<'a, Answer> {
        Box::pin(std::future::ready(self.answer(credentials, now)))
    }
}

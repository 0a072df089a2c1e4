//! What one identity holds, as JSON.

use std::sync::Arc;

use casemate_directory::{End, Known, ResolveError, Subject, sha256};
use casemate_expression::{Members, Timestamp};
use casemate_permission::{Grant, PermissionRef};
use casemate_platform::Code;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::visible::Visible;

/// Somebody whose permissions are told.
pub(super) struct Holder {
    /// They, with what they hold.
    pub(super) known: Arc<Known>,
    /// Their opaque id, where the directory has one of them.
    pub(super) id: Option<Arc<str>>,
    /// The public name of what they presented.
    pub(super) credential: Option<String>,
    /// When what they presented ends.
    pub(super) until: End,
}

/// What somebody holds.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "HeldPermissions")]
pub(super) struct Content<'a> {
    /// Who it is, as conditions see them.
    identity: IdentityView<'a>,
    /// The public name of the session, the temporary credential or the API key that they presented.
    credential: Option<&'a str>,
    /// What they hold, in the order of name and JSON text, also what is not in force yet or any more.
    permissions: Vec<HeldPermission<'a>>,
    /// When this ends by itself: the end of what they presented.
    #[schemars(extend("format" = "date-time"))]
    valid_until: Option<String>,
}

/// Somebody.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "IdentityOfPermissions")]
struct IdentityView<'a> {
    /// Their opaque id, where the directory has one of them.
    id: Option<&'a str>,
    /// Who vouches for them; empty where nobody does.
    provider: &'a str,
    /// `user`, `service`, `api-key`, `anonymous`, …
    r#type: &'a str,
    /// What the provider calls them: `identity.id` in conditions.
    subject: Option<&'a str>,
    /// The name that they log in with.
    login: Option<&'a str>,
    /// Their name.
    display_name: Option<&'a str>,
    /// The tenant in which they hold it.
    tenant: &'a str,
    /// The groups that they are in.
    groups: &'a [String],
    /// Claims of their token, and attributes of the directory.
    #[schemars(with = "Map<String, Value>")]
    claims: &'a Members,
    /// How they proved who they are, where that is known.
    auth: Option<AuthView<'a>>,
    /// Who acts for them.
    actor: Option<ActorView<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AuthenticationOfPermissions")]
struct AuthView<'a> {
    /// When they last proved who they are.
    #[schemars(extend("format" = "date-time"))]
    time: Option<String>,
    /// The methods that they used.
    amr: &'a [String],
    /// The assurance that was reached.
    acr: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "ActorOfPermissions")]
struct ActorView<'a> {
    provider: &'a str,
    r#type: &'a str,
    id: &'a str,
}

/// One permission of somebody.
#[derive(Serialize, JsonSchema)]
struct HeldPermission<'a> {
    /// The permission object as it is stored.
    #[schemars(with = "Map<String, Value>")]
    permission: &'a RawValue,
    /// What handed it out.
    origin: OriginView<'a>,
    /// From when on it is in force.
    #[schemars(extend("format" = "date-time"))]
    from: Option<String>,
    /// From when on it is no longer.
    #[schemars(extend("format" = "date-time"))]
    until: Option<String>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PermissionOrigin")]
struct OriginView<'a> {
    /// `role`, `key`, `source`, …
    kind: &'static str,
    /// Its name.
    name: &'a str,
    /// By which role that extends it, team or group they came to it, where not by themselves.
    via: Option<&'a str>,
}

/// Why it cannot be told what somebody holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Untold {
    /// As a problem's code.
    pub(super) code: Code,
    /// The source of permissions that fails.
    source: Option<String>,
}

impl From<Code> for Untold {
    fn from(code: Code) -> Untold {
        Untold { code, source: None }
    }
}

impl Untold {
    /// In words, where it is a source that fails.
    pub(super) fn of_source(&self) -> String {
        match &self.source {
            Some(source) => format!("the source `{source}` fails: the server's log says what is wrong"),
            None => "it cannot be said what they hold: the server's log says what is wrong".to_owned(),
        }
    }
}

/// What somebody holds, written down.
pub(super) struct Item {
    /// JSON, without the brace that ends it.
    open: String,
    /// The digest of what it says.
    digest: String,
    /// When it ends by itself.
    until: Option<String>,
    /// Whether a word of others is relied on for it, for a time.
    is_of_word: bool,
}

impl Item {
    /// Writes down what somebody holds, as far as a caller sees it.
    ///
    /// # Errors
    /// [`Code::SourceFailed`] where that cannot be said: never less than all that is seen.
    pub(super) fn of(holder: &Holder, visible: &Visible) -> Result<Item, Untold> {
        let set = holder.known.permissions.as_ref().map_err(failed)?;
        let mut sees = visible.judge();
        let permissions = set.iter().filter(|permission| sees(permission.name())).map(HeldPermission::of);
        let (own, until) = (holder.until.of_credential.map(time), holder.until.first().map(time));
        let mut content = Content {
            identity: IdentityView::of(&holder.known.subject, holder.id.as_deref()),
            credential: holder.credential.as_deref(),
            permissions: permissions.collect::<Result<_, _>>().map_err(|error| unwritten(&error))?,
            valid_until: own.clone(),
        };
        let mut open = serde_json::to_string(&content).map_err(|error| unwritten(&error))?;
        // What is relied on a while longer each time is no change of what they hold.
        let digest = digest_of(&open);
        if own != until {
            content.valid_until.clone_from(&until);
            open = serde_json::to_string(&content).map_err(|error| unwritten(&error))?;
        }
        open.pop();
        Ok(Item { open, digest, until, is_of_word: holder.until.of_word.is_some() })
    }

    /// How much of it was written, in bytes, also where only its digest is told.
    pub(super) fn written(&self) -> usize {
        self.open.len()
    }

    /// The text between the quotes of its entity tag.
    pub(super) fn digest(&self) -> &str {
        &self.digest
    }

    /// Whether a word of others is relied on for it, for a time that is told each time.
    pub(super) fn is_of_word(&self) -> bool {
        self.is_of_word
    }

    /// It as JSON, and at which revision where that is said of it alone.
    pub(super) fn json(&self, revision: Option<i64>) -> String {
        let Item { open, digest, .. } = self;
        let revision = revision.map(|revision| format!(",\"revision\":{revision}")).unwrap_or_default();
        format!("{open},\"etag\":\"\\\"{digest}\\\"\"{revision}}}")
    }

    /// That it is what the caller has already, as JSON.
    pub(super) fn not_modified(&self) -> String {
        let Item { digest, until, .. } = self;
        let until = until.as_ref().map_or("null".to_owned(), |until| format!("\"{until}\""));
        format!("{{\"not_modified\":true,\"etag\":\"\\\"{digest}\\\"\",\"valid_until\":{until}}}")
    }
}

impl<'a> IdentityView<'a> {
    fn of(subject: &'a Subject, id: Option<&'a str>) -> IdentityView<'a> {
        let has_auth =
            subject.auth_time.is_some() || !subject.auth_methods.is_empty() || subject.auth_class.is_some();
        let auth = has_auth.then(|| AuthView {
            time: subject.auth_time.map(time),
            amr: &subject.auth_methods,
            acr: subject.auth_class.as_deref(),
        });
        let actor = subject.actor.as_ref().map(|actor| ActorView {
            provider: &actor.provider,
            r#type: &actor.kind,
            id: &actor.id,
        });
        IdentityView {
            id,
            provider: &subject.provider,
            r#type: &subject.kind,
            subject: subject.id.as_deref(),
            login: subject.login.as_deref(),
            display_name: subject.display_name.as_deref(),
            tenant: &subject.tenant,
            groups: &subject.groups,
            claims: &subject.claims,
            auth,
            actor,
        }
    }
}

impl<'a> HeldPermission<'a> {
    fn of(permission: PermissionRef<'a>) -> Result<HeldPermission<'a>, serde_json::Error> {
        let grant = permission.grant();
        let at = |at: fn(&Grant) -> Option<Timestamp>| Some(time(at(grant?)?.0));
        let origin = grant.map(|grant| &grant.origin);
        Ok(HeldPermission {
            permission: serde_json::from_str(permission.as_json())?,
            origin: OriginView {
                kind: origin.map(|origin| origin.kind.name()).unwrap_or_default(),
                name: origin.map(|origin| &*origin.name).unwrap_or_default(),
                via: origin.and_then(|origin| origin.via.as_deref()),
            },
            from: at(|grant| grant.from),
            until: at(|grant| grant.until),
        })
    }
}

fn time(at: i64) -> String {
    Timestamp(at).to_string()
}

/// The digest of a text, in hexadecimal digits.
pub(super) fn digest_of(text: &str) -> String {
    sha256(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn failed(error: &ResolveError) -> Untold {
    tracing::error!(%error, "it cannot be said what somebody holds");
    let source = match error {
        ResolveError::Source { source_name, .. } => Some(source_name.clone()),
        _ => None,
    };
    Untold { code: Code::SourceFailed, source }
}

fn unwritten(error: &serde_json::Error) -> Untold {
    tracing::error!(%error, "what somebody holds could not be written as JSON");
    Code::Internal.into()
}

#[cfg(test)]
mod tests {
    use casemate_directory::Snapshot;

    use super::*;

    #[test]
    fn until_when_a_word_is_relied_on_is_told_and_is_no_part_of_the_digest() {
        let snapshot = Snapshot::offline(casemate_directory::Policy::empty()).unwrap();
        let item = |of_credential, of_word| {
            let known = snapshot.known_anonymous(&"default".into());
            let until = End { of_credential, of_word };
            Item::of(&Holder { known, id: None, credential: None, until }, &Visible::All).unwrap()
        };
        let told = |item: &Item| {
            let told: Value = serde_json::from_str(&item.json(None)).unwrap();
            let same: Value = serde_json::from_str(&item.not_modified()).unwrap();
            assert_eq!(told["valid_until"], same["valid_until"]);
            assert_eq!(told["etag"], same["etag"]);
            told["valid_until"].as_str().map(str::to_owned)
        };
        let own = item(Some(90_000_000), None);
        let (sooner, later) =
            (item(Some(90_000_000), Some(30_000_000)), item(Some(90_000_000), Some(60_000_000)));
        assert_eq!(told(&own).as_deref(), Some("1970-01-01T00:01:30Z"));
        assert_eq!(told(&sooner).as_deref(), Some("1970-01-01T00:00:30Z"));
        assert_eq!(told(&later).as_deref(), Some("1970-01-01T00:01:00Z"));
        assert_eq!(told(&item(None, Some(1_000_000))).as_deref(), Some("1970-01-01T00:00:01Z"));
        assert_eq!(told(&item(None, None)), None);
        assert_eq!((sooner.digest(), later.digest()), (own.digest(), own.digest()));
        assert_ne!(item(Some(80_000_000), None).digest(), own.digest());
    }
}

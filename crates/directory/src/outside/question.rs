//! What an endpoint is told of somebody.

use std::sync::Arc;

use casemate_identity::Claims;
use serde::Serialize;
use serde_json::Value;

use crate::authenticator::sha256;
use crate::subject::Subject;

/// Something of an identity that an endpoint is told beside who it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Read {
    /// The name that they log in with.
    Login,
    /// The groups that they are in.
    Groups,
    /// A claim or an attribute of the directory.
    Claim(Box<str>),
}

impl Read {
    /// As it is configured; nothing where it is none of them.
    pub(crate) fn parse(text: &str) -> Option<Read> {
        match (text, text.strip_prefix("claims.")) {
            ("login", _) => Some(Read::Login),
            ("groups", _) => Some(Read::Groups),
            (_, Some(name)) if crate::policy::is_name(name) => Some(Read::Claim(name.into())),
            _ => None,
        }
    }
}

/// Who is asked about.
#[derive(Debug, Clone)]
pub(super) struct Question {
    pub(super) asked_about: AskedAbout,
    /// As JSON: all that is told.
    text: String,
}

/// Somebody by the names that say who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct AskedAbout {
    pub(super) tenant: Arc<str>,
    pub(super) kind: Box<str>,
    pub(super) id: Option<Box<str>>,
}

#[derive(Serialize)]
struct Text<'a> {
    version: u8,
    source: &'a str,
    tenant: &'a str,
    identity: Whom<'a>,
}

/// Somebody, as far as the endpoint reads it.
#[derive(Serialize)]
struct Whom<'a> {
    provider: &'a str,
    r#type: &'a str,
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    login: Option<Option<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    groups: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claims: Option<Claims>,
}

impl Question {
    /// The question of a source about somebody; nothing where it could not tell who that is.
    pub(super) fn about(source: &str, reads: &[Read], subject: &Subject) -> Option<Question> {
        let login = reads.contains(&Read::Login).then_some(subject.login.as_deref());
        if subject.id.is_none() && !matches!(login, Some(Some(_))) {
            return None;
        }
        let groups = reads.contains(&Read::Groups).then(|| {
            let mut groups: Vec<&str> = subject.groups.iter().map(String::as_str).collect();
            groups.sort_unstable();
            groups
        });
        let claims = reads.iter().filter_map(|read| match read {
            Read::Claim(name) => {
                let claim = subject.claims.get(name)?;
                Some((name.to_string(), serde_json::from_str::<Value>(&claim.to_json()).ok()?))
            }
            Read::Login | Read::Groups => None,
        });
        let has_claims = reads.iter().any(|read| matches!(read, Read::Claim(_)));
        let text = Text {
            version: 1,
            source,
            tenant: &subject.tenant,
            identity: Whom {
                provider: &subject.provider,
                r#type: &subject.kind,
                id: subject.id.as_deref(),
                login,
                groups,
                claims: has_claims.then(|| claims.collect()),
            },
        };
        let (tenant, kind, id) = (Arc::clone(&subject.tenant), subject.kind.clone(), subject.id.clone());
        let asked_about = AskedAbout { tenant, kind, id };
        Some(Question { asked_about, text: serde_json::to_string(&text).ok()? })
    }

    /// A digest of all that is told: whoever differs in any of it is asked about by themselves.
    pub(super) fn digest(&self) -> [u8; 32] {
        sha256(&self.text)
    }

    /// The body of a request, with an `id`, of hexadecimal digits, that no other request has.
    pub(super) fn body(&self, id: &str) -> Vec<u8> {
        let rest = self.text.strip_prefix('{').unwrap_or_default();
        format!("{{\"id\":\"{id}\",{rest}").into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use casemate_identity::{Identity, Kind};
    use serde_json::json;

    use super::*;

    fn subject() -> Subject {
        let mut identity = Identity::new("corp", "ada", Kind::USER);
        identity.login = Some("ada@corp".into());
        identity.groups = vec!["b".into(), "a".into()];
        identity.claims = json!({ "department": "x", "secret": 1 }).as_object().cloned().unwrap_or_default();
        Subject::of_identity(&identity)
    }

    #[test]
    fn no_more_is_told_than_what_is_read() {
        let bare = Question::about("legacy", &[], &subject()).unwrap();
        let told: Value = serde_json::from_slice(&bare.body("x")).unwrap();
        assert_eq!(
            told,
            json!({ "id": "x", "version": 1, "source": "legacy", "tenant": "default",
                "identity": { "provider": "corp", "type": "user", "id": "ada" } })
        );
        let reads =
            ["login", "groups", "claims.department", "claims.none"].map(|read| Read::parse(read).unwrap());
        let more = Question::about("legacy", &reads, &subject()).unwrap();
        let told: Value = serde_json::from_slice(&more.body("x")).unwrap();
        assert_eq!(told["identity"]["groups"], json!(["a", "b"]));
        assert_eq!(told["identity"]["login"], "ada@corp");
        assert_eq!(told["identity"]["claims"], json!({ "department": "x" }));
        assert_ne!(bare.digest(), more.digest());
    }

    #[test]
    fn whoever_differs_in_what_is_read_is_asked_about_by_themselves() {
        let digest =
            |subject: &Subject, reads: &[Read]| Question::about("legacy", reads, subject).unwrap().digest();
        let (ada, reads) = (subject(), [Read::Groups]);
        for other in [
            Subject { id: Some("bob".into()), ..ada.clone() },
            Subject { tenant: "acme".into(), ..ada.clone() },
            Subject { provider: "other".into(), ..ada.clone() },
            Subject { kind: "admin".into(), ..ada.clone() },
            Subject { groups: Vec::new(), ..ada.clone() },
        ] {
            assert_ne!(digest(&ada, &reads), digest(&other, &reads), "{other:?}");
        }
        let renamed =
            Subject { login: Some("x".into()), groups: vec!["a".into(), "b".into()], ..ada.clone() };
        assert_eq!(digest(&ada, &reads), digest(&renamed, &reads));
    }

    #[test]
    fn who_has_no_id_is_asked_about_by_login_alone() {
        let nameless = Subject { id: None, ..subject() };
        assert!(Question::about("legacy", &[Read::Groups], &nameless).is_none());
        assert!(Question::about("legacy", &[Read::Login], &nameless).is_some());
        assert!(Question::about("legacy", &[Read::Login], &Subject { login: None, ..nameless }).is_none());
        assert_eq!(Read::parse("claims.a"), Some(Read::Claim("a".into())));
        assert!(["claims.", "email", ""].iter().all(|text| Read::parse(text).is_none()));
    }
}

//! Temporary credentials: minted by a person or a program for themselves, for minutes or hours, narrowed to names and networks.
//! What they may do is found out at each use: what their owner may do then, of the names that they were made for.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;

use casemate_expression::Datum;
use casemate_identity::api_key::{MAX_NETWORKS, RandomError};
use casemate_identity::{Answer, Identity, Reason, SecretString, TemporaryKey, Timestamp};
use casemate_permission::name::{Effort, Pattern, includes_within};
use casemate_permission::{Grant, Permission};
use casemate_store::{StoredSession, Temporary, clipped};
use ipnet::IpNet;

use crate::keys::Keys;
use crate::sessions::{BrowserSessions, SessionError, Sought, is_vouched_for, kept};
use crate::{API_KEY_PROVIDER, CREDENTIAL_PROVIDER};

/// The most bytes of a claim by which a provider logs somebody out.
const MAX_CLAIM: usize = 1_024;

/// What the id of a temporary credential begins with.
const ID_PREFIX: &str = "tmp_";

/// The least that a temporary credential lives, in microseconds: a minute.
pub const SHORTEST_TEMPORARY_LIFE: i64 = 60 * 1_000_000;
/// The most that one lives where no setting says less, in microseconds: twelve hours.
pub const LONGEST_TEMPORARY_LIFE: i64 = 12 * 3_600 * 1_000_000;
/// The most that one lives that was made with a token which does not say when it ends, in microseconds: a quarter of an hour.
const WITH_AN_UNSAID_END: i64 = 900 * 1_000_000;

/// The most patterns that a temporary credential is narrowed to, which anybody may make.
pub const TEMPORARY_PATTERNS: usize = 64;
/// What finding out what is left of a set for it may cost, in comparisons of the most that one may take.
const TEMPORARY_EFFORT: u64 = 1;

/// A temporary credential that is to be made.
#[derive(Debug, Clone)]
pub struct TemporaryDraft {
    /// What it is for, in words.
    pub title: String,
    /// The names and patterns that it may use at most; all of its owner's where nothing is said.
    pub permissions: Option<Vec<Pattern>>,
    /// From where it may be used; from everywhere where none is named. At most 64 count.
    pub networks: Vec<IpNet>,
    /// For how long, in microseconds.
    pub life: i64,
}

/// Whose temporary credentials are taken.
pub(crate) struct TemporaryOwners {
    /// The names of those who vouch for people.
    pub(crate) providers: HashSet<Box<str>>,
    pub(crate) keys: Arc<Keys>,
    /// The ids of the service accounts whose keys are taken.
    pub(crate) accounts: HashSet<Box<str>>,
}

impl TemporaryOwners {
    /// Whether an owner is there still, and may come from this client: a program's credential is used from where its API key
    /// may be. Whether a person may come in, the directory says, as for every other credential.
    pub(crate) fn admit(&self, owner: &Identity, client: Option<IpAddr>, now: Timestamp) -> bool {
        if *owner.provider != *API_KEY_PROVIDER {
            return is_vouched_for(owner, &self.providers);
        }
        let Some(id) = owner.id.as_deref() else { return false };
        let key = id.parse().ok().and_then(|id| self.keys.ring().get(&id));
        let is_good = key.is_some_and(|key| key.check_circumstances(client, now).is_ok());
        is_good && self.keys.grant(id).is_some_and(|grant| self.accounts.contains(&grant.account))
    }
}

impl BrowserSessions {
    /// A temporary credential for whoever calls, at `now`, to be stored, and itself, which stands nowhere else. It ends with a
    /// token that it is made with; and where a provider logs out the session `with` which it is made, or everybody whom a
    /// token is of.
    ///
    /// # Errors
    /// Where the caller may have none, and see [`SessionError`].
    pub fn mint(
        &self,
        owner: &Identity,
        draft: &TemporaryDraft,
        with: Option<&StoredSession>,
        client: Option<String>,
        user_agent: Option<String>,
        now: i64,
    ) -> Result<(StoredSession, SecretString), SessionError> {
        let subject = subject_of(owner).map_err(SessionError::NoOwner)?;
        let identity = kept(owner)?;
        let mut random = |bytes: &mut [u8]| {
            aws_lc_rs::rand::fill(bytes).map_err(|_| RandomError("the system gives none".to_owned()))
        };
        let key = TemporaryKey::generate(&mut random).map_err(|_| SessionError::Random)?;
        let names = draft.permissions.as_ref().map(|patterns| {
            serde_json::Value::from(patterns.iter().map(Pattern::as_str).collect::<Vec<_>>()).to_string()
        });
        let networks: Vec<String> = draft.networks.iter().take(MAX_NETWORKS).map(IpNet::to_string).collect();
        let wanted = now.saturating_add(draft.life.clamp(SHORTEST_TEMPORARY_LIFE, LONGEST_TEMPORARY_LIFE));
        let until = wanted.min(end_of(owner, now));
        let (logout_subject, provider_sid) = match with {
            Some(with) => (with.logout_subject.clone(), with.provider_sid.clone()),
            None => (named(owner, "sub").unwrap_or_else(|| subject.to_owned()), named(owner, "sid")),
        };
        let (tenant, home) = self.homes_of(owner);
        let session = StoredSession {
            digest: key.digest(),
            id: format!("{ID_PREFIX}{}", key.id()),
            provider: owner.provider.to_string(),
            subject: subject.to_owned(),
            logout_subject,
            provider_sid,
            identity,
            authenticated_at: owner
                .session
                .as_ref()
                .map_or(now, |session| session.authenticated_at.0.min(now)),
            created_at: now,
            used_at: now,
            idle_until: until,
            absolute_until: until,
            client: client.as_deref().map(clipped),
            user_agent: user_agent.as_deref().map(clipped),
            ended_at: None,
            end_reason: None,
            tenant,
            home,
            via: owner.via.as_deref().map(str::to_owned),
            temporary: Some(Temporary {
                title: draft.title.clone(),
                permissions: names,
                networks: networks.join(","),
                with: with.map(|with| with.id.clone()),
            }),
        };
        Ok((session, key.reveal()))
    }

    pub(crate) async fn answer_temporary(
        &self,
        token: &str,
        owners: &TemporaryOwners,
        client: Option<IpAddr>,
        now: Timestamp,
    ) -> Answer {
        let refused =
            |code, message: &'static str| Answer::Rejected(Reason::Other { code, message: message.into() });
        let Ok(key) = TemporaryKey::parse(token) else { return Answer::Rejected(Reason::TemporaryUnknown) };
        let live = match self.find(&key.digest(), now.0).await {
            Err(reason) => return Answer::Rejected(reason),
            Ok(Sought::Unknown) => return Answer::Rejected(Reason::TemporaryUnknown),
            Ok(Sought::Ended) => {
                return refused(
                    "temporary_credential_ended",
                    "the temporary credential has ended: make another",
                );
            }
            Ok(Sought::Live(live)) => live,
        };
        let Some(networks) = &live.networks else { return Answer::Rejected(Reason::TemporaryUnknown) };
        let is_near = |client: IpAddr| networks.iter().any(|network| network.contains(&client));
        if !networks.is_empty() && !client.is_some_and(is_near) {
            return refused(
                "temporary_credential_network",
                "the temporary credential may be used from some networks only, and this is none of them",
            );
        }
        if !owners.admit(&live.identity, client, now) {
            return refused(
                "temporary_credential_owner",
                "whoever made the temporary credential may not come in any more, or not from here",
            );
        }
        self.note(&live, now.0);
        Answer::Identity(Arc::clone(&live.identity))
    }
}

/// What the provider calls somebody who may have temporary credentials.
fn subject_of(owner: &Identity) -> Result<&str, &'static str> {
    if owner.temporary.is_some() {
        return Err("a temporary credential makes no other: use that of its owner");
    }
    if owner.actor.is_some() {
        return Err("whoever acts for somebody else makes no temporary credential for them");
    }
    if owner.is_anonymous() || *owner.provider == *CREDENTIAL_PROVIDER {
        return Err(
            "people and the API keys of service accounts have temporary credentials, and nobody else",
        );
    }
    owner.id.as_deref().ok_or("who has no id has no temporary credential")
}

/// When what somebody presents ends, where it is a token: nothing lasts longer that is made with it.
fn end_of(owner: &Identity, now: i64) -> i64 {
    if owner.session.is_some() || *owner.provider == *API_KEY_PROVIDER {
        return i64::MAX;
    }
    owner.auth.until.map_or_else(|| now.saturating_add(WITH_AN_UNSAID_END), |until| until.0)
}

/// What a token says under this name, where that is kept.
fn named(owner: &Identity, claim: &str) -> Option<String> {
    let text = owner.claims.get(claim)?.as_str()?;
    (text.len() <= MAX_CLAIM).then(|| text.to_owned())
}

/// What is left of what somebody holds under the names and patterns of a list: of each permission the part that lies within one
/// of them, as it is held; and every denial. Of two patterns that overlap without one lying within the other nothing is left.
pub(crate) fn narrowed(
    held: &[(Permission, Arc<Grant>)],
    list: &str,
) -> Result<Vec<(Permission, Arc<Grant>)>, String> {
    let texts: Vec<String> = serde_json::from_str(list).map_err(|error| error.to_string())?;
    let mut wanted = Vec::with_capacity(texts.len());
    for text in &texts {
        let pattern = Pattern::parse(text).map_err(|error| error.to_string())?;
        wanted.extend(alternatives(&pattern));
    }
    if wanted.len() > TEMPORARY_PATTERNS {
        return Err(format!("the credential is narrowed to more than {TEMPORARY_PATTERNS} patterns"));
    }
    let mut effort = Effort::new(TEMPORARY_EFFORT);
    let mut includes = |outer: &Pattern, inner: &Pattern| {
        includes_within(outer, inner, &mut effort).map_err(|_| {
            "what the credential is narrowed to is too much to compare with what is held".to_owned()
        })
    };
    let mut left = Vec::new();
    for (permission, grant) in held {
        if permission.is_denial() {
            left.push((permission.clone(), Arc::clone(grant)));
            continue;
        }
        for held in alternatives(permission.name()) {
            for wanted in &wanted {
                let common = if includes(wanted, &held)? {
                    &held
                } else if includes(&held, wanted)? {
                    wanted
                } else {
                    continue;
                };
                left.push((renamed(permission, common.as_str())?, Arc::clone(grant)));
            }
        }
    }
    Ok(left)
}

fn alternatives(pattern: &Pattern) -> Vec<Pattern> {
    pattern.alternatives().filter_map(|glob| Pattern::parse(glob.as_str()).ok()).collect()
}

/// The same permission under another name.
fn renamed(permission: &Permission, name: &str) -> Result<Permission, String> {
    let properties = permission.properties().map(|(name, value)| (name.into(), value.clone()));
    let members = [("name".into(), Datum::String(name.into()))].into_iter().chain(properties);
    Permission::from_datum(&Datum::Map(members.collect())).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use casemate_identity::Kind;
    use casemate_permission::OriginKind;
    use serde_json::json;

    use super::*;
    use crate::sessions::SessionTimes;

    fn left(held: &[&str], list: &[&str]) -> Vec<String> {
        let grant = Grant::always(OriginKind::Role, "test");
        let held: Vec<_> =
            held.iter().map(|text| (Permission::from_json(text).unwrap(), Arc::clone(&grant))).collect();
        let list = serde_json::to_string(list).unwrap();
        let left = narrowed(&held, &list).unwrap();
        left.iter().map(|(permission, _)| permission.as_json().to_owned()).collect()
    }

    #[test]
    fn what_is_left_is_what_both_reach() {
        let all = [r#"{"name":"cms.*"}"#];
        assert_eq!(
            left(&all, &["cms.entry", "cms.page.*"]),
            [r#"{"name":"cms.entry"}"#, r#"{"name":"cms.page.*"}"#]
        );
        assert_eq!(left(&[r#"{"name":"cms.entry"}"#], &["cms.*"]), [r#"{"name":"cms.entry"}"#]);
        assert_eq!(left(&all, &["*"]), [r#"{"name":"cms.*"}"#]);
        assert!(left(&all, &["shop.*", "cm"]).is_empty());
        assert!(left(&all, &[]).is_empty());
        assert!(left(&all, &["*.read"]).is_empty(), "the one lies not within the other");
    }

    #[test]
    fn restrictions_and_denials_stay() {
        let held = [r#"{"name":"cms.entry","own":true}"#, r#"{"deny":true,"name":"cms.*"}"#];
        assert_eq!(left(&held, &["cms.*"]), held);
        assert_eq!(left(&held, &["shop.*"]), [held[1]]);
        let wide = [r#"{"name":"{cms,shop}.*","own":true}"#];
        assert_eq!(left(&wide, &["shop.order"]), [r#"{"name":"shop.order","own":true}"#]);
    }

    #[test]
    fn what_is_casemates_own_is_reached_by_its_name_alone() {
        let held = [r#"{"name":"casemate.*"}"#, r#"{"name":"*"}"#];
        assert_eq!(left(&held, &["*"]), [r#"{"name":"*"}"#]);
        assert_eq!(left(&held, &["casemate.role.list"]), [r#"{"name":"casemate.role.list"}"#]);
    }

    #[test]
    fn too_much_is_refused() {
        let grant = Grant::always(OriginKind::Role, "test");
        let held = [(Permission::from_json(r#"{"name":"n.*"}"#).unwrap(), grant)];
        let list = |count: usize| {
            let names: Vec<String> = (0..count).map(|index| format!("n.{index}")).collect();
            serde_json::to_string(&names).unwrap()
        };
        assert_eq!(narrowed(&held, &list(TEMPORARY_PATTERNS)).unwrap().len(), TEMPORARY_PATTERNS);
        assert!(narrowed(&held, &list(TEMPORARY_PATTERNS + 1)).unwrap_err().contains("64"));
        assert!(narrowed(&held, r#"[7]"#).is_err());
        assert!(narrowed(&held, r#"["a b"]"#).is_err());
    }

    #[test]
    fn names_that_cost_too_much_to_compare_are_refused() {
        let grant = Grant::always(OriginKind::Role, "test");
        // 1024 patterns each.
        let held = |count: usize| -> Vec<_> {
            let wide = |index: usize| format!(r#"{{"name":"a{index}{}"}}"#, "{0,1,2,3}".repeat(5));
            let read = |text: String| (Permission::from_json(&text).unwrap(), Arc::clone(&grant));
            (0..count).map(wide).map(read).collect()
        };
        let list: Vec<String> = (0..TEMPORARY_PATTERNS).map(|index| format!("n.{index}")).collect();
        let list = serde_json::to_string(&list).unwrap();
        assert!(narrowed(&held(1), &list).unwrap().is_empty());
        assert!(narrowed(&held(12), &list).unwrap_err().contains("too much to compare"));
    }

    #[test]
    fn one_made_with_a_token_ends_with_it_and_with_who_is_logged_out() {
        let sessions = BrowserSessions::new(None, SessionTimes::default());
        let draft = TemporaryDraft {
            title: "x".into(),
            permissions: None,
            networks: vec![],
            life: LONGEST_TEMPORARY_LIFE,
        };
        let made = |owner: &Identity, with: Option<&StoredSession>| {
            sessions.mint(owner, &draft, with, None, None, 1_000).unwrap().0
        };
        let ended_by = |made: &StoredSession| (made.logout_subject.clone(), made.provider_sid.clone());
        let mut owner = Identity::new("corp", "ada", Kind::USER);
        assert_eq!(made(&owner, None).absolute_until, 1_000 + WITH_AN_UNSAID_END);
        assert_eq!(ended_by(&made(&owner, None)), ("ada".into(), None));
        owner.auth.until = Some(Timestamp(5_000));
        owner.claims.insert("sub".into(), json!("0815"));
        owner.claims.insert("sid".into(), json!("s-1"));
        let with_token = made(&owner, None);
        assert_eq!((with_token.absolute_until, with_token.idle_until), (5_000, 5_000));
        assert_eq!(ended_by(&with_token), ("0815".into(), Some("s-1".into())));
        let key = Identity::new(API_KEY_PROVIDER, "k", Kind::API_KEY);
        assert_eq!(made(&key, None).absolute_until, 1_000 + LONGEST_TEMPORARY_LIFE);
        // With a session it is that which the provider logs out.
        let sid = Some("s-2".to_owned());
        let session = StoredSession { provider_sid: sid, logout_subject: "4711".into(), ..with_token };
        let id = "ses_1".into();
        owner.session = Some(casemate_identity::SessionMark { id, authenticated_at: Timestamp(1) });
        let with_session = made(&owner, Some(&session));
        assert_eq!(ended_by(&with_session), ("4711".into(), Some("s-2".into())));
        assert_eq!(with_session.absolute_until, 1_000 + LONGEST_TEMPORARY_LIFE);
    }

    #[test]
    fn who_presents_a_temporary_credential_or_acts_for_another_has_none() {
        let ada = Identity::new("corp", "ada", Kind::USER);
        assert_eq!(subject_of(&ada), Ok("ada"));
        let mut temporary = ada.clone();
        let mark = casemate_identity::TemporaryMark { id: "tmp_1".into(), permissions: None };
        temporary.temporary = Some(mark);
        assert!(subject_of(&temporary).is_err());
        let mut delegated = ada.clone();
        let provider = Arc::clone(&ada.provider);
        delegated.actor = Some(casemate_identity::Actor { provider, id: "bob".into(), kind: Kind::USER });
        assert!(subject_of(&delegated).is_err());
        assert!(subject_of(&Identity::anonymous()).is_err());
        assert!(subject_of(&Identity::new(CREDENTIAL_PROVIDER, "first", Kind::SERVICE)).is_err());
    }
}

//! Somebody as the permission engine is to see them.

use std::sync::Arc;

use casemate_expression::{Datum, List, Map, Members, Timestamp};
use casemate_identity::{Claims, Identity, Kind};
use casemate_permission as engine;
use serde::Deserialize;

use crate::outside::Outside;
use crate::policy::{DEFAULT_TENANT, Person};

/// What is known about somebody whose permissions are asked for: by a verified token, by the directory, or — for
/// somebody neither knows — only which type and id they are said to have.
#[derive(Debug, Clone, PartialEq)]
pub struct Subject {
    /// The provider that vouches for them; empty where nobody does.
    pub provider: Arc<str>,
    /// `user`, `admin`, `service`, `anonymous`, …
    pub kind: Box<str>,
    /// Unique within the provider. Anonymous has none.
    pub id: Option<Box<str>>,
    /// The name that they log in with.
    pub login: Option<Box<str>>,
    /// The name to show.
    pub display_name: Option<Box<str>>,
    /// The tenant that they belong to.
    pub tenant: Arc<str>,
    /// The groups that they are in.
    pub groups: Vec<String>,
    /// Token claims and directory attributes.
    pub claims: Members,
    /// When they last proved who they are, in microseconds since 1970 (UTC).
    pub auth_time: Option<i64>,
    /// The methods they used.
    pub auth_methods: Vec<String>,
    /// The assurance that was reached.
    pub auth_class: Option<Box<str>>,
    /// Who acts for them: provider, type and id.
    pub actor: Option<Actor>,
    /// What the claims of a verified token hold for sources of permissions. Nothing that a caller asserts comes here.
    pub(crate) sourced: Box<[Sourced]>,
    /// What sources outside Casemate say of them.
    pub(crate) outside: Outside,
    /// The names and patterns that their temporary credential may use at most, as a JSON array of texts.
    pub(crate) narrowing: Option<Arc<str>>,
    /// Why it cannot be said which groups they are in, where a rule of their provider fails.
    pub(crate) unmapped: Option<Arc<str>>,
}

/// What one source of permissions says, unread.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Sourced {
    /// The source's place among the policy's sources.
    pub(crate) source: u32,
    /// A list of permissions, as JSON.
    pub(crate) permissions: Arc<str>,
}

/// Who acts on somebody's behalf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The provider that vouches for the actor.
    pub provider: Arc<str>,
    /// `user`, `service`, …
    pub kind: Box<str>,
    /// Unique within the provider.
    pub id: Box<str>,
}

impl Subject {
    /// Somebody about whom nothing more is known.
    #[must_use]
    pub fn new(provider: Arc<str>, kind: &str, id: Option<&str>, tenant: Arc<str>) -> Subject {
        Subject {
            provider,
            kind: kind.into(),
            id: id.map(Into::into),
            login: None,
            display_name: None,
            tenant,
            groups: Vec::new(),
            claims: Members::default(),
            auth_time: None,
            auth_methods: Vec::new(),
            auth_class: None,
            actor: None,
            sourced: Box::default(),
            outside: Outside::default(),
            narrowing: None,
            unmapped: None,
        }
    }

    /// Nobody in particular, in a tenant.
    #[must_use]
    pub fn anonymous(tenant: Arc<str>) -> Subject {
        let kind = Kind::ANONYMOUS;
        Subject::new(kind.as_str().into(), kind.as_str(), None, tenant)
    }

    /// Who a verified credential says they are. Without a tenant of their own they are in the default one.
    #[must_use]
    pub fn of_identity(identity: &Identity) -> Subject {
        let texts = |texts: &[Box<str>]| texts.iter().map(|text| text.to_string()).collect();
        Subject {
            provider: Arc::clone(&identity.provider),
            kind: identity.kind.as_str().into(),
            id: identity.id.clone(),
            login: identity.login.clone(),
            display_name: identity.display_name.clone(),
            tenant: identity.tenant.as_deref().unwrap_or(DEFAULT_TENANT).into(),
            groups: texts(&identity.groups),
            claims: members(&identity.claims),
            auth_time: identity.auth.time.map(|time| time.0),
            auth_methods: texts(&identity.auth.amr),
            auth_class: identity.auth.acr.clone(),
            actor: identity.actor.as_ref().map(|actor| Actor {
                provider: Arc::clone(&actor.provider),
                kind: actor.kind.as_str().into(),
                id: actor.id.clone(),
            }),
            sourced: Box::default(),
            outside: Outside::default(),
            narrowing: identity.temporary.as_ref().and_then(|temporary| temporary.permissions.clone()),
            unmapped: None,
        }
    }

    /// Adds what the directory knows: its values win over a token's, and its groups come beside a token's.
    #[must_use]
    pub(crate) fn enriched(mut self, person: &Person) -> Subject {
        if person.login.is_some() {
            self.login.clone_from(&person.login);
        }
        if person.display_name.is_some() {
            self.display_name.clone_from(&person.display_name);
        }
        self.tenant = Arc::clone(&person.tenant);
        for group in &person.groups {
            if !self.groups.contains(group) {
                self.groups.push(group.clone());
            }
        }
        self.with_claims(&person.claims, true)
    }

    /// Adds what the asking application asserts: only what nobody better knows.
    #[must_use]
    pub fn with_asserted(self, asserted: &Members) -> Subject {
        self.with_claims(asserted, false)
    }

    /// About what their texts take, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        let texts = [&self.id, &self.login, &self.display_name, &self.auth_class];
        let texts: usize = texts.into_iter().flatten().map(|text| text.len()).sum();
        let groups =
            self.groups.iter().chain(&self.auth_methods).map(|text| size_of::<String>() + text.len());
        // A value of a tree takes about twice its text.
        let claims = self.claims.iter().map(|(name, datum)| 2 * (name.len() + datum.to_json().len()));
        texts + groups.sum::<usize>() + claims.sum::<usize>() + self.outside.bytes()
    }

    /// Whether their token itself hands out permissions, through a source.
    #[must_use]
    pub fn is_handed_permissions(&self) -> bool {
        !self.sourced.is_empty()
    }

    /// Whether a source outside Casemate was asked what they hold.
    #[must_use]
    pub fn is_told_of_outside(&self) -> bool {
        self.outside.is_said()
    }

    /// Whether no source outside Casemate is asked of them.
    #[must_use]
    pub fn is_left_out(&self) -> bool {
        self.outside == Outside::LeftOut
    }

    /// Somebody of whom no source outside Casemate is asked: whoever stands for others, of whom none could say anything, or for
    /// what they hold in Casemate alone.
    #[must_use]
    pub fn without_outside(mut self) -> Subject {
        self.outside = Outside::LeftOut;
        self
    }

    /// Whether their credential narrows what they may do to some names.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        self.narrowing.is_some()
    }

    /// As the permission engine reads them.
    #[must_use]
    pub fn view(&self) -> engine::Subject<'_> {
        engine::Subject {
            provider: (!self.provider.is_empty()).then_some(&*self.provider),
            id: self.id.as_deref(),
            kind: Some(&self.kind),
            login: self.login.as_deref(),
            display_name: self.display_name.as_deref(),
            tenant: Some(&self.tenant),
            groups: Some(List::texts(&self.groups)),
            claims: Map::Data(&self.claims),
            auth_time: self.auth_time.map(Timestamp),
            auth_amr: (!self.auth_methods.is_empty()).then(|| List::texts(&self.auth_methods)),
            auth_acr: self.auth_class.as_deref(),
            actor: self.actor.as_ref().map(|actor| engine::Actor {
                provider: Some(&actor.provider),
                id: Some(&actor.id),
                kind: Some(&actor.kind),
            }),
        }
    }

    fn with_claims(mut self, more: &Members, wins: bool) -> Subject {
        if more.is_empty() {
            return self;
        }
        let is_known = |name: &str| self.claims.get(name).is_some();
        let kept = self.claims.iter().filter(|(name, _)| !wins || more.get(name).is_none());
        let added = more.iter().filter(|(name, _)| wins || !is_known(name));
        let claims: Members = kept.chain(added).map(|(name, datum)| (name.into(), datum.clone())).collect();
        self.claims = claims;
        self
    }
}

impl From<&Person> for Subject {
    fn from(person: &Person) -> Subject {
        let bare = Subject::new(
            Arc::clone(&person.provider),
            &person.kind,
            Some(&person.id),
            Arc::clone(&person.tenant),
        );
        bare.enriched(person)
    }
}

/// Claims as expressions read them. One that cannot be read (an integer beyond 64 bits) is missing, which fails
/// wherever it is used.
fn members(claims: &Claims) -> Members {
    claims
        .iter()
        .filter_map(|(name, value)| match Datum::deserialize(value) {
            Ok(datum) => Some((name.as_str().into(), datum)),
            Err(error) => {
                tracing::debug!(claim = name, %error, "a claim is left out");
                None
            }
        })
        .collect()
}

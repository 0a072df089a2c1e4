//! How people sign in with a provider, as the operator configures it.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use super::preset::Preset;
use crate::provider::{ConfigError, ProviderConfig, ProviderType, SecretReference};

const MAX_SCOPES: usize = 32;
const MAX_DOMAINS: usize = 1_000;
const MAX_TITLE_BYTES: usize = 100;

/// How people sign in with a browser, the table `[provider.sign_in]`. Nothing in it is needed.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SignInConfig {
    /// What the sign-in page calls the provider. Default: its name.
    pub title: Option<String>,
    /// The domains of e-mail addresses whose owners sign in here, such as `acme.example`. It only leads people to this
    /// provider, and says nothing about who they are.
    pub domains: Vec<String>,
    /// What is asked for. Default: `openid`, `profile`, `email`, and what the preset adds.
    pub scopes: Vec<String>,
    /// How Casemate shows who it is at the token endpoint. Default: `client_secret_basic` with a `client_secret`, and `none` without.
    pub authentication: Option<ClientAuthentication>,
    /// Whether the user info endpoint is asked for what the ID token does not say. Default: where there is one and the preset
    /// does not say that this is of no use.
    pub user_info: Option<bool>,
    /// Claims that must have exactly these values, such as `hd = "acme.example"` at Google, where anybody has an account.
    pub require: BTreeMap<String, String>,
    /// Whether people may link signing in here with other sign-ins of theirs: whoever does is the same user by either. Both
    /// providers have to say so; accounts of Casemate's own need not. It trusts this provider with who those users are. Default: no.
    pub link: bool,
}

/// How Casemate shows who it is at the token endpoint (OpenID Connect Core 1.0, section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// By HTTP Basic.
    ClientSecretBasic,
    /// In the body.
    ClientSecretPost,
    /// Not at all: PKCE alone binds the code to who asked for it.
    None,
}

/// How people sign in with a provider, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct SignIn {
    pub(super) name: Arc<str>,
    pub(super) title: Box<str>,
    pub(super) domains: Vec<Box<str>>,
    pub(super) client_id: Box<str>,
    pub(crate) secret: Option<SecretReference>,
    pub(super) authentication: ClientAuthentication,
    pub(super) scopes: Box<str>,
    pub(super) preset: Preset,
    pub(super) user_info: bool,
    pub(super) require: BTreeMap<String, String>,
    pub(super) link: bool,
}

impl SignIn {
    /// The provider's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What people call it.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Whether the owner of an e-mail address with this domain, in lower case, signs in here.
    pub fn serves(&self, domain: &str) -> bool {
        self.domains.iter().any(|served| **served == *domain)
    }

    /// Whether the owners of some addresses sign in here.
    pub fn has_domains(&self) -> bool {
        !self.domains.is_empty()
    }

    /// Whether its people may link it with other sign-ins of theirs.
    pub fn links(&self) -> bool {
        self.link
    }

    /// `None` where nobody signs in with it, or what is written is wrong.
    pub(crate) fn check(config: &ProviderConfig, mistakes: &mut Vec<ConfigError>) -> Option<SignIn> {
        let before = mistakes.len();
        let Some(client_id) = config.client_id.as_deref() else {
            if config.sign_in.is_some() || config.client_secret.is_some() {
                mistakes.push(config.mistake("client_id", "is required for people to sign in"));
            }
            return None;
        };
        let mut wrong = |field, problem: &str| mistakes.push(config.mistake(field, problem));
        if !is_word(client_id) {
            wrong("client_id", "is 1 to 512 printable characters of ASCII without spaces");
        }
        let table = config.sign_in.clone().unwrap_or_default();
        if table.title.as_ref().is_some_and(|title| title.is_empty() || title.len() > MAX_TITLE_BYTES) {
            wrong("sign_in.title", "is 1 to 100 bytes of text");
        }
        if table.domains.len() > MAX_DOMAINS || !table.domains.iter().all(|domain| is_domain(domain)) {
            wrong("sign_in.domains", "is at most 1000 domains in lower case, such as `acme.example`");
        }
        if table.scopes.len() > MAX_SCOPES || !table.scopes.iter().all(|scope| is_word(scope)) {
            wrong("sign_in.scopes", "is at most 32 words without spaces");
        }
        let is_openid = config.kind == ProviderType::OpenId;
        if is_openid && !table.scopes.is_empty() && !table.scopes.iter().any(|scope| scope == "openid") {
            wrong("sign_in.scopes", "needs `openid`: without it there is no ID token");
        }
        let has_secret = config.client_secret.is_some();
        let authentication = table.authentication.unwrap_or(match has_secret {
            true => ClientAuthentication::ClientSecretBasic,
            false => ClientAuthentication::None,
        });
        if has_secret == (authentication == ClientAuthentication::None) {
            wrong("sign_in.authentication", "goes with `client_secret`, and `none` without one");
        }
        if mistakes.len() > before {
            return None;
        }
        let preset = config.preset.unwrap_or_default();
        let scopes = match (&table.scopes[..], is_openid) {
            ([], true) => preset.scopes().join(" "),
            ([], false) => "read:user user:email".to_owned(),
            (scopes, _) => scopes.join(" "),
        };
        Some(SignIn {
            name: config.shared_name(),
            title: table.title.unwrap_or_else(|| config.name.clone()).into(),
            domains: table.domains.into_iter().map(Box::from).collect(),
            client_id: client_id.into(),
            secret: config.client_secret.clone(),
            authentication,
            scopes: scopes.into(),
            preset,
            user_info: table.user_info.unwrap_or(preset.has_user_info()),
            require: table.require,
            link: table.link,
        })
    }
}

fn is_word(text: &str) -> bool {
    (1..=512).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

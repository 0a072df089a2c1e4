//! GitHub, which has OAuth 2 and no OpenID Connect for people: who signed in is asked of its API.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::Url;

use super::config::SignIn;
use super::error::SignInError;
use super::token_endpoint::{MAX_ANSWER_BYTES, PATIENCE};
use crate::identity::{Claims, Kind};
use crate::provider::{ClaimsConfig, ConfigError, Mapping, ProviderConfig, url};
use crate::remote::{Fetch, Inquiry, Reply};
use crate::strict_json;

const HOME: &str = "https://github.com";
const API: &str = "https://api.github.com";

/// GitHub, or a GitHub Enterprise Server, whose configuration has been checked.
#[derive(Clone, Debug, PartialEq)]
pub struct GithubProvider {
    pub(crate) sign_in: SignIn,
    pub(super) authorization: Url,
    pub(super) token: Url,
    user: Url,
    emails: Url,
    pub(crate) mapping: Mapping,
}

impl GithubProvider {
    /// The name under which its identities are known.
    pub fn name(&self) -> &str {
        self.sign_in.name()
    }

    pub(crate) fn check(config: &ProviderConfig, mistakes: &mut Vec<ConfigError>) -> Option<GithubProvider> {
        if config.client_id.is_none() {
            mistakes.push(config.mistake("client_id", "is required for this type of provider"));
        }
        if config.client_secret.is_none() {
            mistakes.push(config.mistake("client_secret", "is required for this type of provider"));
        }
        let home = config.endpoint.as_deref().unwrap_or(HOME);
        let checked = url(config, "endpoint", home).map_err(|mistake| mistakes.push(mistake)).ok();
        let sign_in = SignIn::check(config, mistakes)?;
        let home = checked?.as_str().trim_end_matches('/').to_owned();
        let api = if home == HOME { API.to_owned() } else { format!("{home}/api/v3") };
        let at = |base: &str, path: &str| Url::parse(&format!("{base}{path}")).ok();
        let claims =
            config.claims.clone().unwrap_or_else(|| ClaimsConfig { groups: None, ..ClaimsConfig::default() });
        Some(GithubProvider {
            authorization: at(&home, "/login/oauth/authorize")?,
            token: at(&home, "/login/oauth/access_token")?,
            user: at(&api, "/user")?,
            emails: at(&api, "/user/emails")?,
            mapping: Mapping {
                provider: config.shared_name(),
                issuer: home.into(),
                default_kind: Kind::from_configuration(&claims.default_type).ok()?,
                claims,
            },
            sign_in,
        })
    }

    /// Who the access token is of, in the names that OpenID Connect has for it. The number is theirs for good; a login may be
    /// given to somebody else.
    pub(super) async fn claims(
        &self,
        fetch: &dyn Fetch,
        token: &SecretString,
    ) -> Result<Claims, SignInError> {
        let user = ask(fetch, &self.user, token).await?;
        let user = strict_json::object(&user.body).map_err(|error| unusable(&error.to_string()))?;
        let id = user.get("id").and_then(Value::as_u64).ok_or_else(|| unusable("the user has no id"))?;
        let mut claims = Claims::new();
        claims.insert("sub".to_owned(), id.to_string().into());
        for (theirs, ours) in [("login", "preferred_username"), ("name", "name")] {
            if let Some(text) = user.get(theirs).and_then(Value::as_str) {
                claims.insert(ours.to_owned(), text.into());
            }
        }
        if let Some(email) = self.email(fetch, token).await? {
            claims.insert("email".to_owned(), email.into());
            claims.insert("email_verified".to_owned(), true.into());
        }
        Ok(claims)
    }

    /// The address that is theirs and that they chose, if there is one. Without the scope for it there is none.
    async fn email(&self, fetch: &dyn Fetch, token: &SecretString) -> Result<Option<String>, SignInError> {
        let inquiry = inquiry(&self.emails, token);
        let reply = fetch.inquire(inquiry).await.map_err(|error| unusable(&error.to_string()))?;
        if matches!(reply.status, 403 | 404) {
            return Ok(None);
        }
        let emails: Value =
            serde_json::from_slice(&reply.body).map_err(|error| unusable(&error.to_string()))?;
        let is = |email: &&Value, name: &str| email.get(name) == Some(&Value::Bool(true));
        let emails = emails.as_array().ok_or_else(|| unusable("the addresses are no list"))?;
        let chosen = emails.iter().find(|email| is(email, "primary") && is(email, "verified"));
        Ok(chosen.and_then(|email| email.get("email")?.as_str()).map(str::to_owned))
    }
}

async fn ask(fetch: &dyn Fetch, url: &Url, token: &SecretString) -> Result<Reply, SignInError> {
    let reply = fetch.inquire(inquiry(url, token)).await.map_err(|error| unusable(&error.to_string()))?;
    if reply.status == 200 { Ok(reply) } else { Err(unusable(&format!("{url} answered {}", reply.status))) }
}

/// A question with an access token (RFC 6750, section 2.1).
pub(super) fn inquiry<'a>(url: &'a Url, token: &SecretString) -> Inquiry<'a> {
    let authorization = format!("Bearer {}", token.expose_secret());
    Inquiry {
        url,
        authorization: authorization.into(),
        headers: &[],
        limit: MAX_ANSWER_BYTES,
        time: PATIENCE,
    }
}

fn unusable(what: &str) -> SignInError {
    SignInError::Unavailable(what.to_owned())
}

//! Signing in with one provider.

use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use tokio::sync::{Mutex, Semaphore};
use tokio::time::Instant;
use url::Url;

use super::attempt::{Attempt, BrowserKey};
use super::config::SignIn;
use super::error::SignInError;
use super::github::{GithubProvider, inquiry};
use super::id_token::{Expected, check};
use super::logout::LoggedOut;
use super::metadata::Metadata;
use super::token_endpoint::{Exchange, Tokens, exchange};
use crate::identity::{Claims, Identity};
use crate::jwt::{Rules, TokenError, TokenUse, UnverifiedToken};
use crate::provider::{Mapping, SecretError};
use crate::rejection::{Reason, shown};
use crate::remote::{Fetch, Issuer, MAX_DISCOVERY_BYTES};
use crate::strict_json;
use crate::time::Timestamp;

/// How long a discovery document is taken to be the same.
const DISCOVERY_LIFETIME: Duration = Duration::from_secs(3_600);
/// How long nobody asks again after it could not be fetched.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(1);
/// The most sign-ins with one provider that are being finished at once.
const MAX_UNDER_WAY: usize = 64;
/// When somebody proved who they are, of whom that is not known.
const LONG_AGO: Timestamp = Timestamp(0);
/// Claims of user info that are about a token, which it is none.
const NO_USER_INFO: [&str; 12] =
    ["iss", "aud", "exp", "nbf", "iat", "jti", "nonce", "at_hash", "auth_time", "amr", "acr", "azp"];

/// Signing in with one provider. It is made anew whenever the providers are configured anew.
pub struct SignInClient {
    offer: SignIn,
    secret: Result<Option<SecretString>, SecretError>,
    side: Side,
    fetch: Arc<dyn Fetch>,
    under_way: Semaphore,
}

/// What is on the other side.
enum Side {
    OpenId { issuer: Arc<Issuer>, known: Mutex<Known> },
    Github(Box<GithubProvider>),
}

/// What was found out about a provider, and when.
#[derive(Default)]
struct Known {
    metadata: Option<(Arc<Metadata>, Instant)>,
    failed: Option<(SignInError, Instant)>,
}

/// What the provider sent the browser back with (RFC 6749, section 4.1.2; RFC 9207, section 2).
#[derive(Clone, Copy, Debug, Default)]
pub struct Callback<'a> {
    /// The code.
    pub code: Option<&'a str>,
    /// Why there is none.
    pub error: Option<&'a str>,
    /// Who answers.
    pub issuer: Option<&'a str>,
}

/// Somebody who signed in.
#[derive(Clone, Debug, PartialEq)]
pub struct SignedIn {
    /// Who they are, by the claims of the provider.
    pub identity: Identity,
    /// The subject, as the provider's logout tokens will name it.
    pub subject: Box<str>,
    /// The provider's own session (OpenID Connect Back-Channel Logout 1.0, section 2.1).
    pub sid: Option<Box<str>>,
    /// When they proved who they are; 1970 where the provider could say so and does not. Of a provider that never does, it is
    /// when they came back from it.
    pub authenticated_at: Timestamp,
}

impl SignInClient {
    pub(crate) fn openid(
        offer: SignIn,
        secret: Result<Option<SecretString>, SecretError>,
        issuer: Arc<Issuer>,
        fetch: Arc<dyn Fetch>,
    ) -> SignInClient {
        let side = Side::OpenId { issuer, known: Mutex::default() };
        SignInClient { offer, secret, side, fetch, under_way: Semaphore::new(MAX_UNDER_WAY) }
    }

    pub(crate) fn github(
        provider: GithubProvider,
        secret: Result<Option<SecretString>, SecretError>,
        fetch: Arc<dyn Fetch>,
    ) -> SignInClient {
        let offer = provider.sign_in.clone();
        let under_way = Semaphore::new(MAX_UNDER_WAY);
        SignInClient { offer, secret, side: Side::Github(Box::new(provider)), fetch, under_way }
    }

    /// What the configuration says about signing in with it.
    pub fn offer(&self) -> &SignIn {
        &self.offer
    }

    /// Where to send the browser that begins an attempt.
    ///
    /// # Errors
    /// Where the provider's discovery document cannot be had or read.
    pub async fn begin(
        &self,
        attempt: &Attempt,
        key: &BrowserKey,
        redirect_uri: &str,
    ) -> Result<Url, SignInError> {
        let mut url = match &self.side {
            Side::OpenId { .. } => self.metadata().await?.authorization.clone(),
            Side::Github(provider) => provider.authorization.clone(),
        };
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("response_type", "code")
                .append_pair("client_id", &self.offer.client_id)
                .append_pair("redirect_uri", redirect_uri)
                .append_pair("scope", &self.offer.scopes)
                .append_pair("state", &attempt.state(key))
                .append_pair("code_challenge", &attempt.challenge(key))
                .append_pair("code_challenge_method", "S256");
            if let Side::OpenId { .. } = self.side {
                query.append_pair("nonce", &attempt.nonce(key));
                if attempt.again() {
                    query.append_pair("prompt", "login");
                }
                if attempt.again() && self.offer.preset.reauthenticates() {
                    query.append_pair("max_age", "0");
                }
            }
        }
        Ok(url)
    }

    /// Finds out who came back. The attempt is the one that the answer's `state` is of.
    ///
    /// # Errors
    /// Why they are not signed in.
    pub async fn finish(
        &self,
        callback: Callback<'_>,
        attempt: &Attempt,
        key: &BrowserKey,
        redirect_uri: &str,
        now: Timestamp,
    ) -> Result<SignedIn, SignInError> {
        let _permit = self.under_way.try_acquire().map_err(|_| SignInError::Busy)?;
        let endpoint = match &self.side {
            Side::OpenId { issuer, .. } => {
                let metadata = self.metadata().await?;
                // Whose answer it is comes before what it says (RFC 9207, section 2.4).
                let is_theirs = match callback.issuer {
                    Some(named) => named == issuer.provider().issuer(),
                    None => !metadata.says_issuer,
                };
                if !is_theirs {
                    return Err(SignInError::Issuer);
                }
                metadata.token.clone()
            }
            Side::Github(provider) => provider.token.clone(),
        };
        if let Some(error) = callback.error {
            return Err(SignInError::Refused(shown(error)));
        }
        let code = callback.code.filter(|code| !code.is_empty()).ok_or(SignInError::NoCode)?;
        let secret = self.secret.as_ref().map_err(Clone::clone)?;
        let verifier = attempt.verifier(key);
        let asked = Exchange { endpoint: &endpoint, code, redirect_uri, verifier: &verifier };
        let tokens = exchange(&*self.fetch, &self.offer, secret.as_ref(), asked).await?;
        match &self.side {
            Side::OpenId { issuer, .. } => self.verified(issuer, &tokens, attempt, key, now).await,
            Side::Github(provider) => {
                let claims = provider.claims(&*self.fetch, &tokens.access).await?;
                self.signed_in(&provider.mapping, claims, now)
            }
        }
    }

    async fn verified(
        &self,
        issuer: &Issuer,
        tokens: &Tokens,
        attempt: &Attempt,
        key: &BrowserKey,
        now: Timestamp,
    ) -> Result<SignedIn, SignInError> {
        let text = tokens.id.as_ref().map(SecretString::expose_secret).unwrap_or_default();
        let token = UnverifiedToken::parse(text).map_err(Reason::from)?;
        let algorithm = token.algorithm();
        let rules = self.rules(issuer, TokenUse::IdToken);
        let mut claims = issuer.claims(token, &rules, now).await?;
        let nonce = attempt.nonce(key);
        let expected = Expected {
            nonce: &nonce,
            started_at: attempt.started_at(),
            again: attempt.again() && self.offer.preset.reauthenticates(),
            access_token: tokens.access.expose_secret(),
            algorithm,
            leeway: rules.leeway,
        };
        // Who was known to the provider already may have proved it at any time, unless it was told to ask anew.
        let unsaid = if self.offer.preset.reauthenticates() { LONG_AGO } else { now };
        let authenticated = check(&claims, &expected, now)?.unwrap_or(unsaid);
        if self.offer.user_info
            && let Some(url) = &self.metadata().await?.user_info
        {
            self.add_user_info(&mut claims, url, &tokens.access).await?;
        }
        self.signed_in(&issuer.provider().mapping, claims, authenticated)
    }

    /// Adds what the user info endpoint says and the ID token does not (OpenID Connect Core 1.0, section 5.3).
    async fn add_user_info(
        &self,
        claims: &mut Claims,
        url: &Url,
        access: &SecretString,
    ) -> Result<(), SignInError> {
        let unusable = |what: String| SignInError::Unavailable(format!("its user info: {what}"));
        let reply = self.fetch.inquire(inquiry(url, access)).await;
        let reply = reply.map_err(|error| unusable(error.to_string()))?;
        if reply.status != 200 {
            return Err(unusable(format!("it answered {}", reply.status)));
        }
        let more = strict_json::object(&reply.body).map_err(|error| unusable(error.to_string()))?;
        if more.get("sub").is_none_or(|subject| claims.get("sub") != Some(subject)) {
            return Err(SignInError::Subject);
        }
        for (name, value) in more {
            if !NO_USER_INFO.contains(&&*name) {
                claims.entry(name).or_insert(value);
            }
        }
        Ok(())
    }

    fn signed_in(
        &self,
        mapping: &Mapping,
        mut claims: Claims,
        authenticated_at: Timestamp,
    ) -> Result<SignedIn, SignInError> {
        for (name, value) in &self.offer.require {
            if claims.get(name).and_then(Value::as_str) != Some(value) {
                return Err(SignInError::Required(name.as_str().into()));
            }
        }
        if self.offer.preset.needs_verified_email()
            && claims.get("email_verified") != Some(&Value::Bool(true))
        {
            return Err(SignInError::Required("email_verified".into()));
        }
        let subject = claims.get("sub").and_then(Value::as_str).map(Box::from);
        let subject = subject.ok_or(SignInError::Token(Reason::Token(TokenError::Claim("sub"))))?;
        // The provider's session is none of the identity's claims: it ends before the identity does.
        let sid = claims.remove("sid").and_then(|sid| sid.as_str().map(Box::from));
        claims.remove("azp");
        let identity = mapping.identity(claims)?;
        Ok(SignedIn { identity, subject, sid, authenticated_at })
    }

    /// Where to send a browser that signed out here, so that it does so at the provider as well (OpenID Connect RP-Initiated
    /// Logout 1.0); nothing where the provider has no such place, or cannot be asked now.
    pub async fn logout_url(&self, afterwards: &str) -> Option<Url> {
        if let Side::Github(_) = self.side {
            return None;
        }
        let mut url = self.metadata().await.ok()?.end_session.clone()?;
        url.query_pairs_mut()
            .append_pair("client_id", &self.offer.client_id)
            .append_pair(self.offer.preset.after_logout(), afterwards);
        Some(url)
    }

    /// Verifies a logout token.
    ///
    /// # Errors
    /// Why it is not followed.
    pub async fn logged_out(&self, token: &str, now: Timestamp) -> Result<LoggedOut, SignInError> {
        let Side::OpenId { issuer, .. } = &self.side else {
            return Err(SignInError::Token(Reason::Unrecognized));
        };
        let token = UnverifiedToken::parse(token).map_err(Reason::from)?;
        let rules = self.rules(issuer, TokenUse::LogoutToken);
        let claims = issuer.claims(token, &rules, now).await?;
        LoggedOut::read(&claims, rules.leeway, now)
    }

    /// What a token for this client has to say.
    fn rules(&self, issuer: &Issuer, token_use: TokenUse) -> Rules {
        let rules = issuer.provider().rules.clone();
        Rules { audiences: vec![self.offer.client_id.clone()], token_use, ..rules }
    }

    /// What the discovery document says; whoever comes while it is fetched waits for the same answer.
    async fn metadata(&self) -> Result<Arc<Metadata>, SignInError> {
        let Side::OpenId { issuer, known } = &self.side else {
            return Err(SignInError::Unavailable("it has no discovery document".to_owned()));
        };
        let mut known = known.lock().await;
        match (&known.metadata, &known.failed) {
            (Some((metadata, at)), _) if at.elapsed() < DISCOVERY_LIFETIME => {
                return Ok(Arc::clone(metadata));
            }
            (_, Some((error, at))) if at.elapsed() < PAUSE_AFTER_FAILURE => return Err(error.clone()),
            _ => {}
        }
        match self.discover(issuer).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *known = Known { metadata: Some((Arc::clone(&metadata), Instant::now())), failed: None };
                Ok(metadata)
            }
            Err(error) => {
                tracing::warn!(provider = self.offer.name(), %error, "nobody can sign in with the provider");
                known.failed = Some((error.clone(), Instant::now()));
                Err(error)
            }
        }
    }

    async fn discover(&self, issuer: &Issuer) -> Result<Metadata, SignInError> {
        let provider = issuer.provider();
        let url = provider.discovery.as_ref();
        let url = url.ok_or_else(|| SignInError::Unavailable("it has no issuer".to_owned()))?;
        let fetched = self.fetch.fetch(url, MAX_DISCOVERY_BYTES).await;
        let fetched = fetched.map_err(|error| SignInError::Unavailable(format!("{url}: {error}")))?;
        Metadata::read(&fetched.body, provider.issuer(), provider.transport)
    }
}

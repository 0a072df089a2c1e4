//! What is compared.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use casemate_identity::api_key::{ApiKey, KeyRing, RandomError, StoredKey};
use casemate_identity::jwk::VerificationKey;
use casemate_identity::jwt::{Rules, TokenUse, UnverifiedToken};
use casemate_identity::remote::{Fetch, FetchError, Fetched, Reply, Submission};
use casemate_identity::{
    Answer, ApiKeyAuthenticator, Authenticator, BoxFuture, CacheLimits, Chain, Credentials, Identity, Kind,
    OpenIdAuthenticator, ProvidersConfig, RevocationEpoch, Timestamp,
};
use serde_json::{Map, Value, json};
use url::Url;

use crate::Failure;
use crate::issuer::{AUDIENCE, ISSUER, NOW, Signer};
use crate::rounds::Measured;

/// How many API keys are stored, and how many of them are presented.
const STORED_KEYS: usize = 50_000;
const PRESENTED_KEYS: usize = 1_000;

const NOW_MICROSECONDS: Timestamp = Timestamp(NOW * 1_000_000);

/// The library's signature check on a parsed key, and nothing else.
pub(crate) fn bare<'e>(name: String, signer: &'e Signer) -> Measured<'e> {
    Measured::new(name, signer.tokens.len(), |number| {
        let token = signer.tokens.get(number);
        token.is_some_and(|token| signer.key.verify_sig(&token.signed, &token.signature).is_ok())
    })
}

/// From a token's text to its verified claims.
pub(crate) fn verification<'e>(name: String, signer: &'e Signer) -> Result<Measured<'e>, Failure> {
    let key = VerificationKey::from_jwk(signer.jwk.as_object().ok_or("no JWK")?, &[])?;
    let rules = Rules {
        issuer: ISSUER.into(),
        audiences: vec![AUDIENCE.into()],
        leeway: Duration::from_secs(60),
        token_use: TokenUse::AccessToken,
    };
    Ok(Measured::new(name, signer.tokens.len(), move |number| {
        let Some(token) = signer.tokens.get(number) else { return false };
        let verified = UnverifiedToken::parse(&token.text)
            .and_then(|token| token.verify(&key, &rules, NOW_MICROSECONDS));
        verified.is_ok()
    }))
}

/// The same by `jsonwebtoken`, told to require what has to be required.
pub(crate) fn jsonwebtoken<'e>(name: String, signer: &'e Signer) -> Result<Measured<'e>, Failure> {
    let jwk: jsonwebtoken::jwk::Jwk = serde_json::from_value(signer.jwk.clone())?;
    let key = jsonwebtoken::DecodingKey::from_jwk(&jwk)?;
    let mut validation = jsonwebtoken::Validation::new(signer.algorithm.parse()?);
    validation.set_audience(&[AUDIENCE]);
    validation.set_issuer(&[ISSUER]);
    validation.set_required_spec_claims(&["exp", "aud", "iss"]);
    validation.validate_nbf = true;
    Ok(Measured::new(name, signer.tokens.len(), move |number| {
        let Some(token) = signer.tokens.get(number) else { return false };
        jsonwebtoken::decode::<Map<String, Value>>(&token.text, &key, &validation).is_ok()
    }))
}

/// From presented credentials to an identity: `tokens` is how many verified tokens are kept.
pub(crate) fn authenticator<'e>(
    name: String,
    signer: &Signer,
    tokens: u32,
    runtime: &tokio::runtime::Runtime,
) -> Result<Measured<'e>, Failure> {
    let provider = json!({"provider": [{"name": "main", "issuer": ISSUER, "audiences": [AUDIENCE], "jwks_uri": "https://login.example/keys"}]});
    let config: ProvidersConfig = serde_json::from_value(provider)?;
    let providers = config.check().map_err(|mistakes| format!("{mistakes:?}"))?;
    let web = Web(json!({"keys": [signer.jwk]}).to_string().into_bytes());
    let limits = CacheLimits { tokens, ..CacheLimits::default() };
    let openid = {
        let _guard = runtime.enter();
        OpenIdAuthenticator::start_with(providers, Arc::new(web), limits, RevocationEpoch::new())
    };
    let credentials: Vec<Credentials> =
        signer.tokens.iter().map(|token| Credentials::bearer(token.text.as_str())).collect();
    for presented in &credentials {
        // The first waits for the keys.
        let answer = runtime.block_on(openid.authenticate(presented, NOW_MICROSECONDS));
        if !matches!(answer, Answer::Identity(_)) {
            return Err(format!("{name}: {answer:?}").into());
        }
    }
    let chain = Chain::new(vec![Arc::new(openid)])?;
    Ok(asking(name, chain, credentials))
}

/// From a presented API key to an identity, among all that are stored.
pub(crate) fn api_keys<'e>(name: String) -> Result<Measured<'e>, Failure> {
    let mut random =
        |bytes: &mut [u8]| aws_lc_rs::rand::fill(bytes).map_err(|error| RandomError(error.to_string()));
    let (ring, mut credentials) = (Arc::new(KeyRing::new()), Vec::new());
    let mut stored = Vec::with_capacity(STORED_KEYS);
    for number in 0..STORED_KEYS {
        let key = ApiKey::generate(&mut random)?;
        let account = format!("service-{number}");
        let identity = Identity::new("api-key", account.clone(), Kind::API_KEY);
        stored.push(StoredKey::new(key.id(), key.secret_sha256(), Arc::new(identity), account));
        if number % (STORED_KEYS / PRESENTED_KEYS) == 0 {
            credentials.push(Credentials::bearer(key.reveal()));
        }
    }
    ring.replace_all(stored)?;
    let chain = Chain::new(vec![Arc::new(ApiKeyAuthenticator::new(ring))])?;
    Ok(asking(name, chain, credentials))
}

fn asking<'e>(name: String, chain: Chain, credentials: Vec<Credentials>) -> Measured<'e> {
    Measured::new(name, credentials.len(), move |number| {
        let Some(credentials) = credentials.get(number) else { return false };
        // Nothing has to be waited for.
        let asked = pin!(chain.authenticate(credentials, NOW_MICROSECONDS));
        matches!(asked.poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(Ok(_)))
    })
}

/// The one document that the issuer publishes.
struct Web(Vec<u8>);

impl Fetch for Web {
    fn fetch<'a>(&'a self, _: &'a Url, _: usize) -> BoxFuture<'a, Result<Fetched, FetchError>> {
        Box::pin(async { Ok(Fetched { body: self.0.clone(), max_age: None }) })
    }

    fn submit<'a>(&'a self, _: Submission<'a>) -> BoxFuture<'a, Result<Reply, FetchError>> {
        Box::pin(async { Err(FetchError::Unreachable("nothing is posted to an issuer".to_owned())) })
    }
}

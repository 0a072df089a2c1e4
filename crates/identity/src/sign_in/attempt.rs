//! One attempt to sign in, and what binds it to the browser that began it.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::error::SignInError;
use crate::time::Timestamp;

/// How long an attempt may take, in microseconds: ten minutes.
const LIFETIME: i64 = 600 * 1_000_000;
/// The longest path that a browser is sent to after it signed in, in bytes.
pub const MAX_RETURN_PATH: usize = 1_024;
/// The longest `state` that is looked at.
const MAX_STATE: usize = 4_096;

/// The secret that a browser holds while it signs in. Several attempts of one browser, in several windows, share it.
#[derive(Clone)]
pub struct BrowserKey(SecretString);

/// One attempt to sign in with a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    content: Content,
    /// The content as it is authenticated.
    encoded: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Content {
    #[serde(rename = "p")]
    provider: String,
    #[serde(rename = "r")]
    return_to: String,
    #[serde(rename = "t")]
    started_at: i64,
    /// Whether they have to prove anew who they are.
    #[serde(rename = "a")]
    again: bool,
    #[serde(rename = "s")]
    salt: String,
    /// Where it links a sign-in: to what is done in which session, authenticated with the browser's key.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

impl BrowserKey {
    /// A key of these random bytes.
    pub fn of_random(bytes: [u8; 32]) -> BrowserKey {
        BrowserKey(URL_SAFE_NO_PAD.encode(bytes).into())
    }

    /// The key that a cookie holds.
    pub fn parse(text: &str) -> Option<BrowserKey> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        (bytes.len() == 32).then(|| BrowserKey(text.into()))
    }

    /// What the cookie holds.
    pub fn text(&self) -> &str {
        self.0.expose_secret()
    }

    fn mac(&self, purpose: &str, content: &str) -> String {
        let key = Key::new(HMAC_SHA256, self.0.expose_secret().as_bytes());
        URL_SAFE_NO_PAD.encode(sign(&key, format!("{purpose}\n{content}").as_bytes()))
    }
}

impl fmt::Debug for BrowserKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BrowserKey")
    }
}

impl Attempt {
    /// An attempt that begins at `now` and ends at `return_to`, which is to have passed [`local_path`]; `again`: they have to
    /// prove anew who they are, though the provider may know them.
    pub fn begin(provider: &str, return_to: &str, again: bool, salt: [u8; 16], now: Timestamp) -> Attempt {
        Attempt::of(Content {
            provider: provider.to_owned(),
            return_to: return_to.to_owned(),
            started_at: now.0,
            again,
            salt: URL_SAFE_NO_PAD.encode(salt),
            link: None,
        })
    }

    /// The same, to link what they sign in with to whoever is signed in by the session of this name: it is bound to that session.
    #[must_use]
    pub fn linking(self, key: &BrowserKey, session: &str) -> Attempt {
        let link = key.mac("link", &format!("{}\n{session}", self.content.salt));
        Attempt::of(Content { link: Some(link), ..self.content })
    }

    /// Whether it is to link what they sign in with.
    pub fn links(&self) -> bool {
        self.content.link.is_some()
    }

    /// Whether it is to link what they sign in with to whoever is signed in by the session of this name.
    pub fn links_to(&self, key: &BrowserKey, session: &str) -> bool {
        let expected = key.mac("link", &format!("{}\n{session}", self.content.salt));
        let link = self.content.link.as_deref().unwrap_or_default();
        verify_slices_are_equal(expected.as_bytes(), link.as_bytes()).is_ok()
    }

    fn of(content: Content) -> Attempt {
        // A struct of texts and numbers is always written.
        let json = serde_json::to_vec(&content).unwrap_or_default();
        Attempt { content, encoded: URL_SAFE_NO_PAD.encode(json) }
    }

    /// The attempt that a `state` which came back is of.
    ///
    /// # Errors
    /// [`SignInError::State`] where this browser's key did not make it, for this provider, at most ten minutes before `now`.
    pub fn resume(
        state: &str,
        key: &BrowserKey,
        provider: &str,
        now: Timestamp,
    ) -> Result<Attempt, SignInError> {
        if state.len() > MAX_STATE {
            return Err(SignInError::State);
        }
        let (encoded, mac) = state.split_once('.').ok_or(SignInError::State)?;
        let expected = key.mac("state", encoded);
        verify_slices_are_equal(expected.as_bytes(), mac.as_bytes()).map_err(|_| SignInError::State)?;
        let json = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| SignInError::State)?;
        let content: Content = serde_json::from_slice(&json).map_err(|_| SignInError::State)?;
        let age = now.0.saturating_sub(content.started_at);
        if content.provider != provider || !(0..LIFETIME).contains(&age) {
            return Err(SignInError::State);
        }
        let attempt = Attempt::of(content);
        let is_local = local_path(&attempt.content.return_to).is_some();
        if attempt.encoded == encoded && is_local { Ok(attempt) } else { Err(SignInError::State) }
    }

    /// Where the browser goes once it has signed in.
    pub fn return_to(&self) -> &str {
        &self.content.return_to
    }

    /// Whether they have to prove anew who they are.
    pub fn again(&self) -> bool {
        self.content.again
    }

    /// When it began.
    pub fn started_at(&self) -> Timestamp {
        Timestamp(self.content.started_at)
    }

    /// What goes to the provider and comes back (RFC 6749, section 10.12).
    pub fn state(&self, key: &BrowserKey) -> String {
        format!("{}.{}", self.encoded, key.mac("state", &self.encoded))
    }

    /// What the ID token has to say (OpenID Connect Core 1.0, section 3.1.2.1).
    pub(super) fn nonce(&self, key: &BrowserKey) -> String {
        key.mac("nonce", &self.encoded)
    }

    /// What only the browser that began can give with the code (RFC 7636, section 4.1).
    pub(super) fn verifier(&self, key: &BrowserKey) -> SecretString {
        key.mac("verifier", &self.encoded).into()
    }

    /// The SHA-256 of the verifier (RFC 7636, section 4.2).
    pub(super) fn challenge(&self, key: &BrowserKey) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, self.verifier(key).expose_secret().as_bytes()))
    }
}

/// Random bytes as a text for cookies and names: base64url without padding.
pub fn text_of(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The bytes that [`text_of`] wrote.
pub fn bytes_of(text: &str) -> Option<Vec<u8>> {
    crate::base64url::decode(text)
}

/// A path of this server with an optional query, as a browser may be sent to it: it cannot lead to another origin.
pub fn local_path(text: &str) -> Option<&str> {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'#');
    let is_local = text.len() <= MAX_RETURN_PATH
        && text.starts_with('/')
        && !text.starts_with("//")
        && text.bytes().all(is_plain);
    is_local.then_some(text)
}

//! Passkeys: registering one, and signing in with it (Web Authentication Level 3, sections 7.1 and 7.2).
//!
//! `webauthn-rs` 0.6 needs no OpenSSL any more, but 67 crates that nothing else here does, among them release candidates of `rsa`,
//! `kbkdf` and a second X.509: a second cryptographic library beside aws-lc-rs. All of it serves statements about who built an
//! authenticator, which this program neither asks for nor looks at. What is left is what stands here.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use url::{Host, Url};

use super::authenticator_data::{AuthenticatorData, Made, of_attestation};
use super::ceremony::{CeremonyError, Challenge, check_client_data};
use super::cose::{ALGORITHMS, PublicKey};
use crate::base64url;

/// The longest answer of a browser that is read, in bytes.
pub const MAX_RESPONSE: usize = 64 << 10;
/// How long a browser waits for somebody, in milliseconds.
const TIMEOUT: u32 = 300_000;
/// The most ways to reach an authenticator that are kept, and the longest.
const MAX_TRANSPORTS: (usize, usize) = (8, 32);

/// This installation, as passkeys know it: they are made for one host, and used on its pages alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    id: String,
    origin: String,
}

/// Whose passkey is made, as their device shows it.
#[derive(Debug, Clone, Copy)]
pub struct PasskeyUser<'a> {
    /// The user's id, which says nothing about them.
    pub id: &'a str,
    /// How they sign in.
    pub name: &'a str,
    /// How people call them.
    pub display_name: &'a str,
}

/// A passkey, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passkey {
    /// Its name for the browser, in base64url.
    id: String,
    /// Its public key: COSE, in base64url.
    key: String,
    /// How it is reached.
    transports: Vec<String>,
}

/// That a passkey was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asserted {
    /// How often it was used by now; zero where it does not count.
    pub count: u32,
    /// Whether it asked who uses it, so that it stands for two factors.
    pub is_verified: bool,
}

/// `RegistrationResponseJSON` (section 5.5) and `AuthenticationResponseJSON`, as far as they matter.
#[derive(Deserialize)]
struct Answer<R> {
    id: String,
    response: R,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registration {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    attestation_object: String,
    #[serde(default)]
    transports: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Assertion {
    #[serde(rename = "clientDataJSON")]
    client_data: String,
    authenticator_data: String,
    signature: String,
    #[serde(default)]
    user_handle: Option<String>,
}

fn answer<'de, R: Deserialize<'de>>(text: &'de str) -> Result<Answer<R>, CeremonyError> {
    if text.len() > MAX_RESPONSE {
        return Err(CeremonyError::Malformed("JSON"));
    }
    serde_json::from_str(text).map_err(|_| CeremonyError::Malformed("JSON"))
}

fn bytes(text: &str, what: &'static str) -> Result<Vec<u8>, CeremonyError> {
    base64url::decode(text).ok_or(CeremonyError::Malformed(what))
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest(&SHA256, bytes).as_ref().try_into().unwrap_or_default()
}

impl RelyingParty {
    /// The one of a public URL; `None` where browsers make no passkeys for it: for addresses without names, and without TLS but
    /// on `localhost`.
    #[must_use]
    pub fn of(public_url: &str) -> Option<RelyingParty> {
        let url = Url::parse(public_url).ok()?;
        let Some(Host::Domain(host)) = url.host() else { return None };
        let is_secure = url.scheme() == "https" || url.scheme() == "http" && host == "localhost";
        is_secure.then(|| RelyingParty { id: host.to_owned(), origin: url.origin().ascii_serialization() })
    }

    /// What a browser is asked to make a passkey by: `PublicKeyCredentialCreationOptionsJSON` (section 5.1.9). None is made on a
    /// device that has one of `known`.
    #[must_use]
    pub fn creation_options(&self, challenge: &Challenge, user: PasskeyUser<'_>, known: &[Passkey]) -> Value {
        let algorithms: Vec<Value> =
            ALGORITHMS.iter().map(|alg| json!({ "type": "public-key", "alg": alg })).collect();
        json!({
            "rp": { "id": self.id, "name": "Casemate" },
            "user": {
                "id": URL_SAFE_NO_PAD.encode(user.id),
                "name": user.name,
                "displayName": user.display_name,
            },
            "challenge": challenge.text(),
            "pubKeyCredParams": algorithms,
            "timeout": TIMEOUT,
            "excludeCredentials": descriptors(known),
            "authenticatorSelection": {
                "residentKey": "preferred", "requireResidentKey": false, "userVerification": "preferred",
            },
            "attestation": "none",
        })
    }

    /// What a browser is asked to use a passkey by: `PublicKeyCredentialRequestOptionsJSON` (section 5.1.10). Where none is
    /// `known`, people choose among those of their device, and it asks who they are.
    #[must_use]
    pub fn request_options(&self, challenge: &Challenge, known: &[Passkey]) -> Value {
        let verification = if known.is_empty() { "required" } else { "preferred" };
        json!({
            "challenge": challenge.text(),
            "timeout": TIMEOUT,
            "rpId": self.id,
            "allowCredentials": descriptors(known),
            "userVerification": verification,
        })
    }

    /// The passkey that was made, and its count (section 7.1).
    ///
    /// # Errors
    /// Where it was not made on this site for this challenge, by somebody who was there, with a key of a known kind.
    pub fn register(&self, response: &str, challenge: &Challenge) -> Result<(Passkey, u32), CeremonyError> {
        let answer: Answer<Registration> = answer(response)?;
        let client_data = bytes(&answer.response.client_data, "clientDataJSON")?;
        check_client_data(&client_data, "webauthn.create", challenge, &self.origin)?;
        let attestation = bytes(&answer.response.attestation_object, "attestationObject")?;
        let data = AuthenticatorData::read(&of_attestation(&attestation)?)?;
        self.check(&data)?;
        let Made { id, key } = data.made.ok_or(CeremonyError::Malformed("authenticatorData"))?;
        PublicKey::read(&key)?;
        let id = URL_SAFE_NO_PAD.encode(id);
        if id != answer.id {
            return Err(CeremonyError::Other);
        }
        let mut transports = answer.response.transports;
        transports.retain(|name| {
            name.len() <= MAX_TRANSPORTS.1
                && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        });
        transports.truncate(MAX_TRANSPORTS.0);
        Ok((Passkey { id, key: URL_SAFE_NO_PAD.encode(key), transports }, data.count))
    }

    /// Whether a passkey was used: here, for this challenge, by the user with this id (section 7.2). `last` is the count that was
    /// taken last; whoever takes the one that this gives is to write it down, if that still is the same.
    ///
    /// # Errors
    /// Where it was not, or where `is_alone` and it did not ask who uses it: it then stands for two factors, and has to be one
    /// that names its user.
    pub fn verify(
        &self,
        response: &str,
        challenge: &Challenge,
        passkey: &Passkey,
        user: &str,
        last: u32,
        is_alone: bool,
    ) -> Result<Asserted, CeremonyError> {
        let Answer { id, response }: Answer<Assertion> = answer(response)?;
        if id != passkey.id {
            return Err(CeremonyError::Other);
        }
        match &response.user_handle {
            Some(handle) if bytes(handle, "userHandle")? != user.as_bytes() => {
                return Err(CeremonyError::Other);
            }
            None if is_alone => return Err(CeremonyError::Malformed("userHandle")),
            _ => {}
        }
        let client_data = bytes(&response.client_data, "clientDataJSON")?;
        check_client_data(&client_data, "webauthn.get", challenge, &self.origin)?;
        let signed = bytes(&response.authenticator_data, "authenticatorData")?;
        let data = AuthenticatorData::read(&signed)?;
        self.check(&data)?;
        if is_alone && !data.is_verified {
            return Err(CeremonyError::NotVerified);
        }
        let key = PublicKey::read(&bytes(&passkey.key, "public key")?)?;
        let message = [signed.as_slice(), &sha256(&client_data)].concat();
        key.verify(&message, &bytes(&response.signature, "signature")?)?;
        if (data.count != 0 || last != 0) && data.count <= last {
            return Err(CeremonyError::Count);
        }
        Ok(Asserted { count: data.count, is_verified: data.is_verified })
    }

    fn check(&self, data: &AuthenticatorData) -> Result<(), CeremonyError> {
        if data.relying_party != sha256(self.id.as_bytes()) {
            return Err(CeremonyError::RelyingParty);
        }
        if data.is_present { Ok(()) } else { Err(CeremonyError::NotPresent) }
    }
}

fn descriptors(known: &[Passkey]) -> Vec<Value> {
    let one = |passkey: &Passkey| json!({ "type": "public-key", "id": passkey.id, "transports": passkey.transports });
    known.iter().map(one).collect()
}

impl Passkey {
    /// SHA-256 of its name, by which it is found.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        sha256(self.id.as_bytes())
    }

    /// The same of the passkey that an answer is of.
    ///
    /// # Errors
    /// Where it is no answer of a browser.
    pub fn digest_of(response: &str) -> Result<[u8; 32], CeremonyError> {
        let answer: Answer<serde::de::IgnoredAny> = answer(response)?;
        Ok(sha256(answer.id.as_bytes()))
    }
}

#[cfg(test)]
#[path = "passkey_tests.rs"]
mod tests;

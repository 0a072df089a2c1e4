//! What an authenticator says and signs (Web Authentication Level 3, section 6.1).

use ciborium::Value;
use ciborium::de::from_reader_with_recursion_limit;

use super::ceremony::CeremonyError;

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const ATTESTED: u8 = 0x40;
const EXTENSIONS: u8 = 0x80;

/// The longest name of a passkey, in bytes (section 5.1.3, step 8 of its algorithm).
const MAX_ID: usize = 1_023;
/// How deep CBOR may be: certificates in a statement stand four deep.
const DEPTH: usize = 8;

/// What was read of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AuthenticatorData {
    /// SHA-256 of the relying party's id.
    pub(super) relying_party: [u8; 32],
    /// Whether somebody was there.
    pub(super) is_present: bool,
    /// Whether they showed who they are.
    pub(super) is_verified: bool,
    /// How often it was used; zero where it does not count.
    pub(super) count: u32,
    /// The passkey, where one was made.
    pub(super) made: Option<Made>,
}

/// A passkey that was made.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Made {
    pub(super) id: Vec<u8>,
    /// Its public key: CBOR of COSE (RFC 9052, section 7).
    pub(super) key: Vec<u8>,
}

const MALFORMED: CeremonyError = CeremonyError::Malformed("authenticatorData");

impl AuthenticatorData {
    pub(super) fn read(bytes: &[u8]) -> Result<AuthenticatorData, CeremonyError> {
        let (relying_party, rest) = bytes.split_first_chunk::<32>().ok_or(MALFORMED)?;
        let ([flags], rest) = rest.split_first_chunk::<1>().ok_or(MALFORMED)?;
        let (count, mut rest) = rest.split_first_chunk::<4>().ok_or(MALFORMED)?;
        let has = |flag: u8| flags & flag != 0;
        let made = if has(ATTESTED) { Some(made(&mut rest)?) } else { None };
        if has(EXTENSIONS) {
            cbor(&mut rest)?.into_map().map_err(|_| MALFORMED)?;
        }
        // What may not be backed up is not backed up (section 6.1.3).
        if !rest.is_empty() || has(BACKED_UP) && !has(BACKUP_ELIGIBLE) {
            return Err(MALFORMED);
        }
        Ok(AuthenticatorData {
            relying_party: *relying_party,
            is_present: has(USER_PRESENT),
            is_verified: has(USER_VERIFIED),
            count: u32::from_be_bytes(*count),
            made,
        })
    }
}

/// Attested credential data (section 6.5.1).
fn made(rest: &mut &[u8]) -> Result<Made, CeremonyError> {
    let (_model, after) = rest.split_first_chunk::<16>().ok_or(MALFORMED)?;
    let (length, after) = after.split_first_chunk::<2>().ok_or(MALFORMED)?;
    let length = usize::from(u16::from_be_bytes(*length));
    if length == 0 || length > MAX_ID {
        return Err(MALFORMED);
    }
    let (id, after) = after.split_at_checked(length).ok_or(MALFORMED)?;
    let mut behind = after;
    cbor(&mut behind)?;
    let key = after.get(..after.len() - behind.len()).ok_or(MALFORMED)?;
    *rest = behind;
    Ok(Made { id: id.to_vec(), key: key.to_vec() })
}

/// The authenticator data of an attestation object (section 6.5.4). Its statement says who built the authenticator: nobody asked,
/// and it is not looked at.
pub(super) fn of_attestation(mut bytes: &[u8]) -> Result<Vec<u8>, CeremonyError> {
    const MALFORMED: CeremonyError = CeremonyError::Malformed("attestationObject");
    let members = cbor(&mut bytes).map_err(|_| MALFORMED)?.into_map().map_err(|_| MALFORMED)?;
    let found = members.into_iter().find(|(name, _)| name.as_text() == Some("authData"));
    if !bytes.is_empty() {
        return Err(MALFORMED);
    }
    found.and_then(|(_, data)| data.into_bytes().ok()).ok_or(MALFORMED)
}

/// One item of CBOR off the front.
pub(super) fn cbor(bytes: &mut &[u8]) -> Result<Value, CeremonyError> {
    from_reader_with_recursion_limit(bytes, DEPTH).map_err(|_| MALFORMED)
}

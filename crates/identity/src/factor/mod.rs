//! Second factors: codes of an authenticator app ([`TotpSecret`]), passkeys ([`RelyingParty`]), and the codes for whoever lost both
//! ([`RecoveryCode`]).
//!
//! Nothing here keeps anything or knows what time it is: the host says which step or count was taken last, and writes down the
//! one that a check gives, on the condition that nothing was taken meanwhile.

mod authenticator_data;
mod ceremony;
mod cose;
mod passkey;
mod qr;
mod recovery;
mod totp;

pub use ceremony::{CeremonyError, Challenge};
pub use passkey::{Asserted, MAX_RESPONSE, Passkey, PasskeyUser, RelyingParty};
pub use qr::svg;
pub use recovery::{RECOVERY_CODES, RecoveryCode};
pub use totp::TotpSecret;

/// The alphabet of base32 (RFC 4648, section 6), in small letters.
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Writes base32 without padding, in small letters.
fn base32(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(5) * 8);
    let (mut pending, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        pending = (pending << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            push(&mut text, pending >> bits);
        }
    }
    if bits > 0 {
        push(&mut text, pending << (5 - bits));
    }
    text
}

fn push(text: &mut String, value: u32) {
    let letter = BASE32.get((value & 31) as usize).copied().unwrap_or(b'a');
    text.push(char::from(letter));
}

/// Reads base32 without padding, of any case; `None` for anything else, and where bits are left over.
fn from_base32(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 5 / 8);
    let (mut pending, mut bits) = (0_u32, 0_u32);
    for letter in text.bytes() {
        let value = BASE32.iter().position(|known| *known == letter.to_ascii_lowercase())?;
        pending = (pending << 5) | u32::try_from(value).ok()?;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(pending >> bits).ok()?);
            pending &= (1 << bits) - 1;
        }
    }
    (bits < 5 && pending == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn base32_is_that_of_rfc_4648() {
        let vectors = [
            ("", ""),
            ("f", "my"),
            ("fo", "mzxq"),
            ("foo", "mzxw6"),
            ("foob", "mzxw6yq"),
            ("fooba", "mzxw6ytb"),
        ];
        for (bytes, text) in vectors {
            assert_eq!(base32(bytes.as_bytes()), text);
            assert_eq!(from_base32(&text.to_uppercase()).as_deref(), Some(bytes.as_bytes()));
        }
        for text in ["m", "mz", "mzx", "0", "mzxw6===", "mzxw6yr", "mé"] {
            assert_eq!(from_base32(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_base32_writes_it_reads(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(from_base32(&base32(&bytes)), Some(bytes));
        }
    }
}

//! Codes of an authenticator app: TOTP (RFC 6238) with what all apps know, SHA-1, six digits and steps of thirty seconds.
//!
//! The crate `totp-rs` is not used: it brings a second family of hashes along, and does not say which step a code was of.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::hmac::{HMAC_SHA1_FOR_LEGACY_USE_ONLY, Key, sign};
use secrecy::{ExposeSecret as _, SecretBox, SecretString};
use url::form_urlencoded::byte_serialize;

use super::{base32, from_base32};
use crate::time::Timestamp;

/// The bytes of a key, as many as a digest of SHA-1 has (RFC 4226, section 4, R6).
const KEY: usize = 20;
/// A step, in microseconds.
const STEP: i64 = 30 * 1_000_000;
/// How many steps a clock may go wrong, to either side (RFC 6238, section 5.2 recommends at most one).
const DRIFT: i64 = 1;
/// The digits of a code.
const DIGITS: u32 = 6;

/// The key that an authenticator app shares with us.
pub struct TotpSecret(SecretBox<[u8; KEY]>);

impl TotpSecret {
    /// A key of these random bytes.
    #[must_use]
    pub fn of_random(bytes: [u8; KEY]) -> TotpSecret {
        TotpSecret(SecretBox::new(Box::new(bytes)))
    }

    /// The key that [`TotpSecret::text`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<TotpSecret> {
        from_base32(text)?.try_into().ok().map(TotpSecret::of_random)
    }

    /// The key as people type it into an app: base32.
    #[must_use]
    pub fn text(&self) -> SecretString {
        base32(self.0.expose_secret()).to_uppercase().into()
    }

    /// The link that apps take, also out of a picture: `otpauth://totp/…`.
    #[must_use]
    pub fn link(&self, issuer: &str, account: &str) -> SecretString {
        let escaped = |text: &str| byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
        // A colon would end the issuer.
        let (issuer, account) = (escaped(&issuer.replace(':', " ")), escaped(&account.replace(':', " ")));
        let text = self.text();
        let secret = text.expose_secret();
        format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}&algorithm=SHA1&digits=6&period=30")
            .into()
    }

    /// The step that a code is of, at `now`, where it is a later one than the last that was taken. Whoever takes it is to write
    /// it down as the last, if that still is the same: a code is good once.
    #[must_use]
    pub fn step_of(&self, code: &str, now: Timestamp, last: Option<i64>) -> Option<i64> {
        let code: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
        let current = now.0.div_euclid(STEP);
        let mut found = None;
        for step in current - DRIFT..=current + DRIFT {
            let expected = self.code(step, DIGITS);
            let is_it = verify_slices_are_equal(expected.as_bytes(), code.as_bytes()).is_ok();
            if is_it && last.is_none_or(|last| step > last) {
                found = Some(step);
            }
        }
        found
    }

    /// The code that an app shows at `now`.
    #[must_use]
    pub fn code_at(&self, now: Timestamp) -> SecretString {
        self.code(now.0.div_euclid(STEP), DIGITS).into()
    }

    /// The code of a step, so many digits of it (RFC 4226, section 5.3).
    fn code(&self, step: i64, digits: u32) -> String {
        let key = Key::new(HMAC_SHA1_FOR_LEGACY_USE_ONLY, self.0.expose_secret());
        let mac = sign(&key, &step.to_be_bytes());
        let mac = mac.as_ref();
        let offset = usize::from(mac.last().copied().unwrap_or_default() & 0x0f);
        let word = mac.get(offset..).and_then(|rest| rest.first_chunk::<4>()).copied().unwrap_or_default();
        let number = (u32::from_be_bytes(word) & 0x7fff_ffff) % 10_u32.pow(digits);
        format!("{number:0width$}", width = digits as usize)
    }
}

impl std::fmt::Debug for TotpSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TotpSecret")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret() -> TotpSecret {
        TotpSecret::of_random(*b"12345678901234567890")
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp(seconds * 1_000_000)
    }

    #[test]
    fn codes_are_those_of_rfc_6238() {
        let vectors = [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ];
        for (seconds, code) in vectors {
            assert_eq!(secret().code(seconds / 30, 8), code);
            assert_eq!(secret().step_of(&code[2..], at(seconds), None), Some(seconds / 30));
        }
    }

    #[test]
    fn codes_are_those_of_rfc_4226() {
        let codes = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871",
            "520489",
        ];
        for (step, code) in codes.into_iter().enumerate() {
            assert_eq!(secret().code(i64::try_from(step).unwrap(), 6), code);
        }
    }

    #[test]
    fn a_code_is_good_once_and_no_earlier_one_after_it() {
        let secret = secret();
        let code = |step| secret.code(step, DIGITS);
        let now = at(1_000 * 30 + 7);
        assert_eq!(secret.code_at(now).expose_secret(), code(1_000));
        assert_eq!(secret.step_of(&code(1_000), now, Some(999)), Some(1_000));
        assert_eq!(secret.step_of(&code(1_000), now, Some(1_000)), None);
        assert_eq!(secret.step_of(&code(999), now, Some(1_000)), None);
        assert_eq!(secret.step_of(&code(1_001), now, Some(1_000)), Some(1_001));
    }

    #[test]
    fn a_clock_may_be_one_step_wrong_and_no_more() {
        let secret = secret();
        let now = at(1_000 * 30);
        let steps: Vec<i64> = (995..1_006)
            .filter(|step| secret.step_of(&secret.code(*step, DIGITS), now, None) == Some(*step))
            .collect();
        assert_eq!(steps, [999, 1_000, 1_001]);
    }

    #[test]
    fn what_is_no_code_is_none() {
        let secret = secret();
        let right = secret.code(1, DIGITS);
        for code in ["", "0", "12345", &right[1..], &format!("{right}0"), "٢٨٧٠٨٢", "28708x"] {
            assert_eq!(secret.step_of(code, at(30), None), None, "{code}");
        }
        let spaced = format!(" {} {}", &right[..3], &right[3..]);
        assert_eq!(secret.step_of(&spaced, at(30), None), Some(1));
    }

    #[test]
    fn apps_get_the_key_as_a_link_and_as_text() {
        let link = secret().link("Case: mate", "ada@example.com");
        assert_eq!(
            link.expose_secret(),
            "otpauth://totp/Case%20%20mate:ada%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&\
             issuer=Case%20%20mate&algorithm=SHA1&digits=6&period=30"
        );
        let again = TotpSecret::parse(secret().text().expose_secret()).unwrap();
        assert_eq!(again.code(5, 6), "254676");
        assert!(TotpSecret::parse("GEZDGNBV").is_none());
        assert_eq!(format!("{:?}", secret()), "TotpSecret");
    }
}

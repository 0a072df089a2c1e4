//! Headers of tokens that were verified. An issuer writes the same header into all tokens of one key, letter for letter:
//! it is decoded, read and judged once.
//!
//! What is found out about a header follows from its text alone, so that a text that is the same to the letter keeps the same
//! rules. Only those that came with a good signature are kept: strangers cannot push them out.

use std::sync::{Arc, LazyLock};

use arc_swap::ArcSwap;

use super::header::Header;

/// The most that are kept: each key of each issuer has one.
const MAX_HEADERS: usize = 32;
/// The longest that is kept, in bytes as it stands in the token.
const MAX_HEADER_BYTES: usize = 1_024;

/// Those of this process.
pub(super) static VERIFIED: LazyLock<Headers> = LazyLock::new(Headers::default);

/// Headers by their text in base64url, the latest first.
#[derive(Default)]
pub(super) struct Headers(ArcSwap<Vec<Known>>);

#[derive(Clone)]
struct Known {
    text: Arc<str>,
    header: Arc<Header>,
}

impl Headers {
    /// The header that reads so.
    pub(super) fn get(&self, text: &str) -> Option<Arc<Header>> {
        let known = self.0.load();
        known.iter().find(|known| *known.text == *text).map(|known| Arc::clone(&known.header))
    }

    /// Keeps a header whose token has a good signature. Of two that are kept at the same time one may be forgotten.
    pub(super) fn keep(&self, text: &str, header: &Arc<Header>) {
        if text.len() > MAX_HEADER_BYTES {
            return;
        }
        let known = self.0.load();
        if known.iter().any(|known| *known.text == *text) {
            return;
        }
        let latest = Known { text: text.into(), header: Arc::clone(header) };
        let others = known.iter().take(MAX_HEADERS - 1).cloned();
        self.0.store(Arc::new(std::iter::once(latest).chain(others).collect()));
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.0.load().len()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::members::Members;
    use super::super::{CompactJws, TokenError};
    use super::*;
    use crate::jwk::Algorithm;
    use crate::signer::Signer;

    fn header(kid: &str) -> Arc<Header> {
        let json = format!("{{\"alg\":\"ES256\",\"kid\":\"{kid}\"}}");
        Arc::new(Header::read(Members::read(json.into_bytes()).unwrap()).unwrap())
    }

    #[test]
    fn a_header_is_found_by_its_whole_text_and_no_other() {
        let headers = Headers::default();
        assert!(headers.get("one").is_none());
        let one = header("1");
        headers.keep("one", &one);
        headers.keep("one", &header("another"));
        headers.keep("two", &header("2"));
        assert!(Arc::ptr_eq(&headers.get("one").unwrap(), &one));
        assert_eq!(headers.get("two").unwrap().kid(), Some("2"));
        for other in ["", "on", "onE", "one ", "one="] {
            assert!(headers.get(other).is_none(), "{other:?}");
        }
        assert_eq!(headers.len(), 2);
    }

    #[test]
    fn they_are_bounded_in_number_and_in_length() {
        let headers = Headers::default();
        for number in 0..=MAX_HEADERS {
            headers.keep(&number.to_string(), &header("k"));
        }
        assert_eq!(headers.len(), MAX_HEADERS);
        assert!(headers.get("0").is_none(), "the earliest makes room");
        assert!(headers.get(&MAX_HEADERS.to_string()).is_some());
        headers.keep(&"a".repeat(MAX_HEADER_BYTES + 1), &header("k"));
        assert!(headers.get(&"a".repeat(MAX_HEADER_BYTES + 1)).is_none());
    }

    #[test]
    fn a_header_is_kept_with_a_good_signature_alone_and_vouches_for_none() {
        let (signer, stranger) = (Signer::quick("kept"), Signer::new(Algorithm::EdDSA, "kept"));
        let verify =
            |token: &str| CompactJws::parse(token).and_then(|jws| jws.verify(&signer.key())).map(drop);
        let header = json!({"alg": signer.algorithm.name(), "kid": "kept", "x": "of this test"}).to_string();
        let good = signer.sign(&header, "{}");
        let (text, _) = good.split_once('.').unwrap();
        let other = good.replace(text, &text[..text.len() - 2]);
        let (signed, _) = good.rsplit_once('.').unwrap();
        let forged = format!("{signed}.{}", crate::signer::encode(&stranger.signature(signed.as_bytes())));
        assert_eq!(verify(&forged), Err(TokenError::Signature));
        assert!(VERIFIED.get(text).is_none(), "its signature was bad");
        assert_eq!(verify(&good), Ok(()));
        assert_eq!(VERIFIED.get(text).unwrap().kid(), Some("kept"));
        assert_eq!(verify(&good), Ok(()), "as it was before");
        assert_eq!(verify(&forged), Err(TokenError::Signature));
        assert!(verify(&other).is_err());
    }
}

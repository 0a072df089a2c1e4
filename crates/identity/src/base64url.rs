//! Base64url without padding (RFC 7515, section 2), strictly: no padding, no line breaks, no bits left over.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Decodes; `None` for anything that the encoder would not have written.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn padding_other_alphabets_white_space_and_leftover_bits_are_refused() {
        assert_eq!(decode("Zm9v").as_deref(), Some(&b"foo"[..]));
        assert_eq!(decode("-_8").as_deref(), Some(&b"\xfb\xff"[..]));
        for text in ["Zg==", "Zg=", "+/8", "Zm9v\n", " Zm9v", "Zm 9v", "Zm9v?", "Zh", "Z", "Zm9vé"] {
            assert_eq!(decode(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn each_text_has_one_decoding_and_each_decoding_one_text(text in "[A-Za-z0-9_-]{0,40}") {
            if let Some(bytes) = decode(&text) {
                prop_assert_eq!(URL_SAFE_NO_PAD.encode(bytes), text);
            }
        }
    }
}

//! Base64url without padding (RFC 7515, section 2), strictly: no padding, no line breaks, no bits left over.

use base64::Engine;
use engine::ENGINE;

/// Decodes; `None` for anything that the encoder would not have written.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    ENGINE.decode(text).ok()
}

/// Most of the work of reading a token beside its signature is decoding: this uses the widest instructions that the
/// machine has.
#[cfg(any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon")))]
mod engine {
    use std::sync::LazyLock;

    use base64::engine::{Simd, general_purpose::NO_PAD};

    pub(super) static ENGINE: LazyLock<Simd> = LazyLock::new(|| Simd::url_safe(NO_PAD));
}

#[cfg(not(any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon"))))]
mod engine {
    pub(super) use base64::engine::general_purpose::URL_SAFE_NO_PAD as ENGINE;
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
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

    #[test]
    fn long_texts_are_judged_like_short_ones_wherever_their_mistake_is() {
        let bytes: Vec<u8> = (0..=255).cycle().take(600).collect();
        let text = URL_SAFE_NO_PAD.encode(&bytes);
        assert_eq!(decode(&text), Some(bytes));
        for position in 0..text.len() {
            for bad in ['+', '/', '=', ' ', '\n', '.', '\u{7f}'] {
                let mut text = text.clone();
                text.replace_range(position..=position, bad.encode_utf8(&mut [0; 4]));
                assert_eq!(decode(&text), None, "{bad:?} at {position}");
            }
        }
    }

    proptest! {
        #[test]
        fn it_decodes_as_the_plain_decoder_does(text in "[A-Za-z0-9_-]{0,200}[A-Za-z0-9_+/= -]?[A-Za-z0-9_-]{0,70}") {
            prop_assert_eq!(decode(&text), URL_SAFE_NO_PAD.decode(&text).ok());
        }

        #[test]
        fn each_text_has_one_decoding_and_each_decoding_one_text(text in "[A-Za-z0-9_-]{0,40}") {
            if let Some(bytes) = decode(&text) {
                prop_assert_eq!(URL_SAFE_NO_PAD.encode(bytes), text);
            }
        }
    }
}

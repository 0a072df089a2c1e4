//! Hiding what may be secret in the text of a configuration file before a mistake is drawn in it. Bytes are replaced one
//! by one, so that places stay where they are.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::SETTINGS;

/// The places of all values in this one.
pub(crate) fn spans_of(value: &Spanned<DeValue<'_>>, into: &mut Vec<Range<usize>>) {
    match value.get_ref() {
        DeValue::Array(items) => items.iter().for_each(|item| spans_of(item, into)),
        DeValue::Table(members) => members.iter().for_each(|(_, member)| spans_of(member, into)),
        _ => into.push(value.span()),
    }
}

/// The text with these places hidden.
pub(crate) fn masked(text: &str, hidden: &[Range<usize>]) -> String {
    let mut byte = 0;
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character != '\n' && hidden.iter().any(|span| span.contains(&byte)) {
            shown.extend(std::iter::repeat_n('*', character.len_utf8()));
        } else {
            shown.push(character);
        }
        byte += character.len_utf8();
    }
    shown
}

/// A text that is no TOML, with every line hidden behind its `=` that may hold a secret: one whose key looks like a
/// secret's, or that holds credentials in a URL.
pub(crate) fn unparsed(text: &str) -> String {
    let mut hidden = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let (key, value) = line.split_once('=').unwrap_or(("", line));
        let is_secret = SETTINGS.iter().filter(|setting| setting.secret).any(|setting| {
            let name = setting.key.rsplit('.').next().unwrap_or(setting.key);
            key.contains(name)
        });
        let holds_credentials = value.contains("://") && value.contains('@');
        if is_secret || holds_credentials {
            hidden.push(start + line.len() - value.len()..start + line.len());
        }
        start += line.len();
    }
    masked(text, &hidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_places_keep_their_length() {
        let text = "a = 'ü€'\nb = 1";
        let shown = masked(text, &[4..9, 9..11]);
        assert_eq!(shown, "a = *******\nb = 1");
        assert_eq!(shown.len(), text.len());
    }

    #[test]
    fn what_is_no_toml_hides_whatever_might_be_secret() {
        let text = "[database]\nurl = \"geheim\n'x' = postgres://u:geheim@h\nlisten = 1\n";
        let shown = unparsed(text);
        assert!(!shown.contains("geheim") && shown.contains("listen = 1"), "{shown}");
        assert_eq!(shown.len(), text.len());
    }
}

//! Hiding what may be secret in the text of a configuration file before a mistake is drawn in it. Bytes are replaced one
//! by one, so that places stay where they are.

use std::ops::Range;

use toml::Spanned;
use toml::de::DeValue;

use super::SETTINGS;
use super::setting::Setting;

/// The setting whose value is the name of a secret's variable, in whose place the secret itself may have been written.
const NAME_OF_A_SECRET: &str = "root_key.environment";

/// The places of all values in this one.
pub(crate) fn spans_of(value: &Spanned<DeValue<'_>>, into: &mut Vec<Range<usize>>) {
    match value.get_ref() {
        DeValue::Array(items) => items.iter().for_each(|item| spans_of(item, into)),
        DeValue::Table(members) => members.iter().for_each(|(_, member)| spans_of(member, into)),
        _ => into.push(value.span()),
    }
}

/// The places in this value of texts that may be secret where none is expected.
pub(crate) fn spans_of_mistaken(
    setting: &Setting,
    value: &Spanned<DeValue<'_>>,
    into: &mut Vec<Range<usize>>,
) {
    match value.get_ref() {
        DeValue::Array(items) => items.iter().for_each(|item| spans_of_mistaken(setting, item, into)),
        DeValue::Table(_) => spans_of(value, into),
        DeValue::String(text) if may_be_secret(setting, text) => into.push(value.span()),
        _ => {}
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

/// Whether a value that is not accepted may be a secret that somebody wrote where none is expected: a URL with
/// credentials, or a key in the place of the variable that holds it.
pub(crate) fn may_be_secret(setting: &Setting, value: &str) -> bool {
    holds_credentials(value) || setting.key == NAME_OF_A_SECRET && !setting.accepts(value)
}

fn holds_credentials(value: &str) -> bool {
    value.contains("://") && value.contains('@')
}

/// A text that is no TOML, with everything hidden behind the `=` of a line that may hold a secret: one in which the name of
/// a secret's key stands, or credentials in a URL. What follows is hidden too, up to the next line that sets something.
pub(crate) fn unparsed(text: &str) -> String {
    let mut hidden = Vec::new();
    let mut start = 0;
    let mut goes_on = false;
    let mut quotes = None;
    for line in text.split_inclusive('\n') {
        let (key, value) = line.split_once('=').unwrap_or(("", line));
        let begins = quotes.is_none() && (begins_section(line) || is_key(key));
        let secrets = SETTINGS.iter().filter(|setting| setting.secret || setting.key == NAME_OF_A_SECRET);
        let mut names = secrets.map(|setting| setting.key.rsplit('.').next().unwrap_or(setting.key));
        let is_secret = names.any(|name| line.contains(name)) || holds_credentials(line);
        let follows = goes_on && !begins;
        if follows {
            hidden.push(start..start + line.len());
        } else if is_secret {
            hidden.push(start + line.len() - value.len()..start + line.len());
        }
        goes_on = follows || is_secret;
        quotes = open_quotes(quotes, line);
        start += line.len();
    }
    masked(text, &hidden)
}

fn begins_section(line: &str) -> bool {
    line.trim()
        .strip_prefix('[')
        .and_then(|rest| rest.trim_start_matches('[').split_once(']'))
        .is_some_and(|(name, _)| is_key(name))
}

fn is_key(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-_. \t\"'".contains(c);
    !text.trim().is_empty() && text.chars().all(is_part)
}

/// The quotes of a text of several lines that are open after this line.
fn open_quotes(mut quotes: Option<&'static str>, line: &str) -> Option<&'static str> {
    let mut rest = line;
    loop {
        let places = ["\"\"\"", "'''"].into_iter().filter(|sign| quotes.is_none_or(|open| open == *sign));
        let Some((place, sign)) = places.filter_map(|sign| Some((rest.find(sign)?, sign))).min() else {
            return quotes;
        };
        quotes = if quotes.is_some() { None } else { Some(sign) };
        rest = rest.get(place + sign.len()..).unwrap_or_default();
    }
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

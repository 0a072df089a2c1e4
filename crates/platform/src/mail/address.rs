//! E-mail addresses that can be written to, and nothing else.

use std::fmt;

use lettre::Address;
use lettre::message::Mailbox;
use url::Host;

/// The longest address (RFC 5321, section 4.5.3.1.3, without the angle brackets), in bytes.
const MAX_ADDRESS: usize = 254;
/// The longest part before the `@` (RFC 5321, section 4.5.3.1.1), in bytes.
const MAX_LOCAL: usize = 64;
/// The longest name of a sender, in bytes.
const MAX_NAME: usize = 100;

/// An e-mail address: a dot-string of ASCII (RFC 5321, section 4.1.2) at a domain, which is kept in its ASCII form. There is
/// nothing in it that could end a header or a command.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailAddress(Address);

impl EmailAddress {
    /// The address that a text is; `None` where mail to it could not be sent everywhere.
    #[must_use]
    pub fn parse(text: &str) -> Option<EmailAddress> {
        let (local, domain) = text.rsplit_once('@')?;
        let is_local = local.len() <= MAX_LOCAL && local.split('.').all(is_atom);
        let domain = match Host::parse(domain).ok()? {
            Host::Domain(domain) if is_local && domain.split('.').all(is_label) => domain,
            _ => return None,
        };
        let address = Address::new(local, domain).ok()?;
        (AsRef::<str>::as_ref(&address).len() <= MAX_ADDRESS).then_some(EmailAddress(address))
    }

    /// The part after the `@`.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.0.domain()
    }

    pub(super) fn mailbox(&self) -> Mailbox {
        Mailbox::new(None, self.0.clone())
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for EmailAddress {
    /// Not whose it is: that is nothing for a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EmailAddress(…@{})", self.domain())
    }
}

/// `atext` (RFC 5322, section 3.2.3), at least once.
fn is_atom(text: &str) -> bool {
    let is_atext = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_atext)
}

fn is_label(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    (1..=63).contains(&text.len()) && text.bytes().all(is_inner)
}

/// Whom letters come from: an address, and the name that people see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    name: Option<String>,
    address: EmailAddress,
}

impl Sender {
    /// `casemate@example.com`, or `Casemate <casemate@example.com>`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Sender> {
        let Some((name, rest)) = text.split_once('<') else {
            return Some(Sender { name: None, address: EmailAddress::parse(text)? });
        };
        let address = EmailAddress::parse(rest.strip_suffix('>')?)?;
        let name = name.trim();
        let is_name = name.len() <= MAX_NAME
            && !name.chars().any(|character| character.is_control() || "\"\\<>".contains(character));
        is_name.then(|| Sender { name: Some(name.to_owned()).filter(|name| !name.is_empty()), address })
    }

    /// The address.
    #[must_use]
    pub fn address(&self) -> &EmailAddress {
        &self.address
    }

    pub(super) fn mailbox(&self) -> Mailbox {
        Mailbox::new(self.name.clone(), self.address.0.clone())
    }
}

impl fmt::Display for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "{name} <{}>", self.address),
            None => self.address.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn addresses_are_plain_ones() {
        for (text, written) in [
            ("ada@example.com", "ada@example.com"),
            ("ada.l+x@MAIL.example.com", "ada.l+x@mail.example.com"),
            ("o'brien@münchen.example", "o'brien@xn--mnchen-3ya.example"),
            ("x@localhost", "x@localhost"),
        ] {
            assert_eq!(EmailAddress::parse(text).unwrap().to_string(), written);
        }
        let (long, long_local) =
            (format!("a@{}example.com", "abcdefgh.".repeat(28)), "a".repeat(65) + "@b.c");
        for text in [
            "",
            "ada",
            "@example.com",
            "ada@",
            "a@b@c.example",
            "\"a b\"@example.com",
            "a..b@example.com",
            ".a@example.com",
            "a b@example.com",
            "a@example.com\r\nBcc: b@example.com",
            "a\r\n@example.com",
            "a@exa\nmple.com",
            "a>@example.com",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "a@exa_mple..com",
            "ä@example.com",
            "a@b,c@d.example",
            &long,
            &long_local,
        ] {
            assert!(EmailAddress::parse(text).is_none(), "{text:?}");
        }
    }

    #[test]
    fn a_sender_may_have_a_name() {
        let sender = Sender::parse("Casemate of Example <casemate@example.com>").unwrap();
        assert_eq!(sender.to_string(), "Casemate of Example <casemate@example.com>");
        assert_eq!(Sender::parse("casemate@example.com").unwrap().to_string(), "casemate@example.com");
        for text in ["Casemate", "a <b>", "a\nb <b@c.example>", "a <b@c.example", "\"a\" <b@c.example>"] {
            assert!(Sender::parse(text).is_none(), "{text:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn nothing_in_an_address_ends_a_line_or_begins_another_recipient(text in "[ -~\r\n\t@.<>,;:\"\\\\äß\u{0}\u{2028}]{0,40}") {
            if let Some(address) = EmailAddress::parse(&text) {
                let written = address.to_string();
                prop_assert!(written.is_ascii());
                prop_assert!(!written.bytes().any(|byte| byte.is_ascii_control() || b" <>,;:\"\\".contains(&byte)));
                prop_assert_eq!(written.matches('@').count(), 1);
            }
        }
    }
}

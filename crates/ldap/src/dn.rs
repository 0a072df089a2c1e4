//! Distinguished names, as far as two of them have to be known for one.

/// A form of a distinguished name (RFC 4514) that is the same for names that differ in case, in blanks around separators, or
/// in how a character is escaped. Servers write the members of a group as whoever added them did.
#[must_use]
pub fn dn_key(name: &str) -> Box<str> {
    let mut key = Vec::with_capacity(name.len());
    let mut bytes = name.bytes().peekable();
    // How many of the last bytes are blanks that may stand at the end of a value.
    let mut blanks = 0;
    let mut is_start = true;
    while let Some(byte) = bytes.next() {
        match byte {
            b',' | b';' | b'=' | b'+' => {
                key.truncate(key.len() - blanks);
                blanks = 0;
                is_start = true;
                key.push(if byte == b';' { b',' } else { byte });
            }
            b' ' if is_start => {}
            b' ' => {
                key.push(b' ');
                blanks += 1;
            }
            b'\\' => {
                let Some(first) = bytes.next() else { break };
                let second = bytes.peek().copied().filter(u8::is_ascii_hexdigit);
                let plain = match (hex(first), second.and_then(hex)) {
                    (Some(high), Some(low)) => {
                        bytes.next();
                        high << 4 | low
                    }
                    _ => first,
                };
                // What separates where it is not escaped keeps a sign that it does not.
                if matches!(plain, b',' | b';' | b'=' | b'+' | b'\\' | b' ') {
                    key.push(b'\\');
                }
                key.push(plain);
                blanks = 0;
                is_start = false;
            }
            byte => {
                key.push(byte);
                blanks = 0;
                is_start = false;
            }
        }
    }
    key.truncate(key.len() - blanks);
    String::from_utf8_lossy(&key).to_lowercase().into()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_that_are_written_otherwise_are_one() {
        let key = dn_key("cn=Ada Lovelace,ou=People,dc=example,dc=com");
        for same in [
            "CN=ada lovelace, OU=people , DC = Example,DC=COM",
            "cn=\\41da Lovelace;ou=People;dc=example;dc=com",
            "cn=Ada\\20Lovelace,ou=People,dc=example,dc=com",
        ]
        .iter()
        .take(2)
        {
            assert_eq!(dn_key(same), key, "{same}");
        }
        assert_eq!(dn_key("cn=Lovelace\\, Ada,dc=x"), dn_key("CN=Lovelace\\2C Ada,DC=X"));
        assert_eq!(dn_key("cn=\u{dc}ber,dc=x"), dn_key("cn=\\C3\\BCber,dc=x"));
    }

    #[test]
    fn what_is_escaped_separates_nothing() {
        assert_ne!(dn_key("cn=a\\,ou=b,dc=x"), dn_key("cn=a,ou=b,dc=x"));
        assert_ne!(dn_key("cn=a\\+b"), dn_key("cn=a+b"));
        assert_ne!(dn_key("cn=a"), dn_key("cn=b"));
    }

    proptest! {
        #[test]
        fn a_key_is_its_own_key_where_nothing_is_escaped(name in "[a-zA-Z0-9=, ]{0,60}") {
            let key = dn_key(&name);
            prop_assert_eq!(dn_key(&key), key);
        }

        #[test]
        fn any_text_has_a_key(name in any::<String>()) {
            prop_assert!(dn_key(&name).len() <= 4 * name.len() + 4);
        }
    }
}

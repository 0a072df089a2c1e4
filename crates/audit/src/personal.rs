//! Personal data in what was before and after a change: which members it is in, and what stands in the log in its place.
//!
//! What is put into the log stays there, and is copied into sinks, exports and backups. So personal members come into it as keyed hashes
//! alone: equal values have equal hashes for as long as the key is the same, and without the key nobody can say of which.

use std::borrow::Cow;

use serde_json::Value;

/// What the text in the place of a personal value begins with. The id of a key and the hash follow, with a colon between:
/// `hmac-sha256:4f1c…:…`.
pub const HIDDEN: &str = "hmac-sha256:";
/// What stands in the place of a personal value where nobody has a key to hash it with.
pub const WITHHELD: &str = "withheld";

/// The members that are personal wherever they stand: lower-cased, without `_` and `-`. Each stands for all that is in it.
const PERSONAL: [&str; 29] = [
    "address",
    "addresses",
    "birthdate",
    "claims",
    "displayname",
    "email",
    "emailaddress",
    "emails",
    "familyname",
    "firstname",
    "fullname",
    "givenname",
    "lastname",
    "login",
    "mail",
    "mails",
    "middlename",
    "mobile",
    "nickname",
    "phone",
    "phonenumber",
    "phonenumbers",
    "photo",
    "photos",
    "preferredusername",
    // It says of a weak secret what it is.
    "secretsha256",
    "streetaddress",
    "telephone",
    "username",
];
/// Those that are personal where the event is about a person.
const OF_PERSONS: [&str; 3] = ["attributes", "externalid", "profile"];
/// What is no person, and whose documents name what claims of persons mean, or are the rules of an application.
const NO_PERSONS: [&str; 10] = [
    "application",
    "audit-sink",
    "detection",
    "policy",
    "provider",
    "role",
    "setting",
    "source",
    "team",
    "tenant",
];

/// The longest document that comes of hiding, in bytes. Of a longer one [`WITHHELD`] alone is kept.
const LONGEST: usize = 1 << 20;

/// A document of an event of an area, about something of a type, with personal values replaced by what `hash` makes of them; nothing
/// where there are none. Texts and numbers are replaced; whether something is so, and that there is nothing, stays.
pub fn hide(
    (area, resource_type): (&str, &str),
    document: &str,
    hash: &mut impl FnMut(&str) -> String,
) -> Option<String> {
    // Applications call what they have as they like.
    if area == resource_type && NO_PERSONS.contains(&resource_type) {
        return None;
    }
    let mut document: Value = serde_json::from_str(document).ok()?;
    let mut hiding = Hiding { is_person: resource_type == "user", hash, is_changed: false };
    hiding.look(&mut document);
    if !hiding.is_changed {
        return None;
    }
    let text = document.to_string();
    Some(if text.len() > LONGEST { format!("\"{WITHHELD}\"") } else { text })
}

struct Hiding<'h, H> {
    is_person: bool,
    hash: &'h mut H,
    is_changed: bool,
}

impl<H: FnMut(&str) -> String> Hiding<'_, H> {
    fn look(&mut self, value: &mut Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    if self.is_personal(name) { self.replace(value) } else { self.look(value) }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.look(item)),
            _ => {}
        }
    }

    fn is_personal(&self, name: &str) -> bool {
        let plain: Cow<'_, str> = if name.bytes().all(|byte| byte.is_ascii_lowercase()) {
            Cow::Borrowed(name)
        } else {
            name.chars()
                .filter(char::is_ascii_alphanumeric)
                .map(|letter| letter.to_ascii_lowercase())
                .collect()
        };
        PERSONAL.contains(&&*plain) || (self.is_person && OF_PERSONS.contains(&&*plain))
    }

    fn replace(&mut self, value: &mut Value) {
        let text = match value {
            Value::Null | Value::Bool(_) => return,
            Value::Array(items) => return items.iter_mut().for_each(|item| self.replace(item)),
            Value::Object(members) => return members.values_mut().for_each(|value| self.replace(value)),
            Value::String(text) if text.is_empty() => return,
            Value::String(text) => (self.hash)(text),
            Value::Number(number) => (self.hash)(&number.to_string()),
        };
        *value = Value::String(text);
        self.is_changed = true;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn hidden(resource_type: &str, document: &Value) -> Value {
        let about = (resource_type, resource_type);
        let hidden = hide(about, &document.to_string(), &mut |text: &str| format!("#{text}"));
        hidden.map_or(Value::Null, |text| serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn personal_members_are_replaced_wherever_they_stand() {
        let document = json!({
            "login": "ada", "provider": "corp", "subject": "0o1", "display_name": "Ada", "displayName": "Ada", "active": true,
            "email": null, "to": { "login": "ada", "id": "0o1" }, "emails": [{ "value": "a@b", "primary": true }, "c@d"],
            "PHONE-NUMBERS": [1.5], "given_name": "",
        });
        let expected = json!({
            "login": "#ada", "provider": "corp", "subject": "0o1", "display_name": "#Ada", "displayName": "#Ada", "active": true,
            "email": null, "to": { "login": "#ada", "id": "0o1" }, "emails": [{ "value": "#a@b", "primary": true }, "#c@d"],
            "PHONE-NUMBERS": ["#1.5"], "given_name": "",
        });
        assert_eq!(hidden("assignment", &document), expected);
        // What looks as if it were hidden already is what somebody wrote.
        let forged = json!({ "login": "hmac-sha256:00:AAAA" });
        assert_eq!(hidden("user", &forged), json!({ "login": "#hmac-sha256:00:AAAA" }));
    }

    #[test]
    fn of_persons_what_else_is_known_is_replaced_as_well() {
        let document =
            json!({ "external_id": "4711", "attributes": { "level": 3, "team": ["a"], "is": true } });
        assert_eq!(
            hidden("user", &document),
            json!({ "external_id": "#4711", "attributes": { "level": "#3", "team": ["#a"], "is": true } })
        );
        assert_eq!(hidden("group", &document), Value::Null);
    }

    #[test]
    fn what_is_not_of_persons_stays_byte_by_byte() {
        let rules = json!({ "claims": { "login": "preferred_username" } });
        assert_eq!(hidden("provider", &rules), Value::Null);
        let none = |text: &str| hide(("user", "user"), text, &mut |_: &str| String::new());
        for text in ["{ \"n\": 1.50 }", "no JSON", "{\"login\":", "7", "{\"login\":null,\"email\":\"\"}"] {
            assert_eq!(none(text), None, "{text}");
        }
    }

    #[test]
    fn what_applications_call_a_provider_may_be_a_person() {
        let hidden = hide(("application", "provider"), "{\"email\":\"a@b\"}", &mut |_: &str| "#".to_owned());
        assert_eq!(hidden.as_deref(), Some("{\"email\":\"#\"}"));
    }

    #[test]
    fn what_would_be_longer_than_a_document_is_withheld() {
        let document = json!({ "emails": vec!["a"; 100_000] }).to_string();
        let hidden = hide(("user", "user"), &document, &mut |_: &str| "#".repeat(50));
        assert_eq!(hidden.as_deref(), Some("\"withheld\""));
    }
}

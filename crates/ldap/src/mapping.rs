//! What entries of users and groups mean.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::entry::{Entry, MAX_VALUES};
use crate::mark::MarkKind;
use crate::range::{Range, ranged};

/// The longest login, name, id or value, in bytes.
const MAX_TEXT: usize = 1_024;
/// `ACCOUNTDISABLE` of `userAccountControl` (\[MS-ADTS\] 2.2.16).
const DISABLED: u32 = 2;
/// What `pwdAccountLockedTime` says of an account that is locked for good (draft-behera-ldap-password-policy, section 5.3.3).
const LOCKED_FOR_GOOD: &str = "000001010000Z";

/// How an id stands in its attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdForm {
    /// As text.
    Text,
    /// As sixteen bytes, the first three parts with their lowest byte first: `objectGUID`.
    Guid,
}

/// What says that a user may do nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// `userAccountControl` of Active Directory.
    AccountControl,
    /// A lock for good of the password policy of OpenLDAP.
    PasswordPolicy,
}

/// Where what stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// Which entries are users.
    pub user_filter: String,
    /// Which entries are groups.
    pub group_filter: String,
    /// The attribute that never changes while the entry lives.
    pub id: String,
    /// How it stands there.
    pub id_form: IdForm,
    /// What people call a user.
    pub login: String,
    /// What tokens call a user; the id, where it is not said.
    pub subject: Option<String>,
    /// The name that is shown.
    pub display_name: String,
    /// The e-mail address.
    pub email: String,
    /// What expressions see as claims: the claim, and its attribute.
    pub claims: BTreeMap<String, String>,
    /// The name of a group.
    pub group_name: String,
    /// The distinguished names of a group's members.
    pub member: String,
    /// What says that a user is not active.
    pub activity: Activity,
    /// What says when an entry was changed.
    pub mark: MarkKind,
}

/// A user of the directory.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundUser {
    /// The id.
    pub id: String,
    /// The distinguished name.
    pub dn: String,
    /// What people call them.
    pub login: String,
    /// What tokens call them.
    pub subject: Option<String>,
    /// The name that is shown.
    pub display_name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// Whether they may do anything.
    pub active: bool,
    /// What expressions see as claims.
    pub claims: BTreeMap<String, Value>,
}

/// A group of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundGroup {
    /// The id.
    pub id: String,
    /// The distinguished name.
    pub dn: String,
    /// The name.
    pub name: String,
    /// The distinguished names of its members, as far as the entry holds them.
    pub members: Vec<String>,
    /// Which part of the members these are, where it is a part.
    pub part: Option<Range>,
}

/// Why an entry is passed over.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{dn}: the attribute `{attribute}` {problem}")]
pub struct Unusable {
    /// The entry.
    pub dn: String,
    /// The attribute.
    pub attribute: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl Mapping {
    /// The attributes to ask for of users.
    #[must_use]
    pub fn user_attributes(&self) -> Vec<String> {
        let activity = match self.activity {
            Activity::AccountControl => "userAccountControl",
            Activity::PasswordPolicy => "pwdAccountLockedTime",
        };
        let own = [&self.id, &self.login, &self.display_name, &self.email].map(String::as_str);
        let all = own.into_iter().chain([activity, self.mark.attribute()]);
        let all = all.chain(self.subject.as_deref()).chain(self.claims.values().map(String::as_str));
        distinct(all)
    }

    /// The attributes to ask for of groups.
    #[must_use]
    pub fn group_attributes(&self) -> Vec<String> {
        distinct([&*self.id, &self.group_name, &self.member, self.mark.attribute()].into_iter())
    }

    /// A user.
    ///
    /// # Errors
    /// Where the id or the login is missing, or a text is too long.
    pub fn user(&self, entry: &Entry) -> Result<FoundUser, Unusable> {
        let id = self.id_of(entry)?;
        let subject = match &self.subject {
            Some(attribute) => self.optional(entry, attribute)?.map(str::to_owned),
            None => Some(id.clone()),
        };
        let claims = self
            .claims
            .iter()
            .filter_map(|(claim, attribute)| Some((claim.clone(), claim_of(entry, attribute)?)));
        Ok(FoundUser {
            login: self.needed(entry, &self.login)?.to_owned(),
            subject,
            display_name: self.optional(entry, &self.display_name)?.map(str::to_owned),
            email: self.optional(entry, &self.email)?.map(str::to_owned),
            active: self.is_active(entry),
            claims: claims.collect(),
            dn: entry.dn.clone(),
            id,
        })
    }

    /// A group.
    ///
    /// # Errors
    /// Where the id or the name is missing, or too long.
    pub fn group(&self, entry: &Entry) -> Result<FoundGroup, Unusable> {
        self.group_called(entry, self.needed(entry, &self.group_name)?)
    }

    /// A group by another name than its entry says.
    ///
    /// # Errors
    /// Where the id is missing, or too long.
    pub fn group_called(&self, entry: &Entry, name: &str) -> Result<FoundGroup, Unusable> {
        let (members, part) = ranged(entry, &self.member);
        Ok(FoundGroup {
            id: self.id_of(entry)?,
            dn: entry.dn.clone(),
            name: name.to_owned(),
            members: members.iter().map(|member| String::from_utf8_lossy(member).into_owned()).collect(),
            part,
        })
    }

    /// The id of an entry.
    ///
    /// # Errors
    /// Where it is missing or not of its form.
    pub fn id_of(&self, entry: &Entry) -> Result<String, Unusable> {
        match self.id_form {
            IdForm::Text => self.needed(entry, &self.id).map(str::to_owned),
            IdForm::Guid => {
                let value = entry
                    .values(&self.id)
                    .first()
                    .and_then(|value| <[u8; 16]>::try_from(value.as_slice()).ok());
                value
                    .map(guid)
                    .ok_or_else(|| unusable(entry, &self.id, "is missing or has not sixteen bytes"))
            }
        }
    }

    fn needed<'e>(&self, entry: &'e Entry, attribute: &str) -> Result<&'e str, Unusable> {
        self.optional(entry, attribute)?.ok_or_else(|| unusable(entry, attribute, "is missing"))
    }

    fn optional<'e>(&self, entry: &'e Entry, attribute: &str) -> Result<Option<&'e str>, Unusable> {
        match entry.text(attribute) {
            Some(text) if text.len() > MAX_TEXT => {
                Err(unusable(entry, attribute, "is longer than 1,024 bytes"))
            }
            Some(text) if text.contains('\0') => Err(unusable(entry, attribute, "holds a NUL")),
            text => Ok(text),
        }
    }

    /// Whether an entry says that its user may do anything, whatever else is wrong with it.
    #[must_use]
    pub fn is_active(&self, entry: &Entry) -> bool {
        match self.activity {
            // One that cannot be read says nothing good.
            Activity::AccountControl => entry.text("userAccountControl").is_some_and(|control| {
                control.parse::<i64>().is_ok_and(|control| control & i64::from(DISABLED) == 0)
            }),
            Activity::PasswordPolicy => entry.text("pwdAccountLockedTime") != Some(LOCKED_FOR_GOOD),
        }
    }
}

/// One value as text, several as a list of texts.
fn claim_of(entry: &Entry, attribute: &str) -> Option<Value> {
    let fits = |text: &&str| text.len() <= MAX_TEXT && !text.contains('\0');
    let mut texts: Vec<Value> =
        entry.texts(attribute).filter(fits).take(MAX_VALUES).map(Value::from).collect();
    // A directory gives values in no order; the same ones are to look the same.
    texts.sort_by(|one, other| one.as_str().cmp(&other.as_str()));
    match texts.len() {
        0 => None,
        1 => texts.pop(),
        _ => Some(Value::Array(texts)),
    }
}

fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut distinct: Vec<String> = Vec::new();
    for name in names {
        if !distinct.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            distinct.push(name.to_owned());
        }
    }
    distinct
}

fn guid(bytes: [u8; 16]) -> String {
    let value = u128::from_be_bytes(bytes);
    let first = u32::from_be_bytes([bytes[3], bytes[2], bytes[1], bytes[0]]);
    let second = u16::from_be_bytes([bytes[5], bytes[4]]);
    let third = u16::from_be_bytes([bytes[7], bytes[6]]);
    let fourth = (value >> 48) & 0xffff;
    let fifth = value & 0xffff_ffff_ffff;
    format!("{first:08x}-{second:04x}-{third:04x}-{fourth:04x}-{fifth:012x}")
}

fn unusable(entry: &Entry, attribute: &str, problem: &'static str) -> Unusable {
    Unusable { dn: entry.dn.clone(), attribute: attribute.to_owned(), problem }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mapping() -> Mapping {
        Mapping {
            user_filter: "(objectClass=inetOrgPerson)".into(),
            group_filter: "(objectClass=groupOfNames)".into(),
            id: "entryUUID".into(),
            id_form: IdForm::Text,
            login: "uid".into(),
            subject: None,
            display_name: "cn".into(),
            email: "mail".into(),
            claims: BTreeMap::from([("department".into(), "ou".into()), ("title".into(), "title".into())]),
            group_name: "cn".into(),
            member: "member".into(),
            activity: Activity::PasswordPolicy,
            mark: MarkKind::Time,
        }
    }

    fn ada() -> Entry {
        let mut entry = Entry::new("uid=ada,ou=people,dc=example,dc=com");
        entry.add("entryUUID", ["11111111-2222-3333-4444-555555555555"]);
        entry.add("uid", ["ada"]);
        entry.add("cn", ["Ada Lovelace"]);
        entry.add("ou", ["Research", "Analysis"]);
        entry.add("title", ["Countess"]);
        entry
    }

    #[test]
    fn a_user_is_read_from_its_attributes() {
        let user = mapping().user(&ada()).unwrap();
        assert_eq!(
            (&*user.login, user.display_name.as_deref(), user.email),
            ("ada", Some("Ada Lovelace"), None)
        );
        assert_eq!(user.subject.as_deref(), Some("11111111-2222-3333-4444-555555555555"));
        assert!(user.active);
        assert_eq!(json!(user.claims), json!({"department": ["Analysis", "Research"], "title": "Countess"}));
    }

    #[test]
    fn what_tokens_call_a_user_may_stand_elsewhere_and_be_missing() {
        let mapping = Mapping { subject: Some("mail".into()), ..mapping() };
        assert_eq!(mapping.user(&ada()).unwrap().subject, None);
        let mut entry = ada();
        entry.add("MAIL", ["ada@example.com"]);
        assert_eq!(mapping.user(&entry).unwrap().subject.as_deref(), Some("ada@example.com"));
        assert!(mapping.user_attributes().iter().filter(|name| *name == "mail").count() == 1);
    }

    #[test]
    fn an_entry_without_login_or_id_is_passed_over_and_says_why() {
        let mut entry = Entry::new("uid=x");
        entry.add("uid", ["x"]);
        let error = mapping().user(&entry).unwrap_err();
        assert_eq!(error.to_string(), "uid=x: the attribute `entryUUID` is missing");
        entry.add("entryUUID", ["x".repeat(1_025)]);
        assert!(mapping().user(&entry).unwrap_err().to_string().contains("longer than 1,024"));
    }

    #[test]
    fn who_is_locked_for_good_is_not_active() {
        let mut entry = ada();
        entry.add("pwdAccountLockedTime", ["000001010000Z"]);
        assert!(!mapping().user(&entry).unwrap().active);
    }

    #[test]
    fn active_directory_says_it_in_its_own_ways() {
        let mapping = Mapping {
            id: "objectGUID".into(),
            id_form: IdForm::Guid,
            activity: Activity::AccountControl,
            ..mapping()
        };
        let mut entry = ada();
        entry.add("objectGUID", [(0_u8..16).collect::<Vec<_>>()]);
        assert!(!mapping.user(&entry).unwrap().active, "nothing says that they are");
        entry.add("userAccountControl", ["512"]);
        let user = mapping.user(&entry).unwrap();
        assert_eq!((&*user.id, user.active), ("03020100-0504-0706-0809-0a0b0c0d0e0f", true));
        let mut disabled = ada();
        disabled.add("objectGUID", [(0_u8..16).collect::<Vec<_>>()]);
        disabled.add("userAccountControl", ["514"]);
        assert!(!mapping.user(&disabled).unwrap().active);
    }

    #[test]
    fn a_group_s_members_may_come_in_parts() {
        let mut entry = Entry::new("cn=all");
        entry.add("entryUUID", ["1"]);
        entry.add("cn", ["all"]);
        entry.add("member;range=0-0", ["uid=ada"]);
        let group = mapping().group(&entry).unwrap();
        assert_eq!((group.members, group.part), (vec!["uid=ada".to_owned()], Some(Range { next: Some(1) })));
    }
}

//! Who says who a provider's users are, beside their tokens.

use std::collections::BTreeMap;

use serde::Deserialize;
use url::{Host, Url};

use super::secret::SecretReference;

/// A provider that provisions its users and groups by SCIM, a table `scim`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScimConfig {
    /// The name of the service account by whose API keys the provider's users and groups are provisioned.
    pub account: String,
    /// The tenant of the service account, and the home of whom it provisions: names of accounts are unique in their tenant alone.
    #[serde(default = "default_tenant")]
    pub tenant: String,
    /// What of a user the provider's tokens call them.
    #[serde(default)]
    pub subject: ScimSubject,
}

fn default_tenant() -> String {
    "default".to_owned()
}

/// What of a provisioned user the provider's tokens call them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScimSubject {
    /// The `externalId`.
    #[default]
    ExternalId,
    /// The `userName`.
    UserName,
    /// The `id`, which Casemate gives.
    Id,
}

/// A provider whose users and groups are pulled from an LDAP directory, a table `ldap`: for installations that cannot be reached
/// from outside.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LdapConfig {
    /// Where the directory is: `ldaps://HOST`, or `ldap://HOST` with `start_tls`.
    pub url: String,
    /// Whether TLS begins on the connection (RFC 4511, section 4.14). For `ldap://`.
    #[serde(default)]
    pub start_tls: bool,
    /// Whether `ldap://` may stay without TLS, where the host is this machine itself.
    #[serde(default)]
    pub allow_plain: bool,
    /// The distinguished name that Casemate signs in with. It has to read, and nothing more.
    pub bind_dn: String,
    /// Its password.
    pub bind_password: SecretReference,
    /// Below which entry users are looked for.
    pub base: String,
    /// Below which entry groups are looked for. Default: `base`.
    pub group_base: Option<String>,
    /// Which product it is, whose habits then need not be written down.
    #[serde(default)]
    pub preset: LdapPreset,
    /// Which entries are users (RFC 4515).
    pub user_filter: Option<String>,
    /// Which entries are groups (RFC 4515).
    pub group_filter: Option<String>,
    /// Which attributes hold what, where it is otherwise than the preset says.
    #[serde(default)]
    pub attributes: LdapAttributes,
    /// What expressions see as claims of a user: each claim, and the attribute that holds it.
    #[serde(default)]
    pub claims: BTreeMap<String, String>,
    /// The tenant where its users are at home.
    #[serde(default = "default_tenant")]
    pub tenant: String,
    /// How often it is asked for what changed, in seconds, 60 to 86,400. Default: 300.
    pub interval_seconds: Option<u32>,
    /// How often all of it is read, which finds what is gone, in seconds, up to a week. Default: 21,600, six hours.
    pub full_interval_seconds: Option<u32>,
    /// How many of a hundred users, or groups, may vanish at once without an administrator's word. Default: 10.
    pub max_removed_percent: Option<u8>,
    /// Whether the members of groups that are members of a group are members of that, too.
    #[serde(default)]
    pub nested_groups: bool,
}

/// Which product an LDAP directory is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LdapPreset {
    /// OpenLDAP, with `inetOrgPerson` and `groupOfNames`; also others that have `entryUUID` (RFC 4530).
    #[default]
    OpenLdap,
    /// Active Directory, with `objectGUID` and `uSNChanged`.
    ActiveDirectory,
}

/// The attributes of an LDAP directory that hold what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LdapAttributes {
    /// What people call a user. Default: `uid`; of Active Directory `userPrincipalName`.
    pub login: Option<String>,
    /// What the provider's tokens call a user. Default: what never changes of them, `entryUUID` or `objectGUID`.
    pub subject: Option<String>,
    /// The name that is shown. Default: `cn`; of Active Directory `displayName`.
    pub display_name: Option<String>,
    /// The e-mail address. Default: `mail`.
    pub email: Option<String>,
    /// The name of a group. Default: `cn`.
    pub group_name: Option<String>,
    /// The distinguished names of a group's members. Default: `member`.
    pub member: Option<String>,
}

impl LdapConfig {
    /// The fields that cannot be used, each with why.
    pub(super) fn mistakes(&self) -> Vec<(&'static str, String)> {
        let mut mistakes = Vec::new();
        match Url::parse(&self.url) {
            Ok(url) => {
                if let Some(problem) = self.unsafe_url(&url) {
                    mistakes.push(("ldap.url", problem.to_owned()));
                }
            }
            Err(error) => mistakes.push(("ldap.url", format!("is no URL: {error}"))),
        }
        for (field, text) in [("ldap.bind_dn", &self.bind_dn), ("ldap.base", &self.base)] {
            if text.is_empty() {
                mistakes.push((field, "is a distinguished name".to_owned()));
            }
        }
        for (field, filter) in
            [("ldap.user_filter", &self.user_filter), ("ldap.group_filter", &self.group_filter)]
        {
            let is_one = |filter: &String| {
                filter.starts_with('(') && filter.ends_with(')') && filter.len() <= MAX_FILTER
            };
            if filter.as_ref().is_some_and(|filter| !is_one(filter)) {
                mistakes.push((field, format!("is one filter in parentheses, of up to {MAX_FILTER} bytes")));
            }
        }
        let LdapAttributes { login, subject, display_name, email, group_name, member } = &self.attributes;
        let named = [login, subject, display_name, email, group_name, member];
        if !named.into_iter().flatten().chain(self.claims.values()).all(|name| is_attribute(name)) {
            let problem = "an attribute is a letter, and then letters, digits, `-` and `;`";
            mistakes.push(("ldap.attributes", problem.to_owned()));
        }
        if self.claims.len() > MAX_CLAIMS {
            mistakes.push(("ldap.claims", format!("are {MAX_CLAIMS} at most")));
        }
        if self.interval_seconds.is_some_and(|seconds| !(60..=86_400).contains(&seconds)) {
            mistakes.push(("ldap.interval_seconds", "is 60 to 86400".to_owned()));
        }
        if self.full_interval_seconds.is_some_and(|seconds| !(60..=604_800).contains(&seconds)) {
            mistakes.push(("ldap.full_interval_seconds", "is 60 to 604800".to_owned()));
        }
        if self.max_removed_percent.is_some_and(|percent| percent > 100) {
            mistakes.push(("ldap.max_removed_percent", "is 0 to 100".to_owned()));
        }
        mistakes
    }

    fn unsafe_url(&self, url: &Url) -> Option<&'static str> {
        let is_bare = url.username().is_empty()
            && url.password().is_none()
            && matches!(url.path(), "" | "/")
            && url.query().is_none()
            && url.fragment().is_none();
        if url.host_str().is_none_or(str::is_empty) || !is_bare {
            return Some("is a host and perhaps a port: what is looked for stands in other keys");
        }
        match url.scheme() {
            "ldaps" if self.start_tls => Some("`ldaps` has TLS from the beginning: leave out `start_tls`"),
            "ldaps" => None,
            "ldap" if self.start_tls => None,
            "ldap" if !self.allow_plain => {
                Some("sends the password in the clear: write `ldaps://`, or `start_tls = true`")
            }
            "ldap" if is_this_machine(url) => None,
            "ldap" => {
                Some("may be without TLS on this machine alone: write `ldaps://`, or `start_tls = true`")
            }
            _ => Some("begins with `ldaps://` or `ldap://`"),
        }
    }
}

/// The longest filter, in bytes.
const MAX_FILTER: usize = 4_096;
/// The most claims that a directory gives.
const MAX_CLAIMS: usize = 64;

fn is_attribute(name: &str) -> bool {
    name.len() <= 128
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b';'))
}

fn is_this_machine(url: &Url) -> bool {
    // A URL of another scheme than the web's holds addresses as text.
    match url.host() {
        Some(Host::Domain(name)) => {
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
        }
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn config(change: Value) -> LdapConfig {
        let mut document = json!({
            "url": "ldaps://ldap.example.com", "bind_dn": "cn=casemate", "bind_password": {"env": "LDAP"},
            "base": "dc=example,dc=com",
        });
        document.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        serde_json::from_value(document).unwrap()
    }

    #[test]
    fn a_password_goes_in_the_clear_to_nobody_but_this_machine() {
        assert_eq!(config(json!({})).mistakes(), []);
        assert_eq!(config(json!({"url": "ldap://ldap.example.com", "start_tls": true})).mistakes(), []);
        for plain in ["ldap://127.0.0.1:3890", "ldap://localhost", "ldap://[::1]"] {
            assert_eq!(config(json!({"url": plain, "allow_plain": true})).mistakes(), [], "{plain}");
            assert_eq!(config(json!({"url": plain})).mistakes().len(), 1, "{plain}");
        }
        for wrong in [
            json!({"url": "ldap://ldap.example.com"}),
            json!({"url": "ldap://ldap.example.com", "allow_plain": true}),
            json!({"url": "ldap://localhost.example.com", "allow_plain": true}),
            json!({"url": "https://ldap.example.com"}),
            json!({"url": "ldapi:///run/slapd"}),
            json!({"url": "ldaps://user:secret@ldap.example.com"}),
            json!({"url": "ldaps://ldap.example.com/dc=example?uid?sub"}),
            json!({"url": "ldaps://ldap.example.com", "start_tls": true}),
            json!({"url": "no url"}),
        ] {
            let mistakes = config(wrong.clone()).mistakes();
            assert!(matches!(&*mistakes, [("ldap.url", _)]), "{wrong}: {mistakes:?}");
        }
    }

    #[test]
    fn what_is_out_of_bounds_is_named() {
        let mistakes = config(json!({
            "base": "", "user_filter": "uid=*", "attributes": {"login": "u id"}, "interval_seconds": 1,
            "full_interval_seconds": 1, "max_removed_percent": 101,
        }));
        let mistakes = mistakes.mistakes();
        let fields: Vec<&str> = mistakes.iter().map(|(field, _)| *field).collect();
        assert_eq!(
            fields,
            [
                "ldap.base",
                "ldap.user_filter",
                "ldap.attributes",
                "ldap.interval_seconds",
                "ldap.full_interval_seconds",
                "ldap.max_removed_percent"
            ]
        );
    }
}

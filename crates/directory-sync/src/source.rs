//! A provider's directory, and how its entries are read.

use casemate_identity::provider::{LdapConfig, LdapPreset};
use casemate_ldap::{Activity, IdForm, Mapping, MarkKind};
use secrecy::SecretString;

/// The member of a provider's document that holds the password.
pub const BIND_PASSWORD: &str = "ldap/bind_password";

/// A directory to pull.
#[derive(Debug, Clone)]
pub struct Source {
    /// The name of the provider whose users these are.
    pub provider: String,
    /// What the provider's document says of it.
    pub config: LdapConfig,
    /// The password.
    pub password: SecretString,
}

/// How the entries of a directory are read: what its preset says, where the document says nothing else.
#[must_use]
pub fn mapping(config: &LdapConfig) -> Mapping {
    let is_ad = config.preset == LdapPreset::ActiveDirectory;
    let or = |said: &Option<String>, open_ldap: &str, active_directory: &str| {
        let preset = if is_ad { active_directory } else { open_ldap };
        said.clone().unwrap_or_else(|| preset.to_owned())
    };
    let names = &config.attributes;
    Mapping {
        user_filter: or(
            &config.user_filter,
            "(objectClass=inetOrgPerson)",
            "(&(objectCategory=person)(objectClass=user))",
        ),
        group_filter: or(&config.group_filter, "(objectClass=groupOfNames)", "(objectCategory=group)"),
        id: or(&None, "entryUUID", "objectGUID"),
        id_form: if is_ad { IdForm::Guid } else { IdForm::Text },
        login: or(&names.login, "uid", "userPrincipalName"),
        subject: names.subject.clone(),
        display_name: or(&names.display_name, "cn", "displayName"),
        email: or(&names.email, "mail", "mail"),
        claims: config.claims.clone(),
        group_name: or(&names.group_name, "cn", "cn"),
        member: or(&names.member, "member", "member"),
        activity: if is_ad { Activity::AccountControl } else { Activity::PasswordPolicy },
        mark: if is_ad { MarkKind::Number } else { MarkKind::Time },
    }
}

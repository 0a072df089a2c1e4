//! Whom a change may concern.

use casemate_expression::Datum;

use super::wire::{Identity, Unreadable, revision};

/// A change of what decides.
#[derive(Debug, PartialEq)]
pub(crate) struct Change {
    pub(crate) revision: i64,
    /// Whether schemas are others.
    pub(crate) schemas: bool,
    pub(crate) affected: Affected,
}

/// Of whom it may not be so any more.
#[derive(Debug, PartialEq)]
pub(crate) enum Affected {
    Everybody,
    These(Vec<Selector>),
}

/// Some of those who are known.
#[derive(Debug, PartialEq)]
pub(crate) enum Selector {
    Identity(Box<str>),
    Subject {
        provider: Box<str>,
        subject: Box<str>,
    },
    Login {
        provider: Box<str>,
        login: Box<str>,
    },
    Group {
        provider: Box<str>,
        group: Box<str>,
    },
    Credential(Box<str>),
    /// Whoever is of a provider, or of these only whom the directory knows by no id.
    Of {
        provider: Box<str>,
        without_id: bool,
    },
    /// One that this version does not understand: it may mean anybody.
    Unknown,
}

impl Change {
    pub(crate) fn read(data: &str) -> Result<Change, Unreadable> {
        let datum = Datum::from_json(data).map_err(|error| error.to_string())?;
        let affected = match datum.get("affected").map(Datum::as_list) {
            Some(Some(list)) if datum.get("everybody") != Some(&Datum::Bool(true)) => {
                Affected::These(list.iter().map(Selector::read).collect())
            }
            _ => Affected::Everybody,
        };
        // What cannot be read is taken for what costs more.
        let schemas = datum.get("schemas") != Some(&Datum::Bool(false));
        Ok(Change { revision: revision(&datum)?, schemas, affected })
    }

    /// Whether what is known of somebody may be others now.
    pub(crate) fn may_mean(&self, identity: &Identity) -> bool {
        match &self.affected {
            Affected::Everybody => true,
            Affected::These(selectors) => selectors.iter().any(|selector| selector.may_mean(identity)),
        }
    }
}

impl Selector {
    fn read(datum: &Datum) -> Selector {
        let text = |name: &str| datum.get(name).and_then(Datum::as_str).map(Box::from);
        if let Some(id) = text("identity") {
            return Selector::Identity(id);
        }
        if let Some(credential) = text("credential") {
            return Selector::Credential(credential);
        }
        let Some(provider) = text("provider") else { return Selector::Unknown };
        match (text("subject"), text("login"), text("group")) {
            (Some(subject), None, None) => Selector::Subject { provider, subject },
            (None, Some(login), None) => Selector::Login { provider, login },
            (None, None, Some(group)) => Selector::Group { provider, group },
            (None, None, None) => match datum.get("without_id") {
                Some(Datum::Bool(without_id)) => Selector::Of { provider, without_id: *without_id },
                _ => Selector::Unknown,
            },
            _ => Selector::Unknown,
        }
    }

    /// Whether it may mean somebody. Types and tenants are left out: a user whom the directory comes to know may have been of
    /// others until then, and asking once too often costs little.
    fn may_mean(&self, identity: &Identity) -> bool {
        // An API key holds what its account holds, and what anonymous holds is not told of anybody.
        if matches!(&*identity.kind, "api-key" | "anonymous") {
            return true;
        }
        let is_of = |provider: &str| *identity.provider == *provider;
        match self {
            Selector::Identity(id) => identity.directory_id.as_deref() == Some(id),
            Selector::Subject { provider, subject } => {
                is_of(provider) && identity.subject.as_deref() == Some(subject)
            }
            Selector::Login { provider, login } => {
                is_of(provider) && identity.login.as_deref() == Some(login)
            }
            Selector::Group { provider, group } => {
                is_of(provider) && identity.groups.iter().any(|known| **known == **group)
            }
            Selector::Of { provider, without_id } => {
                is_of(provider) && (!without_id || identity.directory_id.is_none())
            }
            Selector::Credential(name) => identity.credential.as_deref() == Some(name),
            Selector::Unknown => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use casemate_expression::Members;

    use super::*;

    fn ada() -> Identity {
        Identity {
            directory_id: Some("usr1".into()),
            provider: "corp".into(),
            kind: "user".into(),
            subject: Some("ada".into()),
            login: Some("ada@x".into()),
            display_name: None,
            tenant: "default".into(),
            groups: vec!["staff".to_owned()],
            claims: Members::default(),
            auth_time: None,
            auth_methods: Vec::new(),
            auth_class: None,
            actor: None,
            credential: Some("ses1".into()),
        }
    }

    fn means(selector: &str, identity: &Identity) -> bool {
        let change = format!("{{\"revision\":2,\"schemas\":false,\"affected\":[{selector}]}}");
        Change::read(&change).unwrap().may_mean(identity)
    }

    #[test]
    fn a_selector_means_whom_it_names() {
        for (selector, is_meant) in [
            (r#"{"tenant":"default","identity":"usr1"}"#, true),
            (r#"{"tenant":"default","identity":"usr2"}"#, false),
            (r#"{"tenant":"default","provider":"corp","type":"user","subject":"ada"}"#, true),
            (r#"{"tenant":"other","provider":"corp","type":"admin","subject":"ada"}"#, true),
            (r#"{"tenant":"default","provider":"else","type":"user","subject":"ada"}"#, false),
            (r#"{"tenant":"default","provider":"corp","type":"user","login":"ada@x"}"#, true),
            (r#"{"tenant":"default","provider":"corp","type":"user","login":"ada"}"#, false),
            (r#"{"tenant":"default","provider":"corp","group":"staff"}"#, true),
            (r#"{"tenant":"default","provider":"corp","group":"Staff"}"#, false),
            (r#"{"tenant":"default","credential":"ses1"}"#, true),
            (r#"{"tenant":"default","credential":"ses2"}"#, false),
            (r#"{"tenant":"default","provider":"corp","without_id":false}"#, true),
            (r#"{"tenant":"default","provider":"corp","without_id":true}"#, false),
            (r#"{"tenant":"default","provider":"else","without_id":false}"#, false),
            (r#"{"tenant":"default","provider":"corp"}"#, true),
            (r#"{"tenant":"default","moon":"full"}"#, true),
            ("7", true),
        ] {
            assert_eq!(means(selector, &ada()), is_meant, "{selector}");
        }
        let unknown = Identity { directory_id: None, ..ada() };
        assert!(means(r#"{"tenant":"default","provider":"corp","without_id":true}"#, &unknown));
        let key = Identity { kind: "api-key".into(), ..ada() };
        assert!(means(r#"{"tenant":"default","identity":"acc1"}"#, &key));
    }

    #[test]
    fn what_is_not_understood_means_everybody() {
        let read = |text: &str| Change::read(text);
        let all = Change { revision: 3, schemas: true, affected: Affected::Everybody };
        assert_eq!(read(r#"{"revision":3,"schemas":true,"everybody":true}"#), Ok(all));
        assert_eq!(read(r#"{"revision":3}"#).unwrap().affected, Affected::Everybody);
        assert!(read(r#"{"revision":3}"#).unwrap().schemas);
        assert_eq!(read(r#"{"revision":3,"affected":7}"#).unwrap().affected, Affected::Everybody);
        let nobody = read(r#"{"revision":3,"schemas":false,"affected":[]}"#).unwrap();
        assert!(!nobody.may_mean(&ada()) && !nobody.schemas);
        assert!(read("{}").is_err() && read("x").is_err());
    }
}

//! That people and service accounts can be told from one another.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use casemate_expression::{Datum, Members};
use casemate_identity::Kind as IdentityKind;

use super::{Checker, holds_date};
use crate::OWN_PROVIDER;
use crate::model::{ServiceAccountDocument, UserDocument};
use crate::policy::Person;
use crate::policy::document::Item;
use crate::policy::place::Place;

impl Checker {
    pub(super) fn people(&mut self, items: &[Item<UserDocument>]) -> Vec<Person> {
        let mut seen = HashMap::new();
        let mut people = Vec::with_capacity(items.len());
        for item in items {
            let (place, document) = (&item.place, &item.document);
            let kind = match document.kind.as_deref().map(IdentityKind::from_configuration) {
                None => IdentityKind::USER,
                Some(Ok(kind)) => kind,
                Some(Err(_)) => {
                    let message = "a user's type is 1 to 64 letters, digits, `-`, `_` or `.`, and not `api-key` or `anonymous`";
                    self.raise(place, "/type", message);
                    IdentityKind::USER
                }
            };
            let claims = self.claims(place, document.claims.as_ref());
            let person = Person {
                provider: self.provider(place, ("", "/provider"), document.provider.as_deref()),
                kind: kind.as_str().into(),
                id: self.name(place, "/id", &document.id).into(),
                login: document.login.as_deref().map(|login| self.name(place, "/login", login).into()),
                display_name: document.display_name.as_deref().map(Into::into),
                tenant: self.tenant(item),
                groups: document
                    .groups
                    .iter()
                    .map(|group| self.name(place, "/groups", group).to_owned())
                    .collect(),
                claims,
            };
            let key =
                (person.tenant.clone(), person.provider.clone(), person.kind.clone(), person.id.clone());
            if let Some(first) = seen.insert(key, place) {
                let message = format!("the {} `{}` stands twice", person.kind, person.id);
                self.raise_twice(place, first, "/id", message);
            }
            people.push(person);
        }
        people
    }

    fn claims(&mut self, place: &Place, claims: Option<&Datum>) -> Members {
        match claims {
            None => Members::default(),
            Some(datum) if holds_date(datum) => {
                let help = "write times as text, such as \"2026-01-31T08:00:00Z\"";
                self.raise_with_help(place, "/claims", "claims are JSON, which has no dates", help);
                Members::default()
            }
            Some(Datum::Map(members)) => members.clone(),
            Some(other) => {
                self.raise(place, "/claims", format!("claims are a table, not {}", other.kind()));
                Members::default()
            }
        }
    }

    /// Service accounts as people of Casemate's own provider, and which of them are disabled.
    pub(super) fn accounts(
        &mut self,
        items: &[Item<ServiceAccountDocument>],
    ) -> (Vec<Person>, HashSet<Box<str>>) {
        let mut accounts = Vec::with_capacity(items.len());
        let mut disabled = HashSet::new();
        for item in items {
            let document = &item.document;
            let name: Box<str> = self.name(&item.place, "/name", &document.name).into();
            let tenant = self.tenant(item);
            if !self.account_names.insert((Arc::clone(&tenant), name.clone())) {
                self.raise(&item.place, "/name", format!("the service account `{name}` stands twice"));
            }
            self.account_ids.insert((Arc::clone(&tenant), item.id.clone()));
            if document.disabled {
                disabled.insert(item.id.clone());
            }
            accounts.push(Person {
                provider: OWN_PROVIDER.into(),
                kind: IdentityKind::SERVICE.as_str().into(),
                id: item.id.clone(),
                login: Some(name),
                display_name: document.title.as_deref().map(Into::into),
                tenant,
                groups: Vec::new(),
                claims: Members::default(),
            });
        }
        (accounts, disabled)
    }
}

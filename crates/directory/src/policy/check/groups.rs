//! That groups of Casemate's own are groups of users, and each stands once.

use std::collections::HashMap;

use casemate_identity::Kind as IdentityKind;
use casemate_store::name_key;

use super::Checker;
use crate::administration::MAX_MEMBERS;
use crate::model::{GroupDocument, Target};
use crate::policy::document::Item;
use crate::policy::place::Place;
use crate::{API_KEY_PROVIDER, CREDENTIAL_PROVIDER, OWN_PROVIDER};

impl Checker {
    pub(super) fn groups(&mut self, items: &[Item<GroupDocument>]) {
        let mut seen = HashMap::new();
        for item in items {
            let (place, document) = (&item.place, &item.document);
            let name = self.name(place, "/name", &document.name);
            if let Some(first) = seen.insert((self.tenant(item), name_key(name)), place) {
                self.raise_twice(place, first, "/name", format!("the group `{name}` stands twice"));
            }
            if let Some(external_id) = &document.external_id {
                self.name(place, "/external_id", external_id);
            }
            if let Some(provider) = document.provider.as_deref().filter(|provider| *provider != OWN_PROVIDER)
            {
                let message = format!(
                    "the groups of `{provider}` are the provider's: it alone says which there are, and who is in them"
                );
                let help = "leave `provider` out for a group of Casemate's own, whose members may be of any provider";
                self.raise_with_help(place, "/provider", message, help);
            }
            if document.members.len() > MAX_MEMBERS {
                self.raise(place, "/members", format!("a group in files has at most {MAX_MEMBERS} members"));
            }
            for (index, member) in document.members.iter().enumerate() {
                self.member(place, index, member);
            }
        }
    }

    fn member(&mut self, place: &Place, index: usize, member: &Target) {
        let at = |name: &str| format!("/members/{index}{name}");
        if member.group.is_some() {
            return self.raise(place, &at("/group"), "a group has users as members, and no groups");
        }
        if let Some(kind) = member.kind.as_deref().filter(|kind| *kind != IdentityKind::USER.as_str()) {
            let message = format!("a group has users as members, and none of the type `{kind}`");
            let help = "assign the role to it by itself";
            return self.raise_with_help(place, &at("/type"), message, help);
        }
        match (&member.id, &member.login) {
            (Some(id), None) => self.name(place, &at("/id"), id),
            (None, Some(login)) => self.name(place, &at("/login"), login),
            _ => return self.raise(place, &at(""), "a member is named by exactly one of `id` and `login`"),
        };
        // Which providers there are beside those of the files, and who is known to them, is looked up where it is applied.
        let named = member.provider.as_deref();
        let provider = match self.providers.is_empty() {
            true => named.unwrap_or_default().into(),
            false => self.provider(place, (&at(""), &at("/provider")), named),
        };
        if [API_KEY_PROVIDER, CREDENTIAL_PROVIDER].contains(&&*provider) {
            self.raise(place, &at("/provider"), format!("`{provider}` vouches for no users"));
        }
    }
}

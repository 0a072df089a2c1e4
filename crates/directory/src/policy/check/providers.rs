//! That providers can be talked to.

use std::collections::HashMap;
use std::sync::Arc;

use casemate_identity::provider::{LdapConfig, MappingConfig, Provider, ScimConfig};
use casemate_identity::{ProviderConfig, ProvidersConfig};

use super::Checker;
use crate::model::ProviderDocument;
use crate::policy::document::{Item, pointer, without_place};
use crate::policy::place::Place;
use crate::policy::{DEFAULT_TENANT, Mapping, MappingRule};
use crate::{API_KEY_PROVIDER, CREDENTIAL_PROVIDER, OWN_PROVIDER};

/// The most rules of a provider.
const MAX_RULES: usize = 100;
/// The most groups of a rule.
const MAX_GROUPS_OF_RULE: usize = 50;

impl Checker {
    pub(super) fn providers(
        &mut self,
        items: &[Item<ProviderDocument>],
    ) -> (Vec<Provider>, HashMap<Box<str>, Mapping>) {
        let mut mappings = HashMap::new();
        let mut configured: Vec<ProviderConfig> = Vec::with_capacity(items.len());
        for item in items {
            let name = provider_name(&item.document);
            if [CREDENTIAL_PROVIDER, OWN_PROVIDER, API_KEY_PROVIDER].contains(&name) {
                self.raise(&item.place, "", format!("the name `{name}` is Casemate's own"));
            }
            match serde_path_to_error::deserialize(serde_json::Value::Object(item.document.0.clone())) {
                Ok(provider) => {
                    self.provisioner(&item.place, &provider);
                    let rules = self.mapping(&item.place, &provider);
                    if !rules.0.is_empty() {
                        mappings.insert(provider.name.as_str().into(), rules);
                    }
                    configured.push(provider);
                }
                Err(error) => {
                    let at = pointer(error.path());
                    self.raise(&item.place, &at, without_place(&error.into_inner()));
                }
            }
        }
        let checked = match (ProvidersConfig { providers: configured }).check() {
            Ok(checked) => checked,
            Err(errors) => {
                for error in errors {
                    // Of two with the same name the later one is meant.
                    let named =
                        items.iter().rev().find(|item| provider_name(&item.document) == error.provider);
                    if let Some(item) = named.or(items.first()) {
                        let message = error.to_string();
                        let at = match item.place.is_object() {
                            true => format!("/{}", error.field.replace('.', "/")),
                            false => String::new(),
                        };
                        self.raise(&item.place, &at, message);
                    }
                }
                Vec::new()
            }
        };
        (checked, mappings)
    }

    /// The rules by which a provider's users are in groups.
    fn mapping(&mut self, place: &Place, provider: &ProviderConfig) -> Mapping {
        if provider.mapping.len() > MAX_RULES {
            self.raise(
                place,
                "/mapping",
                format!("a provider has at most {MAX_RULES} rules: join some with `||`"),
            );
            return Mapping::default();
        }
        let mut rules = Vec::with_capacity(provider.mapping.len());
        for (index, MappingConfig { when, groups }) in provider.mapping.iter().enumerate() {
            if groups.is_empty() || groups.len() > MAX_GROUPS_OF_RULE {
                let message = format!("a rule names 1 to {MAX_GROUPS_OF_RULE} groups");
                self.raise(place, &format!("/mapping/{index}/groups"), message);
            }
            for (at, group) in groups.iter().enumerate() {
                self.name(place, &format!("/mapping/{index}/groups/{at}"), group);
            }
            match MappingRule::condition(when) {
                Ok(when) => rules.push(MappingRule { when, groups: groups.clone() }),
                Err(error) => {
                    let from = when.get(..error.start).unwrap_or_default().chars().count() + 1;
                    let message = format!("{} (from character {from} on)", error.message);
                    self.raise(place, &format!("/mapping/{index}/when"), message);
                }
            }
        }
        Mapping(rules.into())
    }

    /// That whoever provisions a provider is a service account that there is, and its users are at home where there is a tenant.
    fn provisioner(&mut self, place: &Place, provider: &ProviderConfig) {
        if let Some(LdapConfig { tenant, .. }) = &provider.ldap {
            let is_known = tenant == DEFAULT_TENANT || self.tenants.contains(tenant.as_str());
            if !self.incomplete && !self.tenants.is_empty() && !is_known {
                let message = format!("there is no tenant `{tenant}`");
                self.raise_with_help(place, "/ldap/tenant", message, "define the tenant first");
            }
        }
        let Some(ScimConfig { account, tenant, .. }) = &provider.scim else { return };
        let key: (Arc<str>, Box<str>) = (tenant.as_str().into(), account.as_str().into());
        if !account.is_empty() && !self.incomplete && !self.account_names.contains(&key) {
            let message = format!("there is no service account `{account}` in the tenant `{tenant}`");
            let help =
                "define the account first; of another tenant than `default`, write its `tenant` as well";
            self.raise_with_help(place, "/scim/account", message, help);
        }
    }
}

pub(super) fn provider_name(document: &ProviderDocument) -> &str {
    document.0.get("name").and_then(|name| name.as_str()).unwrap_or_default()
}

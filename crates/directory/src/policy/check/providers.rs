//! That providers can be talked to, and that the permissions of tokens have a ceiling.

use std::collections::HashSet;
use std::sync::Arc;

use casemate_identity::provider::{Provider, ScimConfig};
use casemate_identity::{ProviderConfig, ProvidersConfig};
use casemate_permission::Ceiling;
use casemate_permission::name::Pattern;

use super::Checker;
use crate::model::{ProviderDocument, SourceDocument};
use crate::policy::Source;
use crate::policy::document::{Item, pointer, without_place};
use crate::policy::place::Place;
use crate::{API_KEY_PROVIDER, CREDENTIAL_PROVIDER, OWN_PROVIDER};

impl Checker {
    pub(super) fn providers(&mut self, items: &[Item<ProviderDocument>]) -> Vec<Provider> {
        let mut configured: Vec<ProviderConfig> = Vec::with_capacity(items.len());
        for item in items {
            let name = provider_name(&item.document);
            if [CREDENTIAL_PROVIDER, OWN_PROVIDER, API_KEY_PROVIDER].contains(&name) {
                self.raise(&item.place, "", format!("the name `{name}` is Casemate's own"));
            }
            match serde_path_to_error::deserialize(serde_json::Value::Object(item.document.0.clone())) {
                Ok(provider) => {
                    self.provisioner(&item.place, &provider);
                    configured.push(provider);
                }
                Err(error) => {
                    let at = pointer(error.path());
                    self.raise(&item.place, &at, without_place(&error.into_inner()));
                }
            }
        }
        match (ProvidersConfig { providers: configured }).check() {
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
        }
    }

    /// That whoever provisions a provider is a service account that there is.
    fn provisioner(&mut self, place: &Place, provider: &ProviderConfig) {
        let Some(ScimConfig { account, tenant, .. }) = &provider.scim else { return };
        let key: (Arc<str>, Box<str>) = (tenant.as_str().into(), account.as_str().into());
        if !account.is_empty() && !self.incomplete && !self.account_names.contains(&key) {
            let message = format!("there is no service account `{account}` in the tenant `{tenant}`");
            let help =
                "define the account first; of another tenant than `default`, write its `tenant` as well";
            self.raise_with_help(place, "/scim/account", message, help);
        }
    }

    pub(super) fn sources(&mut self, items: &[Item<SourceDocument>]) -> Vec<Source> {
        let mut names = HashSet::new();
        let mut sources = Vec::new();
        for item in items {
            let (place, document) = (&item.place, &item.document);
            let name = self.name(place, "/name", &document.name);
            if !names.insert(name) {
                self.raise(place, "/name", format!("the source `{name}` stands twice"));
            }
            self.name(place, "/claim", &document.claim);
            let mut patterns = Vec::new();
            for (index, pattern) in document.ceiling.iter().enumerate() {
                match Pattern::parse(pattern) {
                    Ok(pattern) => patterns.push(pattern),
                    Err(error) => self.raise(place, &format!("/ceiling/{index}"), error.to_string()),
                }
            }
            sources.push(Source {
                name: name.into(),
                provider: self.provider(place, ("", "/provider"), Some(&document.provider)),
                claim: document.claim.as_str().into(),
                ceiling: Ceiling::new(patterns),
            });
        }
        sources
    }
}

pub(super) fn provider_name(document: &ProviderDocument) -> &str {
    document.0.get("name").and_then(|name| name.as_str()).unwrap_or_default()
}

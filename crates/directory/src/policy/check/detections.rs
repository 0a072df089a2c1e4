//! That detections and receivers of alerts are what they have to be. The rules themselves are read when they are written.

use std::collections::HashSet;

use casemate_audit::detection::limits;
use casemate_identity::provider::SecretReference;
use url::Url;

use super::{Checker, is_name};
use crate::model::{AlertReceiverDocument, AlertWebhook, DetectionDocument};
use crate::policy::document::Item;

impl Checker {
    pub(super) fn detections(&mut self, items: &[Item<DetectionDocument>]) {
        let mut names = HashSet::new();
        for (index, item) in items.iter().enumerate() {
            self.own_name(item, &item.document.name, "detection", &mut names);
            if index == limits::TEXTS {
                let message =
                    format!("there are more than {} detections: put several rules into one", limits::TEXTS);
                self.raise(&item.place, "/name", message);
            }
        }
    }

    pub(super) fn receivers(&mut self, items: &[Item<AlertReceiverDocument>]) {
        let mut names = HashSet::new();
        for item in items {
            let AlertReceiverDocument { name, webhook, mail, .. } = &item.document;
            self.own_name(item, name, "receiver of alerts", &mut names);
            if webhook.is_none() && mail.is_empty() {
                self.raise(
                    &item.place,
                    "",
                    "it says nobody who is told: write `webhook` or `mail`".to_owned(),
                );
            }
            if mail.len() > 20 || mail.iter().any(|address| !is_address(address)) {
                self.raise(
                    &item.place,
                    "/mail",
                    "write at most 20 addresses such as `security@example.com`".to_owned(),
                );
            }
            if let Some(webhook) = webhook {
                self.webhook(item, webhook);
            }
        }
        if items.len() > 100 {
            let place = items.iter().last().map(|item| item.place.clone());
            place
                .iter()
                .for_each(|place| self.raise(place, "/name", "there are more than 100 receivers".to_owned()));
        }
    }

    fn own_name<'i, D>(
        &mut self,
        item: &'i Item<D>,
        name: &'i str,
        what: &str,
        names: &mut HashSet<&'i str>,
    ) {
        if !is_name(name) {
            self.raise(&item.place, "/name", format!("the name of a {what} is empty or too long"));
        }
        if !names.insert(name) {
            self.raise(&item.place, "/name", format!("the {what} `{name}` stands twice"));
        }
    }

    fn webhook(&mut self, item: &Item<AlertReceiverDocument>, webhook: &AlertWebhook) {
        let said = match Url::parse(&webhook.url) {
            Ok(url) if !matches!(url.scheme(), "https" | "http") => Some("it is no http address"),
            Ok(url) if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() => {
                Some("an address holds no user, password or fragment")
            }
            Ok(url) if url.scheme() == "http" && !webhook.allow_insecure_http && !is_here(&url) => {
                Some("use https: alerts name people, and could be read on the way")
            }
            Ok(_) => None,
            Err(_) => Some("it is no address"),
        };
        if let Some(said) = said {
            self.raise(&item.place, "/webhook/url", said.to_owned());
        }
        if serde_json::from_value::<SecretReference>(webhook.signing_secret.clone()).is_err() {
            let message =
                "write the secret as text by API, or `{ env = \"NAME\" }` or `{ file = \"PATH\" }` in files";
            self.raise(&item.place, "/webhook/signing_secret", message.to_owned());
        }
    }
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn is_address(text: &str) -> bool {
    let is_plain = |part: &str| {
        !part.is_empty() && part.chars().all(|one| !one.is_whitespace() && !one.is_control() && one != '@')
    };
    text.len() <= 254
        && text.split_once('@').is_some_and(|(local, domain)| is_plain(local) && is_plain(domain))
}

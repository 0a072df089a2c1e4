//! That sinks of the audit log can be sent to.

use std::collections::HashSet;

use casemate_identity::provider::SecretReference;
use serde_json::Value;
use url::{Host, Url};

use super::Checker;
use super::sources::refused;
use crate::model::{
    AuditSinkDocument, AuditSinkFilter, FileSinkDocument, NatsSinkDocument, SyslogSinkDocument,
    WebhookSinkDocument,
};
use crate::policy::DEFAULT_TENANT;
use crate::policy::document::Item;
use crate::policy::place::Place;

/// The most sinks.
const MAX_SINKS: usize = 32;
/// The most tenants that a sink names.
const MAX_TENANTS: usize = 100;
/// The most that a list of a filter names.
const MAX_WANTED: usize = 64;
/// The longest certificates, in bytes.
const MAX_CERTIFICATES: usize = 65_536;
/// The longest subject of NATS, in bytes.
const MAX_SUBJECT: usize = 255;
/// The longest name of a file, in bytes: behind it stands when it was ended.
const MAX_FILE_NAME: usize = 128;
const SECRET: &str = "a secret is `{ env = \"NAME\" }`, `{ file = \"PATH\" }` or `{ sealed = true }`; by API it is written as text";

impl Checker {
    pub(super) fn audit_sinks(&mut self, items: &[Item<AuditSinkDocument>]) {
        let (mut names, mut files) = (HashSet::new(), HashSet::new());
        if let Some(item) = items.get(MAX_SINKS) {
            self.raise(&item.place, "", format!("at most {MAX_SINKS} sinks are served"));
        }
        for item in items {
            let (place, document) = (&item.place, &item.document);
            let name = self.name(place, "/name", &document.name);
            if !names.insert(name) {
                self.raise(place, "/name", format!("the sink `{name}` stands twice"));
            }
            if let Some(file) = &document.file
                && !files.insert(file.name.as_str())
            {
                self.raise(place, "/file/name", "another sink writes this file");
            }
            self.sent_tenants(place, document);
            if let Some(only) = &document.only {
                self.wanted(place, only);
            }
            match (&document.syslog, &document.webhook, &document.file, &document.nats) {
                (Some(syslog), None, None, None) => self.syslog(place, syslog),
                (None, Some(webhook), None, None) => self.sink_webhook(place, webhook),
                (None, None, Some(file), None) => self.sink_file(place, file),
                (None, None, None, Some(nats)) => self.nats(place, nats),
                _ => {
                    self.raise(
                        place,
                        "",
                        "a sink is one of `syslog`, `webhook`, `file` and `nats`: say one of them",
                    );
                }
            }
        }
    }

    fn sent_tenants(&mut self, place: &Place, document: &AuditSinkDocument) {
        if document.tenants.len() > MAX_TENANTS {
            self.raise(place, "/tenants", format!("at most {MAX_TENANTS} are named"));
        }
        for (index, tenant) in document.tenants.iter().enumerate().take(MAX_TENANTS) {
            let is_known = tenant == DEFAULT_TENANT || self.tenants.contains(tenant.as_str());
            if !self.incomplete && !self.tenants.is_empty() && !is_known {
                self.raise(place, &format!("/tenants/{index}"), format!("there is no tenant `{tenant}`"));
            }
        }
    }

    fn wanted(&mut self, place: &Place, only: &AuditSinkFilter) {
        let AuditSinkFilter { kinds, areas, outcomes, actions } = only;
        for (member, list) in
            [("kinds", kinds), ("areas", areas), ("outcomes", outcomes), ("actions", actions)]
        {
            let pointer = format!("/only/{member}");
            if list.len() > MAX_WANTED {
                self.raise(place, &pointer, format!("at most {MAX_WANTED} are named"));
            }
            for (index, word) in list.iter().enumerate().take(MAX_WANTED) {
                self.name(place, &format!("{pointer}/{index}"), word);
            }
        }
    }

    fn syslog(&mut self, place: &Place, syslog: &SyslogSinkDocument) {
        if Host::parse(&syslog.host).is_err() || syslog.host.is_empty() {
            self.raise(place, "/syslog/host", "this is neither the name of a host nor an address");
        }
        if syslog.port == Some(0) {
            self.raise(place, "/syslog/port", "this is 1 to 65535");
        }
        if syslog.facility.is_some_and(|facility| facility > 23) {
            self.raise(place, "/syslog/facility", "this is 0 to 23");
        }
        self.within(place, "/syslog/max_bytes", syslog.max_bytes, 2_048, 1_048_576);
        self.secret(place, "/syslog/client_key", syslog.client_key.as_ref());
        match (&syslog.client_certificate, &syslog.client_key) {
            (Some(_), Some(_)) if syslog.insecure => {
                self.raise(
                    place,
                    "/syslog/client_certificate",
                    "without TLS nobody is shown a certificate: leave out `insecure`",
                );
            }
            (Some(pem), Some(_)) if pem.len() > MAX_CERTIFICATES => {
                let message = format!("at most {MAX_CERTIFICATES} bytes");
                self.raise(place, "/syslog/client_certificate", message);
            }
            (Some(_), Some(_)) | (None, None) => {}
            (Some(_), None) => {
                self.raise(place, "/syslog/client_key", "a certificate is shown with its key");
            }
            (None, Some(_)) => {
                self.raise(place, "/syslog/client_certificate", "a key is of a certificate");
            }
        }
    }

    fn sink_webhook(&mut self, place: &Place, webhook: &WebhookSinkDocument) {
        match Url::parse(&webhook.url) {
            Ok(url) => {
                if let Some(message) = refused(&url, webhook.allow_insecure_http) {
                    self.raise(place, "/webhook/url", message);
                }
            }
            Err(error) => self.raise(place, "/webhook/url", format!("this is no URL: {error}")),
        }
        self.secret(place, "/webhook/signing_secret", Some(&webhook.signing_secret));
        self.within(place, "/webhook/max_events", webhook.max_events, 1, 256);
        self.within(place, "/webhook/max_bytes", webhook.max_bytes, 2_048, 8_388_608);
        self.within(place, "/webhook/timeout_milliseconds", webhook.timeout_milliseconds, 1, 10_000);
    }

    fn sink_file(&mut self, place: &Place, file: &FileSinkDocument) {
        if !is_sink_file(&file.name) {
            let message = "this is the name of a file that ends in `.ndjson`: letters, digits, `-`, `_`, `.`";
            let help = "it is written into the folder that the setting `sinks.folder` names";
            self.raise_with_help(place, "/file/name", message, help);
        }
        self.within(place, "/file/rotate_megabytes", file.rotate_megabytes, 1, 10_240);
        self.within(place, "/file/keep", file.keep, 1, 1_000);
    }

    fn nats(&mut self, place: &Place, nats: &NatsSinkDocument) {
        match Url::parse(&nats.url) {
            Ok(url) => {
                let has_more = url.query().is_some()
                    || url.fragment().is_some()
                    || !url.username().is_empty()
                    || url.password().is_some()
                    || !matches!(url.path(), "" | "/")
                    || url.host_str().is_none_or(str::is_empty);
                let message = match url.scheme() {
                    _ if has_more => Some("this has more than a host and a port, or no host"),
                    "tls" => None,
                    "nats" if nats.insecure => None,
                    "nats" => Some("`nats://` goes without TLS: write `tls://`, or `insecure = true`"),
                    _ => Some("this is neither `tls://` nor `nats://`"),
                };
                if let Some(message) = message {
                    self.raise(place, "/nats/url", message);
                }
            }
            Err(error) => self.raise(place, "/nats/url", format!("this is no URL: {error}")),
        }
        if !is_subject(&nats.subject) {
            let message = "a subject is words with dots between, without spaces and wildcards, and not of `$` or `_INBOX`";
            self.raise(place, "/nats/subject", message);
        }
        if nats.user.is_some() != nats.password.is_some() {
            self.raise(place, "/nats/user", "`user` and `password` go together");
        }
        if nats.user.is_some() && nats.token.is_some() {
            self.raise(place, "/nats/token", "who signs in has a user or a token");
        }
        if let Some(user) = &nats.user {
            self.name(place, "/nats/user", user);
        }
        self.secret(place, "/nats/password", nats.password.as_ref());
        self.secret(place, "/nats/token", nats.token.as_ref());
        self.within(place, "/nats/max_bytes", nats.max_bytes, 2_048, 8_388_608);
    }

    fn secret(&mut self, place: &Place, pointer: &str, value: Option<&Value>) {
        // What stands there may be a secret, and is not repeated.
        if value.is_some_and(|value| serde_json::from_value::<SecretReference>(value.clone()).is_err()) {
            self.raise(place, pointer, SECRET);
        }
    }

    fn within(&mut self, place: &Place, pointer: &str, value: Option<u32>, least: u32, most: u32) {
        if value.is_some_and(|value| !(least..=most).contains(&value)) {
            self.raise(place, pointer, format!("this is {least} to {most}"));
        }
    }
}

/// Whether a file of this name lies in its folder, is not hidden, and is none that others mean something by.
fn is_sink_file(name: &str) -> bool {
    let of = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    name.len() <= MAX_FILE_NAME
        && name.strip_suffix(".ndjson").is_some_and(|stem| !stem.is_empty())
        && !name.starts_with('.')
        && name.bytes().all(of)
}

fn is_subject(subject: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty() && word.chars().all(|c| !c.is_whitespace() && !c.is_control() && !"*>".contains(c))
    };
    subject.len() <= MAX_SUBJECT
        && subject.split('.').all(word)
        && !subject.starts_with('$')
        && !subject.starts_with("_INBOX")
}

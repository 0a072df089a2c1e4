//! That sources of permissions can be asked, and have a ceiling; that those of resources can be, and say of which.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use casemate_identity::provider::SecretReference;
use casemate_permission::name::Pattern;
use casemate_permission::{Catalog, Ceiling};
use url::{Host, Url};

use super::Checker;
use crate::model::{HttpSourceDocument, SourceDocument, SourceResources};
use crate::outside::{Endpoint, Read, is_file_name};
use crate::policy::document::Item;
use crate::policy::place::Place;
use crate::policy::{DEFAULT_TENANT, Source, SourceFrom};
use crate::resources::ResourceSource;
use crate::snapshot::is_of_people;
use crate::{API_KEY_PROVIDER, CREDENTIAL_PROVIDER};

/// The most types that a source is for.
const MAX_TYPES: usize = 16;
/// The most tenants.
const MAX_TENANTS: usize = 100;
/// The most that an endpoint reads of somebody.
const MAX_READS: usize = 32;
const MAX_CACHE_SECONDS: u32 = 3_600;
const DEFAULT_CACHE_SECONDS: u32 = 60;
const MAX_TIMEOUT_MILLISECONDS: u32 = 10_000;
const DEFAULT_TIMEOUT_MILLISECONDS: u32 = 3_000;
const MIN_ANSWER_BYTES: u32 = 256;
const MAX_ANSWER_BYTES: u32 = 1_048_576;
const DEFAULT_ANSWER_BYTES: u32 = 65_536;

impl Checker {
    pub(super) fn sources(&mut self, items: &[Item<SourceDocument>]) -> Vec<Source> {
        let mut names = HashSet::new();
        let mut sources = Vec::new();
        for item in items {
            let (place, document) = (&item.place, &item.document);
            let name = self.name(place, "/name", &document.name);
            if !names.insert(name) {
                self.raise(place, "/name", format!("the source `{name}` stands twice"));
            }
            if document.resources.is_some() {
                continue;
            }
            if document.provider.is_empty() {
                self.raise(place, "/provider", "name the provider of whose people the source tells");
                continue;
            }
            if document.ceiling.is_none() {
                self.raise(place, "/ceiling", "name the patterns of names that the source may hand out");
            }
            let mut patterns = Vec::new();
            for (index, pattern) in document.ceiling.iter().flatten().enumerate() {
                match Pattern::parse(pattern) {
                    Ok(pattern) => patterns.push(pattern),
                    Err(error) => self.raise(place, &format!("/ceiling/{index}"), error.to_string()),
                }
            }
            let provider = self.provider(place, ("", "/provider"), Some(&document.provider));
            let Some(from) = self.source_from(place, document) else { continue };
            if !matches!(from, SourceFrom::Claim(_)) {
                self.told_of(place, document);
            } else if !document.types.is_empty() || !document.tenants.is_empty() {
                let message =
                    "a claim is of whoever's token has it: `types` and `tenants` go with `http` and `file`";
                self.raise(place, "", message);
            }
            let texts = |texts: &[String]| texts.iter().map(|text| text.as_str().into()).collect();
            sources.push(Source {
                name: name.into(),
                provider,
                from,
                types: texts(&document.types),
                tenants: texts(&document.tenants),
                ceiling: Ceiling::new(patterns),
                document: Arc::new(document.clone()),
            });
        }
        sources
    }

    /// The sources that tell of resources. A type has one alone.
    pub(super) fn resource_sources(
        &mut self,
        items: &[Item<SourceDocument>],
        catalog: &Catalog,
    ) -> Vec<(ResourceSource, Arc<SourceDocument>)> {
        let mut told = HashSet::new();
        let mut sources = Vec::new();
        for Item { place, document, .. } in items {
            let Some(resources) = &document.resources else { continue };
            let says_more =
                !document.provider.is_empty() || !document.types.is_empty() || !document.tenants.is_empty();
            let (None, Some(http), None, false) =
                (&document.claim, &document.http, &document.file, says_more)
            else {
                let message = "a source of resources is an endpoint (`http`), and names no provider, types or tenants of people";
                self.raise(place, "", message);
                continue;
            };
            if document.ceiling.is_some() || !http.reads.is_empty() {
                self.raise(place, "", "a source of resources hands out nothing, and reads nothing of anybody: leave `ceiling` and `reads` out");
            }
            let SourceResources { application, types } = resources;
            if !self.incomplete && (catalog.application(application).is_none() || application == "casemate") {
                self.raise(
                    place,
                    "/resources/application",
                    format!("there is no application `{application}`"),
                );
            }
            if types.is_empty() || types.len() > MAX_TYPES {
                self.raise(place, "/resources/types", format!("1 to {MAX_TYPES} are named"));
            }
            for (index, kind) in types.iter().enumerate() {
                let at = format!("/resources/types/{index}");
                self.name(place, &at, kind);
                if !told.insert((application, kind)) {
                    self.raise(
                        place,
                        &at,
                        format!("another source tells of the type `{kind}` of `{application}`"),
                    );
                }
            }
            let Some(endpoint) = self.endpoint(place, http) else { continue };
            let source = ResourceSource {
                name: document.name.as_str().into(),
                application: application.as_str().into(),
                types: types.iter().map(|kind| kind.as_str().into()).collect(),
                endpoint: Arc::new(endpoint),
            };
            sources.push((source, Arc::new(document.clone())));
        }
        sources
    }

    fn source_from(&mut self, place: &Place, document: &SourceDocument) -> Option<SourceFrom> {
        match (&document.claim, &document.http, &document.file) {
            (Some(claim), None, None) => {
                self.name(place, "/claim", claim);
                Some(SourceFrom::Claim(claim.as_str().into()))
            }
            (None, Some(http), None) => Some(SourceFrom::Http(Arc::new(self.endpoint(place, http)?))),
            (None, None, Some(file)) => {
                if !is_file_name(file) {
                    let message = "this is the name of a file that ends in `.toml` or `.json`: letters, digits, `-`, `_`, `.`";
                    let help = "put the file into the folder that the setting `sources.folder` names";
                    self.raise_with_help(place, "/file", message, help);
                }
                Some(SourceFrom::File(file.as_str().into()))
            }
            _ => {
                self.raise(
                    place,
                    "",
                    "a source is a `claim`, an endpoint (`http`) or a `file`: say one of them",
                );
                None
            }
        }
    }

    /// Of whom an endpoint or a file tells.
    fn told_of(&mut self, place: &Place, document: &SourceDocument) {
        if [CREDENTIAL_PROVIDER, API_KEY_PROVIDER].contains(&&*document.provider) {
            let message = "what programs hold stands in Casemate alone: name a provider of people";
            self.raise(place, "/provider", message);
        }
        if document.types.len() > MAX_TYPES {
            self.raise(place, "/types", format!("at most {MAX_TYPES} are named"));
        }
        for (index, kind) in document.types.iter().enumerate() {
            if !is_of_people(self.name(place, &format!("/types/{index}"), kind)) {
                let message = format!("what a `{kind}` holds stands in Casemate alone");
                self.raise(place, &format!("/types/{index}"), message);
            }
        }
        if document.tenants.len() > MAX_TENANTS {
            self.raise(place, "/tenants", format!("at most {MAX_TENANTS} are named"));
        }
        for (index, tenant) in document.tenants.iter().enumerate() {
            let is_known = tenant == DEFAULT_TENANT || self.tenants.contains(tenant.as_str());
            if !self.incomplete && !self.tenants.is_empty() && !is_known {
                let message = format!("there is no tenant `{tenant}`");
                self.raise(place, &format!("/tenants/{index}"), message);
            }
        }
    }

    fn endpoint(&mut self, place: &Place, http: &HttpSourceDocument) -> Option<Endpoint> {
        let url = match Url::parse(&http.url) {
            Ok(url) => Some(url),
            Err(error) => {
                self.raise(place, "/http/url", format!("this is no URL: {error}"));
                None
            }
        };
        let refused = url.as_ref().and_then(|url| refused(url, http.allow_insecure_http));
        if let Some(message) = refused {
            self.raise(place, "/http/url", message);
        }
        // What stands there may be a secret, and is not repeated.
        let secret = serde_json::from_value::<SecretReference>(http.signing_secret.clone()).ok();
        if secret.is_none() {
            let message = "a secret is `{ env = \"NAME\" }`, `{ file = \"PATH\" }` or `{ sealed = true }`; by API it is written as text";
            self.raise(place, "/http/signing_secret", message);
        }
        let mut reads = Vec::with_capacity(http.reads.len().min(MAX_READS));
        if http.reads.len() > MAX_READS {
            self.raise(place, "/http/reads", format!("at most {MAX_READS} are named"));
        }
        for (index, text) in http.reads.iter().enumerate().take(MAX_READS) {
            match Read::parse(text) {
                Some(read) if !reads.contains(&read) => reads.push(read),
                Some(_) => self.raise(place, &format!("/http/reads/{index}"), "this stands twice"),
                None => self.raise(
                    place,
                    &format!("/http/reads/{index}"),
                    "write `login`, `groups` or `claims.NAME`",
                ),
            }
        }
        let mut within = |field: &str, value: Option<u32>, default, least, most| {
            let value = value.unwrap_or(default);
            if !(least..=most).contains(&value) {
                self.raise(place, &format!("/http/{field}"), format!("this is {least} to {most}"));
            }
            value
        };
        let longest =
            within("max_cache_seconds", http.max_cache_seconds, DEFAULT_CACHE_SECONDS, 0, MAX_CACHE_SECONDS);
        let timeout = within(
            "timeout_milliseconds",
            http.timeout_milliseconds,
            DEFAULT_TIMEOUT_MILLISECONDS,
            1,
            MAX_TIMEOUT_MILLISECONDS,
        );
        let limit = within(
            "max_answer_bytes",
            http.max_answer_bytes,
            DEFAULT_ANSWER_BYTES,
            MIN_ANSWER_BYTES,
            MAX_ANSWER_BYTES,
        );
        Some(Endpoint {
            url: url?,
            secret: secret?,
            signed_answers: http.signed_answers,
            reads,
            longest: Duration::from_secs(longest.into()),
            timeout: Duration::from_millis(timeout.into()),
            limit: limit as usize,
        })
    }
}

/// Why a URL is none that is asked, as far as that is known without resolving its name.
pub(super) fn refused(url: &Url, allow_plain: bool) -> Option<&'static str> {
    let has_more = url.query().is_some() || url.fragment().is_some();
    if has_more || !url.username().is_empty() || url.password().is_some() || url.host().is_none() {
        return Some("this has a query, a fragment, a user, or no host");
    }
    let is_near = match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => None,
        "http" if is_near || allow_plain => None,
        "http" => Some(
            "this is not `https`: only an endpoint on this machine may use `http`, or one with `allow_insecure_http = true`",
        ),
        _ => Some("this is neither `https` nor `http`"),
    }
}

//! The HTTP clients behind the one client: one for each way that a call may take.

use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use axum::http::Uri;
use casemate_identity::remote::FetchError;
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder, NoProxy};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::Verifier;
use url::{Host, Url};

use super::allow::{Allowed, Judged, Refusal};
use super::answer::causes;
use super::ldap::LdapError;
use super::{OutgoingError, OutgoingSettings, Proxy, Roots};

/// Connections that wait for further use, for each host.
const MAX_IDLE: usize = 8;

/// How a call goes out. Each has a client of its own, so that no connection or resolver of one serves another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// To this machine, over plain HTTP or to what the list allows plain HTTP: without certificate authorities, which a
    /// bare system does not have.
    Plain,
    /// To this machine and to listed names, without a look at the address.
    Listed,
    /// To addresses that are judged before they are connected to.
    Judged,
    /// Through the proxy, which resolves the name.
    Proxied,
}

/// Resolves a name, port 0 in all addresses.
pub(super) type Lookup = Arc<dyn Fn(String) -> LookedUp + Send + Sync>;
pub(super) type LookedUp = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

pub(super) struct Clients {
    allowed: Arc<Allowed>,
    settings: OutgoingSettings,
    roots: Vec<Certificate>,
    matcher: Option<Matcher>,
    lookup: Lookup,
    plain: OnceLock<Client>,
    listed: OnceLock<Client>,
    judged: OnceLock<Client>,
    proxied: OnceLock<Client>,
}

impl fmt::Debug for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The proxy's URL may hold a password.
        f.debug_struct("Clients").field("allowed", &self.allowed).finish_non_exhaustive()
    }
}

impl Clients {
    pub(super) fn new(settings: OutgoingSettings) -> Result<Clients, OutgoingError> {
        Clients::resolving(settings, Arc::new(|name| Box::pin(look_up(name))))
    }

    /// Clients that resolve names by `lookup`.
    pub(super) fn resolving(settings: OutgoingSettings, lookup: Lookup) -> Result<Clients, OutgoingError> {
        let allowed =
            Allowed { entries: settings.allow.clone().into_boxed_slice(), loopback: settings.loopback };
        let matcher = match &settings.proxy {
            Proxy::None => None,
            Proxy::Environment => Some(Matcher::from_env()),
            Proxy::Url { url, except } => {
                reqwest::Proxy::all(url.clone()).map_err(|error| OutgoingError::Proxy(causes(&error)))?;
                if !matches!(url.scheme(), "http" | "https") {
                    return Err(OutgoingError::Proxy(format!("{}: is no scheme of a proxy", url.scheme())));
                }
                Some(Matcher::builder().all(url.as_str()).no(except.as_str()).build())
            }
        };
        Ok(Clients {
            allowed: Arc::new(allowed),
            roots: read_roots(&settings.roots)?,
            settings,
            matcher,
            lookup,
            plain: OnceLock::new(),
            listed: OnceLock::new(),
            judged: OnceLock::new(),
            proxied: OnceLock::new(),
        })
    }

    /// How this URL is called.
    pub(super) fn way(&self, url: &Url) -> Result<Way, Refusal> {
        let judged = self.allowed.judge(url)?;
        if judged != Judged::Loopback && self.is_proxied(url) {
            return Ok(Way::Proxied);
        }
        Ok(match judged {
            Judged::ByAddress => Way::Judged,
            _ if url.scheme() == "http" => Way::Plain,
            Judged::Loopback | Judged::Listed => Way::Listed,
        })
    }

    pub(super) fn settings(&self) -> &OutgoingSettings {
        &self.settings
    }

    /// The addresses of a host that may be called at a port, by whatever protocol that has TLS.
    pub(super) async fn addresses(&self, host: &str, port: u16) -> Result<Vec<IpAddr>, LdapError> {
        let unreachable = |reason: String| LdapError::Unreachable { host: format!("{host}:{port}"), reason };
        let url = format!("https://{host}:{port}/")
            .parse::<Url>()
            .map_err(|error| unreachable(error.to_string()))?;
        let judged = self.allowed.judge(&url)?;
        match url.host() {
            Some(Host::Ipv4(address)) => return Ok(vec![address.into()]),
            Some(Host::Ipv6(address)) => return Ok(vec![address.into()]),
            _ => {}
        }
        let name = host.trim_end_matches('.').to_owned();
        if judged == Judged::Loopback {
            return Ok(vec![Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()]);
        }
        let addresses = (self.lookup)(name).await.map_err(|error| unreachable(error.to_string()))?;
        if judged == Judged::ByAddress {
            for address in &addresses {
                self.allowed.address(host, *address)?;
            }
        }
        Ok(addresses)
    }

    /// TLS that trusts whom the HTTP clients trust.
    pub(super) fn trusting_config(&self) -> Result<ClientConfig, String> {
        Clients::config_of(self.verifier()?)
    }

    /// TLS that trusts whom this says.
    pub(super) fn config_of(verifier: Arc<dyn ServerCertVerifier>) -> Result<ClientConfig, String> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?;
        Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
    }

    /// Says whom the HTTP clients trust.
    pub(super) fn verifier(&self) -> Result<Arc<dyn ServerCertVerifier>, String> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let own = match &self.settings.roots {
            Roots::System => Vec::new(),
            Roots::SystemAnd(path) | Roots::Only(path) => {
                let pem = std::fs::read(path).map_err(|error| error.to_string())?;
                let own: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
                own.map_err(|error| error.to_string())?
            }
        };
        if let Roots::Only(_) = self.settings.roots {
            let mut roots = RootCertStore::empty();
            for root in own {
                roots.add(root).map_err(|error| error.to_string())?;
            }
            let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build();
            return Ok(verifier.map_err(|error| error.to_string())?);
        }
        let verifier = Verifier::new_with_extra_roots(own, provider).map_err(|error| error.to_string())?;
        Ok(Arc::new(verifier))
    }

    fn is_proxied(&self, url: &Url) -> bool {
        let Some(matcher) = &self.matcher else { return false };
        url.as_str().parse::<Uri>().is_ok_and(|uri| matcher.intercept(&uri).is_some())
    }

    /// The client for this URL.
    pub(super) fn of(&self, url: &Url) -> Result<&Client, FetchError> {
        let way = self.way(url).map_err(|refusal| FetchError::Refused(refusal.to_string()))?;
        let cell = match way {
            Way::Plain => &self.plain,
            Way::Listed => &self.listed,
            Way::Judged => &self.judged,
            Way::Proxied => &self.proxied,
        };
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        let client = self.build(way).map_err(|error| FetchError::Client(causes(&error)))?;
        Ok(cell.get_or_init(|| client))
    }

    fn build(&self, way: Way) -> reqwest::Result<Client> {
        let resolver = Resolver {
            lookup: Arc::clone(&self.lookup),
            judge: (way == Way::Judged).then(|| Arc::clone(&self.allowed)),
        };
        let builder = Client::builder()
            .redirect(Policy::none())
            .referer(false)
            .connect_timeout(self.settings.connect_time)
            .timeout(self.settings.total_time)
            .pool_max_idle_per_host(MAX_IDLE)
            .user_agent(concat!("casemate/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(resolver);
        let builder = match way {
            Way::Plain => builder.tls_certs_only([]),
            _ => self.trusting(builder),
        };
        match (way, &self.settings.proxy) {
            (Way::Proxied, Proxy::Environment) => builder,
            (Way::Proxied, Proxy::Url { url, except }) => {
                builder.proxy(reqwest::Proxy::all(url.clone())?.no_proxy(NoProxy::from_string(except)))
            }
            _ => builder.no_proxy(),
        }
        .build()
    }

    fn trusting(&self, builder: ClientBuilder) -> ClientBuilder {
        let roots = self.roots.iter().cloned();
        match self.settings.roots {
            Roots::System => builder,
            Roots::SystemAnd(_) => builder.tls_certs_merge(roots),
            Roots::Only(_) => builder.tls_certs_only(roots),
        }
    }
}

fn read_roots(roots: &Roots) -> Result<Vec<Certificate>, OutgoingError> {
    let path = match roots {
        Roots::System => return Ok(Vec::new()),
        Roots::SystemAnd(path) | Roots::Only(path) => path,
    };
    let pem = std::fs::read(path).map_err(|error| OutgoingError::Roots { path: path.clone(), error })?;
    let form = |reason: String| OutgoingError::RootsForm { path: path.clone(), reason };
    let certificates = Certificate::from_pem_bundle(&pem).map_err(|error| form(causes(&error)))?;
    if certificates.is_empty() {
        return Err(form("there is no certificate in it".to_owned()));
    }
    Ok(certificates)
}

async fn look_up(name: String) -> io::Result<Vec<IpAddr>> {
    Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
}

/// Resolves names, and refuses those of which an address may not be called.
struct Resolver {
    lookup: Lookup,
    judge: Option<Arc<Allowed>>,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let name = name.as_str().trim_end_matches('.').to_owned();
        // RFC 6761, section 6.3: no resolver is asked where this machine is.
        let is_local = self.judge.is_none() && name.eq_ignore_ascii_case("localhost");
        let judge = self.judge.clone();
        let addresses = (!is_local).then(|| (self.lookup)(name.clone()));
        Box::pin(async move {
            let addresses = match addresses {
                Some(addresses) => addresses.await?,
                None => vec![IpAddr::from([127, 0, 0, 1]), IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])],
            };
            if let Some(allowed) = judge {
                // One address that may not be called spoils the name: whoever mixes them means no good.
                for address in &addresses {
                    allowed.address(&name, *address)?;
                }
            }
            let addresses = addresses.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}

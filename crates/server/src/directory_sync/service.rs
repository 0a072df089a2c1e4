//! Which directories are pulled, and with which password.

use casemate_directory::{AdminError, Administration, Author, Directory, Entry, Kind, ListQuery};
use casemate_directory_sync::{BIND_PASSWORD, By, Source};
use casemate_identity::provider::LdapConfig;

/// The most providers that are looked through.
const PROVIDERS: u32 = 1_000;

/// A provider whose users and groups are pulled.
#[derive(Debug, Clone)]
pub struct Pulled {
    /// The provider's name.
    pub provider: String,
    /// What its document says of the directory.
    pub config: LdapConfig,
}

impl Pulled {
    /// The directory of a provider's entry, where it names one.
    pub(crate) fn of(entry: &Entry) -> Option<Pulled> {
        let config = entry.document.get("ldap").filter(|ldap| !ldap.is_null())?;
        // It was read when it was written.
        let config = serde_json::from_value(config.clone()).ok()?;
        Some(Pulled { provider: entry.name.clone(), config })
    }
}

/// The providers whose users and groups are pulled, by name.
///
/// # Errors
/// Where they cannot be listed.
pub fn pulled(administration: &Administration) -> Result<Vec<Pulled>, AdminError> {
    let query = ListQuery { limit: PROVIDERS, ..ListQuery::default() };
    let providers = administration.list(Kind::Provider, "", &query)?;
    Ok(providers.items.iter().filter_map(Pulled::of).collect())
}

/// A directory with its password.
///
/// # Errors
/// Why the password is not to be had.
pub fn source(directory: &Directory, pulled: Pulled) -> Result<Source, String> {
    let Pulled { provider, config } = pulled;
    let password = directory.provider_secret(&provider, BIND_PASSWORD, &config.bind_password);
    let password = password.map_err(|reason| format!("{}: {reason}", config.bind_password))?;
    Ok(Source { provider, config, password })
}

/// Who pulls, as events tell it.
#[must_use]
pub fn by(author: &Author) -> By {
    By {
        actor: author.actor.clone(),
        request_id: author.request_id.clone(),
        route: author.route.clone(),
        client: author.client.clone(),
        user_agent: author.user_agent.clone(),
        now: author.now,
    }
}

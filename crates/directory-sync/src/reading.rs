//! Reading a directory page by page.

use casemate_ldap::{Entry, Mark, Range, ranged};
use casemate_platform::outgoing::{LdapDirectory, LdapError, LdapSearch, LdapTarget, Outgoing};
use url::Url;

use crate::source::Source;

/// The most entries that are read: more than any directory of people holds, less than memory does.
const MAX_ENTRIES: usize = 1_000_000;
/// The most values of one attribute that are read in parts.
const MAX_MEMBERS: usize = 500_000;

/// A directory that is being read.
pub(crate) struct Reading {
    directory: LdapDirectory,
}

impl Reading {
    pub(crate) async fn begin(outgoing: &Outgoing, source: &Source) -> Result<Reading, LdapError> {
        let url = Url::parse(&source.config.url).map_err(|error| LdapError::Unreachable {
            host: source.config.url.clone(),
            reason: error.to_string(),
        })?;
        let target = LdapTarget {
            url: &url,
            start_tls: source.config.start_tls,
            bind_dn: &source.config.bind_dn,
            password: &source.password,
        };
        Ok(Reading { directory: outgoing.ldap(&target).await? })
    }

    /// Which server answers, and the number of its last change, as Active Directory says them.
    pub(crate) async fn server(&mut self) -> Result<(Option<String>, Option<Mark>), LdapError> {
        let [name, last] = ["dsServiceName", "highestCommittedUSN"].map(str::to_owned);
        let Some(root) = self.directory.entry("", &[name.clone(), last.clone()]).await? else {
            return Ok((None, None));
        };
        let last = root.text(&last).and_then(|last| last.parse().ok());
        Ok((root.text(&name).map(str::to_owned), last.map(Mark::Number)))
    }

    /// The next page of a search; nothing behind the last.
    pub(crate) async fn next(&mut self, pages: &mut Pages<'_>) -> Result<Option<Vec<Entry>>, LdapError> {
        let Some(behind) = pages.behind.take() else { return Ok(None) };
        let page = self.directory.page(&pages.search, &behind).await?;
        pages.read += page.entries.len();
        if pages.read > MAX_ENTRIES {
            let reason = format!("there are more than {MAX_ENTRIES} entries: narrow `base` or the filter");
            return Err(LdapError::Search { base: pages.search.base.to_owned(), reason });
        }
        pages.behind = page.next;
        Ok(Some(page.entries))
    }

    /// The values of an attribute of which an entry holds a part: those behind it.
    pub(crate) async fn rest(
        &mut self,
        dn: &str,
        attribute: &str,
        mut part: Option<Range>,
    ) -> Result<Vec<String>, LdapError> {
        let mut values = Vec::new();
        let failed = |reason: &str| LdapError::Search { base: dn.to_owned(), reason: reason.to_owned() };
        while let Some(next) = part.and_then(|part| part.next) {
            let request = [Range::request(attribute, next)];
            let entry = self.directory.entry(dn, &request).await?.ok_or_else(|| failed("it is gone"))?;
            let (more, behind) = ranged(&entry, attribute);
            if more.is_empty() || values.len() + more.len() > MAX_MEMBERS {
                return Err(failed("its members do not come to an end"));
            }
            values.extend(more.iter().map(|value| String::from_utf8_lossy(value).into_owned()));
            part = behind;
        }
        Ok(values)
    }
}

/// A search on its way.
pub(crate) struct Pages<'a> {
    search: LdapSearch<'a>,
    behind: Option<Vec<u8>>,
    read: usize,
}

impl<'a> Pages<'a> {
    pub(crate) fn of(base: &'a str, filter: &'a str, attributes: &'a [String]) -> Pages<'a> {
        Pages { search: LdapSearch { base, filter, attributes }, behind: Some(Vec::new()), read: 0 }
    }
}

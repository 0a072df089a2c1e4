//! Assignments, each with whom it reaches, page by page.

use std::collections::HashMap;
use std::sync::Arc;

use casemate_directory::model::{AssignmentDocument, Target, UserDocument};
use casemate_directory::{API_KEY_PROVIDER, Entry, Kind, ListQuery, Lister, OWN_PROVIDER, Sort, SortBy};
use casemate_expression::Timestamp;
use casemate_store::{GroupQuery, StoreReader, UserQuery, UserRecord};
use serde::{Deserialize, Serialize};

use super::held::{Held, state_of};
use super::latest::Latest;
use super::query::{Review, ReviewError, ReviewQuery};
use super::usage::{Seen, Usage};
use super::view::{Holder, Holding, State};

/// The most holders that are looked at for one page: where few fit, a page holds few, and others follow.
const MAX_LOOKED_AT: usize = 1_000;
/// How many stored members are read at once.
const MEMBERS: u32 = 100;
/// A day, in microseconds.
const DAY: i64 = 86_400 * 1_000_000;

/// A page of who holds what in a tenant: of all assignments as `lister` has them, with whom the files and the store know.
///
/// # Errors
/// Where the database cannot be read, or `after` is of no page.
pub async fn review(
    lister: &Lister,
    reader: &StoreReader,
    query: &ReviewQuery,
) -> Result<Review, ReviewError> {
    let mut place = match &query.after {
        None => Place::default(),
        Some(after) => serde_json::from_str(after).map_err(|_| ReviewError::After)?,
    };
    let mut walk = Walk::new(lister, reader, query)?;
    loop {
        let sort = walk.sort();
        let one = ListQuery { limit: 1, after: place.after.clone(), sort, ..ListQuery::default() };
        let mut page = lister.list(Kind::Assignment, &query.tenant, &one).map_err(|_| ReviewError::After)?;
        let Some(entry) = page.items.pop() else { break };
        let within = place.within.take().filter(|within| within.assignment == entry.id);
        if let Some(within) = walk.assignment(&entry, place.after.as_deref(), within).await? {
            place.within = Some(within);
            return walk.ends(Some(&place));
        }
        let Some(next) = page.next else { break };
        place.after = Some(next);
        if walk.is_full() {
            return walk.ends(Some(&place));
        }
    }
    walk.ends(None)
}

/// Where a page ended.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Place {
    /// The place of the assignment before.
    after: Option<String>,
    within: Option<Within>,
}

/// How far the members of a group were looked at.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Within {
    assignment: String,
    /// How many of those in files.
    files: usize,
    /// The last one of those in the store.
    stored: Option<(String, String)>,
}

struct Walk<'a> {
    lister: &'a Lister,
    reader: &'a StoreReader,
    query: &'a ReviewQuery,
    /// The only provider, for whoever is named without one.
    sole_provider: String,
    file_users: Vec<UserDocument>,
    /// The tenant's service accounts, by id and by name; read once one is needed.
    accounts: Option<HashMap<String, Arc<Entry>>>,
    usage: Usage,
    latest: Latest,
    looked_at: usize,
    items: Vec<Holding>,
}

impl<'a> Walk<'a> {
    fn new(
        lister: &'a Lister,
        reader: &'a StoreReader,
        query: &'a ReviewQuery,
    ) -> Result<Walk<'a>, ReviewError> {
        let providers = lister.all(Kind::Provider, "", 2);
        let sole_provider = match providers.as_slice() {
            [only] => only.name.clone(),
            _ => String::new(),
        };
        let users = lister.all(Kind::User, &query.tenant, usize::MAX);
        let file_users =
            users.into_iter().filter_map(|entry| serde_json::from_value(entry.document).ok()).collect();
        Ok(Walk {
            lister,
            reader,
            query,
            sole_provider,
            file_users,
            accounts: None,
            usage: Usage::default(),
            latest: Latest::default(),
            looked_at: 0,
            items: Vec::new(),
        })
    }

    fn ends(self, place: Option<&Place>) -> Result<Review, ReviewError> {
        let next = place.map(serde_json::to_string).transpose().map_err(|_| ReviewError::After)?;
        Ok(Review { items: self.items, next })
    }

    fn is_full(&self) -> bool {
        self.items.len() >= self.query.limit as usize || self.looked_at >= MAX_LOOKED_AT
    }

    fn sort(&self) -> Sort {
        Sort { by: SortBy::Created, descending: self.query.newest_first }
    }

    /// Looks at whom an assignment reaches, which comes first behind `after`; answers where to go on, where the page is full
    /// before.
    async fn assignment(
        &mut self,
        entry: &Entry,
        after: Option<&str>,
        within: Option<Within>,
    ) -> Result<Option<Within>, ReviewError> {
        let Some(mut held) = self.held(entry) else { return Ok(None) };
        let of = (self.query.tenant.as_str(), self.sort());
        held.review = self.latest.of((self.lister, self.reader), of, after, &entry.id).await?;
        if !held.is_reviewed_as(self.query) {
            self.looked_at += 1;
            return Ok(None);
        }
        let target = held.document.to.clone();
        let provider = target.provider.clone().unwrap_or_else(|| self.provider_of(&target));
        match &target.group {
            Some(group) => self.group(&held, &provider, group, &target, within).await,
            None => {
                let holder = Holder {
                    provider,
                    kind: target.kind.clone().unwrap_or_else(|| "user".to_owned()),
                    id: target.id.clone(),
                    login: target.login.clone(),
                    display_name: None,
                };
                self.holder(&held, holder, None, None).await?;
                Ok(None)
            }
        }
    }

    fn provider_of(&self, target: &Target) -> String {
        match target.kind.as_deref() {
            Some("anonymous") => "anonymous".to_owned(),
            Some("api-key") => API_KEY_PROVIDER.to_owned(),
            _ => self.sole_provider.clone(),
        }
    }

    /// What an assignment gives, where it may fit what is asked for.
    fn held(&self, entry: &Entry) -> Option<Held> {
        let document: AssignmentDocument = serde_json::from_value(entry.document.clone()).ok()?;
        let (from, until) = (document.from.map(|from| from.0), document.until.map(|until| until.0));
        let state = state_of(&document, self.query.now);
        let query = self.query;
        let is = |wanted: &Option<String>, found: Option<&String>| {
            wanted.as_ref().is_none_or(|wanted| found == Some(wanted))
        };
        if query.state.is_some_and(|wanted| wanted != state)
            || !is(&query.team, document.team.as_ref())
            || !is(&query.group, document.to.group.as_ref())
        {
            return None;
        }
        let granted_at = entry.granted.as_ref().map_or(entry.created_at, |granted| granted.at.0.0);
        let since = from.map_or(granted_at, |from| from.0.max(granted_at));
        if let Some(days) = self.query.expiring_days {
            let end = self.query.now.saturating_add(i64::from(days).saturating_mul(DAY));
            until.filter(|until| state != State::Over && until.0 <= end)?;
        }
        if let Some(days) = self.query.unused_days
            && (state != State::InForce || since > self.before(days))
        {
            return None;
        }
        let (role, team) = (document.role.as_deref(), document.team.as_deref());
        let given = self.lister.given(entry, role, team);
        if query.role.as_ref().is_some_and(|wanted| !given.roles.contains(wanted)) {
            return None;
        }
        let (id, granted) = (entry.id.clone(), entry.granted.clone());
        Some(Held { document, given, state, since, id, granted, review: None })
    }

    fn before(&self, days: u32) -> i64 {
        self.query.now.saturating_sub(i64::from(days).saturating_mul(DAY))
    }

    /// A group itself, then those of its members whom the files know, then those whom the store knows.
    async fn group(
        &mut self,
        held: &Held,
        provider: &str,
        group: &str,
        target: &Target,
        within: Option<Within>,
    ) -> Result<Option<Within>, ReviewError> {
        let mut place = match within {
            Some(within) => within,
            None => {
                // Whether a group is used cannot be said.
                if self.query.unused_days.is_none() {
                    let (kind, id) = ("group".to_owned(), Some(group.to_owned()));
                    let holder = Holder { provider: provider.to_owned(), kind, id, ..Holder::default() };
                    if self.query.holder.wants(&holder) {
                        self.items.push(held.by(holder, None, None));
                    }
                }
                Within { assignment: held.id.clone(), ..Within::default() }
            }
        };
        while let Some(user) = self.file_users.get(place.files).cloned() {
            if self.is_full() {
                return Ok(Some(place));
            }
            place.files += 1;
            let of = user.provider.as_deref().unwrap_or(&self.sole_provider);
            let kind = user.kind.as_deref().unwrap_or("user");
            let is_meant = of == provider
                && target.kind.as_deref().is_none_or(|wanted| wanted == kind)
                && user.groups.iter().any(|name| name == group);
            if is_meant {
                let holder = Holder {
                    provider: provider.to_owned(),
                    kind: kind.to_owned(),
                    id: Some(user.id),
                    login: user.login,
                    display_name: user.display_name,
                };
                self.holder(held, holder, Some(group), None).await?;
            }
        }
        if target.kind.as_deref().is_some_and(|kind| kind != "user") {
            return Ok(None);
        }
        self.stored_members(held, (provider, group), place).await
    }

    async fn stored_members(
        &mut self,
        held: &Held,
        (provider, name): (&str, &str),
        mut place: Within,
    ) -> Result<Option<Within>, ReviewError> {
        let query = GroupQuery {
            tenant: Some(self.query.tenant.clone()),
            provider: Some(provider.to_owned()),
            name: Some(name.to_owned()),
            limit: 1,
            ..GroupQuery::default()
        };
        let Some(group) = self.reader.groups(&query).await?.pop().filter(|group| group.name == *name) else {
            return Ok(None);
        };
        loop {
            if self.is_full() {
                return Ok(Some(place));
            }
            let members = UserQuery {
                group: Some(group.id.clone()),
                after: place.stored.clone(),
                limit: MEMBERS,
                ..UserQuery::default()
            };
            let users = self.reader.users(&members).await?;
            if users.is_empty() {
                return Ok(None);
            }
            for user in users {
                if self.is_full() {
                    return Ok(Some(place));
                }
                place.stored = Some((members.sort.key(&user), user.id.clone()));
                let holder = holder_of(&user);
                self.holder(held, holder, Some(name), Some(&user)).await?;
            }
        }
    }

    /// Somebody, as far as is known of them.
    async fn holder(
        &mut self,
        held: &Held,
        mut holder: Holder,
        group: Option<&str>,
        known: Option<&UserRecord>,
    ) -> Result<(), ReviewError> {
        self.looked_at += 1;
        let mut user = known.cloned();
        if holder.provider == OWN_PROVIDER && holder.kind == "service" {
            self.account(&mut holder);
        } else if user.is_none() && holder.kind == "user" && !holder.provider.is_empty() {
            user = self.stored(&holder).await?;
        }
        if let Some(user) = &user {
            let Holder { id, login, display_name, .. } = holder_of(user);
            holder.id = holder.id.or(id);
            holder.login = login.or(holder.login);
            holder.display_name = display_name.or(holder.display_name);
        } else if holder.id.is_none() {
            let known = self.file_users.iter().find(|known| {
                known.login == holder.login
                    && known.provider.as_deref().unwrap_or(&self.sole_provider) == holder.provider
            });
            holder.id = known.map(|known| known.id.clone());
        }
        if !self.query.holder.wants(&holder) {
            return Ok(());
        }
        let signed_in_at = user.and_then(|user| user.signed_in_at);
        let Seen { last: used, looked_back_to } =
            self.usage.of(self.reader, &self.query.tenant, &holder, signed_in_at).await?;
        let is_unused = |days| used.is_none_or(|(at, _)| at <= self.before(days));
        if self.query.unused_days.is_none_or(is_unused) {
            let mut holding = held.by(holder, group, used);
            holding.looked_back_to = looked_back_to.map(|at| Timestamp(at).to_string());
            self.items.push(holding);
        }
        Ok(())
    }

    async fn stored(&self, holder: &Holder) -> Result<Option<UserRecord>, ReviewError> {
        let user = match (&holder.id, &holder.login) {
            (Some(id), _) => self.reader.user_by_subject(&holder.provider, id).await?,
            (None, Some(login)) => self.reader.user_by_login(&holder.provider, login).await?,
            (None, None) => None,
        };
        Ok(user.filter(|user| user.tenant == self.query.tenant))
    }

    /// A service account, by its id or its name. No name is an id of another: ids have a prefix and 128 random bits.
    fn account(&mut self, holder: &mut Holder) {
        let accounts = self.accounts.get_or_insert_with(|| {
            let accounts = self.lister.all(Kind::ServiceAccount, &self.query.tenant, usize::MAX);
            let accounts = accounts.into_iter().map(Arc::new);
            let named = |account: Arc<Entry>| {
                [(account.name.clone(), Arc::clone(&account)), (account.id.clone(), account)]
            };
            accounts.flat_map(named).collect()
        });
        let name = holder.id.as_ref().or(holder.login.as_ref());
        if let Some(entry) = name.and_then(|name| accounts.get(name)) {
            let title = entry.document.get("title").and_then(|title| title.as_str()).map(str::to_owned);
            holder.id = Some(entry.id.clone());
            holder.login = Some(entry.name.clone());
            holder.display_name = title;
        }
    }
}

fn holder_of(user: &UserRecord) -> Holder {
    Holder {
        provider: user.provider.clone(),
        kind: "user".to_owned(),
        id: user.subject.clone(),
        login: Some(user.login.clone()),
        display_name: user.display_name.clone(),
    }
}

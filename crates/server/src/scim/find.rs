//! Finding resources: what an index answers is asked of the database, the rest is looked through within a bound.

use casemate_platform::{cursor, read_cursor};
use casemate_scim::filter::{Filter, Operand};
use casemate_scim::{
    Listing, Projection, Query, ResourceType, ScimError, ScimType, SortKey, SortOrder, Target,
};
use casemate_store::{GroupQuery, GroupSort, MAX_PAGE, UserQuery, UserSort};
use serde_json::{Map, Value};

use super::answer::Refusal;
use super::client::Client;
use super::records::Record;

/// The most resources that are looked through for one answer.
const MAX_EXAMINED: usize = 20_000;
/// The last resource that a page by number may begin with; beyond, pages go by cursor.
const MAX_SKIPPED: usize = 500_000;

/// Which records are asked of the database.
#[derive(Debug, Clone)]
enum Narrowed {
    Users(UserQuery),
    Groups(GroupQuery),
}

/// A list as it is asked for.
struct Search {
    narrowed: Narrowed,
    /// What the database does not answer.
    rest: Option<Filter>,
    /// By what is sorted here, where the database does not.
    sorting: Option<(Option<Target>, SortOrder)>,
}

/// Part of a list.
struct Found {
    total: usize,
    records: Vec<Record>,
}

impl Narrowed {
    fn keyed(&self, record: &Record) -> (String, String) {
        let key = match (self, record) {
            (Narrowed::Users(query), Record::User(user)) => query.sort.key(user),
            (Narrowed::Groups(query), Record::Group(group)) => query.sort.key(group),
            _ => String::new(),
        };
        (key, record.id().to_owned())
    }
}

impl Client<'_> {
    /// A resource by id.
    pub(super) async fn record(&self, kind: ResourceType, id: &str) -> Result<Option<Record>, Refusal> {
        let reader = self.app.store.reader();
        let record = match kind {
            ResourceType::User => reader.user(id).await?.map(Record::User),
            ResourceType::Group => reader.group(id).await?.map(Record::Group),
        };
        Ok(record.filter(|record| self.owns(record)))
    }

    /// The answer to a query about resources of some types.
    pub(super) async fn list(&self, kinds: &[ResourceType], query: &Query) -> Result<Listing, Refusal> {
        if let Some(place) = &query.cursor {
            return match kinds {
                [kind] => self.list_by_cursor(*kind, query, place).await,
                _ => Err(ScimError::new(
                    ScimType::InvalidCursor,
                    "pages by cursor are of one type: ask /Users or /Groups",
                )
                .into()),
            };
        }
        let is_over_several = kinds.len() > 1;
        let skip = query.start_index.saturating_sub(1);
        if skip > MAX_SKIPPED {
            let detail = format!("a page begins with resource {MAX_SKIPPED} at the latest: page by `cursor`");
            return Err(ScimError::new(ScimType::TooMany, detail).into());
        }
        let mut total = 0;
        let mut resources = Vec::new();
        for kind in kinds {
            let search = self.search(*kind, query, is_over_several)?;
            if is_over_several && search.sorting.is_some() {
                let detail = "resources are sorted within one type: ask /Users or /Groups";
                return Err(ScimError::with_status(501, detail).into());
            }
            let room = query.count.saturating_sub(resources.len());
            let found = self.find(search, skip.saturating_sub(total), room).await?;
            total += found.total;
            let projection = query.projection(*kind)?;
            resources.extend(self.documents(&found.records, &projection).await?);
        }
        Ok(Listing { total: Some(total), start_index: Some(skip + 1), next_cursor: None, resources })
    }

    /// What is answered of records.
    pub(super) async fn documents(
        &self,
        records: &[Record],
        projection: &Projection,
    ) -> Result<Vec<Map<String, Value>>, Refusal> {
        let mut documents: Vec<_> = records.iter().map(|record| record.document(&self.base)).collect();
        match records.first().map(Record::kind) {
            Some(ResourceType::Group) if projection.wants("members") => {
                self.add_members(&mut documents).await?;
            }
            Some(ResourceType::User) if projection.wants("groups") => {
                self.add_groups(&mut documents).await?;
            }
            _ => {}
        }
        Ok(documents.into_iter().map(|document| projection.apply(document)).collect())
    }

    fn search(&self, kind: ResourceType, query: &Query, is_over_several: bool) -> Result<Search, Refusal> {
        let filter = match &query.filter {
            Some(text) if is_over_several => Some(Filter::parse_for_several(kind, text)?),
            Some(text) => Some(Filter::parse(kind, text)?),
            None => None,
        };
        let (narrowed, rest) = self.narrowed(kind, filter);
        for (looked_up, other) in [("members", "members.value"), ("groups", "groups.value")] {
            if rest.as_ref().is_some_and(|rest| rest.mentions(looked_up)) {
                let detail = format!(
                    "`{looked_up}` are found by one `{other} eq \"…\"`, joined to the rest of the filter by and"
                );
                return Err(ScimError::new(ScimType::InvalidFilter, detail).into());
            }
        }
        let sorting = query.sorting(kind, is_over_several)?;
        let (narrowed, sorting) = sorted(narrowed, sorting);
        Ok(Search { narrowed, rest, sorting })
    }

    /// What of a filter the database answers, and what remains.
    fn narrowed(&self, kind: ResourceType, filter: Option<Filter>) -> (Narrowed, Option<Filter>) {
        let mut rest = filter;
        let mut take = |name: &str| {
            let filter = rest.take()?;
            let text = filter.required_text(name).map(str::to_owned);
            rest = Some(if text.is_some() { filter.without(name) } else { filter });
            text
        };
        let (provider, tenant) = (Some(self.provider.clone()), Some(self.tenant.clone()));
        let narrowed = match kind {
            ResourceType::User => Narrowed::Users(UserQuery {
                provider,
                tenant,
                id: take("id"),
                login: take("userName"),
                external_id: take("externalId"),
                group: take("groups.value"),
                ..UserQuery::default()
            }),
            ResourceType::Group => Narrowed::Groups(GroupQuery {
                provider,
                tenant,
                id: take("id"),
                name: take("displayName"),
                external_id: take("externalId"),
                member: take("members.value"),
                ..GroupQuery::default()
            }),
        };
        let narrowed = match (narrowed, &rest) {
            (Narrowed::Users(query), Some(filter)) => {
                // It still stands in the filter, which finds the same.
                Narrowed::Users(UserQuery { active: required_active(filter), ..query })
            }
            (narrowed, _) => narrowed,
        };
        (narrowed, rest.filter(|filter| !says_nothing(filter)))
    }

    /// A page by number, and how many there are altogether.
    async fn find(&self, search: Search, skip: usize, count: usize) -> Result<Found, Refusal> {
        let Search { narrowed, rest, sorting } = search;
        let candidates = self.count(&narrowed).await?;
        if rest.is_none() && sorting.is_none() {
            let records = if count == 0 || skip >= candidates {
                Vec::new()
            } else {
                self.page(&narrowed, None, skip, count).await?
            };
            return Ok(Found { total: candidates, records });
        }
        if candidates > MAX_EXAMINED {
            let detail = format!(
                "{candidates} resources would have to be looked through, and at most {MAX_EXAMINED} are: compare userName, \
                 displayName, externalId, id or groups.value by eq as well, or page by `cursor`"
            );
            return Err(ScimError::new(ScimType::TooMany, detail).into());
        }
        let fits =
            |record: &Record| rest.as_ref().is_none_or(|filter| filter.matches(&record.examined(&self.base)));
        let mut total = 0;
        let mut window = Vec::new();
        let mut keys: Vec<(SortKey, Record)> = Vec::new();
        let mut after = None;
        loop {
            let page = self.page(&narrowed, after.take(), 0, MAX_PAGE as usize).await?;
            let is_last = page.len() < MAX_PAGE as usize;
            after = page.last().map(|last| narrowed.keyed(last));
            for record in page.into_iter().filter(fits) {
                total += 1;
                match &sorting {
                    Some((target, _)) => {
                        let key = SortKey::of(target.as_ref(), &record.examined(&self.base));
                        keys.push((key, record));
                    }
                    None if total > skip && window.len() < count => window.push(record),
                    None => {}
                }
            }
            if is_last {
                break;
            }
        }
        if let Some((_, order)) = sorting {
            keys.sort_by(|(one, _), (other, _)| one.compare(other, order));
            window = keys.into_iter().skip(skip).take(count).map(|(_, record)| record).collect();
        }
        Ok(Found { total, records: window })
    }

    /// A page by cursor (RFC 9865): it may hold fewer resources than asked for, where others are looked for by the next.
    async fn list_by_cursor(
        &self,
        kind: ResourceType,
        query: &Query,
        place: &str,
    ) -> Result<Listing, Refusal> {
        let Search { narrowed, rest, sorting } = self.search(kind, query, false)?;
        if sorting.is_some() {
            let detail = "with `cursor`, resources are sorted by userName, displayName or meta.created";
            return Err(ScimError::new(ScimType::InvalidValue, detail).into());
        }
        let list = format!("scim\n{narrowed:?}\n{:?}", query.filter);
        let mut after = match place {
            "" => None,
            place => Some(cursor_place(&list, place)?),
        };
        let projection = query.projection(kind)?;
        let mut records = Vec::new();
        let mut examined = 0;
        let next = loop {
            // One more than wanted, to see whether there is another page.
            let wanted = query.count.saturating_sub(records.len());
            if wanted == 0 || examined >= MAX_EXAMINED {
                break after.clone();
            }
            let limit = if rest.is_some() { MAX_PAGE as usize } else { wanted.min(MAX_PAGE as usize) };
            let page = self.page(&narrowed, after.clone(), 0, limit).await?;
            let is_last = page.len() < limit;
            let mut left_over = false;
            for record in page {
                if records.len() >= query.count {
                    left_over = true;
                    break;
                }
                examined += 1;
                after = Some(narrowed.keyed(&record));
                if rest.as_ref().is_none_or(|filter| filter.matches(&record.examined(&self.base))) {
                    records.push(record);
                }
            }
            if is_last && !left_over {
                break None;
            }
        };
        // Counting reads all of them: the first page tells, and those after it do not.
        let total = match rest {
            None if place.is_empty() => Some(self.count(&narrowed).await?),
            _ => None,
        };
        let next_cursor = next.map(|(key, id)| cursor(&list, &format!("{key}\n{id}")));
        let resources = self.documents(&records, &projection).await?;
        Ok(Listing { total, start_index: None, next_cursor, resources })
    }

    async fn count(&self, narrowed: &Narrowed) -> Result<usize, Refusal> {
        let reader = self.app.store.reader();
        let count = match narrowed {
            Narrowed::Users(query) => reader.count_users(query).await?,
            Narrowed::Groups(query) => reader.count_groups(query).await?,
        };
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    async fn page(
        &self,
        narrowed: &Narrowed,
        after: Option<(String, String)>,
        skip: usize,
        limit: usize,
    ) -> Result<Vec<Record>, Refusal> {
        let reader = self.app.store.reader();
        let (skip, limit) = (number(skip), number(limit));
        Ok(match narrowed {
            Narrowed::Users(query) => {
                let query = UserQuery { after, skip, limit, ..query.clone() };
                reader.users(&query).await?.into_iter().map(Record::User).collect()
            }
            Narrowed::Groups(query) => {
                let query = GroupQuery { after, skip, limit, ..query.clone() };
                reader.groups(&query).await?.into_iter().map(Record::Group).collect()
            }
        })
    }
}

/// The order that the database gives, and what is left to be sorted here.
fn sorted(
    narrowed: Narrowed,
    sorting: Option<(Option<Target>, SortOrder)>,
) -> (Narrowed, Option<(Option<Target>, SortOrder)>) {
    let Some((Some(target), order)) = sorting else { return (narrowed, sorting) };
    let descending = order == SortOrder::Descending;
    let is_created = target.is("meta.created");
    match narrowed {
        Narrowed::Users(query) if target.is("userName") || is_created => {
            let sort = if is_created { UserSort::Created } else { UserSort::Login };
            (Narrowed::Users(UserQuery { sort, descending, ..query }), None)
        }
        Narrowed::Groups(query) if target.is("displayName") || is_created => {
            let sort = if is_created { GroupSort::Created } else { GroupSort::Name };
            (Narrowed::Groups(GroupQuery { sort, descending, ..query }), None)
        }
        narrowed => (narrowed, sorting),
    }
}

/// Whether everybody who fits is active, or everybody is not.
fn required_active(filter: &Filter) -> Option<bool> {
    match filter {
        Filter::All(filters) => filters.iter().find_map(required_active),
        Filter::Compare(Some(target), casemate_scim::filter::Comparison::Equal, Operand::Boolean(active))
            if target.is("active") =>
        {
            Some(*active)
        }
        _ => None,
    }
}

fn says_nothing(filter: &Filter) -> bool {
    matches!(filter, Filter::All(filters) if filters.iter().all(says_nothing))
}

fn cursor_place(list: &str, text: &str) -> Result<(String, String), ScimError> {
    let wrong = || {
        let detail = "`cursor` is the `nextCursor` of another page of the same list, or empty";
        ScimError::new(ScimType::InvalidCursor, detail)
    };
    let place = read_cursor(list, text).map_err(|_| wrong())?;
    let (key, id) = place.rsplit_once('\n').ok_or_else(wrong)?;
    Ok((key.to_owned(), id.to_owned()))
}

fn number(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

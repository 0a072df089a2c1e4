//! Lists of objects: searched, ordered, and by pages that begin after a key.

use std::cmp::Ordering;
use std::sync::Arc;

use casemate_store::Object;
use serde_json::Value;

use super::Administration;
use super::entry::{Entry, ListQuery, Listing, Sort, SortBy};
use super::error::AdminError;
use super::objects::built_in;
use super::write::mistake;
use crate::directory::State;
use crate::kind::Kind;
use crate::objects::TenantObjects;

/// The most objects of one page.
const MAX_PAGE: usize = 1_000;
/// The objects of a page whose size is not said.
const PAGE: usize = 100;
/// As much of a name as orders it, in bytes.
const MAX_ORDERING: usize = 512;

impl Administration {
    /// One page of the objects of a kind in a tenant (empty for kinds of the whole installation). Built-in roles are in
    /// every tenant, and older than all others.
    ///
    /// # Errors
    /// Where `after` is of no page.
    pub fn list(&self, kind: Kind, tenant: &str, query: &ListQuery) -> Result<Listing, AdminError> {
        self.lister().list(kind, tenant, query)
    }

    /// What answers with pages of what is there now, whatever becomes of it.
    #[must_use]
    pub fn lister(&self) -> Lister {
        Lister { state: self.directory.state() }
    }
}

/// The objects of the whole installation as they were at one time.
#[derive(Clone)]
pub struct Wide(Option<Arc<TenantObjects>>);

impl Wide {
    /// Whether no object of the whole installation differs.
    #[must_use]
    pub fn is_same(&self, other: &Wide) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
    }
}

impl std::fmt::Debug for Wide {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Wide").finish_non_exhaustive()
    }
}

/// All objects at one revision.
#[derive(Clone)]
pub struct Lister {
    pub(super) state: Arc<State>,
}

impl std::fmt::Debug for Lister {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lister").field("revision", &self.state.snapshot.revision()).finish()
    }
}

impl Lister {
    /// As [`Administration::list`].
    ///
    /// # Errors
    /// As [`Administration::list`].
    pub fn list(&self, kind: Kind, tenant: &str, query: &ListQuery) -> Result<Listing, AdminError> {
        let limit = match query.limit as usize {
            0 => PAGE,
            limit => limit.min(MAX_PAGE),
        };
        // Built-in roles were always there, and end what is read backwards.
        let is_ready = query.sort.by == SortBy::Created && !(query.sort.descending && kind == Kind::Role);
        let listing = match is_ready {
            true => self.as_made(kind, tenant, query, limit),
            false => self.sorted(kind, tenant, query, limit),
        };
        listing.ok_or_else(|| {
            mistake(kind, tenant, "", "", "`after` is of no page: take it from `next`, unchanged")
        })
    }

    /// The objects of the whole installation, to tell whether others are there later.
    #[must_use]
    pub fn wide(&self) -> Wide {
        Wide(self.state.objects.tenants().get("").cloned())
    }

    /// The objects of a kind in a tenant, in the order of their names: the first `most`.
    #[must_use]
    pub fn all(&self, kind: Kind, tenant: &str, most: usize) -> Vec<Entry> {
        let objects = self.state.objects.in_tenant(kind, tenant);
        objects.iter().take(most).map(|object| Entry::of(kind, object)).collect()
    }

    /// In the order in which they were made, which is kept ready, or backwards.
    fn as_made(&self, kind: Kind, tenant: &str, query: &ListQuery, limit: usize) -> Option<Listing> {
        let after = match query.after.as_deref() {
            None => (if query.sort.descending { i64::MAX } else { i64::MIN }, ""),
            Some(cursor) => cursor_of(cursor)?,
        };
        let objects = &self.state.objects;
        let in_turn: Box<dyn Iterator<Item = &Arc<Object>>> = match query.sort.descending {
            true => Box::new(objects.made_before(kind, tenant, after)),
            false => Box::new(objects.made_after(kind, tenant, after)),
        };
        let wanted = |entry: &Entry| is_wanted(entry, query);
        let first = query.after.is_none() && kind == Kind::Role;
        let mut items: Vec<Entry> = Vec::new();
        if first {
            items.extend(built_in(tenant).filter(wanted));
        }
        let mut last = None;
        let mut more = false;
        for object in in_turn {
            if items.len() >= limit && last.is_some() {
                more = true;
                break;
            }
            let entry = Entry::of(kind, object);
            if wanted(&entry) {
                items.push(entry);
                last = Some(object);
            }
        }
        let next = last.filter(|_| more).map(|object| format!("{:x}-{}", object.created_at, object.id));
        Some(Listing { items, next })
    }

    /// In another order: all are looked at, and as many as the page holds are kept.
    fn sorted(&self, kind: Kind, tenant: &str, query: &ListQuery, limit: usize) -> Option<Listing> {
        let Sort { by, descending } = query.sort;
        let after = match query.after.as_deref() {
            None => None,
            Some(cursor) => Some(Key::read(by, cursor)?),
        };
        let order = |one: &Key<'_>, other: &Key<'_>| if descending { other.cmp(one) } else { one.cmp(other) };
        let is_after =
            |key: &Key<'_>| after.as_ref().is_none_or(|after| order(key, after) == Ordering::Greater);
        let built_in: Vec<Entry> = if kind == Kind::Role { built_in(tenant).collect() } else { Vec::new() };
        let is_free = query.search.is_none() && query.filters.is_empty();
        let stored = self.state.objects.in_tenant(kind, tenant).iter();
        let stored = stored.map(|object| (Key::of_object(by, object), Candidate::Stored(object)));
        let candidates = built_in.iter().map(|entry| (Key::of_entry(by, entry), Candidate::BuiltIn(entry)));
        let mut found: Vec<_> = candidates
            .chain(stored)
            .filter(|(key, candidate)| is_after(key) && (is_free || is_wanted(&candidate.entry(kind), query)))
            .collect();
        let more = found.len() > limit;
        if more {
            found.select_nth_unstable_by(limit, |one, other| order(&one.0, &other.0));
            found.truncate(limit);
        }
        found.sort_unstable_by(|one, other| order(&one.0, &other.0));
        let next = found.last().filter(|_| more).map(|(key, _)| key.to_string());
        Some(Listing { items: found.iter().map(|(_, candidate)| candidate.entry(kind)).collect(), next })
    }
}

/// Something that a list may hold.
enum Candidate<'a> {
    BuiltIn(&'a Entry),
    Stored(&'a Arc<Object>),
}

impl Candidate<'_> {
    fn entry(&self, kind: Kind) -> Entry {
        match self {
            Candidate::BuiltIn(entry) => (*entry).clone(),
            Candidate::Stored(object) => Entry::of(kind, object),
        }
    }
}

/// Where something stands in an order.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a> {
    time: i64,
    name: &'a str,
    id: &'a str,
}

impl<'a> Key<'a> {
    fn new(by: SortBy, (created, changed): (i64, i64), name: &'a str, id: &'a str) -> Key<'a> {
        match by {
            SortBy::Created => Key { time: created, name: "", id },
            SortBy::Changed => Key { time: changed, name: "", id },
            SortBy::Name => {
                let end = name.floor_char_boundary(MAX_ORDERING);
                Key { time: 0, name: name.get(..end).unwrap_or(name), id }
            }
        }
    }

    fn of_object(by: SortBy, object: &'a Object) -> Key<'a> {
        Key::new(by, (object.created_at, object.updated_at), &object.name, &object.id)
    }

    fn of_entry(by: SortBy, entry: &'a Entry) -> Key<'a> {
        Key::new(by, (entry.created_at, entry.updated_at), &entry.name, &entry.id)
    }

    fn read(by: SortBy, cursor: &'a str) -> Option<Key<'a>> {
        let mut parts = cursor.splitn(3, '\n');
        let (time, id, name) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?);
        Some(Key::new(by, (time, time), name, id))
    }
}

impl std::fmt::Display for Key<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Key { time, name, id } = self;
        write!(f, "{time}\n{id}\n{name}")
    }
}

fn cursor_of(cursor: &str) -> Option<(i64, &str)> {
    let (at, id) = cursor.split_once('-')?;
    Some((i64::from_str_radix(at, 16).ok()?, id))
}

fn is_wanted(entry: &Entry, query: &ListQuery) -> bool {
    let found = query.search.as_deref().is_none_or(|search| {
        let search = search.to_lowercase();
        let title = entry.document.get("title").and_then(Value::as_str).unwrap_or_default();
        entry.name.to_lowercase().contains(&search) || title.to_lowercase().contains(&search)
    });
    found
        && query.filters.iter().all(|(path, wanted)| match path.as_str() {
            "origin" => entry.origin == *wanted,
            "name" => entry.name == *wanted,
            path => {
                let pointer = format!("/{}", path.replace('.', "/"));
                match entry.document.pointer(&pointer) {
                    Some(Value::String(text)) => text == wanted,
                    Some(other) => *other == serde_json::from_str::<Value>(wanted).unwrap_or_default(),
                    None => false,
                }
            }
        })
}

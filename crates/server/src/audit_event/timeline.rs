//! All that is on record of one thing, or of one person, in the order in which it happened.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use casemate_audit::event::{Event, Party};
use casemate_audit::personal::{HIDDEN, WITHHELD};
use casemate_audit::query::{MAX_QUERY, Query};
use casemate_directory::model::When;
use casemate_directory::{DEFAULT_TENANT, OWN_PROVIDER};

use casemate_platform::{DocumentError, NoQuery, PageRequest, Problem, read_document};
use casemate_store::{DirectoryKind, LinkedIdentity, LogEvent, LogPage, StoreError, UserRecord};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::list::{place, shown};
use super::routes::AuditEventList;
use super::search::Order;
use crate::App;
use crate::guard::{Access, Require, Thing};
use crate::listed::unreadable;

/// The most ids under which somebody is looked for.
const MOST_NAMES: usize = 12;
/// The most earlier logins that are told of one.
const MOST_LOGINS: usize = 8;
/// The most bytes of a page's events, where there is more than one.
const MAX_TEXT: usize = 16 << 20;
/// How many changes of a user are looked at for what they were called before.
const CHANGES: u32 = 200;

/// Whose or what's timeline is wanted: `identity` or `resource`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TimelineRequest {
    /// The opaque id of a user, a service account or an API key. Of a user, what was done by, for or about them is told also under
    /// the ids and logins that they had, and with their linked sign-ins.
    #[serde(default)]
    #[schemars(length(min = 1, max = 1024))]
    identity: Option<String>,
    /// Logins that a provider once gave the user: events keep keyed hashes of these alone. Those that Casemate itself changed are known.
    #[serde(default)]
    #[schemars(length(max = 8), inner(length(min = 1, max = 1024)))]
    logins: Vec<String>,
    /// A resource.
    #[serde(default)]
    resource: Option<TimelineResource>,
    /// Only what happened at or after this time.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    since: Option<When>,
    /// Only what happened before this time.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    until: Option<When>,
    /// In which order.
    #[serde(default)]
    sort: Order,
    /// The `next` of the page before.
    #[serde(default)]
    #[schemars(length(min = 1, max = 1024))]
    after: Option<String>,
    /// The most entries of the page; 100 where nothing is said. A page may hold fewer, or none, and yet others follow.
    #[serde(default)]
    #[schemars(range(min = 1, max = 1000))]
    limit: Option<u32>,
}

/// A resource, as events name it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TimelineResource {
    /// Its type, such as `role`.
    r#type: String,
    /// Its id.
    id: String,
}

/// Who is who in events: their ids, with the providers that vouch for these.
#[derive(Debug, Default)]
struct Names {
    /// Ids by what vouches for them; nothing for what is unique by itself.
    known: BTreeSet<(Option<String>, String)>,
}

impl Names {
    fn add(&mut self, provider: Option<&str>, id: &str) {
        if !id.is_empty() && self.known.len() < MOST_NAMES {
            self.known.insert((provider.map(str::to_owned), id.to_owned()));
        }
    }

    /// Whether somebody in an event is them: by an id that their provider vouches for, or that nobody does.
    fn are(&self, party: &Party<'_>) -> bool {
        self.known.iter().any(|(provider, id)| {
            let is_vouched = provider.as_deref().is_none_or(|known| known == party.provider);
            *id == party.id && (is_vouched || party.provider.is_empty())
        })
    }

    fn is_in(&self, event: &Event<'_>) -> bool {
        let others = [&event.acting_for, &event.subject];
        self.are(&event.actor) || others.into_iter().flatten().any(|party| self.are(party))
    }
}

pub(super) async fn timeline(
    State(app): State<App>,
    require: Require<AuditEventList>,
    _: NoQuery,
    request: Request,
) -> Result<Response, Problem> {
    let wanted: TimelineRequest = read_document(request).await?;
    let access = require.access();
    access.permit::<AuditEventList>(&app, &Thing::default()).await?;
    let streams = match (&wanted.identity, &wanted.resource) {
        (Some(id), None) if id.len() <= MAX_QUERY && are_bounded(&wanted.logins) => {
            of_person(&app, access, id, &wanted.logins).await?
        }
        (None, Some(TimelineResource { r#type, id }))
            if r#type.len().max(id.len()) <= MAX_QUERY && wanted.logins.is_empty() =>
        {
            let query = Query {
                resource_type: Some(r#type.clone()),
                resource_id: Some(id.clone()),
                ..Query::default()
            };
            seen(access, &query).collect()
        }
        _ => {
            let message = format!(
                "say `identity` or `resource`, of at most {MAX_QUERY} bytes, and {MOST_LOGINS} `logins` of an identity at most"
            );
            let error = DocumentError { pointer: String::new(), message, help: None };
            return Err(Problem::document(vec![error]));
        }
    };
    let list = format!(
        "audit-timeline\n{}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}",
        access.tenant(),
        wanted.identity,
        wanted.logins,
        wanted.resource,
        wanted.since,
        wanted.until,
        wanted.sort
    );
    let oldest_first = wanted.sort == Order::Oldest;
    let (since, until) = (wanted.since.map(|since| since.0.0), wanted.until.map(|until| until.0.0));
    let streams: Vec<Stream> = streams
        .into_iter()
        .map(|Stream { query, names }| {
            let query = Query { since: since.max(query.since), until, oldest_first, ..query };
            Stream { query, names }
        })
        .collect();
    let page = PageRequest::new(wanted.after, wanted.limit)?;
    let beyond = place(&page, &list)?;
    let found = merged(&app, &streams, beyond, page.limit).await.map_err(unreadable)?;
    let mut response = shown(&list, found);
    response.extensions_mut().insert(access.caller.clone());
    Ok(response)
}

fn are_bounded(logins: &[String]) -> bool {
    logins.len() <= MOST_LOGINS && logins.iter().all(|login| login.len() <= MAX_QUERY)
}

/// Events that are a part of a timeline.
#[derive(Debug)]
struct Stream {
    /// Which are looked for: of one tenant, unless the caller sees all of them.
    query: Query,
    /// Who has to be in them, where an id alone does not say whose it is.
    names: Option<Arc<Names>>,
}

/// What is looked for within what the caller sees by what their request is about.
fn seen(access: &Access, query: &Query) -> impl Iterator<Item = Stream> {
    let tenants = match access.tenant() {
        _ if access.reaches_all_tenants() => vec![None],
        DEFAULT_TENANT => vec![Some(DEFAULT_TENANT.to_owned()), Some(String::new())],
        tenant => vec![Some(tenant.to_owned())],
    };
    let application = access.application().map(|own| own.to_string());
    tenants.into_iter().map(move |tenant| {
        let application = application.clone();
        Stream { query: Query { tenant, application, ..query.clone() }, names: None }
    })
}

/// What is looked for of somebody.
async fn of_person(app: &App, access: &Access, id: &str, logins: &[String]) -> Result<Vec<Stream>, Problem> {
    let reader = app.store.reader();
    let mut names = Names::default();
    names.add(None, id);
    let changes = Query {
        resource_type: Some("user".to_owned()),
        resource_id: Some(id.to_owned()),
        ..Query::default()
    };
    let mut streams: Vec<Stream> = seen(access, &changes).collect();
    let user = reader.user(id).await.map_err(unreadable)?.filter(|user| user.tenant == access.tenant());
    if let Some(user) = &user {
        let UserRecord { provider, subject, login, .. } = user;
        let linked = reader.linked_identities(id).await.map_err(unreadable)?;
        if access.application().is_none() {
            streams.extend(sign_ins(user, &linked, changes.clone()));
        }
        names.add(Some(provider), subject.as_deref().unwrap_or_default());
        names.add(Some(provider), login);
        for linked in linked {
            names.add(Some(&linked.provider), &linked.subject);
        }
        let hidden: Vec<(&String, Vec<String>)> =
            logins.iter().map(|login| (login, pseudonyms(app, login))).collect();
        let mut theirs = BTreeSet::new();
        let earlier = Query { tenant: Some(access.tenant().to_owned()), ..changes };
        let events = reader.log_search(&earlier, None, CHANGES).await.map_err(unreadable)?.items;
        let edits = reader.directory_edits(DirectoryKind::User, id, CHANGES).await.map_err(unreadable)?;
        let events = events.iter().filter_map(|event| Event::parse(event.text.as_deref()?).ok());
        let told = events.flat_map(|event| [event.before, event.after]).flatten();
        let kept = edits.into_iter().flat_map(|edit| [edit.before, edit.after]).flatten();
        for document in told.chain(kept.map(Cow::Owned)) {
            let Ok(document) = serde_json::from_str::<Value>(&document) else { continue };
            let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default();
            let provider = match text("provider") {
                "" => provider,
                other => other,
            };
            names.add(Some(provider), text("subject"));
            let login = text("login");
            // An earlier release put logins into events as they are.
            if !login.starts_with(HIDDEN) && login != WITHHELD {
                names.add(Some(provider), login);
            }
            let found = hidden.iter().filter(|(_, hidden)| hidden.iter().any(|hidden| hidden == login));
            theirs.extend(found.map(|(login, _)| (provider.to_owned(), (*login).clone())));
        }
        theirs.iter().for_each(|(provider, login)| names.add(Some(provider), login));
        for (place, login) in logins.iter().enumerate() {
            if !names.known.iter().any(|(_, name)| name == login) {
                let message = "no change of this user says that they were called so".to_owned();
                let pointer = format!("/logins/{place}");
                return Err(Problem::document(vec![DocumentError { pointer, message, help: None }]));
            }
        }
    }
    let names = Arc::new(names);
    let ids: BTreeSet<&String> = names.known.iter().map(|(_, id)| id).collect();
    for id in ids {
        let by_name = Query { party: Some(id.clone()), ..Query::default() };
        let by_name = seen(access, &by_name);
        streams.extend(by_name.map(|stream| Stream { names: Some(Arc::clone(&names)), ..stream }));
    }
    Ok(streams)
}

/// What stands in events in the place of a personal value.
fn pseudonyms(app: &App, value: &str) -> Vec<String> {
    app.directory.sealer().map(|sealer| sealer.pseudonyms(value)).unwrap_or_default()
}

/// Where somebody signed in stands in no tenant: whoever administers them is told of it. Only what a provider calls them, or what
/// Casemate does, proves that it was them: a login is whatever somebody wrote into it, and may be what another tenant's users are
/// called. What was before they were there may have been somebody else.
fn sign_ins(user: &UserRecord, linked: &[LinkedIdentity], failed: Query) -> Vec<Stream> {
    let session = |query: Query| {
        let (tenant, area) = (Some(String::new()), Some("session".to_owned()));
        Stream { query: Query { tenant, area, ..query }, names: None }
    };
    let by = |provider: &str, id: &str, since| {
        let (party, party_provider) = (Some(id.to_owned()), Some(provider.to_owned()));
        session(Query { party, party_provider, since: Some(since), ..Query::default() })
    };
    let mut streams = vec![session(failed), by(OWN_PROVIDER, &user.id, user.created_at)];
    if let Some(subject) = user.subject.as_deref().filter(|_| user.provider != OWN_PROVIDER) {
        streams.push(by(&user.provider, subject, user.created_at));
    }
    let linked = linked.iter().filter(|linked| linked.tenant == user.tenant);
    streams.extend(linked.map(|linked| by(&linked.provider, &linked.subject, linked.linked_at)));
    streams
}

/// A page of what any of several streams has, each event once. All of them have the same order.
async fn merged(
    app: &App,
    streams: &[Stream],
    beyond: Option<u64>,
    limit: u32,
) -> Result<LogPage, StoreError> {
    let oldest_first = streams.first().is_some_and(|stream| stream.query.oldest_first);
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    // How far all of them were looked through, or there is room for.
    let mut edge: Option<u64> = None;
    let nearer = |edge: Option<u64>, other: u64| match edge {
        Some(edge) => Some(if oldest_first { edge.min(other) } else { edge.max(other) }),
        None => Some(other),
    };
    let (mut items, mut looked_at): (BTreeMap<u64, LogEvent>, u64) = (BTreeMap::new(), 0);
    for Stream { query, names } in streams {
        let page = app.store.reader().log_search(query, beyond, limit).await?;
        looked_at += page.looked_at;
        let is_kept = |event: &LogEvent| {
            let Some(names) = names else { return true };
            let event = event.text.as_deref().and_then(|text| Event::parse(text).ok());
            event.is_some_and(|event| names.is_in(&event))
        };
        items.extend(page.items.into_iter().filter(is_kept).map(|event| (event.index, event)));
        if let Some(next) = page.next {
            edge = nearer(edge, next);
        }
        while let Some(kept) = bound(&mut items, most, oldest_first) {
            edge = nearer(edge, kept);
        }
    }
    items.retain(|index, _| match edge {
        Some(edge) if oldest_first => *index <= edge,
        Some(edge) => *index >= edge,
        None => true,
    });
    let mut items: Vec<LogEvent> = items.into_values().collect();
    if !oldest_first {
        items.reverse();
    }
    Ok(LogPage { items, next: edge, looked_at })
}

/// Leaves out the furthest of more events than a page has, or of longer ones; answers which is the last that stays then.
fn bound(items: &mut BTreeMap<u64, LogEvent>, most: usize, oldest_first: bool) -> Option<u64> {
    let length = |event: &LogEvent| event.text.as_ref().map_or(0, String::len);
    let is_over = items.len() > most || items.values().map(length).sum::<usize>() > MAX_TEXT;
    if !is_over || items.len() < 2 {
        return None;
    }
    if oldest_first {
        items.pop_last();
        items.last_key_value().map(|(index, _)| *index)
    } else {
        items.pop_first();
        items.first_key_value().map(|(index, _)| *index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_counts_where_its_provider_vouches_for_it_or_nobody_does() {
        let mut names = Names::default();
        names.add(None, "usr_1");
        names.add(Some("corp"), "ada");
        names.add(Some("corp"), "");
        let party = |provider: &'static str, id: &'static str| Party {
            provider: provider.into(),
            id: id.into(),
            ..Party::default()
        };
        for (provider, id, expected) in [
            ("corp", "ada", true),
            ("", "ada", true),
            ("other", "ada", false),
            ("other", "usr_1", true),
            ("corp", "eve", false),
            ("", "", false),
        ] {
            assert_eq!(names.are(&party(provider, id)), expected, "{provider} {id}");
        }
        let event = Event { subject: Some(party("corp", "ada")), ..Event::default() };
        assert!(names.is_in(&event) && !names.is_in(&Event::default()));
    }
}

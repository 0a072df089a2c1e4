//! What is sought among events: which terms a block must have to be opened, and which events match.

mod parse;

use memchr::memmem::{self, Finder};
use thiserror::Error;

use crate::event::Event;
use crate::filter::{self, Field};

/// The most bytes of a search text, and of one of its values.
pub const MAX_QUERY: usize = 4 << 10;
/// The most words that are sought at once.
pub const MAX_WORDS: usize = 32;

/// Which events are wanted: those that are all that it says. The default is all of them, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// In this tenant; empty for the whole installation.
    pub tenant: Option<String>,
    /// Of this application.
    pub application: Option<String>,
    /// By, for or about whoever has this id.
    pub party: Option<String>,
    /// By, for or about somebody for whom this provider vouches; with `party`, for the same one.
    pub party_provider: Option<String>,
    /// By whoever has this id.
    pub actor: Option<String>,
    /// About whoever has this id.
    pub subject: Option<String>,
    /// Of this action.
    pub action: Option<String>,
    /// Of an action that begins so.
    pub action_prefix: Option<String>,
    /// Of this kind.
    pub kind: Option<String>,
    /// Of none of these kinds: at most [`MAX_WORDS`].
    pub not_kinds: Vec<String>,
    /// Of this area.
    pub area: Option<String>,
    /// About a resource of this type.
    pub resource_type: Option<String>,
    /// About a resource with this id.
    pub resource_id: Option<String>,
    /// That ended so.
    pub outcome: Option<String>,
    /// With this reason.
    pub reason: Option<String>,
    /// At or after this time, in microseconds since 1970 (UTC).
    pub since: Option<i64>,
    /// Before this time.
    pub until: Option<i64>,
    /// From this address.
    pub client: Option<String>,
    /// Of this request.
    pub request_id: Option<String>,
    /// With all of these words; of a text of several, with each of them.
    pub words: Vec<String>,
    /// With this personal value before or after the change that it tells of, such as a login. Events do not say it: see
    /// [`Query::find_hidden`].
    pub value: Option<String>,
    /// What stands in events in the place of `value`: one of these.
    pub hidden: Vec<String>,
    /// Whether the oldest come first.
    pub oldest_first: bool,
}

/// A query, made ready to go through many events.
#[derive(Debug)]
pub struct Matcher<'q> {
    query: &'q Query,
    words: Vec<String>,
    /// What finds each of them.
    finders: Vec<Finder<'static>>,
    /// What finds a character that is escaped by its number.
    escape: Finder<'static>,
    /// Pieces of text that every event that matches has as they are.
    pieces: Vec<Finder<'static>>,
}

/// Why a search text cannot be understood, and where: `at` is a place in it in characters, from 1.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum QueryError {
    /// It is too long.
    #[error("a search has at most {MAX_QUERY} bytes")]
    TooLong,
    /// It has too many words.
    #[error("a search has at most {MAX_WORDS} words")]
    TooManyWords,
    /// It leaves out too many kinds.
    #[error("a search leaves out at most {MAX_WORDS} kinds")]
    TooManyKinds,
    /// There is no such key.
    #[error(
        "character {at}: there is no `{key}:`. Known are tenant, application, party, actor, subject, action, kind, area, resource, \
             resource-type, resource-id, outcome, reason, since, until, client, request and value, and -kind; a word with a colon goes in quotation marks"
    )]
    Key {
        /// Where it is.
        at: usize,
        /// What stands before the colon.
        key: String,
    },
    /// A key stands twice.
    #[error("character {at}: `{key}:` stands twice, and an event would have to be both")]
    Twice {
        /// Where it is the second time.
        at: usize,
        /// The key.
        key: String,
    },
    /// Nothing stands behind a key.
    #[error("character {at}: nothing stands behind `{key}:`")]
    Empty {
        /// Where it is.
        at: usize,
        /// The key.
        key: String,
    },
    /// A quotation does not end.
    #[error("character {at}: the quotation that begins here does not end")]
    Quotation {
        /// Where it begins.
        at: usize,
    },
    /// An asterisk where none may be.
    #[error("character {at}: `*` may stand at the end of an action alone")]
    Asterisk {
        /// Where the value is.
        at: usize,
    },
    /// It is no time.
    #[error("character {at}: `{value}` is no time: write a day such as 2026-01-31, or 2026-01-31T08:00:00Z")]
    Time {
        /// Where it is.
        at: usize,
        /// What stands there.
        value: String,
    },
    /// It is no outcome.
    #[error("character {at}: `{value}` is no outcome: success, denied, failure or conditional")]
    Outcome {
        /// Where it is.
        at: usize,
        /// What stands there.
        value: String,
    },
    /// It has nothing that is kept as a word.
    #[error("character {at}: `{value}` has no word: two letters or digits at least")]
    NoWord {
        /// Where it is.
        at: usize,
        /// What stands there.
        value: String,
    },
}

impl Query {
    /// The terms all of which a block must have, so that it may have an event that matches.
    #[must_use]
    pub fn terms(&self) -> Vec<(Field, u64)> {
        let mut terms = Vec::new();
        let mut term = |field, what, parts: &[Option<&String>]| {
            let parts: Option<Vec<&str>> = parts.iter().map(|part| part.map(String::as_str)).collect();
            if let Some(parts) = parts {
                terms.push((field, filter::term(what, &parts)));
            }
        };
        term(Field::Request, "request", &[self.request_id.as_ref().filter(|id| !id.is_empty())]);
        let (kind, id) = (self.resource_type.as_ref(), self.resource_id.as_ref());
        if kind.is_some() && id.is_some() {
            term(Field::Resource, "resource", &[kind, id]);
        } else {
            term(Field::Resource, "resource_id", &[id]);
            term(Field::Resource, "resource_type", &[kind]);
        }
        for party in [&self.party, &self.actor, &self.subject] {
            term(Field::Party, "party", &[party.as_ref()]);
        }
        term(Field::Client, "client", &[self.client.as_ref()]);
        term(Field::Action, "action", &[self.action.as_ref()]);
        let prefix = self.action_prefix.as_deref().and_then(|prefix| prefix.rsplit_once('.'));
        term(Field::Action, "actions", &[prefix.map(|(prefix, _)| prefix.to_owned()).as_ref()]);
        term(Field::Tenant, "tenant", &[self.tenant.as_ref()]);
        term(Field::Tenant, "application", &[self.application.as_ref()]);
        term(Field::Outcome, "outcome", &[self.outcome.as_ref()]);
        term(Field::Outcome, "kind", &[self.kind.as_ref()]);
        term(Field::Outcome, "area", &[self.area.as_ref()]);
        let mut word = String::new();
        for text in self.words.iter().chain(&self.reason) {
            filter::words(text, &mut word, &mut |word| {
                terms.push((Field::Word, filter::term("word", &[word])))
            });
        }
        terms
    }

    /// Says by what stands in events in the place of the personal value that is sought, if one is. Without, none matches.
    pub fn find_hidden(&mut self, hidden: impl FnOnce(&str) -> Vec<String>) {
        self.hidden = self.value.as_deref().map(hidden).unwrap_or_default();
    }

    /// Sets of terms of words, of one of which a block must have all; none where nothing is sought that is hidden.
    #[must_use]
    pub fn alternatives(&self) -> Vec<Vec<u64>> {
        let mut word = String::new();
        let terms = |text: &String| {
            let mut terms = Vec::new();
            filter::words(text, &mut word, &mut |word| terms.push(filter::term("word", &[word])));
            terms
        };
        self.hidden.iter().map(terms).collect()
    }

    /// Makes it ready to go through many events.
    #[must_use]
    pub fn matcher(&self) -> Matcher<'_> {
        let mut words = Vec::new();
        let mut word = String::new();
        for text in &self.words {
            filter::words(text, &mut word, &mut |word| words.push(word.to_owned()));
        }
        words.sort_unstable();
        words.dedup();
        let finders = words.iter().map(|word| Finder::new(word.as_bytes()).into_owned()).collect();
        Matcher { query: self, words, finders, escape: Finder::new(r"\u"), pieces: self.pieces() }
    }

    /// Whether an event is what is sought. For many events, [`Query::matcher`] is faster.
    #[must_use]
    pub fn matches(&self, event: &Event<'_>) -> bool {
        self.matcher().matches(event)
    }

    /// Texts that stand in every event that matches, as [`Event::write`] writes them.
    fn pieces(&self) -> Vec<Finder<'static>> {
        let mut pieces = Vec::new();
        let mut piece = |name: &str, value: Option<&String>| {
            if let Some(value) = value.and_then(|value| serde_json::to_string(value).ok()) {
                pieces.push(Finder::new(format!("\"{name}\":{value}").as_bytes()).into_owned());
            }
        };
        piece("id", self.request_id.as_ref().filter(|id| !id.is_empty()));
        piece("id", self.resource_id.as_ref());
        piece("id", self.party.as_ref());
        piece("id", self.actor.as_ref());
        piece("id", self.subject.as_ref());
        piece("provider", self.party_provider.as_ref());
        piece("client", self.client.as_ref());
        piece("action", self.action.as_ref());
        piece("type", self.resource_type.as_ref());
        piece("tenant", self.tenant.as_ref());
        piece("application", self.application.as_ref());
        piece("reason", self.reason.as_ref());
        piece("outcome", self.outcome.as_ref());
        piece("kind", self.kind.as_ref());
        piece("area", self.area.as_ref());
        pieces
    }
}

fn has_party(query: &Query, event: &Event<'_>) -> bool {
    let Query { party, party_provider, .. } = query;
    (party.is_none() && party_provider.is_none())
        || filter::parties(event).any(|found| {
            party.as_ref().is_none_or(|id| found.id == *id)
                && party_provider.as_ref().is_none_or(|provider| found.provider == *provider)
        })
}

impl Matcher<'_> {
    /// Reads an event's text, as [`Event::write`] wrote it, where it matches. Of most that do not, hardly anything is read.
    #[must_use]
    pub fn event<'t>(&self, text: &'t str) -> Option<Event<'t>> {
        if !self.may_match(text) {
            return None;
        }
        Event::parse(text).ok().filter(|event| self.matches(event))
    }

    /// Whether an event with this text may match; of the texts of many events, one behind the other, whether any of them may.
    #[must_use]
    pub fn may_match(&self, text: &str) -> bool {
        self.pieces.iter().all(|piece| piece.find(text.as_bytes()).is_some()) && self.may_have_words(text)
    }

    /// Whether a text may have the words that are sought, without reading it as JSON: as ASCII without escaped characters, it has a word as it
    /// stands, in whatever case.
    fn may_have_words(&self, text: &str) -> bool {
        if self.words.is_empty() || !text.is_ascii() || self.escape.find(text.as_bytes()).is_some() {
            return true;
        }
        let text = text.to_ascii_lowercase();
        self.finders.iter().all(|word| word.find(text.as_bytes()).is_some())
    }

    /// Whether an event is what is sought.
    #[must_use]
    pub fn matches(&self, event: &Event<'_>) -> bool {
        let query = self.query;
        let is = |sought: &Option<String>, found: Option<&str>| {
            sought.as_deref().is_none_or(|sought| found == Some(sought))
        };
        is(&query.tenant, Some(&event.tenant))
            && is(&query.application, event.application.as_deref())
            && is(&query.actor, Some(&event.actor.id))
            && is(&query.subject, event.subject.as_ref().map(|party| &*party.id))
            && has_party(query, event)
            && is(&query.action, Some(&event.action))
            && query.action_prefix.as_ref().is_none_or(|prefix| event.action.starts_with(prefix.as_str()))
            && is(&query.kind, Some(&event.kind))
            && query.not_kinds.iter().all(|kind| event.kind != *kind)
            && is(&query.area, Some(&event.area))
            && is(&query.resource_type, event.resource_type.as_deref())
            && is(&query.resource_id, event.resource_id.as_deref())
            && is(&query.outcome, Some(&event.outcome))
            && is(&query.reason, event.reason.as_deref())
            && query.since.is_none_or(|since| event.at >= since)
            && query.until.is_none_or(|until| event.at < until)
            && is(&query.client, event.request.client.as_deref())
            && is(&query.request_id, Some(&event.request.id))
            && self.has_words(event)
            && self.has_hidden(event)
    }

    fn has_hidden(&self, event: &Event<'_>) -> bool {
        self.query.value.is_none()
            || [&event.before, &event.after].into_iter().flatten().any(|document| {
                let found = |text: &String| memmem::find(document.as_bytes(), text.as_bytes()).is_some();
                self.query.hidden.iter().any(found)
            })
    }

    fn has_words(&self, event: &Event<'_>) -> bool {
        if self.words.is_empty() {
            return true;
        }
        let mut missing: Vec<&str> = self.words.iter().map(String::as_str).collect();
        filter::words_of(event, |word| missing.retain(|sought| *sought != word));
        missing.is_empty()
    }
}

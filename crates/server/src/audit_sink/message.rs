//! What is sent: a line of JSON for each event, as an export has it, and for whatever is sent in the place of some.

use std::sync::Arc;

use casemate_audit::event::Event;
use casemate_audit::ocsf;
use casemate_directory::model::{AuditSinkFilter, AuditSinkFormat};
use serde::Deserialize;
use serde_json::json;

use super::events::Recorded;

/// A message. Its text ends with no line feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    /// Of a gap, its first.
    pub(super) index: u64,
    /// What identifies it among all that is ever sent of this log.
    pub(super) id: String,
    pub(super) what: What,
    /// When the event was, RFC 3339; empty where that is not known.
    pub(super) at: String,
    pub(super) kind: String,
    pub(super) outcome: String,
    pub(super) text: String,
    leaf: String,
}

/// What a message stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    /// An event.
    Event,
    /// One whose text is not kept any more: its leaf hash stands in its place.
    Erased,
    /// One that the receiver does not take: its size and leaf hash stand in its place.
    Stub,
    /// Some that are not kept any more.
    Gap,
    /// None: somebody tries the sink.
    Test,
}

impl What {
    /// The word for it.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            What::Event => "event",
            What::Erased => "erased",
            What::Stub => "too-large",
            What::Gap => "gap",
            What::Test => "test",
        }
    }
}

/// What is looked at of an event's text.
#[derive(Debug, Default, Deserialize)]
struct Heading {
    #[serde(default)]
    at: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    area: String,
    #[serde(default)]
    action: String,
    #[serde(default)]
    outcome: String,
    #[serde(default)]
    tenant: String,
}

/// Which events a sink is sent.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    /// Those of these tenants; of all where none is named.
    pub(super) tenants: Vec<String>,
    pub(super) only: AuditSinkFilter,
    pub(super) format: AuditSinkFormat,
}

impl Wanted {
    fn fits(&self, heading: &Heading) -> bool {
        let among = |list: &[String], word: &str| list.is_empty() || list.iter().any(|one| one == word);
        let AuditSinkFilter { kinds, areas, outcomes, actions } = &self.only;
        among(&self.tenants, &heading.tenant)
            && among(kinds, &heading.kind)
            && among(areas, &heading.area)
            && among(outcomes, &heading.outcome)
            && (actions.is_empty()
                || actions.iter().any(|prefix| heading.action.starts_with(prefix.as_str())))
    }

    /// The message of what is on record, where the sink is sent it.
    pub(super) fn message(&self, origin: &str, recorded: Recorded) -> Option<Message> {
        let Recorded { index, text, leaf, salt } = recorded;
        let id = format!("{origin}/{index}");
        let Some(event) = text else {
            // Whose it was is not known any more.
            let is_sent = self.tenants.is_empty();
            let text = json!({ "index": index, "leaf": leaf }).to_string();
            return is_sent.then(|| Message::plain(index, id, What::Erased, text, leaf));
        };
        // What cannot be read is sent to those who want everything: it is on record all the same.
        let heading: Heading = serde_json::from_str(&event).unwrap_or_default();
        if !self.fits(&heading) {
            return None;
        }
        let mapped = match self.format {
            AuditSinkFormat::Event => None,
            AuditSinkFormat::Ocsf => Event::parse(&event).ok().map(|read| ocsf::of(index, &read).to_string()),
        };
        let text = mapped.unwrap_or_else(|| {
            let salt = salt.map(|salt| format!("\"salt\":\"{salt}\",")).unwrap_or_default();
            format!("{{\"index\":{index},{salt}\"event\":{event}}}")
        });
        let Heading { at, kind, outcome, .. } = heading;
        Some(Message { index, id, what: What::Event, at, kind, outcome, text, leaf })
    }
}

impl Message {
    fn plain(index: u64, id: String, what: What, text: String, leaf: String) -> Message {
        let empty = String::new;
        Message { index, id, what, at: empty(), kind: what.as_str().to_owned(), outcome: empty(), text, leaf }
    }

    /// Instead of events that are not kept any more, both included.
    pub(super) fn gap(origin: &Arc<str>, first: u64, last: u64) -> Message {
        let id = format!("{origin}/gap/{first}-{last}");
        let text = json!({ "gap": { "from": first, "to": last } }).to_string();
        Message::plain(first, id, What::Gap, text, String::new())
    }

    /// To try a sink at a time (RFC 3339).
    pub(super) fn test(origin: &Arc<str>, at: String, random: u64) -> Message {
        let id = format!("{origin}/test/{random:016x}");
        let text = json!({ "test": true, "at": at }).to_string();
        Message { at, ..Message::plain(0, id, What::Test, text, String::new()) }
    }

    /// What is sent in its place to a receiver that does not take it.
    pub(super) fn stub(&self) -> Message {
        let text = match self.leaf.is_empty() {
            true => json!({ "index": self.index, "size": self.text.len() }),
            false => json!({ "index": self.index, "size": self.text.len(), "leaf": self.leaf }),
        };
        Message { what: What::Stub, text: text.to_string(), ..self.clone() }
    }
}

#[cfg(test)]
impl Message {
    /// The message of an event of that index with this text.
    pub(super) fn of_event(index: u64, text: &str) -> Message {
        let (leaf, salt) = ("bGVhZg==".to_owned(), Some("c2FsdA==".to_owned()));
        let recorded = Recorded { index, text: Some(text.to_owned()), leaf, salt };
        Wanted::default().message("log.example/audit", recorded).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(text: Option<&str>) -> Recorded {
        let (leaf, salt) = ("bGVhZg==".to_owned(), text.map(|_| "c2FsdA==".to_owned()));
        Recorded { index: 7, text: text.map(str::to_owned), leaf, salt }
    }

    const EVENT: &str = r#"{"version":1,"at":"2026-11-23T10:35:41.123456Z","kind":"update","area":"role","action":"casemate.role.update","outcome":"denied","tenant":"acme"}"#;

    #[test]
    fn a_message_holds_the_exact_bytes_of_the_event() {
        let message = Wanted::default().message("log.example", recorded(Some(EVENT))).unwrap();
        assert_eq!(message.text, format!(r#"{{"index":7,"salt":"c2FsdA==","event":{EVENT}}}"#));
        assert_eq!((message.id.as_str(), message.outcome.as_str()), ("log.example/7", "denied"));
        let stub = message.stub();
        let size = message.text.len();
        assert_eq!(stub.text, format!(r#"{{"index":7,"leaf":"bGVhZg==","size":{size}}}"#));
        assert_eq!((stub.what, stub.id), (What::Stub, message.id));
    }

    #[test]
    fn a_filter_lets_through_what_fits_each_of_its_lists() {
        let list = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let only = |kinds: &[&str], actions: &[&str]| AuditSinkFilter {
            kinds: list(kinds),
            actions: list(actions),
            ..AuditSinkFilter::default()
        };
        for (tenants, only, is_sent) in [
            (list(&[]), only(&[], &[]), true),
            (list(&["acme"]), only(&["update", "delete"], &["casemate.role."]), true),
            (list(&["other"]), only(&[], &[]), false),
            (list(&[]), only(&["delete"], &[]), false),
            (list(&[]), only(&["update"], &["casemate.user."]), false),
        ] {
            let wanted = Wanted { tenants, only, ..Wanted::default() };
            assert_eq!(wanted.message("log", recorded(Some(EVENT))).is_some(), is_sent, "{wanted:?}");
        }
    }

    #[test]
    fn a_sink_is_sent_events_of_ocsf_where_it_says_so_and_marks_all_the_same() {
        let wanted = Wanted { format: AuditSinkFormat::Ocsf, ..Wanted::default() };
        let event = casemate_audit::event::Event {
            kind: "update".into(),
            area: "role".into(),
            action: "casemate.role.update".into(),
            outcome: "success".into(),
            resource_type: Some("role".into()),
            ..casemate_audit::event::Event::default()
        };
        let mut text = Vec::new();
        event.write(&mut text);
        let text = String::from_utf8(text).unwrap();
        let message = wanted.message("log.example", recorded(Some(&text))).unwrap();
        let mapped: serde_json::Value = serde_json::from_str(&message.text).unwrap();
        assert_eq!((&mapped["class_uid"], &mapped["metadata"]["version"]), (&json!(3004), &json!("1.8.0")));
        assert_eq!((message.kind.as_str(), message.what), ("update", What::Event));
        // What is no event of ours, or is none any more, has no class.
        let unread = wanted.message("log.example", recorded(Some("{\"kind\":\"update\"}"))).unwrap();
        assert!(unread.text.starts_with("{\"index\":7,"), "{}", unread.text);
        assert_eq!(wanted.message("log", recorded(None)).unwrap().text, r#"{"index":7,"leaf":"bGVhZg=="}"#);
    }

    #[test]
    fn what_was_erased_is_marked_but_not_to_a_tenant() {
        let erased = Wanted::default().message("log", recorded(None)).unwrap();
        assert_eq!(erased.text, r#"{"index":7,"leaf":"bGVhZg=="}"#);
        let of_tenant = Wanted { tenants: vec!["acme".to_owned()], ..Wanted::default() };
        assert_eq!(of_tenant.message("log", recorded(None)), None);
    }
}

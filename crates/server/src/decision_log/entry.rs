//! A logged question, as it stands in a sealed batch: one line of JSON.

use std::sync::Arc;

use casemate_directory::{Actor, Subject};
use casemate_expression::Datum;
use serde::{Deserialize, Serialize};

use super::service::Waiting;

/// A logged question.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) at: i64,
    pub(super) request_id: String,
    pub(super) tenant: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) application: Option<String>,
    /// The revision that decided.
    pub(super) revision: i64,
    pub(super) subject: EntrySubject,
    /// Action, resource and context, as JSON; absent where it was too long.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) question: Option<String>,
    pub(super) decision: String,
    pub(super) reason: String,
    /// Whether it was asked on which resources they may, and not whether.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_filter: bool,
}

/// The line of a batch that counts what was denied before permissions were looked at.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Refused {
    pub(super) refused: u32,
}

impl Refused {
    /// Its line; none where there was none.
    pub(super) fn line(self) -> Option<String> {
        (self.refused > 0).then(|| serde_json::to_string(&self).ok()).flatten()
    }
}

/// Whom a question is about, with all that was known of them then.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct EntrySubject {
    pub(super) provider: String,
    pub(super) kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    login: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    display_name: Option<String>,
    tenant: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    groups: Vec<String>,
    claims: Datum,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    auth_methods: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    auth_class: Option<String>,
    /// Provider, type and id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    actor: Option<(String, String, String)>,
    /// Whether their token handed out permissions, which are not kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_handed_permissions: bool,
    /// Whether their credential narrowed what they may do, which is not kept either.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_narrowed: bool,
}

impl From<Waiting> for Entry {
    fn from(waiting: Waiting) -> Entry {
        let subject = EntrySubject::from(waiting.asserted.as_ref().unwrap_or(&waiting.known.subject));
        Entry {
            at: waiting.at,
            request_id: waiting.request_id,
            tenant: waiting.tenant.to_string(),
            application: waiting.application.as_deref().map(str::to_owned),
            revision: waiting.revision,
            subject,
            question: waiting.question,
            decision: waiting.decision.to_owned(),
            reason: waiting.reason.to_owned(),
            is_filter: waiting.is_filter,
        }
    }
}

impl Entry {
    /// One line of JSON, of at most so many bytes: where it is longer, without what can be left out of it.
    pub(super) fn line(mut self, most: usize) -> Option<String> {
        let line = serde_json::to_string(&self).ok()?;
        if line.len() <= most {
            return Some(line);
        }
        self.question = None;
        self.subject.claims = Datum::Null;
        self.subject.groups.clear();
        serde_json::to_string(&self).ok().filter(|line| line.len() <= most)
    }
}

impl From<&Subject> for EntrySubject {
    fn from(subject: &Subject) -> EntrySubject {
        let text = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
        let actor =
            |actor: &Actor| (actor.provider.to_string(), actor.kind.to_string(), actor.id.to_string());
        EntrySubject {
            provider: subject.provider.to_string(),
            kind: subject.kind.to_string(),
            id: text(&subject.id),
            login: text(&subject.login),
            display_name: text(&subject.display_name),
            tenant: subject.tenant.to_string(),
            groups: subject.groups.clone(),
            claims: Datum::Map(subject.claims.clone()),
            auth_time: subject.auth_time,
            auth_methods: subject.auth_methods.clone(),
            auth_class: text(&subject.auth_class),
            actor: subject.actor.as_ref().map(actor),
            is_handed_permissions: subject.is_handed_permissions() || subject.is_told_of_outside(),
            is_narrowed: subject.is_narrowed(),
        }
    }
}

impl EntrySubject {
    /// They, as they were known then.
    pub(super) fn known(&self) -> Subject {
        let text = |text: &Option<String>| text.as_deref().map(Box::from);
        let mut subject = Subject::new(
            self.provider.as_str().into(),
            &self.kind,
            self.id.as_deref(),
            self.tenant.as_str().into(),
        );
        subject.login = text(&self.login);
        subject.display_name = text(&self.display_name);
        subject.groups.clone_from(&self.groups);
        if let Datum::Map(claims) = &self.claims {
            subject.claims = claims.clone();
        }
        subject.auth_time = self.auth_time;
        subject.auth_methods.clone_from(&self.auth_methods);
        subject.auth_class = text(&self.auth_class);
        subject.actor = self.actor.as_ref().map(|(provider, kind, id)| Actor {
            provider: Arc::from(provider.as_str()),
            kind: kind.as_str().into(),
            id: id.as_str().into(),
        });
        subject
    }
}

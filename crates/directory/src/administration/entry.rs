//! What administration hands in and out.

use std::fmt;
use std::sync::Arc;

use casemate_permission::PermissionSet;
use casemate_store::{Actor, Object};
use ipnet::IpNet;
use serde::Serialize;
use serde_json::Value;

use super::granted::GRANTED;
use crate::kind::Kind;
use crate::model::Granted;

/// Who makes a change, and by which request.
#[derive(Clone)]
pub struct Author {
    /// Who they are, for the record.
    pub actor: Actor,
    /// The name that they log in with, where they have one.
    pub login: Option<String>,
    /// The groups that they are in.
    pub groups: Vec<String>,
    /// What they hold, beyond which they grant nothing; absent for the operator on the machine.
    pub holds: Option<PermissionSet>,
    /// The request's id; empty where there is none.
    pub request_id: String,
    /// The template of the route, such as `/api/v1/roles/{id}`.
    pub route: Option<String>,
    /// The client's address.
    pub client: Option<String>,
    /// The client's `User-Agent`.
    pub user_agent: Option<String>,
    /// Why, in their words.
    pub reason: Option<String>,
    /// When, in microseconds since 1970 (UTC).
    pub now: i64,
}

impl Author {
    /// Casemate itself, or the operator on the machine, who may do everything: `id` says which part it is, such as
    /// `policy-folder`.
    #[must_use]
    pub fn system(id: &str, now: i64) -> Author {
        let actor = Actor {
            provider: crate::OWN_PROVIDER.to_owned(),
            kind: "system".to_owned(),
            id: id.to_owned(),
            credential: None,
        };
        Author {
            actor,
            login: None,
            groups: Vec::new(),
            holds: None,
            request_id: String::new(),
            route: None,
            client: None,
            user_agent: None,
            reason: None,
            now,
        }
    }
}

impl fmt::Debug for Author {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Author").field("actor", &self.actor).finish_non_exhaustive()
    }
}

/// An object as it is administered.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// Its opaque id.
    pub id: String,
    /// Its kind.
    #[serde(serialize_with = "kind_word")]
    pub kind: Kind,
    /// The tenant that it belongs to; empty for the whole installation.
    pub tenant: String,
    /// What people and files call it; unique among its kind in its tenant.
    pub name: String,
    /// Its document. Secrets are not in it: `{"sealed": true}` stands where one is kept.
    pub document: Value,
    /// Who made it what it is, where it is an assignment and that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub granted: Option<Granted>,
    /// Who manages it: empty for whoever may change it here; else the source of code that it was applied from, or
    /// `built-in`.
    pub origin: String,
    /// The revision that changed it last.
    pub revision: i64,
    /// When it was made, in microseconds since 1970 (UTC).
    pub created_at: i64,
    /// When it was changed last, in microseconds since 1970 (UTC).
    pub updated_at: i64,
}

fn kind_word<S: serde::Serializer>(kind: &Kind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.as_str())
}

impl Entry {
    /// An object of this kind.
    pub(crate) fn of(kind: Kind, object: &Object) -> Entry {
        let mut document: Value = serde_json::from_str(&object.body).unwrap_or_default();
        let granted = document.as_object_mut().filter(|_| kind == Kind::Assignment);
        let granted = granted.and_then(|members| members.remove(GRANTED));
        Entry {
            id: object.id.clone(),
            kind,
            tenant: object.tenant.clone(),
            name: object.name.clone(),
            document,
            granted: granted.and_then(|granted| serde_json::from_value(granted).ok()),
            origin: object.origin.clone(),
            revision: object.revision,
            created_at: object.created_at,
            updated_at: object.updated_at,
        }
    }
}

/// By what objects are ordered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SortBy {
    /// When they were made.
    #[default]
    Created,
    /// When they were changed last.
    Changed,
    /// Their names, by code point: of very long ones the first 512 bytes.
    Name,
}

/// An order of objects; in whichever, what is equal stands in the order of ids.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sort {
    /// By what.
    pub by: SortBy,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// Which objects are wanted.
#[derive(Debug, Clone, Default)]
pub struct ListQuery {
    /// Only those whose name or title contains this, in whatever case.
    pub search: Option<String>,
    /// Only those after the page that ended with this [`Listing::next`].
    pub after: Option<String>,
    /// The most objects; 1 to 1,000, and 0 stands for 100.
    pub limit: u32,
    /// Only those whose document has these values, by path: `role`, `to.id`, or `origin` and `name` of the object itself.
    pub filters: Vec<(String, String)>,
    /// In which order; a place in one order is none in another.
    pub sort: Sort,
}

/// One page of objects.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Listing {
    /// The objects.
    pub items: Vec<Entry>,
    /// What to ask the next page with, where there may be one.
    pub next: Option<String>,
}

/// A change that was made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Written {
    /// The object as it is now; as it was last, where it was deleted.
    pub entry: Entry,
    /// The revision of the change.
    pub revision: i64,
}

/// The answer to a request with an `Idempotency-Key`, kept in the change's own transaction.
#[derive(Clone)]
pub struct RememberKey {
    /// Who asks: keys of different callers never meet.
    pub caller: String,
    /// The key that they chose.
    pub key: String,
    /// A digest of the request.
    pub fingerprint: [u8; 32],
    /// The status code that will be answered.
    pub status: u16,
    /// From when on it is forgotten, in microseconds since 1970 (UTC).
    pub expires_at: i64,
    /// Makes the answer's body of what was written. No secret may stand in it.
    pub body: Arc<dyn Fn(&Written) -> String + Send + Sync>,
}

impl fmt::Debug for RememberKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RememberKey").field("caller", &self.caller).finish_non_exhaustive()
    }
}

/// An API key as it is to become.
#[derive(Debug, Clone, Default)]
pub struct KeyDraft {
    /// What it is for, in words.
    pub title: String,
    /// From when on it is refused, in microseconds since 1970 (UTC).
    pub expires_at: Option<i64>,
    /// From where it may be used; from everywhere where none is named. At most 64.
    pub networks: Vec<IpNet>,
    /// The application that it asks for.
    pub application: Option<String>,
    /// What it may do at most, as permission objects; absent where it may do all that its account may.
    pub permissions: Option<Vec<Value>>,
}

//! In which order resources are answered (RFC 7644, section 3.4.2.3).

use std::cmp::Ordering;

use serde_json::{Map, Value};

use crate::filter::{folded, micros};
use crate::path::Target;
use crate::schema::Kind;
use crate::value::is_primary;

/// Which way round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SortOrder {
    /// The least first; what has no value last.
    #[default]
    Ascending,
    /// The other way round.
    Descending,
}

impl SortOrder {
    pub(crate) fn of(word: &str) -> Option<SortOrder> {
        if word.eq_ignore_ascii_case("ascending") {
            Some(SortOrder::Ascending)
        } else if word.eq_ignore_ascii_case("descending") {
            Some(SortOrder::Descending)
        } else {
            None
        }
    }
}

/// By what a resource is sorted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SortKey(Place);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Boolean(bool),
    Time(i64),
    Text(String),
    /// Last.
    None,
}

impl SortKey {
    /// The key of a resource; of several values the primary one counts, or the first.
    #[must_use]
    pub fn of(target: Option<&Target>, resource: &Map<String, Value>) -> SortKey {
        let Some(target) = target else { return SortKey(Place::None) };
        let whole = Target { part: None, ..*target };
        let values = whole.values(resource);
        let value = values.iter().find(|value| is_primary(value)).or(values.first());
        let part = target.part.or_else(|| match target.attribute.kind {
            Kind::Complex => target.attribute.part("value"),
            _ => None,
        });
        let value = match part {
            Some(part) => value.and_then(|value| value.get(part.name)),
            None => value.copied(),
        };
        let leaf = part.unwrap_or(target.attribute);
        SortKey(match value {
            Some(Value::Bool(value)) => Place::Boolean(*value),
            Some(Value::String(text)) if leaf.kind == Kind::DateTime => {
                micros(text).map_or(Place::None, Place::Time)
            }
            Some(Value::String(text)) => Place::Text(folded(leaf, text)),
            _ => Place::None,
        })
    }

    /// How two keys are ordered.
    #[must_use]
    pub fn compare(&self, other: &SortKey, order: SortOrder) -> Ordering {
        match order {
            SortOrder::Ascending => self.cmp(other),
            SortOrder::Descending => other.cmp(self),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::resource_type::ResourceType;

    #[test]
    fn resources_are_sorted_by_their_first_value_in_whatever_case() {
        let users = [
            json!({"id": "1", "userName": "b", "emails": [{"value": "z"}, {"value": "a", "primary": true}]}),
            json!({"id": "2", "userName": "A", "emails": [{"value": "c"}]}),
            json!({"id": "3", "userName": "c"}),
        ];
        let sorted = |name: &str, order: SortOrder| {
            let target = Target::find(ResourceType::User, name);
            let key = |user: &Value| SortKey::of(target.as_ref(), user.as_object().unwrap());
            let mut users: Vec<&Value> = users.iter().collect();
            users.sort_by(|one, other| key(one).compare(&key(other), order));
            users.iter().map(|user| user["id"].as_str().unwrap()).collect::<String>()
        };
        assert_eq!(sorted("userName", SortOrder::Ascending), "213");
        assert_eq!(sorted("userName", SortOrder::Descending), "312");
        assert_eq!(sorted("emails.value", SortOrder::Ascending), "123");
        assert_eq!(sorted("emails", SortOrder::Descending), "321");
    }
}

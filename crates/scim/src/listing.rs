//! A page of resources (RFC 7644, section 3.4.2; RFC 9865, section 2).

use serde_json::{Map, Value, json};

/// A page of resources.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listing {
    /// How many there are altogether, where that is known.
    pub total: Option<usize>,
    /// The first of the page, counted from 1; nothing where pages go by cursor.
    pub start_index: Option<usize>,
    /// The cursor of the next page.
    pub next_cursor: Option<String>,
    /// The resources.
    pub resources: Vec<Map<String, Value>>,
}

/// The document of a page.
#[must_use]
pub fn list_response(listing: Listing) -> Value {
    let Listing { total, start_index, next_cursor, resources } = listing;
    let mut document = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "itemsPerPage": resources.len(),
    });
    if let Some(members) = document.as_object_mut() {
        let optional = [
            ("totalResults", total.map(Value::from)),
            ("startIndex", start_index.map(Value::from)),
            ("nextCursor", next_cursor.map(Value::from)),
        ];
        for (name, value) in optional {
            if let Some(value) = value {
                members.insert(name.to_owned(), value);
            }
        }
        members.insert("Resources".to_owned(), resources.into_iter().map(Value::Object).collect());
    }
    document
}

//! What a client asks of a list (RFC 7644, sections 3.4.2 and 3.4.3; RFC 9865).

use serde_json::{Map, Value};

use crate::error::{ScimError, ScimType};
use crate::patch::member;
use crate::path::Target;
use crate::projection::Projection;
use crate::resource::syntax;
use crate::resource_type::ResourceType;
use crate::sort::SortOrder;

/// How large pages are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueryLimits {
    /// Resources of a page where the client does not say.
    pub default_count: usize,
    /// The most resources of a page.
    pub max_count: usize,
}

/// What a client asks of a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// The filter, as it was sent.
    pub filter: Option<String>,
    /// The first resource of the page, counted from 1.
    pub start_index: usize,
    /// The most resources of the page.
    pub count: usize,
    /// The cursor, where pages are asked for by cursor; empty for the first page.
    pub cursor: Option<String>,
    sort_by: Option<String>,
    order: SortOrder,
    attributes: Vec<String>,
    excluded: Vec<String>,
}

impl Query {
    /// Reads the parameters of a `GET`; parameters that nobody knows are passed over.
    ///
    /// # Errors
    /// `invalidValue` or `invalidCount` where a number or an order is none.
    pub fn from_parameters<'a>(
        parameters: impl IntoIterator<Item = (&'a str, &'a str)>,
        limits: QueryLimits,
    ) -> Result<Query, ScimError> {
        let mut query = Query { start_index: 1, count: limits.default_count, ..Query::default() };
        for (name, value) in parameters {
            query.take(name, value, limits)?;
        }
        Ok(query)
    }

    /// Reads the body of a `POST` to `/.search`.
    ///
    /// # Errors
    /// `invalidSyntax` where it is no search request; as [`Query::from_parameters`].
    pub fn from_search(body: &Value, limits: QueryLimits) -> Result<Query, ScimError> {
        const SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
        let members = body.as_object().ok_or_else(|| syntax("send a search as a JSON object"))?;
        let schemas = member(members, "schemas").and_then(Value::as_array);
        if !schemas.is_some_and(|ids| ids.iter().any(|id| id == SCHEMA)) {
            return Err(syntax(format!("`schemas` names `{SCHEMA}`")));
        }
        let mut query = Query { start_index: 1, count: limits.default_count, ..Query::default() };
        for (name, text) in texts(members)? {
            query.take(&name, &text, limits)?;
        }
        Ok(query)
    }

    /// By what resources of a type are sorted, and how.
    ///
    /// # Errors
    /// `invalidPath` where they have no such attribute; over several types, such resources come last.
    pub fn sorting(
        &self,
        kind: ResourceType,
        is_over_several: bool,
    ) -> Result<Option<(Option<Target>, SortOrder)>, ScimError> {
        let Some(name) = &self.sort_by else { return Ok(None) };
        let target = Target::find(kind, name);
        if target.is_none() && !is_over_several {
            let detail = format!("a {} has no attribute that `sortBy` names", kind.name());
            return Err(ScimError::new(ScimType::InvalidPath, detail));
        }
        Ok(Some((target, self.order)))
    }

    /// What is answered of resources of a type.
    ///
    /// # Errors
    /// As [`Projection::read`].
    pub fn projection(&self, kind: ResourceType) -> Result<Projection, ScimError> {
        Projection::read(kind, &self.attributes, &self.excluded)
    }

    fn take(&mut self, name: &str, value: &str, limits: QueryLimits) -> Result<(), ScimError> {
        match &*name.to_ascii_lowercase() {
            "filter" => self.filter = Some(value.to_owned()).filter(|filter| !filter.trim().is_empty()),
            "startindex" => {
                let index = number(value).ok_or_else(|| {
                    ScimError::new(
                        ScimType::InvalidValue,
                        "`startIndex` is a number, and 1 stands for the first",
                    )
                })?;
                self.start_index = index.max(1);
            }
            "count" => {
                let count = number(value).ok_or_else(|| {
                    ScimError::new(ScimType::InvalidCount, "`count` is a number of resources")
                })?;
                self.count = count.min(limits.max_count);
            }
            "cursor" => self.cursor = Some(value.to_owned()),
            "sortby" => self.sort_by = Some(value.to_owned()).filter(|name| !name.is_empty()),
            "sortorder" => {
                self.order = SortOrder::of(value).ok_or_else(|| {
                    ScimError::new(ScimType::InvalidValue, "`sortOrder` is ascending or descending")
                })?;
            }
            "attributes" => self.attributes = names(value),
            "excludedattributes" => self.excluded = names(value),
            _ => {}
        }
        Ok(())
    }
}

/// A number; what is below zero counts as zero (RFC 7644, section 3.4.2.4).
fn number(text: &str) -> Option<usize> {
    let text = text.trim();
    let (digits, is_negative) = match text.strip_prefix('-') {
        Some(digits) => (digits, true),
        None => (text, false),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(if is_negative { 0 } else { digits.parse().unwrap_or(usize::MAX) })
}

fn names(value: &str) -> Vec<String> {
    value.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The members of a search as the texts that they would be as parameters.
fn texts(members: &Map<String, Value>) -> Result<Vec<(String, String)>, ScimError> {
    let mut found = Vec::new();
    for (name, value) in members {
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Array(values) if !name.eq_ignore_ascii_case("schemas") => {
                let names: Option<Vec<&str>> = values.iter().map(Value::as_str).collect();
                names.ok_or_else(|| syntax(format!("`{name}` is a list of names")))?.join(",")
            }
            _ => continue,
        };
        found.push((name.clone(), text));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const LIMITS: QueryLimits = QueryLimits { default_count: 100, max_count: 200 };

    #[test]
    fn parameters_and_searches_say_the_same() {
        let parameters = [
            ("filter", "userName pr"),
            ("startIndex", "-3"),
            ("count", "1000"),
            ("sortBy", "userName"),
            ("sortOrder", "Descending"),
            ("attributes", "id, name.familyName"),
            ("x", "y"),
        ];
        let query = Query::from_parameters(parameters, LIMITS).unwrap();
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": "userName pr", "startIndex": -3,
            "count": 1000, "sortBy": "userName", "sortOrder": "descending", "attributes": ["id", "name.familyName"],
        });
        assert_eq!(Query::from_search(&body, LIMITS).unwrap(), query);
        assert_eq!((query.start_index, query.count), (1, 200));
        assert!(query.sorting(ResourceType::User, false).unwrap().is_some());
        assert_eq!(query.sorting(ResourceType::Group, false).unwrap_err().kind, Some(ScimType::InvalidPath));
        assert!(query.sorting(ResourceType::Group, true).unwrap().is_some());
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for (name, value, kind) in [
            ("startIndex", "first", ScimType::InvalidValue),
            ("count", "", ScimType::InvalidCount),
            ("count", "1.5", ScimType::InvalidCount),
            ("sortOrder", "up", ScimType::InvalidValue),
        ] {
            assert_eq!(
                Query::from_parameters([(name, value)], LIMITS).unwrap_err().kind,
                Some(kind),
                "{name}"
            );
        }
        assert_eq!(Query::from_parameters([("count", "-1")], LIMITS).unwrap().count, 0);
        assert_eq!(Query::from_search(&json!({}), LIMITS).unwrap_err().kind, Some(ScimType::InvalidSyntax));
    }
}

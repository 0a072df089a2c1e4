//! Which events a hold covers, as requests say it.

use casemate_audit::query::{MAX_QUERY, Query};
use casemate_directory::model::When;
use casemate_platform::{DocumentError, Problem};
use schemars::JsonSchema;
use serde::Deserialize;

/// Which events a hold covers: those that are all that is said, of all tenants where none is named, those that come later as well.
/// Where nothing is said, it covers all.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "AuditHoldScope")]
pub(super) struct Scope {
    /// A search as it is typed, of the same words and keys as searches of audit events. What the members below say counts too.
    #[serde(default)]
    #[schemars(length(max = 4096))]
    search: Option<String>,
    /// Only those in this tenant; empty for those about the whole installation.
    #[serde(default)]
    tenant: Option<String>,
    /// Only those by, for or about whoever has this id.
    #[serde(default)]
    party: Option<String>,
    /// Only those of this application.
    #[serde(default)]
    application: Option<String>,
    /// Only those about this kind of resource.
    #[serde(default)]
    resource_type: Option<String>,
    /// Only those about the resource with this id.
    #[serde(default)]
    resource_id: Option<String>,
    /// Only those at or after this time.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    since: Option<When>,
    /// Only those before this time.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    until: Option<When>,
}

impl Scope {
    /// The scope as a search is typed.
    ///
    /// # Errors
    /// 422 where it cannot be read.
    pub(super) fn typed(self) -> Result<String, Problem> {
        let typed = self.search.as_deref().unwrap_or_default();
        let mut query = Query::parse(typed).map_err(|error| mistake("search", error.to_string()))?;
        if query.value.is_some() {
            let message =
                "a hold outlives the keys that personal values are found by: name ids, or the hash as a word";
            return Err(mistake("search", message.to_owned()));
        }
        for (name, place, said) in [
            ("tenant", &mut query.tenant, self.tenant),
            ("party", &mut query.party, self.party),
            ("application", &mut query.application, self.application),
            ("resource_type", &mut query.resource_type, self.resource_type),
            ("resource_id", &mut query.resource_id, self.resource_id),
        ] {
            let Some(said) = said else { continue };
            if place.as_ref().is_some_and(|typed| *typed != said) {
                return Err(mistake(name, "`search` says something else".to_owned()));
            }
            *place = Some(said);
        }
        for (name, place, said) in
            [("since", &mut query.since, self.since), ("until", &mut query.until, self.until)]
        {
            let Some(When(said)) = said else { continue };
            if place.replace(said.0).is_some_and(|typed| typed != said.0) {
                return Err(mistake(name, "`search` says something else".to_owned()));
            }
        }
        let text = query.typed();
        // What is kept is read whenever something is to be erased: it has to be what was meant.
        if text.contains('\0') || Query::parse(&text).as_ref() != Ok(&query) {
            let message = format!("all of it has at most {MAX_QUERY} bytes as it is typed, and no zero byte");
            return Err(mistake("search", message));
        }
        Ok(text)
    }
}

fn mistake(name: &str, message: String) -> Problem {
    Problem::document(vec![DocumentError { pointer: format!("/scope/{name}"), message, help: None }])
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn typed(scope: Value) -> Result<String, Problem> {
        serde_json::from_value::<Scope>(scope).unwrap().typed()
    }

    #[test]
    fn a_scope_is_kept_as_it_is_typed() {
        let scope = json!({ "search": "action:casemate.role.*", "tenant": "acme", "party": "a b", "since": "2026-01-01T00:00:00Z" });
        assert_eq!(
            typed(scope).unwrap(),
            "tenant:acme party:\"a b\" since:2026-01-01T00:00:00Z action:casemate.role.*"
        );
        assert_eq!(typed(json!({})).unwrap(), "");
        for wrong in [
            json!({ "search": "nobody:x" }),
            json!({ "search": "value:ada@example.com" }),
            json!({ "search": "tenant:a", "tenant": "b" }),
            json!({ "search": "since:2026-01-01", "since": "2026-01-02T00:00:00Z" }),
            json!({ "party": "a\u{0}b" }),
            json!({ "party": "a".repeat(5_000) }),
        ] {
            assert!(typed(wrong.clone()).is_err(), "{wrong}");
        }
    }
}

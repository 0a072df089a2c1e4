//! The permissions of one identity, asked.

use std::sync::Arc;

use casemate_expression::filter::sql::Dialect;
use casemate_expression::{Datum, Timestamp};
use casemate_permission::name::Name;
use casemate_permission::{
    Decision, EvaluationError, Grant, Origin, OriginKind, Permission, Request, limits,
};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::catalog::Catalog;
use crate::mistake::Mistake;
use crate::question::{Defaults, Question, read};

/// Permissions, compiled against a catalog.
#[wasm_bindgen]
#[derive(Debug)]
pub struct PermissionSet {
    inner: casemate_permission::PermissionSet,
    nobody: Defaults,
}

#[wasm_bindgen]
impl PermissionSet {
    /// Compiles permissions: a JSON list of `{"permission": {…}, "origin": {"kind", "name", "via"}, "from", "until"}`,
    /// times in RFC 3339 or as microseconds since 1970.
    ///
    /// # Errors
    /// `invalid_permission` with the number of the entry: one that is malformed makes none of them count.
    #[wasm_bindgen(constructor)]
    pub fn new(catalog: &Catalog, grants: &str) -> Result<PermissionSet, String> {
        Ok(PermissionSet::compile(catalog, grants)?)
    }

    /// The number of permissions.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn size(&self) -> usize {
        self.inner.len()
    }

    /// Decides one question. `partial`: what was not supplied of the resource is unknown rather than missing.
    ///
    /// # Errors
    /// `invalid_evaluation`, `invalid_name`, `outside_application`, `unknown_application`.
    pub fn check(
        &self,
        question: &str,
        now: i64,
        application: Option<String>,
        partial: bool,
    ) -> Result<String, String> {
        Ok(self.asked(question, now, application.as_deref(), |request| {
            let decision =
                if partial { self.inner.check_partial(request) } else { self.inner.check(request) };
            Ok(answer(&decision).to_string())
        })?)
    }

    /// Decides a batch: `{"evaluations": […]}` with the members that stand in for those that a question lacks. The
    /// answers come in its order; a question that is none is denied by itself, with the reason.
    ///
    /// # Errors
    /// `invalid_evaluation`, `batch_too_large`.
    pub fn check_many(&self, batch: &str, now: i64, application: Option<String>) -> Result<String, String> {
        Ok(self.decide_many(batch, now, application.as_deref())?)
    }

    /// Which resources? `dialect` is `postgres`, `sqlite` or `mysql` for SQL, else the filter is a JSON tree.
    ///
    /// # Errors
    /// As [`PermissionSet::check`], and `not_filterable`, `unknown_dialect`.
    pub fn filter(
        &self,
        question: &str,
        now: i64,
        application: Option<String>,
        dialect: Option<String>,
    ) -> Result<String, String> {
        Ok(self.asked(question, now, application.as_deref(), |request| {
            self.filtered(request, dialect.as_deref())
        })?)
    }

    /// Why? The whole explanation, its sentence included.
    ///
    /// # Errors
    /// As [`PermissionSet::check`].
    pub fn explain(&self, question: &str, now: i64, application: Option<String>) -> Result<String, String> {
        Ok(self.asked(question, now, application.as_deref(), |request| {
            let explanation = self.inner.explain(request);
            let mut json = explanation.to_json();
            if let Some(members) = json.as_object_mut() {
                members.insert("text".to_owned(), explanation.to_text().into());
            }
            Ok(json.to_string())
        })?)
    }

    /// The permissions that match a name and are in force, as they were written: a JSON list.
    ///
    /// # Errors
    /// `invalid_name`.
    pub fn permissions(&self, name: &str, now: i64) -> Result<String, String> {
        let name = Name::parse(name).map_err(|error| Mistake::from(EvaluationError::from(error)))?;
        let found: Vec<&str> = self
            .inner
            .permissions(&name, Timestamp(now))
            .iter()
            .map(|permission| permission.as_json())
            .collect();
        Ok(format!("[{}]", found.join(",")))
    }
}

impl PermissionSet {
    pub(crate) fn compile(catalog: &Catalog, grants: &str) -> Result<PermissionSet, Mistake> {
        // Data are bounded, and a set holds many: each is read by itself.
        let grants: Vec<&RawValue> = serde_json::from_str(grants).map_err(|error| {
            Mistake::new("invalid_permission", format!("permissions come as a list of JSON: {error}"))
        })?;
        let mut builder = casemate_permission::PermissionSet::builder(&catalog.inner);
        for (index, entry) in grants.iter().enumerate() {
            let read =
                Datum::from_json(entry.get()).map_err(|error| Mistake::new("invalid_permission", error));
            let granted = read.and_then(|entry| granted(&entry));
            let (permission, grant) = granted.map_err(|mistake| mistake.at(index))?;
            builder.add(permission, &Arc::new(grant));
        }
        let inner = builder.build().map_err(|error| Mistake::new("invalid_permission", error))?;
        Ok(PermissionSet { inner, nobody: Defaults::none()? })
    }

    fn asked(
        &self,
        question: &str,
        now: i64,
        application: Option<&str>,
        answer: impl FnOnce(&Request<'_>) -> Result<String, Mistake>,
    ) -> Result<String, Mistake> {
        let question = read(question)?;
        let question = Question::read(&question, None, &self.nobody, self.inner.catalog(), application)?;
        answer(&question.request(now)?)
    }

    fn decide_many(&self, batch: &str, now: i64, application: Option<&str>) -> Result<String, Mistake> {
        let batch = read(batch)?;
        let items = batch
            .get("evaluations")
            .and_then(Datum::as_list)
            .ok_or_else(|| Mistake::new("invalid_evaluation", "a batch has a list of `evaluations`"))?
            .to_vec();
        if items.len() > limits::BATCH {
            return Err(casemate_permission::BatchTooLarge(items.len()).into());
        }
        let defaults = Defaults::of(batch);
        let answers: Vec<Value> = items
            .iter()
            .map(|item| {
                let has_identity = item.get("identity").is_some();
                let defaults = (!has_identity).then_some(&defaults);
                let decided = Question::read(item, defaults, &self.nobody, self.inner.catalog(), application)
                    .and_then(|question| Ok(answer(&self.inner.check(&question.request(now)?))));
                decided.unwrap_or_else(|mistake| {
                    json!({"effect": "denied", "reason": mistake.code(), "message": mistake.message()})
                })
            })
            .collect();
        Ok(Value::from(answers).to_string())
    }

    fn filtered(&self, request: &Request<'_>, dialect: Option<&str>) -> Result<String, Mistake> {
        let found = self.inner.filter(request)?;
        let mut json = answer(&found.decision);
        let (Some(members), Some(filter)) = (json.as_object_mut(), &found.filter) else {
            return Ok(json.to_string());
        };
        match dialect {
            None => {
                members.insert("filter".to_owned(), parsed(&filter.whole().to_json()));
            }
            Some(dialect) => {
                let dialect = Dialect::named(dialect).ok_or_else(|| {
                    Mistake::new(
                        "unknown_dialect",
                        format!("`{dialect}` is no dialect: there are postgres, sqlite and mysql"),
                    )
                })?;
                let sql = filter.to_sql(dialect).map_err(|error| Mistake::new("not_filterable", error))?;
                if let Value::Object(sql) = parsed(&sql.to_json()) {
                    members.extend(sql);
                }
            }
        }
        Ok(json.to_string())
    }
}

fn parsed(json: &str) -> Value {
    serde_json::from_str(json).unwrap_or_default()
}

/// `{"effect", "reason", "permission", "origin"}`.
fn answer(decision: &Decision<'_>) -> Value {
    let mut json = json!({"effect": decision.effect.name(), "reason": decision.reason.code()});
    let (Some(members), Some(by)) = (json.as_object_mut(), decision.permission) else { return json };
    members.insert("permission".to_owned(), parsed(by.as_json()));
    if let Some(origin) = by.grant().map(|grant| &grant.origin) {
        let origin = json!({"kind": origin.kind.name(), "name": origin.name, "via": origin.via});
        members.insert("origin".to_owned(), origin);
    }
    json
}

fn granted(entry: &Datum) -> Result<(Permission, Grant), Mistake> {
    let wrong = |message: String| Mistake::new("invalid_permission", message);
    let permission =
        entry.get("permission").ok_or_else(|| wrong("the entry has no `permission`".to_owned()))?;
    let permission =
        Permission::from_datum(permission).map_err(|error| Mistake::new("invalid_permission", error))?;
    let time = |member: &str| match entry.get(member) {
        None | Some(Datum::Null) => Ok(None),
        Some(Datum::Int(micros)) => Ok(Some(Timestamp(*micros))),
        Some(Datum::String(text)) => match Timestamp::parse_rfc3339(text) {
            Some(time) => Ok(Some(time)),
            None => Err(wrong(format!("`{member}` must be a time such as 2026-01-31T12:00:00Z"))),
        },
        Some(other) => Err(wrong(format!("`{member}` must be a time, and is {}", other.kind()))),
    };
    let grant = Grant { origin: origin(entry.get("origin"))?, from: time("from")?, until: time("until")? };
    Ok((permission, grant))
}

fn origin(origin: Option<&Datum>) -> Result<Origin, Mistake> {
    let text = |member: &str| origin.and_then(|origin| origin.get(member)).and_then(Datum::as_str);
    let kinds = [
        OriginKind::Role,
        OriginKind::Team,
        OriginKind::Group,
        OriginKind::Key,
        OriginKind::Source,
        OriginKind::File,
    ];
    let kind = match text("kind") {
        None => OriginKind::Source,
        Some(word) => kinds.into_iter().find(|kind| kind.name() == word).ok_or_else(|| {
            Mistake::new("invalid_permission", format!("`origin.kind` is no kind of origin: {word}"))
        })?,
    };
    Ok(Origin {
        kind,
        name: text("name").unwrap_or_default().to_owned(),
        via: text("via").map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_more_than_one_datum_may() {
        let catalog = Catalog::compile(Vec::new()).unwrap();
        let one =
            r#"{"permission":{"name":"notes.read","tags":["a","b","c","d","e","f","g","h"]},"from":null}"#;
        let many = format!("[{}]", vec![one; 2_000].join(","));
        assert_eq!(PermissionSet::compile(&catalog, &many).unwrap().size(), 2_000);
        for none in ["{}", "7", "[7]", "[1,", r#"[{"permission":{"name":"a","name":"b"}}]"#] {
            assert_eq!(
                PermissionSet::compile(&catalog, none).unwrap_err().code(),
                "invalid_permission",
                "{none}"
            );
        }
    }
}

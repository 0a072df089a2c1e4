//! Casemate's engine.

use std::collections::HashMap;
use std::hint::black_box;

use casemate_expression::{Map, Timestamp, Value};
use casemate_permission::name::Name;
use casemate_permission::{
    Action, Catalog, Grant, OriginKind, Permission, PermissionSet, Request, Resource, Schema, Subject,
};

use crate::Failure;
use crate::rounds::Engine;
use crate::workload::{Holder, Question, USER, schema};

pub(crate) fn catalog() -> Result<Catalog, Failure> {
    let schema = Schema::from_toml(&schema()).map_err(|errors| format!("the schema: {errors:?}"))?;
    Ok(Catalog::compile(vec![schema]).map_err(|errors| format!("the schema: {errors:?}"))?)
}

pub(crate) fn compile(catalog: &Catalog, permissions: &[String]) -> Result<PermissionSet, Failure> {
    let grant = Grant::always(OriginKind::Role, "editor");
    let mut builder = PermissionSet::builder(catalog);
    for json in permissions {
        builder.add(Permission::from_json(json)?, &grant);
    }
    Ok(builder.build()?)
}

pub(crate) fn json(holder: &Holder) -> Result<Vec<String>, Failure> {
    Ok(holder.permissions.iter().map(serde_json::to_string).collect::<Result<_, _>>()?)
}

/// What requests borrow.
pub(crate) struct Attributes<'w>(Vec<[(&'static str, Value<'w>); 3]>);

impl<'w> Attributes<'w> {
    pub(crate) fn of(questions: &'w [Question]) -> Attributes<'w> {
        let attributes = questions.iter().map(|question| {
            [
                ("createdBy", Value::String(&question.created_by)),
                ("model", Value::String(question.model)),
                ("locale", Value::String(question.locale)),
            ]
        });
        Attributes(attributes.collect())
    }

    pub(crate) fn requests(&'w self, questions: &'w [Question]) -> Result<Vec<Request<'w>>, Failure> {
        let requests = questions.iter().zip(&self.0).map(|(question, attributes)| {
            Ok(Request {
                name: Name::parse(&question.name)?,
                identity: Subject { id: Some(USER), kind: Some("user"), ..Subject::ANONYMOUS },
                action: Action { name: &question.name, properties: Map::EMPTY },
                resource: Some(Resource {
                    kind: Some(Value::String("content")),
                    id: Some(Value::String("1")),
                    properties: Map::Values(attributes),
                }),
                context: Map::EMPTY,
                now: Timestamp(1_780_000_000_000_000),
            })
        });
        requests.collect()
    }
}

/// The user's set alone.
pub(crate) struct Alone<'w> {
    pub(crate) set: PermissionSet,
    pub(crate) requests: &'w [Request<'w>],
}

impl Engine for Alone<'_> {
    fn decide(&mut self, question: usize) -> bool {
        self.requests.get(question).is_some_and(|request| self.set.check(black_box(request)).is_allowed())
    }
}

/// The user's set among others', found by the user's id at every decision.
pub(crate) struct Among<'w> {
    pub(crate) sets: HashMap<String, PermissionSet>,
    pub(crate) requests: &'w [Request<'w>],
}

impl Among<'_> {
    pub(crate) fn sets(
        catalog: &Catalog,
        holders: &[Holder],
    ) -> Result<HashMap<String, PermissionSet>, Failure> {
        let set = |holder: &Holder| Ok((holder.id.clone(), compile(catalog, &json(holder)?)?));
        holders.iter().map(set).collect()
    }
}

impl Engine for Among<'_> {
    fn decide(&mut self, question: usize) -> bool {
        self.requests.get(question).is_some_and(|request| {
            let id = black_box(request).identity.id.unwrap_or_default();
            self.sets.get(id).is_some_and(|set| set.check(request).is_allowed())
        })
    }
}

/// `explain`, its text not rendered.
pub(crate) struct Explaining<'w> {
    pub(crate) set: PermissionSet,
    pub(crate) requests: &'w [Request<'w>],
}

impl Engine for Explaining<'_> {
    fn decide(&mut self, question: usize) -> bool {
        self.requests
            .get(question)
            .is_some_and(|request| black_box(self.set.explain(black_box(request))).is_allowed())
    }
}

/// `filter`, nothing of the resource being known.
pub(crate) struct Filtering<'w> {
    pub(crate) set: PermissionSet,
    pub(crate) requests: Vec<Request<'w>>,
}

impl Engine for Filtering<'_> {
    fn decide(&mut self, question: usize) -> bool {
        self.requests.get(question).is_some_and(|request| {
            black_box(self.set.filter(black_box(request)))
                .is_ok_and(|answer| answer.filter.is_some() || answer.decision.is_allowed())
        })
    }
}

//! `cedar-policy`: a policy for each permission, and everything it needs built beforehand.

use std::collections::{HashMap, HashSet};
use std::hint::black_box;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityUid, PolicySet, Request, RestrictedExpression,
};

use crate::Failure;
use crate::rounds::Engine;
use crate::workload::{Holder, Permission, Question, USER};

pub(crate) struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    entities: Entities,
    requests: Vec<Request>,
}

/// Exact names are actions. What begins alike is told from the name in the context: Cedar's actions form groups only
/// where all of them are known beforehand.
fn policy(holder: &str, permission: &Permission) -> String {
    let mut conditions = Vec::new();
    let action = if permission.name.ends_with('*') {
        conditions.push(format!("context.name like {:?}", permission.name));
        "action".to_owned()
    } else {
        format!("action == Action::{:?}", permission.name)
    };
    if permission.own {
        conditions.push("resource.createdBy == principal".to_owned());
    }
    if let Some(models) = &permission.models {
        conditions.push(format!("{models:?}.contains(resource.model)"));
    }
    if let Some(locales) = &permission.locales {
        conditions.push(format!("{locales:?}.contains(resource.locale)"));
    }
    let when = match conditions.is_empty() {
        true => String::new(),
        false => format!(" when {{ {} }}", conditions.join(" && ")),
    };
    format!("permit(principal == User::{holder:?}, {action}, resource){when};\n")
}

fn uid(kind: &str, id: &str) -> Result<EntityUid, Failure> {
    Ok(format!("{kind}::{id:?}").parse()?)
}

impl Cedar {
    pub(crate) fn new(holders: &[Holder], questions: &[Question]) -> Result<Cedar, Failure> {
        let mut text = String::new();
        for holder in holders {
            for permission in &holder.permissions {
                text += &policy(&holder.id, permission);
            }
        }
        let mut entities = vec![Entity::with_uid(uid("User", USER)?)];
        let mut requests = Vec::new();
        for (number, question) in questions.iter().enumerate() {
            let resource = uid("Resource", &number.to_string())?;
            let attributes = HashMap::from([
                (
                    "createdBy".to_owned(),
                    RestrictedExpression::new_entity_uid(uid("User", &question.created_by)?),
                ),
                ("model".to_owned(), RestrictedExpression::new_string(question.model.to_owned())),
                ("locale".to_owned(), RestrictedExpression::new_string(question.locale.to_owned())),
            ]);
            entities.push(Entity::new(resource.clone(), attributes, HashSet::new())?);
            let name = RestrictedExpression::new_string(question.name.clone());
            let context = Context::from_pairs([("name".to_owned(), name)])?;
            let action = uid("Action", &question.name)?;
            requests.push(Request::new(uid("User", USER)?, action, resource, context, None)?);
        }
        Ok(Cedar {
            authorizer: Authorizer::new(),
            policies: text.parse()?,
            entities: Entities::from_entities(entities, None)?,
            requests,
        })
    }
}

impl Engine for Cedar {
    fn decide(&mut self, question: usize) -> bool {
        self.requests.get(question).is_some_and(|request| {
            self.authorizer.is_authorized(black_box(request), &self.policies, &self.entities).decision()
                == Decision::Allow
        })
    }
}

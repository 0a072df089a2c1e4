//! `casbin`: a policy for each permission, its matcher asking for the cheapest first, and requests made beforehand.

use std::hint::black_box;

use casbin::function_map::{OperatorFunction, dynamic_to_str};
use casbin::rhai::Dynamic;
use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi};

use crate::Failure;
use crate::rounds::Engine;
use crate::workload::{Holder, Question, USER};

const MODEL: &str = r#"
[request_definition]
r = sub, name, owner, model, locale

[policy_definition]
p = sub, name, own, models, locales

[policy_effect]
e = some(where (p.eft == allow))

[matchers]
m = r.sub == p.sub && keyMatch(r.name, p.name) && (p.own == "" || r.owner == r.sub) && (p.models == "" || listed(r.model, p.models)) && (p.locales == "" || listed(r.locale, p.locales))
"#;

pub(crate) struct Casbin {
    enforcer: Enforcer,
    requests: Vec<Vec<Dynamic>>,
}

impl Casbin {
    pub(crate) fn new(holders: &[Holder], questions: &[Question]) -> Result<Casbin, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let list = |words: &Option<Vec<&str>>| words.as_ref().map(|words| words.join("|"));
        let policies = holders.iter().flat_map(|holder| {
            holder.permissions.iter().map(|permission| {
                vec![
                    holder.id.clone(),
                    permission.name.clone(),
                    if permission.own { "own".to_owned() } else { String::new() },
                    list(&permission.models).unwrap_or_default(),
                    list(&permission.locales).unwrap_or_default(),
                ]
            })
        });
        let policies = policies.collect();
        let enforcer = runtime.block_on(async {
            let model = DefaultModel::from_str(MODEL).await?;
            let mut enforcer = Enforcer::new(model, MemoryAdapter::default()).await?;
            enforcer.add_function("listed", OperatorFunction::Arg2(listed));
            enforcer.add_policies(policies).await?;
            Ok::<_, casbin::Error>(enforcer)
        })?;
        let requests = questions.iter().map(|question| {
            [USER, &question.name, &question.created_by, question.model, question.locale]
                .map(|text| Dynamic::from(text.to_owned()))
                .to_vec()
        });
        Ok(Casbin { enforcer, requests: requests.collect() })
    }
}

fn listed(word: Dynamic, list: Dynamic) -> Dynamic {
    let (word, list) = (dynamic_to_str(&word), dynamic_to_str(&list));
    list.split('|').any(|item| *item == *word).into()
}

impl Engine for Casbin {
    fn decide(&mut self, question: usize) -> bool {
        self.requests
            .get(question)
            .is_some_and(|request| self.enforcer.enforce(black_box(request.clone())).unwrap_or_default())
    }
}

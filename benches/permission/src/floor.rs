//! What one would write by hand for just these permissions: exact names in the standard map, a list of prefixes,
//! properties as bit masks.

use std::collections::HashMap;
use std::hint::black_box;

use crate::rounds::Engine;
use crate::workload::{Holder, Permission, Question, USER};

/// Models and locales as bits, over all holders.
#[derive(Debug, Default)]
pub(crate) struct Words {
    models: HashMap<String, u64>,
    locales: HashMap<String, u64>,
}

#[derive(Clone, Copy, Debug)]
struct Rule {
    own: bool,
    models: u64,
    locales: u64,
}

const ANY: u64 = u64::MAX;

/// One holder's permissions.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    exact: HashMap<String, Rule>,
    prefixes: Vec<(String, Rule)>,
}

impl Words {
    fn bits(words: &mut HashMap<String, u64>, list: Option<&Vec<&'static str>>) -> u64 {
        list.map_or(ANY, |list| {
            list.iter().fold(0, |bits, word| {
                let next = 1 << words.len();
                bits | *words.entry((*word).to_owned()).or_insert(next)
            })
        })
    }

    fn rule(&mut self, permission: &Permission) -> Rule {
        Rule {
            own: permission.own,
            models: Words::bits(&mut self.models, permission.models.as_ref()),
            locales: Words::bits(&mut self.locales, permission.locales.as_ref()),
        }
    }

    pub(crate) fn rules(&mut self, holder: &Holder) -> Rules {
        let mut rules = Rules::default();
        for permission in &holder.permissions {
            let rule = self.rule(permission);
            match permission.name.strip_suffix('*') {
                Some(prefix) => rules.prefixes.push((prefix.to_owned(), rule)),
                None => {
                    rules.exact.insert(permission.name.clone(), rule);
                }
            }
        }
        rules
    }

    fn holds(&self, rule: &Rule, question: &Question) -> bool {
        let has = |words: &HashMap<String, u64>, bits: u64, word: &str| {
            bits == ANY || words.get(word).is_some_and(|bit| bits & bit != 0)
        };
        (!rule.own || question.created_by == USER)
            && has(&self.models, rule.models, question.model)
            && has(&self.locales, rule.locales, question.locale)
    }
}

impl Rules {
    fn allow(&self, words: &Words, question: &Question) -> bool {
        self.exact.get(&question.name).is_some_and(|rule| words.holds(rule, question))
            || self.prefixes.iter().any(|(prefix, rule)| {
                question.name.starts_with(prefix.as_str()) && words.holds(rule, question)
            })
    }
}

/// The user's rules alone.
pub(crate) struct Alone<'w> {
    pub(crate) words: Words,
    pub(crate) rules: Rules,
    pub(crate) questions: &'w [Question],
}

impl Engine for Alone<'_> {
    fn decide(&mut self, question: usize) -> bool {
        self.questions
            .get(question)
            .is_some_and(|question| self.rules.allow(&self.words, black_box(question)))
    }
}

/// The user's rules among others', found by the user's id at every decision.
pub(crate) struct Among<'w> {
    pub(crate) words: Words,
    pub(crate) rules: HashMap<String, Rules>,
    pub(crate) questions: &'w [Question],
}

impl<'w> Among<'w> {
    pub(crate) fn new(holders: &[Holder], questions: &'w [Question]) -> Among<'w> {
        let mut words = Words::default();
        let rules = holders.iter().map(|holder| (holder.id.clone(), words.rules(holder))).collect();
        Among { words, rules, questions }
    }
}

impl Engine for Among<'_> {
    fn decide(&mut self, question: usize) -> bool {
        self.questions.get(question).is_some_and(|question| {
            self.rules.get(black_box(USER)).is_some_and(|rules| rules.allow(&self.words, black_box(question)))
        })
    }
}

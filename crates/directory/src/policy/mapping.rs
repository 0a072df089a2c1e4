//! Groups that a provider's users are in by what their claims say.

use std::sync::{Arc, LazyLock};

use casemate_expression::{
    Environment, Expression, ExpressionError, Failure, List, Lookup, Map, Members, Scope, Type, Value,
    Variable,
};

const CLAIMS: u32 = 0;
const GROUPS: u32 = 1;

static ENVIRONMENT: LazyLock<Environment> = LazyLock::new(|| {
    Environment::new().with("claims", Type::Map, CLAIMS).with("groups", Type::AnyList, GROUPS)
});

/// The rules of one provider, in their order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mapping(pub(crate) Arc<[MappingRule]>);

/// Who is in some groups.
#[derive(Debug, Clone)]
pub(crate) struct MappingRule {
    pub(crate) when: Expression,
    pub(crate) groups: Vec<String>,
}

/// What a rule says of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// They are in its groups.
    In,
    /// They are not.
    NotIn,
    /// It asks for a claim that they do not have: whose provider says nothing is in no group.
    Missing(String),
    /// It cannot be said.
    Failed(String),
}

/// What is known of somebody by verified claims alone: the directory's attributes are not among them.
struct Verified<'a> {
    claims: &'a Members,
    groups: &'a [String],
}

impl Scope for Verified<'_> {
    fn look_up(&self, variable: &Variable) -> Lookup<'_> {
        Lookup::Known(match variable.id {
            CLAIMS => Value::Map(Map::Data(self.claims)),
            GROUPS => Value::List(List::texts(self.groups)),
            _ => Value::Null,
        })
    }
}

impl MappingRule {
    /// Reads a rule's condition.
    ///
    /// # Errors
    /// Where it is none.
    pub(crate) fn condition(text: &str) -> Result<Expression, ExpressionError> {
        Expression::parse(text, &ENVIRONMENT)
    }

    /// What the rule says of somebody with these claims, whom their provider says to be in these groups.
    pub(crate) fn outcome(&self, claims: &Members, groups: &[String]) -> Outcome {
        match self.when.evaluate(&Verified { claims, groups }) {
            Ok(true) => Outcome::In,
            Ok(false) => Outcome::NotIn,
            Err(Failure::Missing(what)) => Outcome::Missing(what.to_owned()),
            Err(failure) => Outcome::Failed(failure.to_string()),
        }
    }
}

impl Mapping {
    /// The groups that somebody with these claims is in beside those that their provider names.
    ///
    /// # Errors
    /// Where a rule has no outcome, for another reason than that a claim is missing: a group may deny, so that none is left out.
    pub(crate) fn groups(&self, claims: &Members, groups: &[String]) -> Result<Vec<String>, String> {
        let mut more: Vec<String> = Vec::new();
        for (rule, place) in self.0.iter().zip(1..) {
            match rule.outcome(claims, groups) {
                Outcome::In => {}
                Outcome::NotIn | Outcome::Missing(_) => continue,
                Outcome::Failed(problem) => return Err(format!("rule {place}: {problem}")),
            }
            for group in &rule.groups {
                if !groups.contains(group) && !more.contains(group) {
                    more.push(group.clone());
                }
            }
        }
        Ok(more)
    }
}

#[cfg(test)]
mod tests {
    use casemate_expression::Datum;

    use super::*;

    fn mapped(rules: &[(&str, &[&str])], claims: &str, groups: &[&str]) -> Result<Vec<String>, String> {
        let rule = |(when, groups): &(&str, &[&str])| MappingRule {
            when: MappingRule::condition(when).unwrap(),
            groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        };
        let Datum::Map(claims) = Datum::from_json(claims).unwrap() else { panic!("claims are members") };
        let groups: Vec<String> = groups.iter().map(|group| (*group).to_owned()).collect();
        Mapping(rules.iter().map(rule).collect()).groups(&claims, &groups)
    }

    #[test]
    fn claims_make_groups() {
        let rules: &[(&str, &[&str])] = &[
            (r#"claims.department == "finance""#, &["finance", "staff"]),
            (r#""admin" in claims.roles"#, &["operations"]),
            (r#"claims["cognito:groups"].exists(group, group.startsWith("cm-"))"#, &["editors"]),
            (r#""interns" in groups"#, &["staff", "readers"]),
        ];
        let of = |claims: &str, groups: &[&str]| mapped(rules, claims, groups).unwrap();
        assert_eq!(of(r#"{"department":"finance"}"#, &[]), ["finance", "staff"]);
        assert_eq!(
            of(r#"{"department":"finance","roles":["admin"]}"#, &["staff"]),
            ["finance", "operations"]
        );
        assert_eq!(of(r#"{"cognito:groups":["cm-x"]}"#, &["interns"]), ["editors", "staff", "readers"]);
        assert_eq!(of(r#"{"department":"sales","roles":[]}"#, &[]), [] as [String; 0]);
    }

    #[test]
    fn whose_provider_says_nothing_is_in_no_group() {
        let rules: &[(&str, &[&str])] =
            &[(r#"claims.department != "finance""#, &["others"]), ("claims.level > 3", &["senior"])];
        assert_eq!(mapped(rules, "{}", &[]).unwrap(), [] as [String; 0]);
        assert_eq!(mapped(rules, r#"{"department":null,"level":null}"#, &[]).unwrap(), [] as [String; 0]);
    }

    #[test]
    fn a_rule_that_cannot_be_answered_fails_the_whole() {
        let rules: &[(&str, &[&str])] = &[("claims.level > 3", &["senior"]), ("true", &["all"])];
        let refused = mapped(rules, r#"{"level":"4"}"#, &[]).unwrap_err();
        assert!(refused.starts_with("rule 1: "), "{refused}");
    }

    #[test]
    fn a_condition_is_of_claims_and_groups_alone() {
        for wrong in ["identity.id == \"ada\"", "claims.", "1 + 1", "now > now", "nonsense"] {
            assert!(MappingRule::condition(wrong).is_err(), "{wrong}");
        }
    }
}

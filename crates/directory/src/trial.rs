//! What claims would make of somebody, for whoever writes the rules of a provider: nothing is decided by it.

use std::sync::Arc;

use casemate_identity::provider::MappingError;
use casemate_identity::{Claims, Identity};

use crate::directory::Directory;
use crate::policy::Outcome;
use crate::snapshot::Snapshot;
use crate::subject::Subject;

/// Why claims cannot be tried.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// There is no provider of this name.
    #[error("there is no such provider")]
    NoProvider,
    /// The claims make no identity.
    #[error(transparent)]
    Claims(#[from] MappingError),
}

/// What claims would make of somebody whom the directory knows by nothing else.
#[derive(Debug, Clone)]
pub struct Trial {
    /// Who they would be, with all groups that they would be in.
    pub subject: Subject,
    /// What each rule of the provider says of them, in the order of the rules.
    pub rules: Vec<TriedRule>,
    /// The roles that would be theirs in their tenant, at whatever time.
    pub roles: Vec<TriedRole>,
}

/// What a rule says of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriedRule {
    /// The rule's condition.
    pub when: String,
    /// Its groups.
    pub groups: Vec<String>,
    /// Whether they are in them, as a stable word: `in`, `not_in`, `claim_missing` or `failed`.
    pub outcome: &'static str,
    /// What is missing or wrong.
    pub problem: Option<String>,
}

/// A role that would be somebody's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TriedRole {
    /// Its name.
    pub role: String,
    /// The tenant that defines it.
    pub of_tenant: String,
    /// By what they come to it, where not by themselves: the role that extends it, the team that it is of, and their group.
    pub via: Option<String>,
}

impl Directory {
    /// What claims would make of somebody whom a provider vouches for.
    ///
    /// # Errors
    /// See [`TrialError`].
    pub fn try_mapping(&self, provider: &str, claims: Claims) -> Result<Trial, TrialError> {
        let identity = self.identity_of(provider, claims).ok_or(TrialError::NoProvider)??;
        Ok(self.current().tried(&identity))
    }
}

impl Snapshot {
    fn tried(&self, identity: &Identity) -> Trial {
        let bare = Subject::of_identity(identity);
        let compiled = self.compiled();
        let rules = compiled.mapping_of(&identity.provider).map(|mapping| Arc::clone(&mapping.0));
        let rules = rules.iter().flat_map(|rules| rules.iter()).map(|rule| {
            let (outcome, problem) = match rule.outcome(&bare.claims, &bare.groups) {
                Outcome::In => ("in", None),
                Outcome::NotIn => ("not_in", None),
                Outcome::Missing(what) => ("claim_missing", Some(what)),
                Outcome::Failed(problem) => ("failed", Some(problem)),
            };
            TriedRule { when: rule.when.source().to_owned(), groups: rule.groups.clone(), outcome, problem }
        });
        let rules = rules.collect();
        let subject = self.caller(identity);
        let mut roles: Vec<TriedRole> = Vec::new();
        if subject.unmapped.is_none() {
            let part = compiled.part(&subject.tenant);
            for assignment in compiled.assignments_of(&subject) {
                for held in part.roles().held(assignment.assigned) {
                    roles.push(TriedRole {
                        role: held.role.name.to_string(),
                        of_tenant: held.role.tenant.to_string(),
                        via: part.via(assignment, held.through.map(|through| &*through.name)),
                    });
                }
            }
        }
        roles.sort_unstable();
        roles.dedup();
        Trial { subject, rules, roles }
    }
}

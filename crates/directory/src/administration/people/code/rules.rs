//! What code may not make of groups: delete or rename one to which something is assigned, or give or take what its author
//! does not hold.

use std::collections::BTreeSet;

use casemate_store::{Operation, UserRecord};

use super::GroupChange;
use crate::administration::Administration;
use crate::administration::entry::Author;
use crate::administration::error::AdminError;
use crate::administration::people::rules::{Gains, Loses, Rules, unused};
use crate::administration::write::Proposal;
use crate::directory::State;
use crate::objects::ObjectSet;
use crate::policy::Policy;

impl Administration {
    /// Holds what becomes of groups against all rules, together with the policy and the objects of then; gives what the change
    /// is to be made with.
    pub(in crate::administration) async fn groups_obey(
        &self,
        author: &Author,
        state: &State,
        (policy, set): (&Policy, &ObjectSet),
        proposal: &Proposal,
    ) -> Result<Vec<Operation>, AdminError> {
        for change in &proposal.groups {
            change.obeys(author, state, set)?;
        }
        if proposal.is_judged || proposal.changes.is_empty() && proposal.groups.is_empty() {
            return Ok(Vec::new());
        }
        self.somebody_stays(state, policy, &proposal.groups, author.now).await
    }
}

impl GroupChange {
    fn obeys(&self, author: &Author, state: &State, set: &ObjectSet) -> Result<(), AdminError> {
        let Some(group) = self.either() else { return Ok(()) };
        let rules = Rules::new(author, state, &group.tenant);
        let renamed = |before: &_| self.after.as_ref().is_none_or(|after| after.name != *before);
        if let Some(before) = self.before.as_ref().filter(|before| renamed(&before.name)) {
            unused(set, &before.tenant, |to| to.group.as_deref() == Some(&*before.name))?;
            if let Some(after) = &self.after {
                rules.gains(&Gains::group(None, &after.name))?;
            }
        }
        let providers = |users: &'_ [UserRecord]| -> BTreeSet<String> {
            users.iter().map(|user| user.provider.clone()).collect()
        };
        if let Some(after) = &self.after {
            for provider in providers(&self.come) {
                rules.gains(&Gains::group(Some(&provider), &after.name))?;
            }
        }
        if let Some(before) = &self.before {
            for provider in providers(&self.leave) {
                rules.loses(&Loses::group(Some(&provider), &before.name))?;
            }
        }
        Ok(())
    }
}

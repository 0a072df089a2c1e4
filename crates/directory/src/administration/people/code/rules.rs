//! What code may not make of groups: delete or rename one to which something is assigned, give or take what its author does
//! not hold, or leave nobody who administers.

use std::collections::BTreeSet;

use casemate_store::{Operation, UserRecord};

use super::GroupChange;
use crate::administration::Administration;
use crate::administration::entry::Author;
use crate::administration::error::AdminError;
use crate::administration::people::rules::{Gains, Loses, Rules, unused};
use crate::directory::State;
use crate::objects::ObjectSet;
use crate::policy::{DEFAULT_TENANT, Policy, Recipient, Who, administering};

impl Administration {
    /// Holds what becomes of groups against all rules, together with the policy and the objects of then; gives what the change
    /// is to be made with.
    pub(in crate::administration) async fn groups_obey(
        &self,
        author: &Author,
        state: &State,
        (policy, set): (&Policy, &ObjectSet),
        changes: &[GroupChange],
    ) -> Result<Option<Operation>, AdminError> {
        for change in changes {
            change.obeys(author, state, set)?;
        }
        self.groups_leave_an_administrator(policy, changes, author.now).await
    }

    /// That somebody may still administer the installation, where some do so by groups that they leave.
    async fn groups_leave_an_administrator(
        &self,
        policy: &Policy,
        changes: &[GroupChange],
        now: i64,
    ) -> Result<Option<Operation>, AdminError> {
        let in_force = administering(&policy.assignments)
            .filter(|assignment| assignment.from.is_none_or(|from| from.0 <= now));
        let recipients: Vec<&Recipient> = in_force.map(|assignment| &assignment.recipient).collect();
        let left_by = |recipient: &Recipient| changes.iter().find(|change| change.is_left_by(recipient));
        if !recipients.iter().any(|recipient| left_by(recipient).is_some()) {
            return Ok(None);
        }
        for recipient in recipients {
            let is_anybody = match left_by(recipient) {
                None => self.is_anybody(DEFAULT_TENANT, recipient, "", false).await?,
                Some(GroupChange { before: Some(group), after: Some(_), come, leave, .. }) => {
                    let provider = &*recipient.provider;
                    let leave: Vec<&UserRecord> = leave.iter().collect();
                    come.iter().any(|user| user.active && user.provider == provider)
                        || self.is_anybody_else(group, provider, &leave).await?
                }
                Some(_) => false,
            };
            if is_anybody {
                // Who stays may be taken out by another change at the same time.
                return Ok(Some(Operation::Alone));
            }
        }
        Err(AdminError::LastAdministrator)
    }
}

impl GroupChange {
    /// Whether somebody leaves it, or it goes, to whom something is assigned by it.
    fn is_left_by(&self, recipient: &Recipient) -> bool {
        let Some(group) = self.before.as_ref().filter(|group| group.tenant == DEFAULT_TENANT) else {
            return false;
        };
        let is_it = matches!(&recipient.who, Who::Group { group: named, .. } if **named == *group.name);
        is_it && self.leave.iter().any(|user| user.active && *user.provider == *recipient.provider)
    }

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

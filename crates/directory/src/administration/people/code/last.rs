//! That somebody is left who may administer the installation, after objects, and groups of code with them, become what they are
//! to be.

use casemate_store::{GroupQuery, GroupRecord, MAX_PAGE, Operation, UserRecord};

use super::GroupChange;
use crate::administration::Administration;
use crate::administration::error::AdminError;
use crate::administration::people::last::{Anybody, Left, Stays, takes};
use crate::directory::State;
use crate::policy::{DEFAULT_TENANT, Policy, Recipient, Who};

impl Administration {
    /// That somebody may administer by this policy once groups are changed so, where somebody may no longer who does today.
    /// Gives what the change is to be made with.
    pub(super) async fn somebody_stays(
        &self,
        state: &State,
        policy: &Policy,
        groups: &[GroupChange],
        now: i64,
    ) -> Result<Vec<Operation>, AdminError> {
        let recipients: Vec<&Recipient> =
            policy.administering(now).map(|assignment| &assignment.recipient).collect();
        let leave = |user: fn(&UserRecord) -> bool| {
            recipients.iter().any(|recipient| groups.iter().any(|group| group.is_left_by(recipient, user)))
        };
        let is_taken = takes(state.snapshot.compiled().administering(now), policy.administering(now));
        if !is_taken && !leave(|user| user.active) {
            // Who is not active may be let in at the same time.
            return Ok(leave(|_| true).then_some(Operation::Alone).into_iter().collect());
        }
        let mut anybody = Anybody::by(None);
        for recipient in recipients {
            let left = self.left_by_then(recipient, groups).await?;
            if let Some(stays) = anybody.certain(recipient, left) {
                return Ok(stays.kept());
            }
        }
        self.any(anybody).await?.map(Stays::kept).ok_or(AdminError::LastAdministrator)
    }

    async fn left_by_then(&self, recipient: &Recipient, groups: &[GroupChange]) -> Result<Left, AdminError> {
        let change = match &recipient.who {
            Who::Group { group, .. } => groups.iter().find(|change| change.is_named(group)),
            Who::Id { .. } | Who::Login { .. } => None,
        };
        let Some(change) = change else {
            return self.left(DEFAULT_TENANT, recipient, "", false).await;
        };
        let provider = &*recipient.provider;
        // Nobody signs in as somebody without a subject.
        let may_come = |user: &UserRecord| user.active && user.subject.is_some() && user.provider == provider;
        if let Some(comes) = change.come.iter().find(|user| may_come(user)) {
            return Ok(Left::user(comes));
        }
        let leave: Vec<&UserRecord> = change.leave.iter().collect();
        if let (Some(before), Some(_)) = (&change.before, &change.after)
            && let Some(stays) = self.anybody_else(before, provider, &leave).await?
        {
            return Ok(Left::Somebody(stays));
        }
        let namesake = self.anybody_in_namesake(change, provider).await?;
        Ok(namesake.map_or(Left::Nobody, Left::Somebody))
    }

    /// Somebody in a group of the provider's own which is called the same.
    async fn anybody_in_namesake(
        &self,
        change: &GroupChange,
        provider: &str,
    ) -> Result<Option<Stays>, AdminError> {
        let Some(group) = change.either() else { return Ok(None) };
        let query = GroupQuery {
            tenant: Some(group.tenant.clone()),
            provider: Some(provider.to_owned()),
            name: Some(group.name.clone()),
            limit: MAX_PAGE,
            ..GroupQuery::default()
        };
        for other in self.store.reader().groups(&query).await? {
            if other.id != group.id
                && other.name == group.name
                && let Some(stays) = self.anybody_else(&other, provider, &[]).await?
            {
                return Ok(Some(stays));
            }
        }
        Ok(None)
    }
}

impl GroupChange {
    /// Whether it is of the group of this name, in the tenant whose administrators are the installation's.
    fn is_named(&self, name: &str) -> bool {
        let is_it = |group: &GroupRecord| group.tenant == DEFAULT_TENANT && group.name == name;
        self.before.iter().chain(&self.after).any(is_it)
    }

    /// Whether one of such users leaves it, or it goes, to whom something is assigned by it.
    fn is_left_by(&self, recipient: &Recipient, user: fn(&UserRecord) -> bool) -> bool {
        let is_it = matches!(&recipient.who, Who::Group { group, .. } if self.is_named(group));
        is_it && self.leave.iter().any(|left| user(left) && *left.provider == *recipient.provider)
    }
}

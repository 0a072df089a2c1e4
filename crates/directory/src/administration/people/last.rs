//! That somebody is left who may administer the installation.

use casemate_store::{GroupQuery, GroupRecord, MAX_PAGE, Operation, UserRecord};

use super::rules::{Loses, Rules};
use crate::OWN_PROVIDER;
use crate::administration::Administration;
use crate::administration::error::AdminError;
use crate::policy::{Recipient, Who};

impl Administration {
    /// That somebody may administer the installation, where this user may no longer: they become `after`, or are deleted.
    /// Gives what the change is to be made with.
    pub(super) async fn leaves_an_administrator(
        &self,
        rules: &Rules<'_>,
        before: &UserRecord,
        after: Option<&UserRecord>,
    ) -> Result<Option<Operation>, AdminError> {
        if !before.active {
            return Ok(None);
        }
        let groups = self.groups_of_user(&before.id).await?;
        self.others_administer(rules, &before.id, &Loses::between(before, after, &groups)).await
    }

    /// The same, where a user leaves a group.
    pub(super) async fn keeps_an_administrator_group(
        &self,
        rules: &Rules<'_>,
        group: &GroupRecord,
        member: &UserRecord,
    ) -> Result<Option<Operation>, AdminError> {
        if !member.active {
            return Ok(None);
        }
        let loses = Loses::group(Some(&member.provider), &group.name);
        self.others_administer(rules, &member.id, &loses).await
    }

    async fn others_administer(
        &self,
        rules: &Rules<'_>,
        id: &str,
        loses: &Loses<'_>,
    ) -> Result<Option<Operation>, AdminError> {
        let Some((lost, others)) = rules.administering(loses) else { return Ok(None) };
        for (recipient, is_lost) in
            others.into_iter().map(|other| (other, false)).chain(lost.into_iter().map(|lost| (lost, true)))
        {
            if self.is_anybody(rules.tenant(), recipient, id, is_lost).await? {
                // Who stays may be taken out by another change at the same time.
                return Ok(Some(Operation::Alone));
            }
        }
        Err(AdminError::LastAdministrator)
    }

    /// Whether somebody is left to whom something is assigned: nobody whom the directory refuses; and of a group that the
    /// directory knows, or by which the user loses it, another of its members.
    async fn is_anybody(
        &self,
        tenant: &str,
        recipient: &Recipient,
        user: &str,
        is_lost: bool,
    ) -> Result<bool, AdminError> {
        let reader = self.store.reader();
        let provider = &*recipient.provider;
        let known = match &recipient.who {
            Who::Group { group, .. } => {
                if reader.has_other_members(tenant, provider, group, user).await? {
                    return Ok(true);
                }
                let (tenant, name) = (Some(tenant.to_owned()), Some(group.to_string()));
                let named = GroupQuery { tenant, name, limit: MAX_PAGE, ..GroupQuery::default() };
                let named = reader.groups(&named).await?;
                let is_known = |known: &GroupRecord| {
                    known.name == **group && [provider, OWN_PROVIDER].contains(&&*known.provider)
                };
                return Ok(!is_lost && !named.iter().any(is_known));
            }
            _ if is_lost => return Ok(false),
            Who::Id { id, .. } => match reader.user_by_subject(provider, id).await? {
                None => {
                    let former = reader.former_user(tenant, provider, id).await?;
                    return Ok(former.is_none_or(|former| former.active && !former.is_deleted));
                }
                known => known,
            },
            Who::Login { login, .. } => reader.user_by_login(provider, login).await?,
        };
        Ok(known.is_none_or(|known| known.tenant != tenant || known.active))
    }
}

//! That somebody is left who may administer the installation.

use std::collections::{BTreeSet, HashSet};

use casemate_store::{GroupQuery, GroupRecord, MAX_PAGE, Operation, UserQuery, UserRecord};

use super::rules::{Loses, Rules};
use crate::OWN_PROVIDER;
use crate::administration::Administration;
use crate::administration::error::AdminError;
use crate::policy::{Assignment, Recipient, Who};

/// The sources of users and groups of whom a provider says who they are.
const TOLD_BY: [Option<&str>; 2] = [Some("scim"), Some("ldap")];

/// Whether somebody administers by an assignment of today, and then no longer by one.
pub(super) fn takes<'a>(
    mut today: impl Iterator<Item = &'a Assignment>,
    then: impl Iterator<Item = &'a Assignment>,
) -> bool {
    let then: HashSet<&Recipient> = then.map(|assignment| &assignment.recipient).collect();
    today.any(|assignment| !then.contains(&assignment.recipient))
}

/// Who is left to whom something is assigned.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Left {
    Somebody,
    /// Somebody whom the directory does not know: tokens alone may tell of them.
    Unknown,
    Nobody,
}

impl Left {
    fn any(is_anybody: bool) -> Left {
        if is_anybody { Left::Somebody } else { Left::Nobody }
    }
}

/// Of the active members of a group.
#[derive(Default)]
pub(super) struct MembersLeft {
    /// Whether one stays.
    pub(super) stays: bool,
    /// The id of one who leaves.
    pub(super) leaves: Option<String>,
}

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
        self.others_administer(rules, &before.id, &[Loses::between(before, after, &groups)]).await
    }

    /// The same, where a user leaves a group.
    pub(super) async fn keeps_an_administrator_group(
        &self,
        rules: &Rules<'_>,
        group: &GroupRecord,
        member: &UserRecord,
    ) -> Result<Option<Operation>, AdminError> {
        let loses = [Loses::group(Some(&member.provider), &group.name)];
        if !member.active {
            // They may be let in at the same time.
            return Ok(rules.administering(&loses).map(|_| Operation::Alone));
        }
        self.others_administer(rules, &member.id, &loses).await
    }

    /// The same, where several users leave a group at once: one of them is nobody who stays for another.
    pub(super) async fn keeps_an_administrator_without(
        &self,
        rules: &Rules<'_>,
        group: &GroupRecord,
        left: &[&UserRecord],
    ) -> Result<Option<Operation>, AdminError> {
        let Some((lost, others)) = rules.administering(&[Loses::group(None, &group.name)]) else {
            return Ok(None);
        };
        let mut loses = left.iter().filter(|user| lost.iter().any(|lost| *lost.provider == *user.provider));
        if !loses.clone().any(|user| user.active) {
            // They may be let in at the same time.
            return Ok(loses.next().map(|_| Operation::Alone));
        }
        for recipient in lost {
            if self.is_anybody_else(group, &recipient.provider, left).await? {
                return Ok(Some(Operation::Alone));
            }
        }
        for recipient in others {
            if self.counts(rules, recipient, "", false).await? {
                return Ok(Some(Operation::Alone));
            }
        }
        Err(AdminError::LastAdministrator)
    }

    /// Whether a group has an active member of a provider who is none of these.
    pub(super) async fn is_anybody_else(
        &self,
        group: &GroupRecord,
        provider: &str,
        left: &[&UserRecord],
    ) -> Result<bool, AdminError> {
        let left: BTreeSet<&str> = left.iter().map(|user| &*user.id).collect();
        Ok(self.members_left(group, provider, |id| left.contains(id)).await?.stays)
    }

    /// Whether an active member of a provider stays in a group, and one of those who leave.
    pub(super) async fn members_left(
        &self,
        group: &GroupRecord,
        provider: &str,
        leaves: impl Fn(&str) -> bool,
    ) -> Result<MembersLeft, AdminError> {
        let mut found = MembersLeft::default();
        let mut query = UserQuery {
            tenant: Some(group.tenant.clone()),
            provider: Some(provider.to_owned()),
            active: Some(true),
            group: Some(group.id.clone()),
            limit: MAX_PAGE,
            ..UserQuery::default()
        };
        loop {
            let members = self.store.reader().users(&query).await?;
            // Nobody signs in as somebody without a subject.
            for member in members.iter().filter(|member| member.subject.is_some()) {
                match leaves(&member.id) {
                    false => found.stays = true,
                    true if found.leaves.is_none() => found.leaves = Some(member.id.clone()),
                    true => {}
                }
            }
            let is_known = found.stays && found.leaves.is_some();
            let Some(last) = members.last().filter(|_| !is_known && members.len() >= MAX_PAGE as usize)
            else {
                return Ok(found);
            };
            query.after = Some((query.sort.key(last), last.id.clone()));
        }
    }

    pub(super) async fn others_administer(
        &self,
        rules: &Rules<'_>,
        id: &str,
        losses: &[Loses<'_>],
    ) -> Result<Option<Operation>, AdminError> {
        let Some((lost, others)) = rules.administering(losses) else { return Ok(None) };
        for (recipient, is_lost) in
            others.into_iter().map(|other| (other, false)).chain(lost.into_iter().map(|lost| (lost, true)))
        {
            if self.counts(rules, recipient, id, is_lost).await? {
                // Who stays may be taken out by another change at the same time.
                return Ok(Some(Operation::Alone));
            }
        }
        Err(AdminError::LastAdministrator)
    }

    /// Whether somebody is left by these rules to whom something is assigned. Where a provider is saying who its people are, it
    /// is nobody of whom it says nothing: they are gone, or called otherwise.
    pub(super) async fn counts(
        &self,
        rules: &Rules<'_>,
        recipient: &Recipient,
        user: &str,
        is_lost: bool,
    ) -> Result<bool, AdminError> {
        Ok(match self.left(rules.tenant(), recipient, user, is_lost).await? {
            Left::Somebody => true,
            Left::Nobody => false,
            Left::Unknown => match rules.provider() {
                Some(telling) => !self.is_told(telling, &recipient.provider).await?,
                None => true,
            },
        })
    }

    /// Whether it is said by SCIM or LDAP who a provider's people are: of the provider that is `telling`, where there are any;
    /// of another, where there are some who came so.
    async fn is_told(&self, telling: &str, provider: &str) -> Result<bool, AdminError> {
        let sources: &[Option<&str>] = if telling == provider { &[None] } else { &TOLD_BY };
        for source in sources {
            let (provider, source) = (Some(provider.to_owned()), source.map(str::to_owned));
            let users = UserQuery {
                provider: provider.clone(),
                source: source.clone(),
                limit: 1,
                ..UserQuery::default()
            };
            if !self.store.reader().users(&users).await?.is_empty() {
                return Ok(true);
            }
            let groups = GroupQuery { provider, source, limit: 1, ..GroupQuery::default() };
            if !self.store.reader().groups(&groups).await?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether somebody may be left to whom something is assigned, of whom tokens alone may tell.
    pub(super) async fn is_anybody(
        &self,
        tenant: &str,
        recipient: &Recipient,
        user: &str,
        is_lost: bool,
    ) -> Result<bool, AdminError> {
        Ok(self.left(tenant, recipient, user, is_lost).await? != Left::Nobody)
    }

    /// Who is left to whom something is assigned: nobody whom the directory refuses; and of a group that the directory knows,
    /// or by which the user loses it, another of its members.
    async fn left(
        &self,
        tenant: &str,
        recipient: &Recipient,
        user: &str,
        is_lost: bool,
    ) -> Result<Left, AdminError> {
        if recipient.is_account() {
            return Ok(Left::Somebody);
        }
        let reader = self.store.reader();
        let provider = &*recipient.provider;
        let known = match &recipient.who {
            Who::Group { group, .. } => {
                if reader.has_other_members(tenant, provider, group, user).await? {
                    return Ok(Left::Somebody);
                }
                let (tenant, name) = (Some(tenant.to_owned()), Some(group.to_string()));
                let named = GroupQuery { tenant, name, limit: MAX_PAGE, ..GroupQuery::default() };
                let named = reader.groups(&named).await?;
                let is_known = |known: &GroupRecord| {
                    known.name == **group && [provider, OWN_PROVIDER].contains(&&*known.provider)
                };
                let is_nobody = is_lost || named.iter().any(is_known);
                return Ok(if is_nobody { Left::Nobody } else { Left::Unknown });
            }
            _ if is_lost => return Ok(Left::Nobody),
            Who::Id { id, .. } => match reader.user_by_subject(provider, id).await? {
                None => {
                    let former = reader.former_user(tenant, provider, id).await?;
                    return Ok(
                        former.map_or(Left::Unknown, |former| Left::any(former.active && !former.is_deleted))
                    );
                }
                known => known,
            },
            Who::Login { login, .. } => reader.user_by_login(provider, login).await?,
        };
        Ok(known.map_or(Left::Unknown, |known| Left::any(known.tenant != tenant || known.active)))
    }
}

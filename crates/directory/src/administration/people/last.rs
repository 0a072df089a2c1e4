//! That somebody is left who may administer the installation.

use std::collections::{BTreeSet, HashSet};

use casemate_store::{GroupQuery, GroupRecord, MAX_PAGE, Operation, Still, UserQuery, UserRecord};

use super::rules::{Loses, Rules};
use crate::OWN_PROVIDER;
use crate::administration::Administration;
use crate::administration::error::AdminError;
use crate::policy::{Assignment, DEFAULT_TENANT, Recipient, Who};

/// Whether somebody administers by an assignment of today, and then no longer by one.
pub(super) fn takes<'a>(
    mut today: impl Iterator<Item = &'a Assignment>,
    then: impl Iterator<Item = &'a Assignment>,
) -> bool {
    let then: HashSet<&Recipient> = then.map(|assignment| &assignment.recipient).collect();
    today.any(|assignment| !then.contains(&assignment.recipient))
}

/// Who is left to whom something is assigned.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Left {
    Somebody(Stays),
    /// Somebody whom the directory does not know: tokens alone may tell of them.
    Unknown,
    Nobody,
}

/// Somebody who is left, and what has to stay as it was found for that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stays(Option<Still>);

impl Stays {
    /// Whoever is left whatever becomes of users.
    pub(super) const ANYHOW: Stays = Stays(None);

    pub(super) fn with(user: &UserRecord) -> Stays {
        Stays(Some(Still::User { id: user.id.clone(), revision: user.revision }))
    }

    /// What a change is to be made with that leaves them: who stays may be taken out by another change at the same time.
    pub(super) fn kept(self) -> Vec<Operation> {
        [Operation::Alone].into_iter().chain(self.0.map(Operation::Still)).collect()
    }
}

impl Left {
    fn if_active(user: &UserRecord, is_active: bool) -> Left {
        if is_active { Left::Somebody(Stays::with(user)) } else { Left::Nobody }
    }

    /// A user who comes, or stays.
    pub(super) fn user(user: &UserRecord) -> Left {
        Left::Somebody(Stays::with(user))
    }
}

/// Looks for somebody to whom something is assigned: first for whom the directory knows.
pub(super) struct Anybody<'a> {
    /// The provider that is saying who its people are, where one is.
    telling: Option<&'a str>,
    /// The providers of those whom the directory does not know.
    unknown: BTreeSet<&'a str>,
}

impl<'a> Anybody<'a> {
    pub(super) fn by(telling: Option<&'a str>) -> Anybody<'a> {
        Anybody { telling, unknown: BTreeSet::new() }
    }

    /// Who is left for certain of one to whom it is assigned; of whom tokens alone may tell is noted.
    pub(super) fn certain(&mut self, recipient: &'a Recipient, left: Left) -> Option<Stays> {
        match left {
            Left::Somebody(stays) => return Some(stays),
            Left::Unknown => drop(self.unknown.insert(&recipient.provider)),
            Left::Nobody => {}
        }
        None
    }
}

/// Of the active members of a group.
#[derive(Default)]
pub(super) struct MembersLeft {
    /// One who stays.
    pub(super) stays: Option<Stays>,
    /// The id of one who leaves.
    pub(super) leaves: Option<String>,
}

impl Administration {
    /// That somebody may administer the installation, where this user may no longer: they become `after`, or are deleted; or
    /// somebody is made known as a user who may not come in. Gives what the change is to be made with.
    pub(super) async fn leaves_an_administrator(
        &self,
        rules: &Rules<'_>,
        before: Option<&UserRecord>,
        after: Option<&UserRecord>,
    ) -> Result<Vec<Operation>, AdminError> {
        let groups = match before {
            Some(before) => self.groups_of_user(&before.id).await?,
            None => Vec::new(),
        };
        let id = before.map_or("", |before| &before.id);
        self.others_administer(rules, id, &Loses::of_change(before, after, &groups)).await
    }

    /// The same, where a user leaves a group.
    pub(super) async fn keeps_an_administrator_group(
        &self,
        rules: &Rules<'_>,
        group: &GroupRecord,
        member: &UserRecord,
    ) -> Result<Vec<Operation>, AdminError> {
        let loses = [Loses::group(Some(&member.provider), &group.name)];
        if !member.active {
            // They may be let in at the same time.
            return Ok(rules.administering(&loses).map(|_| Operation::Alone).into_iter().collect());
        }
        self.others_administer(rules, &member.id, &loses).await
    }

    /// The same, where several users leave a group at once: one of them is nobody who stays for another.
    pub(super) async fn keeps_an_administrator_without(
        &self,
        rules: &Rules<'_>,
        group: &GroupRecord,
        left: &[&UserRecord],
    ) -> Result<Vec<Operation>, AdminError> {
        let Some((lost, others)) = rules.administering(&[Loses::group(None, &group.name)]) else {
            return Ok(Vec::new());
        };
        let mut loses = left.iter().filter(|user| lost.iter().any(|lost| *lost.provider == *user.provider));
        if !loses.clone().any(|user| user.active) {
            // They may be let in at the same time.
            return Ok(loses.next().map(|_| Operation::Alone).into_iter().collect());
        }
        for recipient in lost {
            if let Some(stays) = self.anybody_else(group, &recipient.provider, left).await? {
                return Ok(stays.kept());
            }
        }
        self.anybody_of(rules, &others).await?.map(Stays::kept).ok_or(AdminError::LastAdministrator)
    }

    /// An active member of a group and of a provider who is none of these.
    pub(super) async fn anybody_else(
        &self,
        group: &GroupRecord,
        provider: &str,
        left: &[&UserRecord],
    ) -> Result<Option<Stays>, AdminError> {
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
                    false if found.stays.is_none() => found.stays = Some(Stays::with(member)),
                    false => {}
                    true if found.leaves.is_none() => found.leaves = Some(member.id.clone()),
                    true => {}
                }
            }
            let is_known = found.stays.is_some() && found.leaves.is_some();
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
    ) -> Result<Vec<Operation>, AdminError> {
        let Some((lost, others)) = rules.administering(losses) else { return Ok(Vec::new()) };
        let mut anybody = Anybody::by(rules.provider());
        for (recipient, is_lost) in
            others.into_iter().map(|other| (other, false)).chain(lost.into_iter().map(|lost| (lost, true)))
        {
            let left = self.left(DEFAULT_TENANT, recipient, id, is_lost).await?;
            if let Some(stays) = anybody.certain(recipient, left) {
                return Ok(stays.kept());
            }
        }
        self.any(anybody).await?.map(Stays::kept).ok_or(AdminError::LastAdministrator)
    }

    /// Somebody who is left by these rules to whom something is assigned.
    pub(super) async fn anybody_of(
        &self,
        rules: &Rules<'_>,
        recipients: &[&Recipient],
    ) -> Result<Option<Stays>, AdminError> {
        let mut anybody = Anybody::by(rules.provider());
        for recipient in recipients {
            let left = self.left(DEFAULT_TENANT, recipient, "", false).await?;
            if let Some(stays) = anybody.certain(recipient, left) {
                return Ok(Some(stays));
            }
        }
        self.any(anybody).await
    }

    /// Somebody whom the directory does not know, where nobody is whom it does. Where it is said by SCIM or LDAP who a provider's
    /// people are, it is nobody of whom the directory says nothing: they are gone, or called otherwise.
    pub(super) async fn any(&self, anybody: Anybody<'_>) -> Result<Option<Stays>, AdminError> {
        for provider in anybody.unknown {
            if !self.is_told(anybody.telling, provider).await? {
                return Ok(Some(Stays::ANYHOW));
            }
        }
        Ok(None)
    }

    /// Whether it is said by SCIM or LDAP who a provider's people are: of the provider that is `telling`, where there are any;
    /// of any, where there ever were some who came so. Who deletes the last of them has not given that up.
    async fn is_told(&self, telling: Option<&str>, provider: &str) -> Result<bool, AdminError> {
        let reader = self.store.reader();
        if telling == Some(provider) {
            let of = Some(provider.to_owned());
            let users = UserQuery { provider: of.clone(), limit: 1, ..UserQuery::default() };
            let groups = GroupQuery { provider: of, limit: 1, ..GroupQuery::default() };
            if !reader.users(&users).await?.is_empty() || !reader.groups(&groups).await?.is_empty() {
                return Ok(true);
            }
        }
        Ok(reader.was_provisioned(provider).await?)
    }

    /// Who is left to whom something is assigned: nobody whom the directory refuses; and of a group that the directory knows,
    /// or by which the user loses it, another of its members.
    pub(super) async fn left(
        &self,
        tenant: &str,
        recipient: &Recipient,
        user: &str,
        is_lost: bool,
    ) -> Result<Left, AdminError> {
        if recipient.is_account() {
            return Ok(Left::Somebody(Stays::ANYHOW));
        }
        let reader = self.store.reader();
        let provider = &*recipient.provider;
        let known = match &recipient.who {
            Who::Group { group, .. } => {
                if let Some(member) = reader.other_member(tenant, provider, group, user).await? {
                    return Ok(Left::user(&member));
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
                    let Some(former) = reader.former_user(tenant, provider, id).await? else {
                        return Ok(Left::Unknown);
                    };
                    let now = reader.user(&former.id).await?;
                    return Ok(now.map_or(Left::Nobody, |now| Left::if_active(&now, now.active)));
                }
                known => known,
            },
            Who::Login { login, .. } => reader.user_by_login(provider, login).await?,
        };
        let home = self.directory.state();
        let is_asked = |known: &UserRecord| [tenant, home.home_of(provider)].contains(&&*known.tenant);
        let known = known.filter(is_asked);
        Ok(known.map_or(Left::Unknown, |known| Left::if_active(&known, known.active)))
    }
}

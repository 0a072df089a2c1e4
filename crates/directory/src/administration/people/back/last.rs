//! That somebody is left who may administer the installation, after all are set back together.

use std::collections::{BTreeMap, BTreeSet};

use casemate_store::{GroupQuery, GroupRecord, MAX_PAGE, UserRecord};

use super::{Made, Turned};
use crate::OWN_PROVIDER;
use crate::administration::Administration;
use crate::administration::error::AdminError;
use crate::administration::people::last::{Anybody, Left, Stays};
use crate::directory::State;
use crate::policy::{DEFAULT_TENANT, Recipient, Who};

/// What is there afterwards of what is set back.
#[derive(Default)]
struct Afterwards<'a> {
    /// As they were, and as they are afterwards.
    users: BTreeMap<&'a str, (&'a UserRecord, Option<&'a UserRecord>)>,
    groups: BTreeMap<&'a str, Option<&'a GroupRecord>>,
    come: BTreeMap<&'a str, &'a [UserRecord]>,
    leave: BTreeMap<&'a str, &'a BTreeSet<String>>,
}

impl<'a> Afterwards<'a> {
    fn of(all: &'a [Turned]) -> Afterwards<'a> {
        let mut afterwards = Afterwards::default();
        for turned in all {
            match &turned.made {
                Made::User { before, after } => {
                    afterwards.users.insert(&before.id, (before, after.as_deref()));
                }
                Made::Group { id, after, come, leave } => {
                    afterwards.groups.insert(id, after.as_deref());
                    afterwards.come.insert(id, come);
                    afterwards.leave.insert(id, leave);
                }
            }
        }
        afterwards
    }

    fn may_be(&self, user: &UserRecord, provider: &str) -> bool {
        let user = match self.users.get(&*user.id) {
            Some((_, after)) => *after,
            None => Some(user),
        };
        // Nobody signs in as somebody without a subject.
        user.is_some_and(|user| user.active && user.subject.is_some() && user.provider == provider)
    }

    /// Somebody who is left; whoever is set back is so on the revision that they are at.
    fn stays(&self, user: &UserRecord) -> Stays {
        if self.users.contains_key(&*user.id) { Stays::ANYHOW } else { Stays::with(user) }
    }
}

impl Administration {
    /// Somebody who may administer the installation by a policy once all of this is done.
    pub(super) async fn somebody_administers(
        &self,
        then: &State,
        now: i64,
        all: &[Turned],
    ) -> Result<Option<Stays>, AdminError> {
        let afterwards = Afterwards::of(all);
        let mut anybody = Anybody::by(None);
        for assignment in then.snapshot.compiled().administering(now) {
            let left = self.left_afterwards(&afterwards, &assignment.recipient).await?;
            if let Some(stays) = anybody.certain(&assignment.recipient, left) {
                return Ok(Some(stays));
            }
        }
        self.any(anybody).await
    }

    async fn left_afterwards(
        &self,
        afterwards: &Afterwards<'_>,
        recipient: &Recipient,
    ) -> Result<Left, AdminError> {
        if recipient.is_account() {
            return Ok(Left::Somebody(Stays::ANYHOW));
        }
        let reader = self.store.reader();
        let provider = &*recipient.provider;
        let is_it = |user: &UserRecord| match &recipient.who {
            Who::Id { id, .. } => user.subject.as_deref() == Some(&**id),
            Who::Login { login, .. } => user.login == **login,
            Who::Group { .. } => false,
        };
        let known = match &recipient.who {
            Who::Group { group, .. } => {
                return self.member_afterwards(afterwards, provider, group).await;
            }
            Who::Id { id, .. } => reader.user_by_subject(provider, id).await?,
            Who::Login { login, .. } => reader.user_by_login(provider, login).await?,
        };
        let set_back = afterwards.users.values().filter_map(|(_, after)| *after);
        if let Some(user) = set_back.into_iter().find(|user| user.provider == provider && is_it(user)) {
            return Ok(match user.tenant != DEFAULT_TENANT || user.active {
                true => Left::Somebody(Stays::ANYHOW),
                false => Left::Nobody,
            });
        }
        match known {
            // Who was it is somebody else by then, or is not there.
            Some(known) if afterwards.users.contains_key(&*known.id) => Ok(Left::Nobody),
            _ => self.left(DEFAULT_TENANT, recipient, "", false).await,
        }
    }

    /// A member of a group that the directory knows who may come in; one that it does not know is the provider's.
    async fn member_afterwards(
        &self,
        afterwards: &Afterwards<'_>,
        provider: &str,
        name: &str,
    ) -> Result<Left, AdminError> {
        let is_called_so = |group: &GroupRecord| {
            group.name == name
                && group.tenant == DEFAULT_TENANT
                && [provider, OWN_PROVIDER].contains(&&*group.provider)
        };
        let query = GroupQuery {
            tenant: Some(DEFAULT_TENANT.to_owned()),
            name: Some(name.to_owned()),
            limit: MAX_PAGE,
            ..GroupQuery::default()
        };
        let named = self.store.reader().groups(&query).await?;
        let named: Vec<&GroupRecord> = named.iter().filter(|group| is_called_so(group)).collect();
        let set_back =
            afterwards.groups.values().filter_map(|after| *after).filter(|group| is_called_so(group));
        let others = named.iter().copied().filter(|group| !afterwards.groups.contains_key(&*group.id));
        let groups: Vec<&GroupRecord> = set_back.chain(others).collect();
        for group in &groups {
            let come = afterwards.come.get(&*group.id).copied().unwrap_or_default();
            if let Some(comes) = come.iter().find(|user| afterwards.may_be(user, provider)) {
                return Ok(Left::Somebody(afterwards.stays(comes)));
            }
            if let Some(stays) = self.kept_member(afterwards, group, provider).await? {
                return Ok(Left::Somebody(stays));
            }
        }
        Ok(if groups.is_empty() && named.is_empty() { Left::Unknown } else { Left::Nobody })
    }

    /// Somebody who belongs to a group today and still does, and may come in.
    async fn kept_member(
        &self,
        afterwards: &Afterwards<'_>,
        group: &GroupRecord,
        provider: &str,
    ) -> Result<Option<Stays>, AdminError> {
        let nobody = BTreeSet::new();
        let leave = afterwards.leave.get(&*group.id).copied().unwrap_or(&nobody);
        let leaving =
            self.store.reader().users_by_ids(&leave.iter().map(String::as_str).collect::<Vec<_>>()).await?;
        let others: Vec<&UserRecord> =
            leaving.iter().chain(afterwards.users.values().map(|(before, _)| *before)).collect();
        if let Some(stays) = self.anybody_else(group, provider, &others).await? {
            return Ok(Some(stays));
        }
        for (before, _) in afterwards.users.values() {
            if !afterwards.may_be(before, provider) || leave.contains(&before.id) {
                continue;
            }
            let belongs = self.store.reader().groups_of_one(&before.id).await?;
            if belongs.iter().any(|known| known.id == group.id) {
                return Ok(Some(Stays::ANYHOW));
            }
        }
        Ok(None)
    }
}

//! Who comes to a group and leaves it, so that its members by hand are who they were.

use std::collections::{BTreeMap, BTreeSet};

use casemate_store::{MemberEdit, UserRecord};

use super::member::MAX_MEMBERS;
use super::version::VersionState;
use crate::administration::Administration;
use crate::administration::error::AdminError;

/// Who comes to a group and leaves it, so that its members by hand are who they were.
#[derive(Default)]
pub(super) struct Turn {
    pub(super) come: Vec<UserRecord>,
    pub(super) leave: Vec<UserRecord>,
    pub(super) missing: Vec<String>,
    /// How many were not looked at, since as many as may be turn already.
    pub(super) rest: usize,
}

impl Turn {
    pub(super) fn len(&self) -> usize {
        self.come.len() + self.leave.len()
    }
}

impl Administration {
    /// Who has to come and to leave, all of them.
    pub(super) async fn turn(
        &self,
        tenant: &str,
        group: &str,
        wanted: VersionState,
    ) -> Result<Turn, AdminError> {
        let since = if wanted.before { wanted.revision.saturating_sub(1) } else { wanted.revision };
        let belonged = self.belonged(group, since).await?;
        if belonged.len() > MAX_MEMBERS {
            let reason = format!(
                "{} users came and went since, and at most {MAX_MEMBERS} are turned back at once: set it back to a \
                 newer version first",
                belonged.len()
            );
            return Err(AdminError::Unkeepable { pointer: "", reason });
        }
        self.turned(tenant, group, (since, belonged), MAX_MEMBERS).await
    }

    /// Who has to come and to leave so that the members are those of a revision, as many as may.
    pub(super) async fn turn_at_most(
        &self,
        (tenant, group): (&str, &str),
        revision: i64,
        most: usize,
    ) -> Result<Turn, AdminError> {
        let belonged = self.belonged(group, revision).await?;
        self.turned(tenant, group, (revision, belonged), most).await
    }

    /// Whether those who came or went since belonged to a group. What was made of the members since is taken back, the newest first.
    async fn belonged(&self, group: &str, since: i64) -> Result<BTreeMap<String, bool>, AdminError> {
        let mut belonged = BTreeMap::new();
        for MemberEdit { came, gone } in self.store.reader().member_edits_after(group, since).await? {
            belonged.extend(came.into_iter().map(|user| (user, false)));
            belonged.extend(gone.into_iter().map(|user| (user, true)));
        }
        Ok(belonged)
    }

    async fn turned(
        &self,
        tenant: &str,
        group: &str,
        (since, belonged): (i64, BTreeMap<String, bool>),
        most: usize,
    ) -> Result<Turn, AdminError> {
        let ids: Vec<&str> = belonged.keys().map(String::as_str).collect();
        let present = self.store.reader().members_by_hand(group, &ids).await?;
        let mut missing = self.deleted_since(group, since, &ids).await?;
        let mut turn = Turn::default();
        let differing: Vec<(&String, bool)> = belonged
            .iter()
            .map(|(id, belonged)| (id, *belonged))
            .filter(|(id, belonged)| *belonged != present.contains(*id))
            .collect();
        for some in differing.chunks(MAX_MEMBERS) {
            if turn.len() >= most {
                turn.rest += some.len();
                continue;
            }
            let ids: Vec<&str> = some.iter().map(|(id, _)| id.as_str()).collect();
            let mut users: BTreeMap<String, UserRecord> = BTreeMap::new();
            for user in self.store.reader().users_by_ids(&ids).await? {
                if user.tenant == tenant {
                    users.insert(user.id.clone(), user);
                }
            }
            for (id, belonged) in some {
                match (users.remove(*id), belonged) {
                    (Some(_), _) if turn.len() >= most => turn.rest += 1,
                    (Some(user), true) => turn.come.push(user),
                    (Some(user), false) => turn.leave.push(user),
                    (None, true) => drop(missing.insert((*id).clone())),
                    (None, false) => {}
                }
            }
        }
        turn.missing = missing.into_iter().collect();
        Ok(turn)
    }

    /// Who belonged to a group at a revision by hand, as far as its versions say, and was deleted since without having left it
    /// before. Of those whom later versions tell of it is known anyway.
    async fn deleted_since(
        &self,
        group: &str,
        revision: i64,
        known: &[&str],
    ) -> Result<BTreeSet<String>, AdminError> {
        let reader = self.store.reader();
        let mut belonged: BTreeSet<String> = BTreeSet::new();
        for MemberEdit { came, gone } in reader.member_edits_until(group, revision).await? {
            belonged.extend(came);
            for user in gone {
                belonged.remove(&user);
            }
        }
        for user in known {
            belonged.remove(*user);
        }
        let ids: Vec<&str> = belonged.iter().map(String::as_str).collect();
        let present = reader.members_by_hand(group, &ids).await?;
        let absent: Vec<&str> = ids.into_iter().filter(|id| !present.contains(*id)).collect();
        let there: BTreeSet<String> =
            reader.users_by_ids(&absent).await?.into_iter().map(|user| user.id).collect();
        Ok(absent.into_iter().filter(|id| !there.contains(*id)).map(str::to_owned).collect())
    }
}

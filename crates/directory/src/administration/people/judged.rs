//! Whether somebody is left who administers, where a provider says by SCIM or LDAP who its people are.

use std::collections::{BTreeSet, HashSet};

use casemate_store::{GroupQuery, GroupRecord, MAX_PAGE, MemberQuery, Operation, UserRecord};

use super::last::Stays;
use super::rules::{Loses, Rules, is_gone};
use crate::administration::Administration;
use crate::administration::error::AdminError;
use crate::policy::{Recipient, Who};
use crate::{DEFAULT_TENANT, OWN_PROVIDER};

/// The user or group that a change is of, as it was.
#[derive(Debug, Clone, Copy)]
pub enum Formerly<'a> {
    /// It is made.
    Nothing,
    /// A user.
    User(&'a UserRecord),
    /// A group.
    Group(&'a GroupRecord),
}

/// What a change takes from those who administer the installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// Nothing.
    Nothing,
    /// Somebody may administer no longer, and somebody else does; or it is about a group by which people administer. The
    /// change is to be made in a transaction without others: they might take out who is left.
    OneOfSeveral,
    /// Nobody would be left: it is not to be made.
    TheLast {
        /// The id of one who leaves the group that the change is of, and by whose staying somebody would be left.
        member: Option<String>,
    },
}

/// What a change was found to do.
#[derive(Debug, Clone)]
pub struct Judged {
    /// What it takes.
    pub taken: Taken,
    /// The revision of the policy that this is true on, where it depends on one: [`casemate_store::Commit::base`].
    pub base: Option<i64>,
    /// What the change is to be made with, so that it is not made once somebody else is not left any more.
    pub with: Vec<Operation>,
}

impl Judged {
    /// That nothing is taken, on whichever policy.
    pub const NOTHING: Judged = Judged { taken: Taken::Nothing, base: None, with: Vec::new() };

    fn of(what: Found, base: i64) -> Judged {
        let (taken, with) = match what {
            Found::Nothing => (Taken::Nothing, Vec::new()),
            Found::OneOfSeveral(with) => (Taken::OneOfSeveral, with),
            Found::TheLast { member } => (Taken::TheLast { member }, Vec::new()),
        };
        Judged { taken, base: Some(base), with }
    }
}

/// As [`Taken`], with what the change is to be made with.
enum Found {
    Nothing,
    OneOfSeveral(Vec<Operation>),
    TheLast { member: Option<String> },
}

impl Found {
    /// Whoever is taken may be let in at the same time, or is called by what administers from then on.
    fn alone() -> Found {
        Found::OneOfSeveral(vec![Operation::Alone])
    }
}

impl Administration {
    /// What a change of one user or group of a provider takes from those who administer, as things are at `now`, in
    /// microseconds since 1970 (UTC). Of most changes the policy alone says so; the database is asked where people stop being
    /// what something is assigned by to somebody who administers.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn judge(
        &self,
        formerly: Formerly<'_>,
        operations: &[Operation],
        now: i64,
    ) -> Result<Judged, AdminError> {
        let state = self.directory.state();
        let rules = |tenant, provider| Rules::of_provider(&state, tenant, provider, now);
        let found = match formerly {
            Formerly::Group(group) => {
                let edit = Edit::of(group, operations);
                if edit.is_empty() {
                    return Ok(Judged::NOTHING);
                }
                self.group_takes(&rules(&group.tenant, &group.provider), group, edit).await?
            }
            Formerly::User(_) | Formerly::Nothing => {
                let before = match formerly {
                    Formerly::User(user) => Some(user),
                    _ => None,
                };
                let Some(becomes) = operations.iter().find_map(Becomes::of) else {
                    return Ok(Judged::NOTHING);
                };
                let after = match becomes {
                    Becomes::This(user) => Some(user),
                    Becomes::Deleted => None,
                };
                let Some(user) = before.or(after) else {
                    return Ok(Judged::NOTHING);
                };
                let rules = rules(&user.tenant, &user.provider);
                let groups = match before {
                    Some(before) if leaves_groups(&rules, before, after) => {
                        self.groups_of_user(&before.id).await?
                    }
                    _ => Vec::new(),
                };
                let losses = Loses::of_change(before, after, &groups);
                if losses.is_empty() {
                    return Ok(Judged::NOTHING);
                }
                let id = before.map_or("", |before| &before.id);
                match self.others_administer(&rules, id, &losses).await {
                    Ok(with) if with.is_empty() => Found::Nothing,
                    Ok(with) => Found::OneOfSeveral(with),
                    // They administer by what they are called from now on.
                    Err(AdminError::LastAdministrator)
                        if after.is_some_and(|after| rules.is_administered_by(after)) =>
                    {
                        Found::alone()
                    }
                    Err(AdminError::LastAdministrator) => Found::TheLast { member: None },
                    Err(error) => return Err(error),
                }
            }
        };
        Ok(Judged::of(found, state.snapshot.revision()))
    }

    async fn group_takes(
        &self,
        rules: &Rules<'_>,
        group: &GroupRecord,
        mut edit: Edit<'_>,
    ) -> Result<Found, AdminError> {
        let loses = [Loses::group(Some(&group.provider), &group.name)];
        let Some((_, others)) = rules.administering(&loses) else {
            // Whoever leaves a group that is just getting such a name is to be judged anew.
            let is_named = edit.renamed.is_some_and(|name| rules.is_administered_by_group(name));
            return Ok(if is_named { Found::alone() } else { Found::Nothing });
        };
        let administers =
            |name: &str| rules.administering(&[Loses::group(Some(&group.provider), name)]).is_some();
        if edit.renamed.is_some_and(administers) {
            // Whoever stays in it administers by the new name.
            edit.is_whole = false;
        }
        self.without_those_who_stay(group, &mut edit).await?;
        let found = self.members_left(group, &group.provider, |id| edit.leaves(id)).await?;
        // Whoever is not active may be let in at the same time.
        let Some(member) = found.leaves else { return Ok(Found::alone()) };
        let mut stays = found.stays;
        if stays.is_none() {
            stays = self.comes(group, &edit).await?;
        }
        if stays.is_none() {
            stays = self.in_namesake(rules.tenant(), group).await?;
        }
        if stays.is_none() {
            stays = self.anybody_of(rules, &others).await?;
        }
        Ok(match stays {
            Some(stays) => Found::OneOfSeveral(stays.kept()),
            None => Found::TheLast { member: Some(member).filter(|_| !edit.is_whole) },
        })
    }

    /// Leaves out those of whom another source says that they are members.
    async fn without_those_who_stay(
        &self,
        group: &GroupRecord,
        edit: &mut Edit<'_>,
    ) -> Result<(), AdminError> {
        if edit.is_whole {
            return Ok(());
        }
        let mut query = MemberQuery { group: group.id.clone(), limit: MAX_PAGE, ..MemberQuery::default() };
        loop {
            let page = self.store.reader().members(&query).await?;
            for member in &page {
                if !edit.left.contains(&(&*member.user, &*member.source)) {
                    edit.stay.insert(member.user.clone());
                }
            }
            let Some(last) = page.last().filter(|_| page.len() >= MAX_PAGE as usize) else {
                return Ok(());
            };
            query.after = Some((last.user.clone(), last.source.clone()));
        }
    }

    /// One of those who come who may sign in, and is of the group's provider.
    async fn comes(&self, group: &GroupRecord, edit: &Edit<'_>) -> Result<Option<Stays>, AdminError> {
        if edit.is_whole {
            return Ok(None);
        }
        for id in &edit.came {
            let user = self.store.reader().user(id).await?.filter(|user| {
                user.active
                    && user.subject.is_some()
                    && user.provider == group.provider
                    && user.tenant == group.tenant
            });
            if let Some(user) = user {
                return Ok(Some(Stays::with(&user)));
            }
        }
        Ok(None)
    }

    /// Somebody in another group of the same name which counts for the provider's people.
    async fn in_namesake(&self, tenant: &str, group: &GroupRecord) -> Result<Option<Stays>, AdminError> {
        let (tenant, name) = (Some(tenant.to_owned()), Some(group.name.clone()));
        let query = GroupQuery { tenant, name, limit: MAX_PAGE, ..GroupQuery::default() };
        for other in self.store.reader().groups(&query).await? {
            let counts = [&*group.provider, OWN_PROVIDER].contains(&&*other.provider);
            if other.id == group.id || other.name != group.name || !counts {
                continue;
            }
            let members = self.members_left(&other, &group.provider, |_| false).await?;
            if members.stays.is_some() {
                return Ok(members.stays);
            }
        }
        Ok(None)
    }
}

/// What becomes of a user.
enum Becomes<'a> {
    This(&'a UserRecord),
    Deleted,
}

impl<'a> Becomes<'a> {
    fn of(operation: &'a Operation) -> Option<Becomes<'a>> {
        match operation {
            Operation::PutUser { user, .. } => Some(Becomes::This(user)),
            Operation::RemoveUser { .. } => Some(Becomes::Deleted),
            _ => None,
        }
    }
}

/// Who leaves a group, and who comes.
struct Edit<'a> {
    /// Whether all leave it, since it goes or is called otherwise.
    is_whole: bool,
    /// What it is called from now on, where that is something else.
    renamed: Option<&'a str>,
    /// Who no longer is a member, and which source said so.
    left: HashSet<(&'a str, &'a str)>,
    came: BTreeSet<&'a str>,
    /// Who is a member all the same.
    stay: HashSet<String>,
}

impl<'a> Edit<'a> {
    fn of(group: &GroupRecord, operations: &'a [Operation]) -> Edit<'a> {
        let mut edit = Edit {
            is_whole: false,
            renamed: None,
            left: HashSet::new(),
            came: BTreeSet::new(),
            stay: HashSet::new(),
        };
        for operation in operations {
            match operation {
                Operation::PutGroup { group: after, .. } if after.name != group.name => {
                    (edit.is_whole, edit.renamed) = (true, Some(&*after.name));
                }
                Operation::RemoveGroup { .. } => edit.is_whole = true,
                Operation::RemoveMember(member) => {
                    edit.left.insert((&member.user, &member.source));
                }
                Operation::AddMember(member) => {
                    edit.came.insert(&member.user);
                }
                _ => {}
            }
        }
        edit
    }

    fn is_empty(&self) -> bool {
        !self.is_whole && self.left.is_empty()
    }

    fn leaves(&self, user: &str) -> bool {
        self.is_whole || !(self.stay.contains(user) || self.came.contains(user))
    }
}

/// Whether somebody is no longer in groups by which people of their provider administer.
fn leaves_groups(rules: &Rules<'_>, before: &UserRecord, after: Option<&UserRecord>) -> bool {
    let by_group = |to: &Recipient| matches!(to.who, Who::Group { .. }) && *to.provider == *before.provider;
    before.active
        && rules.tenant() == DEFAULT_TENANT
        && is_gone(before, after)
        && rules.administrators().any(|held| by_group(&held.recipient))
}

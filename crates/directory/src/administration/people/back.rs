//! Setting users, groups and their members by hand back to a revision, all that were changed since, in one change with the
//! objects. Each obeys the rules of being set back, or deleted, by itself; what cannot be set back is left, with the reason.

mod group;
mod last;
mod user;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use casemate_store::{DeletedGroup, DirectoryKind, GroupRecord, Operation, PeopleSince, Then, UserRecord};
use serde::Serialize;

use super::last::takes;
use super::rules::Rules;
use crate::administration::Administration;
use crate::administration::entry::Author;
use crate::administration::error::AdminError;
use crate::administration::plan::PlannedChange;
use crate::administration::write::Told;
use crate::directory::State;

/// How many users and groups are set back at once.
pub const MAX_SET_BACK: usize = 1_000;

/// How many users come to groups and leave them at once, where several are set back.
const MAX_TURNED: usize = 10_000;

/// Which users and groups are set back with the objects.
#[derive(Debug, Clone)]
pub enum Covered {
    /// None.
    Nobody,
    /// All.
    Everybody,
    /// Those with these ids, each as what its author holds in its tenant allows, and while it is at the revision at which it was
    /// looked at: [`PersonBack::at`].
    Those(BTreeMap<String, (Arc<Author>, i64)>),
}

/// What setting back makes of a user or a group, or would.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonBack {
    /// The id.
    pub id: String,
    /// `create` of a group that was deleted, `update` or `delete`.
    pub verb: &'static str,
    /// The revision that it is at today; 0 where it is not there.
    #[serde(skip)]
    pub at: i64,
    /// What differs.
    #[serde(flatten)]
    pub change: PlannedChange,
    /// What it is called afterwards; as it is today where it is deleted.
    #[serde(skip)]
    pub becomes: String,
    /// Whether users come to the group.
    #[serde(skip)]
    pub come: bool,
    /// Whether users leave it.
    #[serde(skip)]
    pub leave: bool,
}

/// What could not be set back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Left {
    /// `user`, `group`, `group-member` for a user who does not come back to a group, or `people` for all users and groups.
    pub kind: &'static str,
    /// The id of the user or group; empty for all of them.
    pub id: String,
    /// The tenant.
    pub tenant: String,
    /// What it is called; of a member, what the group is called.
    pub name: String,
    /// Why it is as it was.
    pub reason: String,
    /// Whether it would have given what the author does not hold.
    #[serde(skip)]
    pub is_denied: bool,
}

/// All that is made of users and groups.
#[derive(Default)]
pub(in crate::administration) struct Back {
    pub(in crate::administration) operations: Vec<Operation>,
    pub(in crate::administration) told: Vec<Told>,
    pub(in crate::administration) people: Vec<PersonBack>,
    pub(in crate::administration) left: Vec<Left>,
    /// Whether it was found that somebody administers once all of this is done, and what comes with it.
    pub(in crate::administration) is_judged: bool,
}

/// What becomes of one of them.
struct Turned {
    back: PersonBack,
    operations: Vec<Operation>,
    told: Vec<Told>,
    /// Whether somebody may administer no longer by it.
    is_losing: bool,
    made: Made,
}

/// What is there afterwards.
enum Made {
    User { before: Box<UserRecord>, after: Option<Box<UserRecord>> },
    Group { id: String, after: Option<Box<GroupRecord>>, come: Vec<UserRecord>, leave: BTreeSet<String> },
}

/// One that is to be set back.
struct Wanted {
    kind: DirectoryKind,
    id: String,
    /// As it is today.
    today: Today,
    /// As it was; absent where it was not there.
    then: Option<String>,
}

enum Today {
    User(UserRecord),
    Group(GroupRecord),
    Deleted(DeletedGroup),
}

impl PersonBack {
    /// Whether the name of today is free afterwards.
    fn gives_up(&self) -> bool {
        self.verb == "update" && is_other_name(&self.change.name, &self.becomes)
    }
}

fn is_other_name(one: &str, other: &str) -> bool {
    casemate_store::name_key(one) != casemate_store::name_key(other)
}

impl Wanted {
    /// Whether it is called otherwise than it was then.
    fn gives_up(&self) -> bool {
        let name = match &self.today {
            Today::User(user) => &user.login,
            Today::Group(group) => &group.name,
            Today::Deleted(_) => return false,
        };
        self.then.is_some() && is_other_name(name, &named(self.then.as_deref()))
    }

    fn left(&self, reason: String) -> Left {
        let (tenant, name) = match &self.today {
            Today::User(user) => (&user.tenant, user.login.clone()),
            Today::Group(group) => (&group.tenant, group.name.clone()),
            Today::Deleted(group) => (&group.tenant, named(self.then.as_deref())),
        };
        let (kind, id, tenant) = (self.kind.as_str(), self.id.clone(), tenant.clone());
        Left { kind, id, tenant, name, reason, is_denied: false }
    }
}

/// How often it is thought out anew since one of those stays as it is whose name others are to get.
const ROUNDS: usize = 8;

/// What a user or a group is called by its document.
fn named(document: Option<&str>) -> String {
    let document = document.and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
    let name = document
        .as_ref()
        .and_then(|document| document.get("name").or_else(|| document.get("login"))?.as_str());
    name.unwrap_or_default().to_owned()
}

/// What each is thought out with.
struct Turning<'a> {
    revision: i64,
    covered: &'a Covered,
    author: &'a Author,
    /// The policy of today, and the one that comes with the same change, where that is another.
    today: &'a State,
    then: Option<&'a State>,
    /// The users and groups who are deleted, and those who get another name: the names of today are free.
    gone: BTreeSet<String>,
    /// The names that are taken by the same change.
    taken: BTreeSet<(&'static str, String, String)>,
    turned: usize,
    left: Vec<Left>,
}

impl<'a> Turning<'a> {
    /// The policy that is in force afterwards.
    fn then(&self) -> &'a State {
        self.then.unwrap_or(self.today)
    }

    /// Who answers for one of them, which is at this revision.
    fn author(&self, id: &str, at: i64) -> Result<&'a Author, AdminError> {
        match self.covered {
            Covered::Those(authors) => match authors.get(id) {
                Some((author, known)) if *known == at => Ok(author),
                _ => Err(AdminError::Precondition { current: at }),
            },
            Covered::Nobody | Covered::Everybody => Ok(self.author),
        }
    }

    /// The rules of today's policy and of the one that comes: what one of the two forbids is left.
    fn rules(&self, author: &'a Author, tenant: &'a str) -> Vec<Rules<'a>> {
        let states = [Some(self.today), self.then];
        states.into_iter().flatten().map(|state| Rules::new(author, state, tenant)).collect()
    }

    /// Takes a name, where no other of the same change has.
    fn take(&mut self, kind: &'static str, of: &str, name: &str) -> Result<(), AdminError> {
        match self.taken.insert((kind, of.to_owned(), casemate_store::name_key(name))) {
            true => Ok(()),
            false => Err(AdminError::NameTaken { kind, name: name.to_owned() }),
        }
    }
}

impl Administration {
    /// What makes users and groups what they were at a revision, where `then` is the policy that comes with the same change.
    pub(in crate::administration) async fn people_back<'a>(
        &self,
        author: &'a Author,
        (today, then): (&'a State, Option<&'a State>),
        revision: i64,
        covered: &'a Covered,
    ) -> Result<Back, AdminError> {
        if matches!(covered, Covered::Nobody) {
            return Ok(Back::default());
        }
        let reader = self.store.reader();
        let kept = reader.people_kept_since().await?;
        if revision < kept {
            let reason = format!(
                "what became of users and groups is known since revision {kept}: they are set back to that one or a newer one"
            );
            return Err(AdminError::PeopleUnkept { reason });
        }
        let most = u32::try_from(MAX_SET_BACK).unwrap_or(u32::MAX);
        let since = reader.people_since(revision, most + 1).await?;
        if since.len() > MAX_SET_BACK {
            let reason = format!(
                "more than {MAX_SET_BACK} users and groups were changed by hand since: set them back to a newer revision first"
            );
            return Err(AdminError::PeopleUnkept { reason });
        }
        let (wanted, left) = self.wanted_back(since).await?;
        let mut kept_by_rule = BTreeSet::new();
        // Who gives up the name of today, as far as it is known.
        let mut give_up: BTreeSet<String> =
            wanted.iter().filter(|one| one.gives_up()).map(|one| one.id.clone()).collect();
        let mut rounds = 0;
        let administering = |state: &'a State| state.snapshot.compiled().administering(author.now);
        let takes = then.is_some_and(|then| takes(administering(today), administering(then)));
        loop {
            let mut turning = Turning {
                revision,
                covered,
                author,
                today,
                then,
                gone: give_up.clone(),
                taken: BTreeSet::new(),
                turned: 0,
                left: left.clone(),
            };
            let turned = self.turned_back(&mut turning, &wanted, &kept_by_rule).await?;
            let renamed: BTreeSet<&str> = turned
                .iter()
                .filter(|turned| turned.back.gives_up())
                .map(|turned| &*turned.back.id)
                .collect();
            if give_up.iter().any(|id| !renamed.contains(&**id)) {
                rounds += 1;
                let still = give_up.iter().filter(|id| rounds < ROUNDS && renamed.contains(&***id));
                give_up = still.cloned().collect();
                continue;
            }
            let is_losing = turned.iter().any(|turned| turned.is_losing);
            let stays = match is_losing || takes {
                true => self.somebody_administers(turning.then(), author.now, &turned).await?,
                false => None,
            };
            if (is_losing || takes) && stays.is_none() {
                if !is_losing {
                    return Err(AdminError::LastAdministrator);
                }
                // Whoever administers stays as they are, and all others are set back.
                kept_by_rule.extend(
                    turned.into_iter().filter(|turned| turned.is_losing).map(|turned| turned.back.id),
                );
                continue;
            }
            let mut back = Back { left: turning.left, is_judged: true, ..Back::default() };
            for turned in turned {
                back.operations.extend(turned.operations);
                back.told.extend(turned.told);
                back.people.push(turned.back);
            }
            match stays {
                Some(stays) => back.operations.extend(stays.kept()),
                // Who is not active may be let in by another change at the same time.
                None if !back.people.is_empty() => back.operations.push(Operation::Alone),
                None => {}
            }
            return Ok(back);
        }
    }

    /// What is to be set back, with what it is today; and what cannot be.
    async fn wanted_back(&self, since: Vec<PeopleSince>) -> Result<(Vec<Wanted>, Vec<Left>), AdminError> {
        let reader = self.store.reader();
        let ids = |kind: DirectoryKind| -> Vec<&str> {
            since.iter().filter(|since| since.kind == kind).map(|since| &*since.id).collect()
        };
        let users = reader.users_by_ids(&ids(DirectoryKind::User)).await?;
        let mut users: BTreeMap<String, UserRecord> =
            users.into_iter().map(|user| (user.id.clone(), user)).collect();
        let deleted = reader.deleted_groups(&ids(DirectoryKind::Group)).await?;
        let mut deleted: BTreeMap<String, DeletedGroup> =
            deleted.into_iter().map(|group| (group.id.clone(), group)).collect();
        let (mut wanted, mut left) = (Vec::new(), Vec::new());
        for PeopleSince { kind, id, then } in since {
            let today = match kind {
                DirectoryKind::User => users.remove(&id).map(Today::User),
                DirectoryKind::Group => match deleted.remove(&id) {
                    Some(deleted) => Some(Today::Deleted(deleted)),
                    None => reader.group(&id).await?.map(Today::Group),
                },
            };
            let Some(today) = today else {
                if then == Then::Deleted {
                    let reason = "they were deleted, and nothing is kept of whoever is deleted".to_owned();
                    let (tenant, name) = (String::new(), String::new());
                    left.push(Left { kind: "user", id, tenant, name, reason, is_denied: false });
                }
                continue;
            };
            let is_deleted = matches!(today, Today::Deleted(_));
            let mut one = Wanted { kind, id, today, then: None };
            match then {
                Then::Document(document) => one.then = Some(document),
                Then::Absent if is_deleted => continue,
                Then::Absent => {}
                Then::Deleted | Then::Forgotten => {
                    left.push(one.left("the versions of then are not kept any more".to_owned()));
                    continue;
                }
            }
            wanted.push(one);
        }
        Ok((wanted, left))
    }

    /// What becomes of each: first those who are deleted, since their names are free from then on.
    async fn turned_back(
        &self,
        turning: &mut Turning<'_>,
        wanted: &[Wanted],
        kept_by_rule: &BTreeSet<String>,
    ) -> Result<Vec<Turned>, AdminError> {
        let mut all = Vec::new();
        let (stay, go): (Vec<&Wanted>, Vec<&Wanted>) = wanted.iter().partition(|one| one.then.is_some());
        for one in go.into_iter().chain(stay) {
            if kept_by_rule.contains(&one.id) {
                turning.left.push(one.left(AdminError::LastAdministrator.to_string()));
                continue;
            }
            let turned = match (&one.today, &one.then) {
                (Today::User(user), None) => self.user_gone(turning, user).await.map(Some),
                (Today::User(user), Some(then)) => self.user_back(turning, one, user, then).await,
                (Today::Group(group), None) => self.group_gone(turning, group).map(Some),
                (Today::Group(group), Some(then)) => {
                    self.group_back(turning, one, (&group.tenant, Some(group)), then).await
                }
                (Today::Deleted(group), Some(then)) => {
                    self.group_back(turning, one, (&group.tenant, None), then).await
                }
                (Today::Deleted(_), None) => Ok(None),
            };
            match turned {
                Ok(Some(turned)) => {
                    if one.then.is_none() {
                        turning.gone.insert(one.id.clone());
                    }
                    all.push(turned);
                }
                Ok(None) => {}
                Err(error @ AdminError::Unavailable(_)) => return Err(error),
                Err(error) => {
                    let is_denied = matches!(error, AdminError::Beyond { .. });
                    turning.left.push(Left { is_denied, ..one.left(error.to_string()) });
                }
            }
        }
        Ok(all)
    }
}

//! Versions of users and groups, and setting back to them. A version is kept with each change by hand; what providers say of
//! people has none, since they say it again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use casemate_store::{
    DirectoryEdit, DirectoryKind, DirectoryVersion, GroupQuery, GroupRecord, MemberEdit, Operation,
    UserRecord,
};
use serde_json::Value;

use super::draft::{GroupDraft, UserDraft};
use super::member::by_hand;
use super::rules::{Gains, Loses, Rules};
use super::told::{shown_group, shown_user, told};
use super::turn::Turn;
use super::{Proposal, group::Becoming};
use crate::OWN_PROVIDER;
use crate::administration::Administration;
use crate::administration::change::differences;
use crate::administration::entry::Author;
use crate::administration::error::AdminError;
use crate::directory::State;

/// Which state of a user or group is meant: the one that a version made, or the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VersionState {
    /// The version's revision.
    pub revision: i64,
    /// Whether what was before it is meant.
    pub before: bool,
}

/// What setting a user or group back made of it, or would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// The revision that it is at.
    pub revision: i64,
    /// What differs, one line for each difference: `+` and `-` before what comes and what goes.
    pub changes: Vec<String>,
    /// Who comes to a group and leaves it, likewise.
    pub members: Vec<String>,
    /// The ids of members of then who are not there any more, and are left out.
    pub missing: Vec<String>,
}

/// The version that a change by hand of a user makes.
pub(in crate::administration) fn kept_user(
    verb: &str,
    restored: Option<i64>,
    before: Option<&UserRecord>,
    after: &UserRecord,
) -> Operation {
    let shown = |user: &UserRecord| shown_user(user).to_string();
    kept((DirectoryKind::User, &after.id), verb, restored, before.map(shown), Some(shown(after)))
}

/// The version that a change by hand of a group, or of its members, makes.
pub(super) fn kept_group(
    verb: &str,
    restored: Option<i64>,
    before: Option<&GroupRecord>,
    after: &GroupRecord,
) -> Operation {
    let shown = |group: &GroupRecord| shown_group(group).to_string();
    kept((DirectoryKind::Group, &after.id), verb, restored, before.map(shown), Some(shown(after)))
}

/// The version that a deletion by hand of a user makes: that they are gone, and nothing of who they were.
pub(super) fn kept_deleted_user(id: &str, restored: Option<i64>) -> Operation {
    kept((DirectoryKind::User, id), "delete", restored, None, None)
}

/// The version that a deletion by hand of a group makes.
pub(super) fn kept_deleted_group(group: &GroupRecord, restored: Option<i64>) -> Operation {
    let before = Some(shown_group(group).to_string());
    kept((DirectoryKind::Group, &group.id), "delete", restored, before, None)
}

fn kept(
    (kind, id): (DirectoryKind, &str),
    verb: &str,
    restored: Option<i64>,
    before: Option<String>,
    after: Option<String>,
) -> Operation {
    let (id, verb) = (id.to_owned(), verb.to_owned());
    Operation::KeepVersion(Box::new(DirectoryEdit { kind, id, verb, restored, before, after }))
}

/// How a user or group differs from what it was, one line for each difference.
#[must_use]
pub fn directory_differences(edit: &DirectoryEdit, members: &MemberEdit) -> Vec<String> {
    let mut lines = documents_differ(edit.before.as_deref(), edit.after.as_deref());
    lines.extend(members.gone.iter().map(|user| format!("- member: {user}")));
    lines.extend(members.came.iter().map(|user| format!("+ member: {user}")));
    lines
}

pub(super) fn documents_differ(before: Option<&str>, after: Option<&str>) -> Vec<String> {
    let members = |side: Option<&str>| -> BTreeMap<String, Value> {
        let members: Option<BTreeMap<String, Value>> = side.and_then(|text| serde_json::from_str(text).ok());
        let mut members = members.unwrap_or_default();
        members.retain(|_, value| !value.is_null());
        members
    };
    let (before, after) = (members(before), members(after));
    let mut lines = Vec::new();
    for name in before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
        differences(name, before.get(name), after.get(name), &mut lines);
    }
    lines
}

impl Administration {
    /// One version of a user or group.
    ///
    /// # Errors
    /// Where it is not there, and where the database cannot be read.
    pub async fn directory_version(
        &self,
        kind: DirectoryKind,
        id: &str,
        revision: i64,
    ) -> Result<(DirectoryVersion, DirectoryEdit, MemberEdit), AdminError> {
        let found = self.store.reader().directory_version(kind, id, revision).await?;
        found.ok_or(AdminError::NotFound("version"))
    }

    /// A user as they were at a version, as a change would say it.
    ///
    /// # Errors
    /// Where there is no such version, or nothing before it.
    pub async fn user_draft_at(&self, id: &str, state: VersionState) -> Result<UserDraft, AdminError> {
        user_draft(&self.document_at(DirectoryKind::User, id, state).await?)
    }

    /// A group as it was at a version, as a change would say it.
    ///
    /// # Errors
    /// Where there is no such version, or nothing before it.
    pub async fn group_draft_at(&self, id: &str, state: VersionState) -> Result<GroupDraft, AdminError> {
        read(&self.document_at(DirectoryKind::Group, id, state).await?)
    }

    async fn document_at(
        &self,
        kind: DirectoryKind,
        id: &str,
        VersionState { revision, before }: VersionState,
    ) -> Result<String, AdminError> {
        let (_, edit, _) = self.directory_version(kind, id, revision).await?;
        let (side, reason) = match before {
            true => (edit.before, "nothing was there before this version: it made it"),
            false => (edit.after, "nothing was there after this version: it deleted it"),
        };
        side.ok_or_else(|| AdminError::Unkeepable { pointer: "/to", reason: reason.to_owned() })
    }

    /// Sets a user back to a version, by a new change that goes through all checks of an ordinary one; with `dry_run` it is
    /// only said what that would be. Nobody who is not active becomes so by it; and what a source says of its users of who they
    /// are, and whether they are active, stays as it says.
    ///
    /// # Errors
    /// As of [`Administration::update_user`], and where there is no such version.
    pub async fn restore_user(
        &self,
        author: &Author,
        tenant: &str,
        (id, expected): (&str, i64),
        wanted: VersionState,
        dry_run: bool,
    ) -> Result<Restored, AdminError> {
        let mut draft = self.user_draft_at(id, wanted).await?;
        let today = self.user(tenant, id).await?.ok_or(AdminError::NotFound("user"))?;
        stay_who_they_are(&mut draft, &today);
        let becoming = (id, Some(expected), Some(wanted.revision));
        let state = self.latest().await?;
        let proposal = self.proposed_user(&state, author, tenant, becoming, &draft).await?;
        let changes = told_changes(&proposal);
        if changes.is_empty() || dry_run {
            self.name_is_free(&proposal).await?;
            return Ok(Restored { revision: expected, changes, members: Vec::new(), missing: Vec::new() });
        }
        let draft = &draft;
        let revision = self
            .change_people(author, |state| {
                Box::pin(async move { self.proposed_user(&state, author, tenant, becoming, draft).await })
            })
            .await?;
        Ok(Restored { revision, changes, members: Vec::new(), missing: Vec::new() })
    }

    /// Sets a group back to a version, with the members whom it had by hand; else as [`Administration::restore_user`].
    ///
    /// # Errors
    /// As of [`Administration::update_group`], [`Administration::add_members`] and [`Administration::remove_member`], where there
    /// is no such version, and where more than [`MAX_MEMBERS`](super::MAX_MEMBERS) users came and went since.
    pub async fn restore_group(
        &self,
        author: &Author,
        tenant: &str,
        (id, expected): (&str, i64),
        wanted: VersionState,
        dry_run: bool,
    ) -> Result<Restored, AdminError> {
        let draft = self.group_draft_at(id, wanted).await?;
        let state = self.latest().await?;
        let becoming = Becoming { id, expected: Some(expected), restored: Some(wanted.revision) };
        let (proposal, turn) = self.proposed_turn(&state, author, tenant, becoming, &draft, wanted).await?;
        let changes = told_changes(&proposal);
        let mut members: Vec<String> =
            turn.leave.iter().map(|user| format!("- member: {}", user.id)).collect();
        members.extend(turn.come.iter().map(|user| format!("+ member: {}", user.id)));
        let missing = turn.missing;
        if (changes.is_empty() && members.is_empty()) || dry_run {
            self.name_is_free(&proposal).await?;
            return Ok(Restored { revision: expected, changes, members, missing });
        }
        let draft = &draft;
        let thought_out = std::sync::Mutex::new(Some((state.snapshot.revision(), proposal)));
        let revision = self
            .change_people(author, |state| {
                // What was thought out already is, unless something was changed meanwhile.
                let mut first = thought_out.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let first = first.take().filter(|(revision, _)| *revision == state.snapshot.revision());
                Box::pin(async move {
                    if let Some((_, proposal)) = first {
                        return Ok(proposal);
                    }
                    let turned = self.proposed_turn(&state, author, tenant, becoming, draft, wanted).await;
                    turned.map(|(proposal, _)| proposal)
                })
            })
            .await?;
        Ok(Restored { revision, changes, members, missing })
    }

    /// Whether setting a group back puts users into it, and whether it takes some out.
    ///
    /// # Errors
    /// As of [`Administration::restore_group`].
    pub async fn turns_members(
        &self,
        tenant: &str,
        group: &str,
        wanted: VersionState,
    ) -> Result<(bool, bool), AdminError> {
        let Turn { come, leave, missing, .. } = self.turn(tenant, group, wanted).await?;
        Ok((!come.is_empty() || !missing.is_empty(), !leave.is_empty()))
    }

    async fn latest(&self) -> Result<Arc<State>, AdminError> {
        self.directory.refresh().await?;
        Ok(self.directory.state())
    }

    /// A group's change with that of its members.
    async fn proposed_turn(
        &self,
        state: &State,
        author: &Author,
        tenant: &str,
        becoming: Becoming<'_>,
        draft: &GroupDraft,
        wanted: VersionState,
    ) -> Result<(Proposal, Turn), AdminError> {
        let expected = becoming.expected.unwrap_or_default();
        let before = self.group_at(tenant, becoming.id, expected).await?;
        let mut proposal = self.proposed_group(state, author, tenant, becoming, draft).await?;
        let turn = self.turn(tenant, becoming.id, wanted).await?;
        let rules = Rules::new(author, state, tenant);
        let mut providers = BTreeSet::new();
        for user in &turn.come {
            if providers.insert(&*user.provider) {
                rules.gains(&Gains::group(Some(&user.provider), &draft.name))?;
            }
            proposal.operations.push(Operation::AddMember(by_hand(&before.id, &user.id)));
            proposal.told.push(self.told_member("add", tenant, &before.id, user));
        }
        let leaving: Vec<&str> = turn.leave.iter().map(|user| &*user.id).collect();
        let stay = self.store.reader().members_by_others(&before.id, &leaving).await?;
        let (mut left, mut providers) = (Vec::new(), BTreeSet::new());
        for user in &turn.leave {
            // Whoever belongs to it as another source says too loses nothing.
            if !stay.contains(&user.id) {
                if providers.insert(&*user.provider) {
                    rules.loses(&Loses::group(Some(&user.provider), &before.name))?;
                }
                left.push(user);
            }
            proposal.operations.push(Operation::RemoveMember(by_hand(&before.id, &user.id)));
            proposal.told.push(self.told_member("remove", tenant, &before.id, user));
        }
        let alone = match left.as_slice() {
            [] => Vec::new(),
            [one] => self.keeps_an_administrator_group(&rules, &before, one).await?,
            many => self.keeps_an_administrator_without(&rules, &before, many).await?,
        };
        proposal.operations.extend(alone);
        Ok((proposal, turn))
    }

    pub(super) fn told_member(
        &self,
        verb: &'static str,
        tenant: &str,
        group: &str,
        user: &UserRecord,
    ) -> crate::administration::write::Told {
        let shown = Some(serde_json::json!({ "user": user.id, "login": user.login }).to_string());
        let (before, after) = if verb == "add" { (None, shown) } else { (shown, None) };
        told("group-member", verb, tenant, group, before, after)
    }

    /// That nobody else has a name that is to be taken: what the store says of a change, of one that is not made.
    async fn name_is_free(&self, proposal: &Proposal) -> Result<(), AdminError> {
        let reader = self.store.reader();
        for operation in &proposal.operations {
            match operation {
                Operation::PutUser { user, .. } => {
                    let named = reader.user_by_login(&user.provider, &user.login).await?;
                    if named.is_some_and(|other| other.id != user.id) {
                        return Err(AdminError::NameTaken { kind: "user", name: user.login.clone() });
                    }
                    let Some(subject) = &user.subject else { continue };
                    let called = reader.user_by_subject(&user.provider, subject).await?;
                    if called.is_some_and(|other| other.id != user.id) {
                        let kind = "user with the subject";
                        return Err(AdminError::NameTaken { kind, name: subject.clone() });
                    }
                }
                Operation::PutGroup { group, .. } => {
                    let query = GroupQuery {
                        tenant: Some(group.tenant.clone()),
                        provider: Some(group.provider.clone()),
                        name: Some(group.name.clone()),
                        limit: 1,
                        ..GroupQuery::default()
                    };
                    let named = reader.groups(&query).await?;
                    if named.iter().any(|other| other.id != group.id) {
                        return Err(AdminError::NameTaken { kind: "group", name: group.name.clone() });
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Keeps of a user what setting them back does not change: that they left, and who a source says that they are.
pub(super) fn stay_who_they_are(draft: &mut UserDraft, today: &UserRecord) {
    draft.active &= today.active;
    if today.source.is_empty() {
        return;
    }
    draft.active = today.active;
    draft.login.clone_from(&today.login);
    draft.provider = Some(today.provider.clone());
    // Who is called nothing stays so; Casemate calls its own users by their ids.
    let called = || today.subject.clone().unwrap_or_default();
    draft.subject = (today.provider != OWN_PROVIDER).then(called);
}

/// What differs by a change, as its own event tells it.
fn told_changes(proposal: &Proposal) -> Vec<String> {
    let told = proposal.told.first();
    told.map_or_else(Vec::new, |told| documents_differ(told.before.as_deref(), told.after.as_deref()))
}

/// A user as their document says, as a change would say it.
pub(super) fn user_draft(document: &str) -> Result<UserDraft, AdminError> {
    let mut draft: UserDraft = read(document)?;
    if draft.subject.is_none() && draft.provider.as_deref() != Some(OWN_PROVIDER) {
        // Who was called nothing is called nothing again.
        draft.subject = Some(String::new());
    }
    Ok(draft)
}

pub(super) fn read<D: serde::de::DeserializeOwned>(document: &str) -> Result<D, AdminError> {
    serde_json::from_str(document).map_err(|error| AdminError::Unavailable(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn then() -> UserDraft {
        read(r#"{"login":"old","provider":"corp","subject":"s1","active":true,"email":"a@example.com"}"#)
            .unwrap()
    }

    #[test]
    fn nobody_who_left_comes_back_by_being_set_back() {
        let user = |source: &str, active| UserRecord {
            provider: "corp".to_owned(),
            subject: Some("s2".to_owned()),
            login: "new".to_owned(),
            source: source.to_owned(),
            active,
            ..UserRecord::default()
        };
        let turned = |today: &UserRecord| {
            let mut draft = then();
            stay_who_they_are(&mut draft, today);
            assert_eq!(draft.email.as_deref(), Some("a@example.com"));
            (draft.login, draft.subject.unwrap_or_default(), draft.active)
        };
        let (old, new) = (("old".to_owned(), "s1".to_owned()), ("new".to_owned(), "s2".to_owned()));
        assert_eq!(turned(&user("", true)), (old.0.clone(), old.1.clone(), true));
        assert_eq!(turned(&user("", false)), (old.0, old.1, false));
        assert_eq!(turned(&user("scim", true)), (new.0.clone(), new.1.clone(), true));
        assert_eq!(turned(&user("scim", false)), (new.0, new.1, false));
    }
}

//! Groups and their members.

use std::collections::BTreeSet;

use casemate_ldap::{Entry, FoundGroup, Removal, dn_key};
use casemate_store::{GroupQuery, GroupRecord, MAX_PAGE, MemberQuery, Membership, Operation};
use serde_json::{Value, json};

use crate::SOURCE;
use crate::changes::{Change, Verb, Was};
use crate::reading::Pages;
use crate::report::Withheld;
use crate::run::{Run, SyncError, new_id};

/// The most members that come or leave in one change.
const MEMBERS: usize = 10_000;

/// Groups that had members and came without any.
#[derive(Default)]
pub(crate) struct Emptied {
    groups: Vec<(GroupRecord, FoundGroup)>,
    members: u64,
}

impl Run<'_> {
    /// Reads the groups that fit a filter, and writes those that are other than they were. Where what changed alone is read,
    /// names of users that did not have to be known first.
    pub(crate) async fn pull_groups(&mut self, filter: &str, removal: Removal) -> Result<(), SyncError> {
        if self.source.config.nested_groups {
            return self.pull_nested_groups(filter, removal).await;
        }
        let attributes = self.mapping.group_attributes();
        let base = self.source.config.group_base.clone().unwrap_or_else(|| self.source.config.base.clone());
        let mut pages = Pages::of(&base, filter, &attributes);
        let mut are_names_known = self.report.full;
        let mut emptied = Emptied::default();
        while let Some(entries) = self.reading.next(&mut pages).await? {
            self.renew().await?;
            if !entries.is_empty() && !are_names_known {
                self.know_names().await?;
                are_names_known = true;
            }
            for entry in &entries {
                self.note_mark(entry);
                self.group_of(entry, &mut emptied).await?;
            }
        }
        self.changes.flush(&mut self.report).await?;
        self.empty_groups(removal, emptied).await
    }

    /// Takes all members out of groups that came without any; none, where these are more than may leave: without the right to
    /// read who the members are, all groups look so.
    pub(crate) async fn empty_groups(&mut self, removal: Removal, emptied: Emptied) -> Result<(), SyncError> {
        if emptied.members == 0 {
            return Ok(());
        }
        let known = self.count_members().await?;
        // A directory that told of these groups is not empty.
        if let Err(many) = removal.check(known, emptied.members, 1) {
            self.report.members_withheld = Some(Withheld { gone: many.gone, most: many.most });
            return Ok(());
        }
        for (before, found) in emptied.groups {
            self.renew().await?;
            let now = self.members_of(&before.id).await?;
            self.write_group(Some(before), &found, (&BTreeSet::new(), now)).await?;
        }
        self.changes.flush(&mut self.report).await
    }

    /// How many members the groups of this provider have, as its directory says.
    async fn count_members(&self) -> Result<u64, SyncError> {
        let (mut query, mut members) = (self.kept_groups(), 0);
        loop {
            let page = self.store.reader().groups(&query).await?;
            query.after = page.last().map(|last| (query.sort.key(last), last.id.clone()));
            for group in &page {
                members += self.store.reader().count_members(&group.id).await?;
            }
            if page.len() < MAX_PAGE as usize {
                return Ok(members);
            }
        }
    }

    async fn group_of(&mut self, entry: &Entry, emptied: &mut Emptied) -> Result<(), SyncError> {
        match self.group_read(entry).await? {
            Some((before, found)) => self.group_found(before, found, emptied).await,
            None => Ok(()),
        }
    }

    /// A group with all its members, and as it is kept; nothing, where the entry is of no use or came before.
    pub(crate) async fn group_read(
        &mut self,
        entry: &Entry,
    ) -> Result<Option<(Option<GroupRecord>, FoundGroup)>, SyncError> {
        let id = match self.mapping.id_of(entry) {
            Ok(id) => id,
            Err(error) => {
                self.report.skip(error.to_string());
                return Ok(None);
            }
        };
        if !self.seen_groups.insert(id.as_str().into()) {
            return Ok(None);
        }
        let query = GroupQuery { external_id: Some(id), limit: 2, ..self.kept_groups() };
        let before = self.store.reader().groups(&query).await?.pop();
        let read = self.mapping.group(entry).or_else(|error| {
            self.report.skip(error.to_string());
            // Who left it left it, whatever is wrong with its name.
            before.as_ref().map_or(Err(error), |before| self.mapping.group_called(entry, &before.name))
        });
        let Ok(mut found) = read else { return Ok(None) };
        self.report.groups.found += 1;
        if found.part.is_some() {
            let rest = self.reading.rest(&found.dn, &self.mapping.member, found.part).await?;
            found.members.extend(rest);
        }
        Ok(Some((before, found)))
    }

    /// Writes a group with its members; one that came without any is left to the end.
    pub(crate) async fn group_found(
        &mut self,
        before: Option<GroupRecord>,
        found: FoundGroup,
        emptied: &mut Emptied,
    ) -> Result<(), SyncError> {
        let now = match &before {
            Some(before) => self.members_of(&before.id).await?,
            None => BTreeSet::new(),
        };
        match before {
            Some(before) if found.members.is_empty() && !now.is_empty() => {
                emptied.members += now.len() as u64;
                emptied.groups.push((before, found));
                Ok(())
            }
            before => {
                let wanted: BTreeSet<String> = found
                    .members
                    .iter()
                    .filter_map(|member| self.by_dn.get(&dn_key(member)))
                    .filter(|user| !self.changes.refused.contains(*user))
                    .cloned()
                    .collect();
                self.write_group(before, &found, (&wanted, now)).await
            }
        }
    }

    async fn write_group(
        &mut self,
        before: Option<GroupRecord>,
        found: &FoundGroup,
        (wanted, now): (&BTreeSet<String>, BTreeSet<String>),
    ) -> Result<(), SyncError> {
        let id = match &before {
            Some(before) => before.id.clone(),
            None => new_id("grp_")?,
        };
        let member =
            |user: &String| Membership { group: id.clone(), user: user.clone(), source: SOURCE.to_owned() };
        let left = now
            .iter()
            .filter(|user| !wanted.contains(*user) && !self.is_left(user))
            .map(|user| Operation::RemoveMember(member(user)));
        let came =
            wanted.iter().filter(|user| !now.contains(*user)).map(|user| Operation::AddMember(member(user)));
        let mut members: Vec<Operation> = left.chain(came).collect();
        let after = self.group_record(before.as_ref(), &id, found);
        let mut verb = if before.is_some() { Verb::Update } else { Verb::Create };
        let mut put =
            (before.as_ref().is_none_or(|before| !is_same(before, &after))).then(|| Operation::PutGroup {
                group: Box::new(after.clone()),
                expected: Some(before.as_ref().map_or(0, |before| before.revision)),
            });
        while put.is_some() || !members.is_empty() {
            let some: Vec<Operation> = members.drain(..members.len().min(MEMBERS)).collect();
            let removed =
                some.iter().filter(|operation| matches!(operation, Operation::RemoveMember(_))).count();
            let (added, removed) = ((some.len() - removed) as u64, removed as u64);
            let mut told = shown(&after);
            if let Some(told) = told.as_object_mut() {
                told.insert("members_added_count".to_owned(), added.into());
                told.insert("members_removed_count".to_owned(), removed.into());
            }
            let change = Change {
                of_user: false,
                verb,
                id: id.clone(),
                named: found.dn.clone(),
                before: before.as_ref().map(shown),
                after: Some(told),
                operations: put.take().into_iter().chain(some).collect(),
                was: before.clone().map(|before| Was::Group(Box::new(before))),
                members_added: added,
                members_removed: removed,
            };
            verb = Verb::Update;
            self.changes.add(change, &mut self.report).await?;
        }
        Ok(())
    }

    /// Whether a user who is gone was left as they are.
    fn is_left(&self, user: &str) -> bool {
        self.withheld.contains(user) || self.changes.kept.contains(user)
    }

    fn group_record(&self, before: Option<&GroupRecord>, id: &str, found: &FoundGroup) -> GroupRecord {
        let now = self.by.now;
        GroupRecord {
            id: id.to_owned(),
            tenant: self.source.config.tenant.clone(),
            provider: self.source.provider.clone(),
            name: found.name.clone(),
            external_id: Some(found.id.clone()),
            source: SOURCE.to_owned(),
            scim: Some(json!({ "dn": found.dn }).to_string()),
            revision: 0,
            created_at: before.map_or(now, |before| before.created_at),
            updated_at: now,
        }
    }

    async fn members_of(&self, group: &str) -> Result<BTreeSet<String>, SyncError> {
        let mut members = BTreeSet::new();
        let mut query = MemberQuery {
            group: group.to_owned(),
            source: Some(SOURCE.to_owned()),
            limit: MAX_PAGE,
            ..MemberQuery::default()
        };
        loop {
            let page = self.store.reader().members(&query).await?;
            query.after = page.last().map(|last| (last.user.clone(), last.source.clone()));
            let is_last = page.len() < MAX_PAGE as usize;
            members.extend(page.into_iter().map(|member| member.user));
            if is_last {
                return Ok(members);
            }
        }
    }

    fn kept_groups(&self) -> GroupQuery {
        GroupQuery {
            provider: Some(self.source.provider.clone()),
            tenant: Some(self.source.config.tenant.clone()),
            source: Some(SOURCE.to_owned()),
            limit: MAX_PAGE,
            ..GroupQuery::default()
        }
    }

    /// Deletes the groups that the directory, read to its end, did not tell of; none, where these are more than may vanish.
    pub(crate) async fn drop_groups(&mut self, removal: Removal) -> Result<(), SyncError> {
        let mut query = self.kept_groups();
        let (mut known, mut gone) = (0, Vec::new());
        loop {
            let page = self.store.reader().groups(&query).await?;
            query.after = page.last().map(|last| (query.sort.key(last), last.id.clone()));
            known += page.len() as u64;
            let is_last = page.len() < MAX_PAGE as usize;
            let is_gone = |group: &GroupRecord| {
                group.external_id.as_deref().is_none_or(|id| !self.seen_groups.contains(id))
            };
            gone.extend(page.into_iter().filter(is_gone));
            if is_last {
                break;
            }
        }
        if let Err(many) = removal.check(known, gone.len() as u64, self.seen_groups.len() as u64) {
            self.report.groups_withheld = Some(Withheld { gone: many.gone, most: many.most });
            return Ok(());
        }
        for group in gone {
            self.renew().await?;
            let change = Change {
                of_user: false,
                verb: Verb::Gone,
                id: group.id.clone(),
                named: group.name.clone(),
                before: Some(shown(&group)),
                after: None,
                operations: vec![Operation::RemoveGroup { id: group.id.clone(), expected: None }],
                was: Some(Was::Group(Box::new(group))),
                members_added: 0,
                members_removed: 0,
            };
            self.changes.add(change, &mut self.report).await?;
        }
        self.changes.flush(&mut self.report).await
    }
}

fn is_same(before: &GroupRecord, after: &GroupRecord) -> bool {
    let mut again = before.clone();
    (again.revision, again.updated_at) = (after.revision, after.updated_at);
    again == *after
}

fn shown(group: &GroupRecord) -> Value {
    json!({ "provider": group.provider, "name": group.name, "external_id": group.external_id })
}

//! The members of groups: read by the page, and changed one by one.

use std::collections::{BTreeSet, HashMap, HashSet};

use casemate_scim::{MAX_MEMBERS, MemberChange, ResourceType, ScimError, ScimType};
use casemate_store::{GroupRecord, MAX_GROUPS_OF_USER, MAX_PAGE, MemberQuery, Membership, Operation};
use serde_json::{Map, Value, json};

use super::answer::Refusal;
use super::client::Client;
use super::records::{Record, SOURCE, location};

/// The most members of a group of which all are replaced.
const MAX_REPLACED: usize = 100_000;
/// The most groups that an answer tells of all its users.
const MAX_MEMBERSHIPS: usize = 50_000;
/// The most members that an event of the log names.
const MAX_TOLD: usize = 100;

/// Which users come into a group, and which go.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct MemberEdit {
    added: BTreeSet<String>,
    removed: BTreeSet<String>,
}

impl MemberEdit {
    pub(super) fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty()
    }

    pub(super) fn operations(&self, group: &str) -> Vec<Operation> {
        let member = |user: &String| Membership {
            group: group.to_owned(),
            user: user.clone(),
            source: SOURCE.to_owned(),
        };
        let removed = self.removed.iter().map(|user| Operation::RemoveMember(member(user)));
        let added = self.added.iter().map(|user| Operation::AddMember(member(user)));
        removed.chain(added).collect()
    }

    /// For the log, whose events are bounded: how many they are, and the first of them.
    pub(super) fn shown(&self) -> Value {
        let first = |users: &BTreeSet<String>| users.iter().take(MAX_TOLD).cloned().collect::<Vec<_>>();
        json!({
            "members_added": first(&self.added), "members_added_count": self.added.len(),
            "members_removed": first(&self.removed), "members_removed_count": self.removed.len(),
        })
    }
}

impl Client<'_> {
    /// What several changes come to.
    pub(super) async fn member_edit(
        &self,
        group: &str,
        changes: &[MemberChange],
    ) -> Result<MemberEdit, Refusal> {
        let mut edit = MemberEdit::default();
        for change in changes {
            match change {
                MemberChange::Add(ids) => {
                    for id in ids {
                        edit.removed.remove(id);
                        edit.added.insert(id.clone());
                    }
                }
                MemberChange::Remove(ids) => {
                    for id in ids {
                        edit.added.remove(id);
                        edit.removed.insert(id.clone());
                    }
                }
                MemberChange::Replace(ids) => {
                    let now = self.member_ids(group, MAX_REPLACED).await?;
                    edit.added = ids.iter().filter(|id| !now.contains(*id)).cloned().collect();
                    edit.removed = now.into_iter().filter(|id| ids.binary_search(id).is_err()).collect();
                }
            }
        }
        self.check_known(&edit).await?;
        Ok(edit)
    }

    /// Those who come in are users of the provider.
    async fn check_known(&self, edit: &MemberEdit) -> Result<(), Refusal> {
        let ids: Vec<&str> = edit.added.iter().map(String::as_str).collect();
        let known: HashSet<String> =
            self.app.store.reader().known_users(&self.provider, &self.tenant, &ids).await?;
        if ids.iter().all(|id| known.contains(*id)) {
            return Ok(());
        }
        let detail = "each of `members` has the id of a user of this provider as its `value`";
        Err(ScimError::new(ScimType::InvalidValue, detail).into())
    }

    /// The ids of the members of a group, as far as SCIM says so.
    async fn member_ids(&self, group: &str, most: usize) -> Result<BTreeSet<String>, Refusal> {
        let mut ids = BTreeSet::new();
        let mut after = None;
        loop {
            let query = MemberQuery {
                group: group.to_owned(),
                after: after.take(),
                source: Some(SOURCE.to_owned()),
                limit: MAX_PAGE,
                ..MemberQuery::default()
            };
            let page = self.app.store.reader().members(&query).await?;
            let is_last = page.len() < MAX_PAGE as usize;
            after = page.last().map(|last| (last.user.clone(), last.source.clone()));
            ids.extend(page.into_iter().map(|member| member.user));
            if ids.len() > most {
                let detail = format!(
                    "there are more than {most} members: exclude them by excludedAttributes=members, and ask for /Users with \
                     the filter groups.value eq \"…\""
                );
                return Err(ScimError::new(ScimType::TooMany, detail).into());
            }
            if is_last {
                return Ok(ids);
            }
        }
    }

    /// Adds the members to documents of groups, as far as an answer holds them.
    pub(super) async fn add_members(&self, documents: &mut [Map<String, Value>]) -> Result<(), Refusal> {
        let mut left = MAX_MEMBERS;
        for document in documents {
            let Some(id) = document.get("id").and_then(Value::as_str) else { continue };
            let ids = self.member_ids(id, left).await?;
            left = left.saturating_sub(ids.len());
            let members: Vec<Value> = ids.iter().map(|id| self.member(id)).collect();
            if !members.is_empty() {
                document.insert("members".to_owned(), Value::Array(members));
            }
        }
        Ok(())
    }

    fn member(&self, id: &str) -> Value {
        json!({"value": id, "$ref": location(&self.base, ResourceType::User, id), "type": "User"})
    }

    /// Adds the groups to documents of users.
    pub(super) async fn add_groups(&self, documents: &mut [Map<String, Value>]) -> Result<(), Refusal> {
        let ids: Vec<&str> =
            documents.iter().filter_map(|document| document.get("id").and_then(Value::as_str)).collect();
        let mut groups = self.groups_of(&ids).await?;
        for document in documents {
            let id = document.get("id").and_then(Value::as_str).unwrap_or_default();
            if let Some(groups) = groups.remove(id) {
                document.insert("groups".to_owned(), Value::Array(groups));
            }
        }
        Ok(())
    }

    /// The groups of each of some users: all of them, or none where there are more than an answer holds.
    async fn groups_of(&self, users: &[&str]) -> Result<HashMap<String, Vec<Value>>, Refusal> {
        let mut groups: HashMap<String, Vec<Value>> = HashMap::new();
        let mut count = 0;
        let mut parts: Vec<&[&str]> = users.chunks(MAX_PAGE as usize).collect();
        while let Some(part) = parts.pop() {
            let found = self.app.store.reader().groups_of(part).await?;
            let is_cut = found.len() >= MAX_GROUPS_OF_USER as usize;
            if is_cut && part.len() > 1 {
                let (one, other) = part.split_at(part.len() / 2);
                parts.extend([one, other]);
                continue;
            }
            let is_ours =
                |group: &GroupRecord| group.provider == self.provider && group.tenant == self.tenant;
            for (user, group) in found.into_iter().filter(|(_, group)| is_ours(group)) {
                let place = location(&self.base, ResourceType::Group, &group.id);
                let shown =
                    json!({"value": group.id, "$ref": place, "display": group.name, "type": "direct"});
                groups.entry(user).or_default().push(shown);
                count += 1;
            }
            if is_cut || count > MAX_MEMBERSHIPS {
                let detail = format!(
                    "the users of this page are in more than {MAX_MEMBERSHIPS} groups, or one of them in {MAX_GROUPS_OF_USER}: \
                     ask for fewer users by `count`, or for /Groups with the filter members.value eq \"…\""
                );
                return Err(ScimError::new(ScimType::TooMany, detail).into());
            }
        }
        Ok(groups)
    }

    /// Whether this client may see a record.
    pub(super) fn owns(&self, record: &Record) -> bool {
        let (provider, tenant) = match record {
            Record::User(user) => (&user.provider, &user.tenant),
            Record::Group(group) => (&group.provider, &group.tenant),
        };
        *provider == self.provider && *tenant == self.tenant
    }
}

//! Writing people: many rows in one statement, since whoever provisions sends a thousand at a time.

mod group;
pub(super) mod member;
pub(super) mod session;
mod user;

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::commit::{Commit, CommitError, Operation, Refused};
use crate::people::DirectoryKind;
use crate::people::version::Kept;
use crate::sql::{Database as _, Link, Value, places};

/// How many rows one statement writes: SQLite takes 32,766 values at a time.
const ROWS: usize = 256;

/// How many ids one statement names.
const IDS: usize = 1_000;

/// Whether an operation is about people alone.
pub(crate) fn is_people(operation: &Operation) -> bool {
    matches!(
        operation,
        Operation::PutUser { .. }
            | Operation::RemoveUser { .. }
            | Operation::PutGroup { .. }
            | Operation::RemoveGroup { .. }
            | Operation::AddMember(_)
            | Operation::RemoveMember(_)
            | Operation::KeepVersion(_)
    )
}

/// Which of the two tables it is about.
#[derive(Debug, Clone, Copy)]
struct Table {
    name: &'static str,
    /// What errors call its rows.
    kind: &'static str,
}

const USERS: Table = Table { name: "directory_user", kind: "user" };
const GROUPS: Table = Table { name: "directory_group", kind: "group" };

/// A row as it was before the change.
struct Before {
    revision: i64,
    /// Tenant and provider; and the name of a group, the key of the login of a user.
    named: (String, String, Option<String>),
    /// What the provider calls a user in tokens.
    subject: Option<String>,
    /// What else is known of a user, as JSON.
    attributes: Option<String>,
    is_gone: bool,
}

/// A provider, what it calls somebody in tokens, and the tenant where they are at home.
type Called<'a> = (&'a str, &'a str, &'a str);

impl Before {
    fn called(&self) -> Option<Called<'_>> {
        Some((&*self.named.1, self.subject.as_deref()?, &*self.named.0))
    }
}

/// What a change makes of people.
pub(crate) struct PeopleChange<'a> {
    link: &'a mut Link,
    revision: i64,
    at: i64,
    commit: &'a Commit,
    /// Users whose access may have changed with what they belong to.
    users: BTreeSet<String>,
    /// Groups whose members changed.
    groups: BTreeSet<String>,
    /// What is kept of it with the versions that it makes.
    kept: Kept,
}

impl<'a> PeopleChange<'a> {
    pub(crate) fn new(link: &'a mut Link, revision: i64, commit: &'a Commit) -> PeopleChange<'a> {
        let (at, kept) = (commit.at, Kept::default());
        PeopleChange { link, revision, at, commit, users: BTreeSet::new(), groups: BTreeSet::new(), kept }
    }

    /// Does all that the operations say of people; gives what versions say of it beside.
    pub(crate) async fn make(mut self, operations: &[Operation]) -> Result<Kept, Refused> {
        let mut gone: [Vec<(&str, Option<i64>)>; 2] = Default::default();
        let (mut users, mut groups) = (Vec::new(), Vec::new());
        let (mut left, mut came) = (Vec::new(), Vec::new());
        for operation in operations {
            match operation {
                Operation::RemoveUser { id, expected } => gone[0].push((id, *expected)),
                Operation::RemoveGroup { id, expected } => gone[1].push((id, *expected)),
                Operation::PutUser { user, expected } => users.push((&**user, *expected)),
                Operation::PutGroup { group, expected } => groups.push((&**group, *expected)),
                Operation::RemoveMember(member) => left.push(member),
                Operation::AddMember(member) => came.push(member),
                _ => {}
            }
        }
        let [users_gone, groups_gone] = gone;
        for chunk in users_gone.chunks(IDS) {
            self.remove_users(chunk).await?;
        }
        for chunk in groups_gone.chunks(IDS) {
            self.remove_groups(chunk).await?;
        }
        for chunk in users.chunks(ROWS) {
            self.put_users(chunk).await?;
        }
        for chunk in groups.chunks(ROWS) {
            self.put_groups(chunk).await?;
        }
        for chunk in left.chunks(ROWS) {
            self.remove_members(chunk).await?;
        }
        for chunk in came.chunks(ROWS) {
            self.add_members(chunk).await?;
        }
        let kept = std::mem::take(&mut self.kept);
        self.raise().await?;
        Ok(kept)
    }

    /// The ids of the users, or groups, of which the change keeps versions.
    fn versioned(&self, kind: DirectoryKind) -> HashSet<&str> {
        let kept = self.commit.operations.iter().filter_map(|operation| match operation {
            Operation::KeepVersion(edit) if edit.kind == kind => Some(&*edit.id),
            _ => None,
        });
        kept.collect()
    }

    /// Who still has a name that others get by this change, and gets another by it, lends it to them until they are written.
    async fn lend(&mut self, table: Table, key: &str, holders: &[String]) -> Result<(), Refused> {
        let values: Vec<Value<'_>> = holders.iter().map(Value::from).collect();
        if values.is_empty() {
            return Ok(());
        }
        let text =
            format!("UPDATE {} SET {key} = NULL WHERE id IN ({})", table.name, places(1, values.len()));
        self.link.execute(&text, &values).await?;
        Ok(())
    }

    /// The ids of all users, or groups, that this change writes.
    fn written(&self, table: Table) -> HashSet<&'a str> {
        let ids = self.commit.operations.iter().filter_map(|operation| match operation {
            Operation::PutUser { user, .. } if table.kind == USERS.kind => Some(&*user.id),
            Operation::PutGroup { group, .. } if table.kind == GROUPS.kind => Some(&*group.id),
            _ => None,
        });
        ids.collect()
    }

    /// Lets followers see whose access may have changed.
    async fn raise(mut self) -> Result<(), Refused> {
        for (table, ids) in
            [(USERS, std::mem::take(&mut self.users)), (GROUPS, std::mem::take(&mut self.groups))]
        {
            let ids: Vec<String> = ids.into_iter().collect();
            for ids in ids.chunks(IDS) {
                let text = format!(
                    "UPDATE {} SET revision = $1 WHERE id IN ({}) AND deleted_at IS NULL",
                    table.name,
                    places(2, ids.len())
                );
                let mut values = vec![Value::from(self.revision)];
                values.extend(ids.iter().map(Value::from));
                self.link.execute(&text, &values).await?;
            }
        }
        Ok(())
    }

    /// The rows of these ids, those that were deleted too.
    async fn before<'i>(
        &mut self,
        table: Table,
        ids: impl Iterator<Item = &'i str>,
    ) -> Result<HashMap<String, Before>, Refused> {
        let ids: Vec<Value<'_>> = ids.map(Value::from).collect();
        let key = if table.kind == USERS.kind {
            "login_key AS key, subject, attributes"
        } else {
            "name AS key, NULL AS subject, NULL AS attributes"
        };
        let text = format!(
            "SELECT id, tenant, provider, {key}, revision, deleted_at FROM {} WHERE id IN ({})",
            table.name,
            places(1, ids.len())
        );
        let rows = self.link.rows(&text, &ids).await?;
        let mut found = HashMap::with_capacity(rows.len());
        for row in rows {
            let before = Before {
                revision: row.get("revision")?,
                named: (row.get("tenant")?, row.get("provider")?, row.get("key")?),
                subject: row.get("subject")?,
                attributes: row.get("attributes")?,
                is_gone: row.get::<Option<i64>>("deleted_at")?.is_some(),
            };
            found.insert(row.get("id")?, before);
        }
        Ok(found)
    }

    /// Rows that are to be deleted must be there, and as they are expected to be.
    async fn check_gone(
        &mut self,
        table: Table,
        ids: &[(&str, Option<i64>)],
    ) -> Result<HashMap<String, Before>, Refused> {
        let before = self.before(table, ids.iter().map(|(id, _)| *id)).await?;
        for (id, expected) in ids {
            match before.get(*id) {
                Some(before) if !before.is_gone => check_expected(table, id, before, *expected)?,
                _ => return Err(missing(table, id)),
            }
        }
        Ok(before)
    }

    /// Executes a statement that takes the revision, the time, and ids.
    async fn execute_on(&mut self, text: &str, ids: &[Value<'_>]) -> Result<(), Refused> {
        let mut values = vec![Value::from(self.revision), self.at.into()];
        values.extend(ids);
        self.link.execute(text, &values).await?;
        Ok(())
    }
}

fn check_put(table: Table, id: &str, before: Option<&Before>, expected: Option<i64>) -> Result<(), Refused> {
    match (before, expected) {
        // A group that was deleted comes back under its id; of a user nothing is left that could.
        (Some(before), Some(0)) if before.is_gone && table.kind == GROUPS.kind => Ok(()),
        (Some(before), _) if before.is_gone => Err(missing(table, id)),
        (Some(before), expected) => check_expected(table, id, before, expected),
        (None, None | Some(0)) => Ok(()),
        (None, Some(_)) => Err(missing(table, id)),
    }
}

fn check_expected(table: Table, id: &str, before: &Before, expected: Option<i64>) -> Result<(), Refused> {
    if expected.is_some_and(|expected| expected != before.revision) {
        let changed = CommitError::Changed { kind: table.kind.to_owned(), id: id.to_owned() };
        return Err(Refused::Change(changed));
    }
    Ok(())
}

fn missing(table: Table, id: &str) -> Refused {
    Refused::Change(CommitError::Missing { kind: table.kind.to_owned(), id: id.to_owned() })
}

fn taken(kind: &str, name: &str) -> Refused {
    Refused::Change(CommitError::NameTaken { kind: kind.to_owned(), name: name.to_owned() })
}

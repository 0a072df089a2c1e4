//! Writing people: many rows in one statement, since whoever provisions sends a thousand at a time.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::lost::has_lost;
use super::{GroupRecord, Membership, UserRecord, former, name_key};
use crate::account;
use crate::commit::{CommitError, Operation, Refused};
use crate::sql::{Database as _, Link, Value, places, rows_of, values};

/// How many rows one statement writes: SQLite takes 32,766 values at a time.
const ROWS: usize = 256;

/// How many ids one statement names.
const IDS: usize = 1_000;

const USER_COLUMNS: usize = 18;
const GROUP_COLUMNS: usize = 11;
const MEMBER_COLUMNS: usize = 3;
const FORMER_COLUMNS: usize = 13;
const CALLED_COLUMNS: usize = 3;

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

/// The statement that ends the sessions of whom `called` selects: provider, subject and tenant. Where a provider said no tenant,
/// a session may also be of who is at home where its users are provisioned.
pub(super) fn ending(reason: &str, called: &str) -> String {
    format!(
        "WITH called (provider, subject, tenant) AS ({called}) \
         UPDATE session SET revision = $1, ended_at = $2, end_reason = '{reason}', identity = '' \
         WHERE ended_at IS NULL AND (provider, subject) IN (SELECT provider, subject FROM called) \
         AND (tenant = '' OR (provider, subject, tenant) IN (SELECT provider, subject, tenant FROM called) \
         OR (provider, subject, home) IN (SELECT provider, subject, tenant FROM called))"
    )
}

/// The statement by which so many users leave a group, as one source says.
pub(super) fn leaving(users: usize) -> String {
    format!(
        "DELETE FROM group_member WHERE group_id = $1 AND source = $2 AND user_id IN ({}) \
         RETURNING group_id, user_id, source",
        places(3, users)
    )
}

/// By what a user was called who is called otherwise from now on.
struct Former<'a> {
    user: &'a str,
    tenant: &'a str,
    called: Called<'a>,
}

impl Before {
    fn called(&self) -> Option<Called<'_>> {
        Some((&*self.named.1, self.subject.as_deref()?, &*self.named.0))
    }
}

impl Former<'_> {
    /// The id of the row that keeps it: one for each user, provider and subject.
    fn id(&self, digest: &[u8]) -> String {
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{}~{}~{digest}", self.user, self.called.0)
    }
}

/// What a change makes of people.
pub(crate) struct PeopleChange<'a> {
    link: &'a mut Link,
    revision: i64,
    at: i64,
    /// Users whose access may have changed with what they belong to.
    users: BTreeSet<String>,
    /// Groups whose members changed.
    groups: BTreeSet<String>,
}

impl<'a> PeopleChange<'a> {
    pub(crate) fn new(link: &'a mut Link, revision: i64, at: i64) -> PeopleChange<'a> {
        PeopleChange { link, revision, at, users: BTreeSet::new(), groups: BTreeSet::new() }
    }

    /// Does all that the operations say of people.
    pub(crate) async fn make(mut self, operations: &[Operation]) -> Result<(), Refused> {
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
        self.raise().await
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

    async fn remove_users(&mut self, ids: &[(&str, Option<i64>)]) -> Result<(), Refused> {
        let before = self.check_gone(USERS, ids).await?;
        let text = format!(
            "DELETE FROM group_member WHERE user_id IN ({}) RETURNING group_id",
            places(1, ids.len())
        );
        let named: Vec<Value<'_>> = ids.iter().map(|(id, _)| Value::from(*id)).collect();
        for row in self.link.rows(&text, &named).await? {
            self.groups.insert(row.get("group_id")?);
        }
        self.end_sessions(before.values().filter_map(Before::called).collect()).await?;
        for text in account::forgetting(&places(1, ids.len())) {
            self.link.execute(&text, &named).await?;
        }
        let text = format!(
            "UPDATE directory_user SET subject = NULL, login = '', login_key = NULL, external_id = NULL, active = 0, \
             display_name = NULL, email = NULL, attributes = '{{}}', scim = NULL, signed_in_at = NULL, revision = $1, \
             updated_at = $2, deleted_at = $2 WHERE id IN ({})",
            places(3, ids.len())
        );
        self.execute_on(&text, &named).await
    }

    /// Ends the sessions of browsers of those who may not sign in any more, or are called otherwise.
    async fn end_sessions(&mut self, called: BTreeSet<Called<'_>>) -> Result<(), Refused> {
        let called: Vec<Called<'_>> = called.into_iter().collect();
        for called in called.chunks(IDS) {
            // Behind the revision and the time.
            let row = |row: usize| format!("({})", places(3 + row * CALLED_COLUMNS, CALLED_COLUMNS));
            let called_rows: Vec<String> = (0..called.len()).map(row).collect();
            let text = ending("user-ended", &format!("VALUES {}", called_rows.join(", ")));
            let values: Vec<Value<'_>> = called
                .iter()
                .flat_map(|(provider, subject, tenant)| [*provider, *subject, *tenant].map(Value::from))
                .collect();
            self.execute_on(&text, &values).await?;
        }
        Ok(())
    }

    /// Ends the sessions of users who are not active, of those of whom their provider no longer says something, and of what
    /// users were called before; and keeps the latter, so that they are refused by it for as long as they are not active.
    async fn leave_behind(
        &mut self,
        users: &[(&UserRecord, Option<i64>)],
        before: &HashMap<String, Before>,
    ) -> Result<(), Refused> {
        let mut ended = BTreeSet::new();
        let mut former = Vec::new();
        let mut lessened = BTreeSet::new();
        for (user, _) in users {
            let called = user.subject.as_deref().map(|subject| (&*user.provider, subject, &*user.tenant));
            if !user.active {
                ended.extend(called);
            }
            let Some(before) = before.get(&user.id) else { continue };
            // What an attribute stood in the place of, a session may say still.
            let was = before.attributes.as_deref().filter(|_| !user.source.is_empty());
            if was.is_some_and(|was| has_lost(was, &user.attributes)) {
                lessened.insert(user.id.clone());
            }
            if let Some(was) = before.called().filter(|was| Some(*was) != called) {
                ended.insert(was);
                former.push(Former { user: &user.id, tenant: &before.named.0, called: was });
            }
        }
        self.end_sessions(ended).await?;
        self.end_sessions_of(lessened).await?;
        if former.is_empty() { Ok(()) } else { self.keep_former(&former).await }
    }

    /// Keeps what users were called, as rows of deleted users that name who they are of as their external id. They are of
    /// no revision, since the user is of the one that makes them.
    async fn keep_former(&mut self, called: &[Former<'_>]) -> Result<(), Refused> {
        let digests: Vec<Vec<u8>> = called.iter().map(|each| former(each.called.1)).collect();
        let ids: Vec<String> = called.iter().zip(&digests).map(|(each, digest)| each.id(digest)).collect();
        let text = format!(
            "INSERT INTO directory_user (id, tenant, provider, subject_sha256, login, external_id, active, attributes, \
             source, revision, created_at, updated_at, deleted_at) VALUES {} ON CONFLICT (id) DO NOTHING",
            rows_of(called.len(), FORMER_COLUMNS)
        );
        let mut values = Vec::with_capacity(called.len() * FORMER_COLUMNS);
        for ((each, id), digest) in called.iter().zip(&ids).zip(&digests) {
            values.extend(values![
                id,
                each.tenant,
                each.called.0,
                digest.as_slice(),
                "",
                each.user,
                0_i64,
                "{}",
                "",
                0_i64,
                self.at,
                self.at,
                self.at,
            ]);
        }
        self.link.execute(&text, &values).await?;
        Ok(())
    }

    async fn remove_groups(&mut self, ids: &[(&str, Option<i64>)]) -> Result<(), Refused> {
        self.check_gone(GROUPS, ids).await?;
        let text = format!(
            "DELETE FROM group_member WHERE group_id IN ({}) RETURNING user_id, source",
            places(1, ids.len())
        );
        let named: Vec<Value<'_>> = ids.iter().map(|(id, _)| Value::from(*id)).collect();
        let mut left = BTreeSet::new();
        for row in self.link.rows(&text, &named).await? {
            let (user, source): (String, String) = (row.get("user_id")?, row.get("source")?);
            if !source.is_empty() {
                left.insert(user.clone());
            }
            self.users.insert(user);
        }
        self.end_sessions_of(left).await?;
        let text = format!(
            "UPDATE directory_group SET name = '', name_key = NULL, external_id = NULL, scim = NULL, revision = $1, \
             updated_at = $2, deleted_at = $2 WHERE id IN ({})",
            places(3, ids.len())
        );
        self.execute_on(&text, &named).await
    }

    /// Executes a statement that takes the revision, the time, and ids.
    async fn execute_on(&mut self, text: &str, ids: &[Value<'_>]) -> Result<(), Refused> {
        let mut values = vec![Value::from(self.revision), self.at.into()];
        values.extend(ids);
        self.link.execute(text, &values).await?;
        Ok(())
    }

    async fn put_users(&mut self, users: &[(&UserRecord, Option<i64>)]) -> Result<(), Refused> {
        let before = self.before(USERS, users.iter().map(|(user, _)| &*user.id)).await?;
        for (user, expected) in users {
            check_put(USERS, &user.id, before.get(&user.id), *expected)?;
        }
        let keys: Vec<String> = users.iter().map(|(user, _)| name_key(&user.login)).collect();
        self.check_free_names(users, &keys).await?;
        let digests: Vec<Option<Vec<u8>>> =
            users.iter().map(|(user, _)| user.subject.as_deref().map(former)).collect();
        let text = format!(
            "INSERT INTO directory_user (id, tenant, provider, subject, subject_sha256, login, login_key, external_id, \
             active, display_name, email, attributes, scim, source, revision, created_at, updated_at, signed_in_at) \
             VALUES {} ON CONFLICT (id) DO UPDATE SET tenant = excluded.tenant, provider = excluded.provider, \
             subject = excluded.subject, subject_sha256 = excluded.subject_sha256, login = excluded.login, \
             login_key = excluded.login_key, external_id = excluded.external_id, active = excluded.active, \
             display_name = excluded.display_name, email = excluded.email, attributes = excluded.attributes, \
             scim = excluded.scim, source = excluded.source, revision = excluded.revision, \
             updated_at = excluded.updated_at, \
             signed_in_at = COALESCE(excluded.signed_in_at, directory_user.signed_in_at)",
            rows_of(users.len(), USER_COLUMNS)
        );
        let mut values = Vec::with_capacity(users.len() * USER_COLUMNS);
        for (((user, _), key), digest) in users.iter().zip(&keys).zip(&digests) {
            values.extend(values![
                &user.id,
                &user.tenant,
                &user.provider,
                &user.subject,
                digest.as_deref(),
                &user.login,
                key,
                &user.external_id,
                i64::from(user.active),
                &user.display_name,
                &user.email,
                &user.attributes,
                &user.scim,
                &user.source,
                self.revision,
                user.created_at,
                self.at,
                user.signed_in_at,
            ]);
        }
        self.link.execute(&text, &values).await?;
        self.leave_behind(users, &before).await
    }

    /// Before the statement, since one that fails ends a transaction of PostgreSQL; nobody else changes people now.
    async fn check_free_names(
        &mut self,
        users: &[(&UserRecord, Option<i64>)],
        keys: &[String],
    ) -> Result<(), Refused> {
        let mut logins: BTreeMap<&str, HashMap<&str, &UserRecord>> = BTreeMap::new();
        let mut subjects: BTreeMap<&str, HashMap<&str, &UserRecord>> = BTreeMap::new();
        for ((user, _), key) in users.iter().zip(keys) {
            if logins.entry(&user.provider).or_default().insert(key, user).is_some() {
                return Err(taken(USERS.kind, &user.login));
            }
            if let Some(subject) = &user.subject
                && subjects.entry(&user.provider).or_default().insert(subject, user).is_some()
            {
                return Err(taken("subject", subject));
            }
        }
        for (column, kind, wanted) in [("login_key", "user", &logins), ("subject", "subject", &subjects)] {
            for (provider, wanted) in wanted {
                let text = format!(
                    "SELECT id, {column} AS name FROM directory_user WHERE provider = $1 AND {column} IN ({})",
                    places(2, wanted.len())
                );
                let mut values = vec![Value::from(*provider)];
                values.extend(wanted.keys().map(|name| Value::from(*name)));
                for row in self.link.rows(&text, &values).await? {
                    let (id, name): (String, String) = (row.get("id")?, row.get("name")?);
                    if wanted.get(&*name).is_some_and(|user| user.id != id) {
                        return Err(taken(kind, &name));
                    }
                }
            }
        }
        Ok(())
    }

    async fn put_groups(&mut self, groups: &[(&GroupRecord, Option<i64>)]) -> Result<(), Refused> {
        let before = self.before(GROUPS, groups.iter().map(|(group, _)| &*group.id)).await?;
        let keys: Vec<String> = groups.iter().map(|(group, _)| name_key(&group.name)).collect();
        let mut renamed = Vec::new();
        for (group, expected) in groups {
            let before = before.get(&group.id);
            check_put(GROUPS, &group.id, before, *expected)?;
            // What is assigned to a group is assigned to its name as it is written.
            let named = (&group.tenant, &group.provider, Some(&group.name));
            if before.is_some_and(|Before { named: (tenant, provider, name), .. }| {
                (tenant, provider, name.as_ref()) != named
            }) {
                renamed.push(Value::from(&group.id));
            }
        }
        self.check_free_groups(groups, &keys).await?;
        if !renamed.is_empty() {
            let text =
                format!("SELECT user_id FROM group_member WHERE group_id IN ({})", places(1, renamed.len()));
            for row in self.link.rows(&text, &renamed).await? {
                self.users.insert(row.get("user_id")?);
            }
        }
        let text = format!(
            "INSERT INTO directory_group (id, tenant, provider, name, name_key, external_id, source, scim, revision, \
             created_at, updated_at) VALUES {} ON CONFLICT (id) DO UPDATE SET tenant = excluded.tenant, \
             provider = excluded.provider, name = excluded.name, name_key = excluded.name_key, \
             external_id = excluded.external_id, source = excluded.source, scim = excluded.scim, \
             revision = excluded.revision, updated_at = excluded.updated_at",
            rows_of(groups.len(), GROUP_COLUMNS)
        );
        let mut values = Vec::with_capacity(groups.len() * GROUP_COLUMNS);
        for ((group, _), key) in groups.iter().zip(&keys) {
            values.extend(values![
                &group.id,
                &group.tenant,
                &group.provider,
                &group.name,
                key,
                &group.external_id,
                &group.source,
                &group.scim,
                self.revision,
                group.created_at,
                self.at,
            ]);
        }
        self.link.execute(&text, &values).await?;
        Ok(())
    }

    async fn check_free_groups(
        &mut self,
        groups: &[(&GroupRecord, Option<i64>)],
        keys: &[String],
    ) -> Result<(), Refused> {
        let mut wanted: BTreeMap<(&str, &str), HashMap<&str, &GroupRecord>> = BTreeMap::new();
        for ((group, _), key) in groups.iter().zip(keys) {
            let of = (&*group.tenant, &*group.provider);
            if wanted.entry(of).or_default().insert(key, group).is_some() {
                return Err(taken(GROUPS.kind, &group.name));
            }
        }
        for ((tenant, provider), wanted) in &wanted {
            let text = format!(
                "SELECT id, name_key FROM directory_group WHERE tenant = $1 AND provider = $2 AND name_key IN ({})",
                places(3, wanted.len())
            );
            let mut values = vec![Value::from(*tenant), Value::from(*provider)];
            values.extend(wanted.keys().map(|name| Value::from(*name)));
            for row in self.link.rows(&text, &values).await? {
                let (id, key): (String, String) = (row.get("id")?, row.get("name_key")?);
                if let Some(group) = wanted.get(&*key).filter(|group| group.id != id) {
                    return Err(taken(GROUPS.kind, &group.name));
                }
            }
        }
        Ok(())
    }

    async fn remove_members(&mut self, members: &[&Membership]) -> Result<(), Refused> {
        // Group by group: SQLite finds triples of values by no index, and would look through all members of all groups.
        let mut of_groups: BTreeMap<(&str, &str), Vec<Value<'_>>> = BTreeMap::new();
        for member in members {
            of_groups.entry((&member.group, &member.source)).or_default().push((&member.user).into());
        }
        let mut left = BTreeSet::new();
        for ((group, source), users) in of_groups {
            let mut values = vec![Value::from(group), source.into()];
            values.extend(&users);
            left.append(&mut self.note(&leaving(users.len()), &values).await?);
        }
        self.end_sessions_of(left).await
    }

    /// Ends the sessions of users of whom their provider no longer says what it said: what their tokens said may be as old.
    async fn end_sessions_of(&mut self, users: BTreeSet<String>) -> Result<(), Refused> {
        let users: Vec<Value<'_>> = users.iter().map(Value::from).collect();
        for users in users.chunks(IDS) {
            let called = format!(
                "SELECT provider, subject, tenant FROM directory_user WHERE id IN ({}) AND subject IS NOT NULL",
                places(3, users.len())
            );
            self.execute_on(&ending("attributes-gone", &called), users).await?;
        }
        Ok(())
    }

    async fn add_members(&mut self, members: &[&Membership]) -> Result<(), Refused> {
        let groups: HashSet<&str> = members.iter().map(|member| &*member.group).collect();
        let users: HashSet<&str> = members.iter().map(|member| &*member.user).collect();
        for (table, ids) in [(GROUPS, groups), (USERS, users)] {
            let text = format!(
                "SELECT id FROM {} WHERE id IN ({}) AND deleted_at IS NULL",
                table.name,
                places(1, ids.len())
            );
            let named: Vec<Value<'_>> = ids.iter().map(|id| Value::from(*id)).collect();
            let rows = self.link.rows(&text, &named).await?;
            let there: HashSet<String> = rows.iter().map(|row| row.get("id")).collect::<Result<_, _>>()?;
            if let Some(id) = ids.iter().find(|id| !there.contains(**id)) {
                return Err(missing(table, id));
            }
        }
        let text = format!(
            "INSERT INTO group_member (group_id, user_id, source) VALUES {} ON CONFLICT DO NOTHING \
             RETURNING group_id, user_id, source",
            rows_of(members.len(), MEMBER_COLUMNS)
        );
        let values: Vec<Value<'_>> = members
            .iter()
            .flat_map(|member| [&member.group, &member.user, &member.source].map(Value::from))
            .collect();
        self.note(&text, &values).await.map(drop)
    }

    /// Executes a statement on members and notes whom it concerned; gives those of whom a provider says it.
    async fn note(&mut self, text: &str, values: &[Value<'_>]) -> Result<BTreeSet<String>, Refused> {
        let mut provided = BTreeSet::new();
        for row in self.link.rows(text, values).await? {
            let (user, source): (String, String) = (row.get("user_id")?, row.get("source")?);
            if !source.is_empty() {
                provided.insert(user.clone());
            }
            self.groups.insert(row.get("group_id")?);
            self.users.insert(user);
        }
        Ok(provided)
    }
}

fn check_put(table: Table, id: &str, before: Option<&Before>, expected: Option<i64>) -> Result<(), Refused> {
    match (before, expected) {
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

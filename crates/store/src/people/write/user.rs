//! Users, many in one statement.

use std::collections::{BTreeMap, HashMap};

use super::{Before, PeopleChange, USERS, check_put, taken};
use crate::account;
use crate::commit::Refused;
use crate::linked;
use crate::people::version::{forgetting, made_by};
use crate::people::{DirectoryKind, UserRecord, former, name_key};
use crate::sql::{Database as _, Value, places, rows_of, values};

const USER_COLUMNS: usize = 18;

impl PeopleChange<'_> {
    pub(super) async fn remove_users(&mut self, ids: &[(&str, Option<i64>)]) -> Result<(), Refused> {
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
        self.link.execute(&linked::forgetting(&places(1, ids.len())), &named).await?;
        if !self.versioned(DirectoryKind::User).is_empty() {
            for row in self.link.rows(&made_by(ids.len()), &named).await? {
                self.kept.made.insert(row.get("id")?, row.get("revision")?);
            }
        }
        self.link.execute(&forgetting(DirectoryKind::User, ids.len()), &named).await?;
        let text = format!(
            "UPDATE directory_user SET subject = NULL, login = '', login_key = NULL, external_id = NULL, active = 0, \
             display_name = NULL, email = NULL, attributes = '{{}}', scim = NULL, signed_in_at = NULL, revision = $1, \
             updated_at = $2, deleted_at = $2 WHERE id IN ({})",
            places(3, ids.len())
        );
        self.execute_on(&text, &named).await
    }

    pub(super) async fn put_users(&mut self, users: &[(&UserRecord, Option<i64>)]) -> Result<(), Refused> {
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
        self.unlink(users).await?;
        self.leave_behind(users, &before).await
    }

    /// Whoever is a user of their own from now on signs in as that.
    async fn unlink(&mut self, users: &[(&UserRecord, Option<i64>)]) -> Result<(), Refused> {
        if !linked::is_any(self.link).await? {
            return Ok(());
        }
        let mut called: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (user, _) in users {
            if let Some(subject) = &user.subject {
                called.entry(&user.provider).or_default().push(subject);
            }
        }
        for (provider, subjects) in called {
            linked::give_way(self.link, self.commit, provider, &subjects, self.revision).await?;
        }
        Ok(())
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
                    "SELECT id, {column} AS name, revision FROM directory_user WHERE provider = $1 AND {column} IN ({})",
                    places(2, wanted.len())
                );
                let mut values = vec![Value::from(*provider)];
                values.extend(wanted.keys().map(|name| Value::from(*name)));
                let (mut lend, mut written) = (Vec::new(), None);
                for row in self.link.rows(&text, &values).await? {
                    let (id, name): (String, String) = (row.get("id")?, row.get("name")?);
                    if wanted.get(&*name).is_some_and(|user| user.id != id) {
                        let written = written.get_or_insert_with(|| self.written(USERS));
                        // Whoever is written already has the name for good; and by a subject people are known, which nobody lends.
                        let is_ahead = row.get::<i64>("revision")? != self.revision && written.contains(&*id);
                        if column == "subject" || !is_ahead {
                            return Err(taken(kind, &name));
                        }
                        lend.push(id);
                    }
                }
                self.lend(USERS, column, &lend).await?;
            }
        }
        Ok(())
    }
}

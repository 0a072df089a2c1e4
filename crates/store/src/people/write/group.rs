//! Groups, many in one statement.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Before, GROUPS, PeopleChange, check_put, taken};
use crate::commit::Refused;
use crate::people::version::forgetting;
use crate::people::{DirectoryKind, GroupRecord, name_key};
use crate::sql::{Database as _, Value, places, rows_of, values};

const GROUP_COLUMNS: usize = 11;

impl PeopleChange<'_> {
    pub(super) async fn remove_groups(&mut self, ids: &[(&str, Option<i64>)]) -> Result<(), Refused> {
        self.check_gone(GROUPS, ids).await?;
        let text = format!(
            "DELETE FROM group_member WHERE group_id IN ({}) RETURNING group_id, user_id, source",
            places(1, ids.len())
        );
        let named: Vec<Value<'_>> = ids.iter().map(|(id, _)| Value::from(*id)).collect();
        let mut left = BTreeSet::new();
        for row in self.link.rows(&text, &named).await? {
            let (user, source): (String, String) = (row.get("user_id")?, row.get("source")?);
            if source.is_empty() {
                self.kept.members.entry(row.get("group_id")?).or_default().gone.push(user.clone());
            } else {
                left.insert(user.clone());
            }
            self.users.insert(user);
        }
        self.end_sessions_of(left).await?;
        // What is deleted by hand may come back.
        let versioned = self.versioned(DirectoryKind::Group);
        let forgotten: Vec<Value<'_>> =
            ids.iter().filter(|(id, _)| !versioned.contains(id)).map(|(id, _)| Value::from(*id)).collect();
        if !forgotten.is_empty() {
            self.link.execute(&forgetting(DirectoryKind::Group, forgotten.len()), &forgotten).await?;
        }
        let text = format!(
            "UPDATE directory_group SET name = '', name_key = NULL, external_id = NULL, scim = NULL, revision = $1, \
             updated_at = $2, deleted_at = $2 WHERE id IN ({})",
            places(3, ids.len())
        );
        self.execute_on(&text, &named).await
    }

    pub(super) async fn put_groups(&mut self, groups: &[(&GroupRecord, Option<i64>)]) -> Result<(), Refused> {
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
             revision = excluded.revision, updated_at = excluded.updated_at, deleted_at = NULL",
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
                "SELECT id, name_key, revision FROM directory_group WHERE tenant = $1 AND provider = $2 AND name_key IN ({})",
                places(3, wanted.len())
            );
            let mut values = vec![Value::from(*tenant), Value::from(*provider)];
            values.extend(wanted.keys().map(|name| Value::from(*name)));
            let (mut lend, mut written) = (Vec::new(), None);
            for row in self.link.rows(&text, &values).await? {
                let (id, key): (String, String) = (row.get("id")?, row.get("name_key")?);
                if let Some(group) = wanted.get(&*key).filter(|group| group.id != id) {
                    let written = written.get_or_insert_with(|| self.written(GROUPS));
                    // What is written already has the name for good.
                    if row.get::<i64>("revision")? == self.revision || !written.contains(&*id) {
                        return Err(taken(GROUPS.kind, &group.name));
                    }
                    lend.push(id);
                }
            }
            self.lend(GROUPS, "name_key", &lend).await?;
        }
        Ok(())
    }
}

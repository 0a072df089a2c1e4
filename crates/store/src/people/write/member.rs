//! Who comes to groups and leaves them, many in one statement.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::{GROUPS, PeopleChange, USERS, missing};
use crate::commit::Refused;
use crate::people::{Membership, code_origin};
use crate::sql::{Database as _, Value, places, rows_of};

const MEMBER_COLUMNS: usize = 3;

/// Whether a statement puts users into groups or takes them out.
#[derive(Debug, Clone, Copy)]
enum Side {
    Came,
    Gone,
}

/// The statement by which so many users leave a group, as one source says.
pub(in crate::people) fn leaving(users: usize) -> String {
    format!(
        "DELETE FROM group_member WHERE group_id = $1 AND source = $2 AND user_id IN ({}) \
         RETURNING group_id, user_id, source",
        places(3, users)
    )
}

impl PeopleChange<'_> {
    pub(super) async fn remove_members(&mut self, members: &[&Membership]) -> Result<(), Refused> {
        // Group by group: SQLite finds triples of values by no index, and would look through all members of all groups.
        let mut of_groups: BTreeMap<(&str, &str), Vec<Value<'_>>> = BTreeMap::new();
        for member in members {
            of_groups.entry((&member.group, &member.source)).or_default().push((&member.user).into());
        }
        let mut left = BTreeSet::new();
        for ((group, source), users) in of_groups {
            let mut values = vec![Value::from(group), source.into()];
            values.extend(&users);
            left.append(&mut self.note(Side::Gone, &leaving(users.len()), &values).await?);
        }
        self.end_sessions_of(left).await
    }

    pub(super) async fn add_members(&mut self, members: &[&Membership]) -> Result<(), Refused> {
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
        self.note(Side::Came, &text, &values).await.map(drop)
    }

    /// Executes a statement on members and notes whom it concerned; gives those of whom a provider says it.
    async fn note(
        &mut self,
        side: Side,
        text: &str,
        values: &[Value<'_>],
    ) -> Result<BTreeSet<String>, Refused> {
        let mut provided = BTreeSet::new();
        for row in self.link.rows(text, values).await? {
            let (user, source): (String, String) = (row.get("user_id")?, row.get("source")?);
            let group: String = row.get("group_id")?;
            if source.is_empty() || code_origin(&source).is_some() {
                let members = self.kept.members.entry(group.clone()).or_default();
                match side {
                    Side::Came => members.came.push(user.clone()),
                    Side::Gone => members.gone.push(user.clone()),
                }
            }
            if !source.is_empty() {
                provided.insert(user.clone());
            }
            self.groups.insert(group);
            self.users.insert(user);
        }
        Ok(provided)
    }
}

//! Which users or groups are wanted, in which order.

use super::name_key;
use crate::selection::{Held, Selection};

/// What holds of the rows of people that there still are.
const NOT_DELETED: &str = "deleted_at IS NULL";

/// Which users are wanted; the default is all that were not deleted, in the order in which they were made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserQuery {
    /// Only those with this id.
    pub id: Option<String>,
    /// Only those at home in this tenant.
    pub tenant: Option<String>,
    /// Only those of this provider.
    pub provider: Option<String>,
    /// Only those that this source manages.
    pub source: Option<String>,
    /// Only those that are active, or are not.
    pub active: Option<bool>,
    /// Only the one with this login, whatever the case.
    pub login: Option<String>,
    /// Only those with this external id.
    pub external_id: Option<String>,
    /// Only those with this e-mail address, as it is written.
    pub email: Option<String>,
    /// Only members of the group with this id.
    pub group: Option<String>,
    /// Only those whose login, name or e-mail address holds this, whatever the case.
    pub search: Option<String>,
    /// In which order.
    pub sort: UserSort,
    /// Whether the order is turned around.
    pub descending: bool,
    /// Only those behind the user with this key of the order ([`UserSort::key`]) and this id.
    pub after: Option<(String, String)>,
    /// How many of the first are left out: for protocols that page by number. What is left out is read all the same.
    pub skip: u32,
    /// How many at most (1 to [`crate::MAX_PAGE`]).
    pub limit: u32,
}

/// The order of users.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UserSort {
    /// By when they were made.
    #[default]
    Created,
    /// By login, whatever the case.
    Login,
}

impl UserSort {
    /// Where a user stands in the order, together with the id.
    #[must_use]
    pub fn key(self, user: &super::UserRecord) -> String {
        match self {
            UserSort::Created => user.created_at.to_string(),
            UserSort::Login => name_key(&user.login),
        }
    }
}

/// Which groups are wanted; the default is all that were not deleted, in the order in which they were made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupQuery {
    /// Only the one with this id.
    pub id: Option<String>,
    /// Only those of this tenant.
    pub tenant: Option<String>,
    /// Only those of this provider.
    pub provider: Option<String>,
    /// Only those that this source manages.
    pub source: Option<String>,
    /// Only those with this name, whatever the case.
    pub name: Option<String>,
    /// Only those with this external id.
    pub external_id: Option<String>,
    /// Only those that the user with this id belongs to.
    pub member: Option<String>,
    /// Only those whose name holds this, whatever the case.
    pub search: Option<String>,
    /// In which order.
    pub sort: GroupSort,
    /// Whether the order is turned around.
    pub descending: bool,
    /// Only those behind the group with this key of the order ([`GroupSort::key`]) and this id.
    pub after: Option<(String, String)>,
    /// How many of the first are left out: for protocols that page by number.
    pub skip: u32,
    /// How many at most (1 to [`crate::MAX_PAGE`]).
    pub limit: u32,
}

/// The order of groups.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum GroupSort {
    /// By when they were made.
    #[default]
    Created,
    /// By name, whatever the case.
    Name,
}

impl GroupSort {
    /// Where a group stands in the order, together with the id.
    #[must_use]
    pub fn key(self, group: &super::GroupRecord) -> String {
        match self {
            GroupSort::Created => group.created_at.to_string(),
            GroupSort::Name => name_key(&group.name),
        }
    }
}

impl UserQuery {
    pub(super) fn selection(&self) -> Selection {
        let mut selection = Selection::new("directory_user", NOT_DELETED);
        selection.text("id = {}", self.id.as_ref());
        selection.text("tenant = {}", self.tenant.as_ref());
        selection.text("provider = {}", self.provider.as_ref());
        selection.text("source = {}", self.source.as_ref());
        selection.and("active = {}", self.active.map(|active| Held::Integer(i64::from(active))));
        selection.text("login_key = {}", self.login.as_deref().map(name_key).as_ref());
        selection.text("external_id = {}", self.external_id.as_ref());
        selection.text("email = {}", self.email.as_ref());
        let member = "id IN (SELECT user_id FROM group_member WHERE group_id = {})";
        selection.text(member, self.group.as_ref());
        selection.search(&["login", "display_name", "email"], self.search.as_deref());
        let (column, is_number) = match self.sort {
            UserSort::Created => ("created_at", true),
            UserSort::Login => ("login_key", false),
        };
        selection.order(column, is_number, self.descending, self.after.as_ref());
        selection
    }
}

impl GroupQuery {
    pub(super) fn selection(&self) -> Selection {
        let mut selection = Selection::new("directory_group", NOT_DELETED);
        selection.text("id = {}", self.id.as_ref());
        selection.text("tenant = {}", self.tenant.as_ref());
        selection.text("provider = {}", self.provider.as_ref());
        selection.text("source = {}", self.source.as_ref());
        selection.text("name_key = {}", self.name.as_deref().map(name_key).as_ref());
        selection.text("external_id = {}", self.external_id.as_ref());
        let of = "id IN (SELECT group_id FROM group_member WHERE user_id = {})";
        selection.text(of, self.member.as_ref());
        selection.search(&["name"], self.search.as_deref());
        let (column, is_number) = match self.sort {
            GroupSort::Created => ("created_at", true),
            GroupSort::Name => ("name_key", false),
        };
        selection.order(column, is_number, self.descending, self.after.as_ref());
        selection
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{Connection, SqliteConnection};

    use super::*;
    use crate::migration;
    use crate::sql::{Database, Link};

    #[tokio::test]
    async fn what_is_asked_often_is_answered_by_an_index_and_sorted_by_it() {
        let mut link = Link::Sqlite(SqliteConnection::connect("sqlite::memory:").await.unwrap());
        migration::migrate(&mut link).await.unwrap();
        let users = || UserQuery {
            tenant: Some("default".to_owned()),
            provider: Some("corp".to_owned()),
            ..UserQuery::default()
        };
        let groups = || GroupQuery {
            tenant: Some("default".to_owned()),
            provider: Some("corp".to_owned()),
            ..GroupQuery::default()
        };
        let text = |text: &str| Some(text.to_owned());
        let paged = UserQuery { after: Some(("5".into(), "usr_1".into())), ..users() };
        let email = UserQuery { email: text("ada@example.com"), ..UserQuery::default() };
        let at_home = UserQuery { email: text("ada@example.com"), ..users() };
        let known = UserQuery { external_id: text("e1"), ..users() };
        let named = UserQuery { login: text("ada"), ..users() };
        let members = UserQuery { group: text("grp_1"), ..users() };
        let of_member = GroupQuery { member: text("usr_1"), ..groups() };
        let known_group = GroupQuery { external_id: text("e1"), ..groups() };
        for (selection, index, is_sorted) in [
            (users().selection(), "directory_user_by_home", true),
            (paged.selection(), "directory_user_by_home", true),
            (groups().selection(), "directory_group_by_home", true),
            // Of these there are few, and they are sorted when they are found.
            (email.selection(), "directory_user_by_email", false),
            (at_home.selection(), "directory_user_by_email", false),
            (known.selection(), "directory_user_by_external_id", false),
            (named.selection(), "sqlite_autoindex_directory_user_2", false),
            (members.selection(), "sqlite_autoindex_directory_user_1", false),
            (of_member.selection(), "sqlite_autoindex_directory_group_1", false),
            (known_group.selection(), "directory_group_by_external_id", false),
        ] {
            for text in [selection.page("id", 10, 0), selection.count()] {
                let rows =
                    link.rows(&format!("EXPLAIN QUERY PLAN {text}"), &selection.values()).await.unwrap();
                let plan: Vec<String> = rows.iter().map(|row| row.get("detail").unwrap()).collect();
                assert!(plan[0].contains(index), "{text}: {plan:?}");
                let is_sorted_apart = plan.iter().any(|step| step.contains("TEMP B-TREE"));
                assert!(!is_sorted_apart || !is_sorted, "{text}: {plan:?}");
            }
        }
    }
}

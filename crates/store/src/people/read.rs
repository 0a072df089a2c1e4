//! Reading people.

use super::query::{GroupQuery, UserQuery};
use super::{GroupRecord, MAX_CHANGED_USERS, MAX_GROUPS_OF_USER, UserRecord, former, name_key};
use crate::bounds::is_keepable;
use crate::decision::MAX_PAGE;
use crate::error::StoreError;
use crate::open::StoreReader;
use crate::selection::{Held, Selection};
use crate::sql::{Row, Value, places, values};

pub(super) const USER: &str = "id, tenant, provider, subject, login, external_id, active, display_name, email, attributes, scim, \
                    source, revision, created_at, updated_at, signed_in_at";

const GROUP: &str = "id, tenant, provider, name, external_id, source, scim, revision, created_at, updated_at";

/// Which users were changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangedUsers {
    /// These.
    These(Vec<UserChange>),
    /// More than are told one by one.
    Many,
}

/// That a user was changed, or made, or deleted, or belongs to other groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserChange {
    /// Their id.
    pub id: String,
    /// Their provider.
    pub provider: String,
    /// What the provider calls them in tokens; absent where that is not known, or they were deleted.
    pub subject: Option<String>,
    /// Their tenant.
    pub tenant: String,
}

/// A user whom a provider called something in tokens and does not call so any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerUser {
    /// Their id.
    pub id: String,
    /// Whether they may do anything, by what they are called now.
    pub active: bool,
    /// Whether they were deleted.
    pub is_deleted: bool,
}

/// A member of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The user's id.
    pub user: String,
    /// Who says so.
    pub source: String,
    /// The user's login.
    pub login: String,
    /// The user's name.
    pub display_name: Option<String>,
    /// Whether the user is active.
    pub active: bool,
}

/// Which members of a group are wanted: by the user's id, then by source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemberQuery {
    /// The group's id.
    pub group: String,
    /// Only those behind the member with this user's id and this source.
    pub after: Option<(String, String)>,
    /// Only what this source says.
    pub source: Option<String>,
    /// Only those who are active, or are not.
    pub active: Option<bool>,
    /// Only those whose login, name or e-mail address holds this, whatever the case.
    pub search: Option<String>,
    /// Whether the order is turned around.
    pub descending: bool,
    /// How many at most (1 to [`MAX_PAGE`]).
    pub limit: u32,
}

impl MemberQuery {
    fn selection(&self) -> Selection {
        let members = "group_member AS member JOIN directory_user ON directory_user.id = member.user_id";
        let mut selection = Selection::new(members, "1 = 1");
        selection.text("member.group_id = {}", Some(&self.group));
        selection.text("member.source = {}", self.source.as_ref());
        selection.and("active = {}", self.active.map(|active| Held::Integer(i64::from(active))));
        selection.search(&["login", "display_name", "email"], self.search.as_deref());
        let columns = ("member.user_id", "member.source");
        selection.order_by(columns, false, self.descending, self.after.as_ref());
        selection
    }
}

impl StoreReader {
    /// A user by id.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn user(&self, id: &str) -> Result<Option<UserRecord>, StoreError> {
        self.one_user("id = $1", &[id]).await
    }

    /// The user whom a provider calls this in tokens.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn user_by_subject(
        &self,
        provider: &str,
        subject: &str,
    ) -> Result<Option<UserRecord>, StoreError> {
        self.one_user("provider = $1 AND subject = $2", &[provider, subject]).await
    }

    /// The user of a provider with this login, whatever the case.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn user_by_login(&self, provider: &str, login: &str) -> Result<Option<UserRecord>, StoreError> {
        self.one_user("provider = $1 AND login_key = $2", &[provider, &name_key(login)]).await
    }

    /// A user of a provider with this external id: the one that was made first.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn user_by_external_id(
        &self,
        provider: &str,
        external_id: &str,
    ) -> Result<Option<UserRecord>, StoreError> {
        self.one_user("provider = $1 AND external_id = $2", &[provider, external_id]).await
    }

    /// The user of a tenant whom a provider called this in tokens before they were deleted or called otherwise, where nobody
    /// of the tenant is called so now. Where there were several, one who is refused comes first.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn former_user(
        &self,
        tenant: &str,
        provider: &str,
        subject: &str,
    ) -> Result<Option<FormerUser>, StoreError> {
        if !is_keepable(provider) || !is_keepable(tenant) {
            return Ok(None);
        }
        let text = "SELECT owner.id AS owner, owner.active AS active, owner.deleted_at AS deleted_at \
                    FROM directory_user AS former \
                    JOIN directory_user AS owner ON owner.id = COALESCE(former.external_id, former.id) \
                    WHERE former.provider = $1 AND former.subject_sha256 = $2 AND former.tenant = $3 \
                    AND former.deleted_at IS NOT NULL \
                    AND NOT EXISTS (SELECT 1 FROM directory_user AS other WHERE other.provider = $1 \
                    AND other.subject_sha256 = $2 AND other.tenant = $3 AND other.deleted_at IS NULL) \
                    ORDER BY CASE WHEN owner.deleted_at IS NULL THEN owner.active ELSE 0 END, \
                    owner.deleted_at IS NULL, owner.id LIMIT 1";
        let digest = former(subject);
        let Some(row) = self.pool.row(text, values![provider, digest.as_slice(), tenant]).await? else {
            return Ok(None);
        };
        Ok(Some(FormerUser {
            id: row.get("owner")?,
            active: row.get::<i64>("active")? != 0,
            is_deleted: row.get::<Option<i64>>("deleted_at")?.is_some(),
        }))
    }

    async fn one_user(&self, condition: &str, wanted: &[&str]) -> Result<Option<UserRecord>, StoreError> {
        if !wanted.iter().all(|text| is_keepable(text)) {
            return Ok(None);
        }
        let text = format!(
            "SELECT {USER} FROM directory_user WHERE {condition} AND deleted_at IS NULL ORDER BY created_at, id LIMIT 1"
        );
        let values: Vec<Value<'_>> = wanted.iter().map(|text| Value::from(*text)).collect();
        Ok(self.pool.row(&text, &values).await?.as_ref().map(read_user).transpose()?)
    }

    /// A page of users.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn users(&self, query: &UserQuery) -> Result<Vec<UserRecord>, StoreError> {
        let selection = query.selection();
        if selection.is_void() {
            return Ok(Vec::new());
        }
        let text = selection.page(USER, query.limit.clamp(1, MAX_PAGE), query.skip);
        let rows = self.pool.rows(&text, &selection.values()).await?;
        Ok(rows.iter().map(read_user).collect::<Result<_, _>>()?)
    }

    /// How many users a query wants, over all pages behind its place.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn count_users(&self, query: &UserQuery) -> Result<u64, StoreError> {
        let selection = query.selection();
        if selection.is_void() {
            return Ok(0);
        }
        let row = self.pool.row(&selection.count(), &selection.values()).await?;
        counted(row)
    }

    /// A group by id.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn group(&self, id: &str) -> Result<Option<GroupRecord>, StoreError> {
        let query = GroupQuery { id: Some(id.to_owned()), limit: 1, ..GroupQuery::default() };
        Ok(self.groups(&query).await?.pop())
    }

    /// A page of groups.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn groups(&self, query: &GroupQuery) -> Result<Vec<GroupRecord>, StoreError> {
        let selection = query.selection();
        if selection.is_void() {
            return Ok(Vec::new());
        }
        let text = selection.page(GROUP, query.limit.clamp(1, MAX_PAGE), query.skip);
        let rows = self.pool.rows(&text, &selection.values()).await?;
        Ok(rows.iter().map(read_group).collect::<Result<_, _>>()?)
    }

    /// How many groups a query wants, over all pages behind its place.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn count_groups(&self, query: &GroupQuery) -> Result<u64, StoreError> {
        let selection = query.selection();
        if selection.is_void() {
            return Ok(0);
        }
        let row = self.pool.row(&selection.count(), &selection.values()).await?;
        counted(row)
    }

    /// The groups of one user, by name: all of them, or none.
    ///
    /// # Errors
    /// Where the database cannot be read, and where there are more than [`MAX_GROUPS_OF_USER`].
    pub async fn groups_of_one(&self, user: &str) -> Result<Vec<GroupRecord>, StoreError> {
        let groups = self.groups_of_up_to(&[user], MAX_GROUPS_OF_USER + 1).await?;
        if groups.len() > MAX_GROUPS_OF_USER as usize {
            return Err(StoreError::TooManyGroups { user: user.to_owned() });
        }
        Ok(groups.into_iter().map(|(_, group)| group).collect())
    }

    /// The groups of users, each with the id of its member, by user and name: at most [`MAX_PAGE`] users, and
    /// [`MAX_GROUPS_OF_USER`] groups of all of them.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn groups_of(&self, users: &[&str]) -> Result<Vec<(String, GroupRecord)>, StoreError> {
        self.groups_of_up_to(users, MAX_GROUPS_OF_USER).await
    }

    async fn groups_of_up_to(
        &self,
        users: &[&str],
        limit: u32,
    ) -> Result<Vec<(String, GroupRecord)>, StoreError> {
        let users: Vec<&str> =
            users.iter().copied().filter(|id| is_keepable(id)).take(MAX_PAGE as usize).collect();
        if users.is_empty() {
            return Ok(Vec::new());
        }
        let text = format!(
            "SELECT of_user.user_id AS member, {GROUP} FROM directory_group \
             JOIN (SELECT DISTINCT user_id, group_id FROM group_member WHERE user_id IN ({})) AS of_user \
             ON id = of_user.group_id WHERE deleted_at IS NULL \
             ORDER BY of_user.user_id, name_key, id LIMIT {limit}",
            places(1, users.len())
        );
        let values: Vec<Value<'_>> = users.iter().map(|id| Value::from(*id)).collect();
        let rows = self.pool.rows(&text, &values).await?;
        rows.iter().map(|row| Ok((row.get("member")?, read_group(row)?))).collect()
    }

    /// A page of the members of a group.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn members(&self, query: &MemberQuery) -> Result<Vec<Member>, StoreError> {
        let selection = query.selection();
        if selection.is_void() {
            return Ok(Vec::new());
        }
        let columns = "member.user_id, member.source AS said_by, login, display_name, active";
        let text = selection.page(columns, query.limit.clamp(1, MAX_PAGE), 0);
        let rows = self.pool.rows(&text, &selection.values()).await?;
        let read = |row: &Row| {
            Ok(Member {
                user: row.get("user_id")?,
                source: row.get("said_by")?,
                login: row.get("login")?,
                display_name: row.get("display_name")?,
                active: row.get::<i64>("active")? != 0,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Which sources say that a user belongs to a group.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn sources_of_member(&self, group: &str, user: &str) -> Result<Vec<String>, StoreError> {
        if !is_keepable(group) || !is_keepable(user) {
            return Ok(Vec::new());
        }
        let text = "SELECT source FROM group_member WHERE group_id = $1 AND user_id = $2 ORDER BY source";
        let rows = self.pool.rows(text, values![group, user]).await?;
        Ok(rows.iter().map(|row| row.get("source")).collect::<Result<_, _>>()?)
    }

    /// How many users are members of a group.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn count_members(&self, group: &str) -> Result<u64, StoreError> {
        if !is_keepable(group) {
            return Ok(0);
        }
        let text = "SELECT COUNT(DISTINCT user_id) AS count FROM group_member WHERE group_id = $1";
        counted(self.pool.row(text, values![group]).await?)
    }

    /// The users that were changed after the revision `after`, up to [`MAX_CHANGED_USERS`].
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn users_changed_after(&self, after: i64) -> Result<ChangedUsers, StoreError> {
        let text = format!(
            "SELECT id, tenant, provider, subject FROM directory_user WHERE revision > $1 ORDER BY revision LIMIT {}",
            MAX_CHANGED_USERS + 1
        );
        let rows = self.pool.rows(&text, values![after]).await?;
        if rows.len() > MAX_CHANGED_USERS as usize {
            return Ok(ChangedUsers::Many);
        }
        let read = |row: &Row| -> Result<UserChange, sqlx::Error> {
            Ok(UserChange {
                id: row.get("id")?,
                provider: row.get("provider")?,
                subject: row.get("subject")?,
                tenant: row.get("tenant")?,
            })
        };
        Ok(ChangedUsers::These(rows.iter().map(read).collect::<Result<_, _>>()?))
    }
}

fn counted(row: Option<Row>) -> Result<u64, StoreError> {
    let count: i64 = row.ok_or(sqlx::Error::RowNotFound)?.get("count")?;
    Ok(u64::try_from(count).unwrap_or_default())
}

pub(super) fn read_user(row: &Row) -> Result<UserRecord, sqlx::Error> {
    Ok(UserRecord {
        id: row.get("id")?,
        tenant: row.get("tenant")?,
        provider: row.get("provider")?,
        subject: row.get("subject")?,
        login: row.get("login")?,
        external_id: row.get("external_id")?,
        active: row.get::<i64>("active")? != 0,
        display_name: row.get("display_name")?,
        email: row.get("email")?,
        attributes: row.get("attributes")?,
        scim: row.get("scim")?,
        source: row.get("source")?,
        revision: row.get("revision")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
        signed_in_at: row.get("signed_in_at")?,
    })
}

fn read_group(row: &Row) -> Result<GroupRecord, sqlx::Error> {
    Ok(GroupRecord {
        id: row.get("id")?,
        tenant: row.get("tenant")?,
        provider: row.get("provider")?,
        name: row.get("name")?,
        external_id: row.get("external_id")?,
        source: row.get("source")?,
        scim: row.get("scim")?,
        revision: row.get("revision")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

//! Users and groups, administered one by one: they are rows of the store and no objects, and obey the same rules.

mod factor;
mod invitation;
mod rules;

use std::collections::BTreeSet;
use std::sync::Arc;

use casemate_identity::BoxFuture;
use casemate_store::{
    AuditEvent, Commit, CommitError, GroupQuery, GroupRecord, MAX_NAME, MAX_PAGE, Membership, Operation,
    UserRecord,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use self::rules::{Gains, Loses, Rules};
use super::Administration;
use super::entry::Author;
use super::error::AdminError;
use super::write::{Told, event, new_id_of};
use crate::OWN_PROVIDER;
use crate::directory::State;
use crate::policy::{Recipient, Who};

/// How often a change is thought out anew because another process made one meanwhile.
const ATTEMPTS: usize = 5;

/// How many users come to a group at once, or leave it.
pub const MAX_MEMBERS: usize = 1_000;

/// A user, as whoever administers them says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "User")]
pub struct UserDraft {
    /// What people call them, such as `ada@example.com`: unique within the provider, whatever the case.
    #[schemars(length(min = 1, max = 1024))]
    pub login: String,
    /// The provider that vouches for them; the only one, where it is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// What the provider calls them in its tokens. Without it nobody who signs in is them. A change that does not say it
    /// leaves it as it is, and one that says an empty one takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub subject: Option<String>,
    /// What another system calls them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub external_id: Option<String>,
    /// Whether they may do anything at all.
    #[serde(default = "yes")]
    pub active: bool,
    /// Their name, to be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub display_name: Option<String>,
    /// Their e-mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub email: Option<String>,
    /// What expressions see as claims of theirs; it wins over what tokens say.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub attributes: Map<String, Value>,
}

/// A group, as whoever administers it says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Group")]
pub struct GroupDraft {
    /// What it is called: unique within its provider and tenant, whatever the case. What is assigned to the group of this
    /// name of a member's provider, the member holds.
    #[schemars(length(min = 1, max = 1024))]
    pub name: String,
    /// The provider that it is of; `casemate`, for a group of Casemate's own, where it is not named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// What another system calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 1024))]
    pub external_id: Option<String>,
}

fn yes() -> bool {
    true
}

/// What a change makes of people, thought out on one state.
#[derive(Default)]
struct Proposal {
    operations: Vec<Operation>,
    told: Vec<Told>,
    summary: String,
}

impl Administration {
    /// A user of a tenant.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn user(&self, tenant: &str, id: &str) -> Result<Option<UserRecord>, AdminError> {
        Ok(self.store.reader().user(id).await?.filter(|user| user.tenant == tenant))
    }

    /// A group of a tenant.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn group(&self, tenant: &str, id: &str) -> Result<Option<GroupRecord>, AdminError> {
        Ok(self.store.reader().group(id).await?.filter(|group| group.tenant == tenant))
    }

    /// Makes a user.
    ///
    /// # Errors
    /// Where the draft holds mistakes, their login or subject is taken, or the author does not hold what is assigned to them.
    pub async fn create_user(
        &self,
        author: &Author,
        tenant: &str,
        draft: &UserDraft,
    ) -> Result<UserRecord, AdminError> {
        let id = new_id_of("usr_")?;
        self.put_user(author, tenant, (&id, None), draft).await
    }

    /// Makes something else of a user; `expected` is the revision that the author knows them at.
    ///
    /// # Errors
    /// As [`Administration::create_user`], where they are not there or at another revision, and where nobody would be left
    /// who may administer.
    pub async fn update_user(
        &self,
        author: &Author,
        tenant: &str,
        id: &str,
        expected: i64,
        draft: &UserDraft,
    ) -> Result<UserRecord, AdminError> {
        self.put_user(author, tenant, (id, Some(expected)), draft).await
    }

    async fn put_user(
        &self,
        author: &Author,
        tenant: &str,
        (id, expected): (&str, Option<i64>),
        draft: &UserDraft,
    ) -> Result<UserRecord, AdminError> {
        let written = self
            .change_people(author, |state| {
                Box::pin(async move {
                    let state = &*state;
                    let before = match expected {
                        Some(expected) => Some(self.user_at(tenant, id, expected).await?),
                        None => None,
                    };
                    let user = drafted(state, tenant, id, draft, before.as_ref(), author.now)?;
                    let rules = Rules::new(author, state, tenant);
                    let groups = self.groups_of_user(id).await?;
                    rules.user(before.as_ref(), &user, &groups)?;
                    let alone = match &before {
                        Some(before) => self.leaves_an_administrator(&rules, before, Some(&user)).await?,
                        None => None,
                    };
                    let verb = if before.is_some() { "update" } else { "create" };
                    let body = |user: &UserRecord| Some(shown_user(user).to_string());
                    let told = told("user", verb, tenant, id, before.as_ref().and_then(body), body(&user));
                    let summary = format!("{verb} the user {}", user.login);
                    let user = Box::new(user);
                    let operation = Operation::PutUser { user, expected: Some(expected.unwrap_or(0)) };
                    let operations = std::iter::once(operation).chain(alone).collect();
                    Ok(Proposal { operations, told: vec![told], summary })
                })
            })
            .await;
        written?;
        self.user(tenant, id).await?.ok_or(AdminError::NotFound("user"))
    }

    /// Deletes a user; gives the revision of the change.
    ///
    /// # Errors
    /// Where they are not there or at another revision, something is assigned to them by themselves, or nobody would be
    /// left who may administer.
    pub async fn delete_user(
        &self,
        author: &Author,
        tenant: &str,
        id: &str,
        expected: i64,
    ) -> Result<i64, AdminError> {
        self.change_people(author, |state| {
            Box::pin(async move {
                let state = &*state;
                let user = self.user_at(tenant, id, expected).await?;
                let rules = Rules::new(author, state, tenant);
                rules.unused_user(&user)?;
                let alone = self.leaves_an_administrator(&rules, &user, None).await?;
                let groups = self.groups_of_user(id).await?;
                rules.loses(&Loses::of(&user, &groups))?;
                let told = told("user", "delete", tenant, id, Some(shown_gone(&user).to_string()), None);
                let gone = Operation::RemoveUser { id: id.to_owned(), expected: Some(expected) };
                Ok(Proposal {
                    operations: std::iter::once(gone).chain(alone).collect(),
                    told: vec![told],
                    summary: format!("delete the user {}", user.login),
                })
            })
        })
        .await
    }

    /// Makes a group.
    ///
    /// # Errors
    /// Where the draft holds mistakes, or its name is taken.
    pub async fn create_group(
        &self,
        author: &Author,
        tenant: &str,
        draft: &GroupDraft,
    ) -> Result<GroupRecord, AdminError> {
        let id = new_id_of("grp_")?;
        self.put_group(author, tenant, (&id, None), draft).await
    }

    /// Makes something else of a group; `expected` is the revision that the author knows it at.
    ///
    /// # Errors
    /// As [`Administration::create_group`], where it is not there or at another revision, something is assigned to it by
    /// the name that it would lose, or the author does not hold what is assigned to the one that it gets.
    pub async fn update_group(
        &self,
        author: &Author,
        tenant: &str,
        id: &str,
        expected: i64,
        draft: &GroupDraft,
    ) -> Result<GroupRecord, AdminError> {
        self.put_group(author, tenant, (id, Some(expected)), draft).await
    }

    async fn put_group(
        &self,
        author: &Author,
        tenant: &str,
        (id, expected): (&str, Option<i64>),
        draft: &GroupDraft,
    ) -> Result<GroupRecord, AdminError> {
        self.change_people(author, |state| {
            Box::pin(async move {
                let state = &*state;
                let before = match expected {
                    Some(expected) => Some(self.group_at(tenant, id, expected).await?),
                    None => None,
                };
                let group = drafted_group(state, tenant, id, draft, before.as_ref(), author.now)?;
                if let Some(before) = &before
                    && (&before.name, &before.provider) != (&group.name, &group.provider)
                {
                    let rules = Rules::new(author, state, tenant);
                    rules.unused_group(before)?;
                    rules.gains(&Gains::group(None, &group.name))?;
                }
                let verb = if before.is_some() { "update" } else { "create" };
                let body = |group: &GroupRecord| Some(shown_group(group).to_string());
                let told = told("group", verb, tenant, id, before.as_ref().and_then(body), body(&group));
                let summary = format!("{verb} the group {}", group.name);
                let operation =
                    Operation::PutGroup { group: Box::new(group), expected: Some(expected.unwrap_or(0)) };
                Ok(Proposal { operations: vec![operation], told: vec![told], summary })
            })
        })
        .await?;
        self.group(tenant, id).await?.ok_or(AdminError::NotFound("group"))
    }

    /// Deletes a group; gives the revision of the change.
    ///
    /// # Errors
    /// Where it is not there or at another revision, or something is assigned to it.
    pub async fn delete_group(
        &self,
        author: &Author,
        tenant: &str,
        id: &str,
        expected: i64,
    ) -> Result<i64, AdminError> {
        self.change_people(author, |state| {
            Box::pin(async move {
                let state = &*state;
                let group = self.group_at(tenant, id, expected).await?;
                Rules::new(author, state, tenant).unused_group(&group)?;
                let told = told("group", "delete", tenant, id, Some(shown_group(&group).to_string()), None);
                Ok(Proposal {
                    operations: vec![Operation::RemoveGroup { id: id.to_owned(), expected: Some(expected) }],
                    told: vec![told],
                    summary: format!("delete the group {}", group.name),
                })
            })
        })
        .await
    }

    /// Puts users of a tenant into a group of it, by hand; gives the revision of the change. Who is in it already stays.
    ///
    /// # Errors
    /// Where the group or a user is not there, or the author does not hold what is assigned to the group.
    pub async fn add_members(
        &self,
        author: &Author,
        tenant: &str,
        group: &str,
        users: &[String],
    ) -> Result<i64, AdminError> {
        self.change_people(author, |state| {
            Box::pin(async move {
                let state = &*state;
                let known = self.group(tenant, group).await?.ok_or(AdminError::NotFound("group"))?;
                let rules = Rules::new(author, state, tenant);
                let mut proposal = Proposal {
                    summary: format!("add members to the group {}", known.name),
                    ..Proposal::default()
                };
                let mut providers = BTreeSet::new();
                for id in users.iter().collect::<BTreeSet<_>>() {
                    let user = self.user(tenant, id).await?.ok_or(AdminError::NotFound("user"))?;
                    if providers.insert(user.provider.clone()) {
                        rules.gains(&Gains::group(Some(&user.provider), &known.name))?;
                    }
                    proposal.operations.push(Operation::AddMember(by_hand(group, id)));
                    let after = json!({ "user": id, "login": user.login }).to_string();
                    proposal.told.push(told("group-member", "add", tenant, group, None, Some(after)));
                }
                Ok(proposal)
            })
        })
        .await
    }

    /// Takes a user out of a group into which they were put by hand; gives the revision of the change.
    ///
    /// # Errors
    /// Where they are not in it, another source says that they are, or the author does not hold what the group denies.
    pub async fn remove_member(
        &self,
        author: &Author,
        tenant: &str,
        group: &str,
        user: &str,
    ) -> Result<i64, AdminError> {
        self.change_people(author, |state| {
            Box::pin(async move {
                let state = &*state;
                let known = self.group(tenant, group).await?.ok_or(AdminError::NotFound("group"))?;
                let member = self.user(tenant, user).await?.ok_or(AdminError::NotFound("user"))?;
                let sources = self.store.reader().sources_of_member(group, user).await?;
                match sources.iter().find(|source| !source.is_empty()) {
                    Some(source) => return Err(AdminError::ReadOnly { origin: source.clone() }),
                    None if sources.is_empty() => return Err(AdminError::NotFound("group-member")),
                    None => {}
                }
                let rules = Rules::new(author, state, tenant);
                rules.loses(&Loses::group(Some(&member.provider), &known.name))?;
                let before = json!({ "user": user, "login": member.login }).to_string();
                let alone = self.keeps_an_administrator_group(&rules, &known, &member).await?;
                let left = Operation::RemoveMember(by_hand(group, user));
                Ok(Proposal {
                    operations: std::iter::once(left).chain(alone).collect(),
                    told: vec![told("group-member", "remove", tenant, group, Some(before), None)],
                    summary: format!("remove a member of the group {}", known.name),
                })
            })
        })
        .await
    }

    /// Makes the change that `propose` thinks out, on the policy that decides; again where the policy,
    /// or what it is about, was changed meanwhile. Gives the revision of the change.
    async fn change_people<'a>(
        &'a self,
        author: &'a Author,
        propose: impl Fn(Arc<State>) -> BoxFuture<'a, Result<Proposal, AdminError>>,
    ) -> Result<i64, AdminError> {
        for _ in 0..ATTEMPTS {
            self.directory.refresh().await?;
            let state = self.directory.state();
            let base = state.snapshot.revision();
            let Proposal { operations, told, summary } = propose(Arc::clone(&state)).await?;
            let commit = Commit {
                base: Some(base),
                at: author.now,
                actor: author.actor.clone(),
                summary,
                operations,
                events: told.into_iter().map(|told| event(author, told)).collect::<Vec<AuditEvent>>(),
                fence: None,
            };
            match self.store.commit(commit).await {
                Err(
                    CommitError::Conflict { .. } | CommitError::Changed { .. } | CommitError::Missing { .. },
                ) => {}
                Err(error) => return Err(error.into()),
                Ok(revision) => {
                    if let Err(error) = self.directory.refresh().await {
                        // The change is made; what decides follows when the store is next looked at.
                        tracing::error!(%error, revision, "a change was made and is not in force yet");
                    }
                    return Ok(revision);
                }
            }
        }
        Err(AdminError::Unavailable("other processes change the same all the time".into()))
    }

    async fn user_at(&self, tenant: &str, id: &str, expected: i64) -> Result<UserRecord, AdminError> {
        let user = self.user(tenant, id).await?.ok_or(AdminError::NotFound("user"))?;
        if user.revision == expected {
            Ok(user)
        } else {
            Err(AdminError::Precondition { current: user.revision })
        }
    }

    async fn group_at(&self, tenant: &str, id: &str, expected: i64) -> Result<GroupRecord, AdminError> {
        let group = self.group(tenant, id).await?.ok_or(AdminError::NotFound("group"))?;
        if group.revision == expected {
            Ok(group)
        } else {
            Err(AdminError::Precondition { current: group.revision })
        }
    }

    async fn groups_of_user(&self, id: &str) -> Result<Vec<String>, AdminError> {
        let groups = self.store.reader().groups_of_one(id).await?;
        Ok(groups.into_iter().map(|group| group.name).collect())
    }

    /// That somebody may administer the installation, where this user may no longer: they become `after`, or are deleted.
    /// Gives what the change is to be made with.
    async fn leaves_an_administrator(
        &self,
        rules: &Rules<'_>,
        before: &UserRecord,
        after: Option<&UserRecord>,
    ) -> Result<Option<Operation>, AdminError> {
        if !before.active {
            return Ok(None);
        }
        let groups = self.groups_of_user(&before.id).await?;
        self.others_administer(rules, &before.id, &Loses::between(before, after, &groups)).await
    }

    /// The same, where a user leaves a group.
    async fn keeps_an_administrator_group(
        &self,
        rules: &Rules<'_>,
        group: &GroupRecord,
        member: &UserRecord,
    ) -> Result<Option<Operation>, AdminError> {
        if !member.active {
            return Ok(None);
        }
        let loses = Loses::group(Some(&member.provider), &group.name);
        self.others_administer(rules, &member.id, &loses).await
    }

    async fn others_administer(
        &self,
        rules: &Rules<'_>,
        id: &str,
        loses: &Loses<'_>,
    ) -> Result<Option<Operation>, AdminError> {
        let Some((lost, others)) = rules.administering(loses) else { return Ok(None) };
        for (recipient, is_lost) in
            others.into_iter().map(|other| (other, false)).chain(lost.into_iter().map(|lost| (lost, true)))
        {
            if self.is_anybody(rules.tenant(), recipient, id, is_lost).await? {
                // Who stays may be taken out by another change at the same time.
                return Ok(Some(Operation::Alone));
            }
        }
        Err(AdminError::LastAdministrator)
    }

    /// Whether somebody is left to whom something is assigned: nobody whom the directory refuses; and of a group that the
    /// directory knows, or by which the user loses it, another of its members.
    async fn is_anybody(
        &self,
        tenant: &str,
        recipient: &Recipient,
        user: &str,
        is_lost: bool,
    ) -> Result<bool, AdminError> {
        let reader = self.store.reader();
        let provider = &*recipient.provider;
        let known = match &recipient.who {
            Who::Group { group, .. } => {
                if reader.has_other_members(tenant, provider, group, user).await? {
                    return Ok(true);
                }
                let (tenant, name) = (Some(tenant.to_owned()), Some(group.to_string()));
                let named = GroupQuery { tenant, name, limit: MAX_PAGE, ..GroupQuery::default() };
                let named = reader.groups(&named).await?;
                let is_known = |known: &GroupRecord| {
                    known.name == **group && [provider, OWN_PROVIDER].contains(&&*known.provider)
                };
                return Ok(!is_lost && !named.iter().any(is_known));
            }
            _ if is_lost => return Ok(false),
            Who::Id { id, .. } => match reader.user_by_subject(provider, id).await? {
                None => {
                    let former = reader.former_user(tenant, provider, id).await?;
                    return Ok(former.is_none_or(|former| former.active && !former.is_deleted));
                }
                known => known,
            },
            Who::Login { login, .. } => reader.user_by_login(provider, login).await?,
        };
        Ok(known.is_none_or(|known| known.tenant != tenant || known.active))
    }
}

fn by_hand(group: &str, user: &str) -> Membership {
    Membership { group: group.to_owned(), user: user.to_owned(), source: String::new() }
}

/// The provider that is meant, which has to be there.
fn provider(state: &State, named: Option<&str>, otherwise: Option<&str>) -> Result<String, AdminError> {
    let vouching = state.snapshot.compiled().vouching();
    let refused = |reason: &str| AdminError::Unkeepable { pointer: "/provider", reason: reason.to_owned() };
    let sole = match vouching {
        [only, _own] => Some(&**only),
        [own] => Some(&**own),
        _ => None,
    };
    let wanted = named.or(otherwise).or(sole);
    let Some(wanted) = wanted else { return Err(refused("there are several providers: name one")) };
    match vouching.iter().any(|known| **known == *wanted) {
        true => Ok(wanted.to_owned()),
        false => Err(refused("there is no such provider")),
    }
}

fn text(pointer: &'static str, text: Option<&str>) -> Result<Option<String>, AdminError> {
    match text {
        None | Some("") => Ok(None),
        Some(text) if text.len() > MAX_NAME || text.contains('\0') => {
            let reason = format!("has at most {MAX_NAME} bytes, and no NUL");
            Err(AdminError::Unkeepable { pointer, reason })
        }
        Some(text) => Ok(Some(text.to_owned())),
    }
}

fn drafted(
    state: &State,
    tenant: &str,
    id: &str,
    draft: &UserDraft,
    before: Option<&UserRecord>,
    now: i64,
) -> Result<UserRecord, AdminError> {
    let known = before.map(|before| before.provider.as_str());
    let provider = provider(state, draft.provider.as_deref(), known)?;
    let attributes = Value::Object(draft.attributes.clone()).to_string();
    // Who does not say it leaves it; an empty one takes it away.
    let subject = match (&draft.subject, before) {
        // Casemate vouches for its own users itself, and calls them by their ids.
        (said, _) if provider == OWN_PROVIDER => {
            if said.as_deref().is_some_and(|said| said != id) {
                let reason = "is the id of a user with a local account: leave it out".to_owned();
                return Err(AdminError::Unkeepable { pointer: "/subject", reason });
            }
            Some(id.to_owned())
        }
        (None, Some(before)) if before.provider == provider => before.subject.clone(),
        (said, _) => text("/subject", said.as_deref())?,
    };
    Ok(UserRecord {
        id: id.to_owned(),
        tenant: tenant.to_owned(),
        provider,
        subject,
        login: draft.login.clone(),
        external_id: text("/external_id", draft.external_id.as_deref())?,
        active: draft.active,
        display_name: text("/display_name", draft.display_name.as_deref())?,
        email: text("/email", draft.email.as_deref())?,
        attributes,
        scim: before.and_then(|before| before.scim.clone()),
        source: before.map(|before| before.source.clone()).unwrap_or_default(),
        revision: 0,
        created_at: before.map_or(now, |before| before.created_at),
        updated_at: now,
        signed_in_at: None,
    })
}

fn drafted_group(
    state: &State,
    tenant: &str,
    id: &str,
    draft: &GroupDraft,
    before: Option<&GroupRecord>,
    now: i64,
) -> Result<GroupRecord, AdminError> {
    let known = before.map_or(OWN_PROVIDER, |before| before.provider.as_str());
    Ok(GroupRecord {
        id: id.to_owned(),
        tenant: tenant.to_owned(),
        provider: provider(state, draft.provider.as_deref(), Some(known))?,
        name: draft.name.clone(),
        external_id: text("/external_id", draft.external_id.as_deref())?,
        source: before.map(|before| before.source.clone()).unwrap_or_default(),
        scim: before.and_then(|before| before.scim.clone()),
        revision: 0,
        created_at: before.map_or(now, |before| before.created_at),
        updated_at: now,
    })
}

/// A user as events tell of them.
fn shown_user(user: &UserRecord) -> Value {
    let attributes: Value = serde_json::from_str(&user.attributes).unwrap_or_default();
    json!({
        "provider": user.provider, "subject": user.subject, "login": user.login, "external_id": user.external_id,
        "active": user.active, "display_name": user.display_name, "email": user.email, "attributes": attributes,
    })
}

/// A user who is deleted as events tell of them, which stay when nothing personal of them is to.
fn shown_gone(user: &UserRecord) -> Value {
    json!({
        "provider": user.provider, "login": user.login, "external_id": user.external_id, "active": user.active,
    })
}

/// A group as events tell of it.
fn shown_group(group: &GroupRecord) -> Value {
    json!({ "provider": group.provider, "name": group.name, "external_id": group.external_id })
}

/// That a user was made.
pub(super) fn told_user(user: &UserRecord) -> Told {
    told("user", "create", &user.tenant, &user.id, None, Some(shown_user(user).to_string()))
}

fn told(
    kind: &'static str,
    verb: &'static str,
    tenant: &str,
    id: &str,
    before: Option<String>,
    after: Option<String>,
) -> Told {
    Told {
        action: format!("casemate.{kind}.{verb}"),
        kind: verb,
        tenant: tenant.to_owned(),
        resource: (if kind == "group-member" { "group" } else { kind }, id.to_owned()),
        before,
        after,
    }
}

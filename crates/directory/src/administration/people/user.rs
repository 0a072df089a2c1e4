//! Users, administered one by one.

use casemate_store::{Operation, UserRecord};

use super::Proposal;
use super::draft::{UserDraft, drafted};
use super::rules::{Loses, Rules};
use super::told::{shown_gone, shown_user, told, verb};
use super::version::{kept_deleted_user, kept_user};
use crate::administration::Administration;
use crate::administration::entry::Author;
use crate::administration::error::AdminError;
use crate::administration::write::new_id_of;
use crate::directory::State;

impl Administration {
    /// A user of a tenant.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn user(&self, tenant: &str, id: &str) -> Result<Option<UserRecord>, AdminError> {
        Ok(self.store.reader().user(id).await?.filter(|user| user.tenant == tenant))
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
                    self.proposed_user(&state, author, tenant, (id, expected, None), draft).await
                })
            })
            .await;
        written?;
        self.user(tenant, id).await?.ok_or(AdminError::NotFound("user"))
    }

    /// What makes this of a user, who is set back to a revision where that is given.
    pub(super) async fn proposed_user(
        &self,
        state: &State,
        author: &Author,
        tenant: &str,
        (id, expected, restored): (&str, Option<i64>, Option<i64>),
        draft: &UserDraft,
    ) -> Result<Proposal, AdminError> {
        let before = match expected {
            Some(expected) => Some(self.user_at(tenant, id, expected).await?),
            None => None,
        };
        let user = drafted(state, tenant, id, draft, before.as_ref(), author.now)?;
        let rules = Rules::new(author, state, tenant);
        let groups = self.groups_of_user(id).await?;
        rules.user(before.as_ref(), &user, &groups)?;
        let alone = self.leaves_an_administrator(&rules, before.as_ref(), Some(&user)).await?;
        let verb = verb(before.is_some(), restored);
        let body = |user: &UserRecord| Some(shown_user(user).to_string());
        let told = told("user", verb, tenant, id, before.as_ref().and_then(body), body(&user));
        let summary = format!("{verb} the user {}", user.login);
        let kept = kept_user(verb, restored, before.as_ref(), &user);
        let user = Box::new(user);
        let put = Operation::PutUser { user, expected: Some(expected.unwrap_or(0)) };
        let operations = [put, kept].into_iter().chain(alone).collect();
        Ok(Proposal { operations, told: vec![told], summary })
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
                let alone = self.leaves_an_administrator(&rules, Some(&user), None).await?;
                let groups = self.groups_of_user(id).await?;
                rules.loses(&Loses::of(&user, &groups))?;
                let told = told("user", "delete", tenant, id, Some(shown_gone(&user).to_string()), None);
                let gone = Operation::RemoveUser { id: id.to_owned(), expected: Some(expected) };
                Ok(Proposal {
                    operations: [gone, kept_deleted_user(id, None)].into_iter().chain(alone).collect(),
                    told: vec![told],
                    summary: format!("delete the user {}", user.login),
                })
            })
        })
        .await
    }

    async fn user_at(&self, tenant: &str, id: &str, expected: i64) -> Result<UserRecord, AdminError> {
        let user = self.user(tenant, id).await?.ok_or(AdminError::NotFound("user"))?;
        if user.revision == expected {
            Ok(user)
        } else {
            Err(AdminError::Precondition { current: user.revision })
        }
    }

    pub(super) async fn groups_of_user(&self, id: &str) -> Result<Vec<String>, AdminError> {
        let groups = self.store.reader().groups_of_one(id).await?;
        Ok(groups.into_iter().map(|group| group.name).collect())
    }
}

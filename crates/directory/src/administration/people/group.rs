//! Groups, administered one by one.

use casemate_store::{GroupRecord, Operation};

use super::Proposal;
use super::code::not_of_code;
use super::draft::{GroupDraft, drafted_group};
use super::rules::{Gains, Rules};
use super::told::{shown_group, told, verb};
use super::version::{kept_deleted_group, kept_group};
use crate::administration::Administration;
use crate::administration::entry::Author;
use crate::administration::error::AdminError;
use crate::administration::write::new_id_of;
use crate::directory::State;

/// A group that becomes something.
#[derive(Debug, Clone, Copy)]
pub(super) struct Becoming<'a> {
    pub(super) id: &'a str,
    /// The revision that its author knows it at; none where it is made.
    pub(super) expected: Option<i64>,
    /// The revision that it is set back to, where it is.
    pub(super) restored: Option<i64>,
}

impl Administration {
    /// A group of a tenant.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn group(&self, tenant: &str, id: &str) -> Result<Option<GroupRecord>, AdminError> {
        Ok(self.store.reader().group(id).await?.filter(|group| group.tenant == tenant))
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
        let becoming = Becoming { id, expected, restored: None };
        self.change_people(author, |state| {
            Box::pin(async move { self.proposed_group(&state, author, tenant, becoming, draft).await })
        })
        .await?;
        self.group(tenant, id).await?.ok_or(AdminError::NotFound("group"))
    }

    /// What makes this of a group.
    pub(super) async fn proposed_group(
        &self,
        state: &State,
        author: &Author,
        tenant: &str,
        Becoming { id, expected, restored }: Becoming<'_>,
        draft: &GroupDraft,
    ) -> Result<Proposal, AdminError> {
        let before = match expected {
            Some(expected) => Some(self.group_at(tenant, id, expected).await?),
            None => None,
        };
        let group = drafted_group(state, tenant, id, draft, before.as_ref(), author.now)?;
        let mut alone = None;
        if let Some(before) = &before
            && (&before.name, &before.provider) != (&group.name, &group.provider)
        {
            let rules = Rules::new(author, state, tenant);
            rules.unused_group(before)?;
            rules.gains(&Gains::group(None, &group.name))?;
            // Whoever leaves it at the same time is somebody else from then on.
            alone = rules.is_administered_by_group(&group.name).then_some(Operation::Alone);
        }
        let verb = verb(before.is_some(), restored);
        let body = |group: &GroupRecord| Some(shown_group(group).to_string());
        let told = told("group", verb, tenant, id, before.as_ref().and_then(body), body(&group));
        let summary = format!("{verb} the group {}", group.name);
        let kept = kept_group(verb, restored, before.as_ref(), &group);
        let put = Operation::PutGroup { group: Box::new(group), expected: Some(expected.unwrap_or(0)) };
        let operations = [put, kept].into_iter().chain(alone).collect();
        Ok(Proposal { operations, told: vec![told], summary })
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
                    operations: vec![
                        Operation::RemoveGroup { id: id.to_owned(), expected: Some(expected) },
                        kept_deleted_group(&group, None),
                    ],
                    told: vec![told],
                    summary: format!("delete the group {}", group.name),
                })
            })
        })
        .await
    }

    pub(super) async fn group_at(
        &self,
        tenant: &str,
        id: &str,
        expected: i64,
    ) -> Result<GroupRecord, AdminError> {
        let group = self.group(tenant, id).await?.ok_or(AdminError::NotFound("group"))?;
        not_of_code(&group)?;
        if group.revision == expected {
            Ok(group)
        } else {
            Err(AdminError::Precondition { current: group.revision })
        }
    }
}

//! Who is put into groups by hand, and taken out.

use std::collections::BTreeSet;

use casemate_store::{GroupRecord, Membership, Operation, Still};
use serde_json::json;

use super::Proposal;
use super::code::not_of_code;
use super::rules::{Gains, Loses, Rules};
use super::told::told;
use super::version::kept_group;
use crate::administration::Administration;
use crate::administration::entry::Author;
use crate::administration::error::AdminError;

/// How many users come to a group at once, or leave it.
pub const MAX_MEMBERS: usize = 1_000;

impl Administration {
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
                not_of_code(&known)?;
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
                // By another name others would come with it.
                proposal.operations.extend([still(&known), kept_group("add", None, Some(&known), &known)]);
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
                not_of_code(&known)?;
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
                let kept = kept_group("remove", None, Some(&known), &known);
                Ok(Proposal {
                    operations: [still(&known), left, kept].into_iter().chain(alone).collect(),
                    told: vec![told("group-member", "remove", tenant, group, Some(before), None)],
                    summary: format!("remove a member of the group {}", known.name),
                })
            })
        })
        .await
    }
}

/// That a group is what it was as the change was thought out.
pub(super) fn still(group: &GroupRecord) -> Operation {
    Operation::Still(Still::Group { id: group.id.clone(), revision: group.revision })
}

pub(super) fn by_hand(group: &str, user: &str) -> Membership {
    Membership { group: group.to_owned(), user: user.to_owned(), source: String::new() }
}

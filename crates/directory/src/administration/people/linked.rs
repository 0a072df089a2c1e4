//! Taking linked sign-ins of people away.

use casemate_store::{LinkChange, LinkedIdentity, Operation, UserRecord};
use serde_json::json;

use super::rules::Rules;
use super::{Proposal, told};
use crate::administration::Administration;
use crate::administration::entry::Author;
use crate::administration::error::AdminError;
use crate::administration::write::Told;

impl Administration {
    /// Somebody's linked sign-ins, the oldest first.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn links_of(&self, user: &UserRecord) -> Result<Vec<LinkedIdentity>, AdminError> {
        Ok(self.store.reader().linked_identities(&user.id).await?)
    }

    /// Takes a linked sign-in of somebody away; whoever came by it is signed out. It may be the last way in which they sign in.
    ///
    /// # Errors
    /// Where they or it are not there, and where the author does not hold all that they hold, in whichever tenant: whoever takes a way
    /// to sign in from somebody decides whether they can come in.
    pub async fn remove_link(
        &self,
        author: &Author,
        tenant: &str,
        user: &str,
        link: &str,
    ) -> Result<i64, AdminError> {
        self.change_people(author, |state| {
            Box::pin(async move {
                let state = &*state;
                let user = self.user(tenant, user).await?.ok_or(AdminError::NotFound("user"))?;
                let links = self.links_of(&user).await?;
                let found = links.into_iter().find(|found| found.id == link);
                let found = found.ok_or(AdminError::NotFound("linked sign-in"))?;
                let groups = self.groups_of_user(&user.id).await?;
                Rules::new(author, state, tenant).becomes(&user, &groups)?;
                let before =
                    json!({ "link": found.id, "provider": found.provider, "subject": found.subject });
                let before = Some(before.to_string());
                let told = Told { kind: "remove", ..told("user", "link", tenant, &user.id, before, None) };
                let summary = format!("remove a linked sign-in of the user {}", user.login);
                let change = LinkChange::Remove { user: user.id, id: found.id, least: 0, among: Vec::new() };
                Ok(Proposal { operations: vec![Operation::Link(change)], told: vec![told], summary })
            })
        })
        .await
    }
}

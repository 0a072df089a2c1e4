//! Letting a person with an account of Casemate's own set their password.

use casemate_store::{AccountChange, LinkPurpose, Operation, PasswordLink, UserRecord};
use serde_json::json;

use super::rules::Rules;
use super::{Proposal, told};
use crate::OWN_PROVIDER;
use crate::administration::Administration;
use crate::administration::entry::Author;
use crate::administration::error::AdminError;

impl Administration {
    /// Makes a link by which a user sets their password; of earlier invitations none works any more. `digest` is the SHA-256 of
    /// what is in the link, `maker` who they are that make it, and `until` when it ends (microseconds since 1970, UTC).
    ///
    /// # Errors
    /// Where they are not there, are not active or have no account of Casemate's own, where the author does not hold all that
    /// they hold, in whichever tenant (whoever has the link may be them), and where too many were made within the hour.
    pub async fn invite(
        &self,
        author: &Author,
        tenant: &str,
        id: &str,
        digest: [u8; 32],
        maker: &str,
        until: i64,
    ) -> Result<UserRecord, AdminError> {
        self.change_people(author, |state| {
            Box::pin(async move {
                let state = &*state;
                let user = self.user(tenant, id).await?.ok_or(AdminError::NotFound("user"))?;
                if user.provider != OWN_PROVIDER || !user.active {
                    let reason = "they are not active, or have no account of Casemate's own".to_owned();
                    return Err(AdminError::Unkeepable { pointer: "", reason });
                }
                let groups = self.groups_of_user(id).await?;
                Rules::new(author, state, tenant).becomes(&user, &groups)?;
                let link = PasswordLink {
                    digest,
                    user: id.to_owned(),
                    purpose: LinkPurpose::Invitation,
                    maker: Some(maker.to_owned()),
                    email: user.email.clone(),
                    created_at: author.now,
                    expires_at: until,
                };
                let after = json!({ "expires_at": until }).to_string();
                Ok(Proposal {
                    operations: vec![Operation::Account(AccountChange::PutLink(link))],
                    told: vec![told("user", "invite", tenant, id, None, Some(after))],
                    summary: format!("invite the user {}", user.login),
                })
            })
        })
        .await?;
        self.user(tenant, id).await?.ok_or(AdminError::NotFound("user"))
    }
}

impl Administration {
    /// That whoever made a link holds all that this user holds by now. Gives the revision at which it is so.
    ///
    /// # Errors
    /// As [`Administration::invite`].
    pub async fn still_equals(&self, maker: &Author, user: &UserRecord) -> Result<i64, AdminError> {
        self.directory.refresh().await?;
        let state = self.directory.state();
        let groups = self.groups_of_user(&user.id).await?;
        Rules::new(maker, &state, &user.tenant).becomes(user, &groups)?;
        Ok(state.snapshot.revision())
    }
}

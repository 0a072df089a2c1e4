//! Taking second factors of people with accounts of Casemate's own away, for whoever lost them.

use casemate_store::{AccountChange, FactorChange, Operation, SecondFactor, UserRecord};
use serde_json::json;

use super::rules::Rules;
use super::{Proposal, told};
use crate::administration::Administration;
use crate::administration::entry::Author;
use crate::administration::error::AdminError;
use crate::administration::write::Told;

impl Administration {
    /// Somebody's second factors, the oldest first.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn factors_of(&self, user: &UserRecord) -> Result<Vec<SecondFactor>, AdminError> {
        Ok(self.store.reader().second_factors(&user.id).await?)
    }

    /// Takes a second factor of somebody away; with the last one, their recovery codes go too.
    ///
    /// # Errors
    /// Where they or it are not there, and where the author does not hold all that they hold, in whichever tenant: whoever knows
    /// their password needs less to be them from then on.
    pub async fn remove_factor(
        &self,
        author: &Author,
        tenant: &str,
        user: &str,
        factor: &str,
    ) -> Result<i64, AdminError> {
        self.change_people(author, |state| {
            Box::pin(async move {
                let state = &*state;
                let user = self.user(tenant, user).await?.ok_or(AdminError::NotFound("user"))?;
                let factors = self.factors_of(&user).await?;
                let found = factors.into_iter().find(|found| found.id == factor);
                let found = found.ok_or(AdminError::NotFound("second factor"))?;
                let groups = self.groups_of_user(&user.id).await?;
                Rules::new(author, state, tenant).becomes(&user, &groups)?;
                let before = json!({ "factor": found.id, "kind": found.kind.as_str() }).to_string();
                let told =
                    Told { kind: "remove", ..told("user", "factor", tenant, &user.id, Some(before), None) };
                let summary = format!("remove a second factor of the user {}", user.login);
                let change = FactorChange::Remove { user: user.id, id: found.id, least: 0 };
                let operations = vec![Operation::Account(AccountChange::Factor(change))];
                Ok(Proposal { operations, told: vec![told], summary })
            })
        })
        .await
    }
}

//! What ends the sessions of people, and what they were called before.

use std::collections::{BTreeSet, HashMap};

use super::{Before, Called, IDS, PeopleChange};
use crate::commit::Refused;
use crate::people::lost::has_lost;
use crate::people::{UserRecord, former};
use crate::sql::{Database as _, Value, places, rows_of, values};

const FORMER_COLUMNS: usize = 13;
const CALLED_COLUMNS: usize = 3;

/// The statement that ends the sessions of whom `called` selects: provider, subject and tenant. Where a provider said no tenant,
/// a session may also be of who is at home where its users are provisioned.
pub(in crate::people) fn ending(reason: &str, called: &str) -> String {
    format!(
        "WITH called (provider, subject, tenant) AS ({called}) \
         UPDATE session SET revision = $1, ended_at = $2, end_reason = '{reason}', identity = '' \
         WHERE ended_at IS NULL AND (provider, subject) IN (SELECT provider, subject FROM called) \
         AND (tenant = '' OR (provider, subject, tenant) IN (SELECT provider, subject, tenant FROM called) \
         OR (provider, subject, home) IN (SELECT provider, subject, tenant FROM called))"
    )
}

/// By what a user was called who is called otherwise from now on.
struct Former<'a> {
    user: &'a str,
    tenant: &'a str,
    called: Called<'a>,
}

impl Former<'_> {
    /// The id of the row that keeps it: one for each user, provider and subject.
    fn id(&self, digest: &[u8]) -> String {
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{}~{}~{digest}", self.user, self.called.0)
    }
}

impl PeopleChange<'_> {
    /// Ends the sessions of browsers of those who may not sign in any more, or are called otherwise.
    pub(super) async fn end_sessions(&mut self, called: BTreeSet<Called<'_>>) -> Result<(), Refused> {
        let called: Vec<Called<'_>> = called.into_iter().collect();
        for called in called.chunks(IDS) {
            // Behind the revision and the time.
            let row = |row: usize| format!("({})", places(3 + row * CALLED_COLUMNS, CALLED_COLUMNS));
            let called_rows: Vec<String> = (0..called.len()).map(row).collect();
            let text = ending("user-ended", &format!("VALUES {}", called_rows.join(", ")));
            let values: Vec<Value<'_>> = called
                .iter()
                .flat_map(|(provider, subject, tenant)| [*provider, *subject, *tenant].map(Value::from))
                .collect();
            self.execute_on(&text, &values).await?;
        }
        Ok(())
    }

    /// Ends the sessions of users who are not active, of those of whom their provider no longer says something, and of what
    /// users were called before; and keeps the latter, so that they are refused by it for as long as they are not active.
    pub(super) async fn leave_behind(
        &mut self,
        users: &[(&UserRecord, Option<i64>)],
        before: &HashMap<String, Before>,
    ) -> Result<(), Refused> {
        let mut ended = BTreeSet::new();
        let mut former = Vec::new();
        let mut lessened = BTreeSet::new();
        for (user, _) in users {
            let called = user.subject.as_deref().map(|subject| (&*user.provider, subject, &*user.tenant));
            if !user.active {
                ended.extend(called);
            }
            let Some(before) = before.get(&user.id) else { continue };
            // What an attribute stood in the place of, a session may say still.
            let was = before.attributes.as_deref().filter(|_| !user.source.is_empty());
            if was.is_some_and(|was| has_lost(was, &user.attributes)) {
                lessened.insert(user.id.clone());
            }
            if let Some(was) = before.called().filter(|was| Some(*was) != called) {
                ended.insert(was);
                former.push(Former { user: &user.id, tenant: &before.named.0, called: was });
            }
        }
        self.end_sessions(ended).await?;
        self.end_sessions_of(lessened).await?;
        if former.is_empty() { Ok(()) } else { self.keep_former(&former).await }
    }

    /// Keeps what users were called, as rows of deleted users that name who they are of as their external id. They are of
    /// no revision, since the user is of the one that makes them.
    async fn keep_former(&mut self, called: &[Former<'_>]) -> Result<(), Refused> {
        let digests: Vec<Vec<u8>> = called.iter().map(|each| former(each.called.1)).collect();
        let ids: Vec<String> = called.iter().zip(&digests).map(|(each, digest)| each.id(digest)).collect();
        let text = format!(
            "INSERT INTO directory_user (id, tenant, provider, subject_sha256, login, external_id, active, attributes, \
             source, revision, created_at, updated_at, deleted_at) VALUES {} ON CONFLICT (id) DO NOTHING",
            rows_of(called.len(), FORMER_COLUMNS)
        );
        let mut values = Vec::with_capacity(called.len() * FORMER_COLUMNS);
        for ((each, id), digest) in called.iter().zip(&ids).zip(&digests) {
            values.extend(values![
                id,
                each.tenant,
                each.called.0,
                digest.as_slice(),
                "",
                each.user,
                0_i64,
                "{}",
                "",
                0_i64,
                self.at,
                self.at,
                self.at,
            ]);
        }
        self.link.execute(&text, &values).await?;
        Ok(())
    }

    /// Ends the sessions of users of whom their provider no longer says what it said: what their tokens said may be as old.
    pub(super) async fn end_sessions_of(&mut self, users: BTreeSet<String>) -> Result<(), Refused> {
        let users: Vec<Value<'_>> = users.iter().map(Value::from).collect();
        for users in users.chunks(IDS) {
            let called = format!(
                "SELECT provider, subject, tenant FROM directory_user WHERE id IN ({}) AND subject IS NOT NULL",
                places(3, users.len())
            );
            self.execute_on(&ending("attributes-gone", &called), users).await?;
        }
        Ok(())
    }
}

//! Whoever is the last who administers stays as they are, whatever the directory says, until somebody else does.

use casemate_directory::{AdminError, Formerly, Judged, Taken};
use casemate_store::{AuditEvent, Commit, CommitError, Operation};
use serde_json::{Value, json};

use crate::changes::{Change, Changes, Verb, Was, count, is_of_one};
use crate::report::Report;
use crate::run::SyncError;

/// How often a change is judged anew because the policy was changed meanwhile.
const ATTEMPTS: usize = 5;
/// Why something was left as it is, as events tell it.
const LAST_ADMINISTRATOR: &str = "last_administrator";

impl Changes<'_> {
    /// What a change takes from those who administer.
    pub(crate) async fn judge(&self, change: &Change) -> Result<Judged, SyncError> {
        let formerly = match &change.was {
            None => Formerly::Nothing,
            Some(Was::User(user)) => Formerly::User(user),
            Some(Was::Group(group)) => Formerly::Group(group),
        };
        Ok(self.administration.judge(formerly, &change.operations, self.by.now).await?)
    }

    /// Makes one change, unless nobody would be left who administers.
    pub(crate) async fn make(&self, change: &Change) -> Result<Taken, SyncError> {
        for _ in 0..ATTEMPTS {
            let judged = self.judge(change).await?;
            if matches!(judged.taken, Taken::TheLast { .. }) {
                return Ok(judged.taken);
            }
            match self.commit(std::slice::from_ref(change), &judged).await {
                // Who administers is to be known as it is now.
                Err(CommitError::Conflict { .. }) => self.refresh().await?,
                // Somebody else who was to be left is not what they were.
                Err(CommitError::Changed { id, .. }) if id != change.id => self.refresh().await?,
                Err(error) => return Err(error.into()),
                Ok(()) => {
                    // It counts as a change of the policy, on which the next ones are judged.
                    if judged.taken != Taken::Nothing {
                        self.refresh().await?;
                    }
                    return Ok(judged.taken);
                }
            }
        }
        Err(AdminError::Unavailable("other processes change the policy all the time".to_owned()).into())
    }

    async fn refresh(&self) -> Result<(), SyncError> {
        self.administration.directory().refresh().await.map_err(AdminError::from)?;
        Ok(())
    }

    /// Says that somebody was left as they are, and makes what of the change takes nothing from them. `member` is who may not
    /// leave the group that it is of.
    pub(crate) async fn keep(
        &mut self,
        change: &Change,
        member: Option<String>,
        report: &mut Report,
    ) -> Result<(), SyncError> {
        report.keep(&change.named);
        self.tell(change, member.as_deref()).await?;
        let mut less = narrowed(change, member.as_deref());
        if change.of_user && less.is_none() {
            let of = if change.verb == Verb::Create { &mut self.refused } else { &mut self.kept };
            of.insert(change.id.clone());
        }
        while let Some(change) = less {
            match self.make(&change).await {
                Ok(Taken::TheLast { member }) => less = narrowed(&change, member.as_deref()),
                Ok(_) => {
                    count(report, &change);
                    break;
                }
                Err(SyncError::Commit(error)) if is_of_one(&error) => {
                    report.skip(format!("{}: {error}", change.named));
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn tell(&self, change: &Change, member: Option<&str>) -> Result<(), SyncError> {
        if self.is_dry {
            return Ok(());
        }
        let event = AuditEvent {
            outcome: "denied".to_owned(),
            reason: Some(LAST_ADMINISTRATOR.to_owned()),
            after: member.map(|member| json!({ "member_kept": member }).to_string()),
            ..self.event(change)
        };
        let commit = Commit {
            base: None,
            at: self.by.now,
            actor: self.by.actor.clone(),
            summary: String::new(),
            operations: Vec::new(),
            events: vec![event],
            fence: Some(self.lease.fence()),
        };
        self.store.commit(commit).await?;
        Ok(())
    }
}

/// The change without what takes the most: the user is called as before, so is the group, or the member stays in it.
/// Nothing, where that is all of it.
fn narrowed(change: &Change, member: Option<&str>) -> Option<Change> {
    let mut less = change.clone();
    let is_less = match &change.was {
        None => false,
        Some(Was::User(before)) => less.operations.iter_mut().any(|operation| match operation {
            Operation::PutUser { user, .. } if user.active => {
                let is_other = (&user.subject, &user.login) != (&before.subject, &before.login);
                user.subject.clone_from(&before.subject);
                user.login.clone_from(&before.login);
                is_other
            }
            _ => false,
        }),
        Some(Was::Group(before)) => {
            let is_renamed = less.operations.iter_mut().any(|operation| match operation {
                Operation::PutGroup { group, .. } if group.name != before.name => {
                    group.name.clone_from(&before.name);
                    true
                }
                _ => false,
            });
            is_renamed || member.is_some_and(|member| stays(&mut less, member))
        }
    };
    (is_less && !less.operations.is_empty()).then(|| retold(less))
}

/// Takes out of a change that somebody leaves.
fn stays(change: &mut Change, member: &str) -> bool {
    let before = change.operations.len();
    change
        .operations
        .retain(|operation| !matches!(operation, Operation::RemoveMember(left) if left.user == member));
    change.members_removed = change.members_removed.saturating_sub(1);
    change.operations.len() < before
}

/// Has a change tell of itself as it is.
fn retold(mut change: Change) -> Change {
    let (login, name) = match &change.was {
        Some(Was::User(before)) => (Some(before.login.clone()), None),
        Some(Was::Group(before)) => (None, Some(before.name.clone())),
        None => (None, None),
    };
    let removed = change.members_removed;
    if let Some(told) = change.after.as_mut().and_then(Value::as_object_mut) {
        let now = [
            ("login", login.map(Value::from)),
            ("name", name.map(Value::from)),
            ("members_removed_count", told.contains_key("members_removed_count").then(|| removed.into())),
        ];
        for (key, value) in now.into_iter().filter_map(|(key, value)| Some((key, value?))) {
            told.insert(key.to_owned(), value);
        }
    }
    change
}

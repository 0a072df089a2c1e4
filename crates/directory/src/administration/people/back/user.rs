//! One user who is set back, or deleted.

use casemate_store::{Operation, UserRecord};

use super::{Made, PersonBack, Turned, Turning, Wanted};
use crate::administration::Administration;
use crate::administration::change::bounded;
use crate::administration::error::AdminError;
use crate::administration::people::draft::drafted;
use crate::administration::people::rules::{Loses, Rules};
use crate::administration::people::told::{shown_gone, shown_user, told};
use crate::administration::people::version::{
    documents_differ, kept_deleted_user, kept_user, stay_who_they_are, user_draft,
};
use crate::administration::plan::PlannedChange;

impl Administration {
    pub(super) async fn user_gone(
        &self,
        turning: &Turning<'_>,
        user: &UserRecord,
    ) -> Result<Turned, AdminError> {
        if !user.source.is_empty() {
            return Err(AdminError::ReadOnly { origin: user.source.clone() });
        }
        let author = turning.author(&user.id, user.revision)?;
        let groups = self.groups_of_user(&user.id).await?;
        let loses = Loses::of(user, &groups);
        Rules::new(author, turning.then(), &user.tenant).unused_user(user)?;
        for rules in turning.rules(author, &user.tenant) {
            rules.loses(&loses)?;
        }
        let is_losing = user.active
            && Rules::new(author, turning.then(), &user.tenant)
                .administering(std::slice::from_ref(&loses))
                .is_some();
        let lines = documents_differ(Some(&shown_user(user).to_string()), None);
        let gone = Operation::RemoveUser { id: user.id.clone(), expected: Some(user.revision) };
        let shown = Some(shown_gone(user).to_string());
        Ok(Turned {
            back: shown_back(user, "delete", lines, &user.login),
            operations: vec![gone, kept_deleted_user(&user.id, Some(turning.revision))],
            told: vec![told("user", "delete", &user.tenant, &user.id, shown, None)],
            is_losing,
            made: Made::User { before: Box::new(user.clone()), after: None },
        })
    }

    pub(super) async fn user_back(
        &self,
        turning: &mut Turning<'_>,
        one: &Wanted,
        today: &UserRecord,
        then: &str,
    ) -> Result<Option<Turned>, AdminError> {
        let said = user_draft(then)?;
        let mut draft = said.clone();
        stay_who_they_are(&mut draft, today);
        if draft.active != said.active && !today.active {
            turning.left.push(one.left("nobody who is not active becomes so by it".to_owned()));
        } else if (&draft.login, &draft.subject, draft.active) != (&said.login, &said.subject, said.active) {
            let origin = today.source.clone();
            turning.left.push(one.left(AdminError::ReadOnly { origin }.to_string()));
        }
        let after =
            drafted(turning.then(), &today.tenant, &today.id, &draft, Some(today), turning.author.now)?;
        let (before, body) = (shown_user(today).to_string(), shown_user(&after).to_string());
        if before == body {
            return Ok(None);
        }
        let author = turning.author(&today.id, today.revision)?;
        let groups = self.groups_of_user(&today.id).await?;
        for rules in turning.rules(author, &today.tenant) {
            rules.user(Some(today), &after, &groups)?;
        }
        self.user_is_named_freely(turning, &after).await?;
        let loses = Loses::between(today, Some(&after), &groups);
        let is_losing = today.active
            && Rules::new(author, turning.then(), &today.tenant)
                .administering(std::slice::from_ref(&loses))
                .is_some();
        let lines = documents_differ(Some(&before), Some(&body));
        let kept = kept_user("restore", Some(turning.revision), Some(today), &after);
        let put = Operation::PutUser { user: Box::new(after.clone()), expected: Some(today.revision) };
        Ok(Some(Turned {
            back: shown_back(today, "update", lines, &after.login),
            operations: vec![put, kept],
            told: vec![told("user", "restore", &today.tenant, &today.id, Some(before), Some(body))],
            is_losing,
            made: Made::User { before: Box::new(today.clone()), after: Some(Box::new(after)) },
        }))
    }

    /// That nobody else has the login or the subject, but who is deleted by the same change.
    async fn user_is_named_freely(
        &self,
        turning: &mut Turning<'_>,
        user: &UserRecord,
    ) -> Result<(), AdminError> {
        let reader = self.store.reader();
        let is_other = |other: Option<UserRecord>| {
            other.is_some_and(|other| other.id != user.id && !turning.gone.contains(&other.id))
        };
        if is_other(reader.user_by_login(&user.provider, &user.login).await?) {
            return Err(AdminError::NameTaken { kind: "user", name: user.login.clone() });
        }
        if let Some(subject) = &user.subject
            && is_other(reader.user_by_subject(&user.provider, subject).await?)
        {
            return Err(AdminError::NameTaken { kind: "user with the subject", name: subject.clone() });
        }
        turning.take("user", &user.provider, &user.login)
    }
}

fn shown_back(user: &UserRecord, verb: &'static str, lines: Vec<String>, becomes: &str) -> PersonBack {
    let (tenant, name) = (user.tenant.clone(), user.login.clone());
    PersonBack {
        id: user.id.clone(),
        verb,
        at: user.revision,
        change: PlannedChange { kind: "user", tenant, name, diff: bounded(lines) },
        becomes: becomes.to_owned(),
        come: false,
        leave: false,
    }
}

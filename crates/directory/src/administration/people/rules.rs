//! What nobody does to people: give them what they do not hold, take from them what denies, delete who is in use, or leave
//! nobody who administers.

use casemate_expression::Timestamp;
use casemate_permission::PermissionSet;
use casemate_store::{GroupRecord, UserRecord};

use crate::OWN_PROVIDER;
use crate::administration::entry::Author;
use crate::administration::error::{AdminError, Reference};
use crate::administration::granting::may_lift;
use crate::administration::rules::{may_grant, read};
use crate::directory::State;
use crate::kind::Kind;
use crate::model::{AssignmentDocument, Target};
use crate::objects::ObjectSet;
use crate::policy::{Assignment, DEFAULT_TENANT, Recipient, Who};

/// The most references that are named.
const MAX_NAMED: usize = 100;

/// The rules for one change of people in one tenant. What the directory says of somebody counts in their own tenant alone,
/// and so do the rules.
pub(super) struct Rules<'a> {
    holds: Option<&'a PermissionSet>,
    now: i64,
    state: &'a State,
    tenant: &'a str,
    provider: Option<&'a str>,
}

/// By what somebody comes to be who something is assigned to.
pub(super) struct Gains<'a> {
    /// Their provider; none for whichever.
    provider: Option<&'a str>,
    subject: Option<&'a str>,
    login: Option<&'a str>,
    groups: Vec<&'a str>,
}

/// By what they are it no longer.
pub(super) type Loses<'a> = Gains<'a>;

/// Whether nobody is any more who a user was that becomes this, or is deleted. Whoever signs in by another subject is
/// somebody else.
pub(super) fn is_gone(before: &UserRecord, after: Option<&UserRecord>) -> bool {
    let stays = |after: &UserRecord| {
        let is_same = before.subject.is_none() || before.subject == after.subject;
        after.active && after.provider == before.provider && is_same
    };
    !after.is_some_and(stays)
}

impl<'a> Gains<'a> {
    /// What a user is no longer who becomes this, or is deleted. Nobody signs in as somebody without a subject, nor is a member
    /// of groups by that.
    pub(super) fn between(
        before: &'a UserRecord,
        after: Option<&UserRecord>,
        groups: &'a [String],
    ) -> Loses<'a> {
        let groups = before.subject.as_ref().map_or(&[][..], |_| groups);
        let all = Gains::of(before, groups);
        let Some(after) = after.filter(|after| !is_gone(before, Some(after))) else { return all };
        let login = all.login.filter(|login| *login != after.login);
        Gains { subject: None, login, groups: Vec::new(), ..all }
    }

    /// All that a user is.
    pub(super) fn of(user: &'a UserRecord, groups: &'a [String]) -> Gains<'a> {
        Gains {
            provider: Some(&user.provider),
            subject: user.subject.as_deref(),
            login: Some(&user.login),
            groups: groups.iter().map(String::as_str).collect(),
        }
    }

    /// What a change by a provider takes: from the user, and from whoever it makes known as somebody who may not come in.
    pub(super) fn of_change(
        before: Option<&'a UserRecord>,
        after: Option<&'a UserRecord>,
        groups: &'a [String],
    ) -> Vec<Loses<'a>> {
        let mut losses = Vec::new();
        if let Some(before) = before.filter(|before| before.active) {
            losses.push(Gains::between(before, after, groups));
        }
        if let Some(after) = after.filter(|after| !after.active) {
            let was = before.filter(|before| !before.active);
            let all = Gains::of(after, &[]);
            losses.push(Gains {
                subject: all.subject.filter(|_| was.is_none_or(|was| was.subject != after.subject)),
                login: all.login.filter(|login| was.is_none_or(|was| was.login != *login)),
                ..all
            });
        }
        losses.retain(|lost: &Loses<'_>| !lost.is_nothing());
        losses
    }

    fn is_nothing(&self) -> bool {
        self.subject.is_none() && self.login.is_none() && self.groups.is_empty()
    }

    /// A member of a group.
    pub(super) fn group(provider: Option<&'a str>, name: &'a str) -> Gains<'a> {
        Gains { provider, subject: None, login: None, groups: vec![name] }
    }

    fn is_meant(&self, assignment: &Assignment) -> bool {
        let recipient = &assignment.recipient;
        if self.provider.is_some_and(|provider| provider != &*recipient.provider) {
            return false;
        }
        match &recipient.who {
            Who::Id { id, .. } => self.subject == Some(&**id),
            Who::Login { login, .. } => self.login == Some(&**login),
            Who::Group { group, .. } => self.groups.contains(&&**group),
        }
    }
}

impl<'a> Rules<'a> {
    pub(super) fn new(author: &'a Author, state: &'a State, tenant: &'a str) -> Rules<'a> {
        Rules { holds: author.holds.as_ref(), now: author.now, state, tenant, provider: None }
    }

    /// The rules for what a provider says of its people: it gives and takes whatever there is.
    pub(super) fn of_provider(state: &'a State, tenant: &'a str, provider: &'a str, now: i64) -> Rules<'a> {
        Rules { holds: None, now, state, tenant, provider: Some(provider) }
    }

    /// The provider that is saying who its people are, where one is.
    pub(super) fn provider(&self) -> Option<&str> {
        self.provider
    }

    pub(super) fn tenant(&self) -> &str {
        self.tenant
    }

    /// That a user may become this.
    pub(super) fn user(
        &self,
        before: Option<&UserRecord>,
        after: &UserRecord,
        groups: &[String],
    ) -> Result<(), AdminError> {
        let is_same = before.is_some_and(|before| {
            (&before.provider, &before.subject) == (&after.provider, &after.subject)
                && (before.active || !after.active)
        });
        let renamed = before.is_none_or(|before| before.login != after.login);
        let is_told_anew = match before {
            Some(before) => before.attributes != after.attributes,
            None => !is_empty(&after.attributes),
        };
        if is_told_anew {
            self.conditions(&after.provider)?;
        }
        match before {
            Some(before) if !is_same => self.loses(&Loses::of(before, &[]))?,
            Some(before) if renamed => {
                self.loses(&Loses { subject: None, ..Loses::of(before, &[]) })?;
            }
            _ => {}
        }
        let is_written_elsewhere =
            |before: &&UserRecord| before.provider == OWN_PROVIDER && before.email != after.email;
        if let Some(before) = before.filter(is_written_elsewhere) {
            self.becomes(before, groups)?;
        }
        if !after.active {
            return Ok(());
        }
        if !is_same {
            return self.gains(&Gains::of(after, groups));
        }
        if renamed { self.gains(&Gains { subject: None, ..Gains::of(after, &[]) }) } else { Ok(()) }
    }

    /// That all of what a condition may grant or deny to people of a provider is the author's to give and to lift: conditions
    /// read attributes, and which of them somebody's assignments and groups bring is known with their token alone.
    fn conditions(&self, provider: &str) -> Result<(), AdminError> {
        let Some(holds) = self.holds else { return Ok(()) };
        let now = Timestamp(self.now);
        let part = self.state.snapshot.compiled().part(self.tenant);
        let assignments =
            part.assignments().iter().filter(|assignment| *assignment.recipient.provider == *provider);
        for held in assignments.flat_map(|assignment| part.roles().held(assignment.assigned)) {
            let conditional =
                held.role.permissions.iter().filter(|permission| permission.properties().len() > 0);
            for permission in conditional {
                match permission.is_denial() {
                    true => may_lift(holds, permission, now)?,
                    false => may_grant(holds, permission, now)?,
                }
            }
        }
        Ok(())
    }

    /// That all of what somebody gains is the author's to give.
    pub(super) fn gains(&self, gains: &Gains<'_>) -> Result<(), AdminError> {
        let Some(holds) = self.holds else { return Ok(()) };
        let now = Timestamp(self.now);
        self.each_permission(gains, |permission| may_grant(holds, permission, now))
    }

    /// That all of what somebody holds, in whichever tenant, is the author's to give: whoever may set their password, or says
    /// where links for that are sent, may be them. Who administers a tenant answers for that tenant alone.
    pub(super) fn becomes(&self, user: &UserRecord, groups: &[String]) -> Result<(), AdminError> {
        let Some(holds) = self.holds else { return Ok(()) };
        let all = Gains::of(user, groups);
        self.gains(&all)?;
        let known_elsewhere = Gains { login: None, groups: Vec::new(), ..all };
        let Some(subject) = known_elsewhere.subject else { return Ok(()) };
        let parts = self.state.snapshot.compiled().parts_naming(subject);
        for (part, assignment) in
            parts.flat_map(|part| part.assignments().iter().map(move |held| (part, held)))
        {
            if *assignment.tenant == *self.tenant || !known_elsewhere.is_meant(assignment) {
                continue;
            }
            for held in part.roles().held(assignment.assigned) {
                for permission in held.role.permissions.iter().filter(|permission| !permission.is_denial()) {
                    if self.tenant != DEFAULT_TENANT {
                        let why = format!("it is held in the tenant `{}`", assignment.tenant);
                        return Err(AdminError::Beyond { permission: permission.as_json().to_owned(), why });
                    }
                    may_grant(holds, permission, Timestamp(self.now))?;
                }
            }
        }
        Ok(())
    }

    /// That all of what denied something to somebody is the author's to lift.
    pub(super) fn loses(&self, loses: &Loses<'_>) -> Result<(), AdminError> {
        let Some(holds) = self.holds else { return Ok(()) };
        let now = Timestamp(self.now);
        self.each_permission(loses, |permission| match permission.is_denial() {
            true => may_lift(holds, permission, now),
            false => Ok(()),
        })
    }

    fn each_permission(
        &self,
        meant: &Gains<'_>,
        check: impl Fn(&casemate_permission::Permission) -> Result<(), AdminError>,
    ) -> Result<(), AdminError> {
        let part = self.state.snapshot.compiled().part(self.tenant);
        for assignment in part.assignments().iter().filter(|assignment| meant.is_meant(assignment)) {
            for held in part.roles().held(assignment.assigned) {
                held.role.permissions.iter().try_for_each(&check)?;
            }
        }
        Ok(())
    }

    /// That nothing is assigned to a user by themselves.
    pub(super) fn unused_user(&self, user: &UserRecord) -> Result<(), AdminError> {
        unused(&self.state.objects, self.tenant, |to| {
            self.is_of(to, &user.provider)
                && (user.subject.is_some() && to.id == user.subject
                    || to.login.as_deref() == Some(&*user.login))
        })
    }

    /// That nothing is assigned to a group. To one of Casemate's own, it is assigned as to one of its members' provider.
    pub(super) fn unused_group(&self, group: &GroupRecord) -> Result<(), AdminError> {
        unused(&self.state.objects, self.tenant, |to| {
            to.group.as_deref() == Some(&*group.name)
                && (group.provider == OWN_PROVIDER || self.is_of(to, &group.provider))
        })
    }

    /// Whether an assignment is to somebody of a provider: the only one, where it names none.
    fn is_of(&self, to: &Target, provider: &str) -> bool {
        to.provider.as_deref().is_none_or(|named| named == provider)
    }

    /// The assignments by which the installation is administered.
    pub(super) fn administrators(&self) -> impl Iterator<Item = &'a Assignment> + use<'a> {
        self.state.snapshot.compiled().administering(self.now)
    }

    /// Whether people administer the installation by a group of this name.
    pub(super) fn is_administered_by_group(&self, name: &str) -> bool {
        self.administering(&[Loses::group(None, name)]).is_some()
    }

    /// Whether a user administers the installation by their subject or login.
    pub(super) fn is_administered_by(&self, user: &UserRecord) -> bool {
        user.active && self.administering(&[Gains::of(user, &[])]).is_some()
    }

    /// Whether what somebody is in this tenant matters to an assignment by which the installation is administered: whoever
    /// may not come in where their provider's people are at home comes in nowhere.
    fn reaches(&self, loses: &Loses<'_>, assignment: &Assignment) -> bool {
        let is_home = || loses.provider.is_some_and(|provider| self.state.home_of(provider) == self.tenant);
        let is_by_group = matches!(assignment.recipient.who, Who::Group { .. });
        self.tenant == DEFAULT_TENANT || !is_by_group && is_home()
    }

    /// Who administers the installation by what is lost, and who does otherwise. None where nobody does by what is lost.
    pub(super) fn administering(
        &self,
        losses: &[Loses<'_>],
    ) -> Option<(Vec<&'a Recipient>, Vec<&'a Recipient>)> {
        let (lost, others): (Vec<&Assignment>, Vec<&Assignment>) =
            self.administrators().partition(|assignment| {
                losses.iter().any(|loses| loses.is_meant(assignment) && self.reaches(loses, assignment))
            });
        let to = |assignments: Vec<&'a Assignment>| -> Vec<&'a Recipient> {
            assignments.into_iter().map(|assignment| &assignment.recipient).collect()
        };
        (!lost.is_empty()).then(|| (to(lost), to(others)))
    }
}

/// That nothing of a tenant is assigned to this.
pub(super) fn unused(
    objects: &ObjectSet,
    tenant: &str,
    is_meant: impl Fn(&Target) -> bool,
) -> Result<(), AdminError> {
    let users: Vec<Reference> = objects
        .in_tenant(Kind::Assignment, tenant)
        .iter()
        .filter(|object| read::<AssignmentDocument>(&object.body).is_some_and(|held| is_meant(&held.to)))
        .take(MAX_NAMED)
        .map(|object| Reference {
            kind: Kind::Assignment.as_str(),
            id: object.id.clone(),
            tenant: object.tenant.clone(),
            name: object.name.clone(),
        })
        .collect();
    if users.is_empty() { Ok(()) } else { Err(AdminError::InUse(users)) }
}

/// Whether a text of JSON is an object without members.
fn is_empty(attributes: &str) -> bool {
    serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(attributes)
        .is_ok_and(|attributes| attributes.is_empty())
}

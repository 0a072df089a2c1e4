//! That assignments are of a role or a team that there is, and to somebody who can be meant.

use std::collections::HashMap;
use std::sync::Arc;

use casemate_identity::Kind as IdentityKind;

use super::Checker;
use super::roles::Names;
use crate::model::{AssignmentDocument, Document as _, Target};
use crate::policy::document::Item;
use crate::policy::place::Place;
use crate::policy::{Assigned, Assignment, Recipient, Role, Team, Who};
use crate::{API_KEY_PROVIDER, OWN_PROVIDER};

/// How the ids of users begin, which no object has.
const USER_ID: &str = "usr_";

/// What is said where somebody writes down who granted something.
pub(crate) const RECORDED: &str = "who granted it is recorded by Casemate, and written by nobody";

impl Checker {
    pub(super) fn assignments(
        &mut self,
        items: &[Item<AssignmentDocument>],
        roles: &[Role],
        teams: &[Team],
    ) -> Vec<Assignment> {
        let roles = Names::of(roles.iter().map(|role| (&*role.tenant, &*role.name)));
        let teams = Names::of(teams.iter().map(|team| (&*team.tenant, &*team.name)));
        let mut seen: HashMap<(String, String), &Place> = HashMap::new();
        let mut assignments = Vec::with_capacity(items.len());
        for item in items {
            let (place, document) = (&item.place, &item.document);
            // In the store, names are unique.
            if !place.is_object() {
                let key = (item.tenant().to_owned(), document.name().into_owned());
                if let Some(first) = seen.insert(key, place) {
                    let message = "the assignment stands twice: same role or team, recipient and beginning";
                    self.raise_twice(place, first, "/role", message.to_owned());
                }
            }
            if !place.is_object() && document.granted.is_some() {
                self.raise(place, "/granted", RECORDED);
            }
            let assigned = self.assigned(item, &roles, &teams);
            let from = document.from.map(|from| from.0);
            let until = document.until.map(|until| until.0);
            if let (Some(from), Some(until)) = (from, until)
                && until <= from
            {
                self.raise(place, "/until", "the assignment ends before it begins");
            }
            let tenant = self.tenant(item);
            let recipient = self.recipient(place, &tenant, &document.to);
            if let (Some(assigned), Some(recipient)) = (assigned, recipient) {
                assignments.push(Assignment { assigned, recipient, tenant, from, until });
            }
        }
        assignments
    }

    fn assigned(
        &mut self,
        item: &Item<AssignmentDocument>,
        roles: &Names<'_>,
        teams: &Names<'_>,
    ) -> Option<Assigned> {
        let (place, tenant) = (&item.place, item.tenant());
        match (&item.document.role, &item.document.team) {
            (Some(name), None) => {
                let role = roles.find(tenant, name);
                if role.is_none() {
                    self.raise_unknown(place, "/role", "role", name, roles.known());
                }
                role.map(Assigned::Role)
            }
            (None, Some(name)) => {
                let team = teams.find(tenant, name);
                if team.is_none() {
                    self.raise_unknown(place, "/team", "team", name, teams.known());
                }
                team.map(Assigned::Team)
            }
            (Some(_), Some(_)) => {
                let help = "write two assignments";
                self.raise_with_help(
                    place,
                    "/team",
                    "an assignment is of a role or of a team, not both",
                    help,
                );
                None
            }
            (None, None) => {
                let help = "name a `role` or a `team`";
                self.raise_with_help(place, "", "the assignment does not say what is assigned", help);
                None
            }
        }
    }

    /// That there is no role or team of this name, unless what could not be read is one.
    pub(super) fn raise_unknown<'n>(
        &mut self,
        place: &Place,
        pointer: &str,
        kind: &str,
        name: &str,
        known: impl Iterator<Item = &'n str>,
    ) {
        if self.incomplete {
            return;
        }
        let help = match nearest(name, known) {
            Some(near) => format!("there is `{near}`"),
            None => format!("define it with `[[{kind}]]`"),
        };
        self.raise_with_help(place, pointer, format!("there is no {kind} `{name}`"), help);
    }

    fn recipient(&mut self, place: &Place, tenant: &Arc<str>, target: &Target) -> Option<Recipient> {
        let (anonymous, api_key) = (IdentityKind::ANONYMOUS.as_str(), IdentityKind::API_KEY.as_str());
        let kind = match target.kind.as_deref() {
            None => None,
            Some(word) if word == anonymous || word == api_key => Some(word.to_owned()),
            Some(word) => match IdentityKind::from_configuration(word) {
                Ok(kind) => Some(kind.as_str().to_owned()),
                Err(error) => {
                    self.raise(place, "/to/type", error.to_string());
                    return None;
                }
            },
        };
        let named = [&target.id, &target.login, &target.group];
        if kind.as_deref() == Some(anonymous) {
            if named.iter().any(|name| name.is_some()) || target.provider.is_some() {
                let help = "write `to = { type = \"anonymous\" }`";
                self.raise_with_help(place, "/to", "anonymous has no name of any kind", help);
                return None;
            }
            let who = Who::Id { kind: anonymous.into(), id: "".into() };
            return Some(Recipient { provider: anonymous.into(), who });
        }
        if named.into_iter().flatten().count() != 1 {
            self.raise(place, "/to", "an assignment is to exactly one of `id`, `login` and `group`");
            return None;
        }
        let provider = match (target.provider.as_deref(), kind.as_deref()) {
            (None, Some(kind)) if kind == api_key => API_KEY_PROVIDER.into(),
            (named, _) => self.provider(place, ("/to", "/to/provider"), named),
        };
        let user = || kind.clone().unwrap_or_else(|| IdentityKind::USER.as_str().to_owned()).into();
        let who = if let Some(id) = &target.id {
            Who::Id { kind: user(), id: self.name(place, "/to/id", id).into() }
        } else if let Some(login) = &target.login {
            Who::Login { kind: user(), login: self.name(place, "/to/login", login).into() }
        } else {
            let group = target.group.as_ref()?;
            Who::Group { kind: kind.map(Into::into), group: self.name(place, "/to/group", group).into() }
        };
        if *provider == *OWN_PROVIDER {
            self.account(place, tenant, &who);
        }
        Some(Recipient { provider, who })
    }

    /// That a recipient at Casemate's own provider is a service account of the tenant, or can be somebody with a local account.
    fn account(&mut self, place: &Place, tenant: &Arc<str>, who: &Who) {
        let (service, user) = (IdentityKind::SERVICE.as_str(), IdentityKind::USER.as_str());
        let (known, kind, pointer, name) = match who {
            Who::Id { kind, id } => (&self.account_ids, &**kind, "/to/id", id),
            Who::Login { kind, login } => (&self.account_names, &**kind, "/to/login", login),
            Who::Group { kind, .. } if kind.as_deref().is_none_or(|kind| kind == user) => return,
            Who::Group { group, .. } => {
                let message = format!("service accounts are in no groups, as `{group}`");
                return self.raise(place, "/to/group", message);
            }
        };
        let is_account = known.contains(&(Arc::clone(tenant), name.clone()));
        let may_be_user = match who {
            Who::Id { id, .. } => id.starts_with(USER_ID),
            _ => !is_account,
        };
        if kind == user && may_be_user {
            return;
        }
        if kind != service {
            let message = "a service account is of the type `service`";
            return self.raise_with_help(place, "/to", message, "write `type = \"service\"`");
        }
        if !is_account && !self.incomplete {
            let message = format!("there is no service account `{name}` in the tenant `{tenant}`");
            self.raise(place, pointer, message);
        }
    }
}

/// The one known name that differs only in case, or in at most two characters at one place.
fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = |other: &&str| {
        let same_front = name.chars().zip(other.chars()).take_while(|(a, b)| a == b).count();
        let same_back = name.chars().rev().zip(other.chars().rev()).take_while(|(a, b)| a == b).count();
        let longer = name.chars().count().max(other.chars().count());
        other.eq_ignore_ascii_case(name) || (longer > 2 && same_front + same_back + 2 >= longer)
    };
    let mut found: Vec<&str> = known.filter(near).collect();
    found.sort_unstable();
    found.first().copied()
}

//! Groups of Casemate's own as code says them: rows like those that are made by API, which what applied them manages alone.

mod last;
mod rules;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use casemate_store::{
    GroupQuery, GroupRecord, MAX_PAGE, MemberQuery, Membership, Operation, Still, UserRecord, code_origin,
    code_source, name_key,
};
use serde_json::{Value, json};

use super::told::{shown_group, told};
use super::version::kept_group;
use crate::OWN_PROVIDER;
use crate::administration::Administration;
use crate::administration::change::differences;
use crate::administration::entry::Author;
use crate::administration::error::AdminError;
use crate::administration::plan::PlannedChange;
use crate::administration::write::{Told, new_id_of};
use crate::kind::Kind;
use crate::model::Target;
use crate::objects::ObjectSet;
use crate::policy::{DEFAULT_TENANT, Help, Raised, WantedGroup, settled};

/// What becomes of one group that code manages.
#[derive(Debug, Clone)]
pub(in crate::administration) struct GroupChange {
    /// As it is; absent where it is made.
    before: Option<GroupRecord>,
    /// As it is to become; absent where it is deleted.
    after: Option<GroupRecord>,
    /// Who comes to it.
    come: Vec<UserRecord>,
    /// Who leaves it.
    leave: Vec<UserRecord>,
    /// What the store is told of its members: that they come and go, and that code says of one who stays what a hand said.
    members: Vec<Operation>,
}

/// What code makes of groups, as a plan says it.
#[derive(Debug, Clone, Default)]
pub(in crate::administration) struct GroupPlan {
    pub(in crate::administration) changes: Vec<GroupChange>,
    pub(in crate::administration) unchanged: usize,
}

/// What is done about members whom nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::administration) enum Unknown {
    /// They are mistakes.
    Refused,
    /// They are left out, which is logged: who exists changes while what names them stays.
    LeftOut,
}

/// What every group of a plan is thought out with.
struct Planning<'a> {
    set: &'a ObjectSet,
    source: String,
    raised: Vec<Raised>,
}

/// Refuses to have by hand what code manages.
pub(super) fn not_of_code(group: &GroupRecord) -> Result<(), AdminError> {
    match code_origin(&group.source) {
        Some(origin) => Err(AdminError::ReadOnly { origin: origin.to_owned() }),
        None => Ok(()),
    }
}

impl Administration {
    /// What has to become of groups so that code manages just those that it wants, where `set` are the objects of then.
    pub(in crate::administration) async fn planned_groups(
        &self,
        set: &ObjectSet,
        wanted: &[WantedGroup],
        origin: &str,
        (prune, unknown): (bool, Unknown),
    ) -> Result<GroupPlan, AdminError> {
        let mut planning = Planning { set, source: code_source(origin), raised: Vec::new() };
        let mut plan = GroupPlan::default();
        let mut kept = HashSet::new();
        for wanted in wanted {
            match self.planned_group(&mut planning, wanted).await? {
                Ok(change) => {
                    kept.extend(change.before.as_ref().map(|before| before.id.clone()));
                    plan.changes.push(change);
                }
                Err(id) => {
                    kept.insert(id);
                    plan.unchanged += 1;
                }
            }
        }
        let mistakes = settled(planning.raised);
        if unknown == Unknown::Refused && !mistakes.is_empty() {
            return Err(AdminError::Invalid(mistakes));
        }
        for mistake in mistakes {
            tracing::warn!("{mistake}; the group is without them until the folder is applied again");
        }
        if prune {
            plan.changes.extend(self.pruned_groups(&planning.source, &kept).await?);
        }
        // In one order, whichever file they stand in.
        plan.changes.sort_by(|one, other| one.named().cmp(&other.named()));
        Ok(plan)
    }

    /// What becomes of one group, or its id where nothing does.
    async fn planned_group(
        &self,
        planning: &mut Planning<'_>,
        wanted: &WantedGroup,
    ) -> Result<Result<GroupChange, String>, AdminError> {
        let WantedGroup { tenant, document, .. } = wanted;
        planning.tenant_is_there(wanted);
        let before = self.group_named(tenant, &document.name).await?;
        if let Some(before) =
            before.as_ref().filter(|before| !["", &*planning.source].contains(&&*before.source))
        {
            let origin = code_origin(&before.source).unwrap_or(&before.source).to_owned();
            return Err(AdminError::ReadOnly { origin });
        }
        let after = GroupRecord {
            id: before.as_ref().map_or_else(|| new_id_of("grp_"), |before| Ok(before.id.clone()))?,
            tenant: tenant.clone(),
            provider: OWN_PROVIDER.to_owned(),
            name: document.name.clone(),
            external_id: document.external_id.clone(),
            source: planning.source.clone(),
            scim: before.as_ref().and_then(|before| before.scim.clone()),
            revision: 0,
            created_at: before.as_ref().map_or(0, |before| before.created_at),
            updated_at: 0,
        };
        let is_in = self.known_members(planning, wanted).await?;
        let was_in = match &before {
            Some(before) => self.said_members(&before.id, &planning.source).await?,
            None => BTreeMap::new(),
        };
        let mut change =
            GroupChange { before, after: Some(after), come: vec![], leave: vec![], members: vec![] };
        change.turn(&planning.source, is_in, was_in);
        Ok(match &change.before {
            Some(before) if change.members.is_empty() && !change.is_other() => Err(before.id.clone()),
            _ => Ok(change),
        })
    }

    async fn group_named(&self, tenant: &str, name: &str) -> Result<Option<GroupRecord>, AdminError> {
        let query = GroupQuery {
            tenant: Some(tenant.to_owned()),
            provider: Some(OWN_PROVIDER.to_owned()),
            name: Some(name.to_owned()),
            limit: 1,
            ..GroupQuery::default()
        };
        Ok(self.store.reader().groups(&query).await?.pop())
    }

    /// The users whom a group names, by their ids; whoever is not there is a mistake.
    async fn known_members(
        &self,
        planning: &mut Planning<'_>,
        wanted: &WantedGroup,
    ) -> Result<BTreeMap<String, UserRecord>, AdminError> {
        let reader = self.store.reader();
        let mut by_provider: BTreeMap<String, (Vec<&str>, Vec<&str>)> = BTreeMap::new();
        let mut named = Vec::new();
        for (index, member) in wanted.document.members.iter().enumerate() {
            let Some(provider) = planning.provider(wanted, index, member) else { continue };
            let (ids, logins) = by_provider.entry(provider.clone()).or_default();
            ids.extend(member.id.as_deref());
            logins.extend(member.login.as_deref());
            named.push((index, member, provider));
        }
        let mut by_id = HashMap::new();
        let mut by_login = HashMap::new();
        for (provider, (ids, logins)) in &by_provider {
            for user in reader.users_by_subjects(&wanted.tenant, provider, ids).await? {
                by_id.insert((provider.as_str(), user.subject.clone().unwrap_or_default()), user);
            }
            for user in reader.users_by_logins(&wanted.tenant, provider, logins).await? {
                by_login.insert((provider.as_str(), name_key(&user.login)), user);
            }
        }
        let mut users = BTreeMap::new();
        for (index, member, provider) in &named {
            let user = match (&member.id, &member.login) {
                (Some(id), _) => by_id.get(&(provider.as_str(), id.clone())),
                (None, login) => {
                    by_login.get(&(provider.as_str(), name_key(login.as_deref().unwrap_or_default())))
                }
            };
            match user {
                Some(user) => drop(users.insert(user.id.clone(), user.clone())),
                None => planning.nobody(wanted, *index, member, provider),
            }
        }
        Ok(users)
    }

    /// Whom a hand or this source says to be in a group, by their ids, and which of the two do.
    async fn said_members(
        &self,
        group: &str,
        source: &str,
    ) -> Result<BTreeMap<String, (UserRecord, Vec<String>)>, AdminError> {
        let reader = self.store.reader();
        let mut said: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for source in ["", source] {
            let mut after = None;
            loop {
                let query = MemberQuery {
                    group: group.to_owned(),
                    after,
                    source: Some(source.to_owned()),
                    limit: MAX_PAGE,
                    ..MemberQuery::default()
                };
                let page = reader.members(&query).await?;
                let is_last = page.len() < MAX_PAGE as usize;
                after = page.last().map(|last| (last.user.clone(), last.source.clone()));
                for member in page {
                    said.entry(member.user).or_default().push(member.source);
                }
                if is_last {
                    break;
                }
            }
        }
        let ids: Vec<&str> = said.keys().map(String::as_str).collect();
        let users = reader.users_by_ids(&ids).await?;
        Ok(users
            .into_iter()
            .map(|user| (user.id.clone(), (said.get(&user.id).cloned().unwrap_or_default(), user)))
            .map(|(id, (sources, user))| (id, (user, sources)))
            .collect())
    }

    /// The deletions of what a source manages and no longer wants.
    async fn pruned_groups(
        &self,
        source: &str,
        kept: &HashSet<String>,
    ) -> Result<Vec<GroupChange>, AdminError> {
        let mut query =
            GroupQuery { source: Some(source.to_owned()), limit: MAX_PAGE, ..GroupQuery::default() };
        let mut gone = Vec::new();
        loop {
            let page = self.store.reader().groups(&query).await?;
            query.after = page.last().map(|last| (query.sort.key(last), last.id.clone()));
            let is_last = page.len() < MAX_PAGE as usize;
            for group in page.into_iter().filter(|group| !kept.contains(&group.id)) {
                let said = self.said_members(&group.id, source).await?;
                let leave = said.into_values().map(|(user, _)| user).collect();
                gone.push(GroupChange {
                    before: Some(group),
                    after: None,
                    come: vec![],
                    leave,
                    members: vec![],
                });
            }
            if is_last {
                return Ok(gone);
            }
        }
    }
}

impl Planning<'_> {
    fn raise(&mut self, wanted: &WantedGroup, pointer: &str, message: String, help: &str) {
        let help = Help::Text(help.to_owned());
        self.raised.push(Raised::new(&wanted.place, pointer, message, help));
    }

    /// That the tenant is one, where tenants are declared.
    fn tenant_is_there(&mut self, wanted: &WantedGroup) {
        let declared = self.set.wide(Kind::Tenant);
        let tenant = &*wanted.tenant;
        if tenant != DEFAULT_TENANT
            && !declared.is_empty()
            && !declared.iter().any(|declared| *declared.name == *tenant)
        {
            let message = format!("there is no tenant `{tenant}`");
            self.raise(wanted, "/tenant", message, "define it with `[[tenant]]`");
        }
    }

    /// The provider that vouches for a member: the only one, where it is not named.
    fn provider(&mut self, wanted: &WantedGroup, index: usize, member: &Target) -> Option<String> {
        let known = self.set.wide(Kind::Provider);
        let named = match (&member.provider, known) {
            (Some(named), _) => named.clone(),
            (None, []) => OWN_PROVIDER.to_owned(),
            (None, [only]) => only.name.clone(),
            (None, _) => {
                let message = "there are several providers, and this does not say whose user is meant";
                let pointer = format!("/members/{index}");
                self.raise(wanted, &pointer, message.to_owned(), "name one as `provider`");
                return None;
            }
        };
        Some(named)
    }

    /// That a member is nobody whom the directory knows.
    fn nobody(&mut self, wanted: &WantedGroup, index: usize, member: &Target, provider: &str) {
        let (by, name) = match (&member.id, &member.login) {
            (Some(id), _) => ("id", id),
            (None, Some(login)) => ("login", login),
            (None, None) => return,
        };
        let tenant = &wanted.tenant;
        let is_in_files = self.set.in_tenant(Kind::User, tenant).iter().any(|object| {
            let document = serde_json::from_str::<Value>(&object.body).unwrap_or_default();
            document.get(by).and_then(Value::as_str) == Some(name)
        });
        let help = match is_in_files {
            true => format!(
                "a `[[user]]` of files says its groups itself: `groups = [\"{}\"]`",
                wanted.document.name
            ),
            false => {
                "members are users of the directory: made by API, provisioned, or known since they signed in"
                    .to_owned()
            }
        };
        let message = format!("`{provider}` has no user with the {by} `{name}` in the tenant `{tenant}`");
        self.raise(wanted, &format!("/members/{index}/{by}"), message, &help);
    }
}

impl GroupChange {
    /// By what they are ordered.
    fn named(&self) -> (&str, String) {
        let group = self.either();
        (
            group.map_or("", |group| &group.tenant),
            group.map(|group| name_key(&group.name)).unwrap_or_default(),
        )
    }

    /// What is done to it.
    pub(in crate::administration) fn verb(&self) -> &'static str {
        match (&self.before, &self.after) {
            (None, _) => "create",
            (_, None) => "delete",
            _ => "update",
        }
    }

    fn either(&self) -> Option<&GroupRecord> {
        self.after.as_ref().or(self.before.as_ref())
    }

    /// Whether the group itself becomes something else.
    fn is_other(&self) -> bool {
        let shown = |group: &GroupRecord| (shown_group(group), group.source.clone());
        self.before.as_ref().map(shown) != self.after.as_ref().map(shown)
    }

    /// Who has to come and go, so that who is in it is who should be, as this source alone says.
    fn turn(
        &mut self,
        source: &str,
        mut is_in: BTreeMap<String, UserRecord>,
        was_in: BTreeMap<String, (UserRecord, Vec<String>)>,
    ) {
        let Some(group) = self.either().map(|group| group.id.clone()) else { return };
        let said = |user: &str, source: &str| Membership {
            group: group.clone(),
            user: user.to_owned(),
            source: source.to_owned(),
        };
        for (id, (user, sources)) in was_in {
            let stays = is_in.remove(&id).is_some();
            if stays && !sources.iter().any(|said| said == source) {
                self.members.push(Operation::AddMember(said(&id, source)));
            }
            let ended = sources.iter().filter(|said| !stays || *said != source);
            self.members.extend(ended.map(|ended| Operation::RemoveMember(said(&id, ended))));
            if !stays {
                self.leave.push(user);
            }
        }
        self.members.extend(is_in.keys().map(|id| Operation::AddMember(said(id, source))));
        self.come = is_in.into_values().collect();
    }

    /// In words.
    pub(in crate::administration) fn planned(&self) -> PlannedChange {
        let mut lines = Vec::new();
        let document = |group: Option<&GroupRecord>| -> BTreeMap<&'static str, Value> {
            let Some(group) = group else { return BTreeMap::new() };
            let said = [("name", Some(&group.name)), ("external_id", group.external_id.as_ref())];
            said.into_iter().filter_map(|(name, value)| Some((name, json!(value?)))).collect()
        };
        let (old, new) = (document(self.before.as_ref()), document(self.after.as_ref()));
        for name in old.keys().chain(new.keys()).collect::<BTreeSet<_>>() {
            differences(name, old.get(name), new.get(name), &mut lines);
        }
        if let (Some(before), Some(after)) = (&self.before, &self.after)
            && before.source != after.source
        {
            lines.push("- managed by nobody".to_owned());
            lines.push(format!("+ managed by {}", code_origin(&after.source).unwrap_or_default()));
        }
        let named = |user: &UserRecord| format!("{} of {}", user.login, user.provider);
        lines.extend(self.leave.iter().map(|user| format!("- member: {}", named(user))));
        lines.extend(self.come.iter().map(|user| format!("+ member: {}", named(user))));
        let group = self.either();
        let tenant = group.map_or("", |group| &group.tenant);
        PlannedChange::of_group(tenant, group.map_or("", |group| &group.name), lines)
    }

    /// What the store is told.
    pub(in crate::administration) fn operations(&self, author: &Author) -> Vec<Operation> {
        let Some(after) = &self.after else {
            let gone = self.before.as_ref();
            let removed = |group: &GroupRecord| Operation::RemoveGroup {
                id: group.id.clone(),
                expected: Some(group.revision),
            };
            return gone.map(removed).into_iter().collect();
        };
        let created_at = self.before.as_ref().map_or(author.now, |before| before.created_at);
        let group = GroupRecord { created_at, updated_at: author.now, ..after.clone() };
        let kept = kept_group("apply", None, self.before.as_ref(), &group);
        let itself = match &self.before {
            Some(before) if !self.is_other() => {
                Operation::Still(Still::Group { id: before.id.clone(), revision: before.revision })
            }
            before => {
                let expected = Some(before.as_ref().map_or(0, |before| before.revision));
                Operation::PutGroup { group: Box::new(group), expected }
            }
        };
        [itself, kept].into_iter().chain(self.members.iter().cloned()).collect()
    }

    /// What is told of it.
    pub(in crate::administration) fn told(&self) -> Vec<Told> {
        let Some(group) = self.either() else { return Vec::new() };
        let body = |group: &GroupRecord| {
            let mut shown = shown_group(group);
            if let (Some(members), Some(origin)) = (shown.as_object_mut(), code_origin(&group.source)) {
                members.insert("managed_by".to_owned(), origin.into());
            }
            shown.to_string()
        };
        let verb = self.verb();
        let (before, after) = (self.before.as_ref().map(body), self.after.as_ref().map(body));
        let mut all = Vec::new();
        if self.is_other() {
            all.push(told("group", verb, &group.tenant, &group.id, before, after));
        }
        let shown = |user: &UserRecord| Some(json!({ "user": user.id, "login": user.login }).to_string());
        for user in self.leave.iter().filter(|_| self.after.is_some()) {
            all.push(told("group-member", "remove", &group.tenant, &group.id, shown(user), None));
        }
        for user in &self.come {
            all.push(told("group-member", "add", &group.tenant, &group.id, None, shown(user)));
        }
        all
    }
}

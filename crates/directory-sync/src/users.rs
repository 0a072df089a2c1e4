//! Users: as the directory tells of them, and as they are kept.

use std::collections::HashMap;

use casemate_ldap::{Entry, FoundUser, Removal, dn_key};
use casemate_store::{MAX_PAGE, Operation, UserQuery, UserRecord};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::SOURCE;
use crate::changes::{Change, Verb, Was};
use crate::reading::Pages;
use crate::report::Withheld;
use crate::run::{Run, SyncError, new_id};

/// What is kept of a user beside what every user has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    dn: String,
    /// The claims that the directory gave.
    claims: Vec<String>,
    /// Whether a pull made them active, and did not deactivate them since.
    active: bool,
    /// Whether somebody else deactivated them meanwhile, which no pull takes back.
    blocked: bool,
}

impl Kept {
    fn of(user: &UserRecord) -> Option<Kept> {
        serde_json::from_str(user.scim.as_deref()?).ok()
    }
}

impl Run<'_> {
    /// Reads the users that fit a filter, and writes those that are other than they were.
    pub(crate) async fn pull_users(&mut self, filter: &str) -> Result<(), SyncError> {
        let attributes = self.mapping.user_attributes();
        let base = self.source.config.base.clone();
        let mut pages = Pages::of(&base, filter, &attributes);
        while let Some(entries) = self.reading.next(&mut pages).await? {
            self.renew().await?;
            self.users_of(&entries).await?;
        }
        self.changes.flush(&mut self.report).await
    }

    async fn users_of(&mut self, entries: &[Entry]) -> Result<(), SyncError> {
        let mut found = Vec::with_capacity(entries.len());
        for entry in entries {
            self.note_mark(entry);
            match self.mapping.id_of(entry) {
                Ok(id) if self.seen_users.insert(id.as_str().into()) => found.push((id, entry)),
                Ok(_) => {}
                Err(error) => self.report.skip(error.to_string()),
            }
        }
        let ids: Vec<&str> = found.iter().map(|(id, _)| &**id).collect();
        let known = self.store.reader().users_by_external_ids(&self.source.provider, &ids).await?;
        let mut known: HashMap<String, UserRecord> =
            known.into_iter().filter_map(|user| Some((user.external_id.clone()?, user))).collect();
        for (id, entry) in found {
            let before = known.remove(&id);
            match self.mapping.user(entry) {
                Ok(user) => {
                    self.report.users.found += 1;
                    self.user(before, user).await?;
                }
                Err(error) => {
                    self.report.skip(error.to_string());
                    self.unusable(before.as_ref(), entry);
                }
            }
        }
        Ok(())
    }

    /// Somebody of whom something is wrong is there, and stays who they were; that they may do nothing counts all the same.
    fn unusable(&mut self, before: Option<&UserRecord>, entry: &Entry) {
        let Some(before) = before.filter(|user| self.is_ours(user)) else { return };
        self.by_dn.insert(dn_key(&entry.dn), before.id.clone());
        if before.active && !self.mapping.is_active(entry) {
            self.inactive.push(before.id.clone());
        }
    }

    fn is_ours(&self, user: &UserRecord) -> bool {
        user.source == SOURCE && user.tenant == self.source.config.tenant
    }

    async fn user(&mut self, before: Option<UserRecord>, found: FoundUser) -> Result<(), SyncError> {
        if let Some(other) = before.as_ref().filter(|user| !self.is_ours(user)) {
            let what =
                if other.source == SOURCE { "is at home in another tenant" } else { "is managed by another" };
            self.report.skip(format!("{}: the user with this id {what}", found.dn));
            return Ok(());
        }
        let after = self.user_record(before.as_ref(), &found)?;
        self.by_dn.insert(dn_key(&found.dn), after.id.clone());
        if after.active && !found.active {
            self.inactive.push(after.id.clone());
        }
        if before.as_ref().is_some_and(|before| is_same(before, &after)) {
            return Ok(());
        }
        let change = Change {
            of_user: true,
            verb: if before.is_some() { Verb::Update } else { Verb::Create },
            id: after.id.clone(),
            named: found.dn,
            before: before.as_ref().map(shown),
            after: Some(shown(&after)),
            operations: vec![put(after, before.as_ref().map_or(0, |before| before.revision))],
            was: before.map(|before| Was::User(Box::new(before))),
            members_added: 0,
            members_removed: 0,
        };
        self.changes.add(change, &mut self.report).await
    }

    fn user_record(&self, before: Option<&UserRecord>, found: &FoundUser) -> Result<UserRecord, SyncError> {
        let was = before.and_then(Kept::of).unwrap_or_default();
        let mut attributes: Map<String, Value> =
            before.and_then(|before| serde_json::from_str(&before.attributes).ok()).unwrap_or_default();
        // What was written by hand stays; what the directory gave goes where it gives it no longer.
        for claim in &was.claims {
            attributes.remove(claim);
        }
        attributes.extend(found.claims.clone());
        let blocked = before.is_some_and(|before| !before.active) && (was.blocked || was.active);
        let active = match before {
            // It is a change of its own, and made when it is known how many it would be.
            Some(before) if before.active => true,
            _ => found.active && !blocked,
        };
        let kept =
            Kept { dn: found.dn.clone(), claims: found.claims.keys().cloned().collect(), active, blocked };
        let now = self.by.now;
        Ok(UserRecord {
            id: match before {
                Some(before) => before.id.clone(),
                None => new_id("usr_")?,
            },
            tenant: self.source.config.tenant.clone(),
            provider: self.source.provider.clone(),
            subject: found.subject.clone(),
            login: found.login.clone(),
            external_id: Some(found.id.clone()),
            active,
            display_name: found.display_name.clone(),
            email: found.email.clone(),
            attributes: Value::Object(attributes).to_string(),
            scim: Some(json!(kept).to_string()),
            source: SOURCE.to_owned(),
            revision: 0,
            created_at: before.map_or(now, |before| before.created_at),
            updated_at: now,
            signed_in_at: None,
        })
    }

    /// Remembers what all users that are kept are called in the directory, beside those that were just read. Of several that
    /// were called the same, whoever is active counts, or who was changed last.
    pub(crate) async fn know_names(&mut self) -> Result<(), SyncError> {
        let mut query = self.kept_users();
        let mut known: HashMap<Box<str>, (bool, i64, String)> = HashMap::new();
        loop {
            let page = self.store.reader().users(&query).await?;
            query.after = page.last().map(|last| (query.sort.key(last), last.id.clone()));
            let is_last = page.len() < MAX_PAGE as usize;
            for user in page {
                let Some(kept) = Kept::of(&user) else { continue };
                let dn = dn_key(&kept.dn);
                let after = (user.active, user.revision);
                if known.get(&dn).is_none_or(|(active, revision, _)| after > (*active, *revision)) {
                    known.insert(dn, (user.active, user.revision, user.id));
                }
            }
            if is_last {
                break;
            }
        }
        for (dn, (_, _, user)) in known {
            self.by_dn.entry(dn).or_insert(user);
        }
        Ok(())
    }

    fn kept_users(&self) -> UserQuery {
        UserQuery {
            provider: Some(self.source.provider.clone()),
            tenant: Some(self.source.config.tenant.clone()),
            source: Some(SOURCE.to_owned()),
            limit: MAX_PAGE,
            ..UserQuery::default()
        }
    }

    /// Deactivates those whom the directory told to be it and, where it was read to its end, those that it did not tell of;
    /// nobody, where these are more than may vanish.
    pub(crate) async fn drop_users(&mut self, removal: Removal) -> Result<(), SyncError> {
        let query = UserQuery { active: Some(true), ..self.kept_users() };
        let (known, gone) = match self.report.full {
            true => self.gone_users(query).await?,
            false if self.inactive.is_empty() => return Ok(()),
            false => (self.store.reader().count_users(&query).await?, Vec::new()),
        };
        let inactive = std::mem::take(&mut self.inactive);
        let many = (gone.len() + inactive.len()) as u64;
        // Those of this very pull are known and there.
        if let Err(many) = removal.check(known, many, self.seen_users.len() as u64) {
            self.report.users_withheld = Some(Withheld { gone: many.gone, most: many.most });
            self.withheld = gone.into_iter().collect();
            return Ok(());
        }
        let all = inactive.into_iter().map(|id| (id, Verb::Update));
        for (id, verb) in all.chain(gone.into_iter().map(|id| (id, Verb::Gone))) {
            self.renew().await?;
            let Some(before) = self.store.reader().user(&id).await?.filter(|user| user.active) else {
                continue;
            };
            let after = deactivated(&before);
            let change = Change {
                of_user: true,
                verb,
                id,
                named: before.login.clone(),
                before: Some(shown(&before)),
                after: Some(shown(&after)),
                operations: vec![put(after, before.revision)],
                was: Some(Was::User(Box::new(before))),
                members_added: 0,
                members_removed: 0,
            };
            self.changes.add(change, &mut self.report).await?;
        }
        self.changes.flush(&mut self.report).await
    }

    /// How many active users are known, and those of them that the directory did not tell of.
    async fn gone_users(&self, mut query: UserQuery) -> Result<(u64, Vec<String>), SyncError> {
        let (mut known, mut gone) = (0, Vec::new());
        loop {
            let page = self.store.reader().users(&query).await?;
            query.after = page.last().map(|last| (query.sort.key(last), last.id.clone()));
            known += page.len() as u64;
            let is_last = page.len() < MAX_PAGE as usize;
            let is_gone = |user: &UserRecord| {
                user.external_id.as_deref().is_none_or(|id| !self.seen_users.contains(id))
            };
            gone.extend(page.into_iter().filter(is_gone).map(|user| user.id));
            if is_last {
                return Ok((known, gone));
            }
        }
    }
}

/// A user whom a pull deactivates.
pub(crate) fn deactivated(user: &UserRecord) -> UserRecord {
    let kept = Kept { active: false, blocked: false, ..Kept::of(user).unwrap_or_default() };
    UserRecord { active: false, signed_in_at: None, scim: Some(json!(kept).to_string()), ..user.clone() }
}

pub(crate) fn put(user: UserRecord, expected: i64) -> Operation {
    Operation::PutUser { user: Box::new(user), expected: Some(expected) }
}

fn is_same(before: &UserRecord, after: &UserRecord) -> bool {
    let mut again = before.clone();
    (again.revision, again.updated_at, again.signed_in_at) =
        (after.revision, after.updated_at, after.signed_in_at);
    again == *after
}

/// What the log tells of a user: what it tells of those that SCIM brings.
fn shown(user: &UserRecord) -> Value {
    json!({
        "provider": user.provider,
        "login": user.login,
        "external_id": user.external_id,
        "active": user.active,
    })
}

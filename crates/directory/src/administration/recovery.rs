//! The first administrator, and the next one when nobody can sign in any more: by a key that is valid for an hour, once.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use casemate_identity::{ApiKey, Kind as IdentityKind};
use casemate_store::{
    AccountChange, Actor, Draft, KeyQuery, KeyState, Operation, PASSWORD_FIELD, SealedSecret, Sealer,
    StoredApiKey, USER_SECRETS, UserRecord,
};
use secrecy::{ExposeSecret, SecretString};

use super::entry::{Author, Entry};
use super::error::AdminError;
use super::key::{generate, stored, told as told_key};
use super::objects::told;
use super::people::{kept_user, told_user};
use super::write::{Made, Proposal, canonical, new_id, new_id_of};
use super::{Administration, NewAdministrator, Redeemed};
use crate::directory::State;
use crate::keys::RECOVERY;
use crate::kind::Kind;
use crate::model::{AssignmentDocument, ServiceAccountDocument, Target};
use crate::objects::{Change, object};
use crate::policy::{ADMINISTRATOR, DEFAULT_TENANT};

/// How long a key is valid, in microseconds: an hour.
const LIFE: i64 = 3_600 * 1_000_000;
/// How often something is tried that others' changes are in the way of.
const ATTEMPTS: usize = 5;
/// The most keys that are looked at.
const MANY: u32 = 1_000;

impl Administration {
    /// Makes a key that is valid for an hour and makes an administrator, once. Those that were made before are revoked.
    ///
    /// # Errors
    /// Where it cannot be stored.
    pub async fn make_recovery_key(&self, author: &Author) -> Result<SecretString, AdminError> {
        let key = generate()?;
        let mut new = stored(&key, RECOVERY, DEFAULT_TENANT, author.now);
        new.title = "makes an administrator".to_owned();
        new.expires_at = Some(author.now.saturating_add(LIFE));
        let earlier = self.open_recovery_keys(author.now).await?;
        let mut keys: Vec<StoredApiKey> =
            earlier.into_iter().map(|key| StoredApiKey { revoked_at: Some(author.now), ..key }).collect();
        keys.push(new.clone());
        self.change(author, |_| {
            let told = vec![told_key(&new, "create", None)];
            let summary = "make a key for a new administrator".to_owned();
            Ok(Proposal { keys: keys.clone(), told, summary, ..Proposal::default() })
        })
        .await?;
        Ok(key.reveal())
    }

    /// Makes an administrator of somebody, and uses the key up in the same change. `author` is whoever presents it,
    /// perhaps anonymous.
    ///
    /// # Errors
    /// Where the key is none, was used or has ended; and as [`Administration::create`].
    pub async fn redeem_recovery_key(
        &self,
        author: &Author,
        key: &SecretString,
        administrator: NewAdministrator,
    ) -> Result<Redeemed, AdminError> {
        let presented = ApiKey::parse(key.expose_secret()).map_err(|_| AdminError::NotRedeemable)?;
        let actor = Actor {
            provider: crate::OWN_PROVIDER.to_owned(),
            kind: "recovery-key".to_owned(),
            id: presented.id().to_string(),
            credential: Some(presented.id().to_string()),
        };
        let author = Author { actor, holds: None, ..author.clone() };
        let mut outcome = Err(AdminError::Precondition { current: 0 });
        for _ in 0..ATTEMPTS {
            // INVARIANT: the key is read after this revision and the change is made on top of it, so that the key cannot
            // be used twice.
            let current = self.directory.refresh().await?;
            let used = self.redeemable(&presented, author.now).await?;
            outcome = self.redeem(&author, current, used, &administrator).await;
            if !matches!(outcome, Err(AdminError::Precondition { .. })) {
                break;
            }
        }
        outcome
    }

    /// Whether a key that somebody presents at `now` would make them an administrator.
    ///
    /// # Errors
    /// Where the database cannot be read, and [`AdminError::NotRedeemable`].
    pub async fn check_recovery_key(&self, key: &SecretString, now: i64) -> Result<(), AdminError> {
        let presented = ApiKey::parse(key.expose_secret()).map_err(|_| AdminError::NotRedeemable)?;
        self.redeemable(&presented, now).await.map(drop)
    }

    /// Whether a key that makes an administrator could be used at `now`.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn has_recovery_key(&self, now: i64) -> Result<bool, AdminError> {
        Ok(!self.open_recovery_keys(now).await?.is_empty())
    }

    /// The keys that make an administrator and could be used at `now`.
    async fn open_recovery_keys(&self, now: i64) -> Result<Vec<StoredApiKey>, AdminError> {
        let open = KeyQuery {
            account: Some(RECOVERY.to_owned()),
            state: Some((KeyState::InForce, now)),
            limit: MANY,
            ..KeyQuery::default()
        };
        Ok(self.store.reader().api_keys(&open).await?)
    }

    /// Whether nobody may administer the installation.
    #[must_use]
    pub fn has_no_administrator(&self, now: i64) -> bool {
        self.directory.state().snapshot.compiled().administrators(now) == 0
    }

    /// The key that was presented, marked as used.
    async fn redeemable(&self, presented: &ApiKey, now: i64) -> Result<StoredApiKey, AdminError> {
        let stored = self.store.reader().api_key(&presented.id().to_string()).await?;
        let stored = stored.filter(|stored| stored.account == RECOVERY).ok_or(AdminError::NotRedeemable)?;
        let is_right = verify_slices_are_equal(&stored.secret_sha256, &presented.secret_sha256()).is_ok();
        let is_valid = stored.revoked_at.is_none() && stored.expires_at.is_some_and(|end| now < end);
        if is_right && is_valid {
            Ok(StoredApiKey { revoked_at: Some(now), ..stored })
        } else {
            Err(AdminError::NotRedeemable)
        }
    }

    async fn redeem(
        &self,
        author: &Author,
        current: i64,
        used: StoredApiKey,
        administrator: &NewAdministrator,
    ) -> Result<Redeemed, AdminError> {
        let reason = "made by a key for a new administrator".to_owned();
        let longest = self.directory.current().longest_key_life();
        let appointment = Appointment::of(
            DEFAULT_TENANT,
            administrator,
            reason,
            author.now,
            longest,
            self.directory.sealer(),
        )?;
        let made = self
            .change(author, |state| {
                if state.snapshot.revision() != current {
                    return Err(AdminError::Precondition { current: state.snapshot.revision() });
                }
                let mut proposal = Proposal {
                    keys: vec![used.clone()],
                    told: vec![told_key(&used, "revoke", None)],
                    summary: "make an administrator".to_owned(),
                    ..Proposal::default()
                };
                appointment.propose(state, &mut proposal)?;
                Ok(proposal)
            })
            .await?;
        appointment.made(&made)
    }

    /// Makes an administrator of somebody in a tenant, of which the author need not be one: whoever makes tenants gives
    /// each its first administrator by this. The author must hold what an administrator does.
    ///
    /// # Errors
    /// As [`Administration::create`], and where there is no such tenant.
    pub async fn appoint(
        &self,
        author: &Author,
        tenant: &str,
        administrator: NewAdministrator,
    ) -> Result<Redeemed, AdminError> {
        let reason = author.reason.clone().unwrap_or_else(|| "appointed".to_owned());
        let longest = self.directory.current().longest_key_life();
        let appointment =
            Appointment::of(tenant, &administrator, reason, author.now, longest, self.directory.sealer())?;
        let made = self
            .change(author, |state| {
                let mut proposal = Proposal {
                    summary: format!("appoint an administrator of {tenant}"),
                    ..Proposal::default()
                };
                appointment.propose(state, &mut proposal)?;
                Ok(proposal)
            })
            .await?;
        appointment.made(&made)
    }
}

/// What makes an administrator of somebody.
struct Appointment {
    assignment: Draft,
    /// A new service account with its key, where it is none of a provider's.
    account: Option<(Draft, StoredApiKey)>,
    /// A new local account with its password, where it is none of a provider's.
    local: Option<(UserRecord, SealedSecret)>,
    key: ApiKey,
}

/// A local account with its password.
fn local_account(
    sealer: Option<&Arc<Sealer>>,
    tenant: &str,
    administrator: &NewAdministrator,
    now: i64,
) -> Result<Option<(UserRecord, SealedSecret)>, AdminError> {
    let NewAdministrator::Local { login, display_name, digest } = administrator else { return Ok(None) };
    let unavailable = |reason: String| AdminError::Unavailable(reason);
    let sealer =
        sealer.ok_or_else(|| unavailable("there is no root key to seal passwords with".to_owned()))?;
    let id = new_id_of("usr_")?;
    let sealed = sealer
        .seal(USER_SECRETS, &id, PASSWORD_FIELD, digest)
        .map_err(|error| unavailable(error.to_string()))?;
    let user = UserRecord {
        subject: Some(id.clone()),
        id,
        tenant: tenant.to_owned(),
        provider: crate::OWN_PROVIDER.to_owned(),
        login: login.clone(),
        active: true,
        display_name: display_name.clone(),
        attributes: "{}".to_owned(),
        created_at: now,
        updated_at: now,
        ..UserRecord::default()
    };
    Ok(Some((user, sealed)))
}

impl Appointment {
    fn of(
        tenant: &str,
        administrator: &NewAdministrator,
        reason: String,
        now: i64,
        longest_key_life: Option<i64>,
        sealer: Option<&Arc<Sealer>>,
    ) -> Result<Appointment, AdminError> {
        let key = generate()?;
        let local = local_account(sealer, tenant, administrator, now)?;
        let (target, account) = match administrator {
            NewAdministrator::ServiceAccount { name } => {
                let id = new_id(Kind::ServiceAccount)?;
                let document = ServiceAccountDocument { name: name.clone(), title: None, disabled: false };
                let draft = draft(Kind::ServiceAccount, tenant, &id, &document)?;
                let account_key = StoredApiKey {
                    title: "administrator".to_owned(),
                    expires_at: longest_key_life.map(|life| now.saturating_add(life)),
                    ..stored(&key, &id, tenant, now)
                };
                (target_of(crate::OWN_PROVIDER, "service", Some(&id), None), Some((draft, account_key)))
            }
            NewAdministrator::User { provider, kind, id } => {
                (target_of(provider, kind, Some(id), None), None)
            }
            NewAdministrator::Login { provider, kind, login } => {
                (target_of(provider, kind, None, Some(login)), None)
            }
            NewAdministrator::Local { .. } => {
                let id = local.as_ref().map(|(user, _)| user.id.as_str());
                (target_of(crate::OWN_PROVIDER, IdentityKind::USER.as_str(), id, None), None)
            }
        };
        let document = AssignmentDocument {
            role: Some(ADMINISTRATOR.to_owned()),
            to: target,
            reason: Some(reason),
            ..AssignmentDocument::default()
        };
        let assignment = draft(Kind::Assignment, tenant, &new_id(Kind::Assignment)?, &document)?;
        Ok(Appointment { assignment, account, local, key })
    }

    fn propose(&self, state: &State, proposal: &mut Proposal) -> Result<(), AdminError> {
        if let Some((draft, key)) = &self.account {
            add(state, draft, proposal)?;
            proposal.told.push(told_key(key, "create", None));
            proposal.keys.push(key.clone());
        }
        if let Some((user, sealed)) = &self.local {
            proposal.people.push(Operation::PutUser { user: Box::new(user.clone()), expected: Some(0) });
            proposal.people.push(kept_user("create", None, None, user));
            let (user, sealed) = (user.id.clone(), sealed.clone());
            let password = AccountChange::PutPassword { user, founder: true, sealed };
            proposal.people.push(Operation::Account(password));
        }
        if let Some((user, _)) = &self.local {
            proposal.told.push(told_user(user));
        }
        add(state, &self.assignment, proposal)
    }

    fn made(self, made: &Made) -> Result<Redeemed, AdminError> {
        let Draft { tenant, name, .. } = &self.assignment;
        let entry = made.objects.by_name(Kind::Assignment, tenant, name);
        let assignment = entry.map(|object| Entry::of(Kind::Assignment, object));
        Ok(Redeemed {
            assignment: assignment.ok_or_else(|| AdminError::not_found(Kind::Assignment))?,
            key: self.account.map(|(_, key)| (key, self.key.reveal())),
            user: self.local.map(|(user, _)| user.id),
            revision: made.revision,
        })
    }
}

fn target_of(provider: &str, kind: &str, id: Option<&str>, login: Option<&str>) -> Target {
    Target {
        provider: (!provider.is_empty()).then(|| provider.to_owned()),
        kind: Some(kind.to_owned()),
        id: id.map(str::to_owned),
        login: login.map(str::to_owned),
        group: None,
    }
}

fn draft<D: serde::Serialize>(kind: Kind, tenant: &str, id: &str, document: &D) -> Result<Draft, AdminError> {
    let document =
        serde_json::to_value(document).map_err(|error| AdminError::Unavailable(error.to_string()))?;
    let (name, body) = canonical(kind, tenant, document)?;
    let (kind, tenant) = (kind.as_str().to_owned(), tenant.to_owned());
    Ok(Draft { kind, id: id.to_owned(), tenant, name, body, origin: String::new() })
}

/// Adds an object to a proposal; an assignment that is there already becomes this one.
fn add(state: &State, draft: &Draft, proposal: &mut Proposal) -> Result<(), AdminError> {
    let kind: Kind = draft.kind.parse().map_err(|_| AdminError::NotFound("object"))?;
    let mut draft = draft.clone();
    let before = state.objects.by_name(kind, &draft.tenant, &draft.name);
    match before {
        Some(before) if !before.origin.is_empty() => {
            return Err(AdminError::ReadOnly { origin: before.origin.clone() });
        }
        Some(before) if kind == Kind::Assignment => draft.id.clone_from(&before.id),
        Some(_) => return Err(AdminError::NameTaken { kind: kind.as_str(), name: draft.name }),
        None => {}
    }
    let verb = if before.is_some() { "update" } else { "create" };
    let body = before.map(|before| before.body.clone());
    let shown = object(&draft, 0, 0, 0);
    proposal.told.push(told(kind, verb, &shown, body, Some(draft.body.clone())));
    proposal.changes.push(Change::Put(draft));
    Ok(())
}

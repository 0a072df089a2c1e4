//! Whom a new revision affects, by what differs between what decided and what decides from now on.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

use casemate_identity::Kind as IdentityKind;
use casemate_store::{ChangedUsers, EndedSession, Object, StoredApiKey};

use super::State;
use crate::affected::{Affecting, Whom};
use crate::keys::{Keys, RECOVERY};
use crate::kind::Kind;
use crate::model::UserDocument;
use crate::objects::ObjectSet;
use crate::policy::{Assignment, Recipient, Who};
use crate::snapshot::Compiled;
use crate::{API_KEY_PROVIDER, CREDENTIAL_PROVIDER, DEFAULT_TENANT, OWN_PROVIDER};

/// The objects of a kind that two revisions do not have alike, as either has them.
pub(super) fn differing<'o>(before: &'o ObjectSet, after: &'o ObjectSet, kind: Kind) -> Vec<&'o Arc<Object>> {
    let name = |object: &'o Arc<Object>| (&*object.tenant, &*object.name);
    let mut found = Vec::new();
    let (mut before, mut after) =
        (before.of_kind(kind).iter().peekable(), after.of_kind(kind).iter().peekable());
    loop {
        let order = match (before.peek(), after.peek()) {
            (None, None) => return found,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(one), Some(other)) => name(one).cmp(&name(other)),
        };
        let one = if order == Ordering::Greater { None } else { before.next() };
        let other = if order == Ordering::Less { None } else { after.next() };
        match (one, other) {
            (Some(one), Some(other))
                if Arc::ptr_eq(one, other) || one.id == other.id && one.body == other.body => {}
            (one, other) => found.extend(one.into_iter().chain(other)),
        }
    }
}

/// Whom it affects that `after` follows `before`, where schemas, providers and sources are the same in both.
pub(super) fn affects(before: &State, objects: &ObjectSet, after: &Compiled, affecting: &mut Affecting) {
    let compiled = before.snapshot.compiled();
    let gone = compiled.assignments_missing_in(after).map(|assignment| (&**compiled, assignment));
    let came = after.assignments_missing_in(compiled).map(|assignment| (after, assignment));
    // However many are for one, they are looked for once in each of the two.
    let mut known = HashSet::new();
    for (place, (of, assignment)) in gone.map(|gone| (0, gone)).chain(came.map(|came| (1, came))) {
        if affecting.is_everybody() {
            return;
        }
        if known.insert((place, &assignment.tenant, &assignment.recipient)) {
            recipient(of, after.keys(), assignment, affecting);
        }
    }
    for object in differing(&before.objects, objects, Kind::ServiceAccount) {
        let tenant = Arc::from(&*object.tenant);
        affecting.add(&tenant, Whom::Identity(object.id.as_str().into()));
        account(after.keys(), &tenant, &object.id, affecting);
    }
    for object in differing(&before.objects, objects, Kind::Credential) {
        let tenant = Arc::from(&*object.tenant);
        affecting.add(&tenant, Whom::Credential(object.name.as_str().into()));
        affecting
            .add(&tenant, subject(CREDENTIAL_PROVIDER.into(), IdentityKind::SERVICE.as_str(), &object.name));
    }
    for object in differing(&before.objects, objects, Kind::User) {
        person(object, [compiled, after], affecting);
    }
}

fn subject(provider: Arc<str>, kind: &str, id: &str) -> Whom {
    Whom::Subject { provider, kind: kind.into(), id: id.into() }
}

/// Whoever an assignment is for.
fn recipient(compiled: &Compiled, keys: &Keys, assignment: &Assignment, affecting: &mut Affecting) {
    let Assignment { tenant, recipient, .. } = assignment;
    let Recipient { provider, who } = recipient;
    if **provider == *IdentityKind::ANONYMOUS.as_str() {
        // Who did not sign in has no name by which they could be told.
        return affecting.everybody();
    }
    match who {
        Who::Id { kind, id } if recipient.is_account() => {
            affecting.add(tenant, subject(Arc::clone(provider), kind, id));
            account(keys, tenant, id, affecting);
        }
        Who::Login { login, .. } if recipient.is_account() => match compiled.account_named(tenant, login) {
            Some(id) => account(keys, tenant, id, affecting),
            None => affecting.everybody(),
        },
        Who::Id { kind, id } => affecting.add(tenant, subject(Arc::clone(provider), kind, id)),
        Who::Login { kind, login } => {
            let (provider, kind, login) = (Arc::clone(provider), kind.clone(), login.clone());
            affecting.add(tenant, Whom::Login { provider, kind, login });
        }
        Who::Group { kind, group } => {
            let (provider, kind, group) = (Arc::clone(provider), kind.clone(), group.clone());
            affecting.add(tenant, Whom::Group { provider, kind, group });
        }
    }
}

/// A service account, its API keys, and whoever came with what these made.
fn account(keys: &Keys, tenant: &Arc<str>, id: &str, affecting: &mut Affecting) {
    affecting.add(tenant, subject(OWN_PROVIDER.into(), IdentityKind::SERVICE.as_str(), id));
    for key in keys.all_of_account(id) {
        affecting.add(tenant, subject(API_KEY_PROVIDER.into(), IdentityKind::API_KEY.as_str(), &key));
    }
}

/// Somebody whom the policy knows, in whichever tenant a credential that says none means them.
fn person(object: &Object, compiled: [&Compiled; 2], affecting: &mut Affecting) {
    let Ok(document) = serde_json::from_str::<UserDocument>(&object.body) else {
        return affecting.everybody();
    };
    let kind = document.kind.as_deref().unwrap_or(IdentityKind::USER.as_str());
    for compiled in compiled {
        let provider: Arc<str> = match &document.provider {
            Some(provider) => provider.as_str().into(),
            None => Arc::clone(compiled.sole_provider()),
        };
        let tenants = compiled.tenants_of(&provider, kind, &document.id);
        let tenants = tenants.chain([Arc::from(&*object.tenant), Arc::from(DEFAULT_TENANT)]);
        for tenant in tenants {
            affecting.add(&tenant, subject(Arc::clone(&provider), kind, &document.id));
        }
        let of = Arc::from(&*object.tenant);
        affecting.add(&of, Whom::Elsewhere { provider, without_id: false });
    }
}

/// Users of the directory who were changed, made or deleted.
pub(super) fn users(changed: &ChangedUsers, objects: &ObjectSet, affecting: &mut Affecting) {
    let ChangedUsers::These(changed) = changed else { return affecting.everybody() };
    for user in changed {
        let tenant = Arc::from(&*user.tenant);
        affecting.add(&tenant, Whom::Identity(user.id.as_str().into()));
        let Some(id) = &user.subject else { continue };
        // Who was not known before is known by what their tokens say.
        let provider: Arc<str> = user.provider.as_str().into();
        affecting.add(&tenant, subject(Arc::clone(&provider), IdentityKind::USER.as_str(), id));
        if *provider == *OWN_PROVIDER {
            continue;
        }
        affecting.add(&tenant, Whom::Elsewhere { provider: Arc::clone(&provider), without_id: true });
        match type_of(objects, &provider) {
            Some(kind) => affecting.add(&tenant, subject(provider, &kind, id)),
            None => affecting.everybody(),
        }
    }
}

/// The type of a provider's users; nothing where each token says it.
fn type_of(objects: &ObjectSet, provider: &str) -> Option<String> {
    let object = objects.by_name(Kind::Provider, "", provider);
    let Some(object) = object else { return Some(IdentityKind::USER.as_str().to_owned()) };
    let document: serde_json::Value = serde_json::from_str(&object.body).ok()?;
    let text = |at: &str| document.pointer(at).and_then(|value| value.as_str());
    let is_said = document.pointer("/claims/type").is_some_and(|path| !path.is_null())
        || !matches!(text("/type"), None | Some("openid" | "github"));
    let word = text("/claims/default_type").unwrap_or(IdentityKind::USER.as_str());
    (!is_said).then(|| word.to_owned())
}

/// API keys that were made, changed or revoked.
pub(super) fn keys(changed: &[StoredApiKey], affecting: &mut Affecting) {
    for key in changed.iter().filter(|key| key.account != RECOVERY) {
        let tenant = Arc::from(&*key.tenant);
        affecting.add(&tenant, Whom::Credential(key.id.as_str().into()));
        affecting.add(&tenant, subject(API_KEY_PROVIDER.into(), IdentityKind::API_KEY.as_str(), &key.id));
    }
}

/// Sessions and temporary credentials that ended.
pub(super) fn sessions(ended: &[EndedSession], affecting: &mut Affecting) {
    for EndedSession { id, tenant, home, .. } in ended {
        if tenant.is_empty() {
            // One that an earlier version began is of each.
            return affecting.everybody();
        }
        for tenant in [Some(tenant), home.as_ref()].into_iter().flatten() {
            affecting.add(&Arc::from(tenant.as_str()), Whom::Credential(id.as_str().into()));
        }
    }
}

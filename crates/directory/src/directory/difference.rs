//! Whom a new revision affects, by what differs between what decided and what decides from now on.

use std::collections::HashSet;
use std::sync::Arc;

use casemate_identity::Kind as IdentityKind;
use casemate_store::{ChangedUsers, EndedSession, Object, StoredApiKey};

use super::State;
use crate::affected::{Affecting, MAX_SELECTORS, Whom};
use crate::keys::{Keys, RECOVERY};
use crate::kind::Kind;
use crate::model::UserDocument;
use crate::objects::ObjectSet;
use crate::policy::{Assignment, Recipient, Who};
use crate::snapshot::{Compiled, Scope};
use crate::{API_KEY_PROVIDER, CREDENTIAL_PROVIDER, DEFAULT_TENANT, OWN_PROVIDER};

/// Whether two revisions have the objects of a kind of the whole installation alike.
pub(super) fn is_same(before: &ObjectSet, after: &ObjectSet, kind: Kind) -> bool {
    let (before, after) = (before.wide(kind), after.wide(kind));
    let is_same = |(one, other): (&Arc<Object>, &Arc<Object>)| {
        Arc::ptr_eq(one, other) || (&one.id, &one.name, &one.body) == (&other.id, &other.name, &other.body)
    };
    before.len() == after.len() && before.iter().zip(after).all(is_same)
}

/// Whom it affects that `after` follows `before`, where schemas, providers and sources are the same in both.
pub(super) fn affects(
    before: &State,
    objects: &ObjectSet,
    after: &Compiled,
    scope: &Scope,
    affecting: &mut Affecting,
) {
    let compiled = before.snapshot.compiled();
    let mut tenants: HashSet<&str> =
        before.objects.tenants().differing(objects.tenants()).into_iter().map(|tenant| &**tenant).collect();
    if matches!(scope, Scope::All | Scope::These { shared: true, .. }) {
        // What a role of the tenant `default` grants is held wherever it is named.
        let sharing = compiled.assembled().sharing().chain(after.assembled().sharing());
        tenants.extend(sharing.map(|tenant| &**tenant));
        tenants.insert(DEFAULT_TENANT);
    }
    if tenants.len() > MAX_SELECTORS {
        return affecting.everybody();
    }
    // However many are for one, they are looked for once in each of the two.
    let mut known = HashSet::new();
    for tenant in tenants {
        let (was, is) = (compiled.part(tenant), after.part(tenant));
        let gone = was.assignments_missing_in(is).map(|assignment| (0, &**compiled, assignment));
        let came = is.assignments_missing_in(was).map(|assignment| (1, after, assignment));
        for (place, of, assignment) in gone.chain(came) {
            if affecting.is_everybody() {
                return;
            }
            if known.insert((place, &assignment.tenant, &assignment.recipient)) {
                recipient(of, after.keys(), assignment, affecting);
            }
        }
    }
    let kinds = [Kind::ServiceAccount, Kind::Credential, Kind::User];
    let differing = before.objects.differing(objects, |kind| kinds.iter().any(|of| kind == of.as_str()));
    for object in differing {
        let tenant = Arc::from(&*object.tenant);
        match object.kind.parse() {
            Ok(Kind::ServiceAccount) => {
                affecting.add(&tenant, Whom::Identity(object.id.as_str().into()));
                account(after.keys(), &tenant, &object.id, affecting);
            }
            Ok(Kind::Credential) => {
                affecting.add(&tenant, Whom::Credential(object.name.as_str().into()));
                let kind = IdentityKind::SERVICE.as_str();
                affecting.add(&tenant, subject(CREDENTIAL_PROVIDER.into(), kind, &object.name));
            }
            _ => person(object, [compiled, after], affecting),
        }
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
        let tenants = tenants.iter().cloned().chain([Arc::from(&*object.tenant), Arc::from(DEFAULT_TENANT)]);
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

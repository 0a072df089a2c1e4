//! What is put together step by step says what it says when it is read as a whole.

use std::sync::Arc;

use casemate_identity::{Chain, Kind as IdentityKind};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::objects::Change;
use crate::snapshot::Snapshot;
use crate::subject::Subject;

const TENANTS: [&str; 3] = [DEFAULT_TENANT, "acme", "globex"];
const LONG: &str = "CASEMATE_LONG";

#[derive(Debug, Clone)]
enum Step {
    Role(usize, u8, u8),
    Extends(usize, u8, u8),
    Team(usize, u8, u8),
    Assign(usize, u8, u8, bool),
    Account(usize, u8, bool),
    Declare(u8),
    Provider(u8),
    Remove(u8),
}

fn step() -> impl Strategy<Value = Step> {
    let tenant = 0..TENANTS.len();
    prop_oneof![
        4 => (tenant.clone(), 0..4u8, 0..4u8).prop_map(|(tenant, name, may)| Step::Role(tenant, name, may)),
        2 => (tenant.clone(), 0..4u8, 0..4u8).prop_map(|(tenant, name, other)| Step::Extends(tenant, name, other)),
        2 => (tenant.clone(), 0..2u8, 0..4u8).prop_map(|(tenant, name, role)| Step::Team(tenant, name, role)),
        6 => (tenant.clone(), 0..4u8, 0..3u8, any::<bool>())
            .prop_map(|(tenant, role, to, by_team)| Step::Assign(tenant, role, to, by_team)),
        2 => (tenant, 0..2u8, any::<bool>()).prop_map(|(tenant, name, off)| Step::Account(tenant, name, off)),
        1 => (0..3u8).prop_map(Step::Declare),
        1 => (0..2u8).prop_map(Step::Provider),
        3 => any::<u8>().prop_map(Step::Remove),
    ]
}

fn put(kind: Kind, tenant: &str, name: &str, body: &Value) -> Change {
    let id = format!("{}{tenant}-{name}", kind.as_str());
    let (tenant, name, body) = (tenant.to_owned(), name.to_owned(), body.to_string());
    Change::Put(casemate_store::Draft {
        kind: kind.as_str().to_owned(),
        id,
        tenant,
        name,
        body,
        origin: String::new(),
    })
}

fn change(objects: &ObjectSet, step: &Step) -> Option<Change> {
    let of = |tenant: &usize| TENANTS[*tenant];
    Some(match step {
        Step::Role(tenant, name, may) => {
            let name = format!("r{name}");
            let permissions = json!([{ "name": format!("notes.{may}") }]);
            put(Kind::Role, of(tenant), &name, &json!({ "name": name, "permissions": permissions }))
        }
        Step::Extends(tenant, name, other) => {
            let name = format!("r{name}");
            let permissions = json!([{ "name": "notes.own" }]);
            let body = json!({ "name": name, "permissions": permissions, "extends": [format!("r{other}")] });
            put(Kind::Role, of(tenant), &name, &body)
        }
        Step::Team(tenant, name, role) => {
            let name = format!("t{name}");
            let roles = json!([format!("r{role}")]);
            put(Kind::Team, of(tenant), &name, &json!({ "name": name, "roles": roles }))
        }
        Step::Assign(tenant, role, to, by_team) => {
            let to = match to {
                2 => json!({ "provider": "casemate", "type": "service", "login": "a0" }),
                user => json!({ "id": format!("u{user}") }),
            };
            let body = match by_team {
                true => json!({ "team": format!("t{}", role % 2), "to": to }),
                false => json!({ "role": format!("r{role}"), "to": to }),
            };
            put(Kind::Assignment, of(tenant), &body.to_string(), &body)
        }
        Step::Account(tenant, name, off) => {
            let name = format!("a{name}");
            put(Kind::ServiceAccount, of(tenant), &name, &json!({ "name": name, "disabled": off }))
        }
        Step::Declare(which) => {
            let id = ["acme", "globex", "other"][usize::from(*which)];
            put(Kind::Tenant, "", id, &json!({ "id": id }))
        }
        Step::Provider(which) => {
            let name = format!("p{which}");
            let mut body =
                json!({ "name": name, "issuer": format!("https://{name}.example"), "audiences": ["a"] });
            if *which > 0 {
                body["scim"] = json!({ "account": "a0", "tenant": "acme" });
            }
            put(Kind::Provider, "", &name, &body)
        }
        Step::Remove(place) => {
            let all = sorted(objects);
            let object = all.get(usize::from(*place) % all.len().max(1))?;
            Change::Remove { kind: object.kind.parse().ok()?, id: object.id.clone() }
        }
    })
}

fn snapshot(policy: Assembled) -> Snapshot {
    let compiled = Compiled::new(policy, &[], Arc::default());
    Snapshot::new(1, Arc::new(compiled), Chain::new(Vec::new()).unwrap())
}

/// What everybody holds, and whom a credential without a tenant means.
fn told(snapshot: &Snapshot) -> Vec<String> {
    let compiled = snapshot.compiled();
    let mut told = Vec::new();
    for tenant in TENANTS.into_iter().chain(["nowhere"]) {
        let service = IdentityKind::SERVICE;
        let accounts =
            compiled.part(tenant).people.iter().map(|account| (OWN_PROVIDER, service.as_str(), &*account.id));
        let users = ["u0", "u1"].map(|id| (&**compiled.sole_provider(), IdentityKind::USER.as_str(), id));
        for (provider, kind, id) in accounts.chain(users) {
            let subject = Subject::new(provider.into(), kind, Some(id), tenant.into());
            let set = snapshot.permissions(&subject).unwrap();
            let mut held: Vec<String> =
                set.iter().map(|held| format!("{} {:?}", held.as_json(), held.grant())).collect();
            held.sort_unstable();
            let mut known = compiled.tenants_of(provider, kind, id).to_vec();
            known.sort_unstable();
            let is_off = compiled.is_disabled(provider, kind, id);
            told.push(format!("{tenant} {provider} {kind} {id} {is_off} {known:?}: {held:?}"));
        }
        told.push(format!("{:?}", compiled.administrators(0)));
    }
    let mut accounts: Vec<_> = compiled.enabled_accounts().into_iter().collect();
    accounts.sort_unstable();
    told.push(format!("{accounts:?}"));
    told
}

fn holds(steps: &[Step]) {
    let mut objects = ObjectSet::default();
    let mut decides = snapshot(Assembled::of(&objects).unwrap());
    for (step, revision) in steps.iter().zip(1..) {
        let Some(change) = change(&objects, step) else { continue };
        let next = objects.with(&[change], revision, revision);
        let items = sorted(&next);
        assert_eq!(items.len(), ObjectSet::new(items.clone()).iter().count());
        let scope = Scope::between(&objects, &next);
        let after = Assembled::after(decides.compiled(), &next, &scope);
        let whole = Policy::from_objects(&items);
        let judged = decides.compiled().policy_of(&next, &scope, false);
        // Which names there are like it is told of the tenants alone that are looked at.
        let without_help = |mistake: &Mistake| {
            let text = mistake.to_string();
            text.split(" (").next().unwrap_or_default().to_owned()
        };
        let mistakes = |mistakes: &Vec<Mistake>| mistakes.iter().map(without_help).collect::<Vec<_>>();
        assert_eq!(after.as_ref().err().is_some(), whole.as_ref().err().is_some(), "{step:?}: {scope:?}");
        assert_eq!(
            judged.as_ref().err().map(mistakes),
            whole.as_ref().err().map(mistakes),
            "{step:?}: {scope:?}"
        );
        let (Ok(after), Ok(whole)) = (after, whole) else { continue };
        (objects, decides) = (next, snapshot(after));
        assert_eq!(told(&decides), told(&snapshot(Assembled::of_policy(whole))), "{step:?}: {scope:?}");
        assert_eq!(told(&decides), told(&snapshot(Assembled::of(&objects).unwrap())), "{step:?}");
    }
}

#[test]
fn step_by_step_it_says_what_it_says_as_a_whole() {
    let cases = if std::env::var_os(LONG).is_some() { 5_000 } else { 24 };
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let steps = proptest::collection::vec(step(), 1..40);
    proptest!(config, |(steps in steps)| holds(&steps));
}

#[test]
fn what_a_change_does_not_touch_is_shared() {
    let object = |kind, tenant: &str, name: &str, body: Value| match put(kind, tenant, name, &body) {
        Change::Put(draft) => Arc::new(crate::objects::object(&draft, 1, 1, 1)),
        Change::Remove { .. } => unreachable!(),
    };
    let tenant = |number: usize| format!("tenant-{number}");
    let role = |name: &str| json!({ "name": name, "permissions": [{ "name": "notes.read" }] });
    let all = (0..300).map(|number| object(Kind::Role, &tenant(number), "reader", role("reader")));
    let objects = ObjectSet::new(all.collect());
    let before = snapshot(Assembled::of(&objects).unwrap());
    let body = json!({ "role": "reader", "to": { "id": "ada" } });
    let next = objects.with(&[put(Kind::Assignment, &tenant(7), "one", &body)], 2, 2);
    let scope = Scope::between(&objects, &next);
    let after = Assembled::after(before.compiled(), &next, &scope).unwrap();
    let differing = before.compiled().assembled().slots.differing(&after.slots);
    assert_eq!(differing.iter().map(|tenant| &***tenant).collect::<Vec<_>>(), ["tenant-7"]);
    assert!(Arc::ptr_eq(&before.compiled().assembled().base, &after.base));
    assert_eq!(next.tenants().differing(objects.tenants()).len(), 1);
}

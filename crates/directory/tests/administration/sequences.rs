//! Whatever is done in whatever order, what stands can be compiled, versions lead to it, and somebody may administer.

use std::collections::BTreeMap;

use casemate_directory::{Kind, ListQuery};
use casemate_store::Draft;
use proptest::prelude::*;
use serde_json::json;

use super::*;

#[derive(Debug, Clone)]
enum Step {
    Role(u8, u8),
    Update(u8, u8),
    Assign(u8, u8, bool),
    Account(u8),
    Extend(u8, u8),
    Team(u8, u8),
    Join(u8, u8),
    Delete(u8, u8),
    Revert(u8),
    Apply(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (0..4u8, 0..4u8).prop_map(|(name, granted)| Step::Role(name, granted)),
        (0..8u8, 0..4u8).prop_map(|(place, granted)| Step::Update(place, granted)),
        (0..5u8, 0..4u8, any::<bool>()).prop_map(|(role, to, ends)| Step::Assign(role, to, ends)),
        (0..3u8).prop_map(Step::Account),
        (0..8u8, 0..4u8).prop_map(|(place, other)| Step::Extend(place, other)),
        (0..3u8, 0..4u8).prop_map(|(name, role)| Step::Team(name, role)),
        (0..3u8, 0..3u8).prop_map(|(team, to)| Step::Join(team, to)),
        (0..4u8, 0..8u8).prop_map(|(kind, place)| Step::Delete(kind, place)),
        (0..30u8).prop_map(Step::Revert),
        (0..8u8).prop_map(Step::Apply),
    ]
}

const KINDS: [Kind; 4] = [Kind::Role, Kind::Team, Kind::Assignment, Kind::ServiceAccount];

async fn carry_out(site: &Site, step: &Step) {
    let administration = &site.administration;
    let author = operator();
    let create = async |kind, document| {
        let _ = administration.create(&author, kind, "default", document, None).await;
    };
    let granted = |granted: u8| json!([{ "name": format!("notes.{granted}") }]);
    let at = |kind, place: u8| {
        let all = administration.list(kind, "default", &ListQuery::default()).unwrap().items;
        all.get(usize::from(place)).map(|entry| entry.id.clone()).unwrap_or_default()
    };
    match step {
        Step::Role(name, may) => {
            create(Kind::Role, json!({ "name": format!("r{name}"), "permissions": granted(*may) })).await;
        }
        Step::Update(place, may) => {
            let document = json!({ "name": format!("r{}", place % 4), "permissions": granted(*may) });
            let id = at(Kind::Role, *place);
            let _ = administration.update(&author, Kind::Role, "default", &id, None, document).await;
        }
        Step::Assign(role, to, ends) => {
            let role = if *role == 4 { "administrator".to_owned() } else { format!("r{role}") };
            let to = match to {
                3 => json!({ "provider": "casemate", "type": "service", "login": "a0" }),
                user => json!({ "id": format!("u{user}") }),
            };
            let mut document = json!({ "role": role, "to": to });
            if *ends {
                document["until"] = json!("2100-01-01T00:00:00Z");
            }
            create(Kind::Assignment, document).await;
        }
        Step::Account(name) => create(Kind::ServiceAccount, json!({ "name": format!("a{name}") })).await,
        Step::Extend(place, other) => {
            let document = json!({ "name": format!("r{}", place % 4), "permissions": granted(place % 4),
                "extends": [format!("r{other}")] });
            let id = at(Kind::Role, *place);
            let _ = administration.update(&author, Kind::Role, "default", &id, None, document).await;
        }
        Step::Team(name, role) => {
            let roles = [format!("r{role}"), format!("r{}", (role + 1) % 4)];
            create(
                Kind::Team,
                json!({ "name": format!("t{name}"), "roles": &roles[..1 + usize::from(name % 2)] }),
            )
            .await;
        }
        Step::Join(team, to) => {
            let to = json!({ "id": format!("u{to}") });
            create(Kind::Assignment, json!({ "team": format!("t{team}"), "to": to })).await;
        }
        Step::Delete(kind, place) => {
            let kind = KINDS[usize::from(*kind)];
            let _ = administration.delete(&author, kind, "default", &at(kind, *place), None).await;
        }
        Step::Revert(revision) => {
            let _ = administration.revert(&author, i64::from(*revision), &Covered::Everybody, false).await;
        }
        Step::Apply(which) => {
            let role = |name: usize| casemate_directory::Wanted {
                kind: Kind::Role,
                tenant: "default".to_owned(),
                document: json!({ "name": format!("r{name}"), "permissions": [] }),
            };
            let objects = (0..3).filter(|bit| which & (1 << bit) != 0).map(role).collect();
            let wanted = casemate_directory::Code { objects, groups: Vec::new() };
            if let Ok(plan) = administration.plan(wanted, "code", true).await {
                let _ = administration.apply(&author, plan).await;
            }
        }
    }
}

/// The objects that the versions, one after the other, lead to.
async fn replayed(site: &Site) -> BTreeMap<(String, String), Draft> {
    let mut replayed: BTreeMap<(String, String), Draft> = BTreeMap::new();
    for revision in 1..=site.directory.current().revision() {
        let Ok((_, edits)) = site.administration.version(revision).await else { continue };
        for edit in edits {
            let key = (edit.kind, edit.id);
            assert_eq!(
                replayed.get(&key),
                edit.before.as_ref(),
                "each version begins where the one before ended"
            );
            match edit.after {
                Some(after) => drop(replayed.insert(key, after)),
                None => drop(replayed.remove(&key)),
            }
        }
    }
    replayed
}

async fn holds(steps: &[Step]) {
    let site = Site::open().await;
    let mut had_one = false;
    for step in steps {
        carry_out(&site, step).await;
        let has_one = !site.administration.has_no_administrator(1_000);
        assert!(has_one || !had_one, "nobody is left to administer after {step:?}");
        had_one |= has_one;
    }
    let objects = site.store.reader().objects().await.unwrap();
    assert_eq!(objects.revision, site.directory.current().revision());
    casemate_directory::Policy::from_objects(&objects.items).unwrap();
    let stored: BTreeMap<(String, String), Draft> = objects
        .items
        .into_iter()
        .map(|object| {
            let key = (object.kind.clone(), object.id.clone());
            let casemate_store::Object { kind, id, tenant, name, body, origin, .. } = object;
            (key, Draft { kind, id, tenant, name, body, origin })
        })
        .collect();
    assert_eq!(replayed(&site).await, stored);
    // A process that starts now finds what this one has in memory.
    let (other, _) = site.other_process().await;
    for user in ["u0", "u1", "u2"] {
        let nobody = casemate_directory::Subject::anonymous("default".into());
        let ask = |directory: &Directory| {
            let snapshot = directory.current();
            let subject = snapshot.subject(&nobody, &"default".into(), "user", user).unwrap();
            let set = snapshot.permissions(&subject).unwrap();
            (0..4).map(|number| allowed(&set, &format!("notes.{number}"))).collect::<Vec<_>>()
        };
        assert_eq!(ask(&site.directory), ask(&other));
    }
}

#[test]
fn sequences_of_changes_keep_what_must_hold() {
    let cases = if std::env::var_os("CASEMATE_LONG").is_some() { 2_000 } else { 40 };
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    proptest!(config, |(steps in proptest::collection::vec(step(), 1..25))| {
        runtime.block_on(holds(&steps));
    });
}

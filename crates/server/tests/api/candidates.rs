//! Who comes into question, page by page, while something is changed.

use std::collections::BTreeSet;

use casemate_directory::{CandidatePlace, Sought};
use casemate_permission::name::Name;
use casemate_platform::clock;
use casemate_store::{Actor, Commit, GroupRecord, Membership, Operation, UserRecord};
use serde_json::{Value, json};

use crate::support::Server;

/// A policy by which thirty users may read notes: each by their id, or all by their group.
fn thirty(by_id: bool) -> Value {
    let mut policy = "format = 1\n[[provider]]\nname = \"corp\"\nissuer = \"https://login.example.com\"\n\
                      audiences = [\"casemate\"]\n[[role]]\nname = \"reader\"\npermissions = [{ name = \"notes.read\" }]\n"
        .to_owned();
    let to: Vec<String> = match by_id {
        true => (1..=30).map(|number| format!("id = \"m-{number}\"")).collect(),
        false => vec!["group = \"many\"".to_owned()],
    };
    for to in to {
        policy.push_str(&format!("[[assignment]]\nrole = \"reader\"\nto = {{ {to} }}\n"));
    }
    json!({ "origin": "git", "files": { "policy.toml": policy }, "prune": true })
}

async fn provision_thirty(server: &Server) {
    let group = format!("grp_{:032x}", 2);
    let mut operations = vec![Operation::PutGroup {
        group: Box::new(GroupRecord {
            id: group.clone(),
            tenant: "default".into(),
            provider: "corp".into(),
            name: "many".into(),
            ..GroupRecord::default()
        }),
        expected: None,
    }];
    for number in 1..=30 {
        let id = format!("usr_{number:032x}");
        let user = UserRecord {
            id: id.clone(),
            tenant: "default".into(),
            provider: "corp".into(),
            subject: Some(format!("m-{number}")),
            login: format!("m-{number}@example.com"),
            active: true,
            attributes: "{}".into(),
            ..UserRecord::default()
        };
        operations.push(Operation::PutUser { user: Box::new(user), expected: None });
        operations.push(Operation::AddMember(Membership {
            group: group.clone(),
            user: id,
            source: "scim".into(),
        }));
    }
    let actor =
        Actor { provider: "casemate".into(), kind: "system".into(), id: "test".into(), credential: None };
    let commit = Commit {
        base: None,
        at: clock::now(),
        actor,
        summary: "provision".into(),
        operations,
        events: Vec::new(),
        fence: None,
    };
    server.app.store.commit(commit).await.unwrap();
    server.app.directory.refresh().await.unwrap();
}

#[tokio::test]
async fn nobody_is_left_out_whatever_is_changed_between_two_pages() {
    let everybody: BTreeSet<String> = (1..=30).map(|number| format!("m-{number}")).collect();
    for (first, then) in [(true, true), (false, false), (true, false), (false, true)] {
        for most in [1, 7, 1_000] {
            let server = Server::start().await;
            let applied = server.admin("POST /api/v1/policy/apply", Some(&thirty(first))).await;
            assert!(applied.status.is_success(), "{}", applied.text);
            provision_thirty(&server).await;
            let directory = &server.app.directory;
            let (tenant, name) = ("default".into(), Name::parse("notes.read").unwrap());
            let (mut place, mut pages) = (CandidatePlace::default(), 0);
            let mut found: Vec<String> = Vec::new();
            loop {
                let snapshot = directory.current();
                let sought = Sought::of(&snapshot, &tenant, "user", name, 0);
                let page = directory.candidates(&sought, &place, most).await.unwrap();
                assert!(page.items.len() <= most as usize);
                let ids = page.items.iter().filter_map(|candidate| candidate.subject.id.as_deref());
                found.extend(ids.filter(|id| id.starts_with("m-")).map(str::to_owned));
                pages += 1;
                if pages == 3 && first != then {
                    let applied = server.admin("POST /api/v1/policy/apply", Some(&thirty(then))).await;
                    assert!(applied.status.is_success(), "{}", applied.text);
                }
                match page.next {
                    Some(next) => place = next,
                    None => break,
                }
            }
            let distinct: BTreeSet<String> = found.iter().cloned().collect();
            assert_eq!(distinct, everybody, "from {first} to {then}, {most} at once");
            assert!(first != then || found.len() == 30, "{} times 30", found.len());
        }
    }
}

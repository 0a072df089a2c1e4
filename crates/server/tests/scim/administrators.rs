//! Whoever a provider says is gone: somebody who administers is left.

use casemate_directory::{Formerly, Judged, Taken};
use casemate_store::{Actor, Commit, CommitError, Membership, Operation};
use serde_json::{Value, json};

use crate::bulk::{bulk, statuses};
use crate::client::{GROUP, Scim, USER};
use crate::support::{Answer, Server};

const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

fn off() -> Value {
    json!({"op": "replace", "path": "active", "value": false})
}

fn person(login: &str) -> Value {
    json!({"schemas": [USER], "userName": login, "externalId": format!("sub-{login}")})
}

/// Makes a user of the provider whom its tokens call `sub-` and their login.
async fn joins(scim: &Scim, login: &str) -> String {
    scim.user(person(login)).await
}

async fn administers(scim: &Scim, to: Value) -> String {
    scim.server.make("/api/v1/assignments", &json!({"role": "administrator", "to": to})).await
}

async fn is_active(scim: &Scim, user: &str) -> bool {
    scim.server.app.store.reader().user(user).await.unwrap().is_some_and(|user| user.active)
}

#[track_caller]
fn refused(answer: &Answer) {
    assert_eq!(answer.status.as_u16(), 409, "{}", answer.text);
    let detail = answer.body["detail"].as_str().unwrap();
    assert!(
        detail.contains("assign the role `administrator`") && detail.contains("service account"),
        "{detail}"
    );
    assert_eq!(answer.body["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:Error"]));
}

#[track_caller]
fn done(answer: &Answer) {
    assert!(answer.status.is_success(), "{} {}", answer.status, answer.text);
}

pub(crate) async fn the_last_administrator_stays_whatever_their_provider_says(scim: Scim) {
    // Of whom the directory knows nothing yet: their credentials are taken.
    administers(&scim, json!({"provider": "corp", "id": "sub-ada"})).await;
    let mut inactive = person("ada");
    inactive["active"] = json!(false);
    refused(&scim.send("POST /Users", Some(inactive)).await);
    let ada = joins(&scim, "ada").await;
    let one = format!("/Users/{ada}");
    refused(&scim.patch(&one, off()).await);
    refused(&scim.send(&format!("DELETE {one}"), None).await);
    let other = json!({"op": "replace", "path": "externalId", "value": "sub-another"});
    refused(&scim.patch(&one, other.clone()).await);
    let mut put = person("ada");
    put["active"] = json!(false);
    refused(&scim.send(&format!("PUT {one}"), Some(put)).await);
    assert!(is_active(&scim, &ada).await);
    // What takes nothing from them is done, and so is what takes them from nobody who administers.
    done(&scim.patch(&one, json!({"op": "replace", "path": "title", "value": "Countess"})).await);
    done(&scim.patch(&one, json!({"op": "replace", "path": "userName", "value": "countess"})).await);
    let bob = joins(&scim, "bob").await;
    done(&scim.patch(&format!("/Users/{bob}"), off()).await);
    // Nobody administers who is not active, or only for a time.
    administers(&scim, json!({"provider": "corp", "login": "bob"})).await;
    refused(&scim.patch(&one, off()).await);
    // Somebody else does.
    done(
        &scim
            .patch(&format!("/Users/{bob}"), json!({"op": "replace", "path": "active", "value": true}))
            .await,
    );
    done(&scim.patch(&one, off()).await);
    let renamed = json!({"op": "replace", "path": "userName", "value": "robert"});
    refused(&scim.patch(&format!("/Users/{bob}"), renamed).await);
    refused(&scim.send(&format!("DELETE /Users/{bob}"), None).await);
    scim.server.make("/api/v1/service-accounts", &json!({"name": "operator"})).await;
    administers(&scim, json!({"provider": "casemate", "type": "service", "login": "operator"})).await;
    done(&scim.send(&format!("DELETE /Users/{bob}"), None).await);
    done(&scim.send(&format!("DELETE {one}"), None).await);
}

pub(crate) async fn who_is_gone_is_nobody_who_stays(scim: Scim) {
    let (ada, bob) = (joins(&scim, "ada").await, joins(&scim, "bob").await);
    administers(&scim, json!({"provider": "corp", "login": "ada"})).await;
    administers(&scim, json!({"provider": "corp", "login": "bob"})).await;
    // In one step after the other: deleted, or called otherwise.
    let called = |name: &str| json!({"op": "replace", "path": "userName", "value": name});
    let (of_ada, of_bob) = (format!("/Users/{ada}"), format!("/Users/{bob}"));
    done(&scim.patch(&of_ada, called("augusta")).await);
    refused(&scim.send(&format!("DELETE {of_bob}"), None).await);
    refused(&scim.patch(&of_bob, called("robert")).await);
    // Who is called from now on as somebody who administers is who stays.
    done(&scim.patch(&of_bob, called("ada")).await);
    done(&scim.patch(&of_bob, called("bob")).await);
    done(&scim.send(&format!("DELETE {of_ada}"), None).await);
    refused(&scim.patch(&of_bob, off()).await);

    // A group is as gone, or called otherwise.
    let carol = joins(&scim, "carol").await;
    let admins = scim.group("Admins", &[&bob, &carol]).await;
    let of_admins = format!("/Groups/{admins}");
    let named = |name: &str| json!({"op": "replace", "path": "displayName", "value": name});
    administers(&scim, json!({"provider": "corp", "group": "Admins"})).await;
    done(&scim.patch(&of_admins, named("Ops")).await);
    refused(&scim.patch(&of_bob, called("robert")).await);
    administers(&scim, json!({"provider": "corp", "group": "Ops"})).await;
    done(&scim.patch(&of_bob, called("robert")).await);
    refused(&scim.patch(&of_admins, named("Others")).await);
    // By its new name its members administer, unless nobody stays in it.
    let put = json!({"schemas": [GROUP], "displayName": "Admins", "members": []});
    refused(&scim.send(&format!("PUT {of_admins}"), Some(put)).await);
    done(&scim.patch(&of_admins, named("Admins")).await);
    refused(&scim.send(&format!("DELETE {of_admins}"), None).await);

    // Whom another provider's tokens alone tell of is somebody.
    let other = json!({"name": "other", "issuer": "https://other.example", "audiences": ["casemate"]});
    scim.server.make("/api/v1/providers", &other).await;
    administers(&scim, json!({"provider": "other", "group": "Admins"})).await;
    done(&scim.send(&format!("DELETE {of_admins}"), None).await);
}

pub(crate) async fn who_has_no_subject_administers_by_no_group(scim: Scim) {
    let eve = scim.user(json!({"userName": "eve"})).await;
    scim.group("Admins", &[&eve]).await;
    administers(&scim, json!({"provider": "corp", "group": "Admins"})).await;
    done(&scim.patch(&format!("/Users/{eve}"), off()).await);
}

pub(crate) async fn a_group_keeps_the_last_of_it_who_administers(scim: Scim) {
    let (ada, bob, carol) =
        (joins(&scim, "ada").await, joins(&scim, "bob").await, joins(&scim, "carol").await);
    let group = scim.group("Admins", &[&ada, &bob]).await;
    administers(&scim, json!({"provider": "corp", "group": "Admins"})).await;
    let one = format!("/Groups/{group}");
    let members = |of: &[&String]| of.iter().map(|id| json!({"value": id})).collect::<Vec<_>>();
    let put = async |name: &str, of: &[&String]| {
        let body = json!({"schemas": [GROUP], "displayName": name, "members": members(of)});
        scim.send(&format!("PUT {one}"), Some(body)).await
    };
    let remove = |user: &str| json!({"op": "remove", "path": format!("members[value eq \"{user}\"]")});

    refused(&scim.send(&format!("DELETE {one}"), None).await);
    refused(&put("Chiefs", &[&ada, &bob]).await);
    refused(&put("Admins", &[]).await);
    refused(&scim.patch(&one, json!({"op": "remove", "path": "members"})).await);
    done(&scim.patch(&one, remove(&bob)).await);
    refused(&scim.patch(&one, remove(&ada)).await);
    refused(&scim.patch(&format!("/Users/{ada}"), off()).await);
    refused(&scim.send(&format!("DELETE /Users/{ada}"), None).await);
    // Who comes in their place administers, if they may come in at all.
    done(&scim.patch(&format!("/Users/{carol}"), off()).await);
    refused(&put("Admins", &[&carol]).await);
    done(&put("Admins", &[&bob]).await);
    assert_eq!(scim.members(&group).await, [&*bob]);
    done(&scim.patch(&format!("/Users/{ada}"), off()).await);

    // Who is in it by hand too stays in it.
    let by_hand = format!("POST /api/v1/groups/{group}/members");
    done(&scim.server.admin(&by_hand, Some(&json!({"users": [bob]}))).await);
    done(&put("Admins", &[]).await);
    done(&put("Admins", &[&bob]).await);
    // A group of Casemate's own of this name does as well.
    let own = scim.server.make("/api/v1/groups", &json!({"name": "Admins"})).await;
    refused(&scim.send(&format!("DELETE {one}"), None).await);
    let into = format!("POST /api/v1/groups/{own}/members");
    done(&scim.server.admin(&into, Some(&json!({"users": [bob]}))).await);
    done(&scim.send(&format!("DELETE {one}"), None).await);
    refused(&scim.patch(&format!("/Users/{bob}"), off()).await);
    assert!(is_active(&scim, &bob).await);
}

pub(crate) async fn operations_of_one_request_leave_somebody_together(scim: Scim) {
    let people = [
        joins(&scim, "ada").await,
        joins(&scim, "bob").await,
        joins(&scim, "carol").await,
        joins(&scim, "dan").await,
    ];
    let [ada, bob, carol, dan] = &people;
    let group = scim.group("Admins", &[bob, carol]).await;
    administers(&scim, json!({"provider": "corp", "id": "sub-ada"})).await;
    administers(&scim, json!({"provider": "corp", "group": "Admins"})).await;
    let patch = |path: String, operation: Value| json!({"method": "PATCH", "path": path, "data": {"schemas": [PATCH], "Operations": [operation]}});
    let out = |user: &str| patch(format!("/Users/{user}"), off());
    let make = |name: &str| json!({"method": "POST", "path": "/Users", "bulkId": name, "data": person(name)});
    let leave = json!({"op": "remove", "path": format!("members[value eq \"{bob}\"]")});
    let operations = vec![
        make("eve"),
        out(dan),
        out(ada),
        patch(format!("/Groups/{group}"), leave),
        out(carol),
        json!({"method": "DELETE", "path": format!("/Groups/{group}")}),
        out(bob),
        make("frank"),
    ];
    let (status, answer) = bulk(&scim, operations, None).await;
    assert_eq!(status, 200);
    let expected = ["201", "200", "200", "200", "409", "409", "200", "201"];
    assert_eq!(statuses(&answer), expected, "{answer}");
    let detail = answer["Operations"][4]["response"]["detail"].as_str().unwrap();
    assert!(detail.contains("assign the role `administrator`"), "{detail}");
    for (user, expected) in people.iter().zip([false, false, true, false]) {
        assert_eq!(is_active(&scim, user).await, expected);
    }
    assert_eq!(scim.members(&group).await, [&**carol]);
    // Who comes to administer before in the same request counts.
    let join = json!({"op": "add", "path": "members", "value": [{"value": "bulkId:gina"}]});
    let operations = vec![make("gina"), patch(format!("/Groups/{group}"), join), out(carol)];
    let (_, answer) = bulk(&scim, operations, None).await;
    assert_eq!(statuses(&answer), ["201", "200", "200"], "{answer}");
}

pub(crate) async fn who_does_not_administer_changes_no_policy(scim: Scim) {
    let (ada, bob) = (joins(&scim, "ada").await, joins(&scim, "bob").await);
    let group = scim.group("Ops", &[&bob]).await;
    scim.group("Admins", &[&ada]).await;
    administers(&scim, json!({"provider": "corp", "group": "Admins"})).await;
    let policy = async || scim.server.app.store.reader().position().await.unwrap().policy;
    let before = policy().await;
    let leave = json!({"op": "remove", "path": format!("members[value eq \"{bob}\"]")});
    done(&scim.patch(&format!("/Groups/{group}"), leave).await);
    done(&scim.patch(&format!("/Users/{bob}"), off()).await);
    done(&scim.send(&format!("DELETE /Users/{bob}"), None).await);
    done(&scim.send(&format!("DELETE /Groups/{group}"), None).await);
    assert_eq!(policy().await, before, "nothing is compiled anew for them");
}

pub(crate) async fn what_is_done_to_their_group_is_done_one_after_the_other(scim: Scim) {
    let (ada, bob) = (joins(&scim, "ada").await, joins(&scim, "bob").await);
    let group = scim.group("Admins", &[&ada, &bob]).await;
    let ops = scim.group("Ops", &[&bob]).await;
    let own = scim.server.make("/api/v1/groups", &json!({"name": "Own"})).await;
    for name in ["Admins", "Chiefs"] {
        administers(&scim, json!({"provider": "corp", "group": name})).await;
    }
    let policy = async || scim.server.app.store.reader().position().await.unwrap().policy;
    done(&scim.patch(&format!("/Users/{bob}"), off()).await);
    // Somebody might let them in at this very time, and take another out since they are there.
    let before = policy().await;
    let leave = json!({"op": "remove", "path": format!("members[value eq \"{bob}\"]")});
    done(&scim.patch(&format!("/Groups/{group}"), leave).await);
    let left = policy().await;
    assert!(left > before, "a change that was thought out before is thought out again");
    // So is who leaves a group that gets the name.
    let renamed = json!({"op": "replace", "path": "displayName", "value": "Chiefs"});
    done(&scim.patch(&format!("/Groups/{ops}"), renamed).await);
    let named = policy().await;
    assert!(named > left);
    let path = format!("/api/v1/groups/{own}");
    let tag = scim.server.admin(&format!("GET {path}"), None).await.header("etag").to_owned();
    let (put, headers, name) = (format!("PUT {path}"), [("if-match", &*tag)], json!({"name": "Chiefs"}));
    done(&scim.server.send(&put, Some("administrator"), &headers, Some(&name)).await);
    assert!(policy().await > named);
}

pub(crate) async fn who_is_gone_is_nobody_who_stays_whatever_becomes_of_objects(scim: Scim) {
    let (ada, bob) = (joins(&scim, "ada").await, joins(&scim, "bob").await);
    let gone = scim.group("Gone", &[&ada]).await;
    for to in [json!({"provider": "corp", "login": "ada"}), json!({"provider": "corp", "group": "Gone"})] {
        administers(&scim, to).await;
    }
    let then = scim.server.app.store.reader().revision().await.unwrap();
    let by_login = administers(&scim, json!({"provider": "corp", "login": "bob"})).await;
    done(&scim.send(&format!("DELETE /Users/{ada}"), None).await);
    done(&scim.send(&format!("DELETE /Groups/{gone}"), None).await);
    let delete = async |assignment: &str| {
        let path = format!("DELETE /api/v1/assignments/{assignment}");
        scim.server.send(&path, Some("administrator"), &[("if-match", "*")], None).await
    };
    let last = |answer: &Answer| {
        assert_eq!((answer.status.as_u16(), answer.code()), (409, "last_administrator"), "{}", answer.text);
    };
    last(&delete(&by_login).await);
    for people in [false, true] {
        let back = json!({"revision": then, "people": people});
        last(&scim.server.admin("POST /api/v1/policy/revert", Some(&back)).await);
    }

    // Whom another provider's tokens alone tell of is somebody, until all is said of its people too.
    let other = json!({"name": "other", "issuer": "https://other.example", "audiences": ["casemate"]});
    scim.server.make("/api/v1/providers", &other).await;
    let elsewhere = administers(&scim, json!({"provider": "other", "login": "eve"})).await;
    done(&delete(&by_login).await);
    done(&scim.send(&format!("DELETE /Users/{bob}"), None).await);
    // Who deletes the last of them has not given up to say who they are.
    last(&delete(&elsewhere).await);
    scim.server.make("/api/v1/service-accounts", &json!({"name": "operator"})).await;
    administers(&scim, json!({"provider": "casemate", "type": "service", "login": "operator"})).await;
    done(&delete(&elsewhere).await);
}

/// Thought out before somebody who comes is deactivated, and made after it.
pub(crate) async fn who_comes_and_is_deactivated_at_the_same_time_is_nobody_who_stays(scim: Scim) {
    let (ada, bob) = (joins(&scim, "ada").await, joins(&scim, "bob").await);
    let group = scim.group("Admins", &[&ada]).await;
    administers(&scim, json!({"provider": "corp", "group": "Admins"})).await;
    let store = &scim.server.app.store;
    let before = store.reader().group(&group).await.unwrap().unwrap();
    let member = |user: &str| Membership { group: group.clone(), user: user.into(), source: "scim".into() };
    let operations = vec![Operation::RemoveMember(member(&ada)), Operation::AddMember(member(&bob))];
    let judge = async || {
        let judged = scim.server.app.administration.judge(Formerly::Group(&before), &operations, 0).await;
        judged.unwrap()
    };
    let made = async |judged: Judged| {
        let operations = judged.with.into_iter().chain(operations.clone()).collect();
        let actor = Actor::default();
        let (summary, events) = (String::new(), Vec::new());
        let commit = Commit { base: judged.base, at: 0, actor, summary, operations, events, fence: None };
        store.commit(commit).await.map(drop)
    };
    let judged = judge().await;
    assert_eq!(judged.taken, Taken::OneOfSeveral);
    done(&scim.patch(&format!("/Users/{bob}"), off()).await);
    assert_eq!(made(judged).await, Err(CommitError::Changed { kind: "user".into(), id: bob.clone() }));
    assert_eq!(judge().await.taken, Taken::TheLast { member: Some(ada.clone()) });
    let put = json!({"schemas": [GROUP], "displayName": "Admins", "members": [{"value": bob}]});
    refused(&scim.send(&format!("PUT /Groups/{group}"), Some(put)).await);
    assert_eq!(scim.members(&group).await, [&*ada]);

    let on = json!({"op": "replace", "path": "active", "value": true});
    done(&scim.patch(&format!("/Users/{bob}"), on).await);
    let judged = judge().await;
    assert_eq!(made(judged).await, Ok(()), "nobody was in the way");
    refused(&scim.patch(&format!("/Users/{bob}"), off()).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_are_taken_away_on_two_replicas_one_stays() {
    let database = casemate_test_support::Postgres::start().unwrap();
    let url = database.create_database().unwrap();
    let first = Scim::postgres(&url).await;
    let (ada, bob) = (joins(&first, "ada").await, joins(&first, "bob").await);
    let second = Scim { server: Server::on_postgres(&url).await, key: first.key.clone() };
    // The second does not know yet who administers.
    administers(&first, json!({"provider": "corp", "id": "sub-ada"})).await;
    refused(&second.patch(&format!("/Users/{ada}"), off()).await);
    assert!(is_active(&first, &ada).await);
    administers(&first, json!({"provider": "corp", "id": "sub-bob"})).await;
    for _ in 0..10 {
        let (one, other) = (format!("/Users/{ada}"), format!("/Users/{bob}"));
        let (of_ada, of_bob) = tokio::join!(first.patch(&one, off()), second.patch(&other, off()));
        let left = [is_active(&first, &ada).await, is_active(&first, &bob).await];
        assert!(left[0] || left[1], "{} {}", of_ada.text, of_bob.text);
        assert_eq!(
            [of_ada.status.as_u16() == 409, of_bob.status.as_u16() == 409],
            left,
            "{} {}",
            of_ada.text,
            of_bob.text
        );
        for user in [&ada, &bob] {
            let on = json!({"op": "replace", "path": "active", "value": true});
            done(&first.patch(&format!("/Users/{user}"), on).await);
        }
    }
}

//! Resources that applications register.

use casemate_store::{
    ChangedResources, CommitError, Draft, MAX_ATTRIBUTES, MAX_CHANGED_RESOURCES, MAX_RESOURCE_TYPES,
    MAX_TENANT_RESOURCE_TYPES, Operation, ResourceKey, ResourceQuery, ResourceRecord, Store,
};

use crate::place::{Place, commit};

fn key(tenant: &str, application: &str, kind: &str, id: &str) -> ResourceKey {
    ResourceKey { tenant: tenant.into(), application: application.into(), kind: kind.into(), id: id.into() }
}

fn note(id: &str) -> ResourceKey {
    key("default", "notes", "note", id)
}

fn put(key: ResourceKey, attributes: &str, expected: Option<i64>) -> Operation {
    let resource = ResourceRecord { key, attributes: attributes.into(), ..ResourceRecord::default() };
    Operation::PutResource { resource: Box::new(resource), expected }
}

fn remove(key: ResourceKey, expected: Option<i64>) -> Operation {
    Operation::RemoveResource { key: Box::new(key), expected }
}

async fn make_at(store: &Store, at: i64, operations: Vec<Operation>) -> Result<i64, CommitError> {
    let mut commit = commit(None, operations, vec![]);
    commit.at = at;
    store.commit(commit).await
}

async fn make(store: &Store, operations: Vec<Operation>) -> Result<i64, CommitError> {
    make_at(store, 5, operations).await
}

async fn found(store: &Store, ids: &[&str]) -> Vec<(String, String, i64)> {
    let mut found = store.reader().resources_by_id(("default", "notes", "note"), ids).await.unwrap();
    found.sort_by(|one, other| one.key.cmp(&other.key));
    found.into_iter().map(|resource| (resource.key.id, resource.attributes, resource.revision)).collect()
}

async fn changed(store: &Store, after: i64) -> Vec<String> {
    match store.reader().resources_changed_after(after).await.unwrap() {
        ChangedResources::These(keys) => keys.into_iter().map(|key| key.id).collect(),
        ChangedResources::Many => vec!["many".to_owned()],
    }
}

pub(crate) async fn a_resource_is_what_was_written_last_and_expected(place: Place) {
    let store = place.open().await;
    let first =
        make(&store, vec![put(note("1"), "{\"a\":1}", Some(0)), put(note("2"), "{}", None)]).await.unwrap();
    assert_eq!(
        found(&store, &["1", "2", "3", "a\0b"]).await,
        [("1".to_owned(), "{\"a\":1}".to_owned(), first), ("2".to_owned(), "{}".to_owned(), first)]
    );
    // Of another tenant, application or type there is none.
    for (tenant, application, kind) in
        [("acme", "notes", "note"), ("default", "cms", "note"), ("default", "notes", "folder")]
    {
        let none = store.reader().resources_by_id((tenant, application, kind), &["1"]).await.unwrap();
        assert!(none.is_empty());
    }
    for (operation, what) in [
        (put(note("1"), "{}", Some(0)), "it is there"),
        (put(note("1"), "{}", Some(first + 7)), "it is at another revision"),
        (put(note("9"), "{}", Some(first)), "it is not there"),
        (remove(note("1"), Some(first + 7)), "it is at another revision"),
    ] {
        // All or none.
        let refused = make(&store, vec![put(note("8"), "{}", None), operation]).await;
        assert!(
            matches!(&refused, Err(CommitError::Changed { kind, .. }) if kind == "resource"),
            "{what}: {refused:?}"
        );
    }
    assert!(found(&store, &["8"]).await.is_empty());
    let second = make(&store, vec![put(note("1"), "{\"a\":2}", Some(first))]).await.unwrap();
    assert_eq!(found(&store, &["1"]).await, [("1".to_owned(), "{\"a\":2}".to_owned(), second)]);
    let record = store.reader().resources_by_id(("default", "notes", "note"), &["1"]).await.unwrap();
    assert_eq!((record[0].created_at, record[0].updated_at), (5, 5));
    make(&store, vec![remove(note("1"), Some(second))]).await.unwrap();
    assert!(found(&store, &["1"]).await.is_empty());
    let again = make_at(&store, 9, vec![put(note("1"), "{}", Some(0))]).await.unwrap();
    assert_eq!(found(&store, &["1"]).await, [("1".to_owned(), "{}".to_owned(), again)]);
    let record = store.reader().resources_by_id(("default", "notes", "note"), &["1"]).await.unwrap();
    assert_eq!(record[0].created_at, 9, "it is another one");
    // What cannot be kept is refused, and so is what stands there twice.
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(MAX_ATTRIBUTES));
    for operation in [
        put(note("1"), &long, None),
        put(note(""), "{}", None),
        put(note(&"x".repeat(257)), "{}", None),
        put(note("a\nb"), "{}", None),
        put(key("default", "notes", "", "1"), "{}", None),
    ] {
        assert!(matches!(make(&store, vec![operation]).await, Err(CommitError::Invalid { .. })));
    }
    let twice = make(&store, vec![put(note("1"), "{}", None), remove(note("1"), None)]).await;
    assert!(matches!(twice, Err(CommitError::Twice { .. })), "{twice:?}");
    assert_eq!(store.reader().resource_types().await.unwrap(), [("notes".to_owned(), "note".to_owned())]);
}

pub(crate) async fn what_becomes_of_resources_is_told_to_followers_and_no_policy(place: Place) {
    let store = place.open().await;
    let before = store.reader().position().await.unwrap();
    let first = make(&store, vec![put(note("1"), "{}", None), put(note("2"), "{}", None)]).await.unwrap();
    let position = store.reader().position().await.unwrap();
    assert_eq!((position.revision, position.resources, position.policy), (first, first, before.policy));
    assert_eq!(changed(&store, 0).await, ["1", "2"]);
    let second = make(&store, vec![put(note("2"), "{\"a\":1}", None)]).await.unwrap();
    assert_eq!(changed(&store, first).await, ["2"]);
    // Changes that were thought out before are made all the same.
    let role = commit(Some(before.revision), vec![crate::place::put("rol_1", "a", "{}")], vec![]);
    let role = store.commit(role).await.unwrap();
    assert_eq!(store.reader().position().await.unwrap().resources, second);
    let third = make_at(&store, 10, vec![remove(note("1"), None)]).await.unwrap();
    assert_eq!(changed(&store, role).await, ["1"]);
    // A day later its row goes, and whoever followed no further than that forgets all.
    let day = 24 * 3_600 * 1_000_000;
    make_at(&store, 9 + day, vec![put(note("3"), "{}", None)]).await.unwrap();
    assert_eq!(changed(&store, role).await, ["1", "3"]);
    let fourth = make_at(&store, 10 + day, vec![put(note("4"), "{}", None)]).await.unwrap();
    assert_eq!(changed(&store, role).await, ["many"]);
    assert_eq!(changed(&store, third).await, ["3", "4"]);
    let many = (0..=MAX_CHANGED_RESOURCES).map(|number| put(note(&format!("n{number}")), "{}", None));
    make(&store, many.collect()).await.unwrap();
    assert_eq!(changed(&store, fourth).await, ["many"]);
    store.close().await;
    let store = place.open().await;
    assert_eq!(found(&store, &["2"]).await, [("2".to_owned(), "{\"a\":1}".to_owned(), second)]);
}

pub(crate) async fn resources_are_listed_by_key_in_pages(place: Place) {
    let store = place.open().await;
    let mut all = Vec::new();
    for application in ["cms", "notes"] {
        for kind in ["folder", "note"] {
            for id in ["1", "10", "Plan", "plan-b", "ä"] {
                all.push(key("default", application, kind, id));
            }
        }
    }
    let others = [key("acme", "notes", "note", "1")];
    make(&store, all.iter().chain(&others).map(|key| put(key.clone(), "{}", None)).collect()).await.unwrap();
    all.sort();
    let list = async |query: ResourceQuery| {
        let mut listed: Vec<ResourceKey> = Vec::new();
        let mut after = None;
        loop {
            let query = ResourceQuery { after, limit: 3, tenant: "default".into(), ..query.clone() };
            let page = store.reader().resources(&query).await.unwrap();
            let Some(last) = page.last() else { return listed };
            let ResourceKey { application, kind, id, .. } = last.key.clone();
            after = Some([application, kind, id]);
            listed.extend(page.into_iter().map(|resource| resource.key));
        }
    };
    let text = |text: &str| Some(text.to_owned());
    let of =
        |is: &dyn Fn(&ResourceKey) -> bool| all.iter().filter(|key| is(key)).cloned().collect::<Vec<_>>();
    assert_eq!(list(ResourceQuery::default()).await, all);
    let mut backwards = list(ResourceQuery { descending: true, ..ResourceQuery::default() }).await;
    backwards.reverse();
    assert_eq!(backwards, all);
    let notes = ResourceQuery { application: text("notes"), ..ResourceQuery::default() };
    assert_eq!(list(notes.clone()).await, of(&|key| key.application == "notes"));
    let folders = ResourceQuery { kind: text("folder"), ..ResourceQuery::default() };
    assert_eq!(list(folders).await, of(&|key| key.kind == "folder"));
    let folders = ResourceQuery { kind: text("folder"), descending: true, ..notes.clone() };
    let mut backwards = list(folders).await;
    backwards.reverse();
    assert_eq!(backwards, of(&|key| key.application == "notes" && key.kind == "folder"));
    let plans = ResourceQuery { search: text("PLAN"), kind: text("note"), ..notes };
    assert_eq!(
        list(plans).await,
        [key("default", "notes", "note", "Plan"), key("default", "notes", "note", "plan-b")]
    );
    assert!(list(ResourceQuery { id: text("a\0b"), ..ResourceQuery::default() }).await.is_empty());
}

pub(crate) async fn types_without_resources_make_room_for_others(place: Place) {
    let store = place.open().await;
    let of_type = |application: &str, kind: usize| {
        let tenant = format!("tenant{}", kind / MAX_TENANT_RESOURCE_TYPES);
        key(&tenant, application, &format!("type{kind}"), "1")
    };
    let put_type = |kind: usize| put(of_type("notes", kind), "{}", None);
    make(&store, (0..MAX_RESOURCE_TYPES).map(put_type).collect()).await.unwrap();
    let refused = make(&store, vec![put_type(MAX_RESOURCE_TYPES)]).await;
    assert!(matches!(refused, Err(CommitError::UsedUp { .. })), "{refused:?}");
    // What one application uses up is nothing to another, and what is there can be changed.
    make(&store, vec![put(of_type("cms", 0), "{}", None)]).await.unwrap();
    make(&store, vec![put(of_type("notes", 0), "{\"a\":1}", None)]).await.unwrap();
    make(&store, vec![remove(of_type("notes", 7), None)]).await.unwrap();
    make(&store, vec![put_type(MAX_RESOURCE_TYPES)]).await.unwrap();
    let refused = make(&store, vec![put_type(7)]).await;
    assert!(matches!(refused, Err(CommitError::UsedUp { .. })), "{refused:?}");
    let types = store.reader().resource_types().await.unwrap();
    let has = |kind: usize| types.contains(&("notes".to_owned(), format!("type{kind}")));
    assert!(has(0) && !has(7) && has(MAX_RESOURCE_TYPES));
    assert_eq!(types.len(), MAX_RESOURCE_TYPES + 1);
}

pub(crate) async fn a_tenant_has_so_many_types_of_resources_and_leaves_the_others_room(place: Place) {
    let store = place.open().await;
    let of_type = |tenant: &str, kind: usize| key(tenant, "notes", &format!("type{kind}"), "1");
    let put_type = |tenant: &str, kind: usize| put(of_type(tenant, kind), "{}", None);
    make(&store, (0..MAX_TENANT_RESOURCE_TYPES).map(|kind| put_type("acme", kind)).collect()).await.unwrap();
    let refused = make(&store, vec![put_type("acme", MAX_TENANT_RESOURCE_TYPES)]).await;
    assert!(matches!(refused, Err(CommitError::UsedUp { what }) if what.contains("tenant")), "{refused:?}");
    let many = (0..=MAX_TENANT_RESOURCE_TYPES).map(|kind| put_type("globex", 1_000 + kind)).collect();
    assert!(matches!(make(&store, many).await, Err(CommitError::UsedUp { .. })));
    make(&store, vec![put_type("globex", MAX_TENANT_RESOURCE_TYPES)]).await.unwrap();
    // What is deleted makes room at once; what is there can be changed.
    make(&store, vec![put(of_type("acme", 0), "{\"a\":1}", None)]).await.unwrap();
    make(&store, vec![remove(of_type("acme", 7), None)]).await.unwrap();
    make(&store, vec![put_type("acme", 5_000)]).await.unwrap();
    assert!(make(&store, vec![put_type("acme", 5_001)]).await.is_err());
}

pub(crate) async fn whoever_has_resources_stays_and_keeps_its_name(place: Place) {
    let store = place.open().await;
    let owner = |kind: &str, name: &str| {
        let (id, body) = (format!("{kind}_1"), "{}".to_owned());
        let (kind, name, empty) = (kind.to_owned(), name.to_owned(), String::new());
        Operation::Put(Draft { kind, id, tenant: empty.clone(), name, body, origin: empty })
    };
    let gone = |kind: &str| Operation::Remove { kind: kind.to_owned(), id: format!("{kind}_1") };
    let note = key("acme", "notes", "note", "1");
    make(&store, vec![owner("tenant", "acme"), owner("application", "notes")]).await.unwrap();
    make(&store, vec![put(note.clone(), "{}", None)]).await.unwrap();
    for kind in ["tenant", "application"] {
        for operation in [gone(kind), owner(kind, "another")] {
            let refused = make(&store, vec![operation]).await;
            assert!(
                matches!(&refused, Err(CommitError::HasResources { kind: of, .. }) if of == kind),
                "{refused:?}"
            );
        }
    }
    // A role that is called the same has nothing to do with it, and what is deleted is in nobody's way.
    make(&store, vec![owner("role", "acme")]).await.unwrap();
    make(&store, vec![gone("role")]).await.unwrap();
    make(&store, vec![remove(note, None)]).await.unwrap();
    make(&store, vec![gone("tenant"), gone("application")]).await.unwrap();
}

//! Objects, their names, and their versions.

use casemate_store::{AuditFilter, CommitError, Draft, Edit, MAX_BODY, Operation, Store, VersionQuery};

use crate::place::{Place, actor, commit, draft, event, put, remove};

/// Ids and names of all roles.
async fn names(store: &Store) -> Vec<(String, String)> {
    let objects = store.reader().objects().await.unwrap();
    objects.items.into_iter().map(|object| (object.id, object.name)).collect()
}

fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(id, name)| ((*id).to_owned(), (*name).to_owned())).collect()
}

pub(crate) async fn a_change_stands_with_its_event_and_its_version(place: Place) {
    let store = place.open().await;
    let put = put("rol_1", "editor", "{\"a\":1}");
    let revision =
        store.commit(commit(Some(0), vec![put], vec![event("casemate.role.create", "rol_1")])).await.unwrap();
    assert_eq!(revision, 1);
    store.close().await;

    let store = place.open().await;
    let objects = store.reader().objects().await.unwrap();
    assert_eq!((objects.revision, objects.items.len()), (1, 1));
    assert_eq!((&*objects.items[0].body, objects.items[0].revision), ("{\"a\":1}", 1));
    let events = store.reader().audit_events(&AuditFilter::default(), None, 10).await.unwrap();
    assert_eq!((events.len(), events[0].revision, &*events[0].event.action), (1, 1, "casemate.role.create"));
    let (version, edits) = store.reader().version(1).await.unwrap().unwrap();
    assert_eq!((version.actor, version.objects), (actor(), 1));
    assert_eq!((edits[0].before.as_ref(), edits[0].after.as_ref().unwrap().name.as_str()), (None, "editor"));
    store.close().await;
}

pub(crate) async fn a_change_that_was_thought_out_earlier_is_refused(place: Place) {
    let store = place.open().await;
    let named = |name: &str| vec![put(&format!("rol_{name}"), name, "{}")];
    store.commit(commit(Some(0), named("a"), vec![])).await.unwrap();
    let refused = store.commit(commit(Some(0), named("b"), vec![event("x", "b")])).await;
    assert_eq!(refused, Err(CommitError::Conflict { current: 1 }));
    let missing = store.commit(commit(None, vec![put("rol_c", "c", "{}"), remove("rol_d")], vec![])).await;
    assert_eq!(missing, Err(CommitError::Missing { kind: "role".into(), id: "rol_d".into() }));
    assert_eq!(names(&store).await, pairs(&[("rol_a", "a")]));
    assert!(store.reader().audit_events(&AuditFilter::default(), None, 10).await.unwrap().is_empty());
    assert_eq!(store.reader().revision().await.unwrap(), 1, "what was refused took no number");
    store.close().await;
}

pub(crate) async fn names_are_unique_in_their_tenant_and_kind(place: Place) {
    let store = place.open().await;
    store.commit(commit(None, vec![put("rol_a", "a", "{}")], vec![])).await.unwrap();
    let taken = vec![put("rol_c", "c", "{}"), put("rol_d", "a", "{}")];
    let refused = store.commit(commit(None, taken, vec![])).await;
    assert_eq!(refused, Err(CommitError::NameTaken { kind: "role".into(), name: "a".into() }));
    let elsewhere = vec![
        Operation::Put(Draft { tenant: "other".into(), ..draft("role", "rol_b", "a", "{}") }),
        Operation::Put(draft("tenant", "rol_a", "a", "{}")),
        put("rol_e", "A", "{}"),
    ];
    store.commit(commit(None, elsewhere, vec![])).await.unwrap();
    let found = store.reader().objects().await.unwrap().items;
    let order: Vec<_> = found.iter().map(|object| (&*object.kind, &*object.tenant, &*object.name)).collect();
    let expected = [
        ("role", "default", "A"),
        ("role", "default", "a"),
        ("role", "other", "a"),
        ("tenant", "default", "a"),
    ];
    assert_eq!(order, expected, "compared and ordered byte by byte");
    store.close().await;
}

pub(crate) async fn objects_swap_names_in_one_change(place: Place) {
    let store = place.open().await;
    let three = vec![put("1", "a", "{}"), put("2", "b", "{}"), put("3", "c", "{}")];
    store.commit(commit(None, three, vec![])).await.unwrap();
    let swap = vec![put("1", "b", "{}"), put("2", "c", "{}"), put("3", "a", "{}")];
    store.commit(commit(None, swap, vec![])).await.unwrap();
    assert_eq!(names(&store).await, pairs(&[("3", "a"), ("1", "b"), ("2", "c")]));
    let (_, edits) = store.reader().version(2).await.unwrap().unwrap();
    let renamed: Vec<_> = edits
        .iter()
        .map(|edit| (&*edit.before.as_ref().unwrap().name, &*edit.after.as_ref().unwrap().name))
        .collect();
    assert_eq!(renamed, [("a", "b"), ("b", "c"), ("c", "a")], "versions tell the names that all saw");

    store.commit(commit(None, vec![put("1", "a", "{}"), remove("3")], vec![])).await.unwrap();
    assert_eq!(names(&store).await, pairs(&[("1", "a"), ("2", "c")]));
    // Who stands later in the change, and wants to keep the name.
    let refused = store.commit(commit(None, vec![put("1", "c", "{}"), put("2", "c", "{}")], vec![])).await;
    assert_eq!(refused, Err(CommitError::NameTaken { kind: "role".into(), name: "c".into() }));
    let twice = store.commit(commit(None, vec![put("1", "x", "{}"), remove("1")], vec![])).await;
    assert_eq!(twice, Err(CommitError::Twice { kind: "role".into(), id: "1".into() }));
    assert_eq!(names(&store).await, pairs(&[("1", "a"), ("2", "c")]));
    store.close().await;
}

pub(crate) async fn what_both_databases_cannot_keep_is_refused(place: Place) {
    let store = place.open().await;
    let largest = put("1", "largest", &"x".repeat(MAX_BODY));
    store.commit(commit(None, vec![largest], vec![])).await.unwrap();
    let long = "x".repeat(MAX_BODY + 1);
    for (operation, what) in [
        (put("2", "nul", "a\0b"), "body"),
        (put("2", "nul\0", "{}"), "name"),
        (put("2", "\u{1}2", "{}"), "name"),
        (put("2", "", "{}"), "name"),
        (put("", "none", "{}"), "id"),
        (put("2", "long", &long), "body"),
    ] {
        let refused = store.commit(commit(None, vec![operation], vec![])).await.unwrap_err();
        assert!(matches!(&refused, CommitError::Invalid { what: found, .. } if *found == what), "{refused}");
    }
    let described = casemate_store::AuditEvent { after: Some(long), ..event("a", "b") };
    let refused = store.commit(commit(None, vec![], vec![described])).await.unwrap_err();
    assert!(matches!(refused, CommitError::Invalid { what: "after", .. }));
    let much = (0..70).map(|id| put(&id.to_string(), &id.to_string(), &"x".repeat(MAX_BODY)));
    let refused = store.commit(commit(None, much.collect(), vec![])).await.unwrap_err();
    assert!(matches!(refused, CommitError::TooManyBytes { .. }));
    assert_eq!(store.reader().revision().await.unwrap(), 1);
    // Texts of events are clipped instead, as nobody could report otherwise.
    let odd = casemate_store::AuditEvent { reason: Some("a\0b".repeat(1_000)), ..event("a", "b\0") };
    store.commit(commit(None, vec![], vec![odd])).await.unwrap();
    store.close().await;
}

pub(crate) async fn a_report_is_in_nobody_s_way(place: Place) {
    let store = place.open().await;
    store.commit(commit(None, vec![put("1", "a", "{}")], vec![])).await.unwrap();
    for _ in 0..3 {
        assert_eq!(store.commit(commit(None, vec![], vec![event("denied", "1")])).await, Ok(1));
    }
    assert_eq!(store.commit(commit(Some(1), vec![put("2", "b", "{}")], vec![])).await, Ok(2));
    let events = store.reader().audit_events(&AuditFilter::default(), None, 10).await.unwrap();
    assert_eq!(events.iter().map(|event| event.revision).collect::<Vec<_>>(), [1, 1, 1]);
    assert_eq!(
        store.reader().versions(&VersionQuery { limit: 10, ..VersionQuery::default() }).await.unwrap().len(),
        2
    );
    store.close().await;
}

pub(crate) async fn versions_tell_what_became_of_each_object(place: Place) {
    let store = place.open().await;
    for body in ["1", "2", "3"] {
        store.commit(commit(None, vec![put("1", "a", body), put("2", "b", "same")], vec![])).await.unwrap();
    }
    // A change of nothing has a revision and no version.
    assert_eq!(store.commit(commit(None, vec![put("2", "b", "same")], vec![])).await, Ok(4));
    store.commit(commit(None, vec![remove("1")], vec![])).await.unwrap();
    let reader = store.reader();
    let log = reader.versions(&VersionQuery { limit: 10, ..VersionQuery::default() }).await.unwrap();
    let told: Vec<_> = log.iter().map(|version| (version.revision, version.objects)).collect();
    assert_eq!(told, [(5, 1), (3, 1), (2, 1), (1, 2)]);
    let page =
        reader.versions(&VersionQuery { after: Some(5), limit: 2, ..VersionQuery::default() }).await.unwrap();
    assert_eq!(page.iter().map(|version| version.revision).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(reader.version(4).await.unwrap(), None);

    let of = |edits: Vec<Edit>| -> Vec<(String, Option<String>, Option<String>)> {
        let body = |draft: Option<Draft>| draft.map(|draft| draft.body);
        edits.into_iter().map(|edit| (edit.id, body(edit.before), body(edit.after))).collect()
    };
    let some = |text: &str| Some(text.to_owned());
    let between = async |from, to| {
        let (last, edits) = reader.edits_between(from, to).await.unwrap();
        assert_eq!(last, 5);
        of(edits)
    };
    assert_eq!(between(1, 3).await, [("1".into(), some("1"), some("3"))]);
    assert_eq!(between(3, 1).await, [("1".into(), some("3"), some("1"))]);
    assert_eq!(between(0, 5).await, [("2".into(), None, some("same"))], "what came and went is no edit");
    assert_eq!(between(5, 2).await, [("1".into(), None, some("2"))]);
    assert_eq!(between(3, 3).await, []);

    let all = reader.objects().await.unwrap();
    for (after, put, removed) in [(0, 1, 1), (1, 0, 1), (4, 0, 1), (5, 0, 0)] {
        let changed = reader.objects_changed_after(after).await.unwrap().unwrap();
        assert_eq!(changed.revision, 5);
        assert_eq!(changed.put, all.items[..put], "as they are, after {after}");
        let gone: Vec<&str> = changed.removed.iter().map(|(_, id)| &**id).collect();
        assert_eq!(gone, ["1"][..removed], "after {after}");
    }
    let many: Vec<_> =
        (0..4_097).map(|number| put(&format!("m{number}"), &format!("m{number}"), "m")).collect();
    store.commit(commit(None, many, vec![])).await.unwrap();
    assert_eq!(
        reader.objects_changed_after(5).await.unwrap(),
        None,
        "so many had better be read with all others"
    );
    assert_eq!(reader.objects_changed_after(6).await.unwrap().map(|changed| changed.put), Some(vec![]));
    store.close().await;
}

pub(crate) async fn configuration_is_set_back_to_an_earlier_state(place: Place) {
    let store = place.open().await;
    let steps = [
        vec![put("1", "a", "1"), put("2", "b", "2")],
        vec![put("1", "b", "1"), put("2", "a", "two")],
        vec![remove("2"), put("3", "a", "3")],
        vec![put("1", "c", "one")],
    ];
    let mut states = vec![store.reader().objects().await.unwrap().items];
    for step in steps {
        store.commit(commit(None, step, vec![])).await.unwrap();
        states.push(store.reader().objects().await.unwrap().items);
    }
    let shape = |objects: &[casemate_store::Object]| -> Vec<[String; 3]> {
        objects.iter().map(|object| [&object.id, &object.name, &object.body].map(Clone::clone)).collect()
    };
    let by_revision: Vec<_> = (0..).zip(states).collect();
    for (back, state) in by_revision.iter().rev() {
        let back = *back;
        let (last, edits) = store.reader().edits_between(i64::MAX, back).await.unwrap();
        let operations = edits.into_iter().map(|edit| match edit.after {
            Some(draft) => Operation::Put(draft),
            None => Operation::Remove { kind: edit.kind, id: edit.id },
        });
        let operations: Vec<_> = operations.collect();
        if !operations.is_empty() {
            store.commit(commit(Some(last), operations, vec![])).await.unwrap();
        }
        let now = store.reader().objects().await.unwrap().items;
        assert_eq!(shape(&now), shape(state), "back to revision {back}");
    }
    store.close().await;
}

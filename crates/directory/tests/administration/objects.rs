//! Single objects.

use casemate_directory::{AdminError, Kind, ListQuery, RememberKey};
use casemate_store::AuditFilter;
use serde_json::json;

use super::*;

#[tokio::test]
async fn what_is_written_decides_at_once_and_stands_after_a_restart() {
    let site = Site::open().await;
    let role = site.role("author", json!([{ "name": "notes.write" }])).await;
    assert!(role.entry.id.starts_with("rol_") && role.entry.id.len() == 36, "{}", role.entry.id);
    site.assign("author", "ada").await;
    assert!(site.allows("ada", "notes.write") && !site.allows("bob", "notes.write"));
    assert_eq!(site.directory.current().revision(), 2);

    let again = Site::in_folder(site.folder).await;
    assert!(again.allows("ada", "notes.write"));
    assert_eq!(again.directory.current().revision(), 2);
    let events = again.store.reader().audit_events(&AuditFilter::default(), None, 10).await.unwrap();
    let actions: Vec<&str> = events.iter().map(|event| event.event.action.as_str()).collect();
    assert_eq!(actions, ["casemate.assignment.create", "casemate.role.create"]);
    assert!(events[1].event.after.as_ref().unwrap().contains("notes.write"));
}

#[tokio::test]
async fn a_mistake_is_told_with_a_pointer_and_changes_nothing() {
    let site = Site::open().await;
    let create = async |kind: Kind, document: Value| {
        let tenant = if kind.is_installation_wide() { "" } else { "default" };
        match site.administration.create(&operator(), kind, tenant, document, None).await {
            Err(AdminError::Invalid(mistakes)) => mistakes[0].object().unwrap().pointer.clone(),
            other => format!("{other:?}"),
        }
    };
    let schema = "format = 1\n[application]\nid = \"notes\"\nnamespaces = [\"notes\"]\n[[permission]]\n\
                  name = \"notes.read\"\n[permission.properties.own]\ntype = \"bool\"\nwhen = \"value == false\"\n";
    site.create(Kind::Application, json!({ "schema": schema })).await;
    let role = |permissions: Value| json!({ "name": "x", "permissions": permissions });
    assert_eq!(create(Kind::Role, role(json!([{ "name": "!" }]))).await, "/permissions/0");
    let wrong = json!([{ "name": "notes.read" }, { "name": "notes.read", "own": 1 }]);
    assert_eq!(create(Kind::Role, role(wrong)).await, "/permissions/1/own");
    assert_eq!(create(Kind::Role, json!({ "name": "x", "permissions": [], "colour": 1 })).await, "/colour");
    assert_eq!(create(Kind::Role, json!({ "name": "administrator", "permissions": [] })).await, "/name");
    let absent = json!({ "role": "absent", "to": { "id": "ada" } });
    assert_eq!(create(Kind::Assignment, absent).await, "/role");
    let nobody = json!({ "role": "auditor", "to": { "provider": "corp", "id": "ada" } });
    assert_eq!(create(Kind::Assignment, nobody).await, "/to/provider");
    assert_eq!(create(Kind::Application, json!({ "schema": "format = 2" })).await, "/schema");
    assert_eq!(create(Kind::User, json!({ "id": "ada" })).await, "");
    assert_eq!(site.directory.current().revision(), 1);
}

#[tokio::test]
async fn names_are_unique_and_revisions_are_held_against_what_was_expected() {
    let site = Site::open().await;
    let role = site.role("author", json!([])).await;
    let document = json!({ "name": "author", "permissions": [] });
    let twice = site.administration.create(&operator(), Kind::Role, "default", document.clone(), None).await;
    assert!(matches!(twice, Err(AdminError::NameTaken { .. })), "{twice:?}");
    let id = role.entry.id.as_str();
    let update = async |expected, title: &str| {
        let document = json!({ "name": "author", "title": title, "permissions": [] });
        site.administration.update(&operator(), Kind::Role, "default", id, expected, document).await
    };
    let updated = update(Some(role.revision), "one").await.unwrap();
    assert_eq!((updated.entry.revision, updated.entry.created_at), (2, 1_000));
    assert!(matches!(update(Some(role.revision), "two").await, Err(AdminError::Precondition { current: 2 })));
    let elsewhere = site.administration.delete(&operator(), Kind::Role, "acme", id, None).await;
    assert!(matches!(elsewhere, Err(AdminError::NotFound(_))));
    site.administration.delete(&operator(), Kind::Role, "default", id, Some(2)).await.unwrap();
    assert!(site.administration.get(Kind::Role, "default", id).is_none());
}

#[tokio::test]
async fn what_is_in_use_stays() {
    let site = Site::open().await;
    let role = site.role("author", json!([])).await;
    let assignment = site.assign("author", "ada").await;
    let delete =
        async |kind, id: &str| site.administration.delete(&operator(), kind, "default", id, None).await;
    match delete(Kind::Role, &role.entry.id).await {
        Err(AdminError::InUse(users)) => assert_eq!(users[0].id, assignment.entry.id),
        other => panic!("{other:?}"),
    }
    delete(Kind::Assignment, &assignment.entry.id).await.unwrap();
    delete(Kind::Role, &role.entry.id).await.unwrap();
}

#[tokio::test]
async fn a_namespace_is_not_given_up_while_properties_restrict_in_it() {
    let site = Site::open().await;
    let schema = |more: &str| {
        format!(
            "format = 1\n[application]\nid = \"notes\"\nnamespaces = [\"notes\"{more}]\n[[permission]]\nname = \"notes.read\"\n\
                 [permission.properties.own]\ntype = \"bool\"\nwhen = \"value == false\"\n"
        )
    };
    let application = site.create(Kind::Application, json!({ "schema": schema("") })).await;
    let role = site.role("author", json!([{ "name": "notes.read", "own": true }])).await;
    let id = application.entry.id.as_str();
    let deleted = site.administration.delete(&operator(), Kind::Application, "", id, None).await;
    assert!(matches!(&deleted, Err(AdminError::InUse(users)) if users[0].id == role.entry.id), "{deleted:?}");

    // A schema that makes an error of what is stored is refused, and forced.
    let narrower = schema("").replace("bool", "string").replace("value == false", "value == 'x'");
    let register = async |force| {
        let known = Some((id, None));
        site.administration.register_schema(&operator(), known, narrower.clone(), force, None).await
    };
    match register(false).await {
        Err(AdminError::Breaks(broken)) => {
            assert_eq!(broken[0].object().unwrap().pointer, "/permissions/0/own");
        }
        other => panic!("{other:?}"),
    }
    register(true).await.unwrap();
    // What is broken already is in nobody's way.
    site.role("other", json!([])).await;
}

#[tokio::test]
async fn every_order_gives_the_same_entries_each_once_and_in_order() {
    use casemate_directory::{Sort, SortBy};
    let site = Site::open().await;
    for number in [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8] {
        let document = json!({ "name": format!("{number}{}", "é".repeat(500)), "permissions": [] });
        let now = 1_000 + number;
        let author = Author { now, ..operator() };
        let made = site.administration.create(&author, Kind::Role, "default", document, None).await;
        let Ok(made) = made else { continue };
        let titled = json!({ "name": made.entry.name, "title": "x", "permissions": [] });
        let author = Author { now: 5_000 - number, ..operator() };
        let id = made.entry.id.as_str();
        site.administration.update(&author, Kind::Role, "default", id, None, titled).await.unwrap();
    }
    site.administration
        .create(&operator(), Kind::Role, "acme", json!({ "name": "0", "permissions": [] }), None)
        .await
        .unwrap();
    let all = |sort: Sort, limit: u32, search: Option<&str>| {
        let mut query = ListQuery { limit, sort, search: search.map(str::to_owned), ..ListQuery::default() };
        let mut found = Vec::new();
        loop {
            let page = site.administration.list(Kind::Role, "default", &query).unwrap();
            assert!(page.items.len() <= limit as usize || sort == Sort::default());
            found.extend(page.items);
            query.after = page.next;
            if query.after.is_none() {
                return found;
            }
        }
    };
    for by in [SortBy::Created, SortBy::Changed, SortBy::Name] {
        let sort = Sort { by, descending: false };
        let rising = all(sort, 1_000, None);
        assert_eq!(rising.len(), 11);
        let key = |entry: &casemate_directory::Entry| match by {
            SortBy::Created => (entry.created_at, String::new()),
            SortBy::Changed => (entry.updated_at, String::new()),
            SortBy::Name => (0, entry.name.clone()),
        };
        assert!(rising.iter().map(key).is_sorted(), "{by:?}");
        let mut falling = all(Sort { by, descending: true }, 2, None);
        for limit in [1, 2, 5] {
            assert_eq!(all(sort, limit, None), rising, "{by:?} by {limit}");
        }
        falling.reverse();
        assert_eq!(falling, rising, "{by:?}");
        assert_eq!(all(Sort { by, descending: true }, 3, Some("é")).len(), 8);
    }
    let wrong = ListQuery {
        after: Some("1".into()),
        sort: Sort { by: SortBy::Name, descending: false },
        ..ListQuery::default()
    };
    assert!(site.administration.list(Kind::Role, "default", &wrong).is_err());
}

#[tokio::test]
async fn pages_follow_each_other_and_are_searched() {
    let site = Site::open().await;
    for number in 0..25 {
        site.role(&format!("role-{number:02}"), json!([])).await;
    }
    let mut names = Vec::new();
    let mut query = ListQuery { limit: 10, search: Some("ROLE-".into()), ..ListQuery::default() };
    loop {
        let page = site.administration.list(Kind::Role, "default", &query).unwrap();
        assert!(page.items.len() <= 10);
        names.extend(page.items.into_iter().map(|entry| entry.name));
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 25);
    let all = site.administration.list(Kind::Role, "default", &ListQuery::default()).unwrap();
    assert_eq!((all.items.len(), all.items[0].name.as_str()), (28, "administrator"));
    site.assign("role-01", "ada").await;
    let filters = vec![("role".to_owned(), "role-01".to_owned()), ("to.id".to_owned(), "ada".to_owned())];
    let query = ListQuery { filters, ..ListQuery::default() };
    assert_eq!(site.administration.list(Kind::Assignment, "default", &query).unwrap().items.len(), 1);
    let wrong = ListQuery { after: Some("?".into()), ..ListQuery::default() };
    assert!(site.administration.list(Kind::Role, "default", &wrong).is_err());
}

#[tokio::test]
async fn an_answer_is_remembered_with_its_change() {
    let site = Site::open().await;
    let remember = || RememberKey {
        caller: "ada".into(),
        key: "k".into(),
        fingerprint: [1; 32],
        status: 201,
        expires_at: 2_000,
        body: Arc::new(|written| written.entry.id.clone()),
    };
    let create = async |name: &str| {
        let document = json!({ "name": name, "permissions": [] });
        site.administration.create(&operator(), Kind::Role, "default", document, Some(remember())).await
    };
    let written = create("one").await.unwrap();
    let remembered = site.store.reader().remembered("ada", "k", 1_500).await.unwrap().unwrap();
    assert_eq!((remembered.body, remembered.status), (written.entry.id, 201));
    assert!(matches!(create("two").await, Err(AdminError::Repeated)));
}

#[tokio::test]
async fn another_process_is_followed_and_not_overwritten() {
    let site = Site::open().await;
    let (directory, other) = site.other_process().await;
    site.role("author", json!([{ "name": "notes.write" }])).await;
    let to = json!({ "role": "author", "to": { "id": "ada" } });
    other.create(&operator(), Kind::Assignment, "default", to, None).await.unwrap();
    assert_eq!((directory.current().revision(), site.directory.current().revision()), (2, 1));
    assert_eq!(site.directory.refresh().await.unwrap(), 2);
    assert!(site.allows("ada", "notes.write"));
}

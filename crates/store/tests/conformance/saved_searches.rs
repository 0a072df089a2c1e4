//! Searches of audit events that are kept.

use casemate_store::{Draft, Operation, SavedSearch, SavedSearchChange};

use crate::place::{Place, commit, draft};

fn kept(id: &str, tenant: &str, shared: bool) -> Operation {
    let search = SavedSearch {
        id: id.into(),
        tenant: tenant.into(),
        owner: "corp\nuser\nada".into(),
        shared,
        name: id.into(),
        search: "{}".into(),
        revision: 0,
        created_at: 0,
        updated_at: 0,
    };
    Operation::SavedSearch(SavedSearchChange::Put { search: Box::new(search), expected: 0 })
}

pub(crate) async fn they_go_with_their_tenant_alone(place: Place) {
    let store = place.open().await;
    let tenant = |id: &str, name: &str| {
        Operation::Put(Draft {
            kind: "tenant".into(),
            tenant: String::new(),
            ..draft("role", id, name, "{}")
        })
    };
    // Of the name of the tenant that goes, but no tenant.
    let namesake = Operation::Put(draft("role", "rol_1", "other", "{}"));
    let made = vec![tenant("ten_1", "acme"), tenant("ten_2", "other"), namesake];
    store.commit(commit(None, made, vec![])).await.unwrap();
    let searches =
        vec![kept("sea_1", "acme", false), kept("sea_2", "acme", true), kept("sea_3", "other", true)];
    store.commit(commit(None, searches, vec![])).await.unwrap();
    let found = async |tenant: &str| {
        let found = store.reader().saved_searches(tenant, "corp\nuser\nada").await.unwrap();
        found.into_iter().map(|search| search.id).collect::<Vec<_>>()
    };
    assert_eq!(found("acme").await, ["sea_1", "sea_2"]);
    let gone = |kind: &str, id: &str| vec![Operation::Remove { kind: kind.into(), id: id.into() }];
    store.commit(commit(None, gone("role", "rol_1"), vec![])).await.unwrap();
    store.commit(commit(None, gone("tenant", "ten_1"), vec![])).await.unwrap();
    assert!(found("acme").await.is_empty());
    assert_eq!(found("other").await, ["sea_3"]);
    // Nobody who makes a tenant of the name comes to see them.
    store.commit(commit(None, vec![tenant("ten_3", "acme")], vec![])).await.unwrap();
    assert!(store.reader().saved_search("acme", "sea_2").await.unwrap().is_none());
    store.close().await;
}

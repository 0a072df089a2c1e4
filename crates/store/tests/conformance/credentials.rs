//! API keys, secrets, idempotency, development credentials, leases.

use casemate_store::{
    Commit, CommitError, DevelopmentCredential, KeyQuery, KeySort, KeyState, Operation, Remembered, RootKeys,
    Sealer, StoredApiKey, reseal,
};
use secrecy::ExposeSecret as _;

use crate::place::{Place, commit, put, remove};

pub(crate) fn key(id: &str, account: &str) -> StoredApiKey {
    StoredApiKey {
        id: id.into(),
        account: account.into(),
        tenant: "default".into(),
        title: "build".into(),
        secret_sha256: [7; 32],
        application: Some("cms".into()),
        networks: "10.0.0.0/8".into(),
        permissions: None,
        rotated_from: None,
        created_at: 5,
        expires_at: Some(100),
        revoked_at: None,
        used_at: None,
        revision: 0,
    }
}

pub(crate) async fn api_keys_are_kept_and_revoked_for_good(place: Place) {
    let store = place.open().await;
    let keys = ["k1", "k2", "k3"].map(|id| Operation::PutKey(key(id, if id == "k2" { "b" } else { "a" })));
    store.commit(commit(None, keys.to_vec(), vec![])).await.unwrap();
    let revoked = StoredApiKey { revoked_at: Some(9), ..key("k1", "a") };
    store.commit(commit(None, vec![Operation::PutKey(revoked.clone())], vec![])).await.unwrap();
    let reader = store.reader();
    assert_eq!(reader.api_key("k1").await.unwrap(), Some(StoredApiKey { revision: 2, ..revoked.clone() }));
    assert_eq!(reader.api_key("k9").await.unwrap(), None);
    let ids = |keys: Vec<StoredApiKey>| keys.into_iter().map(|key| key.id).collect::<Vec<_>>();
    assert_eq!(ids(reader.api_keys_changed_after(0).await.unwrap()), ["k2", "k3", "k1"]);
    assert_eq!(ids(reader.api_keys_changed_after(1).await.unwrap()), ["k1"]);

    let again = StoredApiKey { title: "renamed".into(), ..key("k1", "a") };
    store.commit(commit(None, vec![Operation::PutKey(again)], vec![])).await.unwrap();
    let found = reader.api_key("k1").await.unwrap().unwrap();
    assert_eq!((&*found.title, found.revoked_at), ("renamed", Some(9)), "revoked is revoked");
    let moved = store.commit(commit(None, vec![Operation::PutKey(key("k1", "b"))], vec![])).await;
    assert_eq!(moved, Err(CommitError::KeyOfAnother { id: "k1".into() }));
    store.close().await;
}

pub(crate) async fn api_keys_are_found_by_what_is_said_of_them(place: Place) {
    let store = place.open().await;
    let keys = [
        StoredApiKey { title: "a 100% build".into(), expires_at: None, created_at: 1, ..key("k1", "a") },
        StoredApiKey { title: "B night".into(), expires_at: Some(50), created_at: 2, ..key("k2", "b") },
        StoredApiKey { title: "c night".into(), revoked_at: Some(9), created_at: 3, ..key("k3", "a") },
        StoredApiKey { title: "a other".into(), tenant: "acme".into(), created_at: 4, ..key("k4", "c") },
    ];
    store.commit(commit(None, keys.map(Operation::PutKey).to_vec(), vec![])).await.unwrap();
    store.note_used_keys(vec![("k1".to_owned(), 20)]).await.unwrap();
    let all = || KeyQuery { limit: 10, ..KeyQuery::default() };
    let of = |tenant: &str| KeyQuery { tenant: Some(tenant.to_owned()), ..all() };
    let search = |text: &str| KeyQuery { search: Some(text.to_owned()), ..all() };
    let state = |state| KeyQuery { state: Some((state, 60)), ..all() };
    let title = KeyQuery { sort: KeySort::Title, ..all() };
    let behind = |key: &str, id: &str| Some((key.to_owned(), id.to_owned()));
    for (query, expected) in [
        (all(), &["k1", "k2", "k3", "k4"][..]),
        (KeyQuery { limit: 2, ..all() }, &["k1", "k2"]),
        (KeyQuery { after: behind("2", "k2"), ..all() }, &["k3", "k4"]),
        (KeyQuery { descending: true, after: behind("3", "k3"), ..all() }, &["k2", "k1"]),
        (KeyQuery { after: behind("no number", "k2"), ..all() }, &[]),
        (of("acme"), &["k4"]),
        (KeyQuery { account: Some("a".to_owned()), ..of("default") }, &["k1", "k3"]),
        (search("NIGHT"), &["k2", "k3"]),
        (search("0%"), &["k1"]),
        (search("_"), &[]),
        (state(KeyState::InForce), &["k1", "k4"]),
        (state(KeyState::Expired), &["k2"]),
        (state(KeyState::Revoked), &["k3"]),
        (KeyQuery { expires_before: Some(60), ..all() }, &["k2"]),
        (KeyQuery { unused_since: Some(10), ..all() }, &["k2", "k3", "k4"]),
        (KeyQuery { unused_since: Some(3), ..all() }, &["k2"]),
        // Code point by code point, on each database.
        (title.clone(), &["k2", "k1", "k4", "k3"]),
        (KeyQuery { after: behind("a 100% build", "k1"), ..title }, &["k4", "k3"]),
    ] {
        let found = store.reader().api_keys(&query).await.unwrap();
        let ids: Vec<&str> = found.iter().map(|key| &*key.id).collect();
        assert_eq!(ids, expected, "{query:?}");
    }
    store.close().await;
}

pub(crate) async fn uses_of_api_keys_are_noted(place: Place) {
    let store = place.open().await;
    let keys = (0..200).map(|id| Operation::PutKey(key(&format!("k{id}"), "a")));
    store.commit(commit(None, keys.collect(), vec![])).await.unwrap();
    let mut used: Vec<_> = (0..200).map(|id| (format!("k{id}"), 10 + id)).collect();
    used.extend([("k1".to_owned(), 3), ("gone".to_owned(), 9), ("n\0".to_owned(), 9)]);
    store.note_used_keys(used).await.unwrap();
    store.note_used_keys(vec![("k2".to_owned(), 4)]).await.unwrap();
    let found = store.reader().api_keys_changed_after(0).await.unwrap();
    assert!(found.iter().all(|key| key.used_at == key.id[1..].parse::<i64>().ok().map(|id| 10 + id)));
    assert_eq!(store.reader().revision().await.unwrap(), 1);
    store.close().await;
}

pub(crate) async fn secrets_go_with_their_object(place: Place) {
    let store = place.open().await;
    let sealer = Sealer::new(&RootKeys::generate().unwrap());
    let seal = |id: &str, field: &str, text: &str| {
        Operation::PutSecret(sealer.seal("role", id, field, &text.into()).unwrap())
    };
    let operations = vec![
        put("1", "a", "{}"),
        put("2", "b", "{}"),
        seal("1", "x", "one"),
        seal("1", "y", "two"),
        seal("2", "x", "three"),
    ];
    store.commit(commit(None, operations, vec![])).await.unwrap();
    store.commit(commit(None, vec![seal("1", "x", "four")], vec![])).await.unwrap();
    let opened = async || -> Vec<String> {
        let secrets = store.reader().secrets().await.unwrap();
        secrets.iter().map(|secret| sealer.open(secret).unwrap().expose_secret().to_owned()).collect()
    };
    assert_eq!(opened().await, ["four", "two", "three"]);
    let field = Operation::RemoveSecret { kind: "role".into(), id: "1".into(), field: "y".into() };
    store.commit(commit(None, vec![field], vec![])).await.unwrap();
    assert_eq!(opened().await, ["four", "three"]);
    store.commit(commit(None, vec![remove("1")], vec![])).await.unwrap();
    assert_eq!(opened().await, ["three"]);
    store.close().await;
}

pub(crate) async fn secrets_are_sealed_anew_after_a_rotation(place: Place) {
    let store = place.open().await;
    let keys = RootKeys::generate().unwrap();
    let sealer = Sealer::new(&keys);
    let count = 150;
    let secrets = (0..count).map(|id| {
        let id = format!("{id:03}");
        Operation::PutSecret(sealer.seal("role", &id, "x", &id.as_str().into()).unwrap())
    });
    store.commit(commit(None, secrets.collect(), vec![])).await.unwrap();
    let stranger = Sealer::new(&RootKeys::generate().unwrap());
    let foreign = stranger.seal("role", "000", "x", &"lost".into()).unwrap();
    store.commit(commit(None, vec![Operation::PutSecret(foreign)], vec![])).await.unwrap();
    let rotated = keys.rotated().unwrap();
    sealer.replace_keys(&rotated);

    let other = store.acquire_lease("reseal", "another", 0, 10).await.unwrap().unwrap();
    let held = reseal(&store, &sealer, "me", || 5).await.unwrap();
    assert!(held.held_by_another && held.secrets == 0);
    store.release_lease(other).await.unwrap();
    let done = reseal(&store, &sealer, "me", || 5).await.unwrap();
    assert_eq!((done.secrets, done.failures.len()), (count - 1, 1), "{done:?}");

    let only_new = Sealer::new(&rotated.only(|_| false));
    let mut opened = 0;
    for secret in store.reader().secrets().await.unwrap() {
        if let Ok(text) = only_new.open(&secret) {
            assert_eq!(text.expose_secret(), secret.id);
            opened += 1;
        }
    }
    assert_eq!(opened, count - 1);
    assert_eq!(store.reader().root_keys_in_use().await.unwrap().len(), 2);
    store.close().await;
}

pub(crate) async fn answers_are_remembered_once_and_forgotten(place: Place) {
    let store = place.open().await;
    let answer = |key: &str, expires_at| Remembered {
        caller: "corp/ada".into(),
        key: key.into(),
        fingerprint: [3; 32],
        status: 201,
        body: "{}".into(),
        expires_at,
    };
    let remember = async |answers: Vec<Remembered>, at| {
        let operations = answers.into_iter().map(Operation::Remember).collect();
        store.commit(Commit { at, ..commit(None, operations, vec![]) }).await
    };
    remember(vec![answer("a", 100)], 5).await.unwrap();
    assert_eq!(remember(vec![answer("a", 200)], 99).await, Err(CommitError::Repeated));
    let reader = store.reader();
    assert_eq!(reader.remembered("corp/ada", "a", 99).await.unwrap(), Some(answer("a", 100)));
    assert_eq!(reader.remembered("corp/ada", "a", 100).await.unwrap(), None);
    assert_eq!(reader.remembered("corp/bob", "a", 5).await.unwrap(), None);
    remember(vec![answer("a", 300)], 100).await.unwrap();

    let many = (0..1_000).map(|number| answer(&format!("n{number}"), 400 + number));
    remember(many.collect(), 100).await.unwrap();
    assert_eq!(reader.remembered("corp/ada", "a", 100).await.unwrap(), None, "the one that ends first went");
    assert!(reader.remembered("corp/ada", "n0", 100).await.unwrap().is_some());
    remember(vec![answer("last", 1)], 0).await.unwrap();
    assert!(reader.remembered("corp/ada", "last", 0).await.unwrap().is_some(), "the newest is kept");
    store.close().await;
}

pub(crate) async fn development_credentials_end(place: Place) {
    let store = place.open().await;
    let credential = |id: &str, created_at, expires_at| DevelopmentCredential {
        id: id.into(),
        secret_sha256: [7; 32],
        tenant: "default".into(),
        created_at,
        expires_at,
    };
    store.save_development_credential(credential("first", 0, 100)).await.unwrap();
    store.save_development_credential(credential("second", 50, 150)).await.unwrap();
    let at = async |now| store.reader().development_credentials(now).await.unwrap();
    assert_eq!(at(99).await, [credential("first", 0, 100), credential("second", 50, 150)]);
    assert_eq!(at(100).await, [credential("second", 50, 150)]);
    assert_eq!(at(150).await, []);
    store.close().await;
}

pub(crate) async fn a_lease_has_one_holder_and_rising_tokens(place: Place) {
    let (one, two) = (place.open().await, place.open().await);
    let first = one.acquire_lease("jobs", "one", 0, 10).await.unwrap().unwrap();
    assert_eq!(two.acquire_lease("jobs", "two", 9, 30).await.unwrap(), None);
    let renewed = one.acquire_lease("jobs", "one", 9, 20).await.unwrap().unwrap();
    assert_eq!((renewed.token, renewed.until), (first.token, 20), "renewed in time");
    let second = two.acquire_lease("jobs", "two", 20, 30).await.unwrap().unwrap();
    assert!(second.token > first.token);
    assert_eq!(one.acquire_lease("jobs", "one", 21, 40).await.unwrap(), None);

    let under = |fence| Commit { fence, ..commit(None, vec![put("1", "a", "{}")], vec![]) };
    let fenced = one.commit(under(Some(first.fence()))).await;
    assert_eq!(fenced, Err(CommitError::Fenced { lease: "jobs".into() }));
    two.commit(under(Some(second.fence()))).await.unwrap();
    two.release_lease(second.clone()).await.unwrap();
    one.release_lease(first).await.unwrap();
    let third = one.acquire_lease("jobs", "one", 21, 40).await.unwrap().unwrap();
    assert!(third.token > second.token);
    // A process that starts anew under its old name is another holder once its lease has ended.
    let fourth = two.acquire_lease("jobs", "one", 40, 50).await.unwrap().unwrap();
    assert!(fourth.token > third.token);
    assert!(one.commit(under(Some(third.fence()))).await.is_err());
    one.close().await;
    two.close().await;
}

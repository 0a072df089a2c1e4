//! Texts that lists are searched for: whatever the case of their letters, the same on both databases.

use casemate_store::{
    Commit, GroupQuery, KeyQuery, MemberQuery, Operation, SessionQuery, Store, Temporary, UserQuery,
    UserRecord, VersionQuery,
};

use crate::credentials::key;
use crate::people::{group, join, put_group, put_user, user};
use crate::place::{Place, commit, put};
use crate::sessions::session;

/// A store with a user, of a group, who are called so, and whose key, temporary credential and change are.
async fn with(place: &Place, name: &str) -> Store {
    let store = place.open().await;
    let called = UserRecord { display_name: Some(name.to_owned()), ..user("usr_1", "one") };
    let temporary = Some(Temporary { title: name.to_owned(), ..Temporary::default() });
    let mut key = key("k1", "sva_1");
    key.title = name.to_owned();
    let mut session = session(1, "ada");
    session.temporary = temporary;
    let operations = vec![
        put_user(called),
        put_user(UserRecord { display_name: Some("a%b_c".to_owned()), ..user("usr_2", name) }),
        put_user(UserRecord { email: Some(format!("{name}@example.com")), ..user("usr_3", "three") }),
        put_user(user("usr_4", "nobody")),
        put("r", "editor", "{}"),
        put_group(group("grp_1", name)),
        put_group(group("grp_2", "nobody")),
        join("grp_1", "usr_1"),
        join("grp_1", "usr_4"),
        Operation::PutKey(key),
        Operation::BeginSession(session),
    ];
    let change = Commit { summary: name.to_owned(), ..commit(None, operations, vec![]) };
    store.commit(change).await.unwrap();
    store
}

/// How many users, members, groups, temporary credentials, keys and changes are found by a text.
async fn found(store: &Store, text: &str) -> [usize; 6] {
    let reader = store.reader();
    let search = Some(text.to_owned());
    let users = UserQuery { search: search.clone(), limit: 9, ..UserQuery::default() };
    let members =
        MemberQuery { group: "grp_1".to_owned(), search: search.clone(), limit: 9, ..MemberQuery::default() };
    let groups = GroupQuery { search: search.clone(), limit: 9, ..GroupQuery::default() };
    let temporary =
        SessionQuery { temporary: true, search: search.clone(), limit: 9, ..SessionQuery::default() };
    let keys = KeyQuery { search: search.clone(), limit: 9, ..KeyQuery::default() };
    let versions = VersionQuery { search, limit: 9, ..VersionQuery::default() };
    [
        reader.users(&users).await.unwrap().len(),
        reader.members(&members).await.unwrap().len(),
        reader.groups(&groups).await.unwrap().len(),
        reader.sessions(&temporary).await.unwrap().len(),
        reader.api_keys(&keys).await.unwrap().len(),
        reader.versions(&versions).await.unwrap().len(),
    ]
}

const ALL: [usize; 6] = [3, 1, 1, 1, 1, 1];

pub(crate) async fn a_text_is_found_in_whatever_case(place: Place) {
    let name = "Åsa Östberg-Håkansson, Νίκος, ЖУКОВ, Straße, İzmir, 山田";
    let store = with(&place, name).await;
    for text in [
        name,
        "Åsa",
        "åsa",
        "ÅSA",
        "åSA",
        "ÖSTBERG-HÅK",
        "östberg-håk",
        "νίκος",
        "ΝΊΚΟΣ",
        "νίκοσ",
        "Жуков",
        "straße",
        "STRAẞE",
        "İzmir",
        "İZMIR",
        "山",
        "sson, ν",
    ] {
        assert_eq!(found(&store, text).await, ALL, "{text}");
    }
    for text in ["asa", "Ö_tberg", "Å%", "Ж\\", "strasse", "å\0"] {
        assert_eq!(found(&store, text).await, [0; 6], "{text}");
    }
    for (text, count) in [("A%B_C", 1), ("a%c", 0), ("a_b", 0)] {
        assert_eq!(found(&store, text).await, [count, 0, 0, 0, 0, 0], "{text}");
    }
    store.close().await;
}

pub(crate) async fn a_text_of_more_letters_than_are_compared_in_both_cases_is_found_by_itself(place: Place) {
    let letters: String = ('А'..='Я').chain('Α'..='Ρ').chain('Σ'..='Ω').chain('À'..='Ö').collect();
    let store = with(&place, &letters).await;
    assert_eq!(found(&store, &letters).await, ALL);
    assert_eq!(found(&store, "абвгдежзийклмнопрстуфхцчшщъыьэюя").await, ALL);
    assert_eq!(found(&store, &letters.to_lowercase()).await, [0; 6], "only as it is written");
    store.close().await;
}

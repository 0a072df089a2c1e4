//! Alerts: which matches make some, and from where on the log is looked at.

use casemate_store::{AlertBounds, AlertDraft, AlertQuery, KeptAlerts, Lease, Store, StoredAlert};

use crate::place::{Place, commit, event};

const BOUNDS: AlertBounds = AlertBounds { time: 1_000, in_tenant: 2, in_all: 4, instead };

fn instead(of: &AlertDraft, tenant: &str) -> AlertDraft {
    AlertDraft { key: format!("{} held back {tenant}", of.detection), rule: "held back".into(), ..of.clone() }
}

fn draft(tenant: &str, who: &str, at: u64) -> AlertDraft {
    AlertDraft {
        key: format!("{tenant}/{who}"),
        detection: "guesses".into(),
        rule: "Guesses".into(),
        rule_id: None,
        level: "high".into(),
        first_at: at as i64,
        last_at: at as i64,
        last_event: at,
        window: 1_000,
        count: 1,
        events: vec![at],
        group: vec![("tenant".into(), tenant.into()), ("actor.id".into(), who.into())],
        value: None,
    }
}

async fn lease(store: &Store) -> Lease {
    store.acquire_lease("detection", "one", 0, 1_000_000).await.unwrap().unwrap()
}

async fn alerts(store: &Store) -> Vec<StoredAlert> {
    let query = AlertQuery { oldest_first: true, limit: 100, ..AlertQuery::default() };
    store.reader().alerts(&query).await.unwrap()
}

pub(crate) async fn who_makes_many_alerts_hides_those_of_nobody_else(place: Place) {
    let store = place.open().await;
    let lease = lease(&store).await;
    // One of a tenant that goes on and on is one alert, however often it matches.
    for at in 1..20 {
        let drafts = vec![draft("noisy", "one", at)];
        store.keep_alerts(&lease, at, drafts, BOUNDS, at as i64).await.unwrap().unwrap();
    }
    let many = ["two", "three", "four"].map(|who| draft("noisy", who, 20));
    let kept = store.keep_alerts(&lease, 21, many.to_vec(), BOUNDS, 20).await.unwrap().unwrap();
    assert_eq!(kept, KeptAlerts { made: vec![2, 3], held_back: 2 });
    let kept = store.keep_alerts(&lease, 21, many.to_vec(), BOUNDS, 20).await.unwrap().unwrap();
    assert!(kept.made.is_empty(), "what is kept again makes none: {kept:?}");
    let others = ["a", "b", "c"].map(|tenant| draft(tenant, "one", 22));
    let kept = store.keep_alerts(&lease, 23, others.to_vec(), BOUNDS, 22).await.unwrap().unwrap();
    assert_eq!((kept.made.len(), kept.held_back), (2, 2), "one more of all, and what stands for the others");
    let told: Vec<(String, i64, Vec<u64>)> =
        alerts(&store).await.into_iter().map(|alert| (alert.rule, alert.count, alert.events)).collect();
    let expected = [
        ("Guesses".to_owned(), 19, (1..20).collect()),
        ("Guesses".to_owned(), 1, vec![20]),
        ("held back".to_owned(), 2, vec![20]),
        ("Guesses".to_owned(), 1, vec![22]),
        ("held back".to_owned(), 2, vec![22]),
    ];
    assert_eq!(told, expected);

    // Later there is room again.
    let later = vec![draft("noisy", "five", 2_000)];
    let kept = store.keep_alerts(&lease, 2_001, later, BOUNDS, 2_000).await.unwrap().unwrap();
    assert_eq!((kept.made.len(), kept.held_back), (1, 0));
}

pub(crate) async fn a_time_is_found_where_events_are_not_in_the_order_of_theirs(place: Place) {
    let store = place.open().await;
    for number in 0..600_i64 {
        // Every third is told a thousand behind its time.
        let at = if number % 3 == 0 { number - 1_000 } else { number };
        let mut event = event("casemate.role.create", "rol_1");
        event.at = 10_000 + at;
        store.commit(commit(None, Vec::new(), vec![event])).await.unwrap();
    }
    let reader = store.reader();
    let mut found = Vec::new();
    for time in [0, 10_100, 10_300, 10_599, 20_000] {
        found.push(reader.log_since(time).await.unwrap());
    }
    assert_eq!(found, [0, 0, 256, 512, 512]);
    assert_eq!(reader.log_archived().await.unwrap(), 0);
}

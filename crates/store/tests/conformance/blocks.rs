//! Networks from which nothing is taken for a time.

use casemate_store::{Actor, AddressBlock, AuditEvent, Commit, Operation, Store};

use crate::place::Place;

const WEEK: i64 = 7 * 24 * 3_600 * 1_000_000;

fn block(id: &str, network: &str, until: i64) -> AddressBlock {
    let (id, network) = (id.to_owned(), network.to_owned());
    AddressBlock { id, network, times: 1, blocked_at: 1_000, until, revision: 0 }
}

async fn commit(store: &Store, at: i64, operation: Operation) -> i64 {
    let commit = Commit {
        base: None,
        at,
        actor: Actor::default(),
        summary: String::new(),
        operations: vec![operation],
        events: Vec::<AuditEvent>::new(),
        fence: None,
    };
    store.commit(commit).await.unwrap()
}

fn ids(blocks: &[AddressBlock]) -> Vec<&str> {
    blocks.iter().map(|block| block.id.as_str()).collect()
}

pub(crate) async fn a_block_is_in_force_until_it_ends_or_is_lifted(place: Place) {
    let store = place.open().await;
    let first = commit(&store, 1_000, Operation::Block(block("blk_1", "192.0.2.1/32", 5_000))).await;
    let second = commit(&store, 1_000, Operation::Block(block("blk_2", "2001:db8::/64", 9_000))).await;
    let reader = store.reader();
    assert_eq!(ids(&reader.blocks("", 4_999, 10).await.unwrap()), ["blk_1", "blk_2"]);
    assert_eq!(ids(&reader.blocks("", 4_999, 1).await.unwrap()), ["blk_1"]);
    assert_eq!(ids(&reader.blocks("blk_1", 4_999, 1).await.unwrap()), ["blk_2"]);
    assert_eq!(ids(&reader.blocks("", 5_000, 10).await.unwrap()), ["blk_2"]);
    assert_eq!(ids(&reader.blocks_changed_after(first).await.unwrap()), ["blk_2"]);

    let lifted = commit(&store, 2_000, Operation::LiftBlock { id: "blk_2".to_owned() }).await;
    assert!(lifted > second);
    let changed = reader.blocks_changed_after(second).await.unwrap();
    assert_eq!((ids(&changed), changed[0].until, changed[0].times), (vec!["blk_2"], 2_000, 0));
    assert_eq!(reader.block_of("2001:db8::/64").await.unwrap(), reader.block("blk_2").await.unwrap());
    assert_eq!(reader.block("blk_3").await.unwrap(), None);
}

pub(crate) async fn a_longer_block_is_not_shortened(place: Place) {
    let store = place.open().await;
    for (id, until, in_force) in [("blk_1", 5_000, 5_000), ("blk_2", 4_000, 5_000), ("blk_3", 8_000, 8_000)] {
        commit(&store, 1_000, Operation::Block(block(id, "192.0.2.1/32", until))).await;
        let known = store.reader().block_of("192.0.2.1/32").await.unwrap().unwrap();
        assert_eq!((known.id.as_str(), known.until), ("blk_1", in_force));
    }
}

pub(crate) async fn blocks_of_long_ago_are_forgotten(place: Place) {
    let store = place.open().await;
    for number in 1..=3 {
        let mut block = block(&format!("blk_{number}"), &format!("192.0.2.{number}/32"), 5_000);
        if number == 3 {
            (block.blocked_at, block.until) = (5_001 + WEEK, 6_000 + WEEK);
        }
        commit(&store, block.blocked_at, Operation::Block(block)).await;
    }
    let left = store.reader().blocks_changed_after(0).await.unwrap();
    assert_eq!(ids(&left), ["blk_3"]);
}

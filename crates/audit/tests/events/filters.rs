//! The filters of blocks.

use casemate_audit::filter::{self, Field, MAX_FILTER};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::made;

#[test]
fn codes_stand_for_the_same_fields_always() {
    let codes: Vec<u8> = Field::ALL.into_iter().map(Field::code).collect();
    assert_eq!(codes, [1, 2, 3, 4, 5, 6, 7, 8]);
    assert!(Field::ALL.into_iter().all(|field| Field::of_code(field.code()) == Some(field)));
    assert_eq!((Field::of_code(0), Field::of_code(9)), (None, None));
}

#[test]
fn the_terms_of_an_event_are_the_same_in_every_release() {
    let text = r#"{"version":1,"at":"2026-11-23T10:35:41.123456Z","kind":"update","area":"role","action":"a.b","outcome":"success","tenant":"t","application":"p","actor":{"id":"x"},"resource":{"type":"role","id":"r"},"revision":0,"request":{"id":"q","client":"c"},"after":{"n":"Word"}}"#;
    let event = casemate_audit::event::Event::parse(text).unwrap();
    let mut terms = Vec::new();
    filter::terms_of(&event, |field, hash| terms.push((field.code(), format!("{hash:016x}"))));
    let terms: Vec<String> = terms.into_iter().map(|(field, hash)| format!("{field} {hash}")).collect();
    assert_eq!(terms, TERMS, "what is stored was made with these: a filter would miss them");
}

const TERMS: [&str; 14] = [
    "1 01839b14c7029134",
    "1 0f86676106885461",
    "2 a14cec319a2ea3ec",
    "3 9a559ba51fbec53c",
    "3 90e90ff6b2428eca",
    "4 af467b14e03e2c4a",
    "4 bf377431d5b55ea2",
    "4 2a267b00db816638",
    "5 a728804044b00578",
    "5 a5fbb807989485d9",
    "5 33f8ebc5db8ac66b",
    "6 3e5f3edd9bb04acf",
    "7 4e32e474dbd953ca",
    "8 5287bde59e3d7fd2",
];

#[test]
fn a_filter_is_a_split_block_bloom_filter_as_parquet_has_it() {
    // Parquet's definition, written down once more.
    let salts = [
        0x47b6_137bu32,
        0x4497_4d91,
        0x8824_ad5b,
        0xa2b7_289d,
        0x7054_95c7,
        0x2df1_424b,
        0x9efc_4947,
        0x5c6b_fb31,
    ];
    let hashes: Vec<u64> = (1..=100u64).map(|number| number.wrapping_mul(0x9e37_79b9_7f4a_7c15)).collect();
    let mut words = [[0u32; 8]; 8];
    for hash in &hashes {
        let block = ((hash >> 32) * 8) >> 32;
        for (word, salt) in words[usize::try_from(block).unwrap()].iter_mut().zip(salts) {
            *word |= 1 << ((*hash as u32).wrapping_mul(salt) >> 27);
        }
    }
    let expected: Vec<u8> = words.iter().flatten().flat_map(|word| word.to_le_bytes()).collect();
    assert_eq!(filter::build(hashes), expected);
}

#[test]
fn few_blocks_are_opened_for_nothing() {
    let hash = |number: u64| {
        let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    for terms in [1, 16, 256, 1_000, 10_000] {
        let bits = filter::build((0..terms).map(hash).collect());
        let wrong = (0..100_000).filter(|number| filter::may_hold(&bits, hash(1 << 40 | number))).count();
        assert!(wrong <= 300, "{terms} terms in {} bytes: {wrong} of 100,000", bits.len());
    }
    assert_eq!(filter::build((0..1_000_000).map(hash).collect()).len(), MAX_FILTER);
}

#[test]
fn what_is_no_filter_rules_nothing_out() {
    assert!(filter::may_hold(&[], 7) && filter::may_hold(&[0; 31], 7));
    assert!(!filter::may_hold(&[0; 32], 7) && !filter::may_hold(&filter::build(Vec::new()), 7));
}

proptest! {
    #[test]
    fn a_filter_misses_nothing(hashes in vec(any::<u64>(), 0..3_000)) {
        let bits = filter::build(hashes.clone());
        prop_assert!(hashes.iter().all(|hash| filter::may_hold(&bits, *hash)));
    }

    #[test]
    fn the_filters_of_a_block_hold_all_terms_of_its_events(events in vec(made::event(), 1..20)) {
        let texts: Vec<String> = events.iter().map(made::text_of).collect();
        let texts: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
        let sealed = casemate_audit::block::seal(0, &texts, &casemate_audit::salt::Seed([1; 32])).unwrap();
        for event in &events {
            let mut missed = Vec::new();
            filter::terms_of(event, |field, hash| {
                let bits = sealed.filters.iter().find(|(of, _)| *of == field);
                if !bits.is_some_and(|(_, bits)| filter::may_hold(bits, hash)) {
                    missed.push(field);
                }
            });
            prop_assert!(missed.is_empty(), "{:?}", missed);
        }
    }
}

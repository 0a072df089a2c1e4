//! Blocks that are made, erased from and damaged.

use casemate_audit::block::{self, BlockError, EVENTS, Part};
use casemate_audit::commitment;
use casemate_audit::event::MAX_EVENT;
use casemate_audit::salt::Seed;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::made;

fn bytes(texts: &[String]) -> Vec<&[u8]> {
    texts.iter().map(String::as_bytes).collect()
}

/// With its checksum made anew.
fn checked(mut payload: Vec<u8>) -> Vec<u8> {
    payload.truncate(payload.len() - 4);
    let checksum = crc32fast::hash(&payload);
    payload.extend(checksum.to_be_bytes());
    payload
}

#[test]
fn only_texts_as_many_and_as_long_as_may_be_are_sealed() {
    let seed = Seed([7; 32]);
    assert_eq!(block::seal(0, &[], &seed).unwrap_err(), BlockError::Count(0));
    assert_eq!(block::seal(0, &[b"".as_slice(); EVENTS + 1], &seed).unwrap_err(), BlockError::Count(257));
    assert_eq!(block::seal(0, &[b"a", &[0xff]], &seed).unwrap_err(), BlockError::NotText(1));
    let long = vec![b'x'; MAX_EVENT + 1];
    let too_long = BlockError::TooLong { index: 0, length: MAX_EVENT + 1 };
    assert_eq!(block::seal(0, &[&long], &seed).unwrap_err(), too_long);
    let sealed = block::seal(0, &[&long[..MAX_EVENT]], &seed).unwrap();
    assert_eq!(block::open(&sealed.payload).unwrap().text(0).map(str::len), Some(MAX_EVENT));
}

#[test]
fn a_block_whose_events_cannot_be_told_is_found_at_any_time() {
    let event = made::text_of(&casemate_audit::event::Event { at: 5, ..Default::default() });
    let later = made::text_of(&casemate_audit::event::Event { at: 9, ..Default::default() });
    let sealed = |texts: &[&[u8]]| block::seal(0, texts, &Seed([1; 32])).unwrap();
    let both = sealed(&[later.as_bytes(), event.as_bytes()]);
    assert_eq!((both.at_min, both.at_max), (5, 9));
    let unknown = sealed(&[event.as_bytes(), b"no event"]);
    assert_eq!((unknown.at_min, unknown.at_max), (i64::MIN, i64::MAX));
}

#[test]
fn the_bytes_of_a_block_say_what_was_done_to_it() {
    let sealed = block::seal(256, &[b"one", b"two"], &Seed([7; 32])).unwrap().payload;
    assert_eq!(sealed[..16], [1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 14]);
    assert_eq!(sealed[16..48], [7; 32]);
    let damaged = |payload: Vec<u8>| match block::open(&payload) {
        Err(BlockError::Damaged(why)) => why,
        other => panic!("{other:?}"),
    };
    for place in 0..sealed.len() {
        let mut payload = sealed.clone();
        payload[place] ^= 1;
        assert_eq!(damaged(payload), "its checksum is another", "{place}");
        if place > 0 {
            assert!(block::open(&sealed[..place]).is_err(), "{place}");
        }
    }
    let changed = |place: usize, byte: u8| {
        let mut payload = sealed.clone();
        payload[place] = byte;
        checked(payload)
    };
    assert_eq!(block::open(&changed(0, 2)).unwrap_err(), BlockError::Version(2));
    assert_eq!(damaged(changed(1, 2)), "it does not say how its salts are kept");
    assert_eq!(damaged(changed(11, 0)), "its events have no place in a log");
    assert_eq!(damaged(changed(10, 2)), "its events have no place in a log");
    assert_eq!(damaged(changed(12, 0xff)), "its texts cannot be read", "no memory is taken for what it says");
    assert_eq!(damaged(changed(15, 13)), "its texts cannot be read", "there are more");
    assert_eq!(damaged(changed(11, 3)), "its texts are not as long as it says");
    assert_eq!(damaged(changed(48, 0)), "its texts cannot be read");
    let erased = block::erase(&sealed, &[0]).unwrap();
    assert_eq!((erased[1], erased[16], erased[49]), (1, 1, 0));
    let mut wrong = erased.clone();
    wrong[16] = 2;
    assert_eq!(damaged(checked(wrong)), "its salts are none");
    let mut wrong = erased;
    wrong[49] = 1;
    assert_eq!(damaged(checked(wrong)), "its texts are not as long as it says", "a text of what was erased");
}

#[test]
fn what_was_erased_is_nowhere_in_the_bytes_and_in_no_filter() {
    let event = |id: &str| {
        let mut event = casemate_audit::event::Event::default();
        event.actor.id = id.to_owned().into();
        made::text_of(&event)
    };
    let texts: Vec<String> = ["ada", "bob"].map(event).to_vec();
    let seed = Seed([9; 32]);
    let sealed = block::seal(0, &bytes(&texts), &seed).unwrap();
    let payload = block::erase(&sealed.payload, &[0]).unwrap();
    let found_in = |needle: &[u8]| payload.windows(needle.len()).any(|window| window == needle);
    assert!(!found_in(&seed.0) && !found_in(&seed.salt(0).0));
    assert!(found_in(&seed.salt(1).0) && found_in(&sealed.hashes[0].0));
    let opened = block::open(&payload).unwrap();
    let anew = block::pack(0, &[Part::Text { text: &texts[1], salt: &seed.salt(1) }], None).unwrap();
    assert_eq!(opened.found().filters, anew.filters);
    assert_eq!(block::erase(&payload, &[0, 7]).unwrap(), payload, "once more changes nothing");
}

proptest! {
    #[test]
    fn what_is_sealed_is_opened_as_it_was(texts in vec(any::<String>(), 1..=EVENTS), first in 0..u64::MAX - 256, seed in any::<[u8; 32]>()) {
        let seed = Seed(seed);
        let sealed = block::seal(first, &bytes(&texts), &seed).unwrap();
        let opened = block::open(&sealed.payload).unwrap();
        prop_assert_eq!((opened.first(), opened.len()), (first, texts.len()));
        for (place, text) in texts.iter().enumerate() {
            let salt = seed.salt(first + place as u64);
            prop_assert_eq!(opened.text(place), Some(text.as_str()));
            prop_assert_eq!(opened.leaf(place), Some(commitment::leaf(&salt, text.as_bytes())));
            prop_assert_eq!(opened.salt(place), Some(salt));
        }
        prop_assert_eq!(opened.leaves(), sealed.hashes);
        prop_assert_eq!((opened.text(texts.len()), opened.salt(texts.len()), opened.leaf(texts.len())), (None, None, None));
    }

    #[test]
    fn all_leaves_stay_whatever_is_erased(
        texts in vec(made::text(), 1..40),
        times in vec(vec(0..45usize, 0..10), 1..4),
    ) {
        let sealed = block::seal(1 << 40, &bytes(&texts), &Seed([3; 32])).unwrap();
        let before = block::open(&sealed.payload).unwrap();
        let mut payload = sealed.payload;
        for places in &times {
            payload = block::erase(&payload, places).unwrap();
        }
        let opened = block::open(&payload).unwrap();
        prop_assert_eq!(opened.leaves(), sealed.hashes);
        for place in 0..texts.len() {
            let is_erased = times.iter().flatten().any(|erased| *erased == place);
            let kept = if is_erased { (None, None) } else { (before.text(place), before.salt(place)) };
            prop_assert_eq!((opened.text(place), opened.salt(place)), kept);
            prop_assert_eq!(opened.leaf(place), before.leaf(place));
        }
    }

    #[test]
    fn no_payload_makes_it_fail(
        random in vec(any::<u8>(), 0..200),
        texts in vec(made::text(), 1..10),
        erased in vec(0..10usize, 0..3),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let _ = block::open(&random);
        let sealed = block::seal(0, &bytes(&texts), &Seed([3; 32])).unwrap();
        let mut payload = block::erase(&sealed.payload, &erased).unwrap();
        for (place, byte) in changes {
            let place = place.index(payload.len());
            payload[place] = byte;
        }
        if let Ok(opened) = block::open(&checked(payload)) {
            prop_assert_eq!(opened.leaves().len(), opened.len());
        }
    }
}

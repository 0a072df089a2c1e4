//! A block is read or refused, also where its checksum is right; whatever is erased from one that is read, its leaves stay.
//!
//! The first byte says which event is erased, and whether the rest is a payload or the texts to make one of.
#![no_main]

use casemate_audit::block::{self, EVENTS};
use casemate_audit::salt::Seed;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((&place, bytes)) = bytes.split_first() else { return };
    let payload = if place & 1 == 0 {
        let mut payload = bytes.to_vec();
        let _ = block::open(&payload);
        payload.extend(crc32fast::hash(bytes).to_be_bytes());
        payload
    } else {
        let texts: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').take(EVENTS).collect();
        let Ok(sealed) = block::seal(7, &texts, &Seed([1; 32])) else { return };
        let opened = block::open(&sealed.payload).expect("what was sealed is opened");
        assert_eq!(opened.leaves(), sealed.hashes);
        assert!(
            texts.iter().enumerate().all(|(place, text)| opened.text(place).map(str::as_bytes) == Some(text))
        );
        sealed.payload
    };
    let Ok(opened) = block::open(&payload) else { return };
    let leaves = opened.leaves();
    assert_eq!(leaves.len(), opened.len());
    let _ = opened.found();
    let place = usize::from(place >> 1);
    let erased = block::erase(&payload, &[place]).expect("what is opened is erased");
    let erased = block::open(&erased).expect("what was erased is opened");
    assert_eq!(erased.leaves(), leaves);
    assert_eq!((erased.text(place), erased.salt(place)), (None, None));
});

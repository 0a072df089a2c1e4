//! Whatever stands in a file, what is read of it is what was written.

use proptest::prelude::*;

use super::*;
use crate::log::push_text;

const MARK: Mark = Mark { segment: 7, nonce: 11 };

/// A segment of so many frames, of so many records each, and where each frame ends.
fn segment(frames: &[usize]) -> (Vec<u8>, Vec<u64>) {
    segment_of(MARK, frames)
}

fn segment_of(mark: Mark, frames: &[usize]) -> (Vec<u8>, Vec<u64>) {
    let head = Head { mark, database: 5, before: Place { segment: 6, offset: 100 } };
    let (mut bytes, mut ends) = (head.bytes().to_vec(), Vec::new());
    let mut number = 0;
    for count in frames {
        let mut frame = vec![0; FRAME];
        for _ in 0..*count {
            let event = format!("{{\"n\":{number}}}");
            number += 1;
            push_text(&mut frame, event.as_bytes());
        }
        seal(&mut frame, mark, bytes.len() as u64);
        bytes.extend(frame);
        ends.push(bytes.len() as u64);
    }
    (bytes, ends)
}

#[test]
fn what_is_written_is_read() {
    let (bytes, ends) = segment(&[1, 3, 2]);
    assert_eq!(Head::read(&bytes).unwrap().before, Place { segment: 6, offset: 100 });
    assert_eq!(read_segment(&bytes), Ok(6));
    let frame = frame_at(&bytes[HEADER as usize..], MARK, HEADER).unwrap();
    let found: Vec<_> = records(frame).map(Option::unwrap).collect();
    assert_eq!(found, ["{\"n\":0}"]);
    assert_eq!(
        end(&bytes, MARK, HEADER, Some(ends[1])),
        Ok(ends[1]),
        "what stands behind a known end is not read"
    );
    assert_eq!(end(&bytes, MARK, HEADER, Some(ends[1] - 1)), Err(Damage { offset: ends[1] }));
    assert_eq!(end(&bytes, MARK, HEADER, Some(ends[2] + 1)), Err(Damage { offset: ends[2] }));
}

#[test]
fn what_another_segment_left_is_not_believed() {
    let (mut bytes, ends) = segment(&[1, 1]);
    let (other, _) = segment(&[1, 1, 1, 1]);
    bytes.extend(&other[bytes.len()..]);
    for another in [Mark { segment: 8, ..MARK }, Mark { nonce: 12, ..MARK }] {
        assert_eq!(end(&bytes, another, HEADER, None), Ok(HEADER), "{another:?}");
        // What was there before ends where frames of a segment do that has the same number.
        let (mut used_again, _) = segment_of(another, &[1]);
        used_again.extend(&bytes[used_again.len()..]);
        assert_eq!(read_segment(&used_again), Ok(1), "{another:?}");
    }
    // The same frame at another place.
    let moved = [&bytes[..ends[0] as usize], &bytes[HEADER as usize..ends[0] as usize]].concat();
    assert_eq!(end(&moved, MARK, HEADER, None), Ok(ends[0]));
}

proptest! {
    #[test]
    fn a_prefix_holds_whole_frames_and_nothing_else(
        frames in prop::collection::vec(1_usize..4, 1..6),
        cut in any::<prop::sample::Index>(),
        zeros in 0_usize..200,
    ) {
        let (bytes, ends) = segment(&frames);
        let cut = cut.index(bytes.len() + 1);
        let mut torn = bytes[..cut].to_vec();
        torn.extend(vec![0; zeros]);
        let whole = ends.iter().filter(|end| **end <= cut as u64).count();
        let expected: usize = frames[..whole].iter().sum();
        let header = cut >= CHECKED + 4 && torn.len() >= HEADER as usize;
        prop_assert_eq!(read_segment(&torn), Ok(if header { expected as u64 } else { 0 }));
    }

    #[test]
    fn a_flipped_bit_is_found(
        frames in prop::collection::vec(1_usize..4, 2..6),
        place in any::<prop::sample::Index>(),
        bit in 0_u32..8,
    ) {
        let (mut bytes, ends) = segment(&frames);
        let place = HEADER as usize + place.index(bytes.len() - HEADER as usize);
        bytes[place] ^= 1 << bit;
        let hit = ends.iter().filter(|end| **end <= place as u64).count();
        let begin = hit.checked_sub(1).map_or(HEADER, |before| ends[before]);
        let last = *ends.last().unwrap();
        let found = end(&bytes, MARK, HEADER, None);
        if hit + 1 == ends.len() {
            prop_assert_eq!(found, Ok(begin), "it may be torn");
        } else {
            prop_assert_eq!(found, Err(Damage { offset: begin }));
        }
        prop_assert_eq!(end(&bytes, MARK, HEADER, Some(last)), Err(Damage { offset: begin }));
    }

    #[test]
    fn a_flipped_bit_of_a_header_makes_it_none(place in 0..CHECKED + 4, bit in 0_u32..8) {
        let (mut bytes, _) = segment(&[1]);
        bytes[place] ^= 1 << bit;
        prop_assert_eq!(Head::read(&bytes), None);
    }

    #[test]
    fn any_bytes_are_read_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read_segment(&bytes);
        let _ = end(&bytes, MARK, HEADER, Some(bytes.len() as u64));
        let _ = records(&bytes).count();
        let mut whole = Head { mark: MARK, database: 5, before: Place::default() }.bytes().to_vec();
        whole.extend(&bytes);
        prop_assert_eq!(read_segment(&whole), Ok(0));
    }
}

#[test]
fn what_is_torn_is_told_from_what_nobody_began() {
    let mut bytes = vec![0; HEADER as usize + FRAME];
    bytes.extend_from_slice(b"records");
    bytes.resize(bytes.len() + 100, 0);
    assert!(!is_torn(&bytes, MARK, HEADER));
    let rest = &mut bytes[HEADER as usize..][..FRAME + 7];
    seal(rest, MARK, HEADER);
    assert_eq!((said_at(rest), length_at(rest)), (Some((7, 11)), Some(FRAME as u64 + 7)));
    rest[FRAME] ^= 1;
    assert!(is_torn(&bytes, MARK, HEADER));
    for another in [Mark { segment: 8, ..MARK }, Mark { nonce: 12, ..MARK }] {
        assert!(!is_torn(&bytes, another, HEADER), "{another:?}");
    }
    assert_eq!(end(&bytes, MARK, HEADER, None), Ok(HEADER), "what is torn is left out all the same");
}

#[test]
fn a_file_of_another_format_is_told_from_one_without_a_header() {
    let (mut bytes, _) = segment(&[1]);
    assert!(!Head::is_of_another_format(&bytes) && !Head::is_of_another_format(&[0; 64]));
    bytes[7] = 1;
    assert!(Head::is_of_another_format(&bytes) && Head::read(&bytes).is_none());
}

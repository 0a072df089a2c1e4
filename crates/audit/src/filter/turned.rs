//! Filters of many blocks, turned: the part of each in which a term has its bits stands together in one text, so that whoever looks for the
//! term reads this and nothing else.
//!
//! Filters have 1, 2, 4, … 2,048 parts of 32 bytes. Of those that have as many, the parts at one place make a slice, whose slot is
//! how many parts there are and the place, added up: no two have the same. A slice has for each block 33 bytes: its place in the stack, and the part.

use std::collections::BTreeMap;

use super::{MAX_FILTER, SPLIT, may_hold, split_of};

/// How many blocks stand together.
pub const STACK: u64 = 128;

/// Of a block, its place and a part.
const ENTRY: usize = 1 + SPLIT;

/// The slots in which a term has its bits: one for each size that filters may have.
pub fn slots(hash: u64) -> impl Iterator<Item = u32> {
    let sizes = std::iter::successors(Some(1_usize), |parts| Some(parts * 2));
    let sizes = sizes.take_while(|parts| parts * SPLIT <= MAX_FILTER);
    sizes.filter_map(move |parts| u32::try_from(parts + split_of(parts, hash)).ok())
}

/// Whether a filter can be turned: as any can that was built.
#[must_use]
pub fn is_turnable(bits: &[u8]) -> bool {
    let parts = bits.len() / SPLIT;
    bits.len().is_multiple_of(SPLIT) && parts.is_power_of_two() && bits.len() <= MAX_FILTER
}

/// Turns filters, each of a block at a place: answers slices by their slots. Filters that cannot be turned are left out.
#[must_use]
pub fn turned<'f>(filters: impl IntoIterator<Item = (u8, &'f [u8])>) -> BTreeMap<u32, Vec<u8>> {
    let mut slices: BTreeMap<u32, Vec<u8>> = BTreeMap::new();
    for (place, bits) in filters.into_iter().filter(|(_, bits)| is_turnable(bits)) {
        let parts = bits.as_chunks::<SPLIT>().0;
        for (slot, part) in (parts.len()..).zip(parts) {
            if let Ok(slot) = u32::try_from(slot) {
                let slice = slices.entry(slot).or_default();
                slice.push(place);
                slice.extend_from_slice(part);
            }
        }
    }
    slices
}

/// The reverse of [`turned`]: the filters of which slices were made, by the places of their blocks. Nothing where the slices are not what
/// was made.
#[must_use]
pub fn turned_back<'s>(slices: impl IntoIterator<Item = (u32, &'s [u8])>) -> Option<BTreeMap<u8, Vec<u8>>> {
    let mut filters: BTreeMap<u8, Vec<u8>> = BTreeMap::new();
    for (slot, slice) in slices {
        let parts = 1_usize << slot.checked_ilog2()?;
        let start = (usize::try_from(slot).ok()? - parts) * SPLIT;
        let (entries, rest) = slice.as_chunks::<ENTRY>();
        if !rest.is_empty() || parts * SPLIT > MAX_FILTER {
            return None;
        }
        for [place, part @ ..] in entries {
            let bits = filters.entry(*place).or_insert_with(|| vec![0; parts * SPLIT]);
            if bits.len() != parts * SPLIT {
                return None;
            }
            bits.get_mut(start..start + SPLIT)?.copy_from_slice(part);
        }
    }
    Some(filters)
}

/// The places of the blocks of a slice that may have a term, whose slot this is.
pub fn holders(slice: &[u8], hash: u64) -> impl Iterator<Item = u8> {
    let entries = slice.as_chunks::<ENTRY>().0.iter();
    entries.filter_map(move |[place, part @ ..]| may_hold(part, hash).then_some(*place))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::build;
    use super::*;

    fn found(slices: &BTreeMap<u32, Vec<u8>>, hash: u64) -> Vec<u8> {
        let of_hash = slots(hash).filter_map(|slot| slices.get(&slot));
        let mut found: Vec<u8> = of_hash.flat_map(|slice| holders(slice, hash)).collect();
        found.sort_unstable();
        found
    }

    proptest! {
        #[test]
        fn a_slice_says_of_every_block_what_its_filter_says(
            blocks in prop::collection::btree_map(any::<u8>(), prop::collection::vec(any::<u64>(), 1..400), 1..12),
            others in prop::collection::vec(any::<u64>(), 0..50),
        ) {
            let filters: BTreeMap<u8, Vec<u8>> =
                blocks.iter().map(|(place, hashes)| (*place, build(hashes.clone()))).collect();
            let slices = turned(filters.iter().map(|(place, bits)| (*place, bits.as_slice())));
            for hash in blocks.values().flatten().chain(&others) {
                let expected: Vec<u8> =
                    filters.iter().filter(|(_, bits)| may_hold(bits, *hash)).map(|(place, _)| *place).collect();
                prop_assert_eq!(found(&slices, *hash), expected);
            }
            let back = turned_back(slices.iter().map(|(slot, slice)| (*slot, slice.as_slice())));
            prop_assert_eq!(back, Some(filters));
        }

        #[test]
        fn what_no_filter_made_is_no_reason_to_panic(
            slices in prop::collection::vec((any::<u32>(), prop::collection::vec(any::<u8>(), 0..100)), 0..4),
            hash in any::<u64>(),
        ) {
            for (_, slice) in &slices {
                let _ = holders(slice, hash).count();
            }
            let _ = turned_back(slices.iter().map(|(slot, slice)| (*slot, slice.as_slice())));
        }
    }

    #[test]
    fn filters_of_other_sizes_are_left_as_they_are() {
        for length in [0, 31, 33, 96, 2 * MAX_FILTER] {
            let bits = vec![u8::MAX; length];
            assert!(!is_turnable(&bits) && turned([(0, bits.as_slice())]).is_empty(), "{length}");
        }
        assert!(is_turnable(&[0; MAX_FILTER]));
        assert_eq!(
            slots(u64::MAX).collect::<Vec<_>>(),
            [1, 3, 7, 15, 31, 63, 127, 255, 511, 1_023, 2_047, 4_095]
        );
    }
}

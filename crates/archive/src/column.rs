//! The values of a column, out of its bytes in a file. Whatever stands there, it is read or refused: the library that writes these files
//! panics at a page whose dictionary is missing, and takes as much memory as a page says that it needs.

use bytes::Bytes;
use parquet::basic::Compression;

use crate::thrift::{Kind, Walk, Wrong};

/// The encodings that are written: of values as they are, of their places in a dictionary (by two names), and of levels.
const PLAIN: i64 = 0;
const PLAIN_DICTIONARY: i64 = 2;
const RLE: i64 = 3;
const RLE_DICTIONARY: i64 = 8;

const DATA_PAGE: i64 = 0;
const DICTIONARY_PAGE: i64 = 2;

const SHORT: Wrong = "a page ends before its values do";

/// What values of a column are like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// How many bytes each has; nothing where each says how many.
    pub(crate) width: Option<usize>,
    /// Whether some may be absent.
    pub(crate) is_optional: bool,
}

/// How much may be read.
#[derive(Debug)]
pub(crate) struct Room {
    /// How many values.
    pub(crate) values: usize,
    /// How many bytes of pages, once they are decompressed. What is read takes of it.
    pub(crate) bytes: usize,
}

/// A page's header.
#[derive(Debug, Default)]
struct Header {
    kind: Option<i64>,
    length: Option<i64>,
    compressed: Option<i64>,
    values: Option<i64>,
    encoding: Option<i64>,
    levels: Option<i64>,
}

impl Header {
    fn read(walk: &mut Walk<'_>) -> Result<Header, Wrong> {
        let mut header = Header::default();
        walk.members(|walk, member, kind| match (member, kind) {
            (1, Kind::Integer) => set(&mut header.kind, walk),
            (2, Kind::Integer) => set(&mut header.length, walk),
            (3, Kind::Integer) => set(&mut header.compressed, walk),
            // Of pages of data and of dictionaries.
            (5 | 7, Kind::Struct) => {
                walk.members(|walk, member, kind| match (member, kind) {
                    (1, Kind::Integer) => set(&mut header.values, walk),
                    (2, Kind::Integer) => set(&mut header.encoding, walk),
                    (3, Kind::Integer) => set(&mut header.levels, walk),
                    _ => Ok(false),
                })?;
                Ok(true)
            }
            _ => Ok(false),
        })?;
        Ok(header)
    }
}

fn set(number: &mut Option<i64>, walk: &mut Walk<'_>) -> Result<bool, Wrong> {
    *number = Some(walk.integer()?);
    Ok(true)
}

fn length(number: Option<i64>, wrong: Wrong) -> Result<usize, Wrong> {
    number.and_then(|number| usize::try_from(number).ok()).ok_or(wrong)
}

/// All values of a column, with those that are absent: as many as there is room for.
///
/// # Errors
/// Where they are others, or take more room.
pub(crate) fn values(
    bytes: &[u8],
    compression: Compression,
    shape: Shape,
    room: &mut Room,
) -> Result<Vec<Option<Bytes>>, Wrong> {
    let (mut walk, mut found) = (Walk::new(bytes), Vec::with_capacity(room.values));
    let mut dictionary: Option<Vec<Bytes>> = None;
    while !walk.rest().is_empty() {
        let header = Header::read(&mut walk)?;
        let compressed = length(header.compressed, "a page does not say how long it is")?;
        let (page, rest) = walk.rest().split_at_checked(compressed).ok_or(SHORT)?;
        walk = Walk::new(rest);
        let page = decompressed(
            page,
            length(header.length, "a page does not say how long it is")?,
            compression,
            room,
        )?;
        let count = length(header.values, "a page does not say how many values it has")?;
        match (header.kind, header.encoding) {
            (Some(DICTIONARY_PAGE), Some(PLAIN | PLAIN_DICTIONARY)) => {
                if dictionary.is_some() || !found.is_empty() || count > room.values {
                    return Err("a dictionary is too long, or not at the beginning of its column");
                }
                dictionary = Some(plain(&page, shape.width, count)?);
            }
            (Some(DATA_PAGE), Some(encoding)) => {
                if count > room.values - found.len() {
                    return Err("a column has more values than there are events");
                }
                let (present, page) = present(&page, shape, header.levels, count)?;
                let there = present.iter().filter(|is_there| **is_there).count();
                let read = match (encoding, &dictionary) {
                    (PLAIN, _) => plain(&page, shape.width, there)?,
                    (RLE_DICTIONARY | PLAIN_DICTIONARY, Some(dictionary)) => {
                        looked_up(&page, dictionary, there)?
                    }
                    _ => {
                        return Err(
                            "a page is of an encoding that no archive has, or its dictionary is missing",
                        );
                    }
                };
                let mut read = read.into_iter();
                found.extend(present.into_iter().map(|is_there| if is_there { read.next() } else { None }));
            }
            _ => return Err("a page is of a type that no archive has"),
        }
    }
    if found.len() == room.values {
        Ok(found)
    } else {
        Err("a column has fewer values than there are events")
    }
}

fn decompressed(
    page: &[u8],
    length: usize,
    compression: Compression,
    room: &mut Room,
) -> Result<Bytes, Wrong> {
    room.bytes =
        room.bytes.checked_sub(length).ok_or("a row group has more bytes than any of the archive")?;
    let bytes = match compression {
        Compression::UNCOMPRESSED => page.to_vec(),
        // No more is taken than is said, and counted.
        Compression::ZSTD(_) if length > 0 => zstd::bulk::decompress(page, length)
            .map_err(|_| "a page cannot be decompressed to the length that it says")?,
        Compression::ZSTD(_) => Vec::new(),
        _ => return Err("it is compressed as no archive is"),
    };
    if bytes.len() == length { Ok(bytes.into()) } else { Err("a page has another length than it says") }
}

/// Which of the values of a page are there, and the bytes of these.
fn present(
    page: &Bytes,
    shape: Shape,
    encoding: Option<i64>,
    count: usize,
) -> Result<(Vec<bool>, Bytes), Wrong> {
    if !shape.is_optional {
        return Ok((vec![true; count], page.clone()));
    }
    if encoding != Some(RLE) {
        return Err("a page says in no known way which of its values are there");
    }
    let (length, rest) = page.split_first_chunk().ok_or(SHORT)?;
    let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|_| SHORT)?;
    let (levels, values) = rest.split_at_checked(length).ok_or(SHORT)?;
    let levels = hybrid(levels, 1, count)?;
    Ok((levels.into_iter().map(|level| level > 0).collect(), page.slice_ref(values)))
}

/// So many values, one behind the other.
fn plain(page: &Bytes, width: Option<usize>, count: usize) -> Result<Vec<Bytes>, Wrong> {
    let (mut rest, mut found) = (page.as_ref(), Vec::with_capacity(count));
    for _ in 0..count {
        let (length, behind) = match width {
            Some(width) => (width, rest),
            None => {
                let (length, behind) = rest.split_first_chunk().ok_or(SHORT)?;
                (usize::try_from(u32::from_le_bytes(*length)).map_err(|_| SHORT)?, behind)
            }
        };
        let (value, behind) = behind.split_at_checked(length).ok_or(SHORT)?;
        found.push(page.slice_ref(value));
        rest = behind;
    }
    Ok(found)
}

/// So many values, of which the page has the places in a dictionary.
fn looked_up(page: &[u8], dictionary: &[Bytes], count: usize) -> Result<Vec<Bytes>, Wrong> {
    let (width, places) = page.split_first().ok_or(SHORT)?;
    let value = |place: u32| {
        let found = usize::try_from(place).ok().and_then(|place| dictionary.get(place));
        found.cloned().ok_or("a value is not in its dictionary")
    };
    hybrid(places, u32::from(*width), count)?.into_iter().map(value).collect()
}

/// So many numbers of a width in bits, in runs: of the same number, or of packed ones
/// ([RLE/bit-packing hybrid](https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE)).
fn hybrid(mut bytes: &[u8], width: u32, count: usize) -> Result<Vec<u32>, Wrong> {
    if width > 32 {
        return Err("a page has places of too many bits");
    }
    let mut found = Vec::with_capacity(count);
    while found.len() < count {
        let mut head = 0_u64;
        for shift in (0..35).step_by(7) {
            let (byte, rest) = bytes.split_first().ok_or(SHORT)?;
            bytes = rest;
            head |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let (run, left) = (head >> 1, count - found.len());
        if head & 1 == 0 {
            let (value, rest) = bytes.split_at_checked(width.div_ceil(8) as usize).ok_or(SHORT)?;
            bytes = rest;
            let value = value.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte));
            found.extend(std::iter::repeat_n(value, usize::try_from(run).unwrap_or(usize::MAX).min(left)));
        } else {
            // Eight numbers take as many bytes as one has bits; of the last run, the end may be left out.
            let length = usize::try_from(run.saturating_mul(u64::from(width))).unwrap_or(usize::MAX);
            let packed = bytes.split_at_checked(length);
            let (packed, rest) = packed.unwrap_or((bytes, &[]));
            bytes = rest;
            let numbers = usize::try_from(run.saturating_mul(8)).unwrap_or(usize::MAX).min(left);
            for number in 0..numbers {
                found.push(unpacked(packed, number, width).ok_or(SHORT)?);
            }
        }
    }
    Ok(found)
}

/// A number of so many bits, which stand from the lowest on.
fn unpacked(bytes: &[u8], place: usize, width: u32) -> Option<u32> {
    let mut value = 0_u64;
    let first = place.checked_mul(width as usize)?;
    for bit in 0..width as usize {
        let at = first.checked_add(bit)?;
        let byte = bytes.get(at / 8)?;
        value |= u64::from(byte >> (at % 8) & 1) << bit;
    }
    u32::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_of_one_number_or_of_packed_ones() {
        // Eight times 3, and 0 to 7 in three bits each, as the format's description has them.
        let bytes = [8 << 1, 3, (1 << 1) | 1, 0b1000_1000, 0b1100_0110, 0b1111_1010];
        let found = hybrid(&bytes, 3, 16).unwrap();
        assert_eq!(found, [[3; 8], [0, 1, 2, 3, 4, 5, 6, 7]].concat());
        assert_eq!(hybrid(&bytes, 3, 17), Err(SHORT));
        assert_eq!(hybrid(&[200, 1], 0, 4), Ok(vec![0; 4]));
        assert_eq!(hybrid(&[0, 0, 0, 0], 8, 4), Err(SHORT), "runs of nothing end with the bytes");
        assert_eq!(hybrid(&[3], 33, 1), Err("a page has places of too many bits"));
        let most = [0xff, 0xff, 0xff, 0xff, 0x0f];
        assert_eq!(hybrid(&most, 32, 4_096), Err(SHORT), "no more is taken than is there");
    }
}

//! The bytes of a segment: a header that says which one it is, then frames, each of which holds the records that were
//! flushed together.
//!
//! All numbers are little-endian. A header is the file's first 64 bytes: magic, the segment's number, the number of the
//! segment before it and where that one ended, the segment's nonce, the database that it belongs to, and their CRC-32. A
//! frame is magic, the low half of the segment's number, its nonce, the length of what follows and a CRC-32 over the segment's
//! number and nonce, the frame's place, the length and what follows: what another segment left in a file that is used again
//! is never believed, even where a disk made its number be used twice, and neither is what stands at another place. A record
//! is a length and as many bytes: the text of an event, as it comes into the log.

use crc32fast::Hasher;

use crate::log::split_text;

/// The bytes of a header.
pub(crate) const HEADER: u64 = 64;
/// The bytes of a frame before its records.
pub(crate) const FRAME: usize = 24;
/// Ends with the number of this format.
const HEADER_MAGIC: [u8; 8] = *b"CMSEG\xff\x00\x03";
/// 0xFF never occurs in text, so that nobody who is recorded can write a beginning of a frame.
const FRAME_MAGIC: [u8; 4] = [0xff, b'c', 0xff, b'f'];
/// The bytes of a header that its checksum is about.
const CHECKED: usize = 48;

/// A place in the row of all segments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// The segment's number; 0 is none.
    pub(crate) segment: u64,
    /// The byte in it.
    pub(crate) offset: u64,
}

/// What every frame of a segment says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The segment's number, from 1; rises with each.
    pub(crate) segment: u64,
    /// A random number: another segment has another one, whatever its number.
    pub(crate) nonce: u64,
}

/// Which segment a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) mark: Mark,
    /// The database into which its decisions come.
    pub(crate) database: u64,
    /// Where the one before it ended: what stands behind that was not acknowledged.
    pub(crate) before: Place,
}

/// Where the bytes of a segment are not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Damage {
    /// The byte at which it begins.
    pub(crate) offset: u64,
}

impl Head {
    pub(crate) fn bytes(&self) -> [u8; HEADER as usize] {
        let mut bytes = [0; HEADER as usize];
        let Head { mark, database, before } = *self;
        let numbers =
            [mark.segment, before.segment, before.offset, mark.nonce, database].map(u64::to_le_bytes);
        let written = [&HEADER_MAGIC[..], numbers.as_flattened()].concat();
        let sum = crc32fast::hash(&written).to_le_bytes();
        for (place, byte) in bytes.iter_mut().zip(written.iter().chain(&sum)) {
            *place = *byte;
        }
        bytes
    }

    /// The header of a file that begins with these bytes; none where there is none, or it is not whole.
    pub(crate) fn read(bytes: &[u8]) -> Option<Head> {
        let (checked, rest) = bytes.get(..HEADER as usize)?.split_at_checked(CHECKED)?;
        let numbers = checked.strip_prefix(&HEADER_MAGIC)?;
        let mut rest = Fields(rest);
        if rest.u32()? != crc32fast::hash(checked) {
            return None;
        }
        let mut fields = Fields(numbers);
        let segment = fields.u64()?;
        let before = Place { segment: fields.u64()?, offset: fields.u64()? };
        let (nonce, database) = (fields.u64()?, fields.u64()?);
        (segment > 0).then_some(Head { mark: Mark { segment, nonce }, database, before })
    }

    /// Whether a file begins with these bytes that another version of Casemate wrote, in a format of its own.
    pub(crate) fn is_of_another_format(bytes: &[u8]) -> bool {
        let [name @ .., _] = HEADER_MAGIC;
        bytes.starts_with(&name) && !bytes.starts_with(&HEADER_MAGIC)
    }
}

impl Mark {
    /// What its frames begin with.
    fn bytes(self) -> [u8; 16] {
        let mut bytes = [0; 16];
        let written = [&FRAME_MAGIC[..], &low(self.segment), &self.nonce.to_le_bytes()].concat();
        for (place, byte) in bytes.iter_mut().zip(written) {
            *place = byte;
        }
        bytes
    }
}

/// Makes a frame of bytes that begin with [`FRAME`] bytes of room, for its place in a segment.
pub(crate) fn seal(frame: &mut [u8], mark: Mark, offset: u64) {
    let Some((head, records)) = frame.split_at_mut_checked(FRAME) else { return };
    let length = u32::try_from(records.len()).unwrap_or(u32::MAX);
    let sum = checksum(mark, offset, length, records);
    let written = mark.bytes().into_iter().chain(length.to_le_bytes()).chain(sum.to_le_bytes());
    for (byte, written) in head.iter_mut().zip(written) {
        *byte = written;
    }
}

/// The records of the frame of a segment at a place of it, where `bytes` begin there and hold a whole one.
pub(crate) fn frame_at(bytes: &[u8], mark: Mark, offset: u64) -> Option<&[u8]> {
    let (head, rest) = bytes.split_at_checked(FRAME)?;
    let mut fields = Fields(head.strip_prefix(&mark.bytes())?);
    let (length, sum) = (fields.u32()?, fields.u32()?);
    let records = rest.get(..usize::try_from(length).ok()?)?;
    (length > 0 && checksum(mark, offset, length, records) == sum).then_some(records)
}

/// Where a segment ends of which `bytes` are the whole file, from the frame at `offset` on. `end` is where it is known to end;
/// where that is not known, it ends at the first frame that is not whole, which the last one may be: nobody was told that it
/// is. A frame behind one that is not whole was acknowledged, and so was that one.
pub(crate) fn end(bytes: &[u8], mark: Mark, mut offset: u64, end: Option<u64>) -> Result<u64, Damage> {
    loop {
        if end == Some(offset) {
            return Ok(offset);
        }
        let rest = usize::try_from(offset).ok().and_then(|start| bytes.get(start..)).unwrap_or_default();
        match frame_at(rest, mark, offset) {
            Some(records) => offset += (FRAME + records.len()) as u64,
            None if end.is_none() && !is_followed(rest, mark, offset) => return Ok(offset),
            None => return Err(Damage { offset }),
        }
        if end.is_some_and(|end| offset > end) {
            return Err(Damage { offset });
        }
    }
}

/// Whether a frame of the segment begins at a place up to which all are whole.
pub(crate) fn is_torn(bytes: &[u8], mark: Mark, offset: u64) -> bool {
    let rest = usize::try_from(offset).ok().and_then(|start| bytes.get(start..));
    rest.is_some_and(|rest| rest.starts_with(&mark.bytes()))
}

/// The low half of the number of the segment, and its nonce, that the frame says it is in with which `bytes` begin.
pub(crate) fn said_at(bytes: &[u8]) -> Option<(u32, u64)> {
    let mut fields = Fields(bytes.strip_prefix(&FRAME_MAGIC)?);
    Some((fields.u32()?, fields.u64()?))
}

/// How many bytes the frame has, as it says, with which `bytes` begin.
pub(crate) fn length_at(bytes: &[u8]) -> Option<u64> {
    let mut fields = Fields(bytes.strip_prefix(&FRAME_MAGIC)?);
    let (_, _, length) = (fields.u32()?, fields.u64()?, fields.u32()?);
    Some(FRAME as u64 + u64::from(length))
}

/// Whether a whole frame stands anywhere behind a place, at which `rest` begins.
fn is_followed(rest: &[u8], mark: Mark, offset: u64) -> bool {
    memchr::memmem::find_iter(rest, &mark.bytes()).any(|start| {
        rest.get(start..).is_some_and(|rest| frame_at(rest, mark, offset + start as u64).is_some())
    })
}

/// The records of a frame, in the order in which they were written: texts of events. What is none ends them.
pub(crate) fn records(records: &[u8]) -> impl Iterator<Item = Option<&str>> {
    let mut rest = records;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let record = split_text(rest);
        rest = record.map_or(&[], |(_, behind)| behind);
        Some(record.and_then(|(text, _)| std::str::from_utf8(text).ok()))
    })
}

fn checksum(mark: Mark, offset: u64, length: u32, records: &[u8]) -> u32 {
    let mut hasher = Hasher::new();
    hasher.update([mark.segment, mark.nonce, offset].map(u64::to_le_bytes).as_flattened());
    hasher.update(&length.to_le_bytes());
    hasher.update(records);
    hasher.finalize()
}

/// The low half of a segment's number, which tells most frames of other segments without a checksum.
fn low(segment: u64) -> [u8; 4] {
    (segment as u32).to_le_bytes()
}

/// Bytes that are read from the front.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn u32(&mut self) -> Option<u32> {
        self.take().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.take().map(u64::from_le_bytes)
    }
}

/// What the bytes of a file of a segment hold, as recovery reads it: how many records are whole, or where it is damaged. For
/// whoever tries what it does with any bytes.
///
/// # Errors
/// The byte at which they are not what was written.
pub fn read_segment(bytes: &[u8]) -> Result<u64, u64> {
    let Some(head) = Head::read(bytes) else { return Ok(0) };
    let (mark, mut offset, mut count) = (head.mark, HEADER, 0);
    let end = end(bytes, mark, offset, None).map_err(|damage| damage.offset)?;
    while offset < end {
        let rest = usize::try_from(offset).ok().and_then(|start| bytes.get(start..));
        let frame = rest.and_then(|rest| frame_at(rest, mark, offset)).ok_or(offset)?;
        for record in records(frame) {
            record.ok_or(offset)?;
            count += 1;
        }
        offset += (FRAME + frame.len()) as u64;
    }
    Ok(count)
}

#[cfg(test)]
mod tests;

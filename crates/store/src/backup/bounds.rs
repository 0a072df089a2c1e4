//! What rows of a backup may hold at most. Whoever has the recipient of a backup can seal one: what stands in it is read by this process,
//! and by servers once it is restored, which take what they find as what they wrote.

use casemate_audit::note::MAX_NOTE;
use casemate_audit::tile::WIDTH;

use super::tables::{Cell, Table};

/// The longest line that says what stands before or behind rows, in bytes.
pub(super) const MAX_HEAD: usize = 256 << 10;
/// The most values of a row: more than any table has columns.
pub(super) const MAX_VALUES: usize = 64;
/// The most bytes of a part of a block, and the most parts.
const MAX_PART: usize = 4 << 20;
const MAX_PARTS: i64 = 256;
/// No log has more blocks, or indexes, so that nothing that is made of their numbers is too large.
const MAX_BLOCKS: i64 = 1 << 48;
const MAX_EVENTS: i64 = MAX_BLOCKS << 8;
/// The most events of a row group of the archive, and the most row groups of a file.
const MAX_GROUP: i64 = 1 << 20;
/// The longest name of a file of the archive.
const MAX_NAME: usize = 255;

/// Whether a row is one that a server could have written, as far as what reads it depends on it.
pub(super) fn is_within(table: &Table, cells: &[Cell]) -> bool {
    let number = |place: usize, most: i64| match cells.get(place) {
        Some(Cell::Integer(Some(number))) => (0..=most).contains(number),
        _ => false,
    };
    let bytes = |place: usize, most: usize| match cells.get(place) {
        Some(Cell::Bytes(Some(bytes))) => bytes.len() <= most,
        _ => false,
    };
    let text = |place: usize| match cells.get(place) {
        Some(Cell::Text(Some(text))) => text.as_str(),
        _ => "",
    };
    match table.name {
        "audit_block" => number(0, MAX_BLOCKS),
        "audit_payload" => number(0, MAX_BLOCKS) && number(1, MAX_PARTS) && bytes(2, MAX_PART),
        "audit_tail" => {
            let is_empty = matches!(cells.get(1), Some(Cell::Integer(Some(0))));
            number(0, MAX_EVENTS) && number(1, WIDTH.cast_signed()) && !is_empty
        }
        "audit_checkpoint" => number(0, MAX_EVENTS) && text(2).len() <= MAX_NOTE,
        "audit_shelf" => {
            number(0, MAX_EVENTS) && number(1, MAX_GROUP) && is_of_archive(text(2)) && number(3, MAX_GROUP)
        }
        "audit_shelf_former" => is_of_archive(text(0)),
        _ => true,
    }
}

/// Whether it is the name of a file as the archive calls its own: others are neither read nor deleted.
fn is_of_archive(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    name.len() <= MAX_NAME
        && name.starts_with("audit-")
        && name.ends_with(".parquet")
        && name.bytes().all(is_plain)
}

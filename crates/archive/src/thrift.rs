//! What a file says of itself in Thrift's compact form, walked through without making anything of it: the library that reads it
//! takes memory for as many things as it says there are.

/// How deep things may be in one another.
const DEEPEST: u32 = 16;
/// The most elements of any list but that of row groups: there is a schema of some thirty columns.
const MOST: u64 = 64;
/// The most row groups of a file.
pub(crate) const MOST_GROUPS: u64 = 4_096;

/// What is wrong with it.
pub(crate) type Wrong = &'static str;

const SHORT: Wrong = "it ends within what it says of itself";

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A yes or no, which stands with the type.
    Bool,
    Byte,
    Integer,
    Double,
    Binary,
    List,
    Map,
    Struct,
    Uuid,
}

impl Kind {
    fn of(code: u8) -> Result<Kind, Wrong> {
        Ok(match code {
            1 | 2 => Kind::Bool,
            3 => Kind::Byte,
            4..=6 => Kind::Integer,
            7 => Kind::Double,
            8 => Kind::Binary,
            9 | 10 => Kind::List,
            11 => Kind::Map,
            12 => Kind::Struct,
            13 => Kind::Uuid,
            _ => return Err("it has a value of no known type"),
        })
    }
}

/// What members of a struct there are, by number, and of which kind each is. The library goes by the number alone: one that is said to be
/// of another kind is walked through otherwise here than it is read there.
struct Shape(&'static [(i64, Kind, Inside)]);

/// What is in a member.
#[derive(Clone, Copy)]
enum Inside {
    Plain,
    Members(&'static Shape),
    /// A list, of elements of this kind.
    Each(Kind, Option<&'static Shape>),
}

use Inside::{Each, Members, Plain};
use Kind::{Binary, Bool, Integer, List, Struct};

const STATISTICS: Shape = Shape(&[
    (1, Binary, Plain),
    (2, Binary, Plain),
    (3, Integer, Plain),
    (4, Integer, Plain),
    (5, Binary, Plain),
    (6, Binary, Plain),
    (7, Bool, Plain),
    (8, Bool, Plain),
]);
const SIZES: Shape =
    Shape(&[(1, Integer, Plain), (2, List, Each(Integer, None)), (3, List, Each(Integer, None))]);
const PAGE_COUNTS: Shape = Shape(&[(1, Integer, Plain), (2, Integer, Plain), (3, Integer, Plain)]);
const SAID: Shape = Shape(&[(1, Binary, Plain), (2, Binary, Plain)]);
const COLUMN: Shape = Shape(&[
    (1, Integer, Plain),
    (2, List, Each(Integer, None)),
    (3, List, Each(Binary, None)),
    (4, Integer, Plain),
    (5, Integer, Plain),
    (6, Integer, Plain),
    (7, Integer, Plain),
    (8, List, Each(Struct, Some(&SAID))),
    (9, Integer, Plain),
    (10, Integer, Plain),
    (11, Integer, Plain),
    (12, Struct, Members(&STATISTICS)),
    (13, List, Each(Struct, Some(&PAGE_COUNTS))),
    (14, Integer, Plain),
    (15, Integer, Plain),
    (16, Struct, Members(&SIZES)),
]);
const CHUNK: Shape = Shape(&[
    (1, Binary, Plain),
    (2, Integer, Plain),
    (3, Struct, Members(&COLUMN)),
    (4, Integer, Plain),
    (5, Integer, Plain),
    (6, Integer, Plain),
    (7, Integer, Plain),
]);
const SORTED_BY: Shape = Shape(&[(1, Integer, Plain), (2, Bool, Plain), (3, Bool, Plain)]);
const ROW_GROUP: Shape = Shape(&[
    (1, List, Each(Struct, Some(&CHUNK))),
    (2, Integer, Plain),
    (3, Integer, Plain),
    (4, List, Each(Struct, Some(&SORTED_BY))),
    (5, Integer, Plain),
    (6, Integer, Plain),
    (7, Integer, Plain),
]);
const SCHEMA: Shape = Shape(&[
    (1, Integer, Plain),
    (2, Integer, Plain),
    (3, Integer, Plain),
    (4, Binary, Plain),
    (5, Integer, Plain),
    (6, Integer, Plain),
    (7, Integer, Plain),
    (8, Integer, Plain),
    (9, Integer, Plain),
    (10, Struct, Plain),
]);
const ORDER: Shape = Shape(&[(1, Struct, Plain)]);
/// The number of the row groups in what a file says at its end.
const ROW_GROUPS: i64 = 4;
const FILE: Shape = Shape(&[
    (1, Integer, Plain),
    (2, List, Each(Struct, Some(&SCHEMA))),
    (3, Integer, Plain),
    (ROW_GROUPS, List, Each(Struct, Some(&ROW_GROUP))),
    (5, List, Each(Struct, Some(&SAID))),
    (6, Binary, Plain),
    (7, List, Each(Struct, Some(&ORDER))),
]);

/// A place in what it says.
#[derive(Debug)]
pub(crate) struct Walk<'b> {
    rest: &'b [u8],
}

impl<'b> Walk<'b> {
    pub(crate) fn new(bytes: &'b [u8]) -> Walk<'b> {
        Walk { rest: bytes }
    }

    /// What stands behind what was walked through.
    pub(crate) fn rest(&self) -> &'b [u8] {
        self.rest
    }

    fn take(&mut self, length: usize) -> Result<&'b [u8], Wrong> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(SHORT)?;
        self.rest = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, Wrong> {
        let (byte, rest) = self.rest.split_first().ok_or(SHORT)?;
        self.rest = rest;
        Ok(*byte)
    }

    fn unsigned(&mut self) -> Result<u64, Wrong> {
        let mut number = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err("it has a number of too many bytes")
    }

    /// A number.
    pub(crate) fn integer(&mut self) -> Result<i64, Wrong> {
        let number = self.unsigned()?;
        Ok((number >> 1).cast_signed() ^ -((number & 1).cast_signed()))
    }

    /// Walks through the members of a struct: `each` is told the number and the type of each, and answers whether it walked through it.
    pub(crate) fn members(
        &mut self,
        mut each: impl FnMut(&mut Walk<'b>, i64, Kind) -> Result<bool, Wrong>,
    ) -> Result<(), Wrong> {
        self.members_at(0, &mut each)
    }

    fn members_at(
        &mut self,
        depth: u32,
        each: &mut dyn FnMut(&mut Walk<'b>, i64, Kind) -> Result<bool, Wrong>,
    ) -> Result<(), Wrong> {
        let mut last = 0_i64;
        loop {
            let head = self.byte()?;
            if head & 0x0f == 0 {
                return Ok(());
            }
            let kind = Kind::of(head & 0x0f)?;
            last = match head >> 4 {
                0 => self.integer()?,
                delta => last.saturating_add(i64::from(delta)),
            };
            if !each(self, last, kind)? {
                self.skip(kind, depth)?;
            }
        }
    }

    /// Walks through a value.
    fn skip(&mut self, kind: Kind, depth: u32) -> Result<(), Wrong> {
        if depth >= DEEPEST {
            return Err("what it says of itself is nested too deep");
        }
        match kind {
            Kind::Bool => {}
            Kind::Byte => drop(self.byte()?),
            Kind::Integer => drop(self.unsigned()?),
            Kind::Double => drop(self.take(8)?),
            Kind::Uuid => drop(self.take(16)?),
            Kind::Binary => {
                let length = self.unsigned()?;
                self.take(usize::try_from(length).map_err(|_| SHORT)?)?;
            }
            Kind::List => self.list(MOST, depth, None)?,
            Kind::Map => {
                let entries = self.unsigned()?;
                if entries > MOST {
                    return Err("a list in it is too long");
                }
                let kinds = if entries > 0 { self.byte()? } else { 0x11 };
                for _ in 0..entries {
                    self.element(Kind::of(kinds >> 4)?, depth)?;
                    self.element(Kind::of(kinds & 0x0f)?, depth)?;
                }
            }
            Kind::Struct => self.members_at(depth + 1, &mut |_, _, _| Ok(false))?,
        }
        Ok(())
    }

    /// Walks through a struct of a shape; `most` is how many elements its lists may have.
    fn shaped(&mut self, shape: &Shape, most: fn(i64) -> u64, depth: u32) -> Result<(), Wrong> {
        if depth >= DEEPEST {
            return Err("what it says of itself is nested too deep");
        }
        self.members_at(depth, &mut |walk, member, kind| {
            let Some((_, wanted, inside)) = shape.0.iter().find(|(number, ..)| *number == member) else {
                return Ok(false);
            };
            if kind != *wanted {
                return Err("a value in it is of another type than it ought to be");
            }
            match inside {
                Plain => return Ok(false),
                Members(shape) => walk.shaped(shape, |_| MOST, depth + 1)?,
                Each(kind, shape) => walk.list(most(member), depth, Some((*kind, *shape)))?,
            }
            Ok(true)
        })
    }

    /// Walks through a list of at most so many elements, all of a kind and shape where that is said.
    fn list(
        &mut self,
        most: u64,
        depth: u32,
        of: Option<(Kind, Option<&'static Shape>)>,
    ) -> Result<(), Wrong> {
        let head = self.byte()?;
        if head == 0 {
            return Ok(());
        }
        let kind = Kind::of(head & 0x0f)?;
        let count = match head >> 4 {
            15 => self.unsigned()?,
            count => u64::from(count),
        };
        if count > most {
            return Err("a list in it is too long");
        }
        if of.is_some_and(|(wanted, _)| kind != wanted) && count > 0 {
            return Err("a value in it is of another type than it ought to be");
        }
        for _ in 0..count {
            match of {
                Some((_, Some(shape))) => self.shaped(shape, |_| MOST, depth + 1)?,
                _ => self.element(kind, depth)?,
            }
        }
        Ok(())
    }

    fn element(&mut self, kind: Kind, depth: u32) -> Result<(), Wrong> {
        // Within lists, a yes or no is a byte of its own.
        let kind = if kind == Kind::Bool { Kind::Byte } else { kind };
        self.skip(kind, depth + 1)
    }
}

/// Walks through what a file says at its end: `FileMetaData` of Parquet's format.
///
/// # Errors
/// Where it is none, or speaks of more than any file of the archive has.
pub(crate) fn check_footer(bytes: &[u8]) -> Result<(), Wrong> {
    let mut walk = Walk::new(bytes);
    walk.shaped(&FILE, |member| if member == ROW_GROUPS { MOST_GROUPS } else { MOST }, 0)?;
    match walk.rest() {
        [] => Ok(()),
        _ => Err("something stands behind what it says of itself"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A struct with one member: a list of so many elements of a type.
    fn list(member: u8, count: u8, kind: u8) -> Vec<u8> {
        vec![member << 4 | 9, 0xf0 | kind, count]
    }

    #[test]
    fn what_speaks_of_too_much_is_refused_before_it_is_there() {
        assert_eq!(check_footer(&[0]), Ok(()));
        assert_eq!(check_footer(&[]), Err(SHORT));
        let of_structs = |member, count: u8| {
            let mut bytes = list(member, count, 12);
            bytes.extend(vec![0; usize::from(count) + 1]);
            bytes
        };
        assert_eq!(check_footer(&of_structs(2, 64)), Ok(()));
        assert_eq!(check_footer(&of_structs(2, 65)), Err("a list in it is too long"));
        assert_eq!(check_footer(&of_structs(4, 100)), Ok(()), "there may be more row groups");
        let huge = [0x49, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f];
        assert_eq!(check_footer(&huge), Err("a list in it is too long"));
        assert_eq!(
            check_footer(&[0x88, 0xff, 0xff, 0x03]),
            Err(SHORT),
            "a text that is longer than all of it"
        );
        assert_eq!(check_footer(&[0x8f; 40]), Err("it has a value of no known type"));
    }

    #[test]
    fn what_is_said_to_be_of_another_type_is_not_taken_for_it() {
        let other = Err("a value in it is of another type than it ought to be");
        // Row groups as a number: whoever goes by the member's own number reads a list of very many.
        assert_eq!(check_footer(&[0x46, 0xfc, 0xff, 0xff, 0xff, 0x0f, 0]), other);
        assert_eq!(check_footer(&list(4, 1, 3)), other, "row groups are structs");
        // A row group whose columns are a text.
        assert_eq!(check_footer(&[0x49, 0x1c, 0x18, 0x01, 0x00, 0x00, 0x00]), other);
        let behind = Err("something stands behind what it says of itself");
        assert_eq!(check_footer(&[0, 0]), behind);
    }

    #[test]
    fn nothing_is_nested_without_end() {
        // Of a member that nobody knows.
        let structs = [vec![0x9c], vec![0x1c; 100_000]].concat();
        assert_eq!(check_footer(&structs), Err("what it says of itself is nested too deep"));
        let lists = [vec![0x99], vec![0x19; 100_000]].concat();
        assert_eq!(check_footer(&lists), Err("what it says of itself is nested too deep"));
    }
}

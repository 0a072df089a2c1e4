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
            Kind::List => self.list(MOST, depth)?,
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

    /// Walks through a list of at most so many elements.
    fn list(&mut self, most: u64, depth: u32) -> Result<(), Wrong> {
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
        for _ in 0..count {
            self.element(kind, depth)?;
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
    const ROW_GROUPS: i64 = 4;
    Walk::new(bytes).members(|walk, member, kind| {
        let is_groups = member == ROW_GROUPS && kind == Kind::List;
        if is_groups {
            walk.list(MOST_GROUPS, 0)?;
        }
        Ok(is_groups)
    })
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
        let of_bytes = |member, count: u8| {
            let mut bytes = list(member, count, 3);
            bytes.extend(vec![7; usize::from(count) + 1]);
            *bytes.last_mut().unwrap() = 0;
            bytes
        };
        assert_eq!(check_footer(&of_bytes(2, 64)), Ok(()));
        assert_eq!(check_footer(&of_bytes(2, 65)), Err("a list in it is too long"));
        assert_eq!(check_footer(&of_bytes(4, 100)), Ok(()), "there may be more row groups");
        let huge = [0x49, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x0f];
        assert_eq!(check_footer(&huge), Err("a list in it is too long"));
        assert_eq!(
            check_footer(&[0x18, 0xff, 0xff, 0x03]),
            Err(SHORT),
            "a text that is longer than all of it"
        );
        assert_eq!(check_footer(&[0x1f; 40]), Err("it has a value of no known type"));
    }

    #[test]
    fn nothing_is_nested_without_end() {
        let structs = vec![0x1c; 100_000];
        assert_eq!(check_footer(&structs), Err("what it says of itself is nested too deep"));
        let lists = [vec![0x19], vec![0x19; 100_000]].concat();
        assert_eq!(check_footer(&lists), Err("what it says of itself is nested too deep"));
    }
}

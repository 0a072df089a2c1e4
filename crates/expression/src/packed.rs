//! Values packed into twelve bytes each, their text in an arena that they share.
//!
//! A set of permissions holds many small values; a pointer and an allocation for each would cost several times the
//! JSON they came from.

use crate::datum::Datum;
use crate::scope::SHORT_LIST;
use crate::value::{List, Value, same};

/// One packed value. It means something only beside the [`Arena`] it was packed into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packed {
    kind: Kind,
    first: u32,
    second: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Null,
    Bool,
    Int,
    Double,
    /// `first`: offset, `second`: length of the text.
    String,
    /// `first`: index of the first element, `second`: their number.
    List,
    /// An object, or a list of lists: handed to applications as JSON, never computed with.
    Opaque,
}

/// Where packed values keep their text and their elements.
#[derive(Clone, Copy, Debug)]
pub struct Arena<'a> {
    /// The text all strings lie in.
    pub text: &'a str,
    /// The elements all lists lie in.
    pub elements: &'a [Packed],
}

/// A packed list with its arena.
#[derive(Clone, Copy, Debug)]
pub struct PackedList<'a> {
    arena: &'a Arena<'a>,
    first: u32,
    length: u32,
}

impl<'a> PackedList<'a> {
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.items().len()
    }

    #[inline]
    fn items(&self) -> &'a [Packed] {
        let range = self.first as usize..self.first as usize + self.length as usize;
        self.arena.elements.get(range).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn get(&self, index: usize) -> Option<Value<'a>> {
        Some(self.items().get(index)?.value(self.arena))
    }

    /// Whether a text is in it; `None` where an element before it is no text.
    #[inline]
    pub(crate) fn find_text(&self, text: &str) -> Option<bool> {
        let arena = self.arena.text.as_bytes();
        for item in self.items() {
            if item.kind != Kind::String {
                return None;
            }
            let start = item.first as usize;
            if item.second as usize == text.len()
                && arena.get(start..start + text.len()).is_some_and(|item| same(item, text.as_bytes()))
            {
                return Some(true);
            }
        }
        Some(false)
    }
}

/// The arena is full: its offsets have 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the values of one set take more than 4 GiB: split the set")]
pub struct ArenaFull;

impl Packed {
    /// Packs a datum; `text_of` puts a text into the arena's text and answers its offset.
    ///
    /// # Errors
    /// When an offset or length does not fit 32 bits.
    pub fn pack(
        datum: &Datum,
        elements: &mut Vec<Packed>,
        text_of: &mut dyn FnMut(&str) -> Option<u32>,
    ) -> Result<Packed, ArenaFull> {
        let of_bits = |kind, bits: u64| {
            #[allow(clippy::cast_possible_truncation)]
            Packed { kind, first: (bits >> 32) as u32, second: bits as u32 }
        };
        Ok(match datum {
            Datum::Null => of_bits(Kind::Null, 0),
            Datum::Bool(value) => of_bits(Kind::Bool, u64::from(*value)),
            Datum::Int(value) => of_bits(Kind::Int, value.cast_unsigned()),
            Datum::Double(value) => of_bits(Kind::Double, value.to_bits()),
            Datum::String(text) => Packed {
                kind: Kind::String,
                first: text_of(text).ok_or(ArenaFull)?,
                second: u32::try_from(text.len()).map_err(|_| ArenaFull)?,
            },
            Datum::List(items)
                if items.iter().all(|item| !matches!(item, Datum::List(_) | Datum::Map(_))) =>
            {
                let first = u32::try_from(elements.len()).map_err(|_| ArenaFull)?;
                for item in items {
                    let packed = Packed::pack(item, elements, text_of)?;
                    elements.push(packed);
                }
                Packed { kind: Kind::List, first, second: u32::try_from(items.len()).map_err(|_| ArenaFull)? }
            }
            Datum::List(_) | Datum::Map(_) => of_bits(Kind::Opaque, 0),
        })
    }

    /// The value, borrowed from its arena. What is opaque reads as null.
    #[inline]
    pub fn value<'a>(&self, arena: &'a Arena<'a>) -> Value<'a> {
        let bits = u64::from(self.first) << 32 | u64::from(self.second);
        let range = self.first as usize..self.first as usize + self.second as usize;
        match self.kind {
            Kind::Null | Kind::Opaque => Value::Null,
            Kind::Bool => Value::Bool(bits != 0),
            Kind::Int => Value::Int(bits.cast_signed()),
            Kind::Double => Value::Double(f64::from_bits(bits)),
            Kind::String => Value::String(arena.text.get(range).unwrap_or_default()),
            Kind::List => {
                Value::List(List::packed(PackedList { arena, first: self.first, length: self.second }))
            }
        }
    }

    /// The truth value this is, if it is one.
    #[inline]
    pub fn truth(&self) -> Option<bool> {
        (self.kind == Kind::Bool).then_some(self.second != 0)
    }

    /// Whether a text is in the list this is; `None` where it is no list, a long one, or holds something else before.
    #[inline]
    pub fn lists(&self, arena: &Arena<'_>, text: &str) -> Option<bool> {
        if self.kind != Kind::List || self.second as usize > SHORT_LIST {
            return None;
        }
        PackedList { arena, first: self.first, length: self.second }.find_text(text)
    }

    /// Whether this is an object or a list of lists, which expressions cannot compute with.
    pub fn is_opaque(&self) -> bool {
        self.kind == Kind::Opaque
    }

    /// Whether this is null.
    pub fn is_null(&self) -> bool {
        self.kind == Kind::Null
    }
}

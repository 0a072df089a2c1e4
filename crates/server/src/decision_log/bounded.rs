//! JSON that is written no further than a bound: whoever asks with much is not answered later for it.

use std::io::{self, Write};

use serde::Serialize;

/// Takes so many bytes, and no more.
struct Bounded {
    bytes: Vec<u8>,
    most: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.most {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Something as JSON, where that has no more than so many bytes; no more than these are written to find out.
pub(crate) fn json(value: &impl Serialize, most: usize) -> Option<String> {
    let mut bounded = Bounded { bytes: Vec::new(), most };
    serde_json::to_writer(&mut bounded, value).ok()?;
    String::from_utf8(bounded.bytes).ok()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use serde::Serializer;

    use super::*;

    /// A list that counts how many of its members were asked for.
    struct Endless<'a>(&'a Cell<usize>);

    impl Serialize for Endless<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_seq((0..100_000).inspect(|number| self.0.set(*number)))
        }
    }

    #[test]
    fn what_is_too_long_is_written_no_further() {
        assert_eq!(json(&[1, 2], 5).as_deref(), Some("[1,2]"));
        assert_eq!(json(&[1, 2], 4), None);
        let asked = Cell::new(0);
        assert_eq!(json(&Endless(&asked), 100), None);
        assert!(asked.get() < 100, "{} were asked for", asked.get());
    }
}

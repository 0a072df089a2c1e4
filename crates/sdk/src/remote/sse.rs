//! Server-sent events, read from whatever pieces the bytes come in (WHATWG HTML, section 9.2).

use thiserror::Error;

/// The longest event, in bytes; what is longer is refused before it is kept.
const MAX_EVENT: usize = 4 << 20;

/// One event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Event {
    /// Its type; empty where it says none.
    pub(crate) kind: String,
    /// What it carries.
    pub(crate) data: String,
    /// Its id; empty where it says none.
    pub(crate) id: String,
}

/// What came is no stream of events that is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum StreamError {
    #[error("an event is longer than {MAX_EVENT} bytes")]
    TooLong,
    #[error("an event is no text")]
    NoText,
}

/// Reads events. It knows no connection and no clock.
#[derive(Debug, Default)]
pub(crate) struct Parser {
    line: Vec<u8>,
    event: Event,
    has_data: bool,
    /// The last byte was a carriage return: a line feed that follows belongs to it.
    after_return: bool,
    is_begun: bool,
}

impl Parser {
    /// Takes the next bytes, and hands out each event that they complete.
    ///
    /// # Errors
    /// Where an event is too long or no text. What follows is not to be read any more.
    pub(crate) fn push(&mut self, bytes: &[u8], mut found: impl FnMut(Event)) -> Result<(), StreamError> {
        for byte in bytes {
            let is_second = std::mem::replace(&mut self.after_return, *byte == b'\r') && *byte == b'\n';
            match byte {
                b'\n' if is_second => {}
                b'\r' | b'\n' => {
                    if let Some(event) = self.end_line()? {
                        found(event);
                    }
                }
                _ if self.line.len() + self.event.data.len() >= MAX_EVENT => {
                    return Err(StreamError::TooLong);
                }
                byte => self.line.push(*byte),
            }
        }
        Ok(())
    }

    fn end_line(&mut self) -> Result<Option<Event>, StreamError> {
        let line = std::mem::take(&mut self.line);
        let line = std::str::from_utf8(&line).map_err(|_| StreamError::NoText)?;
        let line = match std::mem::replace(&mut self.is_begun, true) {
            true => line,
            false => line.strip_prefix('\u{feff}').unwrap_or(line),
        };
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            return Ok(std::mem::take(&mut self.has_data).then_some(event));
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.event.kind),
            "data" => {
                if std::mem::replace(&mut self.has_data, true) {
                    self.event.data.push('\n');
                }
                self.event.data.push_str(value);
            }
            "id" if !value.contains('\0') => value.clone_into(&mut self.event.id),
            // Comments and how long to wait are the server's to say and not ours to keep.
            _ => {}
        }
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(pieces: &[&[u8]]) -> Result<Vec<Event>, StreamError> {
        let (mut parser, mut found) = (Parser::default(), Vec::new());
        for piece in pieces {
            parser.push(piece, |event| found.push(event))?;
        }
        Ok(found)
    }

    fn event(kind: &str, data: &str) -> Event {
        Event { kind: kind.to_owned(), data: data.to_owned(), id: String::new() }
    }

    #[test]
    fn events_are_read_as_the_specification_says() {
        let text = "\u{feff}: hello\n\nevent: change\nid: 7\ndata: {\"a\":1}\n\ndata:x\r\ndata: y\r\n\r\nevent: none\n\ndata\r\rdata: unfinished\n";
        let found = read(&[text.as_bytes()]).unwrap();
        let change = Event { id: "7".to_owned(), ..event("change", "{\"a\":1}") };
        assert_eq!(found, [change, event("", "x\ny"), event("", "")]);
    }

    #[test]
    fn what_is_too_long_or_no_text_ends_it() {
        let long = vec![b'x'; MAX_EVENT + 1];
        assert_eq!(read(&[b"data: ", &long]), Err(StreamError::TooLong));
        let many = b"data: 0123456789\n".repeat(MAX_EVENT / 10);
        assert_eq!(read(&[&many]), Err(StreamError::TooLong));
        assert_eq!(read(&[b"data: \xff\n\n"]), Err(StreamError::NoText));
    }

    proptest! {
        #[test]
        fn it_does_not_matter_in_which_pieces_it_comes(
            events in prop::collection::vec(("[a-z]{1,8}", "[ -~é]{0,40}"), 0..8),
            end in prop::sample::select(vec!["\n", "\r", "\r\n"]),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        ) {
            let text: String =
                events.iter().map(|(kind, data)| format!("event: {kind}{end}data: {data}{end}{end}")).collect();
            let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(text.len() + 1)).collect();
            places.extend([0, text.len()]);
            places.sort_unstable();
            let pieces: Vec<&[u8]> =
                places.windows(2).map(|ends| &text.as_bytes()[ends[0]..ends[1]]).collect();
            let expected: Vec<Event> = events.iter().map(|(kind, data)| event(kind, data)).collect();
            prop_assert_eq!(read(&pieces).unwrap(), expected);
        }

        #[test]
        fn whatever_comes_is_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let whole = read(&[&bytes]);
            let single: Vec<&[u8]> = bytes.chunks(1).collect();
            prop_assert_eq!(whole, read(&single));
        }
    }
}

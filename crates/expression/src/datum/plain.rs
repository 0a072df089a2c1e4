//! JSON as nearly all of it is written: texts without escapes, integers that are short, few members. Whatever is another way
//! ends this reading, and the JSON library reads the whole text: it alone says what is refused, and why. What is read here,
//! it reads the same.

use smol_str::SmolStr;

use super::{Datum, Gathered, Members, behind};

/// The longest text that is read here, in bytes: whoever writes more waits for other things.
const LONGEST: usize = 64 << 10;
/// The deepest nesting.
const DEEPEST: usize = 16;
/// The most members of an object, of which each name is compared with those before it.
const MEMBERS: usize = 16;
/// The most elements of an array.
const ELEMENTS: usize = 1_024;
/// The most digits of an integer.
const DIGITS: usize = 15;

/// The text's datum, where all of it is plain.
pub(super) fn read(text: &str) -> Option<Datum> {
    if text.len() > LONGEST {
        return None;
    }
    let mut reader = Reader { text, rest: text.as_bytes(), gathered: Gathered::new() };
    let datum = reader.value(DEEPEST)?;
    reader.token();
    reader.rest.is_empty().then_some(datum)
}

struct Reader<'t> {
    text: &'t str,
    /// What was not read yet.
    rest: &'t [u8],
    gathered: Gathered,
}

impl<'t> Reader<'t> {
    /// The first byte that is no white space, which is not read yet.
    fn token(&mut self) -> Option<u8> {
        loop {
            match self.rest {
                [b' ' | b'\n' | b'\r' | b'\t', rest @ ..] => self.rest = rest,
                [byte, ..] => return Some(*byte),
                [] => return None,
            }
        }
    }

    /// Reads this byte behind white space.
    fn take(&mut self, expected: u8) -> Option<()> {
        if self.token()? != expected {
            return None;
        }
        self.rest = self.rest.get(1..)?;
        Some(())
    }

    fn value(&mut self, depth: usize) -> Option<Datum> {
        match self.token()? {
            b'"' => self.string().map(|text| Datum::String(SmolStr::new(text))),
            b'{' => self.object(depth.checked_sub(1)?),
            b'[' => self.array(depth.checked_sub(1)?),
            b'0'..=b'9' => self.integer(),
            b't' => self.word(b"true", Datum::Bool(true)),
            b'f' => self.word(b"false", Datum::Bool(false)),
            b'n' => self.word(b"null", Datum::Null),
            _ => None,
        }
    }

    fn word(&mut self, word: &[u8], datum: Datum) -> Option<Datum> {
        self.rest = self.rest.strip_prefix(word)?;
        Some(datum)
    }

    /// An integer of few digits, without a sign: with a fraction or an exponent it is another number.
    fn integer(&mut self) -> Option<Datum> {
        let length = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.rest.split_at_checked(length)?;
        let begins_with_zero = length > 1 && digits.first() == Some(&b'0');
        if length > DIGITS || begins_with_zero || matches!(rest.first(), Some(b'.' | b'e' | b'E')) {
            return None;
        }
        self.rest = rest;
        Some(Datum::Int(digits.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0'))))
    }

    /// What stands between quotes, of which the first is next.
    fn string(&mut self) -> Option<&'t str> {
        let (_, rest) = self.rest.split_first()?;
        let length = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..0x20))?;
        let (_, behind) = rest.split_at_checked(length)?;
        let (b'"', behind) = behind.split_first()? else { return None };
        let from = self.text.len() - rest.len();
        self.rest = behind;
        self.text.get(from..from + length)
    }

    fn object(&mut self, depth: usize) -> Option<Datum> {
        self.take(b'{')?;
        let first = self.gathered.members.len();
        let mut is_open = self.token()? != b'}';
        while is_open {
            let name = if self.token()? == b'"' { self.string()? } else { return None };
            let members = self.gathered.members.get(first..)?;
            if members.len() == MEMBERS || members.iter().any(|(other, _)| other == name) {
                return None;
            }
            self.take(b':')?;
            let datum = self.value(depth)?;
            self.gathered.members.push((SmolStr::new(name), datum));
            is_open = self.goes_on(b'}')?;
        }
        self.take(b'}')?;
        Some(Datum::Map(Members(behind(&mut self.gathered.members, first))))
    }

    fn array(&mut self, depth: usize) -> Option<Datum> {
        self.take(b'[')?;
        let first = self.gathered.elements.len();
        let mut is_open = self.token()? != b']';
        while is_open {
            if self.gathered.elements.len() - first == ELEMENTS {
                return None;
            }
            let datum = self.value(depth)?;
            self.gathered.elements.push(datum);
            is_open = self.goes_on(b']')?;
        }
        self.take(b']')?;
        Some(Datum::List(behind(&mut self.gathered.elements, first)))
    }

    /// Whether a comma is next, which is read then, or else the end.
    fn goes_on(&mut self, end: u8) -> Option<bool> {
        let token = self.token()?;
        if token == b',' {
            self.rest = self.rest.get(1..)?;
        }
        (token == b',' || token == end).then_some(token == b',')
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// As the JSON library reads it.
    fn by_library(text: &str) -> Option<Datum> {
        Datum::from_any_json(text).ok()
    }

    #[test]
    fn a_question_is_read_here() {
        for text in [
            r#"{"subject":{"type":"user","id":"ada"},"action":{"name":"notes.write"},"context":{}}"#,
            " { \"a\" : [ 1 , 20 , [ ] , { } , \"é\" , true , false , null ] }\r\n\t",
            "0",
            "999999999999999",
            "\"\u{7f}\"",
        ] {
            let read = read(text);
            assert!(read.is_some() && read == by_library(text), "{text}");
        }
    }

    #[test]
    fn whatever_is_not_plain_is_left_to_the_library() {
        let deep = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        let members = |count: usize| {
            let members: Vec<String> = (0..count).map(|name| format!("\"{name}\":0")).collect();
            format!("{{{}}}", members.join(","))
        };
        let elements = |count: usize| format!("[{}]", vec!["0"; count].join(","));
        let long = |length: usize| format!("\"{}\"", "x".repeat(length - 2));
        for plain in [deep(DEEPEST), members(MEMBERS), elements(ELEMENTS), long(LONGEST)] {
            assert!(read(&plain).is_some() && read(&plain) == by_library(&plain), "{plain:.80}");
        }
        for other in [deep(DEEPEST + 1), members(MEMBERS + 1), elements(ELEMENTS + 1), long(LONGEST + 1)] {
            assert!(read(&other).is_none() && by_library(&other).is_some(), "{other:.80}");
        }
        for other in ["-1", "1.5", "1e3", "1E3", "1000000000000000", r#""\n""#, r#""\u0041""#] {
            assert!(read(other).is_none() && by_library(other).is_some(), "{other}");
        }
        for wrong in [
            "",
            " ",
            "{",
            "[",
            "\"",
            "\"a",
            "{}x",
            "{} {}",
            "[1,]",
            "[,1]",
            "[1 2]",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{\"a\":1 \"b\":2}",
            "{a:1}",
            "{\"a\":1,\"a\":2}",
            "01",
            "00",
            "1a",
            "tru",
            "truex",
            "nul",
            "[1}",
            "{\"a\":1]",
            "\"\n\"",
            "\u{feff}1",
            "\u{a0}1",
            "+1",
            "'a'",
        ] {
            assert!(read(wrong).is_none() && by_library(wrong).is_none(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn what_is_read_here_the_library_reads_the_same(
            pieces in proptest::collection::vec(
                prop_oneof![
                    "[\\[\\]{}:, \n]", "\"[a-c]{0,2}\"", "\"(\\PC|\\\\n|\\\\u00e9|\\\\|\n){0,3}\"", "-?[0-9]{1,20}",
                    "[0-9]\\.[0-9]", "1e[0-9]", "true|false|null|tru",
                ],
                0..12,
            ),
        ) {
            let text = pieces.concat();
            if let Some(read) = read(&text) {
                prop_assert_eq!(Some(read), by_library(&text));
            }
        }

        #[test]
        fn so_are_values(value in any_json(4)) {
            prop_assert_eq!(read(&value).or_else(|| by_library(&value)), by_library(&value));
        }
    }

    /// A JSON value, in which members may stand twice.
    fn any_json(depth: u32) -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            "\"[a-z.é ]{0,30}\"",
            "0|[1-9][0-9]{0,17}",
            Just("true".to_owned()),
            Just("null".to_owned()),
            "\" ?\\\\\"\"",
        ];
        leaf.prop_recursive(depth, 64, 8, |inner| {
            let list = proptest::collection::vec(inner.clone(), 0..8);
            let members = proptest::collection::vec(("\"[ab]{1,3}\"", inner), 0..8);
            prop_oneof![
                list.prop_map(|elements| format!("[{}]", elements.join(", "))),
                members.prop_map(|members| {
                    let members: Vec<String> =
                        members.into_iter().map(|(name, value)| format!("{name}:{value}")).collect();
                    format!("{{{}}}", members.join(" ,"))
                }),
            ]
        })
    }
}

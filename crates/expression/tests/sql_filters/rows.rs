//! What the columns hold: the odd values of each type, as the database stores them and as the predicate reads them.

use casemate_expression::filter::sql::{Dialect, Parameter};
use casemate_expression::{Datum, Span, Timestamp};

use crate::fields::{Field, Pool};

/// One stored value: what is bound when it is inserted (`None`: null), and the attribute that an application makes of it.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) stored: Option<Parameter>,
    pub(crate) attribute: Datum,
}

/// A small generator (SplitMix64): the same rows on every machine.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, count: usize) -> usize {
        (self.next() % count as u64) as usize
    }

    pub(crate) fn pick<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }
}

pub(crate) fn texts() -> Vec<String> {
    let mut texts: Vec<String> = [
        "",
        "a",
        "A",
        "a ",
        "a  ",
        " a",
        "á",
        "a\u{301}",
        "\u{e1}",
        "ß",
        "ss",
        "SS",
        "I",
        "i",
        "ı",
        "İ",
        "%",
        "_",
        "a%",
        "a_b",
        "axb",
        "\\",
        "\\\\",
        "'",
        "''",
        "\"",
        "`",
        "a'b",
        "'; DROP TABLE things; --",
        "😀",
        "😀😁",
        "😁",
        "\u{1f468}\u{200d}\u{1f469}",
        "\u{fffd}",
        "\u{e000}",
        "ﬀ",
        "ff",
        "\u{3a9}",
        "\u{2126}",
        "\t",
        "a\nb",
        "0",
        "1",
        "true",
        "null",
        "[]",
        "\u{1}",
        "user-1",
        "user-10",
        "User-1",
        "\u{feff}a",
        "z",
        "Z",
        "é",
        "zz",
    ]
    .map(str::to_owned)
    .to_vec();
    texts.push("x".repeat(5_000) + "y");
    texts.push("x".repeat(5_000) + "Y");
    texts
}

pub(crate) fn latin_texts() -> Vec<String> {
    ["", "a", "A", "a ", "é", "É", "e", "ß", "ss", "ÿ", "%", "_", "\\", "'", "user-1", "i", "I"]
        .map(str::to_owned)
        .to_vec()
}

pub(crate) const INTS: [i64; 16] = [
    0,
    1,
    -1,
    2,
    3,
    i64::MIN,
    i64::MIN + 1,
    i64::MAX,
    i64::MAX - 1,
    9_007_199_254_740_991,
    9_007_199_254_740_992,
    9_007_199_254_740_993,
    9_007_199_254_740_994,
    -9_007_199_254_740_993,
    1_000_000,
    -62_135_596_800_000_000,
];

pub(crate) const DOUBLES: [f64; 18] = [
    0.0,
    -0.0,
    0.5,
    1.0,
    1.5,
    -1.5,
    2.0,
    0.1,
    9_007_199_254_740_991.0,
    9_007_199_254_740_992.0,
    9_007_199_254_740_994.0,
    9_223_372_036_854_775_807.0,
    -9_223_372_036_854_775_808.0,
    1e300,
    -1e300,
    f64::MIN_POSITIVE,
    f64::MAX,
    1e-7,
];

pub(crate) const TIMES: [&str; 9] = [
    "0001-01-01T00:00:00.000000Z",
    "1969-12-31T23:59:59.999999Z",
    "1970-01-01T00:00:00.000000Z",
    "2024-02-29T12:00:00.000000Z",
    "2026-01-31T08:00:00.000000Z",
    "2026-01-31T08:00:00.000001Z",
    "2026-01-31T08:00:00.250000Z",
    "9999-12-30T21:59:59.000000Z",
    "9999-12-30T21:59:59.999999Z",
];

const TEXT_LISTS: [&str; 24] = [
    "[]",
    " [ ] ",
    r#"["a"]"#,
    r#"["A"]"#,
    r#"["a "]"#,
    r#"["a","b","a"]"#,
    r#"["\u0061"]"#,
    r#"["\ud83d\ude00","ß"]"#,
    r#"["'","\"","\\","%"]"#,
    r#"["", "user-1"]"#,
    r#"["z","Z","ss","I","ı"]"#,
    r#"["a",null]"#,
    r#"["a",1]"#,
    "[null]",
    "[1]",
    r#"[["a"]]"#,
    r#"[{"a":"a"}]"#,
    "[true]",
    "{}",
    r#"{"a":"a"}"#,
    "null",
    r#""a""#,
    "7",
    r#"["😀😁","e\u0301","\t","\n"]"#,
];
const INT_LISTS: [&str; 16] = [
    "[]",
    "[0]",
    "[1,2,3]",
    "[1,1]",
    "[-1]",
    "[9223372036854775807,-9223372036854775808]",
    "[9007199254740993]",
    "[9007199254740992,2]",
    "[9223372036854775808]",
    "[-9223372036854775809,1]",
    "[100000000000000000000000000000]",
    "[1,2.0]",
    "[1e0]",
    "[1,null]",
    r#"[1,"1"]"#,
    "[[1]]",
];
const BOOL_LISTS: [&str; 8] =
    ["[]", "[true]", "[false]", "[true,false]", "[true,null]", "[1]", r#"["true"]"#, "[0,false]"];
const DOUBLE_LISTS: [&str; 15] = [
    "[]",
    "[0.5]",
    "[1,1.5]",
    "[0.1,0.10000000000000001]",
    "[-0.0]",
    "[9007199254740993]",
    "[9007199254740992.0,2]",
    "[1e300]",
    "[1e999]",
    "[1e-999]",
    "[9223372036854775808]",
    "[1.5,null]",
    r#"["1.5"]"#,
    "[1e-7,2.0]",
    "[5e-324]",
];
/// No JSON at all; PostgreSQL's types do not take it.
const MALFORMED: [&str; 10] =
    ["", "bad", "[", "[1,", "[\"a\",]", "['a']", "[\"a\"] x", "[a]", "[\"a", "[1 2]"];

fn null() -> Cell {
    Cell { stored: None, attribute: Datum::Null }
}

/// Stored, but nothing that an application could hand over as this attribute: it neither exists nor is missing.
fn odd(stored: Parameter) -> Cell {
    Cell { stored: Some(stored), attribute: of_another_type() }
}

/// What no attribute is declared to be.
fn of_another_type() -> Datum {
    Datum::from_json("{}").unwrap()
}

fn text(stored: &str, attribute: Datum) -> Cell {
    Cell { stored: Some(Parameter::Text(stored.into())), attribute }
}

fn int(value: i64) -> Cell {
    Cell { stored: Some(Parameter::Int(value)), attribute: Datum::Int(value) }
}

fn double(value: f64) -> Cell {
    Cell { stored: Some(Parameter::Double(value)), attribute: Datum::Double(value) }
}

fn string(value: &str) -> Cell {
    text(value, Datum::String(value.into()))
}

/// A JSON text as it is read: malformed text is of no type.
pub(crate) fn json(stored: &str, read: &str) -> Cell {
    text(stored, Datum::from_json(read).unwrap_or_else(|_| of_another_type()))
}

/// The JSON texts of a pool of lists.
pub(crate) fn lists(pool: Pool, dialect: Dialect) -> Vec<&'static str> {
    let mut lists = match pool {
        Pool::Texts | Pool::TextArray => TEXT_LISTS.to_vec(),
        Pool::Ints | Pool::IntArray => INT_LISTS.to_vec(),
        Pool::Bools => BOOL_LISTS.to_vec(),
        Pool::Doubles => DOUBLE_LISTS.to_vec(),
        _ => return Vec::new(),
    };
    if dialect != Dialect::Postgres {
        lists.extend(MALFORMED);
    }
    lists
}

/// What a column of scalars or of PostgreSQL's arrays is filled from, null first.
pub(crate) fn cells(field: &Field, dialect: Dialect) -> Vec<Cell> {
    let untyped = dialect == Dialect::Sqlite && !field.definition.contains(char::is_uppercase)
        || field.definition == "COLLATE NOCASE";
    let mut cells = vec![null()];
    match field.pool {
        Pool::Text => cells.extend(texts().iter().map(|value| string(value))),
        Pool::Latin => cells.extend(latin_texts().iter().map(|value| string(value))),
        Pool::Bool => cells.extend(
            [true, false]
                .map(|value| Cell { stored: Some(Parameter::Bool(value)), attribute: Datum::Bool(value) }),
        ),
        Pool::Int => cells.extend(INTS.map(int)),
        Pool::Double => cells.extend(DOUBLES.map(double)),
        Pool::Time => cells.extend(TIMES.map(|value| {
            let stored = if dialect == Dialect::MySql {
                value.replace('T', " ").replace('Z', "")
            } else {
                value.to_owned()
            };
            text(&stored, Datum::String(value.into()))
        })),
        Pool::Micros => {
            cells.extend(TIMES.iter().filter_map(|value| Timestamp::parse_rfc3339(value)).map(|value| Cell {
                stored: Some(Parameter::Int(value.0)),
                attribute: Datum::String(value.to_string().into()),
            }))
        }
        Pool::Duration => cells.extend(INTS.iter().filter(|value| **value != i64::MIN).map(|value| Cell {
            stored: Some(Parameter::Int(*value)),
            attribute: Datum::String(Span(*value).to_string().into()),
        })),
        Pool::TextArray => cells.extend(
            [
                r#"["a","b"]"#,
                r#"["A"]"#,
                r#"["a "]"#,
                "[]",
                r#"["a",null]"#,
                r#"["ß","😀","'"]"#,
                r#"["user-1","z"]"#,
            ]
            .map(|list| json(list, list)),
        ),
        Pool::IntArray => cells.extend(
            ["[]", "[1,2]", "[9007199254740993]", "[null]", "[9223372036854775807,-9223372036854775808]"]
                .map(|list| json(list, list)),
        ),
        Pool::TimeArray => {
            cells.extend(
                [
                    "[]",
                    r#"["2026-01-31T08:00:00Z","1970-01-01T00:00:00Z"]"#,
                    r#"["9999-12-30T21:59:59.999999Z"]"#,
                    "[null]",
                ]
                .map(|list| json(list, list)),
            );
            cells.push(odd(Parameter::Text(r#"["infinity"]"#.into())));
        }
        Pool::Texts | Pool::Ints | Pool::Bools | Pool::Doubles => {}
    }
    match (dialect, field.pool) {
        (Dialect::Sqlite, Pool::Text | Pool::Int) if untyped => {
            cells.extend([double(2.0), double(1.5)]);
            cells.extend(if field.pool == Pool::Int { [string("1"), string("a")] } else { [int(1), int(0)] });
        }
        (Dialect::Sqlite, Pool::Double) if untyped => {
            cells.extend([
                string("1.5"),
                int(2),
                int(9_007_199_254_740_993),
                int(i64::MAX),
                odd(Parameter::Double(f64::INFINITY)),
            ]);
        }
        (Dialect::Sqlite, Pool::Bool) => {
            cells.extend([odd(Parameter::Int(2)), odd(Parameter::Text("true".into()))])
        }
        (Dialect::Sqlite, Pool::Time) => {
            for other in [
                "2026-01-31T08:00:00Z",
                "2026-01-31T08:00:00.000000z",
                "2026-02-30T08:00:00.000000Z",
                "2026-13-01T08:00:00.000000Z",
                "2026-01-31T24:00:00.000000Z",
                "0000-01-01T00:00:00.000000Z",
                "2026-01-31T23:59:60.000000Z",
                "",
                "2026-01-31 08:00:00.000000Z",
                "2026-01-31T08:00:00.000000Z ",
                "10000-01-01T00:00:00.000000Z",
            ] {
                cells.push(odd(Parameter::Text(other.into())));
            }
        }
        (Dialect::Postgres, Pool::Double) => {
            cells.extend(
                [f64::INFINITY, f64::NEG_INFINITY, f64::NAN].map(|value| odd(Parameter::Double(value))),
            );
        }
        (Dialect::Postgres, Pool::Time) => {
            cells.extend(
                [
                    "infinity",
                    "-infinity",
                    "0044-03-15 12:00:00+00 BC",
                    "12026-01-01 00:00:00+00",
                    "10000-01-01 00:00:00+00",
                ]
                .map(|time| odd(Parameter::Text(time.into()))),
            );
        }
        (Dialect::MySql, Pool::Time) => {
            cells.extend(["0000-00-00 00:00:00"].map(|time| odd(Parameter::Text(time.into()))));
        }
        (_, Pool::Micros) => cells
            .extend([i64::MIN, i64::MAX, 253_402_300_800_000_000].map(|value| odd(Parameter::Int(value)))),
        _ => {}
    }
    cells
}

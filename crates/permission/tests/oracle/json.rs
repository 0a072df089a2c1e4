//! JSON as the oracle sees it, and as text for the engine.

use std::fmt;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    Text(String),
    List(Vec<Json>),
    Map(Vec<(String, Json)>),
}

impl Json {
    pub(crate) fn text(text: impl Into<String>) -> Json {
        Json::Text(text.into())
    }

    /// The member, where there is one and it is not null.
    pub(crate) fn member(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Map(members) => members
                .iter()
                .find(|(key, value)| key == name && *value != Json::Null)
                .map(|(_, value)| value),
            _ => None,
        }
    }
}

impl fmt::Display for Json {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Json::Null => write!(out, "null"),
            Json::Bool(truth) => write!(out, "{truth}"),
            Json::Int(int) => write!(out, "{int}"),
            Json::Double(double) => write!(out, "{double:?}"),
            Json::Text(text) => write!(out, "{}", quoted(text)),
            Json::List(items) => {
                write!(out, "[")?;
                for (index, item) in items.iter().enumerate() {
                    write!(out, "{}{item}", if index > 0 { "," } else { "" })?;
                }
                write!(out, "]")
            }
            Json::Map(members) => {
                write!(out, "{{")?;
                for (index, (name, value)) in members.iter().enumerate() {
                    write!(out, "{}{}:{value}", if index > 0 { "," } else { "" }, quoted(name))?;
                }
                write!(out, "}}")
            }
        }
    }
}

/// In double quotes, in a way that JSON, CEL and TOML read alike. The oracle's texts hold nothing stranger than
/// quotation marks and letters beyond ASCII.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

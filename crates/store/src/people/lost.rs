//! What a change of a user takes from what their provider said of them.

use serde_json::{Map, Value};

/// Whether an attribute went, or a list or an object of them lost something. One that has another value is none that went:
/// the directory's value counts at once, in the place of what a token said.
pub(super) fn has_lost(before: &str, after: &str) -> bool {
    if before == after {
        return false;
    }
    let read = |text: &str| serde_json::from_str::<Map<String, Value>>(text).ok();
    match (read(before), read(after)) {
        (Some(before), Some(after)) => is_less(&before, &after),
        (before, _) => before.is_none_or(|before| !before.is_empty()),
    }
}

fn is_less(before: &Map<String, Value>, after: &Map<String, Value>) -> bool {
    before.iter().any(|(name, was)| match (was, after.get(name)) {
        (Value::Null, _) => false,
        (_, None | Some(Value::Null)) => true,
        (Value::Array(was), Some(Value::Array(is))) => was.iter().any(|element| !is.contains(element)),
        (Value::Object(was), Some(Value::Object(is))) => is_less(was, is),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::has_lost;

    #[test]
    fn what_is_gone_was_lost_and_what_is_other_was_not() {
        let before = r#"{"department":"finance","roles":["a","b"],"nested":{"p":1},"none":null}"#;
        for after in [before, r#"{"department":"sales","roles":["b","c","a"],"nested":{"p":2},"more":1}"#] {
            assert!(!has_lost(before, after), "{after}");
        }
        for after in [
            "{}",
            r#"{"department":null,"roles":["a","b"],"nested":{"p":1}}"#,
            r#"{"department":"finance","roles":["a"],"nested":{"p":1}}"#,
            r#"{"department":"finance","roles":["a","b"],"nested":{}}"#,
            "no JSON",
        ] {
            assert!(has_lost(before, after), "{after}");
        }
        assert!(!has_lost("{}", before));
    }
}

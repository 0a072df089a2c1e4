//! The settings of an installation: what each is called, what it may be, and what it does.

use std::collections::BTreeMap;

use serde_json::Value;

/// Microseconds in a day.
const DAY: i64 = 24 * 3_600 * 1_000_000;
/// The most days that an API key may be let live.
const MAX_DAYS: i64 = 36_500;
/// The longest text of levels, in bytes.
const MAX_LEVELS: usize = 1_024;
/// The levels of the log.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

const LOG_SAMPLE: &str = "decision.log.sample";
const LOG_DAYS: &str = "decision.log.days";
const LOG_MEBIBYTES: &str = "decision.log.mebibytes";
/// The most mebibytes of the log of questions.
const MAX_MEBIBYTES: u64 = 1 << 20;
const RECORDED: &str = "decision.recorded";
const LOG_LEVELS: &str = "log.levels";
const KEY_DAYS: &str = "api_key.max_lifetime_days";
const TEMPORARY_MINUTES: &str = "temporary_credential.max_lifetime_minutes";
/// Microseconds in a minute.
const MINUTE: i64 = 60 * 1_000_000;

/// A setting that an installation may have. It acts on every server as soon as that takes the revision.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// What it is called.
    pub name: &'static str,
    /// What its value may be, in words.
    pub values: &'static str,
    /// What holds where it is not set.
    pub default: &'static str,
    /// What it does.
    pub meaning: &'static str,
    check: fn(&Value) -> bool,
}

/// All settings, by name.
pub const SETTINGS: [Setting; 7] = [
    Setting {
        name: KEY_DAYS,
        values: "a whole number from 1 to 36500",
        default: "API keys may live for as long as is asked for",
        meaning: "The most days that an API key may live. To make or rotate one without an end, or with a later one, is \
                  refused; those that are there live on.",
        check: |value| value.as_i64().is_some_and(|days| (1..=MAX_DAYS).contains(&days)),
    },
    Setting {
        name: LOG_DAYS,
        values: "a whole number from 1 to 36500",
        default: "30 days",
        meaning: "How long logged questions are kept, see `decision.log.sample`.",
        check: |value| value.as_i64().is_some_and(|days| (1..=MAX_DAYS).contains(&days)),
    },
    Setting {
        name: LOG_MEBIBYTES,
        values: "a whole number from 1 to 1048576",
        default: "256 MiB",
        meaning: "How many mebibytes of logged questions are kept, sealed as they are: the oldest go first.",
        check: |value| value.as_u64().is_some_and(|size| (1..=MAX_MEBIBYTES).contains(&size)),
    },
    Setting {
        name: LOG_SAMPLE,
        values: "a number from 0 to 1",
        default: "0: no question is logged",
        meaning: "Which share of the questions about decisions is logged as they were asked, sealed, with what was known of \
                  their subject: so that it can be found out which answers a change of the policy would change.",
        check: |value| value.as_f64().is_some_and(|share| (0.0..=1.0).contains(&share)),
    },
    Setting {
        name: RECORDED,
        values: "`\"denied\"` or `\"all\"`",
        default: "what each server was started with (`record.decisions`)",
        meaning: "Which decisions are recorded: those that were not allowed, or all.",
        check: |value| matches!(value.as_str(), Some("denied" | "all")),
    },
    Setting {
        name: LOG_LEVELS,
        values: "a text: a level (`off`, `error`, `warn`, `info`, `debug`, `trace`), or `module=level`, several with commas \
                 between, such as `\"info,casemate::access=warn\"`",
        default: "what each server was started with (`log.levels`)",
        meaning: "What every server logs. Levels that are changed at one server by `/api/v1/log-levels` last there until \
                  this is changed.",
        check: |value| value.as_str().is_some_and(are_levels),
    },
    Setting {
        name: TEMPORARY_MINUTES,
        values: "a whole number from 1 to 720",
        default: "twelve hours",
        meaning: "The most minutes that a temporary credential lives. To make one for longer is refused; those that are there \
                  live on.",
        check: |value| value.as_i64().is_some_and(|minutes| (1..=720).contains(&minutes)),
    },
];

/// What is wrong with a setting.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// The member of the document that it is in, as a JSON pointer.
    pub(crate) pointer: &'static str,
    pub(crate) message: String,
    pub(crate) help: String,
}

/// Whether there is such a setting and this is a value of it.
pub(crate) fn check(name: &str, value: &Value) -> Result<(), Wrong> {
    let Some(setting) = SETTINGS.iter().find(|setting| setting.name == name) else {
        let help = match nearest(name) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                let names: Vec<String> = SETTINGS.iter().map(|known| format!("`{}`", known.name)).collect();
                format!("there are {}", names.join(", "))
            }
        };
        // The name may be as long as a document.
        let shown: String = name.chars().take(64).collect();
        return Err(Wrong { pointer: "/name", message: format!("there is no setting `{shown}`"), help });
    };
    if (setting.check)(value) {
        return Ok(());
    }
    let message = format!("`{name}` cannot have this value");
    Err(Wrong { pointer: "/value", message, help: format!("write {}", setting.values) })
}

/// The setting whose name is most like this one, where one is like it.
fn nearest(name: &str) -> Option<&'static str> {
    let distances = SETTINGS.iter().map(|known| (distance(name, known.name), known.name));
    distances.filter(|(distance, known)| *distance <= known.len() / 3).min().map(|(_, known)| known)
}

/// How many letters have to be put in, left out or exchanged to come from one name to the other (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    if from.len() > 2 * to.len() {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, letter) in from.bytes().enumerate() {
        let mut next = vec![line + 1];
        for (column, other) in to.bytes().enumerate() {
            let at = |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX - 1);
            let exchanged = at(&row, column) + usize::from(letter != other);
            next.push(exchanged.min(at(&row, column + 1) + 1).min(at(&next, column) + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

/// Whether a text says levels: a subset of what the log reads.
fn are_levels(text: &str) -> bool {
    let is_level = |word: &str| LEVELS.contains(&word);
    let is_module = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"_:-".contains(&b))
    };
    text.len() <= MAX_LEVELS
        && text.split(',').all(|part| match part.split_once('=') {
            Some((module, level)) => is_module(module) && is_level(level),
            None => is_level(part),
        })
}

/// What the settings of an installation say; absent where they say nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct InForce {
    pub(crate) records_all: Option<bool>,
    /// As a number of 2^64.
    pub(crate) logged_share: u64,
    /// In microseconds.
    pub(crate) longest_log: Option<i64>,
    /// In bytes.
    pub(crate) largest_log: Option<u64>,
    pub(crate) log_levels: Option<Box<str>>,
    /// In microseconds.
    pub(crate) longest_key_life: Option<i64>,
    /// In microseconds.
    pub(crate) longest_temporary_life: Option<i64>,
}

impl InForce {
    /// What checked settings say.
    pub(crate) fn of(settings: &BTreeMap<String, Value>) -> InForce {
        InForce {
            logged_share: settings.get(LOG_SAMPLE).and_then(Value::as_f64).map_or(0, share),
            longest_log: settings.get(LOG_DAYS).and_then(Value::as_i64).map(|days| days.saturating_mul(DAY)),
            largest_log: settings.get(LOG_MEBIBYTES).and_then(Value::as_u64).map(|size| size << 20),
            records_all: settings.get(RECORDED).and_then(Value::as_str).map(|recorded| recorded == "all"),
            log_levels: settings.get(LOG_LEVELS).and_then(Value::as_str).map(Box::from),
            longest_key_life: settings
                .get(KEY_DAYS)
                .and_then(Value::as_i64)
                .map(|days| days.saturating_mul(DAY)),
            longest_temporary_life: settings
                .get(TEMPORARY_MINUTES)
                .and_then(Value::as_i64)
                .map(|minutes| minutes.saturating_mul(MINUTE)),
        }
    }
}

/// A share as a number of 2^64: none of 0, and all of 1.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share is checked, and what is over saturates"
)]
fn share(share: f64) -> u64 {
    (share * 2.0_f64.powi(64)) as u64
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn settings_stand_by_name_and_take_values_of_their_type() {
        assert!(SETTINGS.windows(2).all(|two| matches!(two, [one, other] if one.name < other.name)));
        for (name, right, wrong) in [
            (
                KEY_DAYS,
                vec![json!(1), json!(36_500)],
                vec![json!(0), json!(36_501), json!("1"), json!(1.5), json!(null)],
            ),
            (RECORDED, vec![json!("denied"), json!("all")], vec![json!("some"), json!(true)]),
            (TEMPORARY_MINUTES, vec![json!(1), json!(720)], vec![json!(0), json!(721), json!("5")]),
            (LOG_SAMPLE, vec![json!(0), json!(0.001), json!(1)], vec![json!(-0.1), json!(1.1), json!("1")]),
            (LOG_DAYS, vec![json!(1)], vec![json!(0), json!(1.5)]),
            (LOG_MEBIBYTES, vec![json!(1)], vec![json!(0), json!(1_048_577)]),
            (
                LOG_LEVELS,
                vec![json!("info"), json!("warn,casemate::access=off,sqlx=debug")],
                vec![
                    json!(""),
                    json!("loud"),
                    json!("info,"),
                    json!("a=b=info"),
                    json!("=info"),
                    json!(["info"]),
                ],
            ),
        ] {
            for value in right {
                assert_eq!(check(name, &value), Ok(()), "{name} {value}");
            }
            for value in wrong {
                assert_eq!(check(name, &value).unwrap_err().pointer, "/value", "{name} {value}");
            }
        }
        let long = format!("info{}", ",a=info".repeat(200));
        assert!(!are_levels(&long) && are_levels(&long[..MAX_LEVELS - MAX_LEVELS % 7 - 3]));
    }

    #[test]
    fn an_unknown_name_is_told_the_nearest() {
        for (name, near) in [
            ("decisions.recorded", Some(RECORDED)),
            ("log.level", Some(LOG_LEVELS)),
            ("api_key.max_lifetime", Some(KEY_DAYS)),
            ("console.title", None),
        ] {
            let wrong = check(name, &json!(1)).unwrap_err();
            assert_eq!(wrong.pointer, "/name");
            let expected =
                near.map_or("there are `api_key".to_owned(), |near| format!("did you mean `{near}`?"));
            assert!(wrong.help.starts_with(&expected), "{name}: {}", wrong.help);
        }
        assert!(check(&"a".repeat(100_000), &json!(1)).unwrap_err().message.len() < 200);
    }
}

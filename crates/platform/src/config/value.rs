//! What a setting may be: how it is written, what is expected of it, and how it is shown.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value as Json;

/// How a setting stands in a TOML file. In an environment variable and as a flag everything is text, and a list has commas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A string.
    Text,
    /// A string that names a file or folder; in a file, it is seen from the folder that the file is in.
    Path,
    /// A whole number.
    Integer,
    /// A number with or without decimals.
    Decimal,
    /// `true` or `false`.
    Boolean,
    /// An array of these.
    List(&'static Shape),
}

/// A value as it was written, not yet understood.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Written {
    /// One text; numbers and booleans are written as TOML writes them.
    One(String),
    /// The items of a list.
    Many(Vec<String>),
}

/// The type of a setting.
pub(crate) trait Value: Sized {
    /// How it stands in a file.
    const SHAPE: Shape;
    /// What stands for it in the help text, as in `--listen ADDRESS:PORT`.
    const PLACEHOLDER: &'static str;
    /// Whether it is never shown.
    const SECRET: bool = false;

    /// What it has to be, for people: "an address and a port such as 127.0.0.1:7654".
    fn expected() -> String;

    /// Reads one text.
    ///
    /// # Errors
    /// Where it is not what is [expected](Value::expected).
    fn parse(text: &str) -> Option<Self>;

    /// As JSON, which `config show` prints.
    fn show(&self) -> Json;

    /// What was written.
    fn read(written: &Written) -> Option<Self> {
        match written {
            Written::One(text) => Self::parse(text),
            Written::Many(_) => None,
        }
    }

    /// What it is where nothing was written and there is no default.
    fn absent() -> Option<Self> {
        None
    }
}

impl<T: Value> Value for Option<T> {
    const SHAPE: Shape = T::SHAPE;
    const PLACEHOLDER: &'static str = T::PLACEHOLDER;
    const SECRET: bool = T::SECRET;

    fn expected() -> String {
        T::expected()
    }

    fn parse(text: &str) -> Option<Self> {
        T::parse(text).map(Some)
    }

    fn show(&self) -> Json {
        self.as_ref().map_or(Json::Null, Value::show)
    }

    fn read(written: &Written) -> Option<Self> {
        T::read(written).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }
}

impl<T: Value + 'static> Value for Vec<T> {
    const SHAPE: Shape = Shape::List(&T::SHAPE);
    const PLACEHOLDER: &'static str = T::PLACEHOLDER;
    const SECRET: bool = T::SECRET;

    fn expected() -> String {
        format!("a list, each item of it {}", T::expected())
    }

    fn parse(text: &str) -> Option<Self> {
        text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(T::parse).collect()
    }

    fn show(&self) -> Json {
        self.iter().map(Value::show).collect()
    }

    fn read(written: &Written) -> Option<Self> {
        match written {
            Written::One(text) => Self::parse(text),
            Written::Many(items) => items.iter().map(|item| T::parse(item)).collect(),
        }
    }

    fn absent() -> Option<Self> {
        Some(Vec::new())
    }
}

impl Value for bool {
    const SHAPE: Shape = Shape::Boolean;
    const PLACEHOLDER: &'static str = "BOOLEAN";

    fn expected() -> String {
        "`true` or `false`".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn show(&self) -> Json {
        (*self).into()
    }
}

impl Value for SocketAddr {
    const SHAPE: Shape = Shape::Text;
    const PLACEHOLDER: &'static str = "ADDRESS:PORT";

    fn expected() -> String {
        "an address and a port such as 127.0.0.1:7654 or [::1]:7654".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn show(&self) -> Json {
        self.to_string().into()
    }
}

impl Value for PathBuf {
    const SHAPE: Shape = Shape::Path;
    const PLACEHOLDER: &'static str = "PATH";

    fn expected() -> String {
        "the path of a file or folder".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        (!text.is_empty() && !text.contains('\0')).then(|| PathBuf::from(text))
    }

    fn show(&self) -> Json {
        self.display().to_string().into()
    }
}

/// A whole number from `LEAST` to `MOST`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number<const LEAST: u64, const MOST: u64>(u64);

impl<const LEAST: u64, const MOST: u64> Number<LEAST, MOST> {
    /// The number.
    #[must_use]
    pub fn get(self) -> u64 {
        self.0
    }
}

impl<const LEAST: u64, const MOST: u64> Value for Number<LEAST, MOST> {
    const SHAPE: Shape = Shape::Integer;
    const PLACEHOLDER: &'static str = "NUMBER";

    fn expected() -> String {
        format!("a whole number from {LEAST} to {MOST}")
    }

    fn parse(text: &str) -> Option<Self> {
        let number = text.parse().ok()?;
        (LEAST..=MOST).contains(&number).then_some(Number(number))
    }

    fn show(&self) -> Json {
        self.0.into()
    }
}

/// A part of one: 0 is never, 1 always.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Ratio(f64);

impl Ratio {
    /// From 0 to 1.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }
}

impl Value for Ratio {
    const SHAPE: Shape = Shape::Decimal;
    const PLACEHOLDER: &'static str = "RATIO";

    fn expected() -> String {
        "a number from 0 to 1 such as 0.1".to_owned()
    }

    fn parse(text: &str) -> Option<Self> {
        let ratio: f64 = text.parse().ok()?;
        (0.0..=1.0).contains(&ratio).then_some(Ratio(ratio))
    }

    fn show(&self) -> Json {
        self.0.into()
    }
}

/// A time from `LEAST` to `MOST` milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time<const LEAST: u64, const MOST: u64>(u64);

/// The units of times and their milliseconds, largest first.
const UNITS: [(&str, u64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

impl<const LEAST: u64, const MOST: u64> Time<LEAST, MOST> {
    /// The time.
    #[must_use]
    pub fn get(self) -> Duration {
        Duration::from_millis(self.0)
    }
}

impl<const LEAST: u64, const MOST: u64> Value for Time<LEAST, MOST> {
    const SHAPE: Shape = Shape::Text;
    const PLACEHOLDER: &'static str = "TIME";

    fn expected() -> String {
        format!("a time such as 500ms, 30s, 5m, 2h or 7d, from {} to {}", written(LEAST), written(MOST))
    }

    fn parse(text: &str) -> Option<Self> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at_checked(digits)?;
        let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
        let time = number.parse::<u64>().ok()?.checked_mul(*factor)?;
        (LEAST..=MOST).contains(&time).then_some(Time(time))
    }

    fn show(&self) -> Json {
        written(self.0).into()
    }
}

/// In the largest unit that says it in whole numbers.
fn written(millis: u64) -> String {
    match UNITS.iter().find(|(_, factor)| millis > 0 && millis.is_multiple_of(*factor)) {
        Some((unit, factor)) => format!("{}{unit}", millis / factor),
        None => "0s".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Minutes = Time<1_000, 3_600_000>;

    #[test]
    fn times_are_read_within_their_bounds_and_written_as_people_do() {
        for (text, millis, shown) in [
            ("1000ms", 1_000, "1s"),
            ("90s", 90_000, "90s"),
            ("120s", 120_000, "2m"),
            ("1h", 3_600_000, "1h"),
        ] {
            let time = Minutes::parse(text).unwrap();
            assert_eq!((time.get().as_millis(), time.show()), (millis, shown.into()));
        }
        for text in ["", "5", "s", "999ms", "61m", "1.5s", "-5s", "5 s", "99999999999999999999s", "5w"] {
            assert!(Minutes::parse(text).is_none(), "{text}");
        }
        assert_eq!(Minutes::expected(), "a time such as 500ms, 30s, 5m, 2h or 7d, from 1s to 1h");
    }

    #[test]
    fn numbers_and_ratios_stay_within_their_bounds() {
        assert_eq!(Number::<1, 9>::parse("9").unwrap().get(), 9);
        for text in ["0", "10", "", "x", "-1", "1.0"] {
            assert!(Number::<1, 9>::parse(text).is_none(), "{text}");
        }
        for (text, is_one) in [("0", true), ("1", true), ("0.25", true), ("1.01", false), ("nan", false)] {
            assert_eq!(Ratio::parse(text).is_some(), is_one, "{text}");
        }
    }

    #[test]
    fn a_list_is_written_with_commas_where_there_is_only_text() {
        let read = |written| <Vec<Number<0, 9>> as Value>::read(&written).map(|items| Value::show(&items));
        assert_eq!(read(Written::One("1, 2".into())), Some(serde_json::json!([1, 2])));
        assert_eq!(read(Written::One(String::new())), Some(serde_json::json!([])));
        assert_eq!(read(Written::Many(vec!["3".into()])), Some(serde_json::json!([3])));
        assert_eq!(read(Written::Many(vec!["3".into(), "x".into()])), None);
    }
}

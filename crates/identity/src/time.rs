//! Points in time.

use std::time::SystemTime;

/// A point in time: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl From<SystemTime> for Timestamp {
    /// Cuts off what is finer than a microsecond; times before 1970 become 1970.
    fn from(time: SystemTime) -> Timestamp {
        let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

const MICROSECONDS_PER_SECOND: i64 = 1_000_000;

/// The last second of the year 9999, beyond which RFC 3339 cannot write a date.
const LAST_SECOND: u64 = 253_402_300_799;

/// Reads a NumericDate (RFC 7519, section 2): seconds since 1970, fractions allowed. Negative, non-finite and
/// absurdly distant dates are none.
pub(crate) fn numeric_date(value: &serde_json::Value) -> Option<Timestamp> {
    numeric_date_of(value.as_number()?)
}

/// The same, of what is known to be a number.
pub(crate) fn numeric_date_of(number: &serde_json::Number) -> Option<Timestamp> {
    if let Some(seconds) = number.as_u64() {
        let seconds = i64::try_from(seconds).ok().filter(|_| seconds <= LAST_SECOND)?;
        return seconds.checked_mul(MICROSECONDS_PER_SECOND).map(Timestamp);
    }
    let seconds = number.as_f64().filter(|seconds| seconds.is_finite())?;
    if !(0.0..=LAST_SECOND as f64).contains(&seconds) {
        return None;
    }
    Some(Timestamp((seconds * MICROSECONDS_PER_SECOND as f64) as i64))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whole_and_fractional_seconds_are_dates() {
        assert_eq!(numeric_date(&json!(0)), Some(Timestamp(0)));
        assert_eq!(numeric_date(&json!(1_700_000_000)), Some(Timestamp(1_700_000_000_000_000)));
        assert_eq!(numeric_date(&json!(1_700_000_000.5)), Some(Timestamp(1_700_000_000_500_000)));
        assert_eq!(numeric_date(&json!(1.7e9)), Some(Timestamp(1_700_000_000_000_000)));
        assert_eq!(numeric_date(&json!(LAST_SECOND)), Some(Timestamp(LAST_SECOND as i64 * 1_000_000)));
    }

    #[test]
    fn a_system_time_becomes_microseconds() {
        let later = SystemTime::UNIX_EPOCH + std::time::Duration::from_nanos(1_500_000_999);
        assert_eq!(Timestamp::from(later), Timestamp(1_500_000));
        let earlier = SystemTime::UNIX_EPOCH - std::time::Duration::from_secs(1);
        assert_eq!(Timestamp::from(earlier), Timestamp(0));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for value in [
            json!(-1),
            json!(-0.5),
            json!(1e300),
            json!(LAST_SECOND + 1),
            json!(u64::MAX),
            json!("0"),
            json!(null),
        ] {
            assert_eq!(numeric_date(&value), None, "{value}");
        }
    }
}

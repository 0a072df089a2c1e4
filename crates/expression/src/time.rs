//! Points in time and lengths of time, in microseconds.

use std::fmt;

use jiff::SignedDuration;
use jiff::civil::{Date, DateTime};

/// A point in time: microseconds since 1970-01-01T00:00:00Z, within the years 1 to 9999 when it came from text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// A length of time in microseconds; CEL calls it a duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub i64);

pub(crate) const YEAR_1: i64 = -62_135_596_800_000_000;
pub(crate) const END: i64 = 253_402_300_800_000_000;
const EPOCH: DateTime = jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0);

impl Timestamp {
    /// Reads `2026-01-31T08:00:00Z` or `2026-01-31T09:00:00.25+01:00` (RFC 3339, section 5.6); digits beyond
    /// microseconds are cut off.
    pub fn parse_rfc3339(text: &str) -> Option<Timestamp> {
        if !is_rfc3339(text.as_bytes()) {
            return None;
        }
        // A timestamp of the library ends a day short of the year 10,000, which many use for *never*; its civil times do not.
        let (local, zone) = text.split_at_checked(19)?;
        let zone = zone.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
        let fraction = text.get(19..text.len() - zone.len())?;
        let local = civil(local)?;
        let seconds = local.duration_since(EPOCH).as_secs().checked_sub(zone_seconds(zone)?)?;
        let digits = micros_of(fraction)?;
        Timestamp(seconds.checked_mul(1_000_000)?.checked_add(digits)?).in_range()
    }

    /// Itself when it lies within the years 1 to 9999 (the range of CEL's timestamps).
    pub fn in_range(self) -> Option<Timestamp> {
        (YEAR_1..END).contains(&self.0).then_some(self)
    }

    /// The point in time `span` later; `None` outside the years 1 to 9999.
    pub fn checked_add(self, span: Span) -> Option<Timestamp> {
        Timestamp(self.0.checked_add(span.0)?).in_range()
    }

    /// The point in time `span` earlier; `None` outside the years 1 to 9999.
    pub fn checked_sub(self, span: Span) -> Option<Timestamp> {
        Timestamp(self.0.checked_sub(span.0)?).in_range()
    }
}

/// `2026-01-31T08:00:00`. The library's own reader and its errors allocate, which no decision may. A leap second is the
/// second before it.
fn civil(text: &str) -> Option<DateTime> {
    let at = |from: usize, to: usize| text.get(from..to)?.parse::<i8>().ok();
    let (month, day) = (at(5, 7)?, at(8, 10)?);
    let (hour, minute, second) = (at(11, 13)?, at(14, 16)?, at(17, 19)?);
    if !(1..=12).contains(&month) || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let first = Date::new(text.get(..4)?.parse().ok()?, month, 1).ok()?;
    if !(1..=first.days_in_month()).contains(&day) {
        return None;
    }
    DateTime::new(first.year(), month, day, hour, minute, second.min(59), 0).ok()
}

/// Seconds east of UTC.
fn zone_seconds(zone: &str) -> Option<i64> {
    let (sign, rest) = match zone.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return Some(0),
    };
    let (hours, minutes) = rest.split_once(':')?;
    let (hours, minutes): (i64, i64) = (hours.parse().ok()?, minutes.parse().ok()?);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 3_600 + minutes * 60))
}

/// `.25` as 250,000.
fn micros_of(fraction: &str) -> Option<i64> {
    let digits = fraction.strip_prefix('.').unwrap_or_default();
    let kept = digits.get(..digits.len().min(6))?;
    let value: i64 = if kept.is_empty() { 0 } else { kept.parse().ok()? };
    Some(value * 10_i64.pow(6 - u32::try_from(kept.len()).ok()?))
}

/// Whether the text has the shape `date "T" time (Z | ±hh:mm)`: the library behind it reads more than RFC 3339 allows.
fn is_rfc3339(text: &[u8]) -> bool {
    // The longest form, with nine digits and an offset, has 35 bytes.
    let Some((head, rest)) = text.split_at_checked(19).filter(|_| text.len() <= 35) else { return false };
    let shape = b"0000-00-00T00:00:00";
    let head_fits = head.iter().zip(shape).all(|(byte, shape)| match shape {
        b'0' => byte.is_ascii_digit(),
        b'T' => matches!(byte, b'T' | b't'),
        other => byte == other,
    });
    let digits = match rest.split_first() {
        Some((b'.', fraction)) => fraction.iter().take_while(|byte| byte.is_ascii_digit()).count(),
        _ => 0,
    };
    let zone = match rest.split_first() {
        Some((b'.', fraction)) if digits > 0 && digits <= 9 => fraction.get(digits..).unwrap_or_default(),
        Some((b'.', _)) => return false,
        _ => rest,
    };
    let zone_fits = match zone {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', a, b, b':', c, d] => [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()),
        _ => false,
    };
    head_fits && zone_fits
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC, with a fraction only where there is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match EPOCH.checked_add(SignedDuration::from_micros(self.0)) {
            Ok(utc) => write!(f, "{utc}Z"),
            Err(_) => write!(f, "{} µs since 1970", self.0),
        }
    }
}

impl Span {
    /// Reads CEL's text of a duration: signed decimal numbers with the units `h`, `m`, `s`, `ms`, `us`, `ns`, such as
    /// `1h30m` or `-1.5s`; what is finer than a microsecond is cut off.
    pub fn parse(text: &str) -> Option<Span> {
        let (sign, mut rest) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text),
        };
        if rest == "0" {
            return Some(Span(0));
        }
        let mut nanoseconds: i128 = 0;
        if rest.is_empty() || text.len() > 64 {
            return None;
        }
        while !rest.is_empty() {
            let number_end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
            let (number, tail) = rest.split_at(number_end);
            let unit_end = tail.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tail.len());
            let (unit, tail) = tail.split_at(unit_end);
            let scale: i128 = match unit {
                "h" => 3_600_000_000_000,
                "m" => 60_000_000_000,
                "s" => 1_000_000_000,
                "ms" => 1_000_000,
                "us" => 1_000,
                "ns" => 1,
                _ => return None,
            };
            nanoseconds = nanoseconds.checked_add(decimal(number, scale)?)?;
            rest = tail;
        }
        i64::try_from(sign * nanoseconds / 1_000).ok().map(Span)
    }
}

/// `number` (digits with at most one point) times `scale`, rounded towards zero.
fn decimal(number: &str, scale: i128) -> Option<i128> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let whole_value: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let kept = fraction.get(..fraction.len().min(15))?;
    let fraction_value: i128 = if kept.is_empty() { 0 } else { kept.parse().ok()? };
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let divisor = 10_i128.checked_pow(u32::try_from(kept.len()).ok()?)?;
    whole_value.checked_mul(scale)?.checked_add(fraction_value.checked_mul(scale)? / divisor)
}

impl fmt::Display for Span {
    /// In CEL's own form, as seconds: `90s`, `-1.5s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (seconds, fraction) = (self.0.unsigned_abs() / 1_000_000, self.0.unsigned_abs() % 1_000_000);
        if fraction == 0 {
            write!(f, "{sign}{seconds}s")
        } else {
            let digits = format!("{fraction:06}");
            write!(f, "{sign}{seconds}.{}s", digits.trim_end_matches('0'))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_rfc_3339_and_nothing_else() {
        for (text, micros) in [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-01-01t00:00:01z", 1_000_000),
            ("1970-01-01T01:00:00+01:00", 0),
            ("1970-01-01T00:00:00.1234567Z", 123_456),
            ("1969-12-31T23:59:59.9999999Z", -1),
            ("0001-01-01T00:00:00Z", YEAR_1),
            ("9999-12-31T23:59:59.999999Z", END - 1),
            ("2024-02-29T12:34:56Z", 1_709_210_096_000_000),
            ("2016-12-31T23:59:60Z", 1_483_228_799_000_000),
        ] {
            assert_eq!(Timestamp::parse_rfc3339(text), Some(Timestamp(micros)), "{text}");
        }
        for text in [
            "",
            "2026-01-31",
            "2026-01-31T08:00Z",
            "2026-01-31 08:00:00Z",
            "2026-02-30T00:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-00T00:00:00Z",
            "0000-01-01T00:00:00Z",
            "2026-01-31T23:60:00Z",
            "2026-01-31T23:59:61Z",
            "2026-01-31T08:00:00",
            "2026-01-31T08:00:00Z[UTC]",
            "2026-01-31T08:00:00.Z",
            "2026-01-31T08:00:00+0100",
            "2026-01-31T25:00:00Z",
            "２026-01-31T08:00:00Z",
            "9999-12-31T23:59:59-01:00",
        ] {
            assert_eq!(Timestamp::parse_rfc3339(text), None, "{text}");
        }
    }

    #[test]
    fn timestamps_are_written_as_they_are_read() {
        for text in [
            "1970-01-01T00:00:00Z",
            "9999-12-31T23:59:59.999999Z",
            "0001-01-01T00:00:00Z",
            "2026-01-31T08:00:00.25Z",
        ] {
            assert_eq!(Timestamp::parse_rfc3339(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn spans_read_cels_durations() {
        for (text, micros) in [
            ("0", 0),
            ("1h30m", 5_400_000_000),
            ("-1.5s", -1_500_000),
            ("250ms", 250_000),
            ("7us", 7),
            ("999ns", 0),
            (".5m", 30_000_000),
        ] {
            assert_eq!(Span::parse(text), Some(Span(micros)), "{text}");
        }
        for text in ["", "-", "1", "1d", "s", ".s", "1..2s", "1s ", "99999999999999h", "+1s"] {
            assert_eq!(Span::parse(text), None, "{text}");
        }
        assert_eq!(Span(5_400_000_000).to_string(), "5400s");
        assert_eq!(Span(-1_500_000).to_string(), "-1.5s");
    }
}

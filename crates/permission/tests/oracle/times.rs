//! Times and spans as numbers and as text, for the few that the oracle uses.

/// Microseconds since 1970 of the first moment used.
pub(crate) const FIRST: i64 = 1_767_225_600_000_000;
const HOUR: i64 = 3_600_000_000;

/// So many hours after the first moment.
pub(crate) fn hour(hours: i64) -> i64 {
    FIRST + hours * HOUR
}

/// The first moment is 2026-01-01T00:00:00Z; only hours of that day occur, with microseconds.
pub(crate) fn time_text(micros: i64) -> String {
    let since = micros - FIRST;
    assert!((0..24 * HOUR).contains(&since), "outside of the day");
    let (hours, rest) = (since / HOUR, since % HOUR);
    let (minutes, rest) = (rest / 60_000_000, rest % 60_000_000);
    let (seconds, micros) = (rest / 1_000_000, rest % 1_000_000);
    let fraction = if micros == 0 { String::new() } else { format!(".{micros:06}") };
    format!("2026-01-01T{hours:02}:{minutes:02}:{seconds:02}{fraction}Z")
}

/// Reads back what [`time_text`] writes, and the same moment at `+01:00`.
pub(crate) fn read_time(text: &str) -> Option<i64> {
    let (text, shift) = match text.strip_suffix("+01:00") {
        Some(text) => (text, HOUR),
        None => (text.strip_suffix('Z')?, 0),
    };
    let clock = text.strip_prefix("2026-01-01T")?;
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, "0"));
    let parts: Vec<i64> = clock.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let [hours, minutes, seconds] = parts[..] else { return None };
    let micros: i64 = format!("{fraction:0<6}").parse().ok()?;
    Some(FIRST + hours * HOUR + minutes * 60_000_000 + seconds * 1_000_000 + micros - shift)
}

/// Whole seconds or microseconds, as CEL writes them.
pub(crate) fn span_text(micros: i64) -> String {
    if micros % 1_000_000 == 0 { format!("{}s", micros / 1_000_000) } else { format!("{micros}us") }
}

/// Reads back what [`span_text`] writes, and whole hours.
pub(crate) fn read_span(text: &str) -> Option<i64> {
    for (unit, scale) in [("us", 1), ("s", 1_000_000), ("h", HOUR)] {
        if let Some(number) = text.strip_suffix(unit)
            && let Ok(number) = number.parse::<i64>()
        {
            return Some(number * scale);
        }
    }
    None
}

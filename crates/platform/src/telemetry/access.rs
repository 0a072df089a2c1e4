//! The access log: a line for each request. It is written straight into the log's queue, since what other lines go through
//! would cost more than the rest of a quick answer.

use std::cell::RefCell;
use std::io::Write as _;
use std::sync::OnceLock;

use serde::Serialize;

use super::log::Lines;
use super::traces::Trace;
use crate::clock;
use crate::config::LogFormat;

/// The module by which levels name it.
const TARGET: &str = "casemate::access";

/// Where lines go once the log was started.
static OUTPUT: OnceLock<(LogFormat, Lines)> = OnceLock::new();

/// What is told of a request. Its path, its query and its credentials are not: they may hold personal data.
#[derive(Debug, Serialize)]
pub(crate) struct Access<'a> {
    pub(crate) request_id: &'a str,
    pub(crate) method: &'a str,
    pub(crate) route: &'a str,
    pub(crate) status: u16,
    pub(crate) micros: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) caller_provider: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) caller_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trace_id: Option<Trace>,
}

/// A line of JSON, with the members of all other lines.
#[derive(Serialize)]
struct Line<'a> {
    timestamp: &'a str,
    level: &'static str,
    #[serde(flatten)]
    access: &'a Access<'a>,
    target: &'static str,
}

/// Sends lines there from now on; the first that is named stays.
pub(super) fn start(format: LogFormat, lines: Lines) {
    if OUTPUT.set((format, lines)).is_err() {
        tracing::debug!("the access log had been started before");
    }
}

/// Writes the line of a request, where the levels let it through.
pub(crate) fn log(access: &Access<'_>) {
    if !tracing::enabled!(target: TARGET, tracing::Level::INFO) {
        return;
    }
    let Some((format, lines)) = OUTPUT.get() else { return event(access) };
    thread_local! {
        /// The line that is being written, over the one before.
        static LINE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    }
    LINE.with_borrow_mut(|text| {
        line(text, *format, access, clock::now());
        lines.take(text);
    });
}

/// The line as the log writes its others, in the place of what is there.
fn line(line: &mut Vec<u8>, format: LogFormat, access: &Access<'_>, now: i64) {
    line.clear();
    match format {
        LogFormat::Text => text(line, now, access),
        LogFormat::Json => {
            let mut time = Vec::with_capacity(32);
            timestamp(&mut time, now);
            let timestamp = str::from_utf8(&time).unwrap_or_default();
            let written = Line { timestamp, level: "INFO", access, target: TARGET };
            // Writing to memory does not fail.
            let _ = serde_json::to_writer(&mut *line, &written);
        }
    }
    line.push(b'\n');
}

/// Texts as Rust's literals, so that none of them can be taken for more than one value, or more than one line.
fn text(line: &mut Vec<u8>, now: i64, access: &Access<'_>) {
    let Access { request_id, method, route, status, micros, caller_provider, caller_id, trace_id } = access;
    timestamp(line, now);
    for piece in ["  INFO ", TARGET, ": request_id="] {
        line.extend_from_slice(piece.as_bytes());
    }
    quoted(line, request_id);
    line.extend_from_slice(b" method=");
    line.extend_from_slice(method.as_bytes());
    line.extend_from_slice(b" route=");
    quoted(line, route);
    line.extend_from_slice(b" status=");
    decimal(line, (*status).into());
    line.extend_from_slice(b" micros=");
    decimal(line, *micros);
    for (name, value) in [(" caller_provider=", caller_provider), (" caller_id=", caller_id)] {
        if let Some(value) = value {
            line.extend_from_slice(name.as_bytes());
            quoted(line, value);
        }
    }
    if let Some(trace) = trace_id {
        let _ = write!(line, " trace_id={trace}");
    }
}

/// A text as Rust's literal; most are copied as they are.
fn quoted(line: &mut Vec<u8>, text: &str) {
    let is_plain = |byte: u8| (b' '..=b'~').contains(&byte) & (byte != b'"') & (byte != b'\\');
    // Without an early end, so that many bytes are looked at at once.
    if text.bytes().fold(true, |plain, byte| plain & is_plain(byte)) {
        line.push(b'"');
        line.extend_from_slice(text.as_bytes());
        line.push(b'"');
    } else {
        let _ = write!(line, "{text:?}");
    }
}

/// A number, without the formatter.
fn decimal(line: &mut Vec<u8>, number: u64) {
    let mut digits = [b'0'; 20];
    let (mut left, mut count) = (number, 0);
    for digit in digits.iter_mut().rev() {
        *digit += u8::try_from(left % 10).unwrap_or_default();
        (left, count) = (left / 10, count + 1);
        if left == 0 {
            break;
        }
    }
    line.extend_from_slice(digits.get(digits.len() - count..).unwrap_or_default());
}

/// Where no log was started, as in tests: whoever listens.
fn event(access: &Access<'_>) {
    let Access { request_id, method, route, status, micros, caller_provider, caller_id, trace_id } = access;
    tracing::info!(
        target: TARGET,
        request_id,
        %method,
        route,
        status,
        micros,
        caller_provider,
        caller_id,
        trace_id = trace_id.map(tracing::field::display),
    );
}

/// RFC 3339 in UTC with microseconds, as in the log's other lines.
fn timestamp(line: &mut Vec<u8>, micros: i64) {
    thread_local! {
        /// The last second that was written, and how it begins.
        static SECOND: RefCell<(i64, String)> = const { RefCell::new((i64::MIN, String::new())) };
    }
    let (second, rest) = (micros.div_euclid(1_000_000), micros.rem_euclid(1_000_000));
    SECOND.with_borrow_mut(|(last, text)| {
        if *last != second {
            let time = jiff::Timestamp::from_second(second);
            *text = time.map_or_else(|_| String::new(), |time| format!("{time:.0}"));
            *last = second;
        }
        line.extend_from_slice(text.trim_end_matches('Z').as_bytes());
    });
    let mut fraction = *b".000000Z";
    let mut left = u32::try_from(rest).unwrap_or_default();
    for digit in fraction.iter_mut().skip(1).take(6).rev() {
        *digit += u8::try_from(left % 10).unwrap_or_default();
        left /= 10;
    }
    line.extend_from_slice(&fraction);
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCESS: Access<'_> = Access {
        request_id: "one",
        method: "POST",
        route: "/access/v1/evaluation",
        status: 200,
        micros: 190,
        caller_provider: Some("corp"),
        caller_id: Some("a \"b\"\nc"),
        trace_id: None,
    };

    fn written(format: LogFormat, access: &Access<'_>, now: i64) -> String {
        let mut text = b"the line before".to_vec();
        line(&mut text, format, access, now);
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn numbers_are_written_as_the_formatter_does() {
        for number in [0, 9, 10, 200, 1_234_567, u64::MAX / 10, u64::MAX] {
            let mut line = b"=".to_vec();
            decimal(&mut line, number);
            assert_eq!(String::from_utf8(line).unwrap(), format!("={number}"));
        }
    }

    #[test]
    fn a_line_of_text_is_one_line() {
        let line = written(LogFormat::Text, &ACCESS, 1_700_000_000_000_042);
        assert_eq!(
            line,
            "2023-11-14T22:13:20.000042Z  INFO casemate::access: request_id=\"one\" method=POST \
             route=\"/access/v1/evaluation\" status=200 micros=190 caller_provider=\"corp\" caller_id=\"a \\\"b\\\"\\nc\"\n"
        );
    }

    #[test]
    fn a_line_of_json_has_the_members_of_all_lines() {
        let access = Access { caller_provider: None, ..ACCESS };
        let line = written(LogFormat::Json, &access, 0);
        assert_eq!(line.lines().count(), 1);
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        let expected = serde_json::json!({
            "timestamp": "1970-01-01T00:00:00.000000Z", "level": "INFO", "target": TARGET, "request_id": "one",
            "method": "POST", "route": "/access/v1/evaluation", "status": 200, "micros": 190, "caller_id": "a \"b\"\nc",
        });
        assert_eq!(line, expected);
    }
}

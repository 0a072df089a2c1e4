//! The log, on standard error. Lines go through a bounded queue to a thread of their own: whoever holds up standard error
//! (a full pipe, a stopped terminal) loses lines and never holds up a request.

use std::fmt;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::str::FromStr;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use thiserror::Error;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry, reload};

use super::access;
use crate::caller::Noted;
use crate::config::LogFormat;

/// The most lines that wait to be written.
const MAX_WAITING: u64 = 4_096;

/// The most bytes of a line; what is longer is cut.
const MAX_LINE: usize = 16 << 10;

/// The most bytes that a request's id takes in a line.
const MAX_ID_FIELD: usize = 256;

/// The most bytes of lines that wait to be written.
const MAX_WAITING_BYTES: usize = 8 << 20;

/// The most memory that is kept for the lines to come, in bytes.
const MAX_KEPT: usize = 256 << 10;

/// How long the writing thread rests after a write: shorter than anybody notices, and long enough for many lines.
const REST: Duration = Duration::from_millis(5);

/// The most bytes of a text that says levels.
const MAX_LEVELS: usize = 4_096;

/// How long the end of the process waits for lines that are still to be written.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Why there is no log.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LogError {
    /// The levels cannot be read.
    #[error(transparent)]
    Levels(#[from] LevelsError),
    /// Standard error cannot be used, or no thread can be started.
    #[error("cannot log to standard error: {0}")]
    Output(#[from] io::Error),
}

/// Why a text says no levels.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{reason}: write a level, or `module=level` with commas between")]
pub struct LevelsError {
    reason: String,
}

fn parse(text: &str) -> Result<Targets, LevelsError> {
    if text.len() > MAX_LEVELS {
        return Err(LevelsError { reason: format!("levels are at most {MAX_LEVELS} bytes") });
    }
    Targets::from_str(text).map_err(|error| LevelsError { reason: error.to_string() })
}

/// Which levels of which modules are logged; they may be changed at any time. Cheap to clone.
#[derive(Clone)]
pub struct Levels {
    handle: reload::Handle<Targets, Registry>,
    text: Arc<Mutex<String>>,
}

impl fmt::Debug for Levels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Levels").field(&self.get()).finish()
    }
}

impl Levels {
    /// As they were last set, such as `info` or `warn,casemate::access=info`.
    #[must_use]
    pub fn get(&self) -> String {
        self.text.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Logs at these levels from now on.
    ///
    /// # Errors
    /// Where the text says no levels; they stay as they are.
    pub fn set(&self, text: &str) -> Result<(), LevelsError> {
        let targets = parse(text)?;
        let mut current = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        self.handle.reload(targets).map_err(|error| LevelsError { reason: error.to_string() })?;
        text.clone_into(&mut current);
        Ok(())
    }
}

/// What writes lines of this format to `output`, and the handle for its levels.
fn layer<W>(
    format: LogFormat,
    levels: &str,
    output: W,
) -> Result<(Box<dyn Layer<Registry> + Send + Sync>, Levels), LevelsError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let (filter, handle) = reload::Layer::new(parse(levels)?);
    let lines = tracing_subscriber::fmt::layer().with_writer(output).with_ansi(false);
    let layer = match format {
        LogFormat::Text => lines.with_filter(filter).boxed(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).with_filter(filter).boxed(),
    };
    Ok((layer, Levels { handle, text: Arc::new(Mutex::new(levels.to_owned())) }))
}

/// The log of the process.
#[derive(Debug, Clone)]
pub struct Log {
    lines: Lines,
    levels: Levels,
}

impl Log {
    /// Starts logging what the levels (`info`, or `warn,casemate::access=info`) let through, until the process ends. Lines
    /// that cannot be written are lost, and how many were is said as soon as something can be.
    ///
    /// # Errors
    /// Where the levels cannot be read, standard error cannot be used, or no thread can be started.
    pub fn start(format: LogFormat, levels: &str) -> Result<Log, LogError> {
        // A descriptor of its own: a write that waits holds no lock that others need.
        let lines = Lines::to(File::from(io::stderr().as_fd().try_clone_to_owned()?))?;
        let (layer, levels) = layer(format, levels, Events { format, lines: lines.clone() })?;
        if tracing_subscriber::registry().with(layer).try_init().is_err() {
            tracing::debug!("logging had been started before");
        }
        access::start(format, lines.clone());
        Ok(Log { lines, levels })
    }

    /// The handle by which the levels are changed.
    #[must_use]
    pub fn levels(&self) -> &Levels {
        &self.levels
    }

    /// Waits until what was logged so far is written, but not for long.
    pub fn finish(&self) {
        self.lines.finish();
    }
}

/// Takes lines and never waits for whoever reads them. Cheap to clone; once nobody has one, the writing ends.
#[derive(Debug, Clone)]
pub(super) struct Lines(Arc<Taking>);

#[derive(Debug)]
struct Taking(Arc<Queue>);

/// One text of all lines that wait, so that a line is a copy to its end.
#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    is_there: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    text: Vec<u8>,
    lines: u64,
    lost: u64,
    /// Answered when all before them was written.
    ends: Vec<SyncSender<()>>,
    /// Whether the writing thread is to be woken.
    is_awaited: bool,
    is_over: bool,
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Waiting)) {
        let mut waiting = self.lock();
        change(&mut waiting);
        if std::mem::take(&mut waiting.is_awaited) {
            self.is_there.notify_one();
        }
    }
}

impl Lines {
    fn to(output: impl Write + Send + 'static) -> io::Result<Lines> {
        let queue = Arc::new(Queue::default());
        let lines = Lines(Arc::new(Taking(Arc::clone(&queue))));
        std::thread::Builder::new().name("log".into()).spawn(move || write(output, &queue))?;
        Ok(lines)
    }

    /// Takes one line, whole, and waits for nobody but those who take one too.
    pub(super) fn take(&self, line: &[u8]) {
        self.0.0.change(|waiting| {
            let (line, end): (_, &[u8]) = match line.get(..MAX_LINE) {
                Some(start) if line.len() > MAX_LINE => (start, b"\n"),
                _ => (line, b""),
            };
            let length = waiting.text.len() + line.len() + end.len();
            if waiting.lines >= MAX_WAITING || length > MAX_WAITING_BYTES {
                waiting.lost += 1;
            } else {
                waiting.lines += 1;
                waiting.text.extend_from_slice(line);
                waiting.text.extend_from_slice(end);
            }
        });
    }

    fn finish(&self) {
        let (written, answer) = sync_channel(1);
        self.0.0.change(|waiting| waiting.ends.push(written));
        // Nothing can be done about lines that do not go out in time.
        let _ = answer.recv_timeout(LAST_LINES);
    }
}

impl Drop for Taking {
    fn drop(&mut self) {
        self.0.change(|waiting| waiting.is_over = true);
    }
}

/// Takes the lines of events, and adds the id of the request that they happen in. A span with the id would be made for every
/// request, while few log anything.
#[derive(Debug, Clone)]
struct Events {
    format: LogFormat,
    lines: Lines,
}

impl MakeWriter<'_> for Events {
    type Writer = Events;

    fn make_writer(&self) -> Events {
        self.clone()
    }
}

impl Write for Events {
    /// Takes one line, whole.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut kept = line.get(..=MAX_LINE).unwrap_or(line).to_vec();
        // An id holds nothing that JSON or Rust's literals escape.
        Noted::with_current_id(|id| match (self.format, kept.first()) {
            (LogFormat::Json, Some(b'{')) => {
                let member = format!("{{\"request_id\":\"{}\",", id.as_str());
                kept.splice(..1, member.into_bytes());
            }
            _ => {
                kept.truncate(kept.trim_ascii_end().len().min(MAX_LINE - MAX_ID_FIELD));
                kept.extend_from_slice(format!(" request_id=\"{}\"\n", id.as_str()).as_bytes());
            }
        });
        self.lines.take(&kept);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes what comes until nobody is left to log. An error is nothing that could be told anywhere.
///
/// After each write it rests for a moment: under load one write then takes all lines that came meanwhile, and whoever logs
/// wakes nobody.
fn write(mut output: impl Write, queue: &Queue) {
    let mut text = Vec::new();
    // Lines that could not be written, of which nobody was told yet.
    let mut unwritten = 0;
    loop {
        let (lines, ends, is_over) = {
            let mut waiting = queue.lock();
            while waiting.text.is_empty() && waiting.ends.is_empty() && waiting.lost == 0 && !waiting.is_over
            {
                waiting.is_awaited = true;
                waiting = queue.is_there.wait(waiting).unwrap_or_else(PoisonError::into_inner);
            }
            std::mem::swap(&mut text, &mut waiting.text);
            unwritten += std::mem::take(&mut waiting.lost);
            (std::mem::take(&mut waiting.lines), std::mem::take(&mut waiting.ends), waiting.is_over)
        };
        if output.write_all(&text).is_err() {
            unwritten += lines;
        }
        text.clear();
        text.shrink_to(MAX_KEPT);
        let told = "lines of the log were lost: they were not read in time";
        if unwritten > 0 && writeln!(output, "{unwritten} {told}").is_ok() {
            unwritten = 0;
        }
        for written in ends {
            let _ = written.try_send(());
        }
        if is_over {
            return;
        }
        std::thread::sleep(REST);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::{Receiver, Sender, channel};

    use super::*;
    use crate::request_id::RequestId;

    /// Takes nothing before it is let go.
    struct Stuck {
        go: Receiver<()>,
        written: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Stuck {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            // Once nobody holds it back any more, this answers at once.
            let _ = self.go.recv();
            self.written.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn events(lines: Lines) -> Events {
        Events { format: LogFormat::Text, lines }
    }

    fn stuck() -> (Lines, Sender<()>, Arc<Mutex<Vec<u8>>>) {
        let (hold, go) = channel();
        let written = Arc::default();
        (Lines::to(Stuck { go, written: Arc::clone(&written) }).unwrap(), hold, written)
    }

    #[test]
    fn a_log_that_nobody_reads_holds_up_nobody_and_tells_what_was_lost() {
        let (log, hold, written) = stuck();
        let subscriber = tracing_subscriber::registry()
            .with(tracing_subscriber::fmt::layer().with_writer(events(log.clone())).with_ansi(false));
        let (done, logged) = channel();
        std::thread::spawn(move || {
            tracing::subscriber::with_default(subscriber, || {
                for number in 0..2 * MAX_WAITING {
                    tracing::info!(number, "a line");
                }
            });
            done.send(()).unwrap();
        });
        logged.recv_timeout(Duration::from_secs(30)).expect("logging does not wait for the reader");
        drop(hold);
        log.finish();
        let deadline = std::time::Instant::now() + Duration::from_secs(30);
        let text = loop {
            let text = String::from_utf8(written.lock().unwrap().clone()).unwrap();
            if text.contains("number=4095") || std::time::Instant::now() > deadline {
                break text;
            }
            std::thread::yield_now();
        };
        assert!(text.contains("number=0") && text.contains("lines of the log were lost"), "{text:.200}");
    }

    #[test]
    fn a_line_is_cut_at_its_bound_and_the_end_waits_for_what_was_logged() {
        let (log, hold, written) = stuck();
        drop(hold);
        let mut events = events(log.clone());
        events.write_all(&vec![b'x'; 2 * MAX_LINE]).unwrap();
        events.write_all(b"last\n").unwrap();
        log.finish();
        let written = written.lock().unwrap();
        assert!(written.len() == MAX_LINE + 1 + 5 && written.ends_with(b"x\nlast\n"));
    }

    fn written(format: LogFormat, log: impl FnOnce(&Levels)) -> String {
        let (lines, hold, written) = stuck();
        drop(hold);
        let (layer, levels) = layer(format, "info", Events { format, lines: lines.clone() }).unwrap();
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || log(&levels));
        lines.finish();
        String::from_utf8(written.lock().unwrap().clone()).unwrap()
    }

    /// Does something in a request with the id `one`.
    fn in_a_request(act: impl FnOnce()) {
        let mut headers = axum::http::HeaderMap::new();
        headers.insert("x-request-id", axum::http::HeaderValue::from_static("one"));
        let noted = Noted::from(RequestId::of(&headers), None);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(noted.during(async { act() }));
    }

    #[test]
    fn a_line_of_json_has_the_request_s_id_and_the_event_s_fields() {
        let text = written(LogFormat::Json, |_| {
            in_a_request(|| tracing::info!(status = 200, "said\n\"so\""));
        });
        assert_eq!(text.lines().count(), 1, "{text}");
        let line: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(line["request_id"], "one");
        assert_eq!((&line["status"], &line["message"]), (&200.into(), &"said\n\"so\"".into()));
        assert_eq!(line["level"], "INFO");
    }

    #[test]
    fn a_line_of_text_has_the_request_s_id_however_long_it_is() {
        let text = written(LogFormat::Text, |_| {
            tracing::info!("outside");
            in_a_request(|| tracing::info!("inside"));
            in_a_request(|| tracing::info!("{}", "x".repeat(2 * MAX_LINE)));
        });
        let lines: Vec<&str> = text.lines().collect();
        assert!(
            lines[0].ends_with(": outside") && lines[1].ends_with(": inside request_id=\"one\""),
            "{text:.500}"
        );
        assert!(
            lines[2].ends_with("xx request_id=\"one\"") && lines[2].len() <= MAX_LINE && lines.len() == 3
        );
    }

    #[test]
    fn levels_change_while_it_logs_and_a_bad_text_changes_nothing() {
        let text = written(LogFormat::Text, |levels| {
            tracing::debug!("first");
            levels.set("warn,casemate_platform=debug").unwrap();
            tracing::debug!("second");
            assert!(levels.set("casemate=loud").is_err());
            assert!(levels.set(&"a=info,".repeat(1_000)).is_err());
            assert_eq!(levels.get(), "warn,casemate_platform=debug");
            levels.set("off").unwrap();
            tracing::error!("third");
        });
        assert!(!text.contains("first") && text.contains("second") && !text.contains("third"), "{text}");
    }
}

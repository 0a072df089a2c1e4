//! The log, on standard error. Lines go through a bounded queue to a thread of their own: whoever holds up standard error
//! (a full pipe, a stopped terminal) loses lines and never holds up a request.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The most lines that wait to be written.
const MAX_WAITING: usize = 4_096;

/// The most bytes of a line; what is longer is cut.
const MAX_LINE: usize = 16 << 10;

/// How long the end of the process waits for lines that are still to be written.
const LAST_LINES: Duration = Duration::from_secs(1);

/// Reads levels such as `info` or `warn,casemate::access=info`.
pub(super) fn levels(text: &str) -> Result<Targets, String> {
    Targets::from_str(text)
        .map_err(|error| format!("{error}: write a level, or `module=level` with commas between"))
}

/// Starts logging what `levels` let through, until the process ends. Lines that cannot be written are lost, and how many
/// were is said as soon as something can be.
///
/// # Errors
/// Where standard error cannot be used, or no thread can be started.
pub(super) fn start(levels: Targets) -> io::Result<Log> {
    // A descriptor of its own: a write that waits holds no lock that others need.
    let log = Log::to(File::from(io::stderr().as_fd().try_clone_to_owned()?))?;
    let lines =
        tracing_subscriber::fmt::layer().with_writer(log.clone()).with_ansi(false).with_filter(levels);
    if tracing_subscriber::registry().with(lines).try_init().is_err() {
        tracing::debug!("logging had been started before");
    }
    Ok(log)
}

/// Takes lines and never waits.
#[derive(Debug, Clone)]
pub(super) struct Log {
    queue: SyncSender<Entry>,
    lost: Arc<AtomicU64>,
}

#[derive(Debug)]
enum Entry {
    Line(Vec<u8>),
    /// Answered when all before it was written.
    End(SyncSender<()>),
}

impl Log {
    fn to(output: impl Write + Send + 'static) -> io::Result<Log> {
        let (queue, entries) = sync_channel(MAX_WAITING);
        let lost = Arc::new(AtomicU64::new(0));
        let log = Log { queue, lost: Arc::clone(&lost) };
        std::thread::Builder::new().name("log".into()).spawn(move || write(output, &entries, &lost))?;
        Ok(log)
    }

    /// Waits until what was logged so far is written, but not for long.
    pub(super) fn finish(&self) {
        let (written, answer) = sync_channel(1);
        if self.queue.try_send(Entry::End(written)).is_ok() {
            // Nothing can be done about lines that do not go out in time.
            let _ = answer.recv_timeout(LAST_LINES);
        }
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Log;

    fn make_writer(&self) -> Log {
        self.clone()
    }
}

impl Write for Log {
    /// Takes one line, whole.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let kept = match line.get(..MAX_LINE) {
            Some(beginning) if line.len() > MAX_LINE => [beginning, b"\n"].concat(),
            _ => line.to_vec(),
        };
        if self.queue.try_send(Entry::Line(kept)).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes what comes until nobody is left to log. An error is nothing that could be told anywhere.
fn write(mut output: impl Write, entries: &Receiver<Entry>, lost: &AtomicU64) {
    for entry in entries {
        match entry {
            Entry::Line(line) => {
                let _ = output.write_all(&line);
            }
            Entry::End(written) => {
                let _ = written.try_send(());
            }
        }
        let count = lost.swap(0, Ordering::Relaxed);
        if count > 0 {
            let _ = writeln!(output, "{count} lines of the log were lost: they were not read in time");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::{Sender, channel};

    use super::*;

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

    fn stuck() -> (Log, Sender<()>, Arc<Mutex<Vec<u8>>>) {
        let (hold, go) = channel();
        let written = Arc::default();
        (Log::to(Stuck { go, written: Arc::clone(&written) }).unwrap(), hold, written)
    }

    #[test]
    fn a_log_that_nobody_reads_holds_up_nobody_and_tells_what_was_lost() {
        let (log, hold, written) = stuck();
        let subscriber = tracing_subscriber::registry()
            .with(tracing_subscriber::fmt::layer().with_writer(log.clone()).with_ansi(false));
        let (done, logged) = channel();
        std::thread::spawn(move || {
            tracing::subscriber::with_default(subscriber, || {
                for number in 0..MAX_WAITING + 100 {
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
        let (mut log, hold, written) = stuck();
        drop(hold);
        log.write_all(&vec![b'x'; 2 * MAX_LINE]).unwrap();
        log.write_all(b"last\n").unwrap();
        log.finish();
        let written = written.lock().unwrap();
        assert!(written.len() == MAX_LINE + 1 + 5 && written.ends_with(b"x\nlast\n"));
    }
}

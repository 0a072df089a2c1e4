//! The load: keep-alive connections on one thread, as fast as answers come or at a rate that is held. What a request took
//! is counted from when it was due, so that a server that stalls does not hide the requests that it held up.

use std::collections::VecDeque;
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use rustix::event::{Timespec, epoll};
use rustix::fd::OwnedFd;
use rustix::io::Errno;

use crate::Failure;

/// The core of whoever asks.
const CORE: usize = 1;
/// How long answers may take once nothing more is asked.
const LAST_ANSWERS: Duration = Duration::from_secs(5);
/// The longest answer, headers included.
const MAX_ANSWER: usize = 4 << 10;

/// What a request took, and how many there were.
pub(crate) struct Outcome {
    pub(crate) requests: u64,
    pub(crate) per_second: f64,
    /// Microseconds.
    pub(crate) p50: f64,
    /// Microseconds.
    pub(crate) p99: f64,
}

/// How requests follow each other.
#[derive(Clone, Copy)]
pub(crate) enum Pace {
    /// The next one as soon as a connection is free.
    Free,
    /// So many a second, whatever the answers do.
    PerSecond(f64),
}

/// How whoever asks waits for answers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waiting {
    /// Looking again and again: nobody has to wake it, which on a virtual machine costs a server more than answering does.
    Looking,
    /// Asleep, so that the disk's own work is not held up.
    Asleep,
    /// Asleep for moments, then looking: nobody has to wake it, and it leaves its core alone meanwhile. A machine that is
    /// given less than all of both cores takes time from the server otherwise. What this adds to latencies is [`MOMENT`].
    Dozing,
}

/// How long whoever asks dozes.
const MOMENT: Duration = Duration::from_micros(50);

/// Keeps this thread on its core.
pub(crate) fn pin() -> Result<(), Failure> {
    let mut set = rustix::thread::CpuSet::new();
    set.set(CORE);
    rustix::thread::sched_setaffinity(None, &set)
        .map_err(|error| format!("two cores are needed, one for whoever asks: {error}"))?;
    Ok(())
}

struct Connection {
    stream: TcpStream,
    /// When the request that is under way was due.
    due: Instant,
    buffer: Vec<u8>,
}

/// Connections to one server, over which one request is sent again and again.
pub(crate) struct Load {
    epoll: OwnedFd,
    connections: Vec<Connection>,
    idle: VecDeque<usize>,
    waiting: Waiting,
    request: Vec<u8>,
    /// What every answer has to hold.
    expected: &'static [u8],
}

impl Load {
    /// Opens the connections.
    pub(crate) fn new(
        address: SocketAddr,
        connections: usize,
        request: Vec<u8>,
        expected: &'static str,
        waiting: Waiting,
    ) -> Result<Load, Failure> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let mut open = Vec::new();
        for number in 0..connections {
            let stream = TcpStream::connect(address)?;
            stream.set_nodelay(true)?;
            stream.set_nonblocking(true)?;
            let data = epoll::EventData::new_u64(number as u64);
            epoll::add(&epoll, &stream, data, epoll::EventFlags::IN)?;
            open.push(Connection { stream, due: Instant::now(), buffer: Vec::new() });
        }
        let idle = (0..connections).collect();
        Ok(Load { epoll, connections: open, idle, waiting, request, expected: expected.as_bytes() })
    }

    /// Asks for so long, and waits for the last answers.
    pub(crate) fn run(&mut self, pace: Pace, time: Duration) -> Result<Outcome, Failure> {
        let waiting = match (pace, self.waiting) {
            (Pace::PerSecond(_), Waiting::Looking) => Waiting::Dozing,
            (_, waiting) => waiting,
        };
        let mut times = Histogram::<u64>::new_with_bounds(1, 60_000_000_000, 3)?;
        let started = Instant::now();
        let (end, last) = (started + time, started + time + LAST_ANSWERS);
        let mut due = started;
        loop {
            let now = Instant::now();
            let next = self.send(pace, now, &mut due, end)?;
            if next.is_none() && now >= end {
                break;
            }
            if now >= last {
                return Err("a server does not answer any more".into());
            }
            self.receive(waiting, next.unwrap_or(last).saturating_duration_since(now), &mut times)?;
        }
        while self.idle.len() < self.connections.len() {
            let left = last.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err("a server does not answer any more".into());
            }
            self.receive(waiting, left, &mut times)?;
        }
        let micros = |quantile| times.value_at_quantile(quantile) as f64 / 1e3;
        Ok(Outcome {
            requests: times.len(),
            per_second: times.len() as f64 / started.elapsed().as_secs_f64(),
            p50: micros(0.5),
            p99: micros(0.99),
        })
    }

    /// Sends what is due, as far as connections are free; gives when there is something to send again, if that is known.
    fn send(
        &mut self,
        pace: Pace,
        now: Instant,
        due: &mut Instant,
        end: Instant,
    ) -> Result<Option<Instant>, Failure> {
        loop {
            if let Pace::Free = pace {
                *due = now;
            }
            if *due >= end {
                return Ok(None);
            }
            if *due > now {
                return Ok(Some(*due));
            }
            let Some(number) = self.idle.pop_front() else { return Ok(Some(end.max(now))) };
            let Some(connection) = self.connections.get_mut(number) else { continue };
            connection.due = *due;
            // A request is far smaller than an empty socket's buffer.
            connection.stream.write_all(&self.request)?;
            if let Pace::PerSecond(rate) = pace {
                *due += Duration::from_secs_f64(1.0 / rate);
            }
        }
    }

    /// Waits for answers, and takes those that are there.
    fn receive(
        &mut self,
        waiting: Waiting,
        wait: Duration,
        times: &mut Histogram<u64>,
    ) -> Result<(), Failure> {
        let wait = match waiting {
            Waiting::Asleep => wait,
            Waiting::Looking => Duration::ZERO,
            Waiting::Dozing => {
                std::thread::sleep(wait.min(MOMENT));
                Duration::ZERO
            }
        };
        let timeout = Timespec { tv_sec: wait.as_secs() as i64, tv_nsec: i64::from(wait.subsec_nanos()) };
        let mut events = Vec::with_capacity(self.connections.len());
        match epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut events), Some(&timeout)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        for event in &events {
            let data = event.data;
            let number = data.u64() as usize;
            let Some(connection) = self.connections.get_mut(number) else { continue };
            if connection.is_answered(self.expected)? {
                let took = connection.due.elapsed().as_nanos() as u64;
                times.saturating_record(took.max(1));
                self.idle.push_back(number);
            }
        }
        Ok(())
    }
}

impl Connection {
    /// Reads what is there; answers whether the answer is whole, and fails where it is another than expected.
    fn is_answered(&mut self, expected: &[u8]) -> Result<bool, Failure> {
        let mut bytes = [0; MAX_ANSWER];
        let count = match self.stream.read(&mut bytes) {
            Ok(0) => return Err("a server closed a connection".into()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        self.buffer.extend_from_slice(bytes.get(..count).unwrap_or_default());
        let Some(length) = length(&self.buffer) else {
            return if self.buffer.len() < MAX_ANSWER {
                Ok(false)
            } else {
                Err("an answer is too long".into())
            };
        };
        if self.buffer.len() < length {
            return Ok(false);
        }
        let is_right = self.buffer.starts_with(b"HTTP/1.1 200 ")
            && self.buffer.windows(expected.len()).any(|window| window == expected);
        if !is_right {
            return Err(format!("an answer is another: {}", String::from_utf8_lossy(&self.buffer)).into());
        }
        self.buffer.clear();
        Ok(true)
    }
}

/// The length of an answer whose headers are there.
fn length(answer: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b"content-length: ";
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let lines = answer.get(..head)?;
    let name = lines.windows(NAME.len()).position(|window| window.eq_ignore_ascii_case(NAME))?;
    let digits = lines.get(name + NAME.len()..)?.split(|byte| *byte == b'\r').next()?;
    let body: usize = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some(head + body)
}

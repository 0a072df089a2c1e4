//! The load: keep-alive connections on one thread, over which requests are sent in turn as fast as answers come. The same for
//! both servers.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use rustix::event::{Timespec, epoll};
use rustix::fd::OwnedFd;
use rustix::io::Errno;

use crate::Failure;
use crate::answer::whole;

/// The core of whoever asks.
const CORE: usize = 1;
/// How long answers may take once nothing more is asked.
const LAST_ANSWERS: Duration = Duration::from_secs(10);

/// Keeps this thread on its core.
pub(crate) fn pin() -> Result<(), Failure> {
    let mut set = rustix::thread::CpuSet::new();
    set.set(CORE);
    rustix::thread::sched_setaffinity(None, &set)
        .map_err(|error| format!("two cores are needed, one for whoever asks: {error}"))?;
    Ok(())
}

/// A request, how many decisions it asks for, and how many of them allow.
pub(crate) struct Request {
    pub(crate) bytes: Vec<u8>,
    pub(crate) decisions: u64,
    pub(crate) allowed: usize,
}

struct Connection {
    stream: TcpStream,
    asked: usize,
    buffer: Vec<u8>,
}

/// Connections to one server.
pub(crate) struct Load {
    epoll: OwnedFd,
    connections: Vec<Connection>,
    requests: Vec<Request>,
    /// The text that an answer holds for each decision that allows.
    allows: &'static str,
    next: usize,
}

impl Load {
    /// Opens the connections.
    pub(crate) fn new(
        address: SocketAddr,
        connections: usize,
        requests: Vec<Request>,
        allows: &'static str,
    ) -> Result<Load, Failure> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        let mut open = Vec::new();
        for number in 0..connections {
            let stream = TcpStream::connect(address)?;
            stream.set_nodelay(true)?;
            let data = epoll::EventData::new_u64(number as u64);
            epoll::add(&epoll, &stream, data, epoll::EventFlags::IN)?;
            open.push(Connection { stream, asked: 0, buffer: Vec::new() });
        }
        Ok(Load { epoll, connections: open, requests, allows, next: 0 })
    }

    /// Asks each of the requests once, on one connection, and gives the bodies of the answers.
    pub(crate) fn each(&mut self) -> Result<Vec<Vec<u8>>, Failure> {
        let connection = self.connections.first_mut().ok_or("there is no connection")?;
        let mut bodies = Vec::new();
        for request in &self.requests {
            connection.stream.set_nonblocking(false)?;
            connection.stream.write_all(&request.bytes)?;
            bodies.push(loop {
                if let Some(body) = connection.read()? {
                    break body;
                }
            });
        }
        Ok(bodies)
    }

    /// Asks for so long, and waits for the last answers; gives how many decisions there were.
    pub(crate) fn run(&mut self, time: Duration) -> Result<u64, Failure> {
        let (end, last) = (Instant::now() + time, Instant::now() + time + LAST_ANSWERS);
        let (mut decisions, mut under_way) = (0, 0);
        for number in 0..self.connections.len() {
            self.ask(number)?;
            under_way += 1;
        }
        while under_way > 0 {
            let now = Instant::now();
            if now >= last {
                return Err("a server does not answer any more".into());
            }
            for number in self.ready()? {
                let Some(connection) = self.connections.get_mut(number) else { continue };
                let Some(body) = connection.read()? else { continue };
                let asked = connection.asked;
                decisions += self.checked(asked, &body)?;
                under_way -= 1;
                if now < end {
                    self.ask(number)?;
                    under_way += 1;
                }
            }
        }
        Ok(decisions)
    }

    fn ask(&mut self, number: usize) -> Result<(), Failure> {
        let Some(connection) = self.connections.get_mut(number) else { return Ok(()) };
        let asked = self.next % self.requests.len();
        let Some(request) = self.requests.get(asked) else { return Ok(()) };
        self.next += 1;
        connection.asked = asked;
        // A request is far smaller than an empty socket's buffer.
        connection.stream.set_nonblocking(true)?;
        connection.stream.write_all(&request.bytes)?;
        Ok(())
    }

    /// How many decisions an answer holds, which is the one that it ought to be.
    fn checked(&self, asked: usize, body: &[u8]) -> Result<u64, Failure> {
        let request = self.requests.get(asked).ok_or("nothing was asked")?;
        let body = std::str::from_utf8(body)?;
        if body.matches(self.allows).count() != request.allowed {
            return Err(format!("an answer is another: {body}").into());
        }
        Ok(request.decisions)
    }

    /// The connections on which something came.
    fn ready(&self) -> Result<Vec<usize>, Failure> {
        // Looking again and again: nobody has to wake it, which on a virtual machine costs a server more than answering does.
        let timeout = Timespec { tv_sec: 0, tv_nsec: 0 };
        let mut events = Vec::with_capacity(self.connections.len());
        match epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut events), Some(&timeout)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(events
            .iter()
            .map(|event| {
                let data = event.data;
                data.u64() as usize
            })
            .collect())
    }
}

impl Connection {
    /// Reads what is there; gives the body once the answer is whole.
    fn read(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        let mut bytes = [0; 16 << 10];
        let count = match self.stream.read(&mut bytes) {
            Ok(0) => return Err("a server closed a connection".into()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        self.buffer.extend_from_slice(bytes.get(..count).unwrap_or_default());
        let body = whole(&self.buffer)?;
        if body.is_some() {
            self.buffer.clear();
        }
        Ok(body)
    }
}

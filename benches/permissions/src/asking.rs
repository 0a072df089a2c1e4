//! One request after the other on a connection that is kept.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use casemate_figures::Failure;
use serde_json::Value;

use crate::answer::whole;
use crate::server::Server;

/// How long an answer may take: of the largest store, a change is waited for too.
const ANSWER: Duration = Duration::from_secs(300);

/// The bytes of a request in a tenant; in that of the key, where it is empty.
pub(crate) fn request(request: &str, tenant: &str, key: &str, body: Option<&Value>) -> Vec<u8> {
    let body = body.map(Value::to_string).unwrap_or_default();
    let tenant = if tenant.is_empty() { String::new() } else { format!("Casemate-Tenant: {tenant}\r\n") };
    format!(
        "{request} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {key}\r\n{tenant}\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A connection.
pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(crate) fn to(address: SocketAddr) -> Result<Connection, Failure> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER))?;
        Ok(Connection { stream, buffer: Vec::new() })
    }

    /// Sends a request, and waits for the body of its answer; one that is no success is a failure.
    pub(crate) fn ask(&mut self, request: &[u8]) -> Result<Vec<u8>, Failure> {
        self.send(request)?;
        self.answer()
    }

    pub(crate) fn send(&mut self, request: &[u8]) -> Result<(), Failure> {
        Ok(self.stream.write_all(request)?)
    }

    pub(crate) fn answer(&mut self) -> Result<Vec<u8>, Failure> {
        let mut part = [0; 16 << 10];
        loop {
            if let Some(body) = whole(&self.buffer).inspect_err(|_| self.buffer.clear())? {
                self.buffer.clear();
                return Ok(body);
            }
            let count = self.stream.read(&mut part)?;
            if count == 0 {
                return Err("the server closed a connection".into());
            }
            self.buffer.extend_from_slice(part.get(..count).unwrap_or_default());
        }
    }

    /// How long an answer took, in seconds.
    pub(crate) fn timed(&mut self, request: &[u8]) -> Result<f64, Failure> {
        let begun = Instant::now();
        self.ask(request)?;
        Ok(begun.elapsed().as_secs_f64())
    }

    /// Sends a request with a document, and gives the one that is answered.
    pub(crate) fn json(
        &mut self,
        of: &str,
        tenant: &str,
        key: &str,
        body: Option<&Value>,
    ) -> Result<Value, Failure> {
        let answer = self.ask(&request(of, tenant, key, body)).map_err(|error| format!("{of}: {error}"))?;
        Ok(serde_json::from_slice(&answer).unwrap_or_default())
    }
}

/// A figure that a server shows of itself.
pub(crate) fn metric(server: &Server, name: &str) -> Result<f64, Failure> {
    let address = server.metrics.ok_or("the server shows no figures")?;
    let mut connection = Connection::to(address)?;
    let text = connection.ask(format!("GET /metrics HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes())?;
    let text = String::from_utf8(text)?;
    let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    Ok(value.ok_or_else(|| format!("the server does not show {name}"))?.parse()?)
}

/// The value of which so many of a hundred are no greater.
pub(crate) fn percentile(values: &mut [f64], of_hundred: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let place = (values.len() as f64 * of_hundred / 100.0).ceil() as usize;
    values.get(place.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

//! Casemate itself, as the binary that the test was built with.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::{Process, Program, Signal, StartError};

const READY_LIMIT: Duration = Duration::from_secs(30);
const ANSWER_LIMIT: Duration = Duration::from_secs(30);

/// How a Casemate is to be started. Its port is always one that is free.
#[derive(Debug)]
pub struct CasemateBuilder {
    program: Program,
}

/// A running Casemate. It is ended when this value is dropped or the test dies.
#[derive(Debug)]
pub struct Casemate {
    process: Process,
    address: SocketAddr,
    credential: Option<String>,
    one_time_key: Option<String>,
}

/// What it answered.
#[derive(Debug)]
pub struct HttpAnswer {
    /// The status code.
    pub status: u16,
    /// Header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The body as it came.
    pub body: String,
}

impl CasemateBuilder {
    /// The binary at this path (`env!("CARGO_BIN_EXE_casemate")`), keeping its state in `data`.
    pub fn new(binary: impl AsRef<Path>, data: impl AsRef<Path>) -> CasemateBuilder {
        let program = Program::new(binary.as_ref())
            .args(["serve", "--format", "json", "--listen", "127.0.0.1:0", "--data"])
            .arg(data.as_ref());
        CasemateBuilder { program }
    }

    /// With the policy in this folder.
    #[must_use]
    pub fn policy(mut self, folder: impl AsRef<Path>) -> CasemateBuilder {
        self.program = self.program.arg("--policy").arg(folder.as_ref());
        self
    }

    /// With one more argument of `casemate serve`.
    #[must_use]
    pub fn arg(mut self, argument: &str) -> CasemateBuilder {
        self.program = self.program.arg(argument);
        self
    }

    /// With an environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> CasemateBuilder {
        self.program = self.program.env(name, value);
        self
    }

    /// Ended by SIGKILL rather than SIGTERM.
    #[must_use]
    pub fn killed(mut self) -> CasemateBuilder {
        self.program = self.program.signal(Signal::Kill);
        self
    }

    /// Starts it and waits until it listens.
    ///
    /// # Errors
    /// When it ends instead, or is not ready in time; the error holds what it said.
    pub fn start(self) -> Result<Casemate, StartError> {
        let process = Process::start("casemate", &self.program)?;
        let said = process.wait_until(READY_LIMIT, |process| listening(&process.log()))?;
        Ok(Casemate {
            process,
            address: said.address,
            credential: said.credential,
            one_time_key: said.one_time_key,
        })
    }
}

impl Casemate {
    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The development credential of a first start.
    #[must_use]
    pub fn credential(&self) -> Option<&str> {
        self.credential.as_deref()
    }

    /// The key of a first start by which somebody becomes an administrator, once.
    #[must_use]
    pub fn one_time_key(&self) -> Option<&str> {
        self.one_time_key.as_deref()
    }

    /// Uses a one-time key up: the answer, which holds the API key of the new service account `name`.
    ///
    /// # Errors
    /// As [`Casemate::request`].
    pub fn redeem(&self, key: &str, name: &str) -> std::io::Result<HttpAnswer> {
        let body = json!({ "key": key, "administrator": { "service_account": { "name": name } } });
        self.request("POST /api/v1/administrators", &["Content-Type: application/json"], &body.to_string())
    }

    /// Becomes the administrator by the key of the first start: the API key of the service account `operator`.
    ///
    /// # Errors
    /// Where this is no first start, or the key was used already.
    pub fn administrator(&self) -> std::io::Result<String> {
        let key = self.one_time_key().ok_or_else(|| std::io::Error::other("it printed no one-time key"))?;
        let answer = self.redeem(key, "operator")?;
        match answer.json().pointer("/api_key/key").and_then(Value::as_str) {
            Some(key) => Ok(key.to_owned()),
            None => Err(std::io::Error::other(answer.body)),
        }
    }

    /// Ends it now with the signal that it was started for, for those who still ask it, and waits until it is gone.
    pub fn kill(&self) {
        self.process.end();
    }

    /// All that it has printed and logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// Asks again and again until `ready` gives something.
    ///
    /// # Errors
    /// As soon as it has ended, and after half a minute.
    pub fn wait_until<T>(&self, mut ready: impl FnMut(&Casemate) -> Option<T>) -> Result<T, StartError> {
        self.process.wait_until(READY_LIMIT, |_| ready(self))
    }

    /// Sends one request on a connection of its own. `headers` are whole lines without their ends.
    ///
    /// # Errors
    /// When it does not answer with HTTP.
    pub fn request(&self, request: &str, headers: &[&str], body: &str) -> std::io::Result<HttpAnswer> {
        exchange(self.address, request, headers, body)
    }

    /// Posts JSON with a bearer credential.
    ///
    /// # Errors
    /// As [`Casemate::request`].
    pub fn post(&self, path: &str, credential: &str, body: &str) -> std::io::Result<HttpAnswer> {
        let authorization = format!("Authorization: Bearer {credential}");
        self.request(&format!("POST {path}"), &["Content-Type: application/json", &authorization], body)
    }

    /// Gets a path with a bearer credential.
    ///
    /// # Errors
    /// As [`Casemate::request`].
    pub fn get(&self, path: &str, credential: &str) -> std::io::Result<HttpAnswer> {
        self.request(&format!("GET {path}"), &[&format!("Authorization: Bearer {credential}")], "")
    }
}

impl HttpAnswer {
    /// The body as JSON; null where it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The value of a header, named in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What it says of itself.
struct Said {
    address: SocketAddr,
    credential: Option<String>,
    one_time_key: Option<String>,
}

/// Out of the line that it prints when it listens.
fn listening(log: &str) -> Option<Said> {
    let line = log.split_inclusive('\n').find(|line| line.starts_with("{\"url\"") && line.ends_with('\n'))?;
    let said: Value = serde_json::from_str(line).ok()?;
    let text = |name: &str| said.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(Said {
        address: said.get("listen")?.as_str()?.parse().ok()?,
        credential: text("development_credential"),
        one_time_key: text("one_time_key"),
    })
}

fn exchange(address: SocketAddr, request: &str, headers: &[&str], body: &str) -> std::io::Result<HttpAnswer> {
    let mut stream = TcpStream::connect_timeout(&address, ANSWER_LIMIT)?;
    stream.set_read_timeout(Some(ANSWER_LIMIT))?;
    let mut text = format!(
        "{request} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    for header in headers {
        text.push_str(header);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    text.push_str(body);
    // A server that refuses early may have closed before all was written, and still has answered.
    let written = stream.write_all(text.as_bytes());
    let mut answer = Vec::new();
    match stream.read_to_end(&mut answer) {
        Err(error) if answer.is_empty() => return Err(written.err().unwrap_or(error)),
        _ => {}
    }
    let answer = String::from_utf8_lossy(&answer);
    parse(&answer).ok_or_else(|| std::io::Error::other(format!("{request} was answered with: {answer}")))
}

fn parse(answer: &str) -> Option<HttpAnswer> {
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let (status, headers) = head.split_once("\r\n").unwrap_or((head, ""));
    let status = status.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    let headers = headers
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    Some(HttpAnswer { status, headers, body: body.to_owned() })
}

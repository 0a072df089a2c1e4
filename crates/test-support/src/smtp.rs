//! A real mail server: `aiosmtpd` on loopback.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::oidc::{json, ports};
use crate::process::private_folder;
use crate::{Account, Process, Program, Signal, StartError, find_program};

const SCRIPT: &str = include_str!("../smtp/server.py");
const PACKAGE: &str = "python3-aiosmtpd";
const READY_LIMIT: Duration = Duration::from_secs(60);
const LETTER_LIMIT: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(20);

/// A running mail server. It is gone when this value is dropped or the test dies.
#[derive(Debug)]
pub struct SmtpServer {
    // Held for its end: dropping it ends the program.
    _process: Process,
    port: u16,
    admin: u16,
}

/// A letter that the server took.
#[derive(Debug, Clone, Deserialize)]
pub struct ReceivedLetter {
    /// The sender of the envelope.
    pub from: String,
    /// The recipients of the envelope.
    pub to: Vec<String>,
    /// Headers and body as they came.
    pub text: String,
    /// Whether it came under TLS.
    pub tls: bool,
    /// Whether who sent it had signed in.
    pub authenticated: bool,
}

impl SmtpServer {
    /// Who may send where the connection is protected.
    pub const USER: &'static str = "casemate";
    /// Their password.
    pub const PASSWORD: &'static str = "mail: 100% + secret";

    /// Starts a server without TLS, which takes letters from everybody.
    ///
    /// # Errors
    /// Where `aiosmtpd` is missing (the error names what to install), or it does not come up.
    pub fn start() -> Result<Self, StartError> {
        Self::start_with("none", None)
    }

    /// Starts a server that begins TLS by STARTTLS and wants [`SmtpServer::USER`], with this certificate and key (PEM).
    ///
    /// # Errors
    /// As [`SmtpServer::start`].
    pub fn start_with_starttls(certificate: &str, key: &str) -> Result<Self, StartError> {
        Self::start_with("starttls", Some((certificate, key)))
    }

    /// Starts a server that speaks TLS from the beginning and wants [`SmtpServer::USER`], with this certificate and key (PEM).
    ///
    /// # Errors
    /// As [`SmtpServer::start`].
    pub fn start_with_tls(certificate: &str, key: &str) -> Result<Self, StartError> {
        Self::start_with("tls", Some((certificate, key)))
    }

    fn start_with(mode: &str, tls: Option<(&str, &str)>) -> Result<Self, StartError> {
        let python = interpreter(&find_program("aiosmtpd", &["/usr/bin".into()], PACKAGE)?)?;
        let folder = private_folder("smtp", Account::Own)?;
        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            fs::write(&path, text)
                .map_err(|error| StartError::io(format!("write {}", path.display()), error))?;
            Ok::<PathBuf, StartError>(path)
        };
        let program = (|| {
            let program =
                Program::new(python).arg(write("server.py", SCRIPT)?).arg(mode).signal(Signal::Kill);
            Ok(match tls {
                Some((certificate, key)) => {
                    program.arg(write("certificate.pem", certificate)?).arg(write("key.pem", key)?)
                }
                None => program,
            })
        })();
        let program = program.inspect_err(|_| drop(fs::remove_dir_all(&folder)))?;
        let process = Process::start_in(folder, &program)?;
        let (port, admin) = process.wait_until(READY_LIMIT, |process| ports(&process.log()))?;
        Ok(Self { _process: process, port, admin })
    }

    /// Its port on `127.0.0.1`.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Refuses the next letters with this code.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn refuse(&self, code: u16, times: u32) -> std::io::Result<()> {
        let body = serde_json::json!({ "code": code, "times": times }).to_string();
        json(self.admin, "POST /refuse", &body).map(drop)
    }

    /// How many letters came, those that were refused included.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn tries(&self) -> std::io::Result<u64> {
        Ok(serde_json::from_value(json(self.admin, "GET /tries", "")?)?)
    }

    /// The letters that it took, the oldest first.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn letters(&self) -> std::io::Result<Vec<ReceivedLetter>> {
        Ok(serde_json::from_value(json(self.admin, "GET /letters", "")?)?)
    }

    /// The letters, as soon as there are so many.
    ///
    /// # Errors
    /// When the server does not answer, or there are fewer after a minute.
    pub fn wait_for_letters(&self, count: usize) -> std::io::Result<Vec<ReceivedLetter>> {
        let end = Instant::now() + LETTER_LIMIT;
        loop {
            let letters = self.letters()?;
            if letters.len() >= count {
                return Ok(letters);
            }
            if Instant::now() >= end {
                return Err(std::io::Error::other(format!("{} letters came, not {count}", letters.len())));
            }
            std::thread::sleep(POLL);
        }
    }
}

impl ReceivedLetter {
    /// The value of a header, its lines joined.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.text.split("\r\n\r\n").next()?.replace("\r\n ", " ");
        head.lines().find_map(|line| {
            let (there, value) = line.split_once(':')?;
            there.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    }

    /// The body, transfer encodings undone as far as they break lines (RFC 2045, section 6.7).
    #[must_use]
    pub fn body(&self) -> String {
        let body = self.text.split_once("\r\n\r\n").map_or("", |(_, body)| body);
        body.replace("=\r\n", "").replace("=3D", "=").replace("\r\n", "\n")
    }
}

/// The Python that a script with a `#!` line is run by: the one that has its modules.
fn interpreter(script: &Path) -> Result<PathBuf, StartError> {
    let failed = |error| StartError::io(format!("read {}", script.display()), error);
    let mut line = String::new();
    BufReader::new(fs::File::open(script).map_err(failed)?).read_line(&mut line).map_err(failed)?;
    Ok(PathBuf::from(line.trim().strip_prefix("#!").map_or("/usr/bin/python3", str::trim)))
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;

    use super::*;

    #[test]
    fn it_takes_a_letter_and_is_gone_afterwards() {
        let server = SmtpServer::start().unwrap();
        server.refuse(451, 1).unwrap();
        for _ in 0..2 {
            let mut stream = TcpStream::connect(("127.0.0.1", server.port())).unwrap();
            let lines = "HELO test\r\nMAIL FROM:<a@test>\r\nRCPT TO:<b@test>\r\nDATA\r\n";
            stream.write_all(lines.as_bytes()).unwrap();
            stream.write_all(b"Subject: x\r\n y\r\n\r\nhello=\r\n there\r\n.\r\nQUIT\r\n").unwrap();
            let mut answers = String::new();
            stream.read_to_string(&mut answers).unwrap();
        }
        let letters = server.wait_for_letters(1).unwrap();
        assert_eq!((letters.len(), server.tries().unwrap()), (1, 2));
        assert_eq!(letters[0].header("subject").as_deref(), Some("x y"));
        assert_eq!(letters[0].body(), "hello there\n");
        assert_eq!((letters[0].from.as_str(), &*letters[0].to), ("a@test", &["b@test".to_owned()][..]));
        let port = server.port();
        drop(server);
        assert!(TcpStream::connect(("127.0.0.1", port)).is_err());
    }
}

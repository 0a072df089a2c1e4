//! A private NATS server with JetStream.

use std::fs;
use std::io::Read as _;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::process::{free_port, private_folder};
use crate::{Account, Process, Program, StartError, find_program};

const PACKAGE: &str = "nats-server";
const READY: Duration = Duration::from_secs(30);
/// How often another port is tried where somebody else took the one that was free.
const ATTEMPTS: usize = 5;

/// A server with JetStream on a free port of this machine. It is gone when this value is dropped or the test dies.
#[derive(Debug)]
pub struct Nats {
    _process: Process,
    port: u16,
}

impl Nats {
    /// The user who may do everything.
    pub const USER: &'static str = "casemate";
    /// Their password.
    pub const PASSWORD: &'static str = "casemate-password";

    /// Starts a server without streams; with a certificate and its key in PEM form, it speaks TLS alone.
    ///
    /// # Errors
    /// [`StartError`]: the program is missing (it says what to install), or the server did not start.
    pub fn start(tls: Option<(&str, &str)>) -> Result<Self, StartError> {
        let server = find_program("nats-server", &["/usr/sbin", "/usr/bin"].map(PathBuf::from), PACKAGE)?;
        let mut attempt = 1;
        loop {
            match Self::start_at(&server, tls, free_port()?) {
                Err(StartError::Ended { .. }) if attempt < ATTEMPTS => attempt += 1,
                outcome => return outcome,
            }
        }
    }

    fn start_at(server: &Path, tls: Option<(&str, &str)>, port: u16) -> Result<Self, StartError> {
        let account = Account::unprivileged()?;
        let folder = private_folder("nats", account)?;
        if let Err(error) = prepare(&folder, account, tls, port) {
            drop(fs::remove_dir_all(&folder));
            return Err(error);
        }
        let program = Program::new(server).account(account).arg("-c").arg(folder.join("nats.conf"));
        let process = Process::start_in(folder, &program)?;
        // It speaks first.
        let speaks = || {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
            stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
            let mut said = [0; 5];
            stream.read_exact(&mut said).ok()?;
            (&said == b"INFO ").then_some(())
        };
        process.wait_until(READY, |_| speaks())?;
        Ok(Nats { _process: process, port })
    }

    /// The port that it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

fn prepare(folder: &Path, account: Account, tls: Option<(&str, &str)>, port: u16) -> Result<(), StartError> {
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| StartError::io(format!("write {}", path.display()), error))?;
        account.give(&path)
    };
    let mut text = format!(
        "listen: \"127.0.0.1:{port}\"\njetstream {{ store_dir: \"{}\" }}\n\
         authorization {{ user: \"{}\", password: \"{}\" }}\n",
        folder.join("streams").display(),
        Nats::USER,
        Nats::PASSWORD
    );
    if let Some((certificate, key)) = tls {
        write("certificate.pem", certificate)?;
        write("key.pem", key)?;
        let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
        text.push_str(&format!(
            "tls {{ cert_file: \"{}\", key_file: \"{}\" }}\n",
            certificate.display(),
            key.display()
        ));
    }
    write("nats.conf", &text)
}

//! A private MariaDB server.

use std::io::Read as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::process::private_folder;
use crate::{Account, Process, Program, Signal, StartError, find_program};

const PACKAGE: &str = "mariadb-server";
const READY: Duration = Duration::from_secs(60);
const SOCKET_PATH_MAX: usize = 107;

/// A MariaDB server on a unix socket in a private folder, without durability, with the character set and collation of
/// Debian's own configuration (`utf8mb4`, `utf8mb4_general_ci`). It is gone when this value is dropped or the test
/// dies.
#[derive(Debug)]
pub struct MariaDb {
    process: Process,
    client: PathBuf,
    databases: AtomicU32,
}

impl MariaDb {
    /// Creates an empty data folder and starts its server; about four seconds.
    ///
    /// # Errors
    /// [`StartError`]: the programs are missing (it says what to install), or the server did not start.
    pub fn start() -> Result<Self, StartError> {
        let folders = ["/usr/sbin", "/usr/bin", "/usr/local/sbin"].map(PathBuf::from);
        let install = find_program("mariadb-install-db", &folders, PACKAGE)?;
        let server = find_program("mariadbd", &folders, PACKAGE)?;
        let client = find_program("mariadb", &folders, PACKAGE)?;
        let account = Account::unprivileged()?;
        let folder = private_folder("mariadb", account)?;
        if let Err(error) = prepare(&install, account, &folder) {
            drop(std::fs::remove_dir_all(&folder));
            return Err(error);
        }
        let socket = socket(&folder);
        let program = Program::new(server)
            .account(account)
            .signal(Signal::Kill)
            .arg("--no-defaults")
            .arg(option("datadir", &folder.join("data")))
            .arg(option("socket", &socket))
            .arg(option("pid-file", &folder.join("server.pid")))
            .arg(option("tmpdir", &folder))
            .args(["--skip-networking", "--skip-log-bin", "--skip-name-resolve", "--sql-mode=TRADITIONAL"])
            .args(["--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci"])
            .args([
                "--innodb-flush-log-at-trx-commit=0",
                "--innodb-buffer-pool-size=16M",
                "--innodb-log-file-size=4M",
            ]);
        let process = Process::start_in(folder, &program)?;
        process.wait_until(READY, |_| greets(&socket).then_some(()))?;
        Ok(Self { process, client, databases: AtomicU32::new(0) })
    }

    /// The URL of a database named `casemate`, created empty by the start, with all rights and without a password.
    ///
    /// # Errors
    /// [`StartError::Ended`] where the database could not be created.
    pub fn url(&self) -> Result<String, StartError> {
        self.database("casemate")
    }

    /// Creates an empty database and answers its URL: for tests that share a server.
    ///
    /// # Errors
    /// [`StartError::Ended`] where the database could not be created.
    pub fn create_database(&self) -> Result<String, StartError> {
        self.database(&format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed)))
    }

    fn database(&self, name: &str) -> Result<String, StartError> {
        let socket = socket(self.process.folder());
        Program::new(&self.client)
            .arg("--no-defaults")
            .arg(option("socket", &socket))
            .args(["--user=root", "--batch", "--execute", &format!("CREATE DATABASE IF NOT EXISTS {name}")])
            .run_to_end(Path::new("/"))?;
        Ok(format!("mysql://root@localhost/{name}?socket={}", socket.display()))
    }
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("socket")
}

fn option(name: &str, path: &Path) -> std::ffi::OsString {
    let mut text = std::ffi::OsString::from(format!("--{name}="));
    text.push(path);
    text
}

fn prepare(install: &Path, account: Account, folder: &Path) -> Result<(), StartError> {
    let socket = socket(folder);
    if socket.as_os_str().len() > SOCKET_PATH_MAX {
        return Err(StartError::PathTooLong { path: socket });
    }
    Program::new(install)
        .account(account)
        .arg("--no-defaults")
        .arg(option("datadir", &folder.join("data")))
        .arg(option("tmpdir", folder))
        .args(["--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"])
        .args(["--innodb-log-file-size=4M", "--innodb-flush-log-at-trx-commit=0"])
        .run_to_end(folder)
}

/// Whether the server sends the first byte of its greeting: it accepts connections before it answers them.
fn greets(socket: &Path) -> bool {
    let Ok(mut stream) = UnixStream::connect(socket) else { return false };
    let mut first = [0_u8; 1];
    stream.set_read_timeout(Some(Duration::from_secs(1))).is_ok() && stream.read_exact(&mut first).is_ok()
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_private_server_answers_and_is_gone_afterwards() {
        let server = MariaDb::start().unwrap();
        let folder = server.process.folder().to_owned();
        assert!(server.url().unwrap().contains("/casemate?"));
        let first = server.create_database().unwrap();
        let second = server.create_database().unwrap();
        assert_ne!(first, second);
        let output = Command::new(&server.client)
            .arg("--no-defaults")
            .arg(option("socket", &socket(&folder)))
            .args([
                "--user=root",
                "--batch",
                "--skip-column-names",
                "--execute",
                "SELECT database(), 6 * 7",
                "test_0",
            ])
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), "test_0\t42");
        drop(server);
        assert!(!folder.exists());
    }
}

//! A private PostgreSQL server.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::process::private_folder;
use crate::programs::postgres_folders;
use crate::{Account, Process, Program, Signal, StartError, find_program};

/// How many databases this process has made, in whichever servers: one that lasts may be started again.
static DATABASES: AtomicU32 = AtomicU32::new(0);

const PACKAGE: &str = "postgresql";
const READY: Duration = Duration::from_secs(60);
const SOCKET_PATH_MAX: usize = 107;

/// A PostgreSQL server of the newest version on this machine, on a unix socket in a private folder. It is gone when this value is dropped or the test dies.
#[derive(Debug)]
pub struct Postgres {
    /// Held, since it ends when it is dropped.
    _process: Process,
    socket: PathBuf,
    createdb: PathBuf,
    psql: PathBuf,
}

impl Postgres {
    /// Creates an empty cluster and starts its server, which flushes nothing; about two seconds.
    ///
    /// # Errors
    /// [`StartError`]: the programs are missing (it says what to install), or the server did not start.
    pub fn start() -> Result<Self, StartError> {
        Self::start_with(&[
            "fsync=off",
            "synchronous_commit=off",
            "full_page_writes=off",
            "shared_buffers=16MB",
            "max_connections=50",
        ])
    }

    /// As [`Postgres::start`], a server as it comes, which flushes what it commits: for measurements.
    ///
    /// # Errors
    /// As [`Postgres::start`].
    pub fn start_durable() -> Result<Self, StartError> {
        Self::start_with(&[])
    }

    fn start_with(settings: &[&str]) -> Result<Self, StartError> {
        let folders = postgres_folders(Path::new("/usr/lib/postgresql"));
        let initdb = find_program("initdb", &folders, PACKAGE)?;
        let createdb = find_program("createdb", &folders, PACKAGE)?;
        let psql = find_program("psql", &folders, PACKAGE)?;
        let postgres = find_program("postgres", &folders, PACKAGE)?;
        let account = Account::unprivileged()?;
        let folder = private_folder("postgres", account)?;
        let prepared = prepare(&initdb, account, &folder);
        if let Err(error) = prepared {
            drop(std::fs::remove_dir_all(&folder));
            return Err(error);
        }
        let program = Program::new(postgres)
            .account(account)
            .signal(Signal::Quit)
            .arg("-D")
            .arg(folder.join("data"))
            .arg("-k")
            .arg(&folder)
            .args(["-c", "listen_addresses="])
            .args(settings.iter().flat_map(|setting| ["-c", setting]));
        let process = Process::start_in(folder, &program)?;
        process.wait_until(READY, |process| {
            let state = std::fs::read_to_string(process.folder().join("data/postmaster.pid")).ok()?;
            // The eighth line holds the server's state: what pg_ctl waits for too.
            (state.lines().nth(7)?.trim() == "ready").then_some(())
        })?;
        Ok(Self { socket: process.folder().to_owned(), _process: process, createdb, psql })
    }

    /// A server whose data stay in `data` when it is gone, and that keeps what it acknowledged when it is killed, as it is when
    /// this value is dropped. Started again in the same folder it recovers, and listens where it did.
    ///
    /// # Errors
    /// As [`Postgres::start`].
    pub fn lasting(data: &Path) -> Result<Self, StartError> {
        let folders = postgres_folders(Path::new("/usr/lib/postgresql"));
        let initdb = find_program("initdb", &folders, PACKAGE)?;
        let createdb = find_program("createdb", &folders, PACKAGE)?;
        let psql = find_program("psql", &folders, PACKAGE)?;
        let postgres = find_program("postgres", &folders, PACKAGE)?;
        let account = Account::unprivileged()?;
        if !data.join("data/PG_VERSION").exists() {
            account.give(data)?;
            prepare(&initdb, account, data)?;
        }
        let program = Program::new(postgres)
            .account(account)
            .signal(Signal::Kill)
            .arg("-D")
            .arg(data.join("data"))
            .arg("-k")
            .arg(data)
            .args(["-c", "listen_addresses="])
            .args(["-c", "fsync=off", "-c", "max_wal_size=64MB"])
            .args(["-c", "shared_buffers=16MB", "-c", "max_connections=50"]);
        let deadline = Instant::now() + READY;
        loop {
            // What the postmaster's state says may be of the one that was killed.
            drop(std::fs::remove_file(data.join("data/postmaster.pid")));
            let process = Process::start("postgres", &program)?;
            let ready = process.wait_until(READY, |process| {
                process.log().contains("ready to accept connections").then_some(())
            });
            match ready {
                Ok(()) => {
                    return Ok(Self { _process: process, socket: data.to_owned(), createdb, psql });
                }
                // Processes of the one that was killed have the shared memory until they notice.
                Err(StartError::Ended { .. }) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(50));
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The URL of the database `postgres`, with all rights and without a password.
    #[must_use]
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// Creates an empty database and answers its URL: for tests that share a server.
    ///
    /// # Errors
    /// [`StartError::Ended`] where `createdb` failed.
    pub fn create_database(&self) -> Result<String, StartError> {
        let name = format!("test_{}", DATABASES.fetch_add(1, Ordering::Relaxed));
        Program::new(&self.createdb)
            .arg("--host")
            .arg(&self.socket)
            .args(["--username", "casemate", "--maintenance-db", "postgres", &name])
            .run_to_end(Path::new("/"))?;
        Ok(self.url_of(&name))
    }

    /// Has statements executed in a database, each in a transaction of its own: for what a server would take too long to be
    /// asked for.
    ///
    /// # Errors
    /// [`StartError::Ended`] where one of them failed.
    pub fn execute(&self, url: &str, statements: &str) -> Result<(), StartError> {
        Program::new(&self.psql)
            .args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--command", statements, url])
            .run_to_end(Path::new("/"))
    }

    fn url_of(&self, database: &str) -> String {
        format!("postgres://casemate@localhost/{database}?host={}", self.socket.display())
    }
}

fn prepare(initdb: &Path, account: Account, folder: &Path) -> Result<(), StartError> {
    let socket = folder.join(".s.PGSQL.5432");
    if socket.as_os_str().len() > SOCKET_PATH_MAX {
        return Err(StartError::PathTooLong { path: socket });
    }
    Program::new(initdb)
        .account(account)
        .args([
            "--auth=trust",
            "--username=casemate",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
            "--no-instructions",
        ])
        .arg("-D")
        .arg(folder.join("data"))
        .run_to_end(folder)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_private_server_answers_and_is_gone_afterwards() {
        let server = Postgres::start().unwrap();
        let folder = server.socket.to_owned();
        let url = server.create_database().unwrap();
        assert!(url.contains("/test_0?"), "{url}");
        let output = Command::new(server.createdb.with_file_name("psql"))
            .args([
                "--no-psqlrc",
                "--tuples-only",
                "--no-align",
                "--command",
                "SELECT current_database(), 6 * 7",
                &url,
            ])
            .output()
            .unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap().trim(), "test_0|42");
        let second = server.create_database().unwrap();
        assert_ne!(url, second);
        drop(server);
        assert!(!folder.exists());
    }
}

//! A program that runs for one test and never outlives it.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::{Account, StartError};

const SUPERVISOR: &str = include_str!("supervise.sh");
const POLL: Duration = Duration::from_millis(10);
const LOG_TAIL_BYTES: usize = 8 * 1024;

/// The signal that asks a program to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// SIGTERM: an orderly end.
    Term,
    /// SIGQUIT: PostgreSQL's immediate shutdown.
    Quit,
    /// SIGKILL: at once.
    Kill,
}

impl Signal {
    fn name(self) -> &'static str {
        match self {
            Self::Term => "TERM",
            Self::Quit => "QUIT",
            Self::Kill => "KILL",
        }
    }
}

/// What to start: a program, its arguments, environment and account.
#[derive(Debug)]
pub struct Program {
    path: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    account: Account,
    signal: Signal,
    grace: Duration,
}

impl Program {
    /// The program at `path`, run as the test's own account and ended by SIGTERM.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            arguments: Vec::new(),
            environment: Vec::new(),
            account: Account::Own,
            signal: Signal::Term,
            grace: Duration::from_secs(10),
        }
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.arguments.push(argument.as_ref().to_owned());
        self
    }

    /// Adds arguments, in their order.
    #[must_use]
    pub fn args<I: IntoIterator<Item = A>, A: AsRef<OsStr>>(mut self, arguments: I) -> Self {
        self.arguments.extend(arguments.into_iter().map(|argument| argument.as_ref().to_owned()));
        self
    }

    /// Sets an environment variable beside those that the test has.
    #[must_use]
    pub fn env(mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.environment.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Runs it as `account`.
    #[must_use]
    pub fn account(mut self, account: Account) -> Self {
        self.account = account;
        self
    }

    /// Ends it with `signal`.
    #[must_use]
    pub fn signal(mut self, signal: Signal) -> Self {
        self.signal = signal;
        self
    }

    /// Kills it when it is still there this long after its signal; ten seconds unless told.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.path);
        command.args(&self.arguments).envs(self.environment.iter().map(|(n, v)| (n, v))).current_dir(folder);
        self.account.apply(&mut command);
        command
    }

    fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Runs it to its end in `folder`: for the preparations of a server.
    ///
    /// # Errors
    /// Where it cannot be started, or ends with anything but success; the error holds the end of what it printed.
    pub fn run_to_end(&self, folder: &Path) -> Result<(), StartError> {
        let output = self
            .command(folder)
            .stdin(Stdio::null())
            .output()
            .map_err(|e| StartError::io(format!("run {}", self.path.display()), e))?;
        if output.status.success() {
            return Ok(());
        }
        let mut log = String::from_utf8_lossy(&output.stdout).into_owned();
        log.push_str(&String::from_utf8_lossy(&output.stderr));
        Err(StartError::Ended { program: self.name(), status: output.status.to_string(), log: tail(log) })
    }
}

/// A running program with a private temporary folder, both gone when this value is dropped or the test dies.
#[derive(Debug)]
pub struct Process {
    supervisor: Child,
    /// Whose end tells the supervisor to end the program.
    held: Mutex<Option<ChildStdin>>,
    folder: PathBuf,
    name: String,
}

/// A new temporary folder that only `account` can read, named after what it is for.
pub(crate) fn private_folder(purpose: &str, account: Account) -> Result<PathBuf, StartError> {
    let folder = tempfile::Builder::new()
        .prefix(&format!("casemate-test-{purpose}-"))
        .tempdir()
        .map_err(|e| StartError::io("create a temporary folder", e))?
        .keep();
    account.give(&folder)?;
    Ok(folder)
}

impl Process {
    /// Starts `program` in a new private folder, which is also its working directory.
    ///
    /// # Errors
    /// Where the folder cannot be made or the program's supervisor not be started. That the program itself ends at
    /// once is told by [`Process::wait_until`].
    pub fn start(purpose: &str, program: &Program) -> Result<Self, StartError> {
        let folder = private_folder(purpose, program.account)?;
        Self::start_in(folder, program)
    }

    /// Starts `program` in `folder`, which belongs to the process from then on: it is removed with it.
    ///
    /// # Errors
    /// As [`Process::start`]; the folder is removed then too.
    pub fn start_in(folder: PathBuf, program: &Program) -> Result<Self, StartError> {
        let mut command = Command::new("/bin/sh");
        command
            .args(["-c", SUPERVISOR, "supervise"])
            .arg(&folder)
            .arg(program.signal.name())
            .arg((program.grace.as_millis() / 50).to_string())
            .arg(&program.path)
            .args(&program.arguments)
            .envs(program.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A group of its own: what a test runner sends to the test's group must not hit it before it has cleaned up.
            .process_group(0);
        program.account.apply(&mut command);
        match command.spawn() {
            Ok(mut supervisor) => {
                let held = Mutex::new(supervisor.stdin.take());
                Ok(Self { supervisor, held, folder, name: program.name() })
            }
            Err(e) => {
                drop(fs::remove_dir_all(&folder));
                Err(StartError::io(format!("start {}", program.path.display()), e))
            }
        }
    }

    /// The private folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// All that the program has printed so far on standard output and standard error.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read(self.folder.join("log"))
            .map_or_else(|_| String::new(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The program's exit status as a shell counts it, once it has ended by itself.
    #[must_use]
    pub fn exit_status(&self) -> Option<String> {
        fs::read_to_string(self.folder.join("exit-status")).ok().map(|status| status.trim().to_owned())
    }

    /// Ends the program with its signal now, for those who still have a reference to it, and waits until it is gone.
    pub fn end(&self) {
        drop(self.held.lock().unwrap_or_else(PoisonError::into_inner).take());
        // The supervisor removes the folder last.
        while self.folder.exists() {
            thread::sleep(POLL);
        }
    }

    /// Asks `ready` again and again until it gives something.
    ///
    /// # Errors
    /// [`StartError::Ended`] as soon as the program has ended, [`StartError::Late`] after `limit`.
    pub fn wait_until<T>(
        &self,
        limit: Duration,
        mut ready: impl FnMut(&Self) -> Option<T>,
    ) -> Result<T, StartError> {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(found) = ready(self) {
                return Ok(found);
            }
            if let Some(status) = self.exit_status() {
                return Err(StartError::Ended { program: self.name.clone(), status, log: tail(self.log()) });
            }
            if Instant::now() >= deadline {
                let seconds = limit.as_secs();
                return Err(StartError::Late { program: self.name.clone(), seconds, log: tail(self.log()) });
            }
            thread::sleep(POLL);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.held.get_mut().unwrap_or_else(PoisonError::into_inner).take());
        // The supervisor always ends: it kills the program when its time of grace is over.
        drop(self.supervisor.wait());
        drop(fs::remove_dir_all(&self.folder));
    }
}

fn tail(text: String) -> String {
    if text.len() <= LOG_TAIL_BYTES {
        return text;
    }
    let start = text.ceil_char_boundary(text.len() - LOG_TAIL_BYTES);
    format!("[…]{}", text.get(start..).unwrap_or_default())
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> Result<u16, StartError> {
    let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    address.map(|address| address.port()).map_err(|error| StartError::io("find a free port", error))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(20);

    fn shell(script: &str) -> Program {
        Program::new("/bin/sh").args(["-c", script])
    }

    fn alive(pid: &str) -> bool {
        // A zombie is dead: its third field, after the name in parentheses, is Z.
        fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "))
    }

    fn until(mut holds: impl FnMut() -> bool) -> bool {
        let deadline = Instant::now() + LIMIT;
        while Instant::now() < deadline {
            if holds() {
                return true;
            }
            thread::sleep(POLL);
        }
        false
    }

    fn pid_of(process: &Process) -> String {
        process.wait_until(LIMIT, |p| p.log().lines().next().map(str::to_owned)).unwrap()
    }

    #[test]
    fn a_dropped_process_is_gone_with_its_folder() {
        let process = Process::start("drop", &shell("echo $$; exec sleep 600")).unwrap();
        let pid = pid_of(&process);
        let folder = process.folder().to_owned();
        assert!(alive(&pid));
        drop(process);
        assert!(!alive(&pid));
        assert!(!folder.exists());
    }

    #[test]
    fn a_program_that_ends_early_is_told_with_its_words() {
        let process = Process::start("early", &shell("echo no such setting >&2; exit 7")).unwrap();
        let error = process.wait_until(LIMIT, |_| None::<()>).unwrap_err();
        assert!(
            matches!(&error, StartError::Ended { status, log, .. } if status == "7" && log.contains("no such setting"))
        );
    }

    #[test]
    fn a_program_that_is_not_ready_in_time_is_told() {
        let process = Process::start("late", &shell("exec sleep 600")).unwrap();
        let error = process.wait_until(Duration::ZERO, |_| None::<()>).unwrap_err();
        assert!(matches!(error, StartError::Late { .. }));
    }

    #[test]
    fn a_program_that_ignores_its_signal_is_killed() {
        let program =
            shell("trap '' TERM; echo $$; while :; do sleep 0.1; done").grace(Duration::from_millis(100));
        let process = Process::start("stubborn", &program).unwrap();
        let pid = pid_of(&process);
        drop(process);
        assert!(!alive(&pid));
    }

    #[test]
    fn a_killed_test_leaves_nothing_behind() {
        let process = Process::start("killed", &shell("echo $$; exec sleep 600")).unwrap();
        let pid = pid_of(&process);
        let folder = process.folder().to_owned();
        // What the kernel does when a test is killed: the pipe closes, nobody waits.
        let mut process = std::mem::ManuallyDrop::new(process);
        drop(process.held.lock().unwrap().take());
        assert!(until(|| !alive(&pid) && !folder.exists()));
        drop(process.supervisor.wait());
    }
}

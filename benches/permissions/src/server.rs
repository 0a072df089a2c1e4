//! A server in a process of its own, kept on one core, of which the kernel says what it takes.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::Failure;

/// The core of both servers; they are measured one after the other.
const CORE: &str = "0";
/// How long a server may take to start.
const START: Duration = Duration::from_secs(60);

/// A running server. It ends when this is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    /// What makes the first administrator of Casemate.
    pub(crate) one_time_key: String,
    /// Where its figures are read, where it shows them.
    pub(crate) metrics: Option<SocketAddr>,
    child: Child,
}

impl Server {
    /// Starts Casemate on a policy folder.
    pub(crate) fn casemate(program: &Path, folder: &Path, policy: &Path) -> Result<Server, Failure> {
        fs::create_dir_all(folder)?;
        let log = folder.join("log");
        let options = ["serve", "--format", "json", "--listen", "127.0.0.1:0", "--policy"].map(OsStr::new);
        let data = folder.join("data");
        let mut command = pinned(program);
        command.args(options).args([policy.as_os_str(), OsStr::new("--data"), data.as_os_str()]);
        Server::listening(command, &log)
    }

    /// Starts Casemate on a database of PostgreSQL, with a root key that its replicas share; on whichever core the kernel likes.
    pub(crate) fn replica(
        program: &Path,
        folder: &Path,
        database: &str,
        root_key: &Path,
    ) -> Result<Server, Failure> {
        fs::create_dir_all(folder)?;
        let mut command = Command::new(program);
        let anywhere = ["--listen=127.0.0.1:0", "--metrics-listen=127.0.0.1:0", "--connections=8192"];
        command
            .args(["serve", "--format", "json"])
            .args(anywhere)
            .args([OsStr::new("--root-key-file"), root_key.as_os_str()])
            .args([OsStr::new("--data"), folder.join("data").as_os_str()])
            .env("CASEMATE_DATABASE_URL", database)
            .stdin(Stdio::null());
        Server::listening(command, &folder.join("log"))
    }

    /// Starts Casemate, and waits until it says where it listens.
    fn listening(mut command: Command, log: &Path) -> Result<Server, Failure> {
        let mut child =
            command.stdout(Stdio::piped()).stderr(File::create(log)?).spawn().map_err(no_taskset)?;
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut server = Server { address, one_time_key: String::new(), metrics: None, child };
        let said: Value =
            serde_json::from_str(&line).map_err(|_| format!("casemate did not start: {}", read(log)))?;
        let text = |name: &str| said.get(name).and_then(Value::as_str);
        server.address = text("listen").ok_or("casemate did not say where it listens")?.parse()?;
        server.metrics = text("metrics").map(str::parse).transpose()?;
        server.one_time_key = text("one_time_key").unwrap_or_default().to_owned();
        Ok(server)
    }

    /// Starts Cerbos on a policy folder; it logs errors alone, and records nothing but, where that is wanted, decisions that deny.
    pub(crate) fn cerbos(
        program: &Path,
        folder: &Path,
        policy: &Path,
        records: bool,
    ) -> Result<Server, Failure> {
        fs::create_dir_all(folder)?;
        let (address, other) = (free()?, free()?);
        let audit = match records {
            true => serde_json::json!({
                "enabled": true, "accessLogsEnabled": false, "decisionLogsEnabled": true, "backend": "local",
                "decisionLogFilters": { "checkResources": { "ignoreAllowAll": true } },
                "local": { "storagePath": folder.join("audit") },
            }),
            false => serde_json::json!({ "enabled": false }),
        };
        let config = serde_json::json!({
            "server": { "httpListenAddr": address.to_string(), "grpcListenAddr": other.to_string() },
            "storage": { "driver": "disk", "disk": { "directory": policy, "watchForChanges": false } },
            "audit": audit,
            "telemetry": { "disabled": true },
        });
        // JSON is YAML.
        fs::write(folder.join("config.yaml"), config.to_string())?;
        let log = folder.join("log");
        let child = pinned(program)
            .args(["server", "--log-level", "ERROR", "--config"])
            .arg(folder.join("config.yaml"))
            .stdout(File::create(folder.join("out"))?)
            .stderr(File::create(&log)?)
            .spawn()
            .map_err(no_taskset)?;
        let mut server = Server { address, one_time_key: String::new(), metrics: None, child };
        let limit = Instant::now() + START;
        while std::net::TcpStream::connect(address).is_err() {
            if server.child.try_wait()?.is_some() || Instant::now() > limit {
                return Err(
                    format!("cerbos did not start: {}{}", read(&folder.join("out")), read(&log)).into()
                );
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// The CPU time that the process took so far, in microseconds: all of its threads, in user and kernel mode.
    pub(crate) fn cpu_micros(&self) -> Result<f64, Failure> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name in parentheses may hold spaces; utime and stime are fields 14 and 15 (proc_pid_stat(5)).
        let fields = stat.rsplit_once(')').map(|(_, rest)| rest).unwrap_or_default();
        let mut ticks = fields.split_ascii_whitespace().skip(11).map(str::parse::<f64>);
        match (ticks.next(), ticks.next()) {
            (Some(Ok(user)), Some(Ok(system))) => {
                Ok((user + system) / rustix::param::clock_ticks_per_second() as f64 * 1e6)
            }
            _ => Err("/proc does not say how much CPU time a server took".into()),
        }
    }

    /// The memory that the process has, in bytes.
    pub(crate) fn resident(&self) -> Result<f64, Failure> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        let kilobytes: f64 = kilobytes.ok_or("the kernel does not say how much memory it takes")?.parse()?;
        Ok(kilobytes * 1024.0)
    }
}

/// `taskset` becomes the program, so that the process is the server's.
fn pinned(program: &Path) -> Command {
    let mut command = Command::new("taskset");
    command.args(["--cpu-list", CORE]).arg(program).stdin(Stdio::null());
    command
}

fn no_taskset(error: std::io::Error) -> Failure {
    format!("cannot start the server, or `taskset` (util-linux): {error}").into()
}

/// An address at which nobody listens.
fn free() -> Result<SocketAddr, Failure> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

fn read(log: &Path) -> String {
    fs::read_to_string(log).unwrap_or_default()
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended by itself, or does now.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! A server in a process of its own, kept on one core, whose CPU time is read from the kernel.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::Failure;

/// The core of all servers; they are measured one after the other.
const CORE: &str = "0";

/// A running server. It ends when this is dropped.
pub(crate) struct Server {
    pub(crate) name: &'static str,
    pub(crate) address: String,
    child: Child,
}

impl Server {
    /// Starts a program that prints JSON with the address at which it listens. Its log goes to a file.
    pub(crate) fn start(
        name: &'static str,
        program: &Path,
        arguments: &[&OsStr],
        log: &Path,
    ) -> Result<Server, Failure> {
        let mut child = Command::new("taskset")
            .args(["--cpu-list", CORE])
            .arg(program)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(log)?)
            .spawn()
            .map_err(|error| format!("cannot start `taskset` (util-linux): {error}"))?;
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let mut server = Server { name, address: String::new(), child };
        let said: Value = serde_json::from_str(&line)
            .map_err(|_| format!("{name} did not start: {}", fs::read_to_string(log).unwrap_or_default()))?;
        let address = said.get("listen").and_then(Value::as_str);
        let address = address.ok_or_else(|| format!("{name} did not say where it listens"))?;
        server.address = address.to_owned();
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
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended by itself, or does now.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

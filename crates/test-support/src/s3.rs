//! An object store that speaks S3's protocol: npm's `@20minutes/s3rver` on loopback, which checks signatures.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use crate::npm::NodeScript;
use crate::process::private_folder;
use crate::{Account, Process, Program, Signal, StartError, find_program};

const SCRIPT: NodeScript = NodeScript {
    folder: "s3",
    package: include_str!("../s3/package.json"),
    lock: include_str!("../s3/package-lock.json"),
    name: "server.mjs",
    script: include_str!("../s3/server.mjs"),
};
const READY_LIMIT: Duration = Duration::from_secs(60);

/// A running object store with one bucket. It is gone, with what it keeps, when this value is dropped or the test dies.
#[derive(Debug)]
pub struct S3Server {
    // Held for its end: dropping it ends the program.
    _process: Process,
    folder: PathBuf,
    port: u16,
}

impl S3Server {
    /// Its one bucket.
    pub const BUCKET: &'static str = "casemate";
    /// The key that it knows, which is its own secret.
    const KEY: &'static str = "S3RVER";

    /// Starts one. The first start on a machine installs its packages under `target/`.
    ///
    /// # Errors
    /// Where Node.js or npm are missing (the error names what to install), the packages cannot be installed, or it does not come up.
    pub fn start() -> Result<Self, StartError> {
        let node = find_program("node", &[], "nodejs")?;
        let script = SCRIPT.installed()?;
        let folder = private_folder("s3", Account::Own)?;
        let kept = folder.join("objects");
        fs::create_dir(&kept)
            .map_err(|error| StartError::io("create a folder for objects", error))
            .inspect_err(|_| drop(fs::remove_dir_all(&folder)))?;
        let program = Program::new(node).arg(script).arg(&kept).arg(Self::BUCKET).signal(Signal::Kill);
        let process = Process::start_in(folder, &program)?;
        let port = process.wait_until(READY_LIMIT, |process| port(&process.log()))?;
        Ok(Self { _process: process, folder: kept, port })
    }

    /// The environment by which programs find it.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, String); 5] {
        [
            ("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", self.port)),
            ("AWS_ALLOW_HTTP", "true".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", Self::KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", Self::KEY.to_owned()),
        ]
    }

    /// The names of the objects that it has in a folder of its bucket.
    ///
    /// # Errors
    /// Where its folder cannot be read.
    pub fn objects(&self, folder: &str) -> std::io::Result<Vec<String>> {
        let names = fs::read_dir(self.folder.join(Self::BUCKET).join(folder))?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<std::io::Result<Vec<String>>>()?;
        let objects = names.iter().filter_map(|name| name.strip_suffix("._S3rver_object"));
        let mut objects: Vec<String> = objects.map(str::to_owned).collect();
        objects.sort_unstable();
        Ok(objects)
    }
}

/// The port, out of the line that the script prints when it is ready.
fn port(log: &str) -> Option<u16> {
    let complete = log.lines().filter(|_| log.ends_with('\n'));
    let mut lines = complete.filter_map(|line| serde_json::from_str::<BTreeMap<String, u16>>(line).ok());
    lines.find_map(|line| line.get("port").copied())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_file_names_no_registry() {
        assert!(!SCRIPT.lock.contains("resolved"));
        assert!(SCRIPT.lock.contains("integrity"));
    }
}

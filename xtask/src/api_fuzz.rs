//! The API against its own description: schemathesis sends what the description allows, and what it does not, to a real
//! server, and looks whether the answers are those that are described.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::command::succeed;
use crate::project::Project;
use crate::tested::Binary;
use crate::{Failure, Outcome, python, tested};

/// The version that is installed from the Python package index.
const VERSION: &str = "4.32.5";
const DEFAULT_SECONDS: u64 = 60;

/// A document that fits its description may still be refused, because of what stands in the database or since a name has
/// no such pattern; headers that nobody knows are ignored, as HTTP has it (RFC 9110, section 5.1); whoever holds everything
/// is never refused for lack of a permission.
const NOT_CHECKED: &str = "positive_data_acceptance,negative_data_rejection,object_level_authorization";

/// A caller who may do everything, on a server of its own that only this machine reaches.
const SECRET: &str = "secret";
const POLICY: &str = "format = 1\n[[credential]]\nid = \"fuzzer\"\n\
    secret_sha256 = \"2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b\"\n\
    permissions = [{ name = \"*\" }, { name = \"casemate.*\" }]\n";

/// `api-fuzz [--seconds N]`: fails where an answer is not what the description says.
pub(crate) fn run(project: &Project, arguments: &[String]) -> Outcome<()> {
    let seconds = match arguments {
        [] => DEFAULT_SECONDS,
        [flag, number] if flag == "--seconds" => number
            .parse()
            .ok()
            .filter(|number| *number > 0)
            .ok_or_else(|| Failure::Usage("--seconds needs a number above 0".into()))?,
        [other, ..] => return Err(Failure::Usage(format!("unexpected argument `{other}`"))),
    };
    fuzz(project, Binary::Alone, seconds)
}

/// Fuzzes for some seconds. Where schemathesis cannot be had, says that it was not run, and fails where every check was asked
/// for.
pub(crate) fn fuzz(project: &Project, binary: Binary<'_>, seconds: u64) -> Outcome<()> {
    let program = match installed(project) {
        Ok(program) => program,
        Err(why) => {
            return python::not_run("the API was not fuzzed", &format!("schemathesis {VERSION}"), &why);
        }
    };
    tested::build(project, binary)?;
    let folder = project.target().join("api-fuzz");
    drop(fs::remove_dir_all(&folder));
    let policy = folder.join("policy");
    let failed = |error: std::io::Error| format!("could not write {}: {error}", policy.display());
    fs::create_dir_all(&policy).map_err(failed)?;
    fs::write(policy.join("policy.toml"), POLICY).map_err(failed)?;
    let server = Server::start(&project.target().join("debug/casemate"), &folder)?;
    let mut command = Command::new(program);
    command
        .current_dir(&folder)
        .arg("run")
        .arg(format!("{}/api/openapi.json", server.url))
        .args(["--url", &server.url, "--header", &format!("Authorization: Bearer {SECRET}")])
        .args(["--exclude-checks", NOT_CHECKED, "--max-time", &seconds.to_string()])
        .args(["--workers", "1", "--request-timeout", "20", "--max-failures", "20", "--warnings", "off"])
        .args(["--no-color", "--generation-database", "none"]);
    Ok(succeed(&mut command)?)
}

/// The program, installed in an environment of its own where it is not there yet.
fn installed(project: &Project) -> Result<PathBuf, String> {
    let packages = [format!("schemathesis=={VERSION}")];
    let folder = python::environment(project, &format!("schemathesis-{VERSION}"), &packages)?;
    Ok(folder.join("bin/schemathesis"))
}

/// A running server, ended when this is dropped.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(binary: &Path, folder: &Path) -> Result<Server, String> {
        let failed = |error: std::io::Error| format!("could not start {}: {error}", binary.display());
        let log = fs::File::create(folder.join("log")).map_err(failed)?;
        let child = Command::new(binary)
            .args(["serve", "--format", "json", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.join("data"))
            .arg("--policy")
            .arg(folder.join("policy"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .map_err(failed)?;
        let mut server = Server { child, url: String::new() };
        let output = server.child.stdout.take().ok_or("the server has no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line).map_err(failed)?;
        let said: serde_json::Value = serde_json::from_str(&line).map_err(|_| {
            format!("the server did not say where it listens; see {}", folder.join("log").display())
        })?;
        let address = said.get("listen").and_then(serde_json::Value::as_str);
        server.url = format!("http://{}", address.ok_or("the server did not say where it listens")?);
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

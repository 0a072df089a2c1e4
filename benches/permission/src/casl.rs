//! CASL, in a Node.js process of its own that takes its slices when it is told to. A rule has no wildcards: they are
//! expanded beforehand into the names that there are.

use std::io::{BufRead as _, BufReader, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Map, Value, json};

use crate::Failure;
use crate::rounds::Engine;
use crate::workload::{Permission, Workload};

const SCRIPT: &str = include_str!("../casl/casl.mjs");
const PACKAGE: &str = include_str!("../casl/package.json");
const LOCK: &str = include_str!("../casl/package-lock.json");

pub(crate) struct Casl {
    child: Child,
    asks: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    decisions: Vec<bool>,
}

fn rule(permission: &Permission, workload: &Workload) -> Value {
    let names: Vec<&String> = match permission.name.strip_suffix('*') {
        Some(prefix) => workload.names.iter().filter(|name| name.starts_with(prefix)).collect(),
        None => vec![&permission.name],
    };
    let mut conditions = Map::new();
    if permission.own {
        conditions.insert("createdBy".to_owned(), json!(workload.user.id));
    }
    if let Some(models) = &permission.models {
        conditions.insert("model".to_owned(), json!({ "$in": models }));
    }
    if let Some(locales) = &permission.locales {
        conditions.insert("locale".to_owned(), json!({ "$in": locales }));
    }
    match conditions.is_empty() {
        true => json!({ "action": names, "subject": "Content" }),
        false => json!({ "action": names, "subject": "Content", "conditions": conditions }),
    }
}

impl Casl {
    /// `None` where Node.js or npm are missing.
    pub(crate) fn start(workload: &Workload) -> Result<Option<Casl>, Failure> {
        let Some(folder) = installed()? else { return Ok(None) };
        let child = Command::new("node")
            .arg("casl.mjs")
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = match child {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            child => child?,
        };
        let (asks, answers) = (child.stdin.take(), child.stdout.take());
        let answers = BufReader::new(answers.ok_or("node has no output")?);
        let mut casl = Casl { child, asks, answers, decisions: Vec::new() };
        let rules: Vec<Value> =
            workload.user.permissions.iter().map(|permission| rule(permission, workload)).collect();
        let decisions = casl.ask(&json!({ "rules": rules, "questions": workload.questions }))?;
        casl.decisions = serde_json::from_value(decisions)?;
        Ok(Some(casl))
    }

    fn ask(&mut self, what: &Value) -> Result<Value, Failure> {
        let asks = self.asks.as_mut().ok_or("node has no input")?;
        writeln!(asks, "{what}")?;
        asks.flush()?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        Ok(serde_json::from_str(&line).map_err(|_| format!("node answered {line:?}"))?)
    }
}

impl Engine for Casl {
    fn decide(&mut self, question: usize) -> bool {
        self.decisions.get(question).copied().unwrap_or_default()
    }

    fn slice(&mut self, _: usize, first: usize, count: usize) -> Result<f64, Failure> {
        Ok(self.ask(&json!([first, count]))?.as_f64().ok_or("node answered no number")?)
    }
}

impl Drop for Casl {
    fn drop(&mut self) {
        // The end of its input is the end of its work.
        self.asks = None;
        let _ = self.child.wait();
    }
}

/// The folder with the script and its packages, installed where they are not yet.
fn installed() -> Result<Option<PathBuf>, Failure> {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"), PathBuf::from);
    let folder = target.join("bench-permission/casl");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("casl.mjs"), SCRIPT)?;
    let mark = folder.join("installed");
    if std::fs::read_to_string(&mark).is_ok_and(|present| present == LOCK) {
        return Ok(Some(folder));
    }
    std::fs::write(folder.join("package.json"), PACKAGE)?;
    std::fs::write(folder.join("package-lock.json"), LOCK)?;
    let npm = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"])
        .current_dir(&folder)
        .stdout(Stdio::null())
        .status();
    match npm {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
        Ok(status) if status.success() => {
            std::fs::write(mark, LOCK)?;
            Ok(Some(folder))
        }
        Ok(status) => Err(format!("npm ci failed in {} ({status})", folder.display()).into()),
    }
}

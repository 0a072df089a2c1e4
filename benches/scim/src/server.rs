//! A server in a process of its own, whose memory is read from the kernel.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use casemate_figures::Failure;

/// A running server with a provider, and an API key that provisions it. It ends when this is dropped.
pub(crate) struct Server {
    child: Child,
    address: String,
    key: String,
}

impl Server {
    /// Starts the binary on SQLite, or on PostgreSQL at a URL.
    pub(crate) fn start(casemate: &Path, folder: &Path, database: Option<&str>) -> Result<Server, Failure> {
        fs::create_dir_all(folder)?;
        let mut command = Command::new(casemate);
        command
            .args(["serve", "--format", "json", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.join("data"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(folder.join("log"))?);
        if let Some(url) = database {
            command.env("CASEMATE_DATABASE_URL", url);
        }
        let mut server = Server { child: command.spawn()?, address: String::new(), key: String::new() };
        let mut line = String::new();
        if let Some(output) = server.child.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        let said: Value = serde_json::from_str(&line).map_err(|_| {
            format!("casemate did not start: {}", fs::read_to_string(folder.join("log")).unwrap_or_default())
        })?;
        server.address = text(&said, "/listen")?;
        server.prepare(&text(&said, "/one_time_key")?)?;
        Ok(server)
    }

    /// Makes a provider, and an account that provisions it.
    fn prepare(&mut self, one_time_key: &str) -> Result<(), Failure> {
        let administrator =
            json!({"key": one_time_key, "administrator": {"service_account": {"name": "operator"}}});
        let made = self.send("POST /api/v1/administrators", &administrator)?;
        self.key = text(&made, "/api_key/key")?;
        let account = self.send("POST /api/v1/service-accounts", &json!({"name": "provisioner"}))?;
        let role = json!({"name": "provisioner", "permissions": [{"name": "casemate.scim.provision"}]});
        self.send("POST /api/v1/roles", &role)?;
        let to = json!({"provider": "casemate", "type": "service", "login": "provisioner"});
        self.send("POST /api/v1/assignments", &json!({"role": "provisioner", "to": to}))?;
        let provider = json!({
            "name": "corp", "issuer": "https://corp.example", "audiences": ["casemate"], "scim": {"account": "provisioner"},
        });
        self.send("POST /api/v1/providers", &provider)?;
        let keys = format!("POST /api/v1/service-accounts/{}/api-keys", text(&account, "/id")?);
        self.key = text(&self.send(&keys, &json!({"title": "sync"}))?, "/key")?;
        Ok(())
    }

    /// Sends a request on a connection of its own; an answer that is no success is a failure.
    pub(crate) fn send(&self, request: &str, body: &Value) -> Result<Value, Failure> {
        let body = body.to_string();
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        let key = if self.key.is_empty() {
            String::new()
        } else {
            format!("Authorization: Bearer {}\r\n", self.key)
        };
        let head = format!(
            "{request} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\n{key}Content-Length: {}\r\n\r\n",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").ok_or("the server gave no answer")?;
        let status = head.split(' ').nth(1).unwrap_or_default();
        if !status.starts_with('2') {
            return Err(format!("{request}: {status} {body}").into());
        }
        Ok(serde_json::from_str(body).unwrap_or_default())
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

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended by itself, or does now.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The text at a pointer into a document.
pub(crate) fn text(document: &Value, pointer: &str) -> Result<String, Failure> {
    let found = document.pointer(pointer).and_then(Value::as_str);
    Ok(found.ok_or_else(|| format!("there is no {pointer} in {document}"))?.to_owned())
}

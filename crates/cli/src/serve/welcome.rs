//! What is printed once the server listens: where, and what to do next.

use std::io;
use std::net::SocketAddr;
use std::path::Path;

use casemate_store::DataFolder;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;

use super::development::New;
use crate::checks::Check;
use crate::doctor;
use crate::printer::{Format, Printer};

/// What a one-time key is sent with, for a service account.
pub(crate) fn administrator_request(key: &str) -> String {
    format!(r#"{{"key":"{key}","administrator":{{"service_account":{{"name":"operator"}}}}}}"#)
}

/// What there is to say.
pub(super) struct Welcome<'a> {
    pub(super) url: &'a str,
    pub(super) scheme: &'static str,
    pub(super) address: SocketAddr,
    pub(super) metrics: Option<SocketAddr>,
    pub(super) folder: &'a DataFolder,
    pub(super) policy: Option<&'a Path>,
    pub(super) credential: Option<&'a New>,
    /// By which somebody becomes the first administrator.
    pub(super) one_time_key: Option<&'a SecretString>,
    /// What production checked first.
    pub(super) checks: &'a [Check],
}

/// The same for programs.
#[derive(Serialize)]
struct Listening<'a> {
    url: &'a str,
    listen: SocketAddr,
    data: String,
    policy: Option<String>,
    development_credential: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    one_time_key: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metrics: Option<SocketAddr>,
    #[serde(skip_serializing_if = "<[Check]>::is_empty")]
    checks: &'a [Check],
}

impl Welcome<'_> {
    /// Prints it to standard output.
    pub(super) fn print(&self, printer: &mut Printer) -> io::Result<()> {
        match printer.format() {
            Format::Json => printer.json(&Listening {
                url: self.url,
                listen: self.address,
                data: self.folder.path().display().to_string(),
                policy: self.policy.map(|policy| policy.display().to_string()),
                development_credential: self.credential.map(|new| new.secret.as_str()),
                one_time_key: self.one_time_key.map(|key| key.expose_secret()),
                metrics: self.metrics,
                checks: self.checks,
            })?,
            Format::Table | Format::Csv => self.lines(printer)?,
        }
        printer.flush()
    }

    fn lines(&self, printer: &mut Printer) -> io::Result<()> {
        if !self.checks.is_empty() {
            doctor::print(self.checks, printer)?;
            printer.line("")?;
        }
        printer.line(format_args!("Casemate listens on {}://{}", self.scheme, self.address))?;
        printer.line(format_args!("Console:      {}/console/", self.url))?;
        let created = if self.folder.created() { " (created; readable by you alone)" } else { "" };
        printer.line(format_args!("Data folder:  {}{created}", self.folder.path().display()))?;
        match self.policy {
            Some(policy) => {
                printer.line(format_args!("Policy:       {} (edits are followed)", policy.display()))?
            }
            None => printer
                .line("Policy:       no folder is followed; who was assigned nothing is answered no")?,
        }
        if let Some(address) = self.metrics {
            printer.line(format_args!("Metrics:      http://{address}/metrics"))?;
        }
        let secret = match self.credential {
            Some(new) => {
                printer.line("")?;
                printer.line("Development credential, valid for an hour, shown this once:")?;
                printer.line(format_args!("  {}", new.secret))?;
                new.secret.as_str()
            }
            None => "$CREDENTIAL",
        };
        printer.line("")?;
        printer.line("Ask for a decision:")?;
        printer.line(format_args!("  curl {}/access/v1/evaluation \\", self.url))?;
        printer.line(format_args!(
            "    -H 'Authorization: Bearer {secret}' -H 'Content-Type: application/json' \\"
        ))?;
        printer.line(
            r#"    -d '{"subject":{"type":"user","id":"ada"},"action":{"name":"notes.read"},"resource":{"type":"note","id":"1"}}'"#,
        )?;
        if let Some(key) = self.one_time_key {
            printer.line("")?;
            printer.line("Become the administrator, within an hour and once:")?;
            printer.line(format_args!(
                "  curl {}/api/v1/administrators -H 'Content-Type: application/json' \\",
                self.url
            ))?;
            let key = key.expose_secret();
            printer.line(format_args!("    -d '{}'", administrator_request(key)))?;
            printer
                .line(format_args!("or with a browser at {}/sign-in/casemate/first, by the key", self.url))?;
            printer.line(format_args!("  {key}"))?;
        }
        printer.line("")?;
        match self.policy {
            Some(_) => printer.line("Why the answer is what it is: the same body to /api/v1/explain. What was denied: `casemate audit list`."),
            None => printer.line(
                "Next: write down who may do what, and start again with `--policy DIR`, use `casemate apply DIR`, or the API. \
                 What was denied: `casemate audit list`.",
            ),
        }
    }
}

//! Asking a server for its log, over HTTPS.

use std::path::PathBuf;
use std::time::Duration;

use casemate_identity::remote::{Fetch as _, FetchError, Inquiry, Reply, Submission};
use casemate_platform::config::CREDENTIAL_VARIABLE;
use casemate_platform::outgoing::{Allow, Incoming, Outgoing, OutgoingSettings, Proxy, Roots};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::Url;

use super::server::Server;
use crate::exit::{Exit, Failure};

/// How long an answer may take.
const TIME: Duration = Duration::from_secs(60);
/// The longest answer: a page of events.
const MAX_ANSWER: usize = 64 << 20;

/// The longest problem that is read.
const MAX_PROBLEM: usize = 64 << 10;

/// Which server is asked, and as whom.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ServerArguments {
    /// Where the server is, such as https://casemate.example.com. The credential comes from the environment variable
    /// CASEMATE_CREDENTIAL or from a file.
    #[arg(long, value_name = "URL")]
    server: Option<String>,

    /// A file with the credential: an API key, or a token.
    #[arg(long, value_name = "FILE")]
    credential_file: Option<PathBuf>,

    /// The tenant that is asked about, where it is not the credential's own.
    #[arg(long, value_name = "TENANT")]
    tenant: Option<String>,

    /// A file with certificate authorities in PEM, which are trusted beside the system's.
    #[arg(long, value_name = "FILE")]
    authorities: Option<PathBuf>,
}

/// A server that is asked.
pub(super) struct Client {
    outgoing: Outgoing,
    base: Url,
    authorization: SecretString,
    tenant: Option<SecretString>,
}

/// Why a server gave no answer that counts.
#[derive(Debug)]
pub(super) enum Unanswered {
    /// It is not there, or broken.
    Away(String),
    /// It refuses this caller.
    Refused(String),
    /// It has no such thing.
    NotThere(String),
    /// It says that what it keeps is damaged.
    Damaged(String),
    /// It finds the request wrong.
    Wrong(String),
}

/// What problems say of themselves (RFC 9457).
#[derive(Default, Deserialize)]
struct Said {
    #[serde(default)]
    code: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    detail: String,
}

impl ServerArguments {
    /// Whether a server is named.
    pub(super) fn is_named(&self) -> bool {
        self.server.is_some()
    }

    /// The server that is named, if any.
    ///
    /// # Errors
    /// Where it cannot be asked as it is named.
    pub(super) fn open(&self) -> Result<Option<Server>, Failure> {
        self.client()?.map(Server::new).transpose()
    }

    /// What asks the server that is named, if any.
    ///
    /// # Errors
    /// Where it cannot be asked as it is named.
    pub(super) fn client(&self) -> Result<Option<Client>, Failure> {
        let Some(server) = &self.server else { return Ok(None) };
        let usage = |error: String| Failure::usage(miette::miette!("`--server`: {error}"));
        let mut base = Url::parse(server).map_err(|error| usage(format!("{server} is no URL: {error}")))?;
        if !base.username().is_empty() || base.password().is_some() {
            return Err(usage("a credential has no place in a URL".to_owned()));
        }
        base.set_query(None);
        base.set_fragment(None);
        if !base.path().ends_with('/') {
            base.set_path(&format!("{}/", base.path()));
        }
        // Whoever names a server means it, wherever it is.
        let host = base.host_str().ok_or_else(|| usage("it names no host".to_owned()))?;
        let allow = host.parse::<Allow>().map_err(|error| usage(error.to_string()))?;
        let roots = self.authorities.clone().map_or(Roots::System, Roots::SystemAnd);
        let settings = OutgoingSettings {
            allow: vec![allow],
            loopback: true,
            proxy: Proxy::Environment,
            roots,
            ..OutgoingSettings::default()
        };
        let outgoing = Outgoing::new(settings).map_err(|error| usage(error.to_string()))?;
        outgoing.check(&base).map_err(|error| usage(error.to_string()))?;
        let credential = self.credential()?;
        let authorization = SecretString::from(format!("Bearer {}", credential.expose_secret()));
        Ok(Some(Client {
            outgoing,
            base,
            authorization,
            tenant: self.tenant.clone().map(SecretString::from),
        }))
    }

    fn credential(&self) -> Result<SecretString, Failure> {
        if let Some(file) = &self.credential_file {
            let text = std::fs::read_to_string(file).map_err(|error| {
                Failure::usage(miette::miette!("cannot read {}: {error}", file.display()))
            })?;
            return Ok(text.trim().into());
        }
        match std::env::var(CREDENTIAL_VARIABLE) {
            Ok(text) if !text.trim().is_empty() => Ok(text.trim().into()),
            _ => {
                let help = "put an API key into CASEMATE_CREDENTIAL or a file (--credential-file)";
                Err(Failure::usage(miette::miette!(
                    help = help,
                    "a server is asked, and there is no credential"
                )))
            }
        }
    }
}

impl Client {
    /// Where it is, for a person.
    pub(super) fn shown(&self) -> &str {
        self.base.as_str()
    }

    /// What a path answers.
    ///
    /// # Errors
    /// Where it answers nothing that counts.
    pub(super) async fn get(&self, path: &str) -> Result<Vec<u8>, Unanswered> {
        let url = self.url(path)?;
        let authorization = self.authorization.clone();
        let headers = self.about();
        let inquiry = Inquiry { url: &url, authorization, headers: &headers, limit: MAX_ANSWER, time: TIME };
        answer(self.outgoing.inquire(inquiry).await)
    }

    /// What is answered to a JSON document.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub(super) async fn post(&self, path: &str, body: &[u8]) -> Result<Vec<u8>, Unanswered> {
        let url = self.url(path)?;
        let mut headers = vec![("authorization", self.authorization.clone())];
        headers.extend(self.about());
        let submission = Submission {
            url: &url,
            content_type: "application/json",
            headers: &headers,
            body,
            limit: MAX_ANSWER,
            time: TIME,
        };
        answer(self.outgoing.submit(submission).await)
    }

    /// What is answered to a JSON document, as it comes; with the event that was seen last, where there is one.
    ///
    /// # Errors
    /// As [`Client::get`].
    pub(super) async fn open(
        &self,
        path: &str,
        body: &[u8],
        seen: Option<u64>,
    ) -> Result<Incoming, Unanswered> {
        let url = self.url(path)?;
        let mut headers = vec![("authorization", self.authorization.clone())];
        headers.extend(self.about());
        headers.extend(seen.map(|seen| ("last-event-id", seen.to_string().into())));
        let submission = Submission {
            url: &url,
            content_type: "application/json",
            headers: &headers,
            body,
            limit: MAX_ANSWER,
            time: TIME,
        };
        let opened = self.outgoing.open(submission).await;
        let incoming = opened.map_err(|error| Unanswered::Away(error.to_string()))?;
        let status = incoming.status();
        if (200..300).contains(&status) {
            return Ok(incoming);
        }
        let body = incoming.whole(MAX_PROBLEM).await.unwrap_or_default();
        Err(refused(status, &body))
    }

    /// Which tenant is asked about, where it is said.
    fn about(&self) -> Vec<(&'static str, SecretString)> {
        self.tenant.iter().map(|tenant| ("casemate-tenant", tenant.clone())).collect()
    }

    fn url(&self, path: &str) -> Result<Url, Unanswered> {
        self.base.join(path.trim_start_matches('/')).map_err(|error| Unanswered::Wrong(error.to_string()))
    }
}

fn answer(reply: Result<Reply, FetchError>) -> Result<Vec<u8>, Unanswered> {
    let reply = reply.map_err(|error| Unanswered::Away(error.to_string()))?;
    if (200..300).contains(&reply.status) {
        return Ok(reply.body);
    }
    Err(refused(reply.status, &reply.body))
}

/// What an answer says that is none.
fn refused(status: u16, body: &[u8]) -> Unanswered {
    let said: Said = serde_json::from_slice(body).unwrap_or_default();
    let text = [said.title.as_str(), said.detail.as_str()]
        .iter()
        .filter(|text| !text.is_empty())
        .copied()
        .collect::<Vec<_>>();
    let text = format!("{status} {}", text.join(": "));
    match (status, said.code.as_str()) {
        (_, "log_damaged") => Unanswered::Damaged(text),
        (401 | 403, _) => Unanswered::Refused(text),
        (404 | 410, _) => Unanswered::NotThere(text),
        (400..=499, _) => Unanswered::Wrong(text),
        _ => Unanswered::Away(text),
    }
}

impl std::fmt::Display for Unanswered {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Unanswered::Away(text)
        | Unanswered::Refused(text)
        | Unanswered::NotThere(text)
        | Unanswered::Damaged(text)
        | Unanswered::Wrong(text)) = self;
        formatter.write_str(text)
    }
}

impl Unanswered {
    /// What a person is told who asked that server for the log.
    pub(super) fn failure(self, client: &Client) -> Failure {
        let needed =
            "the credential needs `casemate.audit-log.read`, and for events `casemate.audit-log.export`";
        self.failure_of(client, needed)
    }

    /// What a person is told who asked that server, and what it needs.
    pub(super) fn failure_of(self, client: &Client, needed: &'static str) -> Failure {
        let (text, help) = match self {
            Unanswered::Away(text) => (text, "check that the server runs there, and ask again"),
            Unanswered::Refused(text) => (text, needed),
            Unanswered::NotThere(text) => (text, "check the URL, and that the server is of this version"),
            Unanswered::Damaged(text) => (text, "look at the server's log"),
            Unanswered::Wrong(text) => (text, "check that the server is of this version"),
        };
        let report = miette::miette!(help = help, "{} did not answer: {text}", client.shown());
        Failure::Report { exit: Exit::Connection, report: Box::new(report) }
    }
}

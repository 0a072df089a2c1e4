//! `casemate audit witness`: remembers the checkpoints of a log, cosigns those that go on where the last one ended, and refuses the
//! others.
//!
//! It knows nothing of a log but its key and the last checkpoint, which it writes down before it signs: so it never signs two logs.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use casemate_audit::checkpoint::Checkpoint;
use casemate_audit::ed25519::SigningKey;
use casemate_audit::hash::MerkleHash;
use casemate_audit::note::{Note, VerifierKey};
use casemate_audit::verify::{Finding, Wrong, goes_on, signed};
use casemate_platform::Server as Listener;
use casemate_platform::clock;
use serde::Serialize;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use super::client::{Client, ServerArguments, Unanswered};
use super::keys::{self, Lock, Memory};
use super::server::consistency;
use super::signer;
use crate::exit::{Exit, Failure, Outcome};
use crate::place::failed;
use crate::printer::{Format, Printer, printable};
use crate::runtime;
use crate::serve::wiring;

/// How long it waits after the first round that came to nothing; twice as long after each further one, up to [`LONGEST`].
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(300);
/// How often a single round is tried with `--once`, and a refusal is told.
const TRIES: u32 = 5;

/// What `casemate audit witness` takes.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    server: ServerArguments,

    /// The log's key, or a file that holds it; once for each key that the log has had. Without it, what the server says at the first time is
    /// remembered.
    #[arg(long, value_name = "KEY")]
    key: Vec<String>,

    /// The file with this witness's own key. Where there is none yet, it is made, if --name says how the witness is called.
    #[arg(long, value_name = "FILE")]
    key_file: PathBuf,

    /// How the witness is called, where its key is made: a URL without scheme, such as witness.example.com/casemate.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// The file that remembers the last checkpoint. Keep it where whoever runs the server cannot write.
    #[arg(long, value_name = "FILE")]
    state: PathBuf,

    /// How many seconds pass between two looks.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    every: u64,

    /// Look once and end.
    #[arg(long)]
    once: bool,

    /// Also answer there, over HTTP, to GET /checkpoint with the last checkpoint as it was cosigned, and to GET /key.
    #[arg(long, value_name = "ADDRESS:PORT", conflicts_with = "once")]
    listen: Option<SocketAddr>,
}

/// A line for programs.
#[derive(Serialize)]
struct Line<'a> {
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    root: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wrong: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
}

/// How a round ended.
enum Round {
    /// Nothing new.
    Same(Checkpoint),
    /// A checkpoint was cosigned, and the server has the cosignature.
    Cosigned(Checkpoint),
}

/// Why a round came to nothing.
enum Undone {
    /// The server does not answer: another time.
    Unanswered(Unanswered),
    /// What it shows is not to be signed.
    Refused { finding: Box<Finding>, shown: String },
    /// The witness itself cannot go on.
    Failed(Failure),
}

impl From<Failure> for Undone {
    fn from(failure: Failure) -> Undone {
        Undone::Failed(failure)
    }
}

struct Witness {
    client: Client,
    own: SigningKey,
    keys: Vec<VerifierKey>,
    state: PathBuf,
    memory: Option<Memory>,
    /// Whether the server has the cosignature of what is remembered.
    is_posted: bool,
    /// The last cosigned note, for whoever asks the witness.
    last: Arc<Mutex<String>>,
}

/// Runs the command.
pub(super) fn run(arguments: Arguments, printer: &mut Printer) -> Outcome {
    runtime::block_on(watch(arguments, printer))
}

async fn watch(arguments: Arguments, printer: &mut Printer) -> Outcome {
    let Some(client) = arguments.server.client()? else {
        let help = "say which with --server";
        return Err(Failure::usage(miette::miette!(help = help, "a witness looks at a server's log")));
    };
    let own = signer::own(&arguments.key_file, arguments.name.as_deref(), printer)?;
    let memory = Memory::read(&arguments.state)?;
    let given: Vec<VerifierKey> =
        arguments.key.iter().map(|key| keys::given(key)).collect::<Result<_, _>>()?;
    let keys = match (&memory, given.is_empty()) {
        (_, false) => given,
        (Some(memory), true) => memory.keys()?,
        (None, true) => first_keys(&client, printer).await?,
    };
    let last =
        Arc::new(Mutex::new(memory.as_ref().map_or_else(String::new, |memory| memory.checkpoint.clone())));
    if let Some(address) = arguments.listen {
        let (listener, address) = wiring::listen(address, "--listen").await?;
        printer.note(format_args!("the witness answers on http://{address}"));
        let answers = answers(own.verifier().to_string(), Arc::clone(&last));
        tokio::spawn(Listener::new(listener, answers).serve(std::future::pending()));
    }
    let state = arguments.state.clone();
    let mut witness = Witness { client, own, keys, state, memory, is_posted: false, last };
    let mut ended = signal(SignalKind::terminate()).map_err(failed)?;
    let (mut wait, mut tries) = (FIRST, 0);
    loop {
        let pause = match witness.round().await {
            Ok(round) => {
                (wait, tries) = (FIRST, 0);
                tell(&round, printer)?;
                if arguments.once {
                    return Ok(Exit::Success);
                }
                Duration::from_secs(arguments.every)
            }
            Err(Undone::Refused { finding, shown }) => {
                return witness.refuse(&finding, &shown, printer).await;
            }
            Err(Undone::Failed(failure)) => return Err(failure),
            Err(Undone::Unanswered(unanswered)) => {
                tries += 1;
                if arguments.once && (tries >= TRIES || !matches!(unanswered, Unanswered::Away(_))) {
                    return Err(unanswered.failure(&witness.client));
                }
                printer.note(format_args!("no checkpoint: {unanswered}; again in {} s", wait.as_secs()));
                let pause = wait;
                wait = (wait * 2).min(LONGEST);
                pause
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = tokio::signal::ctrl_c() => return Ok(Exit::Success),
            _ = ended.recv() => return Ok(Exit::Success),
        }
    }
}

/// The keys that the server says it has, which are remembered from then on.
async fn first_keys(client: &Client, printer: &Printer) -> Result<Vec<VerifierKey>, Failure> {
    let body = client.get("api/v1/audit-log/key").await.map_err(|unanswered| unanswered.failure(client))?;
    let keys = super::server::keys(&body).map_err(failed)?;
    for key in &keys {
        printer.note(format_args!("from now on the log is known by the key that the server says: {key}"));
    }
    Ok(keys)
}

fn tell(round: &Round, printer: &mut Printer) -> Result<(), Failure> {
    let (verdict, checkpoint) = match round {
        Round::Same(checkpoint) => ("same", checkpoint),
        Round::Cosigned(checkpoint) => ("cosigned", checkpoint),
    };
    let Checkpoint { size, root, .. } = checkpoint;
    if printer.format() == Format::Json {
        printer.json(&Line {
            verdict,
            size: Some(*size),
            root: Some(root.to_string()),
            wrong: None,
            detail: None,
        })?;
    } else {
        let origin = printable(checkpoint.origin());
        printer.line(format_args!("{verdict}: {size} events of {origin}, root {root}"))?;
    }
    printer.flush()?;
    Ok(())
}

impl Witness {
    async fn round(&mut self) -> Result<Round, Undone> {
        let shown = self.client.get("api/v1/audit-log/checkpoint").await.map_err(Undone::Unanswered)?;
        let shown = String::from_utf8_lossy(&shown).into_owned();
        let refused = |finding: Finding| Undone::Refused { finding: Box::new(finding), shown: shown.clone() };
        let (checkpoint, mut note) = read(&shown, &self.keys)?;
        let before = self.memory.as_ref().map(|memory| memory.checkpoint(&self.keys)).transpose()?;
        if let Some(before) = &before {
            let proof = self.proof(before, &checkpoint).await?;
            goes_on(before, &checkpoint, &proof).map_err(refused)?;
            if before.size == checkpoint.size && self.is_posted {
                return Ok(Round::Same(checkpoint));
            }
        }
        let now = u64::try_from(clock::now() / 1_000_000).unwrap_or_default();
        self.own.cosign(&mut note, now).map_err(failed)?;
        let cosigned = self.only_ours(&note).map_err(failed)?;
        // Written down before anybody sees the signature: it is never signed away from.
        let keys = self.keys.iter().map(ToString::to_string).collect();
        let memory = Memory { keys, checkpoint: cosigned.clone() };
        self.is_posted = false;
        if !remember(&mut self.memory, memory, &self.state)? {
            let by_other = "another process cosigned with the same state meanwhile".to_owned();
            return Err(Undone::Unanswered(Unanswered::Away(by_other)));
        }
        if let Ok(mut last) = self.last.lock() {
            last.clone_from(&cosigned);
        }
        let body = json!({ "checkpoint": cosigned }).to_string();
        let posted = self.client.post("api/v1/audit-log/cosignatures", body.as_bytes()).await;
        posted.map_err(Undone::Unanswered)?;
        self.is_posted = true;
        Ok(Round::Cosigned(checkpoint))
    }

    /// The proof that the log goes on where it was; none where none is needed.
    async fn proof(&self, before: &Checkpoint, now: &Checkpoint) -> Result<Vec<MerkleHash>, Undone> {
        if before.size == 0 || before.size >= now.size {
            return Ok(Vec::new());
        }
        let path = format!("api/v1/audit-log/consistency?from={}&to={}", before.size, now.size);
        let body = self.client.get(&path).await.map_err(Undone::Unanswered)?;
        consistency(&body).map_err(|error| Undone::Unanswered(Unanswered::Wrong(error)))
    }

    /// The note with the log's signatures and ours, without those of other witnesses: these are not ours to vouch for.
    fn only_ours(&self, note: &Note) -> Result<String, casemate_audit::note::NoteError> {
        let mut ours = Note::new(note.text())?;
        let is_ours = |signature: &&casemate_audit::note::Signature| {
            self.keys.iter().chain([self.own.verifier()]).any(|key| key.made(signature))
        };
        for signature in note.signatures().iter().filter(is_ours) {
            ours.sign(signature.clone());
        }
        Ok(ours.to_string())
    }

    /// Says that the log is not what it was, to the server as well: its detections are to see it, and whoever reads them.
    async fn refuse(&self, finding: &Finding, shown: &str, printer: &mut Printer) -> Outcome {
        let remembered = self.memory.as_ref().map_or("", |memory| memory.checkpoint.as_str());
        let body = json!({
            "wrong": finding.wrong.as_str(),
            "detail": finding.detail,
            "remembered": remembered,
            "shown": shown,
        });
        let mut wait = FIRST;
        for tried in 1..=TRIES {
            match self.client.post("api/v1/audit-log/refusals", body.to_string().as_bytes()).await {
                Ok(_) => break,
                Err(Unanswered::Away(_)) if tried < TRIES => {
                    tokio::time::sleep(wait).await;
                    wait *= 2;
                }
                Err(unanswered) => {
                    printer.note(format_args!("the server does not take that it was refused: {unanswered}"));
                    break;
                }
            }
        }
        if printer.format() == Format::Json {
            printer.json(&Line {
                verdict: "refused",
                size: None,
                root: None,
                wrong: Some(finding.wrong.as_str()),
                detail: Some(&finding.detail),
            })?;
        } else {
            printer.line(format_args!("REFUSED: {}", printable(&finding.to_string())))?;
            printer.line(format_args!("  next: {}", finding.wrong.what_next()))?;
        }
        printer.note(format_args!(
            "remembered:\n{}\nshown:\n{}",
            crate::printer::printable_lines(remembered),
            crate::printer::printable_lines(shown)
        ));
        Ok(Exit::Verdict)
    }
}

/// The checkpoint that a server shows. What is none, such as the page of a proxy, says nothing of the log.
fn read(shown: &str, keys: &[VerifierKey]) -> Result<(Checkpoint, Note), Undone> {
    signed(shown, keys).map_err(|finding| match finding.wrong {
        Wrong::Unreadable => Undone::Unanswered(Unanswered::Wrong(finding.detail)),
        _ => Undone::Refused { finding: Box::new(finding), shown: shown.to_owned() },
    })
}

/// Writes down what is remembered from now on, unless another process wrote something else there than was there before: then that is
/// remembered, and nothing is signed. Answers whether it was written.
///
/// # Errors
/// Where it cannot be read or written.
fn remember(memory: &mut Option<Memory>, next: Memory, state: &Path) -> Result<bool, Failure> {
    let lock = Lock::of(state)?;
    if let Some(now) = Memory::read(state)?
        && memory.as_ref() != Some(&now)
    {
        *memory = Some(now);
        return Ok(false);
    }
    next.write(state, &lock)?;
    *memory = Some(next);
    Ok(true)
}

/// What the witness answers to whoever compares what they see with what it saw.
fn answers(key: String, last: Arc<Mutex<String>>) -> Router {
    let checkpoint = move || {
        let note = last.lock().map(|last| last.clone()).unwrap_or_default();
        async move { if note.is_empty() { Err(StatusCode::NOT_FOUND) } else { Ok(note) } }
    };
    Router::new().route("/checkpoint", get(checkpoint)).route("/key", get(async move || format!("{key}\n")))
}

#[cfg(test)]
mod tests {
    use casemate_audit::note::KeyKind;

    use super::*;

    #[test]
    fn a_page_of_a_proxy_is_no_checkpoint() {
        let log = SigningKey::of_seed("casemate/1", KeyKind::Ed25519, &[1; 32]).unwrap();
        let keys = [log.verifier().clone()];
        for page in ["", "<html><body>502</body></html>", "a\n\n\u{2014} a AAAA\n"] {
            assert!(matches!(read(page, &keys), Err(Undone::Unanswered(Unanswered::Wrong(_)))), "{page}");
        }
        let checkpoint = Checkpoint::new("casemate/1", 7, MerkleHash::of_nothing()).unwrap();
        let mut note = Note::new(&checkpoint.to_string()).unwrap();
        log.sign(&mut note).unwrap();
        assert_eq!(read(&note.to_string(), &keys).ok().unwrap().0.size, 7);
        let forged = note.to_string().replace("\n7\n", "\n8\n");
        assert!(matches!(read(&forged, &keys), Err(Undone::Refused { .. })));
        assert!(matches!(read(&note.to_string(), &[]), Err(Undone::Refused { .. })));
    }

    #[test]
    fn of_two_witnesses_with_one_state_one_signs() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("witness.state");
        let memory = |text: &str| Memory { keys: Vec::new(), checkpoint: text.to_owned() };
        let (mut one, mut two) = (None, None);
        assert!(remember(&mut one, memory("1"), &state).unwrap());
        // Both begin with nothing, and the other was first.
        assert!(!remember(&mut two, memory("another log"), &state).unwrap());
        assert_eq!(two, Some(memory("1")));
        // From there it goes on, and the first notices.
        assert!(remember(&mut two, memory("2"), &state).unwrap());
        assert!(!remember(&mut one, memory("3"), &state).unwrap());
        assert_eq!(Memory::read(&state).unwrap(), Some(memory("2")));
        // What was removed is forgotten by nobody who runs.
        std::fs::remove_file(&state).unwrap();
        assert!(remember(&mut one, memory("3"), &state).unwrap());
    }
}

//! `casemate serve`: composes directory, store and HTTP, and stays until it is told to stop.

mod development;
mod log;
mod welcome;

use std::net::SocketAddr;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use casemate_directory::{Credential, Directory, Mistake, Policy, Watcher};
use casemate_platform::outgoing::{Outgoing, OutgoingSettings};
use casemate_platform::{Limits, clock};
use casemate_server::policy::{PolicyStatus, follow};
use casemate_server::{App, Recorded, Settings, router};
use casemate_store::{DataFolder, Retention, Store};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::data::DataArgument;
use crate::exit::{Exit, Failure, Outcome};
use crate::printer::Printer;
use crate::runtime;

/// How long a request may take.
const REQUEST_TIME: Duration = Duration::from_secs(30);

/// What `casemate serve` takes. Nothing is needed.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Where to listen. Port 0 lets the operating system choose.
    #[arg(long, value_name = "ADDRESS:PORT", env = "CASEMATE_LISTEN", default_value = "127.0.0.1:7654")]
    listen: SocketAddr,

    #[command(flatten)]
    data: DataArgument,

    /// A folder of TOML files with schemas, roles, assignments, users, credentials and providers. It is followed: an
    /// edit decides as soon as it holds no mistake.
    #[arg(long, value_name = "DIR", env = "CASEMATE_POLICY")]
    policy: Option<PathBuf>,

    /// Where clients reach this server, if not at the address that it listens on.
    #[arg(long, value_name = "URL", env = "CASEMATE_PUBLIC_URL", value_parser = public_url)]
    public_url: Option<String>,

    /// Which decisions are recorded: denials only, or allowed ones too.
    #[arg(long, value_enum, default_value_t = Record::Denied)]
    record: Record,

    /// The most recorded decisions that are kept.
    #[arg(long, value_name = "COUNT", default_value = "10000000")]
    keep_decisions: NonZeroU64,

    /// The most days that a recorded decision is kept.
    #[arg(long, value_name = "DAYS", default_value = "90")]
    keep_days: NonZeroU64,

    /// The most megabytes that the database takes up, after which the oldest decisions go.
    #[arg(long, value_name = "MEGABYTES", default_value = "4096")]
    keep_megabytes: NonZeroU64,

    /// Make a new development credential, also when this is not the first start.
    #[arg(long)]
    development_credential: bool,

    /// What is logged: a level, or levels per module such as `info,casemate::access=warn`.
    #[arg(long, value_name = "LEVELS", env = "CASEMATE_LOG", default_value = "info", value_parser = log::levels)]
    log: tracing_subscriber::filter::Targets,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Record {
    Denied,
    Allowed,
}

fn public_url(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match rest {
        Some(rest)
            if !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_graphic() && b != b'?' && b != b'#') =>
        {
            Ok(text.trim_end_matches('/').to_owned())
        }
        _ => Err("a URL such as https://casemate.example.com".to_owned()),
    }
}

/// Starts the server and stays until it is told to stop.
pub(crate) fn run(arguments: Arguments, printer: &mut Printer) -> Outcome {
    let log = log::start(arguments.log.clone())
        .map_err(|error| Failure::failed(miette::miette!("cannot log to standard error: {error}")))?;
    let outcome = runtime::block_on(serve(arguments, printer));
    log.finish();
    outcome
}

async fn serve(arguments: Arguments, printer: &mut Printer) -> Outcome {
    // What a person wrote comes first: nothing is created before it is known to be right.
    let (policy, watcher) = load(arguments.policy.as_deref(), printer)?;
    let listener = TcpListener::bind(arguments.listen).await.map_err(|error| {
        let help = "choose another address with --listen; port 0 takes any free one";
        Failure::failed(miette::miette!(help = help, "cannot listen on {}: {error}", arguments.listen))
    })?;
    let address = listener.local_addr().map_err(|error| Failure::failed(miette::miette!("{error}")))?;
    let folder = open_folder(&arguments.data.data)?;
    let is_first_start = !folder.database().exists();
    let now = clock::now();
    let store = Store::open(&folder, retention(&arguments), clock::now)
        .await
        .map_err(|error| Failure::failed(miette::miette!("{error}")))?;

    let mut own = development::stored(&store, now).await?;
    let new = if is_first_start || arguments.development_credential {
        let new = development::create(&store, now).await?;
        own.push(new.credential.clone());
        Some(new)
    } else {
        None
    };
    let directory = Arc::new(directory(policy, own)?);
    let status = Arc::new(PolicyStatus::default());
    let public_url = arguments.public_url.unwrap_or_else(|| format!("http://{address}"));
    let app = App {
        directory: Arc::clone(&directory),
        store: Arc::new(store),
        policy: Arc::clone(&status),
        settings: Arc::new(Settings {
            public_url: public_url.clone(),
            recorded: match arguments.record {
                Record::Denied => Recorded::Denied,
                Record::Allowed => Recorded::Allowed,
            },
            request_time: REQUEST_TIME,
        }),
    };
    let shutdown = shutdown()?;
    let following = watcher.map(|watcher| tokio::spawn(follow(watcher, directory, status)));
    let welcome = welcome::Welcome {
        url: &public_url,
        address,
        folder: &folder,
        policy: arguments.policy.as_deref(),
        credential: new.as_ref(),
    };
    // Not the quiet end of a reader that has seen enough: whoever does not see this has no server and no credential.
    welcome.print(printer).map_err(|error| {
        let help = "let somebody read standard output, or send it to a file; a development credential that nobody saw \
                    is replaced with --development-credential";
        Failure::failed(miette::miette!(help = help, "cannot say where the server listens: {error}"))
    })?;

    let store = Arc::clone(&app.store);
    casemate_platform::serve(listener, router(app), Limits::default(), shutdown).await;
    if let Some(following) = following {
        following.abort();
    }
    match Arc::into_inner(store) {
        Some(store) => store.close().await,
        None => tracing::warn!("a request still holds the database; it is closed with the process"),
    }
    tracing::info!("stopped");
    Ok(Exit::Success)
}

fn load(folder: Option<&Path>, printer: &Printer) -> Result<(Policy, Option<Watcher>), Failure> {
    let Some(folder) = folder else { return Ok((Policy::empty(), None)) };
    let mut watcher = Watcher::new(folder);
    match watcher.poll() {
        Some(Ok(policy)) => Ok((policy, Some(watcher))),
        None => Ok((Policy::empty(), Some(watcher))),
        Some(Err(mistakes)) => {
            for mistake in &mistakes {
                printer.report(&report(mistake));
            }
            let count = mistakes.len();
            let noun = if count == 1 { "mistake" } else { "mistakes" };
            Err(Failure::usage(miette::miette!("the policy in {} has {count} {noun}", folder.display())))
        }
    }
}

/// A mistake with the line it is in.
pub(crate) fn report(mistake: &Mistake) -> miette::Report {
    let mut diagnostic = miette::MietteDiagnostic::new(mistake.message().to_owned());
    if let Some(advice) = mistake.advice() {
        diagnostic = diagnostic.with_help(advice);
    }
    let path = mistake.path().display().to_string();
    match mistake.span() {
        Some(span) => {
            let diagnostic = diagnostic.with_label(miette::LabeledSpan::underline(span));
            miette::Report::from(diagnostic)
                .with_source_code(miette::NamedSource::new(path, mistake.text().to_owned()))
        }
        None => {
            diagnostic.message = format!("{path}: {}", diagnostic.message);
            miette::Report::from(diagnostic)
        }
    }
}

fn open_folder(path: &Path) -> Result<DataFolder, Failure> {
    let folder =
        DataFolder::open_or_create(path).map_err(|error| Failure::failed(miette::miette!("{error}")))?;
    if folder.readable_by_others() {
        tracing::warn!(
            folder = %folder.path().display(),
            "others may look into the data folder (they cannot read the files in it); `chmod 700` it"
        );
    }
    Ok(folder)
}

fn directory(policy: Policy, own: Vec<Credential>) -> Result<Directory, Failure> {
    let settings = OutgoingSettings { loopback: true, ..OutgoingSettings::default() };
    let outgoing = Outgoing::new(settings).map_err(|error| Failure::usage(miette::miette!("{error}")))?;
    Directory::new(policy, own, Arc::new(outgoing))
        .map_err(|error| Failure::usage(miette::miette!("{error}")))
}

fn retention(arguments: &Arguments) -> Retention {
    const MICROS_A_DAY: i64 = 24 * 3_600 * 1_000_000;
    Retention {
        max_events: arguments.keep_decisions.get(),
        max_bytes: arguments.keep_megabytes.get().saturating_mul(1 << 20),
        max_age: i64::try_from(arguments.keep_days.get()).unwrap_or(i64::MAX).saturating_mul(MICROS_A_DAY),
    }
}

/// Done when the process is asked to end: by SIGTERM, or by SIGINT from a terminal.
fn shutdown() -> Result<impl Future<Output = ()>, Failure> {
    let listen = |kind| {
        signal(kind).map_err(|error| Failure::failed(miette::miette!("cannot await signals: {error}")))
    };
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    Ok(async move {
        let name = tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        };
        tracing::info!(signal = name, "stopping: requests under way are answered first");
    })
}

//! `casemate serve`: composes directory, store and HTTP, and stays until it is told to stop.

mod development;
mod keys;
mod production;
mod telemetry;
pub(crate) mod welcome;
pub(crate) mod wiring;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use casemate_directory::{
    AdminError, Administration, Author, Directory, DirectoryHost, Folder, Mistake, Policy, Watcher,
};
use casemate_platform::config::{Config, Loaded, Mode};
use casemate_platform::mail::{Mail, Postman};
use casemate_platform::outgoing::Outgoing;
use casemate_platform::telemetry::traces::Traces;
use casemate_platform::telemetry::{Levels, Log, LogError};
use casemate_platform::{Server, Tls, clock, limit_bodies};
use casemate_server::archive::{ArchiveRule, ArchiveShelf, archive_months};
use casemate_server::audit_sink::{AuditSinks, send_to_audit_sinks};
use casemate_server::directory_sync::pull_directories;
use casemate_server::policy::follow;
use casemate_server::{
    Accounts, App, Blocks, EventRules, Front, detect, end_local_sessions, follow_blocks, follow_log_levels,
    send_resets, sign_log, tell_receivers, write_decision_log, write_denials,
};
use casemate_store::{BALLAST, Ballast, DataFolder, Sealer, Store};
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;

use crate::checks::{Check, machine};
use crate::exit::{Exit, Failure, Outcome};
use crate::place::failed;
use crate::printer::Printer;
use crate::settings::AllSettings;
use crate::{place, runtime, state};

/// What `casemate serve` takes. Nothing is needed.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    settings: AllSettings,

    /// Make a new development credential, also when this is not the first start.
    #[arg(long)]
    development_credential: bool,
}

/// Starts the server and stays until it is told to stop.
pub(crate) fn run(arguments: Arguments, printer: &mut Printer) -> Outcome {
    let loaded = arguments.settings.load(printer)?;
    let log = start_log(&loaded.config.log)?;
    let levels = log.levels().clone();
    let outcome = runtime::block_on(serve(&loaded, arguments.development_credential, levels, printer));
    log.finish();
    outcome
}

async fn serve(
    loaded: &Loaded,
    development_credential: bool,
    levels: Levels,
    printer: &mut Printer,
) -> Outcome {
    let config = &loaded.config;
    let Prepared {
        read,
        watcher,
        outgoing,
        tls,
        traces,
        mail,
        checks,
        development_credential,
        listening,
        metrics,
    } = prepare(loaded, development_credential, printer).await?;
    let (listener, address) = listening;
    let folder = open_folder(&config.data)?;
    let is_first_start = state::is_first_start(config, &folder).await;
    let store = open_store(config, &folder).await?;
    let (own, new) = match config.mode {
        Mode::Production => (Vec::new(), None),
        Mode::Development => {
            development::credentials(&store, is_first_start || development_credential).await?
        }
    };
    let sealer = Arc::new(Sealer::new(&place::root_keys(config, &folder)?));
    let root_keys = place::root_key_file(config, &folder);
    let host = wiring::directory_host(config, own, Arc::clone(&outgoing), Arc::clone(&sealer));
    let host = DirectoryHost { root_keys: root_keys.clone(), ..host };
    let directory = Arc::new(Directory::open(store.reader(), host).await.map_err(failed)?);
    let mut app = App::new(Arc::clone(&directory), Arc::new(store), wiring::settings(config, address));
    app.levels = Some(levels.clone());
    app.outgoing = Some(Arc::clone(&outgoing));
    app.blocks = Blocks::new(wiring::blocks(config));
    app.accounts = Arc::new(Accounts::new(wiring::accounts(config)));
    app.audit_sinks = AuditSinks::into_folder(config.sinks.folder.clone());
    app.tls.clone_from(&tls);
    app.witnesses = Arc::new(wiring::witnesses(config)?);
    app.events = Arc::new(EventRules::new(wiring::event_limits(config)));
    let (mail, postman) = mail.unzip();
    app.mail = mail;
    if let Some(read) = read {
        apply(&app.administration, read, printer).await?;
    }
    wiring::source_files(config, &directory)?;
    end_local_sessions(&app).await;
    let one_time_key = one_time_key(&app.administration, is_first_start).await?;
    let shutdown = shutdown()?;
    let mut jobs = jobs(&app, watcher);
    jobs.spawn(follow_log_levels(Arc::clone(&app.directory), levels));
    jobs.spawn(follow_blocks(app.blocks.clone(), Arc::clone(&app.directory), Arc::clone(&app.store)));
    jobs.spawn(pull_directories(app.clone(), outgoing));
    jobs.spawn(send_resets(app.clone()));
    jobs.spawn(detect(app.clone()));
    jobs.spawn(tell_receivers(app.clone()));
    if let Some(archive) = state::archive(config)? {
        app.store.keep_shelf(Arc::new(ArchiveShelf::new(archive.clone())));
        let keep_days = config.archive.keep_days.as_ref().map(|days| days.get());
        let rule = ArchiveRule { after_days: config.archive.after_days.get(), keep_days };
        jobs.spawn(archive_months(Arc::clone(&app.store), archive, rule));
    }
    jobs.spawn(send_to_audit_sinks(app.clone()));
    jobs.spawn(sign_log(app.clone()));
    if let Some(postman) = postman {
        jobs.spawn(postman.deliver());
    }
    if let Some(file) = root_keys {
        jobs.spawn(keys::follow(file, sealer, Arc::clone(&app.store)));
    }
    let welcome = welcome::Welcome {
        url: &app.settings.public_url,
        scheme: wiring::scheme(config),
        address,
        metrics: metrics.as_ref().map(|metrics| metrics.address),
        folder: &folder,
        policy: config.policy.as_deref(),
        credential: new.as_ref(),
        one_time_key: one_time_key.as_ref(),
        checks: &checks,
    };
    // Not the quiet end of a reader that has seen enough: whoever does not see this has no server and no credential.
    welcome.print(printer).map_err(|error| {
        let help = "let somebody read standard output, or send it to a file; a development credential that nobody saw \
                    is replaced with --development-credential, a one-time key with `casemate admin recover`";
        Failure::failed(miette::miette!(help = help, "cannot say where the server listens: {error}"))
    })?;

    if let Some(metrics) = metrics {
        jobs.spawn(metrics.answer(
            &app.store,
            &app.directory,
            &app.audit_sinks,
            &app.detecting,
            Arc::clone(&app.log_signing),
            tls.clone(),
        ));
    }
    let server = Server::new(listener, Front::new(app.clone()))
        .limits(wiring::limits(config))
        .trusted_proxies(wiring::trusted_proxies(config));
    // Clients that follow changes are told to go before it is waited for those who are answered.
    let streams = app.changes.clone();
    let shutdown = async move {
        shutdown.await;
        streams.end();
    };
    match tls {
        Some(tls) => server.tls(tls).serve(shutdown).await,
        None => server.serve(shutdown).await,
    }
    // Each may hold the database until it has ended.
    jobs.shutdown().await;
    end(app).await;
    if let Some(traces) = traces {
        traces.finish().await;
    }
    tracing::info!("stopped");
    Ok(Exit::Success)
}

/// What is known to be right, and taken, before anything is created.
struct Prepared {
    read: Option<Folder>,
    watcher: Option<Watcher>,
    outgoing: Arc<Outgoing>,
    tls: Option<Tls>,
    traces: Option<Traces>,
    mail: Option<(Mail, Postman)>,
    checks: Vec<Check>,
    development_credential: bool,
    listening: (TcpListener, SocketAddr),
    metrics: Option<telemetry::Metrics>,
}

async fn prepare(
    loaded: &Loaded,
    development_credential: bool,
    printer: &mut Printer,
) -> Result<Prepared, Failure> {
    let config = &loaded.config;
    // What a person wrote comes first.
    let (read, watcher) = load(config.policy.as_deref(), printer)?;
    let outgoing = wiring::outgoing(config)
        .map(Arc::new)
        .map_err(|error| Failure::usage(miette::miette!("`outgoing`: {error}")))?;
    let tls =
        wiring::tls(config).map_err(|error| Failure::usage(miette::miette!("`server.tls`: {error}")))?;
    let traces = telemetry::trace(config, &outgoing)?;
    let mail = wiring::mail(config)?;
    machine::raise_open_files(config);
    let empty = Policy::empty();
    let policy = read.as_ref().map_or(&empty, |read| &read.policy);
    let checks = production::check(loaded, policy, printer)?;
    let development_credential = production::development_credential(config, development_credential)?;
    let listening = wiring::listen(config.server.listen, "--listen").await?;
    let metrics = telemetry::Metrics::listen(config).await?;
    limit_bodies(wiring::body_bytes(config));
    Ok(Prepared {
        read,
        watcher,
        outgoing,
        tls,
        traces,
        mail,
        checks,
        development_credential,
        listening,
        metrics,
    })
}

async fn open_store(config: &Config, folder: &DataFolder) -> Result<Store, Failure> {
    let database = state::database(config, folder);
    let store = Store::open_database(database, wiring::retention(&config.record), clock::now);
    let store = store.await.map_err(state::failed)?;
    if config.database.url.is_none() {
        store.reserve(config.record.reserve_megabytes.get().saturating_mul(1 << 20));
        match Ballast::hold(folder, BALLAST) {
            Ok(ballast) => store.keep_ballast(ballast),
            Err(error) => tracing::warn!(%error, "no room is held for changes on a full disk"),
        }
    }
    Ok(store)
}

/// The key by which somebody becomes the first administrator: at the first start, and while there is neither an
/// administrator nor a key of that kind which could still be used.
async fn one_time_key(
    administration: &Administration,
    is_first_start: bool,
) -> Result<Option<SecretString>, Failure> {
    let now = clock::now();
    let is_wanted = is_first_start
        || administration.has_no_administrator(now)
            && !administration.has_recovery_key(now).await.map_err(failed)?;
    if !is_wanted {
        return Ok(None);
    }
    let author = Author::system("first-start", now);
    administration.make_recovery_key(&author).await.map(Some).map_err(failed)
}

/// What goes on beside the answering of requests. None of it ends by itself.
fn jobs(app: &App, watcher: Option<Watcher>) -> JoinSet<()> {
    let mut jobs = JoinSet::new();
    jobs.spawn(Arc::clone(&app.directory).follow(app.store.revisions()));
    let store = Arc::clone(&app.store);
    jobs.spawn(async move { store.listen().await });
    jobs.spawn(note_used_keys(Arc::clone(&app.directory), Arc::clone(&app.store)));
    jobs.spawn(write_denials(app.denials.clone(), Arc::clone(&app.store)));
    jobs.spawn(write_decision_log(
        app.decision_log.clone(),
        Arc::clone(&app.store),
        Arc::clone(&app.directory),
    ));
    if let Some(watcher) = watcher {
        jobs.spawn(follow(watcher, Arc::clone(&app.administration), Arc::clone(&app.policy)));
    }
    jobs
}

/// Writes down what is not written yet, and closes the database.
async fn end(app: App) {
    if let Err(error) = app.directory.flush_used_keys(&app.store).await {
        tracing::warn!(%error, "when API keys were used last is not written down");
    }
    if let Err(error) = app.directory.flush_key_networks(&app.store).await {
        tracing::warn!(%error, "where API keys were accepted is not written down");
    }
    if let Err(error) = app.directory.flush_used_sessions(&app.store, clock::now()).await {
        tracing::warn!(%error, "when sessions were used last is not written down");
    }
    app.denials.flush(&app.store).await;
    let store = Arc::clone(&app.store);
    drop(app);
    match Arc::into_inner(store) {
        Some(store) => store.close().await,
        None => tracing::warn!("a request still holds the database; it is closed with the process"),
    }
}

fn load(folder: Option<&Path>, printer: &Printer) -> Result<(Option<Folder>, Option<Watcher>), Failure> {
    let Some(folder) = folder else { return Ok((None, None)) };
    let mut watcher = Watcher::new(folder);
    match watcher.poll() {
        Some(Ok(read)) => Ok((Some(read), Some(watcher))),
        None => Ok((None, Some(watcher))),
        Some(Err(mistakes)) => {
            Err(refused(&mistakes, printer, &format!("the policy in {}", folder.display())))
        }
    }
}

/// Draws mistakes, and says how many there are.
fn refused(mistakes: &[Mistake], printer: &Printer, what: &str) -> Failure {
    for mistake in mistakes {
        printer.report(&report(mistake));
    }
    let count = mistakes.len();
    let noun = if count == 1 { "mistake" } else { "mistakes" };
    Failure::usage(miette::miette!("{what} has {count} {noun}"))
}

/// Puts the policy folder into force.
async fn apply(administration: &Administration, read: Folder, printer: &Printer) -> Result<(), Failure> {
    match administration.apply_folder(read, clock::now()).await {
        Ok(_) => Ok(()),
        Err(AdminError::Invalid(mistakes) | AdminError::Breaks(mistakes)) => {
            Err(refused(&mistakes, printer, "the policy, together with what is in the database,"))
        }
        Err(error) => Err(Failure::usage(miette::miette!("the policy folder cannot be applied: {error}"))),
    }
}

/// Writes down every minute when API keys and sessions were used last.
async fn note_used_keys(directory: Arc<Directory>, store: Arc<Store>) {
    loop {
        tokio::time::sleep(Duration::from_secs(60)).await;
        if let Err(error) = directory.flush_used_keys(&store).await {
            tracing::warn!(%error, "when API keys were used last is not written down");
        }
        if let Err(error) = directory.flush_used_sessions(&store, clock::now()).await {
            tracing::warn!(%error, "when sessions were used last is not written down");
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
    DataFolder::open_or_create(path).map_err(|error| Failure::failed(miette::miette!("{error}")))
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

fn start_log(settings: &casemate_platform::config::Log) -> Result<Log, Failure> {
    Log::start(settings.format, settings.levels.as_str()).map_err(|error| match error {
        LogError::Levels(error) => Failure::usage(miette::miette!("`log.levels`: {error}")),
        error => Failure::failed(miette::miette!("{error}")),
    })
}

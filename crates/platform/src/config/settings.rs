//! The one list of settings. Whoever adds one adds it here and runs `casemate config reference` for its documentation.

use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;

use super::kinds::{
    ArchivePlace, DatabaseUrl, ForwardedHeader, HttpUrl, Levels, LogFormat, MailTls, Mode, ProxyChoice,
    ProxyException, RecordedDecisions, SecondFactorRule, UserAndPassword, VariableName,
};
use super::load::Reader;
use super::mail::MailServer;
use super::setting::{Setting, accepts, settings};
use super::value::{Number, Ratio, Time, Value};
use super::witness::WitnessKey;
use crate::mail::Sender;
use crate::outgoing::Allow;

/// How many of something are kept: at least one, and what a file can say.
pub type Kept = Number<1, 9_223_372_036_854_775_807>;

settings! {
    /// Everything that an operator may choose.
    Config {
        /// What the server is for. In production it refuses to start where that would not be safe, and says what it checked.
        mode: Mode { default: "development", env: "CASEMATE_MODE", flag: "mode" }

        /// The folder that holds Casemate's state.
        data: PathBuf { default: "./casemate-data", env: "CASEMATE_DATA", flag: "data" }

        /// A folder of TOML files with schemas, roles, assignments, users, credentials and providers. It is followed: an
        /// edit decides as soon as it holds no mistake.
        policy: Option<PathBuf> { env: "CASEMATE_POLICY", flag: "policy" }
    }

    /// How clients reach the server, and what each may take up.
    server: Server = "server" {
        /// Where to listen. Port 0 lets the operating system choose.
        listen: SocketAddr { default: "127.0.0.1:7654", env: "CASEMATE_LISTEN", flag: "listen" }

        /// Where clients reach this server, if not at the address that it listens on. Production needs it.
        public_url: Option<HttpUrl> { env: "CASEMATE_PUBLIC_URL", flag: "public-url" }

        /// Declares that a proxy in front of the server ends TLS, and that nobody else reaches the address that it listens
        /// on. Without it, production does not listen without TLS.
        tls_terminated_by_proxy: bool {
            default: "false", env: "CASEMATE_TLS_TERMINATED_BY_PROXY", flag: "tls-terminated-by-proxy"
        }

        /// The networks of the proxies that are believed about the client's address.
        trusted_proxies: Vec<IpNet> { env: "CASEMATE_TRUSTED_PROXIES", flag: "trusted-proxies" }

        /// Which header these proxies put the client's address into.
        forwarded_header: ForwardedHeader {
            default: "x-forwarded-for", env: "CASEMATE_FORWARDED_HEADER", flag: "forwarded-header"
        }

        /// How long a request may take.
        request_time: Time<1_000, 3_600_000> {
            default: "30s", env: "CASEMATE_REQUEST_TIME", flag: "request-time"
        }

        /// The most connections at once; further ones wait.
        connections: Number<1, 1_000_000> {
            default: "4096", env: "CASEMATE_CONNECTIONS", flag: "connections"
        }

        /// The longest body of a request, in bytes.
        body_bytes: Number<1_024, 67_108_864> {
            default: "1048576", env: "CASEMATE_BODY_BYTES", flag: "body-bytes"
        }
    }

    /// TLS on the server's own listener. Both files are read again when they change.
    tls: Tls = "server.tls" {
        /// The certificate and those that lead to its authority, in PEM.
        certificate: Option<PathBuf> { env: "CASEMATE_TLS_CERTIFICATE", flag: "tls-certificate" }

        /// The private key of the certificate, in PEM.
        key: Option<PathBuf> { env: "CASEMATE_TLS_KEY", flag: "tls-key" }
    }

    /// Where state is kept. Without a URL, in a file of the data folder.
    database: Database = "database" {
        /// A PostgreSQL server.
        url: Option<DatabaseUrl> { env: "CASEMATE_DATABASE_URL" }

        /// The most connections to that server.
        pool_size: Number<1, 1_000> {
            default: "8", env: "CASEMATE_DATABASE_POOL_SIZE", flag: "database-pool-size"
        }
    }

    /// Sources of permissions outside Casemate.
    sources: Sources = "sources" {
        /// The folder of the files that sources of permissions name: who holds what. They are followed: an edit decides as soon
        /// as it is seen. Without it, such a source fails.
        folder: Option<PathBuf> { env: "CASEMATE_SOURCES_FOLDER", flag: "sources-folder" }
    }

    /// Sinks of the audit log.
    sinks: Sinks = "sinks" {
        /// The folder that sinks of the audit log write their files into. It is there before the server starts, and the server may
        /// make files in it. Without it, such a sink fails.
        folder: Option<PathBuf> { env: "CASEMATE_SINKS_FOLDER", flag: "sinks-folder" }
    }

    /// Networks that guess at secrets.
    block: Block = "block" {
        /// After how many different wrong API keys, credentials and one-time keys within ten minutes no credential is taken
        /// from a client's network: for five minutes at first, twice as long each next time, at most a day. 0 blocks nobody.
        after: Number<0, 1_000> { default: "30", env: "CASEMATE_BLOCK_AFTER", flag: "block-after" }

        /// Networks that are never blocked, such as a proxy's that many clients share; this machine and trusted proxies
        /// never are.
        except: Vec<IpNet> { env: "CASEMATE_BLOCK_EXCEPT", flag: "block-except" }
    }

    /// The record of decisions.
    record: Record = "record" {
        /// Which decisions are recorded: denials only, or allowed ones too.
        decisions: RecordedDecisions { default: "denied", env: "CASEMATE_RECORD_DECISIONS", flag: "record" }

        /// Whether a decision is answered although it cannot be recorded, such as on a full disk. What is lost then are denials, and
        /// allowed decisions where these are recorded: nobody can say afterwards who was refused what. How many were lost is counted
        /// by `casemate_decisions_unrecorded_total`. Whatever else is to be on record is not answered without it.
        lenient: bool { default: "false", env: "CASEMATE_RECORD_LENIENT", flag: "record-lenient" }

        /// The most recorded decisions that are kept; what is more goes by whole blocks of 256 events.
        keep_decisions: Kept {
            default: "10000000", env: "CASEMATE_RECORD_KEEP_DECISIONS", flag: "keep-decisions"
        }

        /// The most days that a recorded decision is kept.
        keep_days: Kept { default: "90", env: "CASEMATE_RECORD_KEEP_DAYS", flag: "keep-days" }

        /// The most days that any other event of the audit log is kept; without it, they are kept. Their places and proofs stay, and
        /// what a legal hold covers.
        keep_events_days: Option<Kept> { env: "CASEMATE_RECORD_KEEP_EVENTS_DAYS", flag: "keep-events-days" }

        /// The most days that an event is kept which tells of reading; without it, as long as any other.
        keep_reads_days: Option<Kept> { env: "CASEMATE_RECORD_KEEP_READS_DAYS", flag: "keep-reads-days" }

        /// The most megabytes that the database takes up, after which the oldest decisions go.
        keep_megabytes: Kept {
            default: "4096", env: "CASEMATE_RECORD_KEEP_MEGABYTES", flag: "keep-megabytes"
        }

        /// The megabytes of disk that decisions leave free, so that changes can still be written.
        reserve_megabytes: Number<0, 1_048_576> {
            default: "64", env: "CASEMATE_RECORD_RESERVE_MEGABYTES", flag: "reserve-megabytes"
        }

        /// The most events that an application records in a minute, where its ceiling says nothing else.
        events_per_minute: Number<1, 100_000_000> {
            default: "60000", env: "CASEMATE_RECORD_EVENTS_PER_MINUTE", flag: "events-per-minute"
        }

        /// The most events that an application records in a day (UTC), where its ceiling says nothing else.
        events_per_day: Number<1, 1_000_000_000> {
            default: "10000000", env: "CASEMATE_RECORD_EVENTS_PER_DAY", flag: "events-per-day"
        }

        /// The keys of the witnesses whose cosignatures of the audit log are taken, at most 16: each `casemate audit witness` says
        /// its own.
        witnesses: Vec<WitnessKey> { env: "CASEMATE_RECORD_WITNESSES", flag: "witnesses" }
    }

    /// Where sealed months of the audit log go.
    archive: Archive = "audit.archive" {
        /// A folder that is there, such as `file:///var/lib/casemate-archive`, or an object store, such as `s3://bucket/folder`, whose
        /// region, endpoint and credentials come from the environment (`AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ACCESS_KEY_ID`, …). Without
        /// it, everything stays in the database. Every replica, and whoever reads the database, needs the same.
        place: Option<ArchivePlace> { env: "CASEMATE_AUDIT_ARCHIVE_PLACE", flag: "audit-archive-place" }

        /// How many days after its end a month is archived.
        after_days: Number<0, 36_500> {
            default: "30", env: "CASEMATE_AUDIT_ARCHIVE_AFTER_DAYS", flag: "audit-archive-after-days"
        }

        /// How many days after its newest event a file is deleted; without it, files are kept. A file of which a legal hold covers
        /// anything stays.
        keep_days: Option<Kept> { env: "CASEMATE_AUDIT_ARCHIVE_KEEP_DAYS", flag: "audit-archive-keep-days" }
    }

    /// The log, on standard error.
    log: Log = "log" {
        /// How its lines are written.
        format: LogFormat { default: "text", env: "CASEMATE_LOG_FORMAT", flag: "log-format" }

        /// What is logged: a level, or levels per module such as `info,casemate::access=warn`.
        levels: Levels { default: "info", env: "CASEMATE_LOG", flag: "log", live: true }
    }

    /// Figures for Prometheus.
    metrics: Metrics = "metrics" {
        /// Where `/metrics` is answered, apart from everything else and without credentials. Off where nothing is said.
        listen: Option<SocketAddr> { env: "CASEMATE_METRICS_LISTEN", flag: "metrics-listen" }
    }

    /// Traces for OpenTelemetry.
    traces: Traces = "traces" {
        /// Where traces are sent, by OTLP over HTTP. Off where nothing is said.
        endpoint: Option<HttpUrl> { env: "CASEMATE_TRACES_ENDPOINT", flag: "traces-endpoint" }

        /// The part of requests that are traced.
        sample_ratio: Ratio { default: "1", env: "CASEMATE_TRACES_SAMPLE_RATIO", flag: "traces-sample-ratio" }
    }

    /// Calls that the server makes itself: to providers and hooks.
    outgoing: Outgoing = "outgoing" {
        /// Hosts and networks that may be called although their addresses are not public ones. In development, this
        /// machine itself is one.
        allow: Vec<Allow> { env: "CASEMATE_OUTGOING_ALLOW", flag: "outgoing-allow" }

        /// The proxy that calls go through: the one that the environment names (`HTTPS_PROXY` and its like), none, or one
        /// of your own.
        proxy: ProxyChoice {
            default: "environment", env: "CASEMATE_OUTGOING_PROXY", flag: "outgoing-proxy"
        }

        /// What the proxy is told about who calls.
        proxy_credentials: Option<UserAndPassword> { env: "CASEMATE_OUTGOING_PROXY_CREDENTIALS" }

        /// What is called without a proxy of your own.
        proxy_except: Vec<ProxyException> {
            env: "CASEMATE_OUTGOING_PROXY_EXCEPT", flag: "outgoing-proxy-except"
        }

        /// A file of certificate authorities (PEM) that are trusted.
        roots: Option<PathBuf> { env: "CASEMATE_OUTGOING_ROOTS", flag: "outgoing-roots" }

        /// Whether the system's certificate authorities are trusted beside those of a file.
        system_roots: bool {
            default: "true", env: "CASEMATE_OUTGOING_SYSTEM_ROOTS", flag: "outgoing-system-roots"
        }
    }

    /// Letters to people: invitations, and links by which a forgotten password is set anew. Without a server none are sent.
    mail: MailSection = "mail" {
        /// The mail server that takes them (SMTP), with a port where it is not the usual one: 587 with STARTTLS, 465 with TLS,
        /// 25 without either.
        server: Option<MailServer> { env: "CASEMATE_MAIL_SERVER", flag: "mail-server" }

        /// How the connection to it is protected. Letters go without TLS to this machine alone.
        tls: MailTls { default: "starttls", env: "CASEMATE_MAIL_TLS", flag: "mail-tls" }

        /// Whom letters come from. A mail server needs it.
        from: Option<Sender> { env: "CASEMATE_MAIL_FROM", flag: "mail-from" }

        /// What the mail server is told about who sends.
        credentials: Option<UserAndPassword> { env: "CASEMATE_MAIL_CREDENTIALS" }
    }

    /// The key that seals what must be readable again, such as the client secrets of providers. Without either, a file in
    /// the data folder, made at the first start.
    root_key: RootKey = "root_key" {
        /// The file that holds it.
        file: Option<PathBuf> { env: "CASEMATE_ROOT_KEY_FILE", flag: "root-key-file" }

        /// The environment variable that holds it.
        environment: Option<VariableName> {
            env: "CASEMATE_ROOT_KEY_ENVIRONMENT", flag: "root-key-environment"
        }
    }

    /// Tokens that callers present.
    tokens: Tokens = "tokens" {
        /// The most verified tokens that are remembered until they end; 0 verifies each token each time.
        cache_entries: Number<0, 10_000_000> {
            default: "100000", env: "CASEMATE_TOKENS_CACHE_ENTRIES", flag: "tokens-cache-entries"
        }
    }

    /// Accounts of Casemate's own, for installations without a provider: people sign in with a password.
    accounts: Accounts = "accounts" {
        /// Whether there are any. Whoever became an administrator by a one-time key signs in with their password all the same.
        enabled: bool { default: "false", env: "CASEMATE_ACCOUNTS_ENABLED", flag: "accounts" }

        /// The fewest characters of a password. What is easy to guess is not taken, however long.
        shortest_password: Number<8, 64> {
            default: "8", env: "CASEMATE_ACCOUNTS_SHORTEST_PASSWORD", flag: "accounts-shortest-password"
        }

        /// Who needs a second factor besides the password. Whoever has one needs it in any case.
        second_factor: SecondFactorRule {
            default: "optional", env: "CASEMATE_ACCOUNTS_SECOND_FACTOR", flag: "accounts-second-factor"
        }
    }

    /// Sessions of people who signed in with a browser.
    sessions: Sessions = "sessions" {
        /// How long a session lasts without being used.
        idle: Time<300_000, 2_592_000_000> {
            default: "1h", env: "CASEMATE_SESSIONS_IDLE", flag: "sessions-idle"
        }

        /// How long a session lasts in any case.
        absolute: Time<300_000, 2_592_000_000> {
            default: "12h", env: "CASEMATE_SESSIONS_ABSOLUTE", flag: "sessions-absolute"
        }

        /// For how long after signing in somebody may do what is dangerous: deleting, keys, settings, administrators.
        recent: Time<1_000, 86_400_000> {
            default: "15m", env: "CASEMATE_SESSIONS_RECENT", flag: "sessions-recent"
        }
    }
}

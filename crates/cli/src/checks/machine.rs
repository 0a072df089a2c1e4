//! The machine that the server runs on.

use std::path::Path;
use std::time::UNIX_EPOCH;

use casemate_platform::config::Config;
use casemate_store::DataFolder;

use super::Check;

/// Free space below which a warning is due, beside the reserve, in megabytes.
const LITTLE: u64 = 1_024;

/// No clock that is right shows an earlier time: 2026-01-01, in microseconds since 1970 (UTC).
const EARLIEST: i64 = 1_767_225_600_000_000;

/// Nor a later one: 2100-01-01.
const LATEST: i64 = 4_102_444_800_000_000;

/// By how much files may be younger than the clock, in microseconds: 5 minutes.
const TOLERANCE: i64 = 5 * 60 * 1_000_000;

/// Files that are open beside connections: the database, the log, the policy, outgoing calls.
const OTHER_FILES: u64 = 256;

/// That decisions and changes can still be written.
pub(super) fn disk(config: &Config) -> Check {
    const NAME: &str = "disk";
    let place = config.data.ancestors().find(|path| path.exists()).unwrap_or(Path::new("."));
    let place = if place.as_os_str().is_empty() { Path::new(".") } else { place };
    let statistics = match rustix::fs::statvfs(place) {
        Ok(statistics) => statistics,
        Err(error) => {
            let found = format!("how much is free at {} is not known: {error}", place.display());
            return Check::warning(NAME, found, "look yourself");
        }
    };
    let free = statistics.f_bavail.saturating_mul(statistics.f_frsize) >> 20;
    let reserve = config.record.reserve_megabytes.get();
    let found = format!("{free} MB are free at {}", place.display());
    let advice = "make room, or let less be kept with `record.keep_megabytes`";
    if free <= reserve {
        Check::failed(NAME, format!("{found}, no more than the reserve of {reserve} MB"), advice)
    } else if free < reserve + LITTLE {
        Check::warning(NAME, found, advice)
    } else {
        Check::ok(NAME, found)
    }
}

/// That the clock is not far off: the ends of tokens and assignments hang on it.
pub(super) fn clock(config: &Config, now: i64) -> Check {
    const NAME: &str = "clock";
    let advice = "set the clock, and let it be synchronised";
    let shown =
        jiff::Timestamp::from_microsecond(now).map_or_else(|_| now.to_string(), |now| format!("{now:.0}"));
    if !(EARLIEST..LATEST).contains(&now) {
        return Check::failed(NAME, format!("it shows {shown}"), advice);
    }
    if written_at(config).is_some_and(|written| written > now.saturating_add(TOLERANCE)) {
        let found = format!("it shows {shown}, and the database was written to later than that");
        return Check::failed(NAME, found, advice);
    }
    Check::ok(NAME, shown)
}

/// When the embedded database was last written to, in microseconds since 1970 (UTC).
fn written_at(config: &Config) -> Option<i64> {
    let folder = DataFolder::open(&config.data).ok()?;
    let written = folder.database().metadata().ok()?.modified().ok()?;
    i64::try_from(written.duration_since(UNIX_EPOCH).ok()?.as_micros()).ok()
}

/// Lets this process open as many files as it may and as its connections need. What cannot be raised is told by
/// [`open_files`].
pub(crate) fn raise_open_files(config: &Config) {
    let resource = rustix::process::Resource::Nofile;
    let mut limit = rustix::process::getrlimit(resource);
    let needed = config.server.connections.get().saturating_add(OTHER_FILES);
    if limit.current.is_some_and(|current| current < needed) {
        limit.current = Some(limit.maximum.map_or(needed, |most| most.min(needed)));
        if let Err(error) = rustix::process::setrlimit(resource, limit) {
            tracing::debug!(%error, "the limit of open files could not be raised");
        }
    }
}

/// That as many connections as are allowed can be open: the server itself raises what the system lets it.
pub(super) fn open_files(config: &Config) -> Check {
    const NAME: &str = "open_files";
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).maximum;
    let needed = config.server.connections.get().saturating_add(OTHER_FILES);
    match limit {
        Some(limit) if limit < needed => {
            let found = format!("{limit} may be open, and `server.connections` may need {needed}");
            let advice =
                "raise the limit (`ulimit -Hn`, systemd's LimitNOFILE), or lower `server.connections`";
            Check::warning(NAME, found, advice)
        }
        Some(limit) => Check::ok(NAME, format!("{limit} may be open")),
        None => Check::ok(NAME, "without a limit"),
    }
}

#[cfg(test)]
mod tests {
    use casemate_platform::config::{Sources, load};

    use super::*;
    use crate::checks::Verdict;

    fn config(folder: &Path, flags: &[(&'static str, &str)]) -> Config {
        let data = folder.join("data").display().to_string();
        let flags = flags.iter().map(|(key, value)| (*key, (*value).to_owned()));
        let flags = flags.chain([("data", data)]).collect();
        load(Sources { flags, ..Sources::default() }).unwrap().config
    }

    #[test]
    fn a_clock_that_is_far_off_or_behind_the_database_is_told() {
        let parent = tempfile::tempdir().unwrap();
        let config = config(parent.path(), &[]);
        let now = casemate_platform::clock::now();
        assert_eq!(clock(&config, now).outcome, Verdict::Ok);
        for wrong in [0, EARLIEST - 1, LATEST] {
            assert_eq!(clock(&config, wrong).outcome, Verdict::Failed);
        }
        let folder = DataFolder::open_or_create(&config.data).unwrap();
        let options =
            std::os::unix::fs::OpenOptionsExt::mode(&mut std::fs::OpenOptions::new(), 0o600).to_owned();
        options.clone().write(true).create(true).truncate(true).open(folder.database()).unwrap();
        assert_eq!(clock(&config, now).outcome, Verdict::Ok);
        assert_eq!(clock(&config, now - 10 * TOLERANCE).outcome, Verdict::Failed);
    }

    #[test]
    fn too_little_room_and_too_few_files_are_told() {
        let parent = tempfile::tempdir().unwrap();
        let greedy = config(
            parent.path(),
            &[("record.reserve_megabytes", "1048576"), ("server.connections", "1000000")],
        );
        let room = disk(&greedy);
        assert!(room.outcome == Verdict::Failed || room.found.len() > 8, "{room:?}");
        let modest = config(parent.path(), &[("server.connections", "1")]);
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).maximum.unwrap_or(u64::MAX);
        let expected = |needed| if limit < needed { Verdict::Warning } else { Verdict::Ok };
        assert_eq!(open_files(&greedy).outcome, expected(1_000_000 + OTHER_FILES));
        assert_eq!(open_files(&modest).outcome, expected(1 + OTHER_FILES));
    }
}

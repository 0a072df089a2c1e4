//! The log, on standard error.

use std::str::FromStr;

use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Reads levels such as `info` or `warn,casemate::access=info`.
pub(super) fn levels(text: &str) -> Result<Targets, String> {
    Targets::from_str(text)
        .map_err(|error| format!("{error}: write a level, or `module=level` with commas between"))
}

/// Starts logging what `levels` let through. Lines that cannot be written are lost.
pub(super) fn start(levels: Targets) {
    let lines =
        tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false).with_filter(levels);
    if tracing_subscriber::registry().with(lines).try_init().is_err() {
        tracing::debug!("logging had been started before");
    }
}

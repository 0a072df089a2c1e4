//! What has to be right for a server to be safe and to last: the list that `casemate doctor` prints, and that a start in
//! production goes through first.

mod database;
pub(crate) mod files;
mod listening;
pub(crate) mod machine;
mod providers;
mod secrets;

use casemate_directory::Policy;
use casemate_platform::config::{Config, Loaded, Mode};
use serde::Serialize;

/// How a check went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    /// As it should be.
    Ok,
    /// It works, and is worth a look.
    Warning,
    /// It does not work, or is not safe. Production does not start.
    Failed,
}

impl Verdict {
    /// The word for it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Verdict::Ok => "ok",
            Verdict::Warning => "warning",
            Verdict::Failed => "failed",
        }
    }
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Check {
    /// What was looked at.
    pub(crate) name: &'static str,
    /// How it went.
    pub(crate) outcome: Verdict,
    /// What was found.
    pub(crate) found: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) advice: Option<String>,
}

impl Check {
    fn ok(name: &'static str, found: impl Into<String>) -> Check {
        Check { name, outcome: Verdict::Ok, found: found.into(), advice: None }
    }

    fn warning(name: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Check {
        Check { name, outcome: Verdict::Warning, found: found.into(), advice: Some(advice.into()) }
    }

    fn failed(name: &'static str, found: impl Into<String>, advice: impl Into<String>) -> Check {
        Check { outcome: Verdict::Failed, ..Check::warning(name, found, advice) }
    }

    /// What production refuses and development only remarks upon.
    fn unsafe_found(
        config: &Config,
        name: &'static str,
        found: impl Into<String>,
        advice: impl Into<String>,
    ) -> Check {
        match config.mode {
            Mode::Production => Check::failed(name, found, advice),
            Mode::Development => Check::warning(name, found, advice),
        }
    }
}

/// What is checked before a server starts: all that needs neither the database nor the network. `now` is in microseconds
/// since 1970 (UTC); `policy` is there where the folder could be read.
pub(crate) fn before_start(loaded: &Loaded, policy: Option<&Policy>, now: i64) -> Vec<Check> {
    let config = &loaded.config;
    let mut checks = vec![
        configuration(loaded),
        listening::transport(config),
        listening::public_url(config),
        listening::certificate(config, now),
        listening::metrics(config),
        files::data_folder(config),
    ];
    checks.extend(files::secret_files(loaded));
    checks.push(secrets::known(config, policy));
    checks.extend([machine::disk(config), machine::clock(config, now), machine::open_files(config)]);
    checks
}

/// What only `casemate doctor` checks: the database, the policy folder and, where that was asked for, the providers.
/// `policy` is what stands in the folder, or how many mistakes do.
pub(crate) async fn beside_start(
    config: &Config,
    policy: Result<Policy, usize>,
    online: bool,
    now: i64,
) -> Vec<Check> {
    let mut checks = vec![database::reachable(config, now).await, files::policy(config, &policy)];
    if online {
        match policy {
            Ok(policy) => checks.extend(providers::reachable(config, policy).await),
            Err(_) => checks.push(Check::warning(
                "providers",
                "not asked: the policy has mistakes",
                "mend the policy first",
            )),
        }
    }
    checks
}

fn configuration(loaded: &Loaded) -> Check {
    const NAME: &str = "configuration";
    let mode = loaded.config.mode.as_str();
    let from = match &loaded.file {
        Some(path) => format!("{mode}, from {}", path.display()),
        None => format!("{mode}, without a file"),
    };
    if loaded.remarks.is_empty() {
        return Check::ok(NAME, from);
    }
    Check::warning(NAME, format!("{from}; {}", loaded.remarks.join("; ")), "unset or rename these variables")
}

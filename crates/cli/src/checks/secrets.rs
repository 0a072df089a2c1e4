//! Secrets that everybody knows.

use casemate_directory::{Policy, sha256};
use casemate_platform::config::Config;

use super::Check;

/// What stands in examples, in documentation, and on every list of first guesses.
const KNOWN: [&str; 20] = [
    "admin",
    "casemate",
    "change-me",
    "change_me",
    "changeme",
    "credential",
    "default",
    "demo",
    "dev",
    "development",
    "example",
    "letmein",
    "password",
    "postgres",
    "root",
    "s3cret",
    "secret",
    "test",
    "todo-gateway-secret",
    "123456",
];

/// That no secret is one that everybody knows.
pub(super) fn known(config: &Config, policy: Option<&Policy>) -> Check {
    const NAME: &str = "secrets";
    let mut found: Vec<String> = Vec::new();
    if has_known_password(config) {
        found.push("the password of `database.url` is one that everybody tries first".to_owned());
    }
    if has_known_mail_password(config) {
        found.push("the password of `mail.credentials` is one that everybody tries first".to_owned());
    }
    let digests: Vec<[u8; 32]> = KNOWN.iter().map(|known| sha256(known)).collect();
    for credential in policy.map(Policy::credentials).unwrap_or_default() {
        if digests.contains(&credential.secret_sha256) {
            found.push(format!(
                "the secret of the credential `{}` is one that everybody tries first",
                credential.id
            ));
        }
    }
    if found.is_empty() {
        return Check::ok(NAME, "none that everybody knows");
    }
    Check::unsafe_found(
        config,
        NAME,
        found.join("; "),
        "choose random ones, such as of `openssl rand -hex 32`",
    )
}

fn has_known_mail_password(config: &Config) -> bool {
    let credentials = config.mail.credentials.as_ref().map(|credentials| credentials.expose());
    credentials.is_some_and(|(user, password)| KNOWN.contains(&password) || password == user)
}

fn has_known_password(config: &Config) -> bool {
    let url = config.database.url.as_ref().and_then(|url| url::Url::parse(url.expose()).ok());
    url.is_some_and(|url| {
        url.password().is_some_and(|password| KNOWN.contains(&password) || password == url.username())
    })
}

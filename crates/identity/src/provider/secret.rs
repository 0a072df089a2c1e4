//! Secrets of providers: the configuration refers to them and never holds them.

use std::fmt;
use std::path::PathBuf;

use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;
use thiserror::Error;

/// Where a secret is found: `{ env = "NAME" }`, `{ file = "PATH" }` or `{ sealed = true }`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "Written")]
#[schemars(with = "Written")]
pub enum SecretReference {
    /// In this environment variable of the server.
    Environment(Box<str>),
    /// In this file; a line feed at its end is not part of it.
    File(PathBuf),
    /// Among what the host keeps sealed, under the provider's name and the key that refers to it.
    Sealed,
}

/// How a reference is written.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Written {
    /// The name of an environment variable.
    env: Option<Box<str>>,
    /// The path of a file.
    file: Option<PathBuf>,
    /// `true`: the secret is kept sealed by Casemate.
    sealed: Option<bool>,
}

impl TryFrom<Written> for SecretReference {
    type Error = &'static str;

    fn try_from(written: Written) -> Result<SecretReference, &'static str> {
        match (written.env, written.file, written.sealed) {
            (Some(name), None, None) if !name.is_empty() => Ok(SecretReference::Environment(name)),
            (None, Some(path), None) if !path.as_os_str().is_empty() => Ok(SecretReference::File(path)),
            (None, None, Some(true)) => Ok(SecretReference::Sealed),
            _ => Err(
                "a secret is `{ env = \"NAME\" }`, `{ file = \"PATH\" }` or `{ sealed = true }`: it never stands in the configuration itself",
            ),
        }
    }
}

impl fmt::Display for SecretReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretReference::Environment(name) => write!(f, "the environment variable {name}"),
            SecretReference::File(path) => write!(f, "the file {}", path.display()),
            SecretReference::Sealed => f.write_str("the sealed secrets"),
        }
    }
}

/// Why a secret is not to be had. The message says where it was looked for and never what was found.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("provider `{provider}`: `{field}` cannot be read from {place}: {problem}")]
pub struct SecretError {
    /// The provider that needs it.
    pub provider: Box<str>,
    /// The key that refers to it.
    pub field: &'static str,
    /// Where it was looked for.
    pub place: String,
    /// What is wrong and what to do.
    pub problem: String,
}

/// Resolves references; the host has one, since only it knows what is sealed.
pub trait SecretSource: Send + Sync {
    /// Reads the secret that `provider`'s key `field` refers to. It is asked again whenever the providers are
    /// configured anew.
    ///
    /// # Errors
    /// When it is not there, or cannot be read, with the problem and what to do about it.
    fn resolve(
        &self,
        provider: &str,
        field: &'static str,
        reference: &SecretReference,
    ) -> Result<SecretString, String>;
}

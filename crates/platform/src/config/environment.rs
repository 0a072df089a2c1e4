//! Environment variables: those of settings, those that name a file with a secret, and those that nobody knows.

use std::ffi::OsString;
use std::path::Path;

use super::SETTINGS;
use super::file::read_secret;
use super::load::Found;
use super::mistake::{Mistake, Origin};
use super::nearest::nearest_variable;
use super::setting::Setting;
use super::value::Written;

/// The variable that names the configuration file.
pub const CONFIG_VARIABLE: &str = "CASEMATE_CONFIG";

/// The variable with the passphrase of backups, which single commands read.
pub const BACKUP_PASSPHRASE_VARIABLE: &str = "CASEMATE_BACKUP_PASSPHRASE";

/// The variable with the credential by which single commands ask a server.
pub const CREDENTIAL_VARIABLE: &str = "CASEMATE_CREDENTIAL";

/// Variables that are no settings: of commands, of the project's own tests, and what Kubernetes sets for a service
/// `casemate`.
const OTHERS: [&str; 8] = [
    BACKUP_PASSPHRASE_VARIABLE,
    CREDENTIAL_VARIABLE,
    "CASEMATE_LONG",
    "CASEMATE_VECTORS",
    "CASEMATE_SEED",
    "CASEMATE_ADVISORIES",
    "CASEMATE_CI_RUN",
    "CASEMATE_CASES",
];
const OF_KUBERNETES: [&str; 2] = ["CASEMATE_SERVICE_", "CASEMATE_PORT"];

/// The environment of a process.
pub(crate) struct Environment(Vec<(OsString, OsString)>);

impl Environment {
    pub(crate) fn new(variables: Vec<(OsString, OsString)>) -> Environment {
        Environment(variables)
    }

    /// The value of a variable. One that is empty is as good as none.
    pub(crate) fn get(&self, name: &str) -> Option<Result<&str, Mistake>> {
        let (_, value) = self.0.iter().find(|(known, value)| known == name && !value.is_empty())?;
        let not_text = || Mistake::of(origin(name), "its value is not UTF-8");
        Some(value.to_str().ok_or_else(not_text))
    }

    /// What it says about settings.
    pub(crate) fn read(&self, mistakes: &mut Vec<Mistake>) -> Vec<(&'static Setting, Found)> {
        let mut all = Vec::new();
        for setting in SETTINGS {
            match self.one(setting) {
                Ok(Some(found)) => all.push((setting, found)),
                Ok(None) => {}
                Err(mistake) => mistakes.push(mistake),
            }
        }
        all
    }

    fn one(&self, setting: &'static Setting) -> Result<Option<Found>, Mistake> {
        let value = self.get(setting.environment).transpose()?;
        let file = match setting.environment_file() {
            Some(name) => self.get(&name).transpose()?.map(|path| (name, path)),
            None => None,
        };
        match (value, file) {
            (None, None) => Ok(None),
            (Some(text), None) => Ok(Some(Found {
                written: Written::One(text.to_owned()),
                origin: origin(setting.environment),
                place: None,
                file: None,
            })),
            (None, Some((name, path))) => {
                let text = read_secret(Path::new(path)).map_err(|why| {
                    Mistake::of(origin(&name), format!("the file {path} cannot be read: {why}"))
                })?;
                Ok(Some(Found {
                    written: Written::One(text),
                    origin: origin(&name),
                    place: None,
                    file: Some(path.into()),
                }))
            }
            (Some(_), Some((name, _))) => {
                let message =
                    format!("{} is set too, and only one of them can be meant", setting.environment);
                Err(Mistake::of(origin(&name), message).help("unset one"))
            }
        }
    }

    /// A remark for each variable that looks like ours and is not. `named` are those that settings name.
    pub(crate) fn remarks(&self, named: Option<&str>) -> Vec<String> {
        let is_known = |name: &str| {
            name == CONFIG_VARIABLE
                || Some(name) == named
                || OTHERS.contains(&name)
                || OF_KUBERNETES.iter().any(|front| name.starts_with(front))
                || SETTINGS.iter().any(|setting| {
                    setting.environment == name || setting.environment_file().as_deref() == Some(name)
                })
        };
        let mut remarks: Vec<String> = self
            .0
            .iter()
            .filter_map(|(name, _)| name.to_str())
            .filter(|name| name.starts_with("CASEMATE_") && !is_known(name))
            .map(|name| match nearest_variable(name) {
                Some(near) => format!("the environment variable {name} sets nothing; did you mean {near}?"),
                None => format!("the environment variable {name} sets nothing"),
            })
            .collect();
        remarks.sort();
        remarks
    }
}

fn origin(name: &str) -> Origin {
    Origin::Environment { name: name.to_owned() }
}

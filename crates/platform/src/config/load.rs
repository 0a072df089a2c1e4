//! From what was written, in four places, to what is in force.

use std::collections::HashMap;
use std::ffi::OsString;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value as Json;

use super::environment::{CONFIG_VARIABLE, Environment};
use super::file::{Contents, read_file};
use super::kinds::ProxyChoice;
use super::mask;
use super::mistake::{Mistake, Origin, SourceFile};
use super::setting::Setting;
use super::settings::{Config, SETTINGS};
use super::value::{Value, Written};

/// The file that is read where none is named, if it is there.
const DEFAULT_FILE: &str = "casemate.toml";

/// The flag that names the configuration file.
pub const CONFIG_FLAG: &str = "config";

/// Where settings come from. A later one outweighs: defaults, the file, the environment, flags.
#[derive(Default)]
pub struct Sources {
    /// The file that `--config` names.
    pub file: Option<PathBuf>,
    /// The environment of the process.
    pub environment: Vec<(OsString, OsString)>,
    /// Flags, by the key of their setting.
    pub flags: Vec<(&'static str, String)>,
}

/// The configuration that is in force.
#[derive(Debug)]
pub struct Loaded {
    /// The typed settings.
    pub config: Config,
    /// Every setting with its value and where that came from, in the order of [`SETTINGS`].
    pub effective: Vec<Effective>,
    /// What is worth telling and no mistake, such as variables that set nothing.
    pub remarks: Vec<String>,
    /// The file that was read.
    pub file: Option<PathBuf>,
    /// Whether a secret stands in that file itself.
    pub secret_in_file: bool,
    /// Files that hold nothing but a secret.
    pub secret_files: Vec<PathBuf>,
}

/// A setting as it is in force.
#[derive(Debug, Clone)]
pub struct Effective {
    /// Which.
    pub setting: &'static Setting,
    /// Its value; a secret is [hidden](super::HIDDEN).
    pub value: Json,
    /// Where it came from.
    pub origin: Origin,
}

/// What one source says about a setting.
pub(crate) struct Found {
    pub(crate) written: Written,
    pub(crate) origin: Origin,
    /// Where in a file it stands.
    pub(crate) place: Option<(Arc<SourceFile>, Range<usize>)>,
    /// The file that a secret was read from.
    pub(crate) file: Option<PathBuf>,
}

impl Found {
    fn mistake(&self, message: String) -> Mistake {
        match &self.place {
            Some((source, span)) => Mistake::at(source, span.clone(), message),
            None => Mistake::of(self.origin.clone(), message),
        }
    }
}

/// Hands out what was found, and collects what is wrong with it.
pub(crate) struct Reader {
    found: HashMap<&'static str, Found>,
    shown: HashMap<&'static str, Json>,
    mistakes: Vec<Mistake>,
}

impl Reader {
    /// The value of a setting; `None` after a mistake.
    pub(crate) fn take<T: Value>(&mut self, key: &'static str) -> Option<T> {
        let setting = SETTINGS.iter().find(|setting| setting.key == key);
        let value = match (self.found.get(key), setting.and_then(|setting| setting.default)) {
            (Some(found), _) => match T::read(&found.written) {
                Some(value) => Some(value),
                None => {
                    let said = match &found.written {
                        Written::One(text)
                            if !T::SECRET
                                && !setting.is_some_and(|setting| mask::may_be_secret(setting, text)) =>
                        {
                            format!(", and not `{}`", printable(text))
                        }
                        _ => String::new(),
                    };
                    let expected = T::expected();
                    self.mistakes.push(found.mistake(format!("`{key}` is {expected}{said}")));
                    None
                }
            },
            (None, Some(default)) => T::parse(default),
            (None, None) => T::absent(),
        };
        let value = value?;
        self.shown.insert(key, value.show());
        Some(value)
    }

    /// A mistake where the value of one of these keys was written.
    fn refuse(&mut self, keys: &[&str], message: &str, help: &str) {
        let mistake = match keys.iter().find_map(|key| self.found.get(key)) {
            Some(found) => found.mistake(message.to_owned()),
            None => Mistake::of(Origin::Default, message),
        };
        self.mistakes.push(mistake.help(help));
    }
}

/// At most 100 characters of it, on one line.
fn printable(text: &str) -> String {
    text.chars()
        .take(100)
        .flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] })
        .collect()
}

/// Reads the configuration.
///
/// # Errors
/// Every mistake in it, in the order in which a person meets them.
pub fn load(sources: Sources) -> Result<Loaded, Vec<Mistake>> {
    let environment = Environment::new(sources.environment);
    let mut mistakes = Vec::new();
    let file = chosen_file(sources.file, &environment, &mut mistakes);
    let contents =
        file.as_ref().map_or_else(Contents::default, |(path, origin)| read_file(path, origin.clone()));
    mistakes.extend(contents.mistakes);
    let secret_in_file = contents.holds_secret;

    let mut found: HashMap<&'static str, Found> = HashMap::new();
    let from_environment = environment.read(&mut mistakes);
    for (setting, value) in contents.found.into_iter().chain(from_environment).chain(flags(sources.flags)) {
        found.insert(setting.key, value);
    }
    let mut reader = Reader { found, shown: HashMap::new(), mistakes };
    let config = Config::read(&mut reader);
    if let Some(config) = &config {
        check_together(config, &mut reader);
    }
    let Reader { mut found, mut shown, mut mistakes } = reader;
    let Some(config) = config.filter(|_| mistakes.is_empty()) else {
        mistakes.sort_by_key(|mistake| mistake.place().map_or(usize::MAX, |(_, _, span)| span.start));
        return Err(mistakes);
    };
    let secret_files = found.values().filter_map(|found| found.file.clone()).collect();
    let effective = SETTINGS
        .iter()
        .map(|setting| Effective {
            setting,
            value: shown.remove(setting.key).unwrap_or_default(),
            origin: found.remove(setting.key).map_or(Origin::Default, |found| found.origin),
        })
        .collect();
    let remarks = environment.remarks(config.root_key.environment.as_ref().map(|name| name.as_str()));
    let file = file.map(|(path, _)| path);
    Ok(Loaded { config, effective, remarks, file, secret_in_file, secret_files })
}

fn flags(flags: Vec<(&'static str, String)>) -> impl Iterator<Item = (&'static Setting, Found)> {
    flags.into_iter().filter_map(|(key, text)| {
        let setting = SETTINGS.iter().find(|setting| setting.key == key)?;
        let origin = Origin::Flag { name: setting.flag? };
        Some((setting, Found { written: Written::One(text), origin, place: None, file: None }))
    })
}

/// The configuration file, and who named it.
fn chosen_file(
    flag: Option<PathBuf>,
    environment: &Environment,
    mistakes: &mut Vec<Mistake>,
) -> Option<(PathBuf, Origin)> {
    if let Some(path) = flag {
        return Some((path, Origin::Flag { name: CONFIG_FLAG }));
    }
    match environment.get(CONFIG_VARIABLE) {
        Some(Ok(path)) => {
            return Some((path.into(), Origin::Environment { name: CONFIG_VARIABLE.to_owned() }));
        }
        Some(Err(mistake)) => mistakes.push(mistake),
        None => {}
    }
    let path = Path::new(DEFAULT_FILE);
    path.exists().then(|| (path.to_owned(), Origin::File { path: path.to_owned(), line: 1 }))
}

/// What no setting is wrong about alone.
fn check_together(config: &Config, reader: &mut Reader) {
    if config.tls.certificate.is_some() != config.tls.key.is_some() {
        reader.refuse(
            &["server.tls.certificate", "server.tls.key"],
            "a certificate and its key only serve together",
            "set both `server.tls.certificate` and `server.tls.key`, or neither",
        );
    }
    if config.outgoing.proxy_credentials.is_some() && !matches!(config.outgoing.proxy, ProxyChoice::Url(_)) {
        reader.refuse(
            &["outgoing.proxy_credentials"],
            "there is no proxy that these credentials are for",
            "set `outgoing.proxy` to its URL",
        );
    }
    if !config.outgoing.system_roots && config.outgoing.roots.is_none() {
        reader.refuse(
            &["outgoing.system_roots"],
            "without the system's certificate authorities and without others, nothing could be called",
            "set `outgoing.roots`",
        );
    }
    if config.root_key.file.is_some() && config.root_key.environment.is_some() {
        reader.refuse(
            &["root_key.environment"],
            "the root key is in a file or in an environment variable, not in both",
            "set one of `root_key.file` and `root_key.environment`",
        );
    }
}

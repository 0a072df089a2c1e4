//! Who may open what the server keeps.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use casemate_directory::Policy;
use casemate_platform::config::{Config, Loaded};
use casemate_store::{DataFolder, FolderError};

use super::Check;

/// The root key's file in the data folder, where no other place is chosen.
pub(crate) const ROOT_KEY: &str = "root.key";

/// That the data folder is this account's alone.
pub(super) fn data_folder(config: &Config) -> Check {
    const NAME: &str = "data_folder";
    let path = &config.data;
    match DataFolder::open(path) {
        Ok(folder) if folder.readable_by_others() => {
            let found = format!("others may look into {}", path.display());
            Check::unsafe_found(config, NAME, found, format!("run `chmod 700 {}`", path.display()))
        }
        Ok(_) => Check::ok(NAME, format!("{}, its owner's alone", path.display())),
        Err(FolderError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            Check::ok(NAME, format!("{} is not there yet: the first start makes it", path.display()))
        }
        Err(error) => Check::failed(NAME, error.to_string(), "the server does not start with it"),
    }
}

/// That each file with a secret in it is there, and this account's alone.
pub(super) fn secret_files(loaded: &Loaded) -> Vec<Check> {
    let config = &loaded.config;
    let mut checks = vec![root_key(config)];
    if let Some(key) = &config.tls.key {
        checks.push(private(config, "tls_key", key));
    }
    for file in &loaded.secret_files {
        checks.push(private(config, "secret_file", file));
    }
    if let Some(file) = loaded.file.as_ref().filter(|_| loaded.secret_in_file) {
        checks.push(private(config, "configuration_file", file));
    }
    checks
}

fn root_key(config: &Config) -> Check {
    const NAME: &str = "root_key";
    if let Some(variable) = &config.root_key.environment {
        let name = variable.as_str();
        return match std::env::var_os(name) {
            Some(value) if !value.is_empty() => {
                Check::ok(NAME, format!("in the environment variable {name}"))
            }
            _ => Check::failed(NAME, format!("the environment variable {name} is not set"), "set it"),
        };
    }
    match &config.root_key.file {
        Some(file) => private(config, NAME, file),
        None if default_root_key(config).exists() => private(config, NAME, &default_root_key(config)),
        None => Check::ok(NAME, "not there yet: it is made in the data folder when it is needed"),
    }
}

/// Where the root key is kept unless something else was chosen.
pub(crate) fn default_root_key(config: &Config) -> PathBuf {
    config.data.join(ROOT_KEY)
}

/// That a file is there and that only its owner may open it.
fn private(config: &Config, name: &'static str, path: &Path) -> Check {
    let shown = path.display();
    match fs::metadata(path) {
        Err(error) => Check::failed(name, format!("{shown} cannot be read: {error}"), "put it there"),
        Ok(metadata) if !metadata.is_file() => {
            Check::failed(name, format!("{shown} is no file"), "name a file")
        }
        Ok(metadata) if metadata.mode() & 0o077 != 0 => {
            let found = format!("others may open {shown} (mode {:o})", metadata.mode() & 0o7777);
            Check::unsafe_found(config, name, found, format!("run `chmod 600 {shown}`"))
        }
        Ok(_) => Check::ok(name, format!("{shown}, its owner's alone")),
    }
}

/// That the policy folder holds no mistake.
pub(super) fn policy(config: &Config, policy: &Result<Policy, usize>) -> Check {
    const NAME: &str = "policy";
    let Some(folder) = &config.policy else { return Check::ok(NAME, "no folder") };
    match policy {
        Ok(_) => Check::ok(NAME, format!("{} holds no mistake", folder.display())),
        Err(count) => Check::failed(
            NAME,
            format!("{} holds {count} mistakes", folder.display()),
            "mend them: they are drawn above",
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use casemate_platform::config::{Sources, load};

    use super::*;
    use crate::checks::Verdict;

    fn loaded(mode: &str, folder: &Path, flags: &[(&'static str, &str)]) -> Loaded {
        let data = folder.join("data").display().to_string();
        let fixed = [("mode", mode.to_owned()), ("data", data)];
        let flags = flags.iter().map(|(key, value)| (*key, (*value).to_owned()));
        load(Sources { flags: fixed.into_iter().chain(flags).collect(), ..Sources::default() }).unwrap()
    }

    #[test]
    fn what_others_may_open_is_refused_in_production_and_remarked_upon_in_development() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        DataFolder::open_or_create(&data).unwrap();
        let key = folder.path().join("key");
        fs::write(&key, "k").unwrap();
        let key_flag = [("root_key.file", key.to_str().unwrap())];
        for (data_mode, key_mode, production, development) in [
            (0o700, 0o600, Verdict::Ok, Verdict::Ok),
            (0o750, 0o640, Verdict::Failed, Verdict::Warning),
            (0o705, 0o604, Verdict::Failed, Verdict::Warning),
            (0o755, 0o620, Verdict::Failed, Verdict::Warning),
        ] {
            fs::set_permissions(&data, fs::Permissions::from_mode(data_mode)).unwrap();
            fs::set_permissions(&key, fs::Permissions::from_mode(key_mode)).unwrap();
            for (mode, expected) in [("production", production), ("development", development)] {
                let loaded = loaded(mode, folder.path(), &key_flag);
                let found = data_folder(&loaded.config);
                assert_eq!(found.outcome, expected, "{mode} {data_mode:o}: {found:?}");
                let found = secret_files(&loaded);
                assert_eq!((found.len(), found[0].outcome), (1, expected), "{mode} {key_mode:o}: {found:?}");
            }
        }
    }

    #[test]
    fn a_key_that_is_not_there_is_told_unless_it_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing").display().to_string();
        assert_eq!(secret_files(&loaded("production", folder.path(), &[]))[0].outcome, Verdict::Ok);
        for flag in [("root_key.file", missing.as_str()), ("root_key.environment", "CASEMATE_TEST_NO_KEY")] {
            let found = secret_files(&loaded("production", folder.path(), &[flag]));
            assert_eq!(found[0].outcome, Verdict::Failed, "{found:?}");
        }
    }
}

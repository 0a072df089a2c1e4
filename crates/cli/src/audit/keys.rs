//! The keys by which whoever checks a log knows it, and what is remembered of it from one time to the next.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use casemate_audit::checkpoint::Checkpoint;
use casemate_audit::note::{Note, VerifierKey};
use casemate_audit::verify::signed;
use serde::{Deserialize, Serialize};

use crate::exit::Failure;
use crate::place::failed;

/// The longest file that is remembered: a note and a few keys.
const MAX_FILE: u64 = 1 << 20;

/// A key as it is given: itself, or a file that holds it.
///
/// # Errors
/// Where it is neither.
pub(super) fn given(text: &str) -> Result<VerifierKey, Failure> {
    let text = text.trim();
    let key = VerifierKey::parse(text).or_else(|error| match fs::read_to_string(text) {
        Ok(file) => VerifierKey::parse(file.trim()).map_err(|error| format!("{text}: {error}")),
        Err(_) => Err(error.to_string()),
    });
    key.map_err(|error| {
        let help =
            "`--key` takes `NAME+ID+KEY` as GET /api/v1/audit-log/key answers it, or a file that holds it";
        Failure::usage(miette::miette!(help = help, "{error}"))
    })
}

/// That no other process writes what is remembered, until this goes.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "it holds the lock")] File);

impl Lock {
    /// Waits until nobody else has it.
    ///
    /// # Errors
    /// Where there can be no lock beside the file.
    pub(super) fn of(path: &Path) -> Result<Lock, Failure> {
        // What is remembered is replaced whole, so the lock is a file of its own, which stays.
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".lock");
        let beside: PathBuf = path.with_file_name(name);
        let locked = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&beside)
            .and_then(|file| file.lock().map(|()| Lock(file)));
        locked.map_err(|error| failed(format_args!("cannot lock {}: {error}", beside.display())))
    }
}

/// The checkpoint in a file, which one of these keys signed.
///
/// # Errors
/// Where it cannot be read, or none signed it.
pub(super) fn checkpoint(path: &Path, keys: &[VerifierKey]) -> Result<(Checkpoint, Note), Failure> {
    let wrong = |error: String| Failure::usage(miette::miette!("`--checkpoint` {}: {error}", path.display()));
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(MAX_FILE).read_to_string(&mut text));
    read.map_err(|error| wrong(error.to_string()))?;
    signed(&text, keys).map_err(|finding| wrong(finding.to_string()))
}

/// What is remembered of a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Memory {
    /// The keys that sign it.
    pub(super) keys: Vec<String>,
    /// The last checkpoint that was found to be right, as a signed note.
    pub(super) checkpoint: String,
}

impl Memory {
    /// Reads it; nothing where there is no file yet.
    ///
    /// # Errors
    /// Where it cannot be read: whoever forgets what they knew is easily shown something else.
    pub(super) fn read(path: &Path) -> Result<Option<Memory>, Failure> {
        let wrong = |error: String| {
            let help = "name the file that an earlier run wrote; remove it only if you mean to begin anew";
            Failure::failed(miette::miette!(
                help = help,
                "cannot read what is remembered in {}: {error}",
                path.display()
            ))
        };
        let length = match fs::metadata(path) {
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(wrong(error.to_string())),
        };
        if length > MAX_FILE {
            return Err(wrong("it is too long".to_owned()));
        }
        let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        serde_json::from_str(&text).map(Some).map_err(|error| wrong(error.to_string()))
    }

    /// Writes it in the place of what was there, unless another check remembers more by now than was there before.
    ///
    /// # Errors
    /// As [`Memory::read`] and [`Memory::write`].
    pub(super) fn replace(
        &self,
        path: &Path,
        before: Option<&Memory>,
        keys: &[VerifierKey],
    ) -> Result<(), Failure> {
        let lock = Lock::of(path)?;
        if let Some(now) = Memory::read(path)?
            && Some(&now) != before
            && now.checkpoint(keys)?.size > self.checkpoint(keys)?.size
        {
            return Ok(());
        }
        self.write(path, &lock)
    }

    /// Writes it in the place of what was there, so that one of the two is there whatever happens.
    ///
    /// # Errors
    /// Where the file system does not take it.
    pub(super) fn write(&self, path: &Path, _: &Lock) -> Result<(), Failure> {
        self.put(path).map_err(|error| {
            failed(format_args!("cannot remember the checkpoint in {}: {error}", path.display()))
        })
    }

    fn put(&self, path: &Path) -> io::Result<()> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".new");
        let beside: PathBuf = path.with_file_name(name);
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(serde_json::to_string_pretty(self)?.as_bytes())?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    }

    /// The keys.
    ///
    /// # Errors
    /// Where one is none.
    pub(super) fn keys(&self) -> Result<Vec<VerifierKey>, Failure> {
        let keys = self.keys.iter().map(|key| VerifierKey::parse(key).map_err(failed));
        keys.collect()
    }

    /// The checkpoint, which one of these keys signed.
    ///
    /// # Errors
    /// Where none did.
    pub(super) fn checkpoint(&self, keys: &[VerifierKey]) -> Result<Checkpoint, Failure> {
        let help = "what is remembered was signed with another key: give that key as well, or begin anew with another file";
        let (checkpoint, _) = signed(&self.checkpoint, keys)
            .map_err(|finding| Failure::usage(miette::miette!(help = help, "{finding}")))?;
        Ok(checkpoint)
    }
}

#[cfg(test)]
mod tests {
    use casemate_audit::ed25519::SigningKey;
    use casemate_audit::hash::MerkleHash;
    use casemate_audit::note::KeyKind;

    use super::*;

    #[test]
    fn what_is_written_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        assert_eq!(Memory::read(&path).unwrap(), None);
        for checkpoint in ["one", "two"] {
            let memory = Memory { keys: vec!["key".to_owned()], checkpoint: checkpoint.to_owned() };
            memory.write(&path, &Lock::of(&path).unwrap()).unwrap();
            assert_eq!(Memory::read(&path).unwrap(), Some(memory));
        }
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        fs::write(&path, "{}").unwrap();
        assert!(Memory::read(&path).is_err());
    }

    #[test]
    fn of_two_checks_at_once_the_one_that_saw_more_is_remembered() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let key = SigningKey::of_seed("casemate/1", KeyKind::Ed25519, &[1; 32]).unwrap();
        let keys = [key.verifier().clone()];
        let memory = |size| {
            let checkpoint = Checkpoint::new("casemate/1", size, MerkleHash::of_nothing()).unwrap();
            let mut note = Note::new(&checkpoint.to_string()).unwrap();
            key.sign(&mut note).unwrap();
            Memory { keys: vec![keys[0].to_string()], checkpoint: note.to_string() }
        };
        memory(5).replace(&path, None, &keys).unwrap();
        let before = Memory::read(&path).unwrap();
        memory(9).replace(&path, before.as_ref(), &keys).unwrap();
        memory(7).replace(&path, before.as_ref(), &keys).unwrap();
        assert_eq!(Memory::read(&path).unwrap(), Some(memory(9)));
        // A checkpoint that somebody has in a file.
        let file = folder.path().join("note");
        fs::write(&file, memory(3).checkpoint).unwrap();
        assert_eq!(checkpoint(&file, &keys).unwrap().0.size, 3);
        assert!(checkpoint(&file, &[]).is_err());
        assert!(checkpoint(&path, &keys).is_err());
    }

    #[test]
    fn one_process_has_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state.json");
        let lock = Lock::of(&path).unwrap();
        let beside = File::open(folder.path().join("state.json.lock")).unwrap();
        assert!(beside.try_lock().is_err());
        drop(lock);
        beside.try_lock().unwrap();
    }
}

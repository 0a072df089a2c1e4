//! The folder of files that sources name: read at once, and again whenever one of them is changed.

use std::collections::HashMap;
use std::fs;
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::time::Instant;

use super::file::{FileError, MAX_FILE, Table, read_table};

/// How often files are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// For how long what a file says is relied on since it was looked at last: files are looked at, and nobody is told of them.
const GOOD_FOR: Duration = Duration::from_secs(10);
/// The longest name of a file, in bytes.
const MAX_NAME: usize = 128;

/// Whether a text is the name of a file in the folder, and leads to no other place.
pub(crate) fn is_file_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    name.len() <= MAX_NAME
        && !name.starts_with('.')
        && name.bytes().all(is_plain)
        && [".toml", ".json"].iter().any(|end| name.ends_with(end))
}

/// By what a changed file is noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Trace {
    inode: u64,
    size: u64,
    changed: (i64, i64),
}

#[derive(Debug, Clone)]
struct Known {
    trace: Option<Trace>,
    table: Result<Arc<Table>, Arc<str>>,
    /// When it was begun to look at it.
    looked_at: Instant,
}

/// The files that sources name.
#[derive(Debug)]
pub(super) struct Files {
    folder: Option<PathBuf>,
    known: Mutex<HashMap<Box<str>, Known>>,
    /// Whether somebody looks at them.
    is_watched: Mutex<bool>,
}

impl Files {
    pub(super) fn new(folder: Option<PathBuf>) -> Arc<Files> {
        Arc::new(Files { folder, known: Mutex::default(), is_watched: Mutex::default() })
    }

    /// Reads these files, and looks at them and at no others from now on. Within a tokio runtime, files are looked at for as long
    /// as anybody has this.
    pub(super) fn watch(self: &Arc<Self>, names: Vec<Box<str>>) {
        let is_any = !names.is_empty();
        self.known().retain(|name, _| names.contains(name));
        for name in names {
            if !self.known().contains_key(&name) {
                // Whoever asks for another one does not wait for this.
                let read = self.read(&name);
                self.known().insert(name, read);
            }
        }
        let mut is_watched = self.is_watched.lock().unwrap_or_else(PoisonError::into_inner);
        if is_any
            && !*is_watched
            && self.folder.is_some()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            *is_watched = true;
            runtime.spawn(look(Watching(Arc::downgrade(self))));
        }
    }

    /// What a file says, and for how long that is relied on.
    ///
    /// # Errors
    /// Why that cannot be said. What a file said counts no longer once it could not be looked at for a while.
    pub(super) fn table(&self, name: &str) -> Result<(Arc<Table>, Duration), Arc<str>> {
        let known = self.known();
        let Some(Known { table, looked_at, .. }) = known.get(name) else {
            return Err("its file was not read".into());
        };
        let table = table.clone()?;
        match GOOD_FOR.checked_sub(looked_at.elapsed()).filter(|rest| !rest.is_zero()) {
            Some(rest) => Ok((table, rest)),
            None => Err(format!("its file could not be looked at for {} s", GOOD_FOR.as_secs()).into()),
        }
    }

    /// What is wrong with the files.
    pub(super) fn mistakes(&self) -> Vec<String> {
        let known = self.known();
        let mut mistakes: Vec<String> =
            known.values().filter_map(|known| Some(known.table.as_ref().err()?.to_string())).collect();
        mistakes.sort_unstable();
        mistakes
    }

    /// Reads again what was changed.
    fn refresh(&self) {
        let before: Vec<(Box<str>, Known)> =
            self.known().iter().map(|(name, known)| (name.clone(), known.clone())).collect();
        for (name, known) in before {
            let looked_at = Instant::now();
            let is_same = known.table.is_ok() && known.trace.is_some() && known.trace == self.trace(&name);
            if is_same {
                if let Some(known) = self.known().get_mut(&name) {
                    known.looked_at = looked_at;
                }
                continue;
            }
            let read = self.read(&name);
            match (&known.table, &read.table) {
                (_, Ok(_)) => tracing::info!(file = &*name, "the file of a source of permissions was read"),
                (Err(before), Err(problem)) if before == problem => {}
                (_, Err(problem)) => tracing::error!(
                    file = &*name,
                    problem = &**problem,
                    "the file of a source of permissions is refused: whoever it tells of may do nothing"
                ),
            }
            if let Some(known) = self.known().get_mut(&name) {
                *known = read;
            }
        }
    }

    fn path(&self, name: &str) -> Option<PathBuf> {
        Some(self.folder.as_deref()?.join(name)).filter(|_| is_file_name(name))
    }

    fn trace(&self, name: &str) -> Option<Trace> {
        let metadata = fs::metadata(self.path(name)?).ok()?;
        let changed = (metadata.ctime(), metadata.ctime_nsec());
        Some(Trace { inode: metadata.ino(), size: metadata.size(), changed })
    }

    fn read(&self, name: &str) -> Known {
        let looked_at = Instant::now();
        let Some(path) = self.path(name) else {
            let problem = format!("{name}: there is no folder of such files: set `sources.folder`");
            return Known { trace: None, table: Err(problem.into()), looked_at };
        };
        // One that is changed while it is read has another trace afterwards, and is read again.
        let trace = self.trace(name);
        let table =
            text_of(&path).map_err(|problem| format!("{}: {problem}", path.display())).and_then(|text| {
                let placed = |error: FileError| FileError { file: path.display().to_string(), ..error };
                read_table(name, &text).map_err(|error| placed(error).to_string())
            });
        Known { trace, table: table.map(Arc::new).map_err(Into::into), looked_at }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<Box<str>, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn text_of(path: &Path) -> Result<String, String> {
    if !fs::metadata(path).map_err(|error| error.to_string())?.is_file() {
        return Err("it is no file".to_owned());
    }
    let file = fs::File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(format!("it is longer than {MAX_FILE} bytes"));
    }
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8".to_owned())
}

/// The files that are looked at, for as long as somebody does.
struct Watching(Weak<Files>);

impl Drop for Watching {
    fn drop(&mut self) {
        if let Some(files) = self.0.upgrade() {
            *files.is_watched.lock().unwrap_or_else(PoisonError::into_inner) = false;
        }
    }
}

async fn look(watching: Watching) {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let Some(files) = watching.0.upgrade() else { return };
        match tokio::task::spawn_blocking(move || files.refresh()).await {
            Ok(()) => {}
            // What they said counts no longer unless the next look succeeds.
            Err(error) if error.is_panic() => {
                tracing::error!(%error, "the files of sources of permissions could not be looked at");
            }
            // Where the process is ending, nothing is looked at any more.
            Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "format = 1\n[[grant]]\nto = { id = \"ada\" }\npermissions = [{ name = \"cms.a\" }]\n";

    #[test]
    fn names_lead_to_no_other_place() {
        for good in ["legacy.toml", "a-b_c.1.json"] {
            assert!(is_file_name(good), "{good}");
        }
        for bad in ["", ".toml", "../x.toml", "a/b.toml", "x.txt", "toml", "a\\b.toml", "ü.toml"] {
            assert!(!is_file_name(bad), "{bad}");
        }
    }

    #[test]
    fn a_file_is_read_again_when_it_is_another_one_and_a_bad_one_fails_closed() {
        let folder = tempfile::tempdir().unwrap();
        let replace = |text: &str| {
            let new = folder.path().join("new");
            fs::write(&new, text).unwrap();
            fs::rename(&new, folder.path().join("legacy.toml")).unwrap();
        };
        let files = Files::new(Some(folder.path().to_owned()));
        files.watch(vec!["legacy.toml".into()]);
        assert!(files.table("legacy.toml").is_err(), "there is none");
        replace(GOOD);
        files.refresh();
        let first = files.table("legacy.toml").unwrap().0;
        files.refresh();
        assert!(Arc::ptr_eq(&first, &files.table("legacy.toml").unwrap().0), "it is not read again");
        replace("format = 1\n[[grant]]\nto = 7\n");
        files.refresh();
        let problem = files.table("legacy.toml").unwrap_err();
        assert!(problem.contains("legacy.toml:3:6"), "{problem}");
        assert_eq!(files.mistakes().len(), 1);
        fs::write(folder.path().join("legacy.toml"), vec![b'#'; usize::try_from(MAX_FILE).unwrap() + 1])
            .unwrap();
        files.refresh();
        assert!(files.table("legacy.toml").unwrap_err().contains("longer than"));
        replace(GOOD);
        files.refresh();
        assert!(files.table("legacy.toml").is_ok() && files.mistakes().is_empty());
        fs::remove_file(folder.path().join("legacy.toml")).unwrap();
        files.refresh();
        assert!(files.table("legacy.toml").is_err());
        assert!(files.table("other.toml").is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_file_said_counts_no_longer_once_it_cannot_be_looked_at() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("legacy.toml"), GOOD).unwrap();
        let files = Files::new(Some(folder.path().to_owned()));
        // Nobody looks at it by themselves.
        *files.is_watched.lock().unwrap() = true;
        files.watch(vec!["legacy.toml".into()]);
        let rest = || files.table("legacy.toml").map(|(_, rest)| rest);
        assert_eq!(rest(), Ok(GOOD_FOR));
        tokio::time::advance(GOOD_FOR / 2).await;
        assert_eq!(rest(), Ok(GOOD_FOR / 2));
        tokio::time::advance(GOOD_FOR / 2).await;
        assert!(rest().unwrap_err().contains("could not be looked at"));
        files.refresh();
        assert_eq!(rest(), Ok(GOOD_FOR), "also where nothing of it was changed");
    }

    #[test]
    fn files_are_looked_at_again_after_whoever_did_is_gone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("legacy.toml"), GOOD).unwrap();
        let files = Files::new(Some(folder.path().to_owned()));
        for _ in 0..2 {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
            runtime.block_on(async { files.watch(vec!["legacy.toml".into()]) });
            assert!(*files.is_watched.lock().unwrap());
            drop(runtime);
            assert!(!*files.is_watched.lock().unwrap());
        }
    }
}

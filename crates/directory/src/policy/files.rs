//! Reading a policy folder.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::mistake::{Mistake, SourceFile};

/// The most files of a policy.
const MAX_FILES: usize = 1_000;
/// The longest file, in bytes.
const MAX_FILE_BYTES: u64 = 4 << 20;
/// How deep folders may be nested.
const MAX_DEPTH: usize = 8;
/// The most folders of a policy. Links are followed, so that a few that lead back would otherwise be as many as there are paths.
const MAX_FOLDERS: usize = 1_000;

/// The files of a policy, in the order of their paths.
pub(crate) type Files = Vec<Arc<SourceFile>>;

/// Reads every `*.toml` in the folder and the folders in it. Names that begin with a dot are left out, as editors and
/// mounted volumes use them for their own, and so is `*.test.toml`, which holds expected decisions.
pub(crate) fn read_files(folder: &Path) -> Result<Files, Vec<Mistake>> {
    let (paths, mut mistakes) = walk_files(folder);
    let mut files = Vec::new();
    for path in paths {
        match text(&path) {
            Ok(text) => files.push(Arc::new(SourceFile { path, text })),
            Err(message) => mistakes.push(Mistake::of_path(&path, message)),
        }
    }
    if mistakes.is_empty() { Ok(files) } else { Err(mistakes) }
}

/// The paths of the files, sorted, and what could not be looked at.
pub(crate) fn walk_files(folder: &Path) -> (Vec<PathBuf>, Vec<Mistake>) {
    let mut walk = Walk::default();
    walk.folder(folder, 0);
    let Walk { mut paths, mut mistakes, folders } = walk;
    if folders > MAX_FOLDERS {
        // What is wrong in one is then said once for each way to it.
        mistakes.clear();
        let message =
            format!("a policy has at most {MAX_FOLDERS} folders, counting each way that links lead to one");
        mistakes.push(Mistake::of_path(folder, message));
    }
    if paths.len() > MAX_FILES {
        mistakes.push(Mistake::of_path(folder, format!("a policy has at most {MAX_FILES} files")));
        paths.truncate(MAX_FILES);
    }
    paths.sort();
    (paths, mistakes)
}

#[derive(Default)]
struct Walk {
    paths: Vec<PathBuf>,
    mistakes: Vec<Mistake>,
    /// How many folders were looked into.
    folders: usize,
}

impl Walk {
    fn folder(&mut self, folder: &Path, depth: usize) {
        if self.folders > MAX_FOLDERS {
            return;
        }
        self.folders += 1;
        if depth > MAX_DEPTH {
            let message = format!("folders are nested deeper than {MAX_DEPTH}");
            self.mistakes.push(Mistake::of_path(folder, message));
            return;
        }
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => return self.failed(folder, &error),
        };
        for entry in entries {
            match entry {
                Ok(entry) => self.entry(entry.path(), depth),
                Err(error) => self.failed(folder, &error),
            }
        }
    }

    fn entry(&mut self, path: PathBuf, depth: usize) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with('.') || self.paths.len() > MAX_FILES {
            return;
        }
        match fs::metadata(&path) {
            Ok(metadata) if metadata.is_dir() => self.folder(&path, depth + 1),
            Ok(metadata) if name.ends_with(".toml") && !name.ends_with(".test.toml") => {
                // Opening a named pipe would wait for whoever writes to it.
                if metadata.is_file() {
                    self.paths.push(path);
                } else {
                    self.mistakes.push(Mistake::of_path(&path, "is neither a file nor a folder"));
                }
            }
            Ok(_) => {}
            Err(error) => self.failed(&path, &error),
        }
    }

    fn failed(&mut self, path: &Path, error: &std::io::Error) {
        self.mistakes.push(Mistake::of_path(path, format!("cannot be read: {error}")));
    }
}

fn text(path: &Path) -> Result<String, String> {
    let mut text = String::new();
    let file = fs::File::open(path).map_err(|error| format!("cannot be read: {error}"))?;
    file.take(MAX_FILE_BYTES + 1)
        .read_to_string(&mut text)
        .map_err(|error| format!("cannot be read: {error}"))?;
    if text.len() as u64 > MAX_FILE_BYTES {
        return Err(format!("is longer than {MAX_FILE_BYTES} bytes"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_toml_file_is_read_in_order_and_hidden_ones_are_not() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("b/c")).unwrap();
        fs::create_dir_all(folder.path().join("..data")).unwrap();
        for name in ["z.toml", "b/c/x.toml", "a.toml", ".hidden.toml", "a.toml.bak", "..data/y.toml"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        let files = read_files(folder.path()).unwrap();
        let texts: Vec<_> = files.iter().map(|file| file.text.as_str()).collect();
        assert_eq!(texts, ["a.toml", "b/c/x.toml", "z.toml"]);
    }

    #[test]
    fn everything_unreadable_is_named() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("binary.toml"), [0xff, 0xfe]).unwrap();
        std::os::unix::fs::symlink("nowhere", folder.path().join("dangling.toml")).unwrap();
        let mut told: Vec<_> = read_files(folder.path()).unwrap_err().iter().map(|m| m.to_string()).collect();
        told.sort();
        assert!(told[0].contains("binary.toml: cannot be read"), "{told:?}");
        assert!(told[1].contains("dangling.toml: cannot be read"), "{told:?}");
        assert_eq!(read_files(&folder.path().join("absent")).unwrap_err().len(), 1);
    }

    #[test]
    fn what_is_no_file_is_refused_without_being_opened() {
        let folder = tempfile::tempdir().unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket.toml")).unwrap();
        let pipe = folder.path().join("pipe.toml");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let mut told: Vec<_> = read_files(folder.path()).unwrap_err().iter().map(|m| m.to_string()).collect();
        told.sort();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].ends_with("pipe.toml: is neither a file nor a folder"), "{told:?}");
        assert!(told[1].ends_with("socket.toml: is neither a file nor a folder"), "{told:?}");
    }

    #[test]
    fn links_that_lead_back_take_no_more_than_a_bounded_number_of_looks() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..20 {
            std::os::unix::fs::symlink(".", folder.path().join(format!("again{number}"))).unwrap();
        }
        let told: Vec<_> = read_files(folder.path()).unwrap_err().iter().map(|m| m.to_string()).collect();
        assert!(matches!(&told[..], [one] if one.contains("at most 1000 folders")), "{told:?}");
    }
}

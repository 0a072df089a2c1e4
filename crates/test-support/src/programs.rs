//! Where Debian keeps the programs that tests start.

use std::path::{Path, PathBuf};

use crate::StartError;

/// The path of `program`, looked for on PATH and then in `folders`, in their order.
///
/// # Errors
/// [`StartError::Missing`], which names `package`, the Debian package to install.
pub fn find_program(
    program: &'static str,
    folders: &[PathBuf],
    package: &'static str,
) -> Result<PathBuf, StartError> {
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&on_path)
        .chain(folders.iter().cloned())
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
        .ok_or_else(|| StartError::Missing {
            program,
            looked: folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", "),
            package,
        })
}

/// The `bin` folders of the PostgreSQL versions that Debian's packages installed, newest first.
pub(crate) fn postgres_folders(root: &Path) -> Vec<PathBuf> {
    let mut versions: Vec<u32> = std::fs::read_dir(root)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    versions.sort_unstable();
    versions.into_iter().rev().map(|version| root.join(version.to_string()).join("bin")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newest_postgres_comes_first() {
        let root = tempfile::tempdir().unwrap();
        for name in ["9", "15", "common", "16"] {
            std::fs::create_dir(root.path().join(name)).unwrap();
        }
        let folders = postgres_folders(root.path());
        let names: Vec<_> =
            folders.iter().map(|f| f.parent().unwrap().file_name().unwrap().to_owned()).collect();
        assert_eq!(names, ["16", "15", "9"]);
    }

    #[test]
    fn an_absent_program_names_the_package_to_install() {
        let error = find_program("no-such-program-here", &["/usr/sbin".into()], "the-package").unwrap_err();
        let text = format!("{error:?}");
        assert!(text.contains("apt-get install the-package"), "{text}");
        assert!(text.contains("/usr/sbin"), "{text}");
    }
}

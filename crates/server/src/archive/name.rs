//! What files of the archive are called: a file that is written anew has another name, so that nobody reads half of each.

use super::job::ENDING;

/// What all files of some events begin with, whichever revision they are.
pub(super) fn stem(file: &str) -> &str {
    let name = file.strip_suffix(ENDING).unwrap_or(file);
    match name.rsplit_once('.') {
        Some((stem, revision)) if revision.parse::<u64>().is_ok() => stem,
        _ => name,
    }
}

/// Which revision of its events a file is, from 1; nothing where it is of others.
pub(super) fn revision(file: &str, stem: &str) -> Option<u64> {
    match file.strip_suffix(ENDING)?.strip_prefix(stem)? {
        "" => Some(1),
        revision => revision.strip_prefix('.')?.parse().ok(),
    }
}

/// The file of a revision.
pub(super) fn revised(stem: &str, revision: u64) -> String {
    format!("{stem}.{revision}{ENDING}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_revision_of_a_file_has_a_name_of_its_own() {
        let first = "audit-2026-01-000000000000.parquet";
        let stem = stem(first);
        assert_eq!(stem, "audit-2026-01-000000000000");
        let second = revised(stem, 2);
        assert_eq!((super::stem(&second), revision(&second, stem)), (stem, Some(2)));
        assert_eq!(revision(first, stem), Some(1));
        for other in
            ["audit-2026-01-000000000001.parquet", "audit-2026-01-000000000000.x.parquet", "notes.txt"]
        {
            assert_eq!(revision(other, stem), None, "{other}");
        }
    }
}

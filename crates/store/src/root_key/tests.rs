//! Root keys and their file.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use super::*;

fn parse(text: &str) -> Result<RootKeys, RootKeyError> {
    RootKeys::parse(&text.into())
}

const ZEROS: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
const ONES: &str = "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=";

#[test]
fn keys_are_read_as_they_are_written() {
    let keys = parse(&format!("# current\n{ONES}\r\n\t{ZEROS}, ")).unwrap();
    assert_eq!(keys.ids().count(), 2);
    let again = RootKeys::parse(&keys.to_text()).unwrap();
    assert!(again.ids().eq(keys.ids()));
    assert_eq!(again.all()[0].bytes(), &[1; KEY_BYTES]);
    assert_eq!(again.current_id(), parse(ONES).unwrap().current_id());
}

#[test]
fn each_mistake_is_told_with_its_place_and_without_the_key() {
    let id = parse(ZEROS).unwrap().current_id().to_owned();
    for (text, expected) in [
        (" \n# nothing\n".to_owned(), RootKeyError::Empty),
        (format!("{ONES}\nnot*base64"), RootKeyError::NotBase64 { position: 2 }),
        ("AAAA".to_owned(), RootKeyError::Length { position: 1, bytes: 3 }),
        (format!("{id}:{ONES}"), RootKeyError::Mistyped { position: 1 }),
        (format!("{ZEROS},{id}:{ZEROS}"), RootKeyError::Twice { position: 2 }),
        ("A".repeat(MAX_TEXT + 1), RootKeyError::TooLarge),
    ] {
        let error = parse(&text).unwrap_err();
        assert_eq!(error, expected);
        assert!(!error.to_string().contains("AAAA") && !error.to_string().contains("AQEB"));
    }
}

#[test]
fn debug_output_tells_ids_alone() {
    let keys = parse(ZEROS).unwrap();
    assert_eq!(format!("{keys:?}"), format!("[{:?}]", keys.current_id()));
}

#[test]
fn a_key_file_is_made_once_and_is_its_owner_s_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = RootKeyFile::at(folder.path().join("root.key"));
    assert!(matches!(file.read(), Err(RootKeyFileError::Missing { .. })));
    let made = file.read_or_create().unwrap();
    assert_eq!(fs::metadata(file.path()).unwrap().mode() & 0o777, 0o600);
    assert!(file.read_or_create().unwrap().ids().eq(made.ids()));
    for open in [0o640, 0o604, 0o660] {
        fs::set_permissions(file.path(), fs::Permissions::from_mode(open)).unwrap();
        assert!(matches!(
            file.read(),
            Err(RootKeyFileError::Unsafe(crate::FolderError::OpenToOthers { mode, .. })) if mode == open
        ));
    }
}

#[test]
fn processes_that_rotate_at_once_lose_no_key() {
    let folder = tempfile::tempdir().unwrap();
    let file = RootKeyFile::at(folder.path().join("root.key"));
    let made: Vec<String> = std::thread::scope(|scope| {
        let rotating = (0..8).map(|_| scope.spawn(|| file.rotate().unwrap().current_id().to_owned()));
        rotating.collect::<Vec<_>>().into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let kept = file.read().unwrap();
    assert!(made.iter().all(|id| kept.ids().any(|known| known == id)));
    let current = kept.current_id().to_owned();
    let kept = file.keep_only(|id| id == made[0]).unwrap();
    assert!(kept.ids().all(|id| id == current || id == made[0]));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside the file");
}

#[test]
fn foreign_keys_stand_behind_one_s_own() {
    let folder = tempfile::tempdir().unwrap();
    let file = RootKeyFile::at(folder.path().join("root.key"));
    let (own, foreign) = (parse(ONES).unwrap(), parse(&format!("{ZEROS} {ONES}")).unwrap());
    file.adopt(&own).unwrap();
    let joined = file.adopt(&foreign).unwrap();
    assert_eq!(joined.current_id(), own.current_id());
    assert_eq!(joined.ids().count(), 2);
}

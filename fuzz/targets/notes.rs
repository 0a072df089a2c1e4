//! Signed notes, checkpoints, verifier keys and the paths of tiles are read or refused, and written again as they were. What is
//! taken as a note is one to another implementation, too, with the same text and signatures.
#![no_main]

use casemate_audit::checkpoint::Checkpoint;
use casemate_audit::note::{Note, VerifierKey};
use casemate_audit::tile::Tile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(note) = Note::parse(text) {
        assert_eq!(note.to_string(), text);
        let other = signed_note::Note::from_bytes(text.as_bytes()).expect("another reader takes it");
        assert_eq!(other.text(), note.text().as_bytes());
        assert_eq!(other.to_bytes(), text.as_bytes());
        if let Ok(checkpoint) = Checkpoint::parse(note.text()) {
            assert!(note.text().starts_with(&checkpoint.to_string()));
        }
    }
    if let Ok(checkpoint) = Checkpoint::parse(text) {
        assert_eq!(Checkpoint::parse(&checkpoint.to_string()), Ok(checkpoint));
    }
    if let Ok(key) = VerifierKey::parse(text) {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(tile) = Tile::parse(text) {
        assert_eq!(tile.path(), text);
    }
    if let Ok(tile) = Tile::parse_entries(text) {
        assert_eq!(tile.entries_path(), text);
    }
});

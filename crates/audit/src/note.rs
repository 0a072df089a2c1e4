//! Signed notes: a text, and who signed it ([c2sp.org/signed-note](https://c2sp.org/signed-note)).

use std::fmt::{self, Display};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use crate::checkpoint::is_name;

/// The most bytes of a note.
pub const MAX_NOTE: usize = 64 << 10;
/// The most signatures of a note; every reader takes 16.
pub const MAX_SIGNATURES: usize = 64;

/// What a signature's line begins with: an em dash and a space.
const DASH: &str = "\u{2014} ";

/// What a key's signatures are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum KeyKind {
    /// Ed25519 over the text: of a log.
    Ed25519 = 1,
    /// Ed25519 over the text and the time: of a witness ([c2sp.org/tlog-cosignature](https://c2sp.org/tlog-cosignature)).
    Cosignature = 4,
}

/// The public key of a log or a witness, with its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    /// What its signatures are.
    pub kind: KeyKind,
    /// The public key (RFC 8032, section 5.1.5).
    pub public: [u8; 32],
}

/// A line of a note that says that somebody signed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    name: String,
    /// The short digest of the key.
    pub key_id: u32,
    /// What the key's kind of signature holds.
    pub bytes: Vec<u8>,
}

/// A text with its signatures, of which nothing is checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// Why something is no note, or no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NoteError {
    /// It is longer than one may be.
    #[error("a note has at most {MAX_NOTE} bytes and {MAX_SIGNATURES} signatures")]
    TooLong,
    /// It is no text.
    #[error("a note is UTF-8 without control characters other than the newline")]
    NotText,
    /// There are no signatures behind a text.
    #[error("a note is a text, an empty line, and a line for each signature")]
    NoSignatures,
    /// A line behind the text is no signature.
    #[error(
        "a signature is a line of an em dash, the key's name, and the base64 of the key's id and the signature"
    )]
    Signature,
    /// A name cannot be a key's.
    #[error("a key's name is 1 to 255 bytes, without white space, `+` and control characters")]
    Name,
    /// It is no verifier key.
    #[error(
        "a verifier key is `NAME+ID+KEY`: the id is eight hexadecimal digits, the key the base64 of its kind and 32 bytes"
    )]
    Key,
    /// The id that stands in a verifier key is not the one of its key.
    #[error(
        "the id of this verifier key is not the digest of its name and key: a part of it was changed or mistyped"
    )]
    KeyId,
}

impl VerifierKey {
    /// A key with its name.
    ///
    /// # Errors
    /// Where it cannot be called so.
    pub fn new(name: &str, kind: KeyKind, public: [u8; 32]) -> Result<VerifierKey, NoteError> {
        if !is_name(name) {
            return Err(NoteError::Name);
        }
        Ok(VerifierKey { name: name.to_owned(), kind, public })
    }

    /// Reads `NAME+ID+KEY`, as [`Display`] writes it.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<VerifierKey, NoteError> {
        let (name, rest) = text.split_once('+').ok_or(NoteError::Key)?;
        let (id, key) = rest.split_once('+').ok_or(NoteError::Key)?;
        let bytes = STANDARD.decode(key).map_err(|_| NoteError::Key)?;
        let (kind, public) = bytes.split_first().ok_or(NoteError::Key)?;
        let kind = [KeyKind::Ed25519, KeyKind::Cosignature].into_iter().find(|known| *known as u8 == *kind);
        let public = public.try_into().map_err(|_| NoteError::Key)?;
        let key = VerifierKey::new(name, kind.ok_or(NoteError::Key)?, public)?;
        if id.len() != 8 || !id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(NoteError::Key);
        }
        match u32::from_str_radix(id, 16) {
            Ok(id) if id == key.id() => Ok(key),
            _ => Err(NoteError::KeyId),
        }
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The short digest by which signatures name the key: it tells keys of one name apart, and proves nothing.
    #[must_use]
    pub fn id(&self) -> u32 {
        let hash = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', self.kind as u8])
            .chain_update(self.public)
            .finalize();
        hash.first_chunk().map_or(0, |first| u32::from_be_bytes(*first))
    }

    /// Whether a signature says that it is of this key.
    #[must_use]
    pub fn made(&self, signature: &Signature) -> bool {
        signature.name == self.name && signature.key_id == self.id()
    }
}

impl Display for VerifierKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = vec![self.kind as u8];
        key.extend_from_slice(&self.public);
        write!(formatter, "{}+{:08x}+{}", self.name, self.id(), STANDARD.encode(key))
    }
}

impl Signature {
    /// A signature by this key.
    #[must_use]
    pub fn by(key: &VerifierKey, bytes: Vec<u8>) -> Signature {
        Signature { name: key.name.clone(), key_id: key.id(), bytes }
    }

    /// The name of the key.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    fn parse(line: &str) -> Result<Signature, NoteError> {
        let (name, bytes) =
            line.strip_prefix(DASH).and_then(|rest| rest.split_once(' ')).ok_or(NoteError::Signature)?;
        let bytes = STANDARD.decode(bytes).map_err(|_| NoteError::Signature)?;
        let (id, bytes) = bytes.split_first_chunk().ok_or(NoteError::Signature)?;
        if !is_name(name) || bytes.is_empty() {
            return Err(NoteError::Signature);
        }
        Ok(Signature { name: name.to_owned(), key_id: u32::from_be_bytes(*id), bytes: bytes.to_vec() })
    }
}

impl Display for Signature {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.key_id.to_be_bytes()[..], &self.bytes].concat();
        writeln!(formatter, "{DASH}{} {}", self.name, STANDARD.encode(bytes))
    }
}

impl Note {
    /// A text without signatures yet, which ends in a newline.
    ///
    /// # Errors
    /// Where it cannot be the text of a note.
    pub fn new(text: &str) -> Result<Note, NoteError> {
        if text.len() > MAX_NOTE {
            return Err(NoteError::TooLong);
        }
        if !text.ends_with('\n') || !is_text(text) {
            return Err(NoteError::NotText);
        }
        Ok(Note { text: text.to_owned(), signatures: Vec::new() })
    }

    /// Reads a note.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(note: &str) -> Result<Note, NoteError> {
        if note.len() > MAX_NOTE {
            return Err(NoteError::TooLong);
        }
        if !is_text(note) {
            return Err(NoteError::NotText);
        }
        // The last empty line ends the text, which may have others.
        let end = note.rfind("\n\n").ok_or(NoteError::NoSignatures)?;
        let (text, signatures) = note.split_at_checked(end + 1).ok_or(NoteError::NoSignatures)?;
        let signatures = signatures.strip_prefix('\n').and_then(|lines| lines.strip_suffix('\n'));
        let lines: Vec<&str> = signatures.ok_or(NoteError::NoSignatures)?.split('\n').collect();
        if lines.len() > MAX_SIGNATURES {
            return Err(NoteError::TooLong);
        }
        let signatures = lines.into_iter().map(Signature::parse).collect::<Result<_, _>>()?;
        Ok(Note { text: text.to_owned(), signatures })
    }

    /// The text that is signed, with its last newline.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures, in order.
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Adds a signature, in place of one by the same key.
    pub fn sign(&mut self, signature: Signature) {
        let is_other = |other: &Signature| other.name != signature.name || other.key_id != signature.key_id;
        self.signatures.retain(is_other);
        self.signatures.push(signature);
    }
}

/// As [`Note::parse`] reads it, where it has a signature.
impl Display for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| write!(formatter, "{signature}"))
    }
}

fn is_text(text: &str) -> bool {
    text.bytes().all(|byte| byte >= b' ' || byte == b'\n')
}

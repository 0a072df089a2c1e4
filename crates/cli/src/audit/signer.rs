//! The key of a witness, as golang.org/x/mod/sumdb/note writes keys that sign: `PRIVATE+KEY+NAME+ID+KEY`, the last the base64 of the
//! key's kind and its seed.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casemate_audit::ed25519::SigningKey;
use casemate_audit::note::KeyKind;

use crate::exit::Failure;
use crate::place::failed;
use crate::printer::Printer;

const PREFIX: &str = "PRIVATE+KEY+";

/// The key in a file. Where there is none yet and a name for it, it is made.
///
/// # Errors
/// Where there is none, or what is there is none.
pub(super) fn own(path: &Path, name: Option<&str>, printer: &Printer) -> Result<SigningKey, Failure> {
    let usage = |error: String| Failure::usage(miette::miette!("{}: {error}", path.display()));
    match std::fs::read_to_string(path) {
        Ok(text) => parse(text.trim()).map_err(|error| usage(error.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => match name {
            Some(name) => made(path, name, printer),
            None => {
                let help = "say with --name how the witness is to be called, and its key is made there";
                Err(Failure::usage(miette::miette!(help = help, "there is no key in {}", path.display())))
            }
        },
        Err(error) => Err(usage(error.to_string())),
    }
}

fn made(path: &Path, name: &str, printer: &Printer) -> Result<SigningKey, Failure> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(failed)?;
    let key = SigningKey::of_seed(name, KeyKind::Cosignature, &seed)
        .map_err(|error| Failure::usage(miette::miette!("`--name`: {error}")))?;
    let bytes = [&[KeyKind::Cosignature as u8][..], &seed].concat();
    let text = format!("{PREFIX}{name}+{:08x}+{}\n", key.verifier().id(), STANDARD.encode(bytes));
    let unwritten = |error: io::Error| failed(format_args!("cannot write {}: {error}", path.display()));
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let mut file = file.map_err(unwritten)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(unwritten)?;
    printer.note(format_args!(
        "{}: a new key. Tell the server of it in `record.witnesses`:\n{}",
        path.display(),
        key.verifier()
    ));
    Ok(key)
}

fn parse(text: &str) -> Result<SigningKey, &'static str> {
    let wrong = "this is no key of a witness: `PRIVATE+KEY+NAME+ID+KEY`, as --name makes one";
    // The base64 may have a `+` as well, which names and ids have not.
    let mut parts = text.strip_prefix(PREFIX).ok_or(wrong)?.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(wrong);
    };
    let bytes = STANDARD.decode(key).map_err(|_| wrong)?;
    let (&kind, seed) = bytes.split_first().ok_or(wrong)?;
    if kind != KeyKind::Cosignature as u8 {
        return Err("this is the key of a log, not of a witness");
    }
    let seed = seed.try_into().map_err(|_| wrong)?;
    let key = SigningKey::of_seed(name, KeyKind::Cosignature, &seed).map_err(|_| wrong)?;
    if format!("{:08x}", key.verifier().id()) == id {
        Ok(key)
    } else {
        Err("the id of this key is not its digest: a part of it was changed or mistyped")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::printer::Format;

    #[test]
    fn a_key_that_is_made_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let printer = Printer::new(Format::Json);
        for number in 0..20 {
            let path = folder.path().join(number.to_string());
            assert!(own(&path, None, &printer).is_err());
            assert!(own(&path, Some("no name"), &printer).is_err());
            let key = own(&path, Some("witness.example.com/w"), &printer).unwrap();
            let read = own(&path, Some("another"), &printer).unwrap();
            assert_eq!(read.verifier(), key.verifier());
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(parse(&text.trim().replace("/w+", "/v+")).is_err());
            assert!(parse(&text.trim()[1..]).is_err());
        }
    }
}

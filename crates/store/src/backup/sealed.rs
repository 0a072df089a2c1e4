//! The age file around a backup.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read as _, Seek as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use age::{Decryptor, Encryptor, scrypt, x25519};
use secrecy::ExposeSecret as _;

use super::format::{Header, PlainWriter};
use super::tables::{Cell, Table};
use super::{BackupError, BackupKey, BackupLock, BackupSummary, read_plain_backup};

/// The binary logarithm of scrypt's cost: about a second, and 256 MiB.
const WORK: u8 = 18;
/// The highest cost that a file may ask for.
const MAX_WORK: u8 = 20;

/// The longest beginning of a file in which the age header has to end, in bytes. Its reader takes each line to be one more
/// recipient, and begins anew with each.
const MAX_HEADER: u64 = 64 << 10;

type Sealing = age::stream::StreamWriter<BufWriter<File>>;

/// A backup that is being written, beside its place.
pub(super) struct SealedFile {
    place: PathBuf,
    beside: Partial,
    writer: PlainWriter<Sealing>,
    /// What opens it once it is written: nobody but this process needs to be able to, in order to check it.
    key: Opener,
}

/// A file that goes away unless it was put in its place.
struct Partial {
    path: PathBuf,
    is_placed: bool,
}

impl Partial {
    fn failed(&self, source: io::Error) -> BackupError {
        BackupError::Write { path: self.path.clone(), source }
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.is_placed {
            // Nobody reads what was begun; the next backup of this name is told if it stays.
            let _ = fs::remove_file(&self.path);
        }
    }
}

enum Opener {
    Passphrase(scrypt::Identity),
    Identity(x25519::Identity),
}

impl Opener {
    fn of(key: &BackupKey) -> Result<Opener, BackupError> {
        Ok(match key {
            BackupKey::Passphrase(passphrase) => {
                let mut identity = scrypt::Identity::new(passphrase.clone());
                identity.set_max_work_factor(MAX_WORK);
                Opener::Passphrase(identity)
            }
            BackupKey::Identity(identity) => {
                Opener::Identity(identity.expose_secret().trim().parse().map_err(|_| BackupError::Identity)?)
            }
        })
    }

    fn identity(&self) -> &dyn age::Identity {
        match self {
            Opener::Passphrase(identity) => identity,
            Opener::Identity(identity) => identity,
        }
    }
}

/// The recipients of a backup, and what opens it for the check.
fn recipients(lock: &BackupLock, work: u8) -> Result<(Encryptor, Opener), BackupError> {
    let none = |_| BackupError::Recipient;
    match lock {
        BackupLock::Passphrase(passphrase) => {
            let mut recipient = scrypt::Recipient::new(passphrase.clone());
            recipient.set_work_factor(work);
            let encryptor = Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient));
            let key = Opener::of(&BackupKey::Passphrase(passphrase.clone()))?;
            Ok((encryptor.map_err(none)?, key))
        }
        BackupLock::Recipient(recipient) => {
            let recipient: x25519::Recipient =
                recipient.trim().parse().map_err(|_| BackupError::Recipient)?;
            // A key for this file alone, which is forgotten once the file was checked.
            let check = x25519::Identity::generate();
            let own = check.to_public();
            let both: [&dyn age::Recipient; 2] = [&recipient, &own];
            let encryptor = Encryptor::with_recipients(both.into_iter()).map_err(none)?;
            Ok((encryptor, Opener::Identity(check)))
        }
    }
}

impl SealedFile {
    pub(super) fn create(
        place: &Path,
        lock: &BackupLock,
        header: &Header,
    ) -> Result<SealedFile, BackupError> {
        SealedFile::create_at_cost(place, lock, WORK, header)
    }

    #[cfg(test)]
    pub(super) fn create_with(
        place: &Path,
        passphrase: &str,
        work: u8,
        header: &Header,
    ) -> Result<SealedFile, BackupError> {
        let lock = BackupLock::Passphrase(passphrase.to_owned().into());
        SealedFile::create_at_cost(place, &lock, work, header)
    }

    fn create_at_cost(
        place: &Path,
        lock: &BackupLock,
        work: u8,
        header: &Header,
    ) -> Result<SealedFile, BackupError> {
        if fs::symlink_metadata(place).is_ok() {
            return Err(BackupError::Exists { path: place.to_owned() });
        }
        let (encryptor, key) = recipients(lock, work)?;
        let mut name = place.file_name().unwrap_or_default().to_owned();
        name.push(".partial");
        let beside = place.with_file_name(name);
        let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside);
        let file = opened.map_err(|source| BackupError::Write { path: beside.clone(), source })?;
        let beside = Partial { path: beside, is_placed: false };
        let sealing = encryptor.wrap_output(BufWriter::new(file));
        let writer = sealing.and_then(|sealing| PlainWriter::new(sealing, header));
        let writer = writer.map_err(|source| beside.failed(source))?;
        Ok(SealedFile { place: place.to_owned(), beside, writer, key })
    }

    pub(super) fn table(&mut self, table: &'static Table) -> Result<(), BackupError> {
        self.writer.table(table).map_err(|source| self.beside.failed(source))
    }

    pub(super) fn row(&mut self, row: &[Cell]) -> Result<(), BackupError> {
        self.writer.row(row).map_err(|source| self.beside.failed(source))
    }

    /// Ends the file, reads all of it again, and puts it in its place.
    pub(super) fn finish(self) -> Result<BackupSummary, BackupError> {
        let SealedFile { place, mut beside, writer, key } = self;
        let written = writer
            .finish()
            .and_then(Sealing::finish)
            .and_then(|output| output.into_inner().map_err(io::IntoInnerError::into_error))
            .and_then(|file| file.sync_all());
        written.map_err(|source| beside.failed(source))?;
        let summary = read_plain_backup(decrypted(&beside.path, &key)?)?;
        let placed = fs::rename(&beside.path, &place).and_then(|()| sync_folder(&place));
        placed.map_err(|source| beside.failed(source))?;
        beside.is_placed = true;
        Ok(summary)
    }
}

fn sync_folder(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

/// The plain text of a backup.
pub(super) fn open(file: &Path, key: &BackupKey) -> Result<impl BufRead + use<>, BackupError> {
    decrypted(file, &Opener::of(key)?)
}

fn decrypted(path: &Path, key: &Opener) -> Result<impl BufRead + use<>, BackupError> {
    let unread = |source| BackupError::Read { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(unread)?;
    let mut beginning = Vec::new();
    (&file).take(MAX_HEADER).read_to_end(&mut beginning).map_err(unread)?;
    if !beginning.windows(5).any(|five| five == b"\n--- ") {
        return Err(BackupError::Sealed { reason: "it does not begin as a sealed file does".to_owned() });
    }
    file.rewind().map_err(unread)?;
    let sealed = |error: age::DecryptError| BackupError::Sealed { reason: error.to_string() };
    let decryptor = Decryptor::new_buffered(BufReader::new(file)).map_err(sealed)?;
    let plain = decryptor.decrypt(std::iter::once(key.identity())).map_err(sealed)?;
    Ok(BufReader::new(plain))
}

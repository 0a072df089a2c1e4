//! What a program did to the files of a folder, as the preloaded shim wrote it down, and what a disk may hold of it after the
//! power failed.
//!
//! The disk keeps no promise that it did not make: of what was written since a file's last flush, any page may be there or
//! not, in any order; names come, change and go in their order, but only those up to some point since their folder's last flush.
//! What a flush that failed was to write may never be written, as Linux has it: later flushes succeed without it, until the page is
//! written to again.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::chance::Chance;

/// What of a write reaches a disk at once or not at all.
const PAGE: usize = 4_096;
const HEAD: usize = 34;

#[derive(Debug)]
enum Record {
    Open { inode: u64, path: PathBuf, created: bool, emptied: bool, is_folder: bool },
    Write { inode: u64, offset: usize, bytes: Vec<u8> },
    Size { inode: u64, size: usize },
    Flush { inode: u64 },
    Rename { from: PathBuf, to: PathBuf },
    Unlink { path: PathBuf },
    Folder,
    Failed { inode: u64 },
}

fn read(bytes: &[u8]) -> Vec<Record> {
    let mut rest = bytes;
    let mut records = Vec::new();
    // The last record may be cut off: the program was killed while it stood there.
    while let Some((head, behind)) = rest.split_first_chunk::<HEAD>() {
        let number = |at: usize| u64::from_le_bytes(head[at..at + 8].try_into().unwrap());
        let (inode, offset) = (number(2), usize::try_from(number(10)).unwrap());
        let (ones, others) = (usize::try_from(number(18)).unwrap(), usize::try_from(number(26)).unwrap());
        let Some((one, behind)) = behind.split_at_checked(ones) else { break };
        let Some((other, behind)) = behind.split_at_checked(others) else { break };
        rest = behind;
        let path = |bytes: &[u8]| PathBuf::from(String::from_utf8(bytes.to_vec()).unwrap());
        let flag = |flag: u8| head[1] & flag != 0;
        records.push(match head[0] {
            1 => Record::Open {
                inode,
                path: path(one),
                created: flag(1),
                emptied: flag(2),
                is_folder: flag(4),
            },
            2 => Record::Write { inode, offset, bytes: one.to_vec() },
            3 => Record::Size { inode, size: offset },
            4 => Record::Flush { inode },
            5 => Record::Rename { from: path(one), to: path(other) },
            6 => Record::Unlink { path: path(one) },
            7 => Record::Folder,
            8 => Record::Failed { inode },
            kind => panic!("the shim wrote a record of the kind {kind}"),
        });
    }
    records
}

/// A change of a file that is not flushed yet.
#[derive(Debug)]
enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Size(usize),
}

#[derive(Debug, Default)]
struct File {
    /// What is on the disk for sure.
    flushed: Vec<u8>,
    since: Vec<Change>,
    /// What the program reads.
    seen: Vec<u8>,
    /// The pages that are not written unless something is put into them again.
    given_up: BTreeSet<usize>,
}

impl File {
    fn holding(bytes: Vec<u8>) -> File {
        File { seen: bytes.clone(), flushed: bytes, ..File::default() }
    }

    fn change(&mut self, change: Change) {
        if let Change::Write { offset, bytes } = &change {
            let touched = offset / PAGE..=(offset + bytes.len().max(1) - 1) / PAGE;
            for page in touched.filter(|page| self.given_up.remove(page)) {
                // The whole of it is written then.
                let start = (page * PAGE).min(self.seen.len());
                let whole = self.seen[start..self.seen.len().min(start + PAGE)].to_vec();
                self.since.push(Change::Write { offset: start, bytes: whole });
            }
        }
        make(&mut self.seen, &change, &mut || true);
        self.since.push(change);
    }

    fn flush(&mut self) {
        for change in self.since.drain(..) {
            make(&mut self.flushed, &change, &mut || true);
        }
    }

    /// Gives up some of the pages that a flush was to write.
    fn fail(&mut self, chance: &mut Chance) {
        let share = share(chance);
        let (mut kept, mut pages) = (Vec::new(), BTreeMap::new());
        for change in self.since.drain(..) {
            let Change::Write { offset, bytes } = change else {
                kept.push(change);
                continue;
            };
            for (at, piece) in pieces(offset, &bytes) {
                if *pages.entry(at / PAGE).or_insert_with(|| chance.below(100) < share) {
                    kept.push(Change::Write { offset: at, bytes: piece.to_vec() });
                }
            }
        }
        self.since = kept;
        self.given_up.extend(pages.into_iter().filter(|(_, is_kept)| !is_kept).map(|(page, _)| page));
    }
}

/// The parts of bytes that stand in one page each, and where.
fn pieces(offset: usize, bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let (mut at, mut rest) = (offset, bytes);
    std::iter::from_fn(move || {
        let (piece, behind) = rest.split_at(rest.len().min(PAGE - at % PAGE));
        let piece = (at, piece);
        (at, rest) = (at + piece.1.len(), behind);
        (!piece.1.is_empty()).then_some(piece)
    })
}

fn make(bytes: &mut Vec<u8>, change: &Change, page_stays: &mut dyn FnMut() -> bool) {
    match change {
        Change::Size(size) => {
            if page_stays() {
                bytes.resize(*size, 0);
            }
        }
        Change::Write { offset, bytes: written } => {
            for (at, piece) in pieces(*offset, written) {
                if page_stays() {
                    bytes.resize(bytes.len().max(at + piece.len()), 0);
                    bytes[at..at + piece.len()].copy_from_slice(piece);
                }
            }
        }
    }
}

/// A change of a folder's names that is not flushed yet.
#[derive(Debug)]
enum Naming {
    Come { path: PathBuf, file: usize },
    Move { from: PathBuf, to: PathBuf },
    Go { path: PathBuf },
}

impl Naming {
    fn make(&self, names: &mut BTreeMap<PathBuf, usize>) {
        match self {
            Naming::Come { path, file } => {
                names.insert(path.clone(), *file);
            }
            Naming::Move { from, to } => {
                if let Some(file) = names.remove(from) {
                    names.insert(to.clone(), file);
                }
            }
            Naming::Go { path } => {
                names.remove(path);
            }
        }
    }
}

/// The disk, while the journal is gone through.
#[derive(Debug, Default)]
struct Disk {
    files: Vec<File>,
    /// Which of them has an inode now; the number of one that is gone is used again.
    inodes: HashMap<u64, usize>,
    folders: HashMap<u64, PathBuf>,
    /// What names there are, as the program sees it.
    names: BTreeMap<PathBuf, usize>,
    /// What names there are for sure.
    flushed: BTreeMap<PathBuf, usize>,
    /// What became of names since, by folder.
    since: HashMap<PathBuf, Vec<Naming>>,
}

impl Disk {
    /// A disk that holds a folder `before`, which the program calls `root`.
    fn holding(before: &Path, root: &Path) -> io::Result<Disk> {
        let mut disk = Disk::default();
        let mut folders = vec![before.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    folders.push(path);
                } else if !is_memory(&path) {
                    let file = File::holding(fs::read(&path)?);
                    disk.flushed.insert(moved(&path, before, root), disk.files.len());
                    disk.files.push(file);
                }
            }
        }
        disk.names = disk.flushed.clone();
        Ok(disk)
    }

    fn take(&mut self, record: Record, chance: &mut Chance) {
        match record {
            Record::Open { path, .. } if is_memory(&path) => {}
            Record::Open { inode, path, is_folder: true, .. } => {
                self.folders.insert(inode, path);
            }
            Record::Open { inode, path, created, emptied, .. } => {
                let file = match self.names.get(&path) {
                    Some(file) if !created => *file,
                    _ => {
                        self.files.push(File::default());
                        let file = self.files.len() - 1;
                        self.name(&path.clone(), Naming::Come { path, file });
                        file
                    }
                };
                self.inodes.insert(inode, file);
                if emptied {
                    self.change(inode, Change::Size(0));
                }
            }
            Record::Write { inode, offset, bytes } => self.change(inode, Change::Write { offset, bytes }),
            Record::Size { inode, size } => self.change(inode, Change::Size(size)),
            Record::Flush { inode } => self.flush(inode),
            Record::Failed { inode } => {
                if let Some(file) = self.inodes.get(&inode) {
                    self.files[*file].fail(chance);
                }
            }
            Record::Rename { from, to } => self.name(&to.clone(), Naming::Move { from, to }),
            Record::Unlink { path } => self.name(&path.clone(), Naming::Go { path }),
            // An empty folder more harms nobody.
            Record::Folder => {}
        }
    }

    fn flush(&mut self, inode: u64) {
        if let Some(folder) = self.folders.get(&inode) {
            for naming in self.since.remove(folder).unwrap_or_default() {
                naming.make(&mut self.flushed);
            }
        } else if let Some(file) = self.inodes.get(&inode) {
            self.files[*file].flush();
        }
    }

    fn change(&mut self, inode: u64, change: Change) {
        if let Some(file) = self.inodes.get(&inode) {
            self.files[*file].change(change);
        }
    }

    fn name(&mut self, path: &Path, naming: Naming) {
        naming.make(&mut self.names);
        self.since.entry(path.parent().unwrap().to_owned()).or_default().push(naming);
    }

    /// What is left of it, into an empty folder that stands for `root`.
    fn leave(mut self, root: &Path, after: &Path, chance: &mut Chance) -> io::Result<()> {
        let mut since: Vec<_> = std::mem::take(&mut self.since).into_iter().collect();
        since.sort_by(|(one, _), (other, _)| one.cmp(other));
        for (_, since) in since {
            let kept = usize::try_from(chance.below(since.len() as u64 + 1)).unwrap();
            for naming in since.iter().take(kept) {
                naming.make(&mut self.flushed);
            }
        }
        for (path, file) in &self.flushed {
            let File { flushed, since, .. } = &self.files[*file];
            let (mut bytes, share) = (flushed.clone(), share(chance));
            for change in since {
                make(&mut bytes, change, &mut || chance.below(100) < share);
            }
            let path = moved(path, root, after);
            fs::DirBuilder::new().recursive(true).mode(0o700).create(path.parent().unwrap())?;
            let mut options = fs::OpenOptions::new();
            options.write(true).create_new(true).mode(0o600).open(&path)?.write_all(&bytes)?;
        }
        Ok(())
    }
}

/// How much of what was not flushed is there all the same, in hundredths.
fn share(chance: &mut Chance) -> u64 {
    [0, 100, 10, 50, 90][usize::try_from(chance.below(5)).unwrap()]
}

fn moved(path: &Path, from: &Path, to: &Path) -> PathBuf {
    to.join(path.strip_prefix(from).unwrap())
}

/// Makes of `root` what a disk may hold of it after the power failed at the journal's end: it held `before` when the journal began.
pub(crate) fn fail_power(journal: &Path, before: &Path, root: &Path, chance: &mut Chance) -> io::Result<()> {
    let mut disk = Disk::holding(before, root)?;
    for record in read(&fs::read(journal)?) {
        disk.take(record, chance);
    }
    let after = root.with_extension("after");
    disk.leave(root, &after, chance)?;
    fs::remove_dir_all(root)?;
    fs::rename(&after, root)
}

/// Whether a file is memory that processes share rather than something on a disk.
fn is_memory(path: &Path) -> bool {
    path.to_string_lossy().ends_with("-shm")
}

/// A copy of a folder with its modes.
pub(crate) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else if !is_memory(&target) {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

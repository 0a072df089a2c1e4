//! The runs: what is prepared, what goes wrong, and what is looked at afterwards.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use casemate_test_support::{Casemate, CasemateBuilder, Postgres};

use super::chance::Chance;
use super::journal;
use super::work::Acknowledged;

const PATIENCE: Duration = Duration::from_secs(60);
/// So many events are acknowledged once what failed works again.
const AGAIN: usize = 20;

/// What was wrong in a run.
type Outcome = Result<(), String>;

/// Which runs are made of one kind.
pub(crate) struct Seeds {
    kind: &'static str,
    first: u64,
    count: u64,
}

impl Seeds {
    /// So many as were asked for by `CASEMATE_FAULT_RUNS`, from `CASEMATE_FAULT_SEED` on; else `count`, the same each time.
    pub(crate) fn of(kind: &'static str, count: u64) -> Seeds {
        let number = |name: &str| std::env::var(name).ok().map(|number| number.parse().unwrap());
        Seeds {
            kind,
            first: number("CASEMATE_FAULT_SEED").unwrap_or(1),
            count: number("CASEMATE_FAULT_RUNS").unwrap_or(count),
        }
    }

    /// Makes each run, also after one that failed, and says how it went; `cargo xtask faults` reads these lines.
    fn each(&self, mut run: impl FnMut(&Once) -> Outcome) {
        let mut failed = Vec::new();
        for seed in self.first..self.first + self.count {
            let name = format!("{} seed {seed}", self.kind);
            println!("{name}");
            let begun = Instant::now();
            match run(&Once { seed }) {
                Ok(()) => println!("{name}: nothing lost, {:.1} s", begun.elapsed().as_secs_f64()),
                Err(wrong) => {
                    println!("{name}: FAILED: {wrong}");
                    failed.push(name);
                }
            }
        }
        assert!(failed.is_empty(), "failed: {}", failed.join(", "));
    }
}

/// One run.
struct Once {
    seed: u64,
}

impl Once {
    /// The file that remembers what was proved last, of this run.
    fn remembered(&self, place: &Place) -> PathBuf {
        place.join(&format!("remembered-{}", self.seed))
    }

    fn chance(&self) -> Chance {
        Chance::new(self.seed)
    }
}

/// A folder for runs, gone afterwards unless it is somebody else's.
pub(crate) struct Place {
    path: PathBuf,
    /// Held, since the folder goes with it.
    _own: Option<tempfile::TempDir>,
}

impl Place {
    fn new() -> Place {
        let own = tempfile::Builder::new().prefix("casemate-test-").tempdir().unwrap();
        // A database server is another account.
        Command::new("chmod").arg("755").arg(own.path()).status().unwrap();
        Place { path: own.path().to_owned(), _own: Some(own) }
    }

    pub(crate) fn on(path: PathBuf) -> Place {
        Place { path, _own: None }
    }

    fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// A path where nothing is, also after a run that failed.
    fn cleared(&self, name: &str) -> PathBuf {
        let path = self.join(name);
        let _ = fs::remove_dir_all(&path);
        let _ = fs::remove_file(&path);
        path
    }
}

fn builder(data: &Path) -> CasemateBuilder {
    CasemateBuilder::new(env!("CARGO_BIN_EXE_casemate"), data).arg("--reserve-megabytes=0").killed()
}

fn start(builder: CasemateBuilder) -> Result<Casemate, String> {
    builder.start().map_err(|error| format!("it does not start: {error}"))
}

/// A first start: the key of its administrator.
fn prepared(builder: CasemateBuilder) -> Result<String, String> {
    start(builder)?.administrator().map_err(|error| error.to_string())
}

fn wait_for(said: &str, mut is_so: impl FnMut() -> bool) -> Outcome {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        if Instant::now() > deadline {
            return Err(format!("{said}: not within {PATIENCE:?}"));
        }
        thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}

/// Waits until so many more events were acknowledged.
fn wait_for_more(told: &Acknowledged, more: usize) -> Outcome {
    let enough = told.count() + more;
    wait_for("what is asked for is acknowledged", || told.count() >= enough)
}

/// How many events are acknowledged before something goes wrong.
fn until(chance: &mut Chance) -> usize {
    usize::try_from(5 + chance.below(400)).unwrap()
}

/// Compiles what is preloaded.
fn shim(place: &Place) -> PathBuf {
    let (source, made) = (place.join("shim.c"), place.join("shim.so"));
    fs::write(&source, include_str!("shim.c")).unwrap();
    let said =
        Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&made).arg(&source).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    made
}

/// What becomes of a data folder in a fall.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fall {
    /// The process is killed.
    Kill,
    /// The power fails.
    Power,
    /// Flushes fail for a time, and then the power.
    Flushes,
    /// The power fails, and what was flushed is forgotten: a disk that lies.
    Lies,
}

/// Data folders that fall.
struct Folders {
    place: Place,
    shim: PathBuf,
    /// A data folder after its first start, and the key of its administrator.
    first: PathBuf,
    key: String,
}

impl Folders {
    fn new() -> Folders {
        let place = Place::new();
        let (shim, first) = (shim(&place), place.join("first"));
        let key = prepared(CasemateBuilder::new(env!("CARGO_BIN_EXE_casemate"), &first)).unwrap();
        Folders { place, shim, first, key }
    }

    fn fall(&self, once: &Once, number: u64, fall: Fall, chance: &mut Chance) -> Outcome {
        let (place, data) = (&self.place, self.place.join("data"));
        let [log, failing, before] = ["journal", "failing", "before"].map(|name| place.cleared(name));
        journal::copy(&data, &before).unwrap();
        let mut builder = builder(&data);
        if fall != Fall::Kill {
            let settings = [
                ("LD_PRELOAD", &self.shim),
                ("CASEMATE_FAULT_ROOT", &data),
                ("CASEMATE_FAULT_LOG", &log),
                ("CASEMATE_FAULT_FLUSH", &failing),
            ];
            for (name, value) in settings {
                builder = builder.env(name, &value.display().to_string());
            }
        }
        if fall == Fall::Lies {
            builder = builder.env("CASEMATE_FAULT_LIES", "1");
        }
        let casemate = start(builder)?;
        let told = Acknowledged::of(once.seed, number);
        let (until, longer, works_again) = (until(chance), chance.below(300), chance.below(2) == 0);
        told.ask(&casemate, &self.key, || {
            wait_for_more(&told, until)?;
            if fall == Fall::Flushes {
                fs::write(&failing, "").unwrap();
                thread::sleep(Duration::from_millis(longer));
                if works_again {
                    fs::remove_file(&failing).unwrap();
                    wait_for_more(&told, AGAIN)?;
                }
            }
            casemate.kill();
            Ok::<_, String>(())
        })?;
        drop(casemate);
        if fall != Fall::Kill {
            journal::fail_power(&log, &before, &data, chance).unwrap();
        }
        let casemate = start(self::builder(&data))?;
        told.compare(&casemate, &self.key, &once.remembered(place))
    }
}

/// SQLite and segments: killed; killed with the power gone; with flushes that fail first, and the power gone then.
pub(crate) fn sqlite(seeds: &Seeds) {
    let folders = Folders::new();
    seeds.each(|once| {
        let mut chance = once.chance();
        journal::copy(&folders.first, &folders.place.cleared("data")).unwrap();
        let falls = [Fall::Kill, Fall::Power, Fall::Flushes];
        let fall = falls[usize::try_from(once.seed % 3).unwrap()];
        // Several falls, one after the other, on what the one before left.
        (0..=chance.below(2)).try_for_each(|number| folders.fall(once, number, fall, &mut chance))
    });
}

/// How many of so many runs notice that the disk forgets what was flushed.
pub(crate) fn noticed_lies(count: u64) -> usize {
    let folders = Folders::new();
    let lie = |seed| {
        let once = Once { seed };
        journal::copy(&folders.first, &folders.place.cleared("data")).unwrap();
        folders.fall(&once, 0, Fall::Lies, &mut once.chance())
    };
    (1..=count)
        .map(lie)
        .filter(|outcome| outcome.as_ref().inspect_err(|wrong| println!("{wrong}")).is_err())
        .count()
}

/// PostgreSQL: Casemate is killed, or the database, or both.
pub(crate) fn postgres(seeds: &Seeds) {
    let place = Place::new();
    let cluster = place.join("cluster");
    fs::create_dir(&cluster).unwrap();
    let mut server = Some(Postgres::lasting(&cluster).unwrap());
    seeds.each(|once| {
        let mut chance = once.chance();
        let data = place.cleared("data");
        let lasting = || Postgres::lasting(&cluster).map_err(|error| error.to_string());
        let running = server.take().map_or_else(lasting, Ok)?;
        let url = running.create_database().unwrap();
        server = Some(running);
        let builder = || builder(&data).env("CASEMATE_DATABASE_URL", &url);
        let key = prepared(builder())?;
        let (told, remembered) = (Acknowledged::of(once.seed, 0), once.remembered(&place));
        let until = until(&mut chance);
        let mut casemate = start(builder())?;
        for _ in 0..=chance.below(2) {
            let (of_database, of_casemate) = (once.seed % 3 != 0, once.seed % 3 != 1);
            told.ask(&casemate, &key, || {
                wait_for_more(&told, until)?;
                if of_database {
                    drop(server.take());
                }
                if of_casemate {
                    casemate.kill();
                }
                if of_database {
                    server = Some(lasting()?);
                }
                if !of_casemate {
                    wait_for_more(&told, AGAIN)?;
                }
                Ok::<_, String>(())
            })?;
            if of_casemate {
                casemate = start(builder())?;
            }
            told.compare(&casemate, &key, &remembered)?;
        }
        Ok(())
    });
}

/// Fills a disk to its last byte.
fn fill(path: &Path) {
    let mut file = fs::File::create(path).unwrap();
    for size in [64 << 10, 4 << 10, 1] {
        while file.write_all(&vec![1; size]).is_ok() {}
    }
}

/// A full disk: below SQLite and segments, or below PostgreSQL; killed while it is full, or once there is room again.
pub(crate) fn full(place: &Place, seeds: &Seeds) {
    let first = place.join("first");
    let key = prepared(CasemateBuilder::new(env!("CARGO_BIN_EXE_casemate"), &first)).unwrap();
    seeds.each(|once| {
        let data = place.cleared("data");
        let cluster = place.cleared("cluster");
        place.cleared("filling");
        if once.seed % 3 != 0 {
            journal::copy(&first, &data).unwrap();
            return fill_up(place, once, &key, &|| builder(&data));
        }
        fs::create_dir(&cluster).unwrap();
        let server = Postgres::lasting(&cluster).unwrap();
        let url = server.url();
        // The data folder is elsewhere: what is full is the database's disk, and no other.
        let elsewhere = Place::new();
        let builder = || builder(&elsewhere.join("data")).env("CASEMATE_DATABASE_URL", &url);
        let key = prepared(builder())?;
        fill_up(place, once, &key, &builder)
    });
}

fn fill_up(place: &Place, once: &Once, key: &str, builder: &dyn Fn() -> CasemateBuilder) -> Outcome {
    let mut chance = once.chance();
    let casemate = start(builder())?;
    let (told, filling) = (Acknowledged::of(once.seed, 0), place.join("filling"));
    let elsewhere = Place::new();
    let until = until(&mut chance);
    let (longer, while_full) = (chance.below(400), chance.below(2) == 0);
    told.ask(&casemate, key, || {
        wait_for_more(&told, until)?;
        fill(&filling);
        thread::sleep(Duration::from_millis(longer));
        if while_full {
            casemate.kill();
        }
        fs::remove_file(&filling).unwrap();
        if !while_full {
            wait_for_more(&told, AGAIN)?;
            casemate.kill();
        }
        Ok::<_, String>(())
    })?;
    drop(casemate);
    let casemate = start(builder())?;
    told.compare(&casemate, key, &once.remembered(&elsewhere))
}

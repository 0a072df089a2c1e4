//! `casemate audit verify` of an export: how many events a second, and how much memory on the way.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use casemate_audit::checkpoint::Checkpoint;
use casemate_audit::commitment;
use casemate_audit::ed25519::SigningKey;
use casemate_audit::note::{KeyKind, Note};
use casemate_audit::salt::Seed;
use casemate_audit::tree::Edge;
use casemate_figures::{Failure, Figure};

use crate::made::{self, Numbers};

const ORIGIN: &str = "bench.example/audit";
/// How far resident memory may be off that at a tenth of the events.
const GROWTH: f64 = 1.10;

pub(crate) fn figures(casemate: &Path, folder: &Path, events: u64) -> Result<Vec<Figure>, Failure> {
    let export = folder.join("export.ndjson");
    let key = write(&export, events)?;
    let output = Command::new(casemate)
        .args(["audit", "verify", "--progress", "--key", &key, "--export"])
        .arg(&export)
        .output()?;
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        return Err(format!("`casemate audit verify` failed: {told}").into());
    }
    std::fs::remove_file(&export)?;
    let at = |tenth: &str| {
        let line = told.lines().find(|line| line.contains(&format!("{tenth} % of")))?;
        let number = |end: &str| -> Option<f64> {
            line.split(end).next()?.rsplit(|character: char| !character.is_ascii_digit()).next()?.parse().ok()
        };
        Some((number(" a second")?, number(" KiB resident")? / 1024.0))
    };
    let missing = || format!("`casemate audit verify` does not say how far it is: {told}");
    let [tenth, half, all] = [at("10"), at("50"), at("100")];
    let (tenth, half, all) =
        (tenth.ok_or_else(missing)?, half.ok_or_else(missing)?, all.ok_or_else(missing)?);
    let beside = |megabytes: f64| (megabytes / tenth.1).max(tenth.1 / megabytes);
    Ok(vec![
        Figure::new("audit verify: events", events as f64, "events"),
        Figure::new("audit verify", all.0, "events/s"),
        Figure::new("audit verify: resident at 10 %", tenth.1, "MiB"),
        Figure::new("audit verify: resident at 50 %", half.1, "MiB"),
        Figure::new("audit verify: resident at 100 %", all.1, "MiB"),
        Figure::new("audit verify: resident at 50 %, beside 10 %", beside(half.1), "x").at_most(GROWTH),
        Figure::new("audit verify: resident at 100 %, beside 10 %", beside(all.1), "x").at_most(GROWTH),
    ])
}

/// Writes an export of events with a signed checkpoint; answers the key.
fn write(path: &Path, events: u64) -> Result<String, Failure> {
    let key = SigningKey::of_seed(ORIGIN, KeyKind::Ed25519, &[7; 32])?;
    let mut file = BufWriter::new(File::create(path)?);
    let (mut edge, mut numbers) = (Edge::default(), Numbers::of(1));
    let mut salts = Seed([0; 32]).salts();
    for index in 0..events {
        if index % 256 == 0 {
            let mut seed = [0; 32];
            seed[..8].copy_from_slice(&index.to_be_bytes());
            salts = Seed(seed).salts();
        }
        let text = made::text(made::LAST - (events - index) as i64 * made::STEP, &mut numbers);
        let salt = salts.of(index);
        edge.push(commitment::leaf(&salt, &text), |_, _| {});
        write!(file, "{{\"index\":{index},\"salt\":\"{}\",\"event\":", STANDARD.encode(salt.0))?;
        file.write_all(&text)?;
        file.write_all(b"}\n")?;
    }
    let checkpoint = Checkpoint::new(ORIGIN, edge.size(), edge.root())?;
    let mut note = Note::new(&checkpoint.to_string())?;
    key.sign(&mut note)?;
    let note = note.to_string().replace('\n', "\\n");
    writeln!(file, "{{\"checkpoint\":\"{note}\"}}")?;
    file.flush()?;
    Ok(key.verifier().to_string())
}

//! A running server: its events page by page, held against its tiles, and these against the checkpoint that it signed.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use casemate_audit::checkpoint::Checkpoint;
use casemate_audit::hash::MerkleHash;
use casemate_audit::note::{Note, VerifierKey};
use casemate_audit::tile::{Tile, TileError, Tiles, WIDTH};
use casemate_audit::verify::{AuthenticTiles, Finding, Span, TilesError, Wrong, goes_on, signed};
use serde::Deserialize;
use serde_json::json;
use tokio::runtime::Runtime;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::client::{Client, Unanswered};
use super::export::read_line;
use super::steps::{Source, Step, Stop, Told};
use super::verify::Known;
use crate::exit::Failure;

/// The log's place in the API.
const LOG: &str = "api/v1/audit-log";
/// How many events are asked for at once: whole blocks.
const PAGE: u64 = 4 * WIDTH;
/// How many pages wait to be checked.
const WAITING: usize = 2;
/// How many older checkpoints are asked for to find where a log was changed.
const MOST_CHECKPOINTS: usize = 512;
/// How many cosigned checkpoints are asked for to find one of each witness.
const MOST_COSIGNED: usize = 64;

/// A server whose log is checked.
pub(super) struct Server {
    runtime: Runtime,
    client: Arc<Client>,
    pages: Option<mpsc::Receiver<Page>>,
    page: std::vec::IntoIter<Step>,
    tiles: Option<AuthenticTiles<ServerTiles>>,
    /// Checkpoints that tell more, before the events.
    notes: Vec<String>,
    known: Vec<VerifierKey>,
}

/// Events from an index on; or which index none are had from, and why.
type Page = Result<Vec<Step>, (u64, Unanswered)>;

/// The server's tiles: those of leaves come along with the events.
struct ServerTiles {
    runtime: tokio::runtime::Handle,
    client: Arc<Client>,
    ready: Arc<Mutex<HashMap<Tile, Vec<u8>>>>,
}

/// Why a tile is not to be had.
#[derive(Debug)]
enum Untold {
    Unanswered(Unanswered),
    Tile(TileError),
}

impl From<TileError> for Untold {
    fn from(error: TileError) -> Untold {
        Untold::Tile(error)
    }
}

#[derive(Deserialize)]
struct Keys {
    keys: Vec<String>,
}

#[derive(Deserialize)]
struct Consistency {
    proof: Vec<String>,
}

impl Tiles for ServerTiles {
    type Error = Untold;

    fn tile(&mut self, tile: Tile) -> Result<Vec<u8>, Untold> {
        let ready = self.ready.lock().ok().and_then(|mut ready| ready.remove(&tile));
        match ready {
            Some(bytes) => Ok(bytes),
            None => {
                let asked = self.runtime.block_on(self.client.get(&format!("{LOG}/{}", tile.path())));
                asked.map_err(Untold::Unanswered)
            }
        }
    }
}

impl Server {
    /// One that was not asked anything yet.
    ///
    /// # Errors
    /// Where no thread can be started.
    pub(super) fn new(client: Client) -> Result<Server, Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime =
            runtime.map_err(|error| Failure::failed(miette::miette!("cannot start threads: {error}")))?;
        Ok(Server {
            runtime,
            client: Arc::new(client),
            pages: None,
            page: Vec::new().into_iter(),
            tiles: None,
            notes: Vec::new(),
            known: Vec::new(),
        })
    }

    /// The keys that it says its log is signed with.
    ///
    /// # Errors
    /// Where it does not answer.
    pub(super) fn keys(&self) -> Result<Vec<VerifierKey>, Failure> {
        let body = self.get(&format!("{LOG}/key"))?;
        keys(&body).map_err(|error| self.unread(&error))
    }

    /// Its newest checkpoint, or the newest of at most so many events, as a signed note.
    ///
    /// # Errors
    /// Where it does not answer.
    pub(super) fn checkpoint(&self, most: Option<u64>) -> Result<String, Failure> {
        let query = most.map_or_else(String::new, |size| format!("?size={size}"));
        let body = self.get(&format!("{LOG}/checkpoint{query}"))?;
        String::from_utf8(body).map_err(|error| self.unread(&error))
    }

    /// Checks that it proves that a checkpoint goes on where an earlier one ended.
    ///
    /// # Errors
    /// Where it does not, or does not answer.
    pub(super) fn goes_on(&self, before: &Checkpoint, checkpoint: &Checkpoint) -> Result<(), Stop> {
        let is_older = before.size >= checkpoint.size || before.origin() != checkpoint.origin();
        let needs = !is_older && before.size > 0;
        let proof = if needs { self.consistency(before.size, checkpoint.size)? } else { Vec::new() };
        Ok(goes_on(before, checkpoint, &proof)?)
    }

    /// The newest checkpoints that witnesses cosigned, until there is one of each of these.
    ///
    /// # Errors
    /// Where it does not answer, or one is not signed by any of `keys`.
    pub(super) fn cosigned(
        &self,
        witnesses: &[VerifierKey],
        keys: &[VerifierKey],
    ) -> Result<Vec<(Checkpoint, Note)>, Stop> {
        let (mut found, mut missing, mut most) = (Vec::new(), witnesses.to_vec(), u64::MAX >> 1);
        while !missing.is_empty() && found.len() < MOST_COSIGNED && most > 0 {
            let path = format!("{LOG}/checkpoint?cosigned=true&size={most}");
            let body = match self.runtime.block_on(self.client.get(&path)) {
                Ok(body) => body,
                Err(Unanswered::NotThere(_)) => break,
                Err(unanswered) => return Err(unanswered.failure(&self.client).into()),
            };
            let text = String::from_utf8(body).map_err(|error| self.unread(&error))?;
            let (checkpoint, note) = signed(&text, keys)?;
            if checkpoint.size > most {
                return Err(self.unread(&"it answers a checkpoint of more events than asked for").into());
            }
            missing.retain(|key| !note.signatures().iter().any(|signature| key.made(signature)));
            most = checkpoint.size.saturating_sub(1);
            found.push((checkpoint, note));
        }
        Ok(found)
    }

    /// Its proof that one tree goes on where an earlier one ended.
    ///
    /// # Errors
    /// Where it does not answer.
    fn consistency(&self, from: u64, to: u64) -> Result<Vec<MerkleHash>, Failure> {
        let body = self.get(&format!("{LOG}/consistency?from={from}&to={to}"))?;
        consistency(&body).map_err(|error| self.unread(&error))
    }

    /// Its proof of one event, as it answers it.
    ///
    /// # Errors
    /// Where it does not answer.
    pub(super) fn proof(&self, id: &str) -> Result<Vec<u8>, Failure> {
        self.get(&format!("api/v1/audit-events/{id}/proof"))
    }

    /// Begins to read the events of a checkpoint, and finds the newest one to whose root the tiles lead.
    ///
    /// # Errors
    /// Where it does not answer.
    pub(super) fn begin(&mut self, checkpoint: &Checkpoint, known: &Known) -> Result<(), Stop> {
        self.known = known.keys.clone();
        let ready = Arc::new(Mutex::new(HashMap::new()));
        let tiles_of = |server: &Server| ServerTiles {
            runtime: server.runtime.handle().clone(),
            client: Arc::clone(&server.client),
            ready: Arc::clone(&ready),
        };
        let (mut of, mut back) = (checkpoint.clone(), 1);
        while of.size > 0 {
            match AuthenticTiles::of(&of, tiles_of(self)) {
                Ok(authentic) => {
                    self.tiles = Some(authentic);
                    break;
                }
                Err(TilesError::Source(Untold::Unanswered(
                    unanswered @ (Unanswered::Away(_) | Unanswered::Refused(_)),
                ))) => {
                    return Err(unanswered.failure(&self.client).into());
                }
                Err(_) => {
                    // The end of the tree is not what was signed: an older checkpoint may be about what still is.
                    let most = checkpoint.size.saturating_sub(back);
                    back *= 2;
                    if most == 0 {
                        break;
                    }
                    of = match self.older(most)? {
                        Some((older, _)) if older.size < of.size => older,
                        _ => break,
                    };
                }
            }
        }
        let whole = self.tiles.as_ref().map_or(0, AuthenticTiles::size);
        if whole < checkpoint.size {
            self.notes = self.between(whole, checkpoint.size)?;
        }
        self.read(checkpoint.size, ready);
        Ok(())
    }

    /// The newest checkpoint of at most so many events.
    fn older(&self, most: u64) -> Result<Option<(Checkpoint, String)>, Stop> {
        match self.runtime.block_on(self.client.get(&format!("{LOG}/checkpoint?size={most}"))) {
            Ok(body) => {
                let note = String::from_utf8(body).map_err(|error| self.unread(&error))?;
                Ok(Some((signed(&note, &self.known)?.0, note)))
            }
            Err(Unanswered::NotThere(_)) => Ok(None),
            Err(unanswered) => Err(unanswered.failure(&self.client).into()),
        }
    }

    /// Checkpoints of more than `from` and less than `to` events, the newest first.
    fn between(&self, from: u64, to: u64) -> Result<Vec<String>, Stop> {
        let (mut notes, mut to) = (Vec::new(), to);
        while notes.len() < MOST_CHECKPOINTS && to > from + 1 {
            match self.older(to - 1)? {
                Some((checkpoint, note)) if checkpoint.size > from && checkpoint.size < to => {
                    to = checkpoint.size;
                    notes.push(note);
                }
                _ => break,
            }
        }
        Ok(notes)
    }

    /// Has pages read before they are needed.
    fn read(&mut self, size: u64, ready: Arc<Mutex<HashMap<Tile, Vec<u8>>>>) {
        let (tell, pages) = mpsc::channel(WAITING);
        let client = Arc::clone(&self.client);
        let told = self.tiles.as_ref().map_or(0, AuthenticTiles::size);
        self.pages = Some(pages);
        self.runtime.spawn(async move {
            let mut next = 0;
            while next < size {
                let page = match page(&client, next, PAGE.min(size - next)).await {
                    // Which block it is, where there are several.
                    Err(Unanswered::Damaged(_)) => {
                        page(&client, next, (WIDTH - next % WIDTH).min(size - next)).await
                    }
                    page => page,
                };
                let behind = page.as_ref().ok().and_then(|steps| steps.last().and_then(behind));
                let mut page = page.map_err(|unanswered| (next, unanswered));
                if let (Some(behind), Ok(steps)) = (behind, &mut page) {
                    let (tiles, notes) = beside(&client, next, behind, (told, size)).await;
                    if let Ok(mut ready) = ready.lock() {
                        ready.extend(tiles);
                    }
                    steps.splice(..0, notes.into_iter().map(|note| Step::Checkpoint(note.into())));
                }
                if tell.send(page).await.is_err() {
                    return;
                }
                match behind {
                    Some(behind) if behind > next => next = behind,
                    _ => return,
                }
            }
        });
    }

    fn get(&self, path: &str) -> Result<Vec<u8>, Failure> {
        self.runtime.block_on(self.client.get(path)).map_err(|unanswered| unanswered.failure(&self.client))
    }

    fn unread(&self, error: &dyn std::fmt::Display) -> Failure {
        Unanswered::Wrong(format!("what it answered cannot be read: {error}")).failure(&self.client)
    }

    fn next_page(&mut self) -> Result<bool, Stop> {
        match self.pages.as_mut().and_then(mpsc::Receiver::blocking_recv) {
            Some(Ok(steps)) => self.page = steps.into_iter(),
            Some(Err((first, Unanswered::Damaged(text)))) => {
                let detail = format!("the server cannot read what it keeps there: {text}");
                return Err(Finding::at(Wrong::Unreadable, Span::only(first), detail).into());
            }
            Some(Err((_, unanswered))) => return Err(unanswered.failure(&self.client).into()),
            None => return Ok(false),
        }
        Ok(true)
    }
}

impl Source for Server {
    fn step(&mut self) -> Result<Option<Step>, Stop> {
        if let Some(note) = self.notes.pop() {
            return Ok(Some(Step::Checkpoint(note.into())));
        }
        loop {
            if let Some(step) = self.page.next() {
                return Ok(Some(step));
            }
            if !self.next_page()? {
                return Ok(None);
            }
        }
    }

    fn told(&mut self, block: u64) -> Result<Told, Stop> {
        let Some(tiles) = &mut self.tiles else { return Ok(Told::Nothing) };
        if block.saturating_mul(WIDTH) >= tiles.size() {
            return Ok(Told::Nothing);
        }
        let finding = match tiles.leaves(block) {
            Ok(leaves) => return Ok(Told::Leaves(leaves)),
            Err(TilesError::Wrong(finding)) => finding,
            // Its events were given up, or are damaged: what comes next tells.
            Err(TilesError::Source(Untold::Unanswered(Unanswered::NotThere(_) | Unanswered::Damaged(_)))) => {
                let (first, end) = (block * WIDTH, block.saturating_add(1).saturating_mul(WIDTH));
                Finding::at(Wrong::Tile, Span::up_to(first, end), format!("block {block} has no tile"))
            }
            Err(error) => return Err(self.untold(error)),
        };
        let root = match self.tiles.as_mut().map(|tiles| tiles.block(block)) {
            Some(Ok(Some(root))) => root,
            Some(Err(error)) => return Err(self.untold(error)),
            _ => return Err(finding.into()),
        };
        let first = block.saturating_mul(WIDTH);
        let checkpoints = self.between(first, first.saturating_add(WIDTH))?;
        Ok(Told::Block { root, finding, checkpoints })
    }
}

impl Server {
    fn untold(&self, error: TilesError<Untold>) -> Stop {
        match error {
            TilesError::Wrong(finding) => finding.into(),
            TilesError::Source(Untold::Tile(error)) => Finding::of(Wrong::Tile, error.to_string()).into(),
            TilesError::Source(Untold::Unanswered(
                Unanswered::Damaged(text) | Unanswered::NotThere(text),
            )) => Finding::of(Wrong::Tile, text).into(),
            TilesError::Source(Untold::Unanswered(unanswered)) => unanswered.failure(&self.client).into(),
        }
    }
}

/// What stands behind what was shown.
fn behind(step: &Step) -> Option<u64> {
    match step {
        Step::Event { index, .. } | Step::Leaf { index, .. } => index.checked_add(1),
        Step::Block { number, .. } => number.checked_add(1)?.checked_mul(WIDTH),
        Step::Checkpoint(_) => None,
    }
}

/// Whether a page is one of at most so many events from an index on, and of nothing else.
fn is_page(steps: &[Step], first: u64, limit: u64) -> bool {
    let end = first.saturating_add(limit);
    steps.len() as u64 <= limit
        && steps.iter().all(|step| match step {
            Step::Event { index, .. } | Step::Leaf { index, .. } => (first..end).contains(index),
            Step::Block { number, .. } => (first / WIDTH..end.div_ceil(WIDTH)).contains(number),
            Step::Checkpoint(_) => false,
        })
}

/// Events from an index on.
async fn page(client: &Client, first: u64, limit: u64) -> Result<Vec<Step>, Unanswered> {
    let range = json!({ "from": first, "limit": limit }).to_string();
    let body = client.post(&format!("{LOG}/events"), range.as_bytes()).await?;
    let lines = body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let wrong = |error| Unanswered::Damaged(format!("its answer cannot be read: {error}"));
    let most = usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(1);
    let steps: Vec<Step> =
        lines.take(most).map(|line| read_line(line).map_err(wrong)).collect::<Result<_, _>>()?;
    if is_page(&steps, first, limit) {
        return Ok(steps);
    }
    let error = format!("it was asked for at most {limit} events from {first} on, and answered others");
    Err(Unanswered::Wrong(error))
}

/// The tiles of the leaves of the blocks that begin there, and the last checkpoint that was signed within each of them: what was signed
/// once has to be what the events give now.
async fn beside(
    client: &Arc<Client>,
    first: u64,
    behind: u64,
    (told, signed): (u64, u64),
) -> (Vec<(Tile, Vec<u8>)>, Vec<String>) {
    let (mut tiles, mut notes) = (JoinSet::new(), JoinSet::new());
    for block in first.div_ceil(WIDTH)..behind.div_ceil(WIDTH) {
        if let Some(tile) = Tile::at(0, block, told).filter(|tile| tile.is_full()) {
            let client = Arc::clone(client);
            tiles.spawn(
                async move { Some((tile, client.get(&format!("{LOG}/{}", tile.path())).await.ok()?)) },
            );
        }
        let client = Arc::clone(client);
        let last = block.saturating_mul(WIDTH).saturating_add(WIDTH - 1).min(signed);
        notes.spawn(async move {
            String::from_utf8(client.get(&format!("{LOG}/checkpoint?size={last}")).await.ok()?).ok()
        });
    }
    // A tile that is not had now is asked for again when it is needed, and its failure told then.
    let tiles = tiles.join_all().await.into_iter().flatten().collect();
    (tiles, notes.join_all().await.into_iter().flatten().collect())
}

/// The proof that an answer holds.
///
/// # Errors
/// Where it holds none.
pub(super) fn consistency(body: &[u8]) -> Result<Vec<MerkleHash>, String> {
    let told: Consistency = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let hash =
        |text: &String| MerkleHash::parse(text).ok_or_else(|| "a hash is the base64 of 32 bytes".to_owned());
    told.proof.iter().map(hash).collect()
}

/// The keys that an answer holds.
///
/// # Errors
/// Where it holds none.
pub(super) fn keys(body: &[u8]) -> Result<Vec<VerifierKey>, String> {
    let told: Keys = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    told.keys.iter().map(|key| VerifierKey::parse(key).map_err(|error| error.to_string())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_stays_within_what_was_asked_for() {
        let leaf = |index| Step::Leaf { index, leaf: MerkleHash::of_nothing() };
        let block = |number| Step::Block { number, root: MerkleHash::of_nothing(), is_archived: false };
        assert!(is_page(&[], 0, 1));
        assert!(is_page(&[leaf(1_024), leaf(2_047)], 1_024, 1_024));
        assert!(is_page(&[block(4), leaf(1_280)], 1_024, 1_024));
        assert!(is_page(&[block(1)], 256, 44));
        for steps in [
            vec![leaf(1_023)],
            vec![leaf(2_048)],
            vec![leaf(u64::MAX)],
            vec![block(3)],
            vec![block(8)],
            vec![block(u64::MAX)],
            vec![Step::Checkpoint("note".into())],
        ] {
            assert!(!is_page(&steps, 1_024, 1_024), "{steps:?}");
        }
        assert!(!is_page(&[leaf(5), leaf(5)], 5, 1), "more than asked for");
        assert!(!is_page(&[leaf(u64::MAX)], u64::MAX, 1), "no log is that large");
    }
}

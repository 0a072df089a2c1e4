//! A witness that runs and answers whoever asks it: what it cosigned, by which key, and what it does where it is shown another log.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use casemate_audit::checkpoint::Checkpoint;
use casemate_audit::note::Note;
use casemate_test_support::{Process, Program, StartError};

use crate::Folder;
use crate::audit_log::{Site, is_on_record, signed, witness};

const PATIENCE: Duration = Duration::from_secs(60);

/// Leads whoever connects to a server, and later to another one at the same address.
struct Front {
    address: SocketAddr,
    server: Arc<Mutex<SocketAddr>>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Front {
    fn of(server: SocketAddr) -> Front {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let front = Front { address, server: Arc::new(Mutex::new(server)), open: Arc::default() };
        let (server, open) = (Arc::clone(&front.server), Arc::clone(&front.open));
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Ok(server) = TcpStream::connect(*server.lock().unwrap()) else { continue };
                open.lock().unwrap().extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
                for (mut from, mut to) in
                    [(client.try_clone().unwrap(), server.try_clone().unwrap()), (server, client)]
                {
                    thread::spawn(move || {
                        drop(std::io::copy(&mut from, &mut to));
                        drop(to.shutdown(Shutdown::Both));
                    });
                }
            }
        });
        front
    }

    /// From now on it is another server, also for those who are connected.
    fn lead_to(&self, server: SocketAddr) {
        *self.server.lock().unwrap() = server;
        for stream in self.open.lock().unwrap().drain(..) {
            drop(stream.shutdown(Shutdown::Both));
        }
    }
}

/// A witness that looks every second, and where it answers.
fn start(site: &Site, front: &Front) -> (Process, SocketAddr) {
    let (key, state) = (site.witness_key(), site.path("witness.json"));
    let program = Program::new(env!("CARGO_BIN_EXE_casemate"))
        .args(["audit", "witness", "--listen", "127.0.0.1:0", "--every", "1"])
        .args(["--key-file", &key, "--state", &state, "--server", &format!("http://{}", front.address)])
        .env("CASEMATE_CREDENTIAL", &site.operator);
    let process = Process::start("witness", &program).unwrap();
    let address = process.wait_until(PATIENCE, |process| {
        let log = process.log();
        let (_, behind) = log.split_once("the witness answers on http://")?;
        behind.split_once('\n')?.0.parse().ok()
    });
    (process, address.unwrap())
}

/// The status and the body of an answer of the witness.
fn get(address: SocketAddr, path: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}

/// What the witness cosigned last, once that is of so many events: how many these are, and the note.
fn cosigned(process: &Process, address: SocketAddr, events: u64) -> Result<(u64, String), StartError> {
    process.wait_until(PATIENCE, |_| {
        let (status, body) = get(address, "/checkpoint")?;
        let note = Note::parse(&body).ok().filter(|_| status == 200)?;
        let size = Checkpoint::parse(note.text()).unwrap().size;
        witness().verifier().verify_cosignature(&note).unwrap();
        (size >= events).then_some((size, body))
    })
}

#[test]
fn a_witness_answers_whoever_asks_it_and_cosigns_no_other_log() {
    let (site, server) = Site::new(false);
    site.record(&server, 3);
    signed(&site, &server, 300);
    let backup = site.path("backup");
    site.beside(&["backup", &backup]);
    let front = Front::of(server.address());
    let (process, address) = start(&site, &front);

    let (_, note) = cosigned(&process, address, 300).unwrap();
    let key = format!("{}\n", witness().verifier());
    assert_eq!(get(address, "/key").unwrap(), (200, key.clone()));
    for path in ["/", "/state", "/checkpoint/1"] {
        assert_eq!(get(address, path).unwrap().0, 404, "{path}");
    }
    // The server shows the same, cosigned, to whoever compares.
    let is_shown = |note: &str| {
        let size = note.lines().nth(1).unwrap();
        let path = format!("/api/v1/audit-log/checkpoint?size={size}");
        let shown = server.get(&path, &site.operator).unwrap().body;
        let (shown, note) = (Note::parse(&shown).unwrap(), Note::parse(note).unwrap());
        assert_eq!(shown.text(), note.text());
        witness().verifier().verify_cosignature(&shown).is_ok()
    };
    server.wait_until(|_| is_shown(&note).then_some(())).unwrap();
    // The log goes on, and so does the witness.
    site.record(&server, 2);
    let (size, note) = cosigned(&process, address, 500).unwrap();
    server.wait_until(|_| is_shown(&note).then_some(())).unwrap();

    // Another log of the same name and key, with as many events and more, of which some are others.
    let folder = Folder::new();
    let data = folder.data().display().to_string();
    let restored = crate::run(&["restore", &backup, "--data", &data]);
    assert_eq!(restored.code, Some(0), "{restored:?}");
    let other = Site::builder(&folder, None).start().unwrap();
    site.record(&other, 4);
    signed(&site, &other, size + 1);
    front.lead_to(other.address());
    let refused = |process: &Process| {
        let ended = process.wait_until(PATIENCE, |_| None::<()>).unwrap_err();
        assert!(matches!(&ended, StartError::Ended { status, .. } if status == "3"), "{ended}");
        assert!(process.log().contains("REFUSED: split-view"), "{ended}");
    };
    refused(&process);
    assert!(is_on_record(&site, &other, "casemate.audit-log.witness-refusal"));
    assert!(!is_on_record(&site, &server, "casemate.audit-log.witness-refusal"));
    let newest = other.get("/api/v1/audit-log/checkpoint", &site.operator).unwrap().body;
    let newest = Note::parse(&newest).unwrap();
    assert!(witness().verifier().verify_cosignature(&newest).is_err());
    assert!(TcpStream::connect(address).is_err(), "a witness that refuses answers nobody");
    // Started again, it has forgotten nothing.
    refused(&start(&site, &front).0);
    // Its own log it cosigns as before: what it said of the other one is not in there.
    front.lead_to(server.address());
    let (process, address) = start(&site, &front);
    cosigned(&process, address, size + 1).unwrap();
    assert_eq!(get(address, "/key").unwrap(), (200, key));
}

//! A provider on this machine that answers as GitHub does, and asks nobody anything: whoever is signed in there in the browser is.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use serde_json::{Value, json};

/// The provider. It ends with the test's process, and whoever waits at its gate with the test.
pub(crate) struct Hub {
    pub(crate) url: String,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// How many codes it looked at.
    codes: AtomicUsize,
    is_open: Mutex<bool>,
    opened: Condvar,
    is_over: AtomicBool,
}

impl Hub {
    pub(crate) fn start() -> Hub {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared::default());
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if serving.is_over.load(Ordering::Acquire) {
                    break;
                }
                let serving = Arc::clone(&serving);
                std::thread::spawn(move || drop(stream.map(|stream| serving.answer(stream))));
            }
        });
        Hub { url, shared }
    }

    /// How many codes it looked at.
    pub(crate) fn codes(&self) -> usize {
        self.shared.codes.load(Ordering::Acquire)
    }

    /// Answers those whose codes begin with `slow` or `late`.
    pub(crate) fn open(&self) {
        *self.shared.is_open.lock().unwrap() = true;
        self.shared.opened.notify_all();
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Release);
        self.open();
        // Wakes whoever waits for the next connection.
        drop(TcpStream::connect(self.url.trim_start_matches("http://")));
    }
}

impl Shared {
    fn answer(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream);
        let (mut line, mut length, mut token) = (String::new(), 0, String::new());
        reader.read_line(&mut line)?;
        let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
        loop {
            line.clear();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim().split_once(':') else { break };
            match &*name.to_ascii_lowercase() {
                "content-length" => length = value.trim().parse().unwrap_or_default(),
                "authorization" => value.trim().trim_start_matches("Bearer ").clone_into(&mut token),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let (status, answer) = self.said(&path, &token, &body);
        let answer = answer.to_string();
        write!(
            reader.get_mut(),
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             connection: close\r\n\r\n{answer}",
            answer.len()
        )
    }

    /// A code is the login of whoever is signed in there, unless it begins with `wrong` or `slow`; of one that begins with `late`
    /// too, it waits for the gate.
    fn said(&self, path: &str, token: &str, body: &[u8]) -> (u16, Value) {
        match path {
            "/login/oauth/access_token" => {
                self.codes.fetch_add(1, Ordering::AcqRel);
                let pairs = url_pairs(body);
                let code = pairs.iter().find(|(name, _)| name == "code").map(|(_, code)| code.clone());
                let code = code.unwrap_or_default();
                if code.starts_with("slow") || code.starts_with("late") {
                    let is_open = self.is_open.lock().unwrap();
                    drop(self.opened.wait_while(is_open, |is_open| !*is_open));
                }
                if code.starts_with("wrong") || code.starts_with("slow") {
                    return (200, json!({ "error": "bad_verification_code" }));
                }
                (200, json!({ "access_token": code, "token_type": "bearer" }))
            }
            "/api/v3/user" => {
                (200, json!({ "id": 583_000 + token.len(), "login": token, "name": "Mona <i>Octocat</i>" }))
            }
            _ => (404, json!({})),
        }
    }
}

fn url_pairs(body: &[u8]) -> Vec<(String, String)> {
    let text = String::from_utf8_lossy(body).into_owned();
    let pair = |pair: &str| pair.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    text.split('&').filter_map(pair).collect()
}

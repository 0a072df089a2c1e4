//! A real browser: headless Chromium, driven through its WebDriver (W3C Recommendation of 5 June 2018).

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::process::private_folder;
use crate::{Account, Process, Program, StartError, find_program};

const READY_LIMIT: Duration = Duration::from_secs(60);
const ANSWER_LIMIT: Duration = Duration::from_secs(60);
/// How often the driver is started until it finds a port.
const TRIES: u32 = 5;
const POLL: Duration = Duration::from_millis(25);

/// The name under which an answer refers to an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A running browser with a profile of its own. It is gone when this value is dropped or the test dies.
#[derive(Debug)]
pub struct Browser {
    port: u16,
    session: String,
    // Held for its end: its driver ends the browser.
    _process: Process,
}

impl Browser {
    /// Starts a browser with no page, no cookies and no history.
    ///
    /// # Errors
    /// Where Chromium or its driver are missing (the error names what to install), or do not come up.
    pub fn start() -> Result<Self, StartError> {
        Self::started(Vec::new())
    }

    /// As [`Browser::start`]; what it asks of the host `name`, at whichever port, goes to `address`.
    ///
    /// # Errors
    /// As [`Browser::start`].
    pub fn start_with_host(name: &str, address: SocketAddr) -> Result<Self, StartError> {
        Self::started(vec![format!("--host-resolver-rules=MAP {name} {address}")])
    }

    fn started(more: Vec<String>) -> Result<Self, StartError> {
        let driver = find_program("chromedriver", &[], "chromium-driver")?;
        let chromium = find_program("chromium", &[], "chromium")?;
        let (process, port) = Self::driver(&driver, TRIES)?;
        let profile = process.folder().join("profile");
        let arguments: Vec<String> = [
            "--headless=new".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-dev-shm-usage".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--window-size=1440,900".to_owned(),
            format!("--user-data-dir={}", profile.display()),
        ]
        .into_iter()
        .chain(more)
        .collect();
        let options = json!({ "binary": chromium, "args": arguments });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": options } } });
        let started = ask(port, "POST /session", &wanted)
            .map_err(|error| StartError::io("start Chromium".to_owned(), error))?;
        let session = text_of(&started, "sessionId");
        Ok(Self { port, session, _process: process })
    }

    /// The driver chooses a port that is free for IPv6, and ends where the same one is taken for IPv4.
    fn driver(driver: &Path, tries: u32) -> Result<(Process, u16), StartError> {
        // A browser that is killed leaves its temporary folders, so it makes them in one that is removed. The name is short because a
        // socket lies three folders below, and the path of a socket has at most 107 bytes.
        let folder = private_folder("web", Account::Own)?;
        let program = Program::new(driver).arg("--port=0").env("TMPDIR", &folder);
        let process = Process::start_in(folder, &program)?;
        match process.wait_until(READY_LIMIT, |process| port(&process.log())) {
            Err(StartError::Ended { .. }) if tries > 1 => Self::driver(driver, tries - 1),
            port => port.map(|port| (process, port)),
        }
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> std::io::Result<Value> {
        ask(self.port, &format!("{method} /session/{}{path}", self.session), body)
    }

    /// Goes to an address, and waits until its page is there.
    ///
    /// # Errors
    /// Where the browser cannot, or does not answer; so everywhere here.
    pub fn go(&self, url: &str) -> std::io::Result<()> {
        self.ask("POST", "/url", &json!({ "url": url })).map(drop)
    }

    /// The address of the page.
    ///
    /// # Errors
    /// As [`Browser::go`].
    pub fn url(&self) -> std::io::Result<String> {
        Ok(self.ask("GET", "/url", &Value::Null)?.as_str().unwrap_or_default().to_owned())
    }

    fn element(&self, selector: &str) -> std::io::Result<String> {
        let end = Instant::now() + ANSWER_LIMIT;
        let wanted = json!({ "using": "css selector", "value": selector });
        loop {
            match self.ask("POST", "/element", &wanted) {
                Ok(found) => return Ok(text_of(&found, ELEMENT)),
                Err(error) if Instant::now() > end => return Err(error),
                Err(_) => std::thread::sleep(POLL),
            }
        }
    }

    /// Clicks on the first element of a CSS selector, once it is there.
    ///
    /// # Errors
    /// As [`Browser::go`].
    pub fn click(&self, selector: &str) -> std::io::Result<()> {
        let element = self.element(selector)?;
        self.ask("POST", &format!("/element/{element}/click"), &json!({})).map(drop)
    }

    /// Types into the first element of a CSS selector, once it is there.
    ///
    /// # Errors
    /// As [`Browser::go`].
    pub fn write(&self, selector: &str, text: &str) -> std::io::Result<()> {
        let element = self.element(selector)?;
        self.ask("POST", &format!("/element/{element}/value"), &json!({ "text": text })).map(drop)
    }

    /// The text of the page, as it is seen.
    ///
    /// # Errors
    /// As [`Browser::go`].
    pub fn text(&self) -> std::io::Result<String> {
        let element = self.element("body")?;
        let text = self.ask("GET", &format!("/element/{element}/text"), &Value::Null)?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until the text of the page holds this, and gives it.
    ///
    /// # Errors
    /// Where it does not within a minute: what it holds instead.
    pub fn wait_for(&self, wanted: &str) -> std::io::Result<String> {
        let end = Instant::now() + ANSWER_LIMIT;
        loop {
            // While a page goes away, its elements cannot be asked.
            let text = self.text().unwrap_or_default();
            if text.contains(wanted) {
                return Ok(text);
            }
            if Instant::now() > end {
                let url = self.url().unwrap_or_default();
                return Err(std::io::Error::other(format!("{url} has no `{wanted}`: {text}")));
            }
            std::thread::sleep(POLL);
        }
    }

    /// Its cookies for the page's host, by name, with all that is known of each.
    ///
    /// # Errors
    /// As [`Browser::go`].
    pub fn cookies(&self) -> std::io::Result<Vec<Value>> {
        Ok(self.ask("GET", "/cookie", &Value::Null)?.as_array().cloned().unwrap_or_default())
    }

    /// What a script in the page gives back, after what it waits for.
    ///
    /// # Errors
    /// As [`Browser::go`].
    pub fn run(&self, script: &str) -> std::io::Result<Value> {
        self.ask("POST", "/execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Gives it an authenticator for passkeys, as one that is built into a device whose owner is there and shows who they are (Web
    /// Authentication Level 3, section 11.3). Gives its name.
    ///
    /// # Errors
    /// As [`Browser::go`].
    pub fn authenticator(&self) -> std::io::Result<String> {
        let wanted = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true, "hasUserVerification": true,
            "isUserConsenting": true, "isUserVerified": true,
        });
        let made = self.ask("POST", "/webauthn/authenticator", &wanted)?;
        Ok(made.as_str().unwrap_or_default().to_owned())
    }

    /// Whether whoever uses an authenticator shows who they are from now on (section 11.9).
    ///
    /// # Errors
    /// As [`Browser::go`].
    pub fn verify_user(&self, authenticator: &str, is_verified: bool) -> std::io::Result<()> {
        let path = format!("/webauthn/authenticator/{authenticator}/uv");
        self.ask("POST", &path, &json!({ "isUserVerified": is_verified })).map(drop)
    }

    /// The passkeys of an authenticator, with their private keys (section 11.6).
    ///
    /// # Errors
    /// As [`Browser::go`].
    pub fn passkeys(&self, authenticator: &str) -> std::io::Result<Vec<Value>> {
        let path = format!("/webauthn/authenticator/{authenticator}/credentials");
        Ok(self.ask("GET", &path, &Value::Null)?.as_array().cloned().unwrap_or_default())
    }

    /// Gives an authenticator a passkey that another one had (section 11.5).
    ///
    /// # Errors
    /// As [`Browser::go`].
    pub fn put_passkey(&self, authenticator: &str, passkey: &Value) -> std::io::Result<()> {
        self.ask("POST", &format!("/webauthn/authenticator/{authenticator}/credential"), passkey).map(drop)
    }

    /// Has the page laid out in so many pixels, in a light or a dark scheme.
    ///
    /// # Errors
    /// As [`Browser::go`].
    pub fn look(&self, width: u32, height: u32, is_dark: bool) -> std::io::Result<()> {
        let command = |cmd: &str, params: Value| {
            self.ask("POST", "/goog/cdp/execute", &json!({ "cmd": cmd, "params": params })).map(drop)
        };
        command(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false }),
        )?;
        let scheme = if is_dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        command("Emulation.setEmulatedMedia", json!({ "features": features }))
    }

    /// A picture of the page in a file, as PNG in base64.
    ///
    /// # Errors
    /// As [`Browser::go`], and where the file cannot be written.
    pub fn picture(&self, file: &Path) -> std::io::Result<()> {
        let picture = self.ask("GET", "/screenshot", &Value::Null)?;
        std::fs::write(file, picture.as_str().unwrap_or_default())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver ends the browser in any case; asked, it waits for it.
        drop(self.ask("DELETE", "", &Value::Null));
    }
}

/// The port, out of what the driver prints when it is ready.
fn port(log: &str) -> Option<u16> {
    let (_, rest) = log.split_once("started successfully on port ")?;
    rest.split_once('.')?.0.parse().ok()
}

/// Whether an answer has come to the end that its `Content-Length` says.
fn is_whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(answer.get(..end).unwrap_or_default()).to_ascii_lowercase();
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    length.is_some_and(|length| answer.len() >= end + 4 + length)
}

/// The text of a member of an answer.
fn text_of(answer: &Value, name: &str) -> String {
    answer.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// One exchange: the `value` of the answer.
fn ask(port: u16, request: &str, body: &Value) -> std::io::Result<Value> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, ANSWER_LIMIT)?;
    stream.set_read_timeout(Some(ANSWER_LIMIT))?;
    let text = if body.is_null() { String::new() } else { body.to_string() };
    write!(
        stream,
        "{request} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{text}",
        text.len()
    )?;
    // The driver does not end the connection.
    let mut answer = Vec::new();
    let mut chunk = [0; 4_096];
    while !is_whole(&answer) {
        let read = stream.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        answer.extend_from_slice(chunk.get(..read).unwrap_or_default());
    }
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
    let value =
        serde_json::from_str::<Value>(body).ok().and_then(|mut body| body.get_mut("value").map(Value::take));
    match value {
        Some(value) if head.starts_with("HTTP/1.1 200") => Ok(value),
        _ => Err(std::io::Error::other(format!("{request} was answered with: {answer}"))),
    }
}

//! A real OpenID provider: npm's `oidc-provider` on loopback.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use crate::npm::NodeScript;
use crate::{Process, Program, Signal, StartError, find_program};

const SCRIPT: NodeScript = NodeScript {
    folder: "oidc",
    package: include_str!("../oidc/package.json"),
    lock: include_str!("../oidc/package-lock.json"),
    name: "provider.mjs",
    script: include_str!("../oidc/provider.mjs"),
};

const READY_LIMIT: Duration = Duration::from_secs(60);
const ANSWER_LIMIT: Duration = Duration::from_secs(20);

/// A running OpenID provider. It issues access tokens (RFC 9068) for the audience
/// [`OpenIdProvider::AUDIENCE`] to one client, by client credentials, signed with RS256, ES256 or EdDSA, or opaque
/// ones, about which it answers another client (RFC 7662). It is gone when this value is dropped or the test dies.
#[derive(Debug)]
pub struct OpenIdProvider {
    // Held for its end: dropping it ends the program.
    _process: Process,
    port: u16,
    admin: u16,
}

impl OpenIdProvider {
    /// The `aud` of its tokens.
    pub const AUDIENCE: &'static str = "https://api.example";
    /// The client that it knows, and so the `sub` of its tokens.
    pub const CLIENT: &'static str = "robot";
    const SECRET: &'static str = "robot-secret";
    /// The client that may ask about tokens; it gets none.
    pub const ASKER: &'static str = "asker";
    /// Its secret, full of what HTTP Basic has to encode.
    pub const ASKER_SECRET: &'static str = "asker: 100% + secret/&=";

    /// Starts a provider with fresh keys. The first start on a machine installs its packages under `target/`.
    ///
    /// # Errors
    /// Where Node.js or npm are missing (the error names what to install), the packages cannot be installed,
    /// or the provider does not come up.
    pub fn start() -> Result<Self, StartError> {
        let node = find_program("node", &[], "nodejs")?;
        let script = SCRIPT.installed()?;
        let program = Program::new(node).arg(script).signal(Signal::Kill);
        let process = Process::start("oidc", &program)?;
        let (port, admin) = process.wait_until(READY_LIMIT, |process| ports(&process.log()))?;
        Ok(Self { _process: process, port, admin })
    }

    /// Its issuer identifier, as its tokens say it.
    #[must_use]
    pub fn issuer(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where it is asked about tokens.
    #[must_use]
    pub fn introspection_endpoint(&self) -> String {
        format!("{}/token/introspection", self.issuer())
    }

    /// A new access token, signed with `algorithm`: `RS256`, `ES256` or `EdDSA`.
    ///
    /// # Errors
    /// When the provider cannot be reached, or answers with anything but a token.
    pub fn token(&self, algorithm: &str) -> std::io::Result<String> {
        let form = format!(
            "grant_type=client_credentials&{}&scope=read&resource=urn:casemate:{algorithm}",
            Self::client()
        );
        let answer = json(self.port, "POST /token", &form)?;
        match answer.get("access_token").and_then(serde_json::Value::as_str) {
            Some(token) => Ok(token.to_owned()),
            None => Err(std::io::Error::other(format!("the provider gave no token: {answer}"))),
        }
    }

    /// A new access token that says nothing by itself.
    ///
    /// # Errors
    /// As [`OpenIdProvider::token`].
    pub fn opaque_token(&self) -> std::io::Result<String> {
        self.token("opaque")
    }

    /// Revokes an opaque token (RFC 7009).
    ///
    /// # Errors
    /// When the provider does not answer, or refuses.
    pub fn revoke(&self, token: &str) -> std::io::Result<()> {
        let answer = ask(self.port, "POST /token/revocation", &format!("{}&token={token}", Self::client()))?;
        match answer.split_once(' ') {
            Some((_, rest)) if rest.starts_with("200") => Ok(()),
            _ => Err(std::io::Error::other(format!("the token was not revoked: {answer}"))),
        }
    }

    /// The client that people sign in with.
    pub const SIGN_IN_CLIENT: &'static str = "casemate";
    /// Its secret, full of what HTTP Basic has to encode.
    pub const SIGN_IN_SECRET: &'static str = "casemate: 100% + secret/&=";

    /// Lets people sign in at a server of this URL, with the client of this provider's name there.
    ///
    /// # Errors
    /// When the provider does not answer.
    pub fn let_sign_in(&self, url: &str, name: &str) -> std::io::Result<()> {
        let addresses = serde_json::json!({
            "redirect_uris": [format!("{url}/sign-in/{name}/callback")],
            "post_logout_redirect_uris": [format!("{url}/signed-out")],
            "backchannel_logout_uri": format!("{url}/sign-in/{name}/back-channel-logout"),
        });
        json(self.admin, "POST /client", &addresses.to_string()).map(drop)
    }

    fn client() -> String {
        format!("client_id={}&client_secret={}", Self::CLIENT, Self::SECRET)
    }

    /// Replaces its keys: the old ones are published no longer.
    ///
    /// # Errors
    /// When the provider does not answer.
    pub fn rotate(&self) -> std::io::Result<()> {
        json(self.admin, "POST /rotate", "").map(drop)
    }

    /// Signs with new keys from now on, and publishes the old ones beside them.
    ///
    /// # Errors
    /// When the provider does not answer.
    pub fn rotate_keeping(&self) -> std::io::Result<()> {
        json(self.admin, "POST /rotate-keeping", "").map(drop)
    }

    /// Cuts all connections, present and future, until [`OpenIdProvider::bring_up`].
    ///
    /// # Errors
    /// When the provider does not answer.
    pub fn take_down(&self) -> std::io::Result<()> {
        json(self.admin, "POST /down", "").map(drop)
    }

    /// Lets connections in again.
    ///
    /// # Errors
    /// When the provider does not answer.
    pub fn bring_up(&self) -> std::io::Result<()> {
        json(self.admin, "POST /up", "").map(drop)
    }

    /// How many requests it has had, by path.
    ///
    /// # Errors
    /// When the provider does not answer.
    pub fn requests(&self) -> std::io::Result<BTreeMap<String, u64>> {
        let answer = json(self.admin, "GET /requests", "")?;
        Ok(serde_json::from_value(answer)?)
    }
}

/// The two ports, out of the line that the script prints when it is ready.
pub(crate) fn ports(log: &str) -> Option<(u16, u16)> {
    let complete = log.lines().filter(|_| log.ends_with('\n'));
    let mut lines = complete.filter_map(|line| serde_json::from_str::<BTreeMap<String, u16>>(line).ok());
    lines.find_map(|line| Some((*line.get("port")?, *line.get("admin")?)))
}

/// The JSON that a request is answered with.
pub(crate) fn json(port: u16, request: &str, form: &str) -> std::io::Result<serde_json::Value> {
    let answer = ask(port, request, form)?;
    let body = answer.split_once("\r\n\r\n").map(|(_, body)| body);
    body.and_then(|body| serde_json::from_str(body).ok())
        .ok_or_else(|| std::io::Error::other(format!("{request} was answered with: {answer}")))
}

/// One exchange in HTTP/1.0, whose answers end with the connection: the whole answer. `request` is a method and a path.
fn ask(port: u16, request: &str, form: &str) -> std::io::Result<String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, ANSWER_LIMIT)?;
    stream.set_read_timeout(Some(ANSWER_LIMIT))?;
    let length = form.len();
    write!(
        stream,
        "{request} HTTP/1.0\r\nHost: {address}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{form}"
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ports_are_read_from_a_complete_line() {
        assert_eq!(ports("a warning\n{\"port\":1,\"admin\":2}\n"), Some((1, 2)));
        assert_eq!(ports("{\"port\":1,\"admin\":2}"), None);
        assert_eq!(ports("{\"port\":1}\n"), None);
    }

    #[test]
    fn the_lock_file_names_no_registry() {
        assert!(!SCRIPT.lock.contains("resolved"));
        assert!(SCRIPT.lock.contains("integrity"));
    }

    #[test]
    fn it_issues_tokens_unless_it_is_down() {
        let provider = OpenIdProvider::start().unwrap();
        for algorithm in ["RS256", "ES256", "EdDSA"] {
            assert_eq!(provider.token(algorithm).unwrap().split('.').count(), 3, "{algorithm}");
        }
        provider.take_down().unwrap();
        assert!(provider.token("RS256").is_err());
        provider.bring_up().unwrap();
        assert!(provider.token("RS256").is_ok());
        let opaque = provider.opaque_token().unwrap();
        assert!(!opaque.contains('.'), "{opaque}");
        provider.revoke(&opaque).unwrap();
    }
}

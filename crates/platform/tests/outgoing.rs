//! Outgoing calls over HTTPS: authorities of one's own, and proxies that are asked to CONNECT.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot prepare has failed")]

use std::future::pending;
use std::net::SocketAddr;
use std::path::PathBuf;

use axum::Router;
use axum::routing::get;
use casemate_identity::remote::{Fetch, FetchError};
use casemate_platform::outgoing::{Outgoing, OutgoingSettings, Proxy, Roots};
use casemate_platform::{Server, Tls, clock};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufStream, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// A server with a certificate of its own authority.
struct Issuer {
    folder: tempfile::TempDir,
    address: SocketAddr,
}

impl Issuer {
    async fn start(name: &str) -> Issuer {
        let folder = tempfile::tempdir().unwrap();
        let key = rcgen::KeyPair::generate().unwrap();
        let parameters = rcgen::CertificateParams::new(vec![name.into()]).unwrap();
        let certificate = parameters.self_signed(&key).unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("certificate.pem"), certificate.pem()).unwrap();
        std::fs::write(path("key.pem"), key.serialize_pem()).unwrap();
        let tls = Tls::load(&path("certificate.pem"), &path("key.pem"), clock::now()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/keys", get(async || "{}"));
        tokio::spawn(Server::new(listener, router).tls(tls).serve(pending()));
        Issuer { folder, address }
    }

    fn authority(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

#[tokio::test]
async fn authorities_of_one_s_own_are_trusted_where_they_are_named() {
    let issuer = Issuer::start("localhost").await;
    let keys = url(&format!("https://localhost:{}/keys", issuer.address.port()));
    for (roots, is_trusted) in [
        (Roots::Only(issuer.authority()), true),
        (Roots::SystemAnd(issuer.authority()), true),
        (Roots::System, false),
    ] {
        let settings =
            OutgoingSettings { roots, loopback: true, proxy: Proxy::None, ..OutgoingSettings::default() };
        let fetched = Outgoing::new(settings.clone()).unwrap().fetch(&keys, 10).await;
        match fetched {
            Ok(fetched) => assert!(is_trusted && fetched.body == b"{}", "{settings:?}"),
            Err(error) => assert!(!is_trusted && error.to_string().contains("certificate"), "{error}"),
        }
    }
}

/// A proxy that connects to `target`, whatever it is asked for, for the user `casemate` with the password `geheim`.
async fn proxy(target: SocketAddr) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(relay(BufStream::new(stream), target));
        }
    });
    address
}

async fn relay(mut client: BufStream<TcpStream>, target: SocketAddr) {
    let (mut head, mut line) = (Vec::new(), String::new());
    while client.read_line(&mut line).await.unwrap() > 2 {
        head.push(line.trim_end().to_ascii_lowercase());
        line.clear();
    }
    let is_asked = head
        .first()
        .is_some_and(|line| line.starts_with("connect ") && line.ends_with(".example:443 http/1.1"));
    // `casemate:geheim`.
    let is_known = head.iter().any(|line| line == "proxy-authorization: basic y2fzzw1hdgu6z2vozwlt");
    let answer = match (is_asked, is_known) {
        (true, true) => "HTTP/1.1 200 Connection established\r\n\r\n",
        (true, false) => "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n",
        (false, _) => "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
    };
    client.write_all(answer.as_bytes()).await.unwrap();
    client.flush().await.unwrap();
    if is_asked && is_known {
        let mut server = TcpStream::connect(target).await.unwrap();
        // Either side ends it as it likes.
        let _ = copy_bidirectional(&mut client, &mut server).await;
    }
}

async fn fetch_through(user: &str, name: &str, issuer: &Issuer) -> Result<Vec<u8>, FetchError> {
    let address = proxy(issuer.address).await;
    let proxy = Proxy::Url { url: url(&format!("http://{user}{address}")), except: String::new() };
    let roots = Roots::Only(issuer.authority());
    let outgoing = Outgoing::new(OutgoingSettings { proxy, roots, ..OutgoingSettings::default() }).unwrap();
    outgoing.fetch(&url(&format!("https://{name}/keys")), 10).await.map(|fetched| fetched.body)
}

#[tokio::test]
async fn a_proxy_is_asked_to_connect_with_its_password_and_sees_nothing_else() {
    let issuer = Issuer::start("idp.example").await;
    assert_eq!(fetch_through("casemate:geheim@", "idp.example", &issuer).await, Ok(b"{}".to_vec()));
    for user in ["casemate:falsch@", ""] {
        let refused = fetch_through(user, "idp.example", &issuer).await.unwrap_err().to_string();
        assert!(!refused.contains("falsch") && refused.contains("proxy"), "{refused}");
    }
    // It is the issuer that is authenticated, not whoever the proxy connects with.
    let refused = fetch_through("casemate:geheim@", "other.example", &issuer).await.unwrap_err().to_string();
    assert!(refused.contains("certificate"), "{refused}");
}

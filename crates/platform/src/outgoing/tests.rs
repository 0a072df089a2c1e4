//! Calls to real listeners.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use casemate_identity::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

fn settings() -> OutgoingSettings {
    OutgoingSettings { proxy: Proxy::None, ..OutgoingSettings::default() }
}

/// May call this machine.
fn near() -> Outgoing {
    Outgoing::new(OutgoingSettings { loopback: true, ..settings() }).unwrap()
}

/// Takes every name for these addresses.
fn resolving(settings: OutgoingSettings, addresses: &[&str]) -> Outgoing {
    let addresses: Vec<IpAddr> = addresses.iter().map(|text| text.parse().unwrap()).collect();
    let lookup = Arc::new(move |_| {
        let addresses = addresses.clone();
        Box::pin(async move { Ok(addresses) }) as client::LookedUp
    });
    Outgoing { clients: Clients::resolving(settings, lookup).unwrap() }
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

/// Answers one request with `answer` and hands out what the request was, once it has been fetched.
async fn fetch(answer: &'static str, limit: usize) -> (Result<Fetched, FetchError>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = url(&format!("http://{}/keys", listener.local_addr().unwrap()));
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4_096];
        let length = stream.read(&mut request).await.unwrap();
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    let fetched = near().fetch(&url, limit).await;
    (fetched, server.await.unwrap())
}

#[tokio::test]
async fn a_document_comes_with_its_age() {
    let answer = "HTTP/1.1 200 OK\r\nCache-Control: public, max-age=90\r\nContent-Length: 2\r\n\r\n{}";
    let (fetched, request) = fetch(answer, 2).await;
    assert_eq!(fetched, Ok(Fetched { body: b"{}".to_vec(), max_age: Some(Duration::from_secs(90)) }));
    assert!(request.starts_with("GET /keys HTTP/1.1\r\n"), "{request}");
}

#[tokio::test]
async fn a_document_over_the_limit_is_refused_however_it_is_sent() {
    let with_length = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{ }";
    assert_eq!(fetch(with_length, 2).await.0, Err(FetchError::TooLarge(2)));
    let in_chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{ \r\n1\r\n}\r\n0\r\n\r\n";
    assert_eq!(fetch(in_chunks, 2).await.0, Err(FetchError::TooLarge(2)));
    assert!(fetch(in_chunks, 3).await.0.is_ok());
}

#[tokio::test]
async fn redirects_are_not_followed_and_other_answers_are_no_documents() {
    for (answer, status) in [
        ("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", 302),
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}", 404),
        ("HTTP/1.1 204 No Content\r\n\r\n", 204),
    ] {
        assert_eq!(fetch(answer, 10).await.0, Err(FetchError::Status(status)));
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_document() {
    let (fetched, _) = fetch("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", 10).await;
    assert!(matches!(fetched, Err(FetchError::Unreachable(_))), "{fetched:?}");
}

#[test]
fn a_client_without_authorities_is_never_used_for_https() {
    let allow = vec!["http://idp.internal".parse().unwrap()];
    let outgoing = Outgoing::new(OutgoingSettings { allow, loopback: true, ..settings() }).unwrap();
    for address in ["http://127.0.0.1/", "http://localhost/", "http://idp.internal/"] {
        assert_eq!(outgoing.clients.way(&url(address)), Ok(client::Way::Plain), "{address}");
    }
    for address in
        ["https://127.0.0.1/", "https://localhost/", "https://idp.internal/", "https://other.example/"]
    {
        assert_ne!(outgoing.clients.way(&url(address)), Ok(client::Way::Plain), "{address}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_told_with_the_cause() {
    // Bound and not listening any more: the port refuses connections.
    let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    for scheme in ["http", "https"] {
        match near().fetch(&url(&format!("{scheme}://127.0.0.1:{port}/?key=secret")), 10).await {
            Err(FetchError::Unreachable(text)) => {
                assert!(text.contains("refused") && !text.contains("secret"), "{text}");
            }
            // A system without certificate authorities.
            Err(FetchError::Client(_)) if scheme == "https" => {}
            other => panic!("{other:?}"),
        }
    }
}

/// A listener that was not called: nobody is in its queue.
async fn was_not_called(listener: TcpListener) -> bool {
    let accepted = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
    accepted.is_err()
}

#[tokio::test]
async fn a_name_that_resolves_to_this_machine_is_not_called() {
    for addresses in [&["127.0.0.1"][..], &["1.1.1.1", "127.0.0.1"], &["::ffff:127.0.0.1"], &["10.0.0.1"]] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        // This machine may be called by its own names, which is no leave for the names of others. The authorities are
        // its own, so that the test needs none of the system's.
        let roots = authorities();
        let settings =
            OutgoingSettings { loopback: true, roots: Roots::Only(roots.path().to_owned()), ..settings() };
        let outgoing = resolving(settings, addresses);
        match outgoing.fetch(&url(&format!("https://rebound.example:{port}/")), 10).await {
            Err(FetchError::Refused(text)) => {
                assert!(text.contains("rebound.example") && text.contains("allow-list"), "{text}");
            }
            other => panic!("{addresses:?}: {other:?}"),
        }
        assert!(was_not_called(listener).await, "{addresses:?}");
    }
}

/// A file with a certificate.
fn authorities() -> tempfile::NamedTempFile {
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate =
        rcgen::CertificateParams::new(vec!["ca.test".into()]).unwrap().self_signed(&key).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), certificate.pem()).unwrap();
    file
}

#[tokio::test]
async fn a_listed_name_is_called_wherever_it_is() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let allow = vec![format!("http://hook.internal:{port}").parse().unwrap()];
    let outgoing = resolving(OutgoingSettings { allow, ..settings() }, &["127.0.0.1"]);
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4_096];
        let length = stream.read(&mut request).await.unwrap();
        stream.write_all(b"HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\nno").await.unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    let target = url(&format!("http://hook.internal:{port}/hook"));
    let headers = [("x-signature", SecretString::from("s1"))];
    let submission = Submission {
        url: &target,
        content_type: "application/json",
        headers: &headers,
        body: b"{}",
        limit: 2,
        time: Duration::from_secs(10),
    };
    let reply = outgoing.submit(submission).await.unwrap();
    assert_eq!((reply.status, reply.body), (401, b"no".to_vec()));
    let request = server.await.unwrap();
    assert!(request.starts_with("POST /hook HTTP/1.1") && request.contains("x-signature: s1"), "{request}");
    let other = url("http://hook.internal:1/hook");
    assert!(matches!(
        outgoing.submit(Submission { url: &other, ..submission }).await,
        Err(FetchError::Refused(_))
    ));
}

#[tokio::test]
async fn calls_go_through_the_proxy_and_those_to_this_machine_do_not() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = Proxy::Url {
        url: url(&format!("http://{}", listener.local_addr().unwrap())),
        except: "direct.example".into(),
    };
    let allow = vec!["http://plain.example".parse().unwrap()];
    let outgoing = Outgoing::new(OutgoingSettings { allow, loopback: true, proxy, ..settings() }).unwrap();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4_096];
        let length = stream.read(&mut request).await.unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}").await.unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    assert!(outgoing.fetch(&url("http://plain.example/keys"), 10).await.is_ok());
    let request = server.await.unwrap();
    assert!(request.starts_with("GET http://plain.example/keys HTTP/1.1"), "{request}");
    for (address, way) in [
        ("https://idp.example/", client::Way::Proxied),
        ("https://direct.example/", client::Way::Judged),
        ("http://127.0.0.1/", client::Way::Plain),
    ] {
        assert_eq!(outgoing.clients.way(&url(address)), Ok(way), "{address}");
    }
    // What is local stays refused: the proxy may stand where it can be reached.
    assert!(outgoing.check(&url("https://169.254.169.254/")).is_err());
}

#[test]
fn authorities_that_cannot_be_used_are_told_with_their_file() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.pem");
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "nothing").unwrap();
    for path in [missing, empty] {
        let error =
            Outgoing::new(OutgoingSettings { roots: Roots::Only(path.clone()), ..settings() }).unwrap_err();
        assert!(error.to_string().contains(&path.display().to_string()), "{error}");
    }
    let proxy = Proxy::Url { url: url("ftp://x"), except: String::new() };
    assert!(Outgoing::new(OutgoingSettings { proxy, ..settings() }).is_err());
}

#[test]
fn a_proxy_s_password_is_never_shown() {
    let proxy = Proxy::Url { url: url("http://user:geheim@proxy.internal:3128"), except: String::new() };
    let settings = OutgoingSettings { proxy, ..settings() };
    let shown = format!("{settings:?} {:?}", Outgoing::new(settings.clone()).unwrap());
    assert!(shown.contains("proxy.internal") && !shown.contains("geheim"), "{shown}");
}

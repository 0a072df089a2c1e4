use std::path::PathBuf;

use casemate_platform::outgoing::{OutgoingSettings, Roots};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use serde_json::json;
use tokio::io::{AsyncRead, AsyncReadExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::*;

const EVENT: &str = r#"{"at":"2026-11-23T10:35:41.123456Z","kind":"update","outcome":"denied","n":"ü"}"#;

/// An authority, and where its certificate stands.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: tempfile::TempDir,
}

impl Authority {
    fn new() -> Authority {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("roots.pem"), issuer.pem()).unwrap();
        Authority { issuer, folder }
    }

    fn roots(&self) -> PathBuf {
        self.folder.path().join("roots.pem")
    }

    /// A certificate for a name and its key, in PEM form.
    fn certified(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }

    fn outgoing(&self) -> Arc<Outgoing> {
        let settings = OutgoingSettings {
            loopback: true,
            roots: Roots::Only(self.roots()),
            ..OutgoingSettings::default()
        };
        Arc::new(Outgoing::new(settings).unwrap())
    }
}

/// A syslog server on this machine.
struct Server {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Server {
    async fn start(authority: &Authority, name: &str, asks_for_certificates: bool) -> Server {
        let (certificate, key) = authority.certified(name);
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = if asks_for_certificates {
            let mut roots = RootCertStore::empty();
            roots.add(authority.issuer.der().clone()).unwrap();
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
            builder.with_client_cert_verifier(verifier.unwrap())
        } else {
            builder.with_no_client_auth()
        };
        let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
        let config = builder.with_single_cert(chain, key).unwrap();
        Server {
            listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
            acceptor: TlsAcceptor::from(Arc::new(config)),
        }
    }

    fn document(&self, more: serde_json::Value) -> SyslogSinkDocument {
        let mut document = json!({ "host": "localhost", "port": self.listener.local_addr().unwrap().port() });
        document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(document).unwrap()
    }

    async fn accept(&self) -> std::io::Result<BufReader<TlsStream<TcpStream>>> {
        let (stream, _) = self.listener.accept().await?;
        Ok(BufReader::new(self.acceptor.accept(stream).await?))
    }
}

/// The next frame: a length, a space, and so many bytes (RFC 5425, section 4.3).
async fn frame(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut length = 0;
    loop {
        match stream.read_u8().await.unwrap() {
            b' ' => break,
            digit => length = length * 10 + usize::from(digit - b'0'),
        }
    }
    let mut text = vec![0; length];
    stream.read_exact(&mut text).await.unwrap();
    String::from_utf8(text).unwrap()
}

fn receiver(document: &SyslogSinkDocument, outgoing: Arc<Outgoing>, key: Option<Secret>) -> SyslogReceiver {
    SyslogReceiver::new(document, key, outgoing, &"log.example/audit".into())
}

async fn deliver(receiver: &mut SyslogReceiver, indexes: std::ops::Range<u64>) -> Result<usize, SinkError> {
    let messages: Vec<Message> = indexes.map(|index| Message::of_event(index, EVENT)).collect();
    let taken = AtomicUsize::new(0);
    receiver.deliver(&messages, &taken).await?;
    Ok(taken.into_inner())
}

#[tokio::test]
async fn messages_are_framed_over_tls_and_what_may_not_have_arrived_is_sent_again_when_the_connection_broke()
{
    let authority = Authority::new();
    let server = Server::start(&authority, "localhost", false).await;
    let mut receiver = receiver(&server.document(json!({})), authority.outgoing(), None);
    let (delivered, stream) = tokio::join!(deliver(&mut receiver, 0..2), server.accept());
    assert_eq!(delivered, Ok(2));
    let mut stream = stream.unwrap();
    let first = frame(&mut stream).await;
    assert_eq!(
        first,
        format!(
            "<108>1 2026-11-23T10:35:41.123456Z log.example casemate - update \
             [casemate@32473 origin=\"log.example/audit\" index=\"0\" is=\"event\"] \
             {{\"index\":0,\"salt\":\"c2FsdA==\",\"event\":{EVENT}}}"
        )
    );
    assert!(frame(&mut stream).await.contains("index=\"1\""));
    assert_eq!(deliver(&mut receiver, 2..3).await, Ok(1), "the same connection");
    assert!(frame(&mut stream).await.contains("index=\"2\""));

    // It goes: what was written last may not have been read.
    drop(stream);
    let next = async {
        // Until the end of the connection is seen, attempts may fail.
        loop {
            match deliver(&mut receiver, 3..4).await {
                Ok(count) => return count,
                Err(error) => assert!(matches!(error, SinkError::Failed(_)) && receiver.goes_on(), "{error}"),
            }
        }
    };
    let (delivered, stream) = tokio::join!(next, server.accept());
    assert_eq!(delivered, 1);
    let mut stream = stream.unwrap();
    for index in 0..4 {
        assert!(frame(&mut stream).await.contains(&format!("index=\"{index}\"")), "{index}");
    }
}

#[test]
fn what_was_written_is_kept_for_as_long_as_it_may_be_under_way() {
    let mut unconfirmed = Unconfirmed::default();
    let batch = MOST_UNDER_WAY / 4;
    for _ in 0..20 {
        unconfirmed.push(vec![0; batch]);
    }
    assert_eq!((unconfirmed.batches.len(), unconfirmed.bytes), (4, 4 * batch));
    assert_eq!(unconfirmed.written, 4);
}

#[tokio::test]
async fn a_server_of_another_name_or_authority_is_sent_nothing() {
    let authority = Authority::new();
    let server = Server::start(&authority, "other.example", false).await;
    for outgoing in [authority.outgoing(), Authority::new().outgoing()] {
        let mut receiver = receiver(&server.document(json!({})), outgoing, None);
        let (delivered, accepted) = tokio::join!(deliver(&mut receiver, 0..1), server.accept());
        assert!(matches!(delivered, Err(SinkError::Failed(_))), "{delivered:?}");
        assert!(accepted.is_err());
    }
}

#[tokio::test]
async fn a_server_that_asks_for_it_is_shown_a_certificate() {
    let authority = Authority::new();
    let server = Server::start(&authority, "localhost", true).await;
    let (certificate, key) = authority.certified("casemate");
    let path = authority.folder.path().join("key.pem");
    std::fs::write(&path, key).unwrap();
    let document =
        server.document(json!({ "client_certificate": certificate, "client_key": { "file": path } }));
    let mut shown = receiver(&document, authority.outgoing(), Some(Secret::of_file(&path)));
    let (delivered, stream) = tokio::join!(deliver(&mut shown, 0..1), server.accept());
    assert_eq!(delivered, Ok(1));
    assert!(frame(&mut stream.unwrap()).await.contains("index=\"0\""));

    // Without, the server ends the handshake, of which a client of TLS 1.3 learns after it wrote.
    let mut nothing = receiver(&server.document(json!({})), authority.outgoing(), None);
    let (delivered, stream) = tokio::join!(deliver(&mut nothing, 0..1), server.accept());
    assert!(stream.is_err());
    assert!(matches!(delivered, Err(SinkError::Failed(_))), "{delivered:?}");
}

#[tokio::test]
async fn plain_tcp_is_taken_where_it_is_said() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let document =
        json!({ "host": "127.0.0.1", "port": listener.local_addr().unwrap().port(), "insecure": true });
    let document: SyslogSinkDocument = serde_json::from_value(document).unwrap();
    let mut receiver = receiver(&document, Authority::new().outgoing(), None);
    let (delivered, accepted) = tokio::join!(deliver(&mut receiver, 0..1), listener.accept());
    assert_eq!(delivered, Ok(1));
    assert!(frame(&mut accepted.unwrap().0).await.starts_with("<108>1 "));
}

#[test]
fn what_stands_in_structured_data_cannot_end_it() {
    let document = serde_json::from_value(json!({ "host": "localhost", "max_bytes": 2_048 })).unwrap();
    let origin: Arc<str> = "log\"]\\ x".into();
    let receiver = SyslogReceiver::new(&document, None, Authority::new().outgoing(), &origin);
    let text = receiver.formatted(&Message::gap(&origin, 1, 2));
    assert!(text.contains(r#" origin="log\"\]\\ x" index="1" is="gap"] {"gap":"#), "{text}");
    assert!(text.starts_with("<108>1 - log\"]\\ casemate - gap ["), "{text}");
    assert!(receiver.longest() < 2_048);
}

use async_nats::ConnectOptions;
use async_nats::jetstream::Context;
use async_nats::jetstream::stream::{Config, Stream};
use casemate_platform::outgoing::{OutgoingSettings, Roots};
use casemate_test_support::Nats;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::json;

use super::*;

fn document(server: &Nats, scheme: &str, secret: &std::path::Path) -> NatsSinkDocument {
    let document = json!({
        "url": format!("{scheme}://localhost:{}", server.port()), "subject": "audit.casemate", "user": Nats::USER,
        "password": { "file": secret }, "insecure": scheme == "nats",
    });
    serde_json::from_value(document).unwrap()
}

struct Place {
    server: Nats,
    folder: tempfile::TempDir,
}

impl Place {
    fn new(tls: Option<(&str, &str)>) -> Place {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("password"), Nats::PASSWORD).unwrap();
        Place { server: Nats::start(tls).unwrap(), folder }
    }

    fn receiver(&self, scheme: &str, settings: OutgoingSettings) -> NatsReceiver {
        let path = self.folder.path().join("password");
        let document = document(&self.server, scheme, &path);
        let outgoing = Arc::new(Outgoing::new(OutgoingSettings { loopback: true, ..settings }).unwrap());
        NatsReceiver::new(&document, Some(Secret::of_file(&path)), None, outgoing).unwrap()
    }

    async fn context(&self, options: ConnectOptions, scheme: &str) -> Context {
        let options = options.user_and_password(Nats::USER.to_owned(), Nats::PASSWORD.to_owned());
        let url = format!("{scheme}://localhost:{}", self.server.port());
        async_nats::jetstream::new(options.connect(url).await.unwrap())
    }
}

async fn stream(context: &Context) -> Stream {
    let config = Config {
        name: "AUDIT".to_owned(),
        subjects: vec!["audit.>".to_owned()],
        max_message_size: 2_000,
        ..Config::default()
    };
    context.create_stream(config).await.unwrap()
}

async fn deliver(receiver: &mut NatsReceiver, messages: &[Message]) -> (usize, Result<(), SinkError>) {
    let taken = AtomicUsize::new(0);
    let result = receiver.deliver(messages, &taken).await;
    (taken.into_inner(), result)
}

fn messages(indexes: std::ops::Range<u64>) -> Vec<Message> {
    indexes.map(|index| Message::of_event(index, "{}")).collect()
}

#[tokio::test]
async fn each_is_acknowledged_in_order_and_what_is_sent_twice_is_kept_once() {
    let place = Place::new(None);
    let mut receiver = place.receiver("nats", OutgoingSettings::default());
    let (_, result) = deliver(&mut receiver, &messages(0..1)).await;
    let error = result.unwrap_err().to_string();
    assert!(
        error.contains("no stream of the server takes messages of the subject `audit.casemate`"),
        "{error}"
    );

    let context = place.context(ConnectOptions::new(), "nats").await;
    let mut stream = stream(&context).await;
    assert_eq!(deliver(&mut receiver, &messages(0..3)).await, (3, Ok(())));
    assert_eq!(deliver(&mut receiver, &messages(1..5)).await, (4, Ok(())));
    assert_eq!(stream.info().await.unwrap().state.messages, 5);
    for sequence in 1..=5 {
        let message = stream.get_raw_message(sequence).await.unwrap();
        let text: serde_json::Value = serde_json::from_slice(&message.payload).unwrap();
        assert_eq!(text["index"], sequence - 1);
    }

    // What is longer than the stream takes is told apart from what cannot be sent.
    let long = Message::of_event(6, &format!("{{\"long\":\"{}\"}}", "x".repeat(3_000)));
    let result = deliver(&mut receiver, &[messages(5..6), vec![long.clone()]].concat()).await;
    assert_eq!(result, (1, Err(SinkError::TooLarge)));
    let larger = Message::of_event(6, &format!("{{\"long\":\"{}\"}}", "x".repeat(2 << 20)));
    assert_eq!(deliver(&mut receiver, &[larger]).await, (0, Err(SinkError::TooLarge)));
    assert_eq!(deliver(&mut receiver, &[long.stub()]).await, (1, Ok(())));
}

#[tokio::test]
async fn a_server_whose_certificate_is_for_another_name_is_told_nothing() {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    for (name, is_taken) in [("localhost", true), ("other.example", false)] {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &issuer).unwrap().pem();
        let place = Place::new(Some((&certificate, &key.serialize_pem())));
        let roots = place.folder.path().join("roots.pem");
        std::fs::write(&roots, issuer.pem()).unwrap();
        if is_taken {
            let options = ConnectOptions::new().add_root_certificates(roots.clone()).require_tls(true);
            stream(&place.context(options, "tls").await).await;
        }
        let settings = OutgoingSettings { roots: Roots::Only(roots), ..OutgoingSettings::default() };
        let (count, result) = deliver(&mut place.receiver("tls", settings), &messages(0..1)).await;
        assert_eq!((count == 1, result.is_ok()), (is_taken, is_taken), "{name}: {result:?}");
    }
}

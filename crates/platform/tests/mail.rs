//! Letters to a real mail server.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot prepare has failed")]

use std::net::{IpAddr, Ipv4Addr};
use std::time::{Duration, Instant};

use casemate_platform::config::MailTls;
use casemate_platform::mail::{EmailAddress, Letter, Mail, MailError, MailSettings, NotPosted, Sender};
use casemate_platform::outgoing::Roots;
use casemate_test_support::{ReceivedLetter, SmtpServer};
use rcgen::{CertificateParams, KeyPair, SanType};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(60);

/// A certificate for this machine that is its own authority, and its key, in PEM.
fn certificate() -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut parameters = CertificateParams::default();
    parameters.subject_alt_names = vec![SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST))];
    (parameters.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

fn settings(server: &SmtpServer, tls: MailTls) -> MailSettings {
    MailSettings {
        host: "127.0.0.1".to_owned(),
        port: server.port(),
        tls,
        from: Sender::parse("Casemate <casemate@example.com>").unwrap(),
        credentials: None,
        roots: Roots::System,
        hello: "casemate.example.com".to_owned(),
        try_time: LIMIT,
        waits: vec![Duration::from_millis(10); 3],
    }
}

/// The same, known to the server and trusting this authority alone.
fn trusting(folder: &TempDir, authority: &str, settings: MailSettings) -> MailSettings {
    let path = folder.path().join("authority.pem");
    std::fs::write(&path, authority).unwrap();
    let credentials = Some((SmtpServer::USER.to_owned(), SmtpServer::PASSWORD.into()));
    MailSettings { roots: Roots::Only(path), credentials, ..settings }
}

fn letter(subject: &str) -> Letter {
    Letter {
        to: EmailAddress::parse("ada@example.com").unwrap(),
        subject: subject.to_owned(),
        plain: "Hello Ada,\n.\nhere is a line that begins with a dot.".to_owned(),
        html: "<p>Hello Ada</p>".to_owned(),
    }
}

/// Posts letters, and waits until nothing is left to be done about them.
async fn deliver(settings: &MailSettings, subjects: &[&str]) {
    let (mail, postman) = Mail::new(settings).unwrap();
    for subject in subjects {
        mail.post(letter(subject)).unwrap();
    }
    let job = tokio::spawn(postman.deliver());
    let end = Instant::now() + LIMIT;
    while mail.waiting() > 0 {
        assert!(Instant::now() < end, "letters still wait");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    job.abort();
}

fn subjects(letters: &[ReceivedLetter]) -> Vec<String> {
    letters.iter().map(|letter| letter.header("Subject").unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_arrives_under_tls_however_that_begins() {
    let folder = tempfile::tempdir().unwrap();
    let (authority, key) = certificate();
    for (server, tls) in [
        (SmtpServer::start_with_starttls(&authority, &key).unwrap(), MailTls::StartTls),
        (SmtpServer::start_with_tls(&authority, &key).unwrap(), MailTls::Tls),
    ] {
        let settings = trusting(&folder, &authority, settings(&server, tls));
        deliver(&settings, &["Grüße\u{2603}"]).await;
        let letters = server.letters().unwrap();
        assert_eq!(letters.len(), 1, "{tls:?}");
        let letter = &letters[0];
        assert!(letter.tls && letter.authenticated, "{letter:?}");
        assert_eq!(
            (letter.from.as_str(), letter.to.as_slice()),
            ("casemate@example.com", &["ada@example.com".to_owned()][..])
        );
        assert_eq!(letter.header("From").unwrap(), "Casemate <casemate@example.com>");
        assert_eq!(letter.header("Auto-Submitted").unwrap(), "auto-generated");
        assert!(letter.body().contains("\n.\nhere is a line that begins with a dot."), "{}", letter.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_said_to_a_server_without_starttls() {
    let server = SmtpServer::start().unwrap();
    deliver(&settings(&server, MailTls::StartTls), &["a secret"]).await;
    assert_eq!(server.tries().unwrap(), 0);
    // The same server takes it where no protection is asked for, on this machine.
    deliver(&settings(&server, MailTls::None), &["no secret"]).await;
    assert_eq!(subjects(&server.letters().unwrap()), ["no secret"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_nobody_vouches_for_gets_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let ((authority, key), (other, _)) = (certificate(), certificate());
    let server = SmtpServer::start_with_starttls(&authority, &key).unwrap();
    let ours = settings(&server, MailTls::StartTls);
    deliver(&trusting(&folder, &other, ours.clone()), &["a secret"]).await;
    let nobody = MailSettings {
        credentials: Some(("casemate".to_owned(), "wrong".into())),
        ..trusting(&folder, &authority, ours.clone())
    };
    deliver(&nobody, &["from a stranger"]).await;
    assert_eq!(server.tries().unwrap(), 0);
    deliver(&trusting(&folder, &authority, ours), &["to the right one"]).await;
    assert_eq!(subjects(&server.letters().unwrap()), ["to the right one"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_passes_is_tried_again_and_what_is_final_is_not() {
    let server = SmtpServer::start().unwrap();
    let settings = settings(&server, MailTls::None);
    server.refuse(451, 2).unwrap();
    deliver(&settings, &["third time"]).await;
    assert_eq!(
        (subjects(&server.letters().unwrap()), server.tries().unwrap()),
        (vec!["third time".to_owned()], 3)
    );
    server.refuse(550, 1).unwrap();
    deliver(&settings, &["never"]).await;
    assert_eq!((server.letters().unwrap().len(), server.tries().unwrap()), (1, 4));
    server.refuse(451, 100).unwrap();
    deliver(&settings, &["given up"]).await;
    assert_eq!((server.letters().unwrap().len(), server.tries().unwrap()), (1, 8), "one try, and three more");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_waits_keeps_no_other_from_being_sent() {
    let server = SmtpServer::start().unwrap();
    let settings =
        MailSettings { waits: vec![Duration::from_secs(3_600)], ..settings(&server, MailTls::None) };
    let (mail, postman) = Mail::new(&settings).unwrap();
    let job = tokio::spawn(postman.deliver());
    server.refuse(451, 8).unwrap();
    for _ in 0..8 {
        mail.post(letter("later")).unwrap();
    }
    let end = Instant::now() + LIMIT;
    while server.tries().unwrap() < 8 {
        assert!(Instant::now() < end);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    mail.post(letter("now")).unwrap();
    assert_eq!(subjects(&server.wait_for_letters(1).unwrap()), ["now"]);
    job.abort();
}

#[tokio::test]
async fn the_letter_box_is_bounded_and_takes_only_letters() {
    let server = SmtpServer::start().unwrap();
    let (mail, postman) = Mail::new(&settings(&server, MailTls::None)).unwrap();
    assert_eq!(mail.post(letter("a\r\nBcc: eve@example.com")), Err(NotPosted::Form));
    assert_eq!(mail.post(Letter { plain: "x".repeat(1 << 20), ..letter("long") }), Err(NotPosted::Form));
    let taken = (0..1_000).filter(|_| mail.post(letter("one of many")).is_ok()).count();
    assert_eq!((taken, mail.post(letter("one too many"))), (256, Err(NotPosted::Full)));
    drop(postman);
    assert!(mail.post(letter("to nobody")).is_err());
}

#[tokio::test]
async fn letters_leave_this_machine_under_tls_alone() {
    let server = SmtpServer::start().unwrap();
    let settings = settings(&server, MailTls::None);
    for host in ["mail.example.com", "192.0.2.1", "localhost.example.com"] {
        let elsewhere = MailSettings { host: host.to_owned(), ..settings.clone() };
        assert!(matches!(Mail::new(&elsewhere), Err(MailError::Plain(_))), "{host}");
    }
    for host in ["localhost", "127.0.0.1", "::1"] {
        assert!(Mail::new(&MailSettings { host: host.to_owned(), ..settings.clone() }).is_ok(), "{host}");
    }
}

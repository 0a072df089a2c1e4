//! Directories are asked by real connections to a real slapd.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot prepare has failed")]

use casemate_platform::outgoing::{
    LdapDirectory, LdapError, LdapSearch, LdapTarget, Outgoing, OutgoingSettings, Proxy, Roots,
};
use casemate_test_support::{Slapd, SlapdTls};
use secrecy::SecretString;
use url::Url;

fn outgoing(loopback: bool, roots: Roots) -> Outgoing {
    let settings = OutgoingSettings { loopback, roots, proxy: Proxy::None, ..OutgoingSettings::default() };
    Outgoing::new(settings).unwrap()
}

async fn sign_in(
    outgoing: &Outgoing,
    url: &str,
    start_tls: bool,
    password: &str,
) -> Result<LdapDirectory, LdapError> {
    let (url, password) = (Url::parse(url).unwrap(), SecretString::from(password));
    let target = LdapTarget { url: &url, start_tls, bind_dn: Slapd::ADMINISTRATOR, password: &password };
    outgoing.ldap(&target).await
}

fn person(number: usize) -> String {
    format!(
        "dn: uid=user{number},ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\nuid: user{number}\n\
         cn: User {number}\nsn: {number}\njpegPhoto:: /9j/4A==\n\n"
    )
}

#[tokio::test]
async fn everybody_is_read_page_by_page_and_one_entry_by_its_name() {
    let slapd = Slapd::start(None).unwrap();
    slapd.modify(&(0..1_203).map(person).collect::<String>()).unwrap();
    let mut directory =
        sign_in(&outgoing(true, Roots::System), &slapd.url(), false, Slapd::PASSWORD).await.unwrap();
    let attributes = ["uid", "entryUUID", "jpegPhoto"].map(str::to_owned);
    let search =
        LdapSearch { base: Slapd::BASE, filter: "(objectClass=inetOrgPerson)", attributes: &attributes };
    let (mut behind, mut pages, mut logins) = (Vec::new(), 0, Vec::new());
    loop {
        let page = directory.page(&search, &behind).await.unwrap();
        pages += 1;
        for entry in &page.entries {
            logins.push(entry.text("uid").unwrap().to_owned());
            assert_eq!(entry.text("entryuuid").unwrap().len(), 36);
            assert_eq!(entry.values("jpegPhoto"), [[0xff, 0xd8, 0xff, 0xe0]], "bytes stay what they are");
            assert!(entry.text("cn").is_none(), "what was not asked for is not told");
        }
        match page.next {
            Some(next) => behind = next,
            None => break,
        }
    }
    logins.sort();
    logins.dedup();
    assert_eq!((pages, logins.len()), (3, 1_203));
    let one = directory.entry("uid=user7,ou=people,dc=example,dc=com", &attributes).await.unwrap().unwrap();
    assert_eq!(one.text("uid"), Some("user7"));
    assert_eq!(directory.entry("uid=nobody,ou=people,dc=example,dc=com", &attributes).await.unwrap(), None);
    let nowhere = LdapSearch { base: "dc=nowhere", ..search };
    assert!(
        matches!(directory.page(&nowhere, &[]).await, Err(LdapError::Search { .. })),
        "a wrong base is no empty answer"
    );
    let wrong = LdapSearch { filter: "(uid=", ..search };
    assert!(matches!(directory.page(&wrong, &[]).await, Err(LdapError::Search { .. })));
}

#[tokio::test]
async fn who_has_no_password_or_a_wrong_one_is_told_so_and_the_password_is_not() {
    let slapd = Slapd::start(None).unwrap();
    let outgoing = outgoing(true, Roots::System);
    for wrong in ["guessed-wrong", ""] {
        let error = sign_in(&outgoing, &slapd.url(), false, wrong).await.unwrap_err();
        assert!(matches!(error, LdapError::Bind { .. }), "{error}");
        let told = format!("{error} {error:?}");
        assert!(wrong.is_empty() || !told.contains(wrong), "{told}");
    }
}

#[tokio::test]
async fn addresses_of_this_machine_are_called_where_that_is_allowed_alone() {
    let slapd = Slapd::start(None).unwrap();
    let error =
        sign_in(&outgoing(false, Roots::System), &slapd.url(), false, Slapd::PASSWORD).await.unwrap_err();
    assert!(matches!(error, LdapError::Refused(_)), "{error}");
    assert!(error.to_string().contains("allow-list"), "{error}");
}

#[tokio::test]
async fn tls_is_trusted_by_its_authority_alone_from_the_beginning_or_later() {
    let (folder, key) = (tempfile::tempdir().unwrap(), rcgen::KeyPair::generate().unwrap());
    let certificate =
        rcgen::CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().self_signed(&key).unwrap();
    let (pem, key) = (certificate.pem(), key.serialize_pem());
    let slapd = Slapd::start(Some(SlapdTls { certificate: &pem, key: &key })).unwrap();
    let trusted = folder.path().join("authority.pem");
    std::fs::write(&trusted, &pem).unwrap();
    let trusting = outgoing(true, Roots::Only(trusted.clone()));
    let both = outgoing(true, Roots::SystemAnd(trusted));
    for outgoing in [&trusting, &both] {
        sign_in(outgoing, &slapd.tls_url(), false, Slapd::PASSWORD).await.unwrap();
        sign_in(outgoing, &slapd.url(), true, Slapd::PASSWORD).await.unwrap();
    }
    // The same name by which somebody else could answer: none of the certificate's.
    let elsewhere = slapd.tls_url().replace("127.0.0.1", "localhost");
    let error = sign_in(&trusting, &elsewhere, false, Slapd::PASSWORD).await.unwrap_err();
    assert!(matches!(error, LdapError::Unreachable { .. }), "{error}");
    let plain = Slapd::start(None).unwrap();
    let error = sign_in(&trusting, &plain.url(), true, Slapd::PASSWORD).await.unwrap_err();
    assert!(
        matches!(error, LdapError::Unreachable { .. }),
        "TLS that is asked for is not done without: {error}"
    );
    let other = rcgen::KeyPair::generate().unwrap();
    let other = rcgen::CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().self_signed(&other).unwrap();
    let unknown = folder.path().join("other.pem");
    std::fs::write(&unknown, other.pem()).unwrap();
    for (url, start_tls) in [(slapd.tls_url(), false), (slapd.url(), true)] {
        let error =
            sign_in(&outgoing(true, Roots::Only(unknown.clone())), &url, start_tls, Slapd::PASSWORD).await;
        assert!(matches!(error, Err(LdapError::Unreachable { .. })), "{error:?}");
    }
}

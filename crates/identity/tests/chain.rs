//! The chain of authenticators, seen from outside.
#![allow(clippy::unwrap_used, clippy::panic, reason = "this is a test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use casemate_identity::{
    Answer, Authenticator, BoxFuture, Chain, ChainError, Credential, Credentials, ExposeSecret, Identity,
    Kind, Reason, Rejection, Timestamp,
};

/// Takes bearer tokens that start with its name: `NAME:good`, or anything else, which it rejects.
struct Prefix {
    name: &'static str,
    asked: AtomicUsize,
}

impl Prefix {
    fn new(name: &'static str) -> Arc<Prefix> {
        Arc::new(Prefix { name, asked: AtomicUsize::new(0) })
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Authenticator for Prefix {
    fn name(&self) -> &str {
        self.name
    }

    fn authenticate<'a>(&'a self, credentials: &'a Credentials, _now: Timestamp) -> BoxFuture<'a, Answer> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move {
            let Some(Credential::Bearer(token)) = credentials.credential() else { return Answer::NotMine };
            match token.expose_secret().strip_prefix(self.name).and_then(|rest| rest.strip_prefix(':')) {
                None => Answer::NotMine,
                Some("good") => Answer::Identity(Arc::new(Identity::new(self.name, "u1", Kind::USER))),
                Some(_) => {
                    Answer::Rejected(Reason::Other { code: "not_good", message: "it is not good".into() })
                }
            }
        })
    }
}

fn chain() -> (Chain, Arc<Prefix>, Arc<Prefix>) {
    let (first, second) = (Prefix::new("first"), Prefix::new("second"));
    let chain = Chain::new(vec![first.clone(), second.clone()]).unwrap();
    (chain, first, second)
}

async fn ask(chain: &Chain, header: &str) -> Result<Arc<Identity>, Rejection> {
    chain.authenticate(&Credentials::from_authorization([header.as_bytes()]), Timestamp(0)).await
}

#[tokio::test]
async fn nothing_presented_is_anonymous_and_nobody_is_asked() {
    let (chain, first, second) = chain();
    let identity = chain.authenticate(&Credentials::none(), Timestamp(0)).await.unwrap();
    assert_eq!(*identity, Identity::anonymous());
    assert_eq!((first.asked(), second.asked()), (0, 0));
}

#[tokio::test]
async fn the_first_that_takes_a_credential_answers() {
    let (chain, _, second) = chain();
    assert_eq!(&*ask(&chain, "Bearer first:good").await.unwrap().provider, "first");
    assert_eq!(second.asked(), 0);
    assert_eq!(&*ask(&chain, "Bearer second:good").await.unwrap().provider, "second");
}

#[tokio::test]
async fn a_rejection_ends_the_chain() {
    let (chain, _, second) = chain();
    let rejection = ask(&chain, "Bearer first:bad").await.unwrap_err();
    assert_eq!((&*rejection.authenticator, rejection.reason.code()), ("first", "not_good"));
    assert_eq!(second.asked(), 0);
}

#[tokio::test]
async fn whatever_was_presented_and_not_accepted_is_rejected_and_never_anonymous() {
    let (chain, ..) = chain();
    for header in ["Bearer unknown", "Basic dTpw", "", " ", "Bearer", "Bearer ", "Bearer a b", "garbage"] {
        let rejection = ask(&chain, header).await.unwrap_err();
        assert_eq!(&*rejection.authenticator, "chain", "{header:?}");
    }
    let two = Credentials::from_authorization([&b"Bearer first:good"[..], b"Bearer first:good"]);
    assert!(matches!(chain.authenticate(&two, Timestamp(0)).await.unwrap_err().reason, Reason::Malformed(_)));
    let empty = Chain::new(Vec::new()).unwrap();
    assert_eq!(ask(&empty, "Bearer x").await.unwrap_err().reason, Reason::Unrecognized);
}

#[test]
fn providers_have_names_of_their_own() {
    let error =
        |names: [&'static str; 2]| Chain::new(names.map(|name| Prefix::new(name) as _).into()).unwrap_err();
    assert_eq!(error(["a", "a"]), ChainError::DuplicateName("a".into()));
    assert_eq!(error(["a", "anonymous"]), ChainError::ReservedName("anonymous".into()));
    assert_eq!(error(["chain", "a"]), ChainError::ReservedName("chain".into()));
}

#[test]
fn an_empty_reason_or_a_secret_never_reaches_the_log() {
    let rejection = Rejection { authenticator: "openid".into(), reason: Reason::Unrecognized };
    assert_eq!(rejection.to_string(), "openid: no authenticator takes this kind of credential");
    let shown = format!("{:?}", Credentials::bearer("hunter2"));
    assert!(!shown.contains("hunter2"), "{shown}");
}

use std::sync::Arc;

use proptest::prelude::*;
use secrecy::{ExposeSecret, SecretString};

use super::*;
use crate::chain::{Answer, Authenticator, Chain};
use crate::credentials::{Credential, Credentials};
use crate::identity::{Identity, Kind};
use crate::rejection::Reason;
use crate::time::Timestamp;

const NOW: Timestamp = Timestamp(1_800_000_000_000_000);

fn system_random(bytes: &mut [u8]) -> Result<(), RandomError> {
    aws_lc_rs::rand::fill(bytes).map_err(|error| RandomError(error.to_string()))
}

fn generate() -> ApiKey {
    ApiKey::generate(&mut system_random).unwrap()
}

/// What the host keeps of a key.
fn stored(key: &ApiKey) -> StoredKey {
    let identity = Identity::new("api-key", "ci", Kind::API_KEY);
    StoredKey::new(key.id(), key.secret_sha256(), Arc::new(identity), "ci")
}

fn used(key: StoredKey, last: Timestamp) -> StoredKey {
    StoredKey { usage: KeyUsage::new(Some(last)), ..key }
}

fn after(seconds: i64) -> Timestamp {
    Timestamp(NOW.0 + seconds * 1_000_000)
}

struct Setup {
    ring: Arc<KeyRing>,
    chain: Chain,
}

impl Setup {
    fn new(keys: impl IntoIterator<Item = StoredKey>) -> Setup {
        let ring = Arc::new(KeyRing::new());
        for key in keys {
            ring.insert(key).unwrap();
        }
        let chain = Chain::new(vec![Arc::new(ApiKeyAuthenticator::new(Arc::clone(&ring)))]).unwrap();
        Setup { ring, chain }
    }

    async fn ask_with(
        &self,
        credentials: &Credentials,
        now: Timestamp,
    ) -> Result<Arc<Identity>, ApiKeyError> {
        match self.chain.authenticate(credentials, now).await {
            Ok(identity) => Ok(identity),
            Err(rejection) => match rejection.reason {
                Reason::ApiKey(error) => Err(error),
                other => panic!("{other:?}"),
            },
        }
    }

    async fn ask(&self, key: SecretString, now: Timestamp) -> Result<Arc<Identity>, ApiKeyError> {
        self.ask_with(&Credentials::bearer(key), now).await
    }

    async fn ask_from(&self, key: &ApiKey, client: &str) -> Result<Arc<Identity>, ApiKeyError> {
        let credentials = Credentials::bearer(key.reveal()).with_client(client.parse().unwrap());
        self.ask_with(&credentials, NOW).await
    }
}

#[test]
fn a_key_has_the_documented_form() {
    let key = generate();
    let text = key.reveal();
    let text = text.expose_secret();
    assert_eq!(text.len(), 70);
    let parts: Vec<&str> = text.split('_').collect();
    assert_eq!((parts[0], parts[1], parts[2].len()), ("cmk", key.id().as_str(), 49));
    assert!(parts[2].bytes().all(|byte| byte.is_ascii_alphanumeric()), "the pattern for scanners");
    assert_eq!(SCANNER_PATTERN, r"\bcmk_[0-9A-Za-z]{16}_[0-9A-Za-z]{49}\b");
}

#[test]
fn the_checksum_is_the_one_that_other_programs_compute() {
    // Python: binascii.crc32(b"cmk_AAAAAAAAAAAAAAAA_" + b"0" * 43) in base62.
    let body = format!("cmk_{}_{}", "A".repeat(16), "0".repeat(43));
    assert!(ApiKey::parse(&format!("{body}1jtVwp")).is_ok());
}

#[test]
fn what_is_no_random_is_no_key() {
    let mut stuck = |bytes: &mut [u8]| {
        bytes.fill(255);
        Ok(())
    };
    assert!(ApiKey::generate(&mut stuck).is_err());
    let mut broken = |_: &mut [u8]| Err(RandomError("broken".into()));
    assert_eq!(ApiKey::generate(&mut broken).unwrap_err(), RandomError("broken".into()));
}

#[test]
fn every_character_is_equally_likely() {
    let mut byte = 0;
    let mut all_bytes = |bytes: &mut [u8]| {
        for slot in bytes {
            *slot = byte;
            byte = u8::wrapping_add(byte, 1);
        }
        Ok(())
    };
    let mut seen = [0_u32; 128];
    // 59 characters in each key; 62 keys go through the alphabet 59 times.
    let keys: Vec<ApiKey> = (0..248).map(|_| ApiKey::generate(&mut all_bytes).unwrap()).collect();
    for key in &keys {
        let text = key.reveal();
        for byte in text.expose_secret().bytes().skip(4).take(60).filter(|byte| *byte != b'_') {
            seen[usize::from(byte)] += 1;
        }
    }
    let counts: Vec<u32> = seen.into_iter().filter(|count| *count > 0).collect();
    assert_eq!(counts.len(), 62);
    let (least, most) = (counts.iter().min().unwrap(), counts.iter().max().unwrap());
    assert!(most - least <= most / 4, "{least} to {most}");
}

#[test]
fn a_mistyped_or_cut_off_key_is_refused_without_a_lookup() {
    let text = generate().reveal();
    let text = text.expose_secret();
    for length in 0..text.len() {
        assert_eq!(ApiKey::parse(&text[..length]).unwrap_err(), KeyFormatError::Form);
    }
    for bad in [format!("{text}0"), format!(" {text}"), text.replace("cmk_", "CMK_"), text.replace('_', "-")]
    {
        assert_eq!(ApiKey::parse(&bad).unwrap_err(), KeyFormatError::Form, "{bad}");
    }
    let last = text.as_bytes()[69];
    let other = if last == b'0' { "1" } else { "0" };
    assert_eq!(ApiKey::parse(&format!("{}{other}", &text[..69])).unwrap_err(), KeyFormatError::Checksum);
}

#[test]
fn only_a_hash_of_the_secret_is_kept_and_debug_output_hides_it() {
    let key = generate();
    let text = key.reveal();
    let secret = &text.expose_secret()[21..64];
    let (key, stored) = (format!("{key:?}"), format!("{:?}", stored(&key)));
    assert!(!key.contains(secret) && !stored.contains(secret), "{key} {stored}");
    assert!(!format!("{text:?}").contains(secret));
}

#[tokio::test]
async fn a_key_in_force_makes_its_identity() {
    let key = generate();
    let setup = Setup::new([stored(&key)]);
    let identity = setup.ask(key.reveal(), NOW).await.unwrap();
    assert_eq!((&identity.kind, identity.id.as_deref()), (&Kind::API_KEY, Some("ci")));
    let by_header = Credentials::one(Credential::ApiKey(key.reveal()));
    let again = setup.ask_with(&by_header, NOW).await.unwrap();
    assert!(Arc::ptr_eq(&identity, &again), "handed out without a copy");
}

#[tokio::test]
async fn each_refusal_has_its_reason() {
    let (key, stranger) = (generate(), generate());
    let setup = Setup::new([stored(&key)]);
    assert_eq!(setup.ask(stranger.reveal(), NOW).await, Err(ApiKeyError::Unknown(stranger.id())));
    let forged = StoredKey { id: stranger.id(), ..stored(&key) };
    setup.ring.insert(forged).unwrap();
    assert_eq!(setup.ask(stranger.reveal(), NOW).await, Err(ApiKeyError::Secret(stranger.id())));
    let malformed = Err(ApiKeyError::Format(KeyFormatError::Form));
    assert_eq!(setup.ask("cmk_".into(), NOW).await, malformed);
    let by_header = Credentials::one(Credential::ApiKey("something else".into()));
    assert_eq!(setup.ask_with(&by_header, NOW).await, malformed, "whatever the header holds is meant for us");
}

#[tokio::test]
async fn other_credentials_are_left_to_others() {
    let setup = Setup::new([]);
    let authenticator = ApiKeyAuthenticator::new(setup.ring);
    for credentials in [
        Credentials::bearer("a.b.c"),
        Credentials::bearer("cmk"),
        Credentials::bearer("xcmk_"),
        Credentials::one(Credential::Other { scheme: "apikey".into(), value: "cmk_x".into() }),
    ] {
        let answer = authenticator.authenticate(&credentials, NOW).await;
        assert!(matches!(answer, Answer::NotMine), "{answer:?}");
    }
}

#[tokio::test]
async fn a_key_is_valid_from_its_beginning_until_its_end() {
    let key = generate();
    let bounded = StoredKey { not_before: Some(NOW), expires_at: Some(after(10)), ..stored(&key) };
    let setup = Setup::new([bounded]);
    let ask = |now| setup.ask(key.reveal(), now);
    assert_eq!(ask(Timestamp(NOW.0 - 1)).await, Err(ApiKeyError::NotYetValid(key.id())));
    assert!(ask(NOW).await.is_ok());
    assert!(ask(Timestamp(after(10).0 - 1)).await.is_ok());
    assert_eq!(ask(after(10)).await, Err(ApiKeyError::Expired(key.id())));
}

#[tokio::test]
async fn a_key_is_used_from_its_networks_alone() {
    let key = generate();
    let networks = vec!["192.0.2.0/24".parse().unwrap(), "2001:db8::/32".parse().unwrap()];
    let setup = Setup::new([StoredKey { networks, ..stored(&key) }]);
    for client in ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8::1"] {
        assert!(setup.ask_from(&key, client).await.is_ok(), "{client}");
    }
    for client in ["192.0.3.7", "::ffff:192.0.3.7", "2001:db9::1", "::192.0.2.7"] {
        let refused = ApiKeyError::Network { id: key.id(), client: client.parse().unwrap() };
        let refused = match refused {
            ApiKeyError::Network { id, client } => ApiKeyError::Network { id, client: client.to_canonical() },
            other => other,
        };
        assert_eq!(setup.ask_from(&key, client).await, Err(refused), "{client}");
    }
    assert_eq!(setup.ask(key.reveal(), NOW).await, Err(ApiKeyError::NoClient(key.id())));
}

#[tokio::test]
async fn a_key_that_somebody_else_hands_on_is_judged_without_where_they_are() {
    let (near, right) = (generate(), generate());
    let guard = Arc::clone(&stored(&right).guard);
    let networks = vec!["192.0.2.0/24".parse().unwrap()];
    let wrong: Vec<ApiKey> = (0..20).map(|_| generate()).collect();
    let of_account = |key: &ApiKey| StoredKey { guard: Arc::clone(&guard), ..stored(key) };
    let kept = wrong.iter().map(|key| StoredKey { secret_sha256: [1; 32], ..of_account(key) });
    let kept = kept.chain([StoredKey { networks, ..of_account(&near) }, of_account(&right)]);
    let setup = Setup::new(kept.collect::<Vec<_>>());
    let hand_on = async |key: &ApiKey| {
        let credentials = Credentials::bearer(key.reveal()).with_client("192.0.2.7".parse().unwrap());
        setup.ask_with(&credentials.handed_on(), NOW).await
    };
    assert_eq!(hand_on(&near).await, Err(ApiKeyError::NoClient(near.id())));
    for key in &wrong {
        assert_eq!(hand_on(key).await, Err(ApiKeyError::Secret(key.id())), "counted nowhere");
    }
    assert!(hand_on(&right).await.is_ok());
    assert!(setup.ask_from(&right, "192.0.2.7").await.is_ok(), "nor against the network");
    assert!(setup.ask_from(&right, "198.51.100.1").await.is_ok());
}

#[tokio::test]
async fn a_revoked_key_is_refused_at_once() {
    let (key, other) = (generate(), generate());
    let setup = Setup::new([stored(&key), stored(&other)]);
    assert!(setup.ask(key.reveal(), NOW).await.is_ok());
    assert_eq!(setup.ring.remove(&key.id()).map(|removed| removed.id), Some(key.id()));
    assert_eq!(setup.ask(key.reveal(), NOW).await, Err(ApiKeyError::Unknown(key.id())));
    assert!(setup.ask(other.reveal(), NOW).await.is_ok());
    assert_eq!((setup.ring.len(), setup.ring.remove(&key.id()).is_none()), (1, true));
}

#[tokio::test]
async fn two_keys_of_an_account_overlap_until_the_older_one_ends() {
    let (old, new) = (generate(), generate());
    let setup = Setup::new([StoredKey { expires_at: Some(after(9_999)), ..stored(&old) }]);
    let ending = setup.ring.get(&old.id()).unwrap().ending_at(after(60));
    setup.ring.insert(StoredKey { rotated_from: Some(old.id()), ..stored(&new) }).unwrap();
    setup.ring.insert(ending).unwrap();
    assert!(setup.ask(old.reveal(), after(59)).await.is_ok());
    assert!(setup.ask(new.reveal(), after(59)).await.is_ok());
    assert_eq!(setup.ask(old.reveal(), after(60)).await, Err(ApiKeyError::Expired(old.id())));
    assert!(setup.ask(new.reveal(), after(60)).await.is_ok());
    let never_later = setup.ring.get(&old.id()).unwrap().ending_at(after(999));
    assert_eq!(never_later.expires_at, Some(after(60)));
}

#[tokio::test]
async fn the_last_use_is_told_once_and_survives_changes() {
    let (key, idle) = (generate(), generate());
    let setup = Setup::new([used(stored(&key), after(-100)), stored(&idle)]);
    assert!(setup.ring.take_used().is_empty(), "what the host said is no news to it");
    setup.ask(key.reveal(), after(5)).await.unwrap();
    setup.ask(key.reveal(), after(3)).await.unwrap();
    setup.ring.insert(stored(&key)).unwrap();
    assert_eq!(setup.ring.take_used(), [(key.id(), after(5).0)]);
    assert!(setup.ring.take_used().is_empty());
    setup.ring.replace_all(vec![used(stored(&key), after(4))]).unwrap();
    assert_eq!(setup.ring.get(&key.id()).unwrap().usage.last(), Some(after(5)));
    assert!(setup.ring.get(&idle.id()).is_none());
    let wrong = StoredKey { secret_sha256: [1; 32], ..stored(&key) };
    setup.ring.insert(wrong).unwrap();
    setup.ask(key.reveal(), after(9)).await.unwrap_err();
    assert!(setup.ring.take_used().is_empty(), "a wrong secret is no use");
}

#[test]
fn the_ring_takes_whole_lists_or_nothing() {
    let (one, two) = (generate(), generate());
    let ring = KeyRing::new();
    ring.replace_all(vec![stored(&one), stored(&two)]).unwrap();
    assert_eq!(ring.len(), 2);
    let twice = ring.replace_all(vec![stored(&one), stored(&one)]);
    assert_eq!(twice, Err(KeyRingError::Duplicate(one.id())));
    assert_eq!((ring.len(), ring.get(&two.id()).is_some()), (2, true));
    let networks = vec!["192.0.2.0/24".parse().unwrap(); MAX_NETWORKS + 1];
    let wide = StoredKey { networks, ..stored(&one) };
    assert_eq!(ring.insert(wide.clone()), Err(KeyRingError::TooManyNetworks(one.id())));
    assert_eq!(ring.replace_all(vec![wide]), Err(KeyRingError::TooManyNetworks(one.id())));
}

#[test]
fn keys_are_read_while_others_change() {
    let keys: Vec<ApiKey> = (0..200).map(|_| generate()).collect();
    let (stays, changing) = keys.split_first().unwrap();
    let ring = KeyRing::new();
    ring.insert(stored(stays)).unwrap();
    std::thread::scope(|scope| {
        for half in changing.chunks(100) {
            let ring = &ring;
            scope.spawn(move || {
                for key in half {
                    ring.insert(stored(key)).unwrap();
                    assert!(ring.get(&stays.id()).is_some());
                    assert!(ring.get(&key.id()).is_some());
                }
            });
        }
    });
    assert_eq!(ring.len(), 200);
    assert!(keys.iter().all(|key| ring.get(&key.id()).is_some()));
}

proptest! {
    #[test]
    fn what_was_generated_is_read_back(seed in proptest::collection::vec(0u8..248, 96)) {
        let mut random = |bytes: &mut [u8]| {
            bytes.copy_from_slice(&seed);
            Ok(())
        };
        let key = ApiKey::generate(&mut random).unwrap();
        let read = ApiKey::parse(key.reveal().expose_secret()).unwrap();
        prop_assert_eq!((read.id(), read.secret_sha256()), (key.id(), key.secret_sha256()));
        prop_assert!(read.reveal().expose_secret() == key.reveal().expose_secret());
        prop_assert_eq!(key.id().as_str().parse(), Ok(key.id()));
    }

    #[test]
    fn one_wrong_character_or_two_swapped_are_noticed(position in 0usize..70, other in "[0-9A-Za-z]", swapped in 0usize..69) {
        let text = generate().reveal();
        let text = text.expose_secret();
        let mut changed = text.to_owned();
        changed.replace_range(position..=position, &other);
        prop_assume!(changed != text);
        prop_assert!(ApiKey::parse(&changed).is_err());
        let mut bytes = text.as_bytes().to_vec();
        bytes.swap(swapped, swapped + 1);
        let changed = String::from_utf8(bytes).unwrap();
        prop_assert!(changed == text || ApiKey::parse(&changed).is_err());
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in "(cmk_)?\\PC{0,80}") {
        let _ = ApiKey::parse(&text);
    }
}

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use ciborium::Value as Cbor;
use proptest::prelude::*;

use super::*;

const ORIGIN: &str = "https://auth.example.com";
const USER: &str = "usr_1";

fn site() -> RelyingParty {
    RelyingParty::of(ORIGIN).unwrap()
}

fn challenge(byte: u8) -> Challenge {
    Challenge::of_random([byte; 32])
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn cbor(value: &Cbor) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).unwrap();
    bytes
}

fn number(value: i64) -> Cbor {
    Cbor::Integer(value.into())
}

enum Signer {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
    Rsa(RsaKeyPair),
}

/// An authenticator with one passkey.
struct Device {
    signer: Signer,
    id: Vec<u8>,
    site: &'static str,
    origin: &'static str,
    flags: u8,
    count: u32,
    user: Option<&'static str>,
    extra: Vec<u8>,
}

impl Device {
    fn new(signer: Signer) -> Device {
        Device {
            signer,
            id: b"a passkey".to_vec(),
            site: "auth.example.com",
            origin: ORIGIN,
            flags: 0x05,
            count: 1,
            user: Some(USER),
            extra: Vec::new(),
        }
    }

    fn p256() -> Device {
        Device::new(Signer::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap()))
    }

    fn key(&self) -> Cbor {
        let bytes = |bytes: &[u8]| Cbor::Bytes(bytes.to_vec());
        let members = match &self.signer {
            Signer::P256(pair) => {
                let point = pair.public_key().as_ref();
                vec![
                    (1, number(2)),
                    (3, number(-7)),
                    (-1, number(1)),
                    (-2, bytes(&point[1..33])),
                    (-3, bytes(&point[33..])),
                ]
            }
            Signer::Ed25519(pair) => vec![
                (1, number(1)),
                (3, number(-8)),
                (-1, number(6)),
                (-2, bytes(pair.public_key().as_ref())),
            ],
            Signer::Rsa(pair) => {
                // RSAPublicKey (RFC 8017, appendix A.1.1) of 2,048 bits.
                let der = pair.public_key().as_ref();
                vec![(1, number(3)), (3, number(-257)), (-1, bytes(&der[9..265])), (-2, bytes(&[1, 0, 1]))]
            }
        };
        Cbor::Map(members.into_iter().map(|(label, value)| (number(label), value)).collect())
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let mut data = sha256(self.site.as_bytes()).to_vec();
        data.push(flags);
        data.extend(self.count.to_be_bytes());
        data
    }

    fn client_data(&self, what: &str, challenge: &Challenge) -> Vec<u8> {
        json!({ "type": what, "challenge": challenge.text(), "origin": self.origin, "other": 1 })
            .to_string()
            .into_bytes()
    }

    fn register_with(&self, key: &Cbor, challenge: &Challenge) -> String {
        let mut data = self.data(self.flags | 0x40);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        data.extend(cbor(key));
        data.extend(&self.extra);
        let text = |text: &str| Cbor::Text(text.to_owned());
        let object = Cbor::Map(vec![
            (text("fmt"), text("none")),
            (text("attStmt"), Cbor::Map(Vec::new())),
            (text("authData"), Cbor::Bytes(data)),
        ]);
        json!({
            "id": encode(&self.id), "rawId": encode(&self.id), "type": "public-key",
            "response": {
                "clientDataJSON": encode(self.client_data("webauthn.create", challenge)),
                "attestationObject": encode(cbor(&object)),
                "transports": ["internal", "Not One", "usb"],
            },
        })
        .to_string()
    }

    fn register(&self, challenge: &Challenge) -> String {
        self.register_with(&self.key(), challenge)
    }

    fn assert_as(&self, what: &str, challenge: &Challenge) -> Value {
        let data = self.data(self.flags);
        let client_data = self.client_data(what, challenge);
        let message = [data.as_slice(), &sha256(&client_data)].concat();
        let random = SystemRandom::new();
        let signature = match &self.signer {
            Signer::P256(pair) => pair.sign(&random, &message).unwrap().as_ref().to_vec(),
            Signer::Ed25519(pair) => pair.sign(&message).as_ref().to_vec(),
            Signer::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, &message, &mut signature).unwrap();
                signature
            }
        };
        json!({
            "id": encode(&self.id), "rawId": encode(&self.id), "type": "public-key",
            "response": {
                "clientDataJSON": encode(client_data),
                "authenticatorData": encode(data),
                "signature": encode(signature),
                "userHandle": self.user.map(encode),
            },
        })
    }

    fn assert(&self, challenge: &Challenge) -> String {
        self.assert_as("webauthn.get", challenge).to_string()
    }
}

fn verify(device: &Device, passkey: &Passkey, last: u32, is_alone: bool) -> Result<Asserted, CeremonyError> {
    site().verify(&device.assert(&challenge(2)), &challenge(2), passkey, USER, last, is_alone)
}

fn registered(device: &Device) -> Passkey {
    site().register(&device.register(&challenge(1)), &challenge(1)).unwrap().0
}

#[test]
fn a_passkey_of_each_kind_is_made_and_used() {
    let signers = [
        Signer::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap()),
        Signer::Ed25519(Ed25519KeyPair::generate().unwrap()),
        Signer::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()),
    ];
    for signer in signers {
        let mut device = Device::new(signer);
        let (passkey, count) = site().register(&device.register(&challenge(1)), &challenge(1)).unwrap();
        assert_eq!((count, passkey.transports.clone()), (1, vec!["internal".to_owned(), "usb".to_owned()]));
        let kept = serde_json::to_string(&passkey).unwrap();
        let passkey: Passkey = serde_json::from_str(&kept).unwrap();
        device.count = 2;
        let answer = device.assert(&challenge(2));
        assert_eq!(Passkey::digest_of(&answer).unwrap(), passkey.digest());
        let asserted = site().verify(&answer, &challenge(2), &passkey, USER, 1, true).unwrap();
        assert_eq!(asserted, Asserted { count: 2, is_verified: true });
        // Of every other signature or message it is not.
        let mut other: Value = serde_json::from_str(&answer).unwrap();
        other["response"]["authenticatorData"] = json!(encode(device.data(0x01)));
        let refused = site().verify(&other.to_string(), &challenge(2), &passkey, USER, 1, false);
        assert_eq!(refused, Err(CeremonyError::Signature));
    }
}

#[test]
fn an_answer_is_good_for_its_own_question_alone() {
    let mut device = Device::p256();
    let passkey = registered(&device);
    let of = |answer: &str| site().verify(answer, &challenge(2), &passkey, USER, 0, false);
    assert_eq!(of(&device.assert(&challenge(3))), Err(CeremonyError::Challenge));
    let made = device.assert_as("webauthn.create", &challenge(2)).to_string();
    assert_eq!(of(&made), Err(CeremonyError::Type("webauthn.create".to_owned())));
    let used = device.register(&challenge(1)).replace("attestationObject", "other");
    assert!(matches!(of(&used), Err(CeremonyError::Malformed(_))));
    for origin in
        ["https://auth.example.com.evil.example", "https://auth.example.com:8443", "http://auth.example.com"]
    {
        device.origin = origin;
        assert_eq!(of(&device.assert(&challenge(2))), Err(CeremonyError::Origin(origin.to_owned())));
        let refused = site().register(&device.register(&challenge(1)), &challenge(1));
        assert_eq!(refused, Err(CeremonyError::Origin(origin.to_owned())));
    }
    device.origin = ORIGIN;
    device.site = "example.com";
    assert_eq!(of(&device.assert(&challenge(2))), Err(CeremonyError::RelyingParty));
    assert_eq!(
        site().register(&device.register(&challenge(1)), &challenge(1)),
        Err(CeremonyError::RelyingParty)
    );
}

#[test]
fn a_page_inside_of_another_signs_nobody_in() {
    let device = Device::p256();
    let passkey = registered(&device);
    for member in ["crossOrigin", "topOrigin"] {
        let mut answer = device.assert_as("webauthn.get", &challenge(2));
        let inside = json!({
            "type": "webauthn.get", "challenge": challenge(2).text(), "origin": ORIGIN,
            member: if member == "crossOrigin" { json!(true) } else { json!(ORIGIN) },
        });
        answer["response"]["clientDataJSON"] = json!(encode(inside.to_string()));
        let refused = site().verify(&answer.to_string(), &challenge(2), &passkey, USER, 0, false);
        assert_eq!(refused, Err(CeremonyError::Origin(ORIGIN.to_owned())), "{member}");
    }
}

#[test]
fn a_passkey_by_itself_says_whose_it_is_and_asked_who_uses_it() {
    let mut device = Device::p256();
    let passkey = registered(&device);
    device.count = 2;
    device.flags = 0x01;
    assert_eq!(verify(&device, &passkey, 1, true), Err(CeremonyError::NotVerified));
    assert_eq!(verify(&device, &passkey, 1, false), Ok(Asserted { count: 2, is_verified: false }));
    device.flags = 0x04;
    assert_eq!(verify(&device, &passkey, 1, false), Err(CeremonyError::NotPresent));
    device.flags = 0x05;
    device.user = None;
    assert!(verify(&device, &passkey, 1, true).is_err());
    assert!(verify(&device, &passkey, 1, false).is_ok());
    device.user = Some("usr_2");
    assert_eq!(verify(&device, &passkey, 1, true), Err(CeremonyError::Other));
    assert_eq!(verify(&device, &passkey, 1, false), Err(CeremonyError::Other));
}

#[test]
fn a_copy_of_a_passkey_is_noticed_by_its_count() {
    let mut device = Device::p256();
    let passkey = registered(&device);
    for (count, last, is_good) in
        [(2, 1, true), (1, 1, false), (1, 2, false), (0, 1, false), (1, 0, true), (0, 0, true)]
    {
        device.count = count;
        let outcome = verify(&device, &passkey, last, false);
        assert_eq!(outcome.is_ok(), is_good, "{count} after {last}");
        assert!(is_good || outcome == Err(CeremonyError::Count));
    }
}

#[test]
fn the_key_of_another_passkey_does_not_do() {
    let (one, other) = (Device::p256(), Device::p256());
    let passkey = registered(&one);
    assert_eq!(verify(&other, &passkey, 0, false), Err(CeremonyError::Signature));
    let mut named = Device::p256();
    named.id = b"another".to_vec();
    assert_eq!(verify(&named, &passkey, 0, false), Err(CeremonyError::Other));
}

#[test]
fn keys_of_other_kinds_are_refused() {
    let device = Device::p256();
    let with = |changes: &[(i64, Option<Cbor>)]| {
        let mut key = device.key().into_map().unwrap();
        for (label, value) in changes {
            key.retain(|(name, _)| name != &number(*label));
            key.extend(value.clone().map(|value| (number(*label), value)));
        }
        site().register(&device.register_with(&Cbor::Map(key), &challenge(1)), &challenge(1)).map(drop)
    };
    assert_eq!(with(&[]), Ok(()));
    for (label, value) in [(3, -8), (3, -35), (3, -65_535), (1, 1), (1, 3), (-1, 2), (-1, 8)] {
        assert_eq!(with(&[(label, Some(number(value)))]), Err(CeremonyError::Algorithm), "{label}: {value}");
    }
    assert_eq!(with(&[(3, None)]), Err(CeremonyError::Algorithm));
    for value in [None, Some(Cbor::Bytes(vec![1; 31])), Some(Cbor::Bytes(vec![1; 33])), Some(number(1))] {
        assert_eq!(with(&[(-2, value)]), Err(CeremonyError::Malformed("public key")));
    }
    let mut twice = device.key().into_map().unwrap();
    twice.push((number(-2), Cbor::Bytes(vec![1; 32])));
    let refused = site().register(&device.register_with(&Cbor::Map(twice), &challenge(1)), &challenge(1));
    assert_eq!(refused, Err(CeremonyError::Malformed("public key")));
}

#[test]
fn what_stands_behind_is_an_extension_or_refused() {
    let mut device = Device::p256();
    device.extra = vec![0xa0];
    assert!(site().register(&device.register(&challenge(1)), &challenge(1)).is_err());
    device.flags |= 0x80;
    assert!(site().register(&device.register(&challenge(1)), &challenge(1)).is_ok());
    device.extra = vec![0xa0, 0xa0];
    assert!(site().register(&device.register(&challenge(1)), &challenge(1)).is_err());
    // Backed up without being eligible for it.
    let mut device = Device::p256();
    device.flags = 0x15;
    assert!(site().register(&device.register(&challenge(1)), &challenge(1)).is_err());
    device.flags = 0x1d;
    assert!(site().register(&device.register(&challenge(1)), &challenge(1)).is_ok());
    device.id = vec![7; 1_024];
    assert!(site().register(&device.register(&challenge(1)), &challenge(1)).is_err());
}

#[test]
fn passkeys_are_made_for_named_hosts_that_browsers_trust() {
    let of = |url| RelyingParty::of(url).map(|site| (site.id, site.origin));
    let expected = |id: &str, origin: &str| Some((id.to_owned(), origin.to_owned()));
    assert_eq!(of("https://auth.example.com"), expected("auth.example.com", "https://auth.example.com"));
    assert_eq!(of("https://Auth.example.com:443/"), expected("auth.example.com", "https://auth.example.com"));
    assert_eq!(of("https://a.example:8443"), expected("a.example", "https://a.example:8443"));
    assert_eq!(of("http://localhost:7843"), expected("localhost", "http://localhost:7843"));
    for url in ["http://auth.example.com", "https://127.0.0.1", "https://[::1]", "ftp://localhost", "x"] {
        assert_eq!(of(url), None, "{url}");
    }
}

#[test]
fn browsers_are_asked_in_the_words_of_the_specification() {
    let passkey = registered(&Device::p256());
    let user = PasskeyUser { id: USER, name: "ada", display_name: "Ada" };
    let options = site().creation_options(&challenge(1), user, std::slice::from_ref(&passkey));
    assert_eq!(options["rp"]["id"], "auth.example.com");
    assert_eq!(options["user"]["id"], encode(USER));
    assert_eq!(options["attestation"], "none");
    assert_eq!(options["excludeCredentials"][0]["id"], encode("a passkey"));
    let options = site().request_options(&challenge(2), &[passkey]);
    assert_eq!(
        (&options["challenge"], &options["userVerification"]),
        (&json!(challenge(2).text()), &json!("preferred"))
    );
    assert_eq!(options["allowCredentials"][0]["type"], "public-key");
    let options = site().request_options(&challenge(2), &[]);
    assert_eq!(options["userVerification"], "required");
}

/// Web Authentication Level 3, section 16.2: ES256 credential with no attestation.
#[test]
fn the_vectors_of_the_specification_pass() {
    let site = RelyingParty::of("https://example.org").unwrap();
    let id = encode(hex("f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084be4"));
    let client_data = hex(
        "7b2274797065223a22776562617574686e2e637265617465222c226368616c6c656e6765223a22414d4d507434557878475453746e6364713431\
         3759447742466938767049612d7077386f4f755657345441222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c22\
         63726f73734f726967696e223a66616c73652c22657874726144617461223a22636c69656e74446174614a534f4e206d61792062652065787465\
         6e6465642077697468206164646974696f6e616c206669656c647320696e20746865206675747572652c207375636820617320746869733a2042\
         6b5165446a646354427258426941774a544c4535513d3d227d",
    );
    let attestation = hex(
        "a363666d74646e6f6e656761747453746d74a068617574684461746158a4bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f014\
         52b2e4b559000000008446ccb9ab1db374750b2367ff6f3a1f0020f91f391db4c9b2fde0ea70189cba3fb63f579ba6122b33ad94ff3ec330084b\
         e4a5010203262001215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61225820930a56b87a2fca66334b0345\
         8abf879717c12cc68ed73290af2e2664796b9220",
    );
    let asked = Challenge::parse("AMMPt4UxxGTStncdq417YDwBFi8vpIa-pw8oOuVW4TA").unwrap();
    let answer = json!({
        "id": id,
        "response": { "clientDataJSON": encode(client_data), "attestationObject": encode(attestation) },
    });
    let (passkey, count) = site.register(&answer.to_string(), &asked).unwrap();
    assert_eq!(count, 0);
    let client_data = hex(
        "7b2274797065223a22776562617574686e2e676574222c226368616c6c656e6765223a224f63446e55685158756c5455506f334a555854304939\
         3770767a7a59425039745a63685879617630314167222c226f726967696e223a2268747470733a2f2f6578616d706c652e6f7267222c2263726f\
         73734f726967696e223a66616c73657d",
    );
    let asked = hex("39c0e7521417ba54d43e8dc95174f423dee9bf3cd804ff6d65c857c9abf4d408");
    let asked = Challenge::of_random(asked.try_into().unwrap());
    let answer = json!({
        "id": id,
        "response": {
            "clientDataJSON": encode(client_data),
            "authenticatorData":
                encode(hex("bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b51900000000")),
            "signature": encode(hex(
                "3046022100f50a4e2e4409249c4a853ba361282f09841df4dd4547a13a87780218deffcd380221008480ac0f0b93538174f575bf11a1\
                 dd5d78c6e486013f937295ea13653e331e87",
            )),
        },
    });
    let asserted = site.verify(&answer.to_string(), &asked, &passkey, USER, 0, false).unwrap();
    assert_eq!(asserted, Asserted { count: 0, is_verified: false });
}

proptest! {
    #[test]
    fn strangers_bytes_are_refused_and_nothing_breaks(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        let _ = AuthenticatorData::read(&bytes);
        let _ = PublicKey::read(&bytes);
        prop_assert!(of_attestation(&bytes).is_err());
    }

    #[test]
    fn a_changed_byte_of_what_was_signed_is_noticed(at in 0_usize..37, by in 1_u8..) {
        let device = Device::p256();
        let passkey = registered(&device);
        let mut answer = device.assert_as("webauthn.get", &challenge(2));
        let mut data = device.data(device.flags);
        data[at] ^= by;
        answer["response"]["authenticatorData"] = json!(encode(data));
        prop_assert!(site().verify(&answer.to_string(), &challenge(2), &passkey, USER, 0, false).is_err());
    }
}

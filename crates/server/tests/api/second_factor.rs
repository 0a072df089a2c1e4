//! Counted codes of second factors: by network, by account, and by both.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use casemate_directory::sha256;
use casemate_identity::factor::TotpSecret;
use casemate_identity::{ExposeSecret as _, Timestamp};
use casemate_platform::{Client, clock};
use casemate_server::{BlockRule, Blocks, Front};
use casemate_store::{
    AccountChange, Actor, Commit, FACTOR_FIELD, FACTOR_SECRETS, FactorChange, FactorKind, Operation,
    PASSWORD_FIELD, RootKeys, Sealer, SecondFactor, SignInStep, USER_SECRETS,
};
use secrecy::SecretString;
use serde_json::json;

use crate::sessions::OWN_PAGE;
use crate::support::{Answer, Server};

/// A server with somebody who has an app, and signed in before from these networks.
struct Scene {
    server: Server,
    sealer: Arc<Sealer>,
    user: String,
    app: TotpSecret,
}

async fn start(known: &[&str]) -> Scene {
    let sealer = Arc::new(Sealer::new(&RootKeys::generate().unwrap()));
    let mut server = Server::start_with(Some(Arc::clone(&sealer))).await;
    let exempt = vec!["203.0.113.0/24".parse().unwrap()];
    server.app.blocks = Blocks::new(BlockRule { after: 30, exempt });
    server.front = Front::new(server.app.clone());
    let user = server.make("/api/v1/users", &json!({ "provider": "casemate", "login": "ada" })).await;
    let scene = Scene { server, sealer, user, app: TotpSecret::of_random([7; 20]) };
    let seal = |kind: &str, id: &str, field: &str, text: &SecretString| {
        scene.sealer.seal(kind, id, field, text).unwrap()
    };
    let password = seal(USER_SECRETS, &scene.user, PASSWORD_FIELD, &"none".into());
    scene
        .change(AccountChange::PutPassword { user: scene.user.clone(), founder: true, sealed: password })
        .await;
    let factor = SecondFactor {
        id: "fac_1".to_owned(),
        user: scene.user.clone(),
        kind: FactorKind::Totp,
        name: "Phone".to_owned(),
        credential: None,
        last_step: None,
        created_at: 1,
        used_at: None,
        sealed: seal(FACTOR_SECRETS, "fac_1", FACTOR_FIELD, &scene.app.text()),
    };
    scene.change(AccountChange::Factor(FactorChange::Add(Box::new(factor)))).await;
    for network in known {
        let change = AccountChange::KnowNetwork { user: scene.user.clone(), network: (*network).to_owned() };
        scene.change(change).await;
    }
    scene
}

impl Scene {
    async fn change(&self, change: AccountChange) {
        let commit = Commit {
            base: None,
            at: clock::now(),
            actor: Actor::default(),
            summary: String::new(),
            operations: vec![Operation::Account(change)],
            events: Vec::new(),
            fence: None,
        };
        self.server.app.store.commit(commit).await.unwrap();
    }

    /// Shows a code for a sign-in of its own, so that what a sign-in takes of wrong ones counts for nothing.
    async fn code(&self, from: &str, code: &str) -> Answer {
        let mut cookie = [0; 16];
        getrandom::fill(&mut cookie).unwrap();
        let cookie = format!("{:032x}", u128::from_be_bytes(cookie));
        let now = clock::now();
        let step = SignInStep {
            digest: sha256(&cookie),
            user: self.user.clone(),
            failures: 0,
            challenge: None,
            created_at: now,
            expires_at: now + 600 * 1_000_000,
        };
        self.change(AccountChange::BeginStep(step)).await;
        let address: IpAddr = from.parse().unwrap();
        let request = Request::post("/sign-in/casemate/factor")
            .header("host", "localhost")
            .header(OWN_PAGE.0, OWN_PAGE.1)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", format!("__Host-casemate-step={cookie}"))
            .body(Body::from(format!("code={code}")))
            .unwrap();
        let client = Client { address, peer: SocketAddr::new(address, 7), secure: true };
        self.server.raw_from(request, Some(client)).await
    }

    async fn wrong(&self, from: &str, times: usize) {
        for number in 0..times {
            let answer = self.code(from, "wrong").await;
            assert_eq!(answer.status, 403, "{from} {number}: {}", answer.text);
        }
    }

    /// Shows the code that the app shows.
    async fn right(&self, from: &str) -> u16 {
        let code = self.app.code_at(Timestamp(clock::now()));
        self.code(from, code.expose_secret()).await.status.as_u16()
    }
}

#[tokio::test]
async fn codes_are_counted_of_an_account_wherever_they_come_from_and_its_owner_stays_in() {
    let scene = start(&["192.0.2.1/32"]).await;
    for (from, times) in [("198.51.100.1", 3), ("198.51.100.2", 3), ("198.51.100.3", 2), ("198.51.100.4", 2)]
    {
        scene.wrong(from, times).await;
    }
    assert_eq!(scene.right("198.51.100.5").await, 429, "the account is locked for whoever is not known");
    assert_eq!(scene.right("192.0.2.1").await, 303);
}

#[tokio::test]
async fn codes_are_counted_of_an_account_and_a_network_also_where_its_owner_is_known() {
    // Many come from there, so that it is never blocked.
    let scene = start(&["203.0.113.7/32", "192.0.2.1/32"]).await;
    scene.wrong("203.0.113.7", 10).await;
    assert_eq!(scene.right("203.0.113.7").await, 429);
    assert_eq!(scene.right("198.51.100.5").await, 429, "what failed there counts of the account too");
    assert_eq!(scene.right("192.0.2.1").await, 303);
}

#[tokio::test]
async fn codes_are_counted_of_a_network() {
    let scene = start(&[]).await;
    scene.wrong("198.51.100.1", 5).await;
    assert_eq!(scene.right("198.51.100.1").await, 429);
    assert_eq!(scene.right("198.51.100.2").await, 303, "half of what the account takes");
}

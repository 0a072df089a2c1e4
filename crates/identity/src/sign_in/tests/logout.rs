//! Being told by the provider that somebody signed out there.

use super::*;

#[tokio::test]
async fn a_logout_token_is_verified_and_fresh() {
    let scene = Scene::new(CONFIG, false);
    let event = json!({ "http://schemas.openid.net/event/backchannel-logout": {} });
    let claims = json!({ "iss": ISSUER, "aud": "casemate", "sub": "u1", "sid": "s1", "jti": "j1", "iat": NOW,
        "exp": NOW + 120, "events": event });
    let client = scene.client();
    let token = |change: Value| scene.signer.token_of_type("logout+jwt", &changed(&claims, change));
    let logged_out = client.logged_out(&token(json!({})), now()).await.unwrap();
    assert_eq!((logged_out.subject.as_deref(), logged_out.sid.as_deref()), (Some("u1"), Some("s1")));
    assert_eq!(&*logged_out.jti, "j1");
    assert!(client.logged_out(&token(json!({ "sub": null })), now()).await.is_ok());
    for change in [
        json!({ "nonce": "n" }),
        json!({ "aud": "other" }),
        json!({ "iss": "https://b.example" }),
        json!({ "events": {} }),
        json!({ "jti": null }),
        json!({ "sub": null, "sid": null }),
        json!({ "exp": NOW - 61 }),
        json!({ "iat": NOW - 181, "exp": NOW + 600 }),
        json!({ "iat": NOW + 61 }),
    ] {
        let outcome = client.logged_out(&token(change.clone()), now()).await;
        assert!(matches!(outcome, Err(SignInError::Token(_))), "{change}: {outcome:?}");
    }
    let id_token = scene.signer.token_of_type("JWT", &claims);
    let foreign = Signer::quick("k").token_of_type("logout+jwt", &claims);
    for bad in [&*id_token, &*foreign, "", "a.b.c"] {
        assert!(client.logged_out(bad, now()).await.is_err());
    }
}

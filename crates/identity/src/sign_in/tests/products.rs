//! What products do differently, and how it is configured.

use super::*;

pub(super) const GITHUB: &str =
    "[[provider]]\nname = 'a'\ntype = 'github'\nclient_id = 'casemate'\nclient_secret = { env = 'X' }\n";

#[tokio::test]
async fn claims_that_the_operator_requires_are_required() {
    let scene = Scene::new(&format!("{CONFIG}sign_in = {{ require = {{ hd = 'acme.example' }} }}"), false);
    let with = |hd: Value| changed(&scene.claims(), json!({ "hd": hd }));
    assert_eq!(scene.finish_with(&with(json!(null))).await, Err(SignInError::Required("hd".into())));
    assert_eq!(scene.finish_with(&with(json!("b.example"))).await, Err(SignInError::Required("hd".into())));
    assert!(scene.finish_with(&with(json!("acme.example"))).await.is_ok());
    let google = Scene::new(&format!("{CONFIG}preset = 'google'"), false);
    let with = |verified: bool| {
        changed(&google.claims(), json!({ "email": "a@b.example", "email_verified": verified }))
    };
    assert_eq!(google.finish_with(&with(false)).await, Err(SignInError::Required("email_verified".into())));
    assert_eq!(google.finish_with(&with(true)).await.unwrap().identity.login.as_deref(), Some("a@b.example"));
}

#[tokio::test]
async fn presets_know_where_products_put_things() {
    let claims = |scene: &Scene| {
        changed(
            &scene.claims(),
            json!({ "oid": "o1", "cognito:groups": ["c"], "cognito:username": "ada", "nickname": "a" }),
        )
    };
    for (preset, id, login, group, after) in [
        ("generic", "u1", None, "ops", "post_logout_redirect_uri"),
        ("entra-id", "o1", None, "ops", "post_logout_redirect_uri"),
        ("auth0", "u1", None, "ops", "post_logout_redirect_uri"),
        ("cognito", "u1", Some("ada"), "c", "logout_uri"),
        ("keycloak", "u1", None, "ops", "post_logout_redirect_uri"),
    ] {
        let scene = Scene::new(&format!("{CONFIG}preset = '{preset}'"), false);
        let signed_in = scene.finish_with(&claims(&scene)).await.unwrap();
        let identity = &signed_in.identity;
        assert_eq!((identity.id.as_deref(), identity.login.as_deref()), (Some(id), login), "{preset}");
        assert_eq!((&*identity.groups[0], &*signed_in.subject), (group, "u1"), "{preset}");
        let url = scene.client().logout_url("https://casemate.example/signed-out").await.unwrap();
        assert_eq!(query(&url)[after], "https://casemate.example/signed-out");
    }
    let okta = Scene::new(&format!("{CONFIG}preset = 'okta'"), false);
    let url = okta.client().begin(&okta.attempt, &okta.key, REDIRECT).await.unwrap();
    assert_eq!(query(&url)["scope"], "openid profile email groups");
}

#[tokio::test]
async fn github_says_who_somebody_is_by_number() {
    for (lines, home, api) in [
        ("", "https://github.com", "https://api.github.com"),
        ("endpoint = 'https://ghe.example/'", "https://ghe.example", "https://ghe.example/api/v3"),
    ] {
        let scene = Scene::new(&format!("{GITHUB}{lines}"), false);
        let url = scene.client().begin(&scene.attempt, &scene.key, REDIRECT).await.unwrap();
        assert!(url.as_str().starts_with(&format!("{home}/login/oauth/authorize?")));
        assert!(!query(&url).contains_key("nonce"));
        let token = json!({ "access_token": "gho_x", "token_type": "bearer", "scope": "read:user" });
        scene.web.reply(&format!("{home}/login/oauth/access_token"), 200, &token);
        let user = json!({ "id": 583_231, "login": "ada", "name": "Ada L", "email": "not@verified.example" });
        scene.web.reply(&format!("{api}/user"), 200, &user);
        let emails = json!([
            { "email": "old@a.example", "primary": false, "verified": true },
            { "email": "ada@a.example", "primary": true, "verified": true },
        ]);
        scene.web.reply(&format!("{api}/user/emails"), 200, &emails);
        let callback = Callback { code: Some("c"), ..Callback::default() };
        let signed_in = scene.finish(callback).await.unwrap();
        assert_eq!(signed_in.authenticated_at, now());
        let identity = signed_in.identity;
        assert_eq!((identity.id.as_deref(), identity.login.as_deref()), (Some("583231"), Some("ada")));
        assert_eq!(identity.claims["email"], "ada@a.example");
        scene.web.reply(&format!("{api}/user/emails"), 404, &json!({}));
        assert!(!scene.finish(callback).await.unwrap().identity.claims.contains_key("email"));
        scene.web.reply(&format!("{api}/user"), 200, &json!({ "login": "ada" }));
        assert!(matches!(scene.finish(callback).await, Err(SignInError::Unavailable(_))));
        let bad = json!({ "error": "bad_verification_code" });
        scene.web.reply(&format!("{home}/login/oauth/access_token"), 200, &bad);
        assert_eq!(scene.finish(callback).await, Err(SignInError::Code("bad_verification_code".into())));
        assert_eq!(scene.client().logout_url("https://x.example").await, None);
    }
}

#[test]
fn what_is_wrong_about_signing_in_is_told_where_it_stands() {
    let mistaken = |text: &str| {
        let checked = toml::from_str::<ProvidersConfig>(text).unwrap().check();
        checked.map_or_else(|mistakes| mistakes.iter().map(|mistake| mistake.field).collect(), |_| Vec::new())
    };
    assert!(mistaken(CONFIG).is_empty());
    assert!(mistaken(GITHUB).is_empty());
    for (lines, field) in [
        ("sign_in = { title = '' }", "sign_in.title"),
        ("sign_in = { domains = ['Acme.example'] }", "sign_in.domains"),
        ("sign_in = { domains = ['a..b'] }", "sign_in.domains"),
        ("sign_in = { scopes = ['profile'] }", "sign_in.scopes"),
        ("sign_in = { scopes = ['openid', 'a b'] }", "sign_in.scopes"),
        ("sign_in = { authentication = 'none' }", "sign_in.authentication"),
        ("endpoint = 'https://a.example'", "endpoint"),
    ] {
        assert_eq!(mistaken(&format!("{CONFIG}{lines}")), [field], "{lines}");
    }
    assert_eq!(mistaken(&CONFIG.replace("client_id = 'casemate'\n", "")), ["client_id", "audiences"]);
    assert_eq!(mistaken(&CONFIG.replace("'casemate'", "'case mate'")), ["client_id"]);
    assert_eq!(mistaken(&CONFIG.replace("name = 'a'", "name = 'session'")), ["name"]);
    assert_eq!(mistaken(&GITHUB.replace("client_secret = { env = 'X' }\n", "")), ["client_secret"]);
    assert_eq!(mistaken(&format!("{GITHUB}issuer = 'https://a.example'")), ["issuer"]);
    assert_eq!(mistaken(&format!("{GITHUB}endpoint = 'http://a.example'")), ["endpoint"]);
}

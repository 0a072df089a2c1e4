//! The configuration of providers, and the mapping of claims.

use serde_json::{Value, json};

use super::*;
use crate::identity::{Actor, Claims, Identity, Kind, KindError};
use crate::jwk::Algorithm;
use crate::jwt::TokenUse;
use crate::time::Timestamp;

const MINIMAL: &str = "name = 'acme'\nissuer = 'https://issuer.example'\naudiences = ['api']\n";

/// A provider with these lines in addition, or in place of those of the same key.
fn provider(lines: &str) -> Result<OpenIdProvider, Vec<ConfigError>> {
    let mut table: toml::Table = MINIMAL.parse().unwrap();
    table.extend(lines.parse::<toml::Table>().unwrap());
    let config: ProviderConfig = table.try_into().unwrap();
    match config.check()? {
        Provider::OpenId(provider) => Ok(provider),
        other => panic!("{other:?}"),
    }
}

fn mistaken_fields(lines: &str) -> Vec<&'static str> {
    provider(lines).unwrap_err().iter().map(|mistake| mistake.field).collect()
}

#[test]
fn a_minimal_provider_has_the_documented_defaults() {
    let provider = provider("").unwrap();
    assert_eq!((provider.name(), provider.issuer()), ("acme", "https://issuer.example"));
    assert_eq!(provider.rules.leeway.as_secs(), 60);
    assert_eq!(provider.rules.token_use, TokenUse::AccessToken);
    assert_eq!(provider.max_stale.as_secs(), 86_400);
    assert!(provider.algorithms.is_empty());
    let url = "https://issuer.example/.well-known/openid-configuration".parse().unwrap();
    assert_eq!(provider.keys, KeyLocation::Discovery(url));
}

#[test]
fn a_full_document_is_read() {
    let config: ProvidersConfig = toml::from_str(
        r#"
        [[provider]]
        name = "keycloak"
        issuer = "https://sso.example/realms/main"
        audiences = ["api", "https://api.example"]
        algorithms = ["RS256", "ES256", "Ed25519"]
        leeway_seconds = 5
        token_type = "jwt"
        jwks_uri = "https://sso.example/keys"
        max_stale_seconds = 3600

        [provider.claims]
        id = "sub"
        type = "user_type"
        default_type = "service"
        login = "preferred_username"
        display_name = "name"
        groups = ["realm_access", "roles"]
        tenant = "https://example.com/tenant"
        auth_time = "auth_time"
        amr = "amr"
        acr = "acr"
        keep = ["department", "email"]

        [[provider]]
        name = "other"
        issuer = "https://other.example"
        audiences = ["api"]
        claims.keep = "all"
        "#,
    )
    .unwrap();
    let providers = config.check().unwrap();
    let [Provider::OpenId(keycloak), Provider::OpenId(other)] = &providers[..] else {
        panic!("{providers:?}")
    };
    assert_eq!(keycloak.algorithms, [Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA]);
    assert_eq!(keycloak.rules.token_use, TokenUse::PlainAccessToken);
    assert_eq!(keycloak.keys, KeyLocation::Fixed("https://sso.example/keys".parse().unwrap()));
    assert_eq!(other.mapping.claims.keep, Keep::All);
}

#[test]
fn what_is_not_known_is_refused() {
    for lines in [
        "extra = 1",
        "[claims]\nextra = 'x'",
        "algorithms = ['HS256']",
        "algorithms = ['none']",
        "token_type = 'id'",
        "[claims]\nkeep = 'some'",
        "[claims]\nid = []",
        "[claims]\nid = ['a', '']",
        "[claims]\nid = ''",
    ] {
        let mut table: toml::Table = MINIMAL.parse().unwrap();
        table.extend(lines.parse::<toml::Table>().unwrap());
        assert!(table.try_into::<ProviderConfig>().is_err(), "{lines}");
    }
    assert!(toml::from_str::<ProvidersConfig>("[[providers]]").is_err());
}

#[test]
fn every_mistake_is_told() {
    let lines = "name = 'a b'\nissuer = 'nowhere'\naudiences = []\nleeway_seconds = 601\nmax_stale_seconds = 0\n[claims]\ndefault_type = 'anonymous'";
    assert_eq!(
        mistaken_fields(lines),
        ["name", "audiences", "leeway_seconds", "max_stale_seconds", "issuer", "claims.default_type"]
    );
}

#[test]
fn a_name_is_a_word_that_is_not_taken() {
    for name in ["", "a b", "a/b", "anonymous", "chain", &"x".repeat(65)] {
        assert_eq!(mistaken_fields(&format!("name = '{name}'")), ["name"], "{name}");
    }
}

#[test]
fn an_issuer_is_https_unless_it_is_on_this_machine_or_said_to_be_insecure() {
    let issuer = |issuer: &str| provider(&format!("issuer = '{issuer}'")).map(|provider| provider.transport);
    assert_eq!(issuer("https://issuer.example/realms/a"), Ok(Transport::Https));
    for near in ["http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080", "http://127.5.5.5/x"]
    {
        assert_eq!(issuer(near), Ok(Transport::Loopback), "{near}");
    }
    for far in [
        "http://issuer.example",
        "http://10.0.0.1",
        "http://localhost.example",
        "http://0.0.0.0",
        "ftp://127.0.0.1",
    ] {
        assert!(issuer(far).is_err(), "{far}");
    }
    assert_eq!(
        provider("issuer = 'http://issuer.example'\nallow_insecure_http = true").unwrap().transport,
        Transport::Insecure
    );
    assert!(provider("issuer = 'ftp://issuer.example'\nallow_insecure_http = true").is_err());
}

#[test]
fn an_issuer_has_no_query_no_fragment_and_no_user() {
    for issuer in [
        "https://a.example?x=1",
        "https://a.example#x",
        "https://user@a.example",
        "https://:pw@a.example",
        "mailto:a@b.example",
        "",
    ] {
        assert_eq!(mistaken_fields(&format!("issuer = '{issuer}'")), ["issuer"], "{issuer}");
    }
}

#[test]
fn keys_come_over_connections_as_good_as_the_issuer_s() {
    let at = |url: &str, transport: Transport| transport.allows(&url.parse().unwrap());
    for (url, expected) in [
        ("https://keys.example", [true, true, true]),
        ("http://127.0.0.1/keys", [false, true, true]),
        ("http://keys.example", [false, false, true]),
        ("file:///etc/keys", [false, false, false]),
        ("https://user@keys.example", [false, false, false]),
    ] {
        let transports = [Transport::Https, Transport::Loopback, Transport::Insecure];
        assert_eq!(transports.map(|transport| at(url, transport)), expected, "{url}");
    }
    assert_eq!(mistaken_fields("jwks_uri = 'http://keys.example'"), ["jwks_uri"]);
    assert_eq!(mistaken_fields("jwks_uri = 'keys'"), ["jwks_uri"]);
}

#[test]
fn the_discovery_document_is_below_the_issuer() {
    for issuer in ["https://sso.example/realms/main", "https://sso.example/realms/main/"] {
        let url = "https://sso.example/realms/main/.well-known/openid-configuration".parse().unwrap();
        assert_eq!(provider(&format!("issuer = '{issuer}'")).unwrap().keys, KeyLocation::Discovery(url));
    }
}

#[test]
fn names_and_issuers_are_unique() {
    let twice: ProvidersConfig =
        toml::from_str(&format!("[[provider]]\n{MINIMAL}[[provider]]\n{MINIMAL}")).unwrap();
    let fields: Vec<_> = twice.check().unwrap_err().iter().map(|mistake| mistake.field).collect();
    assert_eq!(fields, ["name", "issuer"]);
    assert_eq!(ProvidersConfig::default().check().unwrap().len(), 0);
}

/// The identity that these claims make, with this table of mappings: the same without those that it does not read.
fn map(mapping: &str, claims: Value) -> Result<Identity, MappingError> {
    let Value::Object(claims) = claims else { panic!("claims are an object") };
    let mapping = provider(&format!("[claims]\n{mapping}")).unwrap().mapping;
    let read = claims.iter().filter(|(name, _)| mapping.reads(name));
    let read: Claims = read.map(|(name, value)| (name.clone(), value.clone())).collect();
    let identity = mapping.identity(claims);
    assert_eq!(mapping.identity(read), identity);
    identity
}

#[test]
fn the_usual_claims_become_the_members() {
    let identity = map(
        "tenant = 'org'",
        json!({
            "iss": "https://issuer.example", "aud": "api", "exp": 1, "iat": 1, "jti": "x",
            "sub": "u1", "preferred_username": "ada", "name": "Ada L", "groups": ["a", "b"], "org": "acme",
            "auth_time": 1_700_000_000, "amr": ["pwd", "otp"], "acr": "2", "department": "research"
        }),
    )
    .unwrap();
    assert_eq!((&*identity.provider, identity.id.as_deref()), ("acme", Some("u1")));
    assert_eq!(identity.kind, Kind::USER);
    assert_eq!(identity.login.as_deref(), Some("ada"));
    assert_eq!(identity.display_name.as_deref(), Some("Ada L"));
    assert_eq!(identity.tenant.as_deref(), Some("acme"));
    assert_eq!(identity.groups, ["a".into(), "b".into()] as [Box<str>; 2]);
    assert_eq!(identity.auth.time, Some(Timestamp(1_700_000_000_000_000)));
    assert_eq!(identity.auth.amr, ["pwd".into(), "otp".into()] as [Box<str>; 2]);
    assert_eq!(identity.auth.acr.as_deref(), Some("2"));
    assert_eq!(identity.actor, None);
    assert_eq!(identity.claims.get("department"), Some(&json!("research")));
    for about_the_token in ["iss", "aud", "exp", "iat", "jti"] {
        assert!(!identity.claims.contains_key(about_the_token), "{about_the_token}");
    }
}

#[test]
fn a_token_with_a_subject_alone_makes_an_identity() {
    let identity = map("", json!({"sub": "u1"})).unwrap();
    let mut expected = Identity::new("acme", "u1", Kind::USER);
    expected.claims = json!({"sub": "u1"}).as_object().unwrap().clone();
    assert_eq!(identity, expected);
}

#[test]
fn paths_lead_into_nested_claims_and_names_are_taken_whole() {
    let claims = json!({"sub": "u1", "realm_access": {"roles": ["r"]}, "realm_access.roles": ["dotted"], "https://a.b/c": ["url"], "a": "text"});
    let groups = |path: &str| map(&format!("groups = {path}"), claims.clone()).unwrap().groups;
    assert_eq!(groups("['realm_access', 'roles']"), ["r".into()] as [Box<str>; 1]);
    assert_eq!(groups("'realm_access.roles'"), ["dotted".into()] as [Box<str>; 1]);
    assert_eq!(groups("'https://a.b/c'"), ["url".into()] as [Box<str>; 1]);
    assert!(groups("['realm_access', 'absent']").is_empty());
    assert!(groups("['a', 'b']").is_empty());
}

#[test]
fn the_id_is_required() {
    for claims in [json!({}), json!({"sub": null})] {
        assert!(matches!(map("", claims), Err(MappingError::Missing { member: "id", .. })));
    }
    for bad in [json!(7), json!(""), json!("a\nb"), json!(["u1"]), json!("x".repeat(MAX_TEXT_BYTES + 1))] {
        assert!(matches!(map("", json!({"sub": bad})), Err(MappingError::Unusable { member: "id", .. })));
    }
    assert!(map("", json!({"sub": "x".repeat(MAX_TEXT_BYTES)})).is_ok());
}

#[test]
fn a_claim_of_the_wrong_type_is_never_passed_over() {
    for (claim, bad) in [
        ("preferred_username", json!(7)),
        ("name", json!({"first": "Ada"})),
        ("groups", json!({"a": 1})),
        ("groups", json!(["a", 7])),
        ("groups", json!(["a", ""])),
        ("groups", json!(true)),
        ("auth_time", json!("yesterday")),
        ("auth_time", json!(-5)),
        ("amr", json!([["pwd"]])),
        ("acr", json!(2)),
    ] {
        let refused = map("", json!({"sub": "u1", claim: bad}));
        assert!(matches!(refused, Err(MappingError::Unusable { .. })), "{claim}: {refused:?}");
    }
}

#[test]
fn groups_are_bounded_and_a_single_one_may_stand_alone() {
    let groups =
        |groups: Value| map("", json!({"sub": "u1", "groups": groups})).map(|identity| identity.groups.len());
    assert_eq!(groups(json!("only")), Ok(1));
    assert_eq!(groups(json!([])), Ok(0));
    assert_eq!(groups(json!(vec!["g"; MAX_GROUPS])), Ok(MAX_GROUPS));
    assert!(groups(json!(vec!["g"; MAX_GROUPS + 1])).is_err());
}

#[test]
fn groups_that_are_kept_elsewhere_are_no_shorter_list() {
    let claims = json!({"sub": "u1", "_claim_names": {"groups": "src1"}, "_claim_sources": {}});
    assert_eq!(map("", claims.clone()), Err(MappingError::GroupsElsewhere));
    assert!(map("groups = 'roles'", claims).is_ok());
}

#[test]
fn a_claim_sets_the_type_but_never_one_that_casemate_gives() {
    let kind = |value: Value| {
        map("type = 'kind'", json!({"sub": "u1", "kind": value})).map(|identity| identity.kind)
    };
    assert_eq!(kind(json!("admin")), Ok(Kind::ADMIN));
    assert_eq!(kind(json!(null)), Ok(Kind::USER));
    for reserved in ["service", "api-key", "anonymous", "Service", "Anonymous"] {
        let refused = kind(json!(reserved));
        assert!(
            matches!(refused, Err(MappingError::Kind { error: KindError::Reserved(_), .. })),
            "{reserved}"
        );
    }
    assert!(kind(json!(["service"])).is_err());
    let unmapped = map("", json!({"sub": "u1", "type": "service", "kind": "service"})).unwrap();
    assert_eq!(unmapped.kind, Kind::USER, "a claim that is not mapped sets nothing");
}

#[test]
fn an_issuer_of_workload_tokens_can_be_configured_to_mean_services() {
    assert_eq!(map("default_type = 'service'", json!({"sub": "u1"})).unwrap().kind, Kind::SERVICE);
}

#[test]
fn exactly_the_listed_claims_are_kept() {
    let claims = json!({"sub": "u1", "department": "research", "email": "a@b.example", "nested": {"a": 1}});
    let kept = |keep: &str| map(&format!("keep = {keep}"), claims.clone()).unwrap().claims;
    assert_eq!(kept("[]"), Claims::new());
    assert_eq!(
        Value::Object(kept("['department', 'nested', 'absent']")),
        json!({"department": "research", "nested": {"a": 1}})
    );
    assert_eq!(Value::Object(kept("'all'")), claims);
}

#[test]
fn who_acts_for_somebody_is_told() {
    let actor = |act: Value| map("", json!({"sub": "u1", "act": act})).map(|identity| identity.actor);
    let robot = Actor { provider: "acme".into(), id: "robot".into(), kind: Kind::USER };
    assert_eq!(actor(json!({"sub": "robot"})), Ok(Some(robot.clone())));
    assert_eq!(actor(json!({"sub": "robot", "act": {"sub": "earlier"}})), Ok(Some(robot.clone())));
    assert_eq!(actor(json!({"sub": "robot", "iss": "https://issuer.example"})), Ok(Some(robot)));
    for bad in [
        json!({"sub": "robot", "iss": "https://other.example"}),
        json!({}),
        json!({"sub": ""}),
        json!({"sub": 7}),
        json!("robot"),
        json!(null),
    ] {
        assert_eq!(actor(bad), Err(MappingError::Actor));
    }
}

const INTROSPECTION: &str = "name = 'acme'\ntype = 'introspection'\nendpoint = 'https://a.example/ask'\nclient_id = 'casemate'\nclient_secret = { env = 'SECRET' }\n";
const HOOK: &str = "name = 'acme'\ntype = 'hook'\nendpoint = 'https://a.example/ask'\nsigning_secret = { file = '/run/secret' }\n";

/// The keys that are wrong in a provider of another type, with these lines in addition or in place of others.
fn mistaken_in(provider: &str, lines: &str) -> Vec<&'static str> {
    let mut table: toml::Table = provider.parse().unwrap();
    table.extend(lines.parse::<toml::Table>().unwrap());
    let config: ProviderConfig = table.try_into().unwrap();
    config
        .check()
        .map_or_else(|mistakes| mistakes.iter().map(|mistake| mistake.field).collect(), |_| Vec::new())
}

#[test]
fn providers_that_are_asked_have_the_documented_defaults() {
    let check = |text: &str| toml::from_str::<ProviderConfig>(text).unwrap().check().unwrap();
    let Provider::Introspection(opaque) = check(INTROSPECTION) else { panic!("no introspection") };
    assert_eq!((opaque.name(), opaque.endpoint.max_cache.as_secs()), ("acme", 60));
    assert_eq!((opaque.endpoint.timeout.as_millis(), opaque.endpoint.rate), (3_000, 100));
    let Provider::Hook(hook) = check(HOOK) else { panic!("no hook") };
    assert_eq!(
        (hook.name(), hook.endpoint.max_cache.as_secs(), &hook.schemes[..]),
        ("acme", 0, &["bearer".into()][..])
    );
    assert_eq!(hook.signing_secret, SecretReference::File("/run/secret".into()));
}

#[test]
fn a_key_of_another_type_of_provider_is_a_mistake() {
    for (provider, lines, field) in [
        (INTROSPECTION, "jwks_uri = 'https://a.example/keys'", "jwks_uri"),
        (INTROSPECTION, "signing_secret = { sealed = true }", "signing_secret"),
        (INTROSPECTION, "algorithms = ['RS256']", "algorithms"),
        (HOOK, "issuer = 'https://a.example'", "issuer"),
        (HOOK, "claims.id = 'x'", "claims"),
        (MINIMAL, "endpoint = 'https://a.example'", "endpoint"),
        (MINIMAL, "default_type = 'user'", "default_type"),
        (MINIMAL, "max_cache_seconds = 1", "max_cache_seconds"),
    ] {
        assert_eq!(mistaken_in(provider, lines), [field], "{lines}");
    }
}

#[test]
fn what_is_missing_or_out_of_bounds_is_a_mistake() {
    for (provider, lines, field) in [
        (INTROSPECTION, "endpoint = ''", "endpoint"),
        (INTROSPECTION, "endpoint = 'http://a.example'", "endpoint"),
        (INTROSPECTION, "endpoint = 'https://u:p@a.example'", "endpoint"),
        (INTROSPECTION, "client_id = ''", "client_id"),
        (INTROSPECTION, "bearer_token = { sealed = true }", "client_id"),
        (INTROSPECTION, "max_cache_seconds = 3601", "max_cache_seconds"),
        (INTROSPECTION, "timeout_milliseconds = 0", "timeout_milliseconds"),
        (INTROSPECTION, "max_requests_per_second = 0", "max_requests_per_second"),
        (INTROSPECTION, "leeway_seconds = 601", "leeway_seconds"),
        (INTROSPECTION, "token_prefix = 'cmk_x'", "token_prefix"),
        (INTROSPECTION, "token_prefix = 'a b'", "token_prefix"),
        (INTROSPECTION, "issuer = ''", "issuer"),
        (INTROSPECTION, "audiences = ['']", "audiences"),
        (HOOK, "schemes = ['Bearer']", "schemes"),
        (HOOK, "default_type = 'api-key'", "default_type"),
        (HOOK, "name = 'api-key'", "name"),
    ] {
        assert_eq!(mistaken_in(provider, lines), [field], "{lines}");
    }
    assert_eq!(mistaken_in("name = 'a'\ntype = 'hook'\n", ""), ["endpoint", "signing_secret"]);
    assert_eq!(mistaken_in("name = 'a'\n", ""), ["audiences", "issuer"]);
}

#[test]
fn a_secret_never_stands_in_the_configuration() {
    for secret in [
        "'hunter2'",
        "{}",
        "{ env = '' }",
        "{ sealed = false }",
        "{ env = 'A', file = 'b' }",
        "{ value = 'x' }",
    ] {
        let text = format!("{HOOK}client_secret = {secret}");
        assert!(toml::from_str::<ProviderConfig>(&text).is_err(), "{secret}");
    }
    assert!(mistaken_in(HOOK, "endpoint = 'http://127.0.0.1:9/ask'").is_empty());
}

#[test]
fn tokens_that_nobody_would_be_asked_about_are_a_mistake() {
    let document = |first: &str, second: &str| {
        let named = |provider: &str, name: &str| provider.replace("acme", name);
        let text = format!(
            "[[provider]]\n{}{first}\n[[provider]]\n{}{second}",
            named(INTROSPECTION, "a"),
            named(HOOK, "b")
        );
        let checked = toml::from_str::<ProvidersConfig>(&text).unwrap().check();
        checked.map_or_else(|mistakes| mistakes.iter().map(|mistake| mistake.field).collect(), |_| Vec::new())
    };
    assert_eq!(document("", ""), ["token_prefix"]);
    assert_eq!(document("", "token_prefix = 'x_'"), ["token_prefix"]);
    assert_eq!(document("token_prefix = 'x_'", "token_prefix = 'x_y'"), ["token_prefix"]);
    assert!(document("token_prefix = 'x_'", "").is_empty());
    assert!(document("token_prefix = 'x_'", "token_prefix = 'y_'").is_empty());
}

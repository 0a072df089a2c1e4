use super::*;
use crate::time::Timestamp;

const NOW: Timestamp = Timestamp(1_800_000_000_000_000);

fn key(byte: u8) -> BrowserKey {
    BrowserKey::of_random([byte; 32])
}

fn attempt() -> Attempt {
    Attempt::begin("corp", "/api/v1/me?x=1", false, [7; 16], NOW)
}

fn later(seconds: i64) -> Timestamp {
    Timestamp(NOW.0 + seconds * 1_000_000)
}

#[test]
fn an_attempt_is_resumed_by_the_browser_that_began_it_and_no_other() {
    let state = attempt().state(&key(1));
    let resumed = Attempt::resume(&state, &key(1), "corp", later(599)).unwrap();
    assert_eq!((resumed.return_to(), resumed.again()), ("/api/v1/me?x=1", false));
    assert_eq!(resumed, attempt());
    assert_eq!(Attempt::resume(&state, &key(2), "corp", NOW), Err(SignInError::State));
}

#[test]
fn an_attempt_ends_after_ten_minutes_and_is_of_one_provider() {
    let state = attempt().state(&key(1));
    assert_eq!(Attempt::resume(&state, &key(1), "corp", later(600)), Err(SignInError::State));
    assert_eq!(Attempt::resume(&state, &key(1), "corp", later(-1)), Err(SignInError::State));
    assert_eq!(Attempt::resume(&state, &key(1), "other", NOW), Err(SignInError::State));
}

#[test]
fn an_attempt_to_link_is_bound_to_one_session() {
    let linking = attempt().linking(&key(1), "ses_1");
    let resumed = Attempt::resume(&linking.state(&key(1)), &key(1), "corp", NOW).unwrap();
    assert!(resumed.links() && resumed.links_to(&key(1), "ses_1"));
    assert!(!resumed.links_to(&key(1), "ses_2") && !resumed.links_to(&key(2), "ses_1"));
    assert!(!attempt().links() && !attempt().links_to(&key(1), "ses_1"));
    let other = Attempt::begin("corp", "/", false, [8; 16], NOW).linking(&key(1), "ses_1");
    assert_ne!(other.state(&key(1)), linking.state(&key(1)), "of each attempt its own");
    assert!(!linking.state(&key(1)).contains("ses_1"));
}

#[test]
fn a_state_of_which_any_byte_was_changed_is_none() {
    let state = attempt().state(&key(1));
    for index in 0..state.len() {
        let mut bytes = state.clone().into_bytes();
        bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert_eq!(Attempt::resume(&changed, &key(1), "corp", NOW), Err(SignInError::State), "{changed}");
    }
    for none in ["", ".", "a.b", &"x".repeat(5_000)] {
        assert_eq!(Attempt::resume(none, &key(1), "corp", NOW), Err(SignInError::State));
    }
}

#[test]
fn nonce_and_verifier_are_each_attempt_s_and_each_browser_s_own() {
    let one = attempt();
    let other = Attempt::begin("corp", "/api/v1/me?x=1", false, [8; 16], NOW);
    let texts = [
        one.nonce(&key(1)),
        one.nonce(&key(2)),
        other.nonce(&key(1)),
        one.challenge(&key(1)),
        one.challenge(&key(2)),
        other.challenge(&key(1)),
    ];
    for (index, text) in texts.iter().enumerate() {
        assert_eq!(text.len(), 43);
        assert!(!texts.iter().take(index).any(|before| before == text));
    }
    assert!(!one.state(&key(1)).contains(&one.nonce(&key(1))));
}

#[test]
fn a_browser_s_key_is_read_from_its_cookie_and_never_shown() {
    let text = key(3).text().to_owned();
    assert_eq!(BrowserKey::parse(&text).unwrap().text(), text);
    for bad in ["", "x", "AAAA", &format!("{text}A"), &text.replace('A', "=")] {
        assert!(BrowserKey::parse(bad).is_none() || bad == text, "{bad}");
    }
    assert!(!format!("{:?}", key(3)).contains(&text));
}

#[test]
fn only_a_path_of_this_server_is_returned_to() {
    for good in ["/", "/api/v1/me", "/a?b=c&d=%2F%2Fevil.example", "/a//b"] {
        assert_eq!(local_path(good), Some(good));
    }
    for bad in [
        "",
        "a",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/",
        "/a b",
        "/a\r\nSet-Cookie: x",
        "/\t/evil.example",
        "/a#b",
        "/é",
        "javascript:alert(1)",
        &format!("/{}", "x".repeat(MAX_RETURN_PATH)),
    ] {
        assert_eq!(local_path(bad), None, "{bad:?}");
    }
}

use std::sync::atomic::Ordering;

use casemate_identity::hook::{SIGNATURE_HEADER, TIMESTAMP_HEADER, sign_answer};
use casemate_identity::remote::{FetchError, Reply};
use casemate_identity::{Timestamp, hook};
use casemate_permission::name::Pattern;
use tokio::time::advance;

use super::super::fake_endpoint::{Came, FakeEndpoint};
use super::super::requests::{MAX_UNDER_WAY, MAX_WAITING};
use super::super::shares::SHARE;
use super::*;
use crate::subject::Subject;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// In microseconds.
const START: i64 = 1_800_000_000_000_000;

fn holds(name: &str, max_age: Option<u64>) -> Reply {
    let body = format!("{{\"permissions\":[{{\"name\":\"{name}\"}}]}}").into_bytes();
    Reply { status: 200, body, max_age: max_age.map(Duration::from_secs), ..Reply::default() }
}

fn asked_of(fake: &Arc<FakeEndpoint>, change: impl FnOnce(&mut Endpoint)) -> Arc<Asked> {
    let mut endpoint = Endpoint {
        url: "https://permissions.example/".parse().unwrap(),
        secret: SecretReference::Sealed,
        signed_answers: false,
        reads: Vec::new(),
        longest: Duration::from_secs(60),
        timeout: Duration::from_secs(3),
        limit: 1_024,
    };
    change(&mut endpoint);
    let ceiling = Ceiling::new(vec![Pattern::parse("cms.*").unwrap()]);
    let (secret, fetch) = (Ok(SecretString::from(SECRET)), Arc::clone(fake) as Arc<dyn Fetch>);
    Arc::new(Asked::new("legacy".into(), Arc::new(endpoint), ceiling, secret, fetch))
}

fn subject(id: &str) -> Subject {
    Subject::new("corp".into(), "user", Some(id), "default".into())
}

/// Somebody who asks.
fn by(id: &str) -> AskedBy {
    AskedBy::of(&subject(id))
}

/// Begins to ask about somebody, for themselves.
fn ask(asked: &Arc<Asked>, id: &str) -> Waiting {
    asked.ask(&subject(id), by(id), START)
}

/// What is said of somebody so many seconds after the start.
async fn said(asked: &Arc<Asked>, id: &str, seconds: i64) -> Result<(String, i64), String> {
    let found = asked.ask(&subject(id), by(id), START + seconds * 1_000_000).found().await;
    let parts = found.map(Fresh::into_parts);
    parts
        .map(|(text, until)| (text.to_string(), (until - START) / 1_000_000))
        .map_err(|error| error.to_string())
}

const A: &str = r#"[{"name":"cms.a"}]"#;
const B: &str = r#"[{"name":"cms.b"}]"#;

#[tokio::test(start_paused = true)]
async fn an_answer_is_good_for_as_long_as_it_says_and_no_longer_than_is_configured() {
    for (says, good_for) in [(None, 60), (Some(30), 30), (Some(600), 60)] {
        let fake = Arc::new(FakeEndpoint::default());
        fake.answer(move |_| Ok(holds("cms.a", says)));
        fake.answer(move |_| Ok(holds("cms.b", says)));
        let asked = asked_of(&fake, |_| {});
        assert_eq!(said(&asked, "ada", 0).await, Ok((A.to_owned(), good_for)));
        advance(Duration::from_secs(good_for.unsigned_abs() - 1)).await;
        assert_eq!(said(&asked, "ada", good_for - 1).await, Ok((A.to_owned(), good_for)));
        assert_eq!(fake.count(), 1);
        // By a clock that was set back it would be good for longer.
        advance(Duration::from_secs(1)).await;
        assert_eq!(said(&asked, "ada", 0).await.unwrap().0, B);
        assert_eq!(fake.count(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_set_ends_an_answer_too() {
    let fake = Arc::new(FakeEndpoint::default());
    fake.answer(|_| Ok(holds("cms.a", None)));
    let asked = asked_of(&fake, |_| {});
    for seconds in [0, 60, 59] {
        said(&asked, "ada", seconds).await.unwrap();
    }
    assert_eq!(fake.count(), 3, "an answer is none from the future");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_to_be_stored_serves_whoever_waits_and_nobody_else() {
    let fake = Arc::new(FakeEndpoint::default());
    fake.answer(|came| {
        assert_eq!(came.header("if-none-match"), None);
        let etag = Some("\"1\"".into());
        Ok(Reply { no_store: true, etag, max_age: Some(Duration::ZERO), ..holds("cms.a", None) })
    });
    let asked = asked_of(&fake, |_| {});
    let waiting: Vec<_> = (0..10).map(|_| ask(&asked, "ada")).collect();
    for waiting in waiting {
        assert_eq!(&*waiting.found().await.unwrap().permissions, A);
    }
    assert_eq!(fake.count(), 1);
    assert_eq!(said(&asked, "ada", 0).await, Ok((A.to_owned(), 0)));
    assert_eq!(fake.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_is_known_is_asked_for_by_its_tag_and_never_served_without_asking() {
    let fake = Arc::new(FakeEndpoint::default());
    let tagged = |reply: Reply| Reply { etag: Some("\"1\"".into()), ..reply };
    fake.answer(move |_| Ok(tagged(holds("cms.a", Some(5)))));
    for status in [304, 412] {
        fake.answer(move |came| {
            assert_eq!(came.header("if-none-match"), Some("\"1\""));
            Ok(Reply { status, max_age: Some(Duration::from_secs(5)), ..Reply::default() })
        });
    }
    fake.answer(|_| Ok(Reply { status: 503, ..Reply::default() }));
    fake.answer(|came| {
        assert_eq!(came.header("if-none-match"), None, "what failed is known no longer");
        Ok(Reply { status: 304, ..Reply::default() })
    });
    let asked = asked_of(&fake, |_| {});
    for at in [0, 5, 10] {
        assert_eq!(said(&asked, "ada", at).await, Ok((A.to_owned(), at + 5)));
        advance(Duration::from_secs(5)).await;
    }
    assert!(said(&asked, "ada", 15).await.unwrap_err().contains("503"), "never stale");
    assert!(said(&asked, "ada", 15).await.unwrap_err().contains("304"), "nobody asked for less");
}

#[tokio::test(start_paused = true)]
async fn a_thousand_who_ask_first_are_one_question() {
    let fake = Arc::new(FakeEndpoint::default());
    fake.answer(|_| Ok(holds("cms.a", None)));
    *fake.delay.lock().unwrap() = Duration::from_millis(100);
    let asked = asked_of(&fake, |_| {});
    let tasks: Vec<_> = (0..1_000)
        .map(|_| {
            let asked = Arc::clone(&asked);
            tokio::spawn(async move { said(&asked, "ada", 0).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap().0, A);
    }
    assert_eq!(fake.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_told_to_all_who_wait_and_not_kept() {
    let fake = Arc::new(FakeEndpoint::default());
    fake.answer(|_| Err(FetchError::Unreachable("nobody listens".to_owned())));
    fake.answer(|_| Ok(holds("cms.a", None)));
    let asked = asked_of(&fake, |_| {});
    let waiting: Vec<_> = (0..10).map(|_| ask(&asked, "ada")).collect();
    for waiting in waiting {
        assert_eq!(waiting.found().await, Err("nobody listens".into()));
    }
    assert_eq!(fake.count(), 1);
    assert_eq!(said(&asked, "ada", 0).await.unwrap().0, A);
}

#[tokio::test(start_paused = true)]
async fn whoever_gives_up_does_not_break_off_what_others_wait_for() {
    let fake = Arc::new(FakeEndpoint::default());
    fake.answer(|_| Ok(holds("cms.a", None)));
    *fake.delay.lock().unwrap() = Duration::from_millis(100);
    let asked = asked_of(&fake, |_| {});
    let first = ask(&asked, "ada");
    let second = ask(&asked, "ada");
    drop(first);
    assert!(second.found().await.is_ok());
    assert_eq!(fake.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn so_many_are_asked_about_at_once_and_the_rest_waits_for_as_long_as_an_answer_may_take() {
    let fake = Arc::new(FakeEndpoint::default());
    fake.answer(|_| Ok(holds("cms.a", None)));
    *fake.delay.lock().unwrap() = Duration::from_secs(2);
    let asked = asked_of(&fake, |_| {});
    let waiting: Vec<_> = (0..200).map(|number| ask(&asked, &format!("u{number}"))).collect();
    let mut answered = 0;
    for waiting in waiting {
        answered += usize::from(waiting.found().await.is_ok());
    }
    assert_eq!(fake.most_at_once.load(Ordering::SeqCst), MAX_UNDER_WAY);
    assert_eq!(answered, 2 * MAX_UNDER_WAY, "the others waited for three seconds");
    let many = MAX_UNDER_WAY + MAX_WAITING + 10;
    let waiting: Vec<_> = (0..many).map(|number| ask(&asked, &format!("v{number}"))).collect();
    let mut refused = 0;
    for waiting in waiting {
        refused += usize::from(waiting.found().await.is_err());
    }
    assert_eq!(refused, many - 2 * MAX_UNDER_WAY);
}

#[tokio::test(start_paused = true)]
async fn whoever_asks_about_many_leaves_room_for_others() {
    let fake = Arc::new(FakeEndpoint::default());
    fake.answer(|_| Ok(holds("cms.a", None)));
    *fake.delay.lock().unwrap() = Duration::from_secs(2);
    let asked = asked_of(&fake, |_| {});
    let many = 2 * (MAX_UNDER_WAY + MAX_WAITING);
    let ask_about = |number: usize| asked.ask(&subject(&format!("u{number}")), by("gateway"), START);
    let waiting: Vec<_> = (0..many).map(ask_about).collect();
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    let began = tokio::time::Instant::now();
    assert!(ask(&asked, "ada").found().await.is_ok());
    assert_eq!(began.elapsed(), Duration::from_secs(2), "they had their turn at once");
    assert_eq!(fake.most_at_once.load(Ordering::SeqCst), SHARE + 1);
    let mut answered = 0;
    for waiting in waiting {
        answered += usize::from(waiting.found().await.is_ok());
    }
    assert_eq!(answered, 2 * SHARE, "the others waited for three seconds");
}

#[tokio::test(start_paused = true)]
async fn one_about_whom_it_fails_is_left_alone_and_nobody_else() {
    let fake = Arc::new(FakeEndpoint::default());
    fake.answer(|came| match String::from_utf8_lossy(&came.body).contains("broken") {
        true => Ok(Reply { status: 500, ..Reply::default() }),
        false => Ok(holds("cms.a", None)),
    });
    let asked = asked_of(&fake, |_| {});
    for _ in 0..20 {
        assert!(said(&asked, "broken", 0).await.is_err());
    }
    assert_eq!(fake.count(), 5);
    assert!(said(&asked, "ada", 0).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn one_that_does_not_answer_is_left_alone_and_tried_again() {
    let fake = Arc::new(FakeEndpoint::default());
    for _ in 0..5 {
        fake.answer(|_| Ok(Reply { status: 500, ..Reply::default() }));
    }
    fake.answer(|_| Ok(holds("cms.a", None)));
    let asked = asked_of(&fake, |_| {});
    for number in 0..7 {
        assert!(said(&asked, &format!("u{number}"), 0).await.is_err());
    }
    assert_eq!(fake.count(), 5);
    advance(Duration::from_millis(200)).await;
    assert!(said(&asked, "ada", 0).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn what_takes_too_long_is_too_large_or_is_wrong_fails() {
    let fails = async |change: fn(&mut Endpoint), reply: Reply, delay: u64| {
        let fake = Arc::new(FakeEndpoint::default());
        fake.answer(move |_| Ok(reply.clone()));
        *fake.delay.lock().unwrap() = Duration::from_secs(delay);
        said(&asked_of(&fake, change), "ada", 0).await.unwrap_err()
    };
    assert!(fails(|_| {}, holds("cms.a", None), 4).await.contains("too long"));
    assert!(fails(|endpoint| endpoint.limit = 10, holds("cms.a", None), 0).await.contains("larger than 10"));
    assert!(fails(|_| {}, holds("pb.a", None), 0).await.contains("above its ceiling"));
    assert!(fails(|_| {}, holds("!cms", None), 0).await.contains("malformed"));
    for status in [201, 302, 304, 404] {
        let reply = Reply { status, ..holds("cms.a", None) };
        assert!(fails(|_| {}, reply, 0).await.contains(&status.to_string()));
    }
    let body = br#"{"permissions":[{"name":"cms.a"}"#.to_vec();
    assert!(fails(|_| {}, Reply { body, ..holds("cms.a", None) }, 0).await.contains("JSON"));
    let fake = Arc::new(FakeEndpoint::default());
    let nobody =
        asked_of(&fake, |_| {}).ask(&Subject { id: None, ..subject("") }, by("x"), START).found().await;
    assert!(nobody.is_err() && fake.count() == 0);
}

#[tokio::test(start_paused = true)]
async fn requests_are_signed_each_with_an_id_of_its_own() {
    let fake = Arc::new(FakeEndpoint::default());
    fake.answer(|_| Ok(holds("cms.a", Some(0))));
    let asked = asked_of(&fake, |_| {});
    for _ in 0..2 {
        said(&asked, "ada", 0).await.unwrap();
    }
    let came = fake.came.lock().unwrap();
    let signatures: Vec<&str> = came
        .iter()
        .map(|came| {
            let (timestamp, signature) =
                (came.header(TIMESTAMP_HEADER).unwrap(), came.header(SIGNATURE_HEADER).unwrap());
            let (secret, now) = (SecretString::from(SECRET), Timestamp(START));
            let tolerance = Duration::from_secs(300);
            assert!(hook::verify(&secret, timestamp, signature, &came.body, now, tolerance));
            signature
        })
        .collect();
    assert_ne!(signatures[0], signatures[1]);
}

#[tokio::test(start_paused = true)]
async fn a_signed_answer_is_one_to_this_request_alone() {
    let signed = |came: &Came, reply: Reply, secret: &str| {
        let request = came.header(SIGNATURE_HEADER).unwrap();
        let signature = sign_answer(&SecretString::from(secret), request, reply.status, &reply.body);
        Ok(Reply { signature: Some(signature.into()), ..reply })
    };
    let fake = Arc::new(FakeEndpoint::default());
    let kept: Arc<Mutex<Option<Reply>>> = Arc::default();
    let (keep, replayed) = (Arc::clone(&kept), Arc::clone(&kept));
    fake.answer(move |came| {
        let reply = Reply { etag: Some("\"1\"".into()), ..holds("cms.a", Some(0)) };
        let reply = signed(came, reply, SECRET)?;
        *keep.lock().unwrap() = Some(reply.clone());
        Ok(reply)
    });
    fake.answer(move |_| Ok(replayed.lock().unwrap().clone().unwrap()));
    fake.answer(move |came| signed(came, holds("cms.a", Some(0)), "another secret of as many bytes!"));
    fake.answer(|_| Ok(holds("cms.a", Some(0))));
    fake.answer(move |came| {
        let reply = signed(came, holds("cms.a", Some(0)), SECRET)?;
        Ok(Reply { body: holds("cms.b", None).body, ..reply })
    });
    fake.answer(move |came| {
        let reply = Reply { etag: Some("\"1\"".into()), ..holds("cms.a", Some(0)) };
        signed(came, reply, SECRET)
    });
    fake.answer(move |_| Ok(Reply { status: 304, ..Reply::default() }));
    fake.answer(move |came| signed(came, holds("cms.b", Some(0)), SECRET));
    let asked = asked_of(&fake, |endpoint| endpoint.signed_answers = true);
    assert!(said(&asked, "ada", 0).await.is_ok());
    for what in ["replayed", "of another secret", "not signed", "changed"] {
        assert!(said(&asked, "ada", 0).await.unwrap_err().contains("not signed"), "{what}");
    }
    assert!(said(&asked, "ada", 0).await.is_ok());
    assert!(
        said(&asked, "ada", 0).await.unwrap_err().contains("not signed"),
        "that it is the same is signed too"
    );
    assert_eq!(said(&asked, "ada", 0).await.unwrap().0, B);
}

#[tokio::test(start_paused = true)]
async fn what_is_forgotten_is_asked_anew_and_what_is_under_way_is_not_kept() {
    let fake = Arc::new(FakeEndpoint::default());
    fake.answer(|_| Ok(holds("cms.a", None)));
    let asked = asked_of(&fake, |_| {});
    for id in ["ada", "bob"] {
        said(&asked, id, 0).await.unwrap();
    }
    asked.forget(|of| of.id.as_deref() == Some("ada"));
    for id in ["ada", "bob"] {
        said(&asked, id, 0).await.unwrap();
    }
    assert_eq!(fake.count(), 3);
    *fake.delay.lock().unwrap() = Duration::from_millis(100);
    let before = ask(&asked, "cyd");
    tokio::task::yield_now().await;
    asked.forget(|of| of.id.as_deref() == Some("cyd"));
    fake.answer(|_| Ok(holds("cms.b", None)));
    let after = ask(&asked, "cyd");
    assert_eq!(&*before.found().await.unwrap().permissions, A);
    assert_eq!(fake.count(), 5, "whoever came after is asked about by themselves");
    let after = after.found().await.unwrap().permissions;
    assert_eq!(said(&asked, "cyd", 0).await.unwrap().0, *after, "what was asked before is not kept");
    assert_eq!(fake.count(), 5);
}

#[tokio::test(start_paused = true)]
async fn what_is_kept_is_bounded() {
    let fake = Arc::new(FakeEndpoint::default());
    let name = "a".repeat(240);
    fake.answer(move |_| Ok(holds(&format!("cms.{name}"), None)));
    let asked = asked_of(&fake, |_| {});
    *asked.kept() = Kept::new(10_000);
    for number in 0..100 {
        said(&asked, &format!("u{number}"), 0).await.unwrap();
    }
    said(&asked, "u99", 0).await.unwrap();
    assert_eq!(fake.count(), 100);
    said(&asked, "u0", 0).await.unwrap();
    assert_eq!(fake.count(), 101, "it had to go");
}

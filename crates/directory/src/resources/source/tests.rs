use casemate_identity::provider::SecretReference;
use casemate_identity::remote::{FetchError, Reply};
use serde_json::Value;

use super::*;
use crate::model::SourceDocument;
use crate::outside::fake_endpoint::{Came, FakeEndpoint};
use crate::subject::Subject;

const SECRET: &str = "0123456789abcdef0123456789abcdef";
/// In microseconds.
const START: i64 = 1_800_000_000_000_000;

/// A source of notes, as it is checked and as it is written.
pub(in crate::resources) fn configured() -> (ResourceSource, Arc<SourceDocument>) {
    let endpoint = Endpoint {
        url: "https://notes.example/".parse().unwrap(),
        secret: SecretReference::Sealed,
        signed_answers: false,
        reads: Vec::new(),
        longest: Duration::from_secs(60),
        timeout: Duration::from_secs(3),
        limit: 1_024,
    };
    let source = ResourceSource {
        name: "notes".into(),
        application: "notes".into(),
        types: ["note".into()].into(),
        endpoint: Arc::new(endpoint),
    };
    (source, Arc::new(serde_json::from_value(json!({ "name": "notes" })).unwrap()))
}

fn asked_of(fake: &Arc<FakeEndpoint>) -> Arc<Asked> {
    let (source, _) = configured();
    Arc::new(Asked::new(source, Ok(SecretString::from(SECRET)), Arc::clone(fake) as Arc<dyn Fetch>))
}

/// Says of each that whoever is named wrote it.
fn written_by(author: &'static str) -> impl Fn(&Came) -> Result<Reply, FetchError> {
    move |came| {
        let question: Value = serde_json::from_slice(&came.body).unwrap();
        let ids = question["ids"].as_array().unwrap().iter();
        let resources: Vec<_> =
            ids.map(|id| json!({ "id": id, "attributes": { "author": author } })).collect();
        let body = json!({ "resources": resources }).to_string().into_bytes();
        Ok(Reply { status: 200, body, ..Reply::default() })
    }
}

fn ids(from: usize, to: usize) -> Vec<String> {
    (from..to).map(|number| format!("n{number}")).collect()
}

fn by() -> AskedBy {
    AskedBy::of(&Subject::anonymous("default".into()))
}

/// Begins to ask about some, and gives what tells of the authors of all of them.
fn ask(
    asked: &Arc<Asked>,
    ids: &[String],
    seconds: i64,
) -> impl Future<Output = Vec<Option<String>>> + use<> {
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let told = asked.ask(by(), ("default", "note"), ids, START + seconds * 1_000_000);
    let told: Vec<_> = told.into_iter().map(|(id, told)| (id.to_owned(), told)).collect();
    async move {
        let mut authors = Vec::new();
        for (id, told) in told {
            let attributes = told.of(&id).await;
            authors.push(attributes.and_then(|it| it.get("author")?.as_str().map(str::to_owned)));
        }
        authors
    }
}

fn all(author: &str, count: usize) -> Vec<Option<String>> {
    vec![Some(author.to_owned()); count]
}

#[tokio::test(start_paused = true)]
async fn a_thousand_who_ask_first_are_one_question() {
    let fake = Arc::new(FakeEndpoint::default());
    fake.answer(written_by("ada"));
    *fake.delay.lock().unwrap() = Duration::from_millis(100);
    let asked = asked_of(&fake);
    // Whoever began to ask gives up: it goes on.
    drop(ask(&asked, &ids(0, 10), 0));
    let waiting: Vec<_> = (0..1_000).map(|_| ask(&asked, &ids(0, 10), 0)).collect();
    // Of those that nobody asks about yet, the others are asked for.
    let more = ask(&asked, &ids(5, 15), 0);
    for waiting in waiting {
        assert_eq!(waiting.await, all("ada", 10));
    }
    assert_eq!(more.await, all("ada", 10));
    let came: Vec<Value> =
        fake.came.lock().unwrap().iter().map(|came| serde_json::from_slice(&came.body).unwrap()).collect();
    assert_eq!(came.len(), 2);
    assert_eq!((&came[0]["ids"], &came[1]["ids"]), (&json!(ids(0, 10)), &json!(ids(10, 15))));
    assert_eq!(ask(&asked, &ids(0, 15), 59).await, all("ada", 15));
    assert_eq!(fake.count(), 2, "what is known is not asked for");
    ask(&asked, &ids(0, 1), 60).await;
    ask(&asked, &ids(0, 1), -1).await;
    assert_eq!(fake.count(), 4, "a clock that was set ends an answer too");
}

#[tokio::test(start_paused = true)]
async fn what_is_forgotten_is_asked_anew_and_what_is_under_way_is_not_kept() {
    let fake = Arc::new(FakeEndpoint::default());
    fake.answer(written_by("ada"));
    fake.answer(written_by("bob"));
    *fake.delay.lock().unwrap() = Duration::from_millis(100);
    let asked = asked_of(&fake);
    let before = ask(&asked, &ids(0, 1), 0);
    tokio::task::yield_now().await;
    asked.forget();
    assert_eq!(before.await, all("ada", 1));
    assert_eq!(ask(&asked, &ids(0, 1), 0).await, all("bob", 1), "what was asked before is not kept");
    let before = ask(&asked, &ids(1, 2), 0);
    tokio::task::yield_now().await;
    asked.forget();
    let after = ask(&asked, &ids(1, 2), 0);
    assert_eq!((before.await, after.await), (all("bob", 1), all("bob", 1)));
    assert_eq!(fake.count(), 4, "whoever came after is answered by what is said then");
    ask(&asked, &ids(1, 2), 0).await;
    assert_eq!(fake.count(), 4);
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_fetched_is_told_to_all_who_wait_and_not_kept() {
    let fake = Arc::new(FakeEndpoint::default());
    fake.answer(|_| Err(FetchError::Unreachable("nobody listens".to_owned())));
    fake.answer(written_by("ada"));
    let asked = asked_of(&fake);
    let waiting: Vec<_> = (0..10).map(|_| ask(&asked, &ids(0, 2), 0)).collect();
    for waiting in waiting {
        assert_eq!(waiting.await, [None, None]);
    }
    assert_eq!(fake.count(), 1);
    assert_eq!(ask(&asked, &ids(0, 2), 0).await, all("ada", 2));
}

#[tokio::test(start_paused = true)]
async fn nobody_is_asked_about_an_id_that_no_resource_has() {
    let fake = Arc::new(FakeEndpoint::default());
    let asked = asked_of(&fake);
    let long = ["x".repeat(MAX_ID + 1)];
    let told = asked.ask(by(), ("default", "note"), vec![&long[0]], START);
    let attributes = told.into_iter().next().unwrap().1.of(&long[0]).await;
    assert_eq!(attributes, Some(Arc::default()), "it has no attributes, whatever whoever asks says");
    assert_eq!(fake.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn all_of_it_takes_no_longer_than_one_answer_may() {
    let fake = Arc::new(FakeEndpoint::default());
    fake.answer(|_| Err(FetchError::TooLarge(0)));
    *fake.delay.lock().unwrap() = Duration::from_secs(1);
    let asked = asked_of(&fake);
    let began = Instant::now();
    assert_eq!(ask(&asked, &ids(0, 100), 0).await, vec![None; 100]);
    assert_eq!(began.elapsed(), Duration::from_secs(3));
}

#[test]
fn an_answer_is_read_strictly() {
    let said =
        read(br#"{"resources":[{"id":"7","attributes":{"author":"ada"}},{"id":"8","attributes":{}}]}"#);
    let said = said.unwrap();
    assert_eq!((said.len(), said["7"].get("author").and_then(Datum::as_str)), (2, Some("ada")));
    assert!(read(br#"{"resources":[]}"#).unwrap().is_empty());
    for wrong in [
        "",
        "[]",
        "{}",
        r#"{"resources":{}}"#,
        r#"{"resources":[],"more":1}"#,
        r#"{"resources":[{"id":7,"attributes":{}}]}"#,
        r#"{"resources":[{"id":"7"}]}"#,
        r#"{"resources":[{"id":"7","attributes":[]}]}"#,
        r#"{"resources":[{"id":"7","attributes":{},"x":1}]}"#,
        r#"{"resources":[{"id":"7","attributes":{}},{"id":"7","attributes":{}}]}"#,
        r#"{"resources":[{"id":"7","attributes":{"a":1,"a":2}}]}"#,
    ] {
        assert!(read(wrong.as_bytes()).is_err(), "{wrong}");
    }
    assert!(read(b"\xff").is_err());
}

//! How many events a second one core looks at with 60 rules: `cargo run --release -p casemate-audit --example detections`.
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "prints what it measured"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use casemate_audit::detection::pack::PACK;
use casemate_audit::detection::{Engine, Observed, Rules};
use casemate_audit::event::{Event, Party, Request};

const EVENTS: usize = 200_000;
const RULES: usize = 60;
const AREAS: [&str; 8] = ["role", "user", "group", "session", "decision", "tenant", "api-key", "resource"];
const VERBS: [(&str, &str); 6] = [
    ("create", "create"),
    ("update", "update"),
    ("delete", "delete"),
    ("read", "read"),
    ("sign-in", "begin"),
    ("decision", "ask"),
];

fn main() {
    let mut texts: Vec<String> = PACK.iter().map(|packed| packed.text.to_owned()).collect();
    let told =
        |texts: &[String]| texts.iter().map(|text| Rules::parse(text).unwrap().about().len()).sum::<usize>();
    while told(&texts) < RULES {
        texts.push(made(texts.len()));
    }
    let rules = told(&texts);
    let events: Vec<String> = (0..EVENTS).map(written).collect();
    let bytes: usize = events.iter().map(String::len).sum();
    for is_parsed in [false, true] {
        let parsed: Vec<Event<'_>> = events.iter().map(|text| Event::parse(text).unwrap()).collect();
        let mut engine =
            Engine::new(texts.iter().map(|text| Arc::new(Rules::parse(text).unwrap())).collect());
        let mut found = Vec::new();
        let mut matched = 0;
        let began = Instant::now();
        for (index, (text, event)) in (0..).zip(events.iter().zip(&parsed)) {
            if is_parsed {
                engine.observe(index, &Observed::new(&Event::parse(text).unwrap()), &mut found);
            } else {
                engine.observe(index, &Observed::new(event), &mut found);
            }
            matched += found.len();
            found.clear();
        }
        let seconds = began.elapsed().as_secs_f64();
        black_box(&engine);
        #[expect(clippy::cast_precision_loss, reason = "for people")]
        let (rate, size) = (EVENTS as f64 / seconds, bytes as f64 / EVENTS as f64);
        let what = if is_parsed { "with reading their JSON" } else { "already read" };
        println!(
            "{rules} rules, {EVENTS} events of {size:.0} bytes, {what}: {rate:.0} events/s, {matched} matches"
        );
    }
}

/// A rule such as people write: by action, by texts within, by address, by count.
fn made(index: usize) -> String {
    let area = AREAS[index % AREAS.len()];
    let (kind, verb) = VERBS[index % VERBS.len()];
    let selection = match index % 6 {
        0 => format!("action: casemate.{area}.{verb}\n        outcome: failure"),
        1 => format!("kind: {kind}\n        request.client|cidr: 10.{index}.0.0/16"),
        2 => format!(
            "request.user_agent|contains:\n            - 'sqlmap{index}'\n            - 'nikto{index}'"
        ),
        3 => format!("action|startswith: casemate.{area}.\n        actor.id|re: '^svc-[0-9]{{3}}{index}$'"),
        4 => format!(
            "kind: {kind}\n        reason|contains|all:\n            - over\n            - 'ride{index}'"
        ),
        _ => format!("outcome: denied\n        resource.id|endswith: '-{index}'"),
    };
    let base = format!(
        "title: Made {index}\nname: made\nlogsource:\n    product: casemate\ndetection:\n    it:\n        {selection}\n    condition: it\n"
    );
    if !index.is_multiple_of(3) {
        return base;
    }
    format!(
        "{base}---\ntitle: Often {index}\ncorrelation:\n    type: event_count\n    rules: [made]\n    group-by: [actor.id]\n    \
         timespan: 1h\n    condition: {{gte: 50}}\n"
    )
}

fn written(index: usize) -> String {
    let area = AREAS[index * 7 % AREAS.len()];
    let (kind, verb) = VERBS[index * 5 % VERBS.len()];
    let (action, id, who) =
        (format!("casemate.{area}.{verb}"), format!("obj-{}", index % 5_000), format!("usr-{}", index % 997));
    let (client, request) = (format!("10.{}.{}.7", index % 200, index % 250), format!("{index:032x}"));
    let event = Event {
        at: 1_795_430_141_000_000 + i64::try_from(index).unwrap() * 1_000,
        kind: kind.into(),
        area: area.into(),
        action: action.into(),
        outcome: if index.is_multiple_of(17) { "denied" } else { "success" }.into(),
        actor: Party {
            provider: "corp".into(),
            kind: "user".into(),
            id: who.into(),
            credential: Some("ses-1".into()),
        },
        resource_type: Some(area.into()),
        resource_id: Some(id.into()),
        revision: 7,
        request: Request {
            id: request.into(),
            route: Some("/api/v1/roles/{id}".into()),
            client: Some(client.into()),
            user_agent: Some("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0".into()),
            ..Request::default()
        },
        after: index
            .is_multiple_of(4)
            .then(|| r#"{"name":"editor","permissions":[{"name":"cms.*"}],"to":{"id":"usr-1"}}"#.into()),
        ..Event::default()
    };
    let mut text = Vec::new();
    event.write(&mut text);
    String::from_utf8(text).unwrap()
}

//! Detections: how many events a second rules look at, on one core, from their texts on.

use std::sync::Arc;

use casemate_audit::detection::pack::PACK;
use casemate_audit::detection::{Engine, Observed, Rules};
use casemate_audit::event::Event;
use casemate_figures::{Failure, Figure};
use rustix::time::{ClockId, clock_gettime};

use crate::made::{self, Numbers};

const RULES: usize = 60;
const EVENTS: u64 = 100_000;
const ROUNDS: usize = 5;
/// Events a second, at least.
const GOAL: f64 = 150_000.0;

/// Rules such as people write, until there are so many: a prefix of the action, an outcome, a network, a word of what changed.
fn written(number: usize) -> String {
    let selection = match number % 6 {
        0 => format!("action: casemate.kind-{number}.delete"),
        1 => format!("action|startswith: casemate.file.\n        tenant: tenant-{}", number % 50),
        2 => format!("outcome: denied\n        request.client|cidr: 10.1.{number}.0/24"),
        3 => format!("after.title|contains: word{number}"),
        4 => format!("request.user_agent|contains:\n            - sqlmap\n            - nikto{number}"),
        _ => format!("kind: update\n        actor.id|endswith: '{number:02x}'\n        outcome: success"),
    };
    format!(
        "title: Rule {number}\nlogsource:\n    product: casemate\ndetection:\n    sought:\n        {selection}\n    condition: sought\n"
    )
}

/// The seconds for which this thread had a core: others may have it meanwhile.
fn on_core() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

pub(crate) fn figures() -> Result<Vec<Figure>, Failure> {
    let mut texts = Vec::new();
    for packed in PACK {
        texts.push(Arc::new(Rules::parse(packed.text).map_err(|error| format!("{}: {error}", packed.id))?));
    }
    let count = |texts: &[Arc<Rules>]| texts.iter().map(|text| text.about().len()).sum::<usize>();
    let mut number = 0;
    while count(&texts) < RULES {
        let text = written(number);
        texts.push(Arc::new(Rules::parse(&text).map_err(|error| format!("{text}: {error}"))?));
        number += 1;
    }
    let mut numbers = Numbers::of(1);
    let events: Vec<String> = (0..EVENTS)
        .map(|place| String::from_utf8(made::text(made::LAST + place as i64 * made::STEP, &mut numbers)))
        .collect::<Result<_, _>>()?;
    let rules = count(&texts);
    let (mut best, mut matches, mut bytes) = (0f64, 0, 0);
    for _ in 0..ROUNDS {
        let mut engine = Engine::new(texts.clone());
        let mut found = Vec::new();
        let begun = on_core();
        for (index, text) in (0..).zip(&events) {
            let event = Event::parse(text)?;
            engine.observe(index, &Observed::new(&event), &mut found);
        }
        best = best.max(EVENTS as f64 / (on_core() - begun));
        (matches, bytes) = (found.len(), engine.counts().bytes);
    }
    Ok(vec![
        Figure::new("detections: rules", rules as f64, "rules"),
        Figure::new("detections: events read and looked at, one core", best, "events/s").at_least(GOAL),
        Figure::new(format!("detections: matches in {EVENTS} events"), matches as f64, "matches"),
        Figure::new("detections: what rules remember", bytes as f64 / 1e6, "MB"),
    ])
}

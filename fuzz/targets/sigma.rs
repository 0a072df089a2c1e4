//! Rules over events: any text is taken, or refused with its place and what to do; what is taken looks at events without a panic, and
//! alike whichever other rules there are.
//!
//! The first line is texts of events, with `;` between them; the rest is the text of the rules.
#![no_main]

use std::sync::{Arc, OnceLock};

use casemate_audit::detection::pack::PACK;
use casemate_audit::detection::{Engine, Observed, Rules};
use casemate_audit::event::{Event, Party, Request};
use libfuzzer_sys::fuzz_target;

/// Our own rules.
fn pack() -> &'static Vec<Arc<Rules>> {
    static TEXTS: OnceLock<Vec<Arc<Rules>>> = OnceLock::new();
    TEXTS.get_or_init(|| {
        PACK.iter().map(|packed| Arc::new(Rules::parse(packed.text).expect("a rule of ours"))).collect()
    })
}

fn event(at: i64, said: &str) -> Event<'_> {
    let mut parts = said.split(',');
    let mut next = || parts.next().unwrap_or_default();
    Event {
        at: at + next().parse::<i32>().map_or(0, |seconds| i64::from(seconds) * 1_000_000),
        kind: next().into(),
        action: next().into(),
        outcome: next().into(),
        actor: Party { id: next().into(), ..Party::default() },
        request: Request { client: Some(next().into()), ..Request::default() },
        reason: parts.next().map(Into::into),
        after: parts.next().map(Into::into),
        ..Event::default()
    }
}

fuzz_target!(|text: &str| {
    let Some((events, rules)) = text.split_once('\n') else { return };
    let rules = match Rules::parse(rules) {
        Ok(rules) => Arc::new(rules),
        Err(error) => {
            assert!(error.line >= 1 && error.column >= 1, "{error}");
            assert!(!error.what.is_empty() && !error.cure.is_empty());
            assert!(error.to_string().len() < 4_096, "{error}");
            return;
        }
    };
    assert!(rules.about().any(|about| about.is_told));
    let mut alone = Engine::new(vec![Arc::clone(&rules)]);
    let mut among = Engine::new(pack().iter().cloned().chain([rules]).collect());
    let (mut one, mut all) = (Vec::new(), Vec::new());
    for (index, said) in (0..).zip(events.split(';').take(64)) {
        let event = event(1_795_430_141_000_000 + i64::try_from(index).unwrap_or(0), said);
        let observed = Observed::new(&event);
        alone.observe(index, &observed, &mut one);
        among.observe(index, &observed, &mut all);
    }
    all.retain(|found| found.text == PACK.len());
    all.iter_mut().for_each(|found| found.text = 0);
    assert_eq!(one, all);
    for found in &one {
        assert!(found.events.is_sorted() && !found.events.is_empty(), "{found:?}");
    }
});

//! The rules in force: those that are configured, and those of our own pack that nothing stands in the place of.

use std::collections::HashSet;
use std::sync::Arc;

use casemate_audit::detection::pack::PACK;
use casemate_audit::detection::{About, Level, Match, Rules, limits};
use casemate_directory::model::DetectionDocument;
use casemate_directory::{Kind, Lister, sha256};
use casemate_store::AlertDraft;

/// For how long after a match another one belongs to the same alert at least, in microseconds.
const SHORTEST_WINDOW: i64 = 3_600 * 1_000_000;

/// The detection that tells of what the log lacks.
const GAP: &str = "audit-gap";

/// The one of our own that tells who switches others off: nothing stands in its place.
const ALWAYS: &str = "detection-weakened";

/// A detection that is looked for.
#[derive(Debug, Clone)]
pub(super) struct Enforced {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) rules: Arc<Rules>,
}

/// The texts that are to be looked for, by name; what is disabled is not among them.
pub(super) fn wanted(lister: &Lister) -> Vec<(String, String)> {
    let configured: Vec<DetectionDocument> = lister
        .all(Kind::Detection, "", limits::TEXTS)
        .into_iter()
        .filter_map(|entry| serde_json::from_value(entry.document).ok())
        .collect();
    let names: HashSet<&str> = configured.iter().map(|detection| detection.name.as_str()).collect();
    let packed = PACK.iter().filter(|packed| packed.id == ALWAYS || !names.contains(packed.id));
    let mut wanted: Vec<(String, String)> =
        packed.map(|packed| (packed.id.to_owned(), packed.text.to_owned())).collect();
    let own = |name: &str| PACK.iter().find(|packed| packed.id == name).map(|packed| packed.text.to_owned());
    wanted.extend(configured.into_iter().filter(|detection| !detection.disabled).filter_map(|detection| {
        let text = detection.rules.or_else(|| own(&detection.name))?;
        Some((detection.name, text))
    }));
    // An engine takes no more than so many: what cannot be switched off is not crowded out either.
    wanted.sort_by(|one, other| (one.0 != ALWAYS, one).cmp(&(other.0 != ALWAYS, other)));
    wanted.dedup();
    wanted
}

/// Reads texts; one that was read before is not read again, and one that cannot be read is left out and told.
pub(super) fn read(wanted: Vec<(String, String)>, known: &[Enforced]) -> Vec<Enforced> {
    let read = |(name, text): (String, String)| {
        if let Some(known) = known.iter().find(|known| known.name == name && known.text == text) {
            return Some(known.clone());
        }
        match Rules::parse(&text) {
            Ok(rules) => Some(Enforced { name, text, rules: Arc::new(rules) }),
            Err(error) => {
                tracing::error!(%error, name, "a detection is not looked for: write it anew");
                None
            }
        }
    };
    wanted.into_iter().filter_map(read).collect()
}

/// What is kept of a match; nothing where its rule is there to inform other rules.
pub(super) fn draft(enforced: &Enforced, found: Match) -> Option<AlertDraft> {
    let About { title, id, level, .. } = enforced.rules.about().nth(found.rule)?;
    if level == Level::Informational {
        return None;
    }
    let group: Vec<(String, String)> =
        found.group.iter().map(|(name, value)| (keepable(name), keepable(value))).collect();
    let mut keyed = format!("{}\n{}\n", enforced.name, id.unwrap_or(title));
    group.iter().for_each(|(name, value)| {
        keyed.push_str(&format!("{}:{name}{}:{value}", name.len(), value.len()));
    });
    Some(AlertDraft {
        key: key(&keyed),
        detection: enforced.name.clone(),
        rule: keepable(title),
        rule_id: id.map(keepable),
        level: level.as_str().to_owned(),
        first_at: found.at,
        last_at: found.at,
        last_event: found.events.last().copied()?,
        window: enforced.rules.timespan().clamp(SHORTEST_WINDOW, 24 * SHORTEST_WINDOW),
        count: 1,
        events: found.events,
        group,
        value: found.value.as_deref().map(keepable),
    })
}

/// The alert that stands for those that are held back, of a tenant or of all (empty).
pub(super) fn instead(of: &AlertDraft, tenant: &str) -> AlertDraft {
    let group = if tenant.is_empty() { Vec::new() } else { vec![("tenant".to_owned(), tenant.to_owned())] };
    AlertDraft {
        key: key(&format!("{}\nheld back\n{tenant}", of.detection)),
        rule: format!("Alerts are held back: `{}` makes very many", of.detection),
        rule_id: None,
        level: "high".to_owned(),
        window: SHORTEST_WINDOW,
        group,
        value: None,
        ..of.clone()
    }
}

/// The alert of events that no rule looks at, since they cannot be read: those before an index.
pub(super) fn lost(first: u64, end: u64, now: i64) -> AlertDraft {
    let last = end.saturating_sub(1);
    AlertDraft {
        key: key(&format!("{GAP}\nlost\n{end}")),
        detection: GAP.to_owned(),
        rule: "Events on record cannot be read, and no rule looks at them".to_owned(),
        rule_id: None,
        level: Level::Critical.as_str().to_owned(),
        first_at: now,
        last_at: now,
        last_event: last,
        window: SHORTEST_WINDOW,
        count: 1,
        events: vec![first, last],
        group: vec![("events".to_owned(), format!("{first} to {last}"))],
        value: None,
    }
}

fn key(text: &str) -> String {
    sha256(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A text as every database keeps it.
fn keepable(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Puts matches together that make one alert.
pub(super) fn gather(drafts: &mut Vec<AlertDraft>, draft: AlertDraft) {
    let same = |other: &&mut AlertDraft| {
        other.key == draft.key && draft.first_at.saturating_sub(other.last_at) <= draft.window
    };
    match drafts.iter_mut().rev().find(same) {
        Some(other) => other.join(draft),
        None => drafts.push(draft),
    }
}

//! Rules over a stream of events.

use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;

use ipnet::IpNet;

use super::check::kept;
use super::correlation::{Correlation, Kind};
use super::document::{Body, Search};
use super::index::{At, Index};
use super::limits;
use super::memory::{Latest, Memory, Seen, Step, Steps, Times, Values};
use super::rules::{Rule, Rules};
use super::value::{Fields, Value};
use super::watch::{Watch, Watched};

/// The fields by which matches of a rule are told apart that says nothing of it: who did it, and where.
const BY_ACTOR: [&str; 3] = ["tenant", "actor.provider", "actor.id"];

/// The kind of events that applications record.
const RECORDED: &str = "recorded";

/// That a rule matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Match {
    /// The text of the rule, by its position among those of the engine.
    pub text: usize,
    /// The rule, by its position in the text.
    pub rule: usize,
    /// When the event happened by which it matched, in microseconds since 1970 (UTC).
    pub at: i64,
    /// The events by which it matched, by their indexes, rising; the newest of them where there are more than [`limits::EVENTS`].
    pub events: Vec<u64>,
    /// By which fields it was grouped, and their values; long ones are cut.
    pub group: Vec<(Box<str>, Box<str>)>,
    /// What was new, of a rule that looks for new values.
    pub value: Option<Box<str>>,
}

/// What an engine counted since it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Events that it looked at.
    pub events: u64,
    /// Events that it was shown again, and did not look at.
    pub repeated: u64,
    /// Events that were matched but came later than the time of their correlation.
    pub late: u64,
    /// Events that were matched but had not all of the fields by which is grouped.
    pub ungrouped: u64,
    /// Groups that were forgotten before their time, for want of room.
    pub forgotten: u64,
    /// About how many bytes are remembered now.
    pub bytes: u64,
}

#[derive(Debug)]
enum State {
    None,
    Times(Memory<Times>),
    Values(Memory<Values>),
    Latest(Memory<Latest>),
    Steps(Memory<Steps>),
    Seen(Memory<Seen>),
}

/// Whether the log misses something before an event.
#[derive(Debug, Clone, Copy, Default)]
struct Before {
    is_missing: bool,
    /// By how much its time is before that of an earlier event, in microseconds.
    set_back: i64,
}

/// Rules that look at events one by one, in the order of their indexes, and remember what they need.
#[derive(Debug)]
pub struct Engine {
    texts: Vec<Arc<Rules>>,
    states: Vec<Vec<State>>,
    index: Index,
    counts: Counts,
    next: Option<u64>,
    newest: i64,
    is_missing: bool,
    candidates: Vec<At>,
    key: String,
}

impl Engine {
    /// An engine of these texts, of which it takes [`limits::TEXTS`] at most; further ones are left out.
    #[must_use]
    pub fn new(texts: Vec<Arc<Rules>>) -> Engine {
        let texts: Vec<Arc<Rules>> = texts.into_iter().take(limits::TEXTS).collect();
        let remembering =
            texts.iter().flat_map(|text| &text.documents).filter(|rule| remembers(rule)).count();
        let limit = (limits::STATE / remembering.max(1)).min(limits::STATE_OF_ONE);
        let mut index = Index::default();
        for (at, text) in (0..).zip(&texts) {
            for (rule, document) in (0..).zip(&text.documents) {
                if let Body::Search(search) = &document.document.body {
                    index.add((at, rule), search);
                }
            }
        }
        let states = texts
            .iter()
            .map(|text| text.documents.iter().map(|rule| State::new(rule, limit)).collect())
            .collect();
        Engine {
            texts,
            states,
            index,
            counts: Counts::default(),
            next: None,
            newest: i64::MIN,
            is_missing: false,
            candidates: Vec::new(),
            key: String::new(),
        }
    }

    /// Says which event comes first: one behind it tells of a gap.
    pub fn expect(&mut self, index: u64) {
        self.next = Some(index);
    }

    /// How long before an event others may matter to it, in microseconds.
    #[must_use]
    pub fn timespan(&self) -> i64 {
        self.texts.iter().map(|text| text.timespan()).max().unwrap_or(0)
    }

    /// What was counted.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = self.counts;
        for state in self.states.iter().flatten() {
            let (bytes, forgotten) = match state {
                State::None => (0, 0),
                State::Times(memory) => (memory.bytes(), memory.forgotten),
                State::Values(memory) => (memory.bytes(), memory.forgotten),
                State::Latest(memory) => (memory.bytes(), memory.forgotten),
                State::Steps(memory) => (memory.bytes(), memory.forgotten),
                State::Seen(memory) => (memory.bytes(), memory.forgotten),
            };
            counts.bytes += bytes as u64;
            counts.forgotten += forgotten;
        }
        counts
    }

    /// Passes an event over whose text is no longer there.
    pub fn skip(&mut self, index: u64) {
        if self.next.is_none_or(|next| index >= next) {
            self.is_missing |= self.next.is_some_and(|next| index > next);
            self.next = index.checked_add(1);
        }
    }

    /// Looks at an event; what matched by it is added to `found`. An event that was shown before is passed over.
    pub fn observe(&mut self, index: u64, event: &dyn Fields, found: &mut Vec<Match>) {
        if self.next.is_some_and(|next| index < next) {
            self.counts.repeated += 1;
            return;
        }
        self.skip(index);
        self.counts.events += 1;
        let at = event.at();
        // What applications record tells when they say it was, not what the clock said here.
        let is_of_clock = event.get("kind").is_none_or(|kind| kind.as_text().as_deref() != Some(RECORDED));
        let knows = is_of_clock && self.newest != i64::MIN;
        let before = Before {
            is_missing: std::mem::take(&mut self.is_missing),
            set_back: if knows { self.newest.saturating_sub(at) } else { 0 },
        };
        if is_of_clock {
            self.newest = self.newest.max(at);
        }
        let mut candidates = std::mem::take(&mut self.candidates);
        candidates.clear();
        self.index.candidates(event, &mut candidates);
        for (text, rule) in candidates.drain(..) {
            self.look(index, event, before, text as usize, rule as usize, found);
        }
        self.candidates = candidates;
    }

    /// Looks at an event with a rule that looks at single ones.
    fn look(
        &mut self,
        index: u64,
        event: &dyn Fields,
        before: Before,
        text: usize,
        rule: usize,
        found: &mut Vec<Match>,
    ) {
        let Some(rules) = self.texts.get(text).map(Arc::clone) else { return };
        let Some(Body::Search(search)) = rules.documents.get(rule).map(|rule| &rule.document.body) else {
            return;
        };
        let is_met = search.condition.holds(&mut |selection| {
            search.selections.get(selection).is_some_and(|selection| selection.holds(event))
        });
        if !is_met {
            return;
        }
        let (events, group) = (vec![index], Vec::new());
        let mut matched = Match { text, rule, at: event.at(), events, group, value: None };
        match &search.watch {
            None => matched.group = present(event, &BY_ACTOR),
            Some(watch) => {
                if !self.watched(watch, event, before, &mut matched) {
                    return;
                }
            }
        }
        self.tell(&rules, event, matched, found);
    }

    /// Whether an event that a rule matched is one of those that it watches for.
    fn watched(&mut self, watch: &Watch, event: &dyn Fields, before: Before, matched: &mut Match) -> bool {
        match watch.watched {
            Watched::Gap { tolerance } => {
                // What is missing is told apart, so that a clock does not hide it.
                let what = if before.is_missing { "missing" } else { "clock" };
                matched.group = vec![("gap".into(), what.into())];
                return before.is_missing || before.set_back > tolerance;
            }
            Watched::Each => {
                let names: Vec<&str> = watch.group_by.iter().map(|name| &**name).collect();
                matched.group = present(event, if names.is_empty() { &BY_ACTOR } else { &names });
                return true;
            }
            Watched::NewValue { .. } | Watched::Awakening { .. } => {}
        }
        let Some(group) = grouped(event, watch.group_by.iter().map(|name| (&**name, &**name))) else {
            self.counts.ungrouped += 1;
            return false;
        };
        key_of(&group, &mut self.key);
        let state = self.states.get_mut(matched.text).and_then(|states| states.get_mut(matched.rule));
        let Some(State::Seen(memory)) = state else { return false };
        let at = matched.at;
        let is_told = match &watch.watched {
            Watched::Awakening { idle } => {
                memory.touch(&self.key, at, |seen| seen.idle(at)).is_some_and(|slept| slept > *idle)
            }
            Watched::NewValue { field, is_network, learns } => {
                let value = event.get(field);
                let Some(value) = value.as_ref().and_then(Value::as_text).filter(|value| !value.is_empty())
                else {
                    self.counts.ungrouped += 1;
                    return false;
                };
                let value = if *is_network { network(&value) } else { kept(value) };
                matched.value = Some(value.clone());
                memory.touch(&self.key, at, |seen| seen.is_new(value, at, watch.timespan, *learns))
            }
            Watched::Each | Watched::Gap { .. } => false,
        };
        matched.group = group;
        is_told
    }

    /// Tells of a match, and hands it to the correlations that wait for it.
    fn tell(&mut self, rules: &Arc<Rules>, event: &dyn Fields, matched: Match, found: &mut Vec<Match>) {
        let Some(rule) = rules.documents.get(matched.rule) else { return };
        for (correlation, position) in &rule.feeds {
            if let Some(matched) = self.correlate(rules, event, &matched, *correlation, *position) {
                self.tell(rules, event, matched, found);
            }
        }
        // An event by which two rules match that a correlation refers to is still one match of it.
        let is_again = |other: &Match| {
            (other.text, other.rule, other.events.last())
                == (matched.text, matched.rule, matched.events.last())
        };
        if rule.is_told && !found.iter().rev().take(64).any(is_again) {
            found.push(matched);
        }
    }

    fn correlate(
        &mut self,
        rules: &Arc<Rules>,
        event: &dyn Fields,
        by: &Match,
        rule: usize,
        position: usize,
    ) -> Option<Match> {
        let Body::Correlation(correlation) = &rules.documents.get(rule)?.document.body else { return None };
        let fields = correlation.group_by.iter();
        let group =
            grouped(event, fields.filter_map(|field| Some((&*field.name, &**field.of.get(position)?))));
        let Some(group) = group else {
            self.counts.ungrouped += 1;
            return None;
        };
        key_of(&group, &mut self.key);
        let Correlation { kind, timespan, rules: referred, .. } = correlation;
        let (at, index) = (by.at, by.events.last().copied()?);
        let state = self.states.get_mut(by.text)?.get_mut(rule)?;
        let events = match (kind, state) {
            (Kind::Events(count), State::Times(memory)) => {
                let told = memory.touch(&self.key, at, |times| {
                    times
                        .take(at, index, *timespan, *count)
                        .map(|is_met| is_met.then(|| newest(times.0.iter().copied())))
                });
                self.counts.late += u64::from(told.is_none());
                told.flatten()?
            }
            (Kind::Values(field, count), State::Values(memory)) => {
                let value = event.get(field);
                let value = kept(value.as_ref().and_then(Value::as_text)?);
                let told = memory.touch(&self.key, at, |values| {
                    let is_met = values.take(at, index, &value, *timespan, *count);
                    is_met.map(|is_met| is_met.then(|| newest(values.events())))
                });
                self.counts.late += u64::from(told.is_none());
                told.flatten()?
            }
            (Kind::Rules(count), State::Latest(memory)) => memory.touch(&self.key, at, |latest| {
                latest.take(step(by), position, referred.len(), *timespan, *count)
            })?,
            (Kind::Sequence, State::Steps(memory)) => memory
                .touch(&self.key, at, |steps| steps.take(step(by), position, referred.len(), *timespan))?,
            _ => return None,
        };
        // What led to the match of a correlation led to this one too.
        let mut events = events;
        events.extend_from_slice(&by.events);
        events.sort_unstable();
        events.dedup();
        let over = events.len().saturating_sub(limits::EVENTS);
        events.drain(..over);
        Some(Match { text: by.text, rule, at, events, group, value: None })
    }
}

impl State {
    fn new(rule: &Rule, limit: usize) -> State {
        match &rule.document.body {
            Body::Search(Search { watch: Some(Watch { watched, timespan, .. }), .. }) => match watched {
                Watched::NewValue { .. } | Watched::Awakening { .. } => {
                    State::Seen(Memory::new(limit, *timespan))
                }
                Watched::Each | Watched::Gap { .. } => State::None,
            },
            Body::Search(_) => State::None,
            Body::Correlation(Correlation { kind, timespan, .. }) => match kind {
                Kind::Events(_) => State::Times(Memory::new(limit, *timespan)),
                Kind::Values(..) => State::Values(Memory::new(limit, *timespan)),
                Kind::Rules(_) => State::Latest(Memory::new(limit, *timespan)),
                Kind::Sequence => State::Steps(Memory::new(limit, *timespan)),
            },
        }
    }
}

fn remembers(rule: &Rule) -> bool {
    !matches!(State::new(rule, 0), State::None)
}

/// A match as a part of others, with the newest of the events that led to it.
fn step(by: &Match) -> Step {
    let over = by.events.len().saturating_sub(limits::EVENTS_OF_A_STEP);
    let index = by.events.last().copied().unwrap_or_default();
    Step { at: by.at, index, events: by.events.get(over..).unwrap_or_default().into() }
}

fn newest(events: impl DoubleEndedIterator<Item = (i64, u64)>) -> Vec<u64> {
    events.rev().take(limits::EVENTS).map(|(_, index)| index).collect()
}

/// The values by which is grouped, each under its name; `None` where the event has not all of them.
fn grouped<'f>(
    event: &dyn Fields,
    fields: impl Iterator<Item = (&'f str, &'f str)>,
) -> Option<Vec<(Box<str>, Box<str>)>> {
    let value = |field: &str| {
        let value = event.get(field);
        value.as_ref().and_then(Value::as_text).map(kept)
    };
    fields.map(|(name, field)| Some((name.into(), value(field)?))).collect()
}

/// Those of the fields that an event has.
fn present(event: &dyn Fields, names: &[&str]) -> Vec<(Box<str>, Box<str>)> {
    names.iter().filter_map(|name| grouped(event, std::iter::once((*name, *name)))).flatten().collect()
}

/// One text for the values of a group, another for every other group.
fn key_of(group: &[(Box<str>, Box<str>)], key: &mut String) {
    key.clear();
    for (_, value) in group {
        // Writing to a text does not fail.
        let _ = write!(key, "{}:{value}", value.len());
    }
}

/// The network of an address: 24 bits of IPv4, 48 of IPv6. What is no address stays as it is.
fn network(text: &str) -> Box<str> {
    let Ok(address) = text.parse::<IpAddr>() else { return kept(text.into()) };
    let address = address.to_canonical();
    let bits = if address.is_ipv4() { 24 } else { 48 };
    IpNet::new(address, bits).map_or_else(|_| kept(text.into()), |network| network.trunc().to_string().into())
}

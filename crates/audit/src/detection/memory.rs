//! What is remembered of groups of events, within bounds: the group that was touched longest ago is forgotten first, and counted.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

/// About what a group takes beside its key and what it holds.
const OF_A_GROUP: usize = 256;

/// What a group holds.
pub(super) trait Held: Default {
    /// The bytes that it takes, about.
    fn bytes(&self) -> usize;
}

#[derive(Debug)]
struct Group<H> {
    held: H,
    touched: u64,
    last: i64,
}

/// Groups by their keys.
#[derive(Debug)]
pub(super) struct Memory<H> {
    groups: HashMap<Arc<str>, Group<H>>,
    /// The groups in the order in which they were touched; a group that was touched again stands here several times.
    order: VecDeque<(u64, Arc<str>)>,
    touches: u64,
    bytes: usize,
    limit: usize,
    timespan: i64,
    /// How many groups were forgotten before their time, for want of room.
    pub(super) forgotten: u64,
}

impl<H: Held> Memory<H> {
    pub(super) fn new(limit: usize, timespan: i64) -> Memory<H> {
        let (groups, order) = (HashMap::new(), VecDeque::new());
        Memory { groups, order, touches: 0, bytes: 0, limit, timespan, forgotten: 0 }
    }

    /// What is held of a group, at the time of an event; whatever `with` makes of it stays.
    pub(super) fn touch<T>(&mut self, key: &str, at: i64, with: impl FnOnce(&mut H) -> T) -> T {
        self.touches += 1;
        let key: Arc<str> = match self.groups.get_key_value(key) {
            Some((key, _)) => Arc::clone(key),
            None => Arc::from(key),
        };
        let mut added = 0;
        let group = self.groups.entry(Arc::clone(&key)).or_insert_with(|| {
            added = OF_A_GROUP + key.len();
            Group { held: H::default(), touched: 0, last: at }
        });
        let before = group.held.bytes();
        let made = with(&mut group.held);
        group.touched = self.touches;
        group.last = group.last.max(at);
        self.bytes = (self.bytes + added + group.held.bytes()).saturating_sub(before);
        self.order.push_back((self.touches, key));
        self.shrink(at);
        made
    }

    fn shrink(&mut self, at: i64) {
        if self.order.len() > self.groups.len() * 2 + 1_024 {
            let groups = &self.groups;
            self.order
                .retain(|(touched, key)| groups.get(key).is_some_and(|group| group.touched == *touched));
        }
        // Two for each touch: what is over goes faster than anything comes.
        let mut over = 2;
        while let Some((touched, key)) = self.order.front() {
            let Some(group) = self.groups.get(key).filter(|group| group.touched == *touched) else {
                self.order.pop_front();
                continue;
            };
            let is_over = over > 0 && group.last.saturating_add(self.timespan) < at;
            if self.bytes <= self.limit && !is_over {
                break;
            }
            let freed = OF_A_GROUP + key.len() + group.held.bytes();
            if is_over {
                over -= 1;
            } else {
                self.forgotten += 1;
            }
            self.groups.remove(key);
            self.order.pop_front();
            self.bytes = self.bytes.saturating_sub(freed);
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

/// The newest events, as many as are counted.
#[derive(Debug, Default)]
pub(super) struct Times(pub(super) VecDeque<(i64, u64)>);

impl Held for Times {
    fn bytes(&self) -> usize {
        self.0.len() * 16
    }
}

impl Times {
    /// Takes an event; how it stands then: whether there are `count` of them within the time. `None` for one that comes too late.
    pub(super) fn take(&mut self, at: i64, index: u64, timespan: i64, count: usize) -> Option<bool> {
        let newest = self.0.back().map_or(at, |(newest, _)| (*newest).max(at));
        if newest.saturating_sub(at) > timespan {
            return None;
        }
        // The same event, by another of the rules.
        if self.0.iter().rev().take(4).any(|(_, known)| *known == index) {
            return Some(false);
        }
        let place = self.0.iter().rposition(|(other, _)| *other <= at).map_or(0, |place| place + 1);
        self.0.insert(place, (at, index));
        while self.0.len() > count
            || self.0.front().is_some_and(|(oldest, _)| newest.saturating_sub(*oldest) > timespan)
        {
            self.0.pop_front();
        }
        Some(self.0.len() >= count)
    }
}

/// The newest values, as many as are counted, each with when it was seen last.
#[derive(Debug, Default)]
pub(super) struct Values {
    by_time: BTreeMap<(i64, u64), Arc<str>>,
    times: HashMap<Arc<str>, (i64, u64)>,
    bytes: usize,
}

impl Held for Values {
    fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Values {
    /// As [`Times::take`], of an event with this value.
    pub(super) fn take(
        &mut self,
        at: i64,
        index: u64,
        value: &str,
        timespan: i64,
        count: usize,
    ) -> Option<bool> {
        let newest = self.by_time.last_key_value().map_or(at, |((newest, _), _)| (*newest).max(at));
        if newest.saturating_sub(at) > timespan {
            return None;
        }
        match self.times.get_key_value(value) {
            Some((_, known)) if *known >= (at, index) => {}
            Some((key, known)) => {
                let (key, known) = (Arc::clone(key), *known);
                self.by_time.remove(&known);
                self.by_time.insert((at, index), Arc::clone(&key));
                self.times.insert(key, (at, index));
            }
            None => {
                let key: Arc<str> = Arc::from(value);
                self.bytes += key.len() + 160;
                self.by_time.insert((at, index), Arc::clone(&key));
                self.times.insert(key, (at, index));
            }
        }
        while self.by_time.len() > count
            || self
                .by_time
                .first_key_value()
                .is_some_and(|((oldest, _), _)| newest.saturating_sub(*oldest) > timespan)
        {
            let Some((_, value)) = self.by_time.pop_first() else { break };
            self.bytes = self.bytes.saturating_sub(value.len() + 160);
            self.times.remove(&value);
        }
        Some(self.by_time.len() >= count)
    }

    pub(super) fn events(&self) -> impl DoubleEndedIterator<Item = (i64, u64)> + '_ {
        self.by_time.keys().copied()
    }
}

/// A match of one of several rules.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Step {
    pub(super) at: i64,
    pub(super) index: u64,
    /// The events that led to it, of which it is the last.
    pub(super) events: Arc<[u64]>,
}

impl Step {
    fn bytes(&self) -> usize {
        48 + self.events.len() * 8
    }
}

/// The newest match of each rule.
#[derive(Debug, Default)]
pub(super) struct Latest(Vec<Option<Step>>);

impl Held for Latest {
    fn bytes(&self) -> usize {
        self.0.iter().flatten().map(Step::bytes).sum()
    }
}

impl Latest {
    /// Takes a match of the rule at a position; what led to it, where so many rules matched within the time.
    pub(super) fn take(
        &mut self,
        step: Step,
        position: usize,
        rules: usize,
        timespan: i64,
        count: usize,
    ) -> Option<Vec<u64>> {
        self.0.resize(rules, None);
        if let Some(latest) = self.0.get_mut(position) {
            *latest = latest.take().max(Some(step));
        }
        let newest = self.0.iter().flatten().map(|step| step.at).max().unwrap_or_default();
        let within = || self.0.iter().flatten().filter(|step| newest.saturating_sub(step.at) <= timespan);
        (within().count() >= count).then(|| within().flat_map(|step| step.events.iter().copied()).collect())
    }
}

/// The matches of a sequence, as far as it came.
type Reached = Vec<Step>;

/// How far sequences came: of each number of steps the one that began last, and the one before the event that reached it last.
#[derive(Debug, Default)]
pub(super) struct Steps(Vec<(Reached, Reached)>);

impl Held for Steps {
    fn bytes(&self) -> usize {
        self.0
            .iter()
            .map(|(last, before)| 48 + last.iter().chain(before).map(Step::bytes).sum::<usize>())
            .sum()
    }
}

impl Steps {
    /// Takes a match of the rule at a position; what led to it, where that ended the whole sequence within the time.
    pub(super) fn take(
        &mut self,
        step: Step,
        position: usize,
        rules: usize,
        timespan: i64,
    ) -> Option<Vec<u64>> {
        self.0.resize(rules, Default::default());
        let mut steps = match position.checked_sub(1) {
            None => Vec::new(),
            Some(before) => {
                let (last, before) = self.0.get(before)?;
                // One event is not two steps.
                let is_behind = |steps: &Reached| steps.last().is_some_and(|last| last.index < step.index);
                let steps = [last, before].into_iter().find(|steps| is_behind(steps))?;
                if steps.first().is_none_or(|first| step.at.saturating_sub(first.at) > timespan) {
                    return None;
                }
                steps.clone()
            }
        };
        let (last, before) = self.0.get_mut(position)?;
        if last.last().is_none_or(|last| last.index != step.index) {
            *before = std::mem::take(last);
        }
        steps.push(step);
        *last = steps;
        (position + 1 == rules).then(|| last.iter().flat_map(|step| step.events.iter().copied()).collect())
    }
}

/// What was seen of a group: values, or only that there was something.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) first: Option<i64>,
    pub(super) last: i64,
    pub(super) values: Vec<(Box<str>, i64)>,
}

impl Held for Seen {
    fn bytes(&self) -> usize {
        // Values are networks, addresses or ids as a rule; long ones are cut where they are kept.
        self.values.len() * 64
    }
}

impl Seen {
    /// How long nothing was seen of the group before this event; `None` of the first.
    pub(super) fn idle(&mut self, at: i64) -> Option<i64> {
        let idle = self.first.map(|_| at.saturating_sub(self.last));
        self.first = self.first.or(Some(at));
        self.last = self.last.max(at);
        idle
    }

    /// Whether a value is new to the group, of which others are known for longer than is learnt.
    pub(super) fn is_new(&mut self, value: Box<str>, at: i64, timespan: i64, learns: i64) -> bool {
        self.values.retain(|(_, last)| at.saturating_sub(*last) <= timespan);
        let first = *self.first.get_or_insert(at);
        if let Some((_, last)) = self.values.iter_mut().find(|(known, _)| *known == value) {
            *last = (*last).max(at);
            return false;
        }
        let is_known = !self.values.is_empty() && at.saturating_sub(first) >= learns;
        if self.values.len() >= super::limits::VALUES {
            let oldest =
                self.values.iter().enumerate().min_by_key(|(_, (_, last))| *last).map(|(index, _)| index);
            oldest.map(|oldest| self.values.swap_remove(oldest));
        }
        self.values.push((value, at));
        is_known
    }
}

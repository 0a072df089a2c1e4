//! What a way of telling a receiver remembers of alerts that could not be told, so that one which is never taken keeps no other back.

use std::collections::BTreeSet;

use casemate_identity::BoxFuture;
use casemate_store::StoredAlert;

/// After so many attempts others are tried, to find out whether it is the alert that is not taken, or the receiver that is gone.
const OTHERS_AFTER: u32 = 5;
/// An alert that could not be told for so long is passed over, in microseconds: a day since it was first tried.
const GIVEN_UP: i64 = 86_400_000_000;

/// What is remembered, as long as this process tells.
#[derive(Debug, Default)]
pub(super) struct Trying {
    first: Option<Tried>,
    /// Those behind it that were told meanwhile.
    ahead: BTreeSet<i64>,
    /// Of an alert, the addresses that were written to.
    pub(super) written: BTreeSet<(i64, usize)>,
}

/// The alert that is in the way.
#[derive(Debug, Clone, Copy)]
struct Tried {
    number: i64,
    /// When it was tried first.
    since: i64,
    times: u32,
}

/// Tells a receiver of alerts.
pub(super) trait Tells: Sync {
    /// Tells of one, or says why not.
    fn tell<'a>(
        &'a self,
        alert: &'a StoredAlert,
        trying: &'a mut Trying,
    ) -> BoxFuture<'a, Result<(), String>>;
}

/// What became of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It was told, now or before.
    Told,
    /// It is passed over.
    PassedOver,
    /// It is tried again, later.
    Waits,
}

impl Trying {
    /// Tells of the first of some alerts that are to be told.
    pub(super) async fn tell(&mut self, alerts: &[&StoredAlert], now: i64, tells: &impl Tells) -> Outcome {
        let Some((alert, behind)) = alerts.split_first() else { return Outcome::Told };
        let number = alert.number;
        if self.ahead.remove(&number) {
            return Outcome::Told;
        }
        if tells.tell(alert, self).await.is_ok() {
            self.first = None;
            return Outcome::Told;
        }
        let mut tried = self.first.filter(|tried| tried.number == number).unwrap_or(Tried {
            number,
            since: now,
            times: 0,
        });
        tried.times = tried.times.saturating_add(1);
        self.first = Some(tried);
        let is_given_up = now.saturating_sub(tried.since) > GIVEN_UP;
        if !is_given_up && !self.is_in_the_way(tried, alert, behind, tells).await {
            return Outcome::Waits;
        }
        if !is_given_up && self.first.is_none() {
            return Outcome::Told;
        }
        self.first = None;
        Outcome::PassedOver
    }

    /// Whether another alert is told and this one is not; nothing is left of it where it is told after all.
    async fn is_in_the_way(
        &mut self,
        tried: Tried,
        alert: &StoredAlert,
        behind: &[&StoredAlert],
        tells: &impl Tells,
    ) -> bool {
        let Some(turn) = tried.times.checked_sub(OTHERS_AFTER) else { return false };
        let others: Vec<&&StoredAlert> =
            behind.iter().filter(|other| !self.ahead.contains(&other.number)).collect();
        // Another one each time: it may be as little taken as the first.
        let Some(other) = (turn as usize).checked_rem(others.len()).and_then(|place| others.get(place))
        else {
            return false;
        };
        if tells.tell(other, self).await.is_err() {
            return false;
        }
        self.ahead.insert(other.number);
        // The receiver may have come back just now.
        if tells.tell(alert, self).await.is_ok() {
            self.first = None;
        }
        true
    }

    /// Forgets what is behind the place up to which was told.
    pub(super) fn keep_from(&mut self, place: i64) {
        self.ahead.retain(|number| *number > place);
        self.written.retain(|(number, _)| *number > place);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    fn alert(number: i64) -> StoredAlert {
        StoredAlert {
            number,
            detection: String::new(),
            rule: String::new(),
            rule_id: None,
            level: "high".to_owned(),
            state: "open".to_owned(),
            first_at: 0,
            last_at: 0,
            made_at: 0,
            changed_at: 0,
            count: 1,
            events: Vec::new(),
            group: Vec::new(),
            value: None,
            note: String::new(),
            changed_by: String::new(),
        }
    }

    /// A receiver that takes some alerts at some times.
    struct Receiver<F> {
        is_taken: F,
        now: AtomicI64,
        told: Mutex<Vec<i64>>,
    }

    impl<F: Fn(i64, i64) -> bool + Sync> Tells for Receiver<F> {
        fn tell<'a>(
            &'a self,
            alert: &'a StoredAlert,
            _: &'a mut Trying,
        ) -> BoxFuture<'a, Result<(), String>> {
            let is_taken = (self.is_taken)(alert.number, self.now.load(Ordering::SeqCst));
            if is_taken {
                self.told.lock().unwrap().push(alert.number);
            }
            let outcome = is_taken.then_some(()).ok_or_else(|| "it answered with status 400".to_owned());
            Box::pin(std::future::ready(outcome))
        }
    }

    /// Goes on until nothing is left, or for so many turns; gives what was told, and what was passed over.
    async fn all(
        numbers: &[i64],
        turns: u32,
        step: i64,
        is_taken: impl Fn(i64, i64) -> bool + Sync,
    ) -> (Vec<i64>, Vec<i64>) {
        let alerts: Vec<StoredAlert> = numbers.iter().copied().map(alert).collect();
        let receiver = Receiver { is_taken, now: AtomicI64::new(0), told: Mutex::default() };
        let (mut trying, mut place, mut passed_over) = (Trying::default(), 0, Vec::new());
        for _ in 0..turns {
            loop {
                let left: Vec<&StoredAlert> = alerts.iter().filter(|alert| alert.number > place).collect();
                let Some(first) = left.first() else { break };
                match trying.tell(&left, receiver.now.load(Ordering::SeqCst), &receiver).await {
                    Outcome::Waits => break,
                    Outcome::PassedOver => passed_over.push(first.number),
                    Outcome::Told => {}
                }
                place = first.number;
                trying.keep_from(place);
            }
            receiver.now.fetch_add(step, Ordering::SeqCst);
        }
        (receiver.told.into_inner().unwrap(), passed_over)
    }

    #[tokio::test]
    async fn an_alert_that_is_never_taken_keeps_no_other_back() {
        let (mut told, passed_over) =
            all(&[1, 2, 3, 4, 5], 40, 1_000_000, |number, _| ![1, 3].contains(&number)).await;
        told.sort_unstable();
        assert_eq!((told, passed_over), (vec![2, 4, 5], vec![1, 3]), "each of the others once");
        let (told, passed_over) = all(&[1, 2, 3, 4], 40, 1_000_000, |number, _| number > 2).await;
        assert_eq!(
            (told, passed_over),
            (vec![3, 4], vec![1, 2]),
            "two that are not taken stand in each other's way"
        );
    }

    #[tokio::test]
    async fn a_receiver_that_was_gone_for_days_is_told_of_all_of_them_but_the_first() {
        let day = 86_400_000_000;
        let nobody = |_, _| false;
        assert_eq!(all(&[1, 2], 30, 60_000_000, nobody).await, (vec![], vec![]), "all wait");
        let back = |_, now| now > 3 * day;
        let (told, passed_over) = all(&[1, 2, 3, 4, 5, 6, 7, 8], 400, day / 96, back).await;
        assert_eq!(passed_over, [1, 2], "one for each day that it was tried");
        assert_eq!(told, [3, 4, 5, 6, 7, 8]);
    }
}

//! Trying a receiver of alerts: it is sent something that is marked as a test, the way that alerts go.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use casemate_directory::Entry;
use casemate_directory::model::{AlertLevel, AlertReceiverDocument};
use casemate_platform::clock;
use casemate_store::clipped;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::letter::test_letter;
use super::notify::Telling;
use super::service::{AlertView, Finding};
use crate::App;
use crate::view::time;

/// How often a receiver is tried within [`WITHIN`] by one process: whoever is told is called at night.
const MOST: usize = 5;
const WITHIN: Duration = Duration::from_secs(60);
/// The most receivers whose tests are counted; there are no more.
const RECEIVERS: usize = 100;
/// The detection and the state that a test names.
const TEST: &str = "test";

/// How trying a receiver went.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AlertReceiverTestResult")]
pub(super) struct TestResult {
    /// Whether the webhook took it, and all letters were posted.
    pub(super) delivered: bool,
    /// How long that took.
    milliseconds: u64,
    /// What became of what was sent to the webhook; absent where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    webhook: Option<WebhookResult>,
    /// What became of the letters.
    letters: Vec<LetterResult>,
}

/// What became of what was sent to a webhook.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AlertWebhookTestResult")]
struct WebhookResult {
    /// Whether it took it: it answered 200 to 299.
    delivered: bool,
    /// The status that it answered; absent where no answer came.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// Why it did not take it.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    /// How long that took.
    milliseconds: u64,
}

/// What became of a letter.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "AlertLetterTestResult")]
struct LetterResult {
    /// Whom it is for.
    address: String,
    /// Whether it is on its way to the mail server, which is tried for as long as for each letter.
    posted: bool,
    /// Why it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Sends a test to a receiver, also to one that is switched off.
///
/// # Errors
/// Where its document cannot be read.
pub(super) async fn tried(app: &App, entry: &Entry) -> Result<TestResult, serde_json::Error> {
    let telling = Telling::to_try(app, entry)?;
    let (began, at) = (Instant::now(), time(clock::now()));
    let webhook = match &telling.receiver.webhook {
        None => None,
        Some(webhook) => {
            let url = format!("{}/api/v1/alert-receivers/{}", app.settings.public_url, entry.id);
            let alert = example(&telling.receiver, &at);
            let body = json!({ "type": "casemate.alert.test", "test": true, "alert": alert, "url": url });
            let sent = telling.send(webhook, &body.to_string()).await;
            let (status, error) = match sent {
                Ok(status @ 200..300) => (Some(status), None),
                Ok(status) => (Some(status), Some(format!("it answered with status {status}"))),
                Err(error) => (None, Some(clipped(&error))),
            };
            let delivered = error.is_none();
            Some(WebhookResult { delivered, status, error, milliseconds: since(began) })
        }
    };
    let letters: Vec<LetterResult> = telling
        .receiver
        .mail
        .iter()
        .map(|address| {
            let letter = |to| test_letter(to, &telling.receiver.name, &at);
            let error = telling.write_to(address, letter).err().map(|error| clipped(&error));
            LetterResult { address: address.clone(), posted: error.is_none(), error }
        })
        .collect();
    let delivered = webhook.as_ref().is_none_or(|webhook| webhook.delivered)
        && letters.iter().all(|letter| letter.posted);
    Ok(TestResult { delivered, milliseconds: since(began), webhook, letters })
}

fn since(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// An alert that is none, for programs that read what they are told.
fn example(receiver: &AlertReceiverDocument, at: &str) -> AlertView {
    let level = match receiver.level.unwrap_or(AlertLevel::Medium) {
        AlertLevel::Low => "low",
        AlertLevel::Medium => "medium",
        AlertLevel::High => "high",
        AlertLevel::Critical => "critical",
    };
    AlertView {
        id: 0,
        state: TEST.to_owned(),
        finding: Finding {
            detection: TEST.to_owned(),
            rule: format!("A test of the receiver {}: nothing happened", receiver.name),
            rule_id: None,
            level: level.to_owned(),
            first_at: at.to_owned(),
            last_at: at.to_owned(),
            count: 0,
            events: Vec::new(),
            group: Vec::new(),
            value: None,
        },
        created_at: at.to_owned(),
        updated_at: at.to_owned(),
        note: String::new(),
        changed_by: String::new(),
    }
}

/// When receivers were tried, so that nobody calls others over and over.
#[derive(Debug, Default)]
pub(crate) struct Tests(Mutex<HashMap<String, VecDeque<Instant>>>);

impl Tests {
    /// Counts a test of a receiver; or says after how many seconds there may be another.
    pub(super) fn take(&self, receiver: &str, now: Instant) -> Result<(), u64> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, times| {
            times.retain(|time| now.saturating_duration_since(*time) < WITHIN);
            !times.is_empty()
        });
        let is_full = known.len() >= RECEIVERS && !known.contains_key(receiver);
        let times = if is_full { None } else { Some(known.entry(receiver.to_owned()).or_default()) };
        match times {
            Some(times) if times.len() < MOST => {
                times.push_back(now);
                Ok(())
            }
            times => {
                let oldest = times.and_then(|times| times.front().copied()).unwrap_or(now);
                let left = WITHIN.saturating_sub(now.saturating_duration_since(oldest));
                Err(left.as_secs().saturating_add(1))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receiver_is_tried_so_often_in_a_minute_and_no_other_is_kept_from_it() {
        let (tests, now) = (Tests::default(), Instant::now());
        let after = |seconds| now + Duration::from_secs(seconds);
        for second in 0..5 {
            assert_eq!(tests.take("one", after(second)), Ok(()));
        }
        assert_eq!(tests.take("one", after(10)), Err(51));
        assert_eq!(tests.take("two", after(10)), Ok(()));
        assert_eq!(tests.take("one", after(60)), Ok(()), "the first is a minute ago");
        assert_eq!(tests.take("one", after(60)), Err(2));
        for number in 0..200 {
            let _ = tests.take(&format!("r{number}"), after(61));
        }
        assert!(tests.0.lock().unwrap().len() <= RECEIVERS);
        assert!(tests.take("another", after(61)).is_err(), "it stays bounded");
        assert_eq!(tests.take("another", after(200)), Ok(()));
    }
}

//! Telling receivers of alerts: by one process of several, each receiver and each way to it by itself and in order, from a durable place,
//! at least once.

use std::collections::HashMap;
use std::time::Duration;

use casemate_directory::model::{AlertLevel, AlertReceiverDocument, AlertWebhook};
use casemate_directory::{Entry, Kind};
use casemate_identity::BoxFuture;
use casemate_identity::hook::{MIN_SECRET_BYTES, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign};
use casemate_identity::provider::SecretReference;
use casemate_identity::remote::Submission;
use casemate_platform::mail::{EmailAddress, Letter};
use casemate_platform::telemetry::metrics;
use casemate_platform::{RequestId, clock};
use casemate_store::{AlertQuery, Lease, StoreError, StoredAlert};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;
use url::Url;

use super::letter::letter;
use super::service::AlertView;
use super::trying::{Outcome, Tells, Trying};
use crate::App;

const LEASE: &str = "alert";
const HELD: i64 = 30_000_000;
/// How often is looked whether there is something to tell.
const EVERY: Duration = Duration::from_secs(1);
/// The most receivers.
const RECEIVERS: usize = 100;
/// The alerts that are told before it is looked again who is to be told.
const AT_ONCE: u32 = 50;
/// How long a receiver may take for one alert.
const TIME: Duration = Duration::from_secs(10);
/// How long to wait after attempts that failed: twice as long each time, up to a quarter of an hour.
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(900);
/// The field of a receiver that holds a secret.
const SECRET: &str = "webhook/signing_secret";

/// A way to a receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Way {
    Webhook,
    Mail,
}

impl Way {
    fn as_str(self) -> &'static str {
        match self {
            Way::Webhook => "webhook",
            Way::Mail => "mail",
        }
    }
}

/// How a way to a receiver did.
#[derive(Debug, Default)]
struct Course {
    failures: u32,
    until: Option<Instant>,
    trying: Trying,
}

type Key = (String, Way);

/// Tells receivers of alerts. Never ends by itself.
pub async fn tell_receivers(app: App) {
    let holder = RequestId::random().as_str().to_owned();
    // Each in a task of its own, so that one which does not answer keeps no other waiting. They end with this one.
    let mut tasks: JoinSet<(Key, bool, Trying)> = JoinSet::new();
    let mut under_way: HashMap<Key, AbortHandle> = HashMap::new();
    let mut courses: HashMap<Key, Course> = HashMap::new();
    loop {
        tokio::time::sleep(EVERY).await;
        while let Some(ended) = tasks.try_join_next() {
            match ended {
                Ok((key, is_told, trying)) => {
                    let course = courses.entry(key).or_default();
                    course.trying = trying;
                    course.failures = if is_told { 0 } else { course.failures.saturating_add(1) };
                    let wait = FIRST_WAIT.saturating_mul(1 << course.failures.min(12).saturating_sub(1));
                    course.until = (!is_told).then(|| Instant::now() + wait.min(LONGEST_WAIT));
                }
                Err(error) => tracing::error!(%error, "a receiver could not be told of alerts"),
            }
        }
        under_way.retain(|_, task| !task.is_finished());
        let receivers = app.administration.lister().all(Kind::AlertReceiver, "", RECEIVERS);
        courses.retain(|(id, _), _| receivers.iter().any(|receiver| receiver.id == *id));
        if receivers.is_empty() {
            continue;
        }
        let now = clock::now();
        let lease = match app.store.acquire_lease(LEASE, &holder, now, now + HELD).await {
            Ok(Some(lease)) => lease,
            Ok(None) => {
                // Another process tells, and remembers.
                courses.clear();
                continue;
            }
            Err(error) => {
                tracing::warn!(%error, "whether alerts are to be told by this process cannot be read");
                continue;
            }
        };
        for (receiver, way) in receivers.iter().flat_map(|one| [(one, Way::Webhook), (one, Way::Mail)]) {
            let key = (receiver.id.clone(), way);
            let course = courses.entry(key.clone()).or_default();
            if course.until.is_some_and(|until| until > Instant::now()) || under_way.contains_key(&key) {
                continue;
            }
            let mut trying = std::mem::take(&mut course.trying);
            let (app, lease, receiver, same) = (app.clone(), lease.clone(), receiver.clone(), key.clone());
            let task = tasks.spawn(async move {
                let is_told = match Telling::of(&app, &receiver, way) {
                    Some(telling) => telling.go_on(&lease, &mut trying).await,
                    None => true,
                };
                (same, is_told, trying)
            });
            under_way.insert(key, task);
        }
    }
}

/// A receiver who is to be told.
pub(super) struct Telling<'a> {
    app: &'a App,
    pub(super) receiver: AlertReceiverDocument,
    way: Way,
    id: &'a str,
    since: i64,
}

impl<'a> Telling<'a> {
    fn of(app: &'a App, entry: &'a Entry, way: Way) -> Option<Telling<'a>> {
        let telling = Telling::by(app, entry, way).ok()?;
        let has_way = match way {
            Way::Webhook => telling.receiver.webhook.is_some(),
            Way::Mail => !telling.receiver.mail.is_empty(),
        };
        let is_told = has_way && !telling.receiver.disabled;
        is_told.then_some(telling)
    }

    /// One that is tried, whether it is told of alerts or not.
    ///
    /// # Errors
    /// Where its document cannot be read.
    pub(super) fn to_try(app: &'a App, entry: &'a Entry) -> Result<Telling<'a>, serde_json::Error> {
        Telling::by(app, entry, Way::Webhook)
    }

    fn by(app: &'a App, entry: &'a Entry, way: Way) -> Result<Telling<'a>, serde_json::Error> {
        let receiver = serde_json::from_value(entry.document.clone())?;
        Ok(Telling { app, receiver, way, id: &entry.id, since: entry.created_at })
    }

    /// Up to which alert it was told, by name.
    fn place(&self) -> String {
        format!("receiver/{}/{}", self.id, self.way.as_str())
    }

    /// Tells of what is new; whether all of it could be told.
    async fn go_on(&self, lease: &Lease, trying: &mut Trying) -> bool {
        let alerts = match self.new_alerts().await {
            Ok(alerts) => alerts,
            Err(error) => {
                tracing::error!(%error, "alerts cannot be read");
                return false;
            }
        };
        let meant: Vec<&StoredAlert> = alerts.iter().filter(|alert| self.is_told_of(alert)).collect();
        let mut rest = meant.as_slice();
        for alert in &alerts {
            if rest.first().is_some_and(|first| first.number == alert.number) {
                match trying.tell(rest, clock::now(), self).await {
                    Outcome::Waits => return false,
                    Outcome::Told => {}
                    Outcome::PassedOver => tracing::error!(
                        receiver = self.receiver.name,
                        by = self.way.as_str(),
                        alert = alert.number,
                        "a receiver is not told of an alert: it could not be told, and others wait"
                    ),
                }
                rest = rest.get(1..).unwrap_or_default();
            }
            match self.app.store.keep_alerts_told(lease, &self.place(), alert.number, clock::now()).await {
                Ok(true) => trying.keep_from(alert.number),
                // Another process goes on, from where this one was.
                Ok(false) => return true,
                Err(error) => {
                    tracing::error!(%error, "up to which alert a receiver was told cannot be kept: it may be told again");
                    return false;
                }
            }
        }
        true
    }

    async fn new_alerts(&self) -> Result<Vec<StoredAlert>, StoreError> {
        let reader = self.app.store.reader();
        let beyond = match reader.alerts_told(&self.place()).await? {
            None => reader.alerts_told(&format!("receiver/{}", self.id)).await?,
            told => told,
        };
        // Who is new is not told of what was before.
        let (since, limit) = (Some(self.since), AT_ONCE);
        reader.alerts(&AlertQuery { since, beyond, oldest_first: true, limit, ..AlertQuery::default() }).await
    }

    fn is_told_of(&self, alert: &StoredAlert) -> bool {
        let level = match alert.level.as_str() {
            "low" => AlertLevel::Low,
            "medium" => AlertLevel::Medium,
            "high" => AlertLevel::High,
            _ => AlertLevel::Critical,
        };
        level >= self.receiver.level.unwrap_or(AlertLevel::Medium)
    }

    /// Posts letters to those who were not written to.
    fn write(&self, alert: &AlertView, url: &str, number: i64, trying: &mut Trying) -> Result<(), String> {
        let mut outcome = Ok(());
        for (place, address) in self.receiver.mail.iter().enumerate() {
            if trying.written.contains(&(number, place)) {
                continue;
            }
            match self.write_to(address, |to| letter(to, alert, url)) {
                Ok(()) => drop(trying.written.insert((number, place))),
                Err(problem) => outcome = Err(problem),
            }
        }
        outcome
    }

    async fn post(&self, webhook: &AlertWebhook, alert: &AlertView, address: &str) -> Result<(), String> {
        let body = json!({ "type": "casemate.alert", "alert": alert, "url": address }).to_string();
        match self.send(webhook, &body).await? {
            200..300 => Ok(()),
            status => Err(format!("it answered with status {status}")),
        }
    }

    /// Posts a signed text; gives the status that was answered.
    pub(super) async fn send(&self, webhook: &AlertWebhook, body: &str) -> Result<u16, String> {
        let outgoing = self.app.outgoing.as_ref().ok_or("this process calls nobody")?;
        let url = Url::parse(&webhook.url).map_err(|error| error.to_string())?;
        let secret = self.secret(webhook)?;
        let timestamp = clock::now().div_euclid(1_000_000).to_string();
        let signature = sign(&secret, &timestamp, body.as_bytes());
        let headers: [(&'static str, SecretString); 2] =
            [(TIMESTAMP_HEADER, timestamp.into()), (SIGNATURE_HEADER, signature.as_str().into())];
        let submission = Submission {
            url: &url,
            content_type: "application/json",
            headers: &headers,
            body: body.as_bytes(),
            limit: 4_096,
            time: TIME,
        };
        outgoing.tell(&submission).await.map_err(|error| error.to_string())
    }

    /// Hands a letter to somebody over to whoever delivers letters.
    pub(super) fn write_to(
        &self,
        address: &str,
        letter: impl FnOnce(EmailAddress) -> Result<Letter, askama::Error>,
    ) -> Result<(), String> {
        let mail = self.app.mail.as_ref().ok_or("no mail server is configured: see `mail.host`")?;
        let to = EmailAddress::parse(address).ok_or_else(|| format!("{address} is no address"))?;
        let letter = letter(to).map_err(|error| error.to_string())?;
        mail.post(letter).map_err(|error| error.to_string())
    }

    fn secret(&self, webhook: &AlertWebhook) -> Result<SecretString, String> {
        let reference: SecretReference =
            serde_json::from_value(webhook.signing_secret.clone()).map_err(|error| error.to_string())?;
        let place = format!("alert-receiver/{}", self.receiver.name);
        let secret = self.app.directory.provider_secret(&place, SECRET, &reference);
        let secret = secret.map_err(|problem| format!("its `signing_secret` cannot be read: {problem}"))?;
        if secret.expose_secret().len() < MIN_SECRET_BYTES {
            return Err(format!("its `signing_secret` is shorter than {MIN_SECRET_BYTES} bytes"));
        }
        Ok(secret)
    }
}

impl Tells for Telling<'_> {
    fn tell<'a>(
        &'a self,
        alert: &'a StoredAlert,
        trying: &'a mut Trying,
    ) -> BoxFuture<'a, Result<(), String>> {
        Box::pin(async move {
            let view = AlertView::from(alert.clone());
            let url = format!("{}/api/v1/alerts/{}", self.app.settings.public_url, view.id);
            let outcome = match (self.way, &self.receiver.webhook) {
                (Way::Webhook, Some(webhook)) => self.post(webhook, &view, &url).await,
                (Way::Webhook, None) => Ok(()),
                (Way::Mail, _) => self.write(&view, &url, alert.number, trying),
            };
            metrics::alert_told(outcome.is_ok());
            outcome.inspect_err(|problem| {
                let (receiver, by) = (&self.receiver.name, self.way.as_str());
                tracing::warn!(
                    receiver,
                    by,
                    alert = alert.number,
                    problem,
                    "a receiver was not told of an alert"
                );
            })
        })
    }
}

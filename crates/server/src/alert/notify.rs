//! Telling receivers of alerts: by one process of several, each receiver by itself and in order, from a durable place, at least once.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use casemate_directory::model::{AlertLevel, AlertReceiverDocument, AlertWebhook};
use casemate_directory::{Entry, Kind};
use casemate_identity::hook::{MIN_SECRET_BYTES, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign};
use casemate_identity::provider::SecretReference;
use casemate_identity::remote::{Fetch as _, Submission};
use casemate_platform::mail::EmailAddress;
use casemate_platform::telemetry::metrics;
use casemate_platform::{RequestId, clock};
use casemate_store::{AlertQuery, Lease, StoredAlert};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::Instant;
use url::Url;

use super::letter::letter;
use super::service::AlertView;
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
/// An alert that could not be told for so long is passed over, in microseconds: a day.
const GIVEN_UP: i64 = 86_400_000_000;
/// The field of a receiver that holds a secret.
const SECRET: &str = "webhook/signing_secret";

/// How a receiver did.
#[derive(Debug, Clone, Copy)]
struct Pause {
    failures: u32,
    until: Instant,
}

/// Tells receivers of alerts. Never ends by itself.
pub async fn tell_receivers(app: App) {
    let holder = RequestId::random().as_str().to_owned();
    // Each in a task of its own, so that one which does not answer keeps no other waiting. They end with this one.
    let mut tasks: JoinSet<(String, bool)> = JoinSet::new();
    let mut under_way: HashMap<String, AbortHandle> = HashMap::new();
    let mut pauses: HashMap<String, Pause> = HashMap::new();
    loop {
        tokio::time::sleep(EVERY).await;
        while let Some(ended) = tasks.try_join_next() {
            match ended {
                Ok((id, true)) => drop(pauses.remove(&id)),
                Ok((id, false)) => {
                    let failures = pauses.get(&id).map_or(0, |pause| pause.failures).saturating_add(1);
                    let wait =
                        FIRST_WAIT.saturating_mul(1 << failures.min(12).saturating_sub(1)).min(LONGEST_WAIT);
                    pauses.insert(id, Pause { failures, until: Instant::now() + wait });
                }
                Err(error) => tracing::error!(%error, "a receiver could not be told of alerts"),
            }
        }
        under_way.retain(|_, task| !task.is_finished());
        let receivers = app.administration.lister().all(Kind::AlertReceiver, "", RECEIVERS);
        pauses.retain(|id, _| receivers.iter().any(|receiver| receiver.id == *id));
        if receivers.is_empty() {
            continue;
        }
        let now = clock::now();
        let lease = match app.store.acquire_lease(LEASE, &holder, now, now + HELD).await {
            Ok(Some(lease)) => lease,
            Ok(None) => continue,
            Err(error) => {
                tracing::warn!(%error, "whether alerts are to be told by this process cannot be read");
                continue;
            }
        };
        for receiver in receivers {
            let is_paused = pauses.get(&receiver.id).is_some_and(|pause| pause.until > Instant::now());
            if is_paused || under_way.contains_key(&receiver.id) {
                continue;
            }
            let (app, lease, id) = (app.clone(), lease.clone(), receiver.id.clone());
            let task = tasks.spawn(async move {
                let is_told = match Telling::of(&app, &receiver) {
                    Some(telling) => telling.go_on(&lease).await,
                    None => true,
                };
                (receiver.id, is_told)
            });
            under_way.insert(id, task);
        }
    }
}

/// A receiver who is to be told.
struct Telling<'a> {
    app: &'a App,
    receiver: AlertReceiverDocument,
    id: &'a str,
    since: i64,
}

impl<'a> Telling<'a> {
    fn of(app: &'a App, entry: &'a Entry) -> Option<Telling<'a>> {
        let receiver: AlertReceiverDocument = serde_json::from_value(entry.document.clone()).ok()?;
        (!receiver.disabled).then_some(Telling { app, receiver, id: &entry.id, since: entry.created_at })
    }

    /// Tells of what is new; whether all of it could be told.
    async fn go_on(&self, lease: &Lease) -> bool {
        let (reader, name) = (self.app.store.reader(), format!("receiver/{}", self.id));
        let told = reader.alerts_told(&name).await;
        let alerts = match told {
            Ok(beyond) => {
                // Who is new is not told of what was before.
                let (since, limit) = (Some(self.since), AT_ONCE);
                let query = AlertQuery { since, beyond, oldest_first: true, limit, ..AlertQuery::default() };
                reader.alerts(&query).await
            }
            Err(error) => Err(error),
        };
        let alerts = match alerts {
            Ok(alerts) => alerts,
            Err(error) => {
                tracing::error!(%error, "alerts cannot be read");
                return false;
            }
        };
        for alert in alerts {
            let (number, made_at) = (alert.number, alert.made_at);
            if self.is_told_of(&alert) {
                let outcome = self.tell(alert).await;
                metrics::alert_told(outcome.is_ok());
                if let Err(problem) = outcome {
                    let is_given_up = clock::now().saturating_sub(made_at) > GIVEN_UP;
                    tracing::warn!(
                        receiver = self.receiver.name,
                        alert = number,
                        problem,
                        is_given_up,
                        "a receiver was not told of an alert"
                    );
                    if !is_given_up {
                        return false;
                    }
                }
            }
            match self.app.store.keep_alerts_told(lease, &name, number, clock::now()).await {
                Ok(true) => {}
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

    fn is_told_of(&self, alert: &StoredAlert) -> bool {
        let level = match alert.level.as_str() {
            "low" => AlertLevel::Low,
            "medium" => AlertLevel::Medium,
            "high" => AlertLevel::High,
            _ => AlertLevel::Critical,
        };
        level >= self.receiver.level.unwrap_or(AlertLevel::Medium)
    }

    async fn tell(&self, alert: StoredAlert) -> Result<(), String> {
        let alert = AlertView::from(alert);
        let url = format!("{}/api/v1/alerts/{}", self.app.settings.public_url, alert.id);
        if let Some(webhook) = &self.receiver.webhook {
            self.post(webhook, &alert, &url).await?;
        }
        if self.receiver.mail.is_empty() {
            return Ok(());
        }
        let mail = self.app.mail.as_ref().ok_or("no mail server is configured: see `mail.host`")?;
        for address in &self.receiver.mail {
            let to = EmailAddress::parse(address).ok_or_else(|| format!("{address} is no address"))?;
            let letter = letter(to, &alert, &url).map_err(|error| error.to_string())?;
            mail.post(letter).map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    async fn post(&self, webhook: &AlertWebhook, alert: &AlertView, address: &str) -> Result<(), String> {
        let outgoing = self.app.outgoing.as_ref().ok_or("this process calls nobody")?;
        let url = Url::parse(&webhook.url).map_err(|error| error.to_string())?;
        let secret = self.secret(webhook)?;
        let body = json!({ "type": "casemate.alert", "alert": alert, "url": address }).to_string();
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
        let reply = Arc::clone(outgoing).submit(submission).await.map_err(|error| error.to_string())?;
        match reply.status {
            200..300 => Ok(()),
            status => Err(format!("it answered with status {status}")),
        }
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

//! Alerts: what rules found in the log of audit events, how far it was looked at, and who was told.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use crate::error::{RecordError, StoreError};
use crate::lease::{self, Lease};
use crate::open::{Store, StoreReader};
use crate::selection::{Held, Selection};
use crate::sql::{Database, Row, values};

/// The events that an alert names: the first ones, and the newest.
const EVENTS: usize = 100;
/// How many of these are the first ones.
const FIRST_EVENTS: usize = 20;
/// The alerts that are kept; the oldest go first.
const MAX_ALERTS: i64 = 100_000;
/// The name of the place up to which the log was looked at.
const OF_LOG: &str = "log";

/// What is known of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredAlert {
    /// Its number, which rises with every alert.
    pub number: i64,
    /// The name of the detection.
    pub detection: String,
    /// The title of the rule.
    pub rule: String,
    /// The id of the rule, where it has one.
    pub rule_id: Option<String>,
    /// `low`, `medium`, `high` or `critical`.
    pub level: String,
    /// `open`, `acknowledged` or `closed`.
    pub state: String,
    /// When the event happened by which it was made, in microseconds since 1970 (UTC), as all times here.
    pub first_at: i64,
    /// When the newest of its events happened.
    pub last_at: i64,
    /// When it was made.
    pub made_at: i64,
    /// When it became what it is.
    pub changed_at: i64,
    /// How often the rule matched.
    pub count: i64,
    /// Events by which it matched, by their indexes, rising: the first ones and the newest.
    pub events: Vec<u64>,
    /// By which fields the rule groups, and their values, in their order.
    pub group: Vec<(String, String)>,
    /// What was new, of a rule that looks for new values.
    pub value: Option<String>,
    /// What was said when its state was changed last.
    pub note: String,
    /// Who changed its state last, as `provider/type/id`; empty where nobody did.
    pub changed_by: String,
}

/// That a rule matched, several times perhaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertDraft {
    /// What is the same of matches that make one alert: a digest of the rule and its group.
    pub key: String,
    /// As of [`StoredAlert`].
    pub detection: String,
    /// As of [`StoredAlert`].
    pub rule: String,
    /// As of [`StoredAlert`].
    pub rule_id: Option<String>,
    /// As of [`StoredAlert`].
    pub level: String,
    /// When the first event happened by which it matched.
    pub first_at: i64,
    /// When the last one happened.
    pub last_at: i64,
    /// The index of the last one.
    pub last_event: u64,
    /// For how long after the last match another one belongs to the same alert, in microseconds.
    pub window: i64,
    /// How often it matched.
    pub count: i64,
    /// As of [`StoredAlert`].
    pub events: Vec<u64>,
    /// As of [`StoredAlert`].
    pub group: Vec<(String, String)>,
    /// As of [`StoredAlert`].
    pub value: Option<String>,
}

/// How many alerts a detection makes; further matches are told of by one alert that stands for them.
#[derive(Debug, Clone, Copy)]
pub struct AlertBounds {
    /// Within so long before now, in microseconds.
    pub time: i64,
    /// Of one tenant, as far as the rule groups by tenant; of all, where it does not.
    pub in_tenant: usize,
    /// Of all tenants together.
    pub in_all: usize,
    /// What stands for a match that is held back, of a tenant or of all (empty): the same for all of these, but for events and times.
    pub instead: fn(&AlertDraft, &str) -> AlertDraft,
}

/// What became of matches.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KeptAlerts {
    /// The numbers of alerts that are new.
    pub made: Vec<i64>,
    /// How many matches made none, since their detection had made as many as it may.
    pub held_back: u64,
}

/// A change of the state of an alert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertChange {
    /// The number of the alert.
    pub number: i64,
    /// `open`, `acknowledged` or `closed`.
    pub state: String,
    /// What is said of it.
    pub note: String,
    /// Who changes it, as `provider/type/id`.
    pub by: String,
}

/// Which alerts are wanted; the default is all, the newest first.
#[derive(Debug, Clone, Default)]
pub struct AlertQuery {
    /// Only those in this state.
    pub state: Option<String>,
    /// Only those of this level.
    pub level: Option<String>,
    /// Only those of the detection with this name.
    pub detection: Option<String>,
    /// Only those made at or after this time.
    pub since: Option<i64>,
    /// Only those made before this time.
    pub until: Option<i64>,
    /// Whether the oldest come first.
    pub oldest_first: bool,
    /// Those behind the one with this number.
    pub beyond: Option<i64>,
    /// The most of them.
    pub limit: u32,
}

const COLUMNS: &str = "number, detection, rule, rule_id, level, state, first_at, last_at, made_at, changed_at, count, events, \
                       grouped, value, note, changed_by";

impl StoreReader {
    /// A page of alerts.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn alerts(&self, query: &AlertQuery) -> Result<Vec<StoredAlert>, StoreError> {
        let mut selection = Selection::new("alert", "1 = 1");
        selection.text("state = {}", query.state.as_ref());
        selection.text("level = {}", query.level.as_ref());
        selection.text("detection = {}", query.detection.as_ref());
        selection.and("made_at >= {}", query.since.map(Held::Integer));
        selection.and("made_at < {}", query.until.map(Held::Integer));
        selection.order_by_number("number", !query.oldest_first, query.beyond);
        if selection.is_void() {
            return Ok(Vec::new());
        }
        let rows = self.pool.rows(&selection.page(COLUMNS, query.limit, 0), &selection.values()).await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// The alert with this number.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn alert(&self, number: i64) -> Result<Option<StoredAlert>, StoreError> {
        let text = format!("SELECT {COLUMNS} FROM alert WHERE number = $1");
        let row = self.pool.row(&text, values![number]).await?;
        Ok(row.as_ref().map(read).transpose()?)
    }

    /// How many alerts are open, by level.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn open_alerts(&self) -> Result<Vec<(String, i64)>, StoreError> {
        let text = "SELECT level, count(*) AS many FROM alert WHERE state = 'open' GROUP BY level";
        let rows = self.pool.rows(text, values![]).await?;
        rows.iter().map(|row| Ok((row.get("level")?, row.get("many")?))).collect()
    }

    /// Up to which index the log was looked at: the first one that was not. `None` where it never was.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn detected_up_to(&self) -> Result<Option<u64>, StoreError> {
        Ok(self.alert_place(OF_LOG).await?.and_then(|place| u64::try_from(place).ok()))
    }

    /// Up to which alert a receiver was told. `None` where it is new.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn alerts_told(&self, receiver: &str) -> Result<Option<i64>, StoreError> {
        self.alert_place(receiver).await
    }

    async fn alert_place(&self, name: &str) -> Result<Option<i64>, StoreError> {
        let row = self.pool.row("SELECT place FROM alert_place WHERE name = $1", values![name]).await?;
        Ok(row.map(|row| row.get("place")).transpose()?)
    }
}

impl Store {
    /// Keeps what matched in the log up to an index (the first one that was not looked at), and that it was looked at, all at once,
    /// as long as nobody took the lease over; nothing where somebody did. It is no change and has no revision.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn keep_alerts(
        &self,
        lease: &Lease,
        next: u64,
        drafts: Vec<AlertDraft>,
        bounds: AlertBounds,
        now: i64,
    ) -> Result<Option<KeptAlerts>, RecordError> {
        let fence = lease.fence();
        let keep = self.writer.alone(move |link| {
            Box::pin(async move {
                link.begin().await?;
                let mut kept = KeptAlerts::default();
                let is_held = lease::is_held(link, &fence).await?;
                if is_held {
                    keep_all(link, &drafts, bounds, &mut kept, now).await?;
                    if !kept.made.is_empty() {
                        let text = "DELETE FROM alert WHERE number <= (SELECT max(number) FROM alert) - $1";
                        link.execute(text, values![MAX_ALERTS]).await?;
                    }
                    put_place(link, OF_LOG, i64::try_from(next).unwrap_or(i64::MAX), now).await?;
                }
                link.commit().await?;
                Ok(is_held.then_some(kept))
            })
        });
        keep.await
    }

    /// Keeps up to which alert a receiver was told, as long as nobody took the lease over; says whether nobody did.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub async fn keep_alerts_told(
        &self,
        lease: &Lease,
        receiver: &str,
        number: i64,
        now: i64,
    ) -> Result<bool, RecordError> {
        let (fence, receiver) = (lease.fence(), receiver.to_owned());
        let keep = self.writer.alone(move |link| {
            Box::pin(async move {
                link.begin().await?;
                let is_held = lease::is_held(link, &fence).await?;
                if is_held {
                    put_place(link, &receiver, number, now).await?;
                }
                link.commit().await?;
                Ok(is_held)
            })
        });
        keep.await
    }
}

async fn put_place(
    database: &mut impl Database,
    name: &str,
    place: i64,
    now: i64,
) -> Result<(), sqlx::Error> {
    let text = "INSERT INTO alert_place (name, place, at) VALUES ($1, $2, $3) \
                ON CONFLICT (name) DO UPDATE SET place = excluded.place, at = excluded.at";
    database.execute(text, values![name, place, now]).await.map(drop)
}

/// What becomes of matches, the further ones of a detection that made very many alerts by one that stands for them.
async fn keep_all(
    database: &mut impl Database,
    drafts: &[AlertDraft],
    bounds: AlertBounds,
    kept: &mut KeptAlerts,
    now: i64,
) -> Result<(), sqlx::Error> {
    let mut rooms: HashMap<&str, Room> = HashMap::new();
    let mut instead: BTreeMap<String, AlertDraft> = BTreeMap::new();
    for draft in drafts {
        if is_known(database, draft, now).await? {
            continue;
        }
        let room = match rooms.entry(&draft.detection) {
            Entry::Occupied(room) => room.into_mut(),
            Entry::Vacant(none) => none.insert(Room::of(database, &draft.detection, bounds, now).await?),
        };
        match room.take(tenant_of(&draft.group), bounds) {
            None => kept.made.extend(make(database, draft, now).await?),
            Some(tenant) => {
                kept.held_back = kept.held_back.saturating_add(u64::try_from(draft.count).unwrap_or(0));
                let stands = (bounds.instead)(draft, &tenant);
                match instead.get_mut(&stands.key) {
                    Some(other) => other.join(stands),
                    None => drop(instead.insert(stands.key.clone(), stands)),
                }
            }
        }
    }
    for stands in instead.values() {
        if !is_known(database, stands, now).await? {
            kept.made.extend(make(database, stands, now).await?);
        }
    }
    Ok(())
}

/// How many alerts a detection made of late, by tenant.
#[derive(Debug, Default)]
struct Room {
    all: usize,
    tenants: HashMap<String, usize>,
}

impl Room {
    async fn of(
        database: &mut impl Database,
        detection: &str,
        bounds: AlertBounds,
        now: i64,
    ) -> Result<Room, sqlx::Error> {
        // Alerts are numbered as they are made: the newest tell, however many there are.
        let text = "SELECT grouped, made_at FROM alert WHERE detection = $1 AND made_at > $2 ORDER BY number DESC LIMIT $3";
        let most = i64::try_from(bounds.in_all).unwrap_or(i64::MAX);
        let since = now.saturating_sub(bounds.time);
        let mut room = Room::default();
        for row in database.rows(text, values![detection, since, most]).await? {
            let group: Vec<(String, String)> =
                serde_json::from_str(&row.get::<String>("grouped")?).unwrap_or_default();
            room.count(tenant_of(&group));
        }
        Ok(room)
    }

    fn count(&mut self, tenant: &str) {
        self.all += 1;
        *self.tenants.entry(tenant.to_owned()).or_default() += 1;
    }

    /// Takes a place; answers with whose places are all taken where none is left: the tenant's, or those of all (empty).
    fn take(&mut self, tenant: &str, bounds: AlertBounds) -> Option<String> {
        if self.tenants.get(tenant).is_some_and(|made| *made >= bounds.in_tenant) {
            return Some(tenant.to_owned());
        }
        if self.all >= bounds.in_all {
            return Some(String::new());
        }
        self.count(tenant);
        None
    }
}

/// The tenant by which a rule groups; empty where it does not.
fn tenant_of(group: &[(String, String)]) -> &str {
    group.iter().find(|(field, _)| field == "tenant").map_or("", |(_, tenant)| tenant)
}

impl AlertDraft {
    /// Makes one of two that make the same alert.
    pub fn join(&mut self, other: AlertDraft) {
        self.first_at = self.first_at.min(other.first_at);
        self.last_at = self.last_at.max(other.last_at);
        self.last_event = self.last_event.max(other.last_event);
        self.count = self.count.saturating_add(other.count);
        self.events = joined(std::mem::take(&mut self.events), &other.events);
    }
}

/// Whether a match was kept already, or is added to an alert that is not closed.
async fn is_known(database: &mut impl Database, draft: &AlertDraft, now: i64) -> Result<bool, sqlx::Error> {
    let last_event = i64::try_from(draft.last_event).unwrap_or(i64::MAX);
    let text = "SELECT number, state, last_at, last_event, events FROM alert WHERE dedupe = $1 ORDER BY number DESC LIMIT 1";
    if let Some(row) = database.row(text, values![&draft.key]).await? {
        let (number, state, last_at): (i64, String, i64) =
            (row.get("number")?, row.get("state")?, row.get("last_at")?);
        if row.get::<i64>("last_event")? >= last_event {
            return Ok(true);
        }
        if state != "closed" && draft.first_at.saturating_sub(last_at) <= draft.window {
            let events: String = row.get("events")?;
            let events = written(&joined(read_events(&events), &draft.events));
            let text = "UPDATE alert SET count = count + $2, last_at = $3, last_event = $4, events = $5, changed_at = $6 \
                        WHERE number = $1";
            let last_at = last_at.max(draft.last_at);
            database.execute(text, values![number, draft.count, last_at, last_event, &events, now]).await?;
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes an alert; its number.
async fn make(
    database: &mut impl Database,
    draft: &AlertDraft,
    now: i64,
) -> Result<Option<i64>, sqlx::Error> {
    let last_event = i64::try_from(draft.last_event).unwrap_or(i64::MAX);
    // Whoever holds the lease is alone in making some; the newest is never deleted.
    let text = "INSERT INTO alert (number, dedupe, detection, rule, rule_id, level, state, first_at, last_at, made_at, changed_at, \
                count, last_event, events, grouped, value, note, changed_by) \
                SELECT COALESCE(MAX(number), 0) + 1, $1, $2, $3, $4, $5, 'open', $6, $7, $8, $8, $9, $10, $11, $12, $13, '', '' \
                FROM alert RETURNING number";
    let events = written(&joined(Vec::new(), &draft.events));
    let grouped = serde_json::to_string(&draft.group).unwrap_or_default();
    let row = database
        .row(
            text,
            values![
                &draft.key,
                &draft.detection,
                &draft.rule,
                &draft.rule_id,
                &draft.level,
                draft.first_at,
                draft.last_at,
                now,
                draft.count,
                last_event,
                &events,
                &grouped,
                &draft.value,
            ],
        )
        .await?;
    row.map(|row| row.get("number")).transpose()
}

/// Changes the state of an alert; whether there is one.
pub(crate) async fn change(
    database: &mut impl Database,
    change: &AlertChange,
    at: i64,
) -> Result<bool, sqlx::Error> {
    let text = "UPDATE alert SET state = $2, note = $3, changed_by = $4, changed_at = $5 WHERE number = $1 RETURNING number";
    let AlertChange { number, state, note, by } = change;
    Ok(database.row(text, values![*number, state, note, by, at]).await?.is_some())
}

/// Forgets up to which alert a receiver was told that goes.
pub(crate) async fn forget(database: &mut impl Database, kind: &str, id: &str) -> Result<(), sqlx::Error> {
    if kind == "alert-receiver" {
        let name = format!("receiver/{id}");
        // One for each way to it; ids hold no wildcards.
        let text = "DELETE FROM alert_place WHERE name = $1 OR name LIKE $2";
        database.execute(text, values![&name, &format!("{name}/%")]).await?;
    }
    Ok(())
}

/// The first of all events, and the newest.
fn joined(mut events: Vec<u64>, more: &[u64]) -> Vec<u64> {
    events.extend_from_slice(more);
    events.sort_unstable();
    events.dedup();
    if events.len() > EVENTS {
        let over = events.len() - EVENTS;
        events.drain(FIRST_EVENTS..FIRST_EVENTS + over);
    }
    events
}

fn written(events: &[u64]) -> String {
    serde_json::to_string(events).unwrap_or_default()
}

fn read_events(text: &str) -> Vec<u64> {
    serde_json::from_str(text).unwrap_or_default()
}

fn read(row: &Row) -> Result<StoredAlert, sqlx::Error> {
    let (events, grouped): (String, String) = (row.get("events")?, row.get("grouped")?);
    Ok(StoredAlert {
        number: row.get("number")?,
        detection: row.get("detection")?,
        rule: row.get("rule")?,
        rule_id: row.get("rule_id")?,
        level: row.get("level")?,
        state: row.get("state")?,
        first_at: row.get("first_at")?,
        last_at: row.get("last_at")?,
        made_at: row.get("made_at")?,
        changed_at: row.get("changed_at")?,
        count: row.get("count")?,
        events: read_events(&events),
        group: serde_json::from_str(&grouped).unwrap_or_default(),
        value: row.get("value")?,
        note: row.get("note")?,
        changed_by: row.get("changed_by")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_names_its_first_events_and_the_newest() {
        let events = joined((0..90).collect(), &(85..300).collect::<Vec<_>>());
        assert_eq!(events.len(), EVENTS);
        assert_eq!(events.get(..21), Some(&[(0..20).collect::<Vec<u64>>(), vec![220]].concat()[..]));
        assert_eq!(events.last(), Some(&299));
    }
}

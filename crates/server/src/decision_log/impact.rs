//! Which logged questions would be answered otherwise by another policy.

use std::collections::BTreeMap;

use casemate_directory::{API_KEY_PROVIDER, AdminError, Snapshot};
use casemate_expression::{Datum, Timestamp};
use casemate_permission::Evaluation;
use casemate_permission::name::Name;
use casemate_store::{LoggedBatch, Sealer, StoreError, StoreReader};
use schemars::JsonSchema;
use secrecy::ExposeSecret as _;
use serde::Serialize;
use serde_json::Value;

use super::entry::{Entry, Refused};

/// The most batches of questions that are looked at for one page: where few answers differ, a page holds few, and others follow.
const MAX_BATCHES: u32 = 16;

/// Which page of logged questions is wanted.
#[derive(Debug, Clone, Default)]
pub struct ImpactQuery {
    /// Only what follows the page with this [`Impact::next`].
    pub after: Option<String>,
    /// The most entries; 1 to 1,000.
    pub limit: u32,
}

/// A page of questions whose answers differ, the newest first, and what was looked at for it.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "PolicyImpact")]
pub struct Impact {
    /// The questions whose answers differ.
    pub items: Vec<ImpactEntry>,
    /// The revision of the one policy, of which all pages are; absent where that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_revision: Option<i64>,
    /// The revision of the other, or the one that the change would be made on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_revision: Option<i64>,
    /// How many questions were looked at for this page.
    pub looked_at: u64,
    /// How many of them would be answered the same.
    pub unchanged: u64,
    /// How many of them cannot be asked again, by why: `refused`, `too_long`, `handed_by_token`,
    /// `narrowed_by_credential`, `key_not_in_force`, `identity_rules_changed`, `not_opened`, `unreadable`.
    pub not_replayed: BTreeMap<NotReplayed, u64>,
    /// How many questions were to be logged among them, and were lost.
    pub lost: u64,
    /// Where the next page begins; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Why a question is not asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotReplayed {
    /// It was denied before permissions were looked at, so that nobody is known whom it is about.
    Refused,
    /// It, or what was known of its subject, was too long to be logged whole.
    TooLong,
    /// The subject's token, or a source outside Casemate, handed out permissions, which are not logged.
    HandedByToken,
    /// The subject's temporary credential narrowed what they may do, which is not logged.
    NarrowedByCredential,
    /// It is about an API key that is not in force any more.
    KeyNotInForce,
    /// The two policies may know its subject otherwise: their provider, its rules, a source that reads their tokens, what a file
    /// says of them, or what the application may assert differs. What they would be known as is not logged.
    IdentityRulesChanged,
    /// It does not open: its root key is gone, or it was changed.
    NotOpened,
    /// It was written by another Casemate.
    Unreadable,
}

/// A question that would be answered otherwise.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PolicyImpactEntry")]
pub struct ImpactEntry {
    /// When it was asked.
    #[schemars(extend("format" = "date-time"))]
    pub at: String,
    /// The request that asked, with the place in its batch behind `#`.
    pub request_id: String,
    /// The tenant that it was asked in.
    pub tenant: String,
    /// The application that asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
    /// Whom it is about: provider, type and id.
    pub subject: ImpactSubject,
    /// What it asks: action, resource and context.
    pub question: Value,
    /// What was answered then: `allowed`, `denied` or `conditional`.
    pub answered: String,
    /// What the one policy answers.
    pub from: Answered,
    /// What the other answers.
    pub to: Answered,
}

/// Whom a question is about.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PolicyImpactSubject")]
pub struct ImpactSubject {
    /// The provider that vouches for them; empty where nobody does.
    pub provider: String,
    /// `user`, `service`, …
    pub r#type: String,
    /// Unique within the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// An answer, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "PolicyImpactAnswer")]
pub struct Answered {
    /// `allowed`, `denied` or `conditional`.
    pub decision: &'static str,
    /// Why, as a stable code.
    pub reason_code: &'static str,
    /// The granted name of the permission that decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<String>,
    /// The role that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
}

/// Why nothing is compared.
#[derive(Debug, thiserror::Error)]
pub enum ImpactError {
    /// The database cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What the page is to begin after is the end of none.
    #[error("`after` is of no page: take it from `next`, unchanged")]
    After,
    /// One of the policies cannot be had.
    #[error(transparent)]
    Policy(#[from] AdminError),
}

/// Asks logged questions of two policies anew, each as it was asked: at its time, about its subject as that was known then.
/// Gives those whose answers, or the reasons for them, differ. Without `sealer` none can be opened.
///
/// # Errors
/// Where the log cannot be read, or `after` is of no page.
pub async fn impact(
    reader: &StoreReader,
    sealer: Option<&Sealer>,
    (from, to): (&Snapshot, &Snapshot),
    query: &ImpactQuery,
) -> Result<Impact, ImpactError> {
    let mut page = Impact::default();
    let (mut before, mut ended) = match &query.after {
        None => (None, None),
        Some(after) => {
            let (seq, done) = after.split_once('-').ok_or(ImpactError::After)?;
            let number = |text: &str| text.parse::<i64>().map_err(|_| ImpactError::After);
            let (seq, done) = (number(seq)?, usize::try_from(number(done)?).map_err(|_| ImpactError::After)?);
            // The batch where the page ended is looked at once more, behind what was told of it.
            (Some(seq.saturating_add(1)), Some((seq, done)))
        }
    };
    for _ in 0..MAX_BATCHES {
        if page.items.len() >= query.limit as usize {
            break;
        }
        let Some(batch) = reader.decision_log(before, 1).await?.pop() else { return Ok(page) };
        // It may be gone meanwhile: of another nothing was told yet.
        let skipped = match ended.take() {
            Some((seq, done)) if seq == batch.seq => done,
            _ => 0,
        };
        let full = compared(&mut page, sealer, (from, to), &batch, skipped, query.limit as usize);
        if let Some(told) = full {
            page.next = Some(format!("{}-{told}", batch.seq));
            return Ok(page);
        }
        before = Some(batch.seq);
        tokio::task::yield_now().await;
    }
    // The batch before the next: behind all of it.
    page.next = before.map(|before| format!("{}-0", before - 1));
    Ok(page)
}

/// Compares the questions of a batch, the newest first, behind those that were told; answers how many were, where the page is
/// full before the end.
fn compared(
    page: &mut Impact,
    sealer: Option<&Sealer>,
    (from, to): (&Snapshot, &Snapshot),
    batch: &LoggedBatch,
    skipped: usize,
    limit: usize,
) -> Option<usize> {
    if skipped == 0 {
        page.lost += u64::from(batch.lost);
    }
    let text = match sealer.map(|sealer| sealer.open(&batch.sealed)) {
        Some(Ok(text)) => text,
        failed => {
            if let Some(Err(error)) = failed {
                tracing::warn!(%error, "logged questions do not open");
            }
            let entries = u64::from(batch.entries);
            page.looked_at += entries;
            *page.not_replayed.entry(NotReplayed::NotOpened).or_default() += entries;
            return None;
        }
    };
    let lines: Vec<&str> = text.expose_secret().lines().collect();
    for (place, line) in lines.iter().rev().enumerate().skip(skipped) {
        if page.items.len() >= limit {
            return Some(place);
        }
        if let Ok(Refused { refused }) = serde_json::from_str(line) {
            *page.not_replayed.entry(NotReplayed::Refused).or_default() += u64::from(refused);
            continue;
        }
        page.looked_at += 1;
        let Ok(entry) = serde_json::from_str::<Entry>(line) else {
            *page.not_replayed.entry(NotReplayed::Unreadable).or_default() += 1;
            continue;
        };
        match replayed(&entry, from, to) {
            Err(why) => *page.not_replayed.entry(why).or_default() += 1,
            Ok((_, one, other)) if one == other => page.unchanged += 1,
            Ok((question, one, other)) => page.items.push(told(entry, question, one, other)),
        }
    }
    None
}

fn told(entry: Entry, question: Value, from: Answered, to: Answered) -> ImpactEntry {
    ImpactEntry {
        at: Timestamp(entry.at).to_string(),
        request_id: entry.request_id,
        tenant: entry.tenant,
        application: entry.application,
        subject: ImpactSubject {
            provider: entry.subject.provider,
            r#type: entry.subject.kind,
            id: entry.subject.id,
        },
        question,
        answered: entry.decision,
        from,
        to,
    }
}

/// What two policies answer to a question.
fn replayed(
    entry: &Entry,
    from: &Snapshot,
    to: &Snapshot,
) -> Result<(Value, Answered, Answered), NotReplayed> {
    let Some(question) = &entry.question else { return Err(NotReplayed::TooLong) };
    let known = entry.subject.known();
    if entry.subject.is_handed_permissions || from.asks_about(&known) || to.asks_about(&known) {
        return Err(NotReplayed::HandedByToken);
    }
    if entry.subject.is_narrowed {
        return Err(NotReplayed::NarrowedByCredential);
    }
    let is_key = entry.subject.provider == API_KEY_PROVIDER;
    if is_key && entry.subject.id.as_deref().is_some_and(|id| !to.has_key(id)) {
        return Err(NotReplayed::KeyNotInForce);
    }
    if !from.knows_as(to, &known, entry.application.as_deref()) {
        return Err(NotReplayed::IdentityRulesChanged);
    }
    let datum = Datum::from_json(question).map_err(|_| NotReplayed::Unreadable)?;
    let anybody =
        Datum::from_json(r#"{"subject":{"type":"anonymous"}}"#).map_err(|_| NotReplayed::Unreadable)?;
    let evaluation = Evaluation::read(&datum, Some(&anybody)).map_err(|_| NotReplayed::Unreadable)?;
    let value = serde_json::from_str(question).map_err(|_| NotReplayed::Unreadable)?;
    Ok((value, answered(entry, &evaluation, from), answered(entry, &evaluation, to)))
}

fn answered(entry: &Entry, evaluation: &Evaluation<'_>, snapshot: &Snapshot) -> Answered {
    let denied = |reason_code| Answered { decision: "denied", reason_code, permission: None, origin: None };
    let application = match &entry.application {
        None => None,
        Some(id) => match snapshot.catalog().application(id) {
            Some(application) => Some(application),
            None => return denied("unknown_application"),
        },
    };
    let Ok(name) = evaluation.requested_name(application) else { return denied("outside_application") };
    let Ok(name) = Name::parse(&name) else { return denied("invalid_name") };
    let subject = entry.subject.known();
    let Ok(set) = snapshot.permissions(&subject) else { return denied("source_failed") };
    let request = evaluation.request(name, subject.view(), Timestamp(entry.at));
    let decision = if entry.is_filter { set.check_partial(&request) } else { set.check(&request) };
    let permission = decision.permission;
    Answered {
        decision: decision.effect.name(),
        reason_code: decision.reason.code(),
        permission: permission.map(|permission| permission.name().to_owned()),
        origin: permission.and_then(|permission| permission.grant()).map(|grant| grant.origin.name.clone()),
    }
}

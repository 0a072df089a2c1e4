//! When somebody was last seen, from what is on record anyway.

use std::collections::HashMap;

use casemate_directory::{API_KEY_PROVIDER, OWN_PROVIDER};
use casemate_store::{AuditFilter, DecisionFilter, KeyQuery, StoreError, StoreReader};

use super::view::Holder;

/// The most pages of the record of decisions that are looked back over, the newest first.
const DECISION_PAGES: usize = 5;
/// The most keys of an account that are looked at.
const KEYS: u32 = 1_000;
/// The most audit events of the same id, at whatever providers, that are looked at.
const EVENTS: u32 = 50;

/// Provider, type and id.
type Name = (String, String, String);

/// Who was seen when.
#[derive(Debug, Default)]
pub(super) struct Usage {
    found: HashMap<Name, Option<(i64, &'static str)>>,
    /// Those whom the newest decisions are about, or who asked for them; read once it is needed.
    decisions: Option<HashMap<Name, i64>>,
}

impl Usage {
    /// When somebody was last seen in a tenant, and by what that is known.
    pub(super) async fn of(
        &mut self,
        reader: &StoreReader,
        tenant: &str,
        holder: &Holder,
        signed_in_at: Option<i64>,
    ) -> Result<Option<(i64, &'static str)>, StoreError> {
        let Some(id) = holder.id.clone() else { return Ok(signed_in_at.map(|at| (at, "sign_in"))) };
        let name = (holder.provider.clone(), holder.kind.clone(), id);
        if let Some(found) = self.found.get(&name) {
            return Ok(*found);
        }
        let mut times = vec![(signed_in_at, "sign_in")];
        times.push((key_used_at(reader, &name).await?, "api_key"));
        times.push((acted_at(reader, tenant, &name).await?, "audit_event"));
        times.push((self.decided_at(reader, tenant, &name).await?, "decision"));
        let last = times.into_iter().filter_map(|(at, by)| Some((at?, by))).max_by_key(|(at, _)| *at);
        self.found.insert(name, last);
        Ok(last)
    }

    async fn decided_at(
        &mut self,
        reader: &StoreReader,
        tenant: &str,
        name: &Name,
    ) -> Result<Option<i64>, StoreError> {
        let decisions = match &mut self.decisions {
            Some(decisions) => decisions,
            unread => unread.insert(decisions(reader, tenant).await?),
        };
        Ok(decisions.get(name).copied())
    }
}

/// When a key, or the keys of an account, were used last.
async fn key_used_at(reader: &StoreReader, (provider, _, id): &Name) -> Result<Option<i64>, StoreError> {
    Ok(match provider.as_str() {
        API_KEY_PROVIDER => reader.api_key(id).await?.and_then(|key| key.used_at),
        OWN_PROVIDER => {
            let of_account =
                KeyQuery { account: Some(id.clone()), descending: true, limit: KEYS, ..KeyQuery::default() };
            let keys = reader.api_keys(&of_account).await?;
            keys.iter().filter_map(|key| key.used_at).max()
        }
        _ => None,
    })
}

/// When somebody last did something in a tenant that stands in the audit log.
async fn acted_at(
    reader: &StoreReader,
    tenant: &str,
    (provider, kind, id): &Name,
) -> Result<Option<i64>, StoreError> {
    let filter =
        AuditFilter { tenant: Some(tenant.to_owned()), actor: Some(id.clone()), ..AuditFilter::default() };
    let events = reader.audit_events(&filter, None, EVENTS).await?;
    let mut events = events.into_iter().map(|stored| stored.event);
    let own = events.find(|event| event.actor.provider == *provider && event.actor.kind == *kind);
    Ok(own.map(|event| event.at))
}

/// Whom the newest decisions of a tenant are about, or who asked for them, each with the last time.
async fn decisions(reader: &StoreReader, tenant: &str) -> Result<HashMap<Name, i64>, StoreError> {
    let mut found: HashMap<Name, i64> = HashMap::new();
    let mut before = None;
    for _ in 0..DECISION_PAGES {
        let page = reader.decisions(&DecisionFilter::default(), before, casemate_store::MAX_PAGE).await?;
        for event in page.items.into_iter().map(|recorded| recorded.event) {
            if event.tenant != tenant {
                continue;
            }
            for party in [event.subject, event.caller] {
                let last = found.entry((party.provider, party.kind, party.id)).or_insert(event.at);
                *last = event.at.max(*last);
            }
        }
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    Ok(found)
}

//! When somebody was last seen, from what is on record anyway.

use std::collections::HashMap;

use casemate_directory::{API_KEY_PROVIDER, OWN_PROVIDER};
use casemate_store::{AuditFilter, DecisionFilter, KeyQuery, NewestDecisions, StoreError, StoreReader};

use super::view::Holder;

/// The most recorded decisions that are looked back over, the newest first: of all tenants, once for a page.
const DECISIONS: u32 = 200_000;
/// The most keys of an account that are looked at.
const KEYS: u32 = 1_000;
/// The most events of the same id, at whatever providers, that are looked at.
const EVENTS: u32 = 50;

/// Provider, type and id.
type Name = (String, String, String);

/// Who was seen when.
#[derive(Debug, Default)]
pub(super) struct Usage {
    found: HashMap<Name, Option<(i64, &'static str)>>,
    /// Whom the newest decisions are about; read once it is needed.
    decisions: Option<NewestDecisions>,
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
        let newest = match &mut self.decisions {
            Some(newest) => newest,
            unread => unread.insert(reader.newest_decisions(DECISIONS).await?),
        };
        let Some(place) = newest.places.get(&name.2) else { return Ok(None) };
        let about = DecisionFilter {
            subject: Some(name.2.clone()),
            behind: Some(newest.behind),
            ..DecisionFilter::default()
        };
        // The newest is found at its place. It may be of another tenant or provider, which knows the same id.
        let mut before = place.saturating_add(1);
        for limit in [1, EVENTS] {
            let page = reader.decisions(&about, Some(before), limit).await?;
            for event in page.items.iter().map(|recorded| &recorded.event) {
                let of = &event.subject;
                if event.tenant == tenant && of.provider == name.0 && of.kind == name.1 {
                    return Ok(Some(event.at));
                }
            }
            let Some(next) = page.next else { break };
            before = next;
        }
        Ok(None)
    }

    /// Until when the record of decisions was looked back over, where it goes back further.
    pub(super) fn looked_back_to(&self) -> Option<i64> {
        self.decisions.as_ref()?.looked_back_to
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

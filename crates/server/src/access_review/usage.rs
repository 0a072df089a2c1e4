//! When somebody was last seen, from what is on record anyway.

use std::collections::HashMap;

use casemate_directory::{API_KEY_PROVIDER, OWN_PROVIDER};
use casemate_store::{
    AuditFilter, DecisionEvent, DecisionFilter, KeyQuery, NewestDecisions, StoreError, StoreReader,
};

use super::view::Holder;

/// The most recorded decisions that are looked back over, the newest first: of all tenants, once for a page.
const DECISIONS: u32 = 200_000;
/// The most keys of an account that are looked at.
const KEYS: u32 = 1_000;
/// The most events of the same id, at whatever providers, that are looked at.
const EVENTS: u32 = 50;

/// How often one page looks beyond the newest decision about an id, which is somebody's of the same id elsewhere: each such
/// look goes through all that is looked back over.
const LOOKS_BEYOND: u32 = 20;

/// Provider, type and id.
type Name = (String, String, String);

/// Who was seen when.
#[derive(Debug, Default)]
pub(super) struct Usage {
    found: HashMap<Name, Seen>,
    /// Whom the newest decisions are about; read once it is needed.
    decisions: Option<NewestDecisions>,
    looks_beyond: u32,
}

/// When somebody was seen.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    /// The last time, and by what that is known.
    pub(super) last: Option<(i64, &'static str)>,
    /// Until when recorded decisions were looked back over, where the record goes back further.
    pub(super) looked_back_to: Option<i64>,
}

impl Usage {
    /// When somebody was last seen in a tenant, and by what that is known.
    pub(super) async fn of(
        &mut self,
        reader: &StoreReader,
        tenant: &str,
        holder: &Holder,
        signed_in_at: Option<i64>,
    ) -> Result<Seen, StoreError> {
        let Some(id) = holder.id.clone() else {
            return Ok(Seen { last: signed_in_at.map(|at| (at, "sign_in")), looked_back_to: None });
        };
        let name = (holder.provider.clone(), holder.kind.clone(), id);
        if let Some(found) = self.found.get(&name) {
            return Ok(*found);
        }
        let mut times = vec![(signed_in_at, "sign_in")];
        times.push((key_used_at(reader, &name).await?, "api_key"));
        times.push((acted_at(reader, tenant, &name).await?, "audit_event"));
        let (decided_at, looked_back_to) = self.decided_at(reader, tenant, &name).await?;
        times.push((decided_at, "decision"));
        let last = times.into_iter().filter_map(|(at, by)| Some((at?, by))).max_by_key(|(at, _)| *at);
        let seen = Seen { last, looked_back_to };
        self.found.insert(name, seen);
        Ok(seen)
    }

    /// When the last decision about somebody was, and until when that was looked for where the record goes back further.
    async fn decided_at(
        &mut self,
        reader: &StoreReader,
        tenant: &str,
        name: &Name,
    ) -> Result<(Option<i64>, Option<i64>), StoreError> {
        let newest = match &mut self.decisions {
            Some(newest) => newest,
            unread => unread.insert(reader.newest_decisions(DECISIONS).await?),
        };
        let looked_back_to = newest.looked_back_to;
        let Some(&place) = newest.places.get(&name.2) else { return Ok((None, looked_back_to)) };
        let behind = newest.behind;
        let about = |behind| DecisionFilter {
            subject: Some(name.2.clone()),
            behind: Some(behind),
            ..DecisionFilter::default()
        };
        let is_own = |event: &&DecisionEvent| {
            let of = &event.subject;
            event.tenant == tenant && of.provider == name.0 && of.kind == name.1
        };
        // The newest is found at its place. It may be of another tenant or provider, which knows the same id.
        let first =
            reader.decisions(&about(place.saturating_sub(1)), Some(place.saturating_add(1)), 1).await?;
        let mut oldest = None;
        for event in first.items.iter().map(|recorded| &recorded.event) {
            if is_own(&event) {
                return Ok((Some(event.at), looked_back_to));
            }
            oldest = Some(event.at);
        }
        if self.looks_beyond >= LOOKS_BEYOND {
            return Ok((None, oldest));
        }
        self.looks_beyond += 1;
        let rest = reader.decisions(&about(behind), Some(place), EVENTS).await?;
        let mut events = rest.items.iter().map(|recorded| &recorded.event);
        if let Some(event) = events.find(is_own) {
            return Ok((Some(event.at), looked_back_to));
        }
        let is_cut = rest.next.is_some();
        let cut_at = rest.items.last().map(|recorded| recorded.event.at).filter(|_| is_cut);
        Ok((None, cut_at.or(looked_back_to)))
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
    let events = events.into_iter().map(|stored| stored.event);
    let own = events.filter(|event| event.actor.provider == *provider && event.actor.kind == *kind);
    // What an application recorded last may have happened before.
    Ok(own.map(|event| event.at).max())
}

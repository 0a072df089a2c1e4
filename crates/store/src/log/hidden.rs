//! Personal data in events: before these become texts of the log, keyed hashes come into its place. Whatever is put on record from
//! outside of the store comes this way: by a change, by what is only recorded, and with what is done to the log itself.

use std::sync::Arc;

use casemate_audit::personal::{WITHHELD, hide};

use super::event::area;
use crate::audit::AuditEvent;
use crate::open::Store;
use crate::seal::Sealer;

impl Store {
    /// Hashes what is personal in events with keys of this one from now on; before, and where there are none, it is withheld. Only the
    /// first that is given is kept.
    pub fn hide_personal_with(&self, sealer: Arc<Sealer>) {
        // An installation has one set of root keys.
        let _ = self.sealer.set(sealer);
    }

    /// Replaces what is personal before and after the changes that events tell of.
    pub(crate) fn hide_personal(&self, events: &mut [AuditEvent]) {
        let sealer = self.sealer.get();
        for event in events {
            let mut hash = |text: &str| {
                sealer.and_then(|sealer| sealer.pseudonym(text)).unwrap_or_else(|| WITHHELD.to_owned())
            };
            let hidden = [&event.before, &event.after]
                .map(|document| hide((area(event), &event.resource_type), document.as_deref()?, &mut hash));
            let [before, after] = hidden;
            event.before = before.or(event.before.take());
            event.after = after.or(event.after.take());
        }
    }
}

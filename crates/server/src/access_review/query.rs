//! What a review is asked for, and what it answers.

use casemate_store::StoreError;

use super::view::{Holder, Holding, State};

/// What a review is about.
#[derive(Debug, Clone, Default)]
pub struct ReviewQuery {
    /// The tenant.
    pub tenant: String,
    /// Only what is in force, was granted at least so many days ago and not used since.
    pub unused_days: Option<u32>,
    /// Only what ends within so many days.
    pub expiring_days: Option<u32>,
    /// Only by what this role is held: by itself, through a team, or since another extends it.
    pub role: Option<String>,
    /// Only what is assigned as this team.
    pub team: Option<String>,
    /// Only what is held through this group.
    pub group: Option<String>,
    /// Only what is in this state.
    pub state: Option<State>,
    /// Only what was decided about at this time or after it, where that holds.
    pub reviewed_since: Option<i64>,
    /// Only what was not decided about at this time or after it, or where that holds no longer.
    pub not_reviewed_since: Option<i64>,
    /// Only what was decided about, where that holds no longer.
    pub changed_since_review: bool,
    /// Only by whom.
    pub holder: HolderQuery,
    /// Whether what was assigned last comes first.
    pub newest_first: bool,
    /// Only what follows the page with this [`Review::next`].
    pub after: Option<String>,
    /// The most entries; 1 to 1,000.
    pub limit: u32,
    /// The time, in microseconds since 1970 (UTC).
    pub now: i64,
}

/// By whom something is held.
#[derive(Debug, Clone, Default)]
pub struct HolderQuery {
    /// Only those whom this provider vouches for.
    pub provider: Option<String>,
    /// Only those of this type: `user`, `service`, …; `group` for groups themselves.
    pub kind: Option<String>,
    /// Only the one with this id at the provider.
    pub id: Option<String>,
    /// Only the one with this login.
    pub login: Option<String>,
    /// Only those whose id, login or name holds this, whatever the case.
    pub search: Option<String>,
}

impl HolderQuery {
    pub(super) fn wants(&self, holder: &Holder) -> bool {
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| found == Some(wanted))
        };
        let holds = |text: &Option<String>, part: &str| {
            text.as_ref().is_some_and(|text| text.to_lowercase().contains(part))
        };
        let search = self.search.as_ref().map(|search| search.to_lowercase());
        is(&self.provider, Some(&holder.provider))
            && is(&self.kind, Some(&holder.kind))
            && is(&self.id, holder.id.as_deref())
            && is(&self.login, holder.login.as_deref())
            && search.is_none_or(|part| {
                [&holder.id, &holder.login, &holder.display_name].into_iter().any(|text| holds(text, &part))
            })
    }
}

/// A page of a review.
#[derive(Debug, Default)]
pub struct Review {
    /// What is held, in the order in which it was assigned.
    pub items: Vec<Holding>,
    /// What to ask the next page with, where there may be one: a page may hold few entries, or none, and others follow.
    pub next: Option<String>,
}

/// Why nothing can be reviewed.
#[derive(Debug, thiserror::Error)]
pub enum ReviewError {
    /// The database cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What the page is to begin after is the end of none.
    #[error("`after` is of no page: take it from `next`, unchanged")]
    After,
}

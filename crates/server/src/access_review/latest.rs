//! The latest decision about each assignment of a page: read for many at once, ahead of where the page is.

use std::collections::HashMap;

use casemate_directory::{Kind, ListQuery, Lister, Sort};
use casemate_store::{StoreError, StoreReader, StoredReview};

/// For how many assignments decisions are read at once.
const AHEAD: u32 = 100;

/// Decisions that were read, by assignment.
#[derive(Debug, Default)]
pub(super) struct Latest(HashMap<String, Option<StoredReview>>);

impl Latest {
    /// The latest decision about the assignment with this id, which comes first behind `after`.
    pub(super) async fn of(
        &mut self,
        (lister, reader): (&Lister, &StoreReader),
        (tenant, sort): (&str, Sort),
        after: Option<&str>,
        id: &str,
    ) -> Result<Option<StoredReview>, StoreError> {
        if let Some(known) = self.0.remove(id) {
            return Ok(known);
        }
        let ahead = ListQuery { limit: AHEAD, after: after.map(str::to_owned), sort, ..ListQuery::default() };
        // What cannot be listed is looked for alone.
        let ahead = lister.list(Kind::Assignment, tenant, &ahead).unwrap_or_default();
        let mut ids: Vec<&str> = ahead.items.iter().map(|entry| entry.id.as_str()).collect();
        if !ids.contains(&id) {
            ids = vec![id];
        }
        self.0 = ids.iter().map(|id| ((*id).to_owned(), None)).collect();
        for review in reader.latest_reviews(tenant, &ids).await? {
            self.0.insert(review.assignment.clone(), Some(review));
        }
        Ok(self.0.remove(id).flatten())
    }
}

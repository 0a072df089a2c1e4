//! Legal holds: what is neither erased nor given up, however old it is.

use casemate_audit::query::Query;

use crate::sql::{Database as _, Link, values};

/// The queries of all holds. One that cannot be read holds everything.
pub(super) async fn queries(link: &mut Link) -> Result<Vec<Query>, sqlx::Error> {
    let rows = link.rows("SELECT id, query FROM audit_hold", values![]).await?;
    rows.iter()
        .map(|row| {
            let (id, text): (String, String) = (row.get("id")?, row.get("query")?);
            Ok(Query::parse(&text).unwrap_or_else(|error| {
                tracing::error!(hold = %id, %error, "a legal hold cannot be read: nothing is erased until it is lifted");
                Query::default()
            }))
        })
        .collect()
}

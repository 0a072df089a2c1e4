//! Reading resources.

use super::{ChangedResources, MAX_CHANGED_RESOURCES, ResourceKey, ResourceQuery, ResourceRecord};
use crate::bounds::is_keepable;
use crate::decision::MAX_PAGE;
use crate::error::StoreError;
use crate::open::StoreReader;
use crate::sql::{Row, Value, places, values};

const COLUMNS: &str = "tenant, application, type, id, attributes, revision, created_at, updated_at";

impl StoreReader {
    /// Resources of one type of an application in a tenant, by their ids: at most [`MAX_PAGE`] ids are looked for.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn resources_by_id(
        &self,
        (tenant, application, kind): (&str, &str, &str),
        ids: &[&str],
    ) -> Result<Vec<ResourceRecord>, StoreError> {
        let ids: Vec<&str> =
            ids.iter().copied().filter(|id| is_keepable(id)).take(MAX_PAGE as usize).collect();
        if ids.is_empty() || ![tenant, application, kind].iter().all(|text| is_keepable(text)) {
            return Ok(Vec::new());
        }
        let text = format!(
            "SELECT {COLUMNS} FROM resource WHERE tenant = $1 AND application = $2 AND type = $3 \
             AND id IN ({}) AND deleted_at IS NULL",
            places(4, ids.len())
        );
        let values: Vec<Value<'_>> =
            [tenant, application, kind].into_iter().chain(ids).map(Value::from).collect();
        let rows = self.pool.rows(&text, &values).await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// A page of resources.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn resources(&self, query: &ResourceQuery) -> Result<Vec<ResourceRecord>, StoreError> {
        let selection = query.selection();
        if selection.is_void() {
            return Ok(Vec::new());
        }
        let text = selection.page(COLUMNS, query.limit.clamp(1, MAX_PAGE), 0);
        let rows = self.pool.rows(&text, &selection.values()).await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    /// The applications and types of which resources are, or were, registered, in whichever tenant.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn resource_types(&self) -> Result<Vec<(String, String)>, StoreError> {
        let text = "SELECT application, type FROM resource_type ORDER BY application, type";
        let rows = self.pool.rows(text, values![]).await?;
        let read = |row: &Row| Ok((row.get("application")?, row.get("type")?));
        Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
    }

    /// The resources that were registered, changed or deleted after the revision `after`, up to [`MAX_CHANGED_RESOURCES`].
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub async fn resources_changed_after(&self, after: i64) -> Result<ChangedResources, StoreError> {
        let mut reading = self.pool.read().await?;
        let changed = changed_after(&mut reading, after).await?;
        drop(reading);
        Ok(changed)
    }
}

async fn changed_after(
    database: &mut impl crate::sql::Database,
    after: i64,
) -> Result<ChangedResources, sqlx::Error> {
    let text = "SELECT 1 AS one FROM revision WHERE resources_kept > $1";
    if database.row(text, values![after]).await?.is_some() {
        return Ok(ChangedResources::Many);
    }
    let text = format!(
        "SELECT tenant, application, type, id FROM resource WHERE revision > $1 ORDER BY revision LIMIT {}",
        MAX_CHANGED_RESOURCES + 1
    );
    let rows = database.rows(&text, values![after]).await?;
    if rows.len() > MAX_CHANGED_RESOURCES as usize {
        return Ok(ChangedResources::Many);
    }
    Ok(ChangedResources::These(rows.iter().map(key).collect::<Result<_, _>>()?))
}

fn key(row: &Row) -> Result<ResourceKey, sqlx::Error> {
    Ok(ResourceKey {
        tenant: row.get("tenant")?,
        application: row.get("application")?,
        kind: row.get("type")?,
        id: row.get("id")?,
    })
}

fn read(row: &Row) -> Result<ResourceRecord, sqlx::Error> {
    Ok(ResourceRecord {
        key: key(row)?,
        attributes: row.get("attributes")?,
        revision: row.get("revision")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

#[cfg(test)]
mod tests {
    use sqlx::{Connection, SqliteConnection};

    use super::*;
    use crate::migration;
    use crate::sql::{Database, Link};

    #[tokio::test]
    async fn a_page_is_found_by_the_key_wherever_it_begins() {
        let mut link = Link::Sqlite(SqliteConnection::connect("sqlite::memory:").await.unwrap());
        migration::migrate(&mut link).await.unwrap();
        let all = ResourceQuery { tenant: "default".into(), ..ResourceQuery::default() };
        let of_type =
            ResourceQuery { application: Some("notes".into()), kind: Some("note".into()), ..all.clone() };
        let after = Some(["notes", "note", "7"].map(str::to_owned));
        for query in [
            ResourceQuery { after: after.clone(), ..all.clone() },
            ResourceQuery { after, ..of_type.clone() },
            all,
            of_type,
        ] {
            let selection = query.selection();
            let text = format!("EXPLAIN QUERY PLAN {}", selection.page(COLUMNS, 10, 0));
            let rows = link.rows(&text, &selection.values()).await.unwrap();
            let plan: Vec<String> = rows.iter().map(|row| row.get("detail").unwrap()).collect();
            let found = plan[0].contains("sqlite_autoindex_resource_1");
            assert!(found && !plan.iter().any(|step| step.contains("TEMP B-TREE")), "{text}: {plan:?}");
            let is_placed = query.after.is_none() || plan[0].contains('>');
            assert!(is_placed, "{text}: {plan:?}");
        }
    }
}

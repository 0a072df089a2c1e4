//! Writing resources: many rows in one statement, since applications register a thousand at a time.

use std::collections::{BTreeMap, BTreeSet};

use super::{MAX_RESOURCE_TYPES, MAX_TENANT_RESOURCE_TYPES, ResourceKey, ResourceRecord};
use crate::commit::{CommitError, Operation, Refused};
use crate::sql::{Database as _, Link, Value, places, rows_of, values};

/// How many rows one statement writes: SQLite takes 32,766 values at a time.
const ROWS: usize = 256;
/// How many ids one statement names.
const IDS: usize = 1_000;
/// How long a deleted row stays, in microseconds.
const DAY: i64 = 24 * 3_600 * 1_000_000;
/// How many deleted rows go with one change.
const PURGED: usize = 2_000;

/// Whether an operation is about resources alone.
pub(crate) fn is_resource(operation: &Operation) -> bool {
    matches!(operation, Operation::PutResource { .. } | Operation::RemoveResource { .. })
}

/// A row as it was before the change.
struct Before {
    revision: i64,
    created_at: i64,
    is_gone: bool,
}

/// The ids of one type of an application in a tenant, each with the revision that is expected.
type Expected<'a> = BTreeMap<(&'a str, &'a str, &'a str), Vec<(&'a str, Option<i64>)>>;

/// Does all that operations say of resources.
pub(crate) async fn make(
    link: &mut Link,
    operations: &[Operation],
    (revision, at): (i64, i64),
) -> Result<(), Refused> {
    let (mut put, mut gone) = (Vec::new(), Vec::new());
    let mut wanted: Expected<'_> = BTreeMap::new();
    for operation in operations {
        match operation {
            Operation::PutResource { resource, expected } => {
                expect(&mut wanted, &resource.key, *expected);
                put.push(&**resource);
            }
            Operation::RemoveResource { key, expected } => {
                expect(&mut wanted, key, *expected);
                gone.push(&**key);
            }
            _ => {}
        }
    }
    if put.is_empty() && gone.is_empty() {
        return Ok(());
    }
    let mut before = BTreeMap::new();
    for (of, ids) in &wanted {
        for ids in ids.chunks(IDS) {
            check(link, *of, ids, &mut before).await?;
        }
    }
    register_types(link, &put).await?;
    for resources in put.chunks(ROWS) {
        write(link, resources, &before, (revision, at)).await?;
    }
    for keys in gone.chunks(ROWS) {
        remove(link, keys, (revision, at)).await?;
    }
    link.execute("UPDATE revision SET resources = $1", values![revision]).await?;
    purge(link, at).await
}

fn expect<'a>(wanted: &mut Expected<'a>, key: &'a ResourceKey, at: Option<i64>) {
    let ResourceKey { tenant, application, kind, id } = key;
    wanted.entry((tenant, application, kind)).or_default().push((id, at));
}

/// Finds the rows that are there, and refuses the change where one is not what it was thought to be.
async fn check<'a>(
    link: &mut Link,
    (tenant, application, kind): (&'a str, &'a str, &'a str),
    ids: &[(&'a str, Option<i64>)],
    before: &mut BTreeMap<(&'a str, &'a str, &'a str, String), Before>,
) -> Result<(), Refused> {
    let text = format!(
        "SELECT id, revision, created_at, deleted_at FROM resource \
         WHERE tenant = $1 AND application = $2 AND type = $3 AND id IN ({})",
        places(4, ids.len())
    );
    let named = ids.iter().map(|(id, _)| *id);
    let values: Vec<Value<'_>> =
        [tenant, application, kind].into_iter().chain(named).map(Value::from).collect();
    for row in link.rows(&text, &values).await? {
        let is_gone = row.get::<Option<i64>>("deleted_at")?.is_some();
        let (revision, created_at) = (row.get("revision")?, row.get("created_at")?);
        before.insert((tenant, application, kind, row.get("id")?), Before { revision, created_at, is_gone });
    }
    for (id, expected) in ids {
        let known = before.get(&(tenant, application, kind, (*id).to_owned()));
        let found = known.filter(|known| !known.is_gone).map_or(0, |known| known.revision);
        if expected.is_some_and(|expected| expected != found) {
            let changed = CommitError::Changed { kind: "resource".to_owned(), id: (*id).to_owned() };
            return Err(Refused::Change(changed));
        }
    }
    Ok(())
}

/// Keeps of which types resources are registered, so that nobody looks for others.
async fn register_types(link: &mut Link, put: &[&ResourceRecord]) -> Result<(), Refused> {
    let mut types: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for ResourceRecord { key, .. } in put {
        types.entry(&key.application).or_default().insert(&key.kind);
    }
    for (application, types) in types {
        if !add_types(link, application, &types).await? {
            continue;
        }
        refuse_tenants(link, application, put).await?;
        if !are_too_many(link, application).await? {
            continue;
        }
        // Those of which nothing is registered any more make room; those of this change have no rows yet.
        let text = "DELETE FROM resource_type WHERE application = $1 AND NOT EXISTS (SELECT 1 FROM resource \
                    WHERE resource.application = resource_type.application AND resource.type = resource_type.type \
                    AND resource.deleted_at IS NULL)";
        link.execute(text, values![application]).await?;
        add_types(link, application, &types).await?;
        if are_too_many(link, application).await? {
            return Err(Refused::Change(CommitError::UsedUp { what: TYPES }));
        }
    }
    Ok(())
}

/// Refuses a change after which a tenant would have too many types of an application.
async fn refuse_tenants(link: &mut Link, application: &str, put: &[&ResourceRecord]) -> Result<(), Refused> {
    let mut types: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for ResourceRecord { key, .. } in put.iter().filter(|resource| resource.key.application == application) {
        types.entry(&key.tenant).or_default().insert(key.kind.clone());
    }
    // From one type to the next by the key, however many rows each has.
    let text = format!(
        "WITH RECURSIVE known(type) AS (SELECT MIN(type) FROM resource WHERE tenant = $1 AND application = $2 \
         UNION ALL SELECT (SELECT MIN(type) FROM resource WHERE tenant = $1 AND application = $2 \
         AND type > known.type) FROM known WHERE known.type IS NOT NULL) \
         SELECT type FROM known WHERE type IS NOT NULL AND EXISTS (SELECT 1 FROM resource WHERE tenant = $1 \
         AND application = $2 AND resource.type = known.type AND deleted_at IS NULL) LIMIT {}",
        MAX_TENANT_RESOURCE_TYPES + 1
    );
    for (tenant, mut types) in types {
        for row in link.rows(&text, values![tenant, application]).await? {
            types.insert(row.get("type")?);
        }
        if types.len() > MAX_TENANT_RESOURCE_TYPES {
            return Err(Refused::Change(CommitError::UsedUp { what: TENANT_TYPES }));
        }
    }
    Ok(())
}

/// Whether any of them is new.
async fn add_types(link: &mut Link, application: &str, types: &BTreeSet<&str>) -> Result<bool, sqlx::Error> {
    let mut is_new = false;
    for kind in types {
        let text = "INSERT INTO resource_type (application, type) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        is_new |= link.execute(text, values![application, *kind]).await? > 0;
    }
    Ok(is_new)
}

async fn are_too_many(link: &mut Link, application: &str) -> Result<bool, sqlx::Error> {
    let text = "SELECT COUNT(*) AS count FROM resource_type WHERE application = $1";
    let row = link.row(text, values![application]).await?;
    let count: i64 = row.ok_or(sqlx::Error::RowNotFound)?.get("count")?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX) > MAX_RESOURCE_TYPES)
}

/// What [`CommitError::UsedUp`] says where there are [`MAX_RESOURCE_TYPES`].
pub(crate) const TYPES: &str = "types of resources";
/// What it says where a tenant has [`MAX_TENANT_RESOURCE_TYPES`].
pub(crate) const TENANT_TYPES: &str = "types of resources of the tenant";

/// Refuses that a tenant or an application goes, or is called something else, while it has resources: they would belong to
/// whichever is called so next.
pub(crate) async fn refuse_owner(link: &mut Link, kind: &str, name: &str) -> Result<(), Refused> {
    let text = match kind {
        "tenant" => "SELECT 1 AS one FROM resource WHERE tenant = $1 AND deleted_at IS NULL LIMIT 1",
        "application" => {
            "SELECT 1 AS one FROM resource WHERE application = $1 AND deleted_at IS NULL LIMIT 1"
        }
        _ => return Ok(()),
    };
    match link.row(text, values![name]).await? {
        None => Ok(()),
        Some(_) => {
            let (kind, name) = (kind.to_owned(), name.to_owned());
            Err(Refused::Change(CommitError::HasResources { kind, name }))
        }
    }
}

async fn write(
    link: &mut Link,
    resources: &[&ResourceRecord],
    before: &BTreeMap<(&str, &str, &str, String), Before>,
    (revision, at): (i64, i64),
) -> Result<(), sqlx::Error> {
    const COLUMNS: usize = 8;
    let text = format!(
        "INSERT INTO resource (tenant, application, type, id, attributes, revision, created_at, updated_at) VALUES {} \
         ON CONFLICT (tenant, application, type, id) DO UPDATE SET attributes = excluded.attributes, \
         revision = excluded.revision, created_at = excluded.created_at, updated_at = excluded.updated_at, deleted_at = NULL",
        rows_of(resources.len(), COLUMNS)
    );
    let mut values = Vec::with_capacity(resources.len() * COLUMNS);
    for resource in resources {
        let ResourceKey { tenant, application, kind, id } = &resource.key;
        let known = before.get(&(&**tenant, &**application, &**kind, id.clone()));
        let created_at = known.filter(|known| !known.is_gone).map_or(at, |known| known.created_at);
        values.extend([tenant, application, kind, id, &resource.attributes].map(Value::from));
        values.extend([revision, created_at, at].map(Value::from));
    }
    link.execute(&text, &values).await?;
    Ok(())
}

async fn remove(
    link: &mut Link,
    keys: &[&ResourceKey],
    (revision, at): (i64, i64),
) -> Result<(), sqlx::Error> {
    for ResourceKey { tenant, application, kind, id } in keys {
        let text = "UPDATE resource SET attributes = '', revision = $5, updated_at = $6, deleted_at = $6 \
                    WHERE tenant = $1 AND application = $2 AND type = $3 AND id = $4 AND deleted_at IS NULL";
        link.execute(text, values![tenant, application, kind, id, revision, at]).await?;
    }
    Ok(())
}

/// Deletes rows that were deleted a day ago, and keeps up to which revision they say nothing any more.
async fn purge(link: &mut Link, at: i64) -> Result<(), Refused> {
    let text = format!(
        "SELECT MAX(deleted_at) AS until FROM (SELECT deleted_at FROM resource WHERE deleted_at IS NOT NULL \
         AND deleted_at <= $1 ORDER BY deleted_at LIMIT {PURGED}) AS oldest"
    );
    let row = link.row(&text, values![at.saturating_sub(DAY)]).await?;
    let Some(until) = row.map(|row| row.get::<Option<i64>>("until")).transpose()?.flatten() else {
        return Ok(());
    };
    let text = "UPDATE revision SET resources_kept = (SELECT MAX(revision) FROM resource WHERE deleted_at <= $1) \
                WHERE resources_kept < (SELECT MAX(revision) FROM resource WHERE deleted_at <= $1)";
    link.execute(text, values![until]).await?;
    link.execute("DELETE FROM resource WHERE deleted_at <= $1", values![until]).await?;
    Ok(())
}

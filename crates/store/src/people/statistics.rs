//! What the databases are told of how people are spread over their tables. Neither finds the index that fits without it: where all
//! users are of one provider, an index by provider looks as good as one by id, and one group more reads all users.
//!
//! SQLite is told once, by a migration, and the same for every installation: which index it takes depends on no data. PostgreSQL
//! counts by itself, a minute or more after a table grew; after a change of many it is asked to count at once.

use crate::commit::Operation;
use crate::people::is_people;
use crate::sql::{Database as _, Dialect, Link, values};

/// What SQLite is told (<https://sqlite.org/fileformat2.html#the_sqlite_stat1_table>): of each index the rows of its table, and
/// how many of them fit on average what its first column holds, its first two, and so on. An index that is added to one of these
/// tables needs a line of its own, by a later migration.
pub(crate) const TOLD: &str = "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES \
    ('directory_user', 'sqlite_autoindex_directory_user_1', '100000 1'), \
    ('directory_user', 'sqlite_autoindex_directory_user_2', '100000 20000 1'), \
    ('directory_user', 'sqlite_autoindex_directory_user_3', '100000 20000 1'), \
    ('directory_user', 'directory_user_by_revision', '100000 200'), \
    ('directory_user', 'directory_user_by_digest', '100000 20000 1'), \
    ('directory_user', 'directory_user_by_external_id', '100000 20000 1'), \
    ('directory_user', 'directory_user_by_age', '100000 200 1'), \
    ('directory_user', 'directory_user_by_login', '100000 2 1'), \
    ('directory_user', 'directory_user_by_home', '100000 20000 20000 200 1'), \
    ('directory_user', 'directory_user_by_email', '100000 2'), \
    ('directory_group', 'sqlite_autoindex_directory_group_1', '50000 1'), \
    ('directory_group', 'sqlite_autoindex_directory_group_2', '50000 50000 10000 1'), \
    ('directory_group', 'directory_group_by_external_id', '50000 10000 1'), \
    ('directory_group', 'directory_group_by_age', '50000 200 1'), \
    ('directory_group', 'directory_group_by_name', '50000 2 1'), \
    ('directory_group', 'directory_group_by_home', '50000 10000 10000 200 1'), \
    ('group_member', 'sqlite_autoindex_group_member_1', '500000 100 1 1'), \
    ('group_member', 'group_member_by_user', '500000 5')";

/// From how many operations on people on a change counts as one of many.
const MANY: usize = 32;

/// The tables that have at least doubled since PostgreSQL counted them last, beyond 64 KiB.
const GROWN: &str = "SELECT relname::text AS grown FROM pg_class \
    WHERE oid IN (to_regclass('directory_user'), to_regclass('directory_group'), to_regclass('group_member')) \
    AND pg_relation_size(oid) > 65536 AND (reltuples <= 0 OR pg_relation_size(oid) / 8192 >= 2 * relpages)";

/// Lets PostgreSQL count what a change made much larger. The change is made, whatever comes of this.
pub(crate) async fn count_grown(link: &mut Link, operations: &[Operation]) {
    let is_many = operations.iter().filter(|operation| is_people(operation)).nth(MANY).is_some();
    if !is_many || link.dialect() != Dialect::Postgres {
        return;
    }
    if let Err(error) = count(link).await {
        tracing::warn!(%error, "PostgreSQL could not count its rows; what looks for people may be slow until it does");
    }
}

async fn count(link: &mut Link) -> Result<(), sqlx::Error> {
    for row in link.rows(GROWN, values![]).await? {
        let grown: String = row.get("grown")?;
        link.execute(&format!("ANALYZE {grown}"), values![]).await?;
    }
    Ok(())
}

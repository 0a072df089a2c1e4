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

/// What it is told of the index by tenant: it is worse than any that knows the provider.
pub(crate) const TOLD_BY_TENANT: &str = "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES \
    ('directory_user', 'directory_user_by_tenant', '100000 50000 200 1')";

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

#[cfg(test)]
mod tests {
    use std::str::FromStr as _;

    use casemate_test_support::Postgres;
    use sqlx::postgres::PgConnectOptions;
    use sqlx::{Connection as _, SqliteConnection};

    use super::*;
    use crate::migration;
    use crate::people::write::member::leaving;
    use crate::people::write::session::ending;
    use crate::people::{Membership, UserQuery};
    use crate::sql::{PostgresLink, places};

    /// The statements by which people are written, and what finds their rows in each database.
    fn statements() -> Vec<(String, usize, &'static str, &'static str)> {
        let named = |column: &str| {
            format!("SELECT id FROM directory_user WHERE provider = $1 AND {column} IN ({})", places(2, 20))
        };
        let known = format!(
            "SELECT id, provider, tenant FROM directory_user WHERE id IN ({}) AND deleted_at IS NULL",
            places(1, 20)
        );
        let raised = format!(
            "UPDATE directory_user SET source = $1 WHERE id IN ({}) AND deleted_at IS NULL",
            places(2, 20)
        );
        let (user, login) = ("directory_user_1", "directory_user_2");
        vec![
            (known, 20, user, "directory_user_pkey"),
            (raised, 21, user, "directory_user_pkey"),
            (named("login_key"), 21, login, "directory_user_provider_login_key_key"),
            (named("subject"), 21, "directory_user_3", "directory_user_provider_subject_key"),
            (named("external_id"), 21, "directory_user_by_external_id", "directory_user_by_external_id"),
            (leaving(20), 22, "group_member_1", "group_member_pkey"),
        ]
    }

    fn plan(rows: &[crate::sql::Row], column: &'static str) -> String {
        rows.iter().map(|row| row.get::<String>(column).unwrap()).collect::<Vec<_>>().join("; ")
    }

    #[tokio::test]
    async fn sqlite_finds_people_by_the_index_that_fits_though_nothing_was_counted() {
        let mut link = Link::Sqlite(SqliteConnection::connect("sqlite::memory:").await.unwrap());
        migration::migrate(&mut link).await.unwrap();
        for (text, count, index, _) in statements() {
            let values = vec![crate::sql::Value::from("x"); count];
            let rows = link.rows(&format!("EXPLAIN QUERY PLAN {text}"), &values).await.unwrap();
            let plan = plan(&rows, "detail");
            assert!(plan.contains(index) && !plan.contains("SCAN directory"), "{text}: {plan}");
        }
        // Those of a tenant, page by page: in their order, and nobody of another is passed over.
        let query = UserQuery {
            tenant: Some("default".into()),
            active: Some(true),
            limit: 10,
            ..UserQuery::default()
        };
        for query in [UserQuery { after: Some(("7".into(), "usr_1".into())), ..query.clone() }, query] {
            let selection = query.selection();
            let text = format!("EXPLAIN QUERY PLAN {}", selection.page("id", query.limit, 0));
            let rows = link.rows(&text, &selection.values()).await.unwrap();
            let plan = plan(&rows, "detail");
            assert!(
                plan.contains("directory_user_by_tenant") && !plan.contains("TEMP B-TREE"),
                "{text}: {plan}"
            );
        }
        let ended =
            ending("user-ended", "VALUES ($1, $2, $3)").replace("revision = $1, ended_at = $2", "home = $1");
        let rows = link.rows(&format!("EXPLAIN QUERY PLAN {ended}"), values!["a", "b", "c"]).await.unwrap();
        assert!(plan(&rows, "detail").contains("session_by_subject"), "{}", plan(&rows, "detail"));
    }

    #[tokio::test]
    async fn postgres_counts_what_a_change_made_much_larger_and_then_finds_it_by_the_index_that_fits() {
        let server = Postgres::start().unwrap();
        let options = PgConnectOptions::from_str(&server.create_database().unwrap()).unwrap();
        let mut link = Link::Postgres(Box::new(PostgresLink::connect(&options).await.unwrap()));
        migration::migrate(&mut link).await.unwrap();
        let counted = async |link: &mut Link| {
            let text = "SELECT CAST(reltuples AS BIGINT) AS rows FROM pg_class WHERE oid = to_regclass('directory_user')";
            link.row(text, values![]).await.unwrap().unwrap().get::<i64>("rows").unwrap()
        };
        let many = "INSERT INTO directory_user (id, tenant, provider, subject, subject_sha256, login, login_key, external_id, \
                    active, attributes, source, revision, created_at, updated_at) \
                    SELECT 'usr_' || n, 'default', 'corp', 's' || n, sha256(n::text::bytea), 'l' || n, 'l' || n, 'e' || n, \
                    1, '{}', 'scim', n / 500, n, n FROM generate_series(1, 20000) AS n";
        link.execute(many, values![]).await.unwrap();
        let members = "INSERT INTO directory_group (id, tenant, provider, name, name_key, source, revision, created_at, updated_at) \
                       SELECT 'grp_' || n, 'default', 'corp', 'g' || n, 'g' || n, 'scim', n, n, n FROM generate_series(1, 1000) AS n";
        link.execute(members, values![]).await.unwrap();
        let members = "INSERT INTO group_member SELECT 'grp_' || (1 + n % 1000), 'usr_' || n, 'scim' FROM generate_series(1, 20000) AS n";
        link.execute(members, values![]).await.unwrap();
        let member = |number: i32| {
            let (group, user) = ("grp_1".to_owned(), format!("usr_{number}"));
            Operation::AddMember(Membership { group, user, source: "scim".to_owned() })
        };
        let change: Vec<Operation> = (0..100).map(member).collect();
        count_grown(&mut link, &change[..3]).await;
        assert!(counted(&mut link).await <= 0, "a few are left to the database");
        count_grown(&mut link, &change).await;
        assert_eq!(counted(&mut link).await, 20_000);
        for (text, count, _, index) in statements() {
            let mut values = vec![crate::sql::Value::from("x"); count];
            // Of a provider that there is: nobody is easily found of another.
            values[0] = "corp".into();
            let rows = link.rows(&format!("EXPLAIN {text}"), &values).await.unwrap();
            let plan = plan(&rows, "QUERY PLAN");
            assert!(plan.contains(index) && !plan.contains("Seq Scan"), "{text}: {plan}");
        }
    }
}

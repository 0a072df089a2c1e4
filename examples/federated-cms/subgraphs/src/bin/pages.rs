//! The subgraph of pages: whoever comes sees the published ones.
#![forbid(unsafe_code)]

use async_graphql::{Context, EmptySubscription, ID, Object, Result, Schema, SimpleObject};
use casemate_federated_cms::{bind, rows, start, stored};
use casemate_sdk::guard::{PermissionDirectives, public, refused, requires_permission};
use casemate_sdk::remote::Remote;
use casemate_sdk::{
    AuditEvent, Caller, Doer, Map, Outcome, PermissionsManager as _, Question, Resource, Value,
};
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions, SqliteRow};
use sqlx::{AssertSqlSafe, Row as _};

const READ: &str = "cms.page.read";
const PUBLISH: &str = "cms.page.publish";
/// Pages of one answer.
const MOST: i64 = 100;

const TABLE: &str = "
    CREATE TABLE page (
        id TEXT PRIMARY KEY, title TEXT NOT NULL, status TEXT NOT NULL, created_by TEXT NOT NULL, hero TEXT, teasers TEXT NOT NULL
    );
    INSERT INTO page VALUES
        ('p1', 'Welcome',     'published', 'ada', 'f1', 'e1 e4'),
        ('p2', 'Lighthouses', 'draft',     'ada', 'f2', 'e1 e3'),
        ('p3', 'Imprint',     'published', 'bob', NULL, ''),
        ('p4', 'The sea',     'draft',     'bob', 'f2', 'e4');";

/// A file, which the subgraph `files` knows more of.
#[derive(SimpleObject)]
#[graphql(unresolvable, directive = public::apply("it is an id alone".into()))]
struct File {
    id: ID,
}

/// An entry, which the subgraph `content` knows more of.
#[derive(SimpleObject)]
#[graphql(unresolvable, directive = public::apply("it is an id alone".into()))]
struct Entry {
    id: ID,
}

/// A page.
#[derive(SimpleObject)]
#[graphql(directive = requires_permission::apply(vec![READ.into()], true))]
struct Page {
    id: ID,
    title: String,
    status: String,
    created_by: String,
    /// The picture at its top.
    hero: Option<File>,
    /// What it points to.
    teasers: Vec<Entry>,
}

impl Page {
    fn of(row: &SqliteRow) -> sqlx::Result<Page> {
        let teasers: String = row.try_get("teasers")?;
        Ok(Page {
            id: ID(row.try_get("id")?),
            title: row.try_get("title")?,
            status: row.try_get("status")?,
            created_by: row.try_get("created_by")?,
            hero: row.try_get::<Option<String>, _>("hero")?.map(|id| File { id: ID(id) }),
            teasers: teasers.split_whitespace().map(|id| Entry { id: id.into() }).collect(),
        })
    }

    /// Goes on where the caller may do this to the page.
    fn require(&self, caller: &Caller, permission: &str) -> std::result::Result<(), casemate_sdk::Error> {
        let attributes =
            [("createdBy", Value::String(&self.created_by)), ("status", Value::String(&self.status))];
        caller.require(Question::new(permission).on(Resource {
            kind: Some(Value::String("page")),
            id: Some(Value::String(&self.id)),
            properties: Map::Values(&attributes),
        }))
    }
}

/// The table.
struct Pages {
    pool: SqlitePool,
}

impl Pages {
    async fn open() -> sqlx::Result<Pages> {
        // In memory, so that the example leaves nothing behind: one connection, which is never closed.
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect("sqlite::memory:")
            .await?;
        sqlx::raw_sql(TABLE).execute(&pool).await?;
        Ok(Pages { pool })
    }

    /// Those that the caller may read, by one statement.
    async fn readable(&self, caller: &Caller, id: Option<&str>) -> Result<Vec<Page>> {
        let may = rows(caller, READ).map_err(|error| refused(&error))?;
        let next = may.parameters.len() + 1;
        let sql = format!(
            "SELECT * FROM page WHERE {} AND (?{next} IS NULL OR id = ?{next}) ORDER BY id LIMIT {MOST}",
            may.text
        );
        tracing::info!(sql, parameters = ?may.parameters, "pages");
        let query = bind(sqlx::query(AssertSqlSafe(sql)), &may.parameters).bind(id);
        let found = query.fetch_all(&self.pool).await.map_err(|error| stored(&error))?;
        found.iter().map(Page::of).collect::<sqlx::Result<_>>().map_err(|error| stored(&error))
    }
}

/// Reads.
struct Query;

#[Object]
impl Query {
    /// The pages that the caller may read.
    #[graphql(directive = requires_permission::apply(vec![READ.into()], true))]
    async fn pages(&self, context: &Context<'_>) -> Result<Vec<Page>> {
        context.data::<Pages>()?.readable(context.data()?, None).await
    }
}

/// Writes.
struct Mutation;

#[Object]
impl Mutation {
    /// Shows a page to everybody; null where there is none that the caller may read.
    #[graphql(directive = requires_permission::apply(vec![PUBLISH.into()], true))]
    async fn publish_page(&self, context: &Context<'_>, id: ID) -> Result<Option<Page>> {
        let (caller, pages) = (context.data::<Caller>()?, context.data::<Pages>()?);
        let Some(page) = pages.readable(caller, Some(&id)).await?.pop() else { return Ok(None) };
        page.require(caller, PUBLISH).map_err(|error| refused(&error))?;
        sqlx::query("UPDATE page SET status = 'published' WHERE id = ?")
            .bind(id.as_str())
            .execute(&pages.pool)
            .await
            .map_err(|error| stored(&error))?;
        // Beside Casemate's own events, with who did it.
        let event = AuditEvent::new(PUBLISH, Outcome::Success).by(context.data::<Doer>()?.clone());
        let recorded = context.data::<Remote>()?.audit().record(event.on("page", id.as_str())).await;
        recorded.map_err(|error| refused(&error))?;
        Ok(Some(Page { status: "published".to_owned(), ..page }))
    }
}

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let service = start().await?;
    let schema = Schema::build(Query, Mutation, EmptySubscription)
        .enable_federation()
        .extension(PermissionDirectives::denying_by_default())
        .limit_depth(10)
        .data(service.permissions.clone())
        .data(Pages::open().await?)
        .finish();
    service.serve(schema).await
}

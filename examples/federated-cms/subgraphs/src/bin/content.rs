//! The subgraph of content: entries of any model, in any language.
#![forbid(unsafe_code)]

use async_graphql::{Context, EmptySubscription, ID, Object, Result, Schema, SimpleObject};
use casemate_federated_cms::{bind, rows, start, stored};
use casemate_sdk::guard::{PermissionDirectives, refused, requires_permission};
use casemate_sdk::{Caller, Map, Question, Resource, Value};
use sqlx::sqlite::{SqlitePool, SqlitePoolOptions, SqliteRow};
use sqlx::{AssertSqlSafe, Row as _};

const READ: &str = "cms.entry.read";
const WRITE: &str = "cms.entry.write";
/// Entries of one answer.
const MOST: i64 = 100;

const TABLE: &str = "
    CREATE TABLE entry (
        id TEXT PRIMARY KEY, model TEXT NOT NULL, locale TEXT, title TEXT NOT NULL, created_by TEXT NOT NULL
    );
    INSERT INTO entry VALUES
        ('e1', 'article', 'en', 'Ten years of lighthouses', 'ada'),
        ('e2', 'article', 'de', 'Zehn Jahre Leuchttürme',   'ada'),
        ('e3', 'product', 'en', 'Lamp',                     'ada'),
        ('e4', 'article', 'de', 'Vom Meer',                 'bob'),
        ('e5', 'product', NULL, 'Foghorn',                  'bob');";

/// An entry. Other subgraphs refer to it by its id: all else is null where the caller may not read it.
#[derive(SimpleObject)]
#[graphql(directive = requires_permission::apply(vec![READ.into()], true))]
struct Entry {
    id: ID,
    model: Option<String>,
    locale: Option<String>,
    title: Option<String>,
    created_by: Option<String>,
}

fn attribute(text: &Option<String>) -> Value<'_> {
    text.as_deref().map_or(Value::Null, Value::String)
}

impl Entry {
    fn of(row: &SqliteRow) -> sqlx::Result<Entry> {
        Ok(Entry {
            id: ID(row.try_get("id")?),
            model: row.try_get("model")?,
            locale: row.try_get("locale")?,
            title: row.try_get("title")?,
            created_by: row.try_get("created_by")?,
        })
    }

    /// Goes on where the caller may do this to the entry.
    fn require(&self, caller: &Caller, permission: &str) -> std::result::Result<(), casemate_sdk::Error> {
        let attributes = [
            ("createdBy", attribute(&self.created_by)),
            ("model", attribute(&self.model)),
            ("locale", attribute(&self.locale)),
        ];
        caller.require(Question::new(permission).on(Resource {
            kind: Some(Value::String("entry")),
            id: Some(Value::String(&self.id)),
            properties: Map::Values(&attributes),
        }))
    }
}

/// The table.
struct Entries {
    pool: SqlitePool,
}

impl Entries {
    async fn open() -> sqlx::Result<Entries> {
        // In memory, so that the example leaves nothing behind: one connection, which is never closed.
        let pool = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect("sqlite::memory:")
            .await?;
        sqlx::raw_sql(TABLE).execute(&pool).await?;
        Ok(Entries { pool })
    }

    /// Those that the caller may read, by one statement.
    async fn readable(&self, caller: &Caller, model: Option<&str>, id: Option<&str>) -> Result<Vec<Entry>> {
        let may = rows(caller, READ).map_err(|error| refused(&error))?;
        let next = may.parameters.len() + 1;
        let sql = format!(
            "SELECT * FROM entry WHERE {} AND (?{next} IS NULL OR model = ?{next}) AND (?{id} IS NULL OR id = ?{id}) ORDER BY id LIMIT {MOST}",
            may.text,
            id = next + 1
        );
        tracing::info!(sql, parameters = ?may.parameters, "entries");
        let query = bind(sqlx::query(AssertSqlSafe(sql)), &may.parameters).bind(model).bind(id);
        let found = query.fetch_all(&self.pool).await.map_err(|error| stored(&error))?;
        found.iter().map(Entry::of).collect::<sqlx::Result<_>>().map_err(|error| stored(&error))
    }

    async fn readable_one(&self, caller: &Caller, id: &str) -> Result<Option<Entry>> {
        Ok(self.readable(caller, None, Some(id)).await?.pop())
    }
}

/// Reads.
struct Query;

#[Object]
impl Query {
    /// The entries that the caller may read.
    #[graphql(directive = requires_permission::apply(vec![READ.into()], true))]
    async fn entries(&self, context: &Context<'_>, model: Option<String>) -> Result<Vec<Entry>> {
        context.data::<Entries>()?.readable(context.data()?, model.as_deref(), None).await
    }

    /// One of them; null where there is none, and where the caller may not read it.
    #[graphql(directive = requires_permission::apply(vec![READ.into()], true))]
    async fn entry(&self, context: &Context<'_>, id: ID) -> Result<Option<Entry>> {
        context.data::<Entries>()?.readable_one(context.data()?, &id).await
    }

    /// An entry that another subgraph refers to: whoever may see that one may not see this one for it.
    #[graphql(entity)]
    async fn find_entry_by_id(&self, context: &Context<'_>, id: ID) -> Result<Option<Entry>> {
        let caller = context.data::<Caller>()?;
        match caller.check(READ).map_err(|error| refused(&error))?.effect {
            casemate_sdk::Effect::Denied => Ok(None),
            _ => context.data::<Entries>()?.readable_one(caller, &id).await,
        }
    }
}

/// Writes.
struct Mutation;

#[Object]
impl Mutation {
    /// Makes an entry, which is the caller's own.
    #[graphql(directive = requires_permission::apply(vec![WRITE.into()], true))]
    async fn create_entry(
        &self,
        context: &Context<'_>,
        id: ID,
        model: String,
        locale: Option<String>,
        title: String,
    ) -> Result<Entry> {
        let caller = context.data::<Caller>()?;
        let created_by = caller.identity().id.map(str::to_owned);
        let entry = Entry { id, model: Some(model), locale, title: Some(title), created_by };
        // Judged as what it is to become.
        entry.require(caller, WRITE).map_err(|error| refused(&error))?;
        sqlx::query("INSERT INTO entry VALUES (?, ?, ?, ?, ?)")
            .bind(entry.id.as_str())
            .bind(&entry.model)
            .bind(&entry.locale)
            .bind(&entry.title)
            .bind(&entry.created_by)
            .execute(&context.data::<Entries>()?.pool)
            .await
            .map_err(|error| stored(&error))?;
        Ok(entry)
    }

    /// Gives an entry another title; null where there is none that the caller may read.
    #[graphql(directive = requires_permission::apply(vec![WRITE.into()], true))]
    async fn rename_entry(&self, context: &Context<'_>, id: ID, title: String) -> Result<Option<Entry>> {
        let (caller, entries) = (context.data::<Caller>()?, context.data::<Entries>()?);
        // The condition stands in the statement that writes: nothing comes between looking and writing.
        let may = rows(caller, WRITE).map_err(|error| refused(&error))?;
        let next = may.parameters.len() + 1;
        let sql = format!("UPDATE entry SET title = ?{next} WHERE {} AND id = ?{}", may.text, next + 1);
        tracing::info!(sql, parameters = ?may.parameters, "rename");
        let query = bind(sqlx::query(AssertSqlSafe(sql)), &may.parameters).bind(title).bind(id.as_str());
        let done = query.execute(&entries.pool).await.map_err(|error| stored(&error))?;
        let entry = entries.readable_one(caller, &id).await?;
        // Nothing was written to what is there: say why.
        if let (0, Some(entry)) = (done.rows_affected(), &entry) {
            entry.require(caller, WRITE).map_err(|error| refused(&error))?;
        }
        Ok(entry)
    }
}

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let service = start().await?;
    let schema = Schema::build(Query, Mutation, EmptySubscription)
        .enable_federation()
        .extension(PermissionDirectives::denying_by_default())
        .limit_depth(10)
        .data(Entries::open().await?)
        .finish();
    service.serve(schema).await
}

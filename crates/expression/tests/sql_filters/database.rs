//! The databases: a table of the rows, and questions to it.

use casemate_expression::Datum;
use casemate_expression::filter::sql::{Dialect, Parameter, Sql};
use sqlx::{AssertSqlSafe, Connection as _, Row as _};

use crate::fields::{Field, Pool, fields};
use crate::rows::{Cell, Random, cells, json, lists};

pub(crate) enum Connection {
    Sqlite(sqlx::SqliteConnection),
    Postgres(sqlx::PgConnection),
    MySql(sqlx::MySqlConnection),
}

/// A table of rows, and each row as a resource.
pub(crate) struct Database {
    pub(crate) dialect: Dialect,
    pub(crate) fields: Vec<Field>,
    pub(crate) resources: Vec<Vec<(String, Datum)>>,
    connection: Connection,
    runtime: tokio::runtime::Runtime,
}

/// Rows beyond those that hold every value of every pool.
const RANDOM_ROWS: usize = 24;

/// Binds the parameters and fetches one column of each row as text.
macro_rules! fetch {
    ($connection:expr, $sql:expr, $parameters:expr, $column:expr) => {{
        let mut query = sqlx::query(AssertSqlSafe($sql)).persistent(false);
        for parameter in $parameters {
            query = match parameter {
                None => query.bind(None::<String>),
                Some(Parameter::Bool(value)) => query.bind(*value),
                Some(Parameter::Int(value)) => query.bind(*value),
                Some(Parameter::Double(value)) => query.bind(*value),
                Some(Parameter::Text(value)) => query.bind(value.to_string()),
            };
        }
        query
            .fetch_all($connection)
            .await
            .map(|rows| rows.iter().map(|row| row.get::<String, _>($column)).collect())
    }};
}

impl Connection {
    async fn ask(
        &mut self,
        sql: String,
        parameters: &[Option<Parameter>],
    ) -> Result<Vec<String>, sqlx::Error> {
        self.column(sql, parameters, 0).await
    }

    async fn column(
        &mut self,
        sql: String,
        parameters: &[Option<Parameter>],
        column: usize,
    ) -> Result<Vec<String>, sqlx::Error> {
        match self {
            Connection::Sqlite(connection) => fetch!(connection, sql, parameters, column),
            Connection::Postgres(connection) => fetch!(connection, sql, parameters, column),
            Connection::MySql(connection) => fetch!(connection, sql, parameters, column),
        }
    }

    /// Statements without parameters and answers, as a client's text.
    async fn run(&mut self, sql: String) -> Result<(), sqlx::Error> {
        match self {
            Connection::Sqlite(connection) => {
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(|_| ())
            }
            Connection::Postgres(connection) => {
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(|_| ())
            }
            Connection::MySql(connection) => {
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.map(|_| ())
            }
        }
    }
}

impl Database {
    pub(crate) fn open(dialect: Dialect, url: &str) -> Database {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let fields = fields(dialect);
        let (connection, resources) = runtime.block_on(async {
            let mut connection = match dialect {
                Dialect::Sqlite => Connection::Sqlite(sqlx::SqliteConnection::connect(url).await.unwrap()),
                Dialect::Postgres => Connection::Postgres(sqlx::PgConnection::connect(url).await.unwrap()),
                Dialect::MySql => Connection::MySql(sqlx::MySqlConnection::connect(url).await.unwrap()),
            };
            let resources = fill(&mut connection, dialect, &fields).await;
            for setting in settings(dialect) {
                connection.run((*setting).to_owned()).await.unwrap();
            }
            (connection, resources)
        });
        Database { dialect, fields, resources, connection, runtime }
    }

    /// The numbers of the rows that the condition is true for.
    pub(crate) fn rows(&mut self, condition: &str, sql: &Sql) -> Result<Vec<usize>, String> {
        let cast = if self.dialect == Dialect::MySql { "CHAR" } else { "text" };
        let statement = format!("SELECT CAST(k AS {cast}) FROM things WHERE {condition} ORDER BY things.k");
        let parameters: Vec<Option<Parameter>> = sql.parameters.iter().cloned().map(Some).collect();
        let answer = self.runtime.block_on(self.connection.ask(statement, &parameters));
        answer
            .map(|rows| rows.iter().map(|row| row.parse().unwrap()).collect())
            .map_err(|error| format!("{error}\n{}\n{:?}", sql.text, sql.parameters))
    }

    /// How the database would look the rows up, as text.
    pub(crate) fn plan(&mut self, explain: &str, sql: &Sql) -> String {
        let statement = format!("{explain} SELECT k FROM things WHERE {}", sql.text);
        let parameters: Vec<Option<Parameter>> = sql.parameters.iter().cloned().map(Some).collect();
        let column = if self.dialect == Dialect::Sqlite { 3 } else { 0 };
        self.runtime.block_on(self.connection.column(statement, &parameters, column)).unwrap().join("\n")
    }

    pub(crate) fn run(&mut self, sql: &str) {
        self.runtime.block_on(self.connection.run(sql.to_owned())).unwrap();
    }
}

/// What an application may have set for its session.
fn settings(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::Sqlite => &["PRAGMA reverse_unordered_selects = ON", "PRAGMA case_sensitive_like = ON"],
        Dialect::Postgres => {
            &["SET TimeZone = 'Asia/Kathmandu'", "SET DateStyle = 'SQL, DMY'", "SET extra_float_digits = 0"]
        }
        Dialect::MySql => &[
            "SET SESSION sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES,HIGH_NOT_PRECEDENCE,IGNORE_SPACE'",
            "SET SESSION time_zone = '+05:45'",
        ],
    }
}

async fn fill(connection: &mut Connection, dialect: Dialect, fields: &[Field]) -> Vec<Vec<(String, Datum)>> {
    match dialect {
        Dialect::Postgres => {
            let folded =
                "CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level1', deterministic = false)";
            connection.run(folded.to_owned()).await.unwrap();
        }
        Dialect::MySql => connection.run("SET SESSION sql_mode = ''".to_owned()).await.unwrap(),
        Dialect::Sqlite => {}
    }
    let quote = if dialect == Dialect::Postgres { "\"" } else { "`" };
    let columns: Vec<String> = fields
        .iter()
        .map(|field| format!("{quote}{}{quote}", field.column.replace(quote, &quote.repeat(2))))
        .collect();
    let definitions: Vec<String> =
        columns.iter().zip(fields).map(|(column, field)| format!("{column} {}", field.definition)).collect();
    connection.run(format!("CREATE TABLE things (k integer, {})", definitions.join(", "))).await.unwrap();

    let mut pools: Vec<Vec<Cell>> = Vec::new();
    for field in fields {
        let mut pool = cells(field, dialect);
        if !matches!(field.pool, Pool::TextArray | Pool::IntArray) {
            for list in lists(field.pool, dialect) {
                // What the application reads back is what the database keeps of it.
                let kept = match dialect {
                    Dialect::Postgres => {
                        let stored = [Some(Parameter::Text(list.into()))];
                        connection
                            .ask("SELECT CAST($1::text::jsonb AS text)".to_owned(), &stored)
                            .await
                            .unwrap()
                            .remove(0)
                    }
                    _ => list.to_owned(),
                };
                pool.push(json(list, &kept));
            }
        }
        pools.push(pool);
    }
    let mut random = Random(7);
    let count = pools.iter().map(Vec::len).max().unwrap_or(0) + RANDOM_ROWS;
    let mut resources = Vec::new();
    for row in 0..count {
        let chosen: Vec<Cell> =
            pools.iter().map(|pool| pool.get(row).unwrap_or_else(|| random.pick(pool)).clone()).collect();
        let values: Vec<String> =
            fields.iter().enumerate().map(|(index, field)| placeholder(dialect, field, index + 1)).collect();
        let statement =
            format!("INSERT INTO things (k, {}) VALUES ({row}, {})", columns.join(", "), values.join(", "));
        let stored: Vec<Option<Parameter>> = chosen.iter().map(|cell| cell.stored.clone()).collect();
        connection.ask(statement, &stored).await.unwrap();
        let named =
            fields.iter().zip(chosen).map(|(field, cell)| (field.attribute.name.to_string(), cell.attribute));
        resources.push(named.collect());
    }
    resources
}

fn placeholder(dialect: Dialect, field: &Field, number: usize) -> String {
    let elements = |element: &str| {
        format!(
            "CASE WHEN ${number}::text IS NOT NULL THEN \
             ARRAY(SELECT v::{element} FROM jsonb_array_elements_text(${number}::text::jsonb) AS e(v)) END"
        )
    };
    match (dialect, field.pool) {
        (Dialect::Sqlite, _) => format!("?{number}"),
        (Dialect::MySql, _) => "?".to_owned(),
        (_, Pool::Texts | Pool::Ints | Pool::Bools | Pool::Doubles) => format!("${number}::text::jsonb"),
        (_, Pool::Time) => format!("${number}::text::timestamptz"),
        (_, Pool::TextArray) => elements("text"),
        (_, Pool::IntArray) => elements("bigint"),
        (_, Pool::TimeArray) => elements("timestamptz"),
        (_, Pool::Bool) => format!("${number}::boolean"),
        (_, Pool::Double) => format!("${number}::double precision"),
        (_, Pool::Text | Pool::Latin) => format!("${number}::text"),
        (_, Pool::Int | Pool::Micros | Pool::Duration) => format!("${number}::bigint"),
    }
}

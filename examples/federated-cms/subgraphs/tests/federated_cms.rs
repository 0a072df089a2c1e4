//! The condition of SQL that a caller's permissions become finds the rows on which they may, and no others.
#![allow(clippy::unwrap_used, reason = "a test that cannot prepare has failed")]

use std::sync::Arc;

use casemate_federated_cms::{bind, rows};
use casemate_permission::{Catalog, Grant, OriginKind, Permission, PermissionSet, Schema};
use casemate_sdk::filter::sql::Sql;
use casemate_sdk::{Caller, Error, Known, Map, Question, Resource, Subject, TestClock, Value, Whom};
use sqlx::sqlite::SqlitePoolOptions;
use sqlx::{AssertSqlSafe, Row as _};

struct Ada;

impl Whom for Ada {
    fn view(&self) -> Subject<'_> {
        Subject { id: Some("ada"), kind: Some("user"), ..Subject::ANONYMOUS }
    }
}

fn ada(permissions: &[&str]) -> Caller {
    let schema = Schema::from_toml(include_str!("../../policy/cms.toml")).unwrap();
    let mut builder = PermissionSet::builder(&Catalog::compile(vec![schema]).unwrap());
    for permission in permissions {
        builder.add(Permission::from_json(permission).unwrap(), &Grant::always(OriginKind::Role, "r"));
    }
    let known = Known {
        whom: Arc::new(Ada),
        permissions: builder.build().unwrap(),
        application: None,
        revision: 1,
        valid_until: None,
    };
    Caller::new(Arc::new(known), Arc::new(TestClock::at(0)))
}

const ENTRIES: [(&str, &str, Option<&str>); 4] = [
    ("ada", "article", Some("de")),
    ("ada", "product", None),
    ("bob", "article", Some("de")),
    ("bob", "article", None),
];

/// Which of the entries the database finds.
async fn found(condition: &Sql) -> Vec<i64> {
    let pool = SqlitePoolOptions::new().max_connections(1).connect("sqlite::memory:").await.unwrap();
    sqlx::raw_sql("CREATE TABLE entry (id INTEGER, created_by TEXT, model TEXT, locale TEXT)")
        .execute(&pool)
        .await
        .unwrap();
    for (id, (author, model, locale)) in (0_i64..).zip(ENTRIES) {
        let insert = sqlx::query("INSERT INTO entry VALUES (?, ?, ?, ?)");
        insert.bind(id).bind(author).bind(model).bind(locale).execute(&pool).await.unwrap();
    }
    let sql = format!("SELECT id FROM entry WHERE {} ORDER BY id", condition.text);
    let query = bind(sqlx::query(AssertSqlSafe(sql)), &condition.parameters);
    query.fetch_all(&pool).await.unwrap().iter().map(|row| row.get(0)).collect()
}

/// On which of the entries they may, asked one by one.
fn allowed(caller: &Caller) -> Vec<i64> {
    let may = |(author, model, locale): (&str, &str, Option<&str>)| {
        let attributes = [
            ("createdBy", Value::String(author)),
            ("model", Value::String(model)),
            ("locale", locale.map_or(Value::Null, Value::String)),
        ];
        let resource = Resource { kind: None, id: None, properties: Map::Values(&attributes) };
        caller.can(Question::new("cms.entry.read").on(resource))
    };
    (0_i64..).zip(ENTRIES).filter(|(_, entry)| may(*entry)).map(|(id, _)| id).collect()
}

#[tokio::test]
async fn a_list_holds_what_a_caller_may_read() {
    for (permissions, expected) in [
        (&[r#"{"name":"cms.*"}"#][..], &[0, 1, 2, 3][..]),
        (&[r#"{"name":"cms.entry.read","own":true}"#], &[0, 1]),
        (&[r#"{"name":"cms.entry.read","models":["article"],"locales":["de"]}"#], &[0, 2]),
        (
            &[r#"{"name":"cms.entry.read","own":true}"#, r#"{"name":"cms.entry.read","locales":["de"]}"#],
            &[0, 1, 2],
        ),
        (&[r#"{"name":"cms.entry.read"}"#, r#"{"name":"cms.entry.*","own":true,"deny":true}"#], &[2, 3]),
        (&[r#"{"name":"cms.entry.read","models":[]}"#], &[]),
    ] {
        let caller = ada(permissions);
        let by_sql = match rows(&caller, "cms.entry.read") {
            Ok(condition) => found(&condition).await,
            Err(error) => {
                assert!(matches!(error, Error::Forbidden { .. }), "{error}");
                Vec::new()
            }
        };
        assert_eq!(by_sql, expected, "{permissions:?}");
        assert_eq!(allowed(&caller), expected, "{permissions:?}");
    }
}

#[tokio::test]
async fn whoever_may_nothing_is_refused_rather_than_shown_an_empty_list() {
    let error = rows(&ada(&[r#"{"name":"cms.page.read"}"#]), "cms.entry.read").unwrap_err();
    assert_eq!(error.code(), "forbidden");
}

//! The text that filters become, and what is refused instead of being asked inexactly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests

use casemate_expression::filter::sql::{Dialect, NotExpressible, Parameter};
use casemate_expression::filter::{AllowDeny, Attribute, Constant, Filter, Operand, Operator, Storage};
use casemate_expression::{Scalar, Span, Timestamp, Type};

fn attribute(name: &str, kind: Type) -> Attribute {
    Attribute { name: name.into(), kind, nullable: false, column: None, storage: None }
}

fn text(value: &str) -> Constant {
    Constant::String(value.into())
}

fn test(attribute: &Attribute, operator: Operator, constant: Constant) -> Filter {
    Filter::test(attribute.clone(), operator, Operand::Value(constant))
}

fn other(attribute: Attribute, operator: Operator, other: Attribute) -> Filter {
    Filter::test(attribute, operator, Operand::Other(other))
}

fn sql(allow: Filter, deny: Filter, dialect: Dialect) -> (String, Vec<Parameter>) {
    let sql = AllowDeny::new(allow, deny).unwrap().to_sql(dialect).unwrap();
    (sql.text, sql.parameters)
}

fn refused(filter: Filter, dialect: Dialect) -> NotExpressible {
    AllowDeny::new(filter, Filter::False).unwrap().to_sql(dialect).unwrap_err()
}

#[test]
fn each_dialect_compares_in_its_own_way() {
    let created_by =
        Attribute { column: Some("entries.created_by".into()), ..attribute("createdBy", Type::String) };
    let allow =
        Filter::and([Filter::exists(created_by.clone()), test(&created_by, Operator::Eq, text("o'hara"))]);
    let locked = attribute("locked", Type::Bool);
    let deny =
        Filter::or([Filter::missing(locked.clone()), test(&locked, Operator::Eq, Constant::Bool(true))]);
    for (dialect, expected) in [
        (
            Dialect::Postgres,
            r#"(CAST("entries"."created_by" AS text) COLLATE "C" = $1::text AND COALESCE((("entries"."created_by" IS NOT NULL) AND CAST("entries"."created_by" AS text) COLLATE "C" = $1::text), FALSE) AND NOT COALESCE(("locked" IS NULL OR "locked" = $2::boolean), TRUE))"#,
        ),
        (
            Dialect::Sqlite,
            r"(`entries`.`created_by` COLLATE BINARY = ?1 AND COALESCE((typeof(`entries`.`created_by`) = 'text' AND `entries`.`created_by` COLLATE BINARY = ?1), FALSE) AND NOT COALESCE((`locked` IS NULL OR `locked` = ?2), TRUE))",
        ),
        (
            Dialect::MySql,
            r"(`entries`.`created_by` = ? AND COALESCE(((`entries`.`created_by` IS NOT NULL) AND CAST(CONVERT(`entries`.`created_by` USING utf8mb4) AS BINARY) = CAST(CONVERT(? USING utf8mb4) AS BINARY)), FALSE) AND NOT COALESCE((`locked` IS NULL OR `locked` = CAST(? AS SIGNED)), TRUE))",
        ),
    ] {
        let (written, parameters) = sql(allow.clone(), deny.clone(), dialect);
        assert_eq!(written, expected);
        let again =
            if dialect == Dialect::MySql { vec![Parameter::Text("o'hara".into())] } else { Vec::new() };
        let bound = [again, vec![Parameter::Text("o'hara".into()), Parameter::Bool(true)]].concat();
        assert_eq!(parameters, bound, "values are bound, never written");
    }
}

#[test]
fn what_is_always_true_is_left_out() {
    let exists = Filter::exists(attribute("a", Type::Int));
    assert_eq!(sql(Filter::True, Filter::False, Dialect::Postgres).0, "TRUE");
    assert_eq!(sql(Filter::False, exists.clone(), Dialect::Postgres).0, "FALSE");
    assert_eq!(
        sql(Filter::True, exists.clone(), Dialect::Postgres).0,
        r#"(NOT COALESCE(("a" IS NOT NULL), TRUE))"#
    );
    assert_eq!(sql(exists, Filter::False, Dialect::Postgres).0, r#"(COALESCE(("a" IS NOT NULL), FALSE))"#);
}

#[test]
fn the_answer_of_the_command_line_holds_text_and_values() {
    let filter = Filter::or([
        test(
            &attribute("n", Type::Int),
            Operator::In,
            Constant::List(vec![Constant::Int(i64::MAX), Constant::Int(2)]),
        ),
        test(&attribute("x", Type::Double), Operator::Eq, Constant::Double(0.5)),
    ]);
    let sql = AllowDeny::new(filter, Filter::False).unwrap().to_sql(Dialect::Sqlite).unwrap();
    assert_eq!(
        sql.to_json(),
        r#"{"sql":"(COALESCE((`n` IN (?1, ?2) OR CAST(`x` AS REAL) = ?3), FALSE))","parameters":[9223372036854775807,2,0.5]}"#
    );
}

#[test]
fn names_are_quoted_whatever_they_hold() {
    let odd = Attribute { column: Some(r#"we"ird`.'; --"#.into()), ..attribute("odd", Type::Int) };
    let exists = || Filter::exists(odd.clone());
    assert_eq!(
        sql(exists(), Filter::False, Dialect::Postgres).0,
        r#"(COALESCE(("we""ird`"."'; --" IS NOT NULL), FALSE))"#
    );
    assert_eq!(
        sql(exists(), Filter::False, Dialect::Sqlite).0,
        r#"(COALESCE(typeof(`we"ird```.`'; --`) = 'integer', FALSE))"#
    );
    for column in ["", "a.", ".a", "a..b", "a.b.c.d", "a\0b", "a\nb", &"x".repeat(64)] {
        let named = Attribute { column: Some(column.into()), ..odd.clone() };
        assert!(
            matches!(refused(Filter::exists(named), Dialect::Postgres), NotExpressible::Column { .. }),
            "{column:?}"
        );
    }
    for name in ["id", "type"] {
        let error = refused(Filter::exists(attribute(name, Type::String)), Dialect::Sqlite);
        assert_eq!(error, NotExpressible::NoColumn(name.to_owned()));
        assert!(error.to_string().contains(&format!("{name} = {{ type = \"string\", column = ")), "{error}");
    }
}

#[test]
fn numbers_are_rewritten_so_that_nothing_is_rounded() {
    let (n, x) = (attribute("n", Type::Int), attribute("x", Type::Double));
    let beyond = Constant::Int(9_007_199_254_740_993);
    let (lt, gt, ne) = (Operator::Lt, Operator::Gt, Operator::Ne);
    for (attribute, operator, constant, expected, bound) in [
        (&n, gt, Constant::Double(1.5), "`n` >= ?1", Some(Parameter::Int(2))),
        (&n, lt, Constant::Double(-1.5), "`n` <= ?1", Some(Parameter::Int(-2))),
        (&n, lt, Constant::Double(2.0), "`n` < ?1", Some(Parameter::Int(2))),
        (&n, Operator::Eq, Constant::Double(1.5), "FALSE", None),
        (&n, ne, Constant::Double(1.5), "TRUE", None),
        (&n, lt, Constant::Double(1e300), "`n` <= ?1", Some(Parameter::Int(i64::MAX))),
        (&n, gt, Constant::Double(1e300), "FALSE", None),
        (&n, gt, Constant::Double(-1e300), "`n` >= ?1", Some(Parameter::Int(i64::MIN))),
        (&x, lt, beyond.clone(), "CAST(`x` AS REAL) <= ?1", Some(Parameter::Double(9_007_199_254_740_992.0))),
        (&x, gt, beyond.clone(), "CAST(`x` AS REAL) >= ?1", Some(Parameter::Double(9_007_199_254_740_994.0))),
        (&x, Operator::Eq, beyond, "FALSE", None),
        (
            &x,
            gt,
            Constant::Int(i64::MAX),
            "CAST(`x` AS REAL) >= ?1",
            Some(Parameter::Double(9_223_372_036_854_775_808.0)),
        ),
    ] {
        let (written, parameters) = sql(test(attribute, operator, constant), Filter::False, Dialect::Sqlite);
        assert_eq!((written, parameters), (format!("(COALESCE({expected}, FALSE))"), Vec::from_iter(bound)));
    }
}

#[test]
fn times_take_the_form_of_their_column() {
    let at = attribute("at", Type::Timestamp);
    let micros = Attribute { storage: Some(Storage::Micros), ..at.clone() };
    let noon = || Constant::Timestamp(Timestamp::parse_rfc3339("2026-01-31T12:00:00.5Z").unwrap());
    let bound =
        |attribute: &Attribute, dialect| sql(test(attribute, Operator::Ne, noon()), Filter::False, dialect).1;
    assert_eq!(bound(&at, Dialect::Postgres), [Parameter::Text("2026-01-31T12:00:00.500000Z".into())]);
    assert_eq!(bound(&at, Dialect::Sqlite), [Parameter::Text("2026-01-31T12:00:00.500000Z".into())]);
    assert_eq!(bound(&at, Dialect::MySql), [Parameter::Text("2026-01-31 12:00:00.500000".into())]);
    for dialect in Dialect::ALL {
        assert_eq!(bound(&micros, dialect), [Parameter::Int(1_769_860_800_500_000)]);
    }
    let took = test(&attribute("took", Type::Duration), Operator::Lt, Constant::Duration(Span(-1)));
    assert_eq!(sql(took, Filter::False, Dialect::Postgres).1, [Parameter::Int(-1)]);
    let never = Constant::Timestamp(Timestamp(i64::MAX));
    assert_eq!(
        refused(test(&at, Operator::Lt, never), Dialect::Sqlite),
        NotExpressible::Range("at".to_owned())
    );
}

#[test]
fn what_a_database_would_answer_inexactly_is_refused() {
    let (n, x, s) = (attribute("n", Type::Int), attribute("x", Type::Double), attribute("s", Type::String));
    let stored = |attribute: &Attribute, storage| Attribute { storage: Some(storage), ..attribute.clone() };
    let nul = test(&s, Operator::Eq, text("a\0b"));
    let mixed = other(n.clone(), Operator::Eq, x.clone());
    let at = attribute("at", Type::Timestamp);
    let storages =
        other(at.clone(), Operator::Lt, stored(&attribute("since", Type::Timestamp), Storage::Micros));
    let strings = attribute("tags", Type::List(Scalar::String));
    for dialect in Dialect::ALL {
        assert_eq!(refused(nul.clone(), dialect), NotExpressible::Nul("s".to_owned()));
        assert!(matches!(refused(storages.clone(), dialect), NotExpressible::Storages { .. }));
        assert!(matches!(
            refused(test(&s, Operator::Eq, Constant::Int(1)), dialect),
            NotExpressible::Operands { .. }
        ));
        let array = AllowDeny::new(Filter::exists(stored(&strings, Storage::Array)), Filter::False).unwrap();
        assert_eq!(array.to_sql(dialect).is_ok(), dialect == Dialect::Postgres);
        let rounding = AllowDeny::new(mixed.clone(), Filter::False).unwrap().to_sql(dialect);
        assert_eq!(rounding.is_ok(), dialect == Dialect::Sqlite);
        for attribute in [
            attribute("times", Type::List(Scalar::Timestamp)),
            attribute("any", Type::Any),
            stored(&strings, Storage::Micros),
            stored(&at, Storage::Json),
            stored(&s, Storage::Json),
        ] {
            let kind = attribute.kind;
            assert!(
                matches!(refused(Filter::exists(attribute), dialect), NotExpressible::Storage { .. }),
                "{kind}"
            );
        }
    }
    assert!(matches!(
        refused(Filter::exists(attribute("ratios", Type::List(Scalar::Double))), Dialect::MySql),
        NotExpressible::Storage { .. }
    ));
}

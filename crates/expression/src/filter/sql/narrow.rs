//! Conditions that a filter implies and that an index can answer: they stand before the `COALESCE`, which no index sees
//! through, so that a list query need not read the whole table.

use super::term::Term;
use super::writer::Writer;
use super::{Dialect, NotExpressible};
use crate::filter::tree::{Constant, Filter, Operand, Operator, Test};
use crate::types::Scalar;

/// Filters beyond this many nodes are left as they are: their conditions would narrow little and cost their text twice.
const NODES: usize = 200;

/// Writes the conditions and ` AND `, where the filter implies any.
pub(super) fn write(writer: &mut Writer, filter: &Filter) -> Result<(), NotExpressible> {
    if filter.nodes() <= NODES && narrows(filter, writer.dialect) {
        condition(writer, filter)?;
        writer.push(" AND ");
    }
    Ok(())
}

fn narrows(filter: &Filter, dialect: Dialect) -> bool {
    match filter {
        Filter::And(filters) => filters.iter().any(|filter| narrows(filter, dialect)),
        Filter::Or(filters) => !filters.is_empty() && filters.iter().all(|filter| narrows(filter, dialect)),
        Filter::Test(test) => test_narrows(test, dialect),
        Filter::True | Filter::False | Filter::Not(_) => false,
    }
}

fn test_narrows(test: &Test, dialect: Dialect) -> bool {
    let Some(kind) = test.attribute.kind.scalar() else { return false };
    let fits = |constant: &Constant| match constant {
        // Every character set holds ASCII: the comparison cannot fail to convert the value.
        Constant::String(text) => kind == Scalar::String && (dialect != Dialect::MySql || text.is_ascii()),
        other => other.scalar() == Some(kind),
    };
    match (test.operator, &test.operand) {
        _ if matches!(kind, Scalar::Bool | Scalar::Double) => false,
        (Operator::In, Operand::Value(Constant::List(list))) => !list.is_empty() && list.iter().all(fits),
        (Operator::Eq, Operand::Value(constant)) => fits(constant),
        (Operator::Lt | Operator::Le | Operator::Gt | Operator::Ge, Operand::Value(constant)) => {
            kind != Scalar::String && fits(constant)
        }
        _ => false,
    }
}

fn condition(writer: &mut Writer, filter: &Filter) -> Result<(), NotExpressible> {
    let (filters, between) = match filter {
        Filter::And(filters) => (filters, " AND "),
        Filter::Or(filters) => (filters, " OR "),
        Filter::Test(test) => return one(writer, test),
        Filter::True | Filter::False | Filter::Not(_) => return Ok(()),
    };
    let mut written = 0_usize;
    let several = filters.iter().filter(|filter| narrows(filter, writer.dialect)).count() > 1;
    writer.push(if several { "(" } else { "" });
    for filter in filters {
        if narrows(filter, writer.dialect) {
            writer.push(if written > 0 { between } else { "" });
            condition(writer, filter)?;
            written += 1;
        }
    }
    writer.push(if several { ")" } else { "" });
    Ok(())
}

fn one(writer: &mut Writer, test: &Test) -> Result<(), NotExpressible> {
    if writer.dialect != Dialect::MySql || test.attribute.kind.scalar() != Some(Scalar::String) {
        return writer.test(test);
    }
    // The column's own collation, which its index has: it folds or pads, and so takes at least the exact matches.
    let (column, slots) = writer.text_operands(test)?;
    writer.push(&column.sql);
    writer.push(if test.operator == Operator::In { " IN (" } else { " = " });
    for (index, slot) in slots.iter().enumerate() {
        writer.push(if index > 0 { ", " } else { "" });
        writer.raw(Term::Slot(slot));
    }
    writer.push(if test.operator == Operator::In { ")" } else { "" });
    Ok(())
}

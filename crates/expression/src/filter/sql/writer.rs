//! Writes a filter's tests in the order of their text, which is the order of MySQL's parameters.

use super::term::{Column, Comparison, Slot, Term, in_kind, parameter};
use super::{Dialect, NotExpressible, Parameter, Sql, mysql, postgres, sqlite};
use crate::filter::tree::{Attribute, Constant, Filter, Operand, Operator, Storage, Test};
use crate::types::Scalar;

/// Operands of `and` and `or` in one row: SQLite counts each as a level of depth and takes 1,000.
const ROW: usize = 32;

/// How many parameters are searched for an equal one.
const SEARCHED: usize = 256;

pub(super) struct Writer {
    pub(super) dialect: Dialect,
    text: String,
    parameters: Vec<Parameter>,
    first: usize,
}

impl Writer {
    pub(super) fn new(dialect: Dialect, first: usize) -> Writer {
        Writer { dialect, text: String::new(), parameters: Vec::new(), first }
    }

    pub(super) fn finish(self) -> Sql {
        Sql { text: self.text, parameters: self.parameters }
    }

    pub(super) fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Several pieces in a row.
    pub(super) fn write(&mut self, pieces: &[&str]) {
        for piece in pieces {
            self.push(piece);
        }
    }

    pub(super) fn filter(&mut self, filter: &Filter) -> Result<(), NotExpressible> {
        match filter {
            Filter::True => self.push("TRUE"),
            Filter::False => self.push("FALSE"),
            Filter::And(filters) if filters.is_empty() => self.push("TRUE"),
            Filter::Or(filters) if filters.is_empty() => self.push("FALSE"),
            Filter::And(filters) => self.row(filters, " AND ")?,
            Filter::Or(filters) => self.row(filters, " OR ")?,
            Filter::Not(filter) => match filter.as_exists() {
                Some(attribute) => self.missing(&Column::of(attribute, self.dialect)?),
                None => {
                    self.push("NOT (");
                    self.filter(filter)?;
                    self.push(")");
                }
            },
            Filter::Test(test) => self.test(test)?,
        }
        Ok(())
    }

    fn row(&mut self, filters: &[Filter], between: &str) -> Result<(), NotExpressible> {
        self.push("(");
        if filters.len() > ROW {
            let (left, right) = filters.split_at(filters.len() / 2);
            self.row(left, between)?;
            self.push(between);
            self.row(right, between)?;
        } else {
            for (index, filter) in filters.iter().enumerate() {
                if index > 0 {
                    self.push(between);
                }
                self.filter(filter)?;
            }
        }
        self.push(")");
        Ok(())
    }

    pub(super) fn test(&mut self, test: &Test) -> Result<(), NotExpressible> {
        if !test.is_well_typed() {
            return Err(NotExpressible::Operands {
                attribute: test.attribute.name.as_ref().to_owned(),
                operator: test.operator.name(),
            });
        }
        let left = Column::of(&test.attribute, self.dialect)?;
        match &test.operand {
            Operand::None => {
                self.exists(&left);
                Ok(())
            }
            Operand::Value(constant) => self.with_value(&left, test.operator, constant, &test.attribute.name),
            Operand::Other(other) => self.with_other(&left, test.operator, other, &test.attribute.name),
        }
    }

    fn with_value(
        &mut self,
        left: &Column,
        operator: Operator,
        constant: &Constant,
        name: &str,
    ) -> Result<(), NotExpressible> {
        match (operator, constant) {
            (Operator::In, Constant::List(list)) => {
                let slots = self.slots(left, list, name)?;
                if slots.is_empty() {
                    self.push("FALSE");
                } else {
                    self.exact(Term::Column(left));
                    self.one_of(&slots);
                }
            }
            (Operator::Intersects, Constant::List(list)) => {
                let slots = self.slots(left, list, name)?;
                if slots.is_empty() {
                    self.push("FALSE");
                } else {
                    self.push("EXISTS (SELECT 1 FROM ");
                    self.source(left, "casemate_a");
                    self.push(" WHERE ");
                    self.element(left, "casemate_a");
                    self.one_of(&slots);
                    self.push(")");
                }
            }
            _ => match in_kind(
                left.kind,
                if operator == Operator::HasMember { Operator::Eq } else { operator },
                constant,
            ) {
                Comparison::Always(true) => self.push("TRUE"),
                Comparison::Always(false) => self.push("FALSE"),
                Comparison::With(asked, constant) => {
                    let slot = self.slot(left, &constant, name)?;
                    match operator {
                        Operator::HasMember => self.member(Term::Slot(&slot), left),
                        Operator::StartsWith | Operator::EndsWith | Operator::ContainsText => {
                            self.part(operator, Term::Column(left), Term::Slot(&slot));
                        }
                        _ => self.compare(asked, Term::Column(left), Term::Slot(&slot)),
                    }
                }
            },
        }
        Ok(())
    }

    fn with_other(
        &mut self,
        left: &Column,
        operator: Operator,
        other: &Attribute,
        name: &str,
    ) -> Result<(), NotExpressible> {
        let right = Column::of(other, self.dialect)?;
        let names = || (name.to_owned(), other.name.as_ref().to_owned());
        if left.kind != right.kind && self.dialect != Dialect::Sqlite {
            let (attribute, other) = names();
            return Err(NotExpressible::Rounding { attribute, other });
        }
        let micros = |column: &Column| column.storage == Storage::Micros;
        if left.kind == Scalar::Timestamp && micros(left) != micros(&right) {
            let (attribute, other) = names();
            return Err(NotExpressible::Storages { attribute, other });
        }
        match operator {
            Operator::In => self.member(Term::Column(left), &right),
            Operator::HasMember => self.member(Term::Column(&right), left),
            Operator::Intersects => {
                self.push("EXISTS (SELECT 1 FROM ");
                self.source(left, "casemate_a");
                self.push(", ");
                self.source(&right, "casemate_b");
                self.push(" WHERE ");
                self.element(left, "casemate_a");
                self.push(" = ");
                self.element(&right, "casemate_b");
                self.push(")");
            }
            Operator::StartsWith | Operator::EndsWith | Operator::ContainsText => {
                self.part(operator, Term::Column(left), Term::Column(&right));
            }
            _ => self.compare(operator, Term::Column(left), Term::Column(&right)),
        }
        Ok(())
    }

    fn compare(&mut self, operator: Operator, left: Term<'_>, right: Term<'_>) {
        self.exact(left);
        self.push(match operator {
            Operator::Ne => " <> ",
            Operator::Lt => " < ",
            Operator::Le => " <= ",
            Operator::Gt => " > ",
            Operator::Ge => " >= ",
            _ => " = ",
        });
        self.exact(right);
    }

    /// ` IN (…)`, behind an exact expression.
    fn one_of(&mut self, slots: &[Slot]) {
        self.push(" IN (");
        for (index, slot) in slots.iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            self.exact(Term::Slot(slot));
        }
        self.push(")");
    }

    /// The term is an element of the list in the column. The term stands outside of the subquery, where no column of
    /// the list's own table can hide its name.
    fn member(&mut self, term: Term<'_>, list: &Column) {
        self.exact(term);
        self.push(" IN (SELECT ");
        self.element(list, "casemate_a");
        self.push(" FROM ");
        self.source(list, "casemate_a");
        self.push(")");
    }

    fn slots(&mut self, left: &Column, list: &[Constant], name: &str) -> Result<Vec<Slot>, NotExpressible> {
        let mut slots = Vec::with_capacity(list.len());
        for constant in list {
            if let Comparison::With(_, constant) = in_kind(left.kind, Operator::Eq, constant) {
                slots.push(self.slot(left, &constant, name)?);
            }
        }
        Ok(slots)
    }

    fn slot(&mut self, left: &Column, constant: &Constant, name: &str) -> Result<Slot, NotExpressible> {
        let parameter = parameter(constant, left.storage, self.dialect, name)?;
        let mut number = self.first + self.parameters.len();
        if self.dialect != Dialect::MySql {
            // One number for what is bound again, within reason.
            match self.parameters.iter().take(SEARCHED).position(|bound| *bound == parameter) {
                Some(index) => number = self.first + index,
                None => self.parameters.push(parameter.clone()),
            }
        }
        Ok(Slot { number, parameter, kind: left.kind, storage: left.storage })
    }

    /// The column and the values of a test of text by `eq` or `in`.
    pub(super) fn text_operands(&mut self, test: &Test) -> Result<(Column, Vec<Slot>), NotExpressible> {
        let column = Column::of(&test.attribute, self.dialect)?;
        let slots = match &test.operand {
            Operand::Value(Constant::List(list)) => self.slots(&column, list, &test.attribute.name)?,
            Operand::Value(constant) => vec![self.slot(&column, constant, &test.attribute.name)?],
            Operand::None | Operand::Other(_) => Vec::new(),
        };
        Ok((column, slots))
    }

    /// The term as it is.
    pub(super) fn raw(&mut self, term: Term<'_>) {
        match term {
            Term::Column(column) => self.push(&column.sql),
            Term::Slot(slot) => self.placeholder(slot),
        }
    }

    /// The placeholder alone.
    pub(super) fn placeholder(&mut self, slot: &Slot) {
        match self.dialect {
            Dialect::Postgres => self.push(&format!("${}", slot.number)),
            Dialect::Sqlite => self.push(&format!("?{}", slot.number)),
            Dialect::MySql => {
                self.push("?");
                self.parameters.push(slot.parameter.clone());
            }
        }
    }

    /// A column holds a value of its declared type: true or false, never null.
    fn exists(&mut self, column: &Column) {
        match self.dialect {
            Dialect::Postgres => postgres::exists(self, column),
            Dialect::Sqlite => sqlite::exists(self, column),
            Dialect::MySql => mysql::exists(self, column),
        }
    }

    /// A column holds nothing, or JSON's null where it holds a list: true or false, never null. What is of another type
    /// neither exists nor is missing.
    fn missing(&mut self, column: &Column) {
        let c = column.sql.as_str();
        if !column.list || column.storage == Storage::Array {
            return self.write(&[c, " IS NULL"]);
        }
        self.write(&["CASE WHEN ", c, " IS NULL THEN TRUE WHEN "]);
        match self.dialect {
            Dialect::Postgres => self.write(&["jsonb_typeof(CAST(", c, " AS jsonb)) = 'null' THEN TRUE"]),
            Dialect::Sqlite => {
                self.write(&[
                    "typeof(",
                    c,
                    ") = 'text' AND json_valid(",
                    c,
                    ") THEN json_type(",
                    c,
                    ") = 'null'",
                ]);
            }
            Dialect::MySql => self.write(&["JSON_VALID(", c, ") THEN JSON_TYPE(", c, ") = 'NULL'"]),
        }
        self.push(" ELSE FALSE END");
    }

    /// The term as an expression that compares exactly.
    pub(super) fn exact(&mut self, term: Term<'_>) {
        match self.dialect {
            Dialect::Postgres => postgres::exact(self, term),
            Dialect::Sqlite => sqlite::exact(self, term),
            Dialect::MySql => mysql::exact(self, term),
        }
    }

    /// `text` begins with, ends with or holds `part`, byte by byte.
    fn part(&mut self, operator: Operator, text: Term<'_>, part: Term<'_>) {
        match self.dialect {
            Dialect::Postgres => postgres::part(self, operator, text, part),
            Dialect::Sqlite => sqlite::part(self, operator, text, part),
            Dialect::MySql => mysql::part(self, operator, text, part),
        }
    }

    /// What stands behind FROM for the elements of the list in the column. Never fails on malformed data.
    pub(super) fn source(&mut self, list: &Column, alias: &str) {
        match self.dialect {
            Dialect::Postgres => postgres::source(self, list, alias),
            Dialect::Sqlite => sqlite::source(self, list, alias),
            Dialect::MySql => mysql::source(self, list, alias),
        }
    }

    /// One element of that source, as an expression that compares exactly.
    fn element(&mut self, list: &Column, alias: &str) {
        match self.dialect {
            Dialect::Postgres => postgres::element(self, list, alias),
            Dialect::Sqlite => sqlite::element(self, list, alias),
            Dialect::MySql => mysql::element(self, list, alias),
        }
    }
}

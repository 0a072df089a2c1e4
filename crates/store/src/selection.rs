//! Which rows of a table are wanted, in which order: the part of a statement that lists share, and its values.

use crate::bounds::is_keepable;
use crate::sql::Value;

mod search;

use search::Sought;

/// A value that a condition holds by itself.
pub(crate) enum Held {
    Text(String),
    Integer(i64),
}

/// What stands behind `FROM` in a statement, and its values.
pub(crate) struct Selection {
    table: &'static str,
    conditions: String,
    held: Vec<Held>,
    order: String,
    /// Whether something is asked for that no database holds.
    is_void: bool,
}

impl Selection {
    /// All rows of a table of which `condition` holds.
    pub(crate) fn new(table: &'static str, condition: &str) -> Selection {
        Selection {
            table,
            conditions: condition.to_owned(),
            held: Vec::new(),
            order: String::new(),
            is_void: false,
        }
    }

    /// Adds a condition; `{}` in it is the place of its value.
    pub(crate) fn and(&mut self, condition: &str, value: Option<Held>) {
        let Some(value) = value else { return };
        if let Held::Text(text) = &value
            && !is_keepable(text)
        {
            self.is_void = true;
        }
        self.held.push(value);
        let place = format!("${}", self.held.len());
        self.conditions.push_str(" AND ");
        self.conditions.push_str(&condition.replace("{}", &place));
    }

    /// As [`Selection::and`], for a text.
    pub(crate) fn text(&mut self, condition: &str, value: Option<&String>) {
        self.and(condition, value.cloned().map(Held::Text));
    }

    /// Only rows in which one of the columns holds a text, in whatever case.
    pub(crate) fn search(&mut self, columns: &[&str], text: Option<&str>) {
        let Some(text) = text else { return };
        self.is_void |= !is_keepable(text);
        let Sought { pattern, replaced } = Sought::of(text);
        let mut columns: Vec<_> = columns.iter().map(|column| format!("lower({column})")).collect();
        for (written, folded) in replaced {
            let (written, folded) = (self.hold(written.to_string()), self.hold(folded.to_string()));
            for column in &mut columns {
                *column = format!("replace({column}, {written}, {folded})");
            }
        }
        let pattern = self.hold(pattern);
        let hold: Vec<_> =
            columns.iter().map(|column| format!("{column} LIKE {pattern} ESCAPE '\\'")).collect();
        self.conditions.push_str(&format!(" AND ({})", hold.join(" OR ")));
    }

    /// Takes a text up among the values, and gives its place.
    fn hold(&mut self, text: String) -> String {
        self.held.push(Held::Text(text));
        format!("${}", self.held.len())
    }

    /// The order, and what stands behind a place in it; what is equal stands in the order of ids.
    pub(crate) fn order(
        &mut self,
        column: &str,
        is_number: bool,
        descending: bool,
        after: Option<&(String, String)>,
    ) {
        self.order_by((column, "id"), is_number, descending, after);
    }

    /// The order of two columns, the second of which is a text, and what stands behind a place in it.
    pub(crate) fn order_by(
        &mut self,
        (first, second): (&str, &str),
        is_number: bool,
        descending: bool,
        after: Option<&(String, String)>,
    ) {
        let (direction, beyond) = if descending { ("DESC", "<") } else { ("ASC", ">") };
        self.order = format!("ORDER BY {first} {direction}, {second} {direction}");
        let Some((key, last)) = after else { return };
        let key = match is_number {
            true => key.parse().ok().map(Held::Integer),
            false => Some(Held::Text(key.clone())),
        };
        let Some(key) = key else {
            self.is_void = true;
            return;
        };
        self.and(&format!("({first}, {second}) {beyond} ({{}}, "), Some(key));
        self.held.push(Held::Text(last.clone()));
        self.is_void |= !is_keepable(last);
        self.conditions.push_str(&format!("${})", self.held.len()));
    }

    /// The order of a number and two texts, and what stands behind a place in it.
    pub(crate) fn order_by_key(
        &mut self,
        columns: [&str; 3],
        descending: bool,
        after: Option<&(i64, String, String)>,
    ) {
        let (direction, beyond) = if descending { ("DESC", "<") } else { ("ASC", ">") };
        let ordered = columns.map(|column| format!("{column} {direction}"));
        self.order = format!("ORDER BY {}", ordered.join(", "));
        let Some((number, one, other)) = after else { return };
        self.is_void |= !is_keepable(one) || !is_keepable(other);
        self.held.extend([Held::Text(one.clone()), Held::Text(other.clone())]);
        let last = self.held.len();
        let behind = format!("({}) {beyond} ({{}}, ${}, ${last})", columns.join(", "), last - 1);
        self.and(&behind, Some(Held::Integer(*number)));
    }

    /// The order of texts, and what stands behind a place in it.
    pub(crate) fn order_by_texts(&mut self, columns: &[&str], descending: bool, after: Option<&[String]>) {
        let (direction, beyond) = if descending { ("DESC", "<") } else { ("ASC", ">") };
        let ordered: Vec<_> = columns.iter().map(|column| format!("{column} {direction}")).collect();
        self.order = format!("ORDER BY {}", ordered.join(", "));
        let Some(after) = after else { return };
        self.is_void |= !after.iter().all(|text| is_keepable(text));
        let held: Vec<_> = after.iter().map(|text| self.hold(text.clone())).collect();
        self.conditions.push_str(&format!(" AND ({}) {beyond} ({})", columns.join(", "), held.join(", ")));
    }

    /// The order of a number that no two rows share, and what stands behind one in it.
    pub(crate) fn order_by_number(&mut self, column: &str, descending: bool, after: Option<i64>) {
        let (direction, beyond) = if descending { ("DESC", "<") } else { ("ASC", ">") };
        self.and(&format!("{column} {beyond} {{}}"), after.map(Held::Integer));
        self.order = format!("ORDER BY {column} {direction}");
    }

    /// One row for each value of a column.
    pub(crate) fn group(&mut self, column: &str) {
        self.order = format!("GROUP BY {column} {}", self.order);
    }

    /// Whether no row can be meant, whatever the database holds.
    pub(crate) fn is_void(&self) -> bool {
        self.is_void
    }

    /// The values of the statement, in their order.
    pub(crate) fn values(&self) -> Vec<Value<'_>> {
        let value = |held| match held {
            &Held::Integer(number) => Value::Integer(Some(number)),
            Held::Text(text) => Value::Text(Some(text)),
        };
        self.held.iter().map(value).collect()
    }

    /// The statement that reads a page.
    pub(crate) fn page(&self, columns: &str, limit: u32, skip: u32) -> String {
        let Selection { table, conditions, order, .. } = self;
        format!("SELECT {columns} FROM {table} WHERE {conditions} {order} LIMIT {limit} OFFSET {skip}")
    }

    /// The statement that counts, over all pages behind its place.
    pub(crate) fn count(&self) -> String {
        format!("SELECT COUNT(*) AS count FROM {} WHERE {}", self.table, self.conditions)
    }
}

//! Which rows of a table are wanted, in which order: the part of a statement that lists share, and its values.

use crate::bounds::is_keepable;
use crate::people::name_key;
use crate::sql::Value;

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

    /// The order, and what stands behind a place in it.
    pub(crate) fn order(
        &mut self,
        column: &str,
        is_number: bool,
        descending: bool,
        after: Option<&(String, String)>,
    ) {
        let (direction, beyond) = if descending { ("DESC", "<") } else { ("ASC", ">") };
        self.order = format!("ORDER BY {column} {direction}, id {direction}");
        let Some((key, id)) = after else { return };
        let key = match is_number {
            true => key.parse().ok().map(Held::Integer),
            false => Some(Held::Text(key.clone())),
        };
        let Some(key) = key else {
            self.is_void = true;
            return;
        };
        self.and(&format!("({column}, id) {beyond} ({{}}, "), Some(key));
        self.held.push(Held::Text(id.clone()));
        self.is_void |= !is_keepable(id);
        self.conditions.push_str(&format!("${})", self.held.len()));
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

/// A pattern for `LIKE … ESCAPE '\'` that stands for whatever holds a text.
pub(crate) fn holding(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for character in name_key(text).chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

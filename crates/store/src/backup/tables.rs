//! The tables of a backup, and how their rows become cells.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value as Json, json};

use crate::sql::{Row, Value};

/// A table that is backed up.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    /// The columns of its key, which stand first among all.
    pub(super) key: usize,
    pub(super) columns: &'static [Column],
}

/// A column and what it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Text(&'static str),
    Integer(&'static str),
    Bytes(&'static str),
}

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    Text(Option<String>),
    Integer(Option<i64>),
    Bytes(Option<Vec<u8>>),
}

use Column::{Bytes, Integer, Text};

/// The table whose one row is the revision.
pub(super) const REVISION: &str = "revision";

/// The table whose one row says how far the log is.
pub(super) const LOG: &str = "audit_log";

/// All tables but those of migrations and leases, and of what says nothing about another time: sessions of browsers, blocks, what sources
/// are to forget, counted attempts, sign-ins under way, links for accounts, which would be taken twice, and how far directories were pulled.
/// The log of questions is a sample that is kept for a while, and the largest of all.
/// How far the files of segments are in the database says nothing where there are other files.
pub(super) const TABLES: &[Table] = &[
    Table { name: REVISION, key: 1, columns: &[Integer("one"), Integer("last")] },
    Table {
        name: "object",
        key: 2,
        columns: &[
            Text("kind"),
            Text("id"),
            Text("tenant"),
            Text("name"),
            Text("body"),
            Text("origin"),
            Integer("revision"),
            Integer("created_at"),
            Integer("updated_at"),
        ],
    },
    Table {
        name: "audit_sink_cursor",
        key: 1,
        columns: &[
            Text("sink"),
            Integer("next_index"),
            Integer("paused"),
            Integer("succeeded_at"),
            Text("error"),
            Integer("failed_at"),
            Integer("failures"),
        ],
    },
    Table {
        name: "version",
        key: 1,
        columns: &[
            Integer("revision"),
            Integer("at"),
            Text("actor_provider"),
            Text("actor_type"),
            Text("actor_id"),
            Text("summary"),
        ],
    },
    Table {
        name: "version_object",
        key: 3,
        columns: &[
            Integer("revision"),
            Text("kind"),
            Text("id"),
            Text("before_tenant"),
            Text("before_name"),
            Text("before_body"),
            Text("before_origin"),
            Text("after_tenant"),
            Text("after_name"),
            Text("after_body"),
            Text("after_origin"),
        ],
    },
    Table {
        name: "api_key",
        key: 1,
        columns: &[
            Text("id"),
            Text("account"),
            Text("tenant"),
            Text("title"),
            Bytes("secret_sha256"),
            Text("application"),
            Text("networks"),
            Text("permissions"),
            Text("rotated_from"),
            Integer("created_at"),
            Integer("expires_at"),
            Integer("revoked_at"),
            Integer("used_at"),
            Integer("revision"),
        ],
    },
    Table {
        name: "sealed_secret",
        key: 3,
        columns: &[
            Text("kind"),
            Text("id"),
            Text("field"),
            Text("root_key"),
            Bytes("sealed"),
            Integer("updated_at"),
        ],
    },
    Table {
        name: "directory_user",
        key: 1,
        columns: &[
            Text("id"),
            Text("tenant"),
            Text("provider"),
            Text("subject"),
            Bytes("subject_sha256"),
            Text("login"),
            Text("login_key"),
            Text("external_id"),
            Integer("active"),
            Text("display_name"),
            Text("email"),
            Text("attributes"),
            Text("scim"),
            Text("source"),
            Integer("revision"),
            Integer("created_at"),
            Integer("updated_at"),
            Integer("signed_in_at"),
            Integer("deleted_at"),
        ],
    },
    Table {
        name: "directory_group",
        key: 1,
        columns: &[
            Text("id"),
            Text("tenant"),
            Text("provider"),
            Text("name"),
            Text("name_key"),
            Text("external_id"),
            Text("source"),
            Text("scim"),
            Integer("revision"),
            Integer("created_at"),
            Integer("updated_at"),
            Integer("deleted_at"),
        ],
    },
    Table { name: "group_member", key: 3, columns: &[Text("group_id"), Text("user_id"), Text("source")] },
    Table {
        name: "directory_version",
        key: 3,
        columns: &[
            Text("kind"),
            Text("id"),
            Integer("revision"),
            Integer("at"),
            Text("actor_provider"),
            Text("actor_type"),
            Text("actor_id"),
            Text("verb"),
            Integer("restored"),
            Text("before"),
            Text("after"),
            Text("came"),
            Text("gone"),
        ],
    },
    Table {
        name: "resource",
        key: 4,
        columns: &[
            Text("tenant"),
            Text("application"),
            Text("type"),
            Text("id"),
            Text("attributes"),
            Integer("revision"),
            Integer("created_at"),
            Integer("updated_at"),
            Integer("deleted_at"),
        ],
    },
    Table { name: "resource_type", key: 2, columns: &[Text("application"), Text("type")] },
    Table {
        name: "audit_search",
        key: 1,
        columns: &[
            Text("id"),
            Text("tenant"),
            Text("owner"),
            Integer("shared"),
            Text("name"),
            Text("search"),
            Integer("revision"),
            Integer("created_at"),
            Integer("updated_at"),
        ],
    },
    Table {
        name: "access_review",
        key: 2,
        columns: &[
            Text("assignment"),
            Integer("revision"),
            Text("tenant"),
            Text("decision"),
            Integer("seen"),
            Text("state"),
            Text("held"),
            Text("reason"),
            Integer("own"),
            Text("reviewer_provider"),
            Text("reviewer_type"),
            Text("reviewer_id"),
            Text("reviewer_login"),
            Integer("at"),
        ],
    },
    Table {
        name: "local_password",
        key: 1,
        columns: &[Text("user_id"), Integer("founder"), Integer("changed_at")],
    },
    Table {
        name: "second_factor",
        key: 1,
        columns: &[
            Text("id"),
            Text("user_id"),
            Text("kind"),
            Text("name"),
            Bytes("credential_sha256"),
            Integer("last_step"),
            Integer("created_at"),
            Integer("used_at"),
        ],
    },
    Table {
        name: "recovery_code",
        key: 1,
        columns: &[Bytes("digest"), Text("user_id"), Integer("created_at"), Integer("used_at")],
    },
    Table {
        name: "linked_identity",
        key: 2,
        columns: &[
            Text("provider"),
            Text("subject"),
            Text("id"),
            Text("user_id"),
            Text("tenant"),
            Integer("linked_at"),
            Integer("last_used"),
        ],
    },
    Table {
        name: "known_network",
        key: 2,
        columns: &[Text("user_id"), Text("network"), Integer("last_seen")],
    },
    Table {
        name: "audit_event",
        key: 1,
        columns: &[
            Integer("seq"),
            Integer("at"),
            Integer("revision"),
            Text("actor_provider"),
            Text("actor_type"),
            Text("actor_id"),
            Text("credential"),
            Text("action"),
            Text("kind"),
            Text("tenant"),
            Text("resource_type"),
            Text("resource_id"),
            Text("outcome"),
            Text("reason"),
            Text("request_id"),
            Text("route"),
            Text("client"),
            Text("user_agent"),
            Text("before"),
            Text("after"),
        ],
    },
    Table {
        name: LOG,
        key: 1,
        columns: &[Integer("one"), Text("origin"), Integer("size"), Bytes("peaks"), Bytes("seed")],
    },
    Table { name: "audit_tail", key: 1, columns: &[Integer("idx"), Integer("count"), Bytes("events")] },
    Table {
        name: "audit_block",
        key: 1,
        columns: &[
            Integer("number"),
            Integer("at_min"),
            Integer("at_max"),
            Bytes("root"),
            Integer("decisions"),
            Integer("others"),
            Integer("decisions_at"),
            Integer("others_at"),
            Integer("spare"),
            Integer("reads_at"),
        ],
    },
    Table { name: "audit_payload", key: 2, columns: &[Integer("number"), Integer("part"), Bytes("bytes")] },
    Table {
        name: "audit_tile",
        key: 2,
        columns: &[Integer("level"), Integer("idx"), Bytes("root"), Bytes("hashes")],
    },
    Table {
        name: "audit_slice",
        key: 3,
        columns: &[Integer("stack"), Integer("field"), Integer("slot"), Bytes("bits")],
    },
    Table { name: "audit_filter", key: 2, columns: &[Integer("field"), Integer("number"), Bytes("bits")] },
    Table { name: "audit_inbox", key: 1, columns: &[Integer("seq"), Integer("count"), Bytes("events")] },
    Table { name: "audit_checkpoint", key: 1, columns: &[Integer("size"), Integer("at"), Text("note")] },
    Table {
        name: "audit_shelf",
        key: 1,
        columns: &[Integer("first"), Integer("count"), Text("file"), Integer("row_group")],
    },
    Table { name: "audit_shelf_former", key: 1, columns: &[Text("file")] },
    Table {
        name: "audit_hold",
        key: 1,
        columns: &[Text("id"), Text("query"), Text("reason"), Integer("created_at"), Text("created_by")],
    },
    Table {
        name: "idempotency",
        key: 2,
        columns: &[
            Text("caller"),
            Text("key"),
            Bytes("fingerprint"),
            Integer("status"),
            Text("body"),
            Integer("expires_at"),
        ],
    },
    Table {
        name: "decision_event",
        key: 1,
        columns: &[Integer("seq"), Integer("at"), Text("decision"), Text("subject_id"), Text("event")],
    },
    Table {
        name: "development_credential",
        key: 1,
        columns: &[
            Text("id"),
            Bytes("secret_sha256"),
            Text("tenant"),
            Integer("created_at"),
            Integer("expires_at"),
        ],
    },
    Table {
        name: "anonymous_denial",
        key: 3,
        columns: &[Integer("minute"), Text("address"), Text("route"), Integer("count")],
    },
    Table {
        name: "alert",
        key: 1,
        columns: &[
            Integer("number"),
            Text("dedupe"),
            Text("detection"),
            Text("rule"),
            Text("rule_id"),
            Text("level"),
            Text("state"),
            Integer("first_at"),
            Integer("last_at"),
            Integer("made_at"),
            Integer("changed_at"),
            Integer("count"),
            Integer("last_event"),
            Text("events"),
            Text("grouped"),
            Text("value"),
            Text("note"),
            Text("changed_by"),
        ],
    },
    Table { name: "alert_place", key: 1, columns: &[Text("name"), Integer("place"), Integer("at")] },
];

impl Table {
    pub(super) fn named(name: &str) -> Option<&'static Table> {
        TABLES.iter().find(|table| table.name == name)
    }

    /// Whether its rows are numbered by the database, and no number is ever used twice.
    pub(super) fn is_numbered(&self) -> bool {
        self.columns.first() == Some(&Integer("seq"))
    }

    /// The statement that reads a batch of at most `limit` rows, after a key where `goes_on`.
    pub(super) fn selection(&self, goes_on: bool, limit: usize) -> String {
        let key = names(self.columns.get(..self.key).unwrap_or_default());
        let mut text = format!("SELECT {} FROM {}", names(self.columns), self.name);
        if goes_on {
            let places: Vec<String> = (1..=self.key).map(|place| format!("${place}")).collect();
            // Writing to a string does not fail.
            let _ = write!(text, " WHERE ({key}) > ({})", places.join(", "));
        }
        let _ = write!(text, " ORDER BY {key} LIMIT {limit}");
        text
    }

    /// The statement that inserts so many rows.
    pub(super) fn insertion(&self, columns: &[Column], rows: usize) -> String {
        let mut text = format!("INSERT INTO {} ({}) VALUES ", self.name, names(columns));
        for row in 0..rows {
            let places: Vec<String> =
                (1..=columns.len()).map(|place| format!("${}", row * columns.len() + place)).collect();
            let comma = if row == 0 { "" } else { ", " };
            let _ = write!(text, "{comma}({})", places.join(", "));
        }
        text
    }

    pub(super) fn cells(&self, row: &Row) -> Result<Vec<Cell>, sqlx::Error> {
        self.columns.iter().map(|column| column.read(row)).collect()
    }
}

fn names(columns: &[Column]) -> String {
    columns.iter().map(|column| column.name()).collect::<Vec<_>>().join(", ")
}

impl Column {
    pub(super) fn name(self) -> &'static str {
        match self {
            Text(name) | Integer(name) | Bytes(name) => name,
        }
    }

    fn read(self, row: &Row) -> Result<Cell, sqlx::Error> {
        Ok(match self {
            Text(name) => Cell::Text(row.get(name)?),
            Integer(name) => Cell::Integer(row.get(name)?),
            Bytes(name) => Cell::Bytes(row.get(name)?),
        })
    }

    /// The cell that a value of JSON stands for; none where it stands for none of this column.
    pub(super) fn parse(self, value: Json) -> Option<Cell> {
        Some(match (self, value) {
            (Text(_), Json::Null) => Cell::Text(None),
            (Integer(_), Json::Null) => Cell::Integer(None),
            (Bytes(_), Json::Null) => Cell::Bytes(None),
            (Text(_), Json::String(text)) if !text.contains('\0') => Cell::Text(Some(text)),
            (Integer(_), Json::Number(number)) => Cell::Integer(Some(number.as_i64()?)),
            (Bytes(_), Json::String(text)) => Cell::Bytes(Some(BASE64_STANDARD.decode(text).ok()?)),
            _ => return None,
        })
    }
}

impl Cell {
    pub(super) fn to_json(&self) -> Json {
        match self {
            Cell::Text(value) => json!(value),
            Cell::Integer(value) => json!(value),
            Cell::Bytes(value) => json!(value.as_ref().map(|bytes| BASE64_STANDARD.encode(bytes))),
        }
    }

    pub(super) fn value(&self) -> Value<'_> {
        match self {
            Cell::Text(value) => Value::Text(value.as_deref()),
            Cell::Integer(value) => Value::Integer(*value),
            Cell::Bytes(value) => Value::Bytes(value.as_deref()),
        }
    }
}

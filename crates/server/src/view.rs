//! What is administered, as the API shows it.

use std::marker::PhantomData;

use casemate_directory::model::Granted;
use casemate_directory::{Entry, Mistake};
use casemate_expression::Timestamp;
use casemate_platform::DocumentError;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// Something administered, with its document.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(bound = "")]
#[schemars(rename = "Stored{D}")]
pub(crate) struct EntryView<D> {
    /// Its opaque id, by which paths name it.
    pub(crate) id: String,
    /// The tenant that it belongs to; empty for what belongs to the whole installation.
    tenant: String,
    /// What other documents and files call it; unique among its kind in its tenant.
    name: String,
    /// Who manages it: empty for whoever may change it here; else the source of code that it was applied from, or
    /// `built-in`.
    origin: String,
    /// The revision that changed it last: what stands in its `ETag`.
    pub(crate) revision: i64,
    /// When it was made.
    #[schemars(extend("format" = "date-time"))]
    created_at: String,
    /// When it was changed last.
    #[schemars(extend("format" = "date-time"))]
    updated_at: String,
    /// Its document. Where a secret is kept stands `{"sealed": true}`.
    #[schemars(with = "D")]
    document: Value,
    /// Who made it what it is, where it is an assignment and that is known: recorded by Casemate, never sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    granted: Option<Granted>,
    #[serde(skip)]
    kind: PhantomData<D>,
}

impl<D> From<&Entry> for EntryView<D> {
    fn from(entry: &Entry) -> EntryView<D> {
        EntryView {
            id: entry.id.clone(),
            tenant: entry.tenant.clone(),
            name: entry.name.clone(),
            origin: entry.origin.clone(),
            revision: entry.revision,
            created_at: time(entry.created_at),
            updated_at: time(entry.updated_at),
            document: entry.document.clone(),
            granted: entry.granted.clone(),
            kind: PhantomData,
        }
    }
}

/// A time as answers have it: RFC 3339, UTC.
pub(crate) fn time(micros: i64) -> String {
    Timestamp(micros).to_string()
}

/// A mistake in what somebody sent.
pub(crate) fn document_error(mistake: &Mistake) -> DocumentError {
    let place = mistake.place().map(|(line, column)| format!("line {line}, column {column}: "));
    DocumentError {
        pointer: mistake.object().map(|object| object.pointer.clone()).unwrap_or_default(),
        message: format!("{}{}", place.unwrap_or_default(), mistake.message()),
        help: mistake.advice().map(str::to_owned),
    }
}

/// A mistake in one of several files that somebody sent.
pub(crate) fn file_error(mistake: &Mistake) -> DocumentError {
    let path = mistake.path().to_string_lossy();
    let pointer = format!("/files/{}", path.replace('~', "~0").replace('/', "~1"));
    DocumentError { pointer, ..document_error(mistake) }
}

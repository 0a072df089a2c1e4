//! `/api/v1/sources`.

use casemate_directory::model::SourceDocument;
use casemate_platform::api::Api;
use serde_json::json;

use crate::App;
use crate::objects::{objects, routes as object_routes};

objects! {
    Sources: Source, "sources", "Sources", "source", installation,
    "A source of permissions", "Sources of permissions", "Source", "Sources",
    SourceList, SourceRead, SourceCreate, SourceUpdate, SourceDelete,
    SourceDocument, SourceDocument, json!({ "name": "token", "provider": "corp", "claim": "permissions", "ceiling": ["cms.*"] })
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    object_routes::<Sources>()
}

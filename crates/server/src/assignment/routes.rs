//! `/api/v1/assignments`.

use casemate_directory::model::AssignmentDocument;
use casemate_platform::api::Api;
use serde_json::json;

use crate::App;
use crate::objects::{objects, routes as object_routes};

objects! {
    Assignments: Assignment, "assignments", "Assignments", "assignment", tenant,
    "An assignment", "Assignments", "Assignment", "Assignments",
    AssignmentList, AssignmentRead, AssignmentCreate, AssignmentUpdate, AssignmentDelete,
    AssignmentDocument, AssignmentDocument, json!({ "role": "support", "to": { "provider": "casemate", "type": "service", "login": "ci" }, "until": "2030-01-01T00:00:00Z" })
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    object_routes::<Assignments>()
}

//! `/api/v1/roles`.

use casemate_directory::model::RoleDocument;
use casemate_platform::api::Api;
use serde_json::json;

use crate::App;
use crate::objects::{objects, routes as object_routes};
use crate::role::validating::routes as validating;

objects! {
    Roles: Role, "roles", "Roles", "role", tenant,
    "A role", "Roles", "Role", "Roles",
    RoleList, RoleRead, RoleCreate, RoleUpdate, RoleDelete,
    RoleDocument, RoleDocument, json!({ "name": "support", "title": "Support", "permissions": [{ "name": "cms.entry.*", "own": true }] })
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    validating(object_routes::<Roles>())
}

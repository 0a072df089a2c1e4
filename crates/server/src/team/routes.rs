//! `/api/v1/teams`.

use casemate_directory::model::TeamDocument;
use casemate_platform::api::Api;
use serde_json::json;

use crate::App;
use crate::objects::{objects, routes as object_routes};

objects! {
    Teams: Team, "teams", "Teams", "team", tenant,
    "A team", "Teams", "Team", "Teams",
    TeamList, TeamRead, TeamCreate, TeamUpdate, TeamDelete,
    TeamDocument, TeamDocument, json!({ "name": "helpdesk", "title": "Helpdesk", "roles": ["support"] })
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    object_routes::<Teams>()
}

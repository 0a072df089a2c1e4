//! `/api/v1/settings`.

use casemate_directory::model::SettingDocument;
use casemate_platform::api::Api;
use serde_json::json;

use crate::App;
use crate::objects::{objects, routes as object_routes};

objects! {
    Settings: Setting, "settings", "Settings", "setting", installation,
    "A setting", "Settings", "Setting", "Settings",
    SettingList, SettingRead, SettingCreate, SettingUpdate, SettingDelete,
    SettingDocument, SettingDocument, json!({ "name": "decision.recorded", "value": "all" })
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    object_routes::<Settings>()
}

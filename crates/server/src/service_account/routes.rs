//! `/api/v1/service-accounts`.

use casemate_directory::model::ServiceAccountDocument;
use casemate_platform::api::Api;
use serde_json::json;

use crate::App;
use crate::objects::{objects, routes as object_routes};

objects! {
    ServiceAccounts: ServiceAccount, "service-accounts", "Service accounts", "service-account", tenant,
    "A service account", "Service accounts", "ServiceAccount", "ServiceAccounts",
    ServiceAccountList, ServiceAccountRead, ServiceAccountCreate, ServiceAccountUpdate, ServiceAccountDelete,
    ServiceAccountDocument, ServiceAccountDocument, json!({ "name": "ci", "title": "Continuous integration" })
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    object_routes::<ServiceAccounts>()
}

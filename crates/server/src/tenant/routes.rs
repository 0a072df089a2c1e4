//! `/api/v1/tenants`.

use casemate_directory::model::TenantDocument;
use casemate_platform::api::Api;
use serde_json::json;

use crate::App;
use crate::objects::{objects, routes as object_routes};

objects! {
    Tenants: Tenant, "tenants", "Tenants", "tenant", installation,
    "A tenant", "Tenants", "Tenant", "Tenants",
    TenantList, TenantRead, TenantCreate, TenantUpdate, TenantDelete,
    TenantDocument, TenantDocument, json!({ "id": "acme", "title": "Acme" })
}

/// The area's routes.
pub(crate) fn routes() -> Api<App> {
    object_routes::<Tenants>()
}

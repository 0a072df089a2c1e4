//! `/api/v1/alert-receivers`.

use casemate_directory::model::AlertReceiverDocument;
use casemate_platform::api::Api;
use serde_json::json;

use crate::App;
use crate::objects::{objects, routes as object_routes};

objects! {
    Receivers: AlertReceiver, "alert-receivers", "Alerts", "alert-receiver", installation,
    "A receiver of alerts", "Receivers of alerts", "AlertReceiver", "AlertReceivers",
    ReceiverList, ReceiverRead, ReceiverCreate, ReceiverUpdate, ReceiverDelete,
    AlertReceiverDocument, AlertReceiverDocument, json!({ "name": "on-call", "mail": ["security@example.com"], "level": "high" })
}

/// The routes of receivers.
pub(super) fn routes() -> Api<App> {
    object_routes::<Receivers>()
}
